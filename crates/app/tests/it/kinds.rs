//! What a target may be besides a repository, and what others state of it.

use std::io::Write;

use app::report::Report;
use app::scan::{Kind, ReadAs, Request, Target};
use vocab::instant;

use crate::world::{World, advisory, now, with_lock};

fn debian(id: &str, cve: &str, fixed: &str) -> String {
    serde_json::json!({
        "schema_version": "1.7.0", "id": id, "upstream": [cve],
        "published": "2026-11-01T00:00:00Z", "modified": "2026-11-19T00:00:00Z",
        "affected": [{ "package": { "ecosystem": "Debian:12", "name": "openssl" },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": fixed }] }] }],
    })
    .to_string()
}

const RELEASE: &str =
    "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
const STATUS: &str = "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.1-1\n\nPackage: python3-old\nStatus: install ok installed\nArchitecture: all\nSource: old\nVersion: 1.0-1\n";
const METADATA: &str = "Metadata-Version: 2.1\nName: old\nVersion: 1.0\n";
const LIST: &str = "/.\n/usr/lib/python3/dist-packages/old-1.0.dist-info/METADATA\n";

/// The files of a small Debian system.
fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("etc/os-release", RELEASE),
        ("var/lib/dpkg/status", STATUS),
        ("var/lib/dpkg/info/python3-old.list", LIST),
        ("usr/lib/python3/dist-packages/old-1.0.dist-info/METADATA", METADATA),
        ("usr/local/lib/python3.11/site-packages/old-1.0.dist-info/METADATA", METADATA),
        ("srv/app/Cargo.lock", "version = 3\n"),
    ]
}

fn world() -> World {
    let python = serde_json::json!({
        "schema_version": "1.7.0", "id": "PYSEC-2026-1", "published": "2026-11-01T00:00:00Z",
        "modified": "2026-11-19T00:00:00Z",
        "affected": [{ "package": { "ecosystem": "PyPI", "name": "old" },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "2.0" }] }] }],
    });
    World::knowing(&[
        ("Debian", &debian("DEBIAN-CVE-2020-1000", "CVE-2020-1000", "3.0.2-1")),
        ("PyPI", &python.to_string()),
    ])
}

fn rows(report: &Report) -> Vec<(String, String, bool)> {
    let rows = report.findings.iter();
    rows.map(|f| (f.purl.clone(), f.advisory.to_string(), f.emergency)).collect()
}

/// What both the system and the image of it come to.
fn expect(report: &Report) {
    assert!(report.complete, "{:?} {:?}", report.not_read, report.not_evaluated);
    assert_eq!(
        rows(report),
        [
            ("pkg:deb/debian/openssl@3.0.1-1".into(), "DEBIAN-CVE-2020-1000".into(), true),
            ("pkg:pypi/old@1.0".into(), "PYSEC-2026-1".into(), false),
        ]
    );
    let openssl = &report.findings[0];
    assert_eq!(openssl.installed, ["libssl3"]);
    assert_eq!(&*openssl.upstream, ["CVE-2020-1000"]);
    assert_eq!(report.findings[1].places.len(), 1, "the distribution's own copy is not counted");
    let asset = &report.assets[0];
    assert_eq!(asset.distribution.as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
    assert_eq!(asset.owned, 1);
}

#[test]
fn a_system_is_what_is_installed_in_it() {
    let world = world();
    for (path, content) in files() {
        world.write(&format!("tree/{path}"), content.as_bytes());
    }
    let report = world.scan(&world.request());
    expect(&report);
    assert_eq!(report.assets[0].kind, "system");
    assert!(report.skipped.iter().any(|s| s.rule.starts_with("1 lock files")), "a lock is told");
    assert!(report.fixes[0].command.as_deref().is_some_and(|c| c.contains("libssl3")));
    // The same folder as what it is not: then nothing of it is known, and that is said.
    let mut request = world.request();
    request.read_as = Some(ReadAs::Kind(Kind::Repository));
    let report = world.scan(&request);
    assert_eq!((report.assets[0].kind.as_str(), report.findings.len()), ("repository", 0));
}

#[test]
fn a_release_that_has_ended_is_never_clean() {
    let world = world();
    world.write("tree/etc/os-release", b"ID=debian\nVERSION_ID=\"12\"\nSUPPORT_END=2026-01-01\n");
    world.write("tree/var/lib/dpkg/status", STATUS.replace("3.0.1-1", "3.0.2-1").as_bytes());
    let report = world.scan(&world.request());
    assert_eq!(report.assets[0].ends, instant::parse("2026-01-01"));
    assert!(!report.complete && report.findings.is_empty());
    assert!(report.not_evaluated.iter().all(|u| u.reason == "end_of_life"), "{report:?}");
    assert!(
        report.warnings.iter().any(|w| w.contains("ended 2026-01-01")),
        "{:?}",
        report.warnings
    );
}

/// A docker archive of one layer.
fn archive() -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut layer = tar::Builder::new(Vec::new());
    for (path, content) in files() {
        append(&mut layer, path, content.as_bytes());
    }
    let layer = layer.into_inner().expect("a layer");
    let hex = |bytes: &[u8]| -> String {
        Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
    };
    let config = serde_json::json!({ "architecture": "amd64", "os": "linux",
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", hex(&layer))] } })
    .to_string();
    let name = format!("{}.json", hex(config.as_bytes()));
    let manifest = serde_json::json!([{ "Config": name, "RepoTags": ["shop:1.2"], "Layers": ["l/layer.tar"] }]);
    let mut archive = tar::Builder::new(Vec::new());
    append(&mut archive, "l/layer.tar", &layer);
    append(&mut archive, &name, config.as_bytes());
    append(&mut archive, "manifest.json", manifest.to_string().as_bytes());
    archive.into_inner().expect("an archive")
}

fn append(builder: &mut tar::Builder<Vec<u8>>, path: &str, content: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append_data(&mut header, path, content).expect("appended");
}

fn one(world: &World, name: &str) -> Request {
    Request::of(vec![Target::called(world.path(name), name)])
}

#[test]
fn an_image_is_its_layers_put_together_and_called_by_its_digest() {
    let world = world();
    world.write("shop.tar", &archive());
    let report = world.scan(&one(&world, "shop.tar"));
    expect(&report);
    let asset = &report.assets[0];
    assert_eq!((asset.kind.as_str(), asset.id.as_str()), ("image", "shop:1.2"));
    assert!(asset.digest.as_deref().is_some_and(|d| d.starts_with("sha256:")), "{asset:?}");
    let place = &report.findings[0].places[0];
    assert_eq!(&*place.path, "shop.tar!/var/lib/dpkg/status");
    assert!(place.layer.as_deref().is_some_and(|l| l.starts_with("sha256:")), "{place:?}");
    assert_eq!(report.fixes[0].command, None, "an image is built anew");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&archive()).expect("packed");
    world.write("shop.tar.gz", &packed.finish().expect("packed"));
    expect(&world.scan(&one(&world, "shop.tar.gz")));
}

#[test]
fn half_an_image_is_never_clean() {
    let world = world();
    let whole = archive();
    for cut in [600, whole.len() / 3, whole.len() / 2, whole.len() - 2000] {
        world.write("cut.tar", &whole[..cut]);
        let report = world.scan(&one(&world, "cut.tar"));
        assert!(!report.complete, "cut at {cut}");
    }
}

#[test]
fn a_bill_written_from_a_scan_comes_to_the_same_findings() {
    let world = world();
    world.write("shop.tar", &archive());
    world.sync();
    let intelligence = app::intelligence::Intelligence::open(&world.data()).expect("an index");
    let request = one(&world, "shop.tar");
    let scanned = app::scan::scan_whole(&request, &intelligence, now()).expect("scanned");
    let bill = scanned.bill();
    let by = formats::sbom::Provenance {
        tool_version: "1".into(),
        timestamp: "2026-11-21T10:00:00Z".into(),
        serial: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79".into(),
    };
    let mut written = [Vec::new(), Vec::new()];
    formats::sbom::write_cyclonedx(&bill, &by, &mut written[0]).expect("written");
    formats::sbom::write_spdx(&bill, &by, &mut written[1]).expect("written");
    for (name, bytes) in ["bill.cdx.json", "bill.spdx.json"].iter().zip(written) {
        world.write(name, &bytes);
        let again = world.scan(&one(&world, name));
        assert_eq!(again.assets[0].kind, "sbom", "{name}");
        assert_eq!(rows(&again), rows(&scanned.report), "{name}");
        assert_eq!(again.assets[0].owned, 1, "{name}");
        assert!(again.complete, "{name}: {:?} {:?}", again.not_read, again.not_evaluated);
    }
}

#[test]
fn what_is_no_package_in_a_bill_is_counted() {
    let world = world();
    let bill = serde_json::json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "components": [
            { "type": "file", "name": "a.txt" },
            { "type": "file", "name": "b.txt" },
            { "type": "library", "name": "old", "version": "1.0", "purl": "pkg:pypi/old@1.0" },
        ],
    });
    world.write("bill.cdx.json", bill.to_string().as_bytes());
    let report = world.scan(&one(&world, "bill.cdx.json"));
    assert_eq!(report.assets[0].components, 1);
    let skipped: Vec<_> = report.skipped.iter().map(|s| (s.path.as_str(), &*s.rule)).collect();
    assert_eq!(skipped, [("bill.cdx.json", "2 entries of the bill that are no packages: file")]);
}

fn vex(status: &str, product: &str, vulnerability: &str) -> String {
    serde_json::json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex/1",
        "author": "vendor", "timestamp": "2026-11-20T00:00:00Z", "version": 1,
        "statements": [{ "vulnerability": { "name": vulnerability }, "status": status,
            "justification": "vulnerable_code_not_in_execute_path",
            "products": [{ "@id": product }] }],
    })
    .to_string()
}

#[test]
fn a_statement_takes_out_what_it_speaks_of_and_nothing_else() {
    let world = World::knowing(&[(
        "crates.io",
        &advisory("RUSTSEC-2026-1", &["CVE-2026-1000"], "bad", "1.2.0"),
    )]);
    with_lock(&world, "".as_ref(), &[("bad", "1.0.0")]);
    let scan = |status, product, vulnerability, path: &str| {
        world.write(path, vex(status, product, vulnerability).as_bytes());
        let mut request = world.request();
        request.vex = vec![Target::called(world.path(path), path)];
        let report = world.scan(&request);
        (report.findings.len(), report.stated.len(), report)
    };
    let product = "pkg:cargo/bad@1.0.0";
    let (kept, stated, report) = scan("not_affected", product, "CVE-2026-1000", "v.json");
    assert_eq!((kept, stated), (0, 1), "{:?}", report.warnings);
    let statement = &report.stated[0].statement;
    assert_eq!(
        (statement.author.as_str(), statement.dated),
        ("vendor", instant::parse("2026-11-20"))
    );
    assert_eq!(report.fixes, [], "what is stated asks for no action");
    for (status, product, vulnerability, path) in [
        ("not_affected", "pkg:cargo/bad@1.0.1", "CVE-2026-1000", "v.json"),
        ("not_affected", "pkg:cargo/good@1.0.0", "CVE-2026-1000", "v.json"),
        ("not_affected", product, "CVE-2026-1001", "v.json"),
        ("affected", product, "CVE-2026-1000", "v.json"),
        // Inside the tree: a pull request would silence itself.
        ("not_affected", product, "CVE-2026-1000", "tree/v.json"),
    ] {
        let (kept, stated, _) = scan(status, product, vulnerability, path);
        assert_eq!((kept, stated), (1, 0), "{status} {product} {vulnerability} {path}");
    }
    world.write("v.json", b"{ no json");
    let mut request = world.request();
    request.vex = vec![Target::new(world.path("v.json"))];
    assert!(!world.scan(&request).complete, "a document that cannot be read is told");
}

#[test]
fn a_statement_about_a_cve_reaches_the_notice_made_from_it_alone() {
    let world = world();
    for (path, content) in files() {
        world.write(&format!("tree/{path}"), content.as_bytes());
    }
    world.write(
        "v.json",
        vex("fixed", "pkg:deb/debian/openssl@3.0.1-1", "CVE-2020-1000").as_bytes(),
    );
    let mut request = world.request();
    request.vex = vec![Target::new(world.path("v.json"))];
    let report = world.scan(&request);
    assert_eq!((report.findings.len(), report.stated.len()), (1, 1), "{:?}", report.warnings);
    assert!(
        report.warnings.iter().any(|w| w.contains("known to be exploited")),
        "{:?}",
        report.warnings
    );
}

/// What a file put into a repository makes of it.
fn looks(files: &[(&str, &str)]) -> (String, usize, bool) {
    let world = World::knowing(&[("crates.io", &advisory("RUSTSEC-2026-1", &[], "bad", "1.2.0"))]);
    with_lock(&world, std::path::Path::new(""), &[("bad", "1.0.0")]);
    for (path, content) in files {
        world.write(&format!("tree/{path}"), content.as_bytes());
    }
    let report = world.scan(&world.request());
    (report.assets[0].kind.clone(), report.findings.len(), report.complete)
}

#[test]
fn a_file_in_a_repository_makes_no_system_and_no_image_of_it() {
    let repository = |complete| ("repository".to_owned(), 1, complete);
    assert_eq!(looks(&[]), repository(true));
    assert_eq!(looks(&[("etc/os-release", RELEASE)]), repository(true));
    let layout = [("oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}"), ("index.json", "{}")];
    assert_eq!(looks(&layout), repository(false));
    let system = [("etc/os-release", RELEASE), ("var/lib/dpkg/status", STATUS)];
    let (kind, _, complete) = looks(&system);
    assert_eq!((kind.as_str(), complete), ("system", false), "which of the two nobody said");
    assert_eq!(looks(&[system[0], system[1], (".git/HEAD", "")]), repository(false));
}

#[cfg(unix)]
#[test]
fn a_system_whose_marks_lead_elsewhere_is_not_clean() {
    let world = world();
    world.write(
        "tree/usr/local/lib/python3.11/site-packages/old-1.0.dist-info/METADATA",
        METADATA.replace("1.0", "2.0").as_bytes(),
    );
    world.write("tree/etc/hostname", b"here");
    std::os::unix::fs::symlink("/nix/store/os-release", world.path("tree/etc/os-release"))
        .expect("a link");
    let report = world.scan(&world.request());
    assert_eq!((report.assets[0].kind.as_str(), report.findings.len()), ("system", 0));
    assert!(!report.complete);
}

#[test]
fn a_project_that_takes_a_product_s_name_draws_no_statement_to_itself() {
    let json = advisory("RUSTSEC-2026-1", &["CVE-2026-1000"], "bad", "1.2.0");
    let world = World::knowing(&[("crates.io", &json)]);
    with_lock(&world, std::path::Path::new(""), &[("bad", "1.0.0")]);
    let vex = r#"{"@context": "https://openvex.dev/ns", "author": "them", "timestamp": "2026-11-20T00:00:00Z", "statements": [
        {"vulnerability": "CVE-2026-1000", "status": "not_affected", "justification": "component_not_present",
         "products": [{"@id": "pkg:cargo/app@0.1.0", "subcomponents": [{"@id": "pkg:cargo/bad@1.0.0"}]}]}]}"#;
    world.write("theirs.json", vex.as_bytes());
    let scan = |trust_config| {
        let mut request = Request { trust_config, ..world.request() };
        request.vex = vec![Target::new(world.path("theirs.json"))];
        let report = world.scan(&request);
        (report.findings.len(), report.stated.len())
    };
    assert_eq!(scan(false), (1, 0), "the tree says that it is `app`");
    assert_eq!(scan(true), (0, 1), "and the user believes it");
}
