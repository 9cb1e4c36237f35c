//! Each rule by which a statement counts or does not.

use std::path::Path;
use std::sync::Arc;

use formats::vex::{self, Asset, Purl, Subject};

use super::{Applying, Source, Statements, load};
use crate::report::{Finding, Kev, Report, Signals};
use crate::scan::{Request, Target};

const NOT_AFFECTED: &str = r#""status": "not_affected", "justification": "component_not_present""#;

/// An OpenVEX document of one statement about `pkg:npm/a` and CVE-2026-1.
fn openvex(says: &str, dated: &str) -> String {
    let dated =
        if dated.is_empty() { String::new() } else { format!("\"timestamp\": \"{dated}\",") };
    format!(
        r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "vex", "author": "Acme", {dated}
 "statements": [{{"vulnerability": {{"name": "cve-2026-1"}}, "products": [{{"@id": "pkg:npm/a"}}], {says}}}]}}"#
    )
}

fn source(display: &str, trusted: bool, text: &str) -> Source {
    let document = vex::read(text.as_bytes()).expect("a document");
    Source { display: display.to_owned(), trusted, document }
}

fn finding() -> Finding {
    let now = vocab::instant::parse("2026-11-21").expect("an instant");
    let report: Report = crate::demo::demo(now).expect("the demo");
    let first = report.findings.into_iter().next().expect("a finding");
    Finding {
        advisory: "CVE-2026-1".into(),
        aliases: Arc::new(["CVE-2026-1".to_owned(), "GHSA-1".to_owned()]),
        records: Arc::new(["GHSA-1".to_owned()]),
        name: "a".to_owned(),
        version: "1".to_owned(),
        asset: "shop".into(),
        kind: "vulnerability".to_owned(),
        signals: Arc::new(Signals::default()),
        ..first
    }
}

fn subject() -> Subject {
    Subject { purls: Purl::parse("pkg:npm/a@1").into_iter().collect(), ..Subject::default() }
}

/// What becomes of a finding: «out» with the statement, or «in» with those listed on it; then what is told.
fn check(sources: Vec<Source>, change: impl FnOnce(&mut Finding)) -> String {
    let statements = Statements::of(sources);
    let mut applying: Applying<'_> = statements.applying();
    let mut finding = finding();
    change(&mut finding);
    let out = applying.decide(&mut finding, &subject(), &Asset::default());
    let mut lines = Vec::new();
    let show = |s: &crate::report::Statement| {
        let dated = s.dated.map_or_else(|| "undated".to_owned(), |d| d.to_string());
        let why = s.justification.as_deref().unwrap_or("-");
        format!("{} {why} «{}» by {} {dated} in {}", s.status, s.text, s.author, s.origin)
    };
    match &out {
        Some(statement) => lines.push(format!("out: {}", show(statement))),
        None => lines.push("in".to_owned()),
    }
    lines.extend(finding.vex.iter().map(|s| format!("listed: {}", show(s))));
    lines.extend(statements.warnings().iter().cloned().chain(applying.finish()));
    lines.join("\n")
}

fn one(display: &str, says: &str, dated: &str) -> Source {
    source(display, true, &openvex(says, dated))
}

#[test]
fn a_statement_takes_its_finding_out_with_its_author_and_date() {
    insta::assert_snapshot!(check(vec![one("vex.json", NOT_AFFECTED, "2026-01-01")], |_| {}), @"out: not_affected component_not_present «» by Acme 2026-01-01T00:00:00Z in vex.json:2");
    insta::assert_snapshot!(check(vec![one("vex.json", r#""status": "fixed""#, "2026-01-01")], |_| {}), @"out: fixed - «» by Acme 2026-01-01T00:00:00Z in vex.json:2");
    let words = r#""status": "not_affected", "impact_statement": "not built in""#;
    insta::assert_snapshot!(check(vec![one("vex.json", words, "")], |_| {}), @"out: not_affected - «not built in» by Acme undated in vex.json:2");
}

#[test]
fn the_other_states_are_listed_on_it() {
    let affected = r#""status": "affected", "action_statement": "upgrade""#;
    insta::assert_snapshot!(check(vec![one("vex.json", affected, "2026-01-01")], |_| {}), @"
    in
    listed: affected - «upgrade» by Acme 2026-01-01T00:00:00Z in vex.json:2
    ");
}

#[test]
fn names_are_gathered_only_where_a_statement_names_an_id() {
    let none = Statements::default();
    assert!(none.is_empty() && !none.applying().names(&finding()));
    let statements = Statements::of(vec![one("vex.json", NOT_AFFECTED, "")]);
    assert!(statements.applying().names(&finding()));
    let other =
        Finding { advisory: "X".into(), aliases: Arc::new([]), records: Arc::new([]), ..finding() };
    assert!(!statements.applying().names(&other));
}

#[test]
fn another_vulnerability_or_product_changes_nothing() {
    let other = |f: &mut Finding| {
        f.advisory = "CVE-2026-2".into();
        f.aliases = Arc::new(["CVE-2026-2".to_owned()]);
        f.records = Arc::new([]);
    };
    insta::assert_snapshot!(check(vec![one("vex.json", NOT_AFFECTED, "")], other), @"in");
    let text = openvex(NOT_AFFECTED, "").replace("pkg:npm/a", "pkg:npm/a@2");
    insta::assert_snapshot!(check(vec![source("vex.json", true, &text)], |_| {}), @"
    in
    vex.json: 1 of its statements name vulnerabilities found here, but other products or versions, such as «pkg:npm/a@2»
    ");
}

#[test]
fn the_later_statement_wins_and_without_a_date_the_finding_stays() {
    let affected = |dated: &str| one("b.json", r#""status": "under_investigation""#, dated);
    let clear = |dated: &str| {
        source("a.json", true, &openvex(NOT_AFFECTED, dated).replace("\"vex\"", "\"other\""))
    };
    let run = |a: &str, b: &str| check(vec![clear(a), affected(b)], |_| {});
    assert!(run("2026-02-02", "2026-01-01").starts_with("out: not_affected"));
    insta::assert_snapshot!(run("2026-01-01", "2026-02-02"), @"
    in
    listed: under_investigation - «» by Acme 2026-02-02T00:00:00Z in b.json:2
    ");
    insta::assert_snapshot!(run("2026-01-01", "2026-01-01"), @"
    in
    listed: under_investigation - «» by Acme 2026-01-01T00:00:00Z in b.json:2
    a.json:2 states «not_affected» and b.json:2 «under_investigation» of the same component, and no date decides: the finding stays in the queue
    ");
    for (a, b) in [("", "2026-01-01"), ("2026-01-01", ""), ("", "")] {
        assert!(run(a, b).contains("no date decides"), "{a} {b}");
    }
}

#[test]
fn a_claim_without_a_reason_is_not_applied() {
    insta::assert_snapshot!(check(vec![one("vex.json", r#""status": "not_affected""#, "")], |_| {}), @"
    in
    vex.json:2: «not_affected» without a justification or an impact statement is not applied
    ");
    let unknown = r#""status": "not_affected", "justification": "luck""#;
    assert!(check(vec![one("vex.json", unknown, "")], |_| {}).starts_with("in\n"));
}

#[test]
fn a_document_of_the_tree_takes_nothing_out_and_may_keep_a_finding_in() {
    let tree = |says: &str, dated| source("tree/vex.json", false, &openvex(says, dated));
    insta::assert_snapshot!(check(vec![tree(NOT_AFFECTED, "2026-01-01")], |_| {}), @"
    in
    tree/vex.json: «not_affected» inside the scanned tree is not applied; --trust-config applies it, or give a file that lies elsewhere
    ");
    let outside = one("out.json", NOT_AFFECTED, "2026-01-01");
    let kept =
        check(vec![tree(r#""status": "under_investigation""#, "2026-02-01"), outside], |_| {});
    assert!(kept.starts_with("in\nlisted: under_investigation"), "{kept}");
    // A newer version inside the tree does not replace what lies outside.
    let outside = one("out.json", NOT_AFFECTED, "2026-01-01");
    let out = check(vec![tree(NOT_AFFECTED, "2026-02-01"), outside], |_| {});
    assert!(out.starts_with("out: not_affected"), "{out}");
}

#[test]
fn malicious_packages_stay_and_exploited_ones_are_told() {
    let malicious = |f: &mut Finding| f.kind = "malicious".to_owned();
    insta::assert_snapshot!(check(vec![one("vex.json", NOT_AFFECTED, "2026-01-01")], malicious), @"
    in
    listed: not_affected component_not_present «» by Acme 2026-01-01T00:00:00Z in vex.json:2
    vex.json:2: «not_affected» is not applied to a malicious package
    ");
    let exploited = |f: &mut Finding| {
        let kev = Kev { cve: "CVE-2026-1".into(), added: f.first_seen, ransomware: false };
        f.signals = Arc::new(Signals { kev: Some(kev), ..Signals::default() });
    };
    insta::assert_snapshot!(check(vec![one("vex.json", NOT_AFFECTED, "2026-01-01")], exploited), @"
    out: not_affected component_not_present «» by Acme 2026-01-01T00:00:00Z in vex.json:2
    CVE-2026-1 in a 1 on shop is known to be exploited, and out of the queue on the word of Acme alone («not_affected», vex.json:2)
    ");
}

#[test]
fn a_newer_version_of_a_document_replaces_it() {
    let old = one("old.json", NOT_AFFECTED, "2026-01-01");
    let new = one("new.json", r#""status": "under_investigation""#, "2026-02-01");
    insta::assert_snapshot!(check(vec![old, new], |_| {}), @"
    in
    listed: under_investigation - «» by Acme 2026-02-01T00:00:00Z in new.json:2
    old.json: none of its statements applies: another version of it is newer
    ");
}

#[test]
fn drafts_and_withdrawn_documents_are_silent() {
    let csaf = |category: &str, status: &str| {
        let text = format!(
            r#"{{"document": {{"category": "{category}", "csaf_version": "2.0", "publisher": {{"name": "V"}},
 "tracking": {{"id": "1", "status": "{status}", "version": "1"}}}},
 "product_tree": {{"full_product_names": [{{"product_id": "a", "name": "A",
   "product_identification_helper": {{"purl": "pkg:npm/a"}}}}]}},
 "vulnerabilities": [{{"cve": "CVE-2026-1", "product_status": {{"fixed": ["a"]}}}}]}}"#
        );
        check(vec![source("v.json", true, &text)], |_| {})
    };
    assert!(csaf("csaf_vex", "final").starts_with("out: fixed"));
    insta::assert_snapshot!(csaf("csaf_vex", "draft"), @"
    in
    v.json: none of its statements applies: it is a draft
    ");
    insta::assert_snapshot!(csaf("csaf_withdrawn", "final"), @"
    in
    v.json: none of its statements applies: its author withdrew it
    ");
}

#[test]
fn where_a_document_lies_decides_whether_it_is_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = folder.path().join("tree");
    std::fs::create_dir_all(tree.join(".git")).expect("made");
    std::fs::create_dir_all(tree.join("app")).expect("made");
    let write = |path: &Path| {
        std::fs::write(path, openvex(NOT_AFFECTED, "")).expect("written");
        Target::new(path)
    };
    let files = [
        write(&folder.path().join("out.json")),
        write(&tree.join("app/in.json")),
        write(&tree.join("around.json")),
        Target::new(folder.path().join("absent.json")),
    ];
    std::fs::write(folder.path().join("bad.json"), "{\n oops").expect("written");
    let files: Vec<Target> =
        files.into_iter().chain([Target::called(folder.path().join("bad.json"), "bad")]).collect();
    let mut request = Request::of(vec![Target::new(tree.join("app"))]);
    let trusted = |request: &Request| {
        let mut unread = Vec::new();
        let statements = load(&files, request, &mut unread);
        assert_eq!(unread.len(), 2, "{unread:?}");
        assert_eq!((unread[1].path.as_str(), unread[1].line), ("bad", 2));
        statements.sources.iter().map(|s| s.trusted).collect::<Vec<_>>()
    };
    assert_eq!(trusted(&request), [true, false, false]);
    request.trust_config = true;
    assert_eq!(trusted(&request), [true, true, true]);
}
