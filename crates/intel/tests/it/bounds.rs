//! Hostile records and feeds end in errors, within bounds.

use intel::osv::{MAX_ALIASES, MAX_NAME, MAX_RECORD, Record, RecordError};
use intel::{Builder, FeedError, Index};

#[test]
fn the_index_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Index<'_>>();
}

#[test]
fn records_at_and_past_their_bounds() {
    let too_large = vec![b' '; MAX_RECORD + 1];
    assert!(matches!(Record::parse(&too_large), Err(RecordError::TooLarge(_))));
    let aliases =
        |count: usize| format!(r#"{{"id":"A","aliases":[{}]}}"#, vec![r#""x""#; count].join(","));
    assert!(Record::parse(aliases(MAX_ALIASES).as_bytes()).is_ok());
    assert!(matches!(
        Record::parse(aliases(MAX_ALIASES + 1).as_bytes()),
        Err(RecordError::TooMany { what: "aliases", .. })
    ));
    let named = |length: usize| format!(r#"{{"id":"{}"}}"#, "a".repeat(length));
    assert!(Record::parse(named(MAX_NAME).as_bytes()).is_ok());
    assert!(matches!(Record::parse(named(MAX_NAME + 1).as_bytes()), Err(RecordError::LongName(_))));
    assert!(matches!(Record::parse(br#"{"id":""}"#), Err(RecordError::Missing("id"))));
}

#[test]
fn deep_nesting_is_passed_over_without_recursion() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for field in ["credits", "severity", "references", "database_specific"] {
        let json = format!(r#"{{"id":"A","{field}":{deep}}}"#);
        assert_eq!(Record::parse(json.as_bytes()).unwrap().id.as_str(), "A", "{field}");
    }
    let json = format!(r#"{{"id":"A","affected":{deep}}}"#);
    assert!(Record::parse(json.as_bytes()).is_err());
    let mut builder = Builder::new();
    assert!(builder.kev(deep.as_bytes()).is_err());
    assert!(builder.metasploit(deep.as_bytes()).is_err());
    assert!(builder.cve_record(deep.as_bytes()).is_err());
    assert!(builder.cve_rows(&mut deep.as_bytes()).is_err());
}

#[test]
fn an_entry_of_many_versions_and_ranges_takes_no_quadratic_time() {
    let versions: Vec<String> = (0..20_000).map(|v| format!(r#""{v}.9""#)).collect();
    let events: Vec<String> =
        (0..20_000).map(|v| format!(r#"{{"introduced":"{v}.1"}},{{"fixed":"{v}.2"}}"#)).collect();
    let json = format!(
        r#"{{"id":"A","affected":[{{"package":{{"ecosystem":"PyPI","name":"x"}},"versions":[{}],"ranges":[{{"type":"ECOSYSTEM","events":[{}]}}]}}]}}"#,
        versions.join(","),
        events.join(",")
    );
    let bytes = crate::support::build(&[&json]);
    let index = Index::open(&bytes).unwrap();
    assert_eq!(crate::support::ask(&index, "PyPI", "x", "7.1.5"), "A <7.2");
    assert_eq!(crate::support::ask(&index, "PyPI", "x", "7.9.0"), "A");
    assert_eq!(crate::support::ask(&index, "PyPI", "x", "7.3"), "clear");
}

#[test]
fn a_vector_scores_when_it_is_whole() {
    use intel::osv::cvss_severity;
    use vocab::Severity;
    let whole3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let whole4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    assert_eq!(cvss_severity(whole3), Some(Severity::Critical));
    assert_eq!(cvss_severity(&whole3.replace("3.1", "3.0")), Some(Severity::Critical));
    assert_eq!(cvss_severity(whole4), Some(Severity::Critical));
    for whole in [whole3, whole4] {
        for end in 0..whole.len() {
            assert_eq!(cvss_severity(&whole[..end]), None, "{}", &whole[..end]);
        }
    }
    assert_eq!(cvss_severity("AV:N/AC:L/Au:N/C:P/I:P/A:P"), None);
    assert_eq!(cvss_severity(&format!("{whole3}/{}", "E:X/".repeat(1_000))), None);
}

#[test]
fn no_feed_is_taken_for_an_empty_one() {
    let mut builder = Builder::new();
    assert!(matches!(builder.kev(br#"{"vulnerabilities":[]}"#), Err(FeedError::NothingRead(0))));
    let header = "#model_version:v1,score_date:2026-01-01\ncve,epss,percentile\n";
    assert!(matches!(builder.epss(&mut header.as_bytes()), Err(FeedError::NothingRead(0))));
    assert!(matches!(builder.epss(&mut "".as_bytes()), Err(FeedError::Missing(_))));
    assert!(builder.nuclei(&mut "".as_bytes()).is_err());
    assert!(builder.exploits_jsonl(&mut "404: Not Found".as_bytes()).is_err());
    assert!(builder.metasploit(b"{}").is_err());
    let mut line: &[u8] = &vec![b'x'; intel::signals::MAX_LINE + 2];
    assert!(matches!(builder.nuclei(&mut line), Err(FeedError::LongLine(1))));
}
