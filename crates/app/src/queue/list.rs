//! What is due, first things first?
//!
//! In: a filter or the name of a view, which page. Out: rows of the queue, one fix each, with the counts of the whole
//! ledger for the first line. Never: a scan of everything; the ledger answers pages.

use ledger::row::Fix;
use serde::Serialize;
use vocab::Instant;

use super::names::{self, Letter};
use super::{Filter, QueueError, meant, views};
use crate::books::{Actor, Books, UseCase, allow};

/// The schema of the JSON.
pub const SCHEMA: &str = "gabion.queue/1";

/// Emergencies are counted up to here for the first line.
pub const MOST_EMERGENCIES: u32 = 100;

/// Findings of a fix looked at for the date on which its acceptance ends.
const LOOKED_AT: u32 = 200;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What to list.
    pub filter: Filter,
    /// A saved or built-in view; what `filter` says is added to it.
    pub view: Option<String>,
    /// Rows passed over.
    pub skip: u64,
    /// Rows listed at most.
    pub most: u32,
}

/// A page of the queue.
#[derive(Debug, Clone, Serialize)]
pub struct Queue {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// When it was asked.
    pub at: Instant,
    /// The record's last entry at that time.
    pub entry: i64,
    /// Open findings in the whole ledger.
    pub open: i64,
    /// Overdue fixes in the whole ledger.
    pub overdue: i64,
    /// Emergencies in the whole ledger, counted up to [`MOST_EMERGENCIES`].
    pub emergencies: u32,
    /// The view that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// The filter that acted, the view's among it.
    pub filter: Filter,
    /// Rows passed over.
    pub skip: u64,
    /// Whether more rows follow.
    pub more: bool,
    /// In the order of the queue.
    pub rows: Vec<Row>,
    /// The last report that was read; none in an empty ledger.
    pub last_import: Option<LastImport>,
}

/// The last report that was read.
#[derive(Debug, Clone, Serialize)]
pub struct LastImport {
    /// The entry.
    pub entry: String,
    /// The file's name.
    pub name: String,
    /// When the tool looked.
    pub scanned_at: Instant,
}

/// One fix.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// `X-3`.
    pub fix: String,
    /// What to do.
    pub action: String,
    /// What it acts on.
    pub place: String,
    /// Where.
    pub asset: String,
    /// Whether somebody declared the asset.
    pub declared: bool,
    /// Who can reach it.
    pub exposure: String,
    /// Who fixes; empty when nobody is named.
    pub owner: String,
    /// The finding that gives the date: `F-12`.
    pub leading: String,
    /// Its line.
    pub title: String,
    /// Its severity.
    pub severity: String,
    /// Its published ids.
    pub ids: Vec<String>,
    /// The due instant; none means «on the next upgrade» or that there is no clock.
    pub due: Option<Instant>,
    /// Whether there is a clock at all.
    pub clocked: bool,
    /// Whether it is past.
    pub overdue: bool,
    /// Whether it is an emergency.
    pub emergency: bool,
    /// What acts if a feed that never came would say the worst; it has no say in the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed: Option<ledger::change::Assumed>,
    /// Why this date, in one sentence.
    pub why: String,
    /// Policy, version and row.
    pub policy: String,
    /// `kev`, `exploit`, `malicious`.
    pub badges: Vec<String>,
    /// How many sources report it.
    pub sources: i64,
    /// Open findings that it ends.
    pub findings: i64,
    /// Of them, those that later runs of all their sources neither have nor prove to have ended.
    pub unseen: i64,
    /// The pull request that alone reports it; empty: it is part of the queue.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Of them, accepted until a date.
    pub accepted: i64,
    /// When the first of these acceptances ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_until: Option<Instant>,
    /// Whether a fixed version or a patch is known.
    pub fix_available: bool,
}

/// Lists the queue.
///
/// # Errors
/// Refused, no such view or source, the ledger's.
pub fn list(
    actor: &Actor,
    books: &mut Books,
    mut request: Request,
    now: Instant,
) -> Result<Queue, QueueError> {
    allow(actor, UseCase::Queue, true)?;
    meant::anywhere(books, &mut request.filter.sources)?;
    let (filter, expiring) = views::resolve(actor, books, &request)?;
    let entry = books.ledger.head()?.entry;
    let (open, overdue, more, mut rows);
    if expiring {
        (rows, open, overdue, more) = self::expiring(books, &filter, &request, now)?;
    } else {
        let page = books.ledger.queue(&filter, now, request.skip, request.most)?;
        (open, overdue, more) = (page.open, page.overdue, page.more);
        rows = page.fixes.into_iter().map(|fix| row(fix, now)).collect::<Vec<_>>();
        for row in rows.iter_mut().filter(|row| row.accepted > 0) {
            row.accepted_until = accepted_until(books, row, now)?;
        }
    }
    let urgent = Filter { only: vec!["emergency".to_owned()], ..Filter::default() };
    let emergencies = match open {
        0 => 0,
        _ => books.ledger.queue(&urgent, now, 0, MOST_EMERGENCIES)?.fixes.len(),
    };
    let last_import = books.ledger.imports(1)?.into_iter().next().map(|import| LastImport {
        entry: names::write(Letter::E, import.entry),
        name: import.document.name,
        scanned_at: import.document.scanned_at,
    });
    Ok(Queue {
        schema: SCHEMA,
        at: now,
        entry,
        open,
        overdue,
        emergencies: u32::try_from(emergencies).unwrap_or(MOST_EMERGENCIES),
        view: request.view,
        filter,
        skip: request.skip,
        more,
        rows,
        last_import,
    })
}

/// How far ahead an acceptance counts as expiring, in seconds: two weeks.
const SOON: i64 = 14 * 86_400;
/// Accepted fixes looked at for those that expire.
const MOST_ACCEPTED: usize = 5_000;

/// Accepted fixes whose acceptance ends within two weeks, the first to end first.
fn expiring(
    books: &mut Books,
    filter: &Filter,
    request: &Request,
    now: Instant,
) -> Result<(Vec<Row>, i64, i64, bool), QueueError> {
    let (mut rows, mut at) = (Vec::new(), 0);
    let (open, overdue) = loop {
        let page = books.ledger.queue(filter, now, at, 500)?;
        at += page.fixes.len() as u64;
        for fix in page.fixes {
            let mut row = row(fix, now);
            row.accepted_until = accepted_until(books, &row, now)?;
            if row.accepted_until.is_some_and(|until| until.as_second() - now.as_second() <= SOON) {
                rows.push(row);
            }
        }
        if !page.more || at as usize >= MOST_ACCEPTED {
            break (page.open, page.overdue);
        }
    };
    rows.sort_by_key(|row| row.accepted_until);
    let skip = usize::try_from(request.skip).unwrap_or(usize::MAX);
    let most = request.most as usize;
    let more = rows.len() > skip.saturating_add(most);
    Ok((rows.into_iter().skip(skip).take(most).collect(), open, overdue, more))
}

fn accepted_until(
    books: &mut Books,
    row: &Row,
    now: Instant,
) -> Result<Option<Instant>, QueueError> {
    let fix = names::read(Letter::X, &row.fix)?;
    let findings = books.ledger.findings_of_fix(fix, LOOKED_AT)?;
    let open = findings.iter().filter(|finding| finding.state == "open");
    Ok(open.filter_map(|f| f.decision.accepted_until).filter(|until| *until > now).min())
}

/// A row as reports have it.
pub(crate) fn row(fix: Fix, now: Instant) -> Row {
    let due = fix.clock.as_ref().and_then(|clock| clock.due);
    let clocked = fix.clock.is_some();
    let (mut why, mut policy, mut badges, mut emergency) =
        (String::new(), String::new(), Vec::new(), false);
    let mut assumed = None;
    if let Some(clock) = fix.clock {
        assumed = clock.assumed;
        (why, policy, badges, emergency) = (clock.why, clock.policy, clock.badges, clock.emergency);
    }
    Row {
        fix: names::write(Letter::X, fix.id),
        action: fix.fix.action,
        place: fix.fix.place,
        asset: fix.asset.name,
        declared: fix.asset.declared,
        exposure: if fix.exposure.is_empty() { "unknown".to_owned() } else { fix.exposure },
        owner: fix.owner,
        leading: names::write(Letter::F, fix.leading),
        title: fix.facts.title,
        severity: fix.facts.severity,
        ids: fix.facts.ids,
        due,
        clocked,
        // A pause is not overdue: what is accepted whole waits for the end of the acceptance.
        overdue: due.is_some_and(|due| due < now) && fix.findings > fix.accepted,
        emergency,
        assumed,
        why,
        policy,
        badges,
        sources: fix.sources,
        findings: fix.findings,
        unseen: fix.unseen,
        reference: fix.reference,
        accepted: fix.accepted,
        accepted_until: None,
        fix_available: fix.fix.available,
    }
}
