//! Documents that say themselves that they are a part, or speak of another thing under the same name.

use super::not_run::{Pair, WELL, result, sarif};
use super::*;

#[test]
fn a_host_that_nessus_did_not_end() {
    let report = |tags: &str, more: &str| {
        format!(
            r#"<NessusClientData_v2><Report name="w"><ReportHost name="h1"><HostProperties>{tags}</HostProperties>{more}<ReportItem port="443" svc_name="www" protocol="tcp" severity="3" pluginID="9002" pluginName="b"/></ReportHost></Report></NessusClientData_v2>"#
        )
    };
    const FOUND: &str = r#"<ReportItem port="443" svc_name="www" protocol="tcp" severity="3" pluginID="9001" pluginName="a"/>"#;
    const BEGUN: &str = r#"<tag name="HOST_START">Thu Jan  1 09:00:00 2026</tag>"#;
    const ENDED: &str = r#"<tag name="HOST_END">Thu Jan  1 10:00:00 2026</tag>"#;
    let whole = format!("{BEGUN}{ENDED}");
    let before = report(&whole, FOUND);
    let pair = Pair::new("nessus", "9001", &before).stated();
    pair.check(&report(&whole, ""), "ended");
    pair.check(&report(BEGUN, ""), "target: no");
    let stamp = format!(r#"{BEGUN}<tag name="HOST_END_TIMESTAMP">1767261600</tag>"#);
    pair.check(&report(&stamp, ""), "ended");
    pair.check(&report("", ""), "ended");
}

#[test]
fn a_category_keeps_the_account() {
    let of = |id: &str| {
        let text = sarif(&format!(r#"{WELL},"automationDetails":{{"id":"{id}"}},"results":[]"#));
        let kept = read("sarif", &text);
        let run = kept.facts.into_iter().find_map(|fact| match fact {
            Fact::Run { category, .. } => Some(category),
            _ => None,
        });
        run.unwrap()
    };
    assert_eq!(of("aws/111111111111/nightly"), "aws/111111111111");
    assert_ne!(of("aws/111111111111/nightly"), of("aws/222222222222/nightly"));
    assert_eq!(of("aws/job/111111111111/nightly"), "aws");
}

#[test]
fn a_page_of_github_is_cut() {
    let code = |number: usize| {
        format!(
            r#"{{"number":{number},"url":"https://api.github.com/repos/b/s/code-scanning/alerts/{number}","state":"open","rule":{{"id":"py/x","severity":"error"}},"tool":{{"name":"CodeQL","version":"2"}},"most_recent_instance":{{"location":{{"path":"f.py","start_line":{number}}}}}}}"#
        )
    };
    let package = |number: usize| {
        format!(
            r#"{{"number":{number},"url":"https://api.github.com/repos/b/s/dependabot/alerts/{number}","state":"open","dependency":{{"package":{{"ecosystem":"npm","name":"p{number}"}},"manifest_path":"package-lock.json"}},"security_advisory":{{"ghsa_id":"GHSA-aaaa-bbbb-{number:04}","severity":"high"}},"security_vulnerability":{{"package":{{"ecosystem":"npm","name":"p{number}"}},"severity":"high","first_patched_version":{{"identifier":"2"}}}}}}"#
        )
    };
    let secret = |number: usize| {
        format!(
            r#"{{"number":{number},"url":"https://api.github.com/repos/b/s/secret-scanning/alerts/{number}","state":"open","secret_type":"token","locations_url":"x","first_location_detected":{{"path":"f{number}"}}}}"#
        )
    };
    type One<'o> = &'o dyn Fn(usize) -> String;
    let formats: [(&str, One<'_>, &str); 3] = [
        ("github-code-scanning", &code, "py/x"),
        ("github-dependabot", &package, "GHSA-aaaa-bbbb-0001"),
        ("github-secrets", &secret, "token"),
    ];
    for (format, one, rule) in formats {
        let list = |from: usize, to: usize| {
            format!("[{}]", (from..=to).map(one).collect::<Vec<_>>().join(","))
        };
        let before = list(1, 101);
        let pair = Pair::new(format, rule, &before).stated();
        for (count, expect) in [(29, "ended"), (30, "rule: no"), (31, "ended"), (100, "rule: no")] {
            pair.check(&list(2, count + 1), expect);
        }
    }
}

#[test]
fn only_what_is_new_against_a_baseline() {
    let compared = |states: &[(&str, &str)], guid: &str| {
        let all = states
            .iter()
            .map(|(rule, state)| result(rule, "a.c", &format!(r#","baselineState":"{state}""#)));
        let all = all.collect::<Vec<_>>().join(",");
        sarif(&format!(r#"{WELL},"baselineGuid":"{guid}","results":[{all}]"#))
    };
    let whole = sarif(&format!(
        r#"{WELL},"results":[{},{}]"#,
        result("L1", "a.c", ""),
        result("L2", "a.c", "")
    ));
    let pair = Pair::new("sarif", "L1", &whole).stated();
    pair.check(&compared(&[("L2", "unchanged"), ("L3", "new")], "1"), "ended");
    pair.check(&compared(&[("L2", "updated")], "1"), "ended");
    for new in [&[("L2", "new")][..], &[("L2", "new"), ("L3", "absent")], &[]] {
        pair.check(&compared(new, "1"), "rule: no");
    }
    // The run that reported it was cut in the same way: what it found is not new any more.
    let before = compared(&[("L1", "new"), ("L2", "new")], "1");
    Pair::new("sarif", "L1", &before)
        .check(&compared(&[("L2", "new")], "2"), "rule: no, filter: not said");
    let without = sarif(&format!(
        r#"{WELL},"results":[{}]"#,
        result("L2", "a.c", r#","baselineState":"new""#)
    ));
    pair.check(&without, "ended");
}

#[test]
fn a_bill_that_calls_itself_incomplete() {
    let bill = |found: &str, more: &str| {
        format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{{"component":{{"name":"web","bom-ref":"r"}}}},"components":[{{"name":"a","version":"1","purl":"pkg:npm/a@1","bom-ref":"a"}}]{found}{more}}}"#
        )
    };
    let found = |ids: &[&str]| {
        let one = |id: &&str| {
            format!(
                r#"{{"id":"{id}","ratings":[{{"severity":"high"}}],"affects":[{{"ref":"a"}}]}}"#
            )
        };
        format!(r#","vulnerabilities":[{}]"#, ids.iter().map(one).collect::<Vec<_>>().join(","))
    };
    let parts = |word: &str| format!(r#","compositions":[{{"aggregate":"{word}"}}]"#);
    let before = bill(&found(&["CVE-2031-1", "CVE-2031-2"]), "");
    let pair = Pair::new("cyclonedx", "CVE-2031-1", &before).stated();
    let later = found(&["CVE-2031-2"]);
    pair.check(&bill(&later, ""), "ended");
    pair.check(&bill(&later, &parts("complete")), "ended");
    for word in ["incomplete", "incomplete_first_party_only"] {
        pair.check(&bill(&later, &parts(word)), "order: no");
        pair.check(&bill(&found(&[]), &parts(word)), "order: no");
    }
    let incomplete = |format: &str, text: &str| {
        read(format, text).facts.iter().any(|fact| matches!(fact, Fact::Incomplete(_)))
    };
    assert!(!incomplete("cyclonedx", &bill("", &parts("incomplete"))), "no report");
    let xml = |found: &str, word: &str| {
        format!(
            r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component bom-ref="a"><name>a</name><version>1</version></component></components><compositions><composition><aggregate>{word}</aggregate></composition></compositions>{found}</bom>"#
        )
    };
    const ONE: &str = "<vulnerabilities><vulnerability><id>CVE-2031-2</id><affects><target><ref>a</ref></target></affects></vulnerability></vulnerabilities>";
    assert!(incomplete("cyclonedx-xml", &xml(ONE, "incomplete")));
    assert!(!incomplete("cyclonedx-xml", &xml(ONE, "complete")));
    assert!(!incomplete("cyclonedx-xml", &xml("", "incomplete")));
}

#[test]
fn cloudsploit_by_its_account() {
    let list = |account: &str, status: &str| {
        format!(
            r#"[{{"plugin":"p2","category":"C","title":"p2","resource":"arn:aws:x:eu:{account}:b","region":"eu","status":"FAIL"}},
            {{"plugin":"p1","category":"C","title":"p1","resource":"N/A","region":"eu","status":"{status}"}}]"#
        )
    };
    let before = list("111111111111", "FAIL");
    let pair = Pair::new("cloudsploit", "p1", &before).stated();
    pair.check(&list("111111111111", "OK"), "ended");
    pair.check(&list("222222222222", "OK"), "target: no");
    let kept = read("cloudsploit", &before);
    let units: Vec<&str> = kept.observations.iter().map(|o| o.target.as_str()).collect();
    assert_eq!(units, ["111111111111/eu", "111111111111/eu"]);
    let of_aws = before.replace("111111111111", "aws");
    assert_eq!(read("cloudsploit", &of_aws).observations[0].target, "eu");
}

#[test]
fn testssl_at_other_addresses_of_the_name() {
    let row = |address: &str, id: &str, severity: &str| {
        format!(
            r#"{{"id":"{id}","ip":"shop.example.org/{address}","port":"443","severity":"{severity}","finding":"x"}}"#
        )
    };
    let both = |second: &str| format!("[{},{second}]", row("192.0.2.4", "BEAST", "LOW"));
    let before = both(&row("192.0.2.3", "ROBOT", "HIGH"));
    let pair = Pair::new("testssl", "ROBOT", &before).stated();
    pair.check(&both(&row("192.0.2.3", "ROBOT", "OK")), "ended");
    pair.check(&both(&row("192.0.2.4", "ROBOT", "OK")), "filter: not said");
    let csv = "\"id\",\"fqdn/ip\",\"port\",\"severity\",\"finding\",\"cve\",\"cwe\"\n\
               \"BEAST\",\"b.example/192.0.2.9\",\"443\",\"OK\",\"x\",\"\",\"\"\n\
               \"BEAST\",\"b.example/192.0.2.8\",\"443\",\"OK\",\"x\",\"\",\"\"\n";
    let told = Fact::Setting("addresses", "b.example/192.0.2.8, b.example/192.0.2.9".to_owned());
    assert!(read("testssl-csv", csv).facts.contains(&told));
}
