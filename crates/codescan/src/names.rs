//! What does an import of this package look like, and may its absence mean anything?
//!
//! In: an ecosystem and a package's name. Out: the spellings under which [`crate::imports`] tells
//! imports. A distribution of PyPI has no module by its name alone: the table has those that are known.

use vocab::Base;

/// The longest name that is looked up, in bytes.
pub const MAX_NAME: usize = 300;

/// The spellings under which a package's imports are told.
pub fn spellings(base: Base, name: &str) -> Vec<String> {
    let mut spellings = match base {
        Base::CratesIo => vec![collapsed(name)],
        Base::PyPI => vec![distribution(name)],
        Base::RubyGems => vec![name.replace('_', "-")],
        _ => vec![name.to_owned()],
    };
    let also = |table: &[(&str, &[&str])], key: &str| -> Vec<String> {
        let found = table.iter().filter(|(of, _)| *of == key);
        found.flat_map(|(_, others)| others.iter().map(|o| (*o).to_owned())).collect()
    };
    match base {
        Base::CratesIo => spellings.extend(also(LIBRARIES, name)),
        Base::Npm => spellings.extend(also(PROGRAMS, name)),
        Base::PyPI => spellings.extend(also(MODULES, &distribution(name))),
        _ => {}
    }
    spellings
}

/// Why nobody can say «not imported» of a package by its name; `None` when it can be said.
pub fn absence_says_nothing(base: Base, name: &str) -> Option<&'static str> {
    match base {
        Base::CratesIo if name.ends_with("-sys") || name.ends_with("_sys") => {
            Some("it may only be linked")
        }
        Base::Go if matches!(name, "stdlib" | "toolchain") => {
            Some("the standard library is there in any case")
        }
        Base::Npm if name.starts_with("@types/") => Some("it holds types, which need no import"),
        Base::Npm if PLUGINS.iter().any(|part| name.contains(part)) => {
            Some("its name is that of a plugin, which other packages load")
        }
        Base::PyPI => {
            let name = distribution(name);
            let known = MODULES.iter().any(|(of, _)| *of == name) || SAME.contains(&name.as_str());
            (!known).then_some("the names of its modules are not known")
        }
        Base::RubyGems => Some("Bundler may require every gem by itself"),
        _ => None,
    }
}

/// The last segment of a function's or method's name: `M` of `T.M`.
pub fn last_segment(symbol: &str) -> &str {
    symbol.rsplit(['.', ':']).next().unwrap_or(symbol)
}

/// A crate's name and the identifier of its library in one spelling: without `-` and `_`, and without
/// `rust-` and `-rs`, which libraries often leave out.
pub fn collapsed(name: &str) -> String {
    let name = name.strip_prefix("rust-").or_else(|| name.strip_prefix("rust_")).unwrap_or(name);
    let name = name.strip_suffix("-rs").or_else(|| name.strip_suffix("_rs")).unwrap_or(name);
    name.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

/// A module's path in one spelling: case and `-` against `_` do not count.
pub fn module(path: &str) -> String {
    path.chars().map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
}

fn distribution(name: &str) -> String {
    module(name).replace('.', "_")
}

/// The npm package of a module specifier: `@scope/a` of `@scope/a/b`. `None` for paths and addresses,
/// and for what is no specifier.
pub fn npm_package(specifier: &str) -> Option<&str> {
    let text = specifier.rsplit('!').next().unwrap_or(specifier);
    let text = text.strip_prefix("npm:").unwrap_or(text).trim_start_matches('~');
    if text.is_empty() || text.len() > MAX_NAME || text.starts_with(['.', '/']) {
        return None;
    }
    let part = |text: &str| text.find(['/', '?']).unwrap_or(text.len());
    let end = match text.strip_prefix('@') {
        Some(scoped) => {
            let scope = scoped.find('/')?;
            scope + 2 + part(scoped.get(scope + 1..)?)
        }
        None => part(text),
    };
    let name = text.get(..end)?;
    // A version behind it, as in `npm:chalk@5`.
    let name = match name.rfind('@') {
        Some(at) if at > 0 => name.get(..at)?,
        _ => name,
    };
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '/' | '.' | '_' | '-');
    (!name.is_empty() && name.chars().all(sound)).then_some(name)
}

/// What plugins' names hold; other packages load them by short names or by searching for them.
const PLUGINS: &[&str] = &[
    "plugin",
    "preset",
    "loader",
    "config",
    "adapter",
    "addon",
    "karma-",
    "grunt-",
    "gulp-",
    "hubot-",
    "generator-",
    "transformer",
    "reporter",
    "theme",
    "driver",
];

/// Crates whose library has another name than [`collapsed`] tells, in its spelling.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("lmdb-rkv", &["lmdb"]),
    ("new_debug_unreachable", &["debugunreachable"]),
    ("nodejs-semver", &["nodesemver"]),
    ("parity-util-mem", &["parityutilmem", "mallocsizeof"]),
    ("protobuf-parse", &["protobufparse"]),
    ("webrtc-rtp", &["rtp"]),
    ("webrtc-util", &["util", "webrtcutil"]),
    ("mysql_common", &["mysqlcommon", "mysql"]),
    ("libsqlite3-sys", &["libsqlite3sys"]),
    ("cosmwasm-std", &["cosmwasmstd"]),
    ("pgp", &["pgp"]),
    ("fake-simd", &["fakesimd"]),
    ("failure_derive", &["failure"]),
    ("serde_derive", &["serde"]),
    ("tokio-macros", &["tokio"]),
];

/// npm packages that are run by another name.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("typescript", &["tsc", "tsserver"]),
    ("@angular/cli", &["ng"]),
    ("@babel/cli", &["babel"]),
    ("@nestjs/cli", &["nest"]),
    ("@vue/cli-service", &["vue-cli-service"]),
    ("webpack-cli", &["webpack"]),
    ("webpack-dev-server", &["webpack"]),
    ("gulp-cli", &["gulp"]),
    ("grunt-cli", &["grunt"]),
    ("jest-cli", &["jest"]),
    ("npm-run-all", &["run-s", "run-p"]),
    ("node-gyp", &["binding.gyp"]),
    ("react-scripts", &["react-scripts"]),
];

/// Distributions of PyPI whose modules have other names, in the spelling of [`module`] with `_` for `.`.
const MODULES: &[(&str, &[&str])] = &[
    ("attrs", &["attr", "attrs"]),
    ("beautifulsoup4", &["bs4"]),
    ("dnspython", &["dns"]),
    ("django_rest_framework", &["rest_framework"]),
    ("djangorestframework", &["rest_framework"]),
    ("gitpython", &["git"]),
    ("ipython", &["ipython"]),
    ("kafka_python", &["kafka"]),
    ("ldap3", &["ldap3"]),
    ("mysqlclient", &["mysqldb"]),
    ("opencv_python", &["cv2"]),
    ("opencv_python_headless", &["cv2"]),
    ("paho_mqtt", &["paho"]),
    ("pillow", &["pil"]),
    ("protobuf", &["google_protobuf"]),
    ("psycopg2_binary", &["psycopg2"]),
    ("pycryptodome", &["crypto"]),
    ("pycryptodomex", &["cryptodome"]),
    ("pyjwt", &["jwt"]),
    ("pymysql", &["pymysql"]),
    ("pyopenssl", &["openssl"]),
    ("python_dateutil", &["dateutil"]),
    ("python_dotenv", &["dotenv"]),
    ("python_jose", &["jose"]),
    ("python_ldap", &["ldap"]),
    ("python_multipart", &["multipart", "python_multipart"]),
    ("pyyaml", &["yaml"]),
    ("pyzmq", &["zmq"]),
    ("ruamel_yaml", &["ruamel_yaml", "ruamel"]),
    ("scikit_image", &["skimage"]),
    ("scikit_learn", &["sklearn"]),
    ("setuptools", &["setuptools", "pkg_resources", "distutils"]),
    ("websocket_client", &["websocket"]),
];

/// Distributions whose module has their own name, and nothing else loads them by another.
const SAME: &[&str] = &[
    "aiohttp",
    "babel",
    "bleach",
    "boto3",
    "botocore",
    "celery",
    "certifi",
    "cryptography",
    "django",
    "flask",
    "httpx",
    "jinja2",
    "lxml",
    "mako",
    "markdown",
    "numpy",
    "pandas",
    "paramiko",
    "pydantic",
    "requests",
    "scipy",
    "scrapy",
    "sqlalchemy",
    "sqlparse",
    "starlette",
    "tensorflow",
    "tornado",
    "torch",
    "tqdm",
    "transformers",
    "twisted",
    "ujson",
    "urllib3",
    "websockets",
    "werkzeug",
];
