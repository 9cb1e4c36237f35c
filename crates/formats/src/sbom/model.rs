//! What is a bill of materials, whichever format it is in?
//!
//! Plain data in the words of CycloneDX, which SPDX's packages fit into. Nothing here reads or writes.

/// The format of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// CycloneDX 1.2 to 1.7.
    CycloneDxJson,
    /// CycloneDX 1.0 to 1.7.
    CycloneDxXml,
    /// SPDX 2.2 and 2.3.
    SpdxJson,
    /// SPDX 2.1 to 2.3.
    SpdxTagValue,
    /// SPDX 3.0, JSON-LD in its canonical serialisation.
    Spdx3Json,
}

impl Kind {
    /// The format without a version, for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CycloneDxJson => "CycloneDX json",
            Self::CycloneDxXml => "CycloneDX xml",
            Self::SpdxJson => "SPDX json",
            Self::SpdxTagValue => "SPDX tag-value",
            Self::Spdx3Json => "SPDX 3 json",
        }
    }
}

/// A bill of materials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bill {
    /// Specification, version and encoding («CycloneDX 1.5 json»). Empty in a bill not read from a file.
    pub format: String,
    /// What identifies the document: CycloneDX `serialNumber`, SPDX `documentNamespace`.
    pub serial: Option<String>,
    /// CycloneDX `version`: how often the document with this serial was changed. 1 where not told.
    pub revision: u32,
    /// SPDX document name.
    pub name: Option<String>,
    /// When it was made, as written.
    pub created: Option<String>,
    /// What made it, name and version.
    pub tools: Vec<String>,
    /// What the bill is about, as indices into `components`: one in CycloneDX (`metadata.component`), any
    /// number in SPDX (what the document describes).
    pub subjects: Vec<u32>,
    /// Every component, the subjects and the nested ones included; a parent stands before its parts.
    pub components: Vec<Component>,
    /// Who requires whom, as indices into `components`: (requirer, required). Sorted, without repetition.
    pub dependencies: Vec<(u32, u32)>,
    /// What could not be read. A bill with problems is incomplete.
    pub problems: Vec<Problem>,
}

/// One component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Component {
    /// CycloneDX `bom-ref`, SPDX identifier; empty where the document has none. Writers make one then.
    pub id: String,
    /// The component that this one is a part of, as an index into [`Bill::components`].
    pub parent: Option<u32>,
    /// What it is.
    pub kind: ComponentType,
    /// CycloneDX `group` (Maven group, npm scope); `None` in SPDX.
    pub group: Option<String>,
    /// As written; never empty.
    pub name: String,
    /// As written; `None` where absent or empty.
    pub version: Option<String>,
    /// The package URL, as written. Further ones of the same component are properties (`purl`).
    pub purl: Option<String>,
    /// CPE 2.2 or 2.3 names, as written.
    pub cpes: Vec<String>,
    /// Digests: algorithm as CycloneDX spells it (`SHA-256`), hexadecimal digits.
    pub hashes: Vec<(String, String)>,
    /// Identifiers, names or expressions, as written.
    pub licences: Vec<String>,
    /// Whether it is needed; `None` where not told.
    pub scope: Option<Scope>,
    /// Name and value, in the order of the document. Gabion's own begin with `gabion:`.
    pub properties: Vec<(String, String)>,
    /// Who supplied it, by name.
    pub supplier: Option<String>,
    /// Line of its beginning, counted from 1; 0 where it was not read from a document.
    pub line: u32,
}

/// What a component is: CycloneDX `type`, SPDX `primaryPackagePurpose`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ComponentType {
    /// `application`
    Application,
    /// `framework`
    Framework,
    /// `library`; also what SPDX does not tell.
    #[default]
    Library,
    /// `container`
    Container,
    /// `platform`
    Platform,
    /// `operating-system`
    OperatingSystem,
    /// `device`
    Device,
    /// `device-driver`
    DeviceDriver,
    /// `firmware`
    Firmware,
    /// `file`
    File,
    /// `machine-learning-model`
    MachineLearningModel,
    /// `data`
    Data,
    /// `cryptographic-asset`
    CryptographicAsset,
}

impl ComponentType {
    /// CycloneDX's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Framework => "framework",
            Self::Library => "library",
            Self::Container => "container",
            Self::Platform => "platform",
            Self::OperatingSystem => "operating-system",
            Self::Device => "device",
            Self::DeviceDriver => "device-driver",
            Self::Firmware => "firmware",
            Self::File => "file",
            Self::MachineLearningModel => "machine-learning-model",
            Self::Data => "data",
            Self::CryptographicAsset => "cryptographic-asset",
        }
    }
}

/// Whether a component is needed (CycloneDX `scope`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Needed at run time.
    Required,
    /// Not needed at run time, may be called if present.
    Optional,
    /// Not part of what runs: tests, tools.
    Excluded,
}

impl Scope {
    /// CycloneDX's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Excluded => "excluded",
        }
    }
}

/// Something that could not be read; the rest of the document was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1; 0 when the place has no line.
    pub line: u32,
    /// Where in the document (`components[3].purl`); empty when the line says all.
    pub place: String,
    /// What was met and what was expected.
    pub what: String,
}

/// Problems that a bill names when it is written.
const NAMED: usize = 20;

impl Bill {
    /// What it lacks, for whoever reads it, a line each; the last says how many more there are.
    pub(crate) fn lacks(&self) -> Vec<String> {
        let line = |problem: &Problem| match problem.place.as_str() {
            "" => problem.what.clone(),
            place => format!("{place}: {}", problem.what),
        };
        let mut lines: Vec<String> = self.problems.iter().take(NAMED).map(line).collect();
        let more = self.problems.len().saturating_sub(NAMED);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines
    }
}

/// Why a document was not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.told())]
pub struct Refused {
    /// Counted from 1; 0 when the place has no line.
    pub line: u32,
    /// Where in the document (`specVersion`); empty when the line says all.
    pub place: String,
    /// What was met and what was expected.
    pub what: String,
}

impl Refused {
    fn told(&self) -> String {
        let Self { line, place, what } = self;
        match (line, place.as_str()) {
            (0, "") => what.clone(),
            (0, place) => format!("{place}: {what}"),
            (line, "") => format!("line {line}: {what}"),
            (line, place) => format!("line {line}, {place}: {what}"),
        }
    }
}

/// Who writes a document, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Version of the program.
    pub tool_version: String,
    /// RFC 3339 in UTC, seconds (`2026-11-21T12:00:00Z`), as both formats ask for.
    pub timestamp: String,
    /// `urn:uuid:` and a UUID that nobody else uses.
    pub serial: String,
}
