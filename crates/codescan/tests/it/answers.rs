//! From questions and files to answers.

use std::sync::Arc;

use codescan::sources::{MAX_FILE, MAX_FILES, MAX_PLACES};
use codescan::{Answer, Found, Named, Question, Sources, answer};
use vocab::Base;

pub fn question(ecosystem: Base, name: &str, named: &[(&str, &[&str])]) -> Question {
    let named = named.iter().map(|(path, symbols)| Named {
        path: (*path).to_owned(),
        symbols: symbols.iter().map(|s| (*s).to_owned()).collect(),
    });
    Question { ecosystem, name: name.to_owned(), named: named.collect() }
}

pub fn ask(question: &Question, files: &[(&str, &str)]) -> Found {
    let mut sources = Sources::looking_for([question]);
    for (path, text) in files {
        sources.file(&Arc::from(*path), text.as_bytes());
    }
    answer(question, &sources)
}

fn check(question: &Question, files: &[(&str, &str)], expect: &str) {
    let found = ask(question, files);
    let places: Vec<String> =
        found.places.iter().map(|p| format!("{}:{}", p.path, p.line)).collect();
    let told = format!("{} | {} | {}", found.answer.as_str(), found.detail, places.join(" "));
    assert_eq!(told, expect);
}

#[test]
fn crates() {
    let q = question(Base::CratesIo, "small-vec", &[]);
    check(
        &q,
        &[("a.rs", "use small_vec::x;"), ("b.rs", "\nsmall_vec::y()")],
        "imported | small-vec is imported | a.rs:1 b.rs:2",
    );
    check(
        &q,
        &[("a.rs", "fn main() {}"), ("b.rs", "")],
        "not_imported | none of 2 Rust files read imports small-vec | ",
    );
    check(&q, &[("a.py", "import small_vec")], "unknown | no Rust source was found | ");
    check(
        &q,
        &[("a.rs", ""), ("Cargo.toml", "sv = { package = \"small-vec\" }")],
        "unknown | small-vec is not imported by its name, but named in a text | Cargo.toml:1",
    );
    check(
        &q,
        &[("a.rs", "include!(\"x\");")],
        "unknown | small-vec was not met, but code that is generated when it is built comes in at a.rs:1 | ",
    );
    check(
        &question(Base::CratesIo, "openssl-sys", &[]),
        &[("a.rs", "")],
        "unknown | openssl-sys was not met, but it may only be linked | ",
    );
    check(
        &question(Base::CratesIo, "md-5", &[]),
        &[("a.rs", "use md5::Md5;")],
        "imported | md-5 is imported | a.rs:1",
    );
    check(
        &question(Base::CratesIo, "xml-rs", &[]),
        &[("a.rs", "use xml::Event;")],
        "imported | xml-rs is imported | a.rs:1",
    );
}

#[test]
fn code_outside_leaves_it_open() {
    let q = question(Base::CratesIo, "left", &[]);
    let at = |path: &str, manifest: &str| ask(&q, &[("a/x.rs", ""), (path, manifest)]).detail;
    let inside = "none of 1 Rust files read imports left";
    assert_eq!(at("a/Cargo.toml", "b = { path = \"../b\" }"), inside);
    assert_eq!(at("Cargo.toml", "b = { path = \"b\" }"), inside);
    assert_eq!(
        at("a/Cargo.toml", "\nb = { path = \"../../b\" }"),
        "left was not met, but a/Cargo.toml:2 names code that lies outside what was read"
    );
}

#[test]
fn functions_of_crates() {
    let q = question(Base::CratesIo, "sv", &[("sv::SmallVec", &["insert_many", "grow"])]);
    check(
        &q,
        &[("a.rs", "use sv::SmallVec;\n// v.grow()\nv.insert_many(0, x);")],
        "named | «insert_many» of sv::SmallVec is named, which the advisory is about | a.rs:3",
    );
    check(
        &q,
        &[("a.rs", "use sv::SmallVec;"), ("b.rs", "v.insert_many(0, x);")],
        "imported | sv is imported; insert_many, grow is not met in the files that do | a.rs:1",
    );
    // Named where it is not imported says nothing.
    check(
        &q,
        &[("b.rs", "v.insert_many(0, x);")],
        "not_imported | none of 1 Rust files read imports sv | ",
    );
}

#[test]
fn modules_of_go() {
    let q = question(
        Base::Go,
        "example.org/m",
        &[("example.org/m/in", &["Parse", "T.Read"]), ("example.org/m/all", &[])],
    );
    check(
        &q,
        &[("a.go", "import \"example.org/m/in\"\nfunc f() { x.Read() }")],
        "named | «T.Read» of example.org/m/in is named, which the advisory is about | a.go:2",
    );
    check(
        &q,
        &[("a.go", "import \"example.org/m/all\"")],
        "named | example.org/m/all is named, which the advisory is about | a.go:1",
    );
    check(
        &q,
        &[("a.go", "import \"example.org/m\"\nfunc f() { x.Read() }")],
        "imported | example.org/m is imported; Parse, T.Read, example.org/m/all is not met in the files that do | a.go:1",
    );
    check(
        &q,
        &[("a.go", "import \"example.org/more\"")],
        "not_imported | none of 1 Go files read imports example.org/m | ",
    );
    let q = question(Base::Go, "stdlib", &[("net/http", &["Serve"])]);
    check(
        &q,
        &[("a.go", "import \"net/http\"\nhttp.Serve()")],
        "named | «Serve» of net/http is named, which the advisory is about | a.go:2",
    );
    check(
        &q,
        &[("a.go", "import \"fmt\"")],
        "unknown | stdlib was not met, but the standard library is there in any case | ",
    );
    let q = question(Base::Go, "example.org/m", &[]);
    check(
        &q,
        &[("a.go", ""), ("go.mod", "tool example.org/m/cmd")],
        "unknown | example.org/m is not imported, but named, where it may be run or loaded | go.mod:1",
    );
}

#[test]
fn packages_of_npm() {
    let q = question(Base::Npm, "left", &[]);
    let js = ("a.js", "x");
    check(
        &q,
        &[js],
        "not_imported | none of 1 JavaScript or TypeScript files read imports left | ",
    );
    check(
        &q,
        &[js, ("package.json", "{\"dependencies\":{\"left\":\"1\"}}")],
        "not_imported | none of 1 JavaScript or TypeScript files read imports left | ",
    );
    check(
        &q,
        &[js, ("package.json", "{\"scripts\":{\"x\":\"left .\"}}")],
        "unknown | left is not imported, but named, where it may be run or loaded | package.json:1",
    );
    check(
        &q,
        &[js, (".babelrc", "{\"presets\":[\"left\"]}")],
        "unknown | left is not imported, but named, where it may be run or loaded | .babelrc:1",
    );
    check(
        &question(Base::Npm, "typescript", &[]),
        &[js, ("Makefile", "\tnpx tsc")],
        "unknown | typescript is not imported, but named, where it may be run or loaded | Makefile:1",
    );
    check(
        &question(Base::Npm, "css-loader", &[]),
        &[js],
        "unknown | css-loader was not met, but its name is that of a plugin, which other packages load | ",
    );
    check(
        &question(Base::Npm, "@types/left", &[]),
        &[js],
        "unknown | @types/left was not met, but it holds types, which need no import | ",
    );
}

#[test]
fn distributions_of_pypi() {
    let py = ("a.py", "import yaml, bs4\nfrom google.cloud import storage\nimport PIL.Image");
    let is = |name: &str| ask(&question(Base::PyPI, name, &[]), &[py]).answer;
    assert_eq!(is("PyYAML"), Answer::Imported);
    assert_eq!(is("beautifulsoup4"), Answer::Imported);
    assert_eq!(is("Pillow"), Answer::Imported);
    assert_eq!(is("google-cloud-storage"), Answer::Imported);
    // Known to be called so; else nobody knows what its modules are called.
    assert_eq!(is("requests"), Answer::NotImported);
    assert_eq!(is("python-dateutil"), Answer::NotImported);
    assert_eq!(is("some-thing"), Answer::Unknown);
}

#[test]
fn ecosystems_whose_imports_do_not_tell() {
    for base in [Base::Maven, Base::Packagist, Base::NuGet, Base::Debian, Base::Other] {
        let found = ask(&question(base, "a:b", &[]), &[("A.java", "import a.b.C;")]);
        assert_eq!(found.answer, Answer::Unknown, "{base:?}");
    }
    let gem = question(Base::RubyGems, "net_http", &[]);
    check(&gem, &[("a.rb", "require 'net/http'")], "imported | net_http is imported | a.rb:1");
    assert_eq!(ask(&gem, &[("a.rb", "")]).answer, Answer::Unknown);
}

#[test]
fn what_was_not_read_leaves_it_open() {
    let q = question(Base::Npm, "left", &[]);
    let fill = |length: usize| " ".repeat(length);
    assert_eq!(ask(&q, &[("a.js", ""), ("b.js", &fill(MAX_FILE))]).answer, Answer::NotImported);
    check(
        &q,
        &[("a.js", ""), ("b.js", &fill(MAX_FILE + 1))],
        "unknown | left was not met, but 1 files that may import it were not read | ",
    );
    // A file of another language could not have imported it.
    assert_eq!(ask(&q, &[("a.js", ""), ("b.rs", &fill(MAX_FILE + 1))]).answer, Answer::NotImported);
    // Nobody asked for it.
    let sources = Sources::looking_for([]);
    assert_eq!(answer(&q, &sources).answer, Answer::Unknown);
}

#[test]
fn files_and_places_at_their_bounds() {
    let q = question(Base::Npm, "left", &[]);
    let mut sources = Sources::looking_for([&q]);
    let path: Arc<str> = "a.js".into();
    (0..MAX_FILES).for_each(|_| sources.file(&path, b""));
    assert_eq!(answer(&q, &sources).answer, Answer::NotImported);
    sources.file(&path, b"import 'left'");
    assert_eq!(answer(&q, &sources).detail, "left was not met, but not all files were read");
    let files: Vec<String> = (0..=MAX_PLACES).map(|n| format!("{n}.js")).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|f| (f.as_str(), "import 'left'")).collect();
    assert_eq!(ask(&q, &files).places.len(), MAX_PLACES);
}
