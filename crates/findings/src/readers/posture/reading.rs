//! What do the formats of this group share?
//!
//! Documents that are a list of records, one record, or one record a line; secrets whose text tells nothing;
//! paths below the scanned root; kinds of packages.

use std::collections::BTreeSet;
use std::io::Read;

use crate::coverage::{MAX_TOLD, Target};
use crate::observation::{Observation, Secret};
use crate::readers::told;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// What is done with a record: the sink, its fields, its place.
pub type EachRecord<'e> = dyn FnMut(&mut dyn Sink, Record<'_>, String) -> Result<(), Stop> + 'e;

/// Walks a document that is either a list of records or records one after the other (one, or one a line).
///
/// # Errors
/// Where the document is no JSON.
pub fn each_record(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    each: &mut EachRecord<'_>,
) -> Result<(), Stop> {
    let mut head = Vec::new();
    source.pass()?.take(4096).read_to_end(&mut head).map_err(Stop::Io)?;
    let listed = head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let mut number = 0;
    walk(source, &[if listed { "[]" } else { "" }], sink, &mut |sink, hit| {
        number += 1;
        let place = if listed { hit.place() } else { format!("document {number}") };
        each(sink, hit.record(), place)
    })
    .map(|_| ())
}

/// A leaked value. The opening line of a private key without its body is the same for every key and so is no
/// value.
pub fn secret(value: &str) -> Option<Secret> {
    let value = value.trim().trim_matches(['"', '\'', '`']);
    let body = value.split("-----").nth(2).unwrap_or_default();
    if value.contains("-----BEGIN") && body.trim().len() < 16 {
        return None;
    }
    Secret::new(value)
}

/// Stands for the value where the tool tells only a digest of it: alike for like values, and hashed again with
/// the key before anything is kept.
pub fn digest(kind: &str, digest: &str) -> Option<Secret> {
    let digest = digest.trim();
    (digest.len() >= 16).then(|| Secret::new(&format!("{kind}:{digest}"))).flatten()
}

/// The text of which this is the base64; `None` when it is none or its bytes are no printable text, as with a
/// key that happens to use the same letters.
pub fn base64(text: &str) -> Option<String> {
    if text.is_empty() || !text.len().is_multiple_of(4) {
        return None;
    }
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in digits.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let printable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (text.len() >= 4 && text.is_ascii() && text.chars().all(printable)).then_some(text)
}

/// The first line with something in it.
pub fn one_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

/// What stands between the first two of these marks; empty without them.
pub fn quoted(text: &str, mark: char) -> &str {
    text.split(mark).nth(1).filter(|_| text.matches(mark).count() > 1).unwrap_or_default()
}

/// A path without the `./` that some tools put before it.
pub fn relative(path: &str) -> String {
    let path = path.trim();
    path.strip_prefix("./").unwrap_or(path).to_owned()
}

/// A path below the scanned root, of tools that document to write the root as `/`.
pub fn below_root(path: &str) -> String {
    relative(path).trim_start_matches('/').to_owned()
}

/// The purl type of a package manager's or language's word; empty for operating systems' packages and what
/// is not known.
pub fn package_kind(word: &str) -> &'static str {
    match word.trim().to_ascii_lowercase().as_str() {
        "npm" | "yarn" | "pnpm" | "nodepkg" | "node" | "nodejs" | "javascript" => "npm",
        "pip" | "pipenv" | "poetry" | "python" | "pythonpkg" | "pypi" => "pypi",
        "jar" | "pom" | "gradle" | "maven" | "java" => "maven",
        "go" | "gobinary" | "gomod" | "golang" => "golang",
        "bundler" | "gemspec" | "gem" | "ruby" => "gem",
        "nuget" | "dotnet" | ".net" => "nuget",
        "composer" | "php" => "composer",
        "cargo" | "rust" | "rustbinary" => "cargo",
        _ => "",
    }
}

/// Tells a part of the configuration, when it is stated.
pub fn setting(sink: &mut dyn Sink, name: &'static str, value: String) {
    if !value.trim().is_empty() {
        sink.fact(Fact::Setting(name, value));
    }
}

/// The account, subscription or the like, and the region in it: what a document of many divides its records by.
pub fn unit(account: &str, region: &str) -> String {
    let (account, region) = (account.trim(), region.trim());
    match (account, region) {
        ("", region) => region.to_owned(),
        (account, "") => account.to_owned(),
        (account, region) => format!("{account}/{region}"),
    }
}

/// Units whose records a document lists, as long as it is not known whether it lists those without problems too.
#[derive(Debug, Default)]
pub struct Units {
    met: BTreeSet<String>,
    passed: bool,
}

impl Units {
    /// A record of a unit.
    pub fn met(&mut self, unit: &str) {
        if !unit.is_empty() && self.met.len() < MAX_TOLD && !self.met.contains(unit) {
            self.met.insert(unit.to_owned());
        }
    }

    /// A record that says that the rule found nothing in the unit; empty for the run as a whole.
    pub fn passed(&mut self, sink: &mut dyn Sink, rule: &str, unit: &str) {
        self.met(unit);
        self.passed = true;
        if !rule.is_empty() {
            let at = if unit.is_empty() { Target::run() } else { Target::unit(unit) };
            sink.fact(Fact::PassedAt(rule.to_owned(), at));
        }
    }

    /// A record that says that the rule was not evaluated in the unit; empty for the run as a whole.
    pub fn not_run(&mut self, sink: &mut dyn Sink, rule: &str, unit: &str) {
        self.met(unit);
        if !rule.is_empty() {
            let at = if unit.is_empty() { Target::run() } else { Target::unit(unit) };
            sink.fact(Fact::NotRunAt(rule.to_owned(), at));
        }
    }

    /// A record that says that its rule found nothing in one thing of the unit.
    pub fn passed_one(&mut self, sink: &mut dyn Sink, observation: &Observation) {
        self.met(&observation.target);
        self.passed = true;
        told::passed_one(sink, observation);
    }

    /// Tells them all, when records without problems were among them.
    pub fn tell(self, sink: &mut dyn Sink) {
        if self.passed {
            self.met.iter().for_each(|unit| sink.fact(Fact::Looked(Target::unit(unit))));
        }
    }
}

/// Says how many records spoke of no problem, if any did.
pub fn tell_passed(sink: &mut dyn Sink, count: u64) {
    if count > 0 {
        sink.fact(Fact::Passed(count));
    }
}

#[cfg(test)]
mod tests {
    use super::{base64, below_root, relative, secret};

    #[test]
    fn the_opening_of_a_key_is_no_value() {
        let check = |text: &str, expect: bool| assert_eq!(secret(text).is_some(), expect, "{text}");
        check("-----BEGIN EC PRIVATE KEY-----", false);
        check("-----BEGIN EC PRIVATE KEY-----\\n", false);
        check("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIHh0dHBzOi8v\n-----END", true);
        check("'hunter2hunter2'", true);
        check("****", false);
        check("", false);
    }

    #[test]
    fn paths_lose_what_stands_for_the_root() {
        assert_eq!(below_root("./a/b"), "a/b");
        assert_eq!(below_root("/a/b"), "a/b");
        assert_eq!(relative("./a/b"), "a/b");
        assert_eq!(relative("/a/b"), "/a/b");
    }

    #[test]
    fn only_printable_text_is_decoded() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(base64(text).as_deref(), expect, "{text}");
        };
        check("aHVudGVyMg==", Some("hunter2"));
        check("aHVudGVyMjI=", Some("hunter22"));
        check("AKIAQWERTYUIOPASDFGH", None);
        check("aHVudGVyMg", None);
        check("====", None);
        check("", None);
    }
}
