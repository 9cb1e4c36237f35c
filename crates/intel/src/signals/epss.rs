//! How probable does EPSS hold exploitation in the next 30 days?
//!
//! In: FIRST's daily file, decompressed (first.org/epss/data_stats): a comment line with model version
//! and score date, a header line, then `cve,epss,percentile`. Out: rows of numbers.

use std::io::BufRead;

use super::{FeedError, FeedSummary, lines};
use crate::cve::CveId;
use vocab::Instant;

/// EPSS's answer for one CVE.
#[derive(Debug, Clone, PartialEq)]
pub struct Epss {
    /// Probability of exploitation in the next 30 days, 0 to 1.
    pub score: f64,
    /// Share of all scored CVEs with this score or a lower one, 0 to 1.
    pub percentile: f64,
    /// The day of the score.
    pub date: Option<Instant>,
    /// The model that gave it; scores of two models do not compare.
    pub model: Option<String>,
}

/// One row: the CVE, score and percentile in units of 1e-9.
pub type Row = (CveId, u32, u32);

/// One unit of the numbers of a row.
pub const UNIT: f64 = 1e9;

/// Reads the file; rows go to `each`.
pub fn read(reader: &mut dyn BufRead, each: &mut dyn FnMut(Row)) -> Result<FeedSummary, FeedError> {
    let mut summary = FeedSummary::default();
    let mut header = false;
    lines(reader, &mut |number, line| {
        if let Some(comment) = line.strip_prefix(b"#") {
            (summary.version, summary.data_time) = stamp(&String::from_utf8_lossy(comment));
        } else if line.starts_with(b"cve,") && !header {
            header = true;
        } else {
            match row(line) {
                Some(row) => {
                    summary.records += 1;
                    each(row);
                }
                None => summary.skip(format_args!("line {number}"), "not «cve,epss,percentile»"),
            }
        }
        Ok(())
    })?;
    if !header {
        return Err(FeedError::Missing("header line «cve,epss,percentile»"));
    }
    summary.some()
}

/// `model_version:v2025.03.14,score_date:2026-01-30T12:55:00Z`, with or without quotes.
fn stamp(comment: &str) -> (Option<String>, Option<Instant>) {
    let (mut model, mut date) = (None, None);
    for field in comment.split(',') {
        match field.trim().split_once(':') {
            Some(("model_version", version)) if version.len() <= 64 => model = Some(version.into()),
            Some(("score_date", text)) => date = offset(text),
            _ => {}
        }
    }
    (model, date)
}

/// EPSS writes offsets both as `Z` and as `+0000`, which RFC 3339 does not have.
fn offset(text: &str) -> Option<Instant> {
    vocab::instant::parse(text)
        .or_else(|| vocab::instant::parse(&format!("{}Z", text.strip_suffix("+0000")?)))
}

fn row(line: &[u8]) -> Option<Row> {
    let text = std::str::from_utf8(line).ok()?;
    let mut fields = text.split(',');
    let cve = CveId::parse(fields.next()?)?;
    let score = probability(fields.next()?)?;
    let percentile = probability(fields.next()?)?;
    Some((cve, score, percentile))
}

/// A number from 0 to 1, in any notation (`4e-05` too), in units of 1e-9.
fn probability(text: &str) -> Option<u32> {
    let value: f64 = text.trim().parse().ok()?;
    (0.0..=1.0).contains(&value).then(|| (value * UNIT).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn native_file_with_both_notations() {
        let text = "#model_version:v2025.03.14,score_date:2026-01-30T12:55:00Z\ncve,epss,percentile\n\
                    CVE-1999-0001,0.03351,0.8765\nCVE-2024-0001,4e-05,0.00012\r\nCVE-2024-0002,1.5,0\n";
        let mut rows = Vec::new();
        let summary = read(&mut text.as_bytes(), &mut |row| rows.push(row)).unwrap();
        assert_eq!(summary.version.as_deref(), Some("v2025.03.14"));
        assert_eq!(summary.data_time.unwrap().to_string(), "2026-01-30T12:55:00Z");
        assert_eq!((summary.records, summary.skipped), (2, 1));
        assert_eq!(summary.first_skipped.as_deref(), Some("line 5: not «cve,epss,percentile»"));
        assert_eq!((rows[0].1, rows[1].1, rows[1].2), (33_510_000, 40_000, 120_000));
        assert!(read(&mut "<html>".as_bytes(), &mut |_| ()).is_err());
    }
}
