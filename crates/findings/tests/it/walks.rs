//! The walkers: what they meet, and their bounds.

use std::io::Cursor;

use findings::sink::Kept;
use findings::walk::{MAX_DEPTH, MAX_RECORD, json, lines, table, xml};
use findings::{Source, Stop};

fn json(text: &str, patterns: &[&str]) -> (Vec<String>, Kept, Result<usize, Stop>) {
    let mut cursor = Cursor::new(text.as_bytes());
    let mut kept = Kept::default();
    let mut met = Vec::new();
    let end = json::walk(&mut Source::new(&mut cursor), patterns, &mut kept, &mut |_, hit| {
        met.push(format!("{} {} {}", hit.pattern, hit.place(), hit.value));
        Ok(())
    });
    (met, kept, end)
}

#[test]
fn json_records_are_met_where_the_patterns_say() {
    let (met, _, end) =
        json(r#"{"a":[{"b":[1,2]},{"c":{"x":3,"y":4}}],"d":5}"#, &["a[].b[]", "a[].c.*", "d"]);
    assert_eq!(
        met,
        ["0 $.a[0].b[0] 1", "0 $.a[0].b[1] 2", "1 $.a[1].c.x 3", "1 $.a[1].c.y 4", "2 $.d 5"]
    );
    assert_eq!(end.unwrap(), 1);
}

#[test]
fn an_array_itself_is_met_where_there_is_one() {
    let text = r#"{"a":[{"b":[]},{"b":null},{},{"b":[1,2]},{"b":{"c":1}}]}"#;
    let (met, _, end) = json(text, &["a[].b[..]"]);
    assert_eq!(met, ["0 $.a[0].b null", "0 $.a[3].b null"]);
    assert!(end.is_ok());
}

#[test]
fn json_lines_and_documents_in_a_row() {
    let (met, _, end) = json("{\"a\":1}\n{\"a\":2}\n\n", &[""]);
    assert_eq!(met.len(), 2);
    assert_eq!(end.unwrap(), 2);
    let (met, _, end) = json("{\"a\":1}\n{\"a\":", &[""]);
    assert_eq!(met.len(), 1);
    assert_eq!(
        end.unwrap_err().to_string(),
        "line 2 column 5: not JSON here: EOF while parsing a value"
    );
}

#[test]
fn a_record_at_the_bound_is_read_and_past_it_is_dropped_and_the_rest_goes_on() {
    let long = "x".repeat(MAX_RECORD - 40);
    let (met, kept, end) = json(&format!(r#"[["{long}"],["{long}{long}"],[1]]"#), &["[]"]);
    assert_eq!((met.len(), kept.dropped.len()), (2, 1));
    assert_eq!(kept.dropped[0].0, "$[1]");
    assert!(end.is_ok());
}

#[test]
fn json_past_the_depth_is_refused() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert!(json(&deep, &[""]).2.is_err());
}

fn xml(text: &str, patterns: &[&str]) -> (Vec<String>, Result<(), Stop>) {
    let mut cursor = Cursor::new(text.as_bytes());
    let mut met = Vec::new();
    let end =
        xml::walk(&mut Source::new(&mut cursor), patterns, &mut Kept::default(), &mut |_, hit| {
            let name = hit.outer("host", "name").to_owned();
            met.push(format!(
                "{} {name} {} {}",
                hit.place(),
                hit.element.name,
                hit.element.deep_text()
            ));
            Ok(())
        });
    (met, end)
}

#[test]
fn xml_records_with_what_is_open_around_them() {
    let text = "<r>\n<n:host name='a&amp;b'>\n<item>x<![CDATA[<y>]]>&lt;&#65;</item>\n</n:host><other/></r>";
    let (met, end) = xml(text, &["r/host/item"]);
    assert_eq!(met, ["line 3 a&b item x<y><A"]);
    assert!(end.is_ok());
}

#[test]
fn xml_that_opens_is_met_before_what_lies_in_it() {
    let text = "<r><host name='a'><item>x</item></host><host name='b'/><item/></r>";
    let (met, end) = xml(text, &["r/host/item", "r/host/@"]);
    assert_eq!(met, ["line 1  host ", "line 1 a item x", "line 1  host "]);
    assert!(end.is_ok());
    let nested = format!("{}{}", "<a>".repeat(MAX_DEPTH + 1), "</a>".repeat(MAX_DEPTH + 1));
    assert!(xml(&nested, &["a/@"]).1.is_err());
}

#[test]
fn xml_that_ends_in_the_middle_is_said() {
    let (met, end) = xml("<r><host name='a'><item>x</item>", &["r/host/item"]);
    assert_eq!(met.len(), 1);
    assert!(end.unwrap_err().to_string().contains("ends before its root element does"));
    assert!(xml("", &["r"]).1.is_err());
}

#[test]
fn xml_at_the_depth_is_read_and_past_it_is_refused() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(xml(&nested(MAX_DEPTH), &["a"]).1.is_ok());
    assert!(xml(&nested(MAX_DEPTH + 1), &["a"]).1.is_err());
}

#[test]
fn entities_of_the_document_are_not_expanded() {
    let bomb = "<!DOCTYPE r [<!ENTITY a 'aaaa'>]><r><item>&a;&lt;</item></r>";
    assert_eq!(xml(bomb, &["r/item"]).0, ["line 1  item &a;<"]);
}

#[test]
fn rows_by_name_after_a_preamble_whatever_the_delimiter() {
    let text = "Report of today\n\nHost;Port;Name\n10.0.0.1;22;\"a;b\"\n;;\n10.0.0.2;80;c\n";
    let mut cursor = Cursor::new(text.as_bytes());
    let mut met = Vec::new();
    let header = |row: &[String]| findings::walk::shape::has_columns(row, &["host", "port"]);
    table::walk(&mut Source::new(&mut cursor), &header, &mut Kept::default(), &mut |_, row| {
        met.push(format!("{} {} {} {}", row.place(), row.get("HOST"), row.get("port"), row.nth(2)));
        Ok(())
    })
    .unwrap();
    assert_eq!(met, ["line 4 10.0.0.1 22 a;b", "line 6 10.0.0.2 80 c"]);
}

#[test]
fn lines_past_the_bound_are_dropped() {
    let text = format!("a\r\n{}\nb", "x".repeat(MAX_RECORD + 1));
    let mut cursor = Cursor::new(text.as_bytes());
    let mut kept = Kept::default();
    let mut met = Vec::new();
    lines::walk(&mut Source::new(&mut cursor), &mut kept, &mut |_, number, line| {
        met.push(format!("{number} {line}"));
        Ok(())
    })
    .unwrap();
    assert_eq!((met, kept.dropped.len()), (vec!["1 a".to_owned(), "3 b".to_owned()], 1));
}

/// What a walk says that it met, of a document that holds no record.
fn met(text: &str, pattern: &str) -> Vec<findings::Met> {
    struct Met(Vec<findings::Met>);
    impl findings::Sink for Met {
        fn observation(&mut self, _: findings::Observation) -> Result<(), Stop> {
            Ok(())
        }
        fn dropped(&mut self, _: &str, _: &str) {}
        fn fact(&mut self, _: findings::Fact) {}
        fn met(&mut self, met: findings::Met) {
            self.0.push(met);
        }
    }
    let mut cursor = Cursor::new(text.as_bytes());
    let mut source = Source::new(&mut cursor);
    let mut met = Met(Vec::new());
    if text.starts_with('<') {
        xml::walk(&mut source, &[pattern], &mut met, &mut |_, _| Ok(())).unwrap();
    } else {
        json::walk(&mut source, &[pattern], &mut met, &mut |_, _| Ok(())).unwrap();
    }
    met.0
}

#[test]
fn containers_are_met_or_not() {
    use findings::Met::{Anything, Empty, Filled};
    assert_eq!(met("{}", "a[].b[]"), []);
    assert_eq!(met(r#"{"a":[]}"#, "a[].b[]"), [Empty]);
    assert_eq!(met(r#"{"a":null}"#, "a[].b[]"), [Empty], "Go writes an empty list as null");
    assert_eq!(met(r#"{"a":[{}]}"#, "a[].b[]"), [Filled]);
    assert_eq!(met(r#"{"a":{}}"#, "a.*[]"), [Empty]);
    assert_eq!(met(r#"{"a":[]}"#, "a.*[]"), [Empty], "PHP writes an empty map as a list");
    assert_eq!(met(r#"{"a":{"f":[1]}}"#, "a.*[]"), [Filled]);
    assert_eq!(met("{}", "*[]"), []);
    assert_eq!(met("[]", "[]"), [Empty]);
    assert_eq!(met("{}", ""), [Anything]);
    assert_eq!(met(r#"{"errors":[]}"#, "errors[]"), [], "what went wrong is no record");
    assert_eq!(met("<r/>", "r/a/b"), [Anything]);
    assert_eq!(met("<r><a/></r>", "r/a/b"), [Anything, Empty]);
    assert_eq!(met("<r><a><b/></a></r>", "r/a/b"), [Anything, Empty, Filled]);
    assert_eq!(met("<x/>", "r/a/b"), []);
}

#[test]
fn a_table_that_breaks_off_is_said_and_a_cut_row_dropped() {
    let check = |text: &str, rows: usize, dropped: usize, partial: bool| {
        let mut cursor = Cursor::new(text.as_bytes());
        let (mut kept, mut met) = (Kept::default(), 0);
        let header = |row: &[String]| findings::walk::shape::has_columns(row, &["a", "b"]);
        table::walk(&mut Source::new(&mut cursor), &header, &mut kept, &mut |_, _| {
            met += 1;
            Ok(())
        })
        .unwrap();
        let said = kept.facts.iter().any(|f| matches!(f, findings::Fact::Incomplete(_)));
        assert_eq!((met, kept.dropped.len(), said), (rows, dropped, partial), "{text:?}");
    };
    check("a,b\n1,2\n3,4\n", 2, 0, false);
    check("a,b\n1,2\n\"3\",\"4\"", 2, 0, false);
    check("a,b\n1,yes\n2,yes", 2, 0, false);
    check("a,b\n1,yes\n2,ye", 2, 0, true);
    check("a,b\n1,2\n3,", 2, 0, true);
    check("a,b\n1,2\n3", 1, 1, true);
    check("a,b\n1,2\n\"3\n4", 1, 1, true);
    check("a,b\n1,2\n3,\"4", 2, 0, true);
    check("a,b\n1\n2\n3,4\n5\n", 4, 0, false);
    check("a,b\n", 0, 0, false);
    check("a,b", 0, 0, true);
    check("a,b\n1,2\n   ", 1, 0, false);
}

fn xml_dropped(text: &str, patterns: &[&str]) -> (usize, Vec<(String, String)>, Result<(), Stop>) {
    let mut cursor = Cursor::new(text.as_bytes());
    let mut kept = Kept::default();
    let mut met = 0;
    let end = xml::walk(&mut Source::new(&mut cursor), patterns, &mut kept, &mut |_, _| {
        met += 1;
        Ok(())
    });
    (met, kept.dropped, end)
}

#[test]
fn xml_records_past_the_bound_are_dropped_wherever_their_bytes_are() {
    let long = "x".repeat(MAX_RECORD + 1);
    let just = "x".repeat(MAX_RECORD - 100);
    let parts = [
        long.clone(),
        format!("<![CDATA[{long}]]>"),
        format!("<b c='{long}'/>"),
        "<b/>".repeat(findings::walk::MAX_NODES + 1),
    ];
    for part in &parts {
        let text = format!("<r>\n<a>{part}</a>\n<a>{just}</a></r>");
        let (met, dropped, end) = xml_dropped(&text, &["r/a"]);
        assert!(end.is_ok(), "{end:?}");
        assert_eq!((met, dropped.len(), dropped[0].0.as_str()), (1, 1, "line 2"));
    }
    let (met, dropped, end) = xml_dropped(&format!("<r><a b='{long}'/><a/></r>"), &["r/a"]);
    assert!(end.is_ok() && met == 1 && dropped.len() == 1, "the record's own tag");
    let (met, dropped, end) = xml_dropped(&format!("<r b='{long}'><a/></r>"), &["r/a"]);
    assert!(end.is_ok() && met == 1 && dropped.len() == 1, "what is open around it");
    let many = format!("<r b='{just}'><s b='{just}'><a/></s><s><a/></s></r>");
    assert_eq!(xml_dropped(&many, &["r/s/a"]).1.len(), 1, "both together");
    let name = "n".repeat(2_000);
    assert!(xml_dropped(&format!("<{name}/>"), &["r"]).2.is_err());
}

#[test]
fn what_is_no_record_may_be_of_any_length() {
    let long = "x y\n".repeat(MAX_RECORD / 2);
    let text = format!(
        "<!--{long}--><!DOCTYPE r [<!--{}-->]><r>{long}<![CDATA[{long}]]><?p {long}?>\n<a>t</a></r>",
        "y".repeat(1 << 20)
    );
    let (met, dropped, end) = xml_dropped(&text, &["r/a"]);
    assert!(end.is_ok() && met == 1 && dropped.is_empty(), "{end:?} {dropped:?}");
    let (_, dropped, _) = xml_dropped(&format!("{text}x"), &["r"]);
    let lines = text.matches('\n').count() + 1;
    assert_eq!(dropped[0].0, format!("line {lines}"), "no line is lost");
}

#[test]
fn a_string_without_end_is_dropped_with_its_record_or_passed_over() {
    let long = "x".repeat(MAX_RECORD + 100);
    let escaped = "\\u0041".repeat(MAX_RECORD + 2);
    for text in [
        format!(r#"[{{"a":"{long}"}},{{"a":1}}]"#),
        format!(r#"[{{"{long}":1}},{{"a":1}}]"#),
        format!(r#"[["{escaped}"],{{"a":1}}]"#),
    ] {
        let (met, kept, end) = json(&text, &["[]"]);
        assert_eq!((met.len(), kept.dropped.len()), (1, 1));
        assert_eq!((kept.dropped[0].0.as_str(), end.unwrap()), ("$[0]", 1));
    }
    let (met, kept, end) = json(&format!(r#"{{"a":"{long}","b":[1]}}"#), &["a[]", "b[]"]);
    assert_eq!((met.len(), kept.dropped.len(), end.unwrap()), (1, 0, 1));
}

#[test]
fn a_row_past_the_bound_is_dropped_and_the_rest_goes_on() {
    let long = "x".repeat(MAX_RECORD + 1);
    let cells = ",".repeat(200_000);
    for row in [long.clone(), format!("\"{long}\n\"\"\",b"), cells] {
        let text = format!("Host,Port\na,1\n{row}\nb,2\n");
        let mut cursor = Cursor::new(text.as_bytes());
        let (mut kept, mut met) = (Kept::default(), Vec::new());
        let header = |row: &[String]| findings::walk::shape::has_columns(row, &["host", "port"]);
        table::walk(&mut Source::new(&mut cursor), &header, &mut kept, &mut |_, row| {
            met.push(row.get("Host").to_owned());
            Ok(())
        })
        .unwrap();
        assert_eq!((met, kept.dropped.len()), (vec!["a".to_owned(), "b".to_owned()], 1));
        assert_eq!(kept.dropped[0].0, "line 3");
    }
}

/// Four thousand paths below one long key would be four thousand long keys.
#[test]
fn the_shape_of_a_document_is_small_whatever_its_names() {
    let name = "n".repeat(500_000);
    let keys: Vec<String> = (0..4_000).map(|n| format!("\"{n}\":1")).collect();
    let json = format!(r#"{{"{name}":{{{}}},"version":1}}"#, keys.join(","));
    let xml = format!("<{name}>{}</{name}>", "<a b='c'>t</a>".repeat(4_000));
    for text in [json, xml] {
        let mut cursor = Cursor::new(text.as_bytes());
        let shape = findings::walk::shape::Shape::of(&mut Source::new(&mut cursor), 1 << 20);
        let shape = shape.unwrap();
        let bytes: usize = shape.paths.iter().map(|(path, value)| path.len() + value.len()).sum();
        assert!(bytes < 1 << 20, "{bytes}");
    }
}
