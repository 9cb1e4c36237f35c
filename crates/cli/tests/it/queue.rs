//! The queue as a new user meets it: nothing there, a first report, decisions, and what is typed wrongly.

use serde_json::Value;

use crate::kill_import::report;
use crate::program::{Place, text};

fn ran(place: &Place, arguments: &[&str]) -> (i32, String, String) {
    let output = place.run(arguments);
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// With one report of three findings on `web`.
fn with_a_report() -> Place {
    let place = Place::new();
    place.write("report.sarif", &report("lint", 3));
    let (code, out, err) = ran(&place, &["import", "report.sarif", "--asset", "web"]);
    assert_eq!(code, 0, "{out}{err}");
    place
}

/// What is wrong, with exit code and remedy; where lines break is the terminal's affair.
fn check(place: &Place, arguments: &[&str], code: i32, expect: &[&str]) {
    let (found, out, err) = ran(place, arguments);
    let said = out + &err;
    assert_eq!(found, code, "{arguments:?}: {said}");
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in expect {
        assert!(flat.contains(part), "{arguments:?}: {part}: {said}");
    }
}

#[test]
fn before_the_first_report_it_says_what_to_do() {
    let place = Place::new();
    for command in ["queue", "stats", "export"] {
        check(
            &place,
            &[command],
            4,
            &["there is no ledger at data/ledger.db", "hint: `gabion import FILE`"],
        );
    }
    assert!(!place.path("data/ledger.db").exists());
    check(&place, &["show", "F-1"], 4, &["there is no ledger"]);
    check(&place, &["triage", "F-1", "confirm"], 4, &["there is no ledger"]);
}

#[test]
fn a_first_report_is_listed_decided_on_and_taken_back() {
    let place = with_a_report();
    let (code, out, _) = ran(&place, &["queue"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("3 findings open. Last report: report.sarif"), "{out}");
    let (_, json, _) = ran(&place, &["queue", "--format", "json"]);
    let queue: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&queue["schema"], &queue["open"]), (&"gabion.queue/1".into(), &3.into()));
    check(&place, &["show", "F-1"], 0, &["F-1", "Who says so (1 claim)", "What would end it"]);
    let (_, json, _) = ran(&place, &["show", "1", "--json"]);
    let shown: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(shown["schema"], "gabion.finding/1");
    let accept = ["triage", "F-1", "accept", "--until", "2099-01-31", "--reason", "so"];
    check(&place, &accept, 0, &["F-1 accept until 2099-01-31 00:00 UTC", "gabion undo E-2"]);
    check(&place, &["queue", "--accepted"], 0, &["Shown: accepted", "accepted until"]);
    check(&place, &["undo", "E-2"], 0, &["Taken back: E-2", "Recorded in E-3"]);
    check(&place, &["close", "F-2", "--reason", "mended"], 0, &["closed as fixed"]);
    check(&place, &["reopen", "F-2", "--reason", "it is back"], 0, &["open again"]);
    check(&place, &["comment", "F-2", "look", "here"], 0, &["Recorded in E-6"]);
    check(&place, &["stats"], 0, &["3 findings open", "E-1 to E-6"]);
    check(&place, &["queue", "--view", "unowned"], 0, &["Shown: view unowned"]);
    check(&place, &["queue", "--severity", "high", "--save", "bad"], 0, &["The view bad is saved"]);
    check(&place, &["queue", "--views"], 0, &["accepted-expiring", "bad severity high"]);
    let (_, lines, err) = ran(&place, &["export"]);
    assert_eq!(lines.lines().count(), 3, "{err}");
    check(&place, &["ledger", "verify", "--deep"], 0, &["The record is whole: 7 entries"]);
}

#[test]
fn an_agent_proposes_and_a_person_settles() {
    let place = with_a_report();
    let propose = ["--role", "agent", "triage", "F-1", "false-positive", "--reason", "a constant"];
    check(&place, &propose, 0, &["P-1 for F-1 proposed to close", "waits for a person"]);
    check(&place, &["--role", "agent", "triage", "approve", "P-1"], 2, &["(agent) may not settle"]);
    check(&place, &["--role", "agent", "undo", "E-1"], 2, &["may not undo", "hint:"]);
    check(&place, &["--role", "viewer", "ledger", "export"], 2, &["only an admin may"]);
    check(&place, &["queue", "--proposals"], 0, &["X-1"]);
    check(&place, &["triage", "approve", "P-1"], 0, &["closed as a false positive"]);
}

#[test]
fn what_is_typed_wrongly_is_told_with_its_remedy() {
    let place = with_a_report();
    check(&place, &["show", "F-99"], 2, &["there is no F-99", "hint: `gabion queue`"]);
    check(&place, &["show", "E-1"], 2, &["neither a finding nor a fix", "F-12 and fixes X-3"]);
    let absent = ["«CVE-1999-0001»", "hint:", "gabion explain"];
    check(&place, &["show", "CVE-1999-0001"], 2, &absent);
    // «Nothing matches» would be a wrong answer to a word that there is not.
    let words = ["«urgent» is no severity", "critical, high"];
    check(&place, &["queue", "--severity", "high,urgent"], 2, &words);
    check(&place, &["queue", "--severity", "urgent", "--save", "x"], 2, &words);
    check(&place, &["export", "--class", "virus"], 2, &["«virus» is no class", "dependency, code"]);
    check(&place, &["queue", "--exposure", "dmz"], 2, &["«dmz» is no exposure", "isolated"]);
    check(&place, &["queue", "--asset", "Shop"], 0, &["Nothing matches", "capitals"]);
    check(&place, &["queue", "--forget", "overdue"], 2, &["is built in"]);
    check(&place, &["undo", "F-1"], 2, &["«F-1» is no entry", "E-12"]);
    check(&place, &["undo", "E-9"], 2, &["there is no E-9: the last entry is E-1"]);
    check(&place, &["triage", "F-1"], 2, &["requires a subcommand"]);
    check(&place, &["triage", "F-1", "false-positive"], 2, &["needs a reason", "--reason"]);
    let past = ["triage", "F-1", "accept", "--until", "2020-01-01", "--reason", "x"];
    check(&place, &past, 2, &["2020-01-01 00:00 UTC has passed", "name a date to come"]);
    let odd = ["triage", "F-1", "accept", "--until", "tomorrow", "--reason", "x"];
    check(&place, &odd, 2, &["«tomorrow» is no date", "write 30d, or 2026-11-21"]);
    check(&place, &["--role", "root", "queue"], 2, &["«root» is no role", "viewer, triager"]);
    check(&place, &["queue", "--view", "nothing"], 2, &["there is no view «nothing»", "overdue"]);
    check(
        &place,
        &["ledger", "verify", "--head", "3"],
        2,
        &["«3» is no head", "gabion ledger head"],
    );
    check(&place, &["ledger", "import", "absent"], 2, &["cannot read absent"]);
}

#[test]
fn a_ledger_that_is_none_is_said() {
    let place = Place::new();
    place.write(
        "data/ledger.db",
        "this is no database, and long enough to be read as one at first sight",
    );
    check(&place, &["queue"], 4, &["ledger.db", "hint:"]);
    check(&place, &["--database", "tree", "queue"], 4, &["tree", "hint:"]);
}

#[test]
fn a_record_moves_and_a_backup_holds() {
    let place = with_a_report();
    check(&place, &["ledger", "export", "-o", "record.jsonl"], 0, &["Wrote", "keep it safe"]);
    let import = ["--database", "second.db", "ledger", "import", "record.jsonl"];
    check(&place, &import, 0, &["equal to the export's"]);
    let (_, first, _) = ran(&place, &["ledger", "head"]);
    let (_, second, _) = ran(&place, &["--database", "second.db", "ledger", "head"]);
    assert!(!first.is_empty() && first == second, "{first}{second}");
    check(&place, &["ledger", "verify", "--head", first.trim()], 0, &["The record is whole"]);
    check(&place, &["ledger", "backup", "copy.db"], 0, &["copied to copy.db"]);
    check(&place, &["ledger", "backup", "copy.db"], 2, &["is there already"]);
    check(&place, &["--database", "copy.db", "queue"], 0, &["3 findings open"]);
    check(&place, &["ledger", "imports"], 0, &["report.sarif (sarif): 3 observations, 3 new"]);
    check(&place, &["ledger", "retention", "400d"], 0, &["Recorded in E-2"]);
    check(&place, &["ledger", "role", "eve", "viewer"], 0, &["Recorded in E-3"]);
    check(&place, &["ledger", "role", "eve"], 0, &["eve is viewer."]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = with_a_report();
    for arguments in
        [&["queue"][..], &["queue", "--json"], &["show", "F-1"], &["stats"], &["export"]]
    {
        assert_eq!(place.code_unread(arguments), Some(0), "{arguments:?}");
    }
}
