//! Package.resolved and Podfile.lock.

use crate::rows::check;

#[test]
fn pins_of_every_version() {
    check(
        "Package.resolved",
        r#"{"object": {"pins": [
 {"package": "Nimble", "repositoryURL": "https://github.com/Quick/Nimble.git",
  "state": {"branch": null, "revision": "c93f", "version": "9.2.1"}},
 {"package": "Tip", "repositoryURL": "https://u:p@a.org/tip.git",
  "state": {"branch": "main", "revision": "abcd", "version": null}}]}, "version": 1}"#,
        "2 SwiftURL https://github.com/Quick/Nimble.git 9.2.1 registry unknown ?
         4 SwiftURL https://a.org/tip.git ~main git:https://a.org/tip.git@abcd unknown ?",
    );
    check(
        "Package.resolved",
        r#"{"originHash": "x", "pins": [
 {"identity": "nio", "kind": "remoteSourceControl", "location": "https://github.com/apple/swift-nio",
  "state": {"revision": "aaaa", "version": "2.0.0"}},
 {"identity": "acme.tool", "kind": "registry", "location": "", "state": {"version": "1.0.0"}},
 {"identity": "a.b", "kind": "registry", "location": "https://a.org/b", "state": {"version": "1.0.0"}},
 {"identity": "near", "kind": "localSourceControl", "location": "/src/near", "state": {"revision": "bbbb"}},
 {"identity": "none", "kind": "remoteSourceControl", "location": "https://a.org/none"}], "version": 3}"#,
        "2 SwiftURL https://github.com/apple/swift-nio 2.0.0 registry unknown ?
         4 SwiftURL acme.tool 1.0.0 foreign:a Swift package registry unknown ?
         5 SwiftURL https://a.org/b 1.0.0 foreign:a Swift package registry unknown ?
         6 SwiftURL /src/near - first-party unknown ?
         ! 7 expected a pin with a location and «state»",
    );
    check("Package.resolved", r#"{"pins": [], "version": 2}"#, "");
}

#[test]
fn pods_subspecs_and_sources() {
    check(
        "Podfile.lock",
        r#"PODS:
  - GlossButtonNode (3.1.2):
    - Texture/Core (~> 3)
    - PINCache
  - "GoogleUtilities/NSData+zlib (7.0)"
  - PINCache (3.0.3)
  - Texture (3.1.0):
    - Texture/Core (= 3.1.0)
  - Texture/Core (3.1.0):
    - PINCache (>= 3)
  - Near (1.0)
  - Far (0.2)

DEPENDENCIES:
  - GlossButtonNode
  - Texture/Core (~> 3)
  - Near (from `../Near`)

EXTERNAL SOURCES:
  Near:
    :path: "../Near"
  Far:
    :git: https://github.com/a/far.git
    :branch: main

CHECKOUT OPTIONS:
  Far:
    :commit: 0abc1def
    :git: https://github.com/a/far.git

COCOAPODS: 1.11.2
"#,
        "2 CocoaPods GlossButtonNode 3.1.2 registry unknown direct
         5 CocoaPods GoogleUtilities 7.0 registry unknown transitive
         6 CocoaPods PINCache 3.0.3 registry unknown transitive
         7 CocoaPods Texture 3.1.0 registry unknown direct
         11 CocoaPods Near 1.0 first-party unknown direct
         12 CocoaPods Far 0.2 git:https://github.com/a/far.git@0abc1def unknown transitive
         0 -> 3
         0 -> 2
         3 -> 2",
    );
    check("Podfile.lock", "PODFILE CHECKSUM: aa\n\nCOCOAPODS: 1.12\n", "");
}

#[test]
fn what_is_no_lock_says_where_and_why() {
    check(
        "Package.resolved",
        "{\n\"version\": \"2\"}",
        "! 2 expected «version» 1, 2 or 3 of Package.resolved",
    );
    check("Package.resolved", "{\"version\": 2}", "! 1 expected the key «pins»");
    check("Podfile.lock", "PODS:\n  - A = 4\n", "! 2 expected «NAME (VERSION)»");
    check(
        "Podfile.lock",
        "a: b\n",
        "! 1 expected the key «PODS»; this is no lock file of CocoaPods",
    );
}
