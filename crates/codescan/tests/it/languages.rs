//! What one file of each language imports.

use std::collections::BTreeSet;

use codescan::Language;
use codescan::imports::{Met, scan};

/// Imports as `name:line`, mentions as `(name:line)`, generated code as `!:line`; those in `of` only.
fn check(language: Language, text: &str, of: &[&str], expect: &str) {
    let mut told: BTreeSet<(u32, String)> = BTreeSet::new();
    scan(language, text, &mut |met| match met {
        Met::Import { name, line, .. } if of.contains(&name) => {
            told.insert((line, format!("{name}:{line}")));
        }
        Met::Mention { name, line, .. } if of.contains(&name) => {
            told.insert((line, format!("({name}:{line})")));
        }
        Met::Generated { line } => {
            told.insert((line, format!("!:{line}")));
        }
        _ => {}
    });
    let told: Vec<String> = told.into_iter().map(|(_, text)| text).collect();
    assert_eq!(told.join(" "), expect, "{text}");
}

#[test]
fn rust() {
    let check = |text: &str, expect: &str| {
        check(Language::Rust, text, &["a", "b", "c", "time", "foobar"], expect);
    };
    check("use a::x;\nuse b;", "a:1 b:2");
    check("pub(crate) use a as other;", "a:1");
    check("extern crate a;", "a:1");
    check("#[macro_use]\nextern crate a as z;", "a:2");
    check("fn f() { a::g(); let t: b::T = <c::T>::new(); }", "a:1 b:1 c:1");
    check("use {a, b::c};", "a:1 b:1");
    check("use {\n    a,\n    x::c,\n    b::{time},\n};", "a:2 b:4");
    check("::a::f();", "a:1");
    check("use ::a::f;", "a:1");
    check("foo_bar::f(); use foo_bar_rs::x;", "foobar:1");
    check("use r#a::x;", "a:1");
    // The middle of a path is no crate.
    check("use std::time::Duration; std::time::Instant::now()", "");
    check("use std::{\n  time::Duration,\n  a::b,\n};\nlet x = a::y();", "a:5");
    check("use std::{time};", "");
    check("x.a(); let b = 1; c!();", "");
    check("a!(); b ::c();", "b:1");
    // Comments that begin a line, and no others.
    check("// use a::x;\n/// b::x\n/* use c::x;\n a::y */ b::z();", "b:4");
    check("let x = 1; // use a::x;", "a:1");
    check("/* never closed\nuse a::x;", "a:2");
    check("let glob = \"src/**/*.rs\";\nuse a::x;\nlet s = \"*/\";", "a:2");
    // What attributes hold in strings.
    check("#[serde(with = \"a\")]\n#[serde(with = \"b::c\")]", "(a:1) b:2");
    check("include!(concat!(env!(\"OUT_DIR\"), \"/x.rs\"));\ninclude_str!(\"a\");", "!:1 (a:2)");
    check("tonic::include_proto!(\"x\");", "!:1");
}

#[test]
fn go() {
    let check = |text: &str, expect: &str| {
        let of = ["example.org/a", "example.org/a/b", "net/http", "fmt"];
        check(Language::Go, text, &of, expect);
    };
    check("import \"fmt\"", "fmt:1");
    check(
        "import (\n\t\"fmt\"\n\tx \"example.org/a/b\"\n\t_ `net/http`\n)",
        "fmt:2 example.org/a/b:3 example.org/a:3 net/http:4",
    );
    check("import (\"fmt\"; \"net/http\")\nvar x = \"example.org/a\"", "fmt:1 net/http:1");
    check("import (\n// \"fmt\"\n\"net/http\" // \"fmt\" is not needed\n)", "fmt:3 net/http:3");
    check("var importer = \"fmt\"\nimportant(\"fmt\")", "");
    check("import . \"fmt\"", "fmt:1");
}

#[test]
fn javascript() {
    let check = |text: &str, expect: &str| {
        check(Language::JavaScript, text, &["a", "@s/a", "b"], expect);
    };
    check(
        "import x from 'a'\nimport {y} from \"@s/a/deep/er\"\nimport 'b/style.css'",
        "a:1 @s/a:2 b:3",
    );
    check("export * from 'a'; const y = require(\"b\")", "a:1 b:1");
    check("await import('a'); import(/* webpackChunkName: \"b\" */ `@s/a`)", "(b:1) @s/a:1 a:1");
    check("import x = require('a')", "a:1");
    check("import {\n  y\n} from 'a';", "a:3");
    check("}from\"a\";e=n(\"b\")", "(b:1) a:1");
    check("jest.mock('a'); require.resolve('b')", "a:1 b:1");
    check("use('a'); plugins: ['b']", "(a:1) (b:1)");
    check("import './a'; import '../b'; import '/a'", "");
    check("// import 'a'\n/* import 'b'\n require('a') */", "");
    check("/*\n * import 'b'\n */ require('a')", "a:3");
    check("const glob = 'src/**/*.ts'\nimport 'a'\nconst end = '*/'", "a:2");
    check("/// <reference types=\"a\" />", "(a:1)");
    // A quotation mark inside a regular expression hides nothing.
    check("x.replace(/\"/g, \"'\"); require(\"a\")", "a:1");
    check("it's; import 'a'", "a:1");
    check("<script setup>\nimport x from 'a'\n</script>", "a:2");
    check("import x from '~a/b'; import y from 'raw-loader!b'; import z from 'npm:a@1'", "a:1 b:1");
    check("import 'a?raw'", "a:1");
}

#[test]
fn python() {
    let check = |text: &str, expect: &str| {
        check(Language::Python, text, &["a", "a_b", "c", "google_cloud_storage"], expect);
    };
    check("import a", "a:1");
    check("import x, a.b as y, c", "a:1 a_b:1 c:1");
    check("from a import x\nfrom a.b import (\n  y,\n)", "a:1 a:2 a_b:2");
    check("from google.cloud import storage", "google_cloud_storage:1");
    check("try: import a\nexcept ImportError: import c", "a:1 c:2");
    check("    from a \\\n        import x", "a:1");
    check("from . import a\nfrom .a import c\nfrom ..c import x", "");
    check("# import a\nx = 1  # import c", "c:2");
    check("importlib.import_module(\"a.b\")\n__import__('c')", "a:1 a_b:1 c:2");
    check("INSTALLED_APPS = ['a.apps', \"c\"]", "(a:1) (c:1)");
    check("important a; reimport c", "");
    check("from a cimport x", "a:1");
    check("from A-b import x", "");
    check("  \"import a as b\\n\",", "a:1");
}

#[test]
fn ruby() {
    let of = ["a", "net-http"];
    check(
        Language::Ruby,
        "require 'a/b'\nrequire \"net/http\"\n# require 'a'",
        &of,
        "a:1 net-http:2",
    );
}

#[test]
fn manifests_and_other_files_mention() {
    let of = ["a", "b", "c", "@s/a"];
    let node = "{\"dependencies\": {\"a\": \"^1\", \"b\": \"2\"},\n \"scripts\": {\"x\": \"b --fix && c\\n\"},\n \"a\": {\"preset\": \"@s/a\"}}";
    check(Language::NodeManifest, node, &of, "(b:2) (c:2) (@s/a:3) (a:3)");
    let cargo = "[dependencies]\na = \"1\"\nz = { version = \"1\", package = \"b\" }";
    check(Language::CargoManifest, cargo, &of, "(b:3)");
    let go = "require example.org/a v1\ntool example.org/a/cmd\ntool (\n\tb\n)";
    check(Language::GoManifest, go, &["example.org/a", "b"], "(example.org/a:2) (b:4)");
    check(Language::PythonManifest, "[tool.a.b]\n[project]\ndependencies = [\"b\"]", &of, "(a:1)");
    let words = "RUN npx a@1 --x\n- node_modules/@s/a/bin/b.js\n@import '~c/x';\n";
    check(Language::Words, words, &of, "(a:1) (@s/a:2) (a:2) (c:3)");
}

#[test]
fn names_of_files() {
    let check = |path: &str, head: &str, expect: Option<Language>| {
        assert_eq!(Language::of(path, head.as_bytes()), expect, "{path}");
    };
    check("src/a.rs", "", Some(Language::Rust));
    check("x/Component.vue", "", Some(Language::JavaScript));
    check("bin/tool", "#!/usr/bin/env python3\n", Some(Language::Python));
    check("bin/tool", "\u{0}ELF", None);
    check(".eslintrc", "", Some(Language::Words));
    check("a/package-lock.json", "", None);
    check("README.md", "", None);
    check("notes.ipynb", "", Some(Language::Python));
    assert!(Language::needs_head("bin/tool") && !Language::needs_head("a.rs"));
}
