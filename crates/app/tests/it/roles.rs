//! The matrix of roles by exhaustion: every use case is called with every role against a real ledger, and
//! what is refused loads and appends nothing.

use access::{Answer, UseCase, may};
use app::books::{Actor, Books, BooksError, Kind, Role, Triage};
use app::queue::call::{Call, Ending};
use app::queue::export::Form;
use app::queue::names::Named;
use app::queue::{Filter, QueueError, reference, source};
use app::queue::{
    close, comment, export, keep, list, reopen, settle, show, stats, triage, undo, views,
};

use crate::queue_world::{NOW, World, admin, agent, at};

/// What the use case answers: done, proposed, refused by the matrix, or another error.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    Done,
    Proposed,
    Refused,
}

fn came<T>(result: Result<T, QueueError>, what: &str) -> Came {
    match result {
        Ok(_) => Came::Done,
        Err(QueueError::Books(BooksError::Refused { .. })) => Came::Refused,
        Err(other) => panic!("{what}: {other} ({:?})", other.remedy()),
    }
}

fn decided(actor: &Actor, books: &mut Books, finding: i64, call: Call) -> Came {
    let what = format!("{} {call:?}", actor.acts_as().as_str());
    let reason = "because".to_owned();
    let targets = vec![Named::Finding(finding)];
    let request = triage::Request { targets, call, reason, intelligence: None };
    match triage::triage(actor, books, &request, at(NOW)) {
        Ok(done) if done.proposed => Came::Proposed,
        other => came(other, &what),
    }
}

/// Calls a use case as an actor would, on a finding of `shop` (owned by web-team) or of the other asset.
fn call(world: &mut World, actor: &Actor, case: UseCase, own: bool) -> Option<Came> {
    let now = at(NOW);
    let finding = if own { 3 } else { 5 };
    let target = [Named::Finding(finding)];
    let copy = world.path("copy.db");
    let books = &mut world.books;
    let triage = |call: Triage| match call {
        Triage::Confirm => Some(Call::Confirm),
        Triage::FalsePositive => Some(Call::FalsePositive),
        Triage::Duplicate => Some(Call::Duplicate { of: if own { 1 } else { 6 } }),
        Triage::Accept => Some(Call::Accept { until: at("2027-01-31") }),
        Triage::Assign => Some(Call::Assign { owner: "somebody".to_owned() }),
        Triage::Exposure => Some(Call::Exposure { exposure: "internal".to_owned() }),
        Triage::Severity => Some(Call::Severity { severity: "high".to_owned() }),
        Triage::Link => Some(Call::Link { to: if own { 4 } else { 6 } }),
        Triage::Split => Some(Call::Split { source: "zap".to_owned() }),
        Triage::Settle => None,
    };
    let what = format!("{case:?}");
    let filter = Filter::default();
    Some(match case {
        // Its own slice tests them.
        UseCase::Import | UseCase::Verify => return None,
        // A new ledger is needed, which has no roles yet.
        UseCase::LedgerImport => {
            let mut empty = World::empty();
            let mut record: &[u8] = b"";
            match keep::import(actor, &mut empty.books, &mut record, &mut |_, _| {}) {
                Err(QueueError::Books(BooksError::Refused { .. })) => Came::Refused,
                // Nothing is no record; what counts here is that the matrix let it through.
                _ => Came::Done,
            }
        }
        UseCase::Queue => came(
            list::list(actor, books, list::Request { most: 5, ..Default::default() }, now),
            &what,
        ),
        UseCase::SaveView => came(views::save(actor, books, "mine-too", &filter, now), &what),
        UseCase::Show => came(show::show(actor, books, "F-1", now), &what),
        UseCase::Triage(Triage::Settle) => {
            let waiting = show::show(&admin(), books, &format!("F-{finding}"), now).ok()?;
            let proposal = waiting.finding?.proposals.first()?.proposal.clone();
            let number = app::queue::names::read(app::queue::names::Letter::P, &proposal).ok()?;
            came(settle::approve(actor, books, number, "", None, now), &what)
        }
        // Only the finding of `shop` has two sources.
        UseCase::Triage(Triage::Split) if own => decided(actor, books, 1, triage(Triage::Split)?),
        UseCase::Triage(Triage::Split) => return None,
        UseCase::Triage(which) => decided(actor, books, finding, triage(which)?),
        UseCase::Close => match close::close(actor, books, &target, Ending::Fixed, "gone", now) {
            Ok(done) if done.proposed => Came::Proposed,
            other => came(other, &what),
        },
        UseCase::Reopen => match reopen::reopen(actor, books, &target, "it is back", now) {
            Ok(done) if done.proposed => Came::Proposed,
            other => came(other, &what),
        },
        UseCase::StateSource => {
            let shown = show::show(&admin(), books, &format!("F-{finding}"), now).ok()?.finding?;
            let request = source::Request {
                source: shown.claims.first()?.source.clone(),
                asset: shown.asset,
                kinds: Vec::new(),
                reason: "nightly".to_owned(),
            };
            came(source::set(actor, books, &request, now), &what)
        }
        // Nothing was reported on one; what counts here is that the matrix let it through.
        UseCase::EndReference if own => {
            match reference::end(actor, books, "refs/pull/7/merge", None, "merged", now) {
                Err(QueueError::Unfit { .. }) => Came::Done,
                other => came(other, &what),
            }
        }
        UseCase::EndReference => return None,
        UseCase::Comment => came(comment::comment(actor, books, finding, "a remark", now), &what),
        UseCase::Undo => came(undo::undo(actor, books, 4, now), &what),
        UseCase::Export => {
            came(export::export(actor, books, &filter, Form::Lines, now, &mut Vec::new()), &what)
        }
        UseCase::Stats => came(stats::stats(actor, books, now), &what),
        UseCase::LedgerVerify => {
            came(keep::verify(actor, books, false, None, &mut |_, _| {}), &what)
        }
        UseCase::LedgerExport => {
            came(keep::export(actor, books, &mut Vec::new(), &mut |_, _| {}), &what)
        }
        UseCase::Backup => came(keep::backup(actor, books, &copy), &what),
        UseCase::Settings => {
            came(keep::set_role(actor, books, "eve", Some(Role::Viewer), now), &what)
        }
    })
}

/// A ledger in which entry 4 is about the finding: a decision to take back, or a proposal to settle.
fn prepared(case: UseCase, own: bool) -> World {
    let mut world = World::seeded();
    let finding = if own { 3 } else { 5 };
    match case {
        UseCase::Undo => {
            assert_eq!(decided(&admin(), &mut world.books, finding, Call::Confirm), Came::Done);
        }
        UseCase::Triage(Triage::Settle) => {
            assert_eq!(decided(&agent(), &mut world.books, finding, Call::Confirm), Came::Proposed);
        }
        UseCase::Reopen => {
            let call = Call::Close { ending: Ending::Fixed };
            assert_eq!(decided(&admin(), &mut world.books, finding, call), Came::Done);
        }
        _ => {}
    }
    world
}

#[test]
fn every_use_case_with_every_role_does_what_the_matrix_says() {
    let mut tried = 0;
    for case in UseCase::all() {
        for own in [true, false] {
            // A ledger to which nothing was appended serves the next role too.
            let mut untouched = None;
            for role in Role::ALL {
                let mut world = untouched.take().unwrap_or_else(|| prepared(case, own));
                let before = world.entry();
                let actor = Actor::person("web-team", role);
                let Some(came) = call(&mut world, &actor, case, own) else { continue };
                let after = world.entry();
                let expect = match may(&actor, case, own) {
                    Answer::Yes => Came::Done,
                    Answer::Propose => Came::Proposed,
                    Answer::No(_) => Came::Refused,
                };
                // What is about no finding is not about an asset either.
                assert_eq!(came, expect, "{case:?} as {role:?}, own: {own}");
                if came == Came::Refused {
                    assert_eq!(after, before, "{case:?} as {role:?}: refused, and appended");
                }
                untouched = (after == before && case != UseCase::Backup).then_some(world);
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
}

/// Refused before anything is loaded: the answer is the same for a finding that is not there, and for a
/// decision that does not fit.
#[test]
fn a_refusal_tells_nothing_of_what_is_there() {
    let mut world = World::seeded();
    let viewer = Actor::person("eve", Role::Viewer);
    for finding in [1, 999] {
        for call in [Call::Confirm, Call::FalsePositive, Call::Split { source: "none".to_owned() }]
        {
            assert_eq!(decided(&viewer, &mut world.books, finding, call), Came::Refused);
        }
    }
    let came = came(undo::undo(&viewer, &mut world.books, 999, at(NOW)), "undo");
    assert_eq!(came, Came::Refused);
    assert_eq!(world.entry(), 3);
}

/// An owner may not move another's claims to its own finding, nor close a foreign one as a duplicate of its
/// own, and one foreign finding among its own refuses all of them.
#[test]
fn an_owner_decides_on_its_own_assets_alone() {
    let mut world = World::seeded();
    let owner = Actor::person("web-team", Role::Owner);
    let refused = |world: &mut World, targets: Vec<Named>, call: Call| {
        let request =
            triage::Request { targets, call, reason: "so".to_owned(), intelligence: None };
        came(triage::triage(&owner, &mut world.books, &request, at(NOW)), "an owner")
    };
    let both = vec![Named::Finding(1), Named::Finding(5)];
    assert_eq!(refused(&mut world, both, Call::Confirm), Came::Refused);
    let foreign = Call::Duplicate { of: 5 };
    assert_eq!(refused(&mut world, vec![Named::Finding(1)], foreign), Came::Refused);
    assert_eq!(refused(&mut world, vec![Named::Finding(1)], Call::Confirm), Came::Done);
    assert_eq!(world.entry(), 4);
}

/// An agent that was given an admin's role stays one.
#[test]
fn an_agent_never_decides() {
    let mut world = World::seeded();
    let posing = Actor { name: "model".to_owned(), kind: Kind::Agent, role: Role::Admin };
    assert_eq!(decided(&posing, &mut world.books, 1, Call::Confirm), Came::Proposed);
    let approve = settle::approve(&posing, &mut world.books, 1, "", None, at(NOW));
    assert_eq!(came(approve, "approve"), Came::Refused);
    let shown = show::show(&admin(), &mut world.books, "F-1", at(NOW)).expect("shown");
    let finding = shown.finding.expect("a finding");
    assert!(!finding.decision.confirmed && finding.proposals.len() == 1);
}
