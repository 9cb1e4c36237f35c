//! Which rows of the stage are one claim, and how does the ledger keep it?
//!
//! In: the rows of one bucket. Out: claims: rows that share a believed name, or that say the same twice, are one.
//! A claim that the ledger has is read back for the finding's facts.

use findings::Standing;
use findings::identity::{Key, digest_of, group};
use findings::observation::Observation;
use ledger::change::Claim;
use ledger::stage::Waiting as Row;

use super::facts::hex;
use super::taking::Waiting;

/// Most observations kept of one claim; its digest is over all.
const MAX_OBSERVATIONS: usize = 100;
/// Most keys across sources of one claim.
const MAX_LINKS: usize = 64;

/// One claim of the document.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// Its rows.
    pub(crate) ordinals: Vec<i64>,
    /// The attribution that one of its rows was matched to.
    pub(crate) attribution: Option<i64>,
    /// Believed names, the strongest first; false: enough by themselves.
    pub(crate) names: Vec<(Key, bool)>,
    pub(crate) tuple: Key,
    pub(crate) bucket: Key,
    pub(crate) content: Option<Key>,
    pub(crate) moved: Option<Key>,
    pub(crate) line: u32,
    pub(crate) digest: Key,
    /// Known by an id that the tool documents as unique: nearness has no say.
    pub(crate) trusted: bool,
    /// Rule, key, fact.
    pub(crate) links: Vec<(String, Key, String)>,
    pub(crate) ids: Vec<String>,
    pub(crate) observations: Vec<Observation>,
    pub(crate) standing: Standing,
}

/// The claims among the rows of one bucket, in the order of their first rows.
pub(crate) fn groups(bucket: [u8; 16], rows: Vec<Row>) -> Vec<Group> {
    let read: Vec<Option<Waiting>> =
        rows.iter().map(|(staged, _)| serde_json::from_str(&staged.body).ok()).collect();
    let shared: Vec<Vec<Key>> = rows
        .iter()
        .zip(&read)
        .map(|((staged, attribution), waiting)| {
            let names = staged.names.iter().map(|(name, _)| Key(*name));
            let double = waiting.as_ref().map(|w| Key::of(&[b"double", w.double.as_bytes()]));
            // Rows that were matched to one claim are one claim.
            let matched = attribution.map(|a| Key::of(&[b"attribution", &a.to_le_bytes()]));
            names.chain(double).chain(matched).collect()
        })
        .collect();
    let mut groups: Vec<(usize, Group, Vec<Key>)> = Vec::new();
    let leaders = group(&shared);
    for (((staged, attribution), waiting), leader) in rows.into_iter().zip(read).zip(leaders) {
        let Some(waiting) = waiting else { continue };
        let at = match groups.iter().rposition(|(known, _, _)| *known == leader) {
            Some(at) => at,
            None => {
                groups.push((leader, empty(bucket, &staged, &waiting), Vec::new()));
                groups.len() - 1
            }
        };
        if let Some((_, group, digests)) = groups.get_mut(at) {
            group.attribution = group.attribution.or(attribution);
            digests.push(Key(staged.digest));
            group.add(&staged, waiting);
        }
    }
    groups.into_iter().map(|(_, group, digests)| group.settled(digests)).collect()
}

fn empty(bucket: [u8; 16], staged: &ledger::Staged, waiting: &Waiting) -> Group {
    let trusted = waiting.trusted && staged.names.first().is_some_and(|(_, doubtful)| *doubtful);
    Group {
        ordinals: Vec::new(),
        attribution: None,
        names: Vec::new(),
        tuple: Key(staged.tuple),
        bucket: Key(bucket),
        content: staged.content.map(Key),
        moved: staged.moved.map(Key),
        line: staged.line,
        digest: Key(staged.digest),
        trusted,
        links: Vec::new(),
        ids: Vec::new(),
        observations: Vec::new(),
        standing: waiting.observation.standing,
    }
}

impl Group {
    fn add(&mut self, staged: &ledger::Staged, waiting: Waiting) {
        self.ordinals.push(staged.ordinal);
        for (name, doubtful) in &staged.names {
            if !self.names.iter().any(|(known, _)| known.0 == *name) {
                self.names.push((Key(*name), *doubtful));
            }
        }
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

    fn settled(mut self, mut digests: Vec<Key>) -> Self {
        digests.sort_unstable();
        digests.dedup();
        self.digest = digest_of(&digests);
        self.ids.sort();
        self.observations.sort_by(|a, b| order(a).cmp(&order(b)));
        self.observations.truncate(MAX_OBSERVATIONS);
        self
    }

    /// Names that the ledger keeps. A place that has none keeps what stands there, by which it is known when it
    /// returns; never by that alone while it stands, since the same code can stand in a file twice.
    fn kept_names(&self) -> Vec<Key> {
        match self.names.as_slice() {
            [] => vec![self.returns()],
            names => names.iter().map(|(name, _)| *name).collect(),
        }
    }

    /// By what a claim without a name is known when it returns.
    pub(crate) fn returns(&self) -> Key {
        Key::of(&[b"returns", &self.bucket.0, &self.tuple.0])
    }

    /// As the ledger keeps it.
    pub(crate) fn claim(&self) -> Claim {
        let first = self.observations.first();
        Claim {
            rule: first.filter(|o| !is_published(o)).map(|o| o.rule.clone()).unwrap_or_default(),
            path: first
                .and_then(|o| o.locations.first())
                .map(|l| l.path.clone())
                .unwrap_or_default(),
            line: self.line,
            standing: word(self.standing).to_owned(),
            names: self.kept_names().iter().map(hex).collect(),
            bucket: hex(&self.bucket),
            content: self.content.as_ref().map(hex).unwrap_or_default(),
            moved: self.moved.as_ref().map(hex).unwrap_or_default(),
            links: self.links.iter().map(|(_, key, _)| hex(key)).collect(),
            digest: hex(&self.digest),
            body: serde_json::to_string(&self.observations).unwrap_or_default(),
        }
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

/// The observations of a claim that the ledger has.
pub(crate) fn observations(claim: &Claim) -> Vec<Observation> {
    serde_json::from_str(&claim.body).unwrap_or_default()
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

/// A published problem in a package: found by looking at the package, so that no rule of the tool can be off.
fn is_published(observation: &findings::Observation) -> bool {
    observation.class == findings::Class::Dependency && !observation.ids.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        let key = Key::of(&[b"x"]);
        assert_eq!(unhex(&hex(&key)), Some(key));
        assert_eq!(unhex("zz"), None);
        assert_eq!(unhex(&"é".repeat(16)), None);
    }

    #[test]
    fn what_stands_in_one_place_stands() {
        assert_eq!(worse(Standing::Fixed, Standing::Reported), Standing::Reported);
        assert_eq!(worse(Standing::Suppressed, Standing::NotAffected), Standing::Suppressed);
    }
}
