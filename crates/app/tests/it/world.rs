//! A small world for one test: a folder of feeds, an index built from it, and a tree to scan.

use std::fs;
use std::path::{Path, PathBuf};

use app::feeds::Addresses;
use app::intelligence::{DataDir, Intelligence};
use app::report::Report;
use app::scan::{Request, ScanError, Target};
use app::sync::{self, Network};
use tempfile::TempDir;
use vocab::{Instant, instant};

/// The instant at which every test's world is.
pub fn now() -> Instant {
    at("2026-11-21T10:00:00Z")
}

pub fn at(text: &str) -> Instant {
    instant::parse(text).expect(text)
}

pub struct World {
    pub folder: TempDir,
}

impl World {
    /// A world that knows these advisories, given as (ecosystem, JSON), and nothing more.
    pub fn knowing(advisories: &[(&str, &str)]) -> Self {
        let world = Self { folder: tempfile::tempdir().expect("a folder") };
        let mut ecosystems: Vec<&str> = Vec::new();
        for (ecosystem, json) in advisories {
            let record: serde_json::Value = serde_json::from_str(json).expect(json);
            let id = record["id"].as_str().expect("an id").to_owned();
            world.write(&format!("feeds/osv/{ecosystem}/{id}.json"), json.as_bytes());
            if !ecosystems.contains(ecosystem) {
                ecosystems.push(ecosystem);
            }
        }
        let marker = serde_json::json!({ "complete": ecosystems, "partial": [] });
        world.write("feeds/osv/coverage.json", marker.to_string().as_bytes());
        world.write(
            "feeds/kev/known_exploited_vulnerabilities.json",
            &kev(&[("CVE-2020-1000", "2020-01-02")]),
        );
        world.write("feeds/epss/epss_scores-2026-11-21.csv", b"#model_version:v1,score_date:2026-11-21T00:00:00Z\ncve,epss,percentile\nCVE-2020-1000,0.1,0.2\nCVE-2026-1000,0.01,0.3\n");
        world.write("feeds/exploits/public-exploit-metadata.jsonl", b"{\"id\":\"CVE-2020-1000\",\"exploits\":{\"metasploit\":{\"n\":1,\"first\":\"2020-01-02\",\"last\":null,\"maturity\":[\"weaponized\"]}}}\n");
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }

    pub fn data(&self) -> DataDir {
        DataDir(self.path("data"))
    }

    pub fn sync(&self) {
        let outcome = sync::sync(&self.sync_request(), now(), &mut |_| {}).expect("synced");
        assert!(outcome.complete(), "{outcome:?}");
        assert_eq!(outcome.built.meta.problems_total, 0, "{:?}", outcome.built.meta.problems);
    }

    pub fn sync_request(&self) -> sync::Request {
        sync::Request {
            data: self.data(),
            from: Some(self.path("feeds")),
            fetched: Some(now()),
            ecosystems: None,
            addresses: Addresses::default(),
            network: Network::default(),
        }
    }

    /// A request for the folder `tree`.
    pub fn request(&self) -> Request {
        fs::create_dir_all(self.path("tree")).expect("a folder");
        Request::of(vec![Target::called(self.path("tree"), "tree")])
    }

    pub fn scan(&self, request: &Request) -> Report {
        self.try_scan(request).expect("a report")
    }

    pub fn try_scan(&self, request: &Request) -> Result<Report, ScanError> {
        if !self.data().index().exists() {
            self.sync();
        }
        let intelligence = Intelligence::open(&self.data()).expect("an index");
        app::scan::scan(request, &intelligence, now())
    }
}

/// A KEV catalogue of these (CVE, date added).
pub fn kev(entries: &[(&str, &str)]) -> Vec<u8> {
    let rows: Vec<_> = entries
        .iter()
        .map(|(cve, added)| {
            serde_json::json!({ "cveID": cve, "dateAdded": added, "dueDate": added, "knownRansomwareCampaignUse": "Unknown",
                "vendorProject": "v", "product": "p", "vulnerabilityName": "n", "shortDescription": "d", "requiredAction": "a", "notes": "" })
        })
        .collect();
    let released = "2026-11-21T00:00:00Z";
    serde_json::json!({ "title": "t", "catalogVersion": "1", "dateReleased": released, "count": rows.len(), "vulnerabilities": rows }).to_string().into_bytes()
}

/// An advisory for crates.io: affected from 0 up to a fix, high, published 2026-11-01.
pub fn advisory(id: &str, aliases: &[&str], package: &str, fixed: &str) -> String {
    serde_json::json!({
        "schema_version": "1.7.0", "id": id, "aliases": aliases, "summary": format!("a defect in {package}"),
        "published": "2026-11-01T00:00:00Z", "modified": "2026-11-19T00:00:00Z",
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" }],
        "affected": [{ "package": { "ecosystem": "crates.io", "name": package },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0.0.0-0" }, { "fixed": fixed }] }] }],
    })
    .to_string()
}

/// A Cargo.lock of a project `app` that needs these packages from the registry.
pub fn cargo_lock(packages: &[(&str, &str)]) -> String {
    let mut text = String::from(
        "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n",
    );
    packages.iter().for_each(|(name, version)| text.push_str(&format!(" \"{name} {version}\",\n")));
    text.push_str("]\n");
    for (name, version) in packages {
        text.push_str(&format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"));
    }
    text
}

/// Puts a Cargo.lock of these packages into the tree.
pub fn with_lock(world: &World, folder: &Path, packages: &[(&str, &str)]) {
    let name = Path::new("tree").join(folder).join("Cargo.lock");
    world.write(&name.to_string_lossy(), cargo_lock(packages).as_bytes());
}
