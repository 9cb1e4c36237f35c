//! The index answers as the schema's own evaluation does, for any events.

use intel::Index;
use proptest::prelude::*;

use crate::support::{ask, build};

/// One event: what it is and at which version, plain numbers that every scheme orders alike.
type Event = (u8, u32);

/// The schema's algorithm, section «Evaluation», over numbers, walking up to the version.
fn affected(events: &[Event], version: u32) -> bool {
    let limits: Vec<u32> = events.iter().filter(|e| e.0 == 3).map(|e| e.1).collect();
    if !limits.is_empty() && limits.iter().all(|limit| version >= *limit) {
        return false;
    }
    let at = |kind: u8, place: u32| events.contains(&(kind, place));
    let mut vulnerable = false;
    for place in 0..=version {
        // Introduced and fixed at once is nothing, unless the fix ends what was open before.
        vulnerable = match (at(1, place), at(0, place)) {
            (true, introduced) => vulnerable && introduced,
            (false, introduced) => vulnerable || introduced,
        };
        if at(2, place) && place < version {
            vulnerable = false;
        }
    }
    vulnerable
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_events(
        mut events in prop::collection::vec((0u8..4, 0u32..12), 1..8),
        listed in prop::collection::vec(0u32..14, 0..3),
    ) {
        events.push((0, 3));
        let name = ["introduced", "fixed", "last_affected", "limit"];
        let json: Vec<String> = events
            .iter()
            .map(|(kind, at)| format!(r#"{{"{}":"{at}"}}"#, name[usize::from(*kind)]))
            .collect();
        let versions: Vec<String> = listed.iter().map(|v| format!(r#""{v}""#)).collect();
        let record = format!(
            r#"{{"id":"A","affected":[{{"package":{{"ecosystem":"PyPI","name":"x"}},"versions":[{}],"ranges":[{{"type":"GIT","events":[]}},{{"type":"ECOSYSTEM","events":[{}]}}]}}]}}"#,
            versions.join(","),
            json.join(",")
        );
        let bytes = build(&[&record]);
        let index = Index::open(&bytes).unwrap();
        for version in 0..20u32 {
            let said = ask(&index, "PyPI", "x", &format!("{version}.0"));
            let expect = affected(&events, version) || listed.contains(&version);
            prop_assert_eq!(said.starts_with('A'), expect, "{} of {:?}: {}", version, &events, &said);
            prop_assert_eq!(said == "clear", !expect, "{} of {:?}: {}", version, &events, &said);
        }
    }
}
