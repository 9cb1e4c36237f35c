#![no_main]
//! `gabion.toml`: whatever it says, it is read or refused with its place.

use std::path::Path;

use app::config::Config;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(config) = Config::parse("gabion.toml", text, Path::new("")) else { return };
    for asset in &config.assets {
        let _ = asset.path.is_match("shop/web/package-lock.json");
    }
});
