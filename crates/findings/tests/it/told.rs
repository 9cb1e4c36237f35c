//! What a document tells, held against the claim that it no longer has.
//!
//! Each case is a sample, a claim of it, and later documents: the same one without the claim (some changes), and
//! others that looked at another host, with another rule, through another filter. The answer is that of
//! [`findings::close::judge`] over the facts of the reader alone.

mod narrowed;
mod not_run;
mod partly;

use std::io::Cursor;

use findings::close::{Answer, Reporting, Run, judge};
use findings::coverage::{Coverage, ground};
use findings::sink::Kept;
use findings::{Fact, Observation, Source};

/// A change of a document.
#[derive(Clone, Copy)]
enum Edit {
    /// Every one of the first becomes the second.
    Swap(&'static str, &'static str),
    /// From the first to the end of the second after it.
    Cut(&'static str, &'static str),
}
use Edit::{Cut, Swap};

fn edited(mut text: String, edits: &[Edit]) -> String {
    for edit in edits {
        match *edit {
            Swap(from, to) => {
                assert!(text.contains(from), "{from}");
                text = text.replace(from, to);
            }
            Cut(from, to) => {
                let begin = text.find(from).unwrap_or_else(|| panic!("{from}"));
                let end = text[begin..].find(to).unwrap_or_else(|| panic!("{to}"));
                text.replace_range(begin..begin + end + to.len(), "");
            }
        }
    }
    text
}

fn read(id: &str, text: &str) -> Kept {
    let mut cursor = Cursor::new(text.as_bytes());
    let mut kept = Kept::default();
    let format = findings::format::by_id(id).unwrap();
    format.read(&mut Source::new(&mut cursor), &mut kept).unwrap();
    kept
}

/// The document's own name of what it looked at.
fn subject(kept: &Kept) -> &str {
    let named = kept.facts.iter().rev().find_map(|fact| match fact {
        Fact::Target(target) => Some(target.as_str()),
        _ => None,
    });
    named.unwrap_or_default()
}

fn run(kept: &Kept, day: u8) -> Run {
    let mut coverage = Coverage::default();
    kept.facts.iter().for_each(|fact| coverage.tell(fact));
    coverage.subject(subject(kept));
    kept.observations.iter().for_each(|observation| coverage.saw(observation));
    let mut run = Run {
        scanned_at: vocab::instant::parse(&format!("2026-03-{day:02}T00:00:00Z")).unwrap(),
        observations: kept.observations.len() as u64,
        rules_version: coverage.rules_version.clone(),
        coverage,
        ..Run::default()
    };
    for fact in &kept.facts {
        match fact {
            Fact::ToolVersion(version) => run.tool_version.clone_from(version),
            Fact::Incomplete(why) => run.incomplete.push(why.clone()),
            _ => {}
        }
    }
    run
}

/// The run as a later one compares itself with it.
fn reporting(run: &Run) -> Reporting {
    Reporting {
        scanned_at: run.scanned_at,
        tool_version: run.tool_version.clone(),
        rules_version: run.rules_version.clone(),
        configuration: run.coverage.configuration(),
        same_bytes: false,
    }
}

struct Case {
    format: &'static str,
    sample: &'static str,
    /// Changes of the sample in all its documents, so that they are whole.
    both: &'static [Edit],
    /// The rule of the claim, and what its place contains.
    rule: &'static str,
    place: &'static str,
}

impl Case {
    fn is(&self, observation: &Observation) -> bool {
        let place = serde_json::to_string(observation).unwrap();
        observation.rule == self.rule && place.contains(self.place)
    }

    /// What the later document proves: `ended`, or what is missing.
    fn check(&self, edits: &[Edit], expect: &str) {
        let path = format!("{}/tests/it/samples/{}", env!("CARGO_MANIFEST_DIR"), self.sample);
        let text = edited(std::fs::read_to_string(path).unwrap(), self.both);
        let before = read(self.format, &text);
        let claim = before.observations.iter().find(|o| self.is(o)).unwrap_or_else(|| {
            panic!("{}: {} {}", self.sample, self.rule, self.place);
        });
        let reported = run(&before, 1);
        let mut claim = ground(std::slice::from_ref(claim), subject(&before), "");
        reported.coverage.settle(&mut claim);
        let last = reporting(&reported);
        let after = read(self.format, &edited(text, edits));
        assert!(!after.observations.iter().any(|o| self.is(o)), "{}: not taken out", self.sample);
        let judgement = judge(&run(&after, 2), Some(&claim), &last, None, false);
        let missing: Vec<String> = judgement
            .missing()
            .map(|(which, answer)| {
                let word = if matches!(answer, Answer::No(_)) { "no" } else { "not said" };
                format!("{}: {word}", which.as_str())
            })
            .collect();
        let said = if missing.is_empty() { "ended".to_owned() } else { missing.join(", ") };
        assert_eq!(said, expect, "{} {}: {}", self.sample, self.rule, judgement.evidence());
    }
}

#[test]
fn nessus() {
    const GONE: Edit =
        Cut(r#"<ReportItem port="22" svc_name="ssh" protocol="tcp" severity="2""#, "</ReportItem>");
    let case = Case {
        format: "nessus",
        sample: "nessus.xml",
        both: &[],
        rule: "900002",
        place: "ledger01",
    };
    case.check(&[GONE], "ended");
    let other = Swap("<ReportHost name=\"ledger01", "<ReportHost name=\"ledger02");
    case.check(&[GONE, other], "target: no, rule: not said");
    case.check(&[GONE, Swap("yes, as 'audit' via ssh", "no")], "rule: no");
    case.check(&[GONE, Swap("range : 1-65535", "range : 8000-9000")], "target: no");
    case.check(&[GONE, Swap("900002;", "")], "rule: no");
    let dead = Swap("192.0.2.19\"", "ledger01.example.org\"");
    case.check(&[GONE, dead], "target: no");
}

#[test]
fn openvas() {
    const GONE: Edit = Cut("<result id=\"a1\">", "</result>");
    const COUNT: Edit = Swap("<filtered>4", "<filtered>3");
    let case = Case {
        format: "openvas",
        sample: "openvas.xml",
        both: &[Swap("Stopped", "Done")],
        rule: "1.3.6.1.4.1.25623.1.0.999001",
        place: "192.0.2.80",
    };
    case.check(&[GONE, COUNT], "rule: not said");
    case.check(&[GONE], "rule: not said, order: no");
    let other = Swap("<host><ip>192.0.2.80", "<host><ip>192.0.2.90");
    case.check(&[GONE, COUNT, other], "target: no, rule: not said");
    let not_ended =
        Swap("<end></end></host>", "<end></end></host><host><ip>192.0.2.80</ip><end></end></host>");
    case.check(&[GONE, COUNT, not_ended], "target: no, rule: not said");
    case.check(
        &[GONE, COUNT, Swap("min_qod=70", "min_qod=95")],
        "rule: not said, filter: not said",
    );
    let lower = Swap("levels=chmlg", "levels=l");
    case.check(&[GONE, COUNT, lower], "rule: not said, filter: not said");
    let only_with_results = Swap("result_hosts_only=0", "result_hosts_only=1");
    case.check(&[GONE, COUNT, only_with_results], "target: not said, rule: not said");
}

#[test]
fn nmap() {
    const GONE: Edit = Cut(r#"<port protocol="tcp" portid="22">"#, "</port>");
    let case = Case {
        format: "nmap",
        sample: "nmap.xml",
        both: &[],
        rule: "open-port",
        place: "\"port\":22,",
    };
    case.check(&[GONE], "ended");
    case.check(&[GONE, Swap("\"SRV.example.org\"", "\"b.example.org\"")], "target: no");
    case.check(&[GONE, Swap("services=\"1-1000\"", "services=\"100-1000\"")], "target: no");
    let down = Swap(r#"<status state="up" reason="syn-ack"/>"#, r#"<status state="down"/>"#);
    case.check(&[GONE, down], "target: no");
    case.check(&[GONE, Swap("exit=\"success\"", "exit=\"error\"")], "order: no");
    case.check(
        &[GONE, Swap("nmap -sV ", "nmap -sV --open ")],
        "target: not said, filter: not said",
    );
    let script = Case { rule: "vulners", place: "90020", ..case };
    const NONE: Edit = Cut("<script id=\"vulners\"", "</script>");
    script.check(&[NONE], "ended");
    script
        .check(&[NONE, Swap("--script vulners,", "--script ")], "rule: not said, filter: not said");
    let least = Swap("-sV --script", "-sV --script-args mincvss=9 --script");
    script.check(&[NONE, least], "filter: not said");
}

#[test]
fn nmap_had_no_answer() {
    const GONE: Edit = Cut(r#"<port protocol="tcp" portid="22">"#, "</port>");
    const SILENT: Edit = Swap(r#"state="closed" count="996""#, r#"state="filtered" count="996""#);
    let case = Case {
        format: "nmap",
        sample: "nmap.xml",
        both: &[],
        rule: "open-port",
        place: "\"port\":22,",
    };
    let late =
        Swap("<host starttime=\"1767261600\"", "<host timedout=\"true\" starttime=\"1767261600\"");
    case.check(&[GONE, late], "target: no");
    let dropped = Swap(
        r#"portid="22"><state state="open" reason="syn-ack"/>"#,
        r#"portid="22"><state state="filtered" reason="no-response"/>"#,
    );
    case.check(&[dropped], "target: no");
    case.check(&[GONE, SILENT], "target: no");
    let closed = Swap(r#"portid="22"><state state="open""#, r#"portid="22"><state state="closed""#);
    case.check(&[closed, SILENT], "ended");
    let assumed = Swap(r#"state="up" reason="syn-ack""#, r#"state="up" reason="user-set""#);
    case.check(&[GONE, assumed], "ended");
    let web = Cut(r#"<port protocol="tcp" portid="443">"#, "</port>");
    case.check(&[GONE, assumed, SILENT, web], "target: no");
    // What has no port of its own was looked at on a host that answers.
    let host = Case { rule: "smb-vuln-x", place: "90022", ..case };
    const NONE: Edit = Cut("<table key=\"CVE-2025-90022\">", "</table></table>");
    host.check(&[NONE, SILENT], "ended");
    host.check(&[NONE, SILENT, assumed, GONE, web], "target: no");
    let failed = [
        Cut("<hostscript>", "</hostscript>"),
        Swap(
            "</ports>\n",
            "</ports><hostscript><script id=\"smb-vuln-x\" output=\"ERROR: out of time\"/></hostscript>\n",
        ),
    ];
    host.check(&failed, "target: no");
    let script = Case { rule: "vulners", place: "90020", ..host };
    let at_port = [
        Cut("<script id=\"vulners\"", "</script>"),
        Swap("conf=\"10\"/>", "conf=\"10\"/><script id=\"vulners\" output=\"ERROR: no answer\"/>"),
    ];
    script.check(&at_port, "target: no");
}

#[test]
fn nexpose() {
    let case = Case {
        format: "nexpose",
        sample: "nexpose.xml",
        both: &[
            Swap("status=\"stopped\"", "status=\"finished\""),
            Swap("key=\"\" status=\"error\"", "key=\"\" status=\"not-vulnerable\""),
        ],
        rule: "examplio-redirect",
        place: "192.0.2.110",
    };
    const PASSED: Edit = Swap(
        r#"id="Examplio-Redirect" key="" status="vulnerable-exploited""#,
        r#"id="Examplio-Redirect" key="" status="not-vulnerable""#,
    );
    case.check(&[PASSED], "ended");
    let other = Swap("address=\"192.0.2.110\"", "address=\"192.0.2.111\"");
    case.check(&[PASSED, other], "target: no, rule: not said, filter: not said");
}

#[test]
fn zap() {
    const GONE: Edit = Cut("{\"pluginid\": \"40012\"", "\"systemic\": false},");
    let case = Case {
        format: "zap-json",
        sample: "zap-json.json",
        both: &[],
        rule: "40012",
        place: "/find",
    };
    case.check(&[GONE], "ended");
    case.check(&[GONE, Swap("//api.example.org", "//b.example.org")], "target: no");
    let not_started = Swap("40012.started\": 1", "40012.started\": 0");
    case.check(&[GONE, not_started], "rule: not said");
    let case = Case { format: "zap", sample: "zap.xml", rule: "10055-4", place: "/list", ..case };
    let both = [
        Cut("<instance><uri>https://shop.example.org/list?page=1", "</instance>"),
        Cut("<instance><uri>https://shop.example.org/list?page=2", "</instance>"),
        Swap("<count>3</count>", "<count>1</count>"),
    ];
    case.check(&both, "rule: no");
    let whole = [both[0], both[1], both[2], Swap("<systemic/>", "")];
    case.check(&whole, "ended");
    let out = [whole[0], whole[1], whole[2], whole[3], Swap("auth.success", "auth.failure")];
    case.check(&out, "rule: no");
}

#[test]
fn arachni_and_gitlab() {
    let case = Case {
        format: "arachni",
        sample: "arachni.json",
        both: &[Swap(
            r#"{"severity":"low","vector""#,
            r#"{"name":"N","check":{"shortname":"sql_injection"},"severity":"low","vector""#,
        )],
        rule: "xss",
        place: "/find",
    };
    const GONE: Edit = Cut("{\"name\":\"Reflected script\"", "3658678253},");
    case.check(&[GONE], "ended");
    case.check(&[GONE, Swap("[\"xss\",", "[")], "rule: no");
    case.check(&[GONE, Swap("[\"xss\",", "[\"x*\",")], "rule: not said");
    case.check(&[GONE, Swap("shop.example.org", "b.example.org")], "target: no");
    let case = Case {
        format: "gitlab-dast",
        sample: "gitlab-dast.json",
        both: &[Swap("\"status\":\"failure\"", "\"status\":\"success\"")],
        rule: "359.1",
        place: "/v1/trees",
    };
    const NONE: Edit =
        Cut("{\"id\":\"5ec00bbc-0000-4000-8000-000000000001\"", "\"path\":\"/v1/trees\"}},");
    case.check(&[NONE], "rule: not said, filter: not said");
    let other = Swap("//api.example.org", "//b.example.org");
    case.check(&[NONE, other], "target: no, rule: not said, filter: not said");
    let kind = Swap("\"type\":\"dast\"", "\"type\":\"coverage_fuzzing\"");
    case.check(&[NONE, kind], "kind: no, rule: not said, filter: not said");
}

#[test]
fn transport_security() {
    let case = Case {
        format: "sslscan",
        sample: "sslscan.xml",
        both: &[],
        rule: "tls_1_0_cipher_suites",
        place: "8443",
    };
    const GONE: Edit = Cut(r#"<cipher status="accepted" sslversion="TLSv1.0""#, "/>");
    case.check(&[GONE], "ended");
    case.check(&[GONE, Swap("8443", "9443")], "target: no, rule: not said");
    let case = Case {
        format: "testssl",
        sample: "testssl.json",
        both: &[Swap("FATAL", "INFO")],
        rule: "BEAST",
        place: "shop.example.org",
    };
    const PASSED: Edit = Swap("\"severity\":\"LOW\"", "\"severity\":\"OK\"");
    case.check(&[PASSED], "ended");
    let not_reached = Swap(
        r#""ip":"old.example.org/192.0.2.4","port":"443","severity":"INFO""#,
        r#""ip":"shop.example.org/192.0.2.3","port":"443","severity":"FATAL""#,
    );
    case.check(&[PASSED, not_reached], "target: no, filter: not said, order: no");
}

#[test]
fn qualys() {
    let case = Case {
        format: "qualys-csv",
        sample: "qualys-csv.csv",
        both: &[],
        rule: "99001",
        place: "build.example.org",
    };
    const GONE: Edit = Cut("\"192.0.2.5\"", "\"/opt/examplio\"\n");
    case.check(&[GONE], "target: no, rule: not said");
    let listed = Swap(
        r#""192.0.2.7","Default","","","IP""#,
        r#""192.0.2.5","Default","build.example.org","","QAGENT""#,
    );
    case.check(&[GONE, listed], "rule: not said");
    let without =
        Cut("\"192.0.2.7\"", "no vuln\",\"\",\"\",\"\",\"\",\"\",,,,,,,,,\"\",\"\",\"\",\"\"\n");
    case.check(&[GONE, without], "target: not said, rule: not said");
}

#[test]
fn kubernetes() {
    let case = Case {
        format: "kubescape",
        sample: "kubescape.json",
        both: &[],
        rule: "C-0055",
        place: "web.yaml",
    };
    const PASSED: Edit = Swap(
        r#""name": "Linux hardening", "status": {"status": "failed"}"#,
        r#""name": "Linux hardening", "status": {"status": "passed"}"#,
    );
    case.check(&[PASSED], "ended");
    case.check(&[PASSED, Swap("\"shop\"", "\"test\"")], "target: no");
    case.check(&[PASSED, Swap("[\"kube-system\"]", "[\"shop\"]")], "filter: not said");
    let case = Case {
        format: "kube-linter",
        sample: "kube-linter.json",
        rule: "no-read-only-root-fs",
        place: "web.yaml",
        ..case
    };
    const GONE: Edit = Cut("{\"Diagnostic\": {\"Message\": \"container", "\"Deployment\"}}}},");
    case.check(&[GONE], "target: not said, filter: not said");
    let off = Cut("{\"name\": \"no-read-only-root-fs\"", "}, ");
    case.check(&[GONE, off], "target: not said, rule: no, filter: not said");
    let case = Case {
        format: "kube-bench",
        sample: "kube-bench.json",
        rule: "1.1.1",
        place: "master",
        ..case
    };
    let passed = Swap("(Automated)\", \"status\": \"FAIL\"", "(Automated)\", \"status\": \"PASS\"");
    // Of which node no report of kube-bench's says.
    case.check(&[passed], "target: not said");
    let gone = Cut("{\"test_number\": \"1.1.1\"", "\"scored\": true},");
    case.check(&[gone], "target: not said, rule: not said");
}

#[test]
fn infrastructure_as_code() {
    let case = Case {
        format: "checkov",
        sample: "checkov.json",
        both: &[],
        rule: "CKV_AWS_19",
        place: "storage/main.tf",
    };
    const GONE: Edit = Cut(
        "{\n          \"check_id\": \"CKV_AWS_19\",\n          \"check_name\"",
        "\"guideline\": \"https://guides.example/ckv-aws-19\"\n        },",
    );
    let passed = |file: &'static str| {
        Swap(r#"{"check_id": "CKV_AWS_19", "check_result": {"result": "PASSED"}}"#, file)
    };
    const HERE: &str = r#"{"check_id": "CKV_AWS_19", "file_path": "/storage/main.tf",
        "resource": "aws_s3_bucket.logs"}"#;
    case.check(&[GONE, passed(HERE)], "ended");
    let sibling = r#"{"check_id": "CKV_AWS_19", "file_path": "/storage/main.tf", "resource": "b"}"#;
    case.check(&[GONE, passed(sibling)], "rule: not said");
    let there = r#"{"check_id": "CKV_AWS_19", "file_path": "/storage/b.tf"}"#;
    case.check(&[GONE, passed(there)], "rule: not said");
    let broken = Swap("/network/broken.tf", "/storage/main.tf");
    case.check(&[GONE, passed(HERE), broken], "target: no");
    let other_kind = Swap("\"check_type\": \"terraform\"", "\"check_type\": \"sca_package\"");
    case.check(&[GONE, passed(HERE), other_kind], "kind: no");
    let case = Case {
        format: "tfsec",
        sample: "tfsec.json",
        rule: "aws-s3-enable-bucket-encryption",
        place: "infra/s3.tf",
        ..case
    };
    case.check(&[Swap("\"status\": 0, \"resource\"", "\"status\": 1, \"resource\"")], "ended");
    let gone = Cut("{\"rule_id\": \"AVD-AWS-0088\"", "\"end_line\": 9}},");
    case.check(&[gone], "rule: not said");
}

#[test]
fn clouds_by_account_and_region() {
    let case = Case {
        format: "prowler-ocsf",
        sample: "prowler-ocsf.json",
        both: &[],
        rule: "iam_admin_role",
        place: "role/deploy",
    };
    const PASSED: Edit =
        Swap("\"FAIL\", \"status_detail\": \"Role", "\"PASS\", \"status_detail\": \"Role");
    case.check(&[PASSED], "ended");
    let other_region = Swap("\"eu-west-1\", \"name\"", "\"eu-west-2\", \"name\"");
    // Nothing is left in it but what passed elsewhere.
    case.check(&[PASSED, other_region], "rule: not said, filter: not said, order: not said");
    case.check(
        &[PASSED, Swap("eu-west-1", "eu-west-2")],
        "target: no, rule: not said, filter: not said, order: not said",
    );
    case.check(
        &[PASSED, Swap("111122223333", "999900001111")],
        "target: no, rule: not said, filter: not said, order: not said",
    );
    let case =
        Case { format: "asff", sample: "asff.json", rule: "S3.8", place: "s3:::logs", ..case };
    const FINE: Edit = Swap("{\"Status\": \"FAILED\"}", "{\"Status\": \"PASSED\"}");
    case.check(&[FINE], "ended");
    let region = Swap("\"Region\": \"eu-west-1\"", "\"Region\": \"eu-west-2\"");
    case.check(&[FINE, region], "target: no, rule: not said");
    let case = Case {
        format: "cloudsploit",
        sample: "cloudsploit.json",
        both: &[Swap("UNKNOWN", "OK")],
        rule: "stackProtection",
        place: "eu-west-1",
    };
    const OK: Edit = Swap("\"FAIL\", \"message\": \"shop is not\"", "\"OK\", \"message\": \"\"");
    case.check(&[OK], "ended");
    let region = Swap("\"region\": \"eu-west-1\"", "\"region\": \"eu-west-2\"");
    case.check(&[OK, region], "target: no, rule: not said, filter: not said");
    let case = Case {
        format: "scout-suite",
        sample: "scout-suite.js",
        both: &[],
        rule: "bucket-no-versioning",
        place: "logs",
    };
    const NONE: Edit = Swap("\"flagged_items\": 1", "\"flagged_items\": 0");
    case.check(&[NONE], "ended");
    case.check(&[NONE, Swap("shop-project", "test-project")], "target: no");
    case.check(&[NONE, Swap("[\"eu-west-1\"]", "[\"us-east-1\"]")], "filter: not said");
}

#[test]
fn hosts() {
    let case =
        Case { format: "inspec", sample: "inspec.json", both: &[], rule: "cis-1", place: "One" };
    const PASSED: Edit = Swap("\"failed\"", "\"passed\"");
    case.check(&[PASSED], "ended");
    case.check(&[PASSED, Swap("web-1", "web-2")], "target: no");
    const PARTLY: Edit = Swap("\"failed\"", "\"passed\"}, {\"status\": \"skipped\"");
    case.check(&[PARTLY], "target: not said, rule: no, filter: not said, order: not said");
    let case = Case {
        format: "xccdf",
        sample: "xccdf.xml",
        both: &[Swap("<cdf:result>error", "<cdf:result>pass")],
        rule: "no-root",
        place: "web-1",
    };
    const PASS: Edit =
        Swap("idref=\"no-root\"><cdf:result>fail", "idref=\"no-root\"><cdf:result>pass");
    case.check(&[PASS], "ended");
    case.check(&[PASS, Swap("Web-1", "Web-2")], "target: no");
    let off = Swap("<cdf:result>pass", "<cdf:result>notselected");
    case.check(&[PASS, off], "kind: no, rule: no, filter: not said");
    let case = Case {
        format: "lynis",
        sample: "lynis.dat",
        both: &[Swap("tests_executed", "finish=true\ntests_executed")],
        rule: "PKGS-7392",
        place: "vulnerable",
    };
    const GONE: Edit = Cut("warning[]=PKGS-7392", "|Upgrade|\n");
    case.check(&[GONE], "ended");
    case.check(&[GONE, Swap("executed=PKGS-7392|", "executed=")], "rule: no");
    case.check(&[GONE, Swap("hostname=web-1", "hostname=web-2")], "target: no");
    case.check(&[GONE, Swap("finish=true", "finish=false")], "order: no");
}

#[test]
fn secrets() {
    let case = Case {
        format: "detect-secrets",
        sample: "detect-secrets.json",
        both: &[],
        rule: "Secret Keyword",
        place: "\"line\":5",
    };
    const GONE: Edit = Cut("{\"type\": \"Secret Keyword\", \"filename\"", "\"line_number\": 5},");
    case.check(&[GONE], "ended");
    case.check(&[GONE, Swap("^old/", "^conf/")], "filter: not said");
    const ALL: Edit = Cut("{\"type\": \"Secret Keyword\", \"hashed", "\"is_secret\": false},");
    case.check(&[GONE, ALL], "target: not said, filter: not said, order: not said");
    let off = Cut("{\"name\": \"KeywordDetector\"}", ",");
    case.check(&[GONE, ALL, off], "target: not said, rule: no, filter: not said, order: not said");
}
