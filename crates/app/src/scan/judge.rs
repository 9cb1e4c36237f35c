//! Is each package affected? Three-valued, with the treatment each origin needs.
//!
//! Packages of the registry get the index's verdict. Packages from git, or from a foreign registry
//! whose names the advisories do not know, are matched by their number too, but never called clear.
//! The project itself has no advisories; a match by its name is a notice, never silence.

use formats::text::day;
use intel::{Evaluation, IndexError};
use rayon::prelude::*;
use vocab::{Declared, Ecosystem, NotEvaluated, Origin, Verdict};

use super::Context;
use super::gather::{Distribution, Gathered, Package};
use crate::report::{Asset, Unevaluated};

/// A version below and one above every release: what covers both covers all.
const LOWEST: &str = "0.0.0";
const HIGHEST: &str = "999999999.0.0";

/// What is known of one package.
pub(super) enum Judged {
    /// Nothing known covers it.
    Clear,
    /// The project itself; `matches` are advisories for a package of its name and version.
    FirstParty {
        /// What matched by name.
        evaluation: Option<Evaluation>,
    },
    /// A distribution's package brought it, whose own component is judged.
    Owned,
    /// Nothing can be said.
    NotEvaluated(NotEvaluated),
    /// Advisories cover it; `beside` says what could not be evaluated besides.
    Affected {
        /// The matches.
        evaluation: Evaluation,
        /// Set when matched by number although it is no release of the registry.
        origin: Option<&'static str>,
    },
}

/// Judges every package, in their order.
pub(super) fn judge(context: &Context<'_>, gathered: &Gathered) -> Result<Vec<Judged>, IndexError> {
    // Splitting below this many look-ups costs more than it gains.
    let ended: Vec<Option<&Distribution>> = gathered
        .assets
        .iter()
        .map(|a| a.distribution.as_ref().filter(|d| d.ends.is_some_and(|ends| ends <= context.now)))
        .collect();
    let judge = |package: &Package| {
        one(context, package, ended.get(package.asset as usize).copied().flatten())
    };
    if gathered.packages.len() < 50_000 {
        gathered.packages.iter().map(judge).collect()
    } else {
        gathered.packages.par_iter().with_min_len(10_000).map(judge).collect()
    }
}

fn one(
    context: &Context<'_>,
    package: &Package,
    ended: Option<&Distribution>,
) -> Result<Judged, IndexError> {
    if package.owned {
        return Ok(Judged::Owned);
    }
    let is_git = || package.origins.iter().any(|o| matches!(o, Origin::Git { .. }));
    let version = match &package.version {
        Declared::Exact(version) => version,
        _ if package.is_first_party() => return Ok(Judged::FirstParty { evaluation: None }),
        _ if is_git() => return unpinned(context, package, NotEvaluated::GitSource),
        Declared::Range(_) => return unpinned(context, package, NotEvaluated::NotPinned),
        Declared::Absent => return unpinned(context, package, NotEvaluated::NoVersion),
    };
    let evaluation = context.index.evaluate(&package.ecosystem, &package.name, version)?;
    if package.is_first_party() {
        let evaluation = (evaluation.verdict == Verdict::Affected).then_some(evaluation);
        return Ok(Judged::FirstParty { evaluation });
    }
    let elsewhere = elsewhere(context, package)?;
    Ok(match (evaluation.verdict.clone(), elsewhere) {
        (Verdict::Affected, elsewhere) => {
            Judged::Affected { evaluation, origin: elsewhere.map(|(word, _)| word) }
        }
        (_, Some((_, reason))) => Judged::NotEvaluated(reason),
        (Verdict::Clear, None) => match ended.filter(|d| d.speaks_of(package)).and_then(|d| d.ends)
        {
            Some(ends) => Judged::NotEvaluated(NotEvaluated::EndOfLife(day(ends))),
            None => Judged::Clear,
        },
        (Verdict::NotEvaluated(reason), None) => Judged::NotEvaluated(reason),
    })
}

/// Why a package is no release of the registry, if any of its declarations says so: the least certain
/// one decides.
fn elsewhere(
    context: &Context<'_>,
    package: &Package,
) -> Result<Option<(&'static str, NotEvaluated)>, IndexError> {
    let mut found = None;
    for origin in &package.origins {
        match origin {
            Origin::Registry | Origin::FirstParty => {}
            Origin::Git { .. } => return Ok(Some(("a git commit", NotEvaluated::GitSource))),
            Origin::Foreign(address) if context.trust.mirrors(address) => {}
            // A name that the advisories know is that package, whichever server handed it out; of any
            // other name they cannot speak.
            Origin::Foreign(_) if context.index.known(&package.ecosystem, &package.name)? => {}
            Origin::Foreign(_) => found = Some(("another registry", NotEvaluated::ForeignSource)),
        }
    }
    Ok(found)
}

/// A package without a version may still be affected: by records that cover every version there is, as
/// those of malicious packages do. What cannot be said besides stays said.
fn unpinned(
    context: &Context<'_>,
    package: &Package,
    reason: NotEvaluated,
) -> Result<Judged, IndexError> {
    let mut lowest = whatever(context.index, &package.ecosystem, &package.name)?;
    if lowest.matches.is_empty() {
        return Ok(Judged::NotEvaluated(reason));
    }
    lowest.beside = Some(reason);
    Ok(Judged::Affected { evaluation: lowest, origin: Some("declaration without a version") })
}

/// What covers a package whatever its version is.
pub(crate) fn whatever(
    index: &intel::Index<'_>,
    ecosystem: &Ecosystem,
    name: &str,
) -> Result<Evaluation, IndexError> {
    let at = |version| index.evaluate(ecosystem, name, version);
    let (mut lowest, highest) = (at(LOWEST)?, at(HIGHEST)?);
    lowest.matches.retain(|m| m.fixed.is_none() && highest.matches.contains(m));
    Ok(lowest)
}

/// The rows of what was not evaluated, sorted.
pub(super) fn unevaluated(
    gathered: &Gathered,
    assets: &[Asset],
    judged: &[Judged],
) -> Vec<Unevaluated> {
    let mut rows: Vec<Unevaluated> = Vec::new();
    for (package, judged) in gathered.packages.iter().zip(judged) {
        let reason = match judged {
            Judged::NotEvaluated(reason) => reason,
            Judged::Affected { evaluation: Evaluation { beside: Some(reason), .. }, .. } => reason,
            _ => continue,
        };
        let seen = package.seen.first();
        let file = seen.and_then(|s| gathered.readings.get(s.reading as usize));
        rows.push(Unevaluated {
            asset: assets.get(package.asset as usize).map(|a| a.id.clone()).unwrap_or_default(),
            ecosystem: package.ecosystem.to_string(),
            name: package.name.clone(),
            version: package.version.text().to_owned(),
            path: file.map(|f| f.path.to_string()).unwrap_or_default(),
            line: seen.map_or(0, |s| s.line),
            reason: code(reason).to_owned(),
            detail: reason.phrase(),
        });
    }
    rows.sort();
    rows
}

fn code(reason: &NotEvaluated) -> &'static str {
    match reason {
        NotEvaluated::UnknownEcosystem => "unknown_ecosystem",
        NotEvaluated::NoAdvisories => "no_advisories",
        NotEvaluated::PartialAdvisories => "partial_advisories",
        NotEvaluated::UnparsableVersion => "unparsable_version",
        NotEvaluated::NotPinned => "not_pinned",
        NotEvaluated::NoVersion => "no_version",
        NotEvaluated::GitSource => "git_source",
        NotEvaluated::ForeignSource => "foreign_source",
        NotEvaluated::UnreadableAdvisory(_) => "unreadable_advisory",
        NotEvaluated::EndOfLife(_) => "end_of_life",
    }
}
