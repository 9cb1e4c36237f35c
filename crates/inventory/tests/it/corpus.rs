//! Is every file of the corpus read, or told why not?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use inventory::{Document, Format, Reading, Tree, format};

/// Fixtures with odd names, by what their path has and how it ends, to the format for `--as`.
const ODD: &[(&str, &str, &str)] = &[
    ("cargolock/testdata/", "", "Cargo.lock"),
    ("rust/cargo/testdata/cargo", ".lock", "Cargo.lock"),
    ("cargotoml/testdata/", "", "Cargo.toml"),
    ("packagelockjson/testdata/", "", "package-lock.json"),
    ("nodejs/npm/testdata/package-lock", ".json", "package-lock.json"),
    ("javascript/testdata/pkg-lock/", "lock.json", "package-lock.json"),
    ("javascript/testdata/pkg-lock/", "-1.json", "package-lock.json"),
    ("javascript/testdata/pkg-lock/", "-2.json", "package-lock.json"),
    ("javascript/testdata/pkg-lock/", "-3.json", "package-lock.json"),
    ("", "want.package-lock.json", "package-lock.json"),
    ("packagejson/testdata/", ".json", "package.json"),
    ("javascript/testdata/pkg-json/", ".json", "package.json"),
    ("", "write_want.package.json", "package.json"),
    ("yarnlock/testdata/", "", "yarn.lock"),
    ("nodejs/yarn/testdata/", ".lock", "yarn.lock"),
    ("", "my-yarn.lock", "yarn.lock"),
    ("pnpmlock/testdata/", "", "pnpm-lock.yaml"),
    ("nodejs/pnpm/testdata/", ".yaml", "pnpm-lock.yaml"),
    ("bunlock/testdata/", "", "bun.lock"),
    ("nodejs/bun/testdata/", ".lock", "bun.lock"),
    ("poetrylock/testdata/", "", "poetry.lock"),
    ("python/poetry/testdata/", ".lock", "poetry.lock"),
    ("uvlock/testdata/", "", "uv.lock"),
    ("python/uv/testdata/", ".lock", "uv.lock"),
    ("pipfilelock/testdata/", "", "Pipfile.lock"),
    ("python/pipenv/testdata/", ".lock", "Pipfile.lock"),
    ("pdmlock/testdata/", "", "pdm.lock"),
    ("pylock/testdata/", "", "pylock.toml"),
    ("python/requirements/testdata/", ".txt", "requirements.txt"),
    ("python/pip/testdata/", ".txt", "requirements.txt"),
    ("pyprojecttoml/testdata/", "", "pyproject.toml"),
    ("python/pyproject/testdata/", ".toml", "pyproject.toml"),
    ("poetry/want.pyproject", ".toml", "pyproject.toml"),
    ("githubactions/testdata/", ".yaml", "github-workflow"),
    ("githubactions/testdata/", ".yml", "github-workflow"),
    ("pomxml/testdata/", "", "pom.xml"),
    ("", ".pom.xml", "pom.xml"),
    ("golang/gomod/testdata/", ".mod", "go.mod"),
    ("golang/gomod/testdata/", ".sum", "go.sum"),
    ("golang/sum/testdata/", ".sum", "go.sum"),
    ("gradlelockfile/testdata/", "", "gradle.lockfile"),
    ("gradleversioncatalog/testdata/", "", "libs.versions.toml"),
    ("sbt/lockfile/testdata/", ".lock", "build.sbt.lock"),
    ("gemfilelock/testdata/", "", "Gemfile.lock"),
    ("ruby/bundler/testdata/", ".lock", "Gemfile.lock"),
    ("composerlock/testdata/", "", "composer.lock"),
    ("php/composer/testdata/", ".lock", "composer.lock"),
    ("php/testdata/vendor/", "installed.json", "installed.json"),
    ("packageslockjson/testdata/", "", "packages.lock.json"),
    ("nuget/lock/testdata/", ".json", "packages.lock.json"),
    ("nuget/config/testdata/", ".config", "packages.config"),
    ("nuget/packagesprops/testdata/", ".props", "Directory.Packages.props"),
    ("dart/pubspec/testdata/", ".lock", "pubspec.lock"),
    ("dart/pub/testdata/", ".lock", "pubspec.lock"),
    ("mixlock/testdata/", "", "mix.lock"),
    ("", ".mix.lock", "mix.lock"),
    ("swift/testdata/", ".resolved", "Package.resolved"),
    ("swift/swift/testdata/", ".resolved", "Package.resolved"),
    ("swift/cocoapods/testdata/", ".lock", "Podfile.lock"),
    ("conanlock/testdata/", "", "conan.lock"),
    ("c/conan/testdata/", ".lock", "conan.lock"),
    ("renvlock/testdata/", "", "renv.lock"),
    ("julia/manifesttoml/testdata/", "", "Manifest.toml"),
    ("julia/manifest/testdata/primary/Manifest", ".toml", "Manifest.toml"),
];

/// Files that name no package and are right, with the reason: what the path has and how it ends.
const EMPTY: &[(&str, &str, &str)] = &[
    ("pkg-json/package", ".json", "a manifest without dependencies"),
    ("packagejson/testdata/", ".json", "a manifest without dependencies"),
    ("image-dotnet", "/hello.csproj", "a project without dependencies"),
    ("cargotoml/testdata/no-dependency.toml", "", "a manifest without dependencies"),
    ("pyprojecttoml/testdata/empty_deps.toml", "", "a manifest with an empty list"),
    ("glob-paths/src/deno.lock", "", "a version and nothing else"),
    ("manifest/testdata/no_deps", "/Manifest.toml", "a lock file without dependencies"),
    ("empty.v1/package-lock.json", "", "`dependencies` is empty"),
    ("packagelockjson/testdata/empty", ".json", "`dependencies` or `packages` is empty"),
    ("pnpmlock/testdata/missing-packages.yaml", "", "what pnpm writes without dependencies"),
    ("pnpmlock/testdata/no-packages", ".yaml", "`packages` is empty"),
    ("yarnlock/testdata/empty.v1.lock", "", "the head of the file alone"),
    ("yarnlock/testdata/metadata-only.v2.lock", "", "the head of the file alone"),
    ("locks-empty/yarn.lock", "", "the head of the file alone"),
    ("empty_yarn/yarn.lock", "", "the head of the file alone"),
    ("pdmlock/testdata/empty.toml", "", "`[metadata]` alone"),
    ("pipfilelock/testdata/empty.json", "", "`default` and `develop` are empty"),
    ("poetrylock/testdata/empty.lock", "", "`package = []`"),
    ("poetry/empty/poetry.lock", "", "`package = []`"),
    ("uvlock/testdata/no-packages.lock", "", "a version and nothing else"),
    ("gradle/lockfile/testdata/empty.lockfile", "", "`empty=` and nothing else"),
    ("testdata/empty/build.sbt.lock", "", "an empty list"),
    ("testdata/empty/conan.lock", "", "an empty list"),
    ("testdata/empty/pubspec.lock", "", "an empty map"),
    ("lock-without-deps/packages.lock.json", "", "an empty map"),
    ("c/conan/testdata/empty_v1.lock", "", "a graph of the project alone"),
    ("conanlock/testdata/empty.v", ".json", "an empty list"),
    ("dart/pub/testdata/empty.lock", "", "an empty map"),
    ("sbt/lockfile/testdata/empty.sbt.lock", "", "an empty list"),
    ("manifesttoml/testdata/no-dependency.toml", "", "a lock file without dependencies"),
    ("composerlock/testdata/empty.json", "", "empty lists"),
    ("gemfilelock/testdata/no-gem", ".lock", "no gem below `specs:`"),
    ("gradleversioncatalog/testdata/empty.versions.toml", "", "an empty catalogue"),
];

struct Folder(PathBuf);

impl Tree for Folder {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.0.join(path)).ok()
    }
}

#[derive(Default)]
struct Row {
    files: usize,
    odd: usize,
    components: usize,
    edges: usize,
    incomplete: usize,
    empty: usize,
}

fn odd(path: &str) -> Option<&'static Format> {
    let (_, _, id) =
        ODD.iter().find(|(part, end, _)| path.contains(part) && path.ends_with(end))?;
    format::by_id(id)
}

fn sane(path: &str, bytes: &[u8], reading: &Reading) {
    let lines = bytes.iter().filter(|b| **b == b'\n').count() + 1;
    for component in &reading.components {
        assert!(!component.name.is_empty(), "{path}: a component without a name");
        assert!((component.line as usize) <= lines, "{path}: line {}", component.line);
    }
    for (from, to) in &reading.requires {
        let all = reading.components.len();
        assert!((*from as usize) < all && (*to as usize) < all, "{path}: an edge to nowhere");
    }
    for problem in &reading.problems {
        assert!((problem.line as usize) <= lines, "{path}: {problem:?}");
    }
}

#[test]
fn every_recognised_file_has_components_or_says_why_not() {
    let Some(corpus) = testkit::corpus("every lock file of the corpus") else { return };
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let (mut unexplained, mut unrecognised) = (Vec::new(), Vec::new());
    for archive in ["lockfiles-current", "lockfiles-history"] {
        let folder = testkit::unpack(&corpus.join(format!("lockfiles/{archive}.tar.zst")));
        let tree = Folder(folder.path().to_owned());
        for relative in testkit::files(folder.path()) {
            let path = relative.to_string_lossy().replace('\\', "/");
            let named = format::recognise(&path);
            let Some(format) = named.or_else(|| odd(&path)) else {
                unrecognised.push(path);
                continue;
            };
            let bytes = read(&folder.path().join(&relative));
            let reading = inventory::read(format, Document { path: &path, bytes: &bytes }, &tree);
            sane(&path, &bytes, &reading);
            let row = rows.entry(format.id).or_default();
            row.files += 1;
            row.odd += usize::from(named.is_none());
            row.components += reading.components.len();
            row.edges += reading.requires.len();
            row.incomplete += usize::from(!reading.problems.is_empty());
            if std::env::var_os("GABION_SHOW").is_some() {
                for problem in &reading.problems {
                    eprintln!("{}: {path}:{} {}", format.id, problem.line, problem.what);
                }
            }
            if reading.components.is_empty() && reading.problems.is_empty() {
                row.empty += 1;
                let named = |(part, end, _): &(&str, &str, &str)| {
                    path.contains(part) && path.ends_with(end)
                };
                if !EMPTY.iter().any(named) {
                    unexplained.push(format!("{}: {path}", format.id));
                }
            }
        }
    }
    eprintln!("{}", table(&rows, unrecognised.len()));
    if std::env::var_os("GABION_SHOW").is_some() {
        eprintln!("unrecognised:\n{}", unrecognised.join("\n"));
    }
    assert!(unexplained.is_empty(), "silently empty:\n{}", unexplained.join("\n"));
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn table(rows: &BTreeMap<&str, Row>, unrecognised: usize) -> String {
    let mut out = String::from(
        "| format | files | of them by `--as` | components | edges | with problems | without packages |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
    );
    let mut sum = Row::default();
    for (id, row) in rows {
        let Row { files, odd, components, edges, incomplete, empty } = row;
        out += &format!(
            "| {id} | {files} | {odd} | {components} | {edges} | {incomplete} | {empty} |\n"
        );
        sum.files += files;
        sum.odd += odd;
        sum.components += components;
        sum.edges += edges;
        sum.incomplete += incomplete;
        sum.empty += empty;
    }
    let Row { files, odd, components, edges, incomplete, empty } = sum;
    out += &format!(
        "| **all** | {files} | {odd} | {components} | {edges} | {incomplete} | {empty} |\n\
         | not recognised | {unrecognised} | | | | | |\n"
    );
    out
}
