//! What is a component's package URL (purl), and what does one say?
//!
//! [`purl`] and [`purl_with`] write one; [`parse`] takes one apart, also one that a tool wrote without
//! care: SBOMs are full of them. Never: a name changed to what a type's definition would like.

use packageurl::PackageUrl;

use crate::ecosystem::{Base, Ecosystem};

/// The purl of a package, with the version when one is given (package-url specification and its type
/// definitions). `None` when the ecosystem has no purl type or the name cannot be written as one.
pub fn purl(ecosystem: &Ecosystem, name: &str, version: Option<&str>) -> Option<String> {
    purl_with(ecosystem, name, version, &[])
}

/// The same with qualifiers (`arch`, `distro`, `upstream`); those with an empty value are left out.
pub fn purl_with(
    ecosystem: &Ecosystem,
    name: &str,
    version: Option<&str>,
    qualifiers: &[(&str, &str)],
) -> Option<String> {
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
    for (key, value) in qualifiers.iter().filter(|(_, value)| !value.is_empty()) {
        purl.add_qualifier(*key, *value).ok()?;
    }
    Some(purl.to_string())
}

/// Longest package URL taken apart, in bytes.
pub const MAX_LENGTH: usize = 4_096;

/// A package URL, taken apart and decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The type, in lower case (`deb`, `npm`).
    pub kind: String,
    /// Segments joined by `/`; `None` where there are none.
    pub namespace: Option<String>,
    /// As written, decoded; never empty.
    pub name: String,
    /// As written, decoded; `None` where empty.
    pub version: Option<String>,
    /// Keys in lower case, values decoded, in the order of the text.
    pub qualifiers: Vec<(String, String)>,
    /// What stands behind `#`, decoded.
    pub subpath: Option<String>,
}

impl Parsed {
    /// The value of a qualifier, if it is not empty.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        let found = self.qualifiers.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// Takes a package URL apart (package-url specification, «How to parse»). More is taken than the
/// specification allows where the meaning is plain: an `@` that begins a namespace unencoded, a
/// question mark inside of a qualifier, a name that the type's definition does not like. `None` for
/// what has no scheme, no type or no name.
pub fn parse(text: &str) -> Option<Parsed> {
    let text = text.trim();
    let scheme = text.get(..4).filter(|s| s.eq_ignore_ascii_case("pkg:"))?;
    if text.len() > MAX_LENGTH {
        return None;
    }
    let rest = text.get(scheme.len()..)?.trim_start_matches('/');
    let (rest, subpath) = match rest.rsplit_once('#') {
        Some((rest, subpath)) => (rest, Some(decoded(subpath.trim_matches('/')))),
        None => (rest, None),
    };
    let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
    let (kind, rest) = rest.split_once('/')?;
    let rest = rest.trim_matches('/');
    // An `@` at the beginning of a segment begins a namespace (`@babel/core`), not a version.
    let at = rest.rfind('@').filter(|at| *at > 0 && rest.as_bytes().get(at - 1) != Some(&b'/'));
    let (path, version) = match at.and_then(|at| rest.split_at_checked(at)) {
        Some((path, version)) => (path, version.get(1..)),
        None => (rest, None),
    };
    let path = path.trim_end_matches('/');
    let (namespace, name) = match path.rsplit_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, path),
    };
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-');
    if kind.is_empty() || !kind.bytes().all(letters) || name.is_empty() {
        return None;
    }
    let qualifiers = qualifiers.split('&').filter_map(|pair| pair.split_once('='));
    Some(Parsed {
        kind: kind.to_ascii_lowercase(),
        namespace: namespace.map(segments).filter(|n| !n.is_empty()),
        name: decoded(name),
        version: version.map(decoded).filter(|v| !v.is_empty()),
        qualifiers: qualifiers.map(|(k, v)| (k.to_ascii_lowercase(), decoded(v))).collect(),
        subpath: subpath.filter(|s| !s.is_empty()),
    })
}

fn segments(namespace: &str) -> String {
    let parts: Vec<String> =
        namespace.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    parts.join("/")
}

/// Percent-encoding taken out; what is not one stays as it is, what is no UTF-8 becomes U+FFFD.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                bytes = ahead;
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
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
    use super::{Parsed, parse, purl, purl_with};
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

    #[test]
    fn qualifiers_are_written_in_order_and_read_again() {
        let written = purl_with(
            &Ecosystem::parse("Debian:12"),
            "libssl3",
            Some("1:3.0+x"),
            &[("upstream", "openssl"), ("distro", "debian-12"), ("arch", "")],
        );
        let text = written.expect("a purl");
        assert_eq!(text, "pkg:deb/debian/libssl3@1:3.0%2Bx?distro=debian-12&upstream=openssl");
        let parsed = parse(&text).expect("a purl");
        assert_eq!(parsed.version.as_deref(), Some("1:3.0+x"));
        assert_eq!(parsed.qualifier("distro"), Some("debian-12"));
        assert_eq!(parsed.qualifier("arch"), None);
    }

    fn check(text: &str, kind: &str, namespace: Option<&str>, name: &str, version: Option<&str>) {
        let Parsed { kind: k, namespace: n, name: m, version: v, .. } =
            parse(text).unwrap_or_else(|| panic!("{text} is a purl"));
        assert_eq!(
            (k.as_str(), n.as_deref(), m.as_str(), v.as_deref()),
            (kind, namespace, name, version),
            "{text}"
        );
    }

    #[test]
    fn careless_purls_are_taken_apart_where_the_meaning_is_plain() {
        check("pkg:npm/%40babel/core@7.0.0", "npm", Some("@babel"), "core", Some("7.0.0"));
        check("pkg:npm/@babel/core@7.0.0", "npm", Some("@babel"), "core", Some("7.0.0"));
        check("pkg:npm/@babel/core", "npm", Some("@babel"), "core", None);
        check("PKG:NPM/left-pad@1", "npm", None, "left-pad", Some("1"));
        check(
            "pkg://golang/golang.org/x/net@v0.1.0#html",
            "golang",
            Some("golang.org/x"),
            "net",
            Some("v0.1.0"),
        );
        check("pkg:maven/g/a@1.0?type=jar&u=a?b", "maven", Some("g"), "a", Some("1.0"));
        check("pkg:pypi/x@1%2B2%zz", "pypi", None, "x", Some("1+2%zz"));
        check("pkg:generic/a@", "generic", None, "a", None);
    }

    #[test]
    fn what_has_no_scheme_type_or_name_is_none() {
        for text in
            ["", "pkg:", "pkg:npm", "pkg:npm/", "npm/x@1", "pkg:/x", "pkg:a b/x", "пkg:npm/x"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&format!("pkg:npm/{}", "x".repeat(super::MAX_LENGTH))), None);
    }
}
