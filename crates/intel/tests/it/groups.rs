//! Alias groups, ids, texts and signals of an index.

use intel::{Builder, Index};

use crate::support::{build, finish, now};

#[test]
fn groups_close_over_aliases_only() {
    let bytes = build(&[
        r#"{"id":"GHSA-1","aliases":["CVE-2024-0001"],"related":["CVE-2024-0009"],"affected":[]}"#,
        r#"{"id":"PYSEC-1","aliases":["CVE-2024-0001","CVE-2024-0002"],"summary":"two","details":"words","references":[{"type":"WEB","url":"https://example.org"}],"affected":[]}"#,
        r#"{"id":"DSA-1","upstream":["CVE-2024-0001"],"affected":[]}"#,
    ]);
    let index = Index::open(&bytes).unwrap();
    let of = |id: &str| index.find(id).unwrap();
    assert_eq!(of("CVE-2024-0002"), of("GHSA-1"));
    assert_ne!(of("DSA-1"), of("GHSA-1"));
    assert_eq!(of("CVE-2024-0009"), None);
    let group = index.group(of("PYSEC-1").unwrap()).unwrap();
    assert_eq!(group.aliases, ["CVE-2024-0001", "CVE-2024-0002", "GHSA-1", "PYSEC-1"]);
    assert_eq!(group.cves, ["CVE-2024-0001", "CVE-2024-0002"]);
    assert_eq!(group.members.len(), 2);
    let text = index.text(group.members[1]).unwrap();
    assert_eq!((text.summary.as_str(), text.details.as_str()), ("two", "words"));
    assert_eq!(text.references, ["https://example.org"]);
    let distribution = index.group(of("DSA-1").unwrap()).unwrap().members[0];
    assert_eq!(index.advisory(distribution).unwrap().upstream, ["CVE-2024-0001"]);
}

#[test]
fn of_two_copies_the_later_modified_stays() {
    let copy = |modified: &str, version: &str| {
        format!(
            r#"{{"id":"A","modified":"{modified}","affected":[{{"package":{{"ecosystem":"PyPI","name":"x"}},"versions":["{version}"]}}]}}"#
        )
    };
    for order in [[0, 1], [1, 0]] {
        let copies = [copy("2024-01-01T00:00:00Z", "1"), copy("2025-01-01T00:00:00Z", "2")];
        let bytes = build(&order.map(|i: usize| copies[i].as_str()));
        let index = Index::open(&bytes).unwrap();
        assert_eq!(crate::support::ask(&index, "PyPI", "x", "2"), "A");
        assert_eq!(crate::support::ask(&index, "PyPI", "x", "1"), "clear");
        assert_eq!(index.meta().counts.advisories, 1);
    }
}

#[test]
fn signals_of_all_feeds_meet() {
    let mut builder = Builder::new();
    let kev = br#"{"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-2024-0001","dateAdded":"2024-03-01","dueDate":"2024-03-22","knownRansomwareCampaignUse":"Known","vendorProject":"v","product":"p","vulnerabilityName":"n"}]}"#;
    builder.kev(kev).unwrap();
    builder.kev_history(now(), kev).unwrap();
    builder.epss(&mut "#model_version:v1,score_date:2026-08-16\ncve,epss,percentile\nCVE-2024-0001,4e-05,0.5\nCVE-2024-0003,0.1,0.9\n".as_bytes()).unwrap();
    builder.exploits_jsonl(&mut r#"{"id":"CVE-2024-0001","timeline":{"published":"2024-02-01T00:00:00Z"},"exploits":{"github-poc":{"n":2,"first":"2019-04-01","maturity":["poc"]}}}"#.as_bytes()).unwrap();
    builder.cve_rows(&mut r#"{"id":"CVE-2024-0001","state":"PUBLISHED","ssvc":{"Exploitation":"active"},"adp_cwe":["CWE-79"]}"#.as_bytes()).unwrap();
    let bytes = finish(builder);
    let index = Index::open(&bytes).unwrap();
    let signals = index.signals("cve-2024-0001").unwrap().unwrap();
    let kev = signals.kev.as_ref().unwrap();
    assert!(kev.ransomware && kev.name == "n");
    assert_eq!(kev.added.to_string(), "2024-03-01T00:00:00Z");
    assert_eq!(signals.kev_history.len(), 1);
    let epss = signals.epss.as_ref().unwrap();
    assert_eq!((epss.score, epss.percentile, epss.model.as_deref()), (4e-5, 0.5, Some("v1")));
    // The repository is older than the CVE: the exploit cannot be.
    assert_eq!(signals.exploit_first_seen().unwrap().to_string(), "2024-02-01T00:00:00Z");
    assert_eq!(signals.published.unwrap().to_string(), "2024-02-01T00:00:00Z");
    assert_eq!(signals.ssvc.unwrap().exploitation, Some(intel::signals::Exploitation::Active));
    assert_eq!(signals.cwes, ["CWE-79"]);
    assert!(index.signals("CVE-2024-0003").unwrap().unwrap().kev.is_none());
    assert!(index.signals("CVE-2024-0002").unwrap().is_none());
    assert!(index.signals("GHSA-x").unwrap().is_none());
}

#[test]
fn the_same_records_give_the_same_bytes() {
    let records = [
        r#"{"id":"B","aliases":["CVE-2024-0001","cve-2024-0002"],"affected":[{"package":{"ecosystem":"Debian:12","name":"x"},"versions":["1","2"]},{"package":{"ecosystem":"PyPI","name":"y"},"versions":["3"]}]}"#,
        r#"{"id":"A","aliases":["CVE-2024-0002"],"affected":[{"package":{"ecosystem":"npm","name":"z"},"versions":["1.0.0"]}]}"#,
    ];
    let bytes = build(&records);
    assert_eq!(bytes, build(&records));
    let index = Index::open(&bytes).unwrap();
    // One spelling of a CVE name joins what another spelling would part.
    assert_eq!(index.find("A").unwrap(), index.find("B").unwrap());
    let advisory = index.advisory(intel::AdvisoryRef(1)).unwrap();
    let packages: Vec<String> =
        advisory.packages.iter().map(|p| format!("{} {}", p.ecosystem, p.name)).collect();
    assert_eq!((advisory.id.as_str(), packages.len()), ("B", 2));
    assert!(
        packages.contains(&"Debian:12 x".to_owned()) && packages.contains(&"PyPI y".to_owned())
    );
}

#[test]
fn a_damaged_catalogue_says_so_in_the_index() {
    let entry = r#"{"cveID":"CVE-2026-0001","dateAdded":"2026-08-01"}"#;
    let incomplete = |entries: &str, count: usize| {
        let mut builder = Builder::new();
        let kev = format!(r#"{{"count":{count},"vulnerabilities":[{entries}]}}"#);
        builder.kev(kev.as_bytes()).unwrap();
        let bytes = finish(builder);
        Index::open(&bytes).unwrap().meta().kev_incomplete
    };
    assert!(!incomplete(entry, 1));
    assert!(incomplete(entry, 2));
    assert!(incomplete(&format!("{entry},{{}}"), 2));
}
