//! What is known of one advisory, and why does it have the date it has?

use std::collections::HashSet;

use intel::{AdvisoryRef, CveId, CveSignals, IndexError};
use serde::Serialize;
use vocab::{Instant, Severity};

use crate::intelligence::{Intelligence, IntelligenceError};
use crate::report::{Finding, Ignored, Notice, Report};

/// Name and version of the JSON shape.
pub const SCHEMA: &str = "gabion.explain/1";

/// All that is known of an alias group, and its findings in the scanned paths.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// As asked.
    pub id: String,
    /// Every id of the alias group.
    pub aliases: Vec<String>,
    /// The records of the group.
    pub records: Vec<Record>,
    /// What is known of each CVE, those of `upstream` last.
    pub cves: Vec<Cve>,
    /// CVEs that the records were made from without being their aliases; their signals count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<String>,
    /// Records of distributions that were made from one of the CVEs, at most [`MAX_DOWNSTREAM`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub downstream: Vec<Downstream>,
    /// How many records like that there are beyond those listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub downstream_more: u64,
    /// The findings of the group in the scanned paths that have a clock; absent when no path was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<Finding>>,
    /// Those that a rule of the configuration ignores, with reason, end and origin of the rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<Ignored>,
    /// What the scanned paths have of the group without a clock.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// Whether that scan was complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan_complete: Option<bool>,
}

/// The most records of distributions that are listed.
pub const MAX_DOWNSTREAM: usize = 200;
/// The most upstream CVEs whose signals are told.
const MAX_UPSTREAM: usize = 200;

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A record that was made from a CVE: what a distribution says of it.
#[derive(Debug, Clone, Serialize)]
pub struct Downstream {
    /// Its id.
    pub id: String,
    /// The CVE that it was made from.
    pub cve: String,
    /// When it was published.
    pub published: Option<Instant>,
    /// When it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Instant>,
    /// Its own rating.
    pub severity: Severity,
    /// `ecosystem/name` of each package.
    pub packages: Vec<String>,
}

/// One advisory.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// Its id.
    pub id: String,
    /// `vulnerability`, `malicious`, `unmaintained`, `unsound`, `notice`.
    pub kind: &'static str,
    /// When it was published.
    pub published: Option<Instant>,
    /// When it last changed.
    pub modified: Option<Instant>,
    /// When it was withdrawn; it then matches nothing.
    pub withdrawn: Option<Instant>,
    /// The worst of its vectors, else its rating.
    pub severity: Severity,
    /// CVSS vectors.
    pub vectors: Vec<String>,
    /// Weakness classes.
    pub cwes: Vec<String>,
    /// `ecosystem/name` of each package.
    pub packages: Vec<String>,
    /// One line.
    pub summary: String,
    /// Markdown, cut where it is very long.
    pub details: String,
    /// Addresses.
    pub references: Vec<String>,
}

/// What is known of one CVE.
#[derive(Debug, Clone, Serialize)]
pub struct Cve {
    /// The id.
    pub id: String,
    /// When it was published.
    pub published: Option<Instant>,
    /// Rejected by its assigner.
    pub rejected: bool,
    /// Disputed.
    pub disputed: bool,
    /// `dateAdded` of the KEV entry.
    pub kev_added: Option<Instant>,
    /// Used in ransomware campaigns.
    pub kev_ransomware: Option<bool>,
    /// What changed in the KEV entry over the dated copies that were indexed: (seen, what).
    pub kev_history: Vec<(Instant, String)>,
    /// EPSS score, 0 to 1.
    pub epss: Option<f64>,
    /// EPSS percentile, 0 to 1.
    pub epss_percentile: Option<f64>,
    /// Date of the EPSS score.
    pub epss_date: Option<Instant>,
    /// Public exploits: source, maturity, first seen, count.
    pub exploits: Vec<Exploit>,
    /// SSVC decision points.
    pub ssvc: Option<Ssvc>,
    /// CVSS vectors of the CVE record and of CISA's addition.
    pub vectors: Vec<String>,
}

/// Public exploits of one source.
#[derive(Debug, Clone, Serialize)]
pub struct Exploit {
    /// Who has it.
    pub source: &'static str,
    /// How far it is developed.
    pub maturity: &'static str,
    /// The first date.
    pub first: Option<Instant>,
    /// How many.
    pub count: u32,
}

/// SSVC decision points.
#[derive(Debug, Clone, Serialize)]
pub struct Ssvc {
    /// `none`, `poc`, `active`.
    pub exploitation: Option<&'static str>,
    /// Whether an attack can be automated.
    pub automatable: Option<bool>,
    /// Whether the technical impact is total.
    pub total_impact: Option<bool>,
    /// When it was decided.
    pub as_of: Option<Instant>,
}

/// Tells all that is known; `None` when the index knows no such id. `report` is a scan of the paths
/// that were asked about.
///
/// # Errors
/// The index is damaged.
pub fn explain(
    id: &str,
    intelligence: &Intelligence,
    report: Option<&Report>,
) -> Result<Option<Explanation>, IntelligenceError> {
    let index = intelligence.index()?;
    let read = || -> Result<Option<Explanation>, IndexError> {
        let Some(group) = index.find(id)? else { return of_cve(&index, id) };
        let group = index.group(group)?;
        let records = group.members.iter().map(|r| record(&index, *r)).collect::<Result<_, _>>()?;
        let mut cves = Vec::new();
        for cve in &group.cves {
            cves.extend(index.signals(cve)?.map(signals));
        }
        let upstream: Vec<String> = group.upstream.iter().map(ToString::to_string).collect();
        for cve in upstream.iter().take(MAX_UPSTREAM) {
            cves.extend(index.signals(cve)?.map(signals));
        }
        let own: Vec<CveId> = group.cves.iter().filter_map(|cve| CveId::parse(cve)).collect();
        let (downstream, downstream_more) = downstream(&index, &own)?;
        Ok(Some(Explanation {
            id: id.to_owned(),
            aliases: group.aliases,
            records,
            cves,
            upstream,
            downstream,
            downstream_more,
            ..empty()
        }))
    };
    let explanation = read().map_err(|source| intelligence.unusable(source))?;
    Ok(explanation.map(|mut explanation| {
        if let Some(report) = report {
            add_from(&mut explanation, report);
        }
        explanation
    }))
}

/// Adds what a scan has of the group: with a clock, ignored, and for notice only.
fn add_from(explanation: &mut Explanation, report: &Report) {
    let known = |id: &String| {
        explanation.aliases.contains(id) || explanation.downstream.iter().any(|d| d.id == *id)
    };
    let of_group = |finding: &Finding| finding.aliases.iter().any(known);
    let findings = report.findings.iter().filter(|f| of_group(f)).cloned().collect();
    let ignored = report.ignored.iter().filter(|i| of_group(&i.finding)).cloned().collect();
    let noticed = |n: &&Notice| known(&n.advisory) || n.records.iter().any(known);
    let notices = report.notices.iter().filter(noticed).cloned().collect();
    explanation.findings = Some(findings);
    explanation.ignored = ignored;
    explanation.notices = notices;
    explanation.scan_complete = Some(report.complete);
}

fn empty() -> Explanation {
    Explanation {
        schema: SCHEMA,
        id: String::new(),
        aliases: Vec::new(),
        records: Vec::new(),
        cves: Vec::new(),
        upstream: Vec::new(),
        downstream: Vec::new(),
        downstream_more: 0,
        findings: None,
        ignored: Vec::new(),
        notices: Vec::new(),
        scan_complete: None,
    }
}

/// A CVE that no advisory has for its alias still has signals, and records that were made from it.
fn of_cve(index: &intel::Index<'_>, id: &str) -> Result<Option<Explanation>, IndexError> {
    let Some(cve) = CveId::parse(id) else { return Ok(None) };
    let known = index.signals(id)?;
    let (downstream, downstream_more) = downstream(index, &[cve])?;
    if known.is_none() && downstream.is_empty() {
        return Ok(None);
    }
    Ok(Some(Explanation {
        id: id.to_owned(),
        aliases: vec![cve.to_string()],
        cves: known.map(signals).into_iter().collect(),
        downstream,
        downstream_more,
        ..empty()
    }))
}

/// The records that were made from these CVEs, and how many more there are than are listed.
fn downstream(
    index: &intel::Index<'_>,
    cves: &[CveId],
) -> Result<(Vec<Downstream>, u64), IndexError> {
    let (mut listed, mut more, mut seen) = (Vec::new(), 0, HashSet::new());
    for cve in cves {
        for group in index.downstream(*cve)? {
            for member in index.group(group)?.members {
                if !seen.insert(member) {
                    continue;
                }
                if listed.len() >= MAX_DOWNSTREAM {
                    more += 1;
                    continue;
                }
                let advisory = index.advisory(member)?;
                listed.push(Downstream {
                    cve: cve.to_string(),
                    published: advisory.published,
                    withdrawn: advisory.withdrawn,
                    severity: advisory.severity,
                    packages: packages(&advisory.packages),
                    id: advisory.id,
                });
            }
        }
    }
    Ok((listed, more))
}

fn packages(packages: &[intel::Package]) -> Vec<String> {
    packages.iter().map(|p| format!("{}/{}", p.ecosystem, p.name)).collect()
}

fn record(index: &intel::Index<'_>, reference: AdvisoryRef) -> Result<Record, IndexError> {
    let advisory = index.advisory(reference)?;
    let text = index.text(reference)?;
    Ok(Record {
        id: advisory.id,
        kind: advisory.kind.as_str(),
        published: advisory.published,
        modified: advisory.modified,
        withdrawn: advisory.withdrawn,
        severity: advisory.severity,
        vectors: advisory.vectors,
        cwes: advisory.cwes,
        packages: packages(&advisory.packages),
        summary: text.summary,
        details: text.details,
        references: text.references,
    })
}

fn signals(s: CveSignals) -> Cve {
    use intel::signals::{Automatable, Exploitation, TechnicalImpact};
    Cve {
        published: s.published,
        rejected: s.rejected,
        disputed: s.disputed,
        kev_added: s.kev.as_ref().map(|k| k.added),
        kev_ransomware: s.kev.as_ref().map(|k| k.ransomware),
        kev_history: s
            .kev_history
            .iter()
            .map(|change| {
                let ransomware = if change.ransomware { ", ransomware" } else { "" };
                let what = change.added.map_or_else(
                    || "no longer listed".to_owned(),
                    |added| format!("listed, added {}{ransomware}", added.strftime("%Y-%m-%d")),
                );
                (change.seen, what)
            })
            .collect(),
        epss: s.epss.as_ref().map(|e| e.score),
        epss_percentile: s.epss.as_ref().map(|e| e.percentile),
        epss_date: s.epss.as_ref().and_then(|e| e.date),
        exploits: s
            .exploits
            .iter()
            .map(|e| Exploit {
                source: e.source.as_str(),
                maturity: e.maturity.as_str(),
                first: e.first,
                count: e.count,
            })
            .collect(),
        ssvc: s.ssvc.map(|v| Ssvc {
            exploitation: v.exploitation.map(|e| match e {
                Exploitation::None => "none",
                Exploitation::PublicPoc => "poc",
                Exploitation::Active => "active",
            }),
            automatable: v.automatable.map(|a| a == Automatable::Yes),
            total_impact: v.technical_impact.map(|t| t == TechnicalImpact::Total),
            as_of: v.timestamp,
        }),
        vectors: s.cna_vectors.into_iter().chain(s.adp_vectors).collect(),
        id: s.cve,
    }
}
