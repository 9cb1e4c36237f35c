//! Which paths does an estate file mean?

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use crate::config::{Config, TargetRule};
use crate::files::walk;
use crate::report::Unread;
use crate::scan::Target;

/// Most targets of one estate.
pub const MAX_TARGETS: usize = 1_000_000;

/// The targets of an estate file, each once, in the order of its rules and then by name; and what a rule
/// meant that is not there.
pub fn expand(config: &Config) -> (Vec<Target>, Vec<Unread>) {
    let mut targets = Vec::new();
    let mut missing = Vec::new();
    let mut known: HashSet<PathBuf> = HashSet::new();
    for rule in &config.targets {
        let mut unread = |problem: String| {
            let path = config.origin.clone();
            missing.push(Unread { path, line: rule.line, problem, code: String::new() });
        };
        // A folder that cannot be listed hides no other.
        let (found, problems) = matches(&config.folder, &rule.pattern);
        if found.is_empty() && problems.is_empty() {
            unread(format!("target «{}»: there is no such path", rule.pattern));
        }
        problems.into_iter().for_each(&mut unread);
        for path in found {
            if targets.len() >= MAX_TARGETS {
                unread(format!("more than {MAX_TARGETS} targets; the rest is not scanned"));
                return (targets, missing);
            }
            // Two names of one folder are one asset, under the first; what is not there is told by its name.
            if known.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
                targets.push(target(config, rule, path));
            }
        }
    }
    (targets, missing)
}

/// Says which targets lie inside others: what both read is counted twice.
pub fn nested(targets: &[Target]) -> Option<String> {
    let real: HashMap<PathBuf, &Target> = targets
        .iter()
        .filter_map(|target| Some((target.path.canonicalize().ok()?, target)))
        .collect();
    let inside = real.iter().filter_map(|(path, target)| {
        let outer = path.ancestors().skip(1).find_map(|above| real.get(above))?;
        Some((&target.display, &outer.display))
    });
    let inside: BTreeSet<_> = inside.collect();
    let (inner, outer) = inside.first()?;
    Some(format!(
        "{} targets lie inside others («{inner}» in «{outer}» first): what both read is counted twice",
        inside.len()
    ))
}

fn target(config: &Config, rule: &TargetRule, path: PathBuf) -> Target {
    let display = path.strip_prefix(&config.folder).unwrap_or(&path);
    let display = display.to_string_lossy().into_owned();
    Target {
        read_as: rule.read_as,
        platform: rule.platform.clone(),
        ..Target::called(path, display)
    }
}

/// The paths that a pattern means, part by part, so that only folders it names are listed; and what could
/// not be listed.
fn matches(folder: &Path, pattern: &str) -> (Vec<PathBuf>, Vec<String>) {
    let path = Path::new(pattern);
    let mut problems = Vec::new();
    let mut found = vec![if path.is_absolute() { PathBuf::new() } else { folder.to_path_buf() }];
    for part in path.components() {
        let text = part.as_os_str().to_string_lossy();
        let pattern = match part {
            Component::Normal(_) if text.contains(['*', '?', '[']) => &*text,
            _ => {
                found.iter_mut().for_each(|path| path.push(part));
                continue;
            }
        };
        if pattern == "**" {
            let problem = "target: `**` is not known here; name the folders with `*`";
            return (Vec::new(), vec![problem.to_owned()]);
        }
        let matcher = match GlobBuilder::new(pattern).build() {
            Ok(glob) => glob.compile_matcher(),
            Err(e) => return (Vec::new(), vec![format!("target «{pattern}»: {}", e.kind())]),
        };
        let mut next = Vec::new();
        for folder in &found {
            list(folder, &matcher, &mut next, &mut problems);
        }
        found = next;
    }
    // One that may not be looked at is named when it is read.
    found.retain(|path| !path.symlink_metadata().is_err_and(|e| is_absent(&e)));
    (found, problems)
}

/// A pattern over folders meets files too.
fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotADirectory | NotFound)
}

fn list(folder: &Path, matcher: &GlobMatcher, next: &mut Vec<PathBuf>, problems: &mut Vec<String>) {
    let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let told = |e: &std::io::Error| format!("{}: {}", folder.display(), walk::describe(e));
    let entries = match std::fs::read_dir(shown) {
        Ok(entries) => entries,
        Err(e) if is_absent(&e) => return,
        Err(e) => return problems.push(told(&e)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                problems.push(told(&e));
                continue;
            }
        };
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.');
        if !hidden && matcher.is_match(Path::new(&name)) {
            names.push(name);
        }
        if next.len() + names.len() > MAX_TARGETS {
            let problem = format!("{}: more than {MAX_TARGETS} names fit", folder.display());
            problems.push(problem);
            break;
        }
    }
    names.sort();
    next.extend(names.into_iter().map(|name| folder.join(name)));
}

#[cfg(test)]
mod tests {
    use super::expand;
    use crate::config::Config;

    #[test]
    fn patterns_mean_what_is_there_and_say_what_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["repos/a", "repos/b", "repos/.hidden", "images"] {
            std::fs::create_dir_all(folder.path().join(name)).expect("a folder");
        }
        std::fs::write(folder.path().join("images/x.tar"), "").expect("written");
        let text = "[[target]]\npath = \"repos/*\"\n[[target]]\npath = \"images/*.tar\"\nas = \"image\"\n[[target]]\npath = \"repos/a\"\n[[target]]\npath = \"gone\"\n[[target]]\npath = \"**/x\"\n";
        let config = Config::parse("estate.toml", text, folder.path()).expect("parsed");
        let (targets, missing) = expand(&config);
        let shown: Vec<&str> = targets.iter().map(|t| t.display.as_str()).collect();
        assert_eq!(shown, ["repos/a", "repos/b", "images/x.tar"]);
        let missing: Vec<(u32, &str)> =
            missing.iter().map(|m| (m.line, m.problem.as_str())).collect();
        assert_eq!(
            missing,
            [
                (8, "target «gone»: there is no such path"),
                (10, "target: `**` is not known here; name the folders with `*`")
            ]
        );
    }

    #[test]
    fn a_target_that_a_link_names_again_is_scanned_once() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("repos/a")).expect("a folder");
        std::os::unix::fs::symlink("a", folder.path().join("repos/same")).expect("a link");
        let text = "[[target]]\npath = \"repos/*\"\n";
        let config = Config::parse("estate.toml", text, folder.path()).expect("parsed");
        let (targets, missing) = expand(&config);
        let shown: Vec<&str> = targets.iter().map(|t| t.display.as_str()).collect();
        assert_eq!((shown, missing), (vec!["repos/a"], vec![]));
    }

    #[test]
    fn a_folder_that_cannot_be_listed_hides_no_other() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("teams/a/repo")).expect("a folder");
        std::fs::create_dir_all(folder.path().join("teams/b/repo")).expect("a folder");
        let closed = folder.path().join("teams/a");
        let mode = |mode| std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&closed, mode(0o000)).expect("closed");
        // The superuser lists every folder.
        let told = usize::from(std::fs::read_dir(&closed).is_err());
        let text = "[[target]]\npath = \"teams/*/*\"\n";
        let config = Config::parse("estate.toml", text, folder.path()).expect("parsed");
        let (targets, missing) = expand(&config);
        std::fs::set_permissions(&closed, mode(0o755)).expect("opened");
        assert_eq!((targets.len(), missing.len()), (2 - told, told));
        assert!(targets.iter().any(|t| t.display == "teams/b/repo"));
    }
}
