//! What do VEX documents of each format state, and how are damaged ones told?

use std::fmt::Write as _;

use formats::vex::{self, Document, Format, Product, Standing};

/// The statements, one in a line: status, ids, products, why, what to do, when, where.
fn show(text: &str) -> String {
    match vex::read(text.as_bytes()) {
        Ok(document) => shown(&document),
        Err(refused) => format!("refused, line {}: {}", refused.line, refused.what),
    }
}

fn shown(document: &Document) -> String {
    let mut out = String::new();
    for s in &document.statements {
        let products: Vec<String> = s.products.iter().map(|p| product(p)).collect();
        let ids: Vec<&str> =
            std::iter::once(&s.vulnerability).chain(&s.aliases).map(String::as_str).collect();
        let dated = s.said().map_or_else(|| "undated".to_owned(), |d| d.to_string());
        let why = s.justification.as_deref().unwrap_or("-");
        let (line, path) = (s.place.line, &s.place.path);
        let status = s.status.as_str();
        writeln!(
            out,
            "{status} {} [{}] why {why} «{}» do «{}» by {} {dated} at {line} {path}",
            ids.join("="),
            products.join(", "),
            s.impact,
            s.action,
            s.author
        )
        .expect("written");
    }
    for p in &document.problems {
        writeln!(out, "problem at {} {}: {}", p.place.line, p.place.path, p.what).expect("written");
    }
    out
}

fn product(product: &Product) -> String {
    let mut out = match (&product.purl, &product.cpe, product.hashes.first()) {
        (Some(purl), ..) => purl.to_string(),
        (_, Some(cpe), _) => cpe.clone(),
        (_, _, Some((algorithm, digits))) => format!("{algorithm}:{digits}"),
        _ => product.names.join("|"),
    };
    if let Some(version) = &product.version {
        write!(out, " at {version}").expect("written");
    }
    if let Some(range) = &product.range {
        write!(out, " in {range}").expect("written");
    }
    if !product.subcomponents.is_empty() {
        let parts: Vec<String> = product.subcomponents.iter().map(|p| self::product(p)).collect();
        write!(out, "{{{}}}", parts.join(", ")).expect("written");
    }
    out
}

#[test]
fn openvex_of_today() {
    let text = r#"{
  "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex-1",
  "author": "Example", "timestamp": "2026-07-29T00:00:00Z", "version": 3,
  "statements": [
    {"vulnerability": {"name": "CVE-2026-1", "aliases": ["GHSA-a"]},
     "products": [{"@id": "pkg:oci/app@sha256%3Aaa", "subcomponents": [{"@id": "pkg:npm/%40a/b@1"}]},
                  {"@id": "urn:x", "identifiers": {"cpe23": "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*"}}],
     "status": "not_affected", "justification": "vulnerable_code_not_present"},
    {"vulnerability": {"name": "CVE-2026-2"}, "products": [{"@id": "https://example.org/x"}],
     "status": "affected", "action_statement": "wait", "timestamp": "2026-08-01T00:00:00Z",
     "last_updated": "2026-08-02T00:00:00Z"}
  ]
}"#;
    insta::assert_snapshot!(show(text), @r"
    not_affected CVE-2026-1=GHSA-a [pkg:oci/app@sha256:aa{pkg:npm/%40a/b@1}, cpe:2.3:a:v:p:1:*:*:*:*:*:*:*] why vulnerable_code_not_present «» do «» by Example 2026-07-29T00:00:00Z at 5 statements[0]
    affected CVE-2026-2 [https://example.org/x] why - «» do «wait» by Example 2026-08-02T00:00:00Z at 9 statements[1]
    ");
    let document = vex::read(text.as_bytes()).expect("a document");
    assert_eq!((document.format, document.format_version.as_str()), (Format::OpenVex, "0.2.0"));
    assert_eq!(
        (document.id.as_str(), document.version.as_str()),
        ("https://example.org/vex-1", "3")
    );
    assert_eq!(vex::recognise(text.as_bytes()), Some(Format::OpenVex));
}

#[test]
fn openvex_of_old_has_texts_where_objects_are_now() {
    insta::assert_snapshot!(show(r#"{"@context": "https://openvex.dev/ns", "@id": "x", "author": "A",
 "version": "1", "timestamp": "2023-01-08T18:02:03.647787998-06:00", "statements": [
 {"vulnerability": "CVE-2021-44228", "products": ["pkg:apk/wolfi/git@2.39.0-r1?arch=armv7"],
  "subcomponents": ["pkg:apk/wolfi/a@1"], "status": "fixed"}]}"#), @"fixed CVE-2021-44228 [pkg:apk/wolfi/git@2.39.0-r1?arch=armv7{pkg:apk/wolfi/a@1}] why - «» do «» by A 2023-01-09T00:02:03.647787998Z at 3 statements[0]");
}

#[test]
fn one_bad_statement_takes_no_other_along() {
    let with = |statement: &str| {
        show(&format!(
            r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{statement},
 {{"vulnerability": {{"name": "CVE-9"}}, "products": [{{"@id": "pkg:npm/a"}}], "status": "fixed"}}]}}"#
        ))
    };
    insta::assert_snapshot!(with("7"), @"
    fixed CVE-9 [pkg:npm/a] why - «» do «» by  undated at 2 statements[1]
    problem at 1 statements[0]: expected an object
    ");
    let problem = |statement: &str| {
        let shown = with(statement);
        assert!(shown.starts_with("fixed CVE-9"), "{shown}");
        shown
            .lines()
            .find_map(|l| l.strip_prefix("problem at 1 statements[0]: "))
            .unwrap_or("none")
            .to_owned()
    };
    let v = r#""vulnerability": {"name": "CVE-1"}"#;
    insta::assert_snapshot!(problem(&format!("{{{v}, \"status\": \"safe\"}}")), @"«safe» is no status");
    insta::assert_snapshot!(problem(&format!("{{{v}, \"status\": \"fixed\"}}")), @"a statement that names no product speaks of none");
    insta::assert_snapshot!(problem(&format!(r#"{{{v}, "status": "fixed", "products": [{{"@id": "pkg:npm/a@1", "identifiers": {{"purl": "pkg:npm/a@2"}}}}]}}"#)), @"`@id` and `identifiers.purl` are two different purls: «pkg:npm/a@1»");
    insta::assert_snapshot!(problem(&format!(r#"{{{v}, "status": "fixed", "products": [{{"@id": "x", "identifiers": {{"purl": "npm/a"}}}}]}}"#)), @"«npm/a» is no purl");
    insta::assert_snapshot!(problem(r#"{"vulnerability": {"name": ""}, "status": "fixed", "products": ["pkg:npm/a"]}"#), @"a statement without a vulnerability");
}

#[test]
fn a_product_that_lost_its_parts_is_not_the_whole() {
    let text = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [
 {"vulnerability": {"name": "CVE-1"}, "status": "fixed", "products": [
  {"@id": "pkg:oci/app", "subcomponents": [{"identifiers": {"purl": "no purl"}}]}]}]}"#;
    insta::assert_snapshot!(show(text), @"
    problem at 2 statements[0]: «no purl» is no purl
    problem at 2 statements[0]: a statement that names no product speaks of none
    ");
}

#[test]
fn what_is_no_vex_document_is_refused_with_its_line() {
    insta::assert_snapshot!(show("[\"not\", \"a\", \"document\"]"), @"refused, line 1: expected a JSON object or an XML document");
    insta::assert_snapshot!(show("{\n  \"a\": 1,\n  oops\n}"), @"refused, line 3: key must be a string");
    insta::assert_snapshot!(show("{}"), @"refused, line 1: neither `@context` (OpenVEX) nor `bomFormat` (CycloneDX) nor `document` (CSAF)");
    insta::assert_snapshot!(show(r#"{"@context": "https://openvex.dev/ns/v0.3.0", "statements": []}"#), @"refused, line 1: OpenVEX 0.3.0 is not known; 0.0.1 to 0.2.0 are read");
    insta::assert_snapshot!(show(r#"{"@context": "https://schema.org", "statements": []}"#), @"refused, line 1: `@context` does not name OpenVEX");
    insta::assert_snapshot!(show(r#"{"bomFormat": "CycloneDX", "specVersion": "2.0"}"#), @"refused, line 1: CycloneDX 2.0 is not known; 1.4 to 1.7 are read");
    insta::assert_snapshot!(show(r#"{"document": {"csaf_version": "1.2"}}"#), @"refused, line 1: CSAF «1.2» is not known; 2.0 and 2.1 are read");
    insta::assert_snapshot!(show("<bom/>"), @"refused, line 1: no CycloneDX element `bom` with its namespace");
    let refused = vex::read(b"{\n\xff").expect_err("no text");
    assert_eq!((refused.line, refused.what.as_str()), (2, "not UTF-8 text"));
}

const CYCLONEDX: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6",
 "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "version": 2,
 "metadata": {"timestamp": "2026-03-03T00:00:00Z", "authors": [{"name": "Jane"}],
  "component": {"name": "shop", "version": "4.2", "type": "application", "bom-ref": "app"}},
 "components": [{"type": "library", "name": "a", "version": "1", "bom-ref": "r1", "purl": "pkg:npm/a@1",
   "components": [{"type": "library", "name": "b", "bom-ref": "r2", "purl": "pkg:npm/b@2"}]}],
 "vulnerabilities": [
  {"id": "CVE-1", "references": [{"id": "GHSA-1"}], "affects": [{"ref": "r1"}, {"ref": "r2"}],
   "analysis": {"state": "not_affected", "justification": "code_not_reachable", "detail": "no path",
    "firstIssued": "2026-04-01T00:00:00Z", "lastUpdated": "2026-05-01T00:00:00Z"}},
  {"id": "CVE-2", "affects": [{"ref": "app"}], "recommendation": "Upgrade.",
   "analysis": {"state": "exploitable", "response": ["will_not_fix", "update"]}},
  {"id": "CVE-3", "affects": [{"ref": "r1"}]},
  {"id": "CVE-4", "analysis": {"state": "resolved"}, "affects": [
    {"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#r1"},
    {"ref": "urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/7#pkg:npm/c@3"}]},
  {"id": "CVE-5", "analysis": {"state": "false_positive"}, "affects": [{"ref": "nowhere"}, {"ref": "r1"}]},
  {"id": "CVE-6", "analysis": {"state": "in_triage"}, "affects": [{"ref": "app", "versions": [
    {"version": "4.2"}, {"version": "4.3", "status": "unaffected"}, {"range": "vers:semver/>=1"}]}]}
 ]}"#;

#[test]
fn cyclonedx_states_by_analysis_within_what_the_bill_is_about() {
    insta::assert_snapshot!(show(CYCLONEDX), @"
    not_affected CVE-1=GHSA-1 [shop at 4.2{pkg:npm/a@1}, shop at 4.2{pkg:npm/b@2}] why code_not_reachable «no path» do «» by Jane 2026-05-01T00:00:00Z at 8 vulnerabilities[0]
    affected CVE-2 [shop at 4.2] why - «» do «will not fix; update; Upgrade.» by Jane 2026-03-03T00:00:00Z at 11 vulnerabilities[1]
    fixed CVE-4 [shop at 4.2{pkg:npm/a@1}, urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/7#pkg:npm/c@3, urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/7{pkg:npm/c@3}] why - «» do «» by Jane 2026-03-03T00:00:00Z at 14 vulnerabilities[3]
    not_affected CVE-5 [shop at 4.2{pkg:npm/a@1}] why - «false positive» do «» by Jane 2026-03-03T00:00:00Z at 17 vulnerabilities[4]
    under_investigation CVE-6 [shop at 4.2, shop in vers:semver/>=1] why - «» do «» by Jane 2026-03-03T00:00:00Z at 18 vulnerabilities[5]
    not_affected CVE-6 [shop at 4.3] why - «as its version is listed» do «» by Jane 2026-03-03T00:00:00Z at 18 vulnerabilities[5]
    problem at 17 vulnerabilities[4]: `affects` names «nowhere», which is not here
    problem at 18 vulnerabilities[5]: a range of versions is not evaluated: it fits nothing
    ");
    let document = vex::read(CYCLONEDX.as_bytes()).expect("a document");
    assert_eq!((document.version.as_str(), document.author.as_str()), ("2", "Jane"));
}

#[test]
fn cyclonedx_in_xml_states_the_same() {
    let xml = r#"<?xml version="1.0"?>
<v:bom xmlns:v="http://cyclonedx.org/schema/bom/1.6" serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" version="2">
 <v:metadata><v:timestamp>2026-03-03T00:00:00Z</v:timestamp>
  <v:tools><v:components><v:component type="application" bom-ref="r1"><v:name>tool</v:name></v:component></v:components></v:tools>
  <v:authors><v:author><v:name>Jane</v:name></v:author></v:authors>
  <v:component type="application" bom-ref="app"><v:name>shop</v:name><v:version>4.2</v:version></v:component></v:metadata>
 <v:components><v:component type="library" bom-ref="r1"><v:supplier><v:name>S</v:name></v:supplier><v:name>a</v:name>
  <v:version>1</v:version><v:purl>pkg:npm/a@1</v:purl>
  <v:components><v:component type="library" bom-ref="r2"><v:name>b</v:name><v:purl>pkg:npm/b@2</v:purl></v:component></v:components>
  <v:pedigree><v:ancestors><v:component><v:name>old</v:name><v:version>0</v:version></v:component></v:ancestors></v:pedigree>
 </v:component></v:components>
 <v:vulnerabilities>
  <v:vulnerability><v:id>CVE-1</v:id><v:references><v:reference><v:id>GHSA-1</v:id><v:source><v:name>G</v:name></v:source></v:reference></v:references>
   <v:analysis><v:state>not_affected</v:state><v:justification>code_not_reachable</v:justification><v:detail>no &lt;path&gt;</v:detail>
    <v:firstIssued>2026-04-01T00:00:00Z</v:firstIssued><v:lastUpdated>2026-05-01T00:00:00Z</v:lastUpdated></v:analysis>
   <v:affects><v:target><v:ref>r1</v:ref></v:target><v:target><v:ref>r2</v:ref></v:target></v:affects></v:vulnerability>
  <v:vulnerability><v:id>CVE-2</v:id><v:analysis><v:state>exploitable</v:state>
    <v:responses><v:response>will_not_fix</v:response></v:responses></v:analysis>
   <v:affects><v:target><v:ref>app</v:ref><v:versions><v:version><v:version>4.2</v:version><v:status>affected</v:status></v:version>
    <v:version><v:range>vers:semver/1</v:range></v:version></v:versions></v:target></v:affects></v:vulnerability>
 </v:vulnerabilities>
</v:bom>"#;
    insta::assert_snapshot!(show(xml), @"
    not_affected CVE-1=GHSA-1 [shop at 4.2{pkg:npm/a@1}, shop at 4.2{pkg:npm/b@2}] why code_not_reachable «no <path>» do «» by Jane 2026-05-01T00:00:00Z at 13 vulnerabilities[0]
    affected CVE-2 [shop at 4.2, shop in vers:semver/1] why - «» do «will not fix» by Jane 2026-03-03T00:00:00Z at 17 vulnerabilities[1]
    problem at 17 vulnerabilities[1]: a range of versions is not evaluated: it fits nothing
    ");
    assert_eq!(vex::recognise(xml.as_bytes()), Some(Format::CycloneDx));
    insta::assert_snapshot!(show("<!DOCTYPE bom [<!ENTITY a \"b\">]><bom/>"), @"refused, line 1: a document type declaration is not read");
    insta::assert_snapshot!(show("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">\n<x>"), @"refused, line 2: the document ends inside an element");
}

const CSAF: &str = r#"{"document": {"category": "csaf_vex", "csaf_version": "2.0",
  "publisher": {"category": "vendor", "name": "Red Hat", "namespace": "https://redhat.example"},
  "tracking": {"id": "CVE-2026-1", "status": "final", "version": "2",
   "current_release_date": "2026-07-29T00:00:00Z", "initial_release_date": "2026-07-01T00:00:00Z"}},
 "product_tree": {
  "branches": [{"category": "vendor", "name": "Red Hat", "branches": [
    {"category": "product_name", "name": "RHEL 9", "product": {"product_id": "rhel9", "name": "RHEL 9",
      "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:9"}}},
    {"category": "product_version", "name": "openssl", "product": {"product_id": "openssl", "name": "openssl",
      "product_identification_helper": {"purl": "pkg:rpm/redhat/openssl?arch=src"}}},
    {"category": "product_version", "name": "curl-7.1-1", "product": {"product_id": "curl", "name": "curl-7.1-1",
      "product_identification_helper": {"purl": "pkg:rpm/redhat/curl@7.1-1?arch=x86_64"}}},
    {"category": "product_version", "name": "1.2.3", "product": {"product_id": "tool", "name": "Tool 1.2.3",
      "product_identification_helper": {"purl": "pkg:npm/tool"}}},
    {"category": "product_version_range", "name": "vers:npm/<2", "product": {"product_id": "lib", "name": "Lib",
      "product_identification_helper": {"purl": "pkg:npm/lib"}}}]}],
  "relationships": [
   {"category": "default_component_of", "product_reference": "inner", "relates_to_product_reference": "rhel9",
    "full_product_name": {"product_id": "rhel9:inner", "name": "x"}},
   {"category": "default_component_of", "product_reference": "openssl", "relates_to_product_reference": "rhel9",
    "full_product_name": {"product_id": "rhel9:openssl", "name": "openssl of RHEL 9"}},
   {"category": "default_component_of", "product_reference": "curl", "relates_to_product_reference": "rhel9:openssl",
    "full_product_name": {"product_id": "deep", "name": "deep"}}],
  "product_groups": [{"group_id": "g", "product_ids": ["curl", "tool"]}]},
 "vulnerabilities": [{"cve": "CVE-2026-1", "ids": [{"system_name": "x", "text": "GHSA-1"}],
   "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["rhel9:openssl"]}, {"label": "luck", "product_ids": ["tool"]}],
   "product_status": {"known_not_affected": ["rhel9:openssl", "lib"], "known_affected": ["curl"], "fixed": ["tool", "gone"],
     "under_investigation": ["deep"], "recommended": ["tool"]},
   "threats": [{"category": "impact", "details": "Moderate", "product_ids": ["lib"]},
     {"category": "impact", "details": "Not shipped", "product_ids": ["lib"]}],
   "remediations": [{"category": "no_fix_planned", "details": "Will not fix", "group_ids": ["g"]}]}]}"#;

#[test]
fn csaf_states_by_product_status() {
    insta::assert_snapshot!(show(CSAF), @"
    not_affected CVE-2026-1=GHSA-1 [pkg:npm/lib in vers:npm/<2] why - «Not shipped» do «» by Red Hat 2026-07-29T00:00:00Z at 25 vulnerabilities[0]
    not_affected CVE-2026-1=GHSA-1 [cpe:/o:redhat:enterprise_linux:9{pkg:rpm/redhat/openssl?arch=src}] why vulnerable_code_not_present «» do «» by Red Hat 2026-07-29T00:00:00Z at 25 vulnerabilities[0]
    affected CVE-2026-1=GHSA-1 [pkg:rpm/redhat/curl@7.1-1?arch=x86_64] why - «» do «no fix planned: Will not fix» by Red Hat 2026-07-29T00:00:00Z at 25 vulnerabilities[0]
    fixed CVE-2026-1=GHSA-1 [pkg:npm/tool at 1.2.3] why - «» do «no fix planned: Will not fix» by Red Hat 2026-07-29T00:00:00Z at 25 vulnerabilities[0]
    under_investigation CVE-2026-1=GHSA-1 [cpe:/o:redhat:enterprise_linux:9{pkg:rpm/redhat/openssl?arch=src{pkg:rpm/redhat/curl@7.1-1?arch=x86_64}}] why - «» do «» by Red Hat 2026-07-29T00:00:00Z at 25 vulnerabilities[0]
    problem at 5 product_tree: 1 combinations of products lead nowhere, such as «rhel9:inner»
    problem at 25 vulnerabilities[0]: «luck» is no justification
    problem at 25 vulnerabilities[0]: 1 products are not described in `product_tree`, such as «gone»
    ");
}

#[test]
fn csaf_of_tomorrow_is_tolerated() {
    let text = r#"{"document": {"category": "csaf_vex", "csaf_version": "2.1", "publisher": {"name": "V"},
 "tracking": {"id": "1", "status": "final", "version": "1"}},
 "product_tree": {"full_product_names": [
   {"product_id": "a", "name": "A", "product_identification_helper": {"purls": ["pkg:npm/a@1", "pkg:npm/b@1"]}},
   {"product_id": "p", "name": "Platform"}],
  "product_paths": [{"beginning_product_reference": "a", "full_product_name": {"product_id": "ap", "name": "A in P"},
    "subpaths": [{"category": "installed_on", "next_product_reference": "p"}]}]},
 "vulnerabilities": [{"cve": "CVE-1", "product_status": {"unknown": ["a"], "fixed": ["ap"]}}]}"#;
    insta::assert_snapshot!(show(text), @"
    fixed CVE-1 [Platform{pkg:npm/a@1, pkg:npm/b@1}] why - «» do «» by V undated at 8 vulnerabilities[0]
    under_investigation CVE-1 [pkg:npm/a@1, pkg:npm/b@1] why - «» do «» by V undated at 8 vulnerabilities[0]
    ");
    let standing = |category: &str, status: &str| {
        let text = text.replace("csaf_vex", category).replace("final", status);
        vex::read(text.as_bytes()).expect("a document").standing
    };
    assert_eq!(standing("csaf_vex", "interim"), Standing::Current);
    assert_eq!(standing("csaf_vex", "draft"), Standing::Draft);
    assert_eq!(standing("csaf_withdrawn", "final"), Standing::Withdrawn);
    assert_eq!(standing("csaf_superseded", "final"), Standing::Superseded);
}

#[test]
fn a_statement_whose_parts_cannot_be_identified_does_not_speak_of_the_whole() {
    let read = |part: &str| {
        let text = format!(
            r#"{{"@context":"https://openvex.dev/ns/v0.2.0","statements":[{{"vulnerability":"CVE-1",
"status":"not_affected","justification":"component_not_present",
"products":[{{"@id":"pkg:oci/app@sha256:00"}}],"subcomponents":[{part}]}}]}}"#
        );
        let document = vex::read(text.as_bytes()).expect("a document");
        let problems: Vec<_> = document.problems.iter().map(|p| p.what.clone()).collect();
        (document.statements.len(), problems.join("; "))
    };
    assert_eq!(read(r#"{"@id":"pkg:npm/a"}"#), (1, String::new()));
    let left_out = "none of its subcomponents can be identified; it was left out";
    assert_eq!(read(r#"{"@id":" "}"#), (0, left_out.to_owned()));
    let broken = r#"{"identifiers":{"purl":"npm/a"}}"#;
    assert_eq!(read(broken), (0, format!("«npm/a» is no purl; {left_out}")));
}

#[test]
fn a_component_of_a_bill_about_something_unnamed_speaks_of_no_other_asset() {
    let read = |subject: &str| {
        let text = format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{{{subject}}},
"components":[{{"bom-ref":"a","name":"a","purl":"pkg:npm/a@1"}}],
"vulnerabilities":[{{"id":"CVE-1","analysis":{{"state":"resolved"}},"affects":[{{"ref":"a"}}]}}]}}"#
        );
        let document = vex::read(text.as_bytes()).expect("a document");
        let purl = vex::Purl::parse("pkg:npm/a@1").expect("a purl");
        let subject = vex::Subject { purls: vec![purl], ..vex::Subject::default() };
        document.statements.iter().any(|s| s.speaks_of(&subject, &vex::Asset::default()))
    };
    assert!(read(""));
    assert!(!read(r#""component":{"bom-ref":"app","name":"app"}"#));
    assert!(!read(r#""component":{"bom-ref":"app"}"#));
}
