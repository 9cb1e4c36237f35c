//! Which packages did apk install?
//!
//! In: `lib/apk/db/installed`: lines of a letter, a colon and a value, a blank line between packages
//! (apk-tools, «database format»). Out: [`Packages`] with their files. The origin (`o:`) is the source
//! package; it has the package's own version.

use super::paths::matters;
use super::{DistributionPackage, Packages};
use crate::text;

/// Most bytes of all paths together, for each byte of the database: real ones have less than two. A
/// forged one may put a long folder before each of many names.
const MAX_PATHS: usize = 16;

/// Reads the database.
pub(super) fn installed(bytes: &[u8]) -> Packages {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Packages::default();
    let mut package = DistributionPackage::default();
    let mut origin = "";
    let mut folder = "";
    let mut room = text.len().saturating_mul(MAX_PATHS);
    for (line, content) in text::lines(&text) {
        let Some((key, value)) = content.split_once(':').filter(|(key, _)| key.len() == 1) else {
            if content.trim_ascii().is_empty() {
                found.finished(std::mem::take(&mut package), origin);
                (origin, folder) = ("", "");
            } else {
                let what = format!("expected «X:value», got «{}»", text::short(content));
                found.problem(line, what);
            }
            continue;
        };
        if package.line == 0 {
            package.line = line;
        }
        match key {
            "P" => package.name = value.trim_ascii().to_owned(),
            "V" => package.version = value.trim_ascii().to_owned(),
            "A" => package.architecture = value.to_owned(),
            "L" => package.licence = value.to_owned(),
            "o" => origin = value.trim_ascii(),
            "F" => folder = value,
            "R" => {
                let Some(left) = room.checked_sub(folder.len() + value.len()) else {
                    found.problem(
                        line,
                        "paths too long to be real; the files from here were not read",
                    );
                    continue;
                };
                room = left;
                let path =
                    if folder.is_empty() { value.to_owned() } else { format!("{folder}/{value}") };
                if matters(&path) {
                    package.files.push(path);
                }
            }
            _ => {}
        }
    }
    found.finished(package, origin);
    if !text.is_empty() && !text.ends_with('\n') {
        let last = text::line_after(text.as_bytes());
        found.problem(last, "the file ends within a line; it may be cut, and packages missing");
    }
    if found.packages.is_empty() && found.problems.is_empty() {
        found.problem(0, super::EMPTY);
    }
    found
}

impl Packages {
    fn finished(&mut self, mut package: DistributionPackage, origin: &str) {
        if package.line == 0 {
            return;
        }
        if package.name.is_empty() {
            return self.problem(package.line, "a package without a name (`P:`)");
        }
        if !origin.is_empty() && origin != package.name {
            package.source = Some((origin.to_owned(), package.version.clone()));
        }
        self.push(package);
    }
}
