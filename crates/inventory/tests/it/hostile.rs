//! What do the shared readers and the formats make of bytes that mean harm?

use inventory::node::{Node, Value};
use inventory::{Document, NoTree, Reading, Tree, format, json, toml, yaml};
use proptest::prelude::*;

/// A tree that has every file, and in each the same text.
struct Everywhere(&'static str);

impl Tree for Everywhere {
    fn read(&self, _: &str) -> Option<Vec<u8>> {
        Some(self.0.as_bytes().to_vec())
    }
}

fn read(id: &str, bytes: &[u8]) -> Reading {
    let format = format::by_id(id).unwrap();
    inventory::read(format, Document { path: id, bytes }, &NoTree)
}

#[test]
fn no_format_is_silent_about_what_is_not_its_own() {
    let page = b"<!DOCTYPE html>\n<html><body>404</body></html>\n".as_slice();
    let binary = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0>\0".as_slice();
    let utf16 = b"\xFE\xFF\0{\0".as_slice();
    let no_utf8 = b"a\n\xC3\x28\n".as_slice();
    for format in format::all() {
        for bytes in [page, binary, utf16, no_utf8] {
            let reading = read(format.id, bytes);
            assert!(!reading.problems.is_empty(), "{}: {bytes:?}: {reading:?}", format.id);
        }
    }
}

#[test]
fn every_format_stands_deep_nesting_and_long_lines() {
    let deep = [
        "[".repeat(20_000),
        "{\"a\":".repeat(10_000),
        "- ".repeat(10_000),
        "a: &a [*a".repeat(10_000),
        format!("a = {}", "[".repeat(10_000)),
        format!("{} = 1", "a.".repeat(10_000)),
        format!("[{}x]", "a.".repeat(10_000)),
        "<a>".repeat(10_000),
        "(".repeat(20_000),
        "((a\n".repeat(10_000),
        "{<<\"a\">>,".repeat(10_000),
        format!("packages:\n  {}", "? ".repeat(10_000)),
        "a,".repeat(20_000),
        "a@".repeat(20_000),
        "\"".repeat(20_001),
        "\\\n".repeat(10_000),
        "#".repeat(30_000),
        "<!-- ".repeat(10_000),
    ];
    for format in format::all() {
        for text in &deep {
            let _ = read(format.id, text.as_bytes());
        }
    }
}

#[test]
fn depth_is_bounded_at_its_bound() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let deepest = inventory::reading::MAX_DEPTH;
    assert!(json::parse(&nested(deepest + 1)).is_ok());
    assert!(json::parse(&nested(deepest + 2)).is_err());
    assert!(yaml::parse(&nested(deepest)).is_ok());
    assert!(yaml::parse(&nested(deepest + 1)).is_err());
    assert!(toml::parse(&format!("a = {}", nested(deepest))).is_err());
}

#[test]
fn aliases_do_not_grow() {
    // Nine lists of nine aliases each would be a billion nodes.
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let alias = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", vec![alias; 9].join(", "));
    }
    let problem = yaml::parse(&text).unwrap_err();
    assert_eq!((problem.line, problem.what.as_str()), (7, "an alias of more than is repeated"));
    // Nor do they nest: each holds the one before it.
    let mut text = String::from("a0: &a0 []\n");
    for level in 1..200 {
        text += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert_eq!(yaml::parse(&text).unwrap_err().what, "nested more than 128 deep");
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a,".repeat(1_000));
    assert_eq!(yaml::parse(&long).unwrap_err().what, "an alias of more than is repeated");
    assert_eq!(yaml::parse("a: &a [*a]\n").unwrap_err().what, "an alias of what it is part of");
    let scalar = yaml::parse("a: &x 1.2\nb: *x\n").unwrap();
    assert_eq!(scalar[0].at("b").and_then(Node::scalar), Some("1.2"));
}

#[test]
fn includes_end_at_their_bound() {
    let mut text = String::new();
    for file in 0..200 {
        text += &format!("-r {file}.txt\n");
    }
    let format = format::by_id("requirements.txt").unwrap();
    let document = Document { path: "requirements.txt", bytes: text.as_bytes() };
    let reading = inventory::read(format, document, &Everywhere("a==1\n-r requirements.txt\n"));
    assert_eq!(reading.components.len(), 64);
    assert_eq!(reading.problems.len(), 1, "{:?}", reading.problems);
    assert!(reading.problems[0].what.contains("more than 64 included files"));
}

#[test]
fn problems_are_counted_only_so_far() {
    let check = |id: &str, text: String| {
        let reading = read(id, text.as_bytes());
        assert_eq!(reading.problems.len(), inventory::reading::MAX_PROBLEMS + 1, "{id}");
        let last = reading.problems.last().map(|p| p.what.as_str());
        assert_eq!(last, Some("more than 1000 problems; the others are not listed"), "{id}");
    };
    check("requirements.txt", "no requirement\n".repeat(5_000));
    check("yarn.lock", format!("# yarn lockfile v1\n{}", "no heading\n".repeat(5_000)));
    check("Pipfile.lock", format!("{{\"default\": {{{}\"b\": 1}}}}", "\"a\": 1, ".repeat(5_000)));
}

#[test]
fn a_name_with_many_versions_costs_no_square() {
    let mut text = String::from("version = 4\n");
    for version in 0..20_000 {
        text += &format!("[[package]]\nname = \"a\"\nversion = \"{version}.0.0\"\n");
        text += "dependencies = [\n \"a 0.0.0\",\n]\n";
    }
    assert_eq!(read("Cargo.lock", text.as_bytes()).components.len(), 20_000);
    let mut text = String::from("version = 1\n");
    for version in 0..5_000 {
        text += &format!("[[package]]\nname = \"a\"\nversion = \"{version}\"\n");
        text += "dependencies = [{ name = \"a\" }]\n";
    }
    let reading = read("uv.lock", text.as_bytes());
    assert_eq!(reading.components.len(), 5_000);
    assert!(reading.requires.len() <= 5_000 * 16);
}

#[test]
fn a_long_path_and_a_long_list_do_not_multiply() {
    let path = "a/".repeat(2_000);
    let list: String = (0..50_000).map(|i| format!("\"p{i}\":\"1\",")).collect();
    let npm = format!(
        "{{\"lockfileVersion\":3,\"packages\":{{\"{path}\":{{\"dependencies\":{{{list}\"z\":\"1\"}}}}}}}}"
    );
    assert_eq!(read("package-lock.json", npm.as_bytes()).components.len(), 1);
    let bun = format!(
        "{{\"lockfileVersion\":1,\"packages\":{{\"{path}\":[\"a@1\",\"\",{{\"dependencies\":{{{list}}}}}]}}}}"
    );
    assert_eq!(read("bun.lock", bun.as_bytes()).components.len(), 1);
}

#[test]
fn a_long_name_is_not_repeated_in_each_package_below_it() {
    // As paths these would be 30 GB.
    let inner: String = (0..10_000).map(|i| format!("\"p{i}\":{{\"version\":\"1\"}},")).collect();
    let text = format!(
        "{{\"lockfileVersion\":1,\"dependencies\":{{\"{}\":{{\"version\":\"1\",\
         \"dependencies\":{{{inner}\"z\":{{\"version\":\"1\",\"requires\":{{\"p7\":\"1\"}}}}}}}}}}}}",
        "a".repeat(3 << 20)
    );
    let reading = read("package-lock.json", text.as_bytes());
    assert_eq!(reading.components.len(), 10_002);
    assert_eq!(reading.requires, [(10_001, 8)]);
}

#[test]
fn a_toml_document_of_many_tables_is_refused_before_it_takes_the_memory() {
    let refused = |text: &str| {
        let problem = toml::parse(text).unwrap_err();
        assert!(problem.what.contains("not read"), "{problem:?}");
        problem.line
    };
    // Up to 3 GB if they were read.
    let tables = "{a=1},".repeat(600_000);
    let headers: String = (0..300_000).map(|i| format!("[a{i}.b.c.d]\n")).collect();
    assert!(refused(&headers) > 50_000);
    assert!(refused(&"a.b.c.d.e.f=1\n".repeat(200_000)) > 50_000);
    assert_eq!(refused(&format!("a = [\n{tables}]")), 2);
    assert_eq!(refused(&" ".repeat((64 << 20) + 1)), 1);
    // None of it is hidden behind a string or a comment that ends earlier than it seems to.
    let ends = ["\"\"\"x\"\"\"\"\"", "'''x''''", r#""x\"""#, r#""x\\""#, r"'x\'", "\"x", "1 # \""];
    for value in ends {
        assert_eq!(refused(&format!("a = {value}\nb = [{tables}]")), 2, "{value}");
    }
    // What only looks like tables is no more than text.
    let text = "{.".repeat(2_000_000);
    assert!(toml::parse(&format!("a = \"\"\"{text}\"\"\"\n# {text}\n")).is_ok());
}

#[test]
fn a_lock_file_of_100_000_packages_is_read() {
    let mut text = String::from("version = 4\n");
    let more = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"0\"\n\
        dependencies = [\n \"package-1\",\n \"package-2\",\n \"package-3\",\n]\n\n";
    for i in 0..100_000 {
        text += &format!("[[package]]\nname = \"package-{i}\"\nversion = \"1.0.{i}\"\n{more}");
    }
    let reading = read("Cargo.lock", text.as_bytes());
    assert_eq!((reading.components.len(), reading.problems.len()), (100_000, 0));
    assert_eq!(reading.requires.len(), 300_000);
}

#[test]
fn an_alias_is_what_it_refers_to() {
    let documents = yaml::parse("a: &x { b: [1, &y c] }\nd: *x\ne: *y\n").unwrap();
    let (a, d) = (documents[0].at("a").unwrap(), documents[0].at("d").unwrap());
    assert_eq!((d.line, &d.value), (2, &a.value));
    assert_eq!(documents[0].text_at("e"), Some("c"));
    let pnpm = "lockfileVersion: '9.0'\nold: &p\n  a@1.0.0: {}\npackages: *p\n";
    assert_eq!(read("pnpm-lock.yaml", pnpm.as_bytes()).components.len(), 1);
    let job = "jobs:\n  a: &job\n    uses: o/r/.github/workflows/x.yml@v1\n  b: *job\n";
    let reading = read("github-workflow", job.as_bytes());
    assert_eq!((reading.components.len(), reading.problems.len()), (2, 0), "{reading:?}");
}

#[test]
fn values_are_counted_only_so_far() {
    let most = inventory::node::MAX_NODES;
    let list = |inner: usize| format!("[{}0]", "0,".repeat(inner - 1));
    assert!(json::parse(&list(most - 1)).is_ok());
    assert!(json::parse(&list(most)).unwrap_err().what.contains("was not read"));
}

fn same(ours: &Node<'_>, theirs: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (&ours.value, theirs) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(a), Json::Bool(b)) => a == b,
        (Value::Text(a), Json::String(b)) => a == b,
        (Value::Number(a), Json::Number(b)) => {
            serde_json::from_str::<serde_json::Number>(a).ok().as_ref() == Some(b)
        }
        (Value::List(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(_), Json::Object(b)) => {
            b.iter().all(|(key, b)| ours.at(key).is_some_and(|a| same(a, b)))
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn json_is_read_as_serde_json_reads_it(
        text in r#"([\[\]{},: \n]|"[a-z\\"u0\n]{0,4}"|-?[0-9.eE+]{1,4}|true|false|null|é){0,24}"#
    ) {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        match (json::parse(&text), theirs) {
            (Ok(ours), Ok(theirs)) => prop_assert!(same(&ours, &theirs), "{}", text),
            (Err(_), Err(_)) => {}
            (ours, theirs) => prop_assert!(false, "{text:?}: {ours:?} but {theirs:?}"),
        }
    }

    #[test]
    fn no_format_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in r#"([\[\]{}"'<>=:@#/,. \n-]|name|version|package|dependencies|a|1\.0|\[\[package\]\]\n){0,60}"#,
    ) {
        for format in format::all() {
            let _ = read(format.id, &bytes);
            let _ = read(format.id, text.as_bytes());
        }
    }
}
