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
        "2 npm app - first-party unknown direct
        4 npm a ~^1.0.0 registry runtime direct
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
    check(
        "package.json",
        "{\n\"version\": \"1.0.0\", \"name\": \"app\" }",
        "2 npm app 1.0.0 first-party unknown direct",
    );
    check("package.json", "{ \"name\": \"\" }", "");
}

#[test]
fn npm_2_is_read_twice_but_told_once() {
    let text = r#"{ "lockfileVersion": 2,
  "packages": { "": {}, "node_modules/a": { "version": "1.0.0" } },
  "dependencies": { "a": { "version": "1.0.0" },
    "b": { "version": "2.0.0", "dev": true } } }"#;
    check(
        "package-lock.json",
        text,
        "2 npm . - first-party unknown direct
        2 npm a 1.0.0 registry runtime transitive
        4 npm b 2.0.0 registry development ?",
    );
    check(
        "package-lock.json",
        "{ \"lockfileVersion\": 4, \"packages\": {} }",
        "! 1 the file is of version 4, and only 1 to 3 are known",
    );
}

#[test]
fn yarn_1_has_descriptors_and_its_roots_stand_in_the_manifest() {
    let text = r#"# yarn lockfile v1


a@^1.0.0, "a@>=1, <2":
  version "1.2.0"
  resolved "https://registry.yarnpkg.com/a/-/a-1.2.0.tgz#0a2d2506c1fe299691fc5db53a2097db3bd615bc"
  dependencies:
    "@s/b" "^2.0.0"
  optionalDependencies:
    d "*"

"@s/b@^2.0.0":
  version "2.0.0"

"alias@npm:real@^3":
  version "3.0.0"

d@*:
  version "1.0.0"
  resolved "https://codeload.github.com/o/d/tar.gz/0a2d2506c1fe299691fc5db53a2097db3bd615bc"

e@1:
  resolved "https://registry.yarnpkg.com/e/-/e-1.0.0.tgz"
<<<<<<< HEAD
"#;
    let manifest = r#"{ "name": "app", "version": "1.0.0",
        "dependencies": { "a": "^1.0.0" }, "devDependencies": { "alias": "npm:real@^3" } }"#;
    check_in(
        &[("package.json", manifest)],
        "yarn.lock",
        "yarn.lock",
        text,
        "4 npm a 1.2.0 registry runtime direct
        12 npm @s/b 2.0.0 registry runtime transitive
        15 npm real 3.0.0 registry development direct
        18 npm d 1.0.0 git:https://github.com/o/d@0a2d2506c1fe299691fc5db53a2097db3bd615bc runtime transitive
        0 npm app 1.0.0 first-party unknown direct
        0 -> 1
        0 -> 3
        4 -> 0
        4 -> 2
        ! 24 `<<<<<<< HEAD`, expected `name@range:`
        ! 22 package `e` without a version",
    );
}

#[test]
fn berry_has_members_and_resolutions() {
    let text = r#"__metadata:
  version: 8

"a@npm:^1.0.0, a@npm:^1.2.0":
  version: 1.2.0
  resolution: "a@npm:1.2.0"
  dependencies:
    b: "npm:^2.0.0"
  languageName: node

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    a: "npm:^1.0.0"
    c: "npm:real@^3"

"b@npm:^2.0.0":
  version: 2.0.0
  resolution: "b@npm:2.0.0"

"c@npm:real@^3":
  version: 3.0.0
  resolution: "real@npm:3.0.0"

"g@https://github.com/o/g.git":
  version: 1.0.0
  resolution: "g@https://github.com/o/g.git#commit=0123"
"#;
    let manifest =
        r#"{ "dependencies": { "a": "^1.0.0" }, "devDependencies": { "c": "npm:real@^3" } }"#;
    check_in(
        &[("package.json", manifest)],
        "yarn.lock",
        "yarn.lock",
        text,
        "4 npm a 1.2.0 registry runtime direct
        11 npm app - first-party unknown direct
        18 npm b 2.0.0 registry runtime transitive
        22 npm real 3.0.0 registry development direct
        26 npm g 1.0.0 git:https://github.com/o/g.git@0123 unknown transitive
        0 -> 2
        1 -> 0
        1 -> 3",
    );
}

#[test]
fn only_a_first_heading_makes_a_yarn_file_berry() {
    check(
        "yarn.lock",
        "# yarn lockfile v1\n\na@^1:\n  version \"1.2.0\"\n\n__metadata:\n  version: 8\n",
        "3 npm a 1.2.0 registry unknown ?
        ! 6 `__metadata:`, expected `name@range:`",
    );
    check(
        "yarn.lock",
        "# generated\n__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.2.0\n\n\"b@npm:^1\":\n  \
         version: 1.0.0\n  resolution: \"b@1.0.0\"\n",
        "! 5 `a@npm:^1` has the resolution ``, expected `name@protocol:reference`
        ! 8 `b@npm:^1` has the resolution `b@1.0.0`, expected `name@protocol:reference`",
    );
}

#[test]
fn pnpm_9_has_snapshots_importers_and_documents() {
    let text = "lockfileVersion: '9.0'

importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(b@2.0.0)
  tools:
    devDependencies:
      alias:
        specifier: npm:c@3
        version: c@3.0.0

packages:
  a@1.0.0:
    resolution: {integrity: x}
  b@2.0.0: {}
  c@3.0.0: {}
  g@https://codeload.github.com/o/g/tar.gz/0123:
    resolution: {tarball: https://codeload.github.com/o/g/tar.gz/0123}
    version: 6.0.1

snapshots:
  a@1.0.0(b@2.0.0):
    dependencies:
      b: 2.0.0
  b@2.0.0: {}
";
    check(
        "pnpm-lock.yaml",
        text,
        "16 npm a 1.0.0 registry runtime direct
        18 npm b 2.0.0 registry runtime transitive
        19 npm c 3.0.0 registry development direct
        20 npm g 6.0.1 git:https://github.com/o/g@0123 unknown transitive
        4 npm . - first-party unknown direct
        9 npm tools - first-party unknown direct
        0 -> 1
        4 -> 0
        5 -> 2",
    );
}

#[test]
fn pnpm_5_and_6_have_flags() {
    let text = "lockfileVersion: 5.4
dependencies:
  a: 1.0.0_b@2.0.0
packages:
  /a/1.0.0_b@2.0.0:
    dependencies:
      '@s/b': 2.0.0
    dev: false
  /@s/b/2.0.0:
    optional: true
  /d/1.0.0:
    dev: true
  bad:
    dev: false
";
    check(
        "pnpm-lock.yaml",
        text,
        "5 npm a 1.0.0 registry runtime direct
        9 npm @s/b 2.0.0 registry optional transitive
        11 npm d 1.0.0 registry development transitive
        1 npm . - first-party unknown direct
        0 -> 1
        3 -> 0
        ! 13 `bad` names no package and no version",
    );
    check("pnpm-lock.yaml", "lockfileVersion: 3\n", "! 1 lockfileVersion 3, expected 5 to 9");
    check("pnpm-lock.yaml", "a: 1\n", "! 1 no `lockfileVersion`; expected a pnpm-lock.yaml");
}

#[test]
fn bun_has_nested_keys_and_workspaces() {
    let text = r#"{
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "app", "dependencies": { "a": "1", "w": "workspace:*" },
      "devDependencies": { "d": "1" } },
    "packages/w": { "name": "w", "dependencies": { "b": "1" } },
  },
  "packages": {
    "a": ["a@1.0.0", "", { "dependencies": { "b": "2" } }, "sha512-x"],
    "a/b": ["b@2.0.0", "", {}, "sha512-x"],
    "b": ["b@1.0.0", "", {}, "sha512-x"], // kept
    "d": ["d@github:o/d#0123", {}, "o-d-0123"],
    "w": ["w@workspace:packages/w"],
    "z": [],
  }
}"#;
    check(
        "bun.lock",
        text,
        "4 npm app - first-party unknown direct
        6 npm w - first-party unknown direct
        9 npm a 1.0.0 registry runtime direct
        10 npm b 2.0.0 registry runtime transitive
        11 npm b 1.0.0 registry runtime direct
        12 npm d - git:https://github.com/o/d@0123 development direct
        0 -> 2
        0 -> 1
        0 -> 5
        1 -> 4
        2 -> 3
        ! 14 package `z` does not begin with `name@version`",
    );
}

#[test]
fn deno_has_two_registries_and_addresses() {
    let text = r#"{
  "version": "4",
  "specifiers": { "jsr:@std/bytes@1": "1.0.2", "jsr:@std/encoding@1": "1.0.5", "npm:chalk@5": "5.3.0" },
  "jsr": {
    "@std/bytes@1.0.2": {},
    "@std/encoding@1.0.5": { "dependencies": ["jsr:@std/bytes@1"] }
  },
  "npm": {
    "chalk@5.3.0": { "dependencies": ["ansi"] },
    "ansi@6.0.0_peer@1.0.0": {}
  },
  "remote": {
    "https://deno.land/std@0.140.0/path/mod.ts": "00",
    "https://deno.land/std@0.140.0/path/other.ts": "00",
    "https://example.org/a/mod.ts": "00"
  },
  "workspace": { "dependencies": ["npm:chalk@5", "jsr:@std/encoding@1"] }
}"#;
    check(
        "deno.lock",
        text,
        "5 jsr @std/bytes 1.0.2 registry unknown transitive
        6 jsr @std/encoding 1.0.5 registry unknown direct
        9 npm chalk 5.3.0 registry unknown direct
        10 npm ansi 6.0.0 registry unknown transitive
        13 deno https://deno.land/std 0.140.0 foreign:https://deno.land/std unknown ?
        15 deno https://example.org/a - foreign:https://example.org/a unknown ?
        1 -> 0
        2 -> 3",
    );
}
