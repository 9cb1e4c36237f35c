//! Which rows of the stage are one claim, and how does the ledger keep it?
//!
//! In: the rows of one bucket. Out: claims: rows that share a believed name, or that say the same twice, are one.
//! A claim that the ledger has is read back for the finding's facts.

use std::collections::BTreeMap;

use findings::Standing;
use findings::assign::Came;
use findings::coverage::{Coverage, Ground, ground};
use findings::identity::{Key, digest_of, group};
use findings::observation::Observation;
use ledger::LedgerError;
use ledger::change::Claim;
use ledger::stage::Waiting as Row;

use super::kept;
use super::taking::Waiting;

/// Most observations kept of one claim; its digest is over all.
const MAX_OBSERVATIONS: usize = 100;
/// Most keys across sources of one claim.
const MAX_LINKS: usize = 64;

/// One claim of the document.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// What matching looks at.
    pub(crate) came: Came,
    /// The attribution that one of its rows was matched to.
    pub(crate) attribution: Option<i64>,
    /// Rule, key, fact.
    pub(crate) links: Vec<(String, Key, String)>,
    pub(crate) ids: Vec<String>,
    pub(crate) observations: Vec<Observation>,
    pub(crate) standing: Standing,
    /// What has to be looked at before it can be said to have ended.
    pub(crate) ground: Ground,
}

/// The claims among the rows of one bucket, in the order of their first rows, each with its rows: those that share a
/// believed name, that say the same twice, or that were matched to one claim.
pub(crate) fn came(bucket: [u8; 16], rows: &[Row]) -> Vec<(Came, Option<i64>, Vec<usize>)> {
    let shared = rows.iter().map(|(staged, attribution)| {
        let names = staged.names.iter().map(|(name, _)| Key(*name));
        let double = Key::of(&[b"double", &staged.double]);
        let matched = attribution.map(|a| Key::of(&[b"attribution", &a.to_le_bytes()]));
        names.chain([double]).chain(matched).collect()
    });
    let leaders = group(&shared.collect::<Vec<Vec<Key>>>());
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, leader) in leaders.into_iter().enumerate() {
        members.entry(leader).or_default().push(at);
    }
    let of = |members: Vec<usize>| {
        let rows_of = || members.iter().filter_map(|at| rows.get(*at));
        let (first, _) = rows_of().next()?;
        let mut names: Vec<(Key, bool)> = Vec::new();
        for (name, doubtful) in rows_of().flat_map(|(staged, _)| &staged.names) {
            if !names.iter().any(|(known, _)| known.0 == *name) {
                names.push((Key(*name), *doubtful));
            }
        }
        let mut digests: Vec<Key> = rows_of().map(|(staged, _)| Key(staged.digest)).collect();
        digests.sort_unstable();
        digests.dedup();
        let believed = first.names.first().is_some_and(|(_, doubtful)| *doubtful);
        let attribution = rows_of().find_map(|(_, attribution)| *attribution);
        let came = Came {
            ordinals: rows_of().map(|(staged, _)| staged.ordinal).collect(),
            names,
            tuple: Key(first.tuple),
            bucket: Key(bucket),
            former: first.former.iter().map(|key| Key(*key)).collect(),
            content: first.content.map(Key),
            moved: first.moved.map(Key),
            line: first.line,
            digest: digest_of(&digests),
            trusted: first.trusted && believed,
            path: first.path.clone(),
            rule: first.rule.clone(),
        };
        Some((came, attribution, members))
    };
    members.into_values().filter_map(of).collect()
}

/// The claims among the rows of one bucket with what they say.
///
/// # Errors
/// A row of the stage does not read.
pub(crate) fn groups(bucket: [u8; 16], rows: &[Row]) -> Result<Vec<Group>, LedgerError> {
    let of = |(came, attribution, members): (Came, Option<i64>, Vec<usize>)| {
        let mut group = Group {
            came,
            attribution,
            links: Vec::new(),
            ids: Vec::new(),
            observations: Vec::new(),
            standing: Standing::Fixed,
            ground: Ground::default(),
        };
        for (staged, _) in members.into_iter().filter_map(|at| rows.get(at)) {
            let broken = |error: serde_json::Error| LedgerError::Broken {
                table: "stage",
                id: staged.ordinal,
                what: error.to_string(),
            };
            group.add(serde_json::from_str::<Waiting>(&staged.body).map_err(broken)?);
        }
        Ok(group.settled())
    };
    came(bucket, rows).into_iter().map(of).collect()
}

impl Group {
    fn add(&mut self, waiting: Waiting) {
        for (rule, key, fact) in waiting.links {
            let Some(key) = unhex(&key) else { continue };
            if self.links.len() < MAX_LINKS && !self.links.iter().any(|(_, known, _)| *known == key)
            {
                self.links.push((rule, key, fact));
            }
        }
        for id in waiting.ids {
            if !self.ids.contains(&id) {
                self.ids.push(id);
            }
        }
        // A claim that stands in one place stands.
        self.standing = worse(self.standing, waiting.observation.standing);
        self.observations.push(waiting.observation);
    }

    /// The ground is over all observations, of which not all are kept.
    fn settled(mut self) -> Self {
        self.ids.sort();
        self.observations.sort_by(|a, b| order(a).cmp(&order(b)));
        self.ground = ground(&self.observations, "", "");
        self.observations.truncate(MAX_OBSERVATIONS);
        self
    }

    /// Completes the ground by what the document says of itself.
    pub(crate) fn grounded(&mut self, subject: &str, coverage: &Coverage) {
        let ground = &mut self.ground;
        if ground.subject.is_empty() {
            subject.trim().clone_into(&mut ground.subject);
            ground.digest.clone_from(&coverage.digest);
        }
        coverage.settle(ground);
    }

    /// Names that the ledger keeps. A place that has none keeps what stands there, by which it is known when it
    /// returns; never by that alone while it stands, since the same code can stand in a file twice.
    fn kept_names(&self) -> Vec<Key> {
        match self.came.names.as_slice() {
            [] => vec![self.came.returns()],
            names => names.iter().map(|(name, _)| *name).collect(),
        }
    }

    /// As the ledger keeps it.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn claim(&self) -> Result<Claim, LedgerError> {
        let first = self.observations.first();
        Ok(Claim {
            rule: self.ground.rule.clone(),
            path: first
                .and_then(|o| o.locations.first())
                .map(|l| l.path.clone())
                .unwrap_or_default(),
            line: self.came.line,
            standing: word(self.standing).to_owned(),
            names: self.kept_names().iter().map(Key::hex).collect(),
            bucket: self.came.bucket.hex(),
            content: self.came.content.as_ref().map(Key::hex).unwrap_or_default(),
            moved: self.came.moved.as_ref().map(Key::hex).unwrap_or_default(),
            links: self.links.iter().map(|(_, key, _)| key.hex()).collect(),
            digest: self.came.digest.hex(),
            body: kept::body(&self.observations)?,
            ground: kept::ground_text(&self.ground)?,
        })
    }

    /// Whether the source says that it has ended.
    pub(crate) fn ended(&self) -> bool {
        matches!(self.standing, Standing::Fixed | Standing::NotAffected)
    }

    /// Why the source says so, in its words.
    pub(crate) fn standing_reason(&self) -> &str {
        let reasons = self.observations.iter().map(|o| o.standing_reason.as_str());
        reasons.into_iter().find(|reason| !reason.is_empty()).unwrap_or_default()
    }
}

/// Places in the document's own order have no meaning: sorted by what is told.
fn order(o: &Observation) -> (&[findings::observation::Location], &str, &str, &[String]) {
    let version = o.component.as_ref().map_or("", |c| c.version.as_str());
    (&o.locations, version, &o.title, &o.ids)
}

/// The one of two standings that leaves more open.
fn worse(a: Standing, b: Standing) -> Standing {
    let rank = |standing| match standing {
        Standing::Reported => 0,
        Standing::UnderInvestigation => 1,
        Standing::Suppressed => 2,
        Standing::FalsePositive => 3,
        Standing::NotAffected => 4,
        Standing::Fixed => 5,
    };
    if rank(b) < rank(a) { b } else { a }
}

/// A standing as the ledger writes it.
pub(crate) fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Reported => "reported",
        Standing::Suppressed => "suppressed",
        Standing::FalsePositive => "false_positive",
        Standing::Fixed => "fixed",
        Standing::NotAffected => "not_affected",
        Standing::UnderInvestigation => "under_investigation",
    }
}

/// A key out of hexadecimal.
pub(crate) fn unhex(text: &str) -> Option<Key> {
    let mut key = [0; 16];
    if text.len() != 32 {
        return None;
    }
    for (at, slot) in key.iter_mut().enumerate() {
        *slot = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(Key(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        let key = Key::of(&[b"x"]);
        assert_eq!(unhex(&key.hex()), Some(key));
        assert_eq!(unhex("zz"), None);
        assert_eq!(unhex(&"é".repeat(16)), None);
    }

    #[test]
    fn what_stands_in_one_place_stands() {
        assert_eq!(worse(Standing::Fixed, Standing::Reported), Standing::Reported);
        assert_eq!(worse(Standing::Suppressed, Standing::NotAffected), Standing::Suppressed);
    }
}
