//! conan.lock of both generations.

use crate::rows::check;

#[test]
fn lists_of_conan_2() {
    check(
        "conan.lock",
        r#"{"version": "0.5", "requires": [
  "zlib/1.2.11#ffa7%1667396813.184",
  "tool/1.0@acme/testing#00",
  "range/[>1.0]",
  "1.2.3#ffa7"],
 "build_requires": ["ninja/1.11.1@_/_"], "python_requires": []}"#,
        "2 ConanCenter zlib 1.2.11 registry runtime ?
         3 ConanCenter tool 1.0 foreign:acme/testing runtime ?
         4 ConanCenter range ~[>1.0] registry runtime ?
         6 ConanCenter ninja 1.11.1 registry development ?
         ! 5 expected a reference, «NAME/VERSION»",
    );
    check("conan.lock", r#"{"version": "0.5", "requires": []}"#, "");
}

#[test]
fn the_graph_of_conan_1() {
    check(
        "conan.lock",
        r#"{"graph_lock": {"nodes": {
  "0": {"ref": "app/1.0", "requires": ["1"], "build_requires": ["3"], "path": "conanfile.py"},
  "1": {"ref": "freetype/2.12.1#aa", "requires": ["2"], "context": "host"},
  "2": {"pref": "zlib/1.2.11#5f49:1972#5884"},
  "3": {"ref": "ninja/1.11.1", "context": "host"},
  "4": {"ref": "cmake/3.2", "context": "build"},
  "5": {"ref": "wrong/ref/format"}}}, "version": "0.4"}"#,
        "2 ConanCenter app 1.0 first-party unknown ?
         3 ConanCenter freetype 2.12.1 registry runtime direct
         4 ConanCenter zlib 1.2.11 registry runtime transitive
         5 ConanCenter ninja 1.11.1 registry development direct
         6 ConanCenter cmake 3.2 registry development transitive
         0 -> 1
         0 -> 3
         1 -> 2
         ! 7 expected a reference, «NAME/VERSION»",
    );
    check(
        "conan.lock",
        r#"{"graph_lock": {"nodes": {"a": {"pref": null, "requires": {"zlib/1.2": "b"}},
 "b": {"pref": "zlib/1.2:19"}}}}"#,
        "2 ConanCenter zlib 1.2 registry runtime direct",
    );
}

#[test]
fn what_is_no_lock_says_where_and_why() {
    check("conan.lock", "{}", "! 1 expected «graph_lock» (Conan 1) or «requires» (Conan 2)");
    check("conan.lock", "{\"requires\": {}}", "! 1 «requires» is a map, expected a list");
    check(
        "conan.lock",
        "{\"graph_lock\": {\"nodes\": 1}}",
        "! 1 «nodes» is a number, expected a map",
    );
}
