//! A report is recognised at any size and in any order: keys that are data hide nothing.

use std::io::Cursor;

use findings::{Source, recognise};
use serde_json::{Map, Value, json};

use crate::nothing::samples;

fn recognised(bytes: &[u8]) -> Option<&'static str> {
    let mut cursor = Cursor::new(bytes);
    recognise(&mut Source::new(&mut cursor)).unwrap().map(|format| format.id)
}

/// Objects keyed by a path, an address or an id get hundreds of such keys, all before the others.
fn enlarged(value: &Value, root: bool, any: &mut bool) -> String {
    match value {
        Value::Array(list) => {
            let items: Vec<String> = list.iter().map(|item| enlarged(item, false, any)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(map) => {
            let is_data = |key: &String| {
                !root && key.contains(['/', '\\'])
                    || key.bytes().filter(u8::is_ascii_digit).count() >= 3
            };
            let mut fields = Vec::new();
            for (key, value) in map.iter().filter(|(key, value)| is_data(key) && !value.is_null()) {
                *any = true;
                let of = enlarged(value, false, &mut false);
                let copies = if of.len() > 10_000 { 20 } else { 700 };
                fields.extend((0..copies).map(|n| format!("{}:{of}", json!(format!("{key}{n}")))));
            }
            for (key, value) in map {
                fields.push(format!("{}:{}", json!(key), enlarged(value, false, any)));
            }
            format!("{{{}}}", fields.join(","))
        }
        other => other.to_string(),
    }
}

#[test]
fn samples_with_many_keys_of_data_are_what_they_were() {
    let mut enlarged_files = 0;
    for (name, bytes) in samples() {
        let Ok(value) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let mut any = false;
        let text = enlarged(&value, true, &mut any);
        if any {
            enlarged_files += 1;
            assert_eq!(recognised(text.as_bytes()), recognised(&bytes), "{name}");
        }
    }
    assert!(enlarged_files >= 5, "{enlarged_files}");
}

/// Maps keyed by data in front of what tells the format, by words as well as by paths, and maps inside of maps.
#[test]
fn a_large_map_in_front_hides_nothing() {
    let words = |n: usize| {
        format!(
            "{}rule",
            "abcdefghij".chars().cycle().skip(n % 10).take(1 + n / 10).collect::<String>()
        )
    };
    let map = |count: usize, key: &dyn Fn(usize) -> String, value: &Value| -> Value {
        Value::Object((0..count).map(|n| (key(n), value.clone())).collect::<Map<_, _>>())
    };
    let file = |n: usize| format!("src/m{n:05}.py");
    let counts = json!({ "loc": 1, "nosec": 0, "HIGH": 2, "LOW": 0, "MEDIUM": 3, "skipped": 0 });
    let nested = map(60, &words, &map(60, &words, &map(30, &words, &counts)));
    for (front, what) in [
        (map(30_000, &file, &counts), "files"),
        (map(5_000, &|n| words(n % 2_000), &counts), "words"),
        (nested, "maps in maps"),
    ] {
        let results = r#"[{"test_id":"B602","test_name":"x","filename":"a.py","issue_severity":"HIGH","issue_confidence":"HIGH","issue_text":"t","line_number":1,"line_range":[1],"code":"x","more_info":""}]"#;
        let bandit = format!(
            r#"{{"errors":[],"generated_at":"2026-11-20T08:00:00Z","metrics":{front},"results":{results}}}"#
        );
        assert_eq!(recognised(bandit.as_bytes()), Some("bandit"), "bandit behind {what}");
        let baseline = format!(
            r#"{{"version":"1.5.0","plugins_used":[],"results":{front},"generated_at":"2026-11-20T08:00:00Z"}}"#
        );
        assert_eq!(recognised(baseline.as_bytes()), Some("detect-secrets"), "{what}");
        let kubescape = format!(
            r#"{{"summaryDetails":{{"controls":{front},"resourcesSeverityCounters":{{}}}},"results":[{{"resourceID":"a","controls":[]}}]}}"#
        );
        assert_eq!(recognised(kubescape.as_bytes()), Some("kubescape"), "{what}");
    }
}
