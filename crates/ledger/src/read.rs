//! What the tables answer: the queue, its details, the record's lines.
//!
//! In: ids, filters, `now`. Out: rows. Each call is a consistent snapshot of its own. Never: a write, and
//! never a scan of everything where a page is asked for.

use vocab::Instant;

use crate::change::AssetFacts;
use crate::row::{ClaimRow, Filter, Finding, Fix, HistoryRow, ImportRow, Page, ProposalRow};
use crate::{Ledger, LedgerError, not_yet};

impl Ledger {
    /// A page of the queue: `most` rows after the first `skip`.
    pub fn queue(
        &mut self,
        filter: &Filter,
        now: Instant,
        skip: u64,
        most: u32,
    ) -> Result<Page, LedgerError> {
        let _ = (filter, now, skip, most);
        Err(not_yet(self.place.clone()))
    }

    /// A row of the queue by its number, also when nothing open is left in it.
    pub fn fix(&mut self, id: i64) -> Result<Option<Fix>, LedgerError> {
        let _ = id;
        Err(not_yet(self.place.clone()))
    }

    /// Findings that a fix ends, open ones first.
    pub fn findings_of_fix(&mut self, fix: i64, most: u32) -> Result<Vec<Finding>, LedgerError> {
        let _ = (fix, most);
        Err(not_yet(self.place.clone()))
    }

    /// A finding by its number.
    pub fn finding(&mut self, id: i64) -> Result<Option<Finding>, LedgerError> {
        let _ = id;
        Err(not_yet(self.place.clone()))
    }

    /// Findings whose title, ids, place, rule or asset have these words.
    pub fn search(&mut self, text: &str, most: u32) -> Result<Vec<Finding>, LedgerError> {
        let _ = (text, most);
        Err(not_yet(self.place.clone()))
    }

    /// The claims tied to a finding, with their edges.
    pub fn claims(&mut self, finding: i64) -> Result<Vec<ClaimRow>, LedgerError> {
        let _ = finding;
        Err(not_yet(self.place.clone()))
    }

    /// What happened to a finding, in order.
    pub fn history(&mut self, finding: i64) -> Result<Vec<HistoryRow>, LedgerError> {
        let _ = finding;
        Err(not_yet(self.place.clone()))
    }

    /// Proposals that wait: of one finding, or all.
    pub fn proposals(&mut self, finding: Option<i64>) -> Result<Vec<ProposalRow>, LedgerError> {
        let _ = finding;
        Err(not_yet(self.place.clone()))
    }

    /// All assets, by name.
    pub fn assets(&mut self) -> Result<Vec<(i64, AssetFacts)>, LedgerError> {
        Err(not_yet(self.place.clone()))
    }

    /// The latest imports, the last first.
    pub fn imports(&mut self, most: u32) -> Result<Vec<ImportRow>, LedgerError> {
        let _ = most;
        Err(not_yet(self.place.clone()))
    }

    /// Saved views: name and filter.
    pub fn views(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        Err(not_yet(self.place.clone()))
    }

    /// A setting.
    pub fn setting(&mut self, name: &str) -> Result<Option<String>, LedgerError> {
        let _ = name;
        Err(not_yet(self.place.clone()))
    }

    /// The role given to an actor.
    pub fn role(&mut self, actor: &str) -> Result<Option<String>, LedgerError> {
        let _ = actor;
        Err(not_yet(self.place.clone()))
    }

    /// Every finding by number, of one asset or all, until `each` answers false.
    pub fn each_finding(
        &mut self,
        asset: Option<i64>,
        open_only: bool,
        each: &mut dyn FnMut(Finding) -> bool,
    ) -> Result<(), LedgerError> {
        let _ = (asset, open_only, each);
        Err(not_yet(self.place.clone()))
    }
}
