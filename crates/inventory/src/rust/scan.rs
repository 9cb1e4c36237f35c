//! What stands in a `Cargo.lock`, read line by line?
//!
//! In: the text. Out: its packages as borrowed strings. Cargo writes one key a line, so a scan of lines
//! reads ten thousand packages in a millisecond; a file that somebody wrote otherwise (TOML allows
//! much more) is told apart and read by the `toml` crate instead.

use crate::node::{Node, Value};
use crate::reading::Problem;

/// A package as the file has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Package<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) source: Option<&'a str>,
    /// `name`, `name version` or `name version (source)`.
    pub(super) requires: Vec<&'a str>,
    /// Line of the name, or of the head where there is none.
    pub(super) line: u32,
}

/// Which table the lines belong to.
#[derive(Clone, Copy, PartialEq)]
enum Table {
    Top,
    Package,
    /// `[metadata]`, `[[patch.unused]]` and whatever comes after 2026: not packages that are built.
    Other,
}

/// The packages, or `None` when a line is not as Cargo writes it.
pub(super) fn lines(text: &str) -> Option<Vec<Package<'_>>> {
    let mut packages: Vec<Package<'_>> = Vec::with_capacity(text.len() / 256);
    let mut table = Table::Top;
    let mut in_list = false;
    for (line, text) in crate::text::lines(text) {
        if in_list {
            match text.trim_ascii() {
                "]" => in_list = false,
                item => packages.last_mut()?.requires.push(plain(item.strip_suffix(',')?)?),
            }
            continue;
        }
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match text {
            "[[package]]" | "[root]" => {
                table = Table::Package;
                packages.push(Package { line, ..Package::default() });
                continue;
            }
            "[metadata]" | "[[patch.unused]]" => {
                table = Table::Other;
                continue;
            }
            _ => {}
        }
        let (key, value) = text.split_once(" = ")?;
        if table == Table::Top && key == "version" {
            matches!(value, "1" | "2" | "3" | "4").then_some(())?;
            continue;
        }
        if table == Table::Other {
            if value.starts_with('[') && !value.ends_with(']') {
                return None;
            }
            continue;
        }
        let package = packages.last_mut()?;
        match key {
            "name" if package.name.is_empty() => {
                package.name = plain(value)?;
                package.line = line;
            }
            "version" if package.version.is_empty() => package.version = plain(value)?,
            "source" if package.source.is_none() => package.source = Some(plain(value)?),
            "checksum" | "replace" => {
                plain(value)?;
            }
            "dependencies" if value == "[" => in_list = true,
            "dependencies" if value == "[]" => {}
            _ => return None,
        }
    }
    let whole = packages.iter().all(|p| !p.name.is_empty() && !p.version.is_empty());
    (whole && !in_list).then_some(packages)
}

/// A TOML string without escapes.
fn plain(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.is_empty() && !inner.bytes().any(|b| matches!(b, b'"' | b'\\'))).then_some(inner)
}

/// The packages of a document read as TOML; what lacks a name or a version is a problem.
pub(super) fn document<'a>(root: &'a Node<'_>, problems: &mut Vec<Problem>) -> Vec<Package<'a>> {
    let mut packages = Vec::new();
    for entry in root.entries() {
        match (entry.key.as_ref(), &entry.node.value) {
            ("root", Value::Map(_)) => take(&entry.node, &mut packages, problems),
            ("package", Value::List(items)) => {
                for item in items {
                    take(item, &mut packages, problems);
                }
            }
            ("root" | "package", _) => {
                problems.push(entry.node.wrong(&entry.key, "[[package]] tables"));
            }
            _ => {}
        }
    }
    packages
}

fn take<'a>(node: &'a Node<'_>, packages: &mut Vec<Package<'a>>, problems: &mut Vec<Problem>) {
    let (Some(name), Some(version)) = (node.text_at("name"), node.text_at("version")) else {
        let what = "a package without a name and a version".to_owned();
        problems.push(Problem { line: node.line, what });
        return;
    };
    let named = node.entries().iter().find(|e| e.key == "name").map_or(node.line, |e| e.line);
    let requires = node.at("dependencies").map(Node::items).unwrap_or_default();
    packages.push(Package {
        name,
        version,
        source: node.text_at("source"),
        requires: requires.iter().filter_map(Node::text).collect(),
        line: named,
    });
}

#[cfg(test)]
mod tests {
    use super::{document, lines};

    const WRITTEN: &str = "# written by Cargo\nversion = 4\n\n[[package]]\nname = \"a\"\n\
        version = \"1.0.0\"\ndependencies = [\n \"b\",\n]\n\n[[package]]\nname = \"b\"\n\
        version = \"2.0.0\"\nsource = \"git+https://x/y#abc\"\n\n[metadata]\n\"checksum b\" = \"x\"\n";

    #[test]
    fn both_ways_of_reading_agree() {
        let root = crate::toml::parse(WRITTEN).unwrap();
        let mut problems = Vec::new();
        assert_eq!(lines(WRITTEN).unwrap(), document(&root, &mut problems));
        assert_eq!(problems, []);
    }

    #[test]
    fn a_line_that_cargo_does_not_write_is_left_to_toml() {
        let odd = |text: &str| assert_eq!(lines(text), None, "{text}");
        odd("[[package]]\nname = \"\"\"a\"\"\"\nversion = \"1\"\n");
        odd("[[package]]\nname = 'a'\nversion = \"1\"\n");
        odd("[[package]]\nname = \"a\"\nversion =\n");
        odd("[[package]]\nname = \"a\" # why\nversion = \"1\"\n");
        odd("[[package]]\nname = \"a\"\n");
        odd("package = [{ name = \"a\", version = \"1\" }]\n");
        odd("[[package]]\nname = \"a\"\nversion = \"1\"\ndependencies = [\n \"b\",\n");
    }
}
