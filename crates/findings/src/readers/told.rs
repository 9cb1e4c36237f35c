//! How does a reader tell what a run looked at, and which part of a text stays the same from run to run?
//!
//! In: a claim that passed, a command line, a name that a build gave to a run. Out: facts, and texts without what
//! changes with each build: output files, temporary folders, dates, digests, commits, numbers of runs. Never: a guess
//! at what a document leaves out.

use crate::coverage::{Filter, Ground, Target, ground};
use crate::observation::{Class, Observation};
use crate::sink::{Fact, Sink};
use crate::tools;
use crate::walk::json::Record;

/// Most words of a command that are kept.
const MAX_WORDS: usize = 200;
/// Most bytes of a name whose lasting parts are looked for.
const MAX_NAME: usize = 1_000;

/// Options that are followed by a file or folder to write to, as they end.
const OUTPUTS: [&str; 9] = [
    "output",
    "out",
    "output-file",
    "outfile",
    "report",
    "report-path",
    "log",
    "log-file",
    "logfile",
];

/// Tells all kinds that it looks for.
pub fn kinds(sink: &mut dyn Sink, kinds: &[Class]) {
    kinds.iter().for_each(|kind| sink.fact(Fact::Kind(*kind)));
}

/// Tells a part of the configuration, where there is a text.
pub fn setting(sink: &mut dyn Sink, name: &'static str, value: &str) {
    if !value.trim().is_empty() {
        sink.fact(Fact::Setting(name, value.trim().to_owned()));
    }
}

/// Tells that severities are asked for one by one, of tools that are known to work so.
pub fn rated_apart(sink: &mut dyn Sink, tool: &str) {
    if tools::rates_apart(tool) {
        sink.fact(Fact::RatedApart);
    }
}

/// Tells the version of the rules, where there is one.
pub fn rules_version(sink: &mut dyn Sink, version: &str) {
    if !version.trim().is_empty() {
        sink.fact(Fact::RulesVersion(version.trim().to_owned()));
    }
}

/// Tells the version of the rules of a GitLab report: they come with GitLab's own analyzers, whatever tool runs in them
/// (docs.gitlab.com, «Customize rulesets»); of another vendor's nobody knows.
pub fn analyzer(sink: &mut dyn Sink, analyzer: Record<'_>) {
    if analyzer.text("vendor.name").eq_ignore_ascii_case("gitlab")
        && !analyzer.text("version").is_empty()
    {
        rules_version(sink, &format!("{} {}", analyzer.text("id"), analyzer.text("version")));
    }
}

/// Tells that a list of so many records of GitHub's is cut, where it stands at the size of a page: 30 as it is, 100 at most
/// (docs.github.com, «Using pagination in the REST API»).
pub fn page_of_github(sink: &mut dyn Sink, records: u64) {
    if matches!(records, 30 | 100) {
        sink.fact(Fact::Capped(String::new()));
    }
}

/// Tells an image's digest, where there is one: alone, or behind the name (`web@sha256:…`).
pub fn digest(sink: &mut dyn Sink, text: &str) {
    let digest = text.rsplit('@').next().unwrap_or_default().trim();
    if digest.starts_with("sha256:") && digest.len() > 7 {
        sink.fact(Fact::Digest(digest.to_owned()));
    }
}

/// Tells that something else than severity, confidence or fixes hides claims, where there is a text.
pub fn other_filter(sink: &mut dyn Sink, name: &str, value: &str) {
    if !value.trim().is_empty() {
        sink.fact(Fact::Filter(Filter::Other(format!("{name} {}", value.trim()))));
    }
}

/// Tells that the rule of this record looked at each of its places and found nothing: of the one thing that the
/// record is about, where it names one. A record with a line speaks of that line alone, and is no proof of the file.
pub fn passed(sink: &mut dyn Sink, observation: &Observation) {
    let rule = observation.rule.trim();
    if rule.is_empty() {
        return;
    }
    let mut observation = observation.clone();
    observation.clean();
    observation.settle();
    let ground = ground(std::slice::from_ref(&observation), "", "");
    let lines = observation.locations.iter().any(|location| location.line > 0);
    if ground.resource.is_empty() && lines {
        return;
    }
    for at in things(&ground) {
        sink.fact(Fact::PassedAt(rule.to_owned(), at));
    }
}

/// What a record is about: the one thing at each of its places where it names one, else the place.
fn things(ground: &Ground) -> impl Iterator<Item = Target> {
    let narrowest = ground.places.iter().filter_map(|chain| chain.first());
    narrowest.map(|narrowest| match ground.resource.as_str() {
        "" => narrowest.clone(),
        resource => Target::resource(narrowest, resource),
    })
}

/// The same of a tool whose records are each of one thing: nothing is told where the thing has no name.
pub fn passed_one(sink: &mut dyn Sink, observation: &Observation) {
    if !observation.resource.is_empty() {
        passed(sink, observation);
    }
}

/// Tells that the rule of this record was not evaluated at its places: at the one thing there that the record is about,
/// where it names one.
pub fn not_run(sink: &mut dyn Sink, observation: &Observation) {
    let rule = observation.rule.trim();
    if rule.is_empty() {
        return;
    }
    let mut observation = observation.clone();
    observation.clean();
    observation.settle();
    let ground = ground(std::slice::from_ref(&observation), "", "");
    for at in things(&ground) {
        sink.fact(Fact::NotRunAt(rule.to_owned(), at));
    }
}

/// Tells a path that it looked at as file, where there is one.
pub fn looked_at_file(sink: &mut dyn Sink, path: &str) {
    if !path.trim().is_empty() {
        sink.fact(Fact::Looked(Target::file(path)));
    }
}

/// Tells a path that it could not look at as file, where there is one; whether there was.
pub fn missed_file(sink: &mut dyn Sink, path: &str) -> bool {
    let named = !path.trim().is_empty();
    if named {
        sink.fact(Fact::Missed(Target::file(path)));
    }
    named
}

/// Tells a lock file, manifest or package file among those that it looked at, where there is one.
pub fn among_manifests(sink: &mut dyn Sink, path: &str) {
    if !path.trim().is_empty() {
        sink.fact(Fact::LookedAmong(Target::manifest(path)));
    }
}

/// A command line without what changes from run to run.
pub fn command(line: &str) -> String {
    let words: Vec<String> = split(line);
    arguments(words.iter().map(String::as_str))
}

/// Words of a command without what changes: the program's folder, where it writes to, temporary folders, dates,
/// digests, commits. A path from the root says only its end, since the folder differs from machine to machine.
pub fn arguments<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut skip = false;
    for (at, word) in words.take(MAX_WORDS).enumerate() {
        if std::mem::take(&mut skip) && !word.starts_with('-') {
            continue;
        }
        if at > 0 && writes(word) {
            skip = !word.contains('=');
            continue;
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if name.starts_with('-') => (name, value),
            _ => ("", word),
        };
        let gap = if name.is_empty() { "" } else { "=" };
        match lasting_word(value) {
            Some(value) => kept.push(format!("{name}{gap}{value}")),
            None if !name.is_empty() => kept.push(name.to_owned()),
            None => {}
        }
    }
    kept.join(" ")
}

/// Whether an option says where to write.
fn writes(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    let bare = name.trim_start_matches('-').to_ascii_lowercase();
    let says = |output: &str| {
        bare.strip_suffix(output).is_some_and(|rest| rest.is_empty() || rest.ends_with('-'))
    };
    name == "-o" || (name.starts_with('-') && OUTPUTS.iter().any(|output| says(output)))
}

/// A value without what changes; `None` when all of it does.
fn lasting_word(word: &str) -> Option<String> {
    let path = word.replace('\\', "/");
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes().get(2) == Some(&b'/');
    let rooted = path.starts_with('/') || drive;
    let lower = path.to_ascii_lowercase();
    if rooted && ["/tmp/", "/temp/", "/var/folders/"].iter().any(|part| lower.contains(part)) {
        return None;
    }
    let end = if rooted { path.trim_end_matches('/').rsplit('/').next()? } else { word };
    let changes = end.is_empty() || is_moving(end);
    (!changes).then(|| end.to_owned())
}

/// Words as a shell splits them, roughly: quotes hold together.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, _) if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(c),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// What lasts of a name such as SARIF's category: parts between slashes that change with each build (a commit, a
/// digest, a date, the number of a run, a version, a tag) are taken out.
pub fn lasting_name(name: &str) -> String {
    let end = (0..=name.len().min(MAX_NAME)).rev().find(|at| name.is_char_boundary(*at));
    let name = name.get(..end.unwrap_or(0)).unwrap_or_default();
    let mut kept: Vec<&str> = Vec::new();
    let mut counts = false;
    for part in name.split('/') {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let numbered = counts && digits;
        counts = is_counter(part);
        if numbered {
            // `run/57`: neither the number nor its word says anything.
            kept.pop();
            continue;
        }
        let lasting = if is_account(part) { part } else { lasting_part(part) };
        if !lasting.is_empty() {
            kept.push(lasting);
        }
    }
    kept.join("/")
}

/// A number of twelve digits, which is an account of AWS, unless it reads as a day and a time (`202603021030`).
fn is_account(part: &str) -> bool {
    let number = |from: usize, to: usize| {
        part.get(from..to).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(u32::MAX)
    };
    let dated = number(0, 2) == 20
        && (1..=12).contains(&number(4, 6))
        && (1..=31).contains(&number(6, 8))
        && number(8, 10) < 24
        && number(10, 12) < 60;
    part.len() == 12 && part.bytes().all(|b| b.is_ascii_digit()) && !dated
}

/// A word that a number follows which grows with each build.
fn is_counter(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    [
        "run",
        "runs",
        "build",
        "builds",
        "job",
        "jobs",
        "pipeline",
        "pipelines",
        "attempt",
        "pr",
        "pull",
    ]
    .contains(&word.as_str())
}

/// A part without the moving text behind its last separator, again and again.
fn lasting_part(part: &str) -> &str {
    let mut part = part.trim();
    if let Some((name, _)) = part.split_once("@sha256:") {
        part = name;
    }
    loop {
        if is_moving(part) {
            return "";
        }
        let cut =
            part.char_indices().rev().find(|(_, c)| matches!(c, '-' | '_' | '@' | '+' | ':' | '#'));
        let Some((at, separator)) = cut else { return part };
        let (head, tail) = part.split_at(at);
        let tail = tail.get(separator.len_utf8()..).unwrap_or_default();
        // `shop-2026-03-02`: a date has separators of its own.
        let dated = (1..part.len()).find(|at| part.get(*at..).is_some_and(is_date));
        if let Some(at) = dated {
            part = part.get(..at).unwrap_or_default().trim_end_matches(['-', '_', '@', '+', ':']);
            continue;
        }
        let counted = tail.bytes().all(|b| b.is_ascii_digit()) && is_counter(head);
        if counted {
            return "";
        }
        let tagged = separator == ':' && is_tag(tail);
        if tail.is_empty() || is_moving(tail) || tagged {
            part = head;
        } else {
            return part;
        }
    }
}

/// A tag as images have: a number, a version, `latest`.
fn is_tag(text: &str) -> bool {
    let plain = text.strip_prefix('v').unwrap_or(text);
    text == "latest" || plain.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a text alone is a commit, digest, unique id, date, long number or a version of three numbers.
fn is_moving(text: &str) -> bool {
    let text = text.trim();
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let bytes = || text.bytes();
    let mixed = bytes().any(|b| b.is_ascii_digit()) && bytes().any(|b| b.is_ascii_alphabetic());
    let commit = (7..=64).contains(&text.len()) && hex(text) && (mixed || text.len() >= 32);
    let uuid = text.len() == 36 && text.split('-').all(hex) && text.split('-').count() == 5;
    let version = {
        let plain = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let parts: Vec<&str> = plain.split('.').collect();
        let marked = plain.len() < text.len();
        parts.iter().all(|part| digits(part)) && (parts.len() >= 3 || (marked && parts.len() == 2))
    };
    text.starts_with("sha256:")
        || commit
        || uuid
        || version
        || (digits(text) && text.len() >= 4)
        || is_date(text)
}

/// `2026-03-02`, `2026_03_02`, `2026-03-02T10:00:00Z`.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let gap = |at: usize| bytes.get(at).is_some_and(|b| matches!(b, b'-' | b'_' | b'.'));
    let day = [0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(digit) && gap(4) && gap(7);
    let century = text.starts_with("20") || text.starts_with("19");
    day && century && bytes.get(10).is_none_or(|b| matches!(b, b'T' | b't' | b' ' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_with_each_build_is_no_part_of_a_name() {
        for (name, lasting) in [
            ("spotlint/mod-a", "spotlint/mod-a"),
            ("/language:python", "language:python"),
            (".github/workflows/scan.yml:analyse", ".github/workflows/scan.yml:analyse"),
            ("python/3.11", "python/3.11"),
            ("shard/2", "shard/2"),
            ("image/web:1.4.2", "image/web"),
            ("image/web:latest", "image/web"),
            ("web@sha256:00ff00ff", "web"),
            ("supply/ccbc59901773ab4c051dfcea0cc4201a1567abdd", "supply"),
            ("web-a1b2c3d", "web"),
            ("ci/run/57/web", "ci/web"),
            ("ci/run-57/web", "ci/web"),
            ("nightly/2026-03-02", "nightly"),
            ("nightly-2026-03-02T10:00:00Z/web", "nightly/web"),
            ("nightly/20260302", "nightly"),
            ("nightly/202603021030", "nightly"),
            ("aws/111111111111", "aws/111111111111"),
            ("aws/222222222222/nightly", "aws/222222222222/nightly"),
            ("aws/11111111111", "aws"),
            ("run/111111111111", ""),
            ("release/v1.2.3", "release"),
            ("d2719aa1-2bb9-4d3c-9a53-0c7a5a8a0a01/web", "web"),
            ("ubuntu-22.04", "ubuntu-22.04"),
            ("feedface", "feedface"),
            ("", ""),
        ] {
            assert_eq!(lasting_name(name), lasting, "{name}");
        }
        assert_eq!(lasting_name(&"é".repeat(MAX_NAME)).len(), MAX_NAME);
    }

    #[test]
    fn a_command_keeps_what_configures_and_leaves_out_where_it_writes() {
        for (line, kept) in [
            ("scan --config p/ci -o out.json src", "scan --config p/ci src"),
            ("/opt/tools/scan --sarif-output=/x/y.sarif --deep", "scan --deep"),
            ("scan --report-path r.json --timeout 30", "scan --timeout 30"),
            ("scan --rules '/home/a/our rules' /tmp/x1/src", "scan --rules our rules"),
            ("scan --commit=5f1e2d3c4b5a --since 2026-03-02", "scan --commit --since"),
            ("C:\\tools\\scan.exe --min high", "scan.exe --min high"),
            ("", ""),
        ] {
            assert_eq!(command(line), kept, "{line}");
        }
        let long = "a ".repeat(MAX_WORDS + 1);
        assert_eq!(command(&long).split(' ').count(), MAX_WORDS);
    }
}
