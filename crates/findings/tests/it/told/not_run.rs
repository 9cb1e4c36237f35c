//! What was not evaluated is no proof, and says nothing of how bad a claim is.

use findings::close::Statement;

use super::*;

/// The later of two documents, held against the one claim of the rule that it has not. `stated`: under a person's word
/// that runs are whole.
pub(super) struct Pair<'d> {
    format: &'d str,
    rule: &'d str,
    before: &'d str,
    stated: bool,
}

impl Pair<'_> {
    pub(super) fn new<'d>(format: &'d str, rule: &'d str, before: &'d str) -> Pair<'d> {
        Pair { format, rule, before, stated: false }
    }

    pub(super) fn stated(self) -> Self {
        Self { stated: true, ..self }
    }

    pub(super) fn check(&self, after: &str, expect: &str) {
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
        let last = reporting(&reported);
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
pub(super) fn result(rule: &str, path: &str, more: &str) -> String {
    format!(
        r#"{{"ruleId":"{rule}","message":{{"text":"{rule}"}}{more},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"{path}"}},"region":{{"startLine":3}}}}}}]}}"#
    )
}

/// A document of one run with these further fields.
pub(super) fn sarif(fields: &str) -> String {
    format!(
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"lantern","version":"1","rules":[{{"id":"L1"}},{{"id":"L2"}},{{"id":"L3"}}]}}}},
        "artifacts":[{{"location":{{"uri":"a.c"}}}},{{"location":{{"uri":"b.c"}}}},{{"location":{{"uri":"c.c"}}}}]{fields}}}]}}"#
    )
}

pub(super) const WELL: &str = r#","invocations":[{"executionSuccessful":true}]"#;

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
    for (status, resource) in [("MANUAL", "x"), ("MANUAL", "account"), ("INFO", "x")] {
        neither_rated_nor_ended("prowler-ocsf", "e1", &before, &prowler(status, resource));
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

#[test]
fn tests_of_transport_security_that_gave_no_answer() {
    let sslyze = |heartbleed: &str| {
        format!(
            r#"{{"sslyze_version":"6","server_scan_results":[{{"server_location":{{"hostname":"h","port":443}},"scan_result":{{{heartbleed}"robot":{{"status":"COMPLETED","result":{{"robot_result":"VULNERABLE_WEAK_ORACLE"}}}}}}}}]}}"#
        )
    };
    let told = |vulnerable: &str| {
        sslyze(&format!(
            r#""heartbleed":{{"status":"COMPLETED","result":{{"is_vulnerable_to_heartbleed":{vulnerable}}}}},"#
        ))
    };
    let before = told("true");
    let pair = Pair::new("sslyze", "heartbleed", &before).stated();
    pair.check(&told("false"), "ended");
    pair.check(&told("null"), "rule: no");
    pair.check(&sslyze(""), "rule: no");
    pair.check(&sslyze(r#""heartbleed":{"status":"COMPLETED","result":null},"#), "rule: no");
    pair.check(&sslyze(r#""heartbleed":{"status":"NOT_SCHEDULED","result":null},"#), "rule: no");
    let failed = sslyze(r#""heartbleed":{"status":"ERROR","result":null},"#);
    pair.check(&failed, "rule: no, order: no");
    let labs = |details: &str| {
        format!(
            r#"[{{"host":"h","port":443,"engineVersion":"2.1.8","criteriaVersion":"2009q","endpoints":[{{"ipAddress":"192.0.2.3","grade":"T","details":{{"protocols":[{{"id":771,"name":"TLS","version":"1.2"}}],"suites":[],{details}}}}}]}}]"#
        )
    };
    let before = labs(r#""heartbleed":true,"openSslCcs":2"#);
    for (rule, no_answer) in [
        ("openssl_ccs_injection", r#""heartbleed":true,"openSslCcs":-1"#),
        ("openssl_ccs_injection", r#""heartbleed":true,"openSslCcs":0"#),
        ("openssl_ccs_injection", r#""heartbleed":true"#),
        ("heartbleed", r#""openSslCcs":2"#),
    ] {
        let pair = Pair::new("ssl-labs", rule, &before).stated();
        pair.check(&labs(no_answer), "rule: no");
        pair.check(&labs(r#""heartbleed":false,"openSslCcs":1"#), "ended");
    }
    let xml = |heartbleed: &str| {
        format!(
            r#"<document SSLyzeVersion="2"><results><target host="h" port="443">{heartbleed}<robot><robotAttack resultEnum="VULNERABLE_WEAK_ORACLE"/></robot></target></results></document>"#
        )
    };
    let asked = |is: &str| {
        xml(&format!(r#"<heartbleed><openSslHeartbleed isVulnerable="{is}"/></heartbleed>"#))
    };
    let before = asked("True");
    let pair = Pair::new("sslyze-xml", "heartbleed", &before).stated();
    pair.check(&asked("False"), "ended");
    pair.check(&xml(""), "rule: no");
}

#[test]
fn scout_suite_looked_at_nothing() {
    let script = |checked: &str| {
        format!(
            r#"scoutsuite_results =
{{"account_id":"a1","last_run":{{"version":"5"}},"services":{{"s3":{{"findings":{{"f1":{{{checked},"level":"warning"}},"f2":{{"checked_items":2,"flagged_items":1,"level":"warning","items":["s3.b.web"]}}}}}}}}}}"#
        )
    };
    let before = script(r#""checked_items":2,"flagged_items":1,"items":["s3.b.logs"]"#);
    let pair = Pair::new("scout-suite", "f1", &before).stated();
    pair.check(&script(r#""checked_items":2,"flagged_items":0,"items":[]"#), "ended");
    pair.check(&script(r#""checked_items":0,"flagged_items":0,"items":[]"#), "rule: no");
}

#[test]
fn an_image_of_another_platform_is_configured_otherwise() {
    let trivy = |found: &str, of: &str| {
        format!(
            r#"{{"SchemaVersion":2,"ArtifactName":"web:1","ArtifactType":"container_image","Metadata":{{"ImageConfig":{{"architecture":"{of}","os":"linux"}}}},"Results":[{{"Target":"web:1 (debian 12)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[{found}{{"VulnerabilityID":"CVE-2031-2","PkgName":"zlib","InstalledVersion":"1","FixedVersion":"2","Severity":"HIGH"}}]}}]}}"#
        )
    };
    let found = r#"{"VulnerabilityID":"CVE-2031-1","PkgName":"openssl","InstalledVersion":"1","FixedVersion":"2","Severity":"HIGH"},"#;
    let before = trivy(found, "amd64");
    let pair = Pair::new("trivy", "CVE-2031-1", &before).stated();
    pair.check(&trivy("", "amd64"), "ended");
    pair.check(&trivy("", "arm64"), "filter: not said");
    let grype = |found: &str, of: &str| {
        let matched = |id: &str| {
            format!(
                r#"{{"vulnerability":{{"id":"{id}","severity":"High","fix":{{"versions":["2"],"state":"fixed"}}}},"artifact":{{"name":"a","version":"1","purl":"pkg:pypi/a@1"}}}}"#
            )
        };
        let found = if found.is_empty() { String::new() } else { matched(found) + "," };
        format!(
            r#"{{"matches":[{found}{}],"source":{{"type":"image","target":{{"userInput":"web:1","os":"linux","architecture":"{of}"}}}},"descriptor":{{"name":"grype","version":"0.99"}}}}"#,
            matched("CVE-2031-2")
        )
    };
    let before = grype("CVE-2031-1", "amd64");
    let pair = Pair::new("grype", "CVE-2031-1", &before).stated();
    pair.check(&grype("", "amd64"), "ended");
    pair.check(&grype("", "arm64"), "filter: not said");
}

#[test]
fn sslscan_was_not_asked() {
    let scan = |tests: &str| {
        format!(
            r#"<document version="2.1"><ssltest host="h" port="443">{tests}<renegotiation supported="1" secure="0"/></ssltest></document>"#
        )
    };
    const OLD: &str = r#"<cipher status="accepted" sslversion="TLSv1.0" cipher="AES128-SHA"/>"#;
    const NEW: &str = r#"<cipher status="accepted" sslversion="TLSv1.2" cipher="AES128-SHA"/>"#;
    let bled = |is: &str| format!(r#"<heartbleed sslversion="TLSv1.2" vulnerable="{is}"/>{NEW}"#);
    let before = scan(&format!("{}{OLD}", bled("1")));
    let pair = Pair::new("sslscan", "heartbleed", &before).stated();
    pair.check(&scan(&bled("0")), "ended");
    pair.check(&scan(NEW), "rule: no");
    let pair = Pair::new("sslscan", "tls_1_0_cipher_suites", &before).stated();
    pair.check(&scan(NEW), "ended");
    pair.check(&scan(""), "rule: no");
}
