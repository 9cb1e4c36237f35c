//! By which keys each class is known again, and by which it must not be.

use findings::identity::{How, Identity, Key, Knowledge, group, identify};
use findings::observation::{Component, Endpoint, Fingerprint, Location};
use findings::{Class, Observation, Secret};
use proptest::prelude::*;
use vocab::Severity;

const SECRETS: &[u8; 32] = &[7; 32];

/// The identity where nothing is known of aliases but one group.
fn identity(observation: &Observation) -> Identity {
    let aliases = |id: &str| match id {
        "CVE-2021-23337" | "GHSA-35jh-r3h4-6jhm" => {
            vec!["CVE-2021-23337".to_owned(), "GHSA-35jh-r3h4-6jhm".to_owned()]
        }
        other => vec![other.to_owned()],
    };
    let mut settled = observation.clone();
    settled.settle();
    identify(&settled, &Knowledge { secrets: SECRETS, aliases: &aliases })
}

fn names(observation: &Observation) -> Vec<Key> {
    identity(observation).names.into_iter().map(|name| name.key).collect()
}

/// Whether a name says that the two are the same.
fn same(a: &Observation, b: &Observation) -> bool {
    let other = names(b);
    identity(a).bucket == identity(b).bucket && names(a).iter().any(|name| other.contains(name))
}

fn linked(a: &Observation, b: &Observation) -> bool {
    let other: Vec<Key> = identity(b).links.into_iter().map(|(_, key, _)| key).collect();
    identity(a).links.iter().any(|(_, key, _)| other.contains(key))
}

fn with(base: &Observation, change: impl FnOnce(&mut Observation)) -> Observation {
    let mut observation = base.clone();
    change(&mut observation);
    observation
}

fn lodash() -> Observation {
    Observation {
        class: Class::Dependency,
        rule: "CVE-2021-23337".into(),
        title: "Command Injection in lodash".into(),
        severity: Severity::High,
        ids: vec!["CVE-2021-23337".into()],
        component: Some(Component {
            purl: "pkg:npm/lodash@4.17.20".into(),
            name: "lodash".into(),
            version: "4.17.20".into(),
            ..Component::default()
        }),
        locations: vec![Location { path: "package-lock.json".into(), ..Location::default() }],
        ..Observation::default()
    }
}

fn at(line: u32, snippet: &str) -> Observation {
    Observation {
        class: Class::Code,
        rule: "python.lang.eval".into(),
        title: "Use of eval".into(),
        severity: Severity::High,
        locations: vec![Location {
            path: "src/app.py".into(),
            line,
            snippet: snippet.into(),
            ..Location::default()
        }],
        ..Observation::default()
    }
}

#[test]
fn a_dependency_is_package_and_problem() {
    let base = lodash();
    let same_as = |change: fn(&mut Observation)| same(&base, &with(&base, change));
    assert!(same_as(|o| o.component.as_mut().unwrap().purl = "pkg:npm/lodash@4.17.19".into()));
    assert!(same_as(|o| o.locations[0].path = "web/package-lock.json".into()));
    assert!(same_as(|o| o.severity = Severity::Low));
    assert!(same_as(|o| o.title = "Something else".into()));
    assert!(same_as(|o| o.ids = vec!["GHSA-35JH-R3H4-6JHM".into()]));
    assert!(same_as(|o| o.ids = vec!["DEBIAN-CVE-2021-23337".into()]));
    assert!(!same_as(|o| o.ids = vec!["CVE-2020-8203".into()]));
    assert!(!same_as(|o| o.component.as_mut().unwrap().purl = "pkg:npm/lodash-es@4.17.20".into()));
    assert!(!same_as(|o| o.target = "registry/app".into()));
    let image = with(&base, |o| o.target = "registry/app:1.0".into());
    assert!(same(&image, &with(&base, |o| o.target = "registry/app:1.1".into())));
    assert!(linked(&base, &with(&base, |o| o.ids = vec!["GHSA-35jh-r3h4-6jhm".into()])));
    assert!(!linked(&base, &with(&base, |o| o.ids = vec!["CVE-2020-8203".into()])));
}

#[test]
fn several_problems_are_no_one_problem() {
    let many = with(&lodash(), |o| o.ids = vec!["CVE-2020-8203".into(), "CVE-2021-23337".into()]);
    assert!(!same(&many, &lodash()));
    assert!(identity(&many).links.is_empty());
    assert!(same(&many, &with(&many, |o| o.ids.reverse())));
    // What bundles names nothing beside an id of its own.
    let bundled =
        |cve: &str| with(&lodash(), |o| o.ids = vec![cve.into(), "RHSA-2021:0001".into()]);
    assert!(!same(&bundled("CVE-2020-8203"), &bundled("CVE-2021-23337")));
    assert!(same(&bundled("CVE-2021-23337"), &lodash()));
}

#[test]
fn without_an_id_the_rule_or_the_title_is_taken() {
    let base = with(&lodash(), |o| {
        o.ids.clear();
        o.rule.clear();
        o.title = "lodash <4.17.20 pollutes prototypes".into();
    });
    assert!(same(&base, &with(&base, |o| o.title = "Lodash <4.17.21  pollutes prototypes".into())));
    assert!(!same(&base, &with(&base, |o| o.title = "lodash is slow".into())));
    let ruled = with(&base, |o| o.rule = "1523".into());
    assert!(same(&ruled, &with(&ruled, |o| o.title = "lodash is slow".into())));
    assert!(!same(&ruled, &with(&ruled, |o| o.rule = "1524".into())));
}

#[test]
fn a_place_in_code_is_told_by_what_stands_there() {
    let base = at(10, "    eval(user_input)\n");
    let moved = at(90, "eval( user_input )");
    let (a, b) = (identity(&base), identity(&moved));
    assert_eq!((a.bucket, a.content, a.moved, a.digest), (b.bucket, b.content, b.moved, b.digest));
    assert_eq!((a.line, b.line), (10, 90));
    assert!(a.names.is_empty(), "two equal lines are two problems");
    let other = identity(&at(10, "eval(config_value)"));
    assert_eq!(a.bucket, other.bucket);
    assert_ne!(a.content, other.content);
    let renamed = identity(&with(&base, |o| o.locations[0].path = "lib/app.py".into()));
    assert_ne!(a.bucket, renamed.bucket);
    assert_eq!(a.moved, renamed.moved);
    assert_eq!(identity(&at(3, "}")).moved, None, "a bracket stands everywhere");
    let odd = identity(&with(&base, |o| o.locations[0].path = ".\\src\\app.py".into()));
    assert_eq!(a.bucket, odd.bucket);
}

#[test]
fn what_may_change_is_in_no_key() {
    for base in [lodash(), at(10, "eval(user_input)")] {
        let rewritten = with(&base, |o| {
            o.severity = Severity::Low;
            o.score = "3.1".into();
            o.description = "rewritten by a model".into();
            o.references = vec!["https://example.org".into()];
            o.place = "$.elsewhere".into();
            o.locations[0].line += 10;
        });
        let (a, b) = (identity(&base), identity(&rewritten));
        assert_eq!(
            (a.names, a.tuple, a.bucket, a.content),
            (b.names, b.tuple, b.bucket, b.content)
        );
        assert_eq!((a.moved, a.links, a.ids), (b.moved, b.links, b.ids));
        assert_ne!(a.digest, b.digest);
    }
}

#[test]
fn the_digest_knows_no_time_and_no_order() {
    let base = with(&lodash(), |o| {
        o.description = "Seen on 2024-01-02 at 10:11, 3 times.".into();
        o.references = vec!["https://b".into(), "https://a".into()];
    });
    let digest = identity(&base).digest;
    let same_digest =
        |change: fn(&mut Observation)| identity(&with(&base, change)).digest == digest;
    assert!(same_digest(|o| o.references.reverse()));
    assert!(same_digest(|o| o.description = "Seen on 2025-11-22 at 23:59, 14 times.".into()));
    assert!(same_digest(|o| o.first_seen = vocab::instant::parse("2024-01-02T00:00:00Z")));
    assert!(same_digest(|o| o.locations[0].line = 7));
    assert!(!same_digest(|o| o.component.as_mut().unwrap().version = "4.17.19".into()));
    assert!(!same_digest(|o| o.severity = Severity::Low));
    assert!(!same_digest(|o| o.standing = findings::Standing::Suppressed));
    assert!(!same_digest(|o| o.title.push('!')));
}

#[test]
fn placeholders_are_no_fingerprints() {
    let print = |value: &str| {
        let fingerprint = Fingerprint { name: "matchBasedId/v1".into(), value: value.into() };
        names(&with(&at(10, ""), |o| o.fingerprints = vec![fingerprint])).len()
    };
    assert_eq!(print("f00df00df00df00d"), 2);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    for value in [
        "",
        "requires login",
        "REDACTED-by-tool",
        "0000000000000000",
        "********",
        "4",
        "src/app.py:python.lang.eval:10",
        &format!("{commit}:other.py:rule:10"),
    ] {
        assert_eq!(print(value), 0, "{value}");
    }
}

#[test]
fn copies_of_code_in_two_files_share_only_the_second_name() {
    let print = Fingerprint { name: "lineHash".into(), value: "f00df00df00df00d:1".into() };
    let a = with(&at(10, "eval(user_input)"), |o| o.fingerprints = vec![print]);
    let b = with(&a, |o| o.locations[0].path = "copy/app.py".into());
    let (a, b) = (identity(&a), identity(&b));
    assert_ne!(a.names[0], b.names[0]);
    assert_eq!(a.names[1], b.names[1]);
    assert_ne!(a.tuple, b.tuple, "so the second is not believed where both stand in one document");
    assert_eq!(a.names[1].how, How::Fingerprint);
}

#[test]
fn a_secret_is_its_value_wherever_it_lies() {
    let secret = |value: &str, path: &str| Observation {
        class: Class::Secret,
        rule: "aws-key".into(),
        title: "AWS key".into(),
        secret: Secret::new(value),
        locations: vec![Location { path: path.into(), line: 3, ..Location::default() }],
        ..Observation::default()
    };
    let a = secret("AKIAIOSFODNN7EXAMPLE", "a.env");
    assert!(same(&a, &secret("AKIAIOSFODNN7EXAMPLE", "b.env")));
    assert!(linked(&a, &with(&secret("AKIAIOSFODNN7EXAMPLE", "b"), |o| o.rule = "other".into())));
    assert!(!same(&a, &secret("AKIAI44QH8DHBEXAMPLE", "a.env")));
    assert_eq!(identity(&a).names[0].how, How::SecretValue);
    let redacted = secret("AKIA****************", "a.env");
    assert!(identity(&redacted).names.is_empty());
    assert!(identity(&redacted).links.is_empty());
    // Another ledger's key makes another hash.
    let other = identify(&a, &Knowledge { secrets: &[8; 32], aliases: &|id| vec![id.to_owned()] });
    assert_ne!(other.names[0].key, identity(&a).names[0].key);
}

#[test]
fn a_host_is_host_port_and_check() {
    let base = Observation {
        class: Class::Host,
        rule: "156899".into(),
        title: "SSL certificate expired".into(),
        endpoint: Some(Endpoint {
            host: "10.0.0.5".into(),
            port: 443,
            protocol: "tcp".into(),
            ..Endpoint::default()
        }),
        ..Observation::default()
    };
    assert!(same(&base, &with(&base, |o| o.title = "other words".into())));
    assert!(!same(&base, &with(&base, |o| o.endpoint.as_mut().unwrap().port = 8443)));
    assert!(!same(&base, &with(&base, |o| o.endpoint.as_mut().unwrap().host = "10.0.0.6".into())));
    let vulners = |id: &str| with(&base, |o| o.ids = vec![id.into()]);
    assert!(!same(&vulners("CVE-2020-1"), &vulners("CVE-2020-2")));
    let other_tool = with(&vulners("CVE-2020-1"), |o| o.rule = "nuclei".into());
    assert!(linked(&vulners("CVE-2020-1"), &other_tool));
    assert!(!same(&vulners("CVE-2020-1"), &other_tool));
    let several = with(&base, |o| o.ids = vec!["CVE-2020-1".into(), "CVE-2020-2".into()]);
    assert!(same(&several, &base), "a plugin stays one when its list grows");
    assert!(identity(&several).links.is_empty());
}

#[test]
fn a_page_is_its_route() {
    let page = |path: &str, parameter: &str| Observation {
        class: Class::Web,
        rule: "40012".into(),
        title: "Cross Site Scripting".into(),
        endpoint: Some(Endpoint {
            host: "shop.example".into(),
            port: 443,
            service: "https".into(),
            path: path.into(),
            method: "get".into(),
            parameter: parameter.into(),
            ..Endpoint::default()
        }),
        ..Observation::default()
    };
    let a = page("/user/17/edit", "q");
    assert!(same(&a, &page("/user/4711/edit/", "q")));
    assert!(same(&a, &with(&a, |o| o.endpoint.as_mut().unwrap().port = 0)));
    assert!(!same(&a, &page("/user/17/edit", "p")));
    assert!(!same(&a, &page("/user/17/show", "q")));
}

#[test]
fn a_setting_is_rule_resource_and_file() {
    let base = Observation {
        class: Class::Configuration,
        rule: "CKV_AWS_20".into(),
        title: "bucket is public".into(),
        resource: "aws_s3_bucket.logs".into(),
        locations: vec![Location { path: "main.tf".into(), line: 4, ..Location::default() }],
        ..Observation::default()
    };
    assert!(same(&base, &with(&base, |o| o.locations[0].line = 40)));
    let other_module = with(&base, |o| o.locations[0].path = "b/main.tf".into());
    assert!(!same(&base, &other_module), "two modules may name their resources alike");
    assert_eq!(identity(&base).moved, identity(&other_module).moved);
    assert!(!same(&base, &with(&base, |o| o.resource = "aws_s3_bucket.web".into())));
    let placed = with(&base, |o| o.resource.clear());
    assert!(identity(&placed).names.is_empty());
}

#[test]
fn a_crash_is_its_top_frames() {
    let crash = |frames: &[&str]| Observation {
        class: Class::Crash,
        title: "heap-buffer-overflow READ 4".into(),
        frames: frames.iter().map(|&f| f.to_owned()).collect(),
        ..Observation::default()
    };
    let a = crash(&["__asan_memcpy", "png_read", "png_row", "png_file", "main"]);
    assert!(same(&a, &crash(&["png_read", "png_row", "png_file", "other_main"])));
    assert!(linked(&a, &crash(&["png_read(int)", "png_row", "png_file"])));
    assert!(!same(&a, &crash(&["png_read", "png_chunk", "png_file"])));
    assert!(identity(&crash(&["png_read", "main"])).links.is_empty(), "one frame links nothing");
}

#[test]
fn a_persons_report_is_its_number() {
    let report = |id: &str, title: &str| Observation {
        class: Class::Report,
        tool_id: id.into(),
        title: title.into(),
        ..Observation::default()
    };
    assert!(same(&report("133", "XSS"), &report("133", "Stored XSS in the profile")));
    assert!(!same(&report("133", "XSS"), &report("134", "XSS")));
    assert!(same(&report("", "XSS  in profile"), &report("", "xss in profile")));
}

#[test]
fn records_that_are_told_apart_are_two() {
    // Believed names of each of two observations of one document, and whether one of them is shared.
    let one = |a: &Observation, b: &Observation| {
        let claims = findings::replay::claims(&[settled(a), settled(b)], SECRETS);
        claims.len() == 1
    };
    let page = Observation {
        class: Class::Web,
        rule: "134217728".into(),
        title: "Log4Shell by extension".into(),
        endpoint: Some(Endpoint {
            host: "a.example".into(),
            path: "/x".into(),
            ..Endpoint::default()
        }),
        ..Observation::default()
    };
    assert!(one(&page, &page));
    assert!(!one(&page, &with(&page, |o| o.title = "JWT none accepted".into())));
    let checked = with(&page, |o| o.rule = "2097920".into());
    assert!(!one(&checked, &with(&checked, |o| o.title = "Something else".into())));
    let numbered = with(&checked, |o| o.tool_id = "finding-1".into());
    assert!(!one(&numbered, &with(&numbered, |o| o.tool_id = "finding-2".into())));
    let host = with(&checked, |o| {
        o.class = Class::Host;
        o.locations = vec![Location { path: "/opt/java/a".into(), ..Location::default() }];
    });
    let elsewhere = |o: &mut Observation| o.locations[0].path = "/opt/java/b".into();
    assert!(!one(&host, &with(&host, elsewhere)));
    let known = with(&host, |o| o.ids = vec!["CVE-2031-4004".into()]);
    assert!(!one(&known, &with(&known, elsewhere)) && !linked(&known, &with(&known, elsewhere)));
    // From run to run a title may change, and an id that was not there may come.
    assert!(same(&checked, &with(&checked, |o| o.title = "In other words".into())));
    assert!(same(&checked, &numbered));
    assert!(!same(&page, &with(&page, |o| o.title = "JWT none accepted".into())));
}

#[test]
fn a_fingerprint_at_two_lines_is_no_name() {
    let print = Fingerprint { name: "lineHash".into(), value: "same-for-all:1".into() };
    let a = with(&at(10, ""), |o| o.fingerprints = vec![print]);
    let b = with(&a, |o| o.locations[0].line = 50);
    let claims = findings::replay::claims(&[settled(&a), settled(&b)], SECRETS);
    assert_eq!(claims.iter().map(|claim| claim.came.names.len()).collect::<Vec<_>>(), [0, 0]);
    let claims = findings::replay::claims(&[settled(&a), settled(&a)], SECRETS);
    assert_eq!(claims.len(), 1, "told twice, it is one");
}

#[test]
fn a_rule_is_known_under_its_former_ids() {
    let before = with(&at(10, "eval(user_input)"), |o| o.rule = "OLD1".into());
    let after = with(&before, |o| {
        o.rule = "SEC100".into();
        o.former_rules = vec!["OLD1".into(), "SEC100".into(), " ".into()];
    });
    let (before, after) = (identity(&before), identity(&after));
    let [former] = after.former.as_slice() else { panic!("{:?}", after.former) };
    assert_eq!(former.rule, "OLD1");
    assert_eq!((former.bucket, former.tuple), (before.bucket, before.tuple));
    assert_eq!((former.content, former.moved), (before.content, before.moved));
    assert_eq!(former.names, before.names);
    let plain = identity(&with(&at(10, "eval(user_input)"), |o| o.rule = "SEC100".into()));
    assert_eq!(plain.digest, after.digest, "never a part of the digest");
}

fn settled(observation: &Observation) -> Observation {
    let mut settled = observation.clone();
    settled.settle();
    settled
}

proptest! {
    /// Whatever is in it: two documents that say the same in another order have equal identities.
    #[test]
    fn order_is_in_no_key(lines in prop::collection::vec(0_u32..50, 1..6), turn in 0_usize..6) {
        let places = lines.iter().map(|line| Location { path: format!("f{line}"), line: *line, ..Location::default() });
        let mut a = at(1, "");
        a.locations = places.collect();
        let mut b = a.clone();
        let turn = turn % b.locations.len();
        b.locations.rotate_left(turn);
        prop_assert_eq!(identity(&a), identity(&b));
    }

    /// Groups are the components of «shares a key», whatever the order of keys.
    #[test]
    fn groups_are_components(sets in prop::collection::vec(prop::collection::vec(0_u8..12, 0..4), 0..12)) {
        let keys: Vec<Vec<Key>> = sets.iter().map(|set| set.iter().map(|n| Key::of(&[&[*n]])).collect()).collect();
        let groups = group(&keys);
        let mut expect: Vec<usize> = (0..sets.len()).collect();
        // As slow and as plain as can be.
        for _ in 0..sets.len() {
            for a in 0..sets.len() {
                for b in 0..sets.len() {
                    if sets[a].iter().any(|n| sets[b].contains(n)) {
                        expect[a] = expect[a].min(expect[b]);
                    }
                }
            }
        }
        prop_assert_eq!(groups, expect);
    }
}

/// Gitleaks with `--redact`, as JSON and as SARIF: the text «REDACTED» is the same everywhere.
#[test]
fn redacted_leaks_are_no_one_leak() {
    let claims = |format: &str, document: &str| {
        let mut kept = findings::sink::Kept::default();
        let mut cursor = std::io::Cursor::new(document.as_bytes());
        let format = findings::format::by_id(format).unwrap();
        format.read(&mut findings::Source::new(&mut cursor), &mut kept).unwrap();
        let settled: Vec<Observation> = kept.observations.iter().map(settled).collect();
        findings::replay::claims(&settled, SECRETS).len()
    };
    let json = |leaks: &[(&str, u32, &str)]| {
        let leak = |(commit, line, value): &(&str, u32, &str)| {
            format!(
                r#"{{"RuleID":"token","Description":"Token","StartLine":{line},"EndLine":{line},"StartColumn":9,"Match":"t={value}","Secret":"{value}","File":"conf/a.env","Commit":"{commit}","Fingerprint":"{commit}:conf/a.env:token:{line}"}}"#
            )
        };
        format!("[{}]", leaks.iter().map(leak).collect::<Vec<_>>().join(","))
    };
    let sarif = |leaks: &[(&str, u32, &str)]| {
        let leak = |(commit, line, value): &(&str, u32, &str)| {
            format!(
                r#"{{"ruleId":"token","message":{{"text":"token has detected secret for file conf/a.env."}},"partialFingerprints":{{"commitSha":"{commit}","author":"a"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"conf/a.env"}},"region":{{"startLine":{line},"startColumn":9,"snippet":{{"text":"{value}"}}}}}}}}]}}"#
            )
        };
        let leaks = leaks.iter().map(leak).collect::<Vec<_>>().join(",");
        format!(
            r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"gitleaks"}}}},"results":[{leaks}]}}]}}"#
        )
    };
    let (one, two) = ("a".repeat(40), "b".repeat(40));
    let check = |leaks: &[(&str, u32, &str)], expect: usize| {
        assert_eq!(claims("gitleaks", &json(leaks)), expect, "{leaks:?}");
        assert_eq!(claims("sarif", &sarif(leaks)), expect, "{leaks:?} as SARIF");
    };
    check(&[(&one, 5, "REDACTED"), (&one, 9, "REDACTED")], 2);
    check(&[(&one, 5, "REDACTED"), (&two, 5, "REDACTED")], 2);
    check(&[(&one, 5, "shop_01..."), (&two, 5, "shop_01...")], 2);
    check(&[(&one, 5, "REDACTED"), (&one, 5, "REDACTED")], 1);
    check(&[(&one, 5, "shop_0123456789abcdef"), (&two, 9, "shop_0123456789abcdef")], 1);
}

/// B106 of Bandit, as its JSON and as its SARIF tell it.
#[test]
fn a_password_of_bandit_is_one_secret_in_both_forms() {
    let json = r#"{"errors":[],"generated_at":"2026-03-01T00:00:00Z","metrics":{"_totals":{}},"results":[{"code":"4 connect(password='gr4nite-otter')\n","filename":"app/db.py","issue_confidence":"MEDIUM","issue_severity":"LOW","issue_cwe":{"id":259},"issue_text":"Possible hardcoded password: 'gr4nite-otter'","line_number":4,"line_range":[4],"test_id":"B106","test_name":"hardcoded_password_funcarg"}]}"#;
    let sarif = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Bandit","rules":[{"id":"B106","name":"hardcoded_password_funcarg"},{"id":"B101","name":"assert_used"}]}},"results":[{"ruleId":"B106","level":"note","message":{"text":"Possible hardcoded password: 'gr4nite-otter'"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"app/db.py"},"region":{"startLine":4,"snippet":{"text":"connect(password='gr4nite-otter')\n"}}}}]},{"ruleId":"B101","message":{"text":"Use of assert detected."},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"app/db.py"},"region":{"startLine":9}}}]}]}]}"#;
    let read = |format: &str, document: &str| {
        let mut kept = findings::sink::Kept::default();
        let mut cursor = std::io::Cursor::new(document.as_bytes());
        let format = findings::format::by_id(format).unwrap();
        format.read(&mut findings::Source::new(&mut cursor), &mut kept).unwrap();
        kept
    };
    let (json, sarif) = (read("bandit", json), read("sarif", sarif));
    let (a, b) = (&json.observations[0], &sarif.observations[0]);
    assert_eq!((a.class, b.class), (Class::Secret, Class::Secret));
    assert_eq!((&a.title, &a.rule), (&b.title, &b.rule));
    assert!(same(a, b) && linked(a, b));
    for told in [a, b] {
        assert!(!serde_json::to_string(told).unwrap().contains("otter"), "it is shown");
    }
    assert_eq!(sarif.observations[1].class, Class::Code);
    let kinds = |kept: &findings::sink::Kept| {
        let facts = kept.facts.iter();
        facts.filter(|fact| matches!(fact, findings::Fact::Kind(_))).cloned().collect::<Vec<_>>()
    };
    assert_eq!(kinds(&json), kinds(&sarif));
}
