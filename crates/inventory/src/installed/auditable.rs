//! Which crates was a Rust program built from?
//!
//! In: the section `.dep-v0` that cargo-auditable puts into a program: JSON packed with zlib (cargo-auditable,
//! PARSING.md). Out: components, who requires whom, what the program itself requires. A crate needed by
//! build scripts and macros only is of development scope: it is not part of what runs. Never: crates
//! guessed from messages in a program without the section.

use std::io::Read;

use flate2::read::ZlibDecoder;
use vocab::{Base, Component, Origin, Scope};

use super::fields::is_plain;
use crate::node::Node;
use crate::reading::{Reading, pinned};
use crate::{Problem, json, source, text};

/// Longest list unpacked, in bytes; cargo-auditable's own reader stops at 8 MiB.
const MAX_LIST: u64 = 16 << 20;

/// Reads the section; `None` when it holds nothing.
pub(super) fn read(section: &[u8]) -> Option<Reading> {
    (!section.is_empty()).then(|| parsed(section).unwrap_or_else(Reading::from))
}

fn parsed(section: &[u8]) -> Result<Reading, Problem> {
    let problem = |why: &str| Problem { line: 0, what: format!("the section .dep-v0: {why}") };
    let mut list = Vec::new();
    let unpacked = ZlibDecoder::new(section).take(MAX_LIST + 1).read_to_end(&mut list);
    unpacked.map_err(|e| problem(&e.to_string()))?;
    if list.len() as u64 > MAX_LIST {
        return Err(problem(&format!("larger than {MAX_LIST} bytes; it was not read")));
    }
    let root = text::of(&list).and_then(json::parse).map_err(|p| problem(&p.what))?;
    let packages = root.at("packages").ok_or_else(|| problem("expected the key «packages»"))?;
    let packages = packages.expect_list("«packages»").map_err(|p| problem(&p.what))?;
    let mut reading = Reading::default();
    // Edges name packages by their place in the list, so one that cannot be read leaves a gap.
    let mut places = Vec::with_capacity(packages.len());
    for package in packages {
        let component = component(package);
        if component.is_none() {
            let what = "expected a package with «name» and «version» in the section .dep-v0";
            reading.problem(0, what);
        }
        places.push(component.and_then(|component| reading.push(component)));
    }
    connect(packages, &places, &mut reading);
    Ok(reading)
}

fn component(package: &Node<'_>) -> Option<Component> {
    let of = |key| package.text_at(key).filter(|text| is_plain(text));
    let mut component = pinned(Base::CratesIo, of("name")?, of("version")?, 0);
    component.origin = match of("source").unwrap_or_default() {
        "crates.io" => Origin::Registry,
        "local" => Origin::FirstParty,
        // The list says neither which repository nor which commit.
        "git" => Origin::Git { url: String::new(), commit: String::new() },
        "registry" => Origin::Foreign("another registry of crates".to_owned()),
        other => source::foreign(other),
    };
    component.scope = match of("kind") {
        Some("build") => Scope::Development,
        _ => Scope::Runtime,
    };
    Some(component)
}

fn connect(packages: &[Node<'_>], places: &[Option<u32>], reading: &mut Reading) {
    let place = |node: &Node<'_>| {
        let at = node.scalar()?.parse::<usize>().ok()?;
        places.get(at).copied().flatten()
    };
    let mut lost = 0usize;
    let mut root = None;
    for (package, from) in packages.iter().zip(places) {
        let Some(from) = *from else { continue };
        if package.flag("root") {
            root = Some(from);
        }
        for required in package.at("dependencies").map(Node::items).unwrap_or_default() {
            match place(required) {
                Some(to) => reading.requires.push((from, to)),
                None => lost += 1,
            }
        }
    }
    if lost > 0 {
        let what = format!("the section .dep-v0: {lost} requirements of packages it does not have");
        reading.problem(0, what);
    }
    let Some(root) = root else { return };
    for component in &mut reading.components {
        component.direct = Some(false);
    }
    let named = reading.requires.iter().filter(|(from, _)| *from == root).map(|(_, to)| *to);
    for index in named.chain([root]).collect::<Vec<_>>() {
        if let Some(component) = reading.components.get_mut(index as usize) {
            component.direct = Some(true);
        }
    }
}
