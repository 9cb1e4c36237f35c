//! What do words that many tools share mean?
//!
//! Severities, ids, dates and weaknesses inside text. One place, so that «moderate» is the same from every
//! tool.

use vocab::{Instant, Severity};

/// The severity of a tool's rating word; numbers are none of its business. «info» and the like are
/// [`Severity::None`]: said and not a problem by itself. What is not known is unknown, never low.
pub fn severity(word: &str) -> Severity {
    match word.trim().to_ascii_lowercase().as_str() {
        "critical" | "crit" | "very high" | "very_high" | "veryhigh" | "blocker" | "fatal"
        | "severe" | "serious" | "urgent" | "emergency" | "p1" => Severity::Critical,
        "high" | "important" | "major" | "error" | "err" | "danger" | "p2" => Severity::High,
        "medium" | "moderate" | "med" | "warning" | "warn" | "average" | "normal" | "p3" => {
            Severity::Medium
        }
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

/// The severity of a vector of CVSS 3 or 4 (`CVSS:3.1/…`); unknown when the text is none. A vector that lacks a
/// base metric is none: scored as it stands, it would come out harmless (CVSS v3.1 specification, table 15;
/// v4.0 specification, table 23).
pub fn severity_of_vector(vector: &str) -> Severity {
    const BASE_3: &str = "AV AC PR UI S C I A";
    const BASE_4: &str = "AV AC AT PR UI VC VI VA SC SI SA";
    let vector = vector.trim();
    let Some((version, metrics)) = vector.strip_prefix("CVSS:").and_then(|v| v.split_once('/'))
    else {
        return Severity::Unknown;
    };
    let base = if version.starts_with("4.") { BASE_4 } else { BASE_3 };
    let has = |name: &str| {
        metrics.split('/').any(|m| m.split_once(':').is_some_and(|(known, _)| known == name))
    };
    if vector.len() > 1_024 || !base.split(' ').all(has) {
        return Severity::Unknown;
    }
    let parsed = vector.parse::<cvss::Cvss>();
    parsed.map_or(Severity::Unknown, |vector| Severity::from_score(vector.score()))
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

/// When, in the shapes in which tools write it: what `vocab` reads, e-mail's (`Mon, 02 Jan 2006 15:04:05
/// -0700`), C's (`Mon Jan  2 15:04:05 2006`), Go's (`2006-01-02 15:04:05 -0700 MST`), Ruby's (`2006-01-02
/// 15:04:05 UTC`) and with slashes after the year. Without an offset it is UTC. The order of day and month is
/// never guessed: `02/01/2006` is none.
pub fn when(text: &str) -> Option<Instant> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 || text.starts_with("0001-01-01") {
        return None;
    }
    let parts: Vec<&str> = text.split_whitespace().collect();
    let spaced = match parts.as_slice() {
        [date, time, "UTC" | "GMT" | "Z"] => vocab::instant::parse(&format!("{date}T{time}Z")),
        [date, time, offset] | [date, time, offset, _] if offset.starts_with(['+', '-']) => {
            vocab::instant::parse(&format!("{date}T{time}{offset}"))
        }
        _ => None,
    };
    let civil = |format: &str| {
        let civil = jiff::civil::DateTime::strptime(format, text).ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    };
    vocab::instant::parse(text)
        .or(spaced)
        .or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
        .or_else(|| civil("%a %b %e %H:%M:%S %Y"))
        .or_else(|| civil("%Y/%m/%d %H:%M:%S"))
}

#[cfg(test)]
mod tests {
    use super::when;

    #[test]
    fn dates_as_tools_write_them() {
        let check = |text: &str, expect: &str| {
            let read = when(text).map(|instant| instant.to_string());
            assert_eq!(read.as_deref(), (!expect.is_empty()).then_some(expect), "{text}");
        };
        check("2022-06-16T10:17:40Z", "2022-06-16T10:17:40Z");
        check("2022-06-16 10:17:40", "2022-06-16T10:17:40Z");
        check("2022-06-16 10:17:40 UTC", "2022-06-16T10:17:40Z");
        check("2022-06-16 10:17:40 -0700 -0700", "2022-06-16T17:17:40Z");
        check("2022-06-16 10:17:40.5 +0200 CEST", "2022-06-16T08:17:40.5Z");
        check("Thu, 16 Jun 2022 10:17:40 +0000", "2022-06-16T10:17:40Z");
        check("Thu Jun 16 10:17:40 2022", "2022-06-16T10:17:40Z");
        check("Wed Jun  1 10:17:40 2022", "2022-06-01T10:17:40Z");
        check("2022/06/16 10:17:40", "2022-06-16T10:17:40Z");
        check("16/06/2022", "");
        check("06/07/2022 10:00:00", "");
        check("0001-01-01T00:00:00Z", "");
        check("yesterday", "");
    }

    #[test]
    fn a_vector_without_a_base_metric_is_none() {
        use super::{Severity, severity_of_vector};
        let whole = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        assert_eq!(severity_of_vector(whole), Severity::Critical);
        assert_eq!(severity_of_vector(whole.trim_end_matches("/A:H")), Severity::Unknown);
        assert_eq!(severity_of_vector("AV:N/AC:L/Au:N/C:N/I:N/A:P"), Severity::Unknown);
        let newest = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N";
        assert_eq!(severity_of_vector(newest), Severity::High);
    }
}
