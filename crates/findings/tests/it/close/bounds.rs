//! What is past a bound, told in part, or told otherwise is no yes.

use findings::coverage::{Filter, MAX_TOLD};

use super::*;

/// A run over `claims` that tells `facts`, under a statement.
fn stated(claims: &[Observation], facts: &[Fact], gone: &Observation, expect: &str) {
    assert_eq!(said(&run(claims, facts), &of(gone), &last(), Some(&statement())), expect);
}

#[test]
fn a_rule_that_is_not_told_may_be_off() {
    let unnamed = |path: &str| Observation { rule: String::new(), ..code("", path) };
    let others = [unnamed("src/a.py")];
    check(&run(&others, &[]), &unnamed("src/a.py"), "rule: not said");
    let built_in = Run { rules_built_in: true, ..run(&others, &[]) };
    check(&built_in, &unnamed("src/a.py"), "ended");
    let cut = run(&others, &[Fact::Capped(String::new())]);
    check(&cut, &unnamed("src/a.py"), "rule: no");
    // A published problem of a package needs none.
    let package_of =
        |id: &str| Observation { rule: String::new(), ..package(id, "a.lock", &["2"]) };
    check(&run(&[package_of("CVE-2")], &[]), &package_of("CVE-1"), "ended");
}

#[test]
fn a_kind_that_is_told_in_part_is_not_for_a_statement_to_answer() {
    let gone = Observation { class: Class::Secret, ..code("B105", "src/a.py") };
    let others = [code("B602", "src/a.py"), code("B105", "src/a.py")];
    stated(&others, &[], &gone, "ended");
    stated(&others, &[Fact::KindAmong(Class::Code)], &gone, "kind: not said");
    stated(&others, &[Fact::KindAmong(Class::Secret)], &gone, "ended");
    stated(&others, &[Fact::Kind(Class::Code)], &gone, "kind: no");
}

#[test]
fn a_setting_with_another_value_leaves_the_filter_unsaid() {
    let gone = code("B602", "src/a.py");
    let others = [code("B602", "src/a.py")];
    let with = |value: &str| run(&others, &[Fact::Setting("policy", value.to_owned())]);
    let of_before = Reporting { configuration: vec!["policy: strict".to_owned()], ..last() };
    assert_eq!(said(&with("strict"), &of(&gone), &of_before, None), "ended");
    assert_eq!(said(&with("lax"), &of(&gone), &of_before, None), "filter: not said");
    // One that only one of them tells of says nothing.
    assert_eq!(said(&run(&others, &[]), &of(&gone), &of_before, None), "ended");
    assert_eq!(said(&with("lax"), &of(&gone), &last(), None), "ended");
    // Past its length two that differ are still two.
    let long = |end: &str| format!("{}{end}", "x".repeat(5_000));
    let kept = with(&long("a")).coverage.configuration();
    let of_before = Reporting { configuration: kept, ..last() };
    assert_eq!(said(&with(&long("a")), &of(&gone), &of_before, None), "ended");
    assert_eq!(said(&with(&long("b")), &of(&gone), &of_before, None), "filter: not said");
}

#[test]
fn sets_that_are_full_are_no_yes() {
    let gone = code("B602", "src/a.py");
    let others = [code("B602", "src/b.py")];
    let many = |fact: fn(Target) -> Fact| -> Vec<Fact> {
        (0..=MAX_TOLD).map(|n| fact(Target::file(&format!("other/{n}")))).collect()
    };
    // The list of what was looked at is cut: what it lacks may have been looked at all the same.
    check(&run(&others, &many(Fact::Looked)), &gone, "target: not said, rule: not said");
    // The list of what was missed is cut: anything may be among it.
    let mut missed = many(Fact::Missed);
    missed.push(Fact::Looked(Target::folder("")));
    check(&run(&others, &missed), &gone, "target: no, rule: not said");
    let mut cut = (0..=MAX_TOLD).map(|n| Fact::Capped(format!("R{n}"))).collect::<Vec<_>>();
    cut.push(Fact::Looked(Target::folder("")));
    check(&run(&others, &cut), &gone, "rule: no");
    let mut off = (0..=MAX_TOLD).map(|n| Fact::InactiveRule(format!("R{n}"))).collect::<Vec<_>>();
    off.push(Fact::ActiveRule("B602".to_owned()));
    off.push(Fact::Looked(Target::folder("")));
    let all = "kind: not said, rule: not said, filter: not said, order: not said";
    check(&run(&[], &off), &gone, all);
    let hidden: Vec<Fact> =
        (0..300).map(|n| Fact::Filter(Filter::Without(format!("other/{n}")))).collect();
    let looked = [code("B602", "src/a.py")];
    check(&run(&looked, &hidden), &gone, "filter: not said");
}

#[test]
fn a_folder_that_could_not_be_read_and_a_package_that_could_not_be_evaluated() {
    let gone = package("CVE-1", "web/a.lock", &["2"]);
    let others = [package("CVE-2", "web/a.lock", &["2"])];
    let looked = || Fact::Looked(Target::folder(""));
    check(&run(&others, &[looked()]), &gone, "ended");
    let missed = |folder: &str| [looked(), Fact::Missed(Target::folder(folder))];
    check(&run(&others, &missed("web")), &gone, "target: no");
    check(&run(&others, &missed("web/a.lock")), &gone, "target: no");
    check(&run(&others, &missed("api")), &gone, "ended");
    let not_evaluated = |name: &str| [looked(), Fact::NotEvaluated(name.to_owned())];
    let named = Observation {
        component: Some(Component {
            kind: "pypi".into(),
            name: "Lattice_Kit".into(),
            fixed_in: vec!["2".into()],
            ..Component::default()
        }),
        ..package("CVE-1", "web/a.lock", &["2"])
    };
    check(&run(&others, &not_evaluated("pypi/lattice-kit")), &named, "target: no");
    check(&run(&others, &not_evaluated("pypi/other")), &named, "ended");
    // Of a claim without a package nobody knows whether it is the one.
    let nameless = Ground { package: String::new(), ..of(&named) };
    let run = run(&others, &not_evaluated("pypi/other"));
    assert_eq!(said(&run, &nameless, &last(), None), "target: no");
}

#[test]
fn what_passed_for_a_namesake_is_no_proof() {
    let bucket = |name: &str, target: &str| Observation {
        class: Class::Configuration,
        resource: name.into(),
        target: target.into(),
        ..code("S3-1", "")
    };
    let unit = Target::unit("account-1");
    let passed = |name: &str| Fact::PassedAt("S3-1".into(), Target::resource(&unit, name));
    let gone = Observation { locations: Vec::new(), ..bucket("logs", "account-1") };
    let known = |facts: &[Fact]| {
        let reported = run(std::slice::from_ref(&gone), facts);
        let mut ground = of(&gone);
        reported.coverage.settle(&mut ground);
        ground
    };
    let later = run(&[], &[passed("logs"), Fact::Looked(unit.clone()), Fact::Succeeded]);
    assert_eq!(said(&later, &known(&[]), &last(), None), "ended");
    // It passed there already in the run that reported it: two have one name.
    assert_ne!(said(&later, &known(&[passed("logs")]), &last(), None), "ended");
}
