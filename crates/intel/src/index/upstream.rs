//! Which CVEs give their signals to a group although they are no aliases of it?
//!
//! In: what each advisory was made from, and the alias groups. Out: the CVEs of each group. A
//! distribution's record names its CVE as `upstream`: the same defect in another package, so it joins no
//! group, and yet who exploits the CVE exploits the package (docs/decisions/0009-upstream-signals.md).

use std::collections::HashMap;

use super::builder::Builder;
use super::groups::{Joined, Member};
use super::signals::{key, row};
use crate::cve::CveId;

/// The most CVEs that a group takes from one record that is named as upstream.
const MAX_THROUGH: usize = 64;
/// The most upstream CVEs of a group.
const MAX_OF_GROUP: usize = 20_000;

/// What a record was made from.
#[derive(Debug, Default)]
pub struct MadeFrom {
    /// CVEs.
    pub cves: Vec<CveId>,
    /// Other records, as places of their ids.
    pub records: Vec<u32>,
}

/// The upstream CVEs of each group, sorted, without its own. A withdrawn record gives none. Of a record
/// that is named as upstream the aliases count, and what it was itself made from; no further step.
pub fn of_groups(
    builder: &mut Builder,
    members: &[Member],
    made_from: &[MadeFrom],
    joined: &[Joined],
) -> Vec<Vec<CveId>> {
    let groups = Groups::new(builder, members, made_from, joined);
    let mut all = Vec::with_capacity(joined.len());
    let mut cut = 0u64;
    for group in joined {
        let mut cves: Vec<CveId> = Vec::new();
        for from in groups.in_force(group) {
            cves.extend(&from.cves);
            for id in &from.records {
                if let Some(other) = groups.of_id.get(id).and_then(|at| joined.get(*at as usize)) {
                    let theirs = groups.in_force(other).flat_map(|from| &from.cves);
                    let through = groups.own(other).chain(theirs.copied());
                    cves.extend(through.take(MAX_THROUGH));
                }
            }
            if cves.len() > 2 * MAX_OF_GROUP {
                break;
            }
        }
        cves.sort_unstable();
        cves.dedup();
        if !cves.is_empty() {
            let mut own: Vec<CveId> = groups.own(group).collect();
            own.sort_unstable();
            cves.retain(|cve| own.binary_search(cve).is_err());
        }
        cut += cves.len().saturating_sub(MAX_OF_GROUP) as u64;
        cves.truncate(MAX_OF_GROUP);
        all.push(cves);
    }
    if cut > 0 {
        let what = format!("{cut} upstream CVEs past {MAX_OF_GROUP} a group give no signals");
        builder.problem("alias groups", what);
    }
    all
}

/// Rows of every upstream CVE with its group.
pub fn rows(of_groups: &[Vec<CveId>]) -> Vec<u8> {
    let numbered = of_groups.iter().enumerate();
    let mut pairs: Vec<(CveId, u32)> = numbered
        .flat_map(|(group, cves)| cves.iter().map(move |cve| (*cve, group as u32)))
        .collect();
    pairs.sort_unstable();
    let mut out = Vec::with_capacity(pairs.len() * 12);
    for (cve, group) in pairs {
        let [low, high] = key(cve);
        row(&mut out, &[low, high, group]);
    }
    out
}

struct Groups<'a> {
    members: &'a [Member],
    made_from: &'a [MadeFrom],
    /// CVEs among the ids.
    cves: HashMap<u32, CveId>,
    /// The group of each id that some record names as upstream.
    of_id: HashMap<u32, u32>,
}

impl<'a> Groups<'a> {
    fn new(
        builder: &Builder,
        members: &'a [Member],
        made_from: &'a [MadeFrom],
        joined: &[Joined],
    ) -> Self {
        let asked: std::collections::HashSet<u32> =
            made_from.iter().flat_map(|from| &from.records).copied().collect();
        let (mut cves, mut of_id) = (HashMap::new(), HashMap::new());
        for (number, group) in joined.iter().enumerate() {
            for id in &group.ids {
                if let Some(cve) = CveId::parse(builder.strings.get(*id)) {
                    cves.insert(*id, cve);
                }
                if asked.contains(id) {
                    of_id.insert(*id, number as u32);
                }
            }
        }
        Self { members, made_from, cves, of_id }
    }

    /// What the members of a group that are not withdrawn were made from.
    fn in_force<'g>(&self, group: &'g Joined) -> impl Iterator<Item = &'a MadeFrom> + use<'a, 'g> {
        let (members, made_from) = (self.members, self.made_from);
        group.members.iter().filter_map(move |at| {
            members.get(*at as usize).filter(|member| !member.withdrawn)?;
            made_from.get(*at as usize)
        })
    }

    /// The CVEs among a group's ids.
    fn own<'g>(&'g self, group: &'g Joined) -> impl Iterator<Item = CveId> + use<'g> {
        group.ids.iter().filter_map(|id| self.cves.get(id).copied())
    }
}
