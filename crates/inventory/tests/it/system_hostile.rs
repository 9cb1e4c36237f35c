//! Databases that were forged or damaged: bounded work, a problem, no panic.

use std::time::{Duration, Instant};

use inventory::system::{MAX_PACKAGES, read};
use proptest::prelude::*;

use crate::system_databases::{RPM, berkeley_databases, lines, packages, rpm_database};

/// Builds one rpm header out of (tag, type, count, bytes).
fn header(entries: &[(u32, u32, u32, &[u8])]) -> Vec<u8> {
    let mut index = Vec::new();
    let mut data: Vec<u8> = Vec::new();
    for (tag, kind, count, bytes) in entries {
        for number in [*tag, *kind, u32::try_from(data.len()).unwrap(), *count] {
            index.extend(number.to_be_bytes());
        }
        data.extend(*bytes);
    }
    let mut out = u32::try_from(entries.len()).unwrap().to_be_bytes().to_vec();
    out.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
    out.extend(index);
    out.extend(data);
    out
}

/// An ndb container around headers; one slot may be aimed at another's blob.
fn ndb(headers: &[Vec<u8>], repeat: usize) -> Vec<u8> {
    let little =
        |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let mut slots = Vec::new();
    let mut blobs = Vec::new();
    let count = headers.len() * repeat;
    let pages = (32 + count * 16).div_ceil(4096).max(1);
    for (package, header) in (1u32..).zip(headers) {
        let block = u32::try_from((pages * 4096 + blobs.len()) / 16).unwrap();
        for _ in 0..repeat {
            slots.extend(b"Slot");
            slots.extend(little(&[package, block, 1]));
        }
        blobs.extend(b"BlbS");
        blobs.extend(little(&[package, 1, u32::try_from(header.len()).unwrap()]));
        blobs.extend(header);
        blobs.extend(b"\0\0\0\0\0\0\0\0BlbE");
        blobs.resize(blobs.len().next_multiple_of(16), 0);
    }
    let mut out = b"RpmP".to_vec();
    out.extend(little(&[0, 1, u32::try_from(pages).unwrap(), 9, 0, 0, 0]));
    out.extend(slots);
    while out.len() < pages * 4096 {
        out.extend(b"Slot");
        out.extend(little(&[0, 0, 0]));
    }
    out.extend(blobs);
    out
}

const STRING: u32 = 6;
const ARRAY: u32 = 8;
const INT32: u32 = 4;

fn plain(name: &[u8]) -> Vec<u8> {
    header(&[(1000, STRING, 1, name), (1001, STRING, 1, b"1\0"), (1002, STRING, 1, b"2\0")])
}

#[test]
fn rpm_in_its_own_container() {
    let epoch = 3u32.to_be_bytes();
    let full = header(&[
        (1000, STRING, 1, b"a\0"),
        (1001, STRING, 1, b"1\0"),
        (1002, STRING, 1, b"2\0"),
        (1003, INT32, 1, &epoch),
        (1014, 9, 1, b"MIT\0"),
        (1022, STRING, 1, b"x86_64\0"),
        (1044, STRING, 1, b"s-1-2.src.rpm\0"),
        (1116, INT32, 1, &[0; 4]),
        (1117, ARRAY, 1, b"file\0"),
        (1118, ARRAY, 1, b"/usr/bin/\0"),
    ]);
    let bytes = ndb(&[full, plain(b"b\0"), plain(b"gpg-pubkey\0")], 1);
    let found = packages("usr/lib/sysimage/rpm/Packages.db", &bytes);
    assert_eq!(lines(&found), ["0: a 3:1-2 x86_64, of s 3:1-2, MIT", "0: b 1-2 "]);
}

#[test]
fn a_forged_header_is_a_problem() {
    let check = |header: Vec<u8>, expect: &str| {
        let found = packages("var/lib/rpm/Packages.db", &ndb(&[header, plain(b"good\0")], 1));
        assert_eq!(lines(&found), ["0: good 1-2 ", &format!("0! a package's header: {expect}")]);
    };
    check(Vec::new(), "it is cut or forged");
    check(vec![0xFF; 64], "it is cut or forged");
    check(header(&[]), "it has no name");
    check(header(&[(1000, STRING, 1, b"no end")]), "it has no name");
    check(header(&[(1000, INT32, 1, b"\0\0\0\0")]), "it has no name");
    check(header(&[(1000, STRING, 1, b"x\0")]), "«x» has no version");
    let files = |index: &[u8], folders: &[u8]| {
        header(&[
            (1000, STRING, 1, b"x\0"),
            (1001, STRING, 1, b"1\0"),
            (1117, ARRAY, 2, b"a\0b\0"),
            (1116, INT32, 2, index),
            (1118, ARRAY, 1, folders),
        ])
    };
    check(files(&[0, 0, 0, 0, 0, 0, 0, 1], b"/\0"), "the files of «x» are cut");
    check(files(&[0xFF; 8], b"/\0"), "the files of «x» are cut");
}

#[test]
fn one_long_folder_before_many_names_is_refused() {
    let folder = [vec![b'x'; 1_000_000], vec![0]].concat();
    let names = b"a\0".repeat(100_000);
    let bytes = header(&[
        (1000, STRING, 1, b"x\0"),
        (1001, STRING, 1, b"1\0"),
        (1116, INT32, 100_000, &vec![0; 400_000]),
        (1117, ARRAY, 100_000, &names),
        (1118, ARRAY, 1, &folder),
    ]);
    let found = packages("var/lib/rpm/Packages.db", &ndb(&[bytes], 1));
    assert_eq!(lines(&found), ["0! a package's header: the files of «x» are cut"]);
    let text = format!("P:a\nV:1\nF:{}\n{}\n", "x".repeat(1_000_000), "R:a\n".repeat(200_000));
    let found = packages("lib/apk/db/installed", text.as_bytes());
    assert_eq!(found.packages.len(), 1);
    assert!(found.problems[0].what.starts_with("paths too long"), "{:?}", found.problems);
}

#[test]
fn many_slots_with_one_blob_are_refused() {
    let header = header(&[
        (1000, STRING, 1, b"x\0"),
        (1001, STRING, 1, b"1\0"),
        (9999, STRING, 1, &vec![b'x'; 100_000]),
    ]);
    let found = packages("var/lib/rpm/Packages.db", &ndb(&[header], 1000));
    assert_eq!(
        lines(&found).last().map(String::as_str),
        Some("0! the rpm database is cut or damaged; packages may be missing")
    );
}

#[test]
fn too_many_packages_are_told() {
    let text = "P:a\n\n".repeat(MAX_PACKAGES);
    let found = packages("lib/apk/db/installed", text.as_bytes());
    assert_eq!((found.packages.len(), found.problems.len()), (MAX_PACKAGES, 0));
    let found = packages("lib/apk/db/installed", format!("{text}P:b\n\n").as_bytes());
    let told = format!("more than {MAX_PACKAGES} packages; the rest was not read");
    assert_eq!(found.packages.len(), MAX_PACKAGES);
    assert_eq!(found.problems.iter().map(|p| p.what.as_str()).collect::<Vec<_>>(), [told]);
}

#[test]
fn a_cut_rpm_database_is_told() {
    let bytes = rpm_database();
    for length in [0, 1, 99, 100, 4096, 8192, 40_000, 100_000] {
        let found = packages("var/lib/rpm/rpmdb.sqlite", &bytes[..length]);
        assert!(!found.problems.is_empty(), "{length}: {found:?}");
    }
    assert_eq!(packages("var/lib/rpm/rpmdb.sqlite", &bytes).packages.len(), RPM.len());
}

#[test]
fn a_damaged_berkeley_db_is_told() {
    const CUT: &str = "the rpm database is cut or damaged";
    let [_, bytes] = berkeley_databases();
    let check = |bytes: &[u8], expect: &str| {
        let found = packages("var/lib/rpm/Packages", bytes);
        assert!(found.problems.iter().any(|p| p.what.starts_with(expect)), "{expect}: {found:?}");
    };
    for length in [80, 511, 512, 5_000, bytes.len() - 1] {
        check(&bytes[..length], CUT);
    }
    let with = |at: usize, new: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        bytes
    };
    check(&with(12, &[0, 6, 0x15, 0x61]), "an rpm database of a machine with the other order");
    check(&with(24, &[1]), "a Berkeley DB with encryption");
    check(&with(26, &[1]), "a Berkeley DB with encryption");
    check(&with(20, &[1, 2, 0, 0]), CUT);
    check(&with(32, &[0xFF; 4]), CUT);
    // Every overflow page leads to itself: the value never gets longer than the file.
    let mut circle = bytes.clone();
    for number in 1..bytes.len() / 512 {
        if circle[number * 512 + 25] == 7 {
            circle[number * 512 + 16..][..4].copy_from_slice(&(number as u32).to_le_bytes());
        }
    }
    check(&circle, "a package's header");
    for number in 1..bytes.len() / 512 {
        if circle[number * 512 + 25] == 7 {
            circle[number * 512 + 22..][..2].copy_from_slice(&[0, 0]);
        }
    }
    check(&circle, CUT);
}

#[test]
fn a_view_in_place_of_the_table_is_not_run() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let endless = "CREATE VIEW Packages AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                   SELECT zeroblob(10) AS blob FROM n";
    connection.execute_batch(endless).unwrap();
    let bytes = connection_bytes(connection);
    let start = Instant::now();
    let found = packages("var/lib/rpm/rpmdb.sqlite", &bytes);
    assert_eq!(found.packages.len(), 0);
    assert!(found.problems[0].what.starts_with("the rpm database could not be read"), "{found:?}");
    assert!(start.elapsed() < Duration::from_secs(30));
}

fn connection_bytes(mut connection: rusqlite::Connection) -> Vec<u8> {
    connection.serialize(rusqlite::MAIN_DB).unwrap().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_databases_do_not_break_the_reader(
        places in prop::collection::vec((0usize..229_376, any::<u8>()), 1..40)
    ) {
        let mut bytes = rpm_database();
        for (at, byte) in places {
            bytes[at] = byte;
        }
        packages("var/lib/rpm/rpmdb.sqlite", &bytes);
    }

    #[test]
    fn damaged_containers_do_not_break_the_reader(
        places in prop::collection::vec((0usize..4_300, any::<u8>()), 1..40)
    ) {
        let mut bytes = ndb(&[plain(b"a\0"), plain(b"b\0")], 1);
        let length = bytes.len();
        for (at, byte) in places {
            bytes[at % length] = byte;
        }
        packages("var/lib/rpm/Packages.db", &bytes);
    }

    #[test]
    fn damaged_hashes_do_not_break_the_reader(
        places in prop::collection::vec((0usize..12_800, any::<u8>()), 1..40)
    ) {
        let [_, mut bytes] = berkeley_databases();
        let length = bytes.len();
        for (at, byte) in places {
            bytes[at % length] = byte;
        }
        packages("var/lib/rpm/Packages", &bytes);
    }

    #[test]
    fn any_text_is_read_as_any_database(text in "[PVFRo:a-z \n]{0,200}|\\PC{0,60}") {
        for path in ["var/lib/dpkg/status", "lib/apk/db/installed", "etc/os-release",
            "var/lib/pacman/local/x/desc", "var/lib/rpmmanifest/container-manifest-2"] {
            read(path, text.as_bytes());
        }
    }
}
