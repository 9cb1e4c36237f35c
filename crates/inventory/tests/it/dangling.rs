//! Is a lock file that lacks what the project asks for told from one of a project that asks for nothing?

use crate::rows::{check, check_in};

const ASKS: &str = r#"{ "name": "app", "dependencies": { "a": "^1.0.0" }, "devDependencies": { "d": "1" },
    "optionalDependencies": { "o": "1" }, "peerDependencies": { "p": "1" } }"#;
const NOTHING: &str = r#"{ "name": "app" }"#;

const A: &str = "! 1 `package.json` asks for `a`, which the file does not have";
const D: &str = "! 1 `package.json` asks for `d`, which the file does not have";

/// An empty lock file is a problem beside a manifest that asks, and only there.
fn empty(id: &str, text: &str, rows: &str) {
    check_in(&[("package.json", ASKS)], id, id, text, &format!("{rows}\n{A}\n{D}"));
    check_in(&[("package.json", NOTHING)], id, id, text, rows);
}

#[test]
fn an_empty_lock_file_does_not_cover_a_manifest_that_asks() {
    empty("package-lock.json", r#"{ "lockfileVersion": 3, "packages": {} }"#, "");
    empty(
        "package-lock.json",
        r#"{ "lockfileVersion": 3, "packages": { "": {} } }"#,
        "1 npm . - first-party unknown direct",
    );
    empty("package-lock.json", r#"{ "lockfileVersion": 1 }"#, "");
    empty(
        "package-lock.json",
        r#"{ "lockfileVersion": 1, "dependencies": {} }"#,
        "0 npm app - first-party unknown direct",
    );
    empty("pnpm-lock.yaml", "lockfileVersion: '9.0'\nimporters:\n  .: {}\n", "");
    empty("bun.lock", r#"{ "lockfileVersion": 1, "workspaces": {}, "packages": {} }"#, "");
    empty("yarn.lock", "# yarn lockfile v1\n", "0 npm app - first-party unknown direct");
    empty("yarn.lock", "__metadata:\n  version: 8\n", "");
}

#[test]
fn what_the_root_or_a_member_asks_for_has_to_be_in_npms_lock() {
    check(
        "package-lock.json",
        r#"{ "lockfileVersion": 3, "packages": {
  "": { "name": "app", "dependencies": { "o": "1", "here": "1" },
    "devDependencies": { "d": "1" }, "optionalDependencies": { "o": "1" },
    "peerDependencies": { "p": "1" } },
  "packages/w": { "name": "w", "version": "0.0.1",
    "dependencies": { "b": "1" } },
  "node_modules/here": { "version": "1.0.0", "dependencies": { "not-ours": "1" } } } }"#,
        "2 npm app - first-party unknown direct
        5 npm w 0.0.1 first-party unknown direct
        7 npm here 1.0.0 registry runtime direct
        0 -> 2
        ! 3 `app` asks for `d`, which the file does not have
        ! 6 `w` asks for `b`, which the file does not have",
    );
}

#[test]
fn what_an_importer_of_pnpm_asks_for_has_to_be_a_package() {
    check(
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0
      w:
        specifier: workspace:*
        version: link:packages/w
  packages/w:
    devDependencies:
      b:
        specifier: ^2.0.0
        version: 2.0.0
packages:
  a@1.0.0: {}
snapshots:
  a@1.0.0: {}
  b@2.0.0: {}
",
        "17 npm a 1.0.0 registry runtime direct
        3 npm . - first-party unknown direct
        1 -> 0
        ! 13 `packages/w` asks for `b`, which the file does not have",
    );
}

#[test]
fn what_a_workspace_of_bun_asks_for_has_to_be_a_package() {
    check(
        "bun.lock",
        r#"{ "lockfileVersion": 1, "workspaces": {
  "": { "name": "app", "dependencies": { "a": "1" }, "optionalDependencies": { "o": "1" } } },
  "packages": {} }"#,
        "2 npm app - first-party unknown direct
        ! 2 `app` asks for `a`, which the file does not have",
    );
}

#[test]
fn what_is_asked_for_has_to_be_an_entry_of_yarn() {
    // Under another range it is there: `resolutions` does that.
    let classic = "# yarn lockfile v1\n\na@^2:\n  version \"2.0.0\"\n";
    check_in(
        &[("package.json", ASKS)],
        "yarn.lock",
        "yarn.lock",
        classic,
        &format!(
            "3 npm a 2.0.0 registry unknown transitive
            0 npm app - first-party unknown direct\n{D}"
        ),
    );
    // The members of a workspace of Yarn 1 have no entries.
    let root = r#"{ "workspaces": ["w"], "dependencies": { "a": "^2", "w": "1.0.0" } }"#;
    check_in(
        &[("package.json", root)],
        "yarn.lock",
        "yarn.lock",
        classic,
        "3 npm a 2.0.0 registry runtime direct
        0 npm . - first-party unknown direct
        1 -> 0",
    );
    check(
        "yarn.lock",
        "__metadata:\n  version: 8\n\n\"app@workspace:.\":\n  version: 0.0.0-use.local\n  \
         resolution: \"app@workspace:.\"\n  dependencies:\n    a: \"npm:^1\"\n    w: \"link:./w\"\n",
        "4 npm app - first-party unknown direct
        ! 4 `app` asks for `a`, which the file does not have",
    );
}
