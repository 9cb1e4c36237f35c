//! What does a covering run no longer have?
//!
//! In: the stream's standing claims that the document did not match. Out: retired claims with their evidence, and the
//! findings that none claims any more, closed. The engine says what a run proves (`findings::close`); whatever
//! it does not prove stays open, and why is counted.

use std::collections::BTreeMap;

use findings::close::{Absent, Proof, Run, absent};
use ledger::Stage;
use ledger::change::{Change, Closure, Document};
use ledger::row::Attribution;

use super::belongs::scope_of;
use super::taking::Rules;
use super::writing::{WriteError, Writing};

/// Standing claims that are looked at together.
const PAGE: u32 = 512;
/// Most reasons told for what stays open.
const MAX_REASONS: usize = 8;

/// Why absent claims stay open, with how many.
pub(crate) type Kept = BTreeMap<String, u64>;

/// A run as the ledger kept it.
pub(crate) fn run_of(document: &Document) -> Run {
    Run {
        scanned_at: document.scanned_at,
        scope: scope_of(&document.scope),
        incomplete: document.incomplete.clone(),
        observations: document.counts.observations,
        tool_version: document.tool_version.clone(),
        lists_rules: false,
    }
}

impl Writing<'_, '_, '_> {
    /// Retires what the run proves to have ended.
    pub(crate) fn close(
        &mut self,
        stage: &mut Stage,
        run: &Run,
        last: Option<&Run>,
        rules: &Rules,
    ) -> Result<Kept, WriteError> {
        let mut kept = Kept::new();
        let mut after = 0;
        loop {
            let page = self.write.live(self.stream, after, PAGE)?;
            let Some(end) = page.last() else { return Ok(kept) };
            after = end.id;
            let ids: Vec<i64> = page.iter().map(|a| a.id).collect();
            for (claim, seen) in page.iter().zip(stage.is_matched(&ids)?) {
                // What this very document brought was matched by nothing before it.
                if !seen && self.first_new.is_none_or(|first| claim.id < first) {
                    self.absent(claim, run, last, rules, &mut kept)?;
                }
            }
        }
    }

    fn absent(
        &mut self,
        claim: &Attribution,
        run: &Run,
        last: Option<&Run>,
        rules: &Rules,
        kept: &mut Kept,
    ) -> Result<(), WriteError> {
        let asked = Absent {
            rule: &claim.rule,
            rule_met: rules.has(&claim.rule),
            path: &claim.path,
            ambiguous: false,
        };
        let proof = match absent(run, last, &asked) {
            Proof::Ended(proof) => proof,
            Proof::Nothing(why) => {
                if kept.len() < MAX_REASONS || kept.contains_key(&why) {
                    *kept.entry(why).or_default() += 1;
                }
                return Ok(());
            }
        };
        let evidence = format!("{} of {}: {proof}", self.name, self.belongs.source);
        let retired = Change::Retired {
            attribution: claim.id,
            document: self.document,
            evidence: evidence.clone(),
        };
        self.write.append(&retired)?;
        self.retire_pulls(claim.finding, &evidence)?;
        let closure = Closure {
            reason: "fixed".to_owned(),
            evidence,
            document: self.document,
            duplicate_of: 0,
        };
        self.close_if_alone(claim.finding, closure)?;
        if self.write.findings(&[claim.finding])?.first().is_some_and(|f| f.state == "open") {
            self.follow(claim.finding, None)?;
        }
        Ok(())
    }
}
