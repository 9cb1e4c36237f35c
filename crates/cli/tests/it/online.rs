//! `gabion sync` over the network, against a small real server on this machine.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::program::{ADVISORY, Place, text};

/// Serves the files of a folder; every path under `kev/` fails while the switch is on.
struct Server {
    address: String,
    broken: Arc<AtomicBool>,
}

impl Server {
    fn start(folder: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let broken = Arc::new(AtomicBool::new(false));
        let switch = broken.clone();
        // The thread ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (folder, broken) = (folder.clone(), switch.load(Ordering::SeqCst));
                std::thread::spawn(move || answer(stream, &folder, broken));
            }
        });
        Self { address, broken }
    }
}

fn answer(mut stream: TcpStream, folder: &std::path::Path, broken: bool) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request).ok()? == 0 {
            return None;
        }
        let mut header = String::new();
        while reader.read_line(&mut header).ok()? > 2 {
            header.clear();
        }
        let mut words = request.split(' ');
        let (method, path) = (words.next()?, words.next()?.trim_start_matches('/'));
        let body = std::fs::read(folder.join(path)).ok().filter(|_| !path.contains(".."));
        let (status, body) = match body {
            _ if broken && path.starts_with("kev/") => ("404 Not Found", Vec::new()),
            Some(body) => ("200 OK", body),
            None => ("404 Not Found", Vec::new()),
        };
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len()).ok()?;
        if method != "HEAD" {
            stream.write_all(&body).ok()?;
        }
    }
}

#[test]
fn feeds_come_over_the_network_and_one_that_fails_keeps_its_copy() {
    let place = Place::new();
    let zip = place.path("served/osv/crates.io/all.zip");
    std::fs::create_dir_all(zip.parent().expect("a parent")).expect("a folder");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&zip).expect("a file"));
    archive
        .start_file("RUSTSEC-2026-0001.json", zip::write::SimpleFileOptions::default())
        .expect("an entry");
    archive.write_all(ADVISORY.as_bytes()).expect("written");
    archive.finish().expect("finished");
    place.write("served/osv/ecosystems.txt", "crates.io\n");
    place.write("served/osv/crates.io/modified_id.csv", "2026-11-19T00:00:00Z,RUSTSEC-2026-0001\n");
    place.write(
        "served/kev/kev.json",
        r#"{"title":"t","catalogVersion":"1","dateReleased":"2026-11-20T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2026-1000","dateAdded":"2026-11-20","knownRansomwareCampaignUse":"Known"}]}"#,
    );
    let server = Server::start(place.path("served"));
    let address = &server.address;
    place.write(
        "feeds.toml",
        &format!(
            "[feeds]\nosv = \"{address}/osv\"\nkev = \"{address}/kev/kev.json\"\nepss = \"\"\nnuclei = \"\"\nmetasploit = \"\"\nexploit_db = \"\"\nvulnrichment = \"\"\n"
        ),
    );
    let sync = ["sync", "--config", "feeds.toml", "--yes"];
    let dry = place.run(&["sync", "--config", "feeds.toml", "--dry-run"]);
    assert!(text(&dry.stdout).contains("crates.io"), "{}{}", text(&dry.stdout), text(&dry.stderr));
    assert!(!place.path("data/index.gabion").exists());
    let first = place.run(&sync);
    assert_eq!(first.status.code(), Some(0), "{}{}", text(&first.stdout), text(&first.stderr));
    let scanned = text(&place.run(&["scan", "tree"]).stdout);
    assert!(scanned.contains("EMERGENCY") && scanned.contains("KEV, ransomware"), "{scanned}");
    assert!(!scanned.contains("KEV catalogue is absent"), "{scanned}");

    server.broken.store(true, Ordering::SeqCst);
    let second = place.run(&sync);
    assert_eq!(second.status.code(), Some(3), "{}{}", text(&second.stdout), text(&second.stderr));
    assert!(text(&second.stdout).contains("Not taken: kev"), "{}", text(&second.stdout));
    let scanned = text(&place.run(&["scan", "tree"]).stdout);
    assert!(
        scanned.contains("KEV, ransomware"),
        "the earlier copy of KEV is in the index: {scanned}"
    );

    // A server that is gone: the index stays, and the reason is told.
    place.write("feeds.toml", "[feeds]\nosv = \"http://127.0.0.1:1/osv\"\nkev = \"http://127.0.0.1:1/kev\"\nepss = \"\"\nnuclei = \"\"\nmetasploit = \"\"\nexploit_db = \"\"\nvulnrichment = \"\"\n");
    let third = place.run(&sync);
    assert_eq!(third.status.code(), Some(4), "{}", text(&third.stdout));
    assert!(
        text(&third.stderr).contains("the earlier index is untouched"),
        "{}",
        text(&third.stderr)
    );
}
