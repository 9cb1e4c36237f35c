//! What hostile documents are refused for, at the bound; and whether every real one is read or refused.

use std::collections::BTreeMap;
use std::io::Write as _;

use formats::vex::{self, MAX_BYTES, MAX_PROBLEMS, MAX_VALUES};

fn refused(bytes: &[u8]) -> String {
    match vex::read(bytes) {
        Ok(document) => format!("{} statements", document.statements.len()),
        Err(refused) => refused.what,
    }
}

#[test]
fn values_are_counted_before_they_take_memory() {
    let of = |values: usize| {
        // The object, the key's list and its items: 2 + values.
        let items = vec!["0"; values - 1].join(",");
        refused(
            format!(r#"{{"@context":"https://openvex.dev/ns","statements":[],"x":[{items}]}}"#)
                .as_bytes(),
        )
    };
    // `{`, two commas, two `[`, and one comma less than items.
    let free = 5;
    assert_eq!(of(MAX_VALUES - free + 2), "0 statements");
    assert_eq!(of(MAX_VALUES - free + 3), format!("more than {MAX_VALUES} values"));
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let block = vec![b' '; 1 << 20];
    for _ in 0..(MAX_BYTES >> 20) {
        packed.write_all(&block).expect("packed");
    }
    packed.write_all(b"{}").expect("packed");
    let what = refused(&packed.finish().expect("packed"));
    assert_eq!(what, format!("more than {} MiB; that much is not read", MAX_BYTES >> 20));
}

#[test]
fn packed_documents_are_read() {
    let text = br#"{"@context":"https://openvex.dev/ns","statements":[{"vulnerability":"CVE-1","status":"fixed","products":["pkg:npm/a"]}]}"#;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text).expect("packed");
    let gzip = gzip.finish().expect("packed");
    let mut bzip = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip.write_all(text).expect("packed");
    let bzip = bzip.finish().expect("packed");
    for bytes in [gzip.as_slice(), bzip.as_slice()] {
        assert_eq!(refused(bytes), "1 statements");
        assert_eq!(vex::recognise(bytes), Some(vex::Format::OpenVex));
        let cut = bytes.get(..bytes.len() / 2).expect("a half");
        assert!(refused(cut).starts_with("the compressed document is damaged"), "{}", refused(cut));
    }
}

#[test]
fn nesting_is_bounded_in_every_format() {
    let deep = |open: &str, close: &str, inner: &str, depth: usize| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    let branches = deep(r#"{"branches":["#, "]}", "{}", 60_000);
    let csaf = format!(r#"{{"document":{{"csaf_version":"2.0"}},"product_tree":{branches}}}"#);
    assert!(refused(csaf.as_bytes()).contains("recursion limit"), "{}", refused(csaf.as_bytes()));
    let parts = deep(r#"{"components":["#, "]}", "{}", 60_000);
    let bill = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{parts}]}}"#);
    let document = vex::read(bill.as_bytes()).expect("a document");
    assert!(document.problems.iter().any(|p| p.what.contains("recursion limit")));
    let product = deep(r#"{"@id":"a","subcomponents":["#, "]}", r#"{"@id":"b"}"#, 60_000);
    let openvex = format!(
        r#"{{"@context":"https://openvex.dev/ns","statements":[{{"vulnerability":"X","status":"fixed","products":[{product}]}}]}}"#
    );
    let document = vex::read(openvex.as_bytes()).expect("a document");
    assert!(document.problems.iter().any(|p| p.what.contains("recursion limit")));
    let xml = |depth: usize| {
        let open = "<component>".repeat(depth);
        let close = "</component>".repeat(depth);
        refused(
            format!(r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6">{open}{close}</bom>"#)
                .as_bytes(),
        )
    };
    assert_eq!(xml(127), "0 statements");
    assert!(xml(128).starts_with("nested more than 128 deep"), "{}", xml(128));
}

#[test]
fn problems_are_bounded() {
    let of = |count: usize| {
        let bad = vec!["0"; count].join(",");
        let text = format!(r#"{{"@context":"https://openvex.dev/ns","statements":[{bad}]}}"#);
        vex::read(text.as_bytes()).expect("a document").problems.len()
    };
    assert_eq!(of(MAX_PROBLEMS), MAX_PROBLEMS);
    assert_eq!(of(MAX_PROBLEMS + 50), MAX_PROBLEMS + 1);
}

#[test]
fn groups_do_not_multiply_what_a_document_says() {
    let ids: Vec<String> = (0..2_000).map(|n| format!("\"p{n}\"")).collect();
    let groups = vec!["\"g\""; 4_000].join(",");
    let text = format!(
        r#"{{"document":{{"csaf_version":"2.0"}},
 "product_tree":{{"product_groups":[{{"group_id":"g","product_ids":[{}]}}]}},
 "vulnerabilities":[{{"cve":"CVE-1","remediations":[{{"category":"workaround","group_ids":[{groups}]}}]}}]}}"#,
        ids.join(",")
    );
    let document = vex::read(text.as_bytes()).expect("a document");
    assert!(document.problems.iter().any(|p| p.what.contains("named by groups")));
}

#[test]
fn combinations_that_refer_to_each_other_end() {
    let link = |id: &str, inner: &str, outer: &str| {
        format!(
            r#"{{"product_reference":"{inner}","relates_to_product_reference":"{outer}","full_product_name":{{"product_id":"{id}","name":"{id}"}}}}"#
        )
    };
    let links = [link("a", "b", "a"), link("b", "a", "b")].join(",");
    let text = format!(
        r#"{{"document":{{"csaf_version":"2.0"}},"product_tree":{{"relationships":[{links}]}}}}"#
    );
    let document = vex::read(text.as_bytes()).expect("a document");
    assert_eq!(document.problems.len(), 1, "{:?}", document.problems);
    // A chain that doubles at every step would grow without the bound on its length.
    let mut links = vec![link("x0", "p", "p")];
    links.extend(
        (1..200).map(|n| link(&format!("x{n}"), &format!("x{}", n - 1), &format!("x{}", n - 1))),
    );
    let text = format!(
        r#"{{"document":{{"csaf_version":"2.0"}},"product_tree":{{"full_product_names":[{{"product_id":"p","name":"p"}}],"relationships":[{}]}}}}"#,
        links.join(",")
    );
    let document = vex::read(text.as_bytes()).expect("a document");
    let told: Vec<&str> = document.problems.iter().map(|p| p.what.as_str()).collect();
    assert_eq!(
        told,
        [
            "196 combinations of products lead nowhere, such as «x4»",
            "1 combinations of products are too deep or too large, such as «x3»"
        ]
    );
}

#[test]
fn every_document_of_the_corpus_is_read_or_refused_with_a_reason() {
    let Some(corpus) = testkit::corpus("VEX corpus") else { return };
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for archive in ["sboms/sboms.tar.zst", "scanner-reports/defectdojo-scans.tar.zst"] {
        let folder = testkit::unpack(&corpus.join(archive));
        for path in testkit::files(folder.path()) {
            let bytes = std::fs::read(folder.path().join(&path)).expect("a file");
            let told = match (vex::recognise(&bytes), vex::read(&bytes)) {
                (Some(format), Ok(document)) => {
                    assert_eq!(document.format, format, "{}", path.display());
                    for problem in &document.problems {
                        assert!(!problem.what.is_empty() && problem.place.line > 0, "{problem:?}");
                    }
                    let states = if document.statements.is_empty() { "silent" } else { "states" };
                    format!("{} {states}", format.as_str())
                }
                (Some(format), Err(refused)) => {
                    assert!(!refused.what.is_empty(), "{}", path.display());
                    format!("{} refused", format.as_str())
                }
                (None, Ok(document)) => format!("{} not recognised", document.format.as_str()),
                (None, Err(_)) => continue,
            };
            *counts.entry(told).or_default() += 1;
        }
    }
    insta::assert_debug_snapshot!(counts, @r#"
    {
        "CSAF refused": 1,
        "CSAF states": 1,
        "CycloneDX silent": 255,
        "CycloneDX states": 37,
        "OpenVEX silent": 1,
        "OpenVEX states": 2,
    }
    "#);
}

#[test]
fn parts_of_a_statement_are_not_multiplied_by_its_products() {
    let of = |products: usize, parts: usize| {
        let products = vec![r#""a""#; products].join(",");
        let parts = vec![r#""b""#; parts].join(",");
        let text = format!(
            r#"{{"@context":"https://openvex.dev/ns","statements":[{{"vulnerability":"X","status":"fixed","products":[{products}],"subcomponents":[{parts}]}}]}}"#
        );
        let document = vex::read(text.as_bytes()).expect("a document");
        (document.statements.len(), document.problems.first().map(|p| p.what.clone()))
    };
    assert_eq!(of(1_000, 1_000), (1, None));
    let what = "more than 1000000 parts of its products; it was left out".to_owned();
    assert_eq!(of(1_001, 1_000), (0, Some(what)));
}

#[test]
fn a_product_keeps_few_digests() {
    let of = |count: usize| {
        let hashes: Vec<String> =
            (0..count).map(|n| format!(r#"{{"alg":"MD5","content":"{n:032x}"}}"#)).collect();
        let text = format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{{"bom-ref":"a","name":"a","hashes":[{}]}}],
"vulnerabilities":[{{"id":"X","analysis":{{"state":"resolved"}},"affects":[{{"ref":"a"}}]}}]}}"#,
            hashes.join(",")
        );
        let document = vex::read(text.as_bytes()).expect("a document");
        let products = document.statements.first().map(|s| s.products.clone()).expect("one");
        products.first().map(|p| p.hashes.len())
    };
    assert_eq!(of(64), Some(64));
    assert_eq!(of(65), Some(64));
}
