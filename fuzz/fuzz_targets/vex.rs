#![no_main]
//! A VEX document of any format. What is read is asked about a component on an asset, and nothing in it is
//! past its bounds.

use formats::vex::{self, Asset, Image, Purl, Subject};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = vex::recognise(bytes);
    let Ok(document) = vex::read(bytes) else { return };
    assert!(document.problems.len() <= vex::MAX_PROBLEMS + 1);
    let subject = Subject {
        purls: Purl::parse("pkg:npm/a@1").into_iter().collect(),
        cpes: vec!["cpe:2.3:a:v:p:1:*:*:*:*:*:*:*".to_owned()],
        ..Subject::default()
    };
    let asset = Asset {
        images: Image::parse("ghcr.io/acme/app:1").into_iter().collect(),
        names: vec!["shop".to_owned()],
        ..Asset::default()
    };
    for statement in &document.statements {
        assert!(!statement.vulnerability.is_empty() && !statement.products.is_empty());
        let _ = statement.speaks_of(&subject, &asset);
        for purl in statement.products.iter().filter_map(|p| p.purl.as_ref()) {
            // What is written is read as the same, whatever was in it.
            let again = Purl::parse(&purl.to_string());
            assert!(again.is_none_or(|again| again == *purl), "{purl}");
        }
    }
});
