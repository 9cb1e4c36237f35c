//! What does the ledger know of what is scanned?
//!
//! In: whoever remembers ([`Memory`]), the assets as the scan describes them. Out: per asset what acts there: the tables,
//! and of each problem that is known its first sighting and what people have set. A scan without a ledger
//! remembers nothing. Never: a write.

use std::collections::HashMap;
use std::sync::Arc;

use intel::{Index, IndexError};
use triage::{CveFacts, Policy};
use vocab::Instant;

use crate::clock::{GroupFacts, Past, Standing};
use crate::report::Asset;

/// Whoever remembers what was scanned before.
pub trait Memory: Send + Sync {
    /// The tables that act everywhere.
    fn policies(&self) -> &[Policy];

    /// The age in hours up to which a feed's silence means «no»; a command may ask for less.
    fn max_age(&self, asked: Option<i64>) -> i64;

    /// What is known of an asset. What was settled about it is put into `asset`; what the command asks for
    /// and does not get is said in `told`. `asked`: the tables that the command adds.
    ///
    /// # Errors
    /// The index is damaged.
    fn recall(
        &self,
        asset: &mut Asset,
        asked: &[Policy],
        index: &Index<'_>,
        now: Instant,
        told: &mut Vec<String>,
    ) -> Result<AssetMemory, IndexError>;
}

/// What is known of an asset.
pub struct AssetMemory {
    /// The tables that act on it.
    pub(crate) tables: Arc<[Policy]>,
    problems: Vec<Remembered>,
    places: HashMap<(String, String), usize>,
}

/// What is known of a problem.
pub(crate) struct Remembered {
    /// The finding's number.
    pub finding: i64,
    /// First sighting, what people set, what other sources say.
    pub past: Past,
    /// The alias groups of its ids, where they are several.
    pub groups: Vec<GroupFacts>,
    /// CVEs among its ids.
    pub loose: Vec<CveFacts>,
    /// Its clock as it stands in the ledger, with its sentence: a scan that comes to the same one says it in the same
    /// words, whatever the feeds' dates are by now.
    pub clock: Option<(Standing, String)>,
}

impl AssetMemory {
    /// Nothing but the tables.
    pub(crate) fn of(tables: Arc<[Policy]>) -> Self {
        Self { tables, problems: Vec::new(), places: HashMap::new() }
    }

    /// Adds a problem of a package (`npm/lodash`) under its ids. Of two the first one stays.
    pub(crate) fn add(&mut self, place: &str, ids: &[String], problem: Remembered) {
        let at = self.problems.len();
        for id in ids {
            let key = (place.to_lowercase(), id.to_ascii_uppercase());
            self.places.entry(key).or_insert(at);
        }
        self.problems.push(problem);
    }

    /// What is known of a problem of a package under any of these ids.
    pub(super) fn find<'i>(
        &self,
        purl: &str,
        name: &str,
        mut ids: impl Iterator<Item = &'i str>,
    ) -> Option<&Remembered> {
        if self.problems.is_empty() {
            return None;
        }
        let kind = purl.strip_prefix("pkg:").and_then(|rest| rest.split('/').next());
        let place = match kind {
            Some(kind) => format!("{kind}/{name}").to_lowercase(),
            None => name.to_lowercase(),
        };
        let at = ids.find_map(|id| self.places.get(&(place.clone(), id.to_ascii_uppercase())))?;
        self.problems.get(*at)
    }
}
