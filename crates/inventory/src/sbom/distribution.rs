//! Which distribution is a package of, by what a bill tells of it?
//!
//! A package URL names the distribution in its namespace and the release in `distro` (package-url
//! type definitions of deb, rpm and apk); tools write both in several ways. The release may also stand
//! in the bill's operating system, or in the release tag of an rpm. Where none does, the ecosystem has
//! no release, and nothing of it is ever «clear».

use vocab::purl::Parsed;
use vocab::{Base, Ecosystem};

use crate::system::OsRelease;
use crate::system::os_release::ecosystem;

/// Code names in the place of release numbers (Debian and Ubuntu archives).
const CODENAMES: &[(&str, &str)] = &[
    ("wheezy", "7"),
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("trusty", "14.04"),
    ("xenial", "16.04"),
    ("bionic", "18.04"),
    ("focal", "20.04"),
    ("jammy", "22.04"),
    ("noble", "24.04"),
    ("oracular", "24.10"),
    ("plucky", "25.04"),
];

/// The operating system that a bill lists: os-release's `ID` and `VERSION_ID`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct System {
    pub id: String,
    pub version: String,
}

/// The ecosystem of a package of a distribution.
pub(super) fn of(purl: &Parsed, version: &str, system: Option<&System>) -> Ecosystem {
    let namespace = id(purl.namespace.as_deref().unwrap_or_default());
    let distro = purl.qualifier("distro").map(|text| split(text, &namespace));
    let listed = system.filter(|s| s.id == namespace).map(|s| (s.id.clone(), s.version.clone()));
    let tagged = release_tag(version)
        .filter(|_| purl.kind == "rpm")
        .map(|tag| (namespace.clone(), tag.to_owned()));
    let releases = [distro, listed, tagged];
    let (id, version) = releases
        .into_iter()
        .flatten()
        .find(|(id, version)| ecosystem(id, version).is_some())
        .unwrap_or((namespace, String::new()));
    let id = if id.is_empty() { purl.kind.clone() } else { id };
    OsRelease { id, version, ..OsRelease::default() }.shown_ecosystem()
}

/// os-release's `ID` for what purls and bills call a distribution.
pub(super) fn id(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let id = match lower.as_str() {
        "redhat" => "rhel",
        "alma" => "almalinux",
        "rockylinux" => "rocky",
        "suse" => "sles",
        "opensuse.leap" => "opensuse-leap",
        "cbl-mariner" => "mariner",
        "azure-linux" | "azl" => "azurelinux",
        _ => return lower,
    };
    id.to_owned()
}

/// `debian-12`, `opensuse-leap-15.4`, `3.20.3` (a release alone), `bookworm`.
fn split(distro: &str, namespace: &str) -> (String, String) {
    let own = || namespace.to_owned();
    if let Some((_, number)) = CODENAMES.iter().find(|(name, _)| *name == distro) {
        return (own(), (*number).to_owned());
    }
    if distro.starts_with(|c: char| c.is_ascii_digit()) {
        return (own(), distro.to_owned());
    }
    match distro.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => {
            (id(name), version.to_owned())
        }
        Some((name, codename)) => {
            let number = CODENAMES.iter().find(|(known, _)| *known == codename);
            number.map_or_else(
                || (id(distro), String::new()),
                |(_, number)| (id(name), (*number).to_owned()),
            )
        }
        None => (id(distro), String::new()),
    }
}

/// The `9` of `3.0.7-18.el9_2`: rpms of Red Hat and its rebuilds bear the release they are made for.
fn release_tag(version: &str) -> Option<&str> {
    let (_, tag) = version.rsplit_once(".el")?;
    let end = tag.find(|c: char| !c.is_ascii_digit()).unwrap_or(tag.len());
    tag.get(..end).filter(|digits| !digits.is_empty())
}

/// The `distro` qualifier that leads to an ecosystem again; `None` where there is no release in it.
pub(super) fn qualifier(release: &Ecosystem) -> Option<String> {
    let suffix = release.suffix()?;
    let (id, version) = match release.base() {
        Base::Debian => ("debian", suffix),
        Base::Ubuntu => ("ubuntu", suffix.strip_suffix(":LTS").unwrap_or(suffix)),
        Base::Alpine => ("alpine", suffix.strip_prefix('v').unwrap_or(suffix)),
        Base::AlmaLinux => ("almalinux", suffix),
        Base::RockyLinux => ("rocky", suffix),
        Base::Mageia => ("mageia", suffix),
        Base::AzureLinux => ("azurelinux", suffix),
        Base::PhotonOs => ("photon", suffix),
        Base::RedHat => ("rhel", suffix.strip_prefix("enterprise_linux:")?),
        Base::OpenSuse => ("opensuse-leap", suffix.strip_prefix("Leap ")?),
        _ => return None,
    };
    // Only what leads back: a repository of Red Hat or a service of Ubuntu does not.
    let back = ecosystem(id, version).as_ref() == Some(release);
    back.then(|| format!("{id}-{version}"))
}
