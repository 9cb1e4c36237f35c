//! What should the reader of a scan know beside its findings?
//!
//! In: what was gathered, the ages of the feeds. Out: sentences. Nothing is decided here.

use std::collections::HashSet;

use vocab::Instant;

use super::gather::{Gathered, Kind};
use super::{Context, facts, findings};
use crate::report::{self, Unread};
use crate::sync::status;

/// An asset without a single file to read is incomplete, with the list of what was looked for.
pub(super) fn say_when_empty(gathered: &mut Gathered) {
    let names: Vec<&str> =
        inventory::format::all().flat_map(|f| f.names.first().copied()).collect();
    for asset in gathered.assets.iter().filter(|a| a.files == 0) {
        if asset.kind != Kind::Repository {
            let unread = gathered.unread.iter().any(|u| u.path.starts_with(&asset.path));
            let problem = format!(
                "nothing to scan: no installed software found in this {}",
                asset.kind.as_str()
            );
            if !unread {
                gathered.unread.push(Unread {
                    path: asset.path.clone(),
                    line: 0,
                    problem,
                    code: String::new(),
                });
            }
            continue;
        }
        let unreadable = gathered.unread.iter().any(|u| u.path.starts_with(&asset.path));
        if !unreadable {
            let problem = format!(
                "nothing to scan: no lock file or manifest found; looked for {}",
                names.join(", ")
            );
            gathered.unread.push(Unread {
                path: asset.path.clone(),
                line: 0,
                problem,
                code: String::new(),
            });
        }
    }
}

/// Says which distributions have ended, or will soon: nobody fixes what is found in them then.
pub(super) fn ending(gathered: &Gathered, now: Instant) -> Vec<String> {
    const SOON_HOURS: i64 = 90 * 24;
    let mut warnings = Vec::new();
    for asset in &gathered.assets {
        let Some((distribution, ends)) =
            asset.distribution.as_ref().and_then(|d| Some((d, d.ends?)))
        else {
            continue;
        };
        let hours = ends.duration_since(now).as_hours();
        let day = formats::text::day(ends);
        if hours <= 0 {
            warnings.push(format!(
                "{}: {} ended {day}: fixes and advisories are no longer written for it; move to a release that lives",
                asset.path, distribution.name
            ));
        } else if hours <= SOON_HOURS {
            warnings.push(format!("{}: {} ends {day}", asset.path, distribution.name));
        }
    }
    warnings
}

/// Says which feeds are too old or absent, and what follows.
pub(super) fn stale(
    intel: &report::Intel,
    context: &Context<'_>,
    made: &findings::Findings,
) -> Vec<String> {
    let old = |s: &&report::Source| s.age_hours.is_none_or(|h| h > status::SAID_AFTER_HOURS);
    let age = |s: &report::Source| match s.age_hours {
        Some(hours) if hours >= 48 => format!("{} d", hours / 24),
        Some(hours) => format!("{hours} h"),
        None => "age not told".to_owned(),
    };
    let mut parts = Vec::new();
    for (feed, name) in
        [("kev", "KEV"), ("epss", "EPSS"), ("exploits", "exploits"), ("cve", "SSVC")]
    {
        let of_feed = |s: &&report::Source| s.feed.split('/').next() == Some(feed);
        let mut sources = intel.sources.iter().filter(of_feed).peekable();
        if sources.peek().is_none() {
            parts.push(format!("{name} (absent)"));
        } else if let Some(oldest) =
            sources.filter(old).max_by_key(|s| s.age_hours.unwrap_or(i64::MAX))
        {
            parts.push(format!("{name} ({})", age(oldest)));
        }
    }
    let ecosystems = intel.sources.iter().filter(|s| s.feed.starts_with("osv/")).filter(old);
    let ecosystems: Vec<&report::Source> = ecosystems.collect();
    if let Some(newest) = ecosystems.iter().min_by_key(|s| s.age_hours.unwrap_or(i64::MAX)) {
        parts.push(format!(
            "advisories of {} ecosystems (the newest {})",
            ecosystems.len(),
            age(newest)
        ));
    }
    let mut warnings = Vec::new();
    if !parts.is_empty() {
        warnings.push(format!("intel is older than 24 h: {}; run `gabion sync`", parts.join(", ")));
    }
    // A row of the plan is a package of an asset.
    let could = |what: fn(&report::Finding) -> bool| {
        let rows = made.findings.iter().filter(|made| what(&made.report));
        rows.map(|made| made.package).collect::<HashSet<u32>>().len()
    };
    match facts::feeds(context).kev {
        triage::Feed::Fresh { .. } => {}
        triage::Feed::Stale { as_of } => {
            let days = status::hours(as_of, context.now) / 24;
            let fixes = could(|finding| finding.could_be_emergency);
            warnings.push(format!(
                "the KEV catalogue at hand is {days} d old or has holes: dates go by what it last said, and {fixes} of the fixes could be emergencies by now; `gabion sync` settles it"
            ));
        }
        triage::Feed::Missing => {
            let fixes = could(report::Finding::is_assumed);
            warnings.push(format!(
                "the KEV catalogue never came: places go by what is known, and {fixes} of the fixes are assumed to be due earlier (labelled «assumed»; --fail-on assumed); `gabion sync` settles it"
            ));
        }
    }
    warnings
}
