//! Does the index still know the problems whose packages are there?

use std::collections::HashMap;

use intel::{GroupRef, Index, IndexError};
use vocab::Ecosystem;

use super::SOURCE;
use super::inventory::{Instance, key};
use crate::books::Books;
use crate::intake::import::ImportError;
use crate::intelligence::{Intelligence, IntelligenceError};
use crate::report::{Asset, Unevaluated};

/// Most problems of packages that are remembered.
const MAX_KNOWN: usize = 50_000;

/// Whether the index still has a record of a finding's problem for its package, by place and ids.
#[derive(Default)]
pub(super) struct Known(HashMap<(String, Vec<String>), bool>);

impl Known {
    /// Packages of open findings of an asset that are still there, and of which the index has no record any more: a feed
    /// that lacks records says nothing of them, and their claims stay.
    pub(super) fn unknown(
        &mut self,
        books: &mut Books,
        intelligence: &Intelligence,
        index: &Index<'_>,
        asset: &Asset,
        packages: &HashMap<String, Vec<Instance>>,
    ) -> Result<Vec<Unevaluated>, ImportError> {
        let Some((id, _)) = books.ledger.asset(&asset.id)? else { return Ok(Vec::new()) };
        let (mut unknown, mut failed) = (Vec::new(), None);
        books.ledger.each_finding(Some(id), true, &mut |finding| {
            let place = &finding.facts.place;
            let there = instances(packages, place).and_then(<[Instance]>::first);
            let Some(instance) = there.filter(|_| finding.class == "dependency") else {
                return true;
            };
            match self.has(index, place, &finding.facts.ids, instance) {
                Ok(true) => {}
                Ok(false) => {
                    let said = unevaluated(&asset.id, instance, &finding.facts.ids);
                    unknown.push((finding.id, said));
                }
                Err(error) => failed = Some(error),
            }
            failed.is_none()
        })?;
        if let Some(error) = failed {
            return Err(IntelligenceError::into(intelligence.unusable(error)));
        }
        // Of what only others report it never had one, and our own claims do not wait for it.
        let mut ours = Vec::new();
        for (finding, said) in unknown {
            if books.ledger.claims(finding)?.iter().any(|c| c.live && c.source == SOURCE) {
                ours.push(said);
            }
        }
        Ok(ours)
    }

    fn has(
        &mut self,
        index: &Index<'_>,
        place: &str,
        ids: &[String],
        instance: &Instance,
    ) -> Result<bool, IndexError> {
        let key = (place.to_owned(), ids.to_vec());
        if let Some(known) = self.0.get(&key) {
            return Ok(*known);
        }
        let mut groups = Vec::new();
        for id in ids {
            groups.extend(index.find(id)?);
        }
        let known = names(index, &groups, instance, true)?;
        if self.0.len() < MAX_KNOWN {
            self.0.insert(key, known);
        }
        Ok(known)
    }
}

fn unevaluated(asset: &str, instance: &Instance, ids: &[String]) -> Unevaluated {
    Unevaluated {
        asset: asset.to_owned(),
        ecosystem: instance.ecosystem.to_string(),
        name: instance.name.clone(),
        version: instance.version.clone().unwrap_or_default(),
        path: String::new(),
        line: 0,
        reason: "not_known".to_owned(),
        detail: format!("the index has no record of {} for it any more", ids.join(", ")),
    }
}

/// The instances of a package as the ledger names its place (`npm/lodash`); `None` where the place names no package of a
/// kind that the inventory knows, so that nothing can be told by its absence.
pub(super) fn instances<'p>(
    packages: &'p HashMap<String, Vec<Instance>>,
    place: &str,
) -> Option<&'p [Instance]> {
    let (kind, name) = place.split_once('/')?;
    let base = vocab::Base::ALL.iter().find(|base| base.purl_type() == kind)?;
    let found = packages.get(&key(kind, &Ecosystem::from(*base), name));
    Some(found.map_or(&[], Vec::as_slice))
}

/// Whether some record of the groups is about this package at all: else their silence says nothing. `withdrawn`: also one
/// that was taken back, which is a word too.
pub(super) fn names(
    index: &Index<'_>,
    groups: &[GroupRef],
    instance: &Instance,
    withdrawn: bool,
) -> Result<bool, IndexError> {
    for group in groups {
        for member in index.group(*group)?.members {
            let record = index.advisory(member)?;
            let same = |package: &intel::Package| {
                package.ecosystem.base() == instance.ecosystem.base()
                    && package.name == instance.ecosystem.normal_name(&instance.name)
            };
            if (withdrawn || record.withdrawn.is_none())
                && !record.unreadable
                && record.packages.iter().any(same)
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
