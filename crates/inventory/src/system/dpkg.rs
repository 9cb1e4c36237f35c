//! Which packages did dpkg install, and which files are theirs?
//!
//! In: `status` (deb-control(5), dpkg(1) «Package states»), one file of `status.d`, a list of files.
//! Out: [`Packages`] and [`Owned`]. Never: a package of which only the configuration is left.

use super::paths::{matters, relative};
use super::{DistributionPackage, MAX_PACKAGES, Owned, Packages};
use crate::text;

/// One stanza, as far as it is read.
#[derive(Default)]
struct Stanza<'a> {
    line: u32,
    package: &'a str,
    status: Option<&'a str>,
    version: &'a str,
    source: &'a str,
    built_using: &'a str,
    architecture: &'a str,
    /// Tools of vendors write it; Debian's own packages do not have it.
    vendor: &'a str,
}

/// Reads `status`, also of one package (`status.d/NAME`, without the state, which is then installed) and
/// of opkg, which has dpkg's form.
pub(super) fn status(bytes: &[u8]) -> Packages {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Packages::default();
    let mut stanza = Stanza::default();
    let mut left_out = false;
    for (line, content) in text::lines(&text) {
        if content.trim_ascii().is_empty() {
            left_out |= !found.stanza(std::mem::take(&mut stanza));
            continue;
        }
        // A field goes on in lines that begin with white space.
        if content.starts_with([' ', '\t']) {
            continue;
        }
        if stanza.line == 0 {
            stanza.line = line;
        }
        let Some((key, value)) = content.split_once(':') else {
            let what = format!("expected «Field: value», got «{}»", text::short(content));
            found.problem(line, what);
            continue;
        };
        let value = value.trim_ascii();
        match key {
            key if key.eq_ignore_ascii_case("package") => stanza.package = value,
            key if key.eq_ignore_ascii_case("status") => stanza.status = Some(value),
            key if key.eq_ignore_ascii_case("version") => stanza.version = value,
            key if key.eq_ignore_ascii_case("source") => stanza.source = value,
            key if key.eq_ignore_ascii_case("built-using") => stanza.built_using = value,
            key if key.eq_ignore_ascii_case("architecture") => stanza.architecture = value,
            key if key.eq_ignore_ascii_case("vendor") => stanza.vendor = value,
            _ => {}
        }
    }
    left_out |= !found.stanza(stanza);
    if !text.is_empty() && !text.ends_with('\n') {
        let last = text::line_after(text.as_bytes());
        found.problem(last, "the file ends within a line; it may be cut, and packages missing");
    }
    if found.packages.is_empty() && !left_out && found.problems.is_empty() {
        found.problem(0, super::EMPTY);
    }
    found
}

impl Packages {
    /// Adds what a stanza tells; false when it is of a package that is not installed.
    fn stanza(&mut self, stanza: Stanza<'_>) -> bool {
        if stanza.line == 0 {
            return true;
        }
        // `want flag state`: «deinstall ok config-files» has left its configuration only.
        let state =
            stanza.status.map_or("installed", |s| s.split_whitespace().nth(2).unwrap_or(""));
        if matches!(state, "config-files" | "not-installed") {
            return false;
        }
        if stanza.package.is_empty() {
            self.problem(stanza.line, "a stanza without «Package»");
            return true;
        }
        if !matches!(
            state,
            "installed" | "unpacked" | "half-configured" | "triggers-awaited" | "triggers-pending"
        ) {
            let name = text::short(stanza.package);
            let state = if state.is_empty() { "(none)" } else { text_state(state) };
            self.problem(
                stanza.line,
                format!("«{name}» has the state «{state}»: its files may be there in part"),
            );
        }
        let source = source(&stanza);
        self.push(DistributionPackage {
            name: stanza.package.to_owned(),
            version: stanza.version.to_owned(),
            source,
            architecture: stanza.architecture.to_owned(),
            vendor: stanza.vendor.to_owned(),
            line: stanza.line,
            ..DistributionPackage::default()
        });
        true
    }

    /// Adds a package, up to [`MAX_PACKAGES`].
    pub(super) fn push(&mut self, package: DistributionPackage) {
        match self.packages.len() {
            ..MAX_PACKAGES => self.packages.push(package),
            _ => {
                self.problem(0, format!("more than {MAX_PACKAGES} packages; the rest was not read"))
            }
        }
    }

    /// Adds a problem, unless the last says the same, up to the bound of a reading.
    pub(super) fn problem(&mut self, line: u32, what: impl Into<String>) {
        let what = what.into();
        if self.problems.len() <= crate::reading::MAX_PROBLEMS
            && self.problems.last().is_none_or(|last| last.what != what)
        {
            self.problems.push(crate::Problem { line, what });
        }
    }
}

/// A state for a message: the known one, or that it is none.
fn text_state(state: &str) -> &str {
    if state == "half-installed" { state } else { "(unknown)" }
}

/// `Source: name` or `name (version)`; without a version it is the package's own (deb-control(5)).
fn source(stanza: &Stanza<'_>) -> Option<(String, String)> {
    let (name, version) = match stanza.source.split_once('(') {
        Some((name, rest)) => (name.trim_ascii(), rest.trim_end_matches(')').trim_ascii()),
        None if stanza.source.is_empty() => (stanza.package, stanza.version),
        None => (stanza.source, stanza.version),
    };
    if let Some(unsigned) = unsigned(name, stanza) {
        return Some(unsigned);
    }
    let differs = name != stanza.package || version != stanza.version;
    (differs && !name.is_empty()).then(|| (name.to_owned(), version.to_owned()))
}

/// Of a source that only signs what another built (`linux-signed-amd64`, `grub-efi-amd64-signed`), that
/// other: advisories speak of it alone. Debian names it in `Built-Using`; Ubuntu gives the kernel's its
/// name with `-signed` in it, and its version.
fn unsigned(source: &str, stanza: &Stanza<'_>) -> Option<(String, String)> {
    let kernel = source.strip_prefix("linux-signed");
    if kernel.is_none() && !source.ends_with("-signed") {
        return None;
    }
    let built = stanza.built_using.split(',').next().and_then(|first| {
        let (name, rest) = first.trim_ascii().split_once(" (= ")?;
        Some((name.to_owned(), rest.strip_suffix(')')?.to_owned()))
    });
    built.or_else(|| Some((format!("linux{}", kernel?), stanza.version.to_owned())))
}

/// `info/NAME.list`: one path on each line.
pub(super) fn list(package: &str, bytes: &[u8]) -> Owned {
    let text = String::from_utf8_lossy(bytes);
    owned(package, text.lines())
}

/// `status.d/NAME.md5sums`: a digest, two blanks and a path on each line.
pub(super) fn digests(package: &str, bytes: &[u8]) -> Owned {
    let text = String::from_utf8_lossy(bytes);
    owned(package, text.lines().filter_map(|l| Some(l.split_once(' ')?.1.trim_ascii_start())))
}

fn owned<'a>(package: &str, paths: impl Iterator<Item = &'a str>) -> Owned {
    let files = paths.map(relative).filter(|path| matters(path)).map(str::to_owned).collect();
    Owned { package: package.to_owned(), files }
}
