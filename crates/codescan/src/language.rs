//! Which language is a file written in, as far as imports are concerned?
//!
//! In: a path and the first bytes. Out: a language, or nothing for what is not read.

use vocab::Base;

/// What a file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// JavaScript, TypeScript and files with scripts in them (`.vue`, `.svelte`).
    JavaScript,
    /// Python, notebooks included.
    Python,
    /// Ruby.
    Ruby,
    /// `Cargo.toml`: it may give a package another name.
    CargoManifest,
    /// `package.json`: it may run a package or configure it.
    NodeManifest,
    /// `go.mod`: it may name tools.
    GoManifest,
    /// `pyproject.toml`: it may configure a package.
    PythonManifest,
    /// Anything else in which a package's name may stand: configuration, build files, pages, styles.
    Words,
}

/// Lock files and lists that name every package and so say nothing of use.
const LISTS: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "deno.lock",
    "composer.lock",
    "composer.json",
    "Pipfile",
    "Pipfile.lock",
    "poetry.lock",
    "uv.lock",
    "setup.cfg",
    "Cargo.lock",
    "bower.json",
];

impl Language {
    /// The language of a file by its name; for a name without an ending by its first line.
    pub fn of(path: &str, head: &[u8]) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if LISTS.contains(&name) {
            return None;
        }
        match name {
            "Cargo.toml" => return Some(Self::CargoManifest),
            "package.json" => return Some(Self::NodeManifest),
            "go.mod" => return Some(Self::GoManifest),
            "pyproject.toml" => return Some(Self::PythonManifest),
            "Makefile" | "makefile" | "Dockerfile" | "Containerfile" | "Procfile" | "Justfile"
            | "justfile" => return Some(Self::Words),
            "Rakefile" | "Gemfile" | "Guardfile" | "Capfile" => return Some(Self::Ruby),
            _ => {}
        }
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        Some(match ending.to_ascii_lowercase().as_str() {
            "rs" => Self::Rust,
            "go" => Self::Go,
            "js" | "jsx" | "mjs" | "cjs" | "es6" | "ts" | "tsx" | "mts" | "cts" | "vue"
            | "svelte" | "astro" | "coffee" => Self::JavaScript,
            "py" | "pyi" | "pyw" | "pyx" | "pxd" | "ipynb" => Self::Python,
            "rb" | "rake" | "ru" | "gemspec" | "erb" => Self::Ruby,
            "json" | "jsonc" | "json5" | "yml" | "yaml" | "toml" | "ini" | "cfg" | "conf"
            | "html" | "htm" | "ejs" | "hbs" | "pug" | "njk" | "css" | "scss" | "sass" | "less"
            | "styl" | "sh" | "bash" | "zsh" | "ps1" | "bat" | "cmd" | "mk" | "mdx" | "graphql"
            | "dockerfile" | "service" => Self::Words,
            // `.babelrc`, `.eslintrc`, `.env`.
            _ if stem.is_empty() && !ending.is_empty() => Self::Words,
            "" => return Self::of_first_line(head),
            _ => return None,
        })
    }

    /// Whether a file of this name is read only if its first line names an interpreter.
    pub fn needs_head(path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        !name.contains('.') && Self::of(path, b"").is_none()
    }

    fn of_first_line(head: &[u8]) -> Option<Self> {
        let line = head.split(|b| *b == b'\n').next()?;
        let line = line.strip_prefix(b"#!")?;
        let line = String::from_utf8_lossy(line.get(..line.len().min(256))?);
        let has = |word: &str| line.contains(word);
        if has("python") {
            Some(Self::Python)
        } else if has("node") || has("deno") || has("bun") {
            Some(Self::JavaScript)
        } else if has("ruby") {
            Some(Self::Ruby)
        } else {
            Some(Self::Words)
        }
    }

    /// The language in which a package of an ecosystem is imported; `None` where imports do not tell the
    /// package (Java's, PHP's and .NET's name spaces belong to no artifact by name).
    pub fn of_ecosystem(base: Base) -> Option<Self> {
        match base {
            Base::CratesIo => Some(Self::Rust),
            Base::Go => Some(Self::Go),
            Base::Npm => Some(Self::JavaScript),
            Base::PyPI => Some(Self::Python),
            Base::RubyGems => Some(Self::Ruby),
            _ => None,
        }
    }

    /// What people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Go => "Go",
            Self::JavaScript => "JavaScript or TypeScript",
            Self::Python => "Python",
            Self::Ruby => "Ruby",
            Self::CargoManifest | Self::NodeManifest | Self::GoManifest | Self::PythonManifest => {
                "manifest"
            }
            Self::Words => "configuration",
        }
    }
}
