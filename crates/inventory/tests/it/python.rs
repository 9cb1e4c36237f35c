//! Does the Python family read what its tools write?

use crate::rows::{check, check_in};

#[test]
fn a_list_of_requirements_has_pins_ranges_addresses_and_options() {
    let text = "\u{feff}# comment
--index-url https://pypi.org/simple
Flask[async]==2.0.1 ; python_version >= '3.8'  # pinned
requests>=2,<3
six==1.*
a==1.0 \\
    --hash=sha256:00 \\
    --hash=sha256:11
b @ git+https://user:secret@example.org/b.git@v1#egg=b
-e git+https://example.org/c#egg=c
-e .
./lib/d-1.2-py3-none-any.whl
https://example.org/e-1.tar.gz
f===1.0-odd
g==${VERSION}
what is this
--unknown
";
    check(
        "requirements.txt",
        text,
        "3 PyPI Flask 2.0.1 registry runtime direct
        4 PyPI requests ~>=2,<3 registry runtime direct
        5 PyPI six ~==1.* registry runtime direct
        6 PyPI a 1.0 registry runtime direct
        9 PyPI b - git:https://example.org/b.git@v1 runtime direct
        10 PyPI c - git:https://example.org/c@ runtime direct
        11 PyPI . - first-party runtime direct
        12 PyPI d 1.2 foreign:./lib/d-1.2-py3-none-any.whl runtime direct
        13 PyPI e-1.tar.gz - foreign:https://example.org/e-1.tar.gz runtime direct
        14 PyPI f 1.0-odd registry runtime direct
        15 PyPI g ~==${VERSION} registry runtime direct
        ! 16 `what is this` is no requirement (PEP 508)
        ! 17 unknown option `--unknown`",
    );
}

#[test]
fn includes_and_constraints_come_from_the_tree() {
    check_in(
        &[
            ("x/base.txt", "-r requirements-dev.txt\n-r sub/more.txt\nb\n"),
            ("x/sub/more.txt", "c==3\n-r ../base.txt\n"),
            ("x/pins.txt", "B==2.0\nunused==1\nd>=1\n"),
        ],
        "requirements.txt",
        "x/requirements-dev.txt",
        "a==1\n-r base.txt\n-c pins.txt\n-r ../../etc/passwd\n-r gone.txt\n",
        "1 PyPI a 1 registry development direct
        2 PyPI c 3 registry development direct
        2 PyPI b 2.0 registry development direct
        ! 4 `../../etc/passwd` leads out of the tree
        ! 5 included file `gone.txt` is not there or cannot be read",
    );
}

#[test]
fn a_file_of_constraints_is_read_again_where_it_is_included() {
    check_in(
        &[("base.txt", "django==2.0\n-c base.txt\n")],
        "requirements.txt",
        "requirements.txt",
        "-c base.txt\n-r base.txt\n",
        "2 PyPI django 2.0 registry runtime direct",
    );
    check_in(
        &[("pins.txt", "a==1\n-r more.txt\n"), ("more.txt", "b==2\n")],
        "requirements.txt",
        "requirements.txt",
        "a\n-c pins.txt\n",
        "1 PyPI a 1 registry runtime direct
        2 PyPI b 2 registry runtime direct",
    );
}

#[test]
fn the_comments_of_pip_compile_tell_who_brought_what() {
    let text = "click==8.0\n    # via\n    #   -r requirements.in\n    #   flask\nflask==2.0\n    \
        # via -r requirements.in\nmarkupsafe==2.0  # via jinja2, flask\njinja2==3.0\n    # via flask\n";
    check(
        "requirements.txt",
        text,
        "1 PyPI click 8.0 registry runtime direct
        5 PyPI flask 2.0 registry runtime direct
        7 PyPI markupsafe 2.0 registry runtime transitive
        8 PyPI jinja2 3.0 registry runtime transitive
        1 -> 0
        3 -> 2
        1 -> 2
        1 -> 3",
    );
}

const POETRY: &str = r#"[[package]]
name = "Flask"
version = "2.0.1"
optional = false
groups = ["main"]

[package.dependencies]
click = ">=7"

[[package]]
name = "click"
version = "8.0"
groups = ["main", "dev"]

[[package]]
name = "pytest"
version = "7.0"
groups = ["dev"]

[[package]]
name = "fork"
version = "1.0"
groups = ["main"]

[package.source]
type = "git"
url = "https://example.org/fork"
reference = "main"
resolved_reference = "0123"

[metadata]
lock-version = "2.1"
"#;

#[test]
fn poetry_has_groups_and_the_project_file_tells_what_is_direct() {
    let project = "[project]\ndependencies = [\"flask>=2\"]\n[tool.poetry.group.dev.dependencies]\n\
        pytest = \"^7\"\n[tool.poetry.dependencies]\nfork = { git = \"https://example.org/fork\" }\n";
    check_in(
        &[("pyproject.toml", project)],
        "poetry.lock",
        "poetry.lock",
        POETRY,
        "2 PyPI Flask 2.0.1 registry runtime direct
        11 PyPI click 8.0 registry runtime transitive
        16 PyPI pytest 7.0 registry development direct
        21 PyPI fork 1.0 git:https://example.org/fork@0123 runtime direct
        0 -> 1",
    );
    let old = "[[package]]\nname = \"a\"\nversion = \"1\"\ncategory = \"dev\"\noptional = false\n\
        [metadata]\nlock-version = \"9.0\"\n";
    check(
        "poetry.lock",
        old,
        "2 PyPI a 1 registry development ?
        ! 7 the file is of version 9.0, and only 1 to 2 are known",
    );
}

#[test]
fn uv_follows_runtime_extras_and_groups_from_its_members() {
    let text = r#"version = 1
[[package]]
name = "app"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "a" }]
[package.optional-dependencies]
extra = [{ name = "b" }]
[package.dev-dependencies]
dev = [{ name = "c" }]
[[package]]
name = "a"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "b"
version = "1.0"
source = { registry = "https://user:secret@corp.example/simple" }
dependencies = [{ name = "a" }]
[[package]]
name = "c"
version = "1.0"
source = { git = "https://example.org/c?rev=main#0123" }
dependencies = [{ name = "d", version = "2.0" }]
[[package]]
name = "d"
version = "1.0"
source = { url = "https://example.org/d.whl" }
[[package]]
name = "d"
version = "2.0"
source = { registry = "https://pypi.org/simple" }
"#;
    check(
        "uv.lock",
        text,
        "3 PyPI app 0.1 first-party unknown direct
        12 PyPI a 1.0 registry runtime direct
        16 PyPI b 1.0 foreign:https://corp.example/simple optional direct
        21 PyPI c 1.0 git:https://example.org/c@0123 development direct
        26 PyPI d 1.0 foreign:https://example.org/d.whl unknown transitive
        30 PyPI d 2.0 registry development transitive
        0 -> 1
        0 -> 2
        0 -> 3
        2 -> 1
        3 -> 5",
    );
}

#[test]
fn pipenv_pdm_and_pylock() {
    let pipfile = r#"{ "_meta": {},
  "default": { "a": { "version": "==1.0", "hashes": [] },
    "g": { "git": "https://example.org/g", "ref": "0123" } },
  "develop": { "b": { "version": "==2.0" },
    "c": { "version": "*" },
    "d": 1 } }"#;
    check(
        "Pipfile.lock",
        pipfile,
        "2 PyPI a 1.0 registry runtime ?
        3 PyPI g - git:https://example.org/g@0123 runtime ?
        4 PyPI b 2.0 registry development ?
        5 PyPI c - registry development ?
        ! 6 d is a number, expected a version or a map",
    );
    let pdm = "[metadata]\nlock_version = \"4.4.1\"\n[[package]]\nname = \"a\"\nversion = \"1\"\n\
        groups = [\"default\"]\ndependencies = [\"B>=1; extra == 'x'\"]\n[[package]]\nname = \"b\"\n\
        version = \"2\"\ngroups = [\"dev\"]\n";
    check(
        "pdm.lock",
        pdm,
        "4 PyPI a 1 registry runtime ?
        9 PyPI b 2 registry development ?
        0 -> 1",
    );
    let pylock = "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\n\
        dependencies = [{ name = \"b\" }]\n[[packages]]\nname = \"b\"\n\
        vcs = { type = \"git\", url = \"https://example.org/b\", commit-id = \"0123\" }\n";
    check(
        "pylock.toml",
        pylock,
        "3 PyPI a 1 registry unknown ?
        7 PyPI b - git:https://example.org/b@0123 unknown ?
        0 -> 1",
    );
}

#[test]
fn manifests_have_ranges() {
    let text = r#"[project]
dependencies = ["a>=1", "b==2.0 ; python_version < '3'"]
[project.optional-dependencies]
extra = ["c"]
test = ["d~=1.0"]
[dependency-groups]
dev = ["e", { include-group = "x" }]
[tool.poetry.dependencies]
python = "^3.8"
f = "^1.2"
g = { version = "1.2.3", optional = true }
[tool.poetry]
name = "app"
version = "1.0"
"#;
    check(
        "pyproject.toml",
        text,
        "13 PyPI app 1.0 first-party unknown ?
        2 PyPI a ~>=1 registry runtime direct
        2 PyPI b 2.0 registry runtime direct
        4 PyPI c - registry optional direct
        5 PyPI d ~~=1.0 registry development direct
        7 PyPI e - registry development direct
        10 PyPI f ~^1.2 registry runtime direct
        11 PyPI g 1.2.3 registry optional direct",
    );
    check(
        "setup.cfg",
        "[metadata]\nname = x\n[options]\ninstall_requires =\n    a>=1\n    b==2; python_version<'3'\n\
            [options.extras_require]\ntest = c\n",
        "5 PyPI a ~>=1 registry runtime direct
        6 PyPI b 2 registry runtime direct
        8 PyPI c - registry development direct",
    );
    check(
        "Pipfile",
        "[packages]\na = \"*\"\nb = {version = \"==1.0\"}\n[dev-packages]\nc = \">=1\"\n",
        "2 PyPI a - registry runtime direct
        3 PyPI b 1.0 registry runtime direct
        5 PyPI c ~>=1 registry development direct",
    );
}

#[test]
fn a_project_comes_first_and_does_not_ask_for_itself() {
    let project =
        "[project]\ndependencies = [\"click\"]\nname = \"Flask\"\ndynamic = [\"version\"]\n";
    check(
        "pyproject.toml",
        project,
        "3 PyPI Flask - first-party unknown ?
        2 PyPI click - registry runtime direct",
    );
    check("pyproject.toml", "[tool.black]\nline-length = 100\n", "");
    check_in(
        &[("pyproject.toml", project)],
        "poetry.lock",
        "poetry.lock",
        "[[package]]\nname = \"flask\"\nversion = \"1\"\n[[package]]\nname = \"click\"\nversion = \"2\"\n",
        "2 PyPI flask 1 registry unknown transitive
        5 PyPI click 2 registry runtime direct",
    );
}

#[test]
fn a_package_that_the_file_lacks_is_a_problem() {
    let uv = "version = 1\n[[package]]\nname = \"app\"\nversion = \"0.1\"\nsource = { virtual = \".\" }\n\
        dependencies = [\n  { name = \"django\" },\n]\n";
    check(
        "uv.lock",
        uv,
        "3 PyPI app 0.1 first-party unknown direct
        ! 7 app requires `django`, which the file does not have",
    );
    let poetry = "[[package]]\nname = \"a\"\nversion = \"1\"\n[package.dependencies]\nsetuptools = \"*\"\n\
        b = {version = \"*\", optional = true}\nc = {version = \"*\", markers = \"extra == 'x'\"}\nd = \">=1\"\n";
    check(
        "poetry.lock",
        poetry,
        "2 PyPI a 1 registry unknown ?
        ! 8 a requires `d`, which the file does not have",
    );
}

#[test]
fn a_lock_file_has_what_the_project_beside_it_asks_for() {
    let in_project = |project: &str, lock: &str, expect: &str| {
        let empty = match lock {
            "uv.lock" => "version = 1\n",
            _ => "package = []\n[metadata]\nlock-version = \"2.1\"\n",
        };
        check_in(&[("x/pyproject.toml", project)], lock, &format!("x/{lock}"), empty, expect);
    };
    let project = "[project]\nname = \"app\"\ndependencies = [\"Django>4\", \"a; python_version<'3'\", \
        \"app[x]\", \"b\", \"c\"]\n[project.optional-dependencies]\nx = [\"d\"]\n\
        [build-system]\nrequires = [\"hatchling\"]\n";
    let more =
        "! 1 pyproject.toml beside it asks for `Django` and 2 more, which the file does not have";
    in_project(project, "uv.lock", more);
    in_project(project, "poetry.lock", more);
    in_project(&format!("{project}[tool.uv]\nexclude-dependencies = [\"b\"]\n"), "uv.lock", "");
    let poetry = "[tool.poetry.dependencies]\npython = \"^3.9\"\na = {version = \"1\", optional = true}\n\
        b = {version = \"1\", markers = \"sys_platform == 'win32'\"}\n";
    in_project(poetry, "poetry.lock", "");
    in_project(
        &format!("{poetry}c = \"^1\"\n"),
        "poetry.lock",
        "! 1 pyproject.toml beside it asks for `c`, which the file does not have",
    );
    // A file of another name may be of another project.
    check_in(&[("pyproject.toml", project)], "uv.lock", "other.lock", "version = 1\n", "");
}

#[test]
fn only_a_lock_file_of_a_workspace_covers_from_above() {
    let above = |manifest: &str, lock: &str| {
        let format = inventory::recognise(manifest).unwrap();
        assert!(format.covered_by.contains(&lock), "{lock}");
        format.covered_above.contains(&lock)
    };
    assert!(above("pyproject.toml", "uv.lock"));
    for lock in ["poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock"] {
        assert!(!above("pyproject.toml", lock), "{lock}");
    }
    assert!(!above("setup.cfg", "uv.lock"));
    for lock in ["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"] {
        assert!(above("package.json", lock), "{lock}");
    }
    assert!(above("Cargo.toml", "Cargo.lock"));
    assert!(!above("requirements.in", "requirements.txt"));
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    check("poetry.lock", "", "! 1 the file is empty");
    check("poetry.lock", "a = 1\n", "! 1 neither [[package]] nor [metadata]; expected a lock file");
    check("uv.lock", "package = 1\n", "! 1 package is a number, expected a list");
    check("uv.lock", "version = 1\n[[package]]\n", "! 2 a package without a name");
    check("pylock.toml", "x = 1\n", "! 1 no `lock-version`; expected a pylock.toml (PEP 751)");
    check("Pipfile.lock", "[]", "! 1 the document is a list, expected a map");
    check(
        "requirements.txt",
        "<!DOCTYPE html>\n<html></html>\n",
        "! 1 an HTML page stands in place of the file",
    );
    check("requirements.txt", "", "");
    check(
        "requirements.txt",
        "a==1\0",
        "! 1 a NUL byte; expected text, and this looks like a binary file",
    );
}

#[test]
fn a_line_ends_where_python_ends_it() {
    for end in ["\r", "\u{b}", "\u{c}", "\u{1c}", "\u{1e}", "\u{85}", "\u{2028}", "\u{2029}"] {
        check(
            "requirements.txt",
            &format!("# c{end}django==2.0{end}a==1 \\{end}  --hash=x{end}\r\nb==2 # d{end}{end}"),
            "1 PyPI django 2.0 registry runtime direct
            1 PyPI a 1 registry runtime direct
            2 PyPI b 2 registry runtime direct",
        );
    }
    check(
        "setup.cfg",
        "[options]\n# c\rinstall_requires = a==1\r\n",
        "2 PyPI a 1 registry runtime direct",
    );
    // A tab and a non-breaking space end nothing.
    check("requirements.txt", "# c\u{1f}\u{a0}\tdjango==2.0\n", "");
    // By lines that share a number nobody can tell whose comment this is.
    check(
        "requirements.txt",
        "a==1\r    # via b\rb==2\r    # via -r x.in\n",
        "1 PyPI a 1 registry runtime direct
        1 PyPI b 2 registry runtime direct",
    );
}

#[test]
fn a_list_in_utf_16_is_read_as_pip_reads_it() {
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend("a==1\r\nb==2\r\n".encode_utf16().flat_map(u16::to_le_bytes));
    let format = inventory::format::by_id("requirements.txt").unwrap();
    let document = inventory::Document { path: "requirements.txt", bytes: &bytes };
    let reading = inventory::read(format, document, &inventory::NoTree);
    let names: Vec<_> = reading.components.iter().map(|c| (c.name.as_str(), c.line)).collect();
    assert_eq!((names, reading.problems.len()), (vec![("a", 1), ("b", 2)], 0));
}
