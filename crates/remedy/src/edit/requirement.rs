//! Does a requirement take the target, and how does it look when it is raised in its own style?
//!
//! In: the text of a requirement in its tool's language, the versions present, the target. Out: one of
//! [`Asked`]. Written from: Cargo's «Specifying Dependencies», node-semver's README, PEP 440 «Version
//! specifiers», Poetry's «Dependency specification», RubyGems' «Patterns». What is not understood is
//! refused, never guessed.

use std::cmp::Ordering;
use std::ops::Range;

use versions::Scheme;

/// Longest requirement that is read.
const LONGEST: usize = 2048;
/// Most clauses of one requirement.
const CLAUSES: usize = 64;

/// The languages of requirements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Bare is a caret.
    Cargo,
    /// Bare is exact or, when parts are missing, a range; clauses are separated by spaces.
    Npm,
    /// PEP 440.
    Pep440,
    /// PEP 440 with caret and tilde; bare is exact.
    Poetry,
    /// RubyGems; bare is exact.
    Gem,
}

/// What a requirement says to a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It takes none of the versions present: another place is meant.
    Elsewhere,
    /// It takes the target.
    Admits,
    /// It has to become this; and this further clause, where one is needed.
    Raise(String, Option<String>),
    /// It is not edited; why.
    Refuse(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Caret,
    Tilde,
    /// `~=` and `~>`: all parts but the last are fixed.
    Compatible,
    Exact,
    /// `1.2.*`, `1.2.x`, or npm's `1.2`.
    Prefix,
    AtLeast,
    Above,
    Below,
    AtMost,
    Not,
    Any,
}

struct Clause {
    operator: Operator,
    /// From the operator to the end of the version.
    whole: Range<usize>,
    /// The version's numbers and suffix, without a wildcard.
    version: Range<usize>,
    text: String,
    /// How many numbers it has.
    parts: usize,
}

/// Asks one requirement.
pub fn ask(dialect: Dialect, text: &str, from: &[String], to: &str) -> Asked {
    if text.len() > LONGEST {
        return Asked::Refuse("a requirement longer than any real one".to_owned());
    }
    if dialect != Dialect::Pep440 && text.contains('|') {
        return alternatives(dialect, text, from, to);
    }
    let Some(clauses) = parse(dialect, text) else {
        return Asked::Refuse(format!("the requirement «{text}» is not understood"));
    };
    if !from.is_empty() && !from.iter().any(|version| admits(dialect, &clauses, version)) {
        return Asked::Elsewhere;
    }
    if admits(dialect, &clauses, to) {
        return Asked::Admits;
    }
    raise(dialect, text, &clauses, to).unwrap_or_else(|| {
        Asked::Refuse(format!(
            "the requirement «{text}» does not take {to} and has no plain style to raise it in"
        ))
    })
}

/// `a || b`: no style of its own to raise.
fn alternatives(dialect: Dialect, text: &str, from: &[String], to: &str) -> Asked {
    let mut ours = from.is_empty();
    for one in text.split('|').filter(|part| !part.trim().is_empty()) {
        let Some(clauses) = parse(dialect, one) else {
            return Asked::Refuse(format!("the requirement «{text}» is not understood"));
        };
        if admits(dialect, &clauses, to) {
            return Asked::Admits;
        }
        ours |= from.iter().any(|version| admits(dialect, &clauses, version));
    }
    if ours {
        Asked::Refuse(format!("«{text}» names alternatives and none of them takes {to}"))
    } else {
        Asked::Elsewhere
    }
}

fn scheme(dialect: Dialect) -> Scheme {
    match dialect {
        Dialect::Cargo => Scheme::SemVer,
        Dialect::Npm => Scheme::Npm,
        Dialect::Pep440 | Dialect::Poetry => Scheme::PyPI,
        Dialect::Gem => Scheme::RubyGems,
    }
}

/// The numbers at the front of a version, and what follows them. A leading `v` is passed over.
fn numbers(version: &str) -> Option<(Vec<u64>, &str)> {
    let text = version.strip_prefix('v').unwrap_or(version);
    let end = text.bytes().position(|b| !(b.is_ascii_digit() || b == b'.')).unwrap_or(text.len());
    let front = text.get(..end)?.trim_end_matches('.');
    let list: Option<Vec<u64>> =
        front.split('.').take(16).map(|part| part.parse::<u64>().ok()).collect();
    Some((list?, text.get(front.len()..)?))
}

/// A list of numbers as a version that the scheme reads.
fn version(dialect: Dialect, list: &[u64]) -> String {
    let mut parts: Vec<String> = list.iter().map(u64::to_string).collect();
    while matches!(dialect, Dialect::Cargo | Dialect::Npm) && parts.len() < 3 {
        parts.push("0".to_owned());
    }
    parts.join(".")
}

fn full(dialect: Dialect, text: &str) -> String {
    match numbers(text) {
        Some((list, rest)) if matches!(dialect, Dialect::Cargo | Dialect::Npm) => {
            format!("{}{rest}", version(dialect, &list))
        }
        _ => text.to_owned(),
    }
}

/// The numbers up to `at` with that one raised by one.
fn next(list: &[u64], at: usize) -> Option<Vec<u64>> {
    let mut list: Vec<u64> = list.get(..=at)?.to_vec();
    let last = list.last_mut()?;
    *last = last.checked_add(1)?;
    Some(list)
}

fn order(dialect: Dialect, a: &str, b: &str) -> Option<Ordering> {
    scheme(dialect).compare(&full(dialect, a), &full(dialect, b)).ok()
}

fn admits(dialect: Dialect, clauses: &[Clause], candidate: &str) -> bool {
    // A pre-release is taken only where the requirement itself names one (node-semver, «Prerelease
    // Tags»; Cargo, PEP 440 and RubyGems alike).
    let scheme = scheme(dialect);
    let trial = |text: &str| scheme.parse(text).is_ok_and(|version| version.is_prerelease());
    if trial(candidate) && !clauses.iter().any(|c| trial(&full(dialect, &c.text))) {
        return false;
    }
    clauses.iter().all(|clause| takes(dialect, clause, candidate).unwrap_or(false))
}

/// Whether one clause takes a version; `None` when they cannot be compared.
fn takes(dialect: Dialect, clause: &Clause, candidate: &str) -> Option<bool> {
    if clause.operator == Operator::Any {
        return Some(true);
    }
    let bound = clause.text.as_str();
    let at_least = || Some(order(dialect, candidate, bound)? != Ordering::Less);
    let below = |list: Vec<u64>| {
        Some(order(dialect, candidate, &version(dialect, &list))? == Ordering::Less)
    };
    let (list, _) = numbers(bound)?;
    Some(match clause.operator {
        Operator::Any => true,
        Operator::Exact => order(dialect, candidate, bound)? == Ordering::Equal,
        Operator::Not => order(dialect, candidate, bound)? != Ordering::Equal,
        Operator::AtLeast => at_least()?,
        Operator::Above => order(dialect, candidate, bound)? == Ordering::Greater,
        Operator::Below => order(dialect, candidate, bound)? == Ordering::Less,
        Operator::AtMost => order(dialect, candidate, bound)? != Ordering::Greater,
        Operator::Caret => {
            let at = list.iter().position(|n| *n != 0).unwrap_or(list.len().saturating_sub(1));
            at_least()? && below(next(&list, at)?)?
        }
        Operator::Tilde => at_least()? && below(next(&list, 1.min(list.len() - 1))?)?,
        Operator::Compatible => at_least()? && below(next(&list, list.len().max(2) - 2)?)?,
        Operator::Prefix => {
            let (own, _) = numbers(candidate)?;
            list.iter().enumerate().all(|(at, n)| own.get(at).unwrap_or(&0) == n)
        }
    })
}

fn raise(dialect: Dialect, text: &str, clauses: &[Clause], to: &str) -> Option<Asked> {
    let (target, suffix) = numbers(to)?;
    if !suffix.is_empty() && !suffix.starts_with('+') && !clauses.iter().all(is_exact) {
        return Some(Asked::Refuse(format!("{to} is a pre-release, and «{text}» no exact pin")));
    }
    let main: Vec<&Clause> = clauses.iter().filter(|c| c.operator != Operator::Not).collect();
    match main.as_slice() {
        [one] => single(dialect, text, one, to, &target),
        [a, b] => {
            let lower = |c: &Clause| matches!(c.operator, Operator::AtLeast | Operator::Above);
            let (low, high) = if lower(a) { (a, b) } else { (b, a) };
            if !lower(low) || high.operator != Operator::Below {
                return None;
            }
            let mut edits = vec![(high.version.clone(), above(&high.text, &target)?)];
            if order(dialect, &low.text, to)? == Ordering::Less {
                // The space between operator and version is part of the style.
                let gap =
                    text.get(low.whole.start..low.version.start)?.trim_start_matches(['>', '=']);
                edits.push((low.whole.clone(), format!(">={gap}{to}")));
            }
            Some(Asked::Raise(apply(text, edits), None))
        }
        _ => None,
    }
}

fn is_exact(clause: &Clause) -> bool {
    matches!(clause.operator, Operator::Exact | Operator::Not)
}

fn single(
    dialect: Dialect,
    text: &str,
    clause: &Clause,
    to: &str,
    target: &[u64],
) -> Option<Asked> {
    let put = |range: &Range<usize>, new: String| {
        Some(Asked::Raise(apply(text, vec![(range.clone(), new)]), None))
    };
    // Build metadata does not belong in a requirement (Cargo, «Specifying Dependencies»).
    let bare = match dialect {
        Dialect::Cargo | Dialect::Npm => to.split('+').next().unwrap_or(to),
        _ => to,
    };
    match clause.operator {
        Operator::Caret | Operator::Exact | Operator::AtMost => {
            put(&clause.version, bare.to_owned())
        }
        Operator::Tilde if clause.parts > 1 => put(&clause.version, bare.to_owned()),
        Operator::Tilde => put(&clause.whole, format!("^{bare}")),
        Operator::Compatible => {
            let list: Vec<u64> =
                target.iter().copied().chain(std::iter::repeat(0)).take(clause.parts).collect();
            let line: Vec<String> = list.iter().map(u64::to_string).collect();
            let line = line.join(".");
            let same = order(dialect, &line, to)? == Ordering::Equal;
            let new = apply(text, vec![(clause.version.clone(), line)]);
            Some(Asked::Raise(new, (!same).then(|| format!(">={to}"))))
        }
        Operator::Prefix if dialect == Dialect::Npm => {
            put(&clause.whole, format!("{}{bare}", if clause.parts > 1 { "~" } else { "^" }))
        }
        Operator::Prefix if dialect == Dialect::Cargo && clause.parts == 1 => {
            put(&clause.whole, bare.to_owned())
        }
        Operator::Prefix if dialect == Dialect::Cargo => put(&clause.whole, format!("~{bare}")),
        Operator::Prefix => {
            let parts: Vec<String> = target.iter().take(clause.parts).map(u64::to_string).collect();
            put(&clause.version, parts.join("."))
        }
        Operator::Below => {
            let new = apply(text, vec![(clause.version.clone(), above(&clause.text, target)?)]);
            Some(Asked::Raise(new, Some(format!(">={to}"))))
        }
        Operator::AtLeast | Operator::Above | Operator::Not | Operator::Any => None,
    }
}

/// An upper bound of the same coarseness above the target: `<2.0` becomes `<3.0`, `<1.5` `<2.4`.
fn above(bound: &str, target: &[u64]) -> Option<String> {
    let (list, _) = numbers(bound)?;
    let at = list.iter().rposition(|n| *n != 0).unwrap_or(0);
    let padded: Vec<u64> =
        target.iter().copied().chain(std::iter::repeat(0)).take(list.len().max(at + 1)).collect();
    let mut raised = next(&padded, at)?;
    raised.resize(list.len(), 0);
    Some(raised.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
}

fn apply(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = String::new();
    let mut at = 0;
    for (range, new) in edits {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The clauses of a requirement; `None` when one is not understood.
fn parse(dialect: Dialect, text: &str) -> Option<Vec<Clause>> {
    let mut clauses = Vec::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    let separates = |b: u8| b == b',' || b.is_ascii_whitespace();
    while at < bytes.len() {
        let b = *bytes.get(at)?;
        if separates(b) {
            at += 1;
            continue;
        }
        let start = at;
        while bytes.get(at).is_some_and(|b| b"<>=!~^".contains(b)) {
            at += 1;
        }
        let operator = text.get(start..at)?;
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        let begin = at;
        while bytes.get(at).is_some_and(|b| !separates(*b)) {
            at += 1;
        }
        clauses.push(clause(dialect, operator, text, start, begin..at)?);
        if clauses.len() > CLAUSES {
            return None;
        }
    }
    if clauses.is_empty() {
        let any = Clause {
            operator: Operator::Any,
            whole: 0..0,
            version: 0..0,
            text: String::new(),
            parts: 0,
        };
        return (dialect != Dialect::Cargo).then(|| vec![any]);
    }
    Some(clauses)
}

fn clause(
    dialect: Dialect,
    operator: &str,
    text: &str,
    start: usize,
    version: Range<usize>,
) -> Option<Clause> {
    let written = text.get(version.clone())?;
    let whole = start..version.end;
    if operator.is_empty() && matches!(written, "*" | "x" | "X") {
        return Some(Clause {
            operator: Operator::Any,
            whole,
            version,
            text: String::new(),
            parts: 0,
        });
    }
    let bare = written.trim_end_matches(['*', 'x', 'X', '.']);
    let wild = bare.len() < written.len();
    let version = version.start..version.start + bare.len();
    let (list, rest) = numbers(bare)?;
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_' | b'!');
    if !rest.bytes().all(allowed) || (wild && !rest.is_empty()) {
        return None;
    }
    let operator = match (operator, dialect) {
        ("", Dialect::Cargo) if !wild => Operator::Caret,
        ("^", Dialect::Cargo | Dialect::Npm | Dialect::Poetry) => Operator::Caret,
        ("~", Dialect::Cargo | Dialect::Npm | Dialect::Poetry) => Operator::Tilde,
        ("~>", Dialect::Npm) => Operator::Tilde,
        ("~>", Dialect::Gem) => Operator::Compatible,
        ("~=", Dialect::Pep440 | Dialect::Poetry) if list.len() > 1 => Operator::Compatible,
        ("", Dialect::Npm) if wild || list.len() < 3 => Operator::Prefix,
        ("" | "=" | "==", _) if wild && dialect != Dialect::Gem => Operator::Prefix,
        ("", Dialect::Pep440) => return None,
        ("" | "=", _) => Operator::Exact,
        ("==" | "===", Dialect::Pep440 | Dialect::Poetry) => Operator::Exact,
        ("!=", Dialect::Pep440 | Dialect::Poetry | Dialect::Gem) => Operator::Not,
        (">=", _) => Operator::AtLeast,
        (">", _) => Operator::Above,
        ("<", _) => Operator::Below,
        ("<=", _) => Operator::AtMost,
        _ => return None,
    };
    if wild
        && matches!(operator, Operator::Above | Operator::Below | Operator::AtMost | Operator::Not)
    {
        return None;
    }
    let operator = match operator {
        // `^1.x` and `~1.2.x` are what they are without the wildcard.
        Operator::Exact if wild => return None,
        other => other,
    };
    // Cargo's `=1.2` is every 1.2.
    let operator = match (operator, dialect) {
        (Operator::Exact, Dialect::Cargo | Dialect::Npm) if list.len() < 3 => Operator::Prefix,
        (other, _) => other,
    };
    Some(Clause { operator, whole, version, text: bare.to_owned(), parts: list.len() })
}
