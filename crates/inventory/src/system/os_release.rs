//! Which distribution is it, and in which OSV ecosystem do advisories speak of it?
//!
//! In: the bytes of `etc/os-release` (os-release(5)), or an `ID` and a `VERSION_ID` that another document
//! tells. Out: an [`OsRelease`], and an [`Ecosystem`] where records can meet the system's packages. Never:
//! a derivative taken for its parent. `ID_LIKE` says that two systems are alike, not that their packages
//! are the same, so Raspbian, Kali or Mint are no Debian (docs/decisions/0007-installed-systems.md).

use vocab::{Base, Ecosystem};

use super::OsRelease;

/// Longest file read; real ones have less than a thousand bytes.
pub const MAX_BYTES: u64 = 64 * 1024;
/// Longest value kept; what is longer was not written by a distribution.
const MAX_VALUE: usize = 512;

impl OsRelease {
    /// Reads os-release(5): `KEY=value` in the shell's quoting, the last of equal keys counts. `None`
    /// when no line is an assignment. Without `ID` it is `linux`, as the manual says.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes.get(..MAX_BYTES as usize).unwrap_or(bytes));
        let mut release = Self { id: "linux".to_owned(), ..Self::default() };
        let mut any = false;
        for line in text.lines() {
            let line = line.trim();
            let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
                continue;
            };
            any = true;
            let value = unquoted(value);
            match key {
                "ID" if !value.is_empty() => release.id = value.to_ascii_lowercase(),
                "ID_LIKE" => release.like = value.split_whitespace().map(str::to_owned).collect(),
                "VERSION_ID" => release.version = value,
                "VERSION_CODENAME" => release.codename = value,
                "PRETTY_NAME" => release.pretty = value,
                "CPE_NAME" => release.cpe = value,
                "SUPPORT_END" => release.support_end = Some(value).filter(|v| !v.is_empty()),
                _ => {}
            }
        }
        any.then_some(release)
    }

    /// The OSV ecosystem of its release, as [`ecosystem`] has it, with what only the full name tells.
    pub fn ecosystem(&self) -> Option<Ecosystem> {
        match self.id.as_str() {
            // «openEuler 22.03 (LTS-SP3)»: the service pack is part of the ecosystem's name.
            "openeuler" => {
                let pack = self.pretty.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
                match pack.map(|(pack, _)| pack).filter(|pack| pack.starts_with("LTS")) {
                    Some(pack) => ecosystem(&self.id, &format!("{}-{pack}", self.version)),
                    None => ecosystem(&self.id, &self.version),
                }
            }
            // The development branch bears the number of the release that it leads to.
            "almalinux" if self.pretty.contains("Kitten") => None,
            id => ecosystem(id, &self.version),
        }
    }

    /// The ecosystem under which its packages are shown: [`OsRelease::ecosystem`]; without it the base
    /// alone, or a name of its own that no advisory bears. Neither is ever «clear».
    pub fn shown_ecosystem(&self) -> Ecosystem {
        if let Some(ecosystem) = self.ecosystem() {
            return ecosystem;
        }
        match base(&self.id) {
            Some(base) => Ecosystem::from(base),
            None if self.version.is_empty() => unknown(&self.id),
            None => unknown(&format!("{}:{}", self.id, self.version)),
        }
    }
}

/// The ecosystem of a system that OSV does not know, kept as written; never one that OSV knows.
pub(super) fn unknown(text: &str) -> Ecosystem {
    let ecosystem = Ecosystem::parse(text);
    match ecosystem.base() {
        Base::Other => ecosystem,
        _ => Ecosystem::parse(&format!("system {text}")),
    }
}

/// The OSV ecosystem of a distribution by os-release's `ID` and `VERSION_ID`; `None` when OSV has no
/// ecosystem for it or the version names no release (Debian testing, Alpine edge). Spellings: OSV schema,
/// «Defined Ecosystems», and the records themselves.
pub fn ecosystem(id: &str, version: &str) -> Option<Ecosystem> {
    let id = id.to_ascii_lowercase();
    let version = version.trim();
    let base = base(&id)?;
    let suffix = match base {
        Base::Wolfi | Base::Chainguard | Base::MinimOs | Base::Echo => return Some(base.into()),
        Base::Debian | Base::AlmaLinux | Base::RockyLinux | Base::Mageia | Base::AzureLinux => {
            major(version)?.to_owned()
        }
        Base::Ubuntu => ubuntu(version)?,
        Base::Alpine => {
            let version = version.strip_prefix('v').unwrap_or(version);
            let (major, minor) = major_minor(version)?;
            // `3.21_alpha20240923` is edge, which has no release.
            (!version.contains('_')).then(|| format!("v{major}.{minor}"))?
        }
        // Records are told by repository (`enterprise_linux:9::appstream`), and os-release names only
        // one of those that a system draws from. So this names the release, and no record bears it.
        Base::RedHat => format!("enterprise_linux:{}", major(version)?),
        Base::OpenSuse => match id.as_str() {
            "opensuse-tumbleweed" => "Tumbleweed".to_owned(),
            "opensuse-leap" | "opensuse" => release("Leap ", version)?,
            _ => release("Leap Micro ", version)?,
        },
        Base::Suse => sles(version)?,
        Base::OpenEuler => open_euler(version)?,
        Base::PhotonOs => release("", version)?,
        Base::Alpaquita | Base::BellSoft if version == "stream" || digits(version) => {
            version.to_owned()
        }
        _ => return None,
    };
    Some(Ecosystem::parse(&format!("{}:{suffix}", base.name())))
}

/// The distributions of which OSV has records, by `ID` in lower case.
fn base(id: &str) -> Option<Base> {
    Some(match id {
        "debian" => Base::Debian,
        "ubuntu" => Base::Ubuntu,
        "echo" => Base::Echo,
        "alpine" => Base::Alpine,
        "wolfi" => Base::Wolfi,
        "chainguard" => Base::Chainguard,
        "minimos" => Base::MinimOs,
        "alpaquita" => Base::Alpaquita,
        "bellsoft-hardened-containers" => Base::BellSoft,
        "rhel" => Base::RedHat,
        "almalinux" => Base::AlmaLinux,
        "rocky" => Base::RockyLinux,
        "sles" => Base::Suse,
        "opensuse" | "opensuse-leap" | "opensuse-leap-micro" | "opensuse-tumbleweed" => {
            Base::OpenSuse
        }
        "mageia" => Base::Mageia,
        "openeuler" => Base::OpenEuler,
        // Azure Linux was called CBL-Mariner up to its release 2.
        "azurelinux" | "mariner" => Base::AzureLinux,
        "photon" => Base::PhotonOs,
        _ => return None,
    })
}

/// `22.04:LTS`, `23.10`: the releases of April in even years are supported for long.
fn ubuntu(version: &str) -> Option<String> {
    let (year, month) = major_minor(version)?;
    let even = year.bytes().last().is_some_and(|digit| (digit - b'0').is_multiple_of(2));
    let long = if even && month == "04" { ":LTS" } else { "" };
    Some(format!("{year}.{month}{long}"))
}

/// Up to 15 the records are told by module and by phase of support (`Linux Enterprise Module for
/// Basesystem 15 SP6`, `Linux Enterprise Server 15 SP4-LTSS`), which os-release does not name; so this
/// names the release, and no record bears it. 16 has no modules.
fn sles(version: &str) -> Option<String> {
    let (major, minor) =
        major_minor(version).or(Some((version, "0")).filter(|_| digits(version)))?;
    Some(match (major.parse::<u32>().ok()?, minor) {
        (16.., _) => format!("Linux Enterprise Server {major}.{minor}"),
        (_, "0") => format!("Linux Enterprise {major}"),
        _ => format!("Linux Enterprise {major} SP{minor}"),
    })
}

/// `24.03-LTS`, `22.03-LTS-SP3`; a release of March is one for long support.
fn open_euler(version: &str) -> Option<String> {
    let (number, rest) = version.split_at(version.find('-').unwrap_or(version.len()));
    let (year, month) = major_minor(number)?;
    let plain = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match rest {
        "" if month == "03" => Some(format!("{year}.{month}-LTS")),
        rest => plain.then(|| format!("{year}.{month}{rest}")),
    }
}

/// A name and a version of two or more numbers.
fn release(name: &str, version: &str) -> Option<String> {
    let (major, minor) = major_minor(version)?;
    Some(format!("{name}{major}.{minor}"))
}

/// The first number: `9` of `9.4`.
fn major(version: &str) -> Option<&str> {
    let major = version.split_once('.').map_or(version, |(major, _)| major);
    digits(major).then_some(major)
}

/// The first two numbers: `3` and `18` of `3.18.4`.
fn major_minor(version: &str) -> Option<(&str, &str)> {
    let (major, rest) = version.split_once('.')?;
    let minor = rest.split(['.', '_']).next()?;
    (digits(major) && digits(minor)).then_some((major, minor))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// A value without the shell's quotes and, within double quotes or none, its backslashes.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    let mut out = String::new();
    let mut quote = None;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => out.extend(chars.next()),
            // A comment or a second word ends an unquoted value.
            (None, ' ' | '\t') => break,
            (_, c) => out.push(c),
        }
        if out.len() >= MAX_VALUE {
            break;
        }
    }
    out
}
