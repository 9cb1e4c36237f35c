//! kill -9 at any moment of a sync leaves the old index usable, and the next sync cleans up.

use crate::program::{ADVISORY, Place, has_file, text};

#[test]
fn a_killed_sync_leaves_the_old_index_whole() {
    let place = Place::synced();
    let before = std::fs::read(place.path("data/index.gabion")).expect("an index");
    // Enough records that reading and writing take a while.
    for number in 2..4000 {
        let record = ADVISORY
            .replace("RUSTSEC-2026-0001", &format!("RUSTSEC-2026-{number:04}"))
            .replace("CVE-2026-1000", &format!("CVE-2026-{}", 10_000 + number));
        place.write(&format!("feeds/osv/crates.io/RUSTSEC-2026-{number:04}.json"), &record);
    }
    let mut killed = 0;
    for round in 0..12u32 {
        let mut child = place.start(&["sync", "--from", "feeds"]);
        // Waits for something to happen, not for time to pass: at once, when the lock is there, when the
        // unfinished file is there, and ever later after that.
        let mut spins = 0u64;
        while round > 0
            && !has_file(&place.path("data"), ".part")
            && child.try_wait().expect("a child").is_none()
        {
            std::thread::yield_now();
        }
        while spins < u64::from(round) * 40 && child.try_wait().expect("a child").is_none() {
            spins += 1;
            std::thread::yield_now();
        }
        child.kill().ok();
        let ended = child.wait().expect("an end");
        if ended.success() {
            break;
        }
        killed += 1;
        let verify = place.run(&["sync", "--verify"]);
        assert!(verify.status.success(), "round {round}: {}", text(&verify.stderr));
        if std::fs::read(place.path("data/index.gabion")).expect("an index") != before {
            // Killed between the rename and its end: then the new one is there, whole.
            let status = place.run(&["sync", "--status"]);
            assert!(text(&status.stdout).contains("3999"), "round {round}");
            break;
        }
    }
    assert!(killed > 0, "no sync was killed");
    assert_eq!(place.code(&["sync", "--from", "feeds"]), 0);
    assert!(!has_file(&place.path("data"), ".part"));
    assert!(text(&place.run(&["sync", "--status"]).stdout).contains("3999"));
}
