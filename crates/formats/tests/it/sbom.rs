//! What is read of a bill, what is refused, and does a written bill come back?

use std::io::Write;

use formats::sbom::{
    Bill, Component, ComponentType, Kind, MAX_DEPTH, Problem, Provenance, Refused, Scope, read,
    recognise, write_cyclonedx, write_spdx,
};
use proptest::prelude::*;

fn bill(text: &str) -> Bill {
    read(text.as_bytes()).unwrap_or_else(|refused| panic!("{refused}\n{text}"))
}

fn refusal(bytes: &[u8]) -> String {
    read(bytes).expect_err("a refusal").to_string()
}

fn names(bill: &Bill) -> Vec<&str> {
    bill.components.iter().map(|c| c.name.as_str()).collect()
}

fn problems(bill: &Bill) -> Vec<String> {
    let told = |p: &formats::sbom::Problem| Refused {
        line: p.line,
        place: p.place.clone(),
        what: p.what.clone(),
    };
    bill.problems.iter().map(|p| told(p).to_string()).collect()
}

const CYCLONEDX: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5",
"metadata":{"component":{"bom-ref":"me","type":"application","name":"shop"}},
"components":[
{"bom-ref":"a","type":"library","group":"org.x","name":"a","version":"1","purl":"pkg:maven/org.x/a@1",
 "hashes":[{"alg":"SHA-256","content":"00"}],"licenses":[{"license":{"id":"MIT"}},{"expression":"A OR B"}],
 "components":[{"bom-ref":"b","type":"library","name":"b","scope":"excluded","cpe":"cpe:/a:x:b:2"}]}],
"dependencies":[{"ref":"me","dependsOn":["a"]},{"ref":"a","dependsOn":["b","a"]}]}"#;

const XML: &str = r#"<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5">
<metadata><component bom-ref="me" type="application"><name>shop</name></component></metadata>
<components><component bom-ref="a" type="library"><group>org.x</group><name>a</name><version>1</version>
<hashes><hash alg="SHA-256">00</hash></hashes>
<licenses><license><id>MIT</id></license><expression>A OR B</expression></licenses>
<purl>pkg:maven/org.x/a@1</purl>
<components><component bom-ref="b" type="library"><name>b</name><scope>excluded</scope>
<cpe>cpe:/a:x:b:2</cpe></component></components></component></components>
<dependencies><dependency ref="me"><dependency ref="a"/></dependency>
<dependency ref="a"><dependency ref="b"/><dependency ref="a"/></dependency></dependencies></bom>"#;

#[test]
fn cyclonedx_says_the_same_in_json_and_xml() {
    let unlined = |text: &str| {
        let mut bill = bill(text);
        bill.format.clear();
        bill.components.iter_mut().for_each(|c| c.line = 0);
        bill
    };
    let json = unlined(CYCLONEDX);
    assert_eq!(json, unlined(XML));
    assert_eq!(names(&json), ["shop", "a", "b"]);
    assert_eq!((json.subjects, json.dependencies), (vec![0], vec![(0, 1), (1, 2)]));
    let [_, a, b] = &json.components[..] else { panic!("three components") };
    assert_eq!(a.licences, ["MIT", "A OR B"]);
    assert_eq!(a.hashes, [("SHA-256".to_owned(), "00".to_owned())]);
    assert_eq!((b.parent, b.scope), (Some(1), Some(Scope::Excluded)));
    assert_eq!(b.cpes, ["cpe:/a:x:b:2"]);
}

#[test]
fn lines_are_those_of_the_document() {
    let lines = |text| bill(text).components.iter().map(|c| c.line).collect::<Vec<_>>();
    assert_eq!(lines(CYCLONEDX), [2, 4, 6]);
    assert_eq!(lines(XML), [2, 3, 7]);
}

const TAGS: &str = "SPDXVersion: SPDX-2.3\nDocumentName: d\nSPDXID: SPDXRef-DOCUMENT\n\
PackageName: app\nSPDXID: SPDXRef-app\nPackageComment: <text>PackageName: not one\n</text>\n\
PackageName: lib\nSPDXID: SPDXRef-lib\nPackageVersion: 2\nPackageChecksum: SHA1: 00\n\
ExternalRef: PACKAGE-MANAGER purl pkg:npm/lib@2\nPackageLicenseDeclared: MIT\n\
PackageLicenseConcluded: NOASSERTION\n\
FileName: ./x\nSPDXID: SPDXRef-x\n\
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app\nRelationship: SPDXRef-app DEPENDS_ON SPDXRef-lib\n";

const SPDX: &str = r#"{"spdxVersion":"SPDX-2.3","name":"d","SPDXID":"SPDXRef-DOCUMENT","packages":[
{"SPDXID":"SPDXRef-app","name":"app"},
{"SPDXID":"SPDXRef-lib","name":"lib","versionInfo":"2","licenseDeclared":"MIT","licenseConcluded":"NOASSERTION",
"checksums":[{"algorithm":"SHA1","checksumValue":"00"}],"hasFiles":["SPDXRef-x"],
"externalRefs":[{"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/lib@2"}]}],
"files":[{"SPDXID":"SPDXRef-x","fileName":"./x"}],
"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-app"},
{"spdxElementId":"SPDXRef-lib","relationshipType":"DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-app"}]}"#;

#[test]
fn spdx_says_the_same_in_json_and_tag_value() {
    let unlined = |text: &str| {
        let mut bill = bill(text);
        bill.format.clear();
        bill.components.iter_mut().for_each(|c| c.line = 0);
        bill
    };
    let json = unlined(SPDX);
    assert_eq!(json, unlined(TAGS));
    assert_eq!(names(&json), ["app", "lib", "./x"]);
    assert_eq!((json.subjects, json.dependencies), (vec![0], vec![(0, 1)]));
    let [_, lib, file] = &json.components[..] else { panic!("three components") };
    assert_eq!(lib.hashes, [("SHA-1".to_owned(), "00".to_owned())]);
    assert_eq!((file.kind, file.parent), (ComponentType::File, Some(1)));
}

#[test]
fn spdx_3_elements_name_each_other() {
    let read = bill(
        r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
{"type":"CreationInfo","specVersion":"3.0.1"},
{"type":"SpdxDocument","spdxId":"d","rootElement":["app"]},
{"type":"software_Package","spdxId":"app","name":"app"},
{"type":"software_Package","spdxId":"lib","name":"lib","software_packageVersion":"2","software_packageUrl":"pkg:npm/lib@2",
 "verifiedUsing":[{"type":"Hash","algorithm":"sha3_256","hashValue":"00"}]},
{"type":"LifecycleScopedRelationship","scope":"development","from":"app","relationshipType":"dependsOn","to":["lib"]},
{"type":"simplelicensing_LicenseExpression","spdxId":"l","simplelicensing_licenseExpression":"MIT"},
{"type":"Relationship","from":"lib","relationshipType":"hasDeclaredLicense","to":["l"]}]}"#,
    );
    assert_eq!((read.format.as_str(), read.subjects.as_slice()), ("SPDX 3.0.1 json", &[0][..]));
    let lib = &read.components[1];
    assert_eq!(
        (lib.scope, lib.licences.as_slice()),
        (Some(Scope::Excluded), &["MIT".to_owned()][..])
    );
    assert_eq!(lib.hashes, [("SHA3-256".to_owned(), "00".to_owned())]);
    assert_eq!((read.dependencies, read.problems), (vec![(0, 1)], vec![]));
}

#[test]
fn every_format_is_recognised_by_its_content() {
    let check = |bytes: &[u8], kind: Option<Kind>| assert_eq!(recognise(bytes), kind);
    check(CYCLONEDX.as_bytes(), Some(Kind::CycloneDxJson));
    check(XML.as_bytes(), Some(Kind::CycloneDxXml));
    check(TAGS.as_bytes(), Some(Kind::SpdxTagValue));
    check(SPDX.as_bytes(), Some(Kind::SpdxJson));
    check(&gzip(CYCLONEDX.as_bytes()), Some(Kind::CycloneDxJson));
    check(&bzip2(TAGS.as_bytes()), Some(Kind::SpdxTagValue));
    for other in ["", "{}", "{\"name\":\"bomFormat\"}", "<html/>", "SPDX", "\0\0", "[]"] {
        check(other.as_bytes(), None);
    }
    // The first half of a packed file is enough.
    let packed = gzip(CYCLONEDX.as_bytes());
    check(&packed[..packed.len() / 2], Some(Kind::CycloneDxJson));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).expect("memory");
    out.finish().expect("memory")
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    out.write_all(bytes).expect("memory");
    out.finish().expect("memory")
}

#[test]
fn packed_bills_are_read_and_bombs_refused() {
    let plain = bill(CYCLONEDX);
    assert_eq!(read(&gzip(CYCLONEDX.as_bytes())).expect("gzip"), plain);
    assert_eq!(read(&bzip2(CYCLONEDX.as_bytes())).expect("bzip2"), plain);
    let cut = gzip(CYCLONEDX.as_bytes());
    assert!(refusal(&cut[..cut.len() - 9]).contains("the gzip stream breaks off after"));
    let twice = gzip(&gzip(CYCLONEDX.as_bytes()));
    assert_eq!(refusal(&twice), "packed twice: gzip in which there is a packed file");
    // 33 MiB of nothing: past the size up to which the ratio is not looked at, at a thousand to one.
    let bomb = gzip(&vec![b' '; 33 << 20]);
    assert!(refusal(&bomb).contains("unpack to more than 33554432"), "{}", refusal(&bomb));
}

#[test]
fn encodings_other_than_plain_utf_8() {
    let marked = format!("\u{feff}{CYCLONEDX}");
    assert_eq!(bill(&marked), bill(CYCLONEDX));
    let mut wide = vec![0xFF, 0xFE];
    wide.extend(XML.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(read(&wide).expect("UTF-16"), bill(XML));
    wide.pop();
    assert_eq!(refusal(&wide), "line 1: the file is not well-formed UTF-16");
    let mut broken = CYCLONEDX.replace("\"shop\"", "\"sh~p\"").into_bytes();
    let at = broken.iter().position(|b| *b == b'~').expect("the mark");
    broken[at] = 0xFF;
    let read = read(&broken).expect("a bill");
    assert_eq!(names(&read)[0], "sh\u{fffd}p");
    assert_eq!(problems(&read), ["line 2: a byte that is no UTF-8; such bytes were replaced"]);
    assert_eq!(refusal(b" \n"), "line 1: the file is empty");
}

#[test]
fn refusals_name_the_place_and_the_reason() {
    let check = |text: &str, expect: &str| assert_eq!(refusal(text.as_bytes()), expect);
    check("{}", "line 1: no bill of materials: neither `bomFormat` nor `spdxVersion`");
    check("{\n\"bomFormat\":\"X\"}", "line 2, bomFormat: `X`, expected `CycloneDX`");
    check(
        "{\"bomFormat\":\"CycloneDX\",\n\"specVersion\":\"2.0\"}",
        "line 2, specVersion: CycloneDX 2.0; versions 1.0 to 1.7 are read",
    );
    check(
        "{\"spdxVersion\":\"SPDX-4.0\"}",
        "line 1, spdxVersion: `SPDX-4.0`; SPDX-2.1 to SPDX-2.3 and 3.0 are read",
    );
    check("{\"bomFormat\":\n\"CycloneDX\",}", "line 2: not JSON here: '}', expected a value");
    check("<bom>", "line 1: <bom> is not closed");
    check("<x/>", "line 1: <x>, expected <bom>");
    check("hello\n", "line 1: neither JSON nor XML, and no `SPDXVersion` as in SPDX tag-value");
    check("SPDXVersion: SPDX-2.3\nA: <text>x", "line 2: a <text> without its </text>");
    check(
        "<rdf:RDF a='b'/>",
        "line 1: SPDX in RDF is not read; convert it to JSON (SPDX's tools do)",
    );
}

#[test]
fn entities_and_document_types_are_never_followed() {
    let inside = "<!DOCTYPE bom [<!ENTITY a \"aaaa\">]><bom>&a;</bom>";
    assert_eq!(
        refusal(inside.as_bytes()),
        "line 1: a document type with declarations inside; these are never followed"
    );
    let unknown = XML.replace("<name>b", "<name>&b;");
    assert!(refusal(unknown.as_bytes()).contains("the entity &b; is not one of XML's own"));
    let known = bill(&XML.replace("<name>b", "<name>&lt;b&#x26;"));
    assert_eq!(names(&known)[2], "<b&");
}

#[test]
fn nesting_is_read_up_to_the_bound_and_refused_past_it() {
    let json = |depth: usize| {
        let open = "{\"name\":\"x\",\"components\":[".repeat(depth);
        format!(
            "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{open}{}]}}",
            "]}".repeat(depth)
        )
    };
    // Two levels for each component, and two above the first.
    let most = (MAX_DEPTH - 1) / 2;
    assert_eq!(bill(&json(most)).components.len(), most);
    assert!(refusal(json(most + 1).as_bytes()).contains("nested more than 128 deep"));
    assert!(refusal("[".repeat(1_000_000).as_bytes()).contains("nested more than 128 deep"));
    let xml = format!("<bom>{}", "<a>".repeat(1_000_000));
    assert!(refusal(xml.as_bytes()).contains("nested more than 128 deep"));
    // What is nested deeper than is written stands higher, and nothing is lost.
    let deep = bill(&json(most));
    for write in [write_cyclonedx, write_spdx] {
        assert_eq!(written(&deep, write).components.len(), most);
    }
}

#[test]
fn what_is_left_out_is_told() {
    let read = bill(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.9","components":[7,{"version":"1"},
{"bom-ref":"x","name":"x"},{"bom-ref":"x","name":"y"}],
"dependencies":[{"ref":"x","dependsOn":["nobody"]},{}],"compositions":[{"aggregate":"incomplete"}]}"#,
    );
    assert_eq!(names(&read), ["(no name)", "x", "y"]);
    assert_eq!(
        problems(&read),
        [
            "line 1, specVersion: version 1.9 is not known; what it has in common with 1.7 was read",
            "line 1, components[0]: a number, expected a component; it was left out",
            "line 1, components[1]: a component without a name",
            "line 2, components[3]: the identifier `x` is borne by an earlier component too; edges go to that one",
            "line 3, dependencies: a dependency without `ref`; its edges were left out",
            "line 3, compositions[0].aggregate: the document says of itself that it is «incomplete»",
            "1 times a component is named that the document does not list: `nobody`",
        ]
    );
}

#[test]
fn circles_end() {
    let edges = bill(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"bom-ref":"a","name":"a"},
{"bom-ref":"b","name":"b"}],"dependencies":[{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["a"]}]}"#,
    );
    assert_eq!(edges.dependencies, [(0, 1), (1, 0)]);
    let parts = bill(
        "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nPackageName: b\nSPDXID: SPDXRef-b\n\
         Relationship: SPDXRef-a CONTAINS SPDXRef-b\nRelationship: SPDXRef-b CONTAINS SPDXRef-a\n\
         Relationship: SPDXRef-a DEPENDS_ON SPDXRef-a\n",
    );
    let parents: Vec<_> = parts.components.iter().map(|c| c.parent).collect();
    assert_eq!((parents, parts.dependencies.len()), (vec![Some(1), None], 0));
    assert_eq!(problems(&parts), ["line 4: a component contains itself through others; cut here"]);
}

#[test]
fn an_envelope_is_opened() {
    let github = format!("{{\"sbom\":{SPDX}}}");
    assert_eq!(names(&bill(&github)), ["app", "lib", "./x"]);
}

fn provenance() -> Provenance {
    Provenance {
        tool_version: "0.1.0".into(),
        timestamp: "2026-11-21T12:00:00Z".into(),
        serial: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79".into(),
    }
}

type Write2 = fn(&Bill, &Provenance, &mut dyn Write) -> std::io::Result<()>;

fn document(bill: &Bill, write: Write2) -> Vec<u8> {
    let mut out = Vec::new();
    write(bill, &provenance(), &mut out).expect("memory");
    out
}

fn written(bill: &Bill, write: Write2) -> Bill {
    read(&document(bill, write)).expect("a bill")
}

/// What the official schemas demand, as far as a bill can go against it.
#[test]
fn written_documents_keep_to_the_schemas() {
    let mut from = bill(CYCLONEDX);
    from.components[1].hashes.push(("SHA-256".into(), "ab".repeat(32)));
    from.components[2].id = "a".into();
    from.components[2].kind = ComponentType::DeviceDriver;
    let cyclonedx: serde_json::Value =
        serde_json::from_slice(&document(&from, write_cyclonedx)).expect("JSON");
    assert_eq!(
        (&cyclonedx["bomFormat"], &cyclonedx["specVersion"]),
        (&"CycloneDX".into(), &"1.6".into())
    );
    let a = &cyclonedx["components"][0];
    assert_eq!(a["hashes"], serde_json::json!([{"alg":"SHA-256","content":"ab".repeat(32)}]));
    assert_eq!(
        a["licenses"],
        serde_json::json!([{"license":{"id":"MIT"}},{"license":{"name":"A OR B"}}])
    );
    assert_eq!(a["properties"], serde_json::json!([{"name":"gabion:hash","value":"SHA-256 00"}]));
    let b = &a["components"][0];
    assert_eq!((&b["bom-ref"], &b["type"]), (&"component-2".into(), &"device-driver".into()));
    let spdx: serde_json::Value =
        serde_json::from_slice(&document(&from, write_spdx)).expect("JSON");
    let packages = spdx["packages"].as_array().expect("packages");
    let ids: Vec<&str> = packages.iter().filter_map(|p| p["SPDXID"].as_str()).collect();
    assert_eq!(ids, ["SPDXRef-Component-0", "SPDXRef-Component-1", "SPDXRef-Component-2"]);
    assert_eq!(packages[1]["checksums"][0]["algorithm"], "SHA256");
    assert_eq!(packages[1]["externalRefs"][0]["referenceCategory"], "PACKAGE-MANAGER");
    assert_eq!(packages[1]["licenseDeclared"], "NOASSERTION");
    assert_eq!(packages[2]["primaryPackagePurpose"], "OTHER");
    assert!(packages.iter().all(|p| p["downloadLocation"] == "NOASSERTION"));
    let kinds: Vec<_> = spdx["relationships"]
        .as_array()
        .expect("relationships")
        .iter()
        .map(|r| r["relationshipType"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(kinds, ["DESCRIBES", "CONTAINS", "DEPENDS_ON", "DEPENDS_ON"]);
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9@:/?#&=%.+~^ \"\\\\<é-]{0,12}x".prop_map(|text| text.trim().to_owned())
}

fn component() -> impl Strategy<Value = Component> {
    let digits = prop_oneof![Just("ab".repeat(32)), text()];
    let algorithm = prop_oneof![
        Just("SHA-256".to_owned()),
        Just("SHA-224".to_owned()),
        text().prop_map(|t| t.replace(' ', ""))
    ];
    let licence = prop_oneof![Just("MIT".to_owned()), Just("MIT OR ISC".to_owned()), text()];
    let names = (text(), text(), proptest::option::of(text()), proptest::option::of(text()));
    let lists = (
        proptest::collection::btree_set(text(), 0..3),
        proptest::collection::vec((algorithm, digits), 0..3),
        proptest::collection::btree_set(licence, 0..3),
        proptest::collection::vec((text(), ".{0,8}"), 0..3),
    );
    let scope = proptest::option::of(proptest::sample::select(vec![
        Scope::Required,
        Scope::Optional,
        Scope::Excluded,
    ]));
    let kind = proptest::sample::select(vec![
        ComponentType::Library,
        ComponentType::Platform,
        ComponentType::File,
        ComponentType::Data,
    ]);
    (names, lists, scope, kind, proptest::option::of(text())).prop_map(
        |((id, name, group, version), (cpes, hashes, licences, properties), scope, kind, purl)| {
            Component {
                id,
                kind,
                group,
                name,
                version,
                purl,
                cpes: cpes.into_iter().collect(),
                hashes,
                licences: licences.into_iter().collect(),
                scope,
                properties,
                ..Component::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_written_bill_comes_back(
        components in proptest::collection::vec(component(), 1..6),
        parents in proptest::collection::vec(0u32..12, 6),
        edges in proptest::collection::vec((0u32..6, 0u32..6), 0..8),
    ) {
        let count = u32::try_from(components.len()).expect("few");
        let mut bill = Bill { revision: 1, subjects: vec![0], components, ..Bill::default() };
        for (index, component) in (0u32..).zip(&mut bill.components) {
            // Told apart by the end of the name, so that what comes back in another order is found.
            component.name.push_str(&index.to_string());
            component.id.push_str(&index.to_string());
            component.parent = parents.get(index as usize).copied().filter(|p| *p < index);
        }
        bill.dependencies = edges.into_iter().filter(|(a, b)| a != b && *a < count && *b < count).collect();
        for write in [write_cyclonedx, write_spdx] {
            let again = written(&bill, write);
            prop_assert_eq!(&again.problems, &vec![]);
            prop_assert_eq!(shape(&again), shape(&bill));
        }
    }
}

/// Components with the names of their parents, and edges.
type Shape = (Vec<(Component, Option<String>)>, Vec<(String, String)>);

/// Components and edges by name instead of index, and in the order of names.
fn shape(bill: &Bill) -> Shape {
    let name = |i: u32| bill.components[i as usize].name.clone();
    let mut components: Vec<_> = bill
        .components
        .iter()
        .map(|c| {
            let mut plain = Component { parent: None, line: 0, ..c.clone() };
            plain.cpes.sort();
            plain.hashes.sort();
            plain.licences.sort();
            (plain, c.parent.map(name))
        })
        .collect();
    components.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    let mut edges: Vec<_> = bill.dependencies.iter().map(|(a, b)| (name(*a), name(*b))).collect();
    edges.sort();
    edges.dedup();
    (components, edges)
}

#[test]
fn a_bill_with_holes_says_so_when_it_is_written_and_read_back() {
    let mut from = bill(CYCLONEDX);
    from.problems.clear();
    for write in [write_cyclonedx as Write2, write_spdx] {
        assert_eq!(problems(&written(&from, write)), Vec::<String>::new());
    }
    from.problems.push(Problem { line: 3, place: "a/yarn.lock".into(), what: "cut".into() });
    let told = |write| {
        let problems = problems(&written(&from, write));
        problems
            .iter()
            .map(|p| p.split_once(": ").map_or("", |(_, what)| what).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(write_cyclonedx), ["the document says of itself that it is «incomplete»"]);
    let holes = "the document says of itself that it is incomplete: a/yarn.lock: cut";
    assert_eq!(told(write_spdx), [holes]);
}
