//! The queue's use cases against a real ledger: what is decided, what is taken back, what is refused.

use app::books::{Actor, Role};
use app::queue::call::{Call, Ending};
use app::queue::export::Form;
use app::queue::list::{Queue, Request};
use app::queue::names::Named;
use app::queue::show::Told;
use app::queue::triage::Done;
use app::queue::{Filter, QueueError};
use app::queue::{
    close, comment, export, keep, list, reopen, settle, show, stats, triage, undo, views,
};

use crate::queue_world::{NOW, World, admin, agent, at};

fn queue(world: &mut World, filter: Filter) -> Queue {
    let request = Request { filter, most: 50, ..Request::default() };
    list::list(&admin(), &mut world.books, request, at(NOW)).expect("a queue")
}

fn rows(queue: &Queue) -> Vec<&str> {
    queue.rows.iter().map(|row| row.fix.as_str()).collect()
}

fn told(world: &mut World, name: &str) -> Told {
    let shown = show::show(&admin(), &mut world.books, name, at(NOW)).expect("shown");
    *shown.finding.expect("a finding")
}

fn decide(
    world: &mut World,
    actor: &Actor,
    findings: &[i64],
    call: Call,
    reason: &str,
) -> Result<Done, QueueError> {
    let targets = findings.iter().map(|id| Named::Finding(*id)).collect();
    let reason = reason.to_owned();
    let request = triage::Request { targets, call, reason, intelligence: None };
    triage::triage(actor, &mut world.books, &request, at(NOW))
}

/// What an error says, with its remedy.
fn said<T>(result: Result<T, QueueError>) -> String {
    match result {
        Ok(_) => panic!("it was done"),
        Err(error) => format!("{error} | {}", error.remedy().unwrap_or_default()),
    }
}

fn undone(world: &mut World, entry: i64) -> undo::Undone {
    undo::undo(&admin(), &mut world.books, entry, at(NOW)).expect("taken back")
}

#[test]
fn the_queue_answers_first_and_is_narrowed_by_filters() {
    let mut world = World::seeded();
    let all = queue(&mut world, Filter::default());
    assert_eq!((all.open, all.overdue, all.emergencies), (6, 1, 1));
    assert_eq!(rows(&all), ["X-1", "X-3", "X-2", "X-5", "X-4"]);
    let first = &all.rows[0];
    assert_eq!((first.findings, first.sources, first.leading.as_str()), (2, 2, "F-1"));
    assert!(first.overdue && first.emergency && first.fix_available);
    let check = |world: &mut World, filter: Filter, expect: &[&str]| {
        let found = queue(world, filter.clone());
        assert_eq!(rows(&found), expect, "{filter:?}");
    };
    let only = |word: &str| Filter { only: vec![word.to_owned()], ..Filter::default() };
    let list = |word: &str| vec![word.to_owned()];
    check(&mut world, only("overdue"), &["X-1"]);
    check(&mut world, only("unowned"), &["X-5", "X-4"]);
    check(&mut world, Filter { assets: list("shop"), ..Filter::default() }, &["X-1", "X-3", "X-2"]);
    check(&mut world, Filter { sources: list("zap"), ..Filter::default() }, &["X-1", "X-3"]);
    check(&mut world, Filter { classes: list("web"), ..Filter::default() }, &["X-3"]);
    check(
        &mut world,
        Filter { search: "sql injection".to_owned(), ..Filter::default() },
        &["X-3", "X-2"],
    );
}

#[test]
fn views_are_kept_for_everybody_and_narrowed() {
    let mut world = World::seeded();
    let filter = Filter { assets: vec!["shop".to_owned()], ..Filter::default() };
    let save = |world: &mut World, name: &str| {
        views::save(&admin(), &mut world.books, name, &filter, at(NOW))
    };
    assert_eq!(save(&mut world, "shop").expect("saved"), 4);
    // The same again is no entry.
    assert_eq!(save(&mut world, "shop").expect("saved"), 4);
    assert!(said(save(&mut world, "overdue")).contains("built in"));
    assert!(said(save(&mut world, "a b")).contains("cannot be the name"));
    let look = |world: &mut World, view: &str, filter: Filter| {
        let request = Request { filter, view: Some(view.to_owned()), most: 50, skip: 0 };
        list::list(&Actor::person("web-team", Role::Viewer), &mut world.books, request, at(NOW))
    };
    let typed = Filter { classes: vec!["web".to_owned()], ..Filter::default() };
    assert_eq!(rows(&look(&mut world, "shop", typed).expect("a queue")), ["X-3"]);
    let mine = look(&mut world, "mine", Filter::default()).expect("a queue");
    assert_eq!(rows(&mine), ["X-1", "X-3", "X-2"]);
    let unknown = said(look(&mut world, "shopp", Filter::default()));
    assert!(unknown.contains("there is no view «shopp»") && unknown.contains("shop"), "{unknown}");
    assert_eq!(undone(&mut world, 4).entry, 5);
    assert!(look(&mut world, "shop", Filter::default()).is_err());
}

#[test]
fn a_decision_is_one_entry_that_can_be_taken_back() {
    let mut world = World::seeded();
    let until = at("2027-01-31");
    let call = Call::Accept { until };
    let done =
        decide(&mut world, &admin(), &[1, 2], call.clone(), "behind a gateway").expect("done");
    assert_eq!((done.entry, done.outcomes.len()), (Some(4), 2));
    let accepted =
        queue(&mut world, Filter { only: vec!["accepted".to_owned()], ..Filter::default() });
    assert_eq!(rows(&accepted), ["X-1"]);
    assert_eq!((accepted.rows[0].accepted, accepted.rows[0].accepted_until), (2, Some(until)));
    assert_eq!(rows(&queue(&mut world, Filter::default()))[0], "X-3");
    // A repeat is no entry.
    let again = decide(&mut world, &admin(), &[1, 2], call, "behind a gateway").expect("done");
    assert_eq!(again.entry, None);
    let assign = Call::Assign { owner: "ops".to_owned() };
    decide(&mut world, &admin(), &[1], assign, "").expect("done");
    // Each field by itself: the owner stays when the acceptance goes.
    assert_eq!(undone(&mut world, 4).remarks, Vec::<String>::new());
    let finding = told(&mut world, "F-1");
    assert_eq!((finding.decision.accepted_until, finding.owner.as_str()), (None, "ops"));
    assert!(said(undo::undo(&admin(), &mut world.books, 4, at(NOW))).contains("nothing of E-4"));
    // Taking back is itself taken back.
    undone(&mut world, 6);
    assert_eq!(told(&mut world, "F-1").decision.accepted_until, Some(until));
}

#[test]
fn what_a_person_sets_moves_the_date_and_says_so() {
    let mut world = World::seeded();
    let severe = Call::Severity { severity: "critical".to_owned() };
    let done = decide(&mut world, &admin(), &[3], severe.clone(), "no login").expect("done");
    assert!(done.remarks[0].starts_with("F-3 is due in 45 h"), "{:?}", done.remarks);
    let due = |world: &mut World| told(world, "F-3").clock.expect("a clock").due;
    assert_eq!(due(&mut world), Some(at("2026-11-23T14:00:00Z")));
    assert_eq!(told(&mut world, "F-3").severity, "critical");
    undone(&mut world, 4);
    assert_eq!(due(&mut world), Some(at("2026-12-20T12:00:00Z")));
    // A published id without an index: nothing is known of exploitation, so the date stays and it is said.
    let done = decide(&mut world, &admin(), &[2], severe, "").expect("done");
    assert!(done.remarks[0].contains("no advisory index"), "{:?}", done.remarks);
}

#[test]
fn what_does_not_fit_is_said_with_its_remedy_and_changes_nothing() {
    let mut world = World::seeded();
    let check = |world: &mut World, findings: &[i64], call: Call, reason: &str, expect: &[&str]| {
        let text = said(decide(world, &admin(), findings, call, reason));
        assert!(expect.iter().all(|part| text.contains(part)), "{text}");
    };
    let past = Call::Accept { until: at("2026-11-20") };
    check(&mut world, &[1], past, "x", &["2026-11-20 00:00 UTC has passed", "2027-01-31"]);
    check(&mut world, &[1], Call::FalsePositive, " ", &["needs a reason", "--reason"]);
    check(&mut world, &[999], Call::Confirm, "", &["there is no F-999", "gabion queue"]);
    check(&mut world, &[1, 999], Call::Confirm, "", &["there is no F-999"]);
    check(&mut world, &[], Call::Confirm, "", &["no finding is named"]);
    check(&mut world, &[1], Call::Duplicate { of: 1 }, "x", &["a duplicate of itself"]);
    check(&mut world, &[1], Call::Duplicate { of: 77 }, "x", &["there is no F-77"]);
    check(
        &mut world,
        &[1],
        Call::Link { to: 5 },
        "x",
        &["claims stay on their asset", "duplicate-of"],
    );
    check(&mut world, &[3], Call::Split { source: "zap".into() }, "", &["reported by trivy alone"]);
    check(&mut world, &[1], Call::Split { source: "nmap".into() }, "", &["trivy, zap"]);
    check(
        &mut world,
        &[1],
        Call::Exposure { exposure: "some".into() },
        "",
        &["internet, internal"],
    );
    check(&mut world, &[1], Call::Severity { severity: "bad".into() }, "", &["critical, high"]);
    assert_eq!(world.entry(), 3);
    assert!(said(show::show(&admin(), &mut world.books, "E-3", at(NOW))).contains("neither"));
    let several = said(show::show(&admin(), &mut world.books, "injection", at(NOW)));
    assert!(several.contains("fits several findings") && several.contains("F-4"), "{several}");
    let found = told(&mut world, "GHSA-aaaa");
    assert_eq!(found.finding, "F-1");
}

#[test]
fn closing_takes_a_reason_and_reopening_keeps_the_first_start() {
    let mut world = World::seeded();
    let start = told(&mut world, "F-1").clock.expect("a clock").start;
    let targets = [Named::Fix(1)];
    let shut = |world: &mut World, reason: &str| {
        close::close(&admin(), &mut world.books, &targets, Ending::AssetGone, reason, at(NOW))
    };
    assert!(said(shut(&mut world, "")).contains("needs a reason"));
    assert_eq!(shut(&mut world, "switched off").expect("closed").outcomes.len(), 2);
    let closed = told(&mut world, "F-1");
    let closure = closed.closure.expect("a closure");
    assert_eq!((closed.state.as_str(), closure.reason.as_str()), ("closed", "asset_gone"));
    assert_eq!(closure.evidence, "ada: switched off");
    assert!(said(shut(&mut world, "again")).contains("has no open finding"));
    let confirm = said(decide(&mut world, &admin(), &[1], Call::Confirm, ""));
    assert!(confirm.contains("F-1 is closed as gone with its asset"), "{confirm}");
    let back = reopen::reopen(&admin(), &mut world.books, &[Named::Finding(1)], "it runs", at(NOW));
    assert_eq!(back.expect("open").entry, Some(5));
    let open = told(&mut world, "F-1");
    assert_eq!((open.state.as_str(), open.clock.expect("a clock").start), ("open", start));
}

#[test]
fn a_proposal_waits_and_is_done_to_the_letter() {
    let mut world = World::seeded();
    let call = Call::Close { ending: Ending::NotAffected };
    let done = decide(&mut world, &agent(), &[3], call.clone(), "never called").expect("proposed");
    assert!(done.proposed && done.entry == Some(4));
    assert_eq!(told(&mut world, "F-3").state, "open");
    // The same again waits already.
    assert_eq!(decide(&mut world, &agent(), &[3], call, "again").expect("done").entry, None);
    let waiting = queue(&mut world, Filter { only: vec!["proposals".into()], ..Filter::default() });
    assert_eq!(rows(&waiting), ["X-2"]);
    let approved = settle::approve(&admin(), &mut world.books, 1, "read it", None, at(NOW));
    assert_eq!(approved.expect("approved").entry, Some(5));
    let closed = told(&mut world, "F-3");
    assert_eq!(
        closed.closure.expect("a closure").evidence,
        "ada: proposed by model; never called; read it"
    );
    assert!(closed.proposals.is_empty());
    let again = said(settle::approve(&admin(), &mut world.books, 1, "", None, at(NOW)));
    assert!(again.contains("no proposal P-1 waits"), "{again}");
    let back = undone(&mut world, 5);
    assert_eq!(back.remarks, ["P-1 stays settled; it can be proposed again"]);
    assert_eq!(told(&mut world, "F-3").state, "open");
    let call = Call::Confirm;
    decide(&mut world, &agent(), &[3], call, "").expect("proposed");
    settle::reject(&admin(), &mut world.books, 2, "no", at(NOW)).expect("rejected");
    let finding = told(&mut world, "F-3");
    assert!(finding.proposals.is_empty() && !finding.decision.confirmed);
}

#[test]
fn merging_and_splitting_are_reversible_and_never_less_urgent() {
    let mut world = World::seeded();
    // The code finding (medium, 30 d) takes in the web finding (high, due tomorrow).
    decide(&mut world, &admin(), &[4], Call::Link { to: 3 }, "the same query").expect("merged");
    let target = told(&mut world, "F-3");
    assert_eq!((target.severity.as_str(), target.claims.len()), ("high", 2));
    assert_eq!(target.clock.expect("a clock").due, Some(at("2026-11-22T12:00:00Z")));
    let tied = target.claims.iter().find(|claim| claim.source == "zap").expect("zap's claim");
    assert_eq!((tied.rule.as_str(), tied.evidence.as_str()), ("person", "the same query"));
    let merged = told(&mut world, "F-4");
    assert_eq!((merged.state.as_str(), merged.claims.len()), ("closed", 0));
    assert_eq!(merged.closure.expect("a closure").duplicate_of, 3);
    undone(&mut world, 4);
    let (three, four) = (told(&mut world, "F-3"), told(&mut world, "F-4"));
    assert_eq!((three.severity.as_str(), three.claims.len()), ("medium", 1));
    assert_eq!((four.state.as_str(), four.claims.len()), ("open", 1));
    // Two tools on one finding are taken apart, and together again.
    let split = decide(&mut world, &admin(), &[1], Call::Split { source: "zap".into() }, "another");
    assert!(split.expect("split").outcomes[0].words.contains("F-7"));
    let (old, new) = (told(&mut world, "F-1"), told(&mut world, "F-7"));
    assert_eq!((old.claims.len(), new.claims.len()), (1, 1));
    assert_eq!(new.clock, old.clock);
    undone(&mut world, 6);
    assert_eq!(told(&mut world, "F-1").claims.len(), 2);
    assert_eq!(told(&mut world, "F-7").state, "void");
    let void = said(decide(&mut world, &admin(), &[7], Call::Confirm, ""));
    assert!(void.contains("F-7 is void"), "{void}");
    // A duplicate of a duplicate leads to the one that stays.
    decide(&mut world, &admin(), &[2], Call::Duplicate { of: 1 }, "x").expect("closed");
    decide(&mut world, &admin(), &[3], Call::Duplicate { of: 2 }, "x").expect("closed");
    assert_eq!(told(&mut world, "F-3").closure.expect("a closure").duplicate_of, 1);
    let ring = said(decide(&mut world, &admin(), &[1], Call::Duplicate { of: 3 }, "x"));
    assert!(ring.contains("a duplicate of itself"), "{ring}");
}

#[test]
fn an_import_is_taken_back_whole_or_not_at_all() {
    let mut world = World::seeded();
    // Another report rests on it: zap's claim is tied to a finding that trivy's report opened.
    let way = said(undo::undo(&admin(), &mut world.books, 1, at(NOW)));
    assert!(way.contains("F-1 is reported by another document too"), "{way}");
    // A decision rests on it, until it is taken back.
    decide(&mut world, &admin(), &[5], Call::Confirm, "").expect("done");
    let way = said(undo::undo(&admin(), &mut world.books, 3, at(NOW)));
    assert!(way.contains("F-5 was decided on since"), "{way}");
    assert_eq!(world.entry(), 4);
    undone(&mut world, 4);
    comment::comment(&admin(), &mut world.books, 5, "a remark rests on nothing", at(NOW))
        .expect("said");
    let back = undone(&mut world, 3);
    assert_eq!((back.entry, back.changes), (7, 4));
    assert_eq!(told(&mut world, "F-5").state, "void");
    assert_eq!(queue(&mut world, Filter::default()).open, 4);
    let again = said(undo::undo(&admin(), &mut world.books, 3, at(NOW)));
    assert!(again.contains("cannot be taken back"), "{again}");
    let redo = said(undo::undo(&admin(), &mut world.books, 7, at(NOW)));
    assert!(redo.contains("import the document again"), "{redo}");
    // Then the next one, and the first.
    undone(&mut world, 2);
    undone(&mut world, 1);
    assert_eq!(queue(&mut world, Filter::default()).open, 0);
    assert!(keep::imports(&admin(), &mut world.books, 10).expect("imports").is_empty());
    let verified =
        keep::verify(&admin(), &mut world.books, true, None, &mut |_, _| {}).expect("verified");
    assert_eq!(verified.faults, []);
    let none = said(undo::undo(&admin(), &mut world.books, 99, at(NOW)));
    assert!(none.contains("there is no E-99: the last entry is E-9"), "{none}");
}

#[test]
fn findings_leave_as_lines() {
    let mut world = World::seeded();
    decide(&mut world, &admin(), &[6], Call::FalsePositive, "=cmd|' /C calc'!A0").expect("closed");
    let lines = |world: &mut World, filter: &Filter, form: Form| {
        let mut out = Vec::new();
        let counts = export::export(&admin(), &mut world.books, filter, form, at(NOW), &mut out);
        (String::from_utf8(out).expect("text"), counts.expect("exported"))
    };
    let (text, counts) = lines(&mut world, &Filter::default(), Form::Lines);
    assert_eq!((counts.written, text.lines().count()), (5, 5));
    let first: serde_json::Value =
        serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    assert_eq!((&first["finding"], &first["overdue"]), (&"F-1".into(), &true.into()));
    let closed =
        Filter { closed: true, assets: vec!["undeclared:lint:tool".into()], ..Filter::default() };
    let (text, counts) = lines(&mut world, &closed, Form::Csv);
    assert_eq!((counts.written, text.lines().count()), (2, 3));
    let head = text.lines().next().expect("a head").split(',').count();
    assert_eq!(text.lines().nth(1).expect("a row").split(',').count(), head);
    let none = Filter { assets: vec!["nothing".into()], ..Filter::default() };
    assert_eq!(lines(&mut world, &none, Form::Lines).1.written, 0);
    let unowned = Filter { only: vec!["unowned".into()], ..Filter::default() };
    assert_eq!(lines(&mut world, &unowned, Form::Lines).1.written, 1);
    let words = Filter { search: "SQL search".into(), ..Filter::default() };
    assert_eq!(lines(&mut world, &words, Form::Lines).1.written, 2);
    let source = Filter { sources: vec!["zap".into()], ..Filter::default() };
    let refused =
        export::export(&admin(), &mut world.books, &source, Form::Lines, at(NOW), &mut Vec::new());
    assert!(said(refused).contains("cannot be filtered by source"));
}

#[test]
fn figures_follow_from_the_record() {
    let mut world = World::seeded();
    let empty = stats::stats(&admin(), &mut World::empty().books, at(NOW)).expect("figures");
    assert_eq!((empty.opened, empty.closure_rate, empty.entries), (0, None, 0));
    let before = stats::stats(&admin(), &mut world.books, at(NOW)).expect("figures");
    assert_eq!((before.opened, before.open, before.entries), (6, 6, 3));
    assert_eq!((before.exploited_open.findings, before.exploited_open.longest), (1, 3 * 24 + 17));
    let overdue = &before.overdue[0];
    assert_eq!((overdue.owner.as_str(), overdue.findings, overdue.longest), ("web-team", 1, 3));
    let targets = [Named::Finding(1), Named::Finding(2)];
    close::close(&admin(), &mut world.books, &targets, Ending::Fixed, "1.2.0", at(NOW))
        .expect("closed");
    let after = stats::stats(&admin(), &mut world.books, at(NOW)).expect("figures");
    assert_eq!((after.open, after.closed["fixed"], after.overdue.len()), (4, 2, 0));
    // From 18 Nov 00:00 to 21 Nov 17:00; the other one had no exploit.
    let gap = |exposure: &str| after.patch_gap.iter().find(|gap| gap.exposure == exposure).cloned();
    let internet = gap("internet").expect("a row");
    assert_eq!((internet.findings, internet.median, internet.p90), (1, Some(89), Some(89)));
    assert_eq!(gap("internal").expect("a row").median, None);
    let week = after.weeks.last().expect("this week");
    assert_eq!((week.from, week.arrived, week.closed), (at("2026-11-16"), 6, 2));
    assert_eq!(after.weeks.len(), stats::WEEKS);
}

#[test]
fn the_ledger_is_kept() {
    let mut world = World::seeded();
    let admin = admin();
    let head = keep::head(&admin, &mut world.books).expect("a head");
    let printed = format!("{}:{}", head.entry, head.hash);
    assert_eq!(keep::read_head(&printed).expect("read"), head);
    for wrong in ["", "3", "3:abc", &printed[1..], "x:00"] {
        assert!(keep::read_head(wrong).is_err(), "{wrong}");
    }
    let kept = keep::verify(&admin, &mut world.books, true, Some(&head), &mut |_, _| {});
    assert_eq!(kept.expect("verified").faults, []);
    let file = world.path("record.jsonl");
    let exported =
        keep::export_file(&admin, &mut world.books, &file, &mut |_, _| {}).expect("exported");
    let again = keep::export_file(&admin, &mut world.books, &file, &mut |_, _| {});
    assert!(said(again).contains("name a new file"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let mut other = World::empty();
    let mut record = std::io::BufReader::new(std::fs::File::open(&file).expect("the file"));
    let taken =
        keep::import(&admin, &mut other.books, &mut record, &mut |_, _| {}).expect("taken in");
    assert_eq!((&taken.head, &taken.tables), (&exported.head, &exported.tables));
    let full = keep::import(&admin, &mut world.books, &mut &b""[..], &mut |_, _| {});
    assert!(said(full).contains("holds 3 entries already"));
    let copy = world.path("copy.db");
    keep::backup(&admin, &mut world.books, &copy).expect("copied");
    assert!(said(keep::backup(&admin, &mut world.books, &copy)).contains("there already"));
    assert!(
        said(keep::set_retention(&admin, &mut world.books, Some(7), at(NOW))).contains("30 days")
    );
    let set = keep::set_retention(&admin, &mut world.books, Some(400), at(NOW));
    assert_eq!(set.expect("set"), Some(4));
    let kept = keep::retention(&admin, &mut world.books).expect("read");
    assert_eq!(kept.as_deref(), Some("400d"));
    keep::set_role(&admin, &mut world.books, "eve", Some(Role::Viewer), at(NOW)).expect("set");
    undone(&mut world, 5);
    assert_eq!(keep::role(&admin, &mut world.books, "eve").expect("read"), None);
    assert!(world.file().is_file());
}
