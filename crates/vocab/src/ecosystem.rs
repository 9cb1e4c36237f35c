//! Which package ecosystem, in the words of the OSV schema (section «affected[].package field»)?

use std::borrow::Cow;
use std::fmt;

/// An ecosystem string of OSV: a base and, after a colon, what narrows it (`Debian:12`,
/// `Ubuntu:Pro:18.04:LTS`, `Red Hat:<CPE>`). An unknown base is kept as written, never dropped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ecosystem {
    base: Base,
    /// The suffix after the first colon; for [`Base::Other`] the whole string.
    text: Option<Box<str>>,
}

macro_rules! bases {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $purl:literal;)*) => {
        /// The part of an ecosystem string before the first colon.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Base {
            $($(#[$doc])* #[doc = concat!("`", $name, "`")] $variant,)*
            /// Any other string.
            Other,
        }

        impl Base {
            /// Every base that has a name of its own.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// OSV's name; empty for [`Base::Other`].
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* Self::Other => "" }
            }

            /// The purl type (package-url specification, «known types»); empty where there is none.
            pub fn purl_type(self) -> &'static str {
                match self { $(Self::$variant => $purl,)* Self::Other => "" }
            }
        }
    };
}

bases! {
    CratesIo = "crates.io", "cargo";
    Npm = "npm", "npm";
    PyPI = "PyPI", "pypi";
    Maven = "Maven", "maven";
    Go = "Go", "golang";
    RubyGems = "RubyGems", "gem";
    Packagist = "Packagist", "composer";
    NuGet = "NuGet", "nuget";
    Pub = "Pub", "pub";
    Hex = "Hex", "hex";
    SwiftUrl = "SwiftURL", "swift";
    Hackage = "Hackage", "hackage";
    Ghc = "GHC", "generic";
    Cran = "CRAN", "cran";
    Bioconductor = "Bioconductor", "bioconductor";
    Conan = "ConanCenter", "conan";
    Bitnami = "Bitnami", "bitnami";
    GitHubActions = "GitHub Actions", "github";
    Julia = "Julia", "julia";
    Opam = "opam", "opam";
    VsCode = "VSCode", "vscode-extension";
    /// CocoaPods has no OSV ecosystem; named so that its components are shown as not evaluated.
    CocoaPods = "CocoaPods", "cocoapods";
    Debian = "Debian", "deb";
    Ubuntu = "Ubuntu", "deb";
    Echo = "Echo", "deb";
    Alpine = "Alpine", "apk";
    Wolfi = "Wolfi", "apk";
    Chainguard = "Chainguard", "apk";
    MinimOs = "MinimOS", "apk";
    Alpaquita = "Alpaquita", "apk";
    BellSoft = "BellSoft Hardened Containers", "apk";
    RedHat = "Red Hat", "rpm";
    AlmaLinux = "AlmaLinux", "rpm";
    RockyLinux = "Rocky Linux", "rpm";
    Suse = "SUSE", "rpm";
    OpenSuse = "openSUSE", "rpm";
    Mageia = "Mageia", "rpm";
    OpenEuler = "openEuler", "rpm";
    AzureLinux = "Azure Linux", "rpm";
    PhotonOs = "Photon OS", "rpm";
    Root = "Root", "generic";
    Kubernetes = "kubernetes", "generic";
    Linux = "Linux", "generic";
    Android = "Android", "generic";
    OssFuzz = "OSS-Fuzz", "generic";
    Git = "GIT", "generic";
}

impl Ecosystem {
    /// Reads an OSV ecosystem string. Never fails: what is not known stays as [`Base::Other`].
    pub fn parse(text: &str) -> Self {
        let (head, suffix) = match text.split_once(':') {
            Some((head, suffix)) => (head, Some(suffix)),
            None => (text, None),
        };
        match Base::named(head) {
            Some(base) => Self { base, text: suffix.filter(|s| !s.is_empty()).map(Into::into) },
            None => Self { base: Base::Other, text: Some(text.into()) },
        }
    }

    /// The part before the first colon.
    pub fn base(&self) -> Base {
        self.base
    }

    /// What narrows the base (`12` of `Debian:12`); `None` for an unknown ecosystem.
    pub fn suffix(&self) -> Option<&str> {
        if self.base == Base::Other { None } else { self.text.as_deref() }
    }

    /// The name of the base as OSV's bucket names its folders; for an unknown one, what stands before
    /// the first colon.
    pub fn base_name(&self) -> &str {
        match self.base {
            Base::Other => {
                let text = self.text.as_deref().unwrap_or("");
                text.split_once(':').map_or(text, |(head, _)| head)
            }
            base => base.name(),
        }
    }

    /// The name in the one spelling under which advisories and components meet. PyPI: PEP 503.
    /// NuGet, Packagist and GitHub Actions compare without case. SwiftURL: the repository's address
    /// without scheme, credentials, `.git` and trailing slash. All others: as written.
    pub fn normal_name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match self.base {
            Base::PyPI => pep503(name),
            Base::NuGet | Base::Packagist | Base::GitHubActions => lower(name),
            Base::SwiftUrl => Cow::Owned(repository(name)),
            _ => Cow::Borrowed(name),
        }
    }
}

impl From<Base> for Ecosystem {
    fn from(base: Base) -> Self {
        Self { base, text: None }
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.base, &self.text) {
            (Base::Other, text) => f.write_str(text.as_deref().unwrap_or("")),
            (base, None) => f.write_str(base.name()),
            (base, Some(suffix)) => write!(f, "{}:{suffix}", base.name()),
        }
    }
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// PEP 503: runs of `-`, `_` and `.` become one `-`, all in lower case.
fn pep503(name: &str) -> Cow<'_, str> {
    let separator = |b: u8| matches!(b, b'-' | b'_' | b'.');
    let mut last = 0u8;
    let plain = name.bytes().all(|b| {
        let ok = !b.is_ascii_uppercase() && b != b'_' && b != b'.' && !(b == b'-' && last == b'-');
        last = b;
        ok
    });
    if plain {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii() && separator(c as u8) {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.push(c.to_ascii_lowercase());
        }
    }
    Cow::Owned(out)
}

/// A git address in the form in which OSV names Swift packages (`github.com/apple/swift-nio`).
fn repository(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest =
        rest.strip_prefix("git@").map_or_else(|| rest.to_owned(), |r| r.replacen(':', "/", 1));
    let authority_end = rest.find('/').unwrap_or(rest.len());
    let rest = match rest[..authority_end].rfind('@') {
        Some(at) => &rest[at + 1..],
        None => &rest,
    };
    let rest = rest.trim_end_matches('/');
    rest.strip_suffix(".git").unwrap_or(rest).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{Base, Ecosystem};

    fn check(text: &str, base: Base, suffix: Option<&str>) {
        let ecosystem = Ecosystem::parse(text);
        assert_eq!((ecosystem.base(), ecosystem.suffix()), (base, suffix), "{text}");
        assert_eq!(ecosystem.to_string(), text);
    }

    #[test]
    fn suffixes_survive_and_unknown_names_are_kept() {
        check("Debian:12", Base::Debian, Some("12"));
        check("Ubuntu:Pro:18.04:LTS", Base::Ubuntu, Some("Pro:18.04:LTS"));
        check(
            "Red Hat:enterprise_linux:9::appstream",
            Base::RedHat,
            Some("enterprise_linux:9::appstream"),
        );
        check("crates.io", Base::CratesIo, None);
        check("FreeBSD:base:14.3", Base::Other, None);
        assert_eq!(Ecosystem::parse("FreeBSD:base:14.3").base_name(), "FreeBSD");
    }

    #[test]
    fn names_meet_in_one_spelling() {
        let meet = |e: &str, n: &str| Ecosystem::parse(e).normal_name(n).into_owned();
        assert_eq!(meet("PyPI", "Zope.Interface__x"), "zope-interface-x");
        assert_eq!(meet("PyPI", "a--b"), "a-b");
        assert_eq!(meet("PyPI", "requests"), "requests");
        assert_eq!(meet("NuGet", "Newtonsoft.Json"), "newtonsoft.json");
        assert_eq!(meet("npm", "JSONStream"), "JSONStream");
        assert_eq!(
            meet("SwiftURL", "https://user:pw@github.com/Apple/swift-nio.git"),
            "github.com/apple/swift-nio"
        );
        assert_eq!(
            meet("SwiftURL", "git@github.com:apple/swift-nio.git"),
            "github.com/apple/swift-nio"
        );
    }
}
