//! Which decision tables act on an asset?
//!
//! In: the tables that act everywhere, those that an asset has beside them. Out: all that act there. Tables are only
//! ever added: more of them tighten.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};
use triage::Policy;

/// What a setting that keeps a table's text begins with.
pub(crate) const KEPT: &str = "table ";

/// The tables of one use case.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// They act everywhere.
    base: Vec<Policy>,
    /// Those whose text is kept, by name.
    kept: BTreeMap<String, Policy>,
    combined: Mutex<HashMap<Vec<String>, Arc<[Policy]>>>,
}

/// The name of the setting that keeps a table: what it is called, and which text of it.
pub(crate) fn name(policy: &Policy) -> String {
    let digest = Sha256::digest(policy.text().as_bytes());
    let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{KEPT}{} {} {hex}", policy.name(), policy.version())
}

impl Tables {
    /// `base` everywhere, `kept` where an asset names them. With none at all the default acts.
    pub fn new(mut base: Vec<Policy>, kept: BTreeMap<String, Policy>) -> Self {
        if base.is_empty() {
            base.extend(Policy::builtin(Policy::DEFAULT));
        }
        Self { base, kept, combined: Mutex::default() }
    }

    /// The tables that act everywhere.
    pub fn base(&self) -> &[Policy] {
        &self.base
    }

    /// Keeps a table beside, for assets to name.
    pub fn keep(&mut self, policy: &Policy) -> String {
        let name = name(policy);
        self.kept.insert(name.clone(), policy.clone());
        name
    }

    /// The text of a kept table.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.kept.get(name).map(Policy::text)
    }

    /// All that act on an asset with these tables of its own.
    pub fn of(&self, own: &[String]) -> Arc<[Policy]> {
        let Ok(mut combined) = self.combined.lock() else { return self.joined(own).into() };
        match combined.get(own) {
            Some(known) => known.clone(),
            None => combined.entry(own.to_vec()).or_insert(self.joined(own).into()).clone(),
        }
    }

    fn joined(&self, own: &[String]) -> Vec<Policy> {
        let mut all = self.base.clone();
        for policy in own.iter().filter_map(|name| self.kept.get(name)) {
            if !all.contains(policy) {
                all.push(policy.clone());
            }
        }
        all
    }
}
