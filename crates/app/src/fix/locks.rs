//! Which commands bring a lock file to the plan?
//!
//! In: a package manager, and for every change what its manifest said. Out: commands for the sandbox.
//! Only names and versions that a registry could hold become arguments, and none that looks like an
//! option.

use remedy::edit::Outcome;
use sandbox::Tool;

use super::project::Family;

/// One change on its way into a lock file.
pub struct Wish<'a> {
    pub name: &'a str,
    pub from: &'a [String],
    pub to: &'a str,
    pub outcome: &'a Outcome,
    /// What brings it in, outermost first, where it cannot move alone.
    pub parents: &'a [(String, String)],
}

/// A tool and its arguments.
pub type Command = (Tool, Vec<String>);

const NPM: &[&str] = &["--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];

/// The commands, in order.
///
/// # Errors
/// There are none that are safe; why.
pub fn commands(family: Family, wishes: &[Wish<'_>], lock: &[u8]) -> Result<Vec<Command>, String> {
    for wish in wishes {
        let own = [wish.name, wish.to].into_iter().chain(wish.from.iter().map(String::as_str));
        let parents = wish.parents.iter().flat_map(|(name, version)| [name.as_str(), version]);
        if let Some(odd) = own.chain(parents).find(|word| !plain(word)) {
            return Err(format!("«{odd}» is no name or version that a registry could hold"));
        }
    }
    Ok(match family {
        Family::Cargo => wishes.iter().flat_map(cargo).collect(),
        Family::Npm => npm(wishes, lock)?,
        Family::Poetry => {
            let mut arguments = words(&["update", "--lock", "--no-interaction"]);
            arguments.extend(names(wishes));
            vec![(Tool::Poetry, arguments)]
        }
        Family::Uv => {
            let mut arguments = words(&["lock", "--no-build"]);
            for wish in wishes {
                arguments.push("--upgrade-package".to_owned());
                arguments.push(format!("{}=={}", wish.name, wish.to));
            }
            vec![(Tool::Uv, arguments)]
        }
        Family::Go => {
            let mut arguments = words(&["get"]);
            let version = |to: &str| format!("v{}", to.strip_prefix('v').unwrap_or(to));
            arguments.extend(wishes.iter().map(|w| format!("{}@{}", w.name, version(w.to))));
            vec![(Tool::Go, arguments)]
        }
        Family::Bundler => {
            return Err(
                "a Gemfile is a Ruby program of the tree, so Bundler is not run on it; run the command yourself".to_owned(),
            );
        }
        Family::Requirements | Family::Pyproject | Family::Maven => Vec::new(),
    })
}

/// What a registry could hold, and no tool takes for an option.
fn plain(word: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"@/._+-~!".contains(&b);
    !word.is_empty() && word.len() <= 256 && !word.starts_with('-') && word.bytes().all(allowed)
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// Names of the packages and of what brings them in, each once.
fn names(wishes: &[Wish<'_>]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for wish in wishes {
        let parents = wish.parents.iter().map(|(name, _)| name.as_str());
        for name in parents.chain([wish.name]) {
            if !all.iter().any(|known| known == name) {
                all.push(name.to_owned());
            }
        }
    }
    all
}

fn cargo(wish: &Wish<'_>) -> Vec<Command> {
    if !wish.parents.is_empty() {
        let mut arguments = words(&["update"]);
        for (name, version) in wish.parents {
            arguments.push("-p".to_owned());
            arguments.push(format!("{name}@{version}"));
        }
        return vec![(Tool::Cargo, arguments)];
    }
    if matches!(wish.outcome, Outcome::Edited(_)) {
        // The manifest asks for it now; what is locked and still fits stays.
        return vec![(Tool::Cargo, words(&["update", "--workspace"]))];
    }
    let one = |from: &String| {
        let spec = format!("{}@{from}", wish.name);
        (Tool::Cargo, words(&["update", "-p", &spec, "--precise", wish.to]))
    };
    wish.from.iter().map(one).collect()
}

fn npm(wishes: &[Wish<'_>], lock: &[u8]) -> Result<Vec<Command>, String> {
    let text = String::from_utf8_lossy(lock);
    if text.contains("\"git+") || text.contains("\"git:") || text.contains("\"github:") {
        return Err(
            "the lock file takes packages from git, for which npm would run their own scripts"
                .to_owned(),
        );
    }
    let version = serde_json::from_slice::<serde_json::Value>(lock)
        .ok()
        .and_then(|v| v.get("lockfileVersion")?.as_u64())
        .unwrap_or(3);
    let common = |command: &str| {
        let mut arguments = words(&[command]);
        arguments.extend(words(NPM));
        arguments.push(format!("--lockfile-version={}", version.clamp(1, 3)));
        arguments
    };
    let mut commands = Vec::new();
    if wishes.iter().any(|w| matches!(w.outcome, Outcome::Edited(_))) {
        commands.push((Tool::Npm, common("install")));
    }
    let rest: Vec<Wish<'_>> = wishes
        .iter()
        .filter(|w| !matches!(w.outcome, Outcome::Edited(_)))
        .map(|w| Wish { ..*w })
        .collect();
    if !rest.is_empty() {
        let mut arguments = common("update");
        arguments.push("--no-save".to_owned());
        arguments.extend(names(&rest));
        commands.push((Tool::Npm, arguments));
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::{Wish, commands};
    use crate::fix::project::Family;
    use remedy::edit::Outcome;

    fn check(
        family: Family,
        name: &str,
        outcome: &Outcome,
        parents: &[(&str, &str)],
        expect: &str,
    ) {
        let from = ["1.0.0".to_owned()];
        let parents: Vec<_> =
            parents.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let wish = Wish { name, from: &from, to: "1.0.9", outcome, parents: &parents };
        let said = match commands(family, &[wish], b"{\"lockfileVersion\": 2}") {
            Ok(list) => list
                .iter()
                .map(|(tool, arguments)| format!("{} {}", tool.program(), arguments.join(" ")))
                .collect::<Vec<_>>()
                .join("; "),
            Err(reason) => reason,
        };
        assert!(said.contains(expect), "{said}");
    }

    #[test]
    fn each_package_manager_has_its_own() {
        let edited = Outcome::Edited(Vec::new());
        let named = Outcome::Admits;
        check(Family::Cargo, "a", &named, &[], "cargo update -p a@1.0.0 --precise 1.0.9");
        check(Family::Cargo, "a", &edited, &[], "cargo update --workspace");
        check(Family::Cargo, "a", &named, &[("b", "2.0.0")], "cargo update -p b@2.0.0");
        check(Family::Npm, "@s/a", &named, &[], "--lockfile-version=2 --no-save @s/a");
        check(Family::Npm, "a", &edited, &[], "npm install --package-lock-only --ignore-scripts");
        check(Family::Uv, "a", &named, &[], "uv lock --no-build --upgrade-package a==1.0.9");
        check(Family::Poetry, "a", &named, &[], "poetry update --lock --no-interaction a");
        check(Family::Go, "e.org/a", &named, &[], "go get e.org/a@v1.0.9");
        check(Family::Bundler, "a", &named, &[], "Ruby program");
        for odd in ["-x", "--config=a", "a b", "a;b", "", "a\n", "$(a)"] {
            check(Family::Cargo, odd, &named, &[], "no name or version");
        }
    }
}
