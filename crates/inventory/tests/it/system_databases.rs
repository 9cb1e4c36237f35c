//! What the package databases say, each as its tool writes it.

use inventory::system::{Fact, Packages, Want, is_program, read, wants};

/// The packages that a file tells of.
pub fn packages(path: &str, bytes: &[u8]) -> Packages {
    assert!(matches!(wants(path, 0, true), Some(Want::Whole(_))), "{path}");
    match read(path, bytes) {
        Some(Fact::Packages(found)) => found,
        other => panic!("{path}: {other:?}"),
    }
}

/// One line for each package, and one for each problem.
pub fn lines(found: &Packages) -> Vec<String> {
    let mut lines = Vec::new();
    for p in &found.packages {
        let mut line = format!("{}: {} {} {}", p.line, p.name, p.version, p.architecture);
        if let Some((name, version)) = &p.source {
            line += &format!(", of {name} {version}");
        }
        if !p.licence.is_empty() {
            line += &format!(", {}", p.licence);
        }
        lines.push(line);
    }
    lines.extend(found.problems.iter().map(|p| format!("{}! {}", p.line, p.what)));
    lines
}

#[test]
fn dpkg_counts_what_has_files() {
    let stanza = |name: &str, state: &str| {
        format!(
            "Package: {name}\nStatus: {state}\nMaintainer: Ä\n B\nArchitecture: amd64\nVersion: 1:1.0-1\n\
             Description: short\n Package: not-this\n .\n\tVersion: 9\n\n"
        )
    };
    let text = [
        stanza("installed", "install ok installed"),
        stanza("left", "deinstall ok config-files"),
        stanza("purged", "purge ok not-installed"),
        stanza("unpacked", "install ok unpacked"),
        stanza("held", "hold ok half-configured"),
        stanza("triggers", "install ok triggers-awaited"),
        stanza("half", "install reinstreq half-installed"),
        stanza("odd", "install"),
    ]
    .concat();
    assert_eq!(
        lines(&packages("var/lib/dpkg/status", text.as_bytes())),
        [
            "1: installed 1:1.0-1 amd64",
            "34: unpacked 1:1.0-1 amd64",
            "45: held 1:1.0-1 amd64",
            "56: triggers 1:1.0-1 amd64",
            "67: half 1:1.0-1 amd64",
            "78: odd 1:1.0-1 amd64",
            "67! «half» has the state «half-installed»: its files may be there in part",
            "78! «odd» has the state «(none)»: its files may be there in part",
        ]
    );
}

#[test]
fn a_source_has_its_own_name_and_version() {
    let check = |source: &str, expect: Option<(&str, &str)>| {
        let text = format!(
            "Package: bin\nVersion: 2-1+b1\nSource: {source}\nStatus: install ok installed\n\n"
        );
        let found = packages("var/lib/dpkg/status", text.as_bytes());
        let expect = expect.map(|(name, version)| (name.to_owned(), version.to_owned()));
        assert_eq!(found.packages[0].source, expect, "{source}");
    };
    check("src", Some(("src", "2-1+b1")));
    check("src (2-1)", Some(("src", "2-1")));
    check("bin (2-1)", Some(("bin", "2-1")));
    check("bin", None);
    check("", None);
}

#[test]
fn what_is_only_signed_is_known_by_what_was_built() {
    let check = |stanza: &str, expect: Option<(&str, &str)>| {
        let text = format!("{stanza}\nStatus: install ok installed\n\n");
        let found = packages("var/lib/dpkg/status", text.as_bytes());
        let expect = expect.map(|(name, version)| (name.to_owned(), version.to_owned()));
        assert_eq!(found.packages[0].source, expect, "{stanza}");
    };
    check(
        "Package: linux-image-6.1.0-56-amd64\nSource: linux-signed-amd64 (6.1.192+2)\nVersion: 6.1.192-2\n\
         Built-Using: linux (= 6.1.192-2)",
        Some(("linux", "6.1.192-2")),
    );
    check(
        "Package: grub-efi-amd64-signed\nVersion: 1+2.06+13+deb12u2\nBuilt-Using: grub2 (= 2.06-13+deb12u2)",
        Some(("grub2", "2.06-13+deb12u2")),
    );
    let ubuntu =
        "Package: linux-image-6.8.0-31-generic\nVersion: 6.8.0-31.31\nSource: linux-signed";
    check(ubuntu, Some(("linux", "6.8.0-31.31")));
    check(&format!("{ubuntu}-hwe-6.8"), Some(("linux-hwe-6.8", "6.8.0-31.31")));
    check("Package: x-signed\nVersion: 1", None);
    check("Package: docker.io\nVersion: 1\nBuilt-Using: glibc (= 2.36-9), golang (= 1)", None);
}

#[test]
fn a_part_of_a_distroless_image_is_installed() {
    let text = "package: libc6\nSOURCE: glibc\nVersion: 2.36-9\nArchitecture: amd64";
    assert_eq!(
        lines(&packages("var/lib/dpkg/status.d/libc6", text.as_bytes())),
        [
            "1: libc6 2.36-9 amd64, of glibc 2.36-9",
            "4! the file ends within a line; it may be cut, and packages missing"
        ]
    );
}

#[test]
fn a_database_that_is_empty_or_cut_is_told() {
    let check = |path: &str, text: &str, expect: &str| {
        let found = packages(path, text.as_bytes());
        let told = found.problems.iter().map(|p| p.what.as_str()).next();
        assert!(told.is_some_and(|told| told.starts_with(expect)), "{path}: {found:?}");
    };
    for path in ["var/lib/dpkg/status", "lib/apk/db/installed", "usr/lib/opkg/status"] {
        check(path, "", "the package database is empty");
        check(path, "\n\n", "the package database is empty");
    }
    check(
        "var/lib/dpkg/status",
        "Package: a\nVersion: 1\nStatus: install ok inst",
        "«a» has the state",
    );
    check("var/lib/dpkg/status", "Version: 1\n\n", "a stanza without «Package»");
    check("var/lib/dpkg/status", "\u{1}\u{2}\n", "expected «Field: value»");
    check("lib/apk/db/installed", "V:1\n\n", "a package without a name");
    check("lib/apk/db/installed", "P:a\nV:1", "the file ends within a line");
    check("lib/apk/db/installed", "<html>\n", "expected «X:value»");
    check("var/lib/rpm/rpmdb.sqlite", "", "expected a SQLite database");
    check("var/lib/rpm/Packages.db", "", "expected a database of rpm");
    check("var/lib/rpm/Packages", "", "expected a hash of Berkeley DB");
    check("var/lib/rpm/Packages", "x", "expected a hash of Berkeley DB");
    check("var/lib/rpm/rpmdb.sqlite-wal", "x", "the newest changes to the rpm database");
    check("var/lib/rpmmanifest/container-manifest-2", "", "the package database is empty");
    check("nix/var/nix/db/db.sqlite", "x", "a package database of Nix");
    assert_eq!(read("usr/lib/sysimage/rpm/rpmdb.sqlite-wal", b""), None);
}

#[test]
fn only_configuration_left_is_no_empty_database() {
    let text = "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n\n";
    assert_eq!(packages("var/lib/dpkg/status", text.as_bytes()), Packages::default());
}

/// Two packages as apk-tools 2.14 writes them.
const APK: &str = "C:Q1p78yvTLG094tHE1+dToJGbmYzQE=
P:alpine-baselayout
V:3.4.3-r1
A:x86_64
S:8890
I:331776
T:Alpine base dir structure and init scripts
U:https://git.alpinelinux.org/cgit/aports/tree/main/alpine-baselayout
L:GPL-2.0-only
o:alpine-baselayout
m:Natanael Copa <ncopa@alpinelinux.org>
t:1683642107
c:65502ca9379dd29d1ac4b0bf0dcf03a3dd1b324a
D:alpine-baselayout-data=3.4.3-r1 /bin/sh
q:1000
F:dev
F:etc
F:etc/apk
R:motd
Z:Q1SLkS9hBidUbPwwrw+XR0Whv3ww8=

C:Q1kMwaMVbKmOm8W8DHHFRmzhHN4tg=
P:ssl_client
V:1.36.1-r2
A:x86_64
L:GPL-2.0-only
o:busybox
F:usr
F:usr/bin
R:ssl_client
a:0:0:755

";

#[test]
fn apk_names_packages_and_origins() {
    let expect = [
        "1: alpine-baselayout 3.4.3-r1 x86_64, GPL-2.0-only",
        "22: ssl_client 1.36.1-r2 x86_64, of busybox 1.36.1-r2, GPL-2.0-only",
    ];
    assert_eq!(lines(&packages("lib/apk/db/installed", APK.as_bytes())), expect);
    assert_eq!(lines(&packages("usr/lib/apk/db/installed", APK.as_bytes())), expect);
}

/// A database that rpm 4.18 made of four small packages and a key (`rpm --justdb -i`, `rpm --import`).
pub fn rpm_database() -> Vec<u8> {
    let packed = include_bytes!("../fixtures/rpmdb.sqlite.zst");
    zstd::decode_all(packed.as_slice()).unwrap()
}

/// What `rpm -qa` says of it, the key aside.
pub const RPM: [&str; 4] = [
    "0: gabion-sample 2:1.2-3.el9 noarch, Apache-2.0",
    "0: libsample 2:1.2.7-3.el9 noarch, of gabion-sample 2:1.2-3.el9, MIT",
    "0: python3-sample 2:1.2-3.el9 noarch, of gabion-sample 2:1.2-3.el9, Apache-2.0",
    "0: plain-sample 0~rc1-1 noarch, MIT AND BSD-3-Clause",
];

#[test]
fn rpm_in_sqlite() {
    let bytes = rpm_database();
    assert_eq!(lines(&packages("usr/lib/sysimage/rpm/rpmdb.sqlite", &bytes)), RPM);
    // In write-ahead mode, which rpm uses, and in the other.
    let mut rollback = bytes.clone();
    assert_eq!(rollback[18..20], [2, 2]);
    rollback[18..20].copy_from_slice(&[1, 1]);
    assert_eq!(lines(&packages("var/lib/rpm/rpmdb.sqlite", &rollback)), RPM);
}

/// The same packages in a hash of Berkeley DB 5.3, of pages that hold some values whole and of small ones
/// (`db_load`); rpm's own reader of it says the same.
pub fn berkeley_databases() -> [Vec<u8>; 2] {
    let whole = include_bytes!("../fixtures/Packages-4096.zst").as_slice();
    let small = include_bytes!("../fixtures/Packages-512.zst").as_slice();
    [whole, small].map(|packed| zstd::decode_all(packed).unwrap())
}

#[test]
fn rpm_in_berkeley_db() {
    for bytes in berkeley_databases() {
        let mut found = lines(&packages("var/lib/rpm/Packages", &bytes));
        found.sort();
        let mut expect = RPM;
        expect.sort();
        assert_eq!(found, expect);
    }
}

#[test]
fn an_image_without_its_rpm_database_has_a_list() {
    let text = "bash\t5.1.8-4.cm2\t1667333\t1665333\tMicrosoft Corporation\t(none)\t5\tx86_64\t0\tbash-5.1.8-4.cm2.src.rpm\n\
                openssl-libs\t1.1.1k-21.cm2\t1\t1\tMicrosoft Corporation\t2\t5\tx86_64\t2\topenssl-1.1.1k-21.cm2.src.rpm\n\
                short\t1\n";
    assert_eq!(
        lines(&packages("var/lib/rpmmanifest/container-manifest-2", text.as_bytes())),
        [
            "1: bash 5.1.8-4.cm2 x86_64",
            "2: openssl-libs 2:1.1.1k-21.cm2 x86_64, of openssl 2:1.1.1k-21.cm2",
            "3! expected ten fields between tabs"
        ]
    );
}

#[test]
fn packages_of_tools_without_an_ecosystem_are_named() {
    let desc = "%NAME%\nlibx\n\n%VERSION%\n1:2.0-1\n\n%BASE%\nx\n\n%ARCH%\nx86_64\n\n%LICENSE%\nMIT\nGPL\n\n";
    assert_eq!(
        lines(&packages("var/lib/pacman/local/libx-1:2.0-1/desc", desc.as_bytes())),
        ["1: libx 1:2.0-1 x86_64, of x 1:2.0-1, MIT"]
    );
    let found = packages("var/lib/pacman/local/a-1/desc", b"nothing");
    assert_eq!(lines(&found), ["1! expected «%NAME%» and «%VERSION%» of a package of pacman"]);
    let check = |folder: &str, expect: &str| {
        let path = format!("var/db/pkg/{folder}/PF");
        assert_eq!(lines(&packages(&path, b"x\n")), [expect]);
    };
    check("dev-libs/openssl-3.0.11-r1", "0: dev-libs/openssl 3.0.11-r1 ");
    check("app-misc/ca-certificates-20230311.3.90", "0: app-misc/ca-certificates 20230311.3.90 ");
    check("sys-apps/x-2-y-1", "0: sys-apps/x-2-y 1 ");
    let opkg = "Package: busybox\nVersion: 1.36.1-1\nStatus: install user installed\nArchitecture: mips\n\n";
    assert_eq!(
        lines(&packages("usr/lib/opkg/status", opkg.as_bytes())),
        ["1: busybox 1.36.1-1 mips"]
    );
}

#[test]
fn only_database_files_are_asked_for() {
    for path in [
        "etc/os-release",
        "usr/lib/os-release",
        "./etc/os-release",
        "var/lib/dpkg/status",
        "var/lib/dpkg/status.d/base",
        "var/lib/dpkg/info/libc6:amd64.list",
        "var/lib/dpkg/info/bash.list",
        "lib/apk/db/installed",
        "var/lib/rpm/Packages",
    ] {
        assert!(wants(path, 0, false).is_some(), "{path}");
    }
    for path in [
        "var/lib/dpkg/status-old",
        "var/lib/dpkg/available",
        "var/lib/dpkg/info/bash.md5sums",
        "var/lib/dpkg/info/a/b.list",
        "var/lib/dpkg/info/.list",
        "home/x/var/lib/dpkg/status",
        "var/lib/rpm/Name",
        "etc/os-release.d",
        "var/lib/pacman/local/ALPM_DB_VERSION",
    ] {
        assert_eq!(wants(path, 0, false), None, "{path}");
    }
}

#[test]
fn a_list_is_of_its_package() {
    let owner = |path: &str| match read(path, b"/.\n/usr/bin/x\n") {
        Some(Fact::Owned(owned)) => owned.package,
        other => panic!("{path}: {other:?}"),
    };
    assert_eq!(owner("var/lib/dpkg/info/libc6:amd64.list"), "libc6");
    assert_eq!(owner("var/lib/dpkg/info/g++.list"), "g++");
    assert_eq!(owner("var/lib/dpkg/status.d/tzdata.md5sums"), "tzdata");
}

#[test]
fn programs_are_known_by_their_first_bytes() {
    assert!(is_program(b"\x7FELF\x02\x01\x01"));
    assert!(is_program(b"MZ\x90\0"));
    assert!(is_program(b"\xCF\xFA\xED\xFE\x07\0\0\x01"));
    assert!(is_program(b"\xCA\xFE\xBA\xBE\0\0\0\x02"));
    assert!(!is_program(b"\xCA\xFE\xBA\xBE\0\0\0\x3D"), "a Java class");
    assert!(!is_program(b"#!/bin/sh\n"));
    assert!(!is_program(b""));
}
