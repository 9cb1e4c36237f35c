//! The files of the demo, carried inside the program.
//!
//! Paths are relative to the folder `demo/` of this crate, `/`-separated and sorted; `demo/README.md` says
//! what each one shows. A test compares this list with the folder. Nothing is read at run time.

macro_rules! carried {
    ($($path:literal,)*) => {
        &[$(($path, include_bytes!(concat!("../demo/", $path)) as &[u8]),)*]
    };
}

/// Every file of the demo: its path and its bytes.
pub const FILES: &[(&str, &[u8])] = carried![
    "estate/fleet-agent/Cargo.lock",
    "estate/fleet-agent/Cargo.toml",
    "estate/orders-api/pyproject.toml",
    "estate/orders-api/uv.lock",
    "estate/orders-api/worker/requirements.txt",
    "estate/rates-service/go.mod",
    "estate/rates-service/go.sum",
    "estate/shop/.github/workflows/release.yml",
    "estate/shop/package-lock.json",
    "estate/shop/package.json",
    "feeds/cve/vulnrichment-demo.jsonl",
    "feeds/epss/epss_scores-2026-11-20.csv",
    "feeds/exploits/public-exploit-metadata.jsonl",
    "feeds/kev/known_exploited_vulnerabilities.json",
    "feeds/osv/GitHub Actions/DEMO-2026-0016.json",
    "feeds/osv/Go/DEMO-2026-0012.json",
    "feeds/osv/Go/DEMO-2026-0013.json",
    "feeds/osv/PyPI/DEMO-2026-0006.json",
    "feeds/osv/PyPI/DEMO-2026-0007.json",
    "feeds/osv/PyPI/DEMO-2026-0008.json",
    "feeds/osv/PyPI/DEMO-2026-0009.json",
    "feeds/osv/PyPI/DEMO-2026-0014.json",
    "feeds/osv/coverage.json",
    "feeds/osv/crates.io/DEMO-2026-0010.json",
    "feeds/osv/crates.io/DEMO-2026-0011.json",
    "feeds/osv/crates.io/DEMO-2026-0015.json",
    "feeds/osv/npm/DEMO-2026-0001.json",
    "feeds/osv/npm/DEMO-2026-0002.json",
    "feeds/osv/npm/DEMO-2026-0003.json",
    "feeds/osv/npm/DEMO-2026-0004.json",
    "feeds/osv/npm/DEMO-2026-0005.json",
    "feeds/osv/npm/MAL-2026-900001.json",
    "gabion.toml",
];
