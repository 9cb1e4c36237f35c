//! Which of several findings does a claim belong to, and do they become one?
//!
//! In: findings that a rule across sources ties to the same claim. Out: the oldest, to which the claims of the others
//! are tied by edges; a finding without claims of its own is closed as its duplicate. Where people decided
//! differently on them, it is only proposed. What a person took apart, no rule ties again.

use ledger::change::{Change, Closure, Edge};
use ledger::row::Finding;

use super::claims::Group;
use super::writing::{WriteError, Writing, rule_edge};

/// Longest way from a duplicate to the finding that speaks for it.
const MOST_STEPS: usize = 32;

impl Writing<'_, '_, '_> {
    /// The oldest of findings that are the same by a rule; none for none.
    pub(crate) fn unite(
        &mut self,
        fits: &[Finding],
        edge: &Edge,
    ) -> Result<Option<i64>, WriteError> {
        let mut fits: Vec<Finding> = fits.iter().filter(|f| f.state != "void").cloned().collect();
        // Of a duplicate the finding speaks that it is a duplicate of, where it is on the same asset.
        for fit in &mut fits {
            if let Some(closure) = fit.closure.clone().filter(|c| c.reason == "duplicate")
                && let Some(other) = self.stands_for(&closure)?
                && other.asset == fit.asset
            {
                *fit = other;
            }
        }
        fits.retain(|f| f.state != "void");
        let any_open = fits.iter().any(|f| f.state == "open");
        fits.retain(|f| !any_open || f.state == "open");
        fits.sort_by_key(|f| f.id);
        fits.dedup_by_key(|f| f.id);
        let Some((oldest, younger)) = fits.split_first() else { return Ok(None) };
        for other in younger {
            if decided_differently(oldest, other) {
                let same = edge.evidence.clone();
                let what = serde_json::json!({ "call": "duplicate", "of": oldest.id });
                self.propose_once(other.id, what, format!("the same by {}: {same}", edge.rule))?;
            } else if other.state == "open" {
                self.move_claims(other, oldest.id, edge)?;
            }
        }
        Ok(Some(oldest.id))
    }

    /// A claim that learned a key across sources: the older finding that has it too takes it over.
    pub(crate) fn unite_late(
        &mut self,
        attribution: i64,
        finding: i64,
        group: &Group,
    ) -> Result<Option<i64>, WriteError> {
        if !self.asset.1.declared || group.links.is_empty() {
            return Ok(None);
        }
        let keys: Vec<[u8; 16]> = group.links.iter().map(|(_, key, _)| key.0).collect();
        let mut ids = Vec::new();
        let mut edge = None;
        for (key, id) in self.write.by_links(self.asset.0, &keys)? {
            if id == finding || self.write.kept_apart(id)?.contains(&attribution) {
                continue;
            }
            ids.push(id);
            let link = group.links.iter().find(|(_, known, _)| known.0 == key);
            edge = edge.or(link.map(|(rule, _, fact)| rule_edge(rule, fact)));
        }
        let (Some(edge), false) = (edge, ids.is_empty()) else { return Ok(None) };
        ids.push(finding);
        ids.sort_unstable();
        ids.dedup();
        let fits = self.write.findings(&ids)?;
        self.unite(&fits, &edge)?;
        let owner = self.write.findings(&[finding])?.pop();
        let of = owner
            .and_then(|f| f.closure)
            .filter(|c| c.reason == "duplicate")
            .map(|c| c.duplicate_of);
        Ok(of.filter(|of| *of > 0))
    }

    /// The finding that speaks for a duplicate: duplicates of duplicates lead to one.
    fn stands_for(&mut self, duplicate: &Closure) -> Result<Option<Finding>, WriteError> {
        let mut of = duplicate.duplicate_of;
        for _ in 0..MOST_STEPS {
            let Some(found) = self.write.findings(&[of])?.pop() else { return Ok(None) };
            match found.closure.as_ref().filter(|c| found.state == "closed" && c.duplicate_of > 0) {
                Some(closure) => of = closure.duplicate_of,
                None => return Ok(Some(found)),
            }
        }
        Ok(None)
    }

    /// Whether the finding that spoke for a duplicate has ended before this run, or is void. What a source
    /// still reports then stands for itself: else nobody would see it any more.
    pub(crate) fn left_alone(&mut self, duplicate: &Closure) -> Result<bool, WriteError> {
        let Some(other) = self.stands_for(duplicate)? else { return Ok(false) };
        match other.closure.as_ref().filter(|_| other.state == "closed") {
            Some(closure) => {
                let before = other.closed_at.is_none_or(|at| self.belongs.scanned_at > at);
                Ok(before && !self.is_final(&other, closure)?)
            }
            None => Ok(other.state == "void"),
        }
    }

    fn move_claims(&mut self, from: &Finding, to: i64, edge: &Edge) -> Result<(), WriteError> {
        let apart = self.write.kept_apart(to)?;
        let mut left = 0;
        for (attribution, _, was_edge) in self.write.edges_of(from.id)? {
            if apart.contains(&attribution) {
                left += 1;
                continue;
            }
            self.write.append(&Change::Linked {
                attribution,
                finding: to,
                edge: edge.clone(),
                was: from.id,
                was_edge,
            })?;
            self.linked += 1;
        }
        if left == 0 {
            let closure = Closure {
                reason: "duplicate".to_owned(),
                evidence: format!("the same by {}: {}", edge.rule, edge.evidence),
                document: self.document,
                duplicate_of: to,
                at: Some(self.belongs.scanned_at),
                ..Closure::default()
            };
            self.write.append(&Change::Closed { finding: from.id, closure })?;
        }
        Ok(())
    }
}

/// Whether people decided on one of them what does not hold for the other.
fn decided_differently(oldest: &Finding, other: &Finding) -> bool {
    let nothing = Default::default();
    other.decision != nothing && other.decision != oldest.decision
}
