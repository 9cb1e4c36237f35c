//! Does the JavaScript family read what its tools write?

use crate::rows::{check, check_in};

#[test]
fn npm_3_has_folders_workspaces_links_and_aliases() {
    let text = r#"{
  "name": "app", "version": "1.0.0", "lockfileVersion": 3,
  "packages": {
    "": { "name": "app", "version": "1.0.0", "workspaces": ["packages/*"],
      "dependencies": { "a": "^1.0.0", "alias": "npm:real@^2.0.0" },
      "devDependencies": { "d": "1" }, "optionalDependencies": { "o": "1" } },
    "node_modules/a": { "version": "1.2.3",
      "resolved": "https://registry.npmjs.org/a/-/a-1.2.3.tgz", "dependencies": { "b": "1" } },
    "node_modules/a/node_modules/b": { "version": "1.0.0", "dependencies": { "@s/c": "*" } },
    "node_modules/b": { "version": "2.0.0" },
    "node_modules/@s/c": { "version": "3.0.0", "dependencies": { "b": "2" } },
    "node_modules/alias": { "name": "real", "version": "2.0.0" },
    "node_modules/d": { "version": "1.0.0", "dev": true,
      "resolved": "git+ssh://git@github.com/o/d.git#0123" },
    "node_modules/o": { "version": "1.0.0", "devOptional": true },
    "node_modules/w": { "resolved": "packages/w", "link": true },
    "packages/w": { "name": "w", "version": "0.0.1", "dependencies": { "b": "2" } }
  }
}"#;
    check(
        "package-lock.json",
        text,
        "4 npm app 1.0.0 first-party unknown direct
        7 npm a 1.2.3 registry runtime direct
        9 npm b 1.0.0 registry runtime transitive
        10 npm b 2.0.0 registry runtime direct
        11 npm @s/c 3.0.0 registry runtime transitive
        12 npm real 2.0.0 registry runtime direct
        13 npm d 1.0.0 git:ssh://git@github.com/o/d.git@0123 development direct
        15 npm o 1.0.0 registry optional direct
        17 npm w 0.0.1 first-party unknown direct
        0 -> 1
        0 -> 5
        0 -> 6
        0 -> 7
        1 -> 2
        2 -> 4
        4 -> 3
        8 -> 3",
    );
}

#[test]
fn npm_1_is_nested_and_its_roots_stand_in_the_manifest() {
    let text = r#"{
  "lockfileVersion": 1,
  "dependencies": {
    "a": { "version": "1.0.0", "requires": { "b": "1", "c": "1" },
      "dependencies": {
        "b": { "version": "1.1.0" } } },
    "b": { "version": "2.0.0", "dev": true },
    "c": { "version": "npm:@real/c@1.5.0" },
    "g": { "version": "github:o/g#0123" },
    "f": { "version": "file:../f" }
  }
}"#;
    let components = "4 npm a 1.0.0 registry runtime ?
        6 npm b 1.1.0 registry runtime ?
        7 npm b 2.0.0 registry development ?
        8 npm @real/c 1.5.0 registry runtime ?
        9 npm g - git:https://github.com/o/g@0123 runtime ?
        10 npm f - first-party runtime ?";
    check("npm-shrinkwrap.json", text, &format!("{components}\n0 -> 1\n0 -> 3"));
    check_in(
        &[("x/package.json", r#"{ "name": "app", "dependencies": { "a": "1" } }"#)],
        "package-lock.json",
        "x/package-lock.json",
        text,
        "4 npm a 1.0.0 registry runtime direct
        6 npm b 1.1.0 registry runtime transitive
        7 npm b 2.0.0 registry development transitive
        8 npm @real/c 1.5.0 registry runtime transitive
        9 npm g - git:https://github.com/o/g@0123 runtime transitive
        10 npm f - first-party runtime transitive
        0 npm app - first-party unknown direct
        0 -> 1
        0 -> 3
        6 -> 0",
    );
}

#[test]
fn a_wrong_shape_is_a_problem_and_an_empty_lock_is_none() {
    let wrong = |text: &str, problem: &str| check("package-lock.json", text, problem);
    wrong("[]", "! 1 the document is a list, expected a map");
    wrong("{\n\"packages\": []}", "! 2 packages is a list, expected a map");
    wrong(
        "{}",
        "! 1 none of `lockfileVersion`, `packages`, `dependencies`; expected npm's lock file",
    );
    wrong(
        "{\"packages\": {\n\"node_modules/a\": {}}}",
        "! 2 package `node_modules/a` without a version",
    );
    wrong("<!DOCTYPE html><html></html>", "! 1 an HTML page stands in place of the file");
    wrong("{ \"lockfileVersion\": 3, \"packages\": {} }", "");
}

#[test]
fn a_manifest_has_ranges_and_pins() {
    let text = r#"{
  "name": "app",
  "dependencies": {
    "a": "^1.0.0",
    "b": "1.2.3",
    "c": "npm:real@~2.0.0",
    "d": "owner/name#main",
    "e": "git+https://user:secret@example.org/e.git#0123",
    "f": "workspace:*",
    "g": "latest",
    "h": "https://example.org/h.tgz"
  },
  "devDependencies": { "i": ">=1 <2" },
  "peerDependencies": { "j": 7 }
}"#;
    check(
        "package.json",
        text,
        "4 npm a ~^1.0.0 registry runtime direct
        5 npm b 1.2.3 registry runtime direct
        6 npm real ~~2.0.0 registry runtime direct
        7 npm d - git:https://github.com/owner/name@main runtime direct
        8 npm e - git:https://example.org/e.git@0123 runtime direct
        9 npm f - first-party runtime direct
        10 npm g ~latest registry runtime direct
        11 npm h - foreign:https://example.org/h.tgz runtime direct
        13 npm i ~>=1 <2 registry development direct
        ! 14 j is a number, expected a specifier",
    );
}
