//! A ledger that an earlier version wrote is opened, brought forward, and answers as it did then.
//!
//! `tests/fixtures/README.md` says what is in it. The answers beside it are those of the program that wrote it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ledger::change::{Change, Claim, Key};
use ledger::row::{Filter, Finding, Fix, Head};
use ledger::{Ledger, Mode, Place};
use serde_json::{Value, json};
use tempfile::TempDir;
use vocab::Instant;

use crate::made::{at, author};
use crate::server::Server;

fn stored(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The lines of a packed file, each a value.
fn lines(name: &str) -> Vec<Value> {
    let text = String::from_utf8(testkit::unzstd(&stored(name))).unwrap();
    let full = text.lines().filter(|line| !line.is_empty());
    full.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn queue_then() -> Value {
    serde_json::from_slice(&testkit::unzstd(&stored("ledger-v1.queue.json.zst"))).unwrap()
}

fn head_then() -> Head {
    let text = include_str!("../fixtures/ledger-v1.head.txt");
    let (entry, hash) = text.trim().split_once(':').unwrap();
    Head { entry: entry.parse().unwrap(), hash: hash.to_owned() }
}

/// A copy of the ledger, opened as any user's would be.
fn opened() -> (TempDir, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    std::fs::write(&file, testkit::unzstd(&stored("ledger-v1.db.zst"))).unwrap();
    let ledger = Ledger::open(&Place::File(file), Mode::Existing).unwrap();
    (folder, ledger)
}

fn is_whole(ledger: &mut Ledger) {
    assert_eq!(ledger.head().unwrap(), head_then());
    let verified = ledger.verify(true, Some(&head_then()), &mut |_, _| {}).unwrap();
    assert_eq!((verified.faults, verified.more), (vec![], 0));
    assert_eq!((verified.entries, verified.changes), (56, 282));
}

#[test]
fn the_chain_and_the_tables_are_whole() {
    let (_folder, mut ledger) = opened();
    is_whole(&mut ledger);
    let key = lines("ledger-v1.record.jsonl.zst").remove(0);
    let hex: String = ledger.secrets_key().unwrap().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(json!(hex), key["ledger"]["secrets_key"]);
}

#[test]
fn the_findings_are_those_of_then() {
    let (_folder, mut ledger) = opened();
    answers_as_then(&mut ledger);
}

/// What was exported then is taken in by a ledger of today, in a file and on a server.
#[test]
fn its_export_is_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    taken_in(&Place::File(folder.path().join("ledger.db")));
    let Some(server) = Server::start("an earlier version's export on PostgreSQL") else { return };
    taken_in(&server.place("earlier"));
}

fn taken_in(place: &Place) {
    let mut ledger = Ledger::open(place, Mode::Create).unwrap();
    let record = testkit::unzstd(&stored("ledger-v1.record.jsonl.zst"));
    ledger.import(&mut record.as_slice(), &mut |_, _| {}).unwrap();
    is_whole(&mut ledger);
    answers_as_then(&mut ledger);
}

fn answers_as_then(ledger: &mut Ledger) {
    let now: Instant = at(queue_then()["at"].as_str().unwrap());
    let mut found = Vec::new();
    ledger
        .each_finding(None, false, &mut |finding| {
            found.push(shown(&finding));
            true
        })
        .unwrap();
    let then: Vec<Value> =
        lines("ledger-v1.findings.jsonl.zst").iter().map(|line| of_then(line, SHOWN)).collect();
    assert_eq!(found, then);
    let all = Filter { closed: true, ..Filter::default() };
    let page = ledger.queue(&all, now, 0, 500).unwrap();
    // Which comes first and which finding leads a row is a rule of the clock, and may become another.
    let by_fix = |row: Value| (row["fix"].as_str().unwrap().to_owned(), row);
    let rows: BTreeMap<String, Value> = page.fixes.iter().map(row).map(by_fix).collect();
    let then = queue_then();
    let rows_then = then["rows"].as_array().unwrap().iter().map(|row| of_then(row, ROW));
    assert_eq!(rows, rows_then.map(by_fix).collect());
    assert_eq!(json!([page.open, page.overdue]), json!([then["open"], then["overdue"]]));
    assert_eq!(ledger.setting("retention").unwrap().as_deref(), Some("400d"));
    let roles = ["ada", "ben", "crane"].map(|actor| ledger.role(actor).unwrap().unwrap());
    assert_eq!(roles, ["admin", "triager", "agent"]);
    let views: Vec<String> = ledger.views().unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(views, ["shop-urgent"]);
    let waiting: Vec<i64> = ledger.proposals(None).unwrap().iter().map(|row| row.finding).collect();
    assert_eq!(waiting.len(), 3);
}

/// What the stored lines and a finding of today are compared by.
const SHOWN: &[&str] = &[
    "finding",
    "state",
    "closure",
    "closed_at",
    "class",
    "title",
    "ids",
    "rule",
    "place",
    "version",
    "asset",
    "first_seen",
    "due",
    "policy",
    "why",
    "accepted_until",
    "confirmed",
    "action",
];

fn shown(finding: &Finding) -> Value {
    let facts = &finding.facts;
    let clock = finding.clock.as_ref();
    json!({
        "finding": format!("F-{}", finding.id),
        "state": finding.state,
        "closure": finding.closure.as_ref().map_or("", |closure| &closure.reason),
        "closed_at": finding.closed_at,
        "class": finding.class,
        "title": facts.title,
        "ids": facts.ids,
        "rule": facts.rule,
        "place": facts.place,
        "version": facts.version,
        "asset": finding.asset_facts.name,
        "first_seen": finding.first_seen,
        "due": clock.and_then(|clock| clock.due),
        "policy": clock.map_or("", |clock| &clock.policy),
        "why": clock.map_or("", |clock| &clock.why),
        "accepted_until": finding.decision.accepted_until,
        "confirmed": finding.decision.confirmed,
        "action": finding.fix.action,
    })
}

const ROW: &[&str] =
    &["fix", "action", "place", "asset", "exposure", "owner", "sources", "findings", "accepted"];

fn row(fix: &Fix) -> Value {
    json!({
        "fix": format!("X-{}", fix.id),
        "action": fix.fix.action,
        "place": fix.fix.place,
        "asset": fix.asset.name,
        "exposure": fix.exposure,
        "owner": fix.owner,
        "sources": fix.sources,
        "findings": fix.findings,
        "accepted": fix.accepted,
    })
}

/// Of a stored object, the fields that are compared.
fn of_then(stored: &Value, fields: &[&str]) -> Value {
    fields.iter().map(|field| ((*field).to_owned(), stored[*field].clone())).collect()
}

/// The last claim of each attribution by the record: its stream, its names, whether it stands; those that were
/// taken back apart.
#[derive(Default)]
struct Claims {
    standing: BTreeMap<i64, (i64, Vec<Key>, bool)>,
    taken_back: BTreeMap<i64, (i64, Vec<Key>, bool)>,
}

impl Claims {
    fn of_the_record() -> Self {
        let mut claims = Self::default();
        for line in lines("ledger-v1.record.jsonl.zst") {
            let Ok(change) = serde_json::from_value(line["change"]["change"].clone()) else {
                continue;
            };
            claims.take(change);
        }
        claims
    }

    fn take(&mut self, change: Change) {
        match change {
            Change::Attributed { attribution, stream, claim, .. } => {
                self.standing.insert(attribution, (stream, names(&claim), true));
            }
            Change::Observed { attribution, claim, .. } => {
                self.standing.get_mut(&attribution).unwrap().1 = names(&claim);
            }
            Change::Retired { attribution, .. } => {
                self.standing.get_mut(&attribution).unwrap().2 = false;
            }
            Change::Returned { attribution, .. } => {
                self.standing.get_mut(&attribution).unwrap().2 = true;
            }
            Change::Detached { attribution } => {
                let was = self.standing.remove(&attribution).unwrap();
                self.taken_back.insert(attribution, was);
            }
            _ => {}
        }
    }
}

fn names(claim: &Claim) -> Vec<Key> {
    let byte = |name: &str, at: usize| u8::from_str_radix(&name[at * 2..at * 2 + 2], 16).unwrap();
    claim.names.iter().map(|name| std::array::from_fn(|at| byte(name, at))).collect()
}

/// By the names that were kept a claim is known again, and no other is.
#[test]
fn the_claims_are_known_again_by_their_names() {
    let (_folder, mut ledger) = opened();
    let claims = Claims::of_the_record();
    assert_eq!((claims.standing.len(), claims.taken_back.len()), (78, 2));
    assert_eq!(claims.standing.values().filter(|(.., live)| !live).count(), 2);
    let mut write = ledger.write(author("ada"), at("2026-12-02"), &mut |_| {}).unwrap();
    for (attribution, (stream, names, live)) in &claims.standing {
        let known = write.by_names(*stream, names).unwrap();
        assert_eq!(known.len(), names.len(), "{attribution}");
        let found: BTreeSet<(i64, bool)> =
            known.into_iter().map(|(_, found)| (found.id, found.live)).collect();
        assert_eq!(found, BTreeSet::from([(*attribution, *live)]));
    }
    for (stream, names, _) in claims.taken_back.values() {
        assert_eq!(write.by_names(*stream, names).unwrap(), []);
    }
}
