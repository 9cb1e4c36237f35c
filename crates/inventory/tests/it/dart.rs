//! pubspec.lock.

use crate::rows::check;

#[test]
fn sources_and_kinds() {
    check(
        "pubspec.lock",
        r#"packages:
  http:
    dependency: "direct main"
    description:
      name: http
      url: "https://pub.dev"
    source: hosted
    version: "0.13.2"
  bridge:
    dependency: "direct dev"
    description:
      path: frb
      resolved-ref: e5adce55
      url: "https://github.com/a/bridge"
    source: git
    version: "1.32.0"
  near:
    dependency: "direct overridden"
    description: {path: "../near", relative: true}
    source: path
    version: "1.0.0"
  flutter:
    dependency: transitive
    description: flutter
    source: sdk
    version: "0.0.0"
  odd:
    source: floppy
    version: 1.5
  bare:
    source: hosted
sdks:
  dart: ">=2.18.0 <3.0.0"
"#,
        "2 Pub http 0.13.2 registry runtime direct
         9 Pub bridge 1.32.0 git:https://github.com/a/bridge@e5adce55 development direct
         17 Pub near 1.0.0 first-party unknown direct
         22 Pub flutter 0.0.0 foreign:sdk flutter unknown transitive
         27 Pub odd 1.5 foreign: unknown ?
         ! 27 expected «source: hosted», git, path or sdk, found «floppy»
         ! 30 expected a package with «version» and «source»",
    );
}

#[test]
fn no_packages_and_no_lock_are_told_apart() {
    check("pubspec.lock", "packages:\nsdks:\n  dart: \"2\"\n", "");
    check("pubspec.lock", "packages: {}\n", "");
    check(
        "pubspec.lock",
        "sdks:\n  dart: \"2\"\n",
        "! 1 expected the key «packages»; this is no lock file of pub",
    );
    check("pubspec.lock", "it is broken", "! 1 the document is a string, expected a map");
    check("pubspec.lock", "packages: [a]\n", "! 1 «packages» is a list, expected a map");
}
