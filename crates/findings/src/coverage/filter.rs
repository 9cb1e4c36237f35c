//! What did a run not show although it saw it?

use serde::{Deserialize, Serialize};
use vocab::Severity;

use super::{Ground, Target};
use crate::observation::Confidence;

/// A filter that a document states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// It says that nothing was hidden.
    None,
    /// Only claims rated so or worse.
    Severity(Severity),
    /// Only claims of which the tool is so sure or surer.
    Confidence(Confidence),
    /// Only packages for which a fixed version is known.
    OnlyFixed,
    /// Only packages for which none is known.
    OnlyUnfixed,
    /// Nothing in places like this (a pattern with `*`, `**` and `?`, or a folder).
    Without(String),
    /// Only places like one of these.
    Only(Vec<String>),
    /// Something else: a tag, a status, a query; in the document's words.
    Other(String),
}

impl Filter {
    /// In one line.
    pub fn as_text(&self) -> String {
        match self {
            Self::None => "nothing is hidden".to_owned(),
            Self::Severity(least) => format!("severity {} or worse", least.as_str()),
            Self::Confidence(least) => format!("confidence {} or surer", least.as_str()),
            Self::OnlyFixed => "only what has a fixed version".to_owned(),
            Self::OnlyUnfixed => "only what has no fixed version".to_owned(),
            Self::Without(path) => format!("without {path}"),
            Self::Only(paths) => format!("only {}", paths.join(", ")),
            Self::Other(words) => words.clone(),
        }
    }

    /// Whether it would hide this claim; `None` where that cannot be told.
    pub(crate) fn hides(&self, claim: &Ground) -> Option<bool> {
        let paths = || claim.places.iter().flatten().map(Target::name);
        Some(match self {
            Self::None => false,
            Self::Severity(_) if claim.severity == Severity::Unknown => return None,
            Self::Severity(least) => claim.severity < *least,
            Self::Confidence(_) if claim.confidence == Confidence::Unknown => return None,
            Self::Confidence(least) => claim.confidence < *least,
            Self::OnlyFixed => claim.unfixed,
            Self::OnlyUnfixed => !claim.unfixed,
            Self::Without(pattern) => paths().any(|path| matches(pattern, path)),
            Self::Only(patterns) => {
                paths().any(|path| !patterns.iter().any(|pattern| matches(pattern, path)))
            }
            Self::Other(_) => return None,
        })
    }
}

/// Whether a path is meant by a pattern of a tool: `*` is any run without `/`, `**` any run, `?` one character; a
/// pattern without a slash means any part of the path, and a folder all that lies below it.
pub fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim().trim_start_matches("./").trim_matches('/');
    let path = path.trim_start_matches('/');
    if pattern.is_empty() {
        return false;
    }
    let parts: Vec<&str> = path.split('/').collect();
    if !pattern.contains('/') {
        return parts.iter().any(|part| glob(pattern.as_bytes(), part.as_bytes()));
    }
    (1..=parts.len()).any(|end| {
        let head = parts.get(..end).unwrap_or_default().join("/");
        glob(pattern.as_bytes(), head.as_bytes())
    })
}

/// Two indices and where to fall back to: the last `*`, which ends at a slash, and the last `**`, which does not.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    let mut deep: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') if pattern.get(p + 1) == Some(&b'*') => {
                p += if pattern.get(p + 2) == Some(&b'/') { 3 } else { 2 };
                (star, deep) = (None, Some((p, t)));
                continue;
            }
            Some(b'*') => {
                p += 1;
                star = Some((p, t));
                continue;
            }
            Some(b'?') if text.get(t) != Some(&b'/') => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            Some(c) if text.get(t) == Some(c) => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            _ => {}
        }
        match (star, deep) {
            (Some((at, from)), _) if text.get(from) != Some(&b'/') => {
                star = Some((at, from + 1));
                (p, t) = (at, from + 1);
            }
            (_, Some((at, from))) => {
                (star, deep) = (None, Some((at, from + 1)));
                (p, t) = (at, from + 1);
            }
            _ => return false,
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|c| *c == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_tools_mean() {
        for (pattern, path, expect) in [
            ("tests", "a/tests/b.py", true),
            ("tests/", "tests/b.py", true),
            ("tests", "attests/b.py", false),
            ("src/*.py", "src/a.py", true),
            ("src/*.py", "src/sub/a.py", false),
            ("src/**/*.py", "src/sub/deep/a.py", true),
            ("src/**/*.py", "src/a.py", true),
            ("**/vendor/**", "a/vendor/b/c.go", true),
            ("**/gen/*.go", "a/b/gen/x.go", true),
            ("**/gen/*.go", "a/gen/b/x.ts", false),
            ("src/**/test_*.py", "src/a/b/test_c.py", true),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("*.min.js", "web/x.min.js", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, path), expect, "{pattern} {path}");
        }
    }
}
