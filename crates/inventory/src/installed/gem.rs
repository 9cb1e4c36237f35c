//! Which gem does a specification below `specifications` declare as installed?
//!
//! In: NAME-VERSION[-PLATFORM].gemspec as RubyGems writes it on installation, or as a distribution puts it
//! there: Ruby code, of which only literal assignments and the «stub» comment are read (RubyGems source,
//! `Gem::Specification#to_ruby`, `Gem::StubSpecification`); and the gemspec of a gem that Bundler checked
//! out of git. Where it states nothing that can be read, its name is believed. Out: one component; a
//! platform's build of a version is that version. Never: Ruby executed.

use vocab::{Base, Declared, Origin};

use super::fields::{is_plain, licences};
use super::last;
use crate::reading::{Details, Reading, pinned};
use crate::{Document, text};

/// Whether a gemspec in this folder speaks of an installed gem.
pub(super) fn is_installed(folder: &str) -> bool {
    let (above, parent) = folder.rsplit_once('/').unwrap_or(("", folder));
    parent == "specifications"
        || (parent == "default" && last(above) == "specifications")
        || checkout(folder).is_some()
}

/// Reads a gemspec.
pub(super) fn read(document: Document<'_>) -> Reading {
    // The second stub line has the extensions' paths with NUL between them; so this is no plain text.
    parsed(document.path, &String::from_utf8_lossy(document.bytes))
}

/// The abbreviated commit of Bundler's checkout `bundler/gems/NAME-COMMIT`.
fn checkout(folder: &str) -> Option<&str> {
    let (above, name) = folder.rsplit_once('/')?;
    let commit = name.rsplit_once('-')?.1;
    let hex = commit.len() >= 7 && commit.bytes().all(|b| b.is_ascii_hexdigit());
    (hex && (above == "bundler/gems" || above.ends_with("/bundler/gems"))).then_some(commit)
}

#[derive(Default)]
struct Stated<'a> {
    stub: Option<(&'a str, &'a str)>,
    name: Option<(&'a str, u32)>,
    version: Option<&'a str>,
    licences: Vec<&'a str>,
}

fn parsed(path: &str, content: &str) -> Reading {
    let stated = stated(content);
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.strip_suffix(".gemspec").unwrap_or(file);
    let named = split_stem(stem);
    let commit = checkout(folder);
    let name = stated.name.or(stated.stub.map(|(name, _)| (name, 1)));
    let (name, line) = name.or(named.map(|(name, _)| (name, 0))).unwrap_or((stem, 0));
    let version = stated.version.or(stated.stub.map(|(_, version)| version));
    let version = version.or(named.map(|(_, version)| version)).filter(|v| is_plain(v));
    let mut reading = Reading::default();
    let mut component = pinned(Base::RubyGems, name, version.unwrap_or_default(), line);
    if version.is_none() {
        component.version = Declared::Absent;
    }
    if let Some(commit) = commit {
        // Which repository it was is written in the lock file only.
        component.origin = Origin::Git { url: String::new(), commit: commit.to_owned() };
    } else if !agrees(stem, name, version.unwrap_or_default()) {
        let what = format!(
            "the file's name says {}, its content {} {}",
            text::short(stem),
            text::short(name),
            text::short(version.unwrap_or("nothing"))
        );
        reading.problem(line, what);
    }
    let licences = licences(stated.licences);
    if let Some(index) = reading.push(component)
        && !licences.is_empty()
    {
        reading.details.insert(index, Details { licences, ..Details::default() });
    }
    reading
}

fn agrees(stem: &str, name: &str, version: &str) -> bool {
    let rest = stem.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
    let rest = rest.and_then(|rest| rest.strip_prefix(version));
    // A distribution may leave the version out of the name.
    stem == name || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// `NAME-VERSION[-PLATFORM]`, the version being what begins with a digit.
fn split_stem(stem: &str) -> Option<(&str, &str)> {
    let digit = |at: usize| stem.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
    let at = stem.match_indices('-').map(|(at, _)| at).find(|at| *at > 0 && digit(*at))?;
    let version = stem.get(at + 1..)?.split('-').next()?;
    Some((stem.get(..at)?, version))
}

fn stated(text: &str) -> Stated<'_> {
    let mut stated = Stated::default();
    for (line, row) in text::lines(text) {
        let row = row.trim();
        if let Some(stub) = row.strip_prefix("# stub: ").filter(|_| stated.stub.is_none()) {
            let mut words = stub.split(' ');
            stated.stub =
                words.next().zip(words.next()).filter(|(n, v)| is_plain(n) && is_plain(v));
            continue;
        }
        let Some((field, value)) = assignment(row) else { continue };
        match field {
            "name" if stated.name.is_none() => stated.name = literal(value).map(|v| (v, line)),
            "version" if stated.version.is_none() => {
                let value = value.strip_prefix("Gem::Version.new").unwrap_or(value);
                stated.version = literal(value.trim_start_matches(['(', ' ']));
            }
            "license" => stated.licences.extend(literal(value)),
            "licenses" => {
                let list = value.trim_start_matches('[').split(']').next().unwrap_or_default();
                stated.licences.extend(list.split(',').filter_map(|item| literal(item.trim())));
            }
            _ => {}
        }
    }
    stated
}

/// `s.FIELD = VALUE`.
fn assignment(row: &str) -> Option<(&str, &str)> {
    let (left, value) = row.split_once('=')?;
    let (object, field) = left.trim_end().split_once('.')?;
    let word = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (word(object) && word(field)).then_some((field, value.trim_start()))
}

/// The text of a Ruby string without interpolation at the beginning of a value.
fn literal(value: &str) -> Option<&str> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let text = value.get(1..)?.split(quote).next()?;
    (is_plain(text) && !text.contains(['\\', '#'])).then_some(text)
}
