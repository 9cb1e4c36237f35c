//! Which vulnerabilities does CISA know to be exploited, and since when?
//!
//! In: the catalogue's JSON (cisa.gov/known-exploited-vulnerabilities-catalog; one schema since 2021), the
//! current one and dated older copies. Out: rows, and per CVE what changed from copy to copy.

use std::collections::BTreeMap;

use serde::Deserialize;
use vocab::Instant;

use super::{FeedError, FeedSummary, MAX_DOCUMENT};
use crate::cve::CveId;

/// One entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kev {
    /// `dateAdded`: the signal that starts the clock. Where it does not read, the catalogue's date.
    pub added: Instant,
    /// `dueDate`: CISA's own deadline for federal agencies.
    pub due: Option<Instant>,
    /// `knownRansomwareCampaignUse` is «Known».
    pub ransomware: bool,
    /// Vendor or project.
    pub vendor: String,
    /// Product.
    pub product: String,
    /// The vulnerability's name.
    pub name: String,
}

/// What a dated copy of the catalogue said of a CVE that an older copy had not said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KevChange {
    /// The date of the copy.
    pub seen: Instant,
    /// `dateAdded` in this copy; `None` when the CVE is not in it any more.
    pub added: Option<Instant>,
    /// Known use in ransomware campaigns, in this copy.
    pub ransomware: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalogue {
    #[serde(default)]
    catalog_version: Option<String>,
    #[serde(default)]
    date_released: Option<String>,
    #[serde(default)]
    count: Option<usize>,
    vulnerabilities: Vec<serde_json::Value>,
}

/// Reads a catalogue; a broken entry is counted, not fatal. The summary is `incomplete` when an entry is
/// lost or their number is not the one told: a «no» may then not rest on the catalogue.
pub fn read(json: &[u8]) -> Result<(FeedSummary, Vec<(CveId, Kev)>), FeedError> {
    if json.len() > MAX_DOCUMENT {
        return Err(FeedError::TooLarge(json.len()));
    }
    let catalogue: Catalogue = serde_json::from_slice(json).map_err(FeedError::Shape)?;
    let released = catalogue.date_released.as_deref().and_then(vocab::instant::parse);
    let mut summary = FeedSummary {
        version: catalogue.catalog_version,
        data_time: released,
        ..FeedSummary::default()
    };
    let found = catalogue.vulnerabilities.len();
    if let Some(count) = catalogue.count.filter(|count| *count != found) {
        summary.incomplete = true;
        summary.skip("the catalogue", format_args!("it tells {count} entries and has {found}"));
    }
    let mut rows = Vec::with_capacity(catalogue.vulnerabilities.len());
    for (index, entry) in catalogue.vulnerabilities.iter().enumerate() {
        let place = format_args!("entry {}", index + 1).to_string();
        match row(entry, released) {
            Ok((cve, kev, dated)) => {
                rows.push((cve, kev));
                if !dated {
                    summary
                        .skip(place, "no date added; taken as added when the catalogue came out");
                }
            }
            Err(why) => {
                summary.incomplete = true;
                summary.skip(place, why);
            }
        }
    }
    summary.records = rows.len() as u64;
    Ok((summary.some()?, rows))
}

/// An entry, and whether its date could be read. What is listed stays listed: a date that does not read
/// is the catalogue's own, else CISA's deadline.
fn row(
    entry: &serde_json::Value,
    released: Option<Instant>,
) -> Result<(CveId, Kev, bool), &'static str> {
    let text = |field: &str| entry.get(field).and_then(serde_json::Value::as_str);
    let date = |field: &str| text(field).and_then(vocab::instant::parse);
    let owned = |field: &str| text(field).unwrap_or_default().to_owned();
    let cve = text("cveID").and_then(CveId::parse).ok_or("no CVE name")?;
    let (added, due) = (date("dateAdded"), date("dueDate"));
    let kev = Kev {
        added: added.or(released).or(due).ok_or("no date added, and none to take for it")?,
        due,
        ransomware: text("knownRansomwareCampaignUse") == Some("Known"),
        vendor: owned("vendorProject"),
        product: owned("product"),
        name: owned("vulnerabilityName"),
    };
    Ok((cve, kev, added.is_some()))
}

/// What each copy says of each CVE, by the copy's date: added and ransomware.
#[derive(Debug, Default)]
pub struct History {
    copies: BTreeMap<Instant, BTreeMap<CveId, (Instant, bool)>>,
}

/// The most copies that are kept.
pub const MAX_COPIES: usize = 400;

impl History {
    /// Takes one copy, in any order; of two copies of one instant the later given stays.
    pub fn add(&mut self, seen: Instant, json: &[u8]) -> Result<FeedSummary, FeedError> {
        let (summary, rows) = read(json)?;
        if self.copies.len() >= MAX_COPIES && !self.copies.contains_key(&seen) {
            return Err(FeedError::TooManyCopies);
        }
        let said = rows.into_iter().map(|(cve, kev)| (cve, (kev.added, kev.ransomware)));
        self.copies.insert(seen, said.collect());
        Ok(summary)
    }

    /// The changes of each CVE, oldest first. The first entry of a CVE is its first appearance.
    pub fn changes(&self) -> BTreeMap<CveId, Vec<KevChange>> {
        let mut changes: BTreeMap<CveId, Vec<KevChange>> = BTreeMap::new();
        let nothing = BTreeMap::new();
        let mut before = &nothing;
        for (seen, copy) in &self.copies {
            for (cve, said) in copy {
                if before.get(cve) != Some(said) {
                    let (added, ransomware) = *said;
                    let change = KevChange { seen: *seen, added: Some(added), ransomware };
                    changes.entry(*cve).or_default().push(change);
                }
            }
            for cve in before.keys().filter(|cve| !copy.contains_key(cve)) {
                let change = KevChange { seen: *seen, added: None, ransomware: false };
                changes.entry(*cve).or_default().push(change);
            }
            before = copy;
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::{History, read};
    use crate::cve::CveId;

    fn copy(entries: &[(&str, &str, &str)]) -> Vec<u8> {
        let entries: Vec<String> = entries
            .iter()
            .map(|(cve, added, ransomware)| {
                format!(r#"{{"cveID":"{cve}","dateAdded":"{added}","knownRansomwareCampaignUse":"{ransomware}"}}"#)
            })
            .collect();
        format!(
            r#"{{"catalogVersion":"2026.08.07","dateReleased":"2026-08-07T16:45:47.0648Z","count":{},"vulnerabilities":[{}]}}"#,
            entries.len(),
            entries.join(",")
        )
        .into_bytes()
    }

    #[test]
    fn broken_entries_are_counted() {
        let (summary, rows) =
            read(&copy(&[("CVE-2026-0001", "2026-08-07", "Known"), ("CVE-x", "2026-08-07", "")]))
                .unwrap();
        assert_eq!((summary.records, summary.skipped), (1, 1));
        assert_eq!(summary.version.as_deref(), Some("2026.08.07"));
        assert!(summary.incomplete && rows[0].1.ransomware);
        assert_eq!(rows[0].1.added.to_string(), "2026-08-07T00:00:00Z");
        let short = String::from_utf8(copy(&[("CVE-2026-0001", "2026-08-07", "")])).unwrap();
        assert!(!read(short.as_bytes()).unwrap().0.incomplete);
        let (summary, _) = read(short.replace(":1,", ":9,").as_bytes()).unwrap();
        assert!(summary.incomplete);
        assert_eq!(
            summary.first_skipped.as_deref(),
            Some("the catalogue: it tells 9 entries and has 1")
        );
        assert!(read(b"[]").is_err() && read(br#"{"vulnerabilities":[]}"#).is_err());
        assert!(read(&copy(&[("CVE-x", "2026-08-07", "")])).is_err());
    }

    #[test]
    fn an_entry_without_a_date_stays_listed() {
        let undated = r#""count":4,"vulnerabilities":[{"cveID":"CVE-2026-0001","dateAdded":"soon"},{"cveID":"CVE-2026-0002","dateAdded":7,"product":null},{"cveID":"CVE-2026-0003"},{"cveID":"CVE-2026-0004","dateAdded":"2026-08-01"}]"#;
        let released = format!(r#"{{"dateReleased":"2026-08-07",{undated}}}"#);
        let (summary, rows) = read(released.as_bytes()).unwrap();
        assert_eq!((summary.records, summary.skipped, summary.incomplete), (4, 3, false));
        let days: Vec<_> = rows.iter().map(|(_, k)| k.added.to_string()[..10].to_owned()).collect();
        assert_eq!(days, ["2026-08-07", "2026-08-07", "2026-08-07", "2026-08-01"]);
        let (summary, rows) = read(format!("{{{undated}}}").as_bytes()).unwrap();
        assert_eq!((rows.len(), summary.incomplete), (1, true));
    }

    #[test]
    fn history_tells_first_sight_change_and_removal() {
        let mut history = History::default();
        let day = |d: &str| vocab::instant::parse(d).unwrap();
        let cve = CveId::parse("CVE-2026-0001").unwrap();
        history.add(day("2026-03-01"), &copy(&[("CVE-2026-0002", "2026-01-01", "")])).unwrap();
        history.add(day("2026-02-01"), &copy(&[("CVE-2026-0001", "2026-01-15", "Known")])).unwrap();
        history
            .add(day("2026-01-20"), &copy(&[("CVE-2026-0001", "2026-01-15", "Unknown")]))
            .unwrap();
        let changes = &history.changes()[&cve];
        let told: Vec<_> = changes
            .iter()
            .map(|c| (c.seen.to_string()[..10].to_owned(), c.added.is_some(), c.ransomware))
            .collect();
        let expect =
            [("2026-01-20", true, false), ("2026-02-01", true, true), ("2026-03-01", false, false)];
        assert_eq!(told, expect.map(|(d, a, r)| (d.to_owned(), a, r)));
    }
}
