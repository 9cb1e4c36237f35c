//! Which command carries a row out?
//!
//! In: a row. Out: shell lines, one for each folder and tool that holds the package, or nothing.
//! Written from the tools' own manuals: cargo-update, npm-install and npm-pkg, `pnpm update`, `uv lock`,
//! `go get`, `bundle update`, `composer update` and so on. Nothing here is run. A line is written only
//! from words that `shell` lets through; if one file of a row cannot be served, `words` says which.

use std::borrow::Cow;
use std::collections::BTreeSet;

use vocab::{Base, Scope};

use crate::order::compatible;
use crate::row::{Kind, Row, direct, out_of_reach};
use crate::{Affected, shell, system};

/// At most so many lines; more folders than that are a job for a script of the user's own.
const LINES: usize = 12;

/// The tool that owns a lock or manifest file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Cargo,
    Npm,
    Yarn,
    Pnpm,
    Bun,
    Pip,
    Poetry,
    Uv,
    Pdm,
    Pipenv,
    Go,
    Bundler,
    Composer,
    Dotnet,
    NuGet,
    Maven,
    Gradle,
    Pub,
    Mix,
    Rebar,
    Swift,
    Pods,
    Renv,
}

/// The tool for a file by its name; `None` where a person edits the file by hand.
fn tool(file: &str) -> Option<Tool> {
    let name = file.rsplit('/').next().unwrap_or(file);
    Some(match name {
        "Cargo.lock" | "Cargo.toml" => Tool::Cargo,
        "package-lock.json" | "npm-shrinkwrap.json" | ".package-lock.json" => Tool::Npm,
        "yarn.lock" => Tool::Yarn,
        "pnpm-lock.yaml" => Tool::Pnpm,
        "bun.lock" | "bun.lockb" => Tool::Bun,
        "poetry.lock" => Tool::Poetry,
        "uv.lock" => Tool::Uv,
        "pdm.lock" => Tool::Pdm,
        "Pipfile.lock" => Tool::Pipenv,
        "go.mod" | "go.sum" => Tool::Go,
        "Gemfile.lock" | "gems.locked" => Tool::Bundler,
        "composer.lock" => Tool::Composer,
        "packages.lock.json" => Tool::Dotnet,
        "packages.config" => Tool::NuGet,
        "pom.xml" => Tool::Maven,
        "gradle.lockfile" | "buildscript-gradle.lockfile" => Tool::Gradle,
        "pubspec.lock" => Tool::Pub,
        "mix.lock" => Tool::Mix,
        "rebar.lock" => Tool::Rebar,
        "Package.resolved" => Tool::Swift,
        "Podfile.lock" => Tool::Pods,
        "renv.lock" => Tool::Renv,
        _ if name.contains("requirements") && name.ends_with(".txt") => Tool::Pip,
        _ if name.ends_with(".csproj") || name.ends_with(".fsproj") => Tool::Dotnet,
        _ => return None,
    })
}

/// What a line is written from; every text is one that `shell` let through.
struct Ask<'a> {
    base: Base,
    name: &'a str,
    from: &'a str,
    to: &'a str,
    /// Named by the project. What nobody knows counts as not named: `npm install` and its like would
    /// make it so.
    direct: bool,
    /// The present requirement takes the target.
    fits: bool,
    development: bool,
    /// No other row moves the same package.
    alone: bool,
}

/// The lines of a row, or `None` when there is not one for any of its files.
pub fn lines(row: &Row<'_>) -> Option<String> {
    if system::is_distribution(row) {
        return system::line(row);
    }
    let mut lines: BTreeSet<String> = BTreeSet::new();
    for member in row.members.iter().filter(|member| !member.git) {
        for file in &member.files {
            lines.extend(line(row, member, file));
            if lines.len() > LINES {
                return None;
            }
        }
    }
    (!lines.is_empty()).then(|| lines.into_iter().collect::<Vec<_>>().join("\n"))
}

/// Files of a row that no line serves, sorted.
pub fn unserved<'a>(row: &Row<'a>) -> BTreeSet<&'a str> {
    if system::is_distribution(row) {
        return BTreeSet::new();
    }
    let files = row.members.iter().flat_map(|member| member.files.iter().map(move |f| (member, f)));
    files
        .filter(|(member, file)| member.git || line(row, member, file).is_none())
        .map(|(_, file)| file.as_str())
        .collect()
}

/// Whether a line of the row sets a version for every copy of the package, whatever asks for it.
pub fn forces(row: &Row<'_>) -> bool {
    lines(row).is_some_and(|lines| lines.contains("npm pkg set "))
}

/// The file in which a person asks for a version, beside the given lock file; the file itself where it
/// is written by hand.
pub fn manifest(file: &str) -> String {
    let name = match tool(file) {
        Some(Tool::Cargo) => "Cargo.toml",
        Some(Tool::Npm | Tool::Yarn | Tool::Pnpm | Tool::Bun) => "package.json",
        Some(Tool::Poetry | Tool::Uv | Tool::Pdm) => "pyproject.toml",
        Some(Tool::Pipenv) => "Pipfile",
        Some(Tool::Go) => "go.mod",
        Some(Tool::Bundler) => "Gemfile",
        Some(Tool::Composer) => "composer.json",
        Some(Tool::Gradle) => "build.gradle",
        Some(Tool::Pub) => "pubspec.yaml",
        Some(Tool::Mix) => "mix.exs",
        Some(Tool::Rebar) => "rebar.config",
        Some(Tool::Swift) => "Package.swift",
        Some(Tool::Pods) => "Podfile",
        Some(Tool::Dotnet | Tool::NuGet | Tool::Maven | Tool::Pip | Tool::Renv) | None => {
            return file.to_owned();
        }
    };
    match file.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name.to_owned(),
    }
}

/// Where a package that the project does not name can be given a version all the same.
pub fn place(file: &str) -> Option<&'static str> {
    Some(match tool(file)? {
        Tool::Maven => "pin it in `<dependencyManagement>`",
        Tool::Gradle => "pin it in a `constraints` block",
        Tool::Pdm => "pin it in `[tool.pdm.resolution.overrides]`",
        Tool::Pip => "add a line that pins it",
        Tool::Dotnet | Tool::NuGet => "name it in the project itself",
        _ => return None,
    })
}

fn line(row: &Row<'_>, member: &Affected, file: &str) -> Option<String> {
    let tool = tool(file)?;
    let base = member.ecosystem.base();
    // One spelling for all members, where the registry knows no other: fewer lines.
    let spelled = match base {
        Base::PyPI => member.ecosystem.normal_name(&member.name),
        _ => Cow::Borrowed(member.name.as_str()),
    };
    let name = shell::name(base, &spelled)?;
    let from = shell::version(&member.version)?;
    let command = match (row.kind, row.to) {
        (Kind::Upgrade, Some(to)) if direct(member).is_none() && out_of_reach(member, to) => {
            return None;
        }
        (Kind::Upgrade | Kind::RaiseParent, Some(to)) => {
            let ask = Ask {
                base,
                name,
                from,
                to: shell::version(to)?,
                direct: direct(member) == Some(true),
                fits: compatible(&member.ecosystem, &member.version, to),
                development: member.scope == Scope::Development,
                alone: row.alone,
            };
            if row.kind == Kind::Upgrade { upgrade(tool, &ask)? } else { force(tool, &ask)? }
        }
        (Kind::Remove, _) if direct(member) == Some(true) => remove(tool, name)?,
        _ => return None,
    };
    match file.rsplit_once('/') {
        None => Some(command),
        Some((folder, _)) => {
            let folder = shell::word(shell::folder(if folder.is_empty() { "/" } else { folder })?)?;
            Some(format!("(cd {folder} && {command})"))
        }
    }
}

/// Moves the package itself.
fn upgrade(tool: Tool, ask: &Ask<'_>) -> Option<String> {
    let Ask { name, from, to, direct, fits, development, .. } = *ask;
    let dev = |flag: &'static str| if development { flag } else { "" };
    let q = |text: String| shell::word(&text);
    Some(match tool {
        Tool::Cargo if fits => {
            format!("cargo update -p {} --precise {}", q(format!("{name}@{from}"))?, q(to.into())?)
        }
        Tool::Cargo => format!("cargo add{} {}", dev(" --dev"), q(format!("{name}@{to}"))?),
        Tool::Npm if direct => format!("npm install {}", q(format!("{name}@{to}"))?),
        Tool::Npm => format!("npm update {name}"),
        Tool::Yarn if direct => format!("yarn add{} {}", dev(" --dev"), q(format!("{name}@{to}"))?),
        Tool::Pnpm if direct => format!("pnpm update {}", q(format!("{name}@{to}"))?),
        Tool::Pnpm => format!("pnpm update --depth Infinity {name}"),
        Tool::Bun if direct => {
            format!("bun add{} {}", dev(" --dev"), q(format!("{name}@{to}"))?)
        }
        Tool::Yarn | Tool::Bun => force(tool, ask)?,
        Tool::Go => golang(name, to),
        Tool::Bundler => format!("bundle update {name} --conservative"),
        Tool::Composer if direct && !fits => format!(
            "composer require{} {} --update-with-dependencies",
            dev(" --dev"),
            q(format!("{name}:^{}", bare(to)))?
        ),
        Tool::Composer => format!("composer update {name} --with-dependencies"),
        Tool::Dotnet => format!("dotnet add package {name} --version {}", q(to.into())?),
        Tool::NuGet => {
            format!("nuget update packages.config -Id {name} -Version {}", q(to.into())?)
        }
        Tool::Pip | Tool::Poetry | Tool::Uv | Tool::Pdm | Tool::Pipenv => python(tool, ask)?,
        Tool::Maven | Tool::Gradle => jvm(tool, ask)?,
        Tool::Pub if direct && !fits => {
            format!("dart pub add {}", q(format!("{}{name}:^{to}", dev("dev:")))?)
        }
        Tool::Pub => format!("dart pub upgrade {name}"),
        Tool::Mix => format!("mix deps.update {name}"),
        Tool::Rebar => format!("rebar3 upgrade {name}"),
        Tool::Swift => {
            let identity = name.rsplit('/').next().filter(|last| !last.is_empty())?;
            format!(
                "swift package resolve {} --version {}",
                q(identity.into())?,
                q(bare(to).into())?
            )
        }
        Tool::Pods => format!("pod update {}", q(name.into())?),
        Tool::Renv => format!("Rscript -e 'renv::install(\"{name}@{to}\"); renv::snapshot()'"),
    })
}

/// Moves a package against what its parents ask for, where the tool has a place to say so. npm's
/// overrides take the present version as a selector, so only what resolved to it moves; the others
/// know the name alone, and are not used where two rows would meet in it.
fn force(tool: Tool, ask: &Ask<'_>) -> Option<String> {
    let Ask { base, name, from, to, alone, .. } = *ask;
    if base != Base::Npm {
        return None;
    }
    let set = |field: &str, key: &str| shell::word(&format!("{field}[{key}]={to}"));
    let picked = format!("{name}@{from}");
    match tool {
        Tool::Npm => Some(format!("npm pkg set {} && npm install", set("overrides", &picked)?)),
        Tool::Yarn if alone => {
            Some(format!("npm pkg set {} && yarn install", set("resolutions", name)?))
        }
        Tool::Bun if alone => {
            Some(format!("npm pkg set {} && bun install", set("overrides", name)?))
        }
        _ => None,
    }
}

/// Takes a package out that the project itself names.
fn remove(tool: Tool, name: &str) -> Option<String> {
    Some(match tool {
        Tool::Cargo => format!("cargo remove {name}"),
        Tool::Npm => format!("npm uninstall {name}"),
        Tool::Yarn => format!("yarn remove {name}"),
        Tool::Pnpm => format!("pnpm remove {name}"),
        Tool::Bun => format!("bun remove {name}"),
        Tool::Pip => format!("python -m pip uninstall {name}"),
        Tool::Poetry => format!("poetry remove {name}"),
        Tool::Uv => format!("uv remove {name}"),
        Tool::Pdm => format!("pdm remove {name}"),
        Tool::Pipenv => format!("pipenv uninstall {name}"),
        Tool::Go => format!("go get {}", shell::word(&format!("{name}@none"))?),
        Tool::Bundler => format!("bundle remove {name}"),
        Tool::Composer => format!("composer remove {name}"),
        Tool::Dotnet => format!("dotnet remove package {name}"),
        Tool::Pub => format!("dart pub remove {name}"),
        _ => return None,
    })
}

/// Advisories name Go versions without the `v` that commands need; the toolchain is a module of its own.
fn golang(name: &str, to: &str) -> String {
    let number = bare(to);
    match name {
        "stdlib" | "toolchain" => format!("go get toolchain@go{number}"),
        _ => format!("go get {name}@v{number} && go mod tidy"),
    }
}

fn python(tool: Tool, ask: &Ask<'_>) -> Option<String> {
    let Ask { name, to, direct, fits, development, .. } = *ask;
    let exact = shell::word(&format!("{name}=={to}"))?;
    let least = shell::word(&format!("{name}>={to}"))?;
    let dev = |flag: &'static str| if development { flag } else { "" };
    Some(match tool {
        Tool::Pip => format!("python -m pip install {exact}"),
        Tool::Poetry if direct && !fits => {
            format!("poetry add{} {least}", dev(" --group dev"))
        }
        Tool::Poetry => format!("poetry update {name}"),
        Tool::Uv if direct && !fits => format!("uv add{} {least}", dev(" --dev")),
        Tool::Uv => format!("uv lock --upgrade-package {exact}"),
        Tool::Pdm if direct && !fits => format!("pdm add{} {least}", dev(" --dev")),
        Tool::Pdm if direct => format!("pdm update {name}"),
        Tool::Pipenv => format!("pipenv upgrade{} {exact}", dev(" --dev")),
        _ => return None,
    })
}

fn jvm(tool: Tool, ask: &Ask<'_>) -> Option<String> {
    let Ask { name, to, direct, .. } = *ask;
    match tool {
        Tool::Maven if direct => Some(format!(
            "mvn versions:use-dep-version -Dincludes={name} -DdepVersion={} -DforceVersion=true",
            shell::word(to)?
        )),
        Tool::Gradle => Some(format!("./gradlew dependencies --update-locks {name}")),
        _ => None,
    }
}

/// The version without a leading `v`.
fn bare(version: &str) -> &str {
    version.strip_prefix('v').unwrap_or(version)
}
