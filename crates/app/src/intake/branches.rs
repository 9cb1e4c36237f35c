//! Does the same source report it on another branch already?
//!
//! In: claims that this branch's stream did not have. Out: the findings that the source's other streams on the asset have
//! for them, by name or by content and nearness. So a finding is one on all branches, and a pull request's run adds
//! nothing to what its base has: its claims would stand for ever, since such a run closes nothing.

use std::collections::HashMap;

use findings::assign::{Known, Seen, assign};
use findings::identity::Key;
use ledger::change::{Change, Edge, Key as Bytes};
use ledger::row::Attribution;
use ledger::{LedgerError, Write};

use super::belongs::{Belongs, is_pull_request};
use super::claims::Group;
use super::matching;
use super::writing::{RULES, Writing};

/// Most branches that are asked, those that are no pull request first, then what stands, the newest first. What is on
/// further ones alone is new here.
const MAX_BRANCHES: usize = 256;

/// Another branch of a source on an asset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Branch {
    stream: i64,
    /// A pull request's.
    pull: bool,
    /// A claim of it stands.
    stands: bool,
}

/// The streams of the branches that a pull request may be for; none for a branch.
pub(crate) fn base(
    write: &mut Write<'_>,
    asset: i64,
    belongs: &Belongs,
    stream: i64,
) -> Result<Vec<i64>, LedgerError> {
    if !is_pull_request(&belongs.reference) {
        return Ok(Vec::new());
    }
    let found = write.siblings(asset, &belongs.source, stream)?;
    let base = found.into_iter().filter(|(_, name, stands)| *stands && !is_pull_request(name));
    Ok(base.map(|(stream, ..)| stream).take(MAX_BRANCHES).collect())
}

impl Writing<'_, '_, '_> {
    /// Reads the other branches, once for each document.
    pub(crate) fn branches(&mut self) -> Result<Vec<Branch>, LedgerError> {
        let found = self.write.siblings(self.asset.0, &self.belongs.source, self.stream)?;
        let found = found.into_iter().map(|(stream, reference, stands)| Branch {
            stream,
            pull: is_pull_request(&reference),
            stands,
        });
        let mut found: Vec<Branch> = found.collect();
        found.sort_by_key(|branch| {
            (branch.pull, if branch.pull { -branch.stream } else { branch.stream })
        });
        Ok(found)
    }

    /// The findings that other branches have for new claims, by the claims' first rows.
    pub(crate) fn elsewhere(&mut self, groups: &[Group]) -> Result<HashMap<i64, i64>, LedgerError> {
        let mut found = HashMap::new();
        let mut fresh: Vec<Group> =
            groups.iter().filter(|g| g.attribution.is_none()).cloned().collect();
        // Of a pull request that has ended nothing goes on; of a branch what has ended is known again.
        let asked = self.branches.iter().filter(|branch| branch.stands || !branch.pull);
        let asked: Vec<i64> = asked.map(|branch| branch.stream).take(MAX_BRANCHES).collect();
        for stream in asked {
            fresh.retain(|g| {
                g.came.ordinals.first().is_some_and(|first| !found.contains_key(first))
            });
            if fresh.is_empty() {
                break;
            }
            let known = matching::by_names(self.write, stream, &fresh)?;
            for group in &fresh {
                let hits =
                    group.came.names.iter().filter_map(|(name, _)| known.get(&name.0)).flatten();
                let best = hits.min_by_key(|a| (!a.live, a.id));
                if let (Some(first), Some(best)) = (group.came.ordinals.first(), best) {
                    found.insert(*first, best.finding);
                }
            }
            self.near(stream, &fresh, &mut found)?;
        }
        Ok(found)
    }

    fn near(
        &mut self,
        stream: i64,
        fresh: &[Group],
        found: &mut HashMap<i64, i64>,
    ) -> Result<(), LedgerError> {
        let mut keys: Vec<Bytes> = fresh.iter().map(|g| g.came.bucket.0).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut known: HashMap<Bytes, Vec<Attribution>> = HashMap::new();
        for (bucket, attribution) in self.write.by_buckets(stream, &keys)? {
            if !found.values().any(|finding| *finding == attribution.finding) {
                known.entry(bucket).or_default().push(attribution);
            }
        }
        for (bucket, known) in known {
            let claims: Vec<(&Group, i64)> = fresh
                .iter()
                .filter(|g| g.came.bucket.0 == bucket && !g.came.trusted)
                .filter_map(|g| Some((g, *g.came.ordinals.first()?)))
                .filter(|(_, first)| !found.contains_key(first))
                .collect();
            let seen = claims.iter().map(|(g, _)| Seen {
                content: g.came.content,
                line: g.came.line,
                digest: g.came.digest,
            });
            let standing = known.iter().map(|a| Known {
                content: a.content.map(Key),
                line: a.line,
                digest: Key(a.digest),
            });
            let seen: Vec<Seen> = seen.collect();
            let standing: Vec<Known> = standing.collect();
            for (at, of, _) in assign(&seen, &standing).pairs {
                if let (Some((_, first)), Some(attribution)) = (claims.get(at), known.get(of)) {
                    found.insert(*first, attribution.finding);
                }
            }
        }
        Ok(())
    }

    /// The edge of a claim that its source has on another branch.
    pub(crate) fn branch_edge(&self) -> Edge {
        Edge {
            rule: "same-source".to_owned(),
            evidence: format!("{} reports it on another branch", self.belongs.source),
            score: 1.0,
            author: RULES.to_owned(),
        }
    }

    /// What pull requests claimed ends with the branch that they were for.
    pub(crate) fn retire_pulls(&mut self, finding: i64, evidence: &str) -> Result<(), LedgerError> {
        if !self.branches.iter().any(|branch| branch.pull && branch.stands) {
            return Ok(());
        }
        let edges = self.write.edges_of(finding)?;
        for attribution in self.write.attributions_of(finding)?.into_iter().filter(|a| a.live) {
            let stream = edges.iter().find(|(id, _, _)| *id == attribution.id).map(|(_, s, _)| *s);
            if self.branches.iter().any(|branch| branch.pull && Some(branch.stream) == stream) {
                self.write.append(&Change::Retired {
                    attribution: attribution.id,
                    document: self.document,
                    evidence: evidence.to_owned(),
                })?;
            }
        }
        Ok(())
    }
}
