//! What a run proves: the five things, each yes, no or not said.

mod bounds;

use findings::close::{Answer, Reporting, Run, Scope, Statement, Which, judge};
use findings::coverage::{Coverage, Filter, Ground, MAX_PLACES, Target, ground};
use findings::observation::{Component, Confidence, Endpoint, Location};
use findings::tools::{Cap, Counted};
use findings::{Class, Fact, Observation};
use vocab::{Instant, Severity};

fn day(day: u8) -> Instant {
    vocab::instant::parse(&format!("2026-03-{day:02}T00:00:00Z")).unwrap()
}

/// A place in code.
fn code(rule: &str, path: &str) -> Observation {
    Observation {
        rule: rule.into(),
        title: format!("{rule} in {path}"),
        severity: Severity::Medium,
        locations: vec![Location { path: path.into(), line: 3, ..Location::default() }],
        ..Observation::default()
    }
}

fn package(id: &str, manifest: &str, fixed: &[&str]) -> Observation {
    Observation {
        class: Class::Dependency,
        rule: id.into(),
        ids: vec![id.into()],
        severity: Severity::High,
        component: Some(Component {
            name: "lattice".into(),
            fixed_in: fixed.iter().map(|f| (*f).to_owned()).collect(),
            ..Component::default()
        }),
        locations: vec![Location { path: manifest.into(), ..Location::default() }],
        ..Observation::default()
    }
}

fn host(rule: &str, host: &str, port: u16) -> Observation {
    Observation {
        class: Class::Host,
        rule: rule.into(),
        severity: Severity::High,
        ids: vec!["CVE-2016-2183".into()],
        endpoint: Some(Endpoint {
            host: host.into(),
            port,
            protocol: "tcp".into(),
            ..Endpoint::default()
        }),
        ..Observation::default()
    }
}

/// The run of the second day with these claims, which tells these facts.
fn run(claims: &[Observation], facts: &[Fact]) -> Run {
    let mut coverage = Coverage::default();
    facts.iter().for_each(|fact| coverage.tell(fact));
    claims.iter().for_each(|claim| coverage.saw(claim));
    Run {
        scanned_at: day(2),
        observations: claims.len() as u64,
        tool_version: "1.4".into(),
        rules_version: coverage.rules_version.clone(),
        coverage,
        ..Run::default()
    }
}

fn last() -> Reporting {
    Reporting { scanned_at: day(1), tool_version: "1.4".into(), ..Reporting::default() }
}

fn of(claim: &Observation) -> Ground {
    ground(std::slice::from_ref(claim), "", "")
}

/// `ended`, or what is missing: `target: no, rule: not said`.
fn said(run: &Run, claim: &Ground, last: &Reporting, statement: Option<&Statement>) -> String {
    let judgement = judge(run, Some(claim), last, statement, false);
    if judgement.ended() {
        return "ended".to_owned();
    }
    let missing = judgement.missing().map(|(which, answer)| {
        let word = if matches!(answer, Answer::No(_)) { "no" } else { "not said" };
        format!("{}: {word}", which.as_str())
    });
    missing.collect::<Vec<_>>().join(", ")
}

fn check(run: &Run, claim: &Observation, expect: &str) {
    assert_eq!(said(run, &of(claim), &last(), None), expect);
}

fn statement() -> Statement {
    Statement { by: "ann says so".into(), kinds: Vec::new() }
}

#[test]
fn silence_is_not_said_and_another_claim_of_its_like_answers() {
    let gone = code("B602", "src/a.py");
    let silent = "target: not said, rule: not said";
    check(&run(&[code("B101", "src/b.py")], &[]), &gone, silent);
    check(&run(&[code("B101", "src/a.py")], &[]), &gone, "rule: not said");
    check(&run(&[code("B602", "src/a.py")], &[]), &gone, "ended");
    let other_kind = Observation { class: Class::Secret, ..code("B602", "src/a.py") };
    check(&run(&[other_kind], &[]), &gone, "kind: not said, filter: not said");
    let worse = Observation { severity: Severity::High, ..code("B602", "src/a.py") };
    check(&run(std::slice::from_ref(&worse), &[]), &gone, "filter: not said");
    let unrated = Observation { severity: Severity::Unknown, ..code("B602", "src/a.py") };
    check(&run(std::slice::from_ref(&unrated), &[]), &gone, "ended");
    check(&run(&[unrated, worse.clone()], &[]), &gone, "filter: not said");
    let lower = Observation { severity: Severity::Low, ..code("B602", "src/a.py") };
    check(&run(&[lower], &[]), &gone, "ended");
}

#[test]
fn what_the_document_says_decides() {
    let gone = code("B602", "src/a.py");
    let others = [code("B101", "src/b.py")];
    let with = |facts: &[Fact]| run(&others, facts);
    let file = |path: &str| Fact::Looked(Target::file(path));
    let rule = Fact::ActiveRule("B602".into());
    check(&with(&[file("src/a.py"), rule.clone()]), &gone, "ended");
    check(&with(&[file("src/b.py"), rule.clone()]), &gone, "target: no");
    check(&with(&[Fact::Looked(Target::folder("src")), rule.clone()]), &gone, "ended");
    check(&with(&[Fact::Looked(Target::folder("lib")), rule.clone()]), &gone, "target: no");
    let missed = Fact::Missed(Target::file("src/a.py"));
    check(&with(&[file("src/a.py"), missed, rule.clone()]), &gone, "target: no");
    let off = Fact::InactiveRule("B602".into());
    check(&with(&[file("src/a.py"), rule.clone(), off]), &gone, "rule: no");
    let all = [file("src/a.py"), Fact::ActiveRule("B101".into()), Fact::AllRules];
    check(&with(&all), &gone, "rule: no");
    let asked = |kind: Class| with(&[file("src/a.py"), rule.clone(), Fact::Kind(kind)]);
    check(&asked(Class::Code), &gone, "ended");
    check(&asked(Class::Secret), &gone, "kind: no");
    let passed = Fact::PassedAt("B602".into(), Target::file("src/a.py"));
    check(&with(std::slice::from_ref(&passed)), &gone, "ended");
    // A result that is told is a result, whatever else the run contains.
    check(&run(&[], std::slice::from_ref(&passed)), &gone, "ended");
    let worse = Fact::Filter(Filter::Severity(Severity::High));
    check(&run(&[], &[passed, worse]), &gone, "filter: no");
}

#[test]
fn what_is_told_in_part_says_nothing_of_the_rest() {
    let gone = code("B602", "src/a.py");
    let others = [Observation { class: Class::Secret, ..code("B101", "src/b.py") }];
    let facts = [
        Fact::ActiveRule("B602".into()),
        Fact::Filter(Filter::None),
        Fact::LookedAmong(Target::file("src/a.py")),
        Fact::KindAmong(Class::Code),
    ];
    check(&run(&others, &facts), &gone, "ended");
    check(&run(&others, &facts), &code("B602", "src/c.py"), "target: not said");
    check(&run(&others, &facts[..3]), &gone, "kind: not said");
    let host = Observation { class: Class::Host, ..gone };
    check(&run(&others, &facts), &host, "kind: not said");
}

#[test]
fn filters_hide_what_they_hide() {
    let gone = code("B602", "src/a.py");
    let other = Observation { severity: Severity::Critical, ..code("B602", "src/a.py") };
    let with = |filter: Filter| run(std::slice::from_ref(&other), &[Fact::Filter(filter)]);
    check(&with(Filter::None), &gone, "ended");
    check(&with(Filter::Severity(Severity::Medium)), &gone, "ended");
    check(&with(Filter::Severity(Severity::High)), &gone, "filter: no");
    check(&with(Filter::Without("src".into())), &gone, "filter: no");
    check(&with(Filter::Only(vec!["lib/**".into()])), &gone, "filter: no");
    let sure = Observation { confidence: Confidence::Low, ..gone.clone() };
    check(&with(Filter::Confidence(Confidence::High)), &sure, "filter: no");
    // A filter that Gabion does not understand hides nothing that the same one has shown.
    let tagged =
        run(std::slice::from_ref(&gone), &[Fact::Filter(Filter::Other("tag fast".into()))]);
    check(&tagged, &gone, "filter: not said");
    let before = Reporting { configuration: vec!["filter: tag fast".into()], ..last() };
    assert_eq!(said(&tagged, &of(&gone), &before, None), "ended");
    let unfixed = package("CVE-1", "go.mod", &[]);
    let fixed = package("CVE-2", "go.mod", &["2.0"]);
    check(&run(std::slice::from_ref(&fixed), &[]), &unfixed, "filter: not said");
    check(&run(&[package("CVE-3", "go.mod", &[])], &[]), &unfixed, "ended");
    check(
        &run(std::slice::from_ref(&fixed), &[Fact::Filter(Filter::OnlyFixed)]),
        &unfixed,
        "filter: no",
    );
    check(&run(&[package("CVE-3", "go.mod", &[])], &[]), &fixed, "ended");
}

#[test]
fn filters_past_the_bound_hide_what_is_not_known() {
    let gone = code("B602", "x200/a.py");
    let other = code("B602", "x200/a.py");
    let filters = |most: usize| -> Vec<Fact> {
        (0..most).map(|n| Fact::Filter(Filter::Without(format!("x{n}")))).collect()
    };
    check(&run(std::slice::from_ref(&other), &filters(200)), &gone, "ended");
    check(&run(std::slice::from_ref(&other), &filters(201)), &gone, "filter: not said");
}

#[test]
fn every_place_has_to_be_looked_at() {
    let both =
        [package("CVE-1", "services/a/go.mod", &[]), package("CVE-1", "services/b/go.mod", &[])];
    let claim = ground(&both, "", "");
    let others = [package("CVE-2", "services/a/go.mod", &[])];
    let parts = Scope::Parts(vec!["services/a".into()]);
    let run_a = Run { scope: parts, ..run(&others, &[]) };
    assert_eq!(said(&run_a, &claim, &last(), None), "target: no");
    let whole = Run { scope: Scope::Whole, ..run(&others, &[]) };
    assert_eq!(said(&whole, &claim, &last(), None), "ended");
    let silent = run(&others, &[]);
    assert_eq!(said(&silent, &claim, &last(), None), "target: not said");
}

#[test]
fn past_the_bound_of_places_only_a_whole_run_ends_it() {
    let at = |n: usize| code("B602", &format!("src/{n}.py"));
    let many: Vec<Observation> = (0..=MAX_PLACES).map(at).collect();
    let facts: Vec<Fact> =
        many.iter().map(|o| Fact::Looked(Target::file(&o.locations[0].path))).collect();
    let facts = [facts, vec![Fact::ActiveRule("B602".into())]].concat();
    let run = run(&[code("B101", "src/1.py")], &facts);
    assert_eq!(said(&run, &ground(&many, "", ""), &last(), None), "target: not said");
    assert_eq!(said(&run, &ground(&many[1..], "", ""), &last(), None), "ended");
    let whole = Run { scope: Scope::Whole, ..run };
    assert_eq!(said(&whole, &ground(&many, "", ""), &last(), None), "ended");
}

#[test]
fn another_host_port_or_image_is_another_target() {
    let gone = host("42873", "10.1.0.7", 443);
    let other = host("42873", "10.2.0.9", 443);
    let listed = |hosts: &[&str]| -> Vec<Fact> {
        hosts.iter().map(|h| Fact::Looked(Target::host(h))).collect()
    };
    check(
        &run(std::slice::from_ref(&other), &listed(&["10.2.0.9"])),
        &gone,
        "target: no, rule: not said",
    );
    check(&run(std::slice::from_ref(&other), &[]), &gone, "target: not said, rule: not said");
    let whole =
        Run { scope: Scope::Whole, ..run(std::slice::from_ref(&other), &listed(&["10.2.0.9"])) };
    check(&whole, &gone, "target: no, rule: not said");
    let mut facts = listed(&["10.1.0.7", "10.2.0.9"]);
    facts.push(Fact::ActiveRule("42873".into()));
    check(&run(std::slice::from_ref(&other), &facts), &gone, "ended");
    let ports =
        |first, last| [facts.clone(), vec![Fact::Ports("tcp".into(), first, last)]].concat();
    check(&run(std::slice::from_ref(&other), &ports(1, 1000)), &gone, "ended");
    check(&run(std::slice::from_ref(&other), &ports(1, 100)), &gone, "target: no");
    facts.push(Fact::Missed(Target::host("10.1.0.7")));
    check(&run(&[other], &facts), &gone, "target: no");

    let claim = ground(&[package("CVE-1", "go.mod", &["2"])], "web:1.0", "sha256:aa");
    let image = |name: &str, digest: &str| {
        let mut run = run(&[package("CVE-2", "go.mod", &[])], &[Fact::Digest(digest.into())]);
        run.coverage.subject(name);
        run
    };
    assert_eq!(said(&image("web:1.0", "sha256:bb"), &claim, &last(), None), "ended");
    assert_eq!(said(&image("web:9", "sha256:aa"), &claim, &last(), None), "ended");
    assert_eq!(said(&image("web:9", "sha256:bb"), &claim, &last(), None), "target: not said");
    assert_eq!(said(&image("web:9", ""), &claim, &last(), Some(&statement())), "ended");
    assert_eq!(said(&image("worker:1.0", ""), &claim, &last(), Some(&statement())), "target: no");
}

#[test]
fn what_was_found_signed_in_only_a_signed_in_run_ends() {
    let gone = host("42873", "h", 443);
    let claim = Ground { signed_in: Some(true), ..of(&gone) };
    let with = |signed: &[Fact]| run(&[host("42873", "h", 443)], signed);
    assert_eq!(said(&with(&[]), &claim, &last(), None), "rule: not said");
    for (is, expect) in [(true, "ended"), (false, "rule: no")] {
        let facts = [Fact::SignedIn(Target::host("h"), is)];
        assert_eq!(said(&with(&facts), &claim, &last(), None), expect);
        let of_run = [Fact::SignedIn(Target::run(), is)];
        assert_eq!(said(&with(&of_run), &claim, &last(), None), expect);
    }
    check(&with(&[]), &gone, "ended");
}

#[test]
fn where_a_rule_was_not_evaluated_nothing_of_it_has_ended() {
    let gone = code("B602", "src/a.py");
    let others = [code("B602", "src/b.py")];
    let with = |rule: &str, at: Target| {
        let looked = Fact::Looked(Target::file("src/a.py"));
        let active = Fact::ActiveRule("B602".into());
        run(&others, &[looked, active, Fact::NotRunAt(rule.into(), at)])
    };
    check(&with("B101", Target::file("src/a.py")), &gone, "ended");
    check(&with("B602", Target::file("src/b.py")), &gone, "ended");
    for at in [Target::file("src/a.py"), Target::run()] {
        let run = with("B602", at);
        check(&run, &gone, "rule: no");
        assert_eq!(said(&run, &of(&gone), &last(), Some(&statement())), "rule: no");
    }
    // Of a claim with more places than are kept any may be the one.
    let many = Ground { more: true, ..of(&gone) };
    let run = Run { scope: Scope::Whole, ..with("B602", Target::file("src/z.py")) };
    assert_eq!(said(&run, &many, &last(), None), "rule: no");
}

#[test]
fn versions_of_tool_and_rules_are_those_of_the_run_that_reported_it() {
    let gone = code("B602", "src/a.py");
    let others = [code("B101", "src/a.py")];
    let plain = run(&others, &[]);
    check(&plain, &gone, "rule: not said");
    check(&Run { rules_built_in: true, ..plain.clone() }, &gone, "ended");
    let newer = Run { rules_built_in: true, tool_version: "2.0".into(), ..plain.clone() };
    check(&newer, &gone, "rule: not said");
    assert_eq!(said(&newer, &of(&gone), &last(), Some(&statement())), "rule: not said");
    let feed = Run { feed: true, ..newer };
    assert_eq!(said(&feed, &of(&gone), &last(), Some(&statement())), "rule: not said");
    let news = Run { feed: true, rules_version: "8".into(), ..plain.clone() };
    let of_7 = Reporting { rules_version: "7".into(), ..last() };
    assert_eq!(said(&news, &of(&gone), &of_7, Some(&statement())), "ended");
    let fixed = Run { feed: false, ..news };
    assert_eq!(said(&fixed, &of(&gone), &of_7, Some(&statement())), "rule: not said");
    for none in ["dev", "(devel)", "Latest", "UNKNOWN", "nightly", "main", "0.0.0", "v0.0.0", "n/a"]
    {
        let built = Run { rules_built_in: true, tool_version: none.into(), ..plain.clone() };
        let before = Reporting { tool_version: none.into(), ..last() };
        assert_eq!(said(&built, &of(&gone), &before, None), "rule: not said", "{none}");
        // Neither states one: a person's word answers, as it does of two that are empty.
        assert_eq!(said(&built, &of(&gone), &before, Some(&statement())), "ended", "{none}");
        assert_eq!(said(&built, &of(&gone), &last(), Some(&statement())), "rule: not said");
    }
    let rules = |version: &str| run(&others, &[Fact::RulesVersion(version.into())]);
    let of_none = Reporting { rules_version: "latest".into(), ..last() };
    assert_eq!(said(&rules("latest"), &of(&gone), &of_none, None), "rule: not said");
    let before = Reporting { rules_version: "7".into(), ..last() };
    assert_eq!(said(&rules("7"), &of(&gone), &before, None), "ended");
    assert_eq!(said(&rules("8"), &of(&gone), &before, None), "rule: not said");
    assert_eq!(said(&plain, &of(&gone), &before, None), "rule: not said");
    let published = package("CVE-1", "src/a.py", &["2"]);
    check(&run(&[package("CVE-2", "src/a.py", &["2"])], &[]), &published, "ended");
}

#[test]
fn a_list_that_is_cut_proves_nothing_of_its_rule() {
    let gone = code("G1", "src/a.go");
    let same =
        |n: usize| Observation { title: gone.title.clone(), ..code("G1", &format!("{n}.go")) };
    let others: Vec<Observation> = (0..3)
        .map(same)
        .chain([Observation { title: gone.title.clone(), ..gone.clone() }])
        .collect();
    let facts = [Fact::ActiveRule("G1".into())];
    let cut = |caps| Run { caps, ..run(&others, &facts) };
    check(&cut(vec![]), &gone, "ended");
    check(&cut(vec![Cap { of: Counted::Text, most: 4, setting: "" }]), &gone, "rule: no");
    check(&cut(vec![Cap { of: Counted::Text, most: 5, setting: "" }]), &gone, "ended");
    check(&cut(vec![Cap { of: Counted::Text, most: 3, setting: "" }]), &gone, "ended");
    check(&cut(vec![Cap { of: Counted::Rule, most: 4, setting: "" }]), &gone, "rule: no");
    check(&cut(vec![Cap { of: Counted::RuleAndFile, most: 1, setting: "" }]), &gone, "rule: no");
    check(&cut(vec![Cap { of: Counted::RuleAndHost, most: 1, setting: "" }]), &gone, "rule: no");
    check(&cut(vec![Cap { of: Counted::Document, most: 4, setting: "" }]), &gone, "rule: no");
    check(&cut(vec![Cap { of: Counted::Document, most: 3, setting: "" }]), &gone, "ended");
    let told = |rule: &str| run(&others, &[facts[0].clone(), Fact::Capped(rule.into())]);
    check(&told("G1"), &gone, "rule: no");
    check(&told(""), &gone, "rule: no");
    check(&told("G2"), &gone, "ended");
}

#[test]
fn order_is_later_whole_and_successful() {
    let gone = code("B602", "src/a.py");
    let good = run(&[code("B602", "src/a.py")], &[]);
    let order = |run: Run, last: Reporting| said(&run, &of(&gone), &last, None);
    assert_eq!(order(good.clone(), last()), "ended");
    assert_eq!(order(good.clone(), Reporting { scanned_at: day(2), ..last() }), "ended");
    assert_eq!(order(good.clone(), Reporting { scanned_at: day(3), ..last() }), "order: no");
    assert_eq!(order(good.clone(), Reporting { same_bytes: true, ..last() }), "order: no");
    let broken = Run { incomplete: vec!["cut".into()], ..good.clone() };
    assert_eq!(order(broken.clone(), last()), "order: no");
    assert_eq!(said(&broken, &of(&gone), &last(), Some(&statement())), "order: no");
    let pull = Run { scope: Scope::PullRequest, ..good.clone() };
    assert_eq!(order(pull, last()), "order: no");
    assert!(!judge(&good, Some(&of(&gone)), &last(), None, true).ended());
    assert!(!judge(&good, None, &last(), Some(&statement()), false).ended());
}

#[test]
fn nothing_at_all_ends_the_last_one_only_with_a_proof_of_success_or_a_statement() {
    let gone = code("B602", "src/a.py");
    check(
        &run(&[], &[]),
        &gone,
        "target: not said, kind: not said, rule: not said, filter: not said, order: not said",
    );
    let same = Run { rules_built_in: true, ..run(&[], &[]) };
    assert_eq!(said(&same, &of(&gone), &last(), Some(&statement())), "ended");
    let other = Statement { kinds: vec![Class::Secret], ..statement() };
    assert_ne!(said(&same, &of(&gone), &last(), Some(&other)), "ended");
    let proof = [
        Fact::Succeeded,
        Fact::ActiveRule("B602".into()),
        Fact::Looked(Target::file("src/a.py")),
        Fact::Kind(Class::Code),
        Fact::Filter(Filter::None),
    ];
    check(&run(&[], &proof), &gone, "ended");
    check(&run(&[], &proof[1..]), &gone, "order: not said");
}

#[test]
fn a_statement_answers_what_is_not_said_and_nothing_else() {
    let gone = code("B602", "src/a.py");
    let others = [code("B101", "src/b.py")];
    let judged = |facts: &[Fact]| {
        let run = run(&others, facts);
        judge(&run, Some(&of(&gone)), &last(), Some(&statement()), false)
    };
    let alone = judge(&run(&others, &[]), Some(&of(&gone)), &last(), None, false);
    assert!(alone.a_statement_would && !alone.ended());
    let silent = judged(&[]);
    assert!(silent.ended() && silent.rests_on_statement);
    assert_eq!(
        silent.evidence(),
        "ann says so; it has other problems of kind code; no filter hides it: others like it are shown; it is whole and of 2026-03-02T00:00:00Z"
    );
    for fact in [
        Fact::Looked(Target::file("src/b.py")),
        Fact::InactiveRule("B602".into()),
        Fact::Kind(Class::Secret),
        Fact::Filter(Filter::Severity(Severity::Critical)),
    ] {
        let answered = judged(std::slice::from_ref(&fact));
        assert!(!answered.ended() && !answered.a_statement_would, "{fact:?}");
    }
    assert_eq!(Which::ALL.map(Which::as_str), ["target", "kind", "rule", "filter", "order"]);
}
