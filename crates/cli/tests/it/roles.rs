//! The least of all roles acts: every use case around the ledger, with roles given at every place of the line and in the
//! environment.

use crate::kill_import::report;
use crate::program::{Place, text};

/// A line for each use case that an agent may not do, and what it would leave behind.
const LINES: &[&str] = &[
    "import more.sarif --asset web",
    "scan tree --record --allow-incomplete",
    "verify",
    "source set lint --asset web --whole --reason x",
    "ref end refs/pull/7/merge",
    "triage approve P-1",
    "triage reject P-1 --reason x",
    "undo E-1",
    "queue --severity high --save bad",
    "ledger export",
    "ledger import record.jsonl",
    "ledger backup copy.db",
    "ledger role mallory admin",
    "ledger role local -",
    "ledger retention 30d",
    "ledger prune",
];

/// A line for each use case that an agent may only propose.
const PROPOSED: &[&str] = &[
    "triage F-1 confirm",
    "triage F-1 false-positive --reason x",
    "triage F-1 duplicate-of F-2 --reason x",
    "triage F-1 accept --until 2099-01-31 --reason x",
    "triage F-1 assign eve",
    "triage F-1 exposure isolated --reason x",
    "triage F-1 severity low --reason x",
    "triage F-1 link F-2 --reason x",
    "triage F-2 split --source lint --reason x",
    "close F-1 --reason x",
    "reopen F-3 --reason x",
];

/// The line with roles put in: before the command, behind its first word, at the end.
fn with_roles<'w>(line: &'w str, places: [&[&'w str]; 3]) -> Vec<&'w str> {
    let words: Vec<&str> = line.split(' ').collect();
    let (first, rest) = words.split_at(1);
    [places[0], first, places[1], rest, places[2]].concat()
}

#[test]
fn the_least_of_all_roles_acts_wherever_it_stands() {
    let place = Place::synced();
    place.write("report.sarif", &report("lint", 3));
    place.write("more.sarif", &report("other", 3));
    assert_eq!(place.code(&["import", "report.sarif", "--asset", "web"]), 0);
    assert_eq!(place.code(&["--role", "agent", "triage", "F-2", "confirm"]), 0);
    assert_eq!(place.code(&["close", "F-3", "--reason", "x"]), 0);
    place.write("record.jsonl", "");
    let head = || text(&place.run(&["ledger", "head"]).stdout);
    let before = head();
    let (agent, admin): (&[&str], &[&str]) = (&["--role", "agent"], &["--role=admin"]);
    let both: &[&str] = &["--role", "agent", "--role", "admin"];
    let places: [([&[&str]; 3], &str); 7] = [
        ([agent, &[], admin], ""),
        ([admin, agent, &[]], ""),
        ([admin, &[], agent], ""),
        ([agent, admin, admin], ""),
        ([&[], &[], both], "admin"),
        ([&[], &[], &[]], "agent"),
        ([admin, &[], admin], "agent"),
    ];
    for (roles, around) in places {
        let ran = |line: &str| {
            let mut command = place.command(&with_roles(line, roles));
            let output = command.env("GABION_ROLE", around).output().expect("started");
            (output.status.code(), text(&output.stdout) + &text(&output.stderr))
        };
        for line in LINES {
            let (code, said) = ran(line);
            assert_eq!(code, Some(2), "{line} {roles:?} {around}: {said}");
            assert!(said.contains("(agent) may not"), "{line} {roles:?} {around}: {said}");
        }
        assert_eq!(head(), before, "{roles:?} {around}: something was appended");
    }
    // What is proposed is an entry of its own: one place of each is enough to see that nothing was decided.
    for (line, (roles, around)) in PROPOSED.iter().zip(places.iter().cycle()) {
        let mut command = place.command(&with_roles(line, *roles));
        let output = command.env("GABION_ROLE", around).output().expect("started");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains("waits for a person"), "{line} {roles:?} {around}: {said}");
    }
}

#[test]
fn the_role_that_the_ledger_gives_is_never_exceeded() {
    let place = Place::new();
    place.write("report.sarif", &report("lint", 3));
    assert_eq!(place.code(&["import", "report.sarif", "--asset", "web"]), 0);
    assert_eq!(place.code(&["ledger", "role", "local", "viewer"]), 0);
    for line in ["--role admin comment F-1 x", "comment F-1 x --role triager", "comment F-1 x"] {
        let words: Vec<&str> = line.split(' ').collect();
        let output = place.command(&words).env("GABION_ROLE", "admin").output().expect("started");
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(text(&output.stderr).contains("(viewer) may not"), "{}", text(&output.stderr));
    }
    let unknown = place.command(&["queue"]).env("GABION_ROLE", "root").output().expect("started");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("GABION_ROLE «root» is no role"));
}
