//! What does a tool see of the user's environment?
//!
//! Nothing but a short list: where programs, certificates, proxies and registry mirrors are. Its home is
//! an empty folder; of the user's own home only what names registries and holds downloads is pointed at.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::{Tool, Toolbox};

/// Passed on as they are, for every tool: proxies, certificates, language of messages.
const PASSED: &[&str] = &[
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "CARGO_HTTP_CAINFO",
    "PIP_CERT",
    "SYSTEMROOT",
];

/// Passed on by the beginnings of their names, for one tool: where its registries are.
const REGISTRIES: &[(Tool, &[&str])] = &[
    (Tool::Cargo, &["CARGO_REGISTRIES_", "CARGO_REGISTRY_", "CARGO_SOURCE_", "RUSTUP_"]),
    (Tool::Npm, &["npm_config_registry", "NPM_CONFIG_REGISTRY", "npm_config_cafile"]),
    (
        Tool::Uv,
        &["UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS"],
    ),
    (Tool::Poetry, &["POETRY_REPOSITORIES_", "POETRY_HTTP_BASIC_", "POETRY_PYPI_TOKEN_"]),
    (Tool::Go, &["GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB"]),
];

/// The environment of one run.
pub fn of(toolbox: &Toolbox, tool: Tool, home: &Path) -> Vec<(OsString, OsString)> {
    let mut all: Vec<(OsString, OsString)> = vec![
        ("HOME".into(), home.into()),
        ("TMPDIR".into(), home.into()),
        ("LANG".into(), "C.UTF-8".into()),
        ("LC_ALL".into(), "C.UTF-8".into()),
        ("NO_COLOR".into(), "1".into()),
        ("CI".into(), "1".into()),
    ];
    if let Ok(path) = std::env::join_paths(&toolbox.folders) {
        all.push(("PATH".into(), path));
    }
    let own = REGISTRIES.iter().find(|(of, _)| *of == tool).map_or(&[][..], |(_, names)| names);
    for (name, value) in &toolbox.variables {
        let Some(text) = name.to_str() else { continue };
        if PASSED.contains(&text) || own.iter().any(|begin| text.starts_with(begin)) {
            all.push((name.clone(), value.clone()));
        }
    }
    all.extend(settings(toolbox, tool));
    all
}

/// What a tool needs of the user's own home, and what keeps it from doing more than it was asked.
fn settings(toolbox: &Toolbox, tool: Tool) -> Vec<(OsString, OsString)> {
    let fixed = |pairs: &[(&str, &str)]| -> Vec<(OsString, OsString)> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    };
    let mut all = Vec::new();
    let mut point = |name: &str, path: Option<PathBuf>| {
        if let Some(path) = path {
            all.push((OsString::from(name), path.into_os_string()));
        }
    };
    match tool {
        Tool::Cargo => {
            point("CARGO_HOME", toolbox.folder_of("CARGO_HOME", ".cargo"));
            if toolbox.value("RUSTUP_HOME").is_none() {
                point("RUSTUP_HOME", toolbox.folder_of("RUSTUP_HOME", ".rustup"));
            }
            all.extend(fixed(&[("CARGO_TERM_COLOR", "never"), ("RUSTUP_AUTO_INSTALL", "0")]));
        }
        Tool::Npm => {
            point("npm_config_userconfig", toolbox.file_of("npm_config_userconfig", ".npmrc"));
            point("npm_config_cache", toolbox.folder_of("npm_config_cache", ".npm"));
            all.extend(fixed(&[
                ("npm_config_ignore_scripts", "true"),
                ("npm_config_update_notifier", "false"),
                ("npm_config_audit", "false"),
                ("npm_config_fund", "false"),
            ]));
        }
        Tool::Uv => {
            point("UV_CONFIG_FILE", toolbox.file_of("UV_CONFIG_FILE", ".config/uv/uv.toml"));
            point("UV_CACHE_DIR", toolbox.folder_of("UV_CACHE_DIR", ".cache/uv"));
            all.extend(fixed(&[
                ("UV_NO_BUILD", "1"),
                ("UV_NO_PROGRESS", "1"),
                ("UV_PYTHON_DOWNLOADS", "never"),
            ]));
        }
        Tool::Poetry => {
            point("POETRY_CONFIG_DIR", toolbox.folder_of("POETRY_CONFIG_DIR", ".config/pypoetry"));
            point("POETRY_CACHE_DIR", toolbox.folder_of("POETRY_CACHE_DIR", ".cache/pypoetry"));
            all.extend(fixed(&[
                ("POETRY_NO_INTERACTION", "1"),
                ("POETRY_VIRTUALENVS_CREATE", "false"),
            ]));
        }
        Tool::Go => {
            point("GOMODCACHE", toolbox.folder_of("GOMODCACHE", "go/pkg/mod"));
            all.extend(fixed(&[
                ("GOFLAGS", "-mod=mod"),
                ("GOWORK", "off"),
                ("GOTOOLCHAIN", "local"),
                ("GOENV", "off"),
                ("CGO_ENABLED", "0"),
            ]));
        }
        // A repository's own configuration may name programs: none of these commands reads filters or
        // hooks, and nothing is fetched.
        Tool::Git => all.extend(fixed(&[
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_ALLOW_PROTOCOL", "none"),
            ("GIT_OPTIONAL_LOCKS", "0"),
        ])),
    }
    all
}

impl Toolbox {
    fn value(&self, name: &str) -> Option<&OsStr> {
        let mut all = self.variables.iter().filter(|(key, value)| key == name && !value.is_empty());
        all.next().map(|(_, value)| value.as_os_str())
    }

    /// A folder that a variable names, or that lies at its usual place in the user's home.
    fn folder_of(&self, variable: &str, usual: &str) -> Option<PathBuf> {
        self.place(variable, usual).filter(|path| path.is_dir())
    }

    fn file_of(&self, variable: &str, usual: &str) -> Option<PathBuf> {
        self.place(variable, usual).filter(|path| path.is_file())
    }

    fn place(&self, variable: &str, usual: &str) -> Option<PathBuf> {
        let path = match self.value(variable) {
            Some(path) => PathBuf::from(path),
            None => Path::new(self.value("HOME")?).join(usual),
        };
        (path.is_absolute() && !self.forbids(&path)).then_some(path)
    }
}
