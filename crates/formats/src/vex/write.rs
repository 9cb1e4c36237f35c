//! How do our own verdicts look as VEX?
//!
//! In: [`Claims`], plain data filled by the caller. Out: OpenVEX 0.2.0, or CycloneDX 1.6 with
//! `vulnerabilities` (a VDR with analyses), each valid against its schema but for one thing: OpenVEX
//! demands at least one statement, and where there is nothing to state none is made up. Each claim speaks
//! of one component on one asset and of nothing else; both documents read back as the same statements.

mod cyclonedx;
mod openvex;

use vocab::Instant;

use super::{Purl, Status};

pub use cyclonedx::write_cyclonedx;
pub use openvex::write_openvex;

/// A document to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// What makes it.
    pub tool: String,
    /// Its version.
    pub tool_version: String,
    /// `urn:uuid:` and a UUID that nobody else uses.
    pub id: String,
    /// What keeps the verdicts from being all, in words; `None` when nothing does.
    pub incomplete: Option<String>,
    /// When the verdicts were made.
    pub dated: Instant,
    /// What they speak of, the assets.
    pub assets: Vec<Whole>,
    /// In the order of the document.
    pub claims: Vec<Claim>,
}

/// An asset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Whole {
    /// What people call it.
    pub name: String,
    /// A container image, not an application.
    pub image: bool,
    /// Of an image: its digest (`sha256:…`).
    pub digest: Option<String>,
}

impl Whole {
    /// The purl by which a statement names the asset, here and when it is read back: of an image
    /// `pkg:oci` with the digest, of anything else `pkg:generic` with its name.
    pub fn purl(&self) -> Purl {
        let short = self.name.rsplit('/').next().unwrap_or_default();
        let short = short.split([':', '@']).next().filter(|n| !n.is_empty()).unwrap_or("image");
        match &self.digest {
            Some(digest) if self.image => Purl {
                kind: "oci".to_owned(),
                name: short.to_lowercase(),
                version: Some(digest.clone()),
                ..Purl::default()
            },
            _ => Purl {
                kind: "generic".to_owned(),
                name: self.name.trim().to_owned(),
                ..Purl::default()
            },
        }
    }
}

/// One claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The vulnerability's first id.
    pub vulnerability: String,
    /// Its further ids.
    pub aliases: Vec<String>,
    /// One line on it.
    pub title: String,
    /// `critical`, `high`, `medium`, `low`, `none`, `unknown`.
    pub severity: String,
    /// The CVSS vector behind it.
    pub vector: Option<String>,
    /// Weakness classes (`CWE-79`).
    pub cwes: Vec<String>,
    /// Index into [`Claims::assets`].
    pub asset: u32,
    /// The component's purl, with its version.
    pub purl: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What is claimed.
    pub status: Status,
    /// Why not affected, in a word of OpenVEX or CycloneDX.
    pub justification: Option<String>,
    /// Why not affected, in words.
    pub impact: String,
    /// What to do, in words. Of what is affected never empty: «no action is known» is said.
    pub action: String,
    /// What CycloneDX calls responses (`update`, `will_not_fix`).
    pub responses: Vec<&'static str>,
    /// Whose word it is, where it is not ours.
    pub notes: String,
    /// When it was said first.
    pub dated: Option<Instant>,
}

/// The same reason in the other format's word; only where both mean the same.
const SAME: [(&str, &str); 4] = [
    ("component_not_present", "code_not_present"),
    ("vulnerable_code_not_present", "code_not_present"),
    ("vulnerable_code_not_in_execute_path", "code_not_reachable"),
    ("inline_mitigations_already_exist", "protected_by_mitigating_control"),
];

/// An instant as both formats ask for it.
fn second(instant: Instant) -> String {
    let rounded = Instant::from_second(instant.as_second()).unwrap_or(instant);
    rounded.to_string()
}

fn joined(parts: &[&str]) -> String {
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(". ")
}

/// The text, if it has one.
fn some(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|t| !t.is_empty())
}
