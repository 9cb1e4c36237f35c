//! What is left when a process is killed, a disk is full, a file is read-only, two write at once.

#![expect(clippy::disallowed_methods, reason = "a test starts and ends processes of its own")]

use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ledger::{Ledger, LedgerError, Mode, Place};

use crate::made::{at, author, import, in_a_file, opened};
use crate::server::Server;

/// Findings of one import of the one that is killed.
const EACH: u64 = 150;

/// This program once more, to do one thing with a ledger.
fn again(what: &str, place: &Place) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    with(&mut command, what, place);
    command
}

fn with(command: &mut Command, what: &str, place: &Place) {
    let place = match place {
        Place::File(path) => path.display().to_string(),
        Place::Postgres(url) => url.clone(),
    };
    command.args(["--exact", "ends::started_by_the_others", "--nocapture"]);
    command.env("GABION_LEDGER_DOES", what).env("GABION_LEDGER_PLACE", place);
}

#[test]
fn started_by_the_others() {
    let (Ok(what), Ok(place)) =
        (std::env::var("GABION_LEDGER_DOES"), std::env::var("GABION_LEDGER_PLACE"))
    else {
        return;
    };
    let place = if place.starts_with("postgres") {
        Place::Postgres(place)
    } else {
        Place::File(place.into())
    };
    let mut out = std::io::stdout();
    match what.as_str() {
        "many" => {
            let mut ledger = opened(&place);
            for turn in ledger.head().unwrap().entry as u64.. {
                writeln!(out, "begins").unwrap();
                import(&mut ledger, "one", turn * EACH..(turn + 1) * EACH, "2026-11-10");
                writeln!(out, "committed {}", turn + 1).unwrap();
            }
        }
        _ => {
            let said = Ledger::open(&place, Mode::Existing).and_then(|mut ledger| {
                let mut write = ledger.write(author("ada"), at("2026-11-11"), &mut |_| {})?;
                for _ in 0..20_000 {
                    let text = "x".repeat(100);
                    write.append(&ledger::Change::Commented { finding: 1, text })?;
                }
                write.commit("decision", "")
            });
            writeln!(out, "said {}", said.map_or_else(|e| format!("{e:?}"), |_| "ok".to_owned()))
                .unwrap();
        }
    }
}

/// Kills a writer at many points; after each, every import is there whole or not at all.
fn killed(place: &Place, kills: usize) {
    let mut promised = 0;
    for kill in 0..kills {
        let mut child = again("many", place).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for _ in 0..=kill % 5 {
            while let Some(Ok(line)) = lines.next() {
                if let Some(turn) = line.strip_prefix("committed ") {
                    promised = turn.parse::<i64>().unwrap();
                } else if line == "begins" {
                    break;
                }
            }
        }
        // Let it come a way into the import, another one each time.
        let mut spin = 0_u64;
        for n in 0..(kill as u64 % 7) * 400_000 {
            spin = std::hint::black_box(spin.wrapping_add(n));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let mut ledger = opened(place);
        let head = ledger.head().unwrap();
        assert!(head.entry >= promised, "{} of {promised}", head.entry);
        let mut findings = 0;
        ledger
            .each_finding(None, false, &mut |_| {
                findings += 1;
                true
            })
            .unwrap();
        assert_eq!(findings, head.entry as u64 * EACH);
        let verified = ledger.verify(false, Some(&head), &mut |_, _| {}).unwrap();
        assert_eq!(verified.faults, []);
    }
    let verified = opened(place).verify(true, None, &mut |_, _| {}).unwrap();
    assert_eq!(verified.faults, []);
}

#[test]
fn a_killed_writer_leaves_all_or_nothing_in_a_file() {
    let (_folder, place) = in_a_file();
    killed(&place, 12);
}

#[test]
fn a_killed_writer_leaves_all_or_nothing_on_a_server() {
    let Some(server) = Server::start("a killed writer on PostgreSQL") else { return };
    killed(&server.place("killed"), 6);
}

/// Two write at once: nothing is lost.
fn two_at_once(place: &Place) {
    opened(place);
    std::thread::scope(|scope| {
        for writer in 0..2_u64 {
            scope.spawn(move || {
                let mut ledger = opened(place);
                for turn in 0..6 {
                    let from = (writer * 100 + turn) * 10;
                    import(&mut ledger, &format!("asset {writer}"), from..from + 10, "2026-11-10");
                }
            });
        }
    });
    let mut ledger = opened(place);
    let verified = ledger.verify(true, None, &mut |_, _| {}).unwrap();
    assert_eq!((verified.entries, verified.faults), (12, Vec::new()));
    let page = ledger.queue(&Default::default(), at("2026-11-11"), 0, 1).unwrap();
    assert_eq!(page.open, 120);
}

#[test]
fn two_writers_lose_nothing_in_a_file() {
    let (_folder, place) = in_a_file();
    two_at_once(&place);
}

#[test]
fn two_writers_lose_nothing_on_a_server() {
    let Some(server) = Server::start("two writers on PostgreSQL") else { return };
    two_at_once(&server.place("two"));
}

#[test]
fn two_that_make_a_ledger_at_once_have_one_key() {
    let (_folder, place) = in_a_file();
    let place = &place;
    let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
        let make = || opened(place).secrets_key().unwrap();
        let both = [scope.spawn(make), scope.spawn(make)];
        both.map(|one| one.join().unwrap()).to_vec()
    });
    assert_eq!(keys[0], keys[1]);
}

#[test]
fn a_waiting_writer_is_told_so() {
    let (_folder, place) = in_a_file();
    let (mut first, mut second) = (opened(&place), opened(&place));
    let held = first.write(author("ada"), at("2026-11-10"), &mut |_| {}).unwrap();
    let mut held = Some(held);
    let mut told = 0;
    second
        .write(author("bob"), at("2026-11-10"), &mut |_| {
            told += 1;
            held = None;
        })
        .unwrap();
    assert_eq!(told, 1);
}

fn said(command: &mut Command) -> String {
    let out = command.stderr(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let said =
        text.lines().find_map(|line| line.split_once("said ").map(|(_, said)| said.to_owned()));
    said.unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn a_full_disk_is_said_and_leaves_nothing() {
    let (_folder, place) = in_a_file();
    let mut ledger = opened(&place);
    let head = import(&mut ledger, "one", 0..10, "2026-11-10");
    drop(ledger);
    // A limit of the size of files acts as a full disk does; its signal is ignored, so that the write fails.
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$0\" \"$@\""]);
    shell.arg(std::env::current_exe().unwrap());
    with(&mut shell, "one", &place);
    let answer = said(&mut shell);
    assert!(answer.starts_with("NotWritable"), "{answer}");
    let mut ledger = opened(&place);
    assert_eq!(ledger.head().unwrap(), head);
    assert_eq!(ledger.verify(true, Some(&head), &mut |_, _| {}).unwrap().faults, []);
    assert_eq!(said(&mut again("one", &place)), "ok");
}

#[test]
fn a_read_only_file_is_said_and_can_be_read() {
    let (folder, place) = in_a_file();
    let head = import(&mut opened(&place), "one", 0..10, "2026-11-10");
    let Place::File(path) = &place else { panic!() };
    let mode = |path: &Path, mode: u32| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(path, mode).unwrap();
    };
    let mut ledger = Ledger::open(&place, Mode::ReadOnly).unwrap();
    assert_eq!(ledger.head().unwrap(), head);
    let refused = ledger.write(author("ada"), at("2026-11-11"), &mut |_| {}).err();
    assert!(matches!(refused, Some(LedgerError::NotWritable { .. })));
    drop(ledger);
    mode(path, 0o444);
    mode(folder.path(), 0o555);
    // Root may write everything, so another user has to try, with a copy of this program that he may read.
    let copies = tempfile::tempdir().unwrap();
    mode(copies.path(), 0o755);
    let program: PathBuf = copies.path().join("it");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    mode(&program, 0o755);
    let root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0;
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    with(&mut command, "one", &place);
    let answer = said(&mut command);
    assert!(answer.starts_with("NotWritable"), "{answer}");
    mode(folder.path(), 0o755);
}

#[test]
fn a_file_is_private_whatever_the_umask_and_a_newer_one_is_refused() {
    let (folder, place) = in_a_file();
    let mut ledger = opened(&place);
    import(&mut ledger, "one", 0..10, "2026-11-10");
    for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
        let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata().unwrap());
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.path());
    }
    drop(ledger);
    let Place::File(path) = &place else { panic!() };
    let past = rusqlite::Connection::open(path).unwrap();
    past.execute_batch("PRAGMA user_version = 99").unwrap();
    let error = Ledger::open(&place, Mode::Create).err().unwrap();
    assert!(matches!(error, LedgerError::Newer { found: 99, .. }), "{error}");
    let missing = Place::File(folder.path().join("none.db"));
    assert!(matches!(Ledger::open(&missing, Mode::Existing), Err(LedgerError::Missing(_))));
    assert!(matches!(Ledger::open(&missing, Mode::ReadOnly), Err(LedgerError::Missing(_))));
    assert!(!folder.path().join("none.db").exists());
    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE x (y)").unwrap();
    let error = Ledger::open(&Place::File(other.clone()), Mode::Create).err().unwrap();
    assert!(error.to_string().contains("no ledger"), "{error}");
    std::fs::write(&other, "hello").unwrap();
    assert!(Ledger::open(&Place::File(other), Mode::Create).is_err());
}

#[test]
fn a_ledger_of_version_0_is_brought_forward() {
    let (_folder, place) = in_a_file();
    let Place::File(path) = &place else { panic!() };
    // Made, and then the power went: the file is there and holds nothing.
    std::fs::write(path, "").unwrap();
    import(&mut opened(&place), "one", 0..2, "2026-11-10");
    let past = rusqlite::Connection::open(path).unwrap();
    let version: i64 = past.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 2);
}

#[test]
fn a_ledger_of_version_1_has_its_rows_computed_anew() {
    let (_folder, place) = in_a_file();
    import(&mut opened(&place), "one", 0..20, "2026-11-10");
    let Place::File(path) = &place else { panic!() };
    let past = rusqlite::Connection::open(path).unwrap();
    past.execute_batch(
        "ALTER TABLE assets DROP COLUMN criticality; ALTER TABLE assets DROP COLUMN tables;
         DROP INDEX fixes_emergency; DROP INDEX fixes_due;
         CREATE INDEX fixes_due ON fixes (due, id) WHERE active > 0;
         UPDATE fixes SET emergency = 1 - emergency; PRAGMA user_version = 1",
    )
    .unwrap();
    drop(past);
    let mut ledger = Ledger::open(&place, Mode::Existing).unwrap();
    assert_eq!(ledger.verify(true, None, &mut |_, _| {}).unwrap().faults, []);
    assert_eq!(ledger.assets().unwrap()[0].1.criticality, "");
}
