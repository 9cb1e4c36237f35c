//! Where is it, in the one spelling, and what stands there?

use crate::linehash;
use crate::observation::{Endpoint, Location, Observation};

/// Longest snippet that is looked at, in bytes; more of it says nothing more of the place.
const MAX_SNIPPET: usize = 4_096;
/// Fewest letters and digits that make code worth finding again in another file.
const TELLING: usize = 8;

/// A path below the scanned root, however it was written: `\` as `/`, without `file://`, `%SRCROOT%`, `./` and
/// slashes in front.
pub fn normal_path(path: &str) -> String {
    let path = path.trim().replace('\\', "/");
    let mut rest = path.as_str();
    loop {
        let before = rest;
        for prefix in ["file:", "%SRCROOT%", "./", "/"] {
            rest = rest.strip_prefix(prefix).unwrap_or(rest);
        }
        if rest.len() == before.len() {
            break;
        }
    }
    let parts: Vec<&str> =
        rest.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.join("/")
}

/// What a report calls the asset, without what changes from build to build: tag and digest of an image, a
/// remark in brackets behind it.
pub fn normal_target(target: &str) -> &str {
    let target = target.trim();
    let target = target.split_once(" (").map_or(target, |(name, _)| name);
    let target = target.split_once("@sha256:").map_or(target, |(name, _)| name);
    if target.contains("://") {
        return target;
    }
    let Some((name, tag)) = target.rsplit_once(':') else { return target };
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let last = name.rsplit('/').next().unwrap_or(name);
    // A host's port is no tag; neither is the rest of a Windows path or of an ARN.
    let port = !name.contains('/') && tag.len() > 2 && tag.bytes().all(|b| b.is_ascii_digit());
    let is_tag = !tag.is_empty() && tag.chars().all(letters) && !port && !last.contains(':');
    if is_tag { name } else { target }
}

/// What stands at a place: the line hash of its code, blank lines in front and numbers of lines left out.
pub fn code(location: &Location) -> Option<u64> {
    let snippet = location.snippet.as_str();
    let end = (0..=snippet.len().min(MAX_SNIPPET)).rev().find(|at| snippet.is_char_boundary(*at));
    linehash::first_line_hash(&without_line_numbers(snippet.get(..end?)?))
}

/// Whether the code is more than a bracket or a keyword, so that it can be found again in another file.
pub fn is_telling(location: &Location) -> bool {
    location.snippet.chars().filter(|c| c.is_alphanumeric()).take(TELLING).count() == TELLING
}

/// Some tools quote code with its line numbers; they are when each line begins with the number that follows the
/// one before.
fn without_line_numbers(snippet: &str) -> String {
    let mut next: Option<u64> = None;
    let mut plain = Vec::new();
    for line in snippet.lines().filter(|line| !line.trim().is_empty()) {
        let line = line.trim_start();
        let end = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
        let (number, rest) = line.split_at(end);
        match number.parse::<u64>() {
            Ok(number) if next.is_none_or(|next| next == number) => {
                next = number.checked_add(1);
                plain.push(rest.trim_start_matches([':', '|', '.', '\t', ' ']));
            }
            _ => return snippet.to_owned(),
        }
    }
    if plain.len() < 2 { snippet.to_owned() } else { plain.join("\n") }
}

/// A path of a web address with the parts that name one thing of many as `{}`: numbers, UUIDs, hashes.
pub fn route(path: &str) -> String {
    let path = path.split(['?', '#', ';']).next().unwrap_or_default();
    let parts = path.split('/').filter(|part| !part.is_empty());
    let parts: Vec<&str> = parts.map(|part| if names_one(part) { "{}" } else { part }).collect();
    parts.join("/")
}

fn names_one(part: &str) -> bool {
    let hexadecimal = part.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    digits == part.len() || hexadecimal && part.len() >= 16 && digits > 0
}

/// The port, 0 for the one that the service has anyway.
pub fn port(endpoint: &Endpoint) -> u16 {
    match (endpoint.service.as_str(), endpoint.port) {
        ("http", 80) | ("https", 443) => 0,
        (_, port) => port,
    }
}

/// The port, that of the service where it is not stated.
pub fn full_port(endpoint: &Endpoint) -> u16 {
    match (endpoint.service.as_str(), endpoint.port) {
        ("http", 0) => 80,
        ("https", 0) => 443,
        (_, port) => port,
    }
}

/// Words that stand where a fingerprint would.
const NO_FINGERPRINT: &[&str] =
    &["requires login", "requires-login", "unknown", "undefined", "redacted", "not available"];
/// Shortest value that can tell problems apart.
const SHORTEST: usize = 8;

/// Fingerprints that can be believed, with their names: not empty, no placeholder, and made of nothing that
/// moves: neither the line, nor the path, nor the commit.
pub fn fingerprints(observation: &Observation) -> impl Iterator<Item = (&str, &str)> {
    let all = observation.fingerprints.iter();
    all.map(|f| (f.name.as_str(), f.value.trim())).filter(|(_, value)| {
        let lower = value.to_ascii_lowercase();
        let constant = value.chars().all(|c| matches!(c, '0' | '-' | '*' | 'x' | 'X' | ':'));
        let placed = observation.locations.iter().any(|place| {
            let path = place.path.trim();
            !path.is_empty() && value.contains(path)
        });
        value.len() >= SHORTEST
            && !constant
            && !placed
            && !begins_with_commit(value)
            && !NO_FINGERPRINT.contains(&lower.as_str())
            && !lower.contains("redacted")
    })
}

/// `0a1b…40 digits…:rest`.
fn begins_with_commit(value: &str) -> bool {
    value.split_once(':').is_some_and(|(commit, rest)| {
        commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()) && rest.contains(':')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_however_it_is_written() {
        for path in [
            "src/a.c",
            "./src/a.c",
            "/src/a.c",
            "src\\a.c",
            "file:///src/a.c",
            "%SRCROOT%/src/./a.c",
        ] {
            assert_eq!(normal_path(path), "src/a.c", "{path}");
        }
        assert_eq!(normal_path("../lib/a.c"), "../lib/a.c");
        assert_eq!(normal_path(".github/x.yml"), ".github/x.yml");
    }

    #[test]
    fn a_target_loses_its_tag_and_nothing_else() {
        let check = |target: &str, expect: &str| assert_eq!(normal_target(target), expect);
        check("alpine:3.10 (alpine 3.10.2)", "alpine");
        check("registry:5000/team/app:1.2", "registry:5000/team/app");
        check("registry:5000/team/app@sha256:00ff", "registry:5000/team/app");
        check("registry:5000/team/app", "registry:5000/team/app");
        check("localhost:8080", "localhost:8080");
        check("https://example.org:8443/", "https://example.org:8443/");
        check("arn:aws:s3:::bucket", "arn:aws:s3:::bucket");
        check("C:\\src\\app", "C:\\src\\app");
        check("src/package-lock.json", "src/package-lock.json");
    }

    #[test]
    fn a_route_forgets_which_one() {
        assert_eq!(route("/user/17/edit/?a=1"), "user/{}/edit");
        assert_eq!(route("/f/550e8400-e29b-41d4-a716-446655440000"), "f/{}");
        assert_eq!(route("/decade/facade"), "decade/facade");
    }

    #[test]
    fn quoted_numbers_of_lines_are_no_code() {
        let at = |snippet: &str| code(&Location { snippet: snippet.into(), ..Location::default() });
        assert_eq!(at("10 a = 1\n11 b = 2\n"), at("20 a = 1\n21 b = 2\n"));
        assert_ne!(at("10 a = 1\n12 b = 2\n"), at("20 a = 1\n22 b = 2\n"));
        assert_eq!(at("\n  \n"), None);
    }
}
