//! Fields that stand in another place, or mean something else, than where one looks first.

use std::io::Cursor;

use findings::sink::Kept;
use findings::{Fact, Observation, Source, recognise};

/// What a document says, read by its content.
fn read(text: &str) -> (Vec<Observation>, Vec<Fact>) {
    let mut cursor = Cursor::new(text.as_bytes());
    let mut source = Source::new(&mut cursor);
    let format = recognise(&mut source).unwrap().expect("recognised");
    let mut kept = Kept::default();
    format.read(&mut source, &mut kept).unwrap();
    (kept.observations, kept.facts)
}

/// Rule, severity and score of each claim.
fn check(text: &str, expect: &[&str]) -> (Vec<Observation>, Vec<Fact>) {
    let (observations, facts) = read(text);
    let said: Vec<String> = observations
        .iter()
        .map(|o| format!("{} {} {}", o.rule, o.severity.as_str(), o.score).trim_end().to_owned())
        .collect();
    assert_eq!(said, expect);
    (observations, facts)
}

#[test]
fn a_control_is_what_its_rules_are() {
    let text = r#"{"generationTime":"2026-11-01T00:00:00Z","summaryDetails":{"controls":{"C-1":{"name":"a","scoreFactor":5}}},
        "results":[{"resourceID":"path=1/api=apps/v1//Deployment/web","controls":[
            {"controlID":"C-1","rules":[{"status":"passed"},{"status":"failed"}]},
            {"controlID":"C-2","rules":[{"status":"passed"}]},
            {"controlID":"C-3","rules":[{"status":"skipped"}]},
            {"controlID":"C-4","rules":[{"status":"passed","subStatus":"w/exceptions"}]},
            {"controlID":"C-5","status":{"status":"failed"},"rules":[{"status":"passed"}]}]}]}"#;
    let (observations, facts) = check(text, &["C-1 medium", "C-4 unknown", "C-5 unknown"]);
    assert!(facts.contains(&Fact::Passed(1)));
    let skipped = |fact: &Fact| matches!(fact, Fact::NotRunAt(rule, _) if rule == "C-3");
    assert!(facts.iter().any(skipped));
    assert_eq!(observations[1].standing, findings::Standing::Suppressed);
}

#[test]
fn an_advisory_has_scores_and_weaknesses() {
    let document = r#""document":{"category":"csaf_security_advisory","csaf_version":"2.0","title":"A","publisher":{"category":"vendor","name":"E","namespace":"https://example.com"},"tracking":{"id":"EX-1","status":"final","version":"1","initial_release_date":"2026-11-01T00:00:00Z","current_release_date":"2026-11-01T00:00:00Z","revision_history":[{"number":"1","date":"2026-11-01T00:00:00Z","summary":"s"}]}},"product_tree":{"full_product_names":[{"product_id":"P1","name":"Lattice 1.0"}]}"#;
    let scores = r#""scores":[{"products":["P1"],"cvss_v3":{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","baseScore":9.8}}]"#;
    let text = format!(
        r#"{{{document},"vulnerabilities":[
            {{"cve":"CVE-2031-4004","title":"Code runs","cwe":{{"id":"CWE-94","name":"x"}},"product_status":{{"known_affected":["P1"]}},{scores}}},
            {{"cve":"CVE-2031-4005","cwes":[{{"id":"CWE-79"}}],"product_status":{{"known_affected":["P1"]}},"metrics":[{{"products":["P1"],"content":{{"cvss_v3":{{"baseScore":5.3,"baseSeverity":"MEDIUM"}}}}}}]}}]}}"#
    );
    let first = "CVE-2031-4004 critical CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let (observations, _) = check(&text, &[first, "CVE-2031-4005 medium 5.3"]);
    assert_eq!(
        (observations[0].cwes.as_slice(), observations[1].cwes.as_slice()),
        (&[94][..], &[79][..])
    );
}

#[test]
fn an_export_of_several_technologies_has_pages() {
    let text = r#"<xml-report name="AppScan Report" AsocXmlExportVersion="1.7" technology="Mixed"><issue-group total="1"><item id="1"><severity>High</severity><cvss-score>8.2</cvss-score><cwe>523</cwe><issue-type><ref>login</ref></issue-type><issue-type-name>Unencrypted Login Request</issue-type-name><location>http://shop.example:9000/register.action</location><element>confirmation</element><path>/register.action</path><scheme>http</scheme><host> shop.example</host><port> 9000</port><asoc-issue-id>ed479dc1</asoc-issue-id></item></issue-group></xml-report>"#;
    let (observations, _) = check(text, &["login high 8.2"]);
    let endpoint = observations[0].endpoint.as_ref().unwrap();
    assert_eq!(
        (observations[0].class, observations[0].cwes.as_slice()),
        (findings::Class::Web, &[523][..])
    );
    assert_eq!((endpoint.host.as_str(), endpoint.port), ("shop.example", 9000));
    assert_eq!(
        (endpoint.path.as_str(), endpoint.parameter.as_str()),
        ("/register.action", "confirmation")
    );
}

#[test]
fn a_summary_of_compliance_has_controls() {
    let text = r#"{"apiVersion":"aquasecurity.github.io/v1alpha1","kind":"ClusterComplianceReport","metadata":{"name":"cis"},"status":{"summaryReport":{"id":"cis","controlCheck":[
        {"id":"4.2.10","name":"TLS on the kubelet","severity":"CRITICAL","totalFail":10},
        {"id":"4.2.11","name":"rotate certificates","severity":"HIGH","totalFail":0},
        {"id":"5.1.1","name":"by hand","severity":"LOW","totalFail":null}]}}}"#;
    let (observations, facts) = check(text, &["4.2.10 critical"]);
    assert_eq!(observations[0].resource, "cis");
    assert!(facts.contains(&Fact::Passed(1)));
}

#[test]
fn the_scanner_of_sysdig_is_read_in_both_shapes() {
    let list = r#"{"info":{"scanTime":"2026-11-01T00:00:00Z"},"scanner":{"name":"sysdig-cli-scanner","version":"1.20.0"},"result":{"metadata":{"pullString":"web:1","baseOs":"debian 12"},"packages":[{"type":"os","name":"p","version":"1","vulns":[{"name":"CVE-2031-4004","severity":{"value":"Critical"},"fixedInVersion":"2"}]}]}}"#;
    check(list, &["CVE-2031-4004 critical"]);
    let maps = r#"{"scanner":{"name":"sysdig-cli-scanner"},"result":{"metadata":{"pullString":"web:1"},"packages":{"p1":{"type":"golang","name":"g","version":"1","path":"/a"}},"vulnerabilities":{"v1":{"name":"CVE-2031-4005","severity":"low","packageRef":"p1","fixVersion":"2"}}}}"#;
    let (observations, _) = check(maps, &["CVE-2031-4005 low"]);
    let component = observations[0].component.as_ref().unwrap();
    assert_eq!((component.kind.as_str(), component.name.as_str()), ("golang", "g"));
    let none = r#"{"scanner":{"name":"sysdig-cli-scanner"},"result":{"metadata":{"pullString":"web:1"},"packages":[]}}"#;
    let (_, facts) = check(none, &[]);
    assert!(!facts.iter().any(|fact| matches!(fact, Fact::Incomplete(_))), "{facts:?}");
}

#[test]
fn what_did_not_match_is_no_finding_and_a_live_credential_is_critical() {
    let nuclei = |status: bool| {
        format!(
            r#"{{"template-id":"t","info":{{"name":"T","severity":"high"}},"type":"http","host":"https://a.example","matched-at":"https://a.example/x","matcher-status":{status}}}"#
        )
    };
    let (_, facts) = check(&format!("{}\n{}\n", nuclei(true), nuclei(false)), &["t high"]);
    assert!(facts.contains(&Fact::Passed(1)));
    let credential = |verified: bool| {
        format!(
            r#"{{"SourceMetadata":{{"Data":{{"Filesystem":{{"file":"a.env","line":3}}}}}},"DetectorName":"AWS","Verified":{verified},"Raw":"AKIAQWERTYUIOPASDFGH","Redacted":""}}"#
        )
    };
    check(
        &format!("{}\n{}\n", credential(true), credential(false)),
        &["AWS critical", "AWS unknown"],
    );
}

#[test]
fn a_rule_is_no_beginning_of_another() {
    let rules = r#"[{"id":"X1","shortDescription":{"text":"one"}},{"id":"X10","shortDescription":{"text":"ten"}},{"id":"CA1","shortDescription":{"text":"ca"}}]"#;
    let result = |id: &str, index: u32| {
        format!(r#"{{"ruleId":"{id}","ruleIndex":{index},"message":{{"text":"m"}}}}"#)
    };
    let text = format!(
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"lint","rules":{rules}}}}},"results":[{},{},{}]}}]}}"#,
        result("X10", 0),
        result("CA1/2", 2),
        result("X1", 0)
    );
    let titles: Vec<String> = read(&text).0.into_iter().map(|o| o.title).collect();
    assert_eq!(titles, ["ten", "ca", "one"]);
}

#[test]
fn former_ids_of_a_rule_are_kept() {
    let text = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"lint","rules":[{"id":"SEC100","deprecatedIds":["OLD1","CVE-2031-4004"]}]}},"results":[{"ruleId":"SEC100","message":{"text":"m"}}]}]}"#;
    assert_eq!(read(text).0[0].former_rules, ["OLD1"]);
    let text = r#"{"SchemaVersion":2,"ArtifactName":".","Results":[{"Target":"main.tf","Class":"config","Type":"terraform","Misconfigurations":[{"ID":"AWS-0107","Title":"t","Severity":"HIGH","Status":"FAIL"},{"ID":"aws-x","AVDID":"AVD-AWS-0108","Title":"t","Severity":"HIGH","Status":"FAIL"}]}]}"#;
    let former: Vec<_> = read(text).0.into_iter().map(|o| o.former_rules).collect();
    assert_eq!(former, [["AVD-AWS-0107"], ["aws-x"]]);
}

#[test]
fn one_page_of_many_is_no_whole_report() {
    let incomplete = |text: &str| {
        read(text).1.into_iter().find_map(|fact| match fact {
            Fact::Incomplete(why) => Some(why),
            _ => None,
        })
    };
    let alert = |rest: &str| {
        format!(
            r#"{{"Findings":[{{"SchemaVersion":"2018-10-08","Id":"1","ProductArn":"a","GeneratorId":"g","AwsAccountId":"1","Title":"t","Severity":{{"Label":"HIGH"}},"Resources":[{{"Id":"r","Type":"t"}}],"Types":["a"]}}]{rest}}}"#
        )
    };
    let why = incomplete(&alert(r#","NextToken":"abc""#));
    assert_eq!(why.as_deref(), Some("it is one page of several: «NextToken» names the next"));
    assert_eq!(incomplete(&alert("")), None);
}
