//! Advisories and packages by the hundred thousand, for the sizes that the corpus does not have.
//!
//! In: how many. Out: OSV records as JSON text, the same on every machine and every run. Names are
//! plainly invented (`synthetic-…`). Shapes follow what the public feeds hold: mostly one package with
//! one interval, some with several, some with a `versions` list, a few GIT ranges before the ECOSYSTEM
//! one, aliases for most, a withdrawn one now and then.

pub mod estate;

/// Ecosystem strings, and how many of a hundred records are theirs.
pub const SHARES: &[(&str, u32)] = &[
    ("npm", 34),
    ("PyPI", 14),
    ("Maven", 12),
    ("Debian:12", 12),
    ("Go", 8),
    ("RubyGems", 5),
    ("Packagist", 5),
    ("NuGet", 4),
    ("crates.io", 4),
    ("Alpine:v3.20", 2),
];

/// A stream of numbers that look random and are always the same (splitmix64; public domain, Vigna).
#[derive(Debug, Clone)]
pub struct Numbers(u64);

impl Numbers {
    /// A stream of its own for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next number below `limit`, which is at least 1.
    pub fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.draw() % u64::from(limit.max(1))).unwrap_or(0)
    }
}

/// One record and the package that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The OSV document.
    pub json: String,
    /// The ecosystem string of its first package.
    pub ecosystem: &'static str,
    /// The name of its first package.
    pub package: String,
    /// A version that it covers.
    pub affected: String,
    /// A version that it does not cover: past every interval.
    pub clear: String,
}

/// `count` records over three fifths as many names, so that most packages have one and some have many.
pub fn records(count: u32) -> impl Iterator<Item = Record> {
    let names = (count / 5 * 3).max(1);
    (0..count).map(move |number| record(number, names))
}

/// The record with this number, out of a world with so many package names.
pub fn record(number: u32, names: u32) -> Record {
    let mut numbers = Numbers::new(u64::from(number));
    let name = numbers.below(names);
    let ecosystem = ecosystem_of(name);
    let package = package_of(ecosystem, name);
    let first = Bounds::drawn(&mut numbers);
    let mut ranges = Vec::new();
    if numbers.below(100) < 8 {
        ranges.push(
            r#"{"type":"GIT","repo":"https://synthetic.invalid/r.git","events":[{"introduced":"0"},{"fixed":"0123456789abcdef0123456789abcdef01234567"}]}"#
                .to_owned(),
        );
    }
    ranges.push(first.range(ecosystem));
    for _ in 0..if numbers.below(100) < 12 { 1 + numbers.below(3) } else { 0 } {
        ranges.push(Bounds::drawn(&mut numbers).range(ecosystem));
    }
    let versions = if numbers.below(100) < 20 { listed(&first) } else { String::new() };
    let withdrawn =
        if numbers.below(200) == 0 { r#""withdrawn":"2026-03-01T00:00:00Z","# } else { "" };
    let aliases = if numbers.below(100) < 70 {
        // Most are told by two databases: such pairs are one alias group.
        let shared = if numbers.below(3) == 0 { number } else { number / 2 * 2 };
        format!(r#""aliases":["CVE-2026-9{shared:07}"],"#)
    } else {
        String::new()
    };
    let impact = ["N", "L", "H"][numbers.below(3) as usize];
    let json = format!(
        concat!(
            r#"{{"schema_version":"1.7.3","id":"SYN-2026-{number:07}","#,
            r#""published":"2026-01-01T00:00:00Z","modified":"2026-02-01T00:00:00Z",{withdrawn}{aliases}"#,
            r#""summary":"A synthetic defect in {package}","#,
            r#""details":"Made for measuring. Number {number} says nothing about any real package; it only has "#,
            r#"about as many words as a real advisory has, so that the text part has its usual weight.","#,
            r#""severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:{impact}/I:L/A:N"}}],"#,
            r#""affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{package}"}},"#,
            r#""ranges":[{ranges}]{versions}}}]}}"#
        ),
        number = number,
        withdrawn = withdrawn,
        aliases = aliases,
        package = package,
        impact = impact,
        ecosystem = ecosystem,
        ranges = ranges.join(","),
        versions = versions,
    );
    let affected = first.affected(ecosystem);
    Record { json, ecosystem, package, affected, clear: version(ecosystem, 990, 0) }
}

/// A package that no record names.
pub fn absent(number: u32) -> (&'static str, String) {
    let ecosystem = ecosystem_of(number);
    (ecosystem, format!("{}-nowhere", package_of(ecosystem, number)))
}

fn ecosystem_of(name: u32) -> &'static str {
    let mut at = Numbers::new(u64::from(name) ^ 0x6563_6f73).below(100);
    for (ecosystem, share) in SHARES {
        match at.checked_sub(*share) {
            Some(rest) => at = rest,
            None => return ecosystem,
        }
    }
    "npm"
}

fn package_of(ecosystem: &str, name: u32) -> String {
    match ecosystem {
        "Maven" => format!("invalid.synthetic:artifact-{name}"),
        "Go" => format!("synthetic.invalid/module/p{name}"),
        "Packagist" => format!("synthetic/package-{name}"),
        "npm" if name.is_multiple_of(4) => format!("@synthetic/package-{name}"),
        _ => format!("synthetic-package-{name}"),
    }
}

/// Majors between which something is wrong: `from` inclusive, `to` exclusive.
struct Bounds {
    from: u32,
    to: u32,
    fixed: bool,
}

impl Bounds {
    fn drawn(numbers: &mut Numbers) -> Self {
        let from = if numbers.below(2) == 0 { 0 } else { numbers.below(40) };
        Self { from, to: from + 1 + numbers.below(20), fixed: numbers.below(100) < 80 }
    }

    fn range(&self, ecosystem: &str) -> String {
        let kind = match ecosystem {
            "crates.io" | "Go" | "npm" => "SEMVER",
            _ => "ECOSYSTEM",
        };
        let from = if self.from == 0 { "0".to_owned() } else { version(ecosystem, self.from, 0) };
        let (word, to) = if self.fixed {
            ("fixed", version(ecosystem, self.to, 0))
        } else {
            ("last_affected", version(ecosystem, self.to - 1, 9))
        };
        format!(r#"{{"type":"{kind}","events":[{{"introduced":"{from}"}},{{"{word}":"{to}"}}]}}"#)
    }

    fn affected(&self, ecosystem: &str) -> String {
        version(ecosystem, self.from, 5)
    }
}

fn version(ecosystem: &str, major: u32, minor: u32) -> String {
    match ecosystem {
        "Debian:12" => format!("{major}.{minor}.0-1+deb12u1"),
        "Alpine:v3.20" => format!("{major}.{minor}.0-r1"),
        "NuGet" => format!("{major}.{minor}.0.0"),
        _ => format!("{major}.{minor}.0"),
    }
}

/// A `versions` list as databases write it beside the range: every release inside the first interval.
fn listed(bounds: &Bounds) -> String {
    let all: Vec<String> = (bounds.from..bounds.to)
        .flat_map(|major| (0..4).map(move |minor| format!(r#""{major}.{minor}.0""#)))
        .collect();
    format!(r#","versions":[{}]"#, all.join(","))
}

#[cfg(test)]
mod tests {
    use super::{Numbers, absent, records};

    #[test]
    fn the_same_records_every_time_and_all_of_them_different() {
        let first: Vec<_> = records(500).collect();
        let second: Vec<_> = records(500).collect();
        assert_eq!(first, second);
        let mut bodies: Vec<_> = first.iter().map(|r| &r.json).collect();
        bodies.sort();
        bodies.dedup();
        assert_eq!(bodies.len(), 500);
        for body in bodies {
            let record: serde_json::Value = serde_json::from_str(body).expect(body);
            assert!(record["affected"][0]["package"]["name"].is_string());
        }
    }

    #[test]
    fn the_mixture_has_every_shape() {
        let all: Vec<_> = records(5_000).collect();
        let with = |text: &str| all.iter().filter(|r| r.json.contains(text)).count();
        for shape in
            ["\"GIT\"", "\"versions\"", "\"withdrawn\"", "\"last_affected\"", "\"aliases\""]
        {
            assert!(with(shape) > 5, "{shape}: {}", with(shape));
        }
        assert!(with("\"npm\"") > with("\"crates.io\""));
        assert!(with("\"crates.io\"") > 50);
    }

    #[test]
    fn an_absent_package_is_in_no_record() {
        let (_, name) = absent(7);
        assert!(records(100).all(|r| r.package != name));
    }

    #[test]
    fn numbers_follow_the_published_sequence() {
        let mut numbers = Numbers::new(1_234_567);
        assert_eq!(numbers.draw(), 6_457_827_717_110_365_317);
        assert_eq!(numbers.draw(), 3_203_168_211_198_807_973);
    }
}
