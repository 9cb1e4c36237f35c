//! What comes through a pipe: a bill, an image, half of one, and what is neither.

use std::io::Write;
use std::process::Stdio;

use crate::program::{Place, text};

const BILL: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,
"components":[{"type":"library","name":"left","version":"1.1.0","purl":"pkg:cargo/left@1.1.0"}]}"#;

fn piped(place: &Place, bytes: &[u8]) -> (Option<i32>, String) {
    let mut command = place.command(&["scan", "-", "--format", "json"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let mut pipe = child.stdin.take().expect("a pipe");
    // A program that has seen enough closes its end.
    pipe.write_all(bytes).ok();
    drop(pipe);
    let output = child.wait_with_output().expect("an end");
    (output.status.code(), text(&output.stdout))
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append_data(&mut header, path, *content).expect("appended");
    }
    builder.into_inner().expect("an archive")
}

/// An archive whose manifest comes last, as `docker save` writes it.
fn image() -> Vec<u8> {
    let os: &[u8] = b"ID=debian\nVERSION_ID=\"12\"\n";
    let status: &[u8] = b"Package: a\nStatus: install ok installed\nVersion: 1\n";
    let layer = tar(&[("etc/os-release", os), ("var/lib/dpkg/status", status)]);
    let config: &[u8] = br#"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers"}}"#;
    let manifest: &[u8] =
        br#"[{"Config":"c.json","RepoTags":["shop:1"],"Layers":["l/layer.tar"]}]"#;
    tar(&[("l/layer.tar", &layer), ("c.json", config), ("manifest.json", manifest)])
}

fn asset(json: &str) -> (String, String, bool) {
    let report: serde_json::Value = serde_json::from_str(json).expect("a report");
    let asset = &report["assets"][0];
    let text = |key: &str| asset[key].as_str().unwrap_or_default().to_owned();
    (text("kind"), text("path"), report["complete"].as_bool().unwrap_or_default())
}

#[test]
fn a_bill_and_an_image_are_known_by_their_content() {
    let place = Place::synced();
    let (code, json) = piped(&place, BILL.as_bytes());
    assert_eq!(asset(&json), ("sbom".into(), "standard input".into(), true));
    assert!(json.contains("CVE-2026-1000"), "{json}");
    assert_eq!(code, Some(0));
    let (code, json) = piped(&place, &image());
    // The index of this place knows nothing of Debian.
    assert_eq!(asset(&json), ("image".into(), "standard input".into(), false));
    assert_eq!(code, Some(3));
    assert!(json.contains("\"Debian:12\"") && json.contains("no_advisories"), "{json}");
}

#[test]
fn half_an_image_nothing_and_nonsense_are_never_clean() {
    let place = Place::synced();
    let image = image();
    let half = &image[..image.len() / 2];
    for bytes in [half, b"", b"\x7fELF", b"hello\n", BILL.split_at(60).0.as_bytes()] {
        let (code, json) = piped(&place, bytes);
        assert_eq!(code, Some(3), "{json}");
    }
}
