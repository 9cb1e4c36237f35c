//! What stands in a `Cargo.lock`, read line by line?
//!
//! In: the text. Out: its packages as borrowed strings. Cargo writes one key a line, so a scan of lines
//! reads ten thousand packages in a millisecond; a file that somebody wrote otherwise (TOML allows
//! much more) is told apart and read by the `toml` crate instead.

use crate::node::{Node, Value};
use crate::reading::Problem;

/// What a file has. The names that packages require stand in one list, since a list for each package
/// would cost more than all the reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scanned<'a> {
    pub(super) packages: Vec<Package<'a>>,
    /// `name`, `name version` or `name version (source)`.
    pub(super) requires: Vec<&'a str>,
}

impl<'a> Scanned<'a> {
    /// Every package with its index and what it requires.
    pub(super) fn required(&self) -> impl Iterator<Item = (u32, &Package<'a>, &[&'a str])> {
        (0u32..).zip(&self.packages).map(|(index, package)| {
            let range = package.first..package.first + package.count;
            (index, package, self.requires.get(range).unwrap_or_default())
        })
    }
}

/// A package as the file has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Package<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) source: Option<&'a str>,
    /// What it requires: so many names from here on.
    first: usize,
    count: usize,
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
pub(super) fn lines(text: &str) -> Option<Scanned<'_>> {
    let mut scanned = Scanned {
        packages: Vec::with_capacity(text.len() / 256),
        requires: Vec::with_capacity(text.len() / 64),
    };
    let mut table = Table::Top;
    let mut in_list = false;
    for (line, text) in crate::text::lines(text) {
        if in_list {
            if text == "]" {
                in_list = false;
                continue;
            }
            scanned.requires.push(plain(text.strip_prefix(' ')?.strip_suffix(',')?)?);
            scanned.packages.last_mut()?.count += 1;
            continue;
        }
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if text.starts_with('[') {
            table = head(text)?;
            if table == Table::Package {
                let first = scanned.requires.len();
                scanned.packages.push(Package { line, first, ..Package::default() });
            }
            continue;
        }
        if table == Table::Other {
            // A list of more than one line would be taken for tables.
            (!text.contains(" = [") || text.ends_with(']')).then_some(())?;
            continue;
        }
        let (key, value) = pair(text)?;
        match table {
            Table::Top if key == "version" => {
                matches!(value, "1" | "2" | "3" | "4").then_some(())?;
            }
            Table::Top => return None,
            Table::Package => {
                let package = scanned.packages.last_mut()?;
                in_list = property(key, value, line, package)?;
            }
            Table::Other => {}
        }
    }
    let whole = |p: &Package<'_>| !p.name.is_empty() && !p.version.is_empty();
    (scanned.packages.iter().all(whole) && !in_list).then_some(scanned)
}

/// `key = value`; the keys of these tables have no spaces, so the first one is the place.
fn pair(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().position(|b| b == b' ')?;
    Some((text.get(..at)?, text.get(at..)?.strip_prefix(" = ")?))
}

fn head(text: &str) -> Option<Table> {
    match text {
        "[[package]]" | "[root]" => Some(Table::Package),
        "[metadata]" | "[[patch.unused]]" => Some(Table::Other),
        _ => None,
    }
}

/// Takes a key of a package; true when a list begins.
fn property<'a>(key: &str, value: &'a str, line: u32, package: &mut Package<'a>) -> Option<bool> {
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
        "dependencies" if package.count == 0 && value == "[" => return Some(true),
        "dependencies" if package.count == 0 && value == "[]" => {}
        _ => return None,
    }
    Some(false)
}

/// A TOML string without escapes.
fn plain(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    // `contains` of one byte looks at many at once.
    let bytes = inner.as_bytes();
    (!bytes.is_empty() && !bytes.contains(&b'"') && !bytes.contains(&b'\\')).then_some(inner)
}

/// The packages of a document read as TOML; what lacks a name or a version is a problem.
pub(super) fn document<'a>(root: &'a Node<'_>, problems: &mut Vec<Problem>) -> Scanned<'a> {
    let mut scanned = Scanned::default();
    for entry in root.entries() {
        match (entry.key.as_ref(), &entry.node.value) {
            ("root", Value::Map(_)) => take(&entry.node, &mut scanned, problems),
            ("package", Value::List(items)) => {
                for item in items {
                    take(item, &mut scanned, problems);
                }
            }
            ("root" | "package", _) => {
                problems.push(entry.node.wrong(&entry.key, "[[package]] tables"));
            }
            _ => {}
        }
    }
    scanned
}

fn take<'a>(node: &'a Node<'_>, scanned: &mut Scanned<'a>, problems: &mut Vec<Problem>) {
    let (Some(name), Some(version)) = (node.text_at("name"), node.text_at("version")) else {
        let what = "a package without a name and a version".to_owned();
        problems.push(Problem { line: node.line, what });
        return;
    };
    let named = node.entries().iter().find(|e| e.key == "name").map_or(node.line, |e| e.line);
    let requires = node.at("dependencies").map(Node::items).unwrap_or_default();
    let first = scanned.requires.len();
    scanned.requires.extend(requires.iter().filter_map(Node::text));
    let count = scanned.requires.len() - first;
    let source = node.text_at("source");
    scanned.packages.push(Package { name, version, source, first, count, line: named });
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
