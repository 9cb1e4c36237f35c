//! `gabion import` as a user types it.

use serde_json::Value;

use crate::kill_import::report;
use crate::program::{Place, text};

fn stdout(place: &Place, arguments: &[&str]) -> (i32, String, String) {
    let output = place.run(arguments);
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_first_line_is_the_answer() {
    let place = Place::new();
    place.write("report.sarif", &report("lint", 3));
    let (code, out, err) = stdout(&place, &["import", "report.sarif", "--asset", "web"]);
    assert_eq!(
        (code, out.lines().next()),
        (0, Some("3 new from lint (SARIF 2.1.0) on web")),
        "{err}"
    );
    let (code, out, _) = stdout(&place, &["import", "report.sarif", "--asset", "web"]);
    let first = out.lines().next().unwrap_or_default();
    assert_eq!(code, 0);
    assert!(first.starts_with("Nothing new: the same document was taken in before;"), "{first}");
}

#[test]
fn what_is_no_report_is_named_and_the_others_go_on() {
    let place = Place::new();
    place.write("report.sarif", &report("lint", 2));
    place.write("odd.json", "{\"lockfileVersion\": 3, \"packages\": {}}");
    let (code, out, err) = stdout(&place, &["import", "odd.json"]);
    assert_eq!((code, out.as_str()), (4, ""));
    assert!(err.contains("odd.json") && err.contains("«lockfileVersion»"), "{err}");
    assert!(err.contains("--format") && err.contains("docs/FORMATS.md"), "{err}");
    let (code, out, err) =
        stdout(&place, &["import", "odd.json", "missing", "tree", "report.sarif", "--json"]);
    assert_eq!(code, 4, "{err}");
    let made: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&made["schema"], &made["failed"]), (&"gabion.import/1".into(), &3.into()));
    assert_eq!(made["files"][0]["new"], 2);
    assert!(err.contains("folder") && err.contains("missing"), "{err}");
}

#[test]
fn the_formats_are_listed_without_a_file_and_nothing_else_goes_without_one() {
    let place = Place::new();
    let (code, out, err) = stdout(&place, &["import", "--format", "list"]);
    assert_eq!(code, 0, "{err}");
    let listed = out.lines().any(|line| line.starts_with("sarif ") && line.contains("SARIF 2.1.0"));
    assert!(listed && out.lines().count() > 50, "{out}");
    for arguments in [&["import", "--format", "sarif"][..], &["import"]] {
        let (code, out, err) = stdout(&place, arguments);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains("FILE"), "{err}");
    }
}

#[test]
fn one_file_is_one_object_and_a_dropped_record_is_read_in_part() {
    let place = Place::new();
    let broken =
        report("lint", 2).replace("\"ruleId\":\"rule-1\",", "").replace("a defect, number 1", "");
    place.write("report.sarif", &broken);
    let (code, out, err) = stdout(&place, &["import", "report.sarif", "--asset", "web", "--json"]);
    let made: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        (code, &made["format"], &made["observations"]),
        (3, &"sarif".into(), &1.into()),
        "{err}"
    );
    assert_eq!(made["dropped"].as_array().map(Vec::len), Some(1), "{made}");
}

#[test]
fn from_a_pipe_and_packed_it_is_the_same() {
    let place = Place::new();
    place.write("report.sarif", &report("lint", 2));
    let packed = gzip(&report("lint", 2));
    std::fs::write(place.path("report.sarif.gz"), packed).expect("written");
    let (code, out, err) = stdout(&place, &["import", "report.sarif", "--asset", "web"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) =
        stdout(&place, &["import", "report.sarif.gz", "--asset", "web", "--json"]);
    let made: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &made["repeat"]), (0, &true.into()), "{err}");
    let mut command = place.command(&["import", "-", "--asset", "web", "--json"]);
    command.stdin(std::fs::File::open(place.path("report.sarif")).expect("a file"));
    let output = command.output().expect("started");
    let made: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(made["repeat"], true);
}

#[test]
fn names_and_instants_are_checked() {
    let place = Place::new();
    place.write("report.sarif", &report("lint", 1));
    let code = |more: &[&str]| place.code(&[&["import", "report.sarif"], more].concat());
    assert_eq!(code(&["--asset", ""]), 2);
    assert_eq!(code(&["--asset", "undeclared:x"]), 2);
    assert_eq!(code(&["--scanned-at", "soon"]), 2);
    assert_eq!(code(&["--format", "nothing"]), 2);
    assert_eq!(code(&["--role", "agent"]), 2);
    assert_eq!(code(&["--dry-run"]), 0);
}

/// Gzip with stored blocks: enough to be unpacked.
fn gzip(content: &str) -> Vec<u8> {
    let bytes = content.as_bytes();
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut chunks = bytes.chunks(60_000).peekable();
    while let Some(chunk) = chunks.next() {
        let length = u16::try_from(chunk.len()).expect("short");
        out.push(u8::from(chunks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(chunk);
    }
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    out.extend((!crc).to_le_bytes());
    out.extend(u32::try_from(bytes.len()).expect("short").to_le_bytes());
    out
}

/// What a document tells of time is read rightly, or counts as not told and is said.
#[test]
fn a_time_that_cannot_be_is_not_believed_and_said() {
    let run = |times: &str| {
        format!(
            r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"t"}}}},"invocations":[{{"executionSuccessful":true,{times}}}],
"results":[{{"ruleId":"R","message":{{"text":"m"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"a"}},"region":{{"startLine":1}}}}}}]}}]}}]}}"#
        )
    };
    let seen = |first: &str| {
        format!(
            r#"{{"schema":"gabion.findings/1","tool":"t","findings":[{{"class":"code","rule":"R","title":"x","first_seen":"{first}","locations":[{{"path":"a","line":1}}]}}]}}"#
        )
    };
    let cases = [
        (run(r#""endTimeUtc":"0001-01-01T00:00:00Z""#), "«0001-01-01T00:00:00Z»", "20"),
        (run(r#""endTimeUtc":"1970-01-01T00:00:00Z""#), "«1970-01-01T00:00:00Z»", "20"),
        (run(r#""endTimeUtc":"2021-03-04T05:06[Europe/Berlin]""#), "[Europe/Berlin]»", "20"),
        (
            run(r#""startTimeUtc":"2021-03-04T05:06:07Z","endTimeUtc":"0001-01-01T00:00:00Z""#),
            "",
            "2021-03-04T05:06:07Z",
        ),
        (seen("0001-01-01T00:00:00Z"), "«0001-01-01T00:00:00Z»", "20"),
        (seen("2021-03-04T05:06[Europe/Berlin]"), "[Europe/Berlin]»", "20"),
        (seen("2021-03-04T05:06+01:00[Europe/Berlin]"), "", "20"),
    ];
    for (document, said, scanned) in cases {
        let place = Place::new();
        place.write("report.json", &document);
        let output = place.run(&["import", "report.json", "--asset", "web", "--json"]);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{document}: {out}{err}");
        let imported: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        let remarks = imported["remarks"].to_string();
        assert!(imported["scanned_at"].as_str().is_some_and(|at| at.starts_with(scanned)), "{out}");
        match said {
            "" => assert_eq!(remarks, "[]", "{document}"),
            said => assert!(remarks.contains(said) && remarks.contains("not told"), "{remarks}"),
        }
        let shown = text(&place.run(&["show", "F-1", "--json"]).stdout);
        assert!(!shown.contains("0001-01") && !shown.contains("1970-01"), "{shown}");
    }
}

#[test]
fn a_time_typed_without_its_meaning_is_refused() {
    let place = Place::new();
    place.write("report.sarif", &report("lint", 1));
    for wrong in ["2026-01-31T12:00[Europe/Berlin]", "0001-01-01", "yesterday"] {
        let output =
            place.run(&["import", "report.sarif", "--asset", "web", "--scanned-at", wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        let said = text(&output.stderr);
        assert!(said.contains(wrong) && said.contains("2026-11-21T10:00+01:00"), "{said}");
    }
}
