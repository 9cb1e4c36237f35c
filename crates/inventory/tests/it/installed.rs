//! Is what lies installed read as its own tool would list it: Python, Node, Ruby, R, PHP, .NET?

use inventory::Reading;
use inventory::installed::{self, MAX_ARCHIVE, MAX_PROGRAM, MAX_TEXT};
use inventory::system::Want;
use proptest::prelude::*;

use crate::rows::rows;

/// Reads and compares the rows of [`crate::rows::check`]; «nothing» where the file tells of nothing.
#[track_caller]
pub fn check(path: &str, bytes: impl AsRef<[u8]>, expect: &str) {
    let reading = installed::read(path, bytes.as_ref());
    let found = reading.as_ref().map_or_else(|| "nothing".to_owned(), rows);
    let expect: Vec<&str> = expect.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(found.trim_end(), expect.join("\n"));
}

/// What a file must tell of.
#[track_caller]
pub fn reading(path: &str, bytes: &[u8]) -> Reading {
    installed::read(path, bytes).expect("software")
}

#[test]
fn files_are_wanted_by_their_path() {
    let wants = |path| installed::wants(path, 1, false);
    for path in [
        "usr/lib/python3/dist-packages/a-1.0.dist-info/METADATA",
        "usr/lib/python3/dist-packages/a-1.0.dist-info/direct_url.json",
        "usr/lib/python3/dist-packages/a-1.0.egg-info/PKG-INFO",
        "usr/lib/python3/dist-packages/a-1.0.egg-info",
        "srv/a-1.0-py2.7.egg/EGG-INFO/PKG-INFO",
        "app/node_modules/a/package.json",
        "usr/lib/ruby/gems/3.1.0/specifications/a-1.0.gemspec",
        "usr/lib/ruby/gems/3.1.0/specifications/default/a-1.0.gemspec",
        "app/vendor/bundle/ruby/3.1.0/bundler/gems/a-0123456789ab/a.gemspec",
        "usr/lib/R/library/a/DESCRIPTION",
        "usr/lib/R/site-library/a/DESCRIPTION",
        "app/vendor/composer/installed.json",
        "app/A.deps.json",
    ] {
        assert_eq!(wants(path), Some(Want::Whole(MAX_TEXT)), "{path}");
    }
    for path in ["a.jar", "opt/b.WAR", "opt/c.ear", "opt/d.jpi", "srv/a-1.0-py2.7.egg"] {
        assert_eq!(wants(path), Some(Want::Whole(MAX_ARCHIVE)), "{path}");
    }
    for path in ["usr/bin/a", "opt/x/sbin/b", "srv/c.EXE"] {
        assert_eq!(wants(path), Some(Want::Program(MAX_PROGRAM)), "{path}");
    }
    for path in [
        "",
        "METADATA",
        ".jar",
        "package.json",
        "app/package.json",
        "usr/lib/libc.so.6",
        "srv/rails/a.gemspec",
        "srv/library/a/DESCRIPTION",
        "usr/lib/python3/dist-packages/~a-1.0.dist-info/METADATA",
        "usr/lib/python2.7/lib-dynload/Python-2.7.egg-info",
        "usr/lib/python2.7/wsgiref.egg-info",
    ] {
        assert_eq!(wants(path), None, "{path}");
    }
    assert_eq!(installed::wants("opt/tool", 1, true), Some(Want::Program(MAX_PROGRAM)));
    assert_eq!(installed::wants("opt/tool", 0, true), None);
    // The caller compares sizes, so that it can say what was too large.
    assert_eq!(installed::wants("a.jar", u64::MAX, false), Some(Want::Whole(MAX_ARCHIVE)));
}

#[test]
fn python_metadata_names_a_distribution() {
    let text = "Metadata-Version: 2.1\nName: Jinja2\nVersion: 3.1.2\nLicense: BSD-3-Clause\n\
                Classifier: License :: OSI Approved :: BSD License\n\
                Requires-Dist: MarkupSafe (>=2.0)\n\nName: not this\n";
    let path = "usr/lib/python3/dist-packages/Jinja2-3.1.2.dist-info/METADATA";
    check(path, text, "2 PyPI Jinja2 3.1.2 registry unknown ?");
    assert_eq!(reading(path, text.as_bytes()).details[&0].licences, ["BSD-3-Clause"]);
    // A file of 2005 in another encoding, as a file and not in a folder.
    let old = b"Metadata-Version: 1.0\r\nName: wxPython\r\nVersion: 2.8\r\nAuthor: Andr\xe9\r\n";
    check("x/wxPython-2.8.egg-info", old, "2 PyPI wxPython 2.8 registry unknown ?");
    let folded = "Name: a\nDescription: x\n  Version: 2\nVersion: 1\n";
    check("x/site-packages/a.egg-info/PKG-INFO", folded, "1 PyPI a 1 registry unknown ?");
}

#[test]
fn licences_of_python_come_from_the_best_field() {
    let licences = |fields: &str| {
        let text = format!("Name: a\nVersion: 1\n{fields}");
        let reading = reading("a-1.dist-info/METADATA", text.as_bytes());
        reading.details.get(&0).map(|d| d.licences.join(" | ")).unwrap_or_default()
    };
    assert_eq!(licences("License: MIT License\nLicense-Expression: MIT\n"), "MIT");
    assert_eq!(
        licences("License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n"),
        "MIT License"
    );
    // A whole licence text is none that could be named.
    assert_eq!(licences("License: Permission is hereby granted,\n        free of charge\n"), "");
}

#[test]
fn metadata_that_names_nothing_is_a_problem() {
    let nothing = "! 1 expected «Name:» and «Version:» of a Python distribution";
    check("a-1.dist-info/METADATA", "", nothing);
    check("a-1.dist-info/METADATA", "Name: a\n", nothing);
    check("a-1.dist-info/METADATA", "Name: a\n\nVersion: 1\n", nothing);
    check("a-1.dist-info/METADATA", [0u8, 255, 10, 0], nothing);
    let bytes = b"Name: a\xff\nVersion: 1\n";
    check(
        "a-1.dist-info/METADATA",
        bytes,
        "! 1 the name or the version has bytes that are no text",
    );
}

#[test]
fn a_distribution_under_development_is_first_party() {
    let text = "Name: ours\nVersion: 1.0\n";
    check("srv/ours/src/ours.egg-info/PKG-INFO", text, "1 PyPI ours 1.0 first-party unknown ?");
    let site = "usr/lib/python3/dist-packages/ours.egg-info/PKG-INFO";
    check(site, text, "1 PyPI ours 1.0 registry unknown ?");
    let elsewhere = "opt/x/ours-1.0-py3.9.egg-info/PKG-INFO";
    check(elsewhere, text, "1 PyPI ours 1.0 registry unknown ?");
}

#[test]
fn direct_url_tells_what_is_not_from_an_index() {
    let of = |json: &str, expect: &str| {
        check("v/site-packages/my_pkg-1.0+x.dist-info/direct_url.json", json, expect);
    };
    of(
        r#"{"dir_info": {"editable": true}, "url": "file:///srv/app"}"#,
        "1 PyPI my_pkg 1.0+x first-party unknown ?",
    );
    of(
        r#"{"url": "https://tok@github.com/o/r", "vcs_info": {"vcs": "git", "commit_id": "abc"}}"#,
        "1 PyPI my_pkg 1.0+x git:https://github.com/o/r@abc unknown ?",
    );
    of(
        r#"{"url": "https://hg.example/r", "vcs_info": {"vcs": "hg", "commit_id": "abc"}}"#,
        "1 PyPI my_pkg 1.0+x foreign:https://hg.example/r unknown ?",
    );
    of(
        r#"{"url": "https://u:p@e.org/x.whl", "archive_info": {}}"#,
        "1 PyPI my_pkg 1.0+x foreign:https://e.org/x.whl unknown ?",
    );
    of(
        r#"{"url": "https://files.pythonhosted.org/x.whl", "archive_info": {}}"#,
        "1 PyPI my_pkg 1.0+x registry unknown ?",
    );
    of("{}", "! 1 expected the key «url» with a text");
    of("[", "! 1 not JSON here: the end of the file, expected `,` or `]`");
    check(
        "x.dist-info/direct_url.json",
        "{}",
        "! 0 expected a folder called «NAME-VERSION.dist-info»",
    );
}

#[test]
fn a_package_of_node_is_its_manifest() {
    let path = "app/node_modules/@babel/core/package.json";
    let text = "{\n \"name\": \"@babel/core\",\n \"version\": \"7.20.0\",\n \"license\": \"MIT\"}";
    check(path, text, "2 npm @babel/core 7.20.0 registry unknown ?");
    assert_eq!(reading(path, text.as_bytes()).details[&0].licences, ["MIT"]);
    let of = |json: &str, expect: &str| check("node_modules/folder/package.json", json, expect);
    // Installed under another name (`npm:` aliases).
    of(r#"{"name": "real", "version": "1.0.0"}"#, "1 npm real 1.0.0 registry unknown ?");
    of(
        r#"{"name": "a", "version": "1.0.0", "_resolved": "git+https://github.com/o/r.git#abc"}"#,
        "1 npm a 1.0.0 git:https://github.com/o/r.git@abc unknown ?",
    );
    of(
        r#"{"name": "a", "version": "1.0.0", "private": true}"#,
        "1 npm a 1.0.0 first-party unknown ?",
    );
    of(
        r#"{"name": "a", "version": "1.0.0", "private": true,
            "_resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"}"#,
        "1 npm a 1.0.0 registry unknown ?",
    );
    // Nobody can evaluate these, and they are there.
    of(r#"{"name": "a"}"#, "1 npm a - registry unknown ?");
    of(r#"{"type": "module"}"#, "1 npm folder - registry unknown ?");
    of("", "! 1 the file is empty");
    of("[]", "! 1 the document is a list, expected a map");
    of(&"[".repeat(100_000), "! 1 nested more than 128 deep");
}

#[test]
fn a_gem_is_read_without_running_it() {
    let text = "# -*- encoding: utf-8 -*-\n# stub: nokogiri 1.13.3 x86_64-linux lib\n\n\
        Gem::Specification.new do |s|\n  s.name = \"nokogiri\".freeze\n  s.version = \"1.13.3\"\n\
        \x20 s.platform = \"x86_64-linux\".freeze\n  s.licenses = [\"MIT\".freeze, \"X\"]\n\
        \x20 s.add_runtime_dependency(%q<racc>.freeze, [\"~> 1.4\"])\nend\n";
    let path = "usr/lib/ruby/gems/3.1.0/specifications/nokogiri-1.13.3-x86_64-linux.gemspec";
    check(path, text, "5 RubyGems nokogiri 1.13.3 registry unknown ?");
    // The extensions of a default gem stand on the second line, with NUL between them.
    let extensions = "# -*-\n# stub: json 2.6.1 ruby lib\n# stub: a/extconf.rb\0b/extconf.rb\n";
    let default = "usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec";
    check(default, extensions, "1 RubyGems json 2.6.1 registry unknown ?");
    assert_eq!(reading(path, text.as_bytes()).details[&0].licences, ["MIT", "X"]);
    // Written by hand: only the stub, only the file's name, code in the place of a text.
    let folder = "usr/share/rubygems-integration/all/specifications";
    let of = |name: &str, text: &str, expect: &str| {
        check(&format!("{folder}/{name}.gemspec"), text, expect)
    };
    of(
        "rake-13.0.6",
        "# stub: rake 13.0.6 ruby lib\n",
        "1 RubyGems rake 13.0.6 registry unknown ?",
    );
    of(
        "net-http-2-1.2-java",
        "s.version = Net::VERSION\ns.name = \"#{x}\"\n",
        "0 RubyGems net-http 2 registry unknown ?",
    );
    of(
        "a-b-1.2.pre-java",
        "s.version = Gem::Version.new('1.2.pre')\n",
        "0 RubyGems a-b 1.2.pre registry unknown ?",
    );
    of(
        "a-1.0",
        "s.name = 'b'\ns.version = '2'\n",
        "1 RubyGems b 2 registry unknown ?
        ! 1 the file's name says a-1.0, its content b 2",
    );
    check(
        "vendor/bundle/ruby/3.1.0/bundler/gems/rails-0123456789ab/rails.gemspec",
        "  s.name = \"rails\"\n  s.version = version\n",
        "1 RubyGems rails - git:@0123456789ab unknown ?",
    );
}

#[test]
fn an_r_package_is_its_description() {
    let of = |text: &str, expect: &str| check("usr/lib/R/library/x/DESCRIPTION", text, expect);
    of(
        "Package: jsonlite\nVersion: 1.8.4\nLicense: MIT + file LICENSE\nRepository: CRAN\n",
        "1 CRAN jsonlite 1.8.4 registry unknown ?",
    );
    of("Package: base\nVersion: 4.2.2\nPriority: base\n", "1 CRAN base 4.2.2 registry unknown ?");
    of(
        "Package: limma\nVersion: 3.54\nbiocViews: A,\n  B\n",
        "1 Bioconductor limma 3.54 registry unknown ?",
    );
    of(
        "Package: g\nVersion: 1\nRemoteType: github\nRemoteHost: api.github.com\n\
         RemoteUsername: o\nRemoteRepo: r\nRemoteSha: abc\n",
        "1 CRAN g 1 git:https://github.com/o/r@abc unknown ?",
    );
    of(
        "Package: own\nVersion: 1\n",
        "1 CRAN own 1 foreign:an R package that names no repository unknown ?",
    );
    of("Title: x\n", "! 1 expected «Package:» and «Version:» of an R package");
}

#[test]
fn lists_of_php_and_dotnet_are_read_as_elsewhere() {
    let composer =
        r#"{"packages": [{"name": "a/b", "version": "v1.2.0"}], "dev-package-names": []}"#;
    check(
        "srv/vendor/composer/installed.json",
        composer,
        "1 Packagist a/b 1.2.0 registry runtime ?",
    );
    let deps = r#"{"runtimeTarget": {"name": "net8"}, "targets": {"net8": {"P/1.0.0": {}}},
        "libraries": {"P/1.0.0": {"type": "package"}}}"#;
    check("app/App.deps.json", deps, "1 NuGet P 1.0.0 registry runtime ?");
}

#[test]
fn one_long_line_and_many_lines_are_read_once() {
    let mut text = String::from("Name: a\nVersion: 1\nLicense: ");
    text.push_str(&"x".repeat(4 << 20));
    text.push_str(&"\n y".repeat(1 << 20));
    check("a-1.dist-info/METADATA", &text, "1 PyPI a 1 registry unknown ?");
    let many = format!("Name: a\nVersion: 1\n{}", "Classifier: License :: X\n".repeat(200_000));
    assert!(reading("a-1.dist-info/METADATA", many.as_bytes()).details[&0].licences.len() <= 16);
}

proptest! {
    #[test]
    fn no_text_makes_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in r#"([\[\]{}"':=#. \n\t-]|Name|Version|name|version|url|license|s\.|# stub: |packages|a|1){0,40}"#,
    ) {
        for path in [
            "x-1.dist-info/METADATA",
            "x-1.dist-info/direct_url.json",
            "node_modules/x/package.json",
            "specifications/x-1.gemspec",
            "bundler/gems/x-0123456/x.gemspec",
            "site-library/x/DESCRIPTION",
            "composer/installed.json",
            "x.deps.json",
            "x-1.jar",
            "x.egg",
            "bin/x",
        ] {
            prop_assert!(installed::wants(path, 1, false).is_some());
            for content in [&bytes, text.as_bytes()] {
                let reading = installed::read(path, content).unwrap_or_default();
                prop_assert!(reading.components.iter().all(|c| !c.name.is_empty()), "{}", path);
            }
        }
    }
}
