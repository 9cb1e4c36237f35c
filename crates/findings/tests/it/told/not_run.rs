//! What was not evaluated is no proof, and says nothing of how bad a claim is.

use findings::close::Statement;

use super::*;

/// The later of two documents, held against the one claim of the rule that it has not. `stated`: under a person's word
/// that runs are whole.
struct Pair<'d> {
    format: &'d str,
    rule: &'d str,
    before: &'d str,
    stated: bool,
}

impl Pair<'_> {
    fn new<'d>(format: &'d str, rule: &'d str, before: &'d str) -> Pair<'d> {
        Pair { format, rule, before, stated: false }
    }

    fn stated(self) -> Self {
        Self { stated: true, ..self }
    }

    fn check(&self, after: &str, expect: &str) {
        let (before, after) = (read(self.format, self.before), read(self.format, after));
        let place = |o: &Observation| format!("{:?}{:?}{}", o.locations, o.endpoint, o.resource);
        let mut gone = before.observations.iter().filter(|claim| {
            let same = |o: &Observation| o.rule == claim.rule && place(o) == place(claim);
            claim.rule == self.rule && !after.observations.iter().any(same)
        });
        let claim = gone.next().unwrap_or_else(|| panic!("{} is not gone", self.rule));
        let reported = run(&before, 1);
        let mut ground = ground(std::slice::from_ref(claim), subject(&before), "");
        reported.coverage.settle(&mut ground);
        let last = Reporting {
            scanned_at: reported.scanned_at,
            tool_version: reported.tool_version.clone(),
            rules_version: reported.rules_version.clone(),
            configuration: reported.coverage.configuration(),
            same_bytes: false,
        };
        let statement = Statement { by: "ann says so".to_owned(), kinds: Vec::new() };
        let statement = Some(&statement).filter(|_| self.stated);
        let judgement = judge(&run(&after, 2), Some(&ground), &last, statement, false);
        let missing = judgement.missing().map(|(which, answer)| {
            let word = if matches!(answer, Answer::No(_)) { "no" } else { "not said" };
            format!("{}: {word}", which.as_str())
        });
        let missing = missing.collect::<Vec<_>>().join(", ");
        let said = if missing.is_empty() { "ended" } else { &missing };
        assert_eq!(said, expect, "{} {}: {}", self.format, self.rule, judgement.evidence());
    }
}

/// A result of a rule in a file, with further fields.
fn result(rule: &str, path: &str, more: &str) -> String {
    format!(
        r#"{{"ruleId":"{rule}","message":{{"text":"{rule}"}}{more},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"{path}"}},"region":{{"startLine":3}}}}}}]}}"#
    )
}

/// A document of one run with these further fields.
fn sarif(fields: &str) -> String {
    format!(
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"lantern","version":"1","rules":[{{"id":"L1"}},{{"id":"L2"}},{{"id":"L3"}}]}}}},
        "artifacts":[{{"location":{{"uri":"a.c"}}}},{{"location":{{"uri":"b.c"}}}},{{"location":{{"uri":"c.c"}}}}]{fields}}}]}}"#
    )
}

const WELL: &str = r#","invocations":[{"executionSuccessful":true}]"#;

fn results(results: &[String]) -> String {
    sarif(&format!(r#"{WELL},"results":[{}]"#, results.join(",")))
}

#[test]
fn not_applicable_is_no_pass() {
    let other = result("L2", "a.c", "");
    let before = results(&[result("L1", "a.c", ""), other.clone()]);
    let pair = Pair::new("sarif", "L1", &before);
    pair.check(&results(std::slice::from_ref(&other)), "ended");
    pair.check(&results(&[result("L1", "a.c", r#","kind":"pass""#), other.clone()]), "ended");
    let elsewhere = result("L1", "b.c", r#","kind":"notApplicable""#);
    pair.check(&results(&[elsewhere, other.clone()]), "ended");
    let none = result("L1", "a.c", r#","kind":"notApplicable""#);
    let after = results(&[none.clone(), other.clone()]);
    pair.check(&after, "rule: no");
    assert!(!read("sarif", &after).facts.iter().any(|fact| matches!(fact, Fact::Passed(_))));
    // Another result of the rule shows that it ran, and not that it ran there.
    let pair = Pair::new("sarif", "L1", &before).stated();
    pair.check(&results(&[none, result("L1", "b.c", ""), other.clone()]), "rule: no");
    let nowhere = r#"{"ruleId":"L1","kind":"notApplicable","message":{"text":"x"}}"#.to_owned();
    pair.check(&results(&[nowhere, other]), "rule: no");
}

#[test]
fn what_is_not_decided_is_rated_as_the_rule_is() {
    for (kind, severity) in [("open", "medium"), ("review", "medium"), ("informational", "none")] {
        let more = format!(r#","kind":"{kind}","level":"none""#);
        let kept = read("sarif", &results(&[result("L1", "a.c", &more)]));
        let rated: Vec<&str> = kept.observations.iter().map(|o| o.severity.as_str()).collect();
        assert_eq!(rated, [severity], "{kind}");
    }
}

#[test]
fn xccdf_and_azure_that_are_not_applicable() {
    let rules = |first: &str| {
        format!(
            r#"<Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2" id="b"><TestResult id="t" test-system="cpe:/a:redhat:openscap:1.3"><target>h1</target><rule-result idref="r1"><result>{first}</result></rule-result><rule-result idref="r2"><result>fail</result></rule-result></TestResult></Benchmark>"#
        )
    };
    let before = rules("fail");
    let pair = Pair::new("xccdf", "r1", &before);
    pair.check(&rules("pass"), "ended");
    for none in ["notapplicable", "notchecked", "notselected", "informational"] {
        pair.check(&rules(none), "rule: no");
        let counted = |fact: &Fact| matches!(fact, Fact::Passed(_) | Fact::PassedAt(..));
        assert!(!read("xccdf", &rules(none)).facts.iter().any(counted), "{none}");
    }
    let azure = |state: &str| {
        let row =
            |name: &str, state: &str| format!("s1,/s1/{name},/s1/{name}/r1,r1,r1,Low,{state}\n");
        format!(
            "subscriptionId,resourceId,recommendationId,recommendationName,recommendationDisplayName,severity,state\n{}{}",
            row("n1", state),
            row("n2", "Unhealthy")
        )
    };
    let before = azure("Unhealthy");
    let pair = Pair::new("azure-recommendations", "r1", &before);
    pair.check(&azure("Healthy"), "ended");
    pair.check(&azure("NotApplicable"), "rule: no");
}

#[test]
fn sarif_says_that_a_rule_failed() {
    let (other, elsewhere) = (result("L2", "a.c", ""), result("L1", "b.c", ""));
    let before = results(&[result("L1", "a.c", ""), elsewhere.clone(), other.clone()]);
    let with = |note: &str| {
        sarif(&format!(
            r#","invocations":[{{"executionSuccessful":true,"toolExecutionNotifications":[{{"message":{{"text":"timed out"}}{note}}}]}}],"results":[{elsewhere},{other}]"#
        ))
    };
    let pair = Pair::new("sarif", "L1", &before).stated();
    const AT_A: &str = r#","locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"}}}]"#;
    let of = |rule: &str, level: &str| format!(r#","associatedRule":{{{rule}}}{level}"#);
    pair.check(&with(r#","level":"note""#), "ended");
    for level in ["", r#","level":"warning""#, r#","level":"error""#] {
        pair.check(&with(&of(r#""id":"L1""#, level)), "rule: no");
        pair.check(&with(&of(r#""index":0"#, level)), "rule: no");
        pair.check(&with(&of(r#""id":"L2""#, level)), "ended");
        // Which one failed is not said.
        pair.check(&with(&of(r#""guid":"0""#, level)), "order: no");
    }
    for level in [r#","level":"note""#, r#","level":"none""#] {
        pair.check(&with(&of(r#""id":"L1""#, level)), "ended");
        pair.check(&with(&format!("{}{AT_A}", of(r#""id":"L1""#, level))), "ended");
    }
    let error = format!(r#","level":"error"{AT_A}"#);
    pair.check(&with(&error), "target: no");
    pair.check(&with(&of(r#""id":"L2""#, &error)), "target: no");
}

#[test]
fn sarif_without_results_tells_of_no_scan() {
    let other = result("L2", "a.c", "");
    let before = results(&[result("L1", "a.c", ""), other.clone()]);
    let pair = Pair::new("sarif", "L1", &before).stated();
    pair.check(&sarif(&format!(r#"{WELL},"results":[]"#)), "ended");
    pair.check(&sarif(WELL), "order: no");
    pair.check(&sarif(&format!(r#"{WELL},"results":null"#)), "order: no");
    // The other run of the document has its results.
    let two = sarif(WELL).replacen(
        r#""runs":["#,
        r#""runs":[{"tool":{"driver":{"name":"other"}},"results":[]},"#,
        1,
    );
    let kept = read("sarif", &two);
    let at = |wanted: &dyn Fn(&Fact) -> bool| kept.facts.iter().position(wanted);
    let enters = |tool: &'static str| move |fact: &Fact| matches!(fact, Fact::Run { tool: of, .. } if of == tool);
    let why = at(&|fact| matches!(fact, Fact::Incomplete(_)));
    assert!(at(&enters("other")) < at(&enters("lantern")) && at(&enters("lantern")) < why);
}

/// The later document has no claim of the rule, and the earlier claim stays as it was.
fn neither_rated_nor_ended(format: &str, rule: &str, before: &str, after: &str) {
    let kept = read(format, after);
    assert!(!kept.observations.iter().any(|o| o.rule == rule), "{format}: {after}");
    assert!(!kept.facts.iter().any(|fact| matches!(fact, Fact::Passed(1..))), "{format}: {after}");
    Pair::new(format, rule, before).stated().check(after, "rule: no");
}

#[test]
fn a_check_that_did_not_run_neither_rates_nor_ends() {
    let inspec = |results: &str| {
        format!(
            r#"{{"platform":{{"target_id":"w1"}},"version":"5","profiles":[{{"controls":[{{"id":"c1","title":"c1","impact":0.5,"results":[{results}]}}]}}]}}"#
        )
    };
    let of = |status: &str| format!(r#"{{"status":"{status}","code_desc":"x"}}"#);
    let before = inspec(&of("failed"));
    for results in ["skipped", "error"].map(of).into_iter().chain([String::new()]) {
        neither_rated_nor_ended("inspec", "c1", &before, &inspec(&results));
        let partly = inspec(&format!("{}{}", of("passed"), results).replace("}{", "},{"));
        if !results.is_empty() {
            neither_rated_nor_ended("inspec", "c1", &before, &partly);
        }
    }
    let own = before.replace(r#""results""#, r#""status":"not_applicable","results""#);
    neither_rated_nor_ended("inspec", "c1", &before, &own);
    let prowler = |status: &str, resource: &str| {
        format!(
            r#"[{{"metadata":{{"event_code":"e1","product":{{"name":"Prowler","version":"5"}}}},"severity":"High","status_code":"{status}","finding_info":{{"title":"e1","uid":"u"}},"resources":[{{"region":"eu","name":"{resource}"}}],"cloud":{{"account":{{"uid":"111111111111"}}}}}}]"#
        )
    };
    let before = prowler("FAIL", "x");
    for status in ["MANUAL", "INFO"] {
        neither_rated_nor_ended("prowler-ocsf", "e1", &before, &prowler(status, "x"));
        neither_rated_nor_ended("prowler-ocsf", "e1", &before, &prowler(status, "account"));
    }
    // What passed at the thing itself was evaluated.
    let both = prowler("PASS", "x").replace("}]}]", "}]}").replace(
        r#""cloud":{"account":{"uid":"111111111111"}}}]"#,
        r#""cloud":{"account":{"uid":"111111111111"}}},"#,
    ) + &prowler("MANUAL", "account")[1..];
    Pair::new("prowler-ocsf", "e1", &before).check(&both, "ended");
    let kubescape = |status: &str| {
        format!(
            r#"{{"clusterName":"shop","results":[{{"resourceID":"path=1/api=apps/v1/shop/Deployment/web","controls":[{{"controlID":"C-1","status":{{"status":"{status}"}}}}]}}],"summaryDetails":{{"controls":{{"C-1":{{"name":"C-1","scoreFactor":4}}}}}}}}"#
        )
    };
    neither_rated_nor_ended("kubescape", "C-1", &kubescape("failed"), &kubescape("skipped"));
}
