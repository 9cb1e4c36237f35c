//! Downloads from a small bucket on a real server on this machine.

#[expect(dead_code, reason = "written for the tests of `fetch`, which use all of it")]
#[path = "../../../fetch/tests/it/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fetch::{Address, Cancel, Client, Config, Limits};
use vocab::Instant;

use self::server::{Asked, Server, answer};
use super::{Addresses, Event, FeedError, Outcome, Plan, State, download, ecosystems, sizes};

/// What the server holds, and how it misbehaves.
#[derive(Default)]
struct Shelf {
    files: BTreeMap<String, (Vec<u8>, &'static str)>,
    cut: Vec<String>,
}

/// A server of feeds with the folder they are downloaded to.
struct Bucket {
    shelf: Arc<Mutex<Shelf>>,
    server: Server,
    folder: tempfile::TempDir,
    client: Client,
    addresses: Addresses,
}

const LONG_AGO: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
const LATELY: &str = "Sat, 21 Nov 2026 10:00:00 GMT";

impl Bucket {
    fn new() -> Self {
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let held = shelf.clone();
        let server = Server::start(move |asked, stream| {
            let bytes = serve(&held.lock().expect("a lock"), asked);
            let whole = bytes.is_ok();
            let _ = stream.write_all(bytes.as_ref().unwrap_or_else(|cut| cut));
            if !whole {
                let _ = stream.shutdown(std::net::Shutdown::Both);
            }
        });
        let addresses = Addresses {
            osv: server.at("/osv/"),
            kev: server.at("/kev.json"),
            epss: server.at("/epss.csv.gz"),
            nuclei: server.at("/cves.json"),
            metasploit: server.at("/modules.json"),
            exploit_db: server.at("/exploits.csv"),
            vulnrichment: server.at("/vulnrichment.zip"),
            redirects: Vec::new(),
        };
        let limits = Limits { retries: 0, response: Duration::from_secs(5), ..Limits::default() };
        let allow: Vec<Address> = addresses.allowed().expect("addresses");
        let client = Client::new(Config { allow, limits, ..Config::default() }, Cancel::default())
            .expect("a client");
        let folder = tempfile::tempdir().expect("a folder");
        let bucket = Self { shelf, server, folder, client, addresses };
        bucket.put("/kev.json", b"{\"vulnerabilities\":[]}");
        bucket.put("/epss.csv.gz", &[0x1f, 0x8b, 8, 0]);
        bucket.put("/cves.json", b"{\"ID\":\"CVE-2026-0001\"}\n");
        bucket.put("/modules.json", b"{}");
        bucket.put("/exploits.csv", b"id,file\n");
        bucket.put("/vulnrichment.zip", b"PK\x03\x04vulnrichment");
        bucket.put("/osv/ecosystems.txt", b"npm\nnpm:sub\nRed Hat\n[EMPTY]\n../npm\n");
        for ecosystem in ["npm", "Red%20Hat"] {
            bucket.put(&format!("/osv/{ecosystem}/all.zip"), b"PK\x03\x04first");
            bucket.put(
                &format!("/osv/{ecosystem}/modified_id.csv"),
                list(&[("A-1", 1), ("A-2", 1)]).as_bytes(),
            );
        }
        bucket
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        self.put_dated(path, bytes, LATELY);
    }

    fn put_dated(&self, path: &str, bytes: &[u8], date: &'static str) {
        let mut shelf = self.shelf.lock().expect("a lock");
        shelf.files.insert(path.to_owned(), (bytes.to_vec(), date));
    }

    fn take(&self, path: &str) {
        self.shelf.lock().expect("a lock").files.remove(path);
    }

    fn cut(&self, paths: &[&str]) {
        self.shelf.lock().expect("a lock").cut =
            paths.iter().map(|&path| path.to_owned()).collect();
    }

    /// Downloads one ecosystem, without the single feeds.
    fn npm(&self, day: u8) -> Outcome {
        let addresses = Addresses { osv: self.addresses.osv.clone(), ..nothing() };
        let plan = Plan { addresses, ecosystems: Some(vec!["npm".to_owned()]) };
        download(&plan, &self.client, self.folder.path(), at(day), &mut |_| ())
    }

    fn everything(&self, day: u8) -> Outcome {
        let plan = Plan { addresses: self.addresses.clone(), ecosystems: None };
        download(&plan, &self.client, self.folder.path(), at(day), &mut |_| ())
    }

    /// What was asked for since the last call of this kind, as `METHOD target`.
    fn asked_since(&self, seen: &mut usize) -> Vec<String> {
        let all = self.server.asked();
        let new =
            all[*seen..].iter().map(|asked| format!("{} {}", asked.method, asked.target)).collect();
        *seen = all.len();
        new
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn text(&self, file: &str) -> String {
        let file = self.path(file);
        String::from_utf8(crate::files::read::bounded(&file, 1 << 20).expect("a file"))
            .expect("text")
    }

    /// All files of the folder, sorted.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let inner = path.strip_prefix(self.folder.path()).expect("inside");
                    found.push(inner.to_str().expect("text").to_owned());
                }
            }
        }
        found.sort();
        found
    }
}

fn nothing() -> Addresses {
    Addresses {
        osv: String::new(),
        kev: String::new(),
        epss: String::new(),
        nuclei: String::new(),
        metasploit: String::new(),
        exploit_db: String::new(),
        vulnrichment: String::new(),
        redirects: Vec::new(),
    }
}

/// A bucket's list: records with the day they were modified, 2 January 2026 being day 2.
fn list(records: &[(&str, u8)]) -> String {
    records.iter().map(|(id, day)| format!("2026-01-{day:02}T00:00:00Z,{id}\n")).collect()
}

fn at(day: u8) -> Instant {
    format!("2026-11-{day:02}T12:00:00Z").parse().expect("an instant")
}

/// The whole answer, or a cut one.
fn serve(shelf: &Shelf, asked: &Asked) -> Result<Vec<u8>, Vec<u8>> {
    let Some((bytes, date)) = shelf.files.get(&asked.target) else {
        return Ok(answer("404 Not Found", "", b""));
    };
    let etag =
        format!("\"{}-{:?}\"", bytes.len(), bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>());
    let headers = format!("ETag: {etag}\r\nLast-Modified: {date}\r\n");
    if asked.header("if-none-match") == Some(&etag) {
        return Ok(format!("HTTP/1.1 304 Not Modified\r\n{headers}\r\n").into_bytes());
    }
    let mut whole = answer("200 OK", &headers, bytes);
    if asked.method == "HEAD" {
        whole.truncate(whole.len() - bytes.len());
        return Ok(whole);
    }
    if shelf.cut.contains(&asked.target) {
        whole.truncate(whole.len() - 1);
        return Err(whole);
    }
    Ok(whole)
}

#[test]
fn everything_comes_into_the_layout_that_from_reads() {
    let bucket = Bucket::new();
    let outcome = bucket.everything(1);
    assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    let feeds = [
        "kev",
        "epss",
        "exploits/nuclei",
        "exploits/metasploit",
        "exploits/exploit-db",
        "cve/vulnrichment",
        "osv",
        "osv/Red Hat",
        "osv/npm",
    ];
    assert_eq!(outcome.updated, feeds);
    assert_eq!(outcome.skipped, ["../npm"]);
    let files = [
        "cve/vulnrichment.zip",
        "epss/epss_scores-current.csv.gz",
        "exploits/files_exploits.csv",
        "exploits/modules_metadata_base.json",
        "exploits/nuclei-cves.json",
        "kev/known_exploited_vulnerabilities.json",
        "osv/Red Hat/all.zip",
        "osv/Red Hat/modified_id.csv",
        "osv/ecosystems.txt",
        "osv/npm/all.zip",
        "osv/npm/modified_id.csv",
        "state.json",
    ];
    assert_eq!(bucket.files(), files);
    let state = State::load(bucket.folder.path());
    let kev = &state.files["kev/known_exploited_vulnerabilities.json"];
    assert_eq!((kev.bytes, kev.fetched, kev.changed), (22, at(1), at(1)));
    assert_eq!(kev.last_modified.as_deref(), Some(LATELY));
    // printf '{"vulnerabilities":[]}' | sha256sum
    assert_eq!(kev.sha256, "9ad2cdc4aa9da0eb1c7518d01d8e0e3a88e72ac22deb0d3842d4f5b6e96e10b0");
}

#[test]
fn what_is_current_is_asked_for_and_not_sent() {
    let bucket = Bucket::new();
    bucket.everything(1);
    let mut seen = bucket.server.asked().len();
    let outcome = bucket.everything(2);
    assert!(outcome.updated.is_empty() && outcome.failed.is_empty(), "{outcome:?}");
    assert_eq!(outcome.unchanged.len(), 9);
    let asked = bucket.server.asked();
    assert!(asked[seen..].iter().all(|asked| asked.header("if-none-match").is_some()));
    // One question an ecosystem: its list.
    assert_eq!(bucket.asked_since(&mut seen).len(), 9);
    let state = State::load(bucket.folder.path());
    let zip = &state.files["osv/npm/all.zip"];
    assert_eq!((zip.fetched, zip.changed), (at(2), at(1)));
}

#[test]
fn a_file_that_was_lost_or_comes_from_elsewhere_is_fetched_anew() {
    let bucket = Bucket::new();
    bucket.everything(1);
    fs::remove_file(bucket.path("kev/known_exploited_vulnerabilities.json")).expect("removed");
    fs::write(bucket.path("epss/epss_scores-current.csv.gz"), b"damaged").expect("written");
    fs::remove_file(bucket.path("osv/npm/all.zip")).expect("removed");
    let outcome = bucket.everything(2);
    assert!(outcome.failed.is_empty());
    assert_eq!(bucket.text("osv/npm/all.zip"), "PK\u{3}\u{4}first");
    assert_eq!(bucket.text("kev/known_exploited_vulnerabilities.json"), "{\"vulnerabilities\":[]}");
    assert_eq!(
        fs::metadata(bucket.path("epss/epss_scores-current.csv.gz")).expect("there").len(),
        4
    );
    let mut state = State::load(bucket.folder.path());
    state.files.get_mut("exploits/nuclei-cves.json").expect("known").address =
        "https://other.example/".to_owned();
    state.save(bucket.folder.path()).expect("saved");
    let seen = bucket.server.asked().len();
    bucket.everything(3);
    let again = bucket.server.asked();
    let again = again[seen..].iter().find(|asked| asked.target == "/cves.json").expect("asked");
    assert_eq!(again.header("if-none-match"), None);
}

#[test]
fn a_feed_that_fails_keeps_its_file_and_the_others_go_on() {
    let bucket = Bucket::new();
    bucket.everything(1);
    bucket.put("/kev.json", b"{\"vulnerabilities\":[1,2,3]}");
    bucket.put("/exploits.csv", b"id,file\n1,x\n");
    bucket.put("/cves.json", b"<html>log in first</html>");
    bucket.put("/osv/npm/modified_id.csv", list(&[("A-2", 9)]).as_bytes());
    bucket.put("/osv/npm/all.zip", b"PK\x03\x04second");
    bucket.take("/modules.json");
    bucket.cut(&["/kev.json", "/osv/npm/all.zip"]);
    let mut told = Vec::new();
    let plan = Plan { addresses: bucket.addresses.clone(), ecosystems: None };
    let outcome = download(&plan, &bucket.client, bucket.folder.path(), at(2), &mut |event| {
        if let Event::Failed { feed, .. } = event {
            told.push(feed.to_owned());
        }
    });
    assert_eq!(outcome.updated, ["exploits/exploit-db"]);
    let failed: Vec<_> =
        outcome.failed.iter().map(|(feed, error)| (feed.as_str(), error.retry_helps())).collect();
    let expect = [
        ("kev", true),
        ("exploits/nuclei", false),
        ("exploits/metasploit", false),
        ("osv/npm", true),
    ];
    assert_eq!(failed, expect);
    assert_eq!(told, expect.map(|(feed, _)| feed));
    assert!(matches!(outcome.failed[1].1, FeedError::Shape { .. }));
    assert_eq!(bucket.text("kev/known_exploited_vulnerabilities.json"), "{\"vulnerabilities\":[]}");
    assert_eq!(bucket.text("exploits/nuclei-cves.json"), "{\"ID\":\"CVE-2026-0001\"}\n");
    assert_eq!(bucket.text("osv/npm/all.zip"), "PK\u{3}\u{4}first");
    assert_eq!(bucket.text("osv/npm/modified_id.csv"), list(&[("A-1", 1), ("A-2", 1)]));
    assert!(bucket.files().iter().all(|file| !file.ends_with(".part")), "{:?}", bucket.files());
    // And the next time it comes.
    bucket.cut(&[]);
    assert!(bucket.everything(3).updated.contains(&"osv/npm".to_owned()));
    assert_eq!(bucket.text("osv/npm/all.zip"), "PK\u{3}\u{4}second");
}

#[test]
fn few_changes_come_as_single_records() {
    let bucket = Bucket::new();
    bucket.npm(1);
    let mut seen = bucket.server.asked().len();
    bucket.put("/osv/npm/modified_id.csv", list(&[("A-3", 3), ("A-1", 2), ("A-2", 1)]).as_bytes());
    bucket.put("/osv/npm/A-1.json", b"{\"id\":\"A-1\"}");
    bucket.put("/osv/npm/A-3.json", b"{\"id\":\"A-3\"}");
    assert_eq!(bucket.npm(2).updated, ["osv/npm"]);
    let expect = ["GET /osv/npm/modified_id.csv", "GET /osv/npm/A-3.json", "GET /osv/npm/A-1.json"];
    assert_eq!(bucket.asked_since(&mut seen), expect);
    assert_eq!(bucket.text("osv/npm/delta/A-1.json"), "{\"id\":\"A-1\"}");
    assert_eq!(bucket.text("osv/npm/delta/A-3.json"), "{\"id\":\"A-3\"}");
    assert_eq!(State::load(bucket.folder.path()).files["osv/npm/all.zip"].fetched, at(2));
    assert_eq!(bucket.npm(3).unchanged, ["osv/npm"]);
    assert_eq!(bucket.asked_since(&mut seen), ["GET /osv/npm/modified_id.csv"]);
}

#[test]
fn an_increment_that_fails_half_way_goes_on_where_it_was() {
    let bucket = Bucket::new();
    bucket.npm(1);
    bucket.put("/osv/npm/modified_id.csv", list(&[("A-3", 3), ("A-1", 2), ("A-2", 1)]).as_bytes());
    bucket.put("/osv/npm/A-1.json", b"{\"id\":\"A-1\"}");
    bucket.put("/osv/npm/A-3.json", b"{\"id\":\"A-3\"}");
    bucket.cut(&["/osv/npm/A-1.json"]);
    assert_eq!(bucket.npm(2).failed.len(), 1);
    // The list still claims the old state only.
    assert_eq!(bucket.text("osv/npm/modified_id.csv"), list(&[("A-1", 1), ("A-2", 1)]));
    bucket.cut(&[]);
    assert_eq!(bucket.npm(3).updated, ["osv/npm"]);
    assert_eq!(bucket.text("osv/npm/delta/A-1.json"), "{\"id\":\"A-1\"}");
}

#[test]
fn the_archive_comes_when_single_records_would_not_do() {
    let many: Vec<String> = (0..501).map(|number| format!("B-{number}")).collect();
    let mut many: Vec<(&str, u8)> = many.iter().map(|id| (id.as_str(), 2)).collect();
    many.extend([("A-1", 1), ("A-2", 1)]);
    for (why, records) in [
        ("a record is gone", vec![("A-1", 1)]),
        ("more than 500 changed", many),
        ("a name is no file's name", vec![("A-1", 1), ("A-2", 1), ("../../../etc/cron.d/x", 2)]),
        ("a record is listed and not there", vec![("A-1", 1), ("A-2", 1), ("A-404", 2)]),
    ] {
        let bucket = Bucket::new();
        bucket.npm(1);
        bucket.put("/osv/npm/modified_id.csv", list(&[("A-1", 1), ("A-2", 2)]).as_bytes());
        bucket.put("/osv/npm/A-2.json", b"{\"id\":\"A-2\"}");
        bucket.npm(2);
        assert!(bucket.files().contains(&"osv/npm/delta/A-2.json".to_owned()));
        let list = list(&records);
        bucket.put("/osv/npm/modified_id.csv", list.as_bytes());
        bucket.put("/osv/npm/all.zip", b"PK\x03\x04second");
        let outcome = bucket.npm(3);
        assert_eq!(outcome.updated, ["osv/npm"], "{why}: {:?}", outcome.failed);
        let expect = ["osv/npm/all.zip", "osv/npm/modified_id.csv", "state.json"];
        assert_eq!(bucket.files(), expect, "{why}");
        assert_eq!(bucket.text("osv/npm/all.zip"), "PK\u{3}\u{4}second", "{why}");
        assert_eq!(bucket.text("osv/npm/modified_id.csv"), list, "{why}");
    }
}

#[test]
fn a_kill_between_any_two_steps_costs_an_archive_and_no_record() {
    // The steps in which a new archive replaces an old one: list away, archive in, records away.
    for killed_after in 1..=3 {
        let bucket = Bucket::new();
        bucket.npm(1);
        bucket.put("/osv/npm/modified_id.csv", list(&[("A-2", 2), ("A-1", 1)]).as_bytes());
        bucket.put("/osv/npm/A-2.json", b"{\"id\":\"A-2\"}");
        bucket.npm(2);
        fs::remove_file(bucket.path("osv/npm/modified_id.csv")).expect("removed");
        if killed_after >= 2 {
            fs::write(bucket.path("osv/npm/all.zip"), b"PK\x03\x04third").expect("written");
        }
        if killed_after >= 3 {
            fs::remove_dir_all(bucket.path("osv/npm/delta")).expect("removed");
        }
        fs::write(bucket.path("osv/npm/all.zip.part"), b"PK").expect("written");
        bucket.put("/osv/npm/all.zip", b"PK\x03\x04fourth");
        assert_eq!(bucket.npm(3).updated, ["osv/npm"]);
        assert_eq!(bucket.files(), ["osv/npm/all.zip", "osv/npm/modified_id.csv", "state.json"]);
        assert_eq!(bucket.text("osv/npm/all.zip"), "PK\u{3}\u{4}fourth");
        assert_eq!(bucket.npm(4).unchanged, ["osv/npm"]);
    }
}

#[test]
fn records_younger_than_the_archive_come_with_it() {
    let bucket = Bucket::new();
    bucket.put_dated("/osv/npm/all.zip", b"PK\x03\x04first", LONG_AGO);
    bucket.put("/osv/npm/modified_id.csv", list(&[("A-2", 5), ("A-1", 4)]).as_bytes());
    bucket.put("/osv/npm/A-2.json", b"{\"id\":\"A-2\"}");
    bucket.put("/osv/npm/A-1.json", b"{\"id\":\"A-1\"}");
    bucket.cut(&["/osv/npm/A-1.json"]);
    let outcome = bucket.npm(1);
    assert_eq!(outcome.failed.len(), 1, "the record that did not come is told");
    assert_eq!(bucket.text("osv/npm/modified_id.csv"), list(&[("A-2", 5)]));
    assert_eq!(bucket.text("osv/npm/missing.txt"), "A-1");
    bucket.cut(&[]);
    let mut seen = bucket.server.asked().len();
    assert_eq!(bucket.npm(2).updated, ["osv/npm"]);
    assert_eq!(
        bucket.asked_since(&mut seen),
        ["GET /osv/npm/modified_id.csv", "GET /osv/npm/A-1.json"]
    );
    assert_eq!(bucket.text("osv/npm/modified_id.csv"), list(&[("A-2", 5), ("A-1", 4)]));
    assert!(!bucket.path("osv/npm/missing.txt").exists());
}

#[test]
fn a_younger_record_that_is_not_there_is_missing_and_stops_no_other() {
    let bucket = Bucket::new();
    bucket.put_dated("/osv/npm/all.zip", b"PK\x03\x04first", LONG_AGO);
    let listed = list(&[("A-404", 6), ("../x", 6), ("A-2", 5)]);
    bucket.put("/osv/npm/modified_id.csv", listed.as_bytes());
    bucket.put("/osv/npm/A-2.json", b"{\"id\":\"A-2\"}");
    assert_eq!(bucket.npm(1).updated, ["osv/npm"]);
    assert_eq!(bucket.text("osv/npm/delta/A-2.json"), "{\"id\":\"A-2\"}");
    assert_eq!(bucket.text("osv/npm/modified_id.csv"), list(&[("A-2", 5)]));
    assert_eq!(bucket.text("osv/npm/missing.txt"), "A-404\n../x");
}

#[test]
fn of_an_archive_without_a_date_nothing_is_claimed() {
    let bucket = Bucket::new();
    bucket.put_dated("/osv/npm/all.zip", b"PK\x03\x04first", "once");
    assert_eq!(bucket.npm(1).updated, ["osv/npm"]);
    assert_eq!(bucket.text("osv/npm/modified_id.csv"), "");
}

#[test]
fn a_mirror_with_archives_only_will_do() {
    let bucket = Bucket::new();
    bucket.take("/osv/npm/modified_id.csv");
    assert_eq!(bucket.npm(1).updated, ["osv/npm"]);
    assert_eq!(bucket.npm(2).unchanged, ["osv/npm"]);
    bucket.put("/osv/npm/all.zip", b"PK\x03\x04second");
    assert_eq!(bucket.npm(3).updated, ["osv/npm"]);
    assert_eq!(bucket.text("osv/npm/all.zip"), "PK\u{3}\u{4}second");
}

#[test]
fn names_that_lead_elsewhere_are_refused_and_never_asked_for() {
    let bucket = Bucket::new();
    let hostile = ["../../x", "/etc", "a/../b", "..", "", "x\\y"];
    let plan = Plan {
        addresses: Addresses { osv: bucket.addresses.osv.clone(), ..nothing() },
        ecosystems: Some(hostile.iter().map(|&name| name.to_owned()).collect()),
    };
    let outcome = download(&plan, &bucket.client, bucket.folder.path(), at(1), &mut |_| ());
    assert_eq!(outcome.failed.len(), hostile.len());
    assert!(outcome.failed.iter().all(|(_, error)| matches!(error, FeedError::Name(_))));
    assert_eq!((bucket.server.asked().len(), bucket.files()), (0, vec!["state.json".to_owned()]));
}

#[test]
fn sizes_are_told_before_anything_is_downloaded() {
    let bucket = Bucket::new();
    let all = ecosystems(&bucket.client, &bucket.addresses).expect("a list");
    assert_eq!(all, ["Red Hat", "npm"]);
    let mut wanted = all;
    wanted.push("nowhere".to_owned());
    let told = sizes(&bucket.client, &bucket.addresses, &wanted).expect("sizes");
    let expect = [("Red Hat", Some(9)), ("npm", Some(9)), ("nowhere", None)];
    assert_eq!(told, expect.map(|(name, size)| (name.to_owned(), size)));
    assert!(bucket.files().is_empty());
}

#[test]
fn a_damaged_state_costs_a_download_and_nothing_else() {
    let bucket = Bucket::new();
    bucket.everything(1);
    for damage in ["", "{", "{\"schema\":\"gabion.feeds/9\",\"files\":{}}", "[]"] {
        fs::write(bucket.path("state.json"), damage).expect("written");
        assert_eq!(State::load(bucket.folder.path()), State::default());
        let outcome = bucket.everything(2);
        assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
        assert!(!State::load(bucket.folder.path()).files.is_empty());
    }
}

#[test]
fn the_public_addresses_are_https_and_the_keys_are_as_documented() {
    let allowed = Addresses::default().allowed().expect("addresses");
    assert!(allowed.iter().all(Address::is_https));
    assert_eq!(allowed.len(), 8);
    let addresses: Addresses =
        toml::from_str("exploit_db = \"\"\nkev = \"https://mirror.example/kev\"").expect("toml");
    assert_eq!(addresses.allowed().expect("addresses").len(), 7);
    assert!(toml::from_str::<Addresses>("kevv = \"\"").is_err());
    let plain = Addresses { kev: "http://mirror.example/kev".to_owned(), ..Addresses::default() };
    assert!(matches!(plain.allowed(), Err(FeedError::Address { feed, .. }) if feed == "kev"));
}
