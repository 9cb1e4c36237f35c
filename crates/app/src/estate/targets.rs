//! Which paths does an estate file mean?

use std::collections::HashSet;
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
            missing.push(Unread { path, line: rule.line, problem });
        };
        let found = match matches(&config.folder, &rule.pattern) {
            Ok(found) => found,
            Err(problem) => {
                unread(problem);
                continue;
            }
        };
        if found.is_empty() {
            unread(format!("target «{}»: there is no such path", rule.pattern));
        }
        for path in found {
            if targets.len() >= MAX_TARGETS {
                unread(format!("more than {MAX_TARGETS} targets; the rest is not scanned"));
                return (targets, missing);
            }
            if known.insert(path.clone()) {
                targets.push(target(config, rule, path));
            }
        }
    }
    (targets, missing)
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

/// The paths that a pattern means, part by part, so that only folders it names are listed.
fn matches(folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let path = Path::new(pattern);
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
            return Err("target: `**` is not known here; name the folders with `*`".to_owned());
        }
        let matcher = GlobBuilder::new(pattern)
            .build()
            .map_err(|e| format!("target «{pattern}»: {}", e.kind()))?
            .compile_matcher();
        let mut next = Vec::new();
        for folder in &found {
            list(folder, &matcher, &mut next)?;
        }
        found = next;
    }
    found.retain(|path| path.symlink_metadata().is_ok());
    Ok(found)
}

fn list(folder: &Path, matcher: &GlobMatcher, next: &mut Vec<PathBuf>) -> Result<(), String> {
    let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = match std::fs::read_dir(shown) {
        Ok(entries) => entries,
        // A pattern over folders meets files too.
        Err(e) if e.kind() == std::io::ErrorKind::NotADirectory => return Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(format!("{}: {}", folder.display(), walk::describe(&e))),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| format!("{}: {}", folder.display(), walk::describe(&e)))?;
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.');
        if !hidden && matcher.is_match(Path::new(&name)) {
            names.push(name);
        }
        if next.len() + names.len() > MAX_TARGETS {
            return Err(format!("{}: more than {MAX_TARGETS} names fit", folder.display()));
        }
    }
    names.sort();
    next.extend(names.into_iter().map(|name| folder.join(name)));
    Ok(())
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
}
