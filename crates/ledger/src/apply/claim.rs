//! Changes of claims: which finding they belong to, by which keys they are known again.

use std::collections::BTreeSet;

use super::{Batch, key, maybe_key};
use crate::LedgerError;
use crate::change::{Change, Claim, Edge, Key};
use crate::database::{Value, all};
use crate::record;
use crate::tables::{AttributionRow, Stand, unpacked};

impl Batch<'_> {
    /// Applies it; the finding that it is about, where the change does not name it.
    pub(super) fn apply_to_claim(
        &mut self,
        id: i64,
        change: &Change,
    ) -> Result<Option<i64>, LedgerError> {
        match change {
            Change::Attributed { attribution, finding, stream, claim, edge, .. } => {
                self.attribute(id, (*attribution, *finding, *stream), claim, edge)?;
                Ok(None)
            }
            Change::Observed { attribution, claim, was, .. } => {
                self.observe(id, *attribution, claim, was)
            }
            Change::Retired { attribution, .. } => self.stand(*attribution, Stand::Retired),
            Change::Returned { attribution, .. } => self.stand(*attribution, Stand::Live),
            Change::Unseen { attribution, facts } => {
                let text = serde_json::to_string(facts).map_err(|e| {
                    crate::tables::broken("attributions", *attribution, &e.to_string())
                })?;
                self.unseen(*attribution, text)
            }
            Change::Seen { attribution, .. } => self.unseen(*attribution, String::new()),
            Change::Handed { attribution, stream, .. } => self.hand(*attribution, *stream),
            Change::Detached { attribution } => {
                let row = self.attribution(*attribution)?;
                let (stream, claim) = (row.stream, row.claim);
                let asset = self.finding(row.finding)?.asset;
                if let Some(claim) = self.claim(claim)? {
                    self.index(&claim, *attribution, (stream, asset), false)?;
                }
                self.stand(*attribution, Stand::Detached)
            }
            Change::Linked { attribution, finding, edge, .. } => {
                self.link(*attribution, *finding, edge)?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn attribute(
        &mut self,
        change: i64,
        (id, finding, stream): (i64, i64, i64),
        claim: &Claim,
        edge: &Edge,
    ) -> Result<(), LedgerError> {
        if id <= self.entry.sequences.last("attribution") {
            return Err(LedgerError::Unfit(format!("attribution {id} is there already")));
        }
        self.entry.sequences.record("attribution", id);
        let asset = self.finding(finding)?.asset;
        let mut row = AttributionRow {
            id,
            finding,
            stream,
            stand: Stand::Live,
            rule: String::new(),
            path: String::new(),
            line: 0,
            content: None,
            bucket: None,
            moved: None,
            digest: [0; 16],
            standing: String::new(),
            claim: change,
            said: record::SILENT,
            edge: edge.clone(),
            ground: String::new(),
            unseen: String::new(),
        };
        take(&mut row, change, claim)?;
        self.attributions.insert(id, row);
        self.changed_attributions.insert(id);
        self.index(claim, id, (stream, asset), true)?;
        self.with_finding(finding, |row| row.live += 1)
    }

    fn observe(
        &mut self,
        change: i64,
        id: i64,
        claim: &Claim,
        was: &Claim,
    ) -> Result<Option<i64>, LedgerError> {
        let mut row = self.attribution(id)?.clone();
        let (stream, finding) = (row.stream, row.finding);
        let asset = self.finding(finding)?.asset;
        take(&mut row, change, claim)?;
        self.attributions.insert(id, row);
        self.changed_attributions.insert(id);
        // Keys that both have stay as they are.
        let (mut gone, mut come) = (was.clone(), claim.clone());
        apart(&mut gone.names, &mut come.names);
        apart(&mut gone.links, &mut come.links);
        self.index(&gone, id, (stream, asset), false)?;
        self.index(&come, id, (stream, asset), true)?;
        Ok(Some(finding))
    }

    fn stand(&mut self, id: i64, stand: Stand) -> Result<Option<i64>, LedgerError> {
        let mut row = self.attribution(id)?.clone();
        let live = |stand: Stand| i64::from(stand == Stand::Live);
        let (finding, by) = (row.finding, live(stand) - live(row.stand));
        let seen = unseen(&row);
        row.stand = stand;
        // What has ended or returned is not unseen.
        row.unseen.clear();
        self.attributions.insert(id, row);
        self.changed_attributions.insert(id);
        self.with_finding(finding, |row| {
            row.live += by;
            row.unseen -= seen;
        })?;
        Ok(Some(finding))
    }

    /// Since when a standing claim is unseen; an empty text: it is seen.
    fn unseen(&mut self, id: i64, text: String) -> Result<Option<i64>, LedgerError> {
        let mut row = self.attribution(id)?.clone();
        let (finding, before) = (row.finding, unseen(&row));
        row.unseen = text;
        let by = unseen(&row) - before;
        self.attributions.insert(id, row);
        self.changed_attributions.insert(id);
        self.with_finding(finding, |row| row.unseen += by)?;
        Ok(Some(finding))
    }

    /// A claim goes over to another stream, with its names.
    fn hand(&mut self, id: i64, stream: i64) -> Result<Option<i64>, LedgerError> {
        let mut row = self.attribution(id)?.clone();
        let (finding, before, claim) = (row.finding, row.stream, row.claim);
        row.stream = stream;
        self.attributions.insert(id, row);
        self.changed_attributions.insert(id);
        if let Some(claim) = self.claim(claim)? {
            for name in &claim.names {
                self.names.insert((before, key(name)?, id), false);
                self.names.insert((stream, key(name)?, id), true);
            }
        }
        Ok(Some(finding))
    }

    fn link(&mut self, id: i64, finding: i64, edge: &Edge) -> Result<(), LedgerError> {
        let mut row = self.attribution(id)?.clone();
        let before = row.finding;
        if self.finding(before)?.asset != self.finding(finding)?.asset {
            let what = format!("findings {before} and {finding} are not on one asset");
            return Err(LedgerError::Unfit(what));
        }
        let live = i64::from(row.stand == Stand::Live);
        let seen = unseen(&row);
        row.finding = finding;
        row.edge = edge.clone();
        self.attributions.insert(id, row);
        self.changed_attributions.insert(id);
        self.with_finding(before, |row| {
            row.live -= live;
            row.unseen -= seen;
        })?;
        self.with_finding(finding, |row| {
            row.live += live;
            row.unseen += seen;
        })
    }

    pub(super) fn attribution(&self, id: i64) -> Result<&AttributionRow, LedgerError> {
        self.attributions
            .get(&id)
            .ok_or_else(|| LedgerError::Unfit(format!("there is no attribution {id}")))
    }

    /// Puts a claim's names and links in, or takes them out.
    fn index(
        &mut self,
        claim: &Claim,
        attribution: i64,
        (stream, asset): (i64, i64),
        stands: bool,
    ) -> Result<(), LedgerError> {
        for name in &claim.names {
            self.names.insert((stream, key(name)?, attribution), stands);
        }
        for link in &claim.links {
            self.links.insert((asset, key(link)?, attribution), stands);
        }
        Ok(())
    }

    /// The claim that a change in the record holds, its body left where it is.
    fn claim(&mut self, change: i64) -> Result<Option<Claim>, LedgerError> {
        let sql = "SELECT c.body FROM changes c WHERE c.id = $1";
        let rows = all(self.database, sql, &[Value::Int(change)], &mut |row| row.bytes(0))?;
        let Some(bytes) = rows.into_iter().next() else { return Ok(None) };
        let mut kept: Change = unpacked("changes", change, &bytes, self.packer)?;
        Ok(record::claims_of(&mut kept).0.map(std::mem::take))
    }
}

/// 1 for a standing claim that is unseen.
fn unseen(row: &AttributionRow) -> i64 {
    i64::from(row.stand == Stand::Live && !row.unseen.is_empty())
}

/// The claim's part of the row.
fn take(row: &mut AttributionRow, change: i64, claim: &Claim) -> Result<(), LedgerError> {
    row.rule.clone_from(&claim.rule);
    row.path.clone_from(&claim.path);
    row.line = claim.line;
    row.content = maybe_key(&claim.content)?;
    row.bucket = maybe_key(&claim.bucket)?;
    row.moved = maybe_key(&claim.moved)?;
    row.digest = maybe_key(&claim.digest)?.unwrap_or_else(Key::default);
    row.standing.clone_from(&claim.standing);
    row.ground.clone_from(&claim.ground);
    row.claim = change;
    row.said = record::said(claim).map_or(record::SILENT, |said| said.digest);
    Ok(())
}

/// Takes out of both what both have.
fn apart(gone: &mut Vec<String>, come: &mut Vec<String>) {
    let before: BTreeSet<String> = gone.iter().cloned().collect();
    let after: BTreeSet<String> = come.iter().cloned().collect();
    gone.retain(|key| !after.contains(key));
    come.retain(|key| !before.contains(key));
}
