//! The rows of the tables as this program holds them while it applies changes or answers.
//!
//! In: database rows. Out: typed ones, and back. Never: a statement of its own beyond «these columns».

use serde::{Deserialize, Serialize};
use vocab::Instant;

use crate::LedgerError;
use crate::change::{
    AssetFacts, Clock, Closure, Decision, Edge, Facts, FixFacts, Key, Life, UnseenFacts,
};
use crate::database::{Row, Value};
use crate::pack::{Packer, Sum};
use crate::row::{Attribution, Finding};

/// «No due instant», after every other.
pub(crate) const NEVER: i64 = i64::MAX;

/// Severities by number, the worst first.
pub(crate) const SEVERITIES: &[&str] = &["critical", "high", "medium", "low", "none", "unknown"];

/// The number of a severity; a word that is none of them is unknown.
pub(crate) fn severity_number(word: &str) -> i64 {
    let at = SEVERITIES.iter().position(|s| *s == word).unwrap_or(SEVERITIES.len() - 1);
    i64::try_from(at).unwrap_or(0)
}

/// Microseconds since 1970.
pub(crate) fn micros(instant: Instant) -> i64 {
    instant.as_microsecond()
}

/// The instant of so many microseconds.
pub(crate) fn instant(micros: i64) -> Instant {
    Instant::from_microsecond(micros).unwrap_or(Instant::UNIX_EPOCH)
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Closed,
    Void,
}

impl State {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Closed => 1,
            Self::Void => 2,
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Void => "void",
        }
    }

    fn of(number: i64, id: i64) -> Result<Self, LedgerError> {
        match number {
            0 => Ok(Self::Open),
            1 => Ok(Self::Closed),
            2 => Ok(Self::Void),
            _ => Err(broken("findings", id, "its state is none")),
        }
    }
}

/// What a finding's row keeps packed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Details {
    pub(crate) facts: Facts,
    pub(crate) first_seen: Instant,
    pub(crate) closure: Option<Closure>,
    pub(crate) closed_at: Option<Instant>,
    pub(crate) decision: Decision,
    pub(crate) clock: Option<Clock>,
    pub(crate) fix: FixFacts,
}

/// A finding's row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FindingRow {
    pub(crate) id: i64,
    pub(crate) asset: i64,
    pub(crate) class: String,
    pub(crate) state: State,
    pub(crate) fix: i64,
    pub(crate) live: i64,
    /// Of the standing claims, those that are unseen.
    pub(crate) unseen: i64,
    /// The pull request that alone reports it.
    pub(crate) reference: String,
    pub(crate) details: Details,
}

impl FindingRow {
    /// The columns that [`FindingRow::read`] wants, of `findings f`.
    pub(crate) const COLUMNS: &'static str =
        "f.id, f.asset, f.class, f.state, f.fix, f.live, f.details, f.unseen, f.reference";

    pub(crate) fn read(row: &mut Row, packer: &mut Packer) -> Result<Self, LedgerError> {
        let id = row.int(0)?;
        Ok(Self {
            id,
            asset: row.int(1)?,
            class: row.text(2)?,
            state: State::of(row.int(3)?, id)?,
            fix: row.int(4)?,
            live: row.int(5)?,
            details: unpacked("findings", id, &row.bytes(6)?, packer)?,
            unseen: row.int(7)?,
            reference: row.text(8)?,
        })
    }

    /// A row of `schema::FINDINGS`.
    pub(crate) fn values(&self, packer: &mut Packer) -> Result<Vec<Value>, LedgerError> {
        let details = &self.details;
        let clock = details.clock.as_ref();
        let due = clock.and_then(|c| c.due).map_or(NEVER, micros);
        Ok(vec![
            Value::Int(self.id),
            Value::Int(self.asset),
            Value::text(&self.class),
            Value::Int(self.state.number()),
            Value::Int(severity_number(self.severity())),
            Value::Int(self.fix),
            Value::Int(clock.map_or(NEVER, |c| c.band)),
            Value::Int(due),
            Value::Int(i64::from(clock.is_some_and(|c| c.emergency))),
            Value::some_int(details.decision.accepted_until.map(micros)),
            Value::Int(i64::from(details.fix.available)),
            Value::Int(self.live),
            Value::text(&details.decision.owner),
            Value::text(&details.decision.exposure),
            packed("findings", self.id, details, packer)?,
            Value::Int(self.unseen),
            Value::text(&self.reference),
        ])
    }

    /// The severity that acts: a person's, else the sources'.
    pub(crate) fn severity(&self) -> &str {
        let decided = &self.details.decision.severity;
        if decided.is_empty() { &self.details.facts.severity } else { decided }
    }

    pub(crate) fn finding(self, asset_facts: AssetFacts) -> Finding {
        Finding {
            id: self.id,
            asset: self.asset,
            asset_facts,
            class: self.class,
            facts: self.details.facts,
            first_seen: self.details.first_seen,
            state: self.state.word().to_owned(),
            closure: self.details.closure,
            closed_at: self.details.closed_at,
            decision: self.details.decision,
            clock: self.details.clock.map(with_life),
            fix: self.details.fix,
            live: self.live,
            unseen: self.unseen,
            reference: self.reference,
        }
    }
}

/// A clock with what it must keep as data. Version 1 of the ledger kept the first start of a finding that had
/// returned in its sentence alone; such a clock is read once, here, and is written with its data when it is
/// next computed.
fn with_life(mut clock: Clock) -> Clock {
    const KEPT: &str = ", reopened, keeps its first start";
    if clock.life.is_none() {
        let kept = clock.why.contains(KEPT).then_some(clock.start);
        clock.life = Some(Life { kept, ..Life::default() });
    }
    clock
}

/// Whether a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    Live,
    Retired,
    /// Of an import that was taken back.
    Detached,
}

impl Stand {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Live => 0,
            Self::Retired => 1,
            Self::Detached => 2,
        }
    }
}

/// An attribution's row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AttributionRow {
    pub(crate) id: i64,
    pub(crate) finding: i64,
    pub(crate) stream: i64,
    pub(crate) stand: Stand,
    pub(crate) rule: String,
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) content: Option<Key>,
    pub(crate) bucket: Option<Key>,
    pub(crate) moved: Option<Key>,
    pub(crate) digest: Key,
    pub(crate) standing: String,
    /// The change that has the latest claim.
    pub(crate) claim: i64,
    /// Digest of that claim's body.
    pub(crate) said: Sum,
    pub(crate) edge: Edge,
    /// What has to be looked at before it can be said to have ended.
    pub(crate) ground: String,
    /// Since when it is unseen, as JSON; empty while it is seen.
    pub(crate) unseen: String,
}

impl AttributionRow {
    /// The columns that [`AttributionRow::read`] wants, of `attributions a`.
    pub(crate) const COLUMNS: &'static str = "a.id, a.finding, a.stream, a.state, a.rule, a.path, \
         a.line, a.content, a.bucket, a.moved, a.digest, a.standing, a.claim, a.said, a.edge, \
         a.ground, a.unseen";
    /// How many those are.
    pub(crate) const WIDTH: usize = 17;

    pub(crate) fn read(row: &mut Row, packer: &mut Packer) -> Result<Self, LedgerError> {
        let id = row.int(0)?;
        Ok(Self {
            id,
            finding: row.int(1)?,
            stream: row.int(2)?,
            stand: match row.int(3)? {
                0 => Stand::Live,
                1 => Stand::Retired,
                2 => Stand::Detached,
                _ => return Err(broken("attributions", id, "its state is none")),
            },
            rule: row.text(4)?,
            path: row.text(5)?,
            line: u32::try_from(row.int(6)?).unwrap_or(0),
            content: row.maybe_key(7)?,
            bucket: row.maybe_key(8)?,
            moved: row.maybe_key(9)?,
            digest: row.fixed(10)?,
            standing: row.text(11)?,
            claim: row.int(12)?,
            said: row.fixed(13)?,
            edge: unpacked("attributions", id, &row.bytes(14)?, packer)?,
            ground: row.text(15)?,
            unseen: row.text(16)?,
        })
    }

    /// A row of `schema::ATTRIBUTIONS`.
    pub(crate) fn values(&self, packer: &mut Packer) -> Result<Vec<Value>, LedgerError> {
        Ok(vec![
            Value::Int(self.id),
            Value::Int(self.finding),
            Value::Int(self.stream),
            Value::Int(self.stand.number()),
            Value::text(&self.rule),
            Value::text(&self.path),
            Value::Int(i64::from(self.line)),
            Value::key(self.content),
            Value::key(self.bucket),
            Value::key(self.moved),
            Value::Bytes(self.digest.to_vec()),
            Value::text(&self.standing),
            Value::Int(self.claim),
            Value::Bytes(self.said.to_vec()),
            packed("attributions", self.id, &self.edge, packer)?,
            Value::text(&self.ground),
            Value::text(&self.unseen),
        ])
    }

    pub(crate) fn attribution(self) -> Attribution {
        Attribution {
            id: self.id,
            finding: self.finding,
            rule: self.rule,
            path: self.path,
            line: self.line,
            content: self.content,
            moved: self.moved,
            digest: self.digest,
            live: self.stand == Stand::Live,
            standing: self.standing,
            stream: self.stream,
            ground: self.ground,
            unseen: unseen_facts(&self.unseen),
        }
    }
}

/// Since when a claim is unseen; none while it is seen. What does not read says «since a document that is not known».
pub(crate) fn unseen_facts(stored: &str) -> Option<UnseenFacts> {
    (!stored.is_empty()).then(|| serde_json::from_str(stored).unwrap_or_default())
}

/// The columns that [`asset`] wants, of `assets s`.
pub(crate) const ASSET_COLUMNS: &str =
    "s.id, s.name, s.declared, s.exposure, s.exposure_source, s.owner, s.criticality, s.tables";

/// An asset's row, from a column on.
pub(crate) fn asset(row: &mut Row, at: usize) -> Result<(i64, AssetFacts), LedgerError> {
    let facts = AssetFacts {
        name: row.text(at + 1)?,
        declared: row.flag(at + 2)?,
        exposure: row.text(at + 3)?,
        exposure_source: row.text(at + 4)?,
        owner: row.text(at + 5)?,
        criticality: row.text(at + 6)?,
        tables: listed(&row.text(at + 7)?),
    };
    Ok((row.int(at)?, facts))
}

/// A list of names as one column keeps it: a line each.
pub(crate) fn lines(names: &[String]) -> String {
    names.join("\n")
}

fn listed(lines: &str) -> Vec<String> {
    lines.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A value as packed JSON.
pub(crate) fn packed<T: Serialize>(
    table: &'static str,
    id: i64,
    value: &T,
    packer: &mut Packer,
) -> Result<Value, LedgerError> {
    let json = serde_json::to_string(value).map_err(|e| broken(table, id, &e.to_string()))?;
    packer.pack(&json).map(Value::Bytes).map_err(|e| broken(table, id, &e.to_string()))
}

/// A value out of packed JSON.
pub(crate) fn unpacked<T: for<'d> Deserialize<'d>>(
    table: &'static str,
    id: i64,
    bytes: &[u8],
    packer: &mut Packer,
) -> Result<T, LedgerError> {
    let json = packer.unpack(bytes).map_err(|e| broken(table, id, &e.to_string()))?;
    serde_json::from_str(&json).map_err(|e| broken(table, id, &e.to_string()))
}

/// «What is stored does not read.»
pub(crate) fn broken(table: &'static str, id: i64, what: &str) -> LedgerError {
    LedgerError::Broken { table, id, what: what.to_owned() }
}
