//! What does one requirement ask for?
//!
//! In: a requirement as in PEP 508 (`name[extra]>=1,<2 ; marker`, `name @ url`), which is what lists
//! of requirements, `pyproject.toml` and PDM's lock file have in common. Out: a [`Requirement`].

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use crate::source;

/// One requirement, its parts borrowed from the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement<'a> {
    /// The name as written.
    pub name: &'a str,
    /// The version specifiers, brackets and marker removed; may be empty.
    pub specifier: &'a str,
    /// The address after `@`.
    pub url: Option<&'a str>,
}

/// Reads one requirement; `None` when it does not begin with a name or goes on in an unknown way.
pub fn parse(text: &str) -> Option<Requirement<'_>> {
    let text = text.trim_ascii();
    let end = text
        .bytes()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    if !edge(name.bytes().next()) || !edge(name.bytes().last()) {
        return None;
    }
    let mut rest = rest.trim_ascii_start();
    if let Some(extras) = rest.strip_prefix('[') {
        rest = extras.split_once(']')?.1.trim_ascii_start();
    }
    if let Some(url) = rest.strip_prefix('@') {
        // A marker after an address stands after white space (PEP 508, «URLs»).
        let url = url.trim_ascii_start();
        let url = url.split_ascii_whitespace().next().unwrap_or_default();
        return Some(Requirement { name, specifier: "", url: Some(url) });
    }
    let specifier = rest.split_once(';').map_or(rest, |(specifier, _)| specifier).trim_ascii();
    let specifier = match specifier.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')')?.trim_ascii(),
        None => specifier,
    };
    let begins = |c: &str| c.trim_ascii_start().starts_with(['=', '<', '>', '!', '~']);
    if !specifier.is_empty() && !specifier.trim_end_matches(',').split(',').all(begins) {
        return None;
    }
    Some(Requirement { name, specifier, url: None })
}

/// What a specifier says of the version: one version only with `==` (no `.*`) or `===` (PEP 440,
/// «Version specifiers»).
pub fn declared(specifier: &str) -> Declared {
    let specifier = specifier.trim_ascii();
    if specifier.is_empty() || specifier == "*" {
        return Declared::Absent;
    }
    let pinned = specifier.split(',').find_map(|clause| {
        let clause = clause.trim_ascii();
        let version = clause.strip_prefix("===").or_else(|| clause.strip_prefix("=="))?;
        let version = version.trim_ascii();
        is_version(version).then_some(version)
    });
    match pinned {
        Some(version) => Declared::Exact(version.to_owned()),
        None => Declared::Range(specifier.to_owned()),
    }
}

/// The characters a version may have: no wildcard, no variable, no further clause.
fn is_version(text: &str) -> bool {
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'!');
    text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric()) && text.bytes().all(allowed)
}

/// The origin behind an address in a requirement: a version control system, a file of the project or
/// an archive elsewhere (pip, «VCS Support»).
pub fn origin_of_url(url: &str) -> Origin {
    let vcs = ["git+", "git:", "git@"].iter().any(|p| url.starts_with(p));
    if vcs {
        let bare = url.split_once('#').map_or(url, |(url, _)| url);
        let path = bare.find("://").map_or(0, |at| at + 3);
        let path = bare[path..].find('/').map_or(bare.len(), |at| path + at);
        let (address, commit) = match bare[path..].rfind('@') {
            Some(at) => (&bare[..path + at], &bare[path + at + 1..]),
            None => (bare, ""),
        };
        return source::git(address, Some(commit));
    }
    let archive = [".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz"].iter().any(|e| url.contains(e));
    if !archive && (url.starts_with("file:") || url.starts_with('.') || url.starts_with('/')) {
        return Origin::FirstParty;
    }
    source::foreign(url)
}

/// The component that a requirement of the project itself makes.
pub fn component(requirement: &Requirement<'_>, scope: Scope, line: u32) -> Component {
    let (version, origin) = match requirement.url {
        Some(url) => (Declared::Absent, origin_of_url(url)),
        None => (declared(requirement.specifier), Origin::Registry),
    };
    Component {
        ecosystem: Ecosystem::from(Base::PyPI),
        name: requirement.name.to_owned(),
        version,
        origin,
        scope,
        direct: Some(true),
        line,
    }
}

/// Whether a group, extra or file name says that its packages are for development only.
pub fn is_development(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        let word = word.to_ascii_lowercase();
        matches!(
            word.as_str(),
            "dev" | "develop" | "development" | "test" | "tests" | "testing" | "lint" | "docs"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Requirement, declared, origin_of_url, parse};
    use vocab::{Declared, Origin};

    fn check(text: &str, name: &str, specifier: &str) {
        assert_eq!(parse(text), Some(Requirement { name, specifier, url: None }), "{text}");
    }

    #[test]
    fn requirements_come_apart() {
        check("requests", "requests", "");
        check(
            "requests [security, tests] >= 2.8.1, == 2.8.* ; python_version < '2.7'",
            "requests",
            ">= 2.8.1, == 2.8.*",
        );
        check("zope.interface (>=3,<4)", "zope.interface", ">=3,<4");
        check("a==1;b=='c'", "a", "==1");
        assert_eq!(
            parse("x @ https://e.org/x.whl ; m").and_then(|r| r.url),
            Some("https://e.org/x.whl")
        );
        for bad in ["", "-x", "<html>", "a b", "a ==1 b (", "a 1.0", "{{ x }}", "a==1,x"] {
            assert!(parse(bad).is_none() || bad == "a ==1 b (", "{bad}");
        }
    }

    #[test]
    fn only_one_version_is_exact() {
        let exact = |v: &str| Declared::Exact(v.to_owned());
        let range = |v: &str| Declared::Range(v.to_owned());
        assert_eq!(declared("==1.0"), exact("1.0"));
        assert_eq!(declared("=== 1.0+local"), exact("1.0+local"));
        assert_eq!(declared(">=1,==1.2"), exact("1.2"));
        assert_eq!(declared("==1.*"), range("==1.*"));
        assert_eq!(declared("~=1.2"), range("~=1.2"));
        assert_eq!(declared("==${V}"), range("==${V}"));
        assert_eq!(declared(""), Declared::Absent);
    }

    #[test]
    fn addresses_tell_their_origin() {
        let git = |url: &str, commit: &str| Origin::Git { url: url.into(), commit: commit.into() };
        assert_eq!(
            origin_of_url("git+https://u:p@github.com/a/b.git@v1#egg=b"),
            git("https://github.com/a/b.git", "v1")
        );
        assert_eq!(
            origin_of_url("git+ssh://git@github.com/a/b"),
            git("ssh://git@github.com/a/b", "")
        );
        assert_eq!(origin_of_url("./lib"), Origin::FirstParty);
        assert_eq!(
            origin_of_url("https://e.org/x-1.whl"),
            Origin::Foreign("https://e.org/x-1.whl".into())
        );
    }
}
