//! kill -9 at any moment of an import: all of the document is in or none, and importing it again completes it. Two
//! at once lose nothing. `GABION_KILLS=200` and `GABION_AT_ONCE=50000` run the long forms.

use std::fmt::Write as _;
use std::time::Instant;

use serde_json::Value;

use crate::program::{Place, text};

/// A SARIF report of `count` findings, each in a file of its own.
pub fn report(tool: &str, count: usize) -> String {
    let mut out = format!(
        "{{\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{{\"name\":\"{tool}\",\"version\":\"1\"}}}},\"results\":["
    );
    for at in 0..count {
        let comma = if at == 0 { "" } else { "," };
        write!(
            out,
            "{comma}{{\"ruleId\":\"rule-{}\",\"level\":\"warning\",\"message\":{{\"text\":\"a defect, number {at}\"}},\"locations\":[{{\"physicalLocation\":{{\"artifactLocation\":{{\"uri\":\"src/{}/file{at}.c\"}},\"region\":{{\"startLine\":{},\"snippet\":{{\"text\":\"call_{at}(argument, {at});\"}}}}}}}}]}}",
            at % 40,
            at % 300,
            at % 900 + 1
        )
        .expect("written");
    }
    out.push_str("]}]}");
    out
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn imported(place: &Place, arguments: &[&str]) -> Value {
    let output = place.run(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_killed_import_is_in_or_out_and_completes() {
    const FINDINGS: usize = 250;
    let place = Place::new();
    place.write("report.sarif", &report("lint", FINDINGS));
    let import = ["import", "report.sarif", "--asset", "web", "--scanned-at", "2026-11-20"];
    let started = Instant::now();
    assert_eq!(imported(&place, &import)["new"], FINDINGS);
    let whole = started.elapsed();
    let kills = number("GABION_KILLS", 20);
    let (mut killed, mut out, mut seed) = (0, 0, 0x2545_f491_4f6c_dd1d_u64);
    while killed < kills {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        std::fs::remove_dir_all(place.path("data")).ok();
        let wait = whole.mul_f64((seed % 1000) as f64 / 1000.0);
        let started = Instant::now();
        let mut child = place.start(&import);
        while started.elapsed() < wait {
            std::thread::yield_now();
        }
        child.kill().ok();
        if child.wait().expect("an end").success() {
            continue;
        }
        killed += 1;
        let after = imported(&place, &import);
        match (after["new"].as_u64(), after["repeat"].as_bool()) {
            (Some(0), Some(true)) => {}
            (new, _) => {
                assert_eq!(new, Some(FINDINGS as u64), "kill {killed} left a part: {after}");
                out += 1;
            }
        }
        assert_eq!(imported(&place, &import)["repeat"], true);
        let verify = place.run(&["ledger", "verify"]);
        assert!(verify.status.success(), "kill {killed}: {}", text(&verify.stderr));
    }
    assert!(out > 0, "no kill came in time");
}

#[test]
fn two_imports_at_once_lose_nothing() {
    let each = number("GABION_AT_ONCE", 300);
    let place = Place::new();
    place.write("a.sarif", &report("one", each));
    place.write("b.sarif", &report("two", each));
    let mut first = place.start(&["import", "a.sarif", "--asset", "web"]);
    let mut second = place.start(&["import", "b.sarif", "--asset", "web"]);
    assert!(first.wait().expect("an end").success());
    assert!(second.wait().expect("an end").success());
    for file in ["a.sarif", "b.sarif"] {
        let again = imported(&place, &["import", file, "--asset", "web"]);
        assert_eq!((&again["repeat"], &again["unchanged"]), (&true.into(), &each.into()), "{file}");
    }
    let stats = place.run(&["ledger", "verify"]);
    assert!(stats.status.success(), "{}", text(&stats.stderr));
}
