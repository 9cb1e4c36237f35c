//! Which command is written for which file, and which names never reach one.

use remedy::plan;

use crate::write::{Build, affected};

/// The command of one package that moves from `from` to `to`.
fn command(eco: &str, file: &str, name: &str, from: &str, to: &str, through: &str) -> String {
    let mut package = affected(eco, name, from, file).finding("F1", 22).candidate(to, "");
    if !through.is_empty() {
        package = package.through(through);
    }
    let fixes = plan(&[package]);
    assert_eq!(fixes.len(), 1);
    fixes[0].command.clone().unwrap_or_else(|| "-".into())
}

#[test]
fn each_tool_in_its_own_words() {
    let direct = |eco: &str, file: &str, name: &str, from: &str, to: &str| {
        command(eco, file, name, from, to, "")
    };
    let table = [
        (
            "crates.io",
            "Cargo.lock",
            "tar",
            "0.4.1",
            "0.4.3",
            "cargo update -p tar@0.4.1 --precise 0.4.3",
        ),
        ("crates.io", "Cargo.lock", "tar", "0.4.1", "0.5.0", "cargo add tar@0.5.0"),
        ("npm", "package-lock.json", "@a/b", "1.0.0", "1.0.1", "npm install @a/b@1.0.1"),
        ("npm", "web/yarn.lock", "qs", "1.0.0", "2.0.0", "(cd web && yarn add qs@2.0.0)"),
        ("npm", "pnpm-lock.yaml", "qs", "1.0.0", "1.0.1", "pnpm update qs@1.0.1"),
        ("npm", "bun.lock", "qs", "1.0.0", "1.0.1", "bun add qs@1.0.1"),
        (
            "PyPI",
            "requirements.txt",
            "jinja2",
            "3.0",
            "3.1.5",
            "python -m pip install 'jinja2==3.1.5'",
        ),
        ("PyPI", "uv.lock", "jinja2", "3.0", "3.1.5", "uv lock --upgrade-package 'jinja2==3.1.5'"),
        ("PyPI", "uv.lock", "jinja2", "2.0", "3.1.5", "uv add 'jinja2>=3.1.5'"),
        ("PyPI", "poetry.lock", "jinja2", "3.0", "3.1.5", "poetry update jinja2"),
        ("PyPI", "poetry.lock", "jinja2", "2.0", "3.1.5", "poetry add 'jinja2>=3.1.5'"),
        ("PyPI", "Pipfile.lock", "jinja2", "2.0", "3.1.5", "pipenv upgrade 'jinja2==3.1.5'"),
        ("PyPI", "pdm.lock", "jinja2", "3.0", "3.1.5", "pdm update jinja2"),
        (
            "Go",
            "go.mod",
            "golang.org/x/net",
            "v0.1.0",
            "0.7.0",
            "go get golang.org/x/net@v0.7.0 && go mod tidy",
        ),
        ("Go", "go.mod", "stdlib", "1.22.1", "1.22.5", "go get toolchain@go1.22.5"),
        ("RubyGems", "Gemfile.lock", "rack", "2.2.0", "2.2.3", "bundle update rack --conservative"),
        (
            "Packagist",
            "composer.lock",
            "a/b",
            "1.0.0",
            "1.0.1",
            "composer update a/b --with-dependencies",
        ),
        (
            "Packagist",
            "composer.lock",
            "a/b",
            "1.0.0",
            "v2.0.1",
            "composer require 'a/b:^2.0.1' --update-with-dependencies",
        ),
        (
            "NuGet",
            "packages.lock.json",
            "A.B",
            "1.0.0",
            "1.0.1",
            "dotnet add package A.B --version 1.0.1",
        ),
        (
            "Maven",
            "pom.xml",
            "g.h:a",
            "1.0",
            "1.1",
            "mvn versions:use-dep-version -Dincludes=g.h:a -DdepVersion=1.1 -DforceVersion=true",
        ),
        ("Pub", "pubspec.lock", "http", "1.0.0", "1.0.1", "dart pub upgrade http"),
        ("Hex", "mix.lock", "plug", "1.0.0", "1.0.1", "mix deps.update plug"),
        (
            "SwiftURL",
            "Package.resolved",
            "github.com/apple/swift-nio",
            "2.0.0",
            "2.0.1",
            "swift package resolve swift-nio --version 2.0.1",
        ),
        (
            "CRAN",
            "renv.lock",
            "readxl",
            "1.0.0",
            "1.4.1",
            "Rscript -e 'renv::install(\"readxl@1.4.1\"); renv::snapshot()'",
        ),
        (
            "GitHub Actions",
            ".github/workflows/ci.yml",
            "tj-actions/changed-files",
            "45.0.7",
            "46.0.1",
            "-",
        ),
        ("npm", "odd.json", "qs", "1.0.0", "1.0.1", "-"),
    ];
    for (eco, file, name, from, to, expect) in table {
        assert_eq!(direct(eco, file, name, from, to), expect, "{eco} {file}");
    }
}

#[test]
fn packages_that_others_bring_in() {
    let table = [
        (
            "crates.io",
            "Cargo.lock",
            "tar",
            "0.4.1",
            "0.4.3",
            "cargo update -p tar@0.4.1 --precise 0.4.3",
        ),
        ("crates.io", "Cargo.lock", "tar", "0.4.1", "0.5.0", "-"),
        ("npm", "package-lock.json", "qs", "1.0.0", "1.0.1", "npm update qs"),
        (
            "npm",
            "package-lock.json",
            "qs",
            "1.0.0",
            "2.0.1",
            "npm pkg set 'overrides[qs@1.0.0]=2.0.1' && npm install",
        ),
        (
            "npm",
            "yarn.lock",
            "@a/b.c",
            "1.0.0",
            "1.0.1",
            "npm pkg set 'resolutions[@a/b.c]=1.0.1' && yarn install",
        ),
        ("npm", "pnpm-lock.yaml", "qs", "1.0.0", "1.0.1", "pnpm update --depth Infinity qs"),
        ("npm", "pnpm-lock.yaml", "qs", "1.0.0", "2.0.1", "-"),
        ("PyPI", "poetry.lock", "jinja2", "2.0", "3.1.5", "poetry update jinja2"),
        ("PyPI", "uv.lock", "jinja2", "2.0", "3.1.5", "uv lock --upgrade-package 'jinja2==3.1.5'"),
        (
            "Go",
            "go.mod",
            "golang.org/x/net",
            "v0.1.0",
            "0.7.0",
            "go get golang.org/x/net@v0.7.0 && go mod tidy",
        ),
        ("Maven", "pom.xml", "g.h:a", "1.0", "1.1", "-"),
        ("RubyGems", "Gemfile.lock", "rack", "1.6.0", "2.2.3", "-"),
    ];
    for (eco, file, name, from, to, expect) in table {
        assert_eq!(command(eco, file, name, from, to, "top 1.0.0"), expect, "{eco} {file} {to}");
    }
}

#[test]
fn hostile_names_versions_and_folders_reach_no_command() {
    let names = [
        ("npm", "a; rm -rf ~"),
        ("npm", "$(id)"),
        ("npm", "user/repo"),
        ("npm", "@a/b/c"),
        ("npm", "git+https://evil.example/x"),
        ("npm", "../x"),
        ("npm", "--global"),
        ("npm", "x'y"),
        ("npm", "x\ny"),
        ("npm", "pаypal"),
        ("npm", ""),
    ];
    for (eco, name) in names {
        assert_eq!(command(eco, "package-lock.json", name, "1.0.0", "1.0.1", ""), "-", "{name}");
    }
    let names = ["-x/y.z", "evil", "a.b/../c", "a.b/c d", "a.b/c`id`"];
    for name in names {
        assert_eq!(command("Go", "go.mod", name, "v1.0.0", "1.0.1", ""), "-", "{name}");
    }
    let folders = ["a'b", "a$(id)", "-a", "a\nb", "a;b", "~root", "a\u{202e}b", "`id`", "a\\"];
    for folder in folders {
        let file = format!("{folder}/package-lock.json");
        assert_eq!(command("npm", &file, "qs", "1.0.0", "1.0.1", ""), "-", "{folder}");
    }
    let spaced = command("npm", "a b/c/package-lock.json", "qs", "1.0.0", "1.0.1", "");
    assert_eq!(spaced, "(cd 'a b/c' && npm install qs@1.0.1)");
    // An epoch's mark would be expanded by interactive shells outside of single quotes.
    let epoch = command("PyPI", "uv.lock", "a", "1!1.0", "1!1.1", "");
    assert_eq!(epoch, "uv lock --upgrade-package 'a==1!1.1'");
}

#[test]
fn a_file_that_the_command_leaves_out_is_named() {
    let mut package = affected("npm", "qs", "1.0.0", "package-lock.json")
        .finding("F1", 22)
        .candidate("1.0.1", "");
    package.files.push("odd/lock.json".into());
    let fixes = plan(&[package.clone()]);
    assert_eq!(fixes[0].command.as_deref(), Some("npm install qs@1.0.1"));
    assert!(
        fixes[0].how.ends_with("The command does not cover odd/lock.json."),
        "{}",
        fixes[0].how
    );

    package.files = (0..13).map(|n| format!("d{n}/package-lock.json")).collect();
    assert_eq!(plan(&[package])[0].command, None);
}

#[test]
fn two_rows_never_meet_in_one_yarn_resolution() {
    let one = |version: &str, to: &str, id: &str| {
        affected("npm", "qs", version, "yarn.lock")
            .finding(id, 22)
            .candidate(to, "")
            .through("top 1.0.0")
    };
    let fixes = plan(&[one("1.0.0", "1.0.1", "F1"), one("2.0.0", "2.0.1", "F2")]);
    let commands: Vec<_> = fixes.iter().map(|fix| fix.command.clone()).collect();
    assert_eq!(commands, [None, None]);
}
