//! The same document with one claim taken out: does it prove that the problem has ended, and what is missing when
//! the document says less or something else?

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use findings::close::{Answer, Reporting, Run, judge};
use findings::coverage::{Coverage, Ground, ground};
use findings::{Fact, Observation, Sink, Source, Stop};
use vocab::Instant;

fn day(day: u8) -> Instant {
    vocab::instant::parse(&format!("2026-03-{day:02}T00:00:00Z")).unwrap()
}

/// The runs of a document as they are told, each with its claims.
#[derive(Default)]
struct Runs {
    runs: BTreeMap<(String, String), One>,
    at: (String, String),
}

#[derive(Default)]
struct One {
    coverage: Coverage,
    /// What it told alone, without what its claims show.
    stated: Coverage,
    claims: Vec<Observation>,
    version: String,
    subject: String,
    incomplete: Vec<String>,
}

impl Sink for Runs {
    fn observation(&mut self, mut observation: Observation) -> Result<(), Stop> {
        observation.settle();
        let one = self.runs.entry(self.at.clone()).or_default();
        one.coverage.saw(&observation);
        one.stated.subject(&observation.target);
        one.claims.push(observation);
        Ok(())
    }

    fn dropped(&mut self, _: &str, _: &str) {}

    fn fact(&mut self, fact: Fact) {
        if let Fact::Run { tool, category } = &fact {
            self.at = (tool.clone(), category.clone());
        }
        let one = self.runs.entry(self.at.clone()).or_default();
        one.coverage.tell(&fact);
        one.stated.tell(&fact);
        match fact {
            Fact::ToolVersion(version) => one.version = version,
            Fact::Incomplete(why) => one.incomplete.push(why),
            Fact::Target(target) => {
                one.coverage.subject(&target);
                one.stated.subject(&target);
                one.subject = target;
            }
            _ => {}
        }
    }
}

fn read(format: &str, document: &str) -> BTreeMap<(String, String), One> {
    let mut cursor = Cursor::new(document.as_bytes());
    let mut runs = Runs::default();
    let format = findings::format::by_id(format).unwrap();
    format.read(&mut Source::new(&mut cursor), &mut runs).unwrap();
    runs.runs
}

/// What two claims have in common when they are the same.
fn name(claim: &Observation) -> String {
    let Observation { rule, ids, locations, component, target, .. } = claim;
    format!("{rule} {ids:?} {locations:?} {component:?} {target}")
}

/// `ended`, or what is missing, of the one claim that `before` has and `after` has not.
fn said(format: &str, before: &str, after: &str) -> String {
    said_of(format, before, after, after)
}

/// The same of the claim that `without` has not, by what `after` says.
fn said_of(format: &str, before: &str, without: &str, after: &str) -> String {
    let (old, lacking, new) = (read(format, before), read(format, without), read(format, after));
    let mut gone = Vec::new();
    for (key, run) in &old {
        let kept: BTreeSet<String> =
            lacking.get(key).into_iter().flat_map(|run| &run.claims).map(name).collect();
        let missing = run.claims.iter().filter(|claim| !kept.contains(&name(claim)));
        gone.extend(missing.map(|claim| (key, run, claim)));
    }
    let [(key, last, claim)] = gone.as_slice() else { panic!("{format}: {} are gone", gone.len()) };
    let claim: Ground = ground(std::slice::from_ref(*claim), &last.subject, &last.coverage.digest);
    let last = Reporting {
        scanned_at: day(1),
        tool_version: last.version.clone(),
        rules_version: last.coverage.rules_version.clone(),
        configuration: last.coverage.configuration(),
        same_bytes: false,
    };
    let Some(run) = new.get(key) else { return "no such run".to_owned() };
    let run = Run {
        scanned_at: day(2),
        incomplete: run.incomplete.clone(),
        observations: run.claims.len() as u64,
        tool_version: run.version.clone(),
        rules_version: run.coverage.rules_version.clone(),
        coverage: run.coverage.clone(),
        ..Run::default()
    };
    let judgement = judge(&run, Some(&claim), &last, None, false);
    let missing = judgement.missing().map(|(which, answer)| {
        let word = if matches!(answer, Answer::No(_)) { "no" } else { "not said" };
        format!("{}: {word}", which.as_str())
    });
    let missing = missing.collect::<Vec<_>>().join(", ");
    if missing.is_empty() { "ended".to_owned() } else { missing }
}

/// A document, the part of it that the later one has not, and what other changes to the later one make of it.
fn check(format: &str, document: &str, gone: &str, cases: &[(&[(&str, &str)], &str)]) {
    assert!(document.contains(gone), "{format}: {gone}");
    let later = document.replace(gone, "");
    for (changes, expect) in cases {
        let mut after = later.clone();
        for (from, to) in *changes {
            assert!(after.contains(from), "{format}: {from}");
            after = after.replace(from, to);
        }
        let said = said_of(format, document, &later, &after);
        assert_eq!(said, *expect, "{format} with {changes:?}");
    }
}

const SARIF: &str = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"lantern","version":"3","rules":[{"id":"L1"},{"id":"L2"},{"id":"L3"}]}},
"automationDetails":{"id":"mod-a/7"},
"invocations":[{"executionSuccessful":true,"toolExecutionNotifications":[]}],
"artifacts":[{"location":{"uri":"src/a.c"}},{"location":{"uri":"src/b.c"}},{"location":{"uri":"src/clean.c"}}],
"results":[{"ruleId":"L1","message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a.c"}}}]},
{"ruleId":"L2","message":{"text":"y"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/b.c"}}}]}]}]}"#;
const SARIF_GONE: &str = r#"{"ruleId":"L1","message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a.c"}}}]},"#;

#[test]
fn sarif_by_its_artifacts_rules_and_invocations() {
    let note = |note: &str| format!(r#""toolExecutionNotifications":[{note}]"#);
    let none = r#""toolExecutionNotifications":[]"#;
    let at_a = r#""locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a.c"}}}]"#;
    let failed = note(r#"{"level":"error","message":{"text":"stopped"}}"#);
    let unread = note(&format!(r#"{{"level":"error","message":{{"text":"not parsed"}},{at_a}}}"#));
    let cut = note(
        r#"{"level":"warning","message":{"text":"The results of rule L1 were limited to 3."}}"#,
    );
    let cut_other = cut.replace("rule L1", "rule L2");
    let cut_any = cut.replace("rule L1", "this run");
    let off = r#""executionSuccessful":true,"ruleConfigurationOverrides":[{"descriptor":{"id":"L1"},"configuration":{"enabled":false}}]"#;
    let pass = r#"{"ruleId":"L1","kind":"pass","message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a.c"}}}]},{"ruleId":"L2","message""#;
    let list = r#""artifacts":[{"location":{"uri":"src/a.c"}},{"location":{"uri":"src/b.c"}},{"location":{"uri":"src/clean.c"}}],"#;
    check(
        "sarif",
        SARIF,
        SARIF_GONE,
        &[
            (&[], "ended"),
            (&[(list, "")], "target: not said"),
            (&[(r#"{"location":{"uri":"src/a.c"}},"#, "")], "target: no"),
            // All that is listed has results: that is no list of what was looked at.
            (&[(list, r#""artifacts":[{"location":{"uri":"src/b.c"}}],"#)], "target: not said"),
            (&[(r#"{"id":"L1"},"#, "")], "rule: no"),
            (
                &[(r#"{"id":"L1"}"#, r#"{"id":"L1","defaultConfiguration":{"enabled":false}}"#)],
                "rule: no",
            ),
            // A result without its rule in the list: that is no list of all rules.
            (&[(r#"{"id":"L1"},{"id":"L2"},"#, "")], "rule: not said"),
            (&[(r#""executionSuccessful":true"#, off)], "rule: no"),
            (&[(r#""executionSuccessful":true"#, r#""executionSuccessful":false"#)], "order: no"),
            (&[(none, &failed)], "order: no"),
            (&[(none, &unread)], "target: no"),
            (&[(none, &cut)], "rule: no"),
            (&[(none, &cut_other)], "ended"),
            (&[(none, &cut_any)], "rule: no"),
            (&[(list, ""), (r#"{"ruleId":"L2","message""#, pass)], "ended"),
            // Only the number of the run differs; then the module.
            (&[("mod-a/7", "mod-a/8")], "ended"),
            (&[("mod-a/7", "mod-b/7")], "no such run"),
        ],
    );
}

#[test]
fn runs_of_one_document_say_nothing_of_each_other() {
    let run = |tool: &str, rule: &str, results: &str| {
        format!(
            r#"{{"tool":{{"driver":{{"name":"{tool}","version":"1","rules":[{{"id":"{rule}"}},{{"id":"X"}}]}}}},"artifacts":[{{"location":{{"uri":"a.c"}}}},{{"location":{{"uri":"b.c"}}}}],"results":[{results}]}}"#
        )
    };
    let result = |rule: &str, file: &str| {
        format!(
            r#"{{"ruleId":"{rule}","message":{{"text":"x"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"{file}"}}}}}}]}}"#
        )
    };
    let both =
        |first: &str, second: &str| format!(r#"{{"version":"2.1.0","runs":[{first},{second}]}}"#);
    let (a, b) = (result("A", "a.c"), result("B", "a.c"));
    let before = both(&run("alpha", "A", &a), &run("beta", "B", &b));
    // Beta has nothing any more and does not say that it succeeded; alpha's results are none of its.
    let after = both(&run("alpha", "A", &a), &run("beta", "B", ""));
    assert_eq!(said("sarif", &before, &after), "kind: not said, filter: not said, order: not said");
    let other = format!("{b},{}", result("B", "b.c"));
    let before = both(&run("alpha", "A", &a), &run("beta", "B", &other));
    let after = both(&run("alpha", "A", &a), &run("beta", "B", &result("B", "b.c")));
    assert_eq!(said("sarif", &before, &after), "ended");
    let runs = read("sarif", &after);
    let tools: Vec<&str> = runs.keys().map(|(tool, _)| tool.as_str()).collect();
    assert_eq!(tools, ["alpha", "beta"]);
    assert!(runs.values().all(|run| run.claims.len() == 1 && run.version == "1"));
}

#[test]
fn semgrep_by_its_paths_and_rules() {
    let result = |rule: &str, path: &str| {
        format!(
            r#"{{"check_id":"{rule}","path":"{path}","start":{{"line":3}},"extra":{{"message":"m","severity":"ERROR"}}}}"#
        )
    };
    let gone = format!("{},", result("py.eval", "src/a.py"));
    let document = format!(
        r#"{{"version":"1.96.0","results":[{gone}{}],"errors":[],"paths":{{"scanned":["src/a.py","src/b.py"],"skipped":[]}},"time":{{"rules":["py.eval","py.exec","py.other"]}}}}"#,
        result("py.exec", "src/b.py")
    );
    let error =
        r#""errors":[{"level":"warn","type":"PartialParsing","path":"src/a.py","message":"x"}]"#;
    let skipped = r#""skipped":[{"path":"src/a.py","reason":"exceeded_size_limit"}]"#;
    let irrelevant =
        r#""skipped":[{"path":"src/a.py","reason":"irrelevant_rule","rule_id":"py.eval"}]"#;
    let cut = r#""skipped":[{"path":"src/a.py","reason":"too_many_matches","rule_id":"py.eval"}]"#;
    check(
        "semgrep",
        &document,
        &gone,
        &[
            (&[], "ended"),
            (&[(r#""src/a.py","#, "")], "target: no"),
            (&[(r#""scanned":["src/a.py","src/b.py"]"#, r#""scanned":[]"#)], "target: not said"),
            (&[(r#""py.eval","#, "")], "rule: no"),
            (&[(r#""rules":["py.eval","py.exec","py.other"]"#, "")], "rule: not said"),
            (&[(r#""errors":[]"#, error)], "target: no"),
            (&[(r#""skipped":[]"#, skipped)], "target: no"),
            (&[(r#""skipped":[]"#, irrelevant)], "ended"),
            (&[(r#""skipped":[]"#, cut)], "rule: no"),
            (
                &[(r#""results""#, r#""skipped_rules":[{"rule_id":"py.eval"}],"results""#)],
                "rule: no",
            ),
        ],
    );
}

#[test]
fn bandit_by_its_metrics() {
    let result = |rule: &str, file: &str, line: u32| {
        format!(
            r#"{{"filename":"{file}","test_id":"{rule}","issue_text":"x","issue_severity":"HIGH","issue_confidence":"HIGH","line_number":{line}}}"#
        )
    };
    let gone = format!("{},", result("B602", "./src/a.py", 3));
    let others = result("B101", "./src/b.py", 4);
    let totals = |n: u32| {
        format!(
            r#"{{"SEVERITY.HIGH":{n}.0,"SEVERITY.MEDIUM":0.0,"SEVERITY.LOW":0,"SEVERITY.UNDEFINED":0}}"#
        )
    };
    let document = format!(
        r#"{{"errors":[],"generated_at":"2026-03-01T00:00:00Z","metrics":{{"_totals":{},"./src/a.py":{{"loc":1}},"./src/b.py":{{"loc":2}}}},"results":[{gone}{others}]}}"#,
        totals(2)
    );
    let (two, one) = (totals(2), totals(1));
    let error = r#""errors":[{"filename":"./src/a.py","reason":"syntax error"}]"#;
    let same = result("B602", "./src/a.py", 9);
    // No version and no list of rules: a rule answers only where it found others.
    check(
        "bandit",
        &document,
        &gone,
        &[
            (&[(&two, &one)], "rule: not said"),
            (&[(&two, &one), (r#""./src/a.py":{"loc":1},"#, "")], "target: no, rule: not said"),
            (&[(&two, &one), (r#""errors":[]"#, error)], "target: no, rule: not said"),
            // It counts two and shows one.
            (&[], "rule: not said, filter: not said"),
            (&[(&two, &one), (&others, &same)], "ended"),
        ],
    );
}

#[test]
fn brakeman_by_its_checks() {
    let warning = |check: &str, file: &str| {
        format!(
            r#"{{"check_name":"{check}","message":"m {check}","file":"{file}","line":1,"confidence":"High","fingerprint":"{check}{file}"}}"#
        )
    };
    let gone = format!("{},", warning("SQL", "app/a.rb"));
    let document = format!(
        r#"{{"scan_info":{{"brakeman_version":"7.0","checks_performed":["SQL","Eval"]}},"warnings":[{gone}{}],"errors":[]}}"#,
        warning("Eval", "app/a.rb")
    );
    check(
        "brakeman",
        &document,
        &gone,
        &[
            (&[], "ended"),
            (&[(r#""SQL","#, "")], "rule: no"),
            (&[("app/a.rb", "app/b.rb")], "target: not said"),
            (&[(r#""errors":[]"#, r#""errors":[{"error":"x","location":"y"}]"#)], "order: no"),
        ],
    );
}

#[test]
fn gosec_rubocop_and_eslint_by_their_files() {
    let issue = |rule: &str, file: &str, line: u32| {
        format!(
            r#"{{"severity":"HIGH","confidence":"HIGH","rule_id":"{rule}","details":"d","file":"{file}","line":"{line}"}}"#
        )
    };
    let gone = format!("{},", issue("G104", "a.go", 3));
    let document = format!(
        r#"{{"Golang errors":{{}},"Issues":[{gone}{},{}],"Stats":{{"files":2}}}}"#,
        issue("G104", "b.go", 3),
        issue("G304", "a.go", 9)
    );
    check(
        "gosec",
        &document,
        &gone,
        &[
            (&[], "rule: not said"),
            (&[("G304", "G104")], "ended"),
            (
                &[("G304", "G104"), (r#"errors":{}"#, r#"errors":{"a.go":[{"error":"x"}]}"#)],
                "target: no",
            ),
        ],
    );
    let offense =
        r#"{"severity":"warning","message":"m","cop_name":"Security/Eval","location":{"line":3}}"#;
    let document = format!(
        r#"{{"metadata":{{"rubocop_version":"1.24"}},"files":[{{"path":"a.rb","offenses":[{offense}]}},{{"path":"b.rb","offenses":[{}]}}]}}"#,
        offense.replace('3', "4")
    );
    let in_a = format!(r#"{{"path":"a.rb","offenses":[{offense}]}}"#);
    let empty = in_a.replace(offense, "");
    let without = document.replace(&in_a, &empty);
    assert_eq!(said("rubocop", &document, &without), "rule: not said");
    let unlisted = document.replace(&format!("{in_a},"), "");
    assert_eq!(said("rubocop", &document, &unlisted), "target: no, rule: not said");
    let file = |path: &str, messages: &str| {
        format!(r#"{{"filePath":"{path}","messages":[{messages}],"errorCount":1}}"#)
    };
    let message = r#"{"ruleId":"no-eval","severity":2,"message":"m","line":3}"#;
    let before = format!("[{},{}]", file("/s/a.js", message), file("/s/b.js", message));
    let clean = format!("[{},{}]", file("/s/a.js", ""), file("/s/b.js", message));
    assert_eq!(said("eslint", &before, &clean), "rule: not said");
    let fatal = r#"{"ruleId":null,"fatal":true,"severity":2,"message":"Parsing error"}"#;
    let broken = format!("[{},{}]", file("/s/a.js", fatal), file("/s/b.js", message));
    assert_eq!(said("eslint", &before, &broken), "target: no, rule: not said");
}

#[test]
fn gitlab_by_its_identifiers_status_and_files() {
    let found = |rule: &str, file: &str| {
        format!(
            r#"{{"name":"n","severity":"High","identifiers":[{{"type":"semgrep_id","name":"{rule}","value":"{rule}"}}],"location":{{"file":"{file}","start_line":3}}}}"#
        )
    };
    let gone = format!("{},", found("r1", "a.py"));
    let document = format!(
        r#"{{"version":"15.1.0","scan":{{"type":"sast","status":"success","scanner":{{"name":"Semgrep","version":"1"}},"primary_identifiers":[{{"type":"semgrep_id","name":"r1","value":"r1"}},{{"type":"semgrep_id","name":"r2","value":"r2"}},{{"type":"cwe","name":"CWE-1","value":"1"}}]}},"vulnerabilities":[{gone}{}]}}"#,
        found("r2", "a.py")
    );
    let listed = r#"{"type":"semgrep_id","name":"r1","value":"r1"},"#;
    check(
        "gitlab-sast",
        &document,
        &gone,
        &[
            (&[], "ended"),
            (&[(listed, "")], "rule: no"),
            (&[("a.py", "b.py")], "target: not said"),
            (&[("success", "failure")], "order: no"),
        ],
    );
    let found = |id: &str, file: &str| {
        format!(
            r#"{{"category":"dependency_scanning","name":"n","severity":"High","identifiers":[{{"type":"cve","name":"{id}","value":"{id}"}}],"location":{{"file":"{file}","dependency":{{"package":{{"name":"lattice"}},"version":"1"}}}}}}"#
        )
    };
    let gone = format!("{},", found("CVE-2031-1", "a/go.sum"));
    let document = format!(
        r#"{{"version":"15","scan":{{"type":"dependency_scanning","status":"success"}},"dependency_files":[{{"path":"a/go.sum","package_manager":"go"}},{{"path":"b/go.sum","package_manager":"go"}}],"vulnerabilities":[{gone}{}]}}"#,
        found("CVE-2031-2", "b/go.sum")
    );
    check(
        "gitlab-dependency-scanning",
        &document,
        &gone,
        &[
            (&[], "ended"),
            (&[(r#"{"path":"a/go.sum","package_manager":"go"},"#, "")], "target: no"),
        ],
    );
}

#[test]
fn trivy_by_its_results_and_image() {
    let found = |id: &str| {
        format!(
            r#"{{"VulnerabilityID":"{id}","PkgName":"lattice","InstalledVersion":"1","FixedVersion":"2","Severity":"HIGH"}}"#
        )
    };
    let gone = found("CVE-2031-1");
    let document = format!(
        r#"{{"SchemaVersion":2,"ArtifactName":"web:1","ArtifactType":"container_image","Metadata":{{"RepoDigests":["web@sha256:aa"]}},"Results":[{{"Target":"a/go.mod","Class":"lang-pkgs","Type":"gomod","Vulnerabilities":[{gone}]}},{{"Target":"b/go.mod","Class":"lang-pkgs","Type":"gomod","Vulnerabilities":[{}]}}]}}"#,
        found("CVE-2031-2")
    );
    check(
        "trivy",
        &document,
        &gone,
        &[
            (&[], "ended"),
            (
                &[(
                    r#"{"Target":"a/go.mod","Class":"lang-pkgs","Type":"gomod","Vulnerabilities":[]},"#,
                    "",
                )],
                "target: not said",
            ),
            (&[("web:1", "web:2")], "ended"),
            (&[("web:1", "web:2"), ("sha256:aa", "sha256:bb")], "target: not said"),
            (&[("web:1", "worker:1"), ("sha256:aa", "sha256:bb")], "target: no"),
            (&[("\"HIGH\"", "\"CRITICAL\"")], "filter: not said"),
        ],
    );
    // A passed check of the same file.
    let check_of = |status: &str| {
        format!(
            r#"{{"SchemaVersion":2,"ArtifactName":"shop","Results":[{{"Target":"Dockerfile","Class":"config","Type":"dockerfile","Misconfigurations":[{{"ID":"DS002","Title":"t","Severity":"HIGH","Status":"{status}"}},{{"ID":"DS001","Title":"u","Severity":"HIGH","Status":"FAIL"}}]}}]}}"#
        )
    };
    assert_eq!(said("trivy", &check_of("FAIL"), &check_of("PASS")), "ended");
}

#[test]
fn grype_by_its_image_and_configuration() {
    let found = |id: &str, path: &str, fixed: &str| {
        format!(
            r#"{{"vulnerability":{{"id":"{id}","severity":"High","fix":{{"versions":[{fixed}]}}}},"artifact":{{"name":"lattice","version":"1","type":"npm","locations":[{{"path":"{path}"}}]}}}}"#
        )
    };
    let gone = format!("{},", found("CVE-2031-1", "/app/a.jar", ""));
    let document = format!(
        r#"{{"matches":[{gone}{}],"source":{{"type":"image","target":{{"userInput":"web:1","repoDigests":[]}}}},"descriptor":{{"name":"grype","version":"0.94","configuration":{{"only-fixed":false,"exclude":[],"ignore":null}},"db":{{"built":"2026-03-01"}}}}}}"#,
        found("CVE-2031-2", "/app/b.jar", "\"2\"")
    );
    check(
        "grype",
        &document,
        &gone,
        &[
            (&[], "ended"),
            (&[(r#""only-fixed":false"#, r#""only-fixed":true"#)], "filter: no"),
            (&[(r#""exclude":[]"#, r#""exclude":["app/*.jar"]"#)], "filter: no"),
            (&[(r#""exclude":[]"#, r#""ignore-states":"wont-fix""#)], "filter: not said"),
            (&[("web:1", "worker:1")], "target: no"),
            (&[(r#""type":"image""#, r#""type":"directory""#)], "target: not said"),
            (
                &[(r#""configuration":{"only-fixed":false,"exclude":[],"ignore":null},"#, "")],
                "filter: not said",
            ),
        ],
    );
}

#[test]
fn grype_by_its_folder_and_how_it_searched() {
    let found = |id: &str| {
        format!(
            r#"{{"vulnerability":{{"id":"{id}","severity":"High","fix":{{"versions":["2"]}}}},"artifact":{{"name":"lattice","version":"1","type":"npm","locations":[{{"path":"/package-lock.json"}}]}}}}"#
        )
    };
    let gone = format!("{},", found("CVE-2031-1"));
    let document = format!(
        r#"{{"matches":[{gone}{}],"source":{{"type":"directory","target":"services/web"}},"descriptor":{{"name":"grype","version":"0.94","configuration":{{"only-fixed":false,"distro":"","platform":"","search":{{"scope":"squashed","unindexed-archives":false}},"match":{{"java":{{"using-cpes":false}},"stock":{{"using-cpes":true}}}},"fail-on-severity":"","ignore":null,"exclude":[]}},"db":{{"built":"2026-03-01"}}}}}}"#,
        found("CVE-2031-2")
    );
    let else_where = (r#""target":"services/web""#, r#""target":"services/api""#);
    let image = (r#""target":"services/web""#, r#""target":{"userInput":"services/api"}"#);
    let set = "filter: not said";
    check(
        "grype",
        &document,
        &gone,
        &[
            (&[], "ended"),
            (&[else_where], "target: no"),
            (&[image], "target: no"),
            (&[(r#""distro":"""#, r#""distro":"debian:12""#)], set),
            (&[(r#""platform":"""#, r#""platform":"linux/arm64""#)], set),
            (&[("\"unindexed-archives\":false", "\"unindexed-archives\":true")], set),
            (&[(r#"{"using-cpes":true}"#, r#"{"using-cpes":false}"#)], set),
            (&[(r#""fail-on-severity":"""#, r#""fail-on-severity":"high""#)], "ended"),
            (&[(r#""ignore":null"#, r#""only-notfixed":true,"ignore":null"#)], "filter: no"),
        ],
    );
}

#[test]
fn snyk_by_its_projects() {
    let found = |id: &str, severity: &str| {
        format!(
            r#"{{"id":"{id}","title":"t","severity":"{severity}","packageName":"lattice","version":"1"}}"#
        )
    };
    let gone = format!("{},", found("CVE-2031-1", "medium"));
    let project = |name: &str, list: &str| {
        format!(
            r#"{{"ok":false,"dependencyCount":3,"packageManager":"npm","projectName":"{name}","displayTargetFile":"package-lock.json","path":"/builds/x","vulnerabilities":[{list}]}}"#
        )
    };
    let web = project("web", &format!("{gone}{}", found("CVE-2031-2", "medium")));
    let threshold = r#""severityThreshold":"high","ok":false"#;
    check(
        "snyk",
        &web,
        &gone,
        &[
            (&[], "ended"),
            (&[("\"web\"", "\"api\"")], "target: no"),
            (&[(r#""ok":false"#, threshold), ("\"medium\"", "\"high\"")], "filter: no"),
            (&[(r#""ok":false"#, r#""ok":false,"error":"x""#)], "order: no"),
            (&[("\"package-lock.json\"", "\"b/package-lock.json\"")], "target: no"),
            (&[("/builds/x", "/other/y")], "ended"),
        ],
    );
    let several = format!("[{},{}]", web, project("api", ""));
    check("snyk", &several, &gone, &[(&[], "ended"), (&[("\"web\"", "\"worker\"")], "target: no")]);
}

#[test]
fn audits_by_what_they_count() {
    let advisory = |id: &str| {
        format!(
            r#""{id}":{{"id":{id},"module_name":"lattice","severity":"high","title":"t","cves":["CVE-2031-{id}"],"patched_versions":">=2","findings":[{{"version":"1"}}]}}"#
        )
    };
    let gone = format!("{},", advisory("146"));
    let document = format!(
        r#"{{"actions":[],"advisories":{{{gone}{}}},"muted":[],"metadata":{{"vulnerabilities":{{}},"totalDependencies":43}}}}"#,
        advisory("147")
    );
    check(
        "npm-audit",
        &document,
        &gone,
        &[
            // Of which project it is no audit says; only a person can.
            (&[], "target: not said"),
            (
                &[(r#""muted""#, r#""error":{"code":"ENOAUDIT","summary":"s"},"muted""#)],
                "target: not said, order: no",
            ),
        ],
    );
    let last = format!(
        r#"{{"actions":[],"advisories":{{{}}},"muted":[],"metadata":{{"totalDependencies":43}}}}"#,
        advisory("146")
    );
    // Nothing is left that shows what a filter would not hide.
    check(
        "npm-audit",
        &last,
        &advisory("146"),
        &[
            (&[], "target: not said, filter: not said"),
            (
                &[(r#""totalDependencies":43"#, "")],
                "target: not said, filter: not said, order: not said",
            ),
        ],
    );

    let vulns = r#"{"id":"PYSEC-2031-1","fix_versions":["2"],"description":"d"}"#;
    let document = format!(
        r#"{{"dependencies":[{{"name":"lattice","version":"1","vulns":[{vulns}]}},{{"name":"b","version":"1","vulns":[{}]}}]}}"#,
        vulns.replace("-1\"", "-2\"")
    );
    check(
        "pip-audit",
        &document,
        vulns,
        &[
            (&[], "target: not said"),
            (
                &[(
                    r#""name":"b","version":"1","vulns""#,
                    r#""name":"c","skip_reason":"r"},{"name":"b","version":"1","vulns""#,
                )],
                "target: not said, order: no",
            ),
        ],
    );

    let found = r#"{"advisory":{"id":"RUSTSEC-2031-1","title":"t","cvss":null},"versions":{"patched":[]},"package":{"name":"lattice","version":"1.0.0"}}"#;
    let document = format!(
        r#"{{"settings":{{"target_arch":[],"target_os":[],"severity":null,"ignore":[],"informational_warnings":["unmaintained","unsound","notice"]}},"database":{{"last-commit":"aa"}},"lockfile":{{"dependency-count":12}},"vulnerabilities":{{"found":true,"list":[{found}]}},"warnings":{{}}}}"#
    );
    // The last one ends where a person says that it is this project: the document says the other four.
    check(
        "cargo-audit",
        &document,
        found,
        &[
            (&[], "target: not said"),
            (
                &[(r#""ignore":[]"#, r#""ignore":["RUSTSEC-2031-1"]"#)],
                "target: not said, filter: not said",
            ),
            (&[(r#""dependency-count":12"#, "")], "target: not said, order: not said"),
            (
                &[(r#""target_os":[]"#, r#""target_os":["windows"]"#)],
                "target: not said, filter: not said",
            ),
        ],
    );
}

#[test]
fn lock_files_and_packages_that_are_still_listed() {
    let package = |id: &str| {
        format!(
            r#"{{"package":{{"name":"lattice","version":"1","ecosystem":"npm"}},"vulnerabilities":[{{"id":"{id}","database_specific":{{"severity":"HIGH"}}}}]}}"#
        )
    };
    let gone = package("GHSA-aaaa-bbbb-cccc");
    let document = format!(
        r#"{{"results":[{{"source":{{"path":"/s/a/yarn.lock","type":"lockfile"}},"packages":[{gone}]}},{{"source":{{"path":"/s/b/yarn.lock","type":"lockfile"}},"packages":[{}]}}]}}"#,
        package("GHSA-dddd-eeee-ffff")
    );
    check(
        "osv-scanner",
        &document,
        &gone,
        &[(&[], "ended"), (&[("/s/a/yarn.lock", "/s/c/yarn.lock")], "target: not said")],
    );

    let found = |id: &str| format!(r#"{{"name":"{id}","severity":"HIGH","description":"d"}}"#);
    let gone = found("CVE-2031-1");
    let document = format!(
        r#"{{"reportSchema":"1.1","scanInfo":{{"engineVersion":"12","dataSource":[{{"name":"NVD","timestamp":"2026-03-01"}}]}},"projectInfo":{{"name":"shop"}},"dependencies":[{{"fileName":"a.jar","filePath":"/s/a.jar","vulnerabilities":[{gone}]}},{{"fileName":"b.jar","filePath":"/s/b.jar","vulnerabilities":[{}]}}]}}"#,
        found("CVE-2031-2")
    );
    check(
        "dependency-check-json",
        &document,
        &gone,
        &[
            (&[], "ended"),
            (&[("/s/a.jar", "/s/a-2.jar")], "target: not said"),
            (&[("\"shop\"", "\"other\"")], "target: no"),
            (
                &[(
                    r#""engineVersion":"12""#,
                    r#""engineVersion":"12","analysisExceptions":[{"exception":{"message":"no answer"}}]"#,
                )],
                "order: no",
            ),
        ],
    );
}

#[test]
fn images_of_one_document() {
    let found = |id: &str| {
        format!(
            r#"{{"id":"{id}","severity":"high","packageName":"lattice","packageVersion":"1","status":"fixed in 2"}}"#
        )
    };
    let gone = found("CVE-2031-1");
    let document = format!(
        r#"{{"results":[{{"id":"sha256:aa","name":"web:1","vulnerabilities":[{gone}],"vulnerabilityDistribution":{{"total":1}}}},{{"id":"sha256:bb","name":"api:1","vulnerabilities":[{}],"vulnerabilityDistribution":{{"total":1}}}}]}}"#,
        found("CVE-2031-2")
    );
    check(
        "twistlock",
        &document,
        &gone,
        &[(&[], "ended"), (&[("web:1", "worker:1")], "target: no")],
    );

    let found = |id: &str| {
        format!(
            r#"{{"vuln":"{id}","severity":"High","package_name":"lattice","package_version":"1","fix":"2","package_path":"pkgdb"}}"#
        )
    };
    let gone = format!("{},", found("CVE-2031-1"));
    let document = format!(
        r#"{{"imageDigest":"sha256:aa","vulnerability_type":"all","vulnerabilities":[{gone}{}]}}"#,
        found("CVE-2031-2")
    );
    check(
        "anchore-engine",
        &document,
        &gone,
        &[
            (&[], "ended"),
            (&[(r#""all""#, r#""os""#)], "filter: not said"),
            (&[("sha256:aa", "sha256:bb")], "target: not said"),
        ],
    );
}

#[test]
fn the_generic_format_states_all_of_it() {
    let finding = r#"{"class":"code","rule":"NW-1","title":"t","severity":"high","confidence":"high","locations":[{"path":"src/a.py"}]}"#;
    let document = format!(
        r#"{{"schema":"gabion.findings/1","tool":"night watch","category":"a","looked_at":["file:src/a.py"],"missed":[],"kinds":["code"],"rules":["NW-1"],"all_rules":true,"filters":[],"succeeded":true,"findings":[{finding}]}}"#
    );
    check(
        "generic-json",
        &document,
        finding,
        &[
            (&[], "ended"),
            (&[("file:src/a.py", "file:src/b.py")], "target: no"),
            (&[(r#""looked_at":["file:src/a.py"],"#, "")], "target: not said"),
            (&[(r#""looked_at""#, r#""looked_at_too""#)], "ended"),
            (&[("file:src/a.py", "folder:src")], "ended"),
            (&[(r#""missed":[]"#, r#""missed":["file:src/a.py"]"#)], "target: no"),
            (&[(r#""kinds":["code"]"#, r#""kinds":["secret"]"#)], "kind: no"),
            (&[(r#""kinds":["code"],"#, "")], "kind: not said"),
            (&[("\"NW-1\"", "\"NW-2\"")], "rule: no"),
            (&[(r#""all_rules":true"#, r#""rules_off":["NW-1"]"#)], "rule: no"),
            (&[(r#""filters":[]"#, r#""filters":[{"severity":"critical"}]"#)], "filter: no"),
            (&[(r#""filters":[],"#, "")], "filter: not said"),
            (&[(r#""succeeded":true,"#, "")], "order: not said"),
            (&[(r#""category":"a""#, r#""category":"b""#)], "no such run"),
            (&[(r#""succeeded""#, r#""capped":true,"succeeded""#)], "rule: no"),
        ],
    );
}

/// A list of what was looked at holds every place of the document's own claims, in the same spelling: else it would
/// say of what is there that it was not looked at.
#[test]
fn what_a_document_says_it_looked_at_holds_its_own_claims() {
    let Some(files) = crate::corpus::files() else { return };
    let mut wrong = Vec::new();
    for (path, bytes) in &files {
        let mut cursor = Cursor::new(bytes.as_slice());
        let mut source = Source::new(&mut cursor);
        let Ok(Some(format)) = findings::recognise(&mut source) else { continue };
        let mut runs = Runs::default();
        if format.read(&mut source, &mut runs).is_err() {
            continue;
        }
        for one in runs.runs.values() {
            let claims = one.claims.iter().take(2_000);
            let denied = claims.filter_map(|claim| denied(one, claim));
            wrong.extend(denied.take(2).map(|why| format!("{path} ({}): {why}", format.id)));
        }
    }
    // One rule of it has two results: once it was not checked, and once it failed. «No» is the safe one.
    wrong.retain(|why| !why.starts_with("scans/openscap/ios-sample-v1.1.3.xccdf.xml"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Why the run says of a claim of its own that it looked elsewhere, for another kind or without its rule.
fn denied(one: &One, claim: &Observation) -> Option<String> {
    let coverage = one.stated.clone();
    let claim = ground(std::slice::from_ref(claim), &one.subject, &one.stated.digest);
    let run = Run { coverage, observations: 1, ..Run::default() };
    let judgement = judge(&run, Some(&claim), &Reporting::default(), None, false);
    let [target, kind, rule, ..] = &judgement.answers;
    let no = [target, kind, rule].into_iter().find(|answer| {
        // What was found where a rule failed, or was left to people too, is told all the same.
        let partial = ["could not look", "is cut", "was not evaluated"]
            .iter()
            .any(|words| answer.words().contains(words));
        matches!(answer, Answer::No(_)) && !partial
    });
    no.map(|answer| answer.words().to_owned())
}
