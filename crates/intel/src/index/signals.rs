//! Where do the feeds about exploitation go while an index is built?
//!
//! In: the bytes of each feed, through [`super::Builder`]. Out: sorted tables. Rows of one CVE and source
//! out of several feeds become one; an exploit is never there before its CVE was published.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Read};

use vocab::Instant;

use super::advisories::halves;
use super::builder::Builder;
use super::heap::{Lists, Strings, cut};
use super::layout::NONE;
use crate::cve::CveId;
use crate::signals::{
    CveRecord, Exploit, ExploitSource, FeedError, FeedSummary, Kev, cve_record, epss, exploits, kev,
};

type ReadRecord = fn(&[u8]) -> Result<(CveId, CveRecord), FeedError>;

/// The signals in the making.
#[derive(Debug, Default)]
pub(super) struct Signals {
    kev: BTreeMap<CveId, Kev>,
    history: kev::History,
    epss: Vec<epss::Row>,
    exploits: HashMap<(CveId, ExploitSource), Exploit>,
    records: HashMap<CveId, Draft>,
    /// Dates of publication that the exploit feed tells beside.
    published: HashMap<CveId, Instant>,
}

#[derive(Debug)]
struct Draft {
    flags: u32,
    ssvc: Option<crate::signals::Ssvc>,
    published: Option<Instant>,
    cna_vectors: u32,
    adp_vectors: u32,
    cwes: u32,
}

/// A CVE that was rejected.
pub(super) const REJECTED: u32 = 1;
/// A CVE that is disputed.
pub(super) const DISPUTED: u32 = 2;
/// A CVE with decision points.
pub(super) const HAS_SSVC: u32 = 4;
/// A CVE of which the CVE programme's own record was read.
pub(super) const HAS_RECORD: u32 = 8;
/// In KEV: known use in ransomware campaigns.
pub(super) const RANSOMWARE: u32 = 1;
/// In KEV now, not only in its history.
pub(super) const LISTED: u32 = 2;

/// The tables as the layout wants them, and how many CVEs they speak of.
pub(super) struct Tables {
    pub cves: Vec<u8>,
    pub epss: Vec<u8>,
    pub kev: Vec<u8>,
    pub exploits: Vec<u8>,
    pub counts: [u64; 4],
}

impl Builder {
    /// Takes the current KEV catalogue; of several the last one given stays. One that lost entries is
    /// noted in [`Meta::kev_incomplete`](super::Meta::kev_incomplete).
    pub fn kev(&mut self, json: &[u8]) -> Result<FeedSummary, FeedError> {
        let (summary, rows) = kev::read(json)?;
        self.meta.kev_incomplete = summary.incomplete;
        self.signals().0.kev = rows.into_iter().collect();
        Ok(summary)
    }

    /// Takes a dated copy of the KEV catalogue, in any order. `seen` is the date of the copy.
    pub fn kev_history(&mut self, seen: Instant, json: &[u8]) -> Result<FeedSummary, FeedError> {
        self.signals().0.history.add(seen, json)
    }

    /// Takes EPSS's daily file, decompressed; of several the last one given stays.
    pub fn epss(&mut self, reader: &mut dyn BufRead) -> Result<FeedSummary, FeedError> {
        let mut rows = Vec::new();
        let summary = epss::read(reader, &mut |row| rows.push(row))?;
        self.signals().0.epss = rows;
        self.meta.epss_date = summary.data_time;
        self.meta.epss_model = summary.version.clone().filter(|model| model != "unknown");
        Ok(summary)
    }

    /// Takes the aggregated list of public exploits (JSON lines).
    pub fn exploits_jsonl(&mut self, reader: &mut dyn BufRead) -> Result<FeedSummary, FeedError> {
        let signals = self.signals().0;
        let Signals { exploits, published, .. } = signals;
        exploits::read_aggregated(
            reader,
            &mut |cve, exploit| merge(exploits, cve, exploit),
            &mut |cve, date| {
                published.insert(cve, date);
            },
        )
    }

    /// Takes nuclei-templates' `cves.json`.
    pub fn nuclei(&mut self, reader: &mut dyn BufRead) -> Result<FeedSummary, FeedError> {
        let exploits = &mut self.signals().0.exploits;
        exploits::read_nuclei(reader, &mut |cve, exploit| merge(exploits, cve, exploit))
    }

    /// Takes Metasploit's `modules_metadata_base.json`.
    pub fn metasploit(&mut self, json: &[u8]) -> Result<FeedSummary, FeedError> {
        let exploits = &mut self.signals().0.exploits;
        exploits::read_metasploit(json, &mut |cve, exploit| merge(exploits, cve, exploit))
    }

    /// Takes Exploit-DB's `files_exploits.csv`.
    pub fn exploitdb(&mut self, reader: &mut dyn Read) -> Result<FeedSummary, FeedError> {
        let exploits = &mut self.signals().0.exploits;
        exploits::read_exploitdb(reader, &mut |cve, exploit| merge(exploits, cve, exploit))
    }

    /// Takes one CVE JSON 5 record; the last one given of a CVE stays.
    pub fn cve_record(&mut self, json: &[u8]) -> Result<(), FeedError> {
        let (cve, record) = cve_record::read(json)?;
        self.keep(cve, &record, true);
        Ok(())
    }

    /// Takes CVE JSON 5 records, one a line; a broken line is counted.
    pub fn cve_records(&mut self, reader: &mut dyn BufRead) -> Result<FeedSummary, FeedError> {
        self.records(reader, cve_record::read, true)
    }

    /// Takes derived rows of CVE records, one a line; a CVE whose record is there keeps the record.
    pub fn cve_rows(&mut self, reader: &mut dyn BufRead) -> Result<FeedSummary, FeedError> {
        self.records(reader, cve_record::read_row, false)
    }

    fn records(
        &mut self,
        reader: &mut dyn BufRead,
        read: ReadRecord,
        whole: bool,
    ) -> Result<FeedSummary, FeedError> {
        let mut summary = FeedSummary::default();
        crate::signals::lines(reader, &mut |number, line| {
            match read(line) {
                Ok((cve, record)) => {
                    summary.records += 1;
                    self.keep(cve, &record, whole);
                }
                Err(error) => summary.skip(format_args!("line {number}"), error),
            }
            Ok(())
        })?;
        summary.some()
    }

    /// A CVE's own numbering authority may publish a record without CISA's container, or without a date:
    /// what an earlier record told stays then.
    fn keep(&mut self, cve: CveId, record: &CveRecord, whole: bool) {
        let (signals, strings, lists) = self.signals();
        let known = signals.records.get(&cve);
        if !whole && known.is_some_and(|known| known.flags & HAS_RECORD != 0) {
            return;
        }
        let mut list = |texts: &[String], known: Option<u32>| {
            let places: Vec<u32> = texts.iter().map(|text| strings.place(text)).collect();
            if places.is_empty() { known.unwrap_or(NONE) } else { lists.place(&places) }
        };
        let ssvc = record.ssvc.or(known.and_then(|known| known.ssvc));
        let flag = |on: bool, flag: u32| if on { flag } else { 0 };
        let draft = Draft {
            flags: flag(record.rejected, REJECTED)
                | flag(record.disputed, DISPUTED)
                | flag(whole, HAS_RECORD)
                | flag(ssvc.is_some(), HAS_SSVC),
            ssvc,
            published: record.published.or(known.and_then(|known| known.published)),
            cna_vectors: list(&record.cna_vectors, known.map(|known| known.cna_vectors)),
            adp_vectors: list(&record.adp_vectors, known.map(|known| known.adp_vectors)),
            cwes: list(&record.cwes, known.map(|known| known.cwes)),
        };
        signals.records.insert(cve, draft);
    }
}

fn merge(into: &mut HashMap<(CveId, ExploitSource), Exploit>, cve: CveId, exploit: Exploit) {
    into.entry((cve, exploit.source))
        .and_modify(|known| {
            known.maturity = known.maturity.max(exploit.maturity);
            known.first = match (known.first, exploit.first) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            known.count = known.count.saturating_add(exploit.count);
        })
        .or_insert(exploit);
}

impl Signals {
    /// Lays the tables out.
    pub fn tables(mut self, strings: &mut Strings, lists: &mut Lists) -> Tables {
        let counts = [
            self.records.len() as u64,
            self.kev.len() as u64,
            0,
            self.exploits.keys().map(|(cve, _)| cve).collect::<std::collections::HashSet<_>>().len()
                as u64,
        ];
        let exploits = self.exploit_table();
        let kev = self.kev_table(strings, lists);
        let cves = self.cve_table();
        self.epss.sort_by_key(|row| row.0);
        self.epss.dedup_by_key(|row| row.0);
        let mut out = Vec::with_capacity(self.epss.len() * 16);
        for (cve, score, percentile) in &self.epss {
            row(&mut out, &[key(*cve), [*score, *percentile]].concat());
        }
        let counts = [counts[0], counts[1], self.epss.len() as u64, counts[3]];
        Tables { cves, epss: out, kev, exploits, counts }
    }

    fn published(&self, cve: CveId) -> Option<Instant> {
        let record = self.records.get(&cve).and_then(|record| record.published);
        record.or_else(|| self.published.get(&cve).copied())
    }

    /// Row: key, number of the source, maturity, first seen, count, 0.
    fn exploit_table(&self) -> Vec<u8> {
        let mut sorted: Vec<_> = self.exploits.iter().collect();
        sorted.sort_by_key(|(of, _)| **of);
        let mut out = Vec::with_capacity(sorted.len() * 32);
        for ((cve, source), exploit) in sorted {
            let source = ExploitSource::ALL.iter().position(|s| s == source).unwrap_or(0) as u32;
            let published = self.published(*cve);
            let first = exploit.first.map(|first| published.map_or(first, |p| p.max(first)));
            let [low, high] = key(*cve);
            let [first, first_high] = halves(first);
            let maturity = exploit.maturity as u32;
            row(&mut out, &[low, high, source, maturity, first, first_high, exploit.count, 0]);
        }
        out
    }

    /// Row: key, added, due, flags, list of changes (three numbers each), vendor, product, name, 0.
    fn kev_table(&self, strings: &mut Strings, lists: &mut Lists) -> Vec<u8> {
        let mut changes = self.history.changes();
        let mut cves: Vec<CveId> = changes.keys().chain(self.kev.keys()).copied().collect();
        cves.sort_unstable();
        cves.dedup();
        let mut out = Vec::with_capacity(cves.len() * 48);
        for cve in cves {
            let of_cve = changes.remove(&cve).unwrap_or_default();
            let numbers: Vec<u32> = of_cve
                .iter()
                .flat_map(|change| {
                    let added = change.added.map_or(NONE, day);
                    [day(change.seen), added, u32::from(change.ransomware)]
                })
                .collect();
            let kev = self.kev.get(&cve);
            let flags = kev.map_or(0, |kev| LISTED | if kev.ransomware { RANSOMWARE } else { 0 });
            let mut text =
                |of: fn(&Kev) -> &str| kev.map_or(NONE, |kev| strings.place(cut(of(kev), 1_024)));
            let names = [text(|k| &k.vendor), text(|k| &k.product), text(|k| &k.name)];
            let added = halves(kev.map(|kev| kev.added));
            let due = halves(kev.and_then(|kev| kev.due));
            let history = [flags, lists.place(&numbers)];
            row(&mut out, &[&key(cve)[..], &added, &due, &history, &names, &[0]].concat());
        }
        out
    }

    /// Row: key, flags, decision points, their time, published, CNA vectors, ADP vectors, CWEs, 0.
    fn cve_table(&self) -> Vec<u8> {
        let mut cves: Vec<CveId> =
            self.records.keys().chain(self.published.keys()).copied().collect();
        cves.sort_unstable();
        cves.dedup();
        let mut out = Vec::with_capacity(cves.len() * 48);
        for cve in cves {
            let record = self.records.get(&cve);
            let ssvc = record.and_then(|record| record.ssvc).unwrap_or_default();
            let points = ssvc.exploitation.map_or(0, |point| point as u32 + 1)
                | ssvc.automatable.map_or(0, |point| point as u32 + 1) << 8
                | ssvc.technical_impact.map_or(0, |point| point as u32 + 1) << 16;
            let head = [record.map_or(0, |record| record.flags), points];
            let lists = record.map_or([NONE; 3], |r| [r.cna_vectors, r.adp_vectors, r.cwes]);
            let (time, published) = (halves(ssvc.timestamp), halves(self.published(cve)));
            row(&mut out, &[&key(cve)[..], &head, &time, &published, &lists, &[0]].concat());
        }
        out
    }
}

/// The two halves of a CVE's number, as rows keep it.
pub(super) fn key(cve: CveId) -> [u32; 2] {
    [cve.key() as u32, (cve.key() >> 32) as u32]
}

/// Days since 1970.
fn day(instant: Instant) -> u32 {
    u32::try_from(instant.as_second().div_euclid(86_400)).unwrap_or(0)
}

/// Appends a row.
pub(super) fn row(out: &mut Vec<u8>, numbers: &[u32]) {
    numbers.iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
}
