//! Manifests before and after: only what the plan asks for changes.
#![expect(clippy::expect_used, reason = "a helper that fails is a failed test")]

use proptest::prelude::*;
use remedy::edit::{Change, Edited, Kind, Outcome, edit};
use vocab::{Base, Ecosystem};

fn base(kind: Kind) -> Base {
    match kind {
        Kind::Requirements | Kind::Pyproject => Base::PyPI,
        Kind::CargoToml => Base::CratesIo,
        Kind::PackageJson => Base::Npm,
        Kind::GoMod => Base::Go,
        Kind::Pom => Base::Maven,
        Kind::Gemfile => Base::RubyGems,
    }
}

fn change(kind: Kind, name: &str, from: &str, to: &str) -> Change {
    Change {
        ecosystem: Ecosystem::from(base(kind)),
        name: name.into(),
        from: from.split(' ').filter(|v| !v.is_empty()).map(Into::into).collect(),
        to: (!to.is_empty()).then(|| to.into()),
    }
}

fn one(kind: Kind, text: &str, name: &str, from: &str, to: &str) -> Edited {
    edit(kind, text.as_bytes(), &[change(kind, name, from, to)]).expect("edited")
}

/// The text after; the change was made.
fn check(kind: Kind, text: &str, name: &str, from: &str, to: &str, expect: &str) {
    let edited = one(kind, text, name, from, to);
    assert_eq!(String::from_utf8_lossy(&edited.text), expect);
    assert!(matches!(edited.outcomes[0], Outcome::Edited(_)), "{:?}", edited.outcomes);
}

/// Nothing changes, and this is why.
fn stays(kind: Kind, text: &str, name: &str, from: &str, to: &str, expect: &str) {
    let edited = one(kind, text, name, from, to);
    assert_eq!(String::from_utf8_lossy(&edited.text), text);
    let said = match &edited.outcomes[0] {
        Outcome::Refused(reason) => reason.clone(),
        other => format!("{other:?}"),
    };
    assert!(said.contains(expect), "{said}");
}

#[test]
fn requirements_keep_everything_but_the_version() {
    let kind = Kind::Requirements;
    check(
        kind,
        "a==1\r\nDjango[argon2] == 3.2.1 ; python_version>'3'  # web\r\nb",
        "django",
        "3.2.1",
        "3.2.25",
        "a==1\r\nDjango[argon2] == 3.2.25 ; python_version>'3'  # web\r\nb",
    );
    check(kind, "x_y===1.0", "X.y", "1.0", "1.1", "x_y===1.1");
    check(kind, "a==1.0 # a==1.0\n#a==1.0\n", "a", "1.0", "2", "a==2 # a==1.0\n#a==1.0\n");
    check(kind, "\u{feff}a==1.0\n", "a", "1.0", "2", "\u{feff}a==2\n");
    check(kind, "a>=1,<2\n", "a", "1.5", "2.3.4", "a>=2.3.4,<3\n");
    check(kind, "a ~= 1.4\n", "a", "1.4", "2.3.1", "a ~= 2.3,>=2.3.1\n");
    check(kind, "a~=1.4.2\n", "a", "1.4.2", "2.3.1", "a~=2.3.1\n");
    check(kind, "a==1.4.*\n", "a", "1.4.7", "2.3.1", "a==2.3.*\n");
    check(kind, "a==1\nevil==2 # no\nb==1\n", "evil", "2", "", "a==1\nb==1\n");
    stays(kind, "a==1\n", "a", "9", "2", "NotNamed");
    stays(kind, "a>=1\n", "a", "1", "2", "Admits");
    stays(kind, "ab==1\n-e ./a\na-b==1\n", "a", "1", "2", "NotNamed");
    stays(kind, "a==1 \\\n  --hash=sha256:00\n", "a", "1", "2", "--hash");
    stays(kind, "a==1 --hash=sha256:00\n", "a", "1", "2", "--hash");
    stays(kind, "a @ https://e.org/a.whl\n", "a", "", "2", "address");
}

#[test]
fn cargo_requirements_keep_their_operators() {
    let kind = Kind::CargoToml;
    check(
        kind,
        "[dependencies]\n# why\nlog = '0.4' # here\ntime = { version = \"0.1.42\", features = [ \"x\" ] }\n",
        "time",
        "0.1.42",
        "0.2.23",
        "[dependencies]\n# why\nlog = '0.4' # here\ntime = { version = \"0.2.23\", features = [ \"x\" ] }\n",
    );
    check(
        kind,
        "[target.'cfg(unix)'.dev-dependencies]\r\nt = { package = \"time\", version = \"=0.1.42\" }",
        "time",
        "0.1.42",
        "0.2.23",
        "[target.'cfg(unix)'.dev-dependencies]\r\nt = { package = \"time\", version = \"=0.2.23\" }",
    );
    check(
        kind,
        "[workspace.dependencies.time]\nversion = \"~0.1\"\n",
        "time",
        "0.1.9",
        "0.2.23",
        "[workspace.dependencies.time]\nversion = \"~0.2.23\"\n",
    );
    check(
        kind,
        "[dependencies]\na = \"1.*\"\n",
        "a",
        "1.2.3",
        "2.0.1+b",
        "[dependencies]\na = \"2.0.1\"\n",
    );
    check(
        kind,
        "[dependencies]\na = \">=1.2, <2.0\"\n",
        "a",
        "1.2.3",
        "2.0.1",
        "[dependencies]\na = \">=2.0.1, <3.0\"\n",
    );
    check(
        kind,
        "\u{feff}[dependencies]\na = \"1.2\"\n",
        "a",
        "1.2.3",
        "2.0.1",
        "\u{feff}[dependencies]\na = \"2.0.1\"\n",
    );
    stays(kind, "[dependencies]\nlog = \"0.4\"\n", "log", "0.4.1", "0.4.9", "Admits");
    stays(kind, "[dependencies]\nlog = \"0.4\"\n", "log", "0.3.1", "0.3.9", "NotNamed");
    stays(
        kind,
        "[dependencies]\nlog = { path = \"../log\" }\n",
        "log",
        "0.4.1",
        "0.5.0",
        "NotNamed",
    );
    stays(
        kind,
        "[dependencies]\nlog = { workspace = true }\n",
        "log",
        "0.4.1",
        "0.5.0",
        "NotNamed",
    );
    stays(kind, "[dependencies]\nlog = \"0.4\"\n", "log", "0.4.1", "0.5.0-rc.1", "pre-release");
}

#[test]
fn package_json_keeps_its_layout() {
    let kind = Kind::PackageJson;
    let text = |version: &str| {
        format!(
            "{{\r\n\t\"name\": \"lodash\",\r\n\t\"dependencies\": {{\r\n\t\t\"lodash\" : \"{version}\",\r\n\t\t\"b\": \"1\"\r\n\t}}\r\n}}"
        )
    };
    let moves = |before: &str, from: &str, to: &str, after: &str| {
        check(kind, &text(before), "lodash", from, to, &text(after))
    };
    moves("^3.10.1", "3.10.1", "4.17.21", "^4.17.21");
    moves("~3.10.1", "3.10.1", "4.17.21", "~4.17.21");
    moves("3.10.1", "3.10.1", "4.17.21", "4.17.21");
    moves("3.x", "3.10.1", "4.17.21", "^4.17.21");
    moves(">=3 <4", "3.10.1", "4.17.21", ">=4.17.21 <5");
    stays(kind, &text("^4.0.0"), "lodash", "4.17.1", "4.17.21", "Admits");
    stays(kind, &text("*"), "lodash", "4.17.1", "4.17.21", "Admits");
    stays(kind, &text("^2.0.0 || ^3.0.0"), "lodash", "3.1.0", "4.17.21", "alternatives");
    stays(kind, &text("github:lodash/lodash"), "lodash", "3.1.0", "4.17.21", "no range");
    stays(kind, &text("^1.0.0"), "lodash", "3.1.0", "4.17.21", "NotNamed");
    check(
        kind,
        "{\"dependencies\": {\n  \"a\": \"1\",\n  \"evil\": \"1\"\n}}",
        "evil",
        "",
        "",
        "{\"dependencies\": {\n  \"a\": \"1\"\n}}",
    );
    check(
        kind,
        "{\"dependencies\": {\n  \"evil\": \"1\",\n  \"a\": \"1\"\n}}",
        "evil",
        "",
        "",
        "{\"dependencies\": {\n  \"a\": \"1\"\n}}",
    );
}

#[test]
fn pyproject_speaks_three_languages() {
    let kind = Kind::Pyproject;
    check(
        kind,
        "[project]\ndependencies = [\n  \"jinja2[i18n]>=2,<3\", # t\n]\n",
        "Jinja2",
        "2.11",
        "3.1.6",
        "[project]\ndependencies = [\n  \"jinja2[i18n]>=3.1.6,<4\", # t\n]\n",
    );
    check(
        kind,
        "[tool.poetry.group.dev.dependencies]\njinja2 = {version = '^2.11', optional = true}\n",
        "jinja2",
        "2.11.3",
        "3.1.6",
        "[tool.poetry.group.dev.dependencies]\njinja2 = {version = '^3.1.6', optional = true}\n",
    );
    check(
        kind,
        "[dependency-groups]\nd = [{include-group = 'x'}, 'a==1']\n",
        "a",
        "1",
        "2",
        "[dependency-groups]\nd = [{include-group = 'x'}, 'a==2']\n",
    );
    stays(kind, "[tool.poetry.dependencies]\na = \"*\"\n", "a", "1", "2", "Admits");
    stays(
        kind,
        "[project]\ndependencies = ['a @ git+https://e.org/a']\n",
        "a",
        "1",
        "2",
        "address",
    );
}

#[test]
fn go_modules_keep_their_paths_and_replacements() {
    let kind = Kind::GoMod;
    check(
        kind,
        "module m\n\nrequire (\n\tgolang.org/x/net v0.1.0 // indirect\n)\n",
        "golang.org/x/net",
        "0.1.0",
        "0.7.0",
        "module m\n\nrequire (\n\tgolang.org/x/net v0.7.0 // indirect\n)\n",
    );
    check(
        kind,
        "require e.org/a/v2 v2.1.0\r\n",
        "e.org/a/v2",
        "v2.1.0",
        "2.2.0",
        "require e.org/a/v2 v2.2.0\r\n",
    );
    check(
        kind,
        "require e.org/d v2.1.0+incompatible\n",
        "e.org/d",
        "2.1.0+incompatible",
        "2.2.0",
        "require e.org/d v2.2.0+incompatible\n",
    );
    stays(
        kind,
        "require e.org/a v1.0.0\nreplace e.org/a => ../a\n",
        "e.org/a",
        "1.0.0",
        "1.1.0",
        "replace",
    );
    stays(kind, "require e.org/a v1.0.0\n", "e.org/a", "1.0.0", "2.1.0", "/v2");
    stays(kind, "exclude e.org/a v1.0.0\n", "e.org/a", "1.0.0", "1.1.0", "NotNamed");
}

const POM: &str = "<project>\n  <properties><j.v>2.9.1</j.v></properties>\n  <dependencyManagement><dependencies>\n    <dependency><groupId>g</groupId><artifactId>a</artifactId><version>${j.v}</version></dependency>\n  </dependencies></dependencyManagement>\n  <dependencies>\n    <dependency>\n      <!-- why --><groupId>g</groupId><artifactId>b</artifactId>\n      <version> 1.0 </version></dependency>\n    <dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>\n  </dependencies>\n  <profiles><profile><dependencies><dependency><groupId>g</groupId><artifactId>c</artifactId><version>1.0</version></dependency></dependencies></profile></profiles>\n</project>\n";

#[test]
fn poms_change_a_version_or_the_property_that_sets_it() {
    let kind = Kind::Pom;
    check(kind, POM, "g:b", "1.0", "1.1", &POM.replace("<version> 1.0 <", "<version> 1.1 <"));
    check(kind, POM, "g:a", "2.9.1", "2.9.2", &POM.replace(">2.9.1<", ">2.9.2<"));
    let marked = |text: &str| format!("\u{feff}<?xml version=\"1.0\"?>\r\n{text}");
    let after = marked(&POM.replace("<version> 1.0 <", "<version> 1.1 <"));
    check(kind, &marked(POM), "g:b", "1.0", "1.1", &after);
    let jre = POM.replace("> 1.0 <", ">25.1-jre<");
    stays(kind, &jre, "g:b", "25.1-jre", "32.0.0-android", "flavour");
    check(kind, &jre, "g:b", "25.1-jre", "32.0-jre", &jre.replace("25.1-jre", "32.0-jre"));
    stays(kind, POM, "g:c", "1.0", "1.1", "profile");
    stays(
        kind,
        &POM.replace("> 1.0 <", ">${j.v}<")
            .replace("<groupId>g</groupId><artifactId>b", "<groupId>h</groupId><artifactId>b"),
        "g:a",
        "2.9.1",
        "2.9.2",
        "also serves h:b",
    );
    stays(
        kind,
        &POM.replace("<j.v>2.9.1</j.v>", ""),
        "g:a",
        "${j.v}",
        "2.9.2",
        "not set in this file",
    );
    // Two artifacts of one group share a property: the higher version serves both.
    let shared = POM.replace("> 1.0 <", ">${j.v}<");
    let changes = [change(kind, "g:a", "2.9.1", "2.9.2"), change(kind, "g:b", "2.9.1", "2.10.0")];
    let edited = edit(kind, shared.as_bytes(), &changes).expect("edited");
    assert_eq!(String::from_utf8_lossy(&edited.text), shared.replace(">2.9.1<", ">2.10.0<"));
    assert!(edited.outcomes.iter().all(|o| matches!(o, Outcome::Edited(_))));
}

#[test]
fn gemfiles_keep_their_calls() {
    let kind = Kind::Gemfile;
    check(
        kind,
        "gem 'rails', '~> 4.2.8' # main\n",
        "rails",
        "4.2.8",
        "5.2.4.5",
        "gem 'rails', '~> 5.2.4', '>= 5.2.4.5' # main\n",
    );
    check(
        kind,
        "  gem(\"rack\", \"~> 1.6\", require: false)\n",
        "rack",
        "1.6.1",
        "2.2.3",
        "  gem(\"rack\", \"~> 2.2\", \">= 2.2.3\", require: false)\n",
    );
    check(
        kind,
        "gem 'rack', '>= 1', '< 2'\n",
        "rack",
        "1.6.1",
        "2.2.3",
        "gem 'rack', '>= 2.2.3', '< 3'\n",
    );
    check(kind, "gem 'rack', '1.6.1'", "rack", "1.6.1", "2.2.3", "gem 'rack', '2.2.3'");
    stays(kind, "gem 'rack'\n", "rack", "1.6.1", "2.2.3", "Admits");
    stays(kind, "# gem 'rack', '1.6.1'\ngemspec\n", "rack", "1.6.1", "2.2.3", "NotNamed");
}

#[test]
fn what_is_no_document_of_its_kind_is_not_edited() {
    for (kind, text) in [
        (Kind::CargoToml, "[dependencies\n"),
        (Kind::PackageJson, "{\"dependencies\": {\"a\": \"1\"}"),
        (Kind::Pom, "<project><dependencies>"),
        (Kind::Pyproject, "a = "),
    ] {
        assert!(edit(kind, text.as_bytes(), &[change(kind, "a", "1", "2")]).is_err(), "{text}");
    }
    assert!(edit(Kind::Requirements, b"\xff\xfe", &[]).is_err());
    let deep = "[".repeat(129);
    assert!(edit(Kind::PackageJson, deep.as_bytes(), &[]).is_err());
    let large = vec![b'\n'; remedy::edit::MAX_TEXT + 1];
    assert!(edit(Kind::Requirements, &large, &[]).is_err());
    assert!(edit(Kind::Requirements, &large[1..], &[]).is_ok());
}

const KINDS: [Kind; 7] = [
    Kind::Requirements,
    Kind::Pyproject,
    Kind::CargoToml,
    Kind::PackageJson,
    Kind::GoMod,
    Kind::Pom,
    Kind::Gemfile,
];

proptest! {
    /// No text makes an editor fall over, and without changes nothing is touched.
    #[test]
    fn any_text_is_left_whole(text in ".{0,200}", part in prop::sample::select(vec!["", "[dependencies]\n", "{\"dependencies\":{\"a\":\"", "gem 'a', '", "require a v", "<project><dependencies><dependency>", "a"])) {
        let text = format!("{part}{text}");
        for kind in KINDS {
            if let Ok(edited) = edit(kind, text.as_bytes(), &[]) {
                prop_assert_eq!(edited.text, text.as_bytes());
            }
            let changed = edit(kind, text.as_bytes(), &[change(kind, "a", "1", "2.0"), change(kind, "a", "", "")]);
            if let Ok(edited) = changed {
                prop_assert_eq!(edited.outcomes.len(), 2);
            }
        }
    }

    /// What was a document of its kind before is one after, and what changes is told.
    #[test]
    fn a_document_stays_one(at in 0usize..7, cuts in prop::collection::vec((0usize..300, 0usize..3, "[ -~\\n]{0,3}"), 0..4)) {
        let texts = [
            "# x\na[b]~=1.4 ; python_version>'3'\nleft==1.1.0 \\\n  --hash=sha256:0\nevil==1\n",
            "[project]\ndependencies = [\"a>=1,<2\"]\n[tool.poetry.dependencies]\nleft = {version = '^1.1.0'}\n",
            "[dependencies]\na = \"1\"\nl = { package = \"left\", version = \"=1.1.0\" }\n",
            "{\"dependencies\": {\"a\": \"^1.0.0\", \"left\": \"1.x\", \"evil\": \"*\"}}",
            "module m\nrequire (\n\ta v1.0.0 // indirect\n)\nrequire left v1.1.0\nreplace left => ./l\n",
            "<project><properties><v>1</v></properties><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version></dependency></dependencies></project>",
            "gem 'a', '~> 1.2', '>= 1.2.3' # x\ngem(\"left\", \"1.1.0\", require: false)\n",
        ];
        let kind = KINDS[[0, 1, 2, 3, 4, 5, 6][at]];
        let mut text = texts[at].to_owned();
        for (start, length, new) in cuts {
            let start = start.min(text.len());
            let end = (start + length).min(text.len());
            text.replace_range(start..end, &new);
        }
        let changes = [change(kind, "a", "", "2.0.1"), change(kind, "left", "1.1.0", "1.2.0"), change(kind, "g:a", "", "3.0-b"), change(kind, "evil", "", "")];
        let Ok(same) = edit(kind, text.as_bytes(), &[]) else { return Ok(()) };
        prop_assert_eq!(same.text, text.as_bytes());
        let edited = edit(kind, text.as_bytes(), &changes).expect("read before");
        let told = edited.outcomes.iter().any(|o| matches!(o, Outcome::Edited(_)));
        prop_assert!(told || edited.text == text.as_bytes());
        prop_assert!(edit(kind, &edited.text, &[]).is_ok(), "{} became {}", text, String::from_utf8_lossy(&edited.text));
    }

    /// An exact pin moves and nothing else does, whatever stands around it.
    #[test]
    fn only_the_pin_moves(before in "(#[ a-z=.0-9]{0,12}\r?\n){0,4}", after in "([b-z]{1,5}==[0-9]\r?\n){0,4}") {
        let text = |version: &str| format!("{before}a==1.0{version}\n{after}");
        let edited = one(Kind::Requirements, &text(""), "a", "1.0", "1.0.9");
        prop_assert_eq!(String::from_utf8_lossy(&edited.text), text(".9"));
    }
}
