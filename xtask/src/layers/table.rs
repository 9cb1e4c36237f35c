//! What may depend on what? The rules of docs/ARCHITECTURE.md as data.
//!
//! In: nothing. Out: tables. Never: a decision; `rules.rs` reads these and compares. A new crate gets a
//! row here before it compiles, and a new arrow is a change to this file that a reviewer sees.

/// What kind of crate it is; decides which outside things it may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words and orders: `vocab`, `versions`, `formats`.
    Leaf,
    /// Values in, values out: no file system, network, process, environment, clock, randomness.
    Engine,
    /// The one owner of something outside.
    Door,
    /// Use cases, surfaces and the tools around the product.
    House,
}

/// One crate: its kind and the crates of this workspace that it may name.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The package's name.
    pub name: &'static str,
    /// What kind of crate it is.
    pub kind: Kind,
    /// Workspace crates it may depend on outside tests.
    pub may_use: &'static [&'static str],
}

const fn row(name: &'static str, kind: Kind, may_use: &'static [&'static str]) -> Row {
    Row { name, kind, may_use }
}

const LEAVES: &[&str] = &["vocab", "versions", "formats"];

/// Every crate of the design. Rows of crates that are not born yet stand here so that their first
/// manifest already meets its rule (`cli` and `server` have no line to `ledger`: rule 6).
pub const CRATES: &[Row] = &[
    row("vocab", Kind::Leaf, &[]),
    row("versions", Kind::Leaf, &["vocab"]),
    row("formats", Kind::Leaf, &["vocab"]),
    row("intel", Kind::Engine, LEAVES),
    row("inventory", Kind::Engine, LEAVES),
    row("findings", Kind::Engine, LEAVES),
    row("triage", Kind::Engine, LEAVES),
    row("remedy", Kind::Engine, LEAVES),
    row("codescan", Kind::Engine, LEAVES),
    row("detect", Kind::Engine, LEAVES),
    row("access", Kind::Engine, LEAVES),
    row("ledger", Kind::Door, LEAVES),
    row("fetch", Kind::Door, LEAVES),
    row("sandbox", Kind::Door, LEAVES),
    row("llm", Kind::Door, &["vocab", "versions", "formats", "fetch"]),
    row(
        "app",
        Kind::House,
        &[
            "vocab",
            "versions",
            "formats",
            "intel",
            "inventory",
            "findings",
            "triage",
            "remedy",
            "codescan",
            "detect",
            "access",
            "ledger",
            "fetch",
            "sandbox",
            "llm",
        ],
    ),
    row("server", Kind::House, &["vocab", "versions", "formats", "app"]),
    row("cli", Kind::House, &["vocab", "versions", "formats", "app", "server"]),
    row("testkit", Kind::House, &["vocab"]),
    row("xtask", Kind::House, &["vocab", "intel", "inventory", "findings", "app", "testkit"]),
];

/// What a crate's tests may name beyond its row.
pub const TESTS_MAY_USE: &[&str] = &["testkit", "vocab", "versions"];

/// An outside thing: the third-party crates that bring it, and who may name them.
#[derive(Debug, Clone, Copy)]
pub struct Owned {
    /// What it is, for the message.
    pub thing: &'static str,
    /// Crates that bring it.
    pub crates: &'static [&'static str],
    /// Packages that may name them in their manifests.
    pub owners: &'static [&'static str],
    /// Whether any package's tests may name them too.
    pub in_tests: bool,
    /// Whether a leaf or engine may not even reach it through others.
    pub deep: bool,
}

/// Rules 2 and 4: one owner for each outside thing.
pub const OWNED: &[Owned] = &[
    Owned {
        thing: "the HTTP client",
        crates: &[
            "ureq",
            "reqwest",
            "hyper",
            "hyper-util",
            "isahc",
            "curl",
            "attohttpc",
            "minreq",
            "awc",
            "rustls",
            "rustls-native-certs",
            "webpki-roots",
            "native-tls",
        ],
        owners: &["fetch"],
        in_tests: false,
        deep: true,
    },
    Owned {
        thing: "a database driver",
        crates: &[
            "rusqlite",
            "sqlx",
            "postgres",
            "tokio-postgres",
            "diesel",
            "sea-orm",
            "redb",
            "sled",
            "heed",
            "fjall",
            "rocksdb",
            "duckdb",
            "libsql",
            "libsqlite3-sys",
        ],
        // `inventory` reads rpm's database out of bytes (docs/ARCHITECTURE.md, rule 4).
        owners: &["ledger", "inventory"],
        in_tests: false,
        deep: true,
    },
    Owned {
        thing: "the web framework",
        crates: &["axum", "actix-web", "warp", "rocket", "tiny_http", "poem", "salvo", "tonic"],
        owners: &["server"],
        in_tests: false,
        deep: true,
    },
    Owned {
        thing: "arguments and terminal",
        crates: &[
            "clap",
            "clap_complete",
            "clap_mangen",
            "lexopt",
            "pico-args",
            "argh",
            "anstream",
            "anstyle",
            "indicatif",
            "console",
            "crossterm",
            "ratatui",
            "dialoguer",
            "terminal_size",
            "owo-colors",
            "colored",
            "termcolor",
            "etcetera",
            "dirs",
        ],
        owners: &["cli"],
        in_tests: false,
        deep: false,
    },
    Owned {
        thing: "anyhow (libraries have errors with names)",
        crates: &["anyhow", "eyre", "color-eyre", "miette"],
        owners: &["cli", "xtask"],
        in_tests: true,
        deep: false,
    },
    Owned {
        thing: "an async runtime",
        crates: &["tokio", "async-std", "smol", "mio", "async-io", "futures-executor"],
        owners: &["server", "ledger", "app"],
        in_tests: false,
        deep: true,
    },
    Owned {
        thing: "walking and mapping files",
        crates: &["memmap2", "ignore", "walkdir", "jwalk", "globwalk", "glob", "notify"],
        owners: &["app"],
        in_tests: false,
        deep: true,
    },
    Owned {
        thing: "temporary files",
        crates: &["tempfile", "tempdir"],
        owners: &["app", "fetch", "testkit", "xtask"],
        in_tests: true,
        deep: true,
    },
    Owned {
        thing: "randomness",
        crates: &["rand", "getrandom", "fastrand", "oorandom", "uuid"],
        owners: &["app", "access", "sandbox", "ledger"],
        in_tests: true,
        deep: true,
    },
    Owned {
        thing: "processes",
        crates: &["duct", "subprocess", "command-group", "nix", "rustix", "wait4", "signal-hook"],
        owners: &["sandbox", "xtask"],
        in_tests: false,
        deep: true,
    },
    Owned {
        thing: "threads (the caller decides what runs beside what)",
        crates: &["rayon", "rayon-core", "crossbeam", "threadpool"],
        owners: &["app"],
        in_tests: false,
        deep: true,
    },
    Owned {
        thing: "the workspace's own metadata",
        crates: &["cargo_metadata"],
        owners: &["xtask"],
        in_tests: false,
        deep: true,
    },
];

/// What a leaf or engine reaches and does not use: the package, the crate it goes through, what it
/// reaches. Each is argued in docs/decisions/dependencies.md.
pub const REACHED_UNUSED: &[(&str, &str, &[&str])] = &[
    // Reading a zip asks for no randomness: that is for writing encrypted ones. `nix` is a target's.
    ("inventory", "zip", &["getrandom", "nix"]),
    ("findings", "zip", &["getrandom", "nix"]),
    // The one driver that may be reached, by the one who may name it.
    ("inventory", "rusqlite", &["libsqlite3-sys"]),
];

/// Crates that run while building only; what they reach is not in the product. The lock file does not
/// tell build dependencies from others.
pub const BUILD_TIME: &[&str] =
    &["cc", "pkg-config", "cmake", "bindgen", "autocfg", "version_check"];

/// Names that say nothing (rule 7).
pub const BANNED_NAMES: &[&str] =
    &["core", "common", "util", "utils", "helper", "helpers", "manager", "shared", "misc"];

/// Most third-party dependencies of `vocab` (rule 7).
pub const VOCAB_DEPENDENCIES: usize = 5;

/// Most packages in the lock file, ours included (docs/STYLE.md, «House»).
pub const LOCKED_PACKAGES: usize = 400;
