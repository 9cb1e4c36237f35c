//! What a run proves, with every reason why it does not.

use findings::close::{Absent, Proof, Run, Scope, absent, covers};
use vocab::Instant;

fn day(day: u8) -> Instant {
    vocab::instant::parse(&format!("2026-03-{day:02}T00:00:00Z")).unwrap()
}

fn run(at: u8) -> Run {
    Run {
        scanned_at: day(at),
        scope: Scope::Whole,
        incomplete: Vec::new(),
        observations: 12,
        tool_version: "1.4".into(),
        lists_rules: false,
    }
}

fn parts(paths: &[&str]) -> Scope {
    Scope::Parts(paths.iter().map(|&p| p.to_owned()).collect())
}

const CLAIM: Absent<'_> =
    Absent { rule: "B602", rule_met: false, path: "src/a.py", ambiguous: false };

fn check_covers(run: &Run, last: Option<&Run>, expect: &str) {
    let said = covers(run, last).err().unwrap_or_else(|| "covers".to_owned());
    assert_eq!(said, expect);
}

fn check(run: &Run, last: Option<&Run>, claim: &Absent<'_>, expect: &str) {
    let said = match absent(run, last, claim) {
        Proof::Ended(evidence) => format!("ended: {evidence}"),
        Proof::Nothing(why) => format!("open: {why}"),
    };
    assert_eq!(said, expect);
}

#[test]
fn a_run_covers_or_says_why_not() {
    check_covers(&run(2), None, "covers");
    check_covers(&run(2), Some(&run(1)), "covers");
    check_covers(&run(2), Some(&run(2)), "covers");
    check_covers(&run(1), Some(&run(2)), "it is older than the last one, of 2026-03-02T00:00:00Z");
    check_covers(
        &Run { scope: Scope::PullRequest, ..run(2) },
        None,
        "it looked only at what a pull request changed",
    );
    let incomplete = vec!["2 records were dropped".to_owned(), "the run failed".to_owned()];
    check_covers(
        &Run { incomplete, ..run(2) },
        None,
        "it is not whole: 2 records were dropped (and 1 more)",
    );
    check_covers(
        &Run { observations: 0, ..run(2) },
        None,
        "it contains nothing, and a run that failed looks the same",
    );
    check_covers(
        &Run { scope: parts(&[]), ..run(2) },
        None,
        "it names no part of the asset that it looked at",
    );
}

#[test]
fn an_active_rule_that_finds_nothing_ends_a_claim() {
    let whole =
        "ended: the run of 2026-03-02T00:00:00Z looked at the whole asset and no longer has it";
    check(
        &run(2),
        Some(&run(1)),
        &CLAIM,
        &format!("{whole}; the version that has the rule B602, 1.4, is the same"),
    );
    let met = Absent { rule_met: true, ..CLAIM };
    check(&run(2), None, &met, &format!("{whole}; the rule B602 found others"));
    let lists = Run { lists_rules: true, tool_version: "1.5".into(), ..run(2) };
    check(&lists, Some(&run(1)), &met, &format!("{whole}; the rule B602 was active"));
    // A published problem, or no rule at all: there is none that could be off.
    let other = Run { tool_version: "2".into(), ..run(2) };
    check(&other, Some(&run(1)), &Absent { rule: "CVE-2021-23337", ..CLAIM }, whole);
    check(&other, Some(&run(1)), &Absent { rule: "", ..CLAIM }, whole);
}

#[test]
fn a_rule_that_may_be_off_ends_nothing() {
    let lists = Run { lists_rules: true, ..run(2) };
    check(&lists, Some(&run(1)), &CLAIM, "open: it does not list the rule among the active ones");
    let newer = Run { tool_version: "1.5".into(), ..run(2) };
    check(
        &newer,
        Some(&run(1)),
        &CLAIM,
        "open: its version is 1.5 and was 1.4, and nothing shows that the rule is still active; the next run of \
         the same version will tell",
    );
    check(
        &newer,
        None,
        &CLAIM,
        "open: it is the first run, and nothing shows that the rule is active; the next run of the same version \
         will tell",
    );
    let unstated = Run { tool_version: String::new(), ..run(2) };
    check(
        &unstated,
        Some(&unstated.clone()),
        &CLAIM,
        "open: it states neither its rules nor its version, so nothing shows that the rule was still active; name \
         the version (--tool-version), or a person closes this",
    );
}

#[test]
fn what_was_not_looked_at_stays_open() {
    let in_parts = |paths: &[&str], path: &str| {
        let run = Run { scope: parts(paths), ..run(2) };
        absent(&run, Some(&self::run(1)), &Absent { path, ..CLAIM })
    };
    let ended = |proof: Proof| matches!(proof, Proof::Ended(_));
    assert!(ended(in_parts(&["src"], "src/a.py")));
    assert!(ended(in_parts(&["lib", "./src/"], "/src/a.py")));
    assert!(ended(in_parts(&["src/a.py"], "src/a.py")));
    assert!(ended(in_parts(&["."], "src/a.py")));
    assert!(!ended(in_parts(&["sr"], "src/a.py")));
    assert!(!ended(in_parts(&["src/a.py/b"], "src/a.py")));
    assert_eq!(
        in_parts(&["lib"], "src/a.py"),
        Proof::Nothing("it did not look at src/a.py".into())
    );
    assert_eq!(
        in_parts(&["lib"], ""),
        Proof::Nothing("it looked at parts of the asset, and this one has no path".into())
    );
}

#[test]
fn an_ambiguous_claim_stays_open() {
    check(
        &run(2),
        Some(&run(1)),
        &Absent { ambiguous: true, ..CLAIM },
        "open: another one that it contains may be this one",
    );
}

#[test]
fn a_run_that_does_not_cover_ends_nothing_whoever_asks() {
    let pull_request = Run { scope: Scope::PullRequest, ..run(2) };
    check(
        &pull_request,
        Some(&run(1)),
        &Absent { rule_met: true, ..CLAIM },
        "open: it looked only at what a pull request changed",
    );
}
