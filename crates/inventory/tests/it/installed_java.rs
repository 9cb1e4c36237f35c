//! Are the artifacts in archives of Java found, and are hostile archives refused?

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::installed::{check, reading};

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    archive_by(CompressionMethod::Deflated, entries)
}

fn archive_by(method: CompressionMethod, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn pom(group: &str, artifact: &str, version: &str) -> (String, String) {
    let name = format!("META-INF/maven/{group}/{artifact}/pom.properties");
    let text =
        format!("#Created by Maven\ngroupId={group}\nartifactId={artifact}\nversion={version}\n");
    (name, text)
}

fn jar(group: &str, artifact: &str, version: &str) -> Vec<u8> {
    let (name, text) = pom(group, artifact, version);
    archive(&[("A.class", b"x"), (&name, text.as_bytes())])
}

#[test]
fn a_jar_bears_the_coordinates_of_its_pom() {
    let bytes = jar("org.apache.logging.log4j", "log4j-core", "2.14.1");
    let row = "0 Maven org.apache.logging.log4j:log4j-core 2.14.1 registry unknown ?";
    check("opt/log4j-core-2.14.1.jar", &bytes, row);
    // A renamed one is the same.
    check("opt/lib.jar", &bytes, row);
    let hashes = &reading("opt/lib.jar", &bytes).details[&0].hashes;
    assert_eq!((hashes[0].0.as_str(), hashes[0].1.len()), ("SHA-256", 64));
    // A script that starts it may stand before the archive.
    let script = [b"#!/bin/sh\nexec java -jar \"$0\"\n".as_slice(), &bytes].concat();
    check("opt/lib.jar", script, row);
}

#[test]
fn a_shaded_jar_is_all_its_parts() {
    let (a, b) = (pom("org.a", "a", "1.0"), pom("com.b", "b", "${revision}"));
    let entries = [("X.class", b"x".as_slice()), (&a.0, a.1.as_bytes()), (&b.0, b.1.as_bytes())];
    let parts = "0 Maven org.a:a 1.0 registry unknown ?
        0 Maven com.b:b ~${revision} registry unknown ?";
    check("opt/a-1.0.jar", archive(&entries), parts);
    check("opt/app.jar", archive(&entries), parts);
    // The name speaks of a third artifact, whose group nobody tells.
    let third = "0 Maven tool 3.0 foreign:a jar without Maven coordinates unknown ?";
    check("opt/tool-3.0-all.jar", archive(&entries), &format!("{third}\n{parts}"));
}

#[test]
fn without_coordinates_a_jar_is_never_from_the_registry() {
    let class = ("A.class", b"x".as_slice());
    let manifest = |text: &str| archive(&[class, ("META-INF/MANIFEST.MF", text.as_bytes())]);
    let of = |path: &str, bytes: &[u8], name: &str| {
        let row = format!("0 Maven {name} foreign:a jar without Maven coordinates unknown ?");
        check(path, bytes, &row);
    };
    of("opt/commons-io-2.4.jar", &archive(&[class]), "commons-io 2.4");
    of("opt/tools.jar", &archive(&[class]), "tools -");
    let wrapped = "Manifest-Version: 1.0\r\nImplementation-Title: spring-c\r\n ore\r\n\
        Implementation-Version: 5.3.1\r\n\r\nName: A.class\r\nImplementation-Version: 9\r\n";
    of("opt/x.jar", &manifest(wrapped), "spring-core 5.3.1");
    let bundle = "Bundle-SymbolicName: org.a.b;singleton:=true\nBundle-Version: 1.2.3\n";
    of("opt/x.jar", &manifest(bundle), "org.a.b 1.2.3");
    let vendor = "Implementation-Vendor-Id: org.a\nImplementation-Title: All of A\n";
    of("opt/a-core-1.0.jar", &manifest(vendor), "org.a:a-core 1.0");
    // The path of a repository is no guess.
    let cached = "root/.m2/repository/commons-io/commons-io/2.4/commons-io-2.4.jar";
    check(cached, archive(&[class]), "0 Maven commons-io:commons-io 2.4 registry unknown ?");
    check("opt/a-1.0-sources.jar", archive(&[("A.java", b"x")]), "nothing");
}

#[test]
fn an_application_is_what_it_carries() {
    let (a, b) = (jar("org.a", "a", "1.0"), jar("org.b", "b", "2.0"));
    let boot = archive_by(
        CompressionMethod::Stored,
        &[
            ("BOOT-INF/lib/a-1.0.jar", &a),
            ("BOOT-INF/lib/b-2.0.jar", &b),
            ("org/Loader.class", b"x"),
        ],
    );
    let row = "0 Maven svc 0.1 first-party unknown ?
        0 Maven org.a:a 1.0 registry unknown ?
        0 Maven org.b:b 2.0 registry unknown ?";
    check("app/svc-0.1.jar", boot, row);
    let war = archive(&[("WEB-INF/lib/a-1.0.jar", &a), ("WEB-INF/lib/same.jar", &a)]);
    let rows = "0 Maven shop - first-party unknown ?
        0 Maven org.a:a 1.0 registry unknown ?";
    check("srv/shop.war", &war, rows);
    let ear = archive(&[("META-INF/application.xml", b"<x/>"), ("shop.war", &war)]);
    check("srv/all.ear", ear, &format!("0 Maven all - first-party unknown ?\n{rows}"));
}

#[test]
fn what_cannot_be_read_is_named_by_its_place() {
    check("opt/x.jar", "", "nothing");
    check("opt/x.nar", "no zip", "nothing");
    check(
        "opt/x.jar",
        "no zip",
        "! 0 x.jar: no zip archive: invalid Zip archive: Could not find EOCD",
    );
    let war = archive(&[("WEB-INF/lib/b.jar", b"no zip"), ("WEB-INF/../../\x07c.jar", b"PK")]);
    check(
        "srv/a.war",
        war,
        "0 Maven a - first-party unknown ?
        ! 0 a.war!/WEB-INF/lib/b.jar: no zip archive: invalid Zip archive: Could not find EOCD
        ! 0 a.war!/WEB-INF/../../\u{fffd}c.jar: no zip archive: invalid Zip archive: Could not find EOCD",
    );
    let whole = jar("org.a", "a", "1.0");
    for cut in [whole.len() - 1, whole.len() / 2, 30] {
        let cut = reading("a.jar", &whole[..cut]);
        assert_eq!((cut.components.len(), cut.problems.len()), (0, 1));
    }
}

#[test]
fn an_entry_behind_another_of_its_name_is_told() {
    let (a, b) = (jar("org.a", "a", "1.0"), jar("org.b", "b", "1.0"));
    let twice = |same: &str| {
        let mut bytes =
            archive(&[("x/a.jar", &a), ("y/a.jar", &b), ("A.txt", b""), ("B.txt", b"")]);
        let parts: Vec<usize> =
            (0..bytes.len()).filter(|at| bytes[*at..].starts_with(same.as_bytes())).collect();
        parts.iter().for_each(|at| bytes[*at] = if same == "y/" { b'x' } else { b'B' });
        bytes
    };
    let row = "0 Maven org.b:b 1.0 registry unknown ?";
    let problem = "! 0 q.jar!/x/a.jar: several entries have this name; only the last was read";
    check("q.jar", twice("y/"), &format!("{row}\n{problem}"));
    // A script before it shifts every place.
    let shifted = [b"#!/bin/sh\n".as_slice(), &twice("y/")].concat();
    check("q.jar", shifted, &format!("{row}\n{problem}"));
    // Of other names it does not matter; licences and notices are often there twice.
    check("q.jar", twice("A.txt"), &format!("0 Maven org.a:a 1.0 registry unknown ?\n{row}"));
}

#[test]
fn archives_within_archives_end_at_five() {
    let mut bytes = jar("org.a", "a", "1.0");
    for _ in 1..5 {
        bytes = archive(&[("x.jar", &bytes)]);
    }
    check("x.jar", &bytes, "0 Maven org.a:a 1.0 registry unknown ?");
    let sixth = archive(&[("x.jar", &bytes)]);
    check(
        "x.jar",
        sixth,
        "! 0 x.jar!/x.jar!/x.jar!/x.jar!/x.jar!/x.jar: more than 5 archives within each other; not read",
    );
}

#[test]
fn a_bomb_is_refused() {
    // 64 MiB of zeros in 64 KiB: no archive packs so well.
    let zeros = archive(&[("x.jar", &vec![0u8; 64 << 20])]);
    assert!(zeros.len() < 100 << 10);
    check(
        "a.jar",
        &zeros,
        "! 0 a.jar!/x.jar: unpacks to more than 200 times its size; it was not read",
    );
}

#[test]
fn entries_are_counted_before_they_are_listed() {
    // A central directory of nothing but signatures: each is an entry of 46 bytes without a name.
    let entry = [b"PK\x01\x02".as_slice(), &[0u8; 42]].concat();
    let count = 250_001usize;
    let mut bytes = entry.repeat(count);
    let size = u32::try_from(bytes.len()).unwrap();
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff");
    bytes.extend_from_slice(&size.to_le_bytes());
    bytes.extend_from_slice(&[0; 6]);
    check("a.jar", bytes, "! 0 a.jar: more than 250000 entries; it was not read");
}

#[test]
fn a_jar_of_many_parts_is_read() {
    let poms: Vec<(String, String)> = (0..2_000).map(|i| pom("g", &format!("a{i}"), "1")).collect();
    let entries: Vec<(&str, &[u8])> =
        poms.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let reading = reading("a.jar", &archive(&entries));
    assert_eq!((reading.components.len(), reading.problems.len()), (2_000, 0));
    let long = archive(&[("META-INF/maven/g/a/pom.properties", &[b'#'; (64 << 10) + 1])]);
    check(
        "a.jar",
        long,
        "! 0 a.jar!/META-INF/maven/g/a/pom.properties: larger than 65536 bytes; it was not read",
    );
}

#[test]
fn a_zipped_egg_has_its_metadata_inside() {
    let egg = archive(&[("EGG-INFO/PKG-INFO", b"Name: six\nVersion: 1.0\n"), ("six.py", b"x")]);
    check("x/site-packages/six-1.0-py2.7.egg", egg, "1 PyPI six 1.0 registry unknown ?");
    check("x/site-packages/six.egg", "no zip", "nothing");
}

#[test]
fn no_changed_byte_makes_a_panic() {
    let inner = jar("org.a", "a", "1.0");
    let whole = archive(&[("META-INF/MANIFEST.MF", b"Bundle-Version: 1\n"), ("b.jar", &inner)]);
    let first = reading("a.jar", &whole);
    assert_eq!((first.components.len(), first.problems.len()), (1, 0));
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut changed = whole.clone();
            changed[at] = value;
            let _ = inventory::installed::read("a.jar", &changed);
        }
    }
}

#[test]
fn coordinates_that_were_not_filled_in_or_are_no_text_are_not_passed_over() {
    let (name, _) = pom("org.a", "a", "1");
    let unfilled = b"groupId=${project.groupId}\nartifactId=a\nversion=1.0\n";
    check(
        "opt/a.jar",
        archive(&[("A.class", b"x"), (&name, unfilled)]),
        "0 Maven org.a:a 1.0 registry unknown ?",
    );
    let name = "META-INF/maven/\u{1}/a/pom.properties";
    let nothing = archive(&[("A.class", b"x".as_slice()), (name, b"version=1")]);
    let problems = reading("opt/b.jar", &nothing).problems;
    assert_eq!(
        problems[0].what,
        "b.jar!/META-INF/maven/\u{fffd}/a/pom.properties: expected «groupId» and «artifactId» of a \
         Maven artifact"
    );
}

#[test]
fn an_egg_that_cannot_be_read_is_a_problem() {
    let mut bytes = archive(&[("EGG-INFO/PKG-INFO", b"Name: a\nVersion: 1\n")]);
    bytes.truncate(bytes.len() - 10);
    let problems = reading("site-packages/a-1.egg", &bytes).problems;
    assert!(problems[0].what.starts_with("an egg of Python: no zip archive"), "{problems:?}");
}
