//! What is a component's package URL (purl)?

use packageurl::PackageUrl;

use crate::ecosystem::{Base, Ecosystem};

/// The purl of a package, with the version when one is given (package-url specification and its type
/// definitions). `None` when the ecosystem has no purl type or the name cannot be written as one.
pub fn purl(ecosystem: &Ecosystem, name: &str, version: Option<&str>) -> Option<String> {
    let kind = match ecosystem.base() {
        Base::Other => return None,
        base => base.purl_type(),
    };
    let (namespace, name) = split(ecosystem.base(), name);
    let mut purl = PackageUrl::new(kind, name).ok()?;
    if let Some(namespace) = namespace.or_else(|| vendor(ecosystem.base())) {
        purl.with_namespace(namespace.to_owned()).ok()?;
    }
    if let Some(version) = version.filter(|v| !v.is_empty()) {
        purl.with_version(version.to_owned()).ok()?;
    }
    Some(purl.to_string())
}

/// Splits a full name where the type's definition puts a namespace.
fn split(base: Base, name: &str) -> (Option<&str>, &str) {
    let at_last = |c: char| match name.rsplit_once(c) {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, name),
    };
    match base {
        Base::Maven => match name.split_once(':') {
            Some((group, artifact)) => (Some(group), artifact),
            None => (None, name),
        },
        Base::Npm if name.starts_with('@') => at_last('/'),
        Base::Go | Base::Packagist | Base::SwiftUrl | Base::GitHubActions => at_last('/'),
        _ => (None, name),
    }
}

/// The namespace that a distribution's type definition asks for.
fn vendor(base: Base) -> Option<&'static str> {
    Some(match base {
        Base::Debian => "debian",
        Base::Ubuntu => "ubuntu",
        Base::Alpine => "alpine",
        Base::Wolfi => "wolfi",
        Base::Chainguard => "chainguard",
        Base::RedHat => "redhat",
        Base::AlmaLinux => "almalinux",
        Base::RockyLinux => "rocky",
        Base::Suse => "suse",
        Base::OpenSuse => "opensuse",
        Base::Mageia => "mageia",
        Base::OpenEuler => "openeuler",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::purl;
    use crate::ecosystem::Ecosystem;

    #[test]
    fn each_type_puts_the_namespace_where_its_definition_says() {
        let p =
            |e: &str, n: &str, v: &str| purl(&Ecosystem::parse(e), n, Some(v)).unwrap_or_default();
        assert_eq!(p("crates.io", "serde", "1.0.0"), "pkg:cargo/serde@1.0.0");
        assert_eq!(p("npm", "@babel/core", "7.0.0"), "pkg:npm/%40babel/core@7.0.0");
        assert_eq!(p("Maven", "org.apache:commons", "1"), "pkg:maven/org.apache/commons@1");
        assert_eq!(p("Go", "golang.org/x/net", "v0.1.0"), "pkg:golang/golang.org/x/net@v0.1.0");
        assert_eq!(p("Debian:12", "openssl", "3.0"), "pkg:deb/debian/openssl@3.0");
        assert_eq!(purl(&Ecosystem::parse("Nobody"), "x", None), None);
    }
}
