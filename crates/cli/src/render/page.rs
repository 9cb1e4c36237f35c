//! From the report to the page that people read: the same rows in the same order, in words where the
//! report has codes. Nothing is left out here; the page's writers bound what they show.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use app::report::{self, Report};
use formats::page::{
    Asset, Comparison, Emergency, Finding, Fix, Gone, Notice, Page, Silenced, Skipped, Source,
    Unevaluated, Unread,
};
use vocab::Exposure;

use super::words;

/// The page of a report.
pub fn page(report: &Report, subject: &str) -> Page {
    let places = report.findings.iter().enumerate().map(|(at, f)| (f.id.as_str(), at)).collect();
    let exposures = report.assets.iter().map(|a| (a.id.as_str(), a.exposure)).collect();
    Page {
        subject: subject.to_owned(),
        made: report.scanned_at,
        program: format!("gabion {}", report.gabion),
        complete: report.complete,
        missing: words::missing(report),
        warnings: report.warnings.clone(),
        policies: report.policies.clone(),
        components: report.components,
        first_party: report.first_party,
        files: report.assets.iter().map(|asset| asset.files).sum(),
        fixes: report.fixes.iter().map(|fix| row(fix, report, &places)).collect(),
        findings: report.findings.iter().map(|f| finding(f, &exposures)).collect(),
        assets: assets(report),
        not_evaluated: not_evaluated(report),
        not_read: report.not_read.iter().map(unread).collect(),
        unrecognised: report.unrecognised.clone(),
        skipped: report
            .skipped
            .iter()
            .map(|s| Skipped { path: s.path.clone(), rule: s.rule.clone() })
            .collect(),
        notices: notices(report),
        silenced: silenced(report),
        comparison: comparison(report),
        sources: report.intel.sources.iter().map(source).collect(),
        index_built: report.intel.built_at,
        partial: partial(report),
    }
}

fn row(fix: &report::Fix, report: &Report, places: &HashMap<&str, usize>) -> Fix {
    let find = |ids: &[String]| -> Vec<usize> {
        let known = ids.iter().filter_map(|id| places.get(id.as_str()).copied());
        let mut known: Vec<usize> = known.collect();
        // The most urgent first: a page shows only the first few.
        known.sort_unstable();
        known
    };
    let (closes, leaves) = (find(&fix.closes), find(&fix.leaves));
    // Findings stand in the order of the queue, so the first gave the date.
    let lead = closes.iter().chain(&leaves).min().and_then(|at| report.findings.get(*at));
    let all = closes.iter().chain(&leaves).filter_map(|at| report.findings.get(*at));
    Fix {
        package: fix.package.clone(),
        ecosystem: fix.ecosystem.clone(),
        change: words::change(fix),
        asset: fix.asset.clone(),
        owner: fix.owner.clone(),
        due: fix.due,
        overdue: fix.overdue,
        emergency: match fix.emergency {
            true => Emergency::Known,
            false if words::assumed(all).is_some() => Emergency::Assumed,
            false => Emergency::No,
        },
        closes,
        leaves,
        brings: fix.brings.clone(),
        why: lead.map(|finding| finding.why.to_string()).unwrap_or_default(),
        how: fix.how.clone(),
        command: fix.command.clone(),
        files: fix.files.clone(),
    }
}

fn finding(f: &report::Finding, exposures: &HashMap<&str, Exposure>) -> Finding {
    Finding {
        advisory: f.advisory.to_string(),
        title: if f.title.is_empty() { &f.advisory } else { &f.title }.to_string(),
        record: f.records.first().cloned(),
        package: f.name.clone(),
        version: f.version.clone(),
        asset: f.asset.to_string(),
        severity: f.severity,
        malicious: f.kind == "malicious",
        marks: words::marks(f),
        exposure: exposure(f, exposures),
        exposed_since: f.exposed_since,
        clock_start: f.clock_start,
        due: f.due,
        overdue: f.overdue,
        fixed_in: f.fixed_in.clone(),
        places: f.places.iter().map(words::place).collect(),
        installed: f.installed.clone(),
        remarks: words::remarks(f),
        new: f.new,
    }
}

/// As its clock took it: a component of development scope counts as isolated on any asset.
fn exposure(f: &report::Finding, exposures: &HashMap<&str, Exposure>) -> Exposure {
    let input = f.inputs.iter().find(|input| input.name == "exposure");
    match input.map(|input| input.value.as_str()) {
        Some("internet") => Exposure::Internet,
        Some("internal") => Exposure::Internal,
        Some("isolated") => Exposure::Isolated,
        Some("unknown") => Exposure::Unknown,
        _ => exposures.get(&*f.asset).copied().unwrap_or_default(),
    }
}

fn assets(report: &Report) -> Vec<Asset> {
    let mut due: HashMap<&str, u64> = HashMap::new();
    for fix in &report.fixes {
        *due.entry(fix.asset.as_str()).or_default() += 1;
    }
    let asset = |a: &report::Asset| Asset {
        name: a.id.clone(),
        kind: a.kind.clone(),
        digest: a.digest.clone(),
        distribution: a.distribution.clone(),
        ends: a.ends,
        exposure: a.exposure,
        exposure_source: a.exposure_source.clone(),
        owner: a.owner.clone(),
        files: a.files,
        components: a.components,
        owned: a.owned,
        fixes: due.get(a.id.as_str()).copied().unwrap_or(0),
    };
    report.assets.iter().map(asset).collect()
}

fn not_evaluated(report: &Report) -> Vec<Unevaluated> {
    let mut groups: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for row in &report.not_evaluated {
        let line = if row.line > 0 { format!(":{}", row.line) } else { String::new() };
        let version =
            if row.version.is_empty() { String::new() } else { format!(" {}", row.version) };
        let place =
            if row.path.is_empty() { String::new() } else { format!(" ({}{line})", row.path) };
        let components = groups.entry((&row.detail, &row.ecosystem)).or_default();
        components.push(format!("{}{version}{place}", row.name));
    }
    let group = |((reason, ecosystem), components): ((&str, &str), _)| Unevaluated {
        reason: reason.to_owned(),
        ecosystem: ecosystem.to_owned(),
        components,
    };
    groups.into_iter().map(group).collect()
}

fn unread(row: &report::Unread) -> Unread {
    let line = if row.line > 0 { format!(":{}", row.line) } else { String::new() };
    Unread { place: format!("{}{line}", row.path), problem: row.problem.clone() }
}

fn notices(report: &Report) -> Vec<Notice> {
    let notice = |n: &report::Notice| Notice {
        kind: super::explain::kind(&n.kind).to_owned(),
        package: format!("{} {}", n.name, n.version),
        asset: n.asset.clone(),
        advisory: n.advisory.clone(),
        title: n.title.clone(),
    };
    let mut notices: Vec<Notice> = report.notices.iter().map(notice).collect();
    notices.dedup();
    notices
}

fn silenced(report: &Report) -> Vec<Silenced> {
    let ignored = report.ignored.iter().map(|ignored| Silenced {
        how: "ignored".to_owned(),
        advisory: ignored.finding.advisory.to_string(),
        package: format!("{} {}", ignored.finding.name, ignored.finding.version),
        asset: ignored.finding.asset.to_string(),
        who: ignored.origin.clone(),
        why: ignored.reason.clone(),
        since: None,
        until: Some(ignored.until),
    });
    let stated = report.stated.iter().map(|stated| Silenced {
        how: words::status(&stated.statement.status).to_owned(),
        advisory: stated.finding.advisory.to_string(),
        package: format!("{} {}", stated.finding.name, stated.finding.version),
        asset: stated.finding.asset.to_string(),
        who: format!("{} ({})", stated.statement.author, stated.statement.origin),
        why: words::reason(&stated.statement),
        since: stated.statement.dated,
        until: None,
    });
    ignored.chain(stated).collect()
}

/// What a baseline adds: without one nothing is known of before.
fn comparison(report: &Report) -> Option<Comparison> {
    let marked = || report.findings.iter().filter_map(|finding| finding.new);
    if report.gone.is_empty() && marked().next().is_none() {
        return None;
    }
    Some(Comparison {
        new: marked().filter(|new| *new).count() as u64,
        unchanged: marked().filter(|new| !*new).count() as u64,
        gone: report.gone.iter().map(gone).collect(),
    })
}

fn gone(row: &report::Gone) -> Gone {
    Gone { what: row.identity.replace('|', " · "), first_seen: Some(row.first_seen) }
}

fn source(source: &report::Source) -> Source {
    Source { feed: source.feed.clone(), as_of: source.as_of, records: source.records }
}

/// Of the ecosystems that were met, those of which the index does not hold all.
fn partial(report: &Report) -> Vec<String> {
    let rows = report.not_evaluated.iter().filter(|row| row.reason == "partial_advisories");
    let met: BTreeSet<&str> = rows.map(|row| row.ecosystem.as_str()).collect();
    met.into_iter().map(str::to_owned).collect()
}
