//! By which names may a statement call an asset, and a package on it?
//!
//! Everything that the files told of them, and nothing that was made up: a name that is not known fits no
//! statement.

use formats::vex::{Asset, Image, Purl, Subject};
use vocab::{Base, Ecosystem};

use super::super::gather::{AssetFiles, Gathered, Kind, Package};
use crate::report;

/// Most declarations of one package whose details are looked at.
const MAX_SEEN: usize = 1_000;

/// The names of an asset: what people and registries call it. What a project calls itself counts in a
/// bill, which the user hands over as a statement of what it is, and where the tree is `trusted`: else a
/// pull request that takes another product's name would draw its statements to itself.
pub(crate) fn asset(
    number: u32,
    gathered: &Gathered,
    asset: &report::Asset,
    trusted: bool,
) -> Asset {
    let mut names = Asset { names: vec![asset.id.clone()], ..Asset::default() };
    // As our own statements write it (see `cli`, OpenVEX).
    names.purls.extend(generic(&asset.id));
    let Some(files) = gathered.assets.get(number as usize) else { return names };
    names.names.push(files.name.clone());
    names.images = files.references.iter().filter_map(|r| Image::parse(r)).collect();
    let digests = files.digest.iter().chain(&files.references);
    for (algorithm, digits) in digests.filter_map(|text| digest(text)) {
        names.hashes.push((algorithm.to_ascii_lowercase(), digits.to_ascii_lowercase()));
    }
    names.cpes.extend(distribution_cpe(files));
    if !trusted && files.kind != Kind::Sbom {
        return names;
    }
    let own = gathered.packages.iter().filter(|p| p.asset == number && p.is_first_party());
    for package in own {
        names.purls.extend(purls(package));
        if let Some(version) = package.version.exact() {
            names.names.push(format!("{}@{version}", package.name));
        }
    }
    names
}

/// The names of a package.
pub(crate) fn subject(gathered: &Gathered, package: &Package) -> Subject {
    let mut subject = Subject { purls: purls(package), ..Subject::default() };
    subject.qualifiers = qualifiers(&package.ecosystem);
    let seen = package.seen.iter().take(MAX_SEEN);
    let details = seen.filter_map(|seen| {
        gathered.readings.get(seen.reading as usize)?.details.get(&seen.component)
    });
    for details in details {
        let written = details.purl.as_deref().and_then(Purl::parse);
        let architecture =
            details.architecture.as_ref().map(|name| ("arch".to_owned(), name.clone()));
        if let Some(name) = &details.package {
            // An architecture is the installed package's: a statement that names one is about that
            // package and not about all that was built from its source.
            let package = written.filter(|purl| purl.name == *name).or_else(|| {
                // Its version may differ from the source's: only its own purl tells it.
                let version = None;
                subject.purls.first().map(|p| Purl { name: name.clone(), version, ..p.clone() })
            });
            let package = package.map(|mut package| {
                if package.qualifier("arch").is_none() {
                    package.qualifiers.extend(architecture);
                }
                package
            });
            push(&mut subject.installed, package);
        } else {
            push(&mut subject.purls, written);
            push(&mut subject.qualifiers, architecture);
        }
        for cpe in &details.cpes {
            push(&mut subject.cpes, Some(cpe.clone()));
        }
        for (algorithm, digits) in &details.hashes {
            let letters = algorithm.chars().filter(char::is_ascii_alphanumeric);
            let algorithm: String = letters.map(|c| c.to_ascii_lowercase()).collect();
            push(&mut subject.hashes, Some((algorithm, digits.to_ascii_lowercase())));
        }
    }
    subject
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: Option<T>) {
    if let Some(item) = item.filter(|item| !list.contains(item)) {
        list.push(item);
    }
}

/// The purl as findings have it.
fn purls(package: &Package) -> Vec<Purl> {
    let normal = package.ecosystem.normal_name(&package.name);
    let purl = vocab::purl::purl(&package.ecosystem, &normal, package.version.exact());
    purl.as_deref().and_then(Purl::parse).into_iter().collect()
}

/// What the ecosystem tells that a purl has as qualifiers: the release in the spellings that tools use,
/// and that the package is a source package, which is what advisories of distributions name.
fn qualifiers(ecosystem: &Ecosystem) -> Vec<(String, String)> {
    let id = match ecosystem.base() {
        Base::Debian => "debian",
        Base::Ubuntu => "ubuntu",
        Base::Alpine => "alpine",
        Base::Wolfi => "wolfi",
        Base::Chainguard => "chainguard",
        Base::RedHat => "rhel",
        Base::AlmaLinux => "almalinux",
        Base::RockyLinux => "rocky",
        _ => return Vec::new(),
    };
    let mut qualifiers = Vec::new();
    let mut add = |key: &str, value: String| qualifiers.push((key.to_owned(), value));
    if matches!(ecosystem.base(), Base::Debian | Base::Ubuntu) {
        add("arch", "source".to_owned());
    }
    if matches!(ecosystem.base(), Base::RedHat | Base::AlmaLinux | Base::RockyLinux) {
        add("arch", "src".to_owned());
    }
    let Some(release) = release(ecosystem) else { return qualifiers };
    add("distro", format!("{id}-{release}"));
    if let Some(codename) = codename(ecosystem.base(), release) {
        add("distro", codename.to_owned());
        add("distro", format!("{id}-{codename}"));
    }
    qualifiers
}

/// The release's number (`12` of `Debian:12`, `22.04` of `Ubuntu:22.04:LTS`, `3.19` of `Alpine:v3.19`).
fn release(ecosystem: &Ecosystem) -> Option<&str> {
    let suffix = ecosystem.suffix()?;
    let number = |part: &&str| part.starts_with(|c: char| c.is_ascii_digit());
    suffix.split(':').map(|part| part.strip_prefix('v').unwrap_or(part)).find(number)
}

fn codename(base: Base, release: &str) -> Option<&'static str> {
    Some(match (base, release) {
        (Base::Debian, "10") => "buster",
        (Base::Debian, "11") => "bullseye",
        (Base::Debian, "12") => "bookworm",
        (Base::Debian, "13") => "trixie",
        (Base::Ubuntu, "18.04") => "bionic",
        (Base::Ubuntu, "20.04") => "focal",
        (Base::Ubuntu, "22.04") => "jammy",
        (Base::Ubuntu, "24.04") => "noble",
        (Base::Ubuntu, "26.04") => "resolute",
        _ => return None,
    })
}

/// The CPE name of the distribution, as its makers write it in os-release and NVD in its dictionary.
fn distribution_cpe(files: &AssetFiles) -> Option<String> {
    let ecosystem = files.distribution.as_ref()?.ecosystem.as_ref()?;
    let release = release(ecosystem)?;
    let product = match ecosystem.base() {
        Base::RedHat => "redhat:enterprise_linux",
        Base::Debian => "debian:debian_linux",
        Base::Ubuntu => "canonical:ubuntu_linux",
        Base::Alpine => "alpinelinux:alpine_linux",
        Base::AlmaLinux => "almalinux:almalinux",
        Base::RockyLinux => "rocky:rocky",
        _ => return None,
    };
    Some(format!("cpe:/o:{product}:{release}"))
}

/// The digest of `sha256:…`, also behind a name (`app@sha256:…`).
fn digest(text: &str) -> Option<(&str, &str)> {
    let text = text.rsplit_once('@').map_or(text, |(_, digest)| digest);
    let (algorithm, digits) = text.split_once(':')?;
    let hexadecimal = digits.len() >= 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then_some((algorithm, digits))
}

/// `pkg:generic/NAME`.
fn generic(name: &str) -> Option<Purl> {
    let name = name.trim();
    let purl = Purl { kind: "generic".to_owned(), name: name.to_owned(), ..Purl::default() };
    (!name.is_empty()).then_some(purl)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use formats::vex::{Purl, Statement};
    use inventory::Details;
    use vocab::{Declared, Ecosystem, Origin, Scope};

    use super::super::super::gather::{
        AssetFiles, Distribution, FileReading, Gathered, Kind, Package, Seen,
    };

    fn package(ecosystem: &str, name: &str, version: &str, details: Vec<Details>) -> Gathered {
        let count = u32::try_from(details.len()).expect("few");
        let package = Package {
            asset: 0,
            ecosystem: Ecosystem::parse(ecosystem),
            name: name.to_owned(),
            version: Declared::Exact(version.to_owned()),
            origins: vec![Origin::Registry],
            scope: Scope::Unknown,
            direct: None,
            seen: (0..count).map(|component| Seen { reading: 0, component, line: 0 }).collect(),
            more: false,
            owned: false,
        };
        let reading = FileReading {
            asset: 0,
            path: "var/lib/dpkg/status".into(),
            full: String::new(),
            packages: vec![0; details.len()],
            requires: Vec::new(),
            details: (0u32..).zip(details).collect::<BTreeMap<_, _>>(),
            layer: None,
        };
        Gathered { packages: vec![package], readings: vec![reading], ..Gathered::default() }
    }

    fn installed(name: &str, purl: Option<&str>) -> Details {
        Details {
            package: Some(name.to_owned()),
            purl: purl.map(str::to_owned),
            architecture: Some("amd64".to_owned()),
            ..Details::default()
        }
    }

    fn image() -> AssetFiles {
        AssetFiles {
            path: "image.tar".into(),
            name: "acme/app".into(),
            relative: String::new(),
            root: "image.tar".into(),
            real: None,
            kind: Kind::Image,
            digest: Some(format!("sha256:{}", "AB".repeat(32))),
            itself: String::new(),
            references: vec!["ghcr.io/acme/app:1".into()],
            distribution: Some(Distribution {
                name: "Debian GNU/Linux 12".into(),
                ecosystem: Some(Ecosystem::parse("Debian:12")),
                ends: None,
            }),
            files: 1,
        }
    }

    /// Whether a statement about this product speaks of the package on the image.
    fn speaks(gathered: &Gathered, product: &str) -> bool {
        speaks_on(gathered, product, image(), true)
    }

    fn speaks_on(gathered: &Gathered, product: &str, files: AssetFiles, trusted: bool) -> bool {
        let mut gathered_with = Gathered { assets: vec![files], ..Gathered::default() };
        gathered_with.packages.clone_from(&gathered.packages);
        let now = vocab::instant::parse("2026-11-21").expect("an instant");
        let mut asset = crate::demo::demo(now).expect("the demo").assets.remove(0);
        asset.id = "my app".into();
        let asset = super::asset(0, &gathered_with, &asset, trusted);
        let subject = super::subject(gathered, gathered.packages.first().expect("one"));
        let text = format!(
            r#"{{"@context": "https://openvex.dev/ns", "statements": [
             {{"vulnerability": "CVE-1", "status": "fixed", "products": [{product}]}}]}}"#
        );
        let document = formats::vex::read(text.as_bytes()).expect("a document");
        let speaks = |s: &Statement| s.speaks_of(&subject, &asset);
        document.statements.iter().any(speaks)
    }

    #[test]
    fn a_distribution_package_goes_by_its_source_its_release_and_what_is_installed_of_it() {
        let gathered = package(
            "Debian:12",
            "openssl",
            "3.0.1-1",
            vec![installed("libssl3", None), installed("openssl", None)],
        );
        for product in [
            r#""pkg:deb/debian/openssl@3.0.1-1""#,
            r#""pkg:deb/debian/openssl?arch=source&distro=bookworm""#,
            r#""pkg:deb/debian/openssl?arch=amd64", "pkg:deb/debian/libssl3?distro=debian-12""#,
        ] {
            assert!(speaks(&gathered, product), "{product}");
        }
        for product in [
            r#""pkg:deb/debian/openssl?distro=debian-11""#,
            r#""pkg:deb/debian/openssl@3.0.1-2""#,
            r#""pkg:deb/ubuntu/openssl""#,
            r#""pkg:deb/debian/libssl3""#,
            r#""pkg:deb/debian/openssl?arch=amd64""#,
        ] {
            assert!(!speaks(&gathered, product), "{product}");
        }
        let both = vec![installed("libssl3", None), installed("libcrypto3", None)];
        let gathered = package("Debian:12", "openssl", "3.0.1-1", both);
        assert!(!speaks(&gathered, r#""pkg:deb/debian/libssl3""#));
        assert!(speaks(&gathered, r#""pkg:deb/debian/libssl3", "pkg:deb/debian/libcrypto3""#));
        // The version of an installed package is known from its own purl only.
        assert!(!speaks(
            &gathered,
            r#""pkg:deb/debian/libssl3@3.0.1-1", "pkg:deb/debian/libcrypto3""#
        ));
        let own =
            vec![installed("libssl3", Some("pkg:deb/debian/libssl3@3.0.1-1%2Bb1?arch=amd64"))];
        let gathered = package("Debian:12", "openssl", "3.0.1-1", own);
        assert!(speaks(&gathered, r#""pkg:deb/debian/libssl3@3.0.1-1%2Bb1""#));
    }

    #[test]
    fn an_image_goes_by_its_digest_its_reference_its_distribution_and_its_name() {
        let gathered = package("npm", "a", "1", vec![]);
        let within = |product: &str| {
            speaks(
                &gathered,
                &format!(r#"{{{product}, "subcomponents": [{{"@id": "pkg:npm/a@1"}}]}}"#),
            )
        };
        let digest = format!(r#""@id": "pkg:oci/x@sha256:{}""#, "ab".repeat(32));
        for product in [
            digest.as_str(),
            r#""@id": "pkg:oci/app?repository_url=ghcr.io/acme/app&tag=1""#,
            r#""@id": "my app""#,
            r#""@id": "acme/app""#,
            r#""@id": "pkg:generic/my%20app""#,
            r#""identifiers": {"cpe22": "cpe:/o:debian:debian_linux:12"}"#,
        ] {
            assert!(within(product), "{product}");
        }
        for product in [
            r#""@id": "pkg:oci/x@sha256:cd""#,
            r#""@id": "pkg:oci/app?tag=2""#,
            r#""@id": "app""#,
            r#""@id": "pkg:generic/app""#,
            r#""identifiers": {"cpe22": "cpe:/o:debian:debian_linux:11"}"#,
        ] {
            assert!(!within(product), "{product}");
        }
    }

    #[test]
    fn a_project_goes_by_the_package_that_it_is() {
        let mut gathered = package("npm", "shop", "4.2", vec![]);
        gathered.packages.iter_mut().for_each(|p| p.origins = vec![Origin::FirstParty]);
        assert!(speaks(
            &gathered,
            r#"{"@id": "pkg:npm/shop@4.2", "subcomponents": [{"@id": "pkg:npm/shop"}]}"#
        ));
        assert!(!speaks(
            &gathered,
            r#"{"@id": "pkg:npm/shop@4.1", "subcomponents": [{"@id": "pkg:npm/shop"}]}"#
        ));
        let product = r#"{"@id": "pkg:npm/shop@4.2", "subcomponents": [{"@id": "pkg:npm/shop"}]}"#;
        let on = |kind| speaks_on(&gathered, product, AssetFiles { kind, ..image() }, false);
        assert!(on(Kind::Sbom), "a bill is the word of whom the user trusts with it");
        assert!(!on(Kind::Repository), "a tree may take any name");
        assert_eq!(super::digest("app@sha256:00"), None);
        assert_eq!(Purl::parse("pkg:generic/my%20app"), super::generic("my app"));
    }
}
