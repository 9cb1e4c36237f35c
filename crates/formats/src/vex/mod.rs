//! What does a VEX document state, and how do our statements look as one?
//!
//! In: the bytes of an OpenVEX (0.0.1 to 0.2.0), CycloneDX (1.4 to 1.7, JSON or XML, a bill with
//! `vulnerabilities` or a document of its own) or CSAF (2.0; 2.1 as far as it is the same) document. Out:
//! one [`Document`] of [`Statement`]s, whatever the format, or the reason why there is none; and whether a
//! statement speaks of a component on an asset ([`Statement::speaks_of`], rules in [`matching`]). The way
//! back is [`mod@write`]. Never: a statement applied. Who trusts whom, and what follows for a finding, is
//! decided by the caller. Start reading at [`read`].

mod csaf;
mod cyclonedx;
pub mod matching;
mod openvex;
pub mod purl;
mod source;
pub mod write;

use std::sync::Arc;

use vocab::Instant;

pub use matching::{Asset, Image, Subject};
pub use purl::Purl;
pub use source::{MAX_BYTES, MAX_PROBLEMS, MAX_VALUES};

/// What one document states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// In which format, with its version as the document has it.
    pub format: Format,
    /// The format's version (`0.2.0`, `1.6`, `2.0`); empty when the document tells none.
    pub format_version: String,
    /// The document's own name for itself; empty when it has none.
    pub id: String,
    /// Who states it; empty when the document does not tell.
    pub author: String,
    /// When it was last changed, else when it was made.
    pub dated: Option<Instant>,
    /// The document's version, as written.
    pub version: String,
    /// Whether it still speaks.
    pub standing: Standing,
    /// In the order of the document.
    pub statements: Vec<Statement>,
    /// What was not understood. The statements concerned are left out, or marked by what they lack.
    pub problems: Vec<Problem>,
}

/// A format of VEX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// OpenVEX.
    OpenVex,
    /// CycloneDX.
    CycloneDx,
    /// Common Security Advisory Framework.
    Csaf,
}

impl Format {
    /// The name for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenVex => "OpenVEX",
            Self::CycloneDx => "CycloneDX",
            Self::Csaf => "CSAF",
        }
    }
}

/// Whether a document still speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// It does.
    #[default]
    Current,
    /// Its author has not published it (CSAF `tracking.status` «draft»).
    Draft,
    /// Its author took it back (CSAF 2.1 category `csaf_withdrawn`).
    Withdrawn,
    /// Another document stands in its place (CSAF 2.1 category `csaf_superseded`).
    Superseded,
}

/// One claim about one vulnerability and some products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its first id, as written (`CVE-2026-1`).
    pub vulnerability: String,
    /// Its further ids.
    pub aliases: Vec<String>,
    /// What it speaks of; shared, because one product tree serves many vulnerabilities.
    pub products: Vec<Arc<Product>>,
    /// What it says.
    pub status: Status,
    /// Why not affected, in the format's own word (`vulnerable_code_not_present`, `code_not_reachable`).
    /// Only words that the format defines; another one is a problem.
    pub justification: Option<String>,
    /// Why not affected, in words; for other states what the author notes. Empty when nothing is said.
    pub impact: String,
    /// What to do, or that nothing will be done («no fix planned»), in words. Empty when nothing is said.
    pub action: String,
    /// Who states it: of the statement, else of the document.
    pub author: String,
    /// Since when: of the statement, else of the document.
    pub dated: Option<Instant>,
    /// When it was last looked at, if told.
    pub last_updated: Option<Instant>,
    /// Where it stands in the document.
    pub place: Place,
}

/// Where in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Counted from 1; 0 when unknown.
    pub line: u32,
    /// As a path of keys (`statements[3]`).
    pub path: String,
}

/// The states of VEX (CISA, «Minimum Requirements for VEX», 2023, section 2.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// No remediation is needed.
    NotAffected,
    /// Remediation or mitigation is recommended.
    Affected,
    /// These versions contain a fix.
    Fixed,
    /// Not known yet.
    UnderInvestigation,
}

impl Status {
    /// The word as OpenVEX and reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::UnderInvestigation => "under_investigation",
        }
    }

    /// Whether it takes a finding out of the queue.
    pub fn clears(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}

/// What a statement speaks of. All identifiers are of the same thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Product {
    /// Its package URL.
    pub purl: Option<Purl>,
    /// Its CPE name, 2.2 or 2.3, as written.
    pub cpe: Option<String>,
    /// Digests: algorithm in small letters without dashes (`sha256`), and hexadecimal digits in small letters.
    pub hashes: Vec<(String, String)>,
    /// What else the document calls it: an IRI, a title, a name.
    pub names: Vec<String>,
    /// The one version meant, where it is told apart from the identifiers.
    pub version: Option<String>,
    /// The versions meant, as a range that is not evaluated: a product with one matches nothing.
    pub range: Option<String>,
    /// The parts of it that are meant; the whole of it when empty.
    pub subcomponents: Vec<Arc<Product>>,
}

/// Something in a document that was not understood; the rest was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What was met and what was expected.
    pub what: String,
}

/// Why a document was not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refused {
    /// Counted from 1; 0 when the reason has no line.
    pub line: u32,
    /// What was met and what was expected.
    pub what: String,
}

/// How much of a document is looked at to recognise it.
const HEAD: usize = 64 << 10;

/// Which format the bytes look like, by their first 64 KiB, also behind gzip or bzip2; `None` when they
/// look like no VEX document. A CycloneDX bill is recognised whether or not it states anything.
pub fn recognise(bytes: &[u8]) -> Option<Format> {
    let head = source::beginning(bytes, HEAD);
    let head = head.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(&head);
    let has = |text: &str| head.windows(text.len()).any(|window| window == text.as_bytes());
    match head.trim_ascii_start().first()? {
        b'{' if has(openvex::CONTEXT) => Some(Format::OpenVex),
        b'{' if has("\"csaf_version\"") => Some(Format::Csaf),
        b'{' if has("\"CycloneDX\"") && has("\"bomFormat\"") => Some(Format::CycloneDx),
        b'<' if has("http://cyclonedx.org/schema/bom/") => Some(Format::CycloneDx),
        _ => None,
    }
}

/// Reads a document, also one in gzip or bzip2.
///
/// # Errors
/// No document of a format known here, one of an unknown version, a malformed one, or one past the
/// bounds; with the line where one is known.
pub fn read(bytes: &[u8]) -> Result<Document, Refused> {
    let bytes = source::unwrapped(bytes)?;
    let text = source::text(&bytes)?;
    if text.trim_ascii_start().starts_with('<') {
        return cyclonedx::read_xml(text);
    }
    if !text.trim_ascii_start().starts_with('{') {
        return Err(Refused::new(1, "expected a JSON object or an XML document"));
    }
    source::weigh(text)?;
    // The key that tells the format may stand at the end of a document.
    let keys: Keys = serde_json::from_str(text).map_err(|e| Refused::json(&e))?;
    match keys {
        Keys { context: Some(_), .. } => openvex::read(text),
        Keys { bom: Some(_), .. } => cyclonedx::read_json(text),
        Keys { document: Some(_), .. } => csaf::read(text),
        _ => Err(Refused::new(
            1,
            "neither `@context` (OpenVEX) nor `bomFormat` (CycloneDX) nor `document` (CSAF)",
        )),
    }
}

/// The keys that tell the formats apart.
#[derive(serde::Deserialize)]
struct Keys {
    #[serde(rename = "@context")]
    context: Option<serde::de::IgnoredAny>,
    #[serde(rename = "bomFormat")]
    bom: Option<serde::de::IgnoredAny>,
    document: Option<serde::de::IgnoredAny>,
}
