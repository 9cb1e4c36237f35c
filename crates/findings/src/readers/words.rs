//! What do words that many tools share mean?
//!
//! Severities, ids and weaknesses inside text. One place, so that «moderate» is the same from every tool.

use vocab::Severity;

/// The severity of a tool's rating word; numbers are none of its business. «info» and the like are
/// [`Severity::None`]: said and not a problem by itself. What is not known is unknown, never low.
pub fn severity(word: &str) -> Severity {
    match word.trim().to_ascii_lowercase().as_str() {
        "critical" | "crit" | "very high" | "very_high" | "veryhigh" | "blocker" | "fatal"
        | "severe" | "serious" | "urgent" | "emergency" | "p1" => Severity::Critical,
        "high" | "important" | "major" | "error" | "err" | "danger" | "p2" => Severity::High,
        "medium" | "moderate" | "med" | "warning" | "warn" | "average" | "p3" => Severity::Medium,
        "low" | "minor" | "negligible" | "very low" | "trivial" | "note" | "notice" | "p4" => {
            Severity::Low
        }
        "none" | "info" | "informational" | "information" | "informative" | "log" | "p5"
        | "best practice" | "best_practice" => Severity::None,
        _ => Severity::Unknown,
    }
}

/// The severity of a CVSS base score as text; unknown when it is no number from 0 to 10.
pub fn severity_of_score(score: &str) -> Severity {
    match score.trim().parse::<f64>() {
        Ok(score) if (0.0..=10.0).contains(&score) => Severity::from_score(score),
        _ => Severity::Unknown,
    }
}

/// The number of `CWE-79`, `cwe: 79`, `79` or `https://cwe.mitre.org/data/definitions/79.html`.
pub fn cwe(text: &str) -> Option<u32> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let rest = text.get(digits..)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok().filter(|n| (1..=9999).contains(n))
}

/// Prefixes of published ids that stand for one problem.
const PREFIXES: &[&str] = &[
    "CVE-",
    "GHSA-",
    "RUSTSEC-",
    "GO-",
    "PYSEC-",
    "DSA-",
    "DLA-",
    "USN-",
    "RHSA-",
    "RLSA-",
    "ALSA-",
    "ELSA-",
    "SUSE-SU-",
    "OSV-",
    "MAL-",
    "ALAS-",
    "ALAS2-",
    "TEMP-",
    "BIT-",
    "CURL-",
    "GMS-",
    "HSEC-",
    "OPENSUSE-SU-",
    "SNYK-",
    "NSWG-",
];

/// Whether the text as a whole is a published id.
pub fn is_id(text: &str) -> bool {
    let upper = text.trim().to_ascii_uppercase();
    text.trim().len() <= 80
        && PREFIXES.iter().any(|prefix| upper.strip_prefix(prefix).is_some_and(|r| !r.is_empty()))
        && !upper.contains(char::is_whitespace)
}

/// Every CVE named in a text, in order, each once, in upper case.
pub fn cves(text: &str) -> Vec<String> {
    let upper = text.to_ascii_uppercase();
    let mut found: Vec<String> = Vec::new();
    for (at, _) in upper.match_indices("CVE-") {
        let rest = upper.get(at + 4..).unwrap_or_default();
        let year: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let number: String = rest
            .get(year.len()..)
            .and_then(|r| r.strip_prefix('-'))
            .map(|r| r.chars().take_while(char::is_ascii_digit).collect())
            .unwrap_or_default();
        if year.len() == 4 && (4..=19).contains(&number.len()) {
            let id = format!("CVE-{year}-{number}");
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}

/// Host, port, path and scheme of a web address; empty and 0 for what it does not have. The query is left out.
pub fn address(url: &str) -> crate::observation::Endpoint {
    let (scheme, rest) = url.trim().split_once("://").unwrap_or(("", url.trim()));
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let rest = rest.get(..end).unwrap_or_default();
    let (authority, path) = match rest.find('/') {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at..).unwrap_or_default()),
        None => (rest, ""),
    };
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !host.ends_with(':') => {
            (host, port.parse().unwrap_or(0))
        }
        _ => (authority, 0),
    };
    crate::observation::Endpoint {
        host: host.trim_matches(['[', ']']).to_ascii_lowercase(),
        port,
        service: scheme.to_ascii_lowercase(),
        path: path.to_owned(),
        ..Default::default()
    }
}
