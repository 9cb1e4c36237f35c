//! Runs that looked at something of the same name elsewhere, or at less of the same thing.

use super::{Case, Cut, Edit, Swap};

#[test]
fn nessus_by_words_for_ports_and_by_preferences() {
    const GONE: Edit =
        Cut(r#"<ReportItem port="22" svc_name="ssh" protocol="tcp" severity="2""#, "</ReportItem>");
    const DEFAULT: Edit = Swap("range : 1-65535", "range : default");
    const UNTOLD: Edit = Swap("Port range : 1-65535\n", "");
    let policy = |preference: &'static str| Swap("</ServerPreferences>", preference);
    let case = Case {
        format: "nessus",
        sample: "nessus.xml",
        both: &[],
        rule: "900002",
        place: "ledger01",
    };
    case.check(&[GONE, DEFAULT], "filter: not said");
    case.check(&[GONE, Swap("range : 1-65535", "range : all")], "ended");
    let of_policy = policy(
        "<preference><name>port_range</name><value>default</value></preference></ServerPreferences>",
    );
    case.check(&[GONE, of_policy], "ended");
    case.check(&[GONE, UNTOLD, of_policy], "filter: not said");
    let few = policy(
        "<preference><name>port_range</name><value>80,443</value></preference></ServerPreferences>",
    );
    case.check(&[GONE, UNTOLD, few], "target: no");
    Case { both: &[DEFAULT], ..case }.check(&[GONE], "ended");
    Case { both: &[DEFAULT], ..case }
        .check(&[GONE, Swap("range : default", "range : 1-99")], "ended");
    const PARANOID: Edit = Swap(
        "</ServerPreferences>",
        "<preference><name>report_paranoia</name><value>Paranoid</value></preference>\
         <preference><name>thorough_tests</name><value>yes</value></preference></ServerPreferences>\
         <PluginsPreferences><item><pluginName>Global variable settings</pluginName>\
         <preferenceName>Report paranoia</preferenceName><selectedValue>Paranoid</selectedValue>\
         </item></PluginsPreferences>",
    );
    let case = Case { both: &[PARANOID], ..case };
    case.check(&[GONE], "ended");
    case.check(&[GONE, Swap("<value>Paranoid", "<value>Normal")], "filter: not said");
    case.check(&[GONE, Swap("<value>yes", "<value>no")], "filter: not said");
    case.check(
        &[GONE, Swap("<selectedValue>Paranoid", "<selectedValue>Normal")],
        "filter: not said",
    );
}

#[test]
fn checkov_in_two_folders() {
    const GONE: Edit = Cut(
        "{\n          \"check_id\": \"CKV_AWS_19\",\n          \"check_name\"",
        "\"guideline\": \"https://guides.example/ckv-aws-19\"\n        },",
    );
    const IN_LIVE: Edit = Swap(
        "\"file_path\": \"/storage/main.tf\",\n          \"file_line_range\"",
        "\"file_path\": \"/storage/main.tf\", \"repo_file_path\": \"/live/storage/main.tf\",\n          \"file_abs_path\": \"/builds/shop/live/storage/main.tf\", \"file_line_range\"",
    );
    let passed = |file: &'static str| {
        Swap(r#"{"check_id": "CKV_AWS_19", "check_result": {"result": "PASSED"}}"#, file)
    };
    let case = Case {
        format: "checkov",
        sample: "checkov.json",
        both: &[IN_LIVE],
        rule: "CKV_AWS_19",
        place: "\"live/storage/main.tf",
    };
    const LIVE: &str = r#"{"check_id": "CKV_AWS_19", "file_path": "/main.tf",
        "repo_file_path": "/live/storage/main.tf", "resource": "aws_s3_bucket.logs"}"#;
    const TEST: &str = r#"{"check_id": "CKV_AWS_19", "file_path": "/storage/main.tf",
        "repo_file_path": "/test/storage/main.tf", "resource": "aws_s3_bucket.logs"}"#;
    const ABOVE: &str = r#"{"check_id": "CKV_AWS_19", "file_path": "/test/live/storage/main.tf",
        "repo_file_path": "/live/storage/main.tf", "resource": "aws_s3_bucket.logs"}"#;
    case.check(&[GONE, passed(LIVE)], "ended");
    for elsewhere in [TEST, ABOVE] {
        case.check(&[GONE, passed(elsewhere)], "rule: not said");
    }
    let broken = Swap("/network/broken.tf", "/builds/shop/live/storage/main.tf");
    case.check(&[GONE, passed(LIVE), broken], "target: no");
    // Charts are rendered to a temporary folder.
    const CHART: Edit = Swap("/live/storage/main.tf\",\n", "/tmp/tmp7f/storage/main.tf\",\n");
    const RENDERED: &str = r#"{"check_id": "CKV_AWS_19", "file_path": "/storage/main.tf",
        "repo_file_path": "/tmp/tmp8a/storage/main.tf", "resource": "aws_s3_bucket.logs"}"#;
    let case = Case { both: &[IN_LIVE, CHART], place: "\"storage/main.tf", ..case };
    case.check(&[GONE, passed(RENDERED)], "ended");
}

#[test]
fn severities_that_are_asked_for_one_by_one() {
    const OTHER: Edit = Swap(
        "{ \"severity\": \"LOW\" }",
        "{ \"vulnerabilityID\": \"CVE-2026-40002\", \"resource\": \"liba\", \"fixedVersion\": \"2\", \"severity\": \"LOW\", \"class\": \"os-pkgs\" }",
    );
    const GONE: Edit = Cut("{ \"vulnerabilityID\": \"CVE-2026-40001\"", "(alpine 3.20)\" },");
    let case = Case {
        format: "trivy-operator",
        sample: "trivy-operator.json",
        both: &[OTHER],
        rule: "CVE-2026-40001",
        place: "zlib",
    };
    case.check(&[GONE], "filter: not said");
    let alike = Swap("\"severity\": \"LOW\", \"class\"", "\"severity\": \"CRITICAL\", \"class\"");
    case.check(&[GONE, alike], "ended");
    let workload =
        Swap("resource.name\": \"web-7d9c6bf5c4\"", "resource.name\": \"api-7d9c6bf5c4\"");
    case.check(&[GONE, alike, workload], "target: no");
}

#[test]
fn clusters_with_the_same_names_in_them() {
    const GONE: Edit = Cut("{ \"VulnerabilityID\": \"CVE-2026-10004\"", "past the end\" }");
    let case = Case {
        format: "trivy",
        sample: "trivy-cluster.json",
        both: &[],
        rule: "CVE-2026-10004",
        place: "busybox",
    };
    let here = "kind: not said, filter: not said";
    case.check(&[GONE], here);
    let there = Swap("\"harbour\"", "\"quay\"");
    case.check(&[GONE, there], &format!("target: no, {here}"));
    const PASSED: Edit = Swap(
        "\"Linux hardening\", \"status\": {\"status\": \"failed\"}",
        "\"Linux hardening\", \"status\": {\"status\": \"passed\"}",
    );
    const CONTEXT: Edit = Swap(
        "\"metadata\": {",
        "\"metadata\": {\"targetMetadata\": {\"clusterContextMetadata\": {\"contextName\": \"shop\"}}, ",
    );
    const UNNAMED: Edit = Swap("\"clusterName\": \"shop\"", "\"clusterName\": \"\"");
    let case = Case {
        format: "kubescape",
        sample: "kubescape.json",
        both: &[UNNAMED, CONTEXT],
        rule: "C-0055",
        place: "web.yaml",
    };
    case.check(&[PASSED], "ended");
    let other = Swap("\"contextName\": \"shop\"", "\"contextName\": \"test\"");
    case.check(&[PASSED, other], "target: no");
    const FOLDER: Edit = Swap(
        "\"metadata\": {",
        "\"metadata\": {\"targetMetadata\": {\"directoryContextMetadata\": {\"basePath\": \"/src/live\"}}, ",
    );
    let case = Case { both: &[UNNAMED, FOLDER], ..case };
    case.check(&[PASSED], "ended");
    case.check(&[PASSED, Swap("/src/live", "/src/test")], "target: no");
    const NO_CLOUD: Edit = Swap("{\"uid\": \"111122223333\"", "{\"uid\": \"\"");
    const OF_CLUSTER: Edit = Swap("\"unmapped\": {", "\"unmapped\": {\"provider_uid\": \"shop\", ");
    let case = Case {
        format: "prowler-ocsf",
        sample: "prowler-ocsf.json",
        both: &[NO_CLOUD, OF_CLUSTER],
        rule: "iam_admin_role",
        place: "role/deploy",
    };
    const FINE: Edit =
        Swap("\"FAIL\", \"status_detail\": \"Role", "\"PASS\", \"status_detail\": \"Role");
    case.check(&[FINE], "ended");
    let cluster = Swap("\"provider_uid\": \"shop\"", "\"provider_uid\": \"test\"");
    case.check(&[FINE, cluster], "target: no, rule: not said, filter: not said, order: not said");
}

#[test]
fn packages_for_development_that_are_left_out() {
    const COUNTED: Edit =
        Swap("\"dependencies\": 43", "\"dependencies\": 43, \"devDependencies\": 7");
    const GONE: Edit = Cut("\"146\": {", "\"https://www.npmjs.example/advisories/146\"\n    },");
    const CRITICAL: Edit = Swap("\"severity\": \"moderate\"", "\"severity\": \"critical\"");
    let case = Case {
        format: "npm-audit",
        sample: "npm-audit.json",
        both: &[COUNTED, CRITICAL],
        rule: "146",
        place: "growler",
    };
    let none = Swap("\"devDependencies\": 7", "\"devDependencies\": 0");
    let fewer = Swap("\"devDependencies\": 7", "\"devDependencies\": 6");
    let kept = Swap("\"cves\": []", "\"cves\": [], \"patched_versions\": \">=2\"");
    // Which project it looked at no report of npm's says.
    case.check(&[GONE, kept, fewer], "target: not said");
    case.check(&[GONE, kept, none], "target: not said, filter: not said");
}

#[test]
fn systems_in_one_collection() {
    const SECOND: Edit = Swap(
        "</cdf:TestResult>",
        "</cdf:TestResult><cdf:TestResult id=\"u\"><cdf:target>web-2.shop.example</cdf:target>\
         <cdf:rule-result idref=\"no-root\"><cdf:result>pass</cdf:result></cdf:rule-result>\
         <cdf:rule-result idref=\"by-hand-2\"><cdf:result>fail</cdf:result></cdf:rule-result>\
         </cdf:TestResult>",
    );
    const WHOLE: Edit = Swap("<cdf:result>error", "<cdf:result>pass");
    let case = Case {
        format: "xccdf",
        sample: "xccdf.xml",
        both: &[SECOND, WHOLE],
        rule: "no-root",
        place: "web-1",
    };
    const FAIL: &str = "<cdf:rule-result idref=\"no-root\"><cdf:result>fail";
    let passed = Swap(FAIL, "<cdf:rule-result idref=\"no-root\"><cdf:result>pass");
    case.check(&[passed], "ended");
    let without = Cut(FAIL, "</cdf:rule-result>");
    case.check(&[without], "rule: not said");
    let other = Swap("Web-1.shop", "web-3.shop");
    case.check(&[passed, other], "target: no, rule: not said");
}
