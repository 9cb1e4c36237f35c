//! go.mod, go.work, go.sum.

use crate::rows::{check, check_in};

#[test]
fn a_build_list_with_its_indirect_modules_and_toolchain() {
    check(
        "go.mod",
        "module example.com/app // the app\n\ngo 1.22.3\n\nrequire (\n\tgithub.com/a/b v1.2.3\n\t\
         golang.org/x/net v0.1.0 // indirect\n)\nrequire example.com/c v2.0.0+incompatible // indirect; why\n\
         exclude example.com/c v1.0.0\nretract [v1.0.0, v1.1.0]\n",
        "1 Go example.com/app - first-party unknown ?
         6 Go github.com/a/b v1.2.3 registry unknown direct
         7 Go golang.org/x/net v0.1.0 registry unknown transitive
         9 Go example.com/c v2.0.0+incompatible registry unknown transitive
         3 Go stdlib 1.22.3 registry runtime direct
         3 Go toolchain 1.22.3 registry runtime direct
         0 -> 1",
    );
}

#[test]
fn replacements_by_module_version_and_path() {
    check(
        "go.mod",
        "module m\ngo 1.21\ntoolchain go1.21.5-custom\nrequire (\n a.org/one v1.0.0\n a.org/two v1.0.0\n \
         a.org/three v1.0.0\n a.org/four v1.0.0\n)\nreplace (\n a.org/one => b.org/one v1.1.0\n \
         a.org/two v9.9.9 => b.org/two v2.0.0\n a.org/three v1.0.0 => ./three\n)\n\
         replace \"a.org/four\" => ../four\n",
        "1 Go m - first-party unknown ?
         11 Go b.org/one v1.1.0 foreign:b.org/one in the place of a.org/one unknown direct
         6 Go a.org/two v1.0.0 registry unknown direct
         13 Go a.org/three v1.0.0 first-party unknown direct
         15 Go a.org/four v1.0.0 first-party unknown direct
         3 Go stdlib 1.21.5 registry runtime direct
         3 Go toolchain 1.21.5 registry runtime direct
         0 -> 1
         0 -> 2
         0 -> 3
         0 -> 4",
    );
}

#[test]
fn the_language_version_names_no_standard_library_and_a_branch_no_version() {
    check(
        "go.mod",
        "module m\ngo 1.18\ntoolchain default\nrequire a.org/one master\n",
        "1 Go m - first-party unknown ?
         4 Go a.org/one ~master registry unknown direct
         2 Go stdlib ~1.18 registry runtime direct
         2 Go toolchain ~1.18 registry runtime direct
         0 -> 1",
    );
}

#[test]
fn before_go_1_17_the_checksums_name_the_indirect_modules() {
    let sum = "a.org/one v1.0.0 h1:x=\na.org/one v1.0.0/go.mod h1:x=\na.org/two v0.1.0 h1:x=\n\
               a.org/two v0.9.0 h1:x=\na.org/two v1.0.0/go.mod h1:x=\n";
    check_in(
        &[("sub/go.sum", sum)],
        "go.mod",
        "sub/go.mod",
        "module m\ngo 1.16\nrequire a.org/one v1.0.0\n",
        "1 Go m - first-party unknown ?
         3 Go a.org/one v1.0.0 registry unknown direct
         2 Go stdlib ~1.16 registry runtime direct
         2 Go toolchain ~1.16 registry runtime direct
         0 Go a.org/two v0.9.0 registry unknown transitive
         0 -> 1",
    );
    check(
        "go.mod",
        "module m\nrequire a.org/one v1.0.0\n",
        "1 Go m - first-party unknown ?
         2 Go a.org/one v1.0.0 registry unknown direct
         0 -> 1
         ! 1 before Go 1.17 indirect modules are not listed here, and no go.sum lies beside",
    );
    check(
        "go.sum",
        sum,
        "1 Go a.org/one v1.0.0 registry unknown ?
         4 Go a.org/two v0.9.0 registry unknown ?",
    );
}

#[test]
fn a_workspace_has_a_toolchain_and_replacements() {
    check(
        "go.work",
        "go 1.23.1\nuse (\n ./a\n ./b\n)\nreplace a.org/one => a.org/two v1.0.0\n",
        "6 Go a.org/two v1.0.0 foreign:a.org/two in the place of a.org/one unknown ?
         1 Go stdlib 1.23.1 registry runtime direct
         1 Go toolchain 1.23.1 registry runtime direct",
    );
}

#[test]
fn what_is_no_go_mod_says_where_and_why() {
    check(
        "go.mod",
        "this is not a go.mod file!",
        "! 1 expected a go.mod directive, found «this»
         ! 1 no «module» and no «require» line: this is no go.mod",
    );
    check("go.mod", "", "! 1 the file is empty");
    check(
        "go.mod",
        "module m\ngo 1.20\nrequire (\n a.org/one\n b.org/\"two v1\n",
        "1 Go m - first-party unknown ?
         2 Go stdlib ~1.20 registry runtime direct
         2 Go toolchain ~1.20 registry runtime direct
         ! 5 a quote inside «b.org/\"two»
         ! 3 the block «require (» is not closed by «)»
         ! 4 expected «require PATH VERSION»",
    );
    check("go.sum", "a.org/one v1.0.0\n", "! 1 expected «MODULE VERSION h1:HASH»");
}
