//! Which Maven artifacts are in an archive of Java, and in those within it?
//!
//! In: jar, war, ear and their kind; nested ones (`WEB-INF/lib`, `BOOT-INF/lib`) are read in memory. Out:
//! a component for each `META-INF/maven/*/*/pom.properties` (Maven Archiver), of which a shaded jar has
//! many. A jar without any is named by the path of a Maven repository, else as far as manifest and file
//! name tell: that is a guess, so its origin is foreign, and only advisories that know the very name
//! speak of it; the rest is not evaluated. An application (`WEB-INF`, `BOOT-INF`) without coordinates is
//! first party: what it carries is named one by one. Never: a class looked at, a file written. Inner
//! places are written `a.war!/WEB-INF/lib/b.jar`.

use std::collections::HashSet;
use std::fmt::Write;

use sha2::{Digest, Sha256};
use vocab::{Base, Component, Declared, Origin};

use super::archive::{Archive, Budget, MAX_DEPTH, is_java, repeated};
use super::fields::{Fields, Fold, is_plain, licences};
use super::java_names::{self, Coordinates, FileName};
use super::last;
use crate::Document;
use crate::reading::{Details, Reading, pinned};

/// Longest pom.properties, in bytes.
const MAX_PROPERTIES: u64 = 64 << 10;
/// As far as a manifest is read, in bytes; its main section comes first.
const MAX_MANIFEST: u64 = 1 << 20;
/// Longest nested archive, in bytes.
const MAX_NESTED: u64 = 192 << 20;
/// Longest place in a message, in characters.
const MAX_PLACE: usize = 300;

const WANTED: &[&str] = &[
    "Implementation-Title",
    "Implementation-Version",
    "Implementation-Vendor-Id",
    "Bundle-SymbolicName",
    "Bundle-Version",
    "Bundle-License",
    "Start-Class",
];

/// Reads an archive; `None` when there is no software in it.
pub(super) fn read(document: Document<'_>) -> Option<Reading> {
    let mut walk = Walk::default();
    walk.archive(document.path, last(document.path), document.bytes, 1);
    let said = !walk.reading.components.is_empty() || !walk.reading.problems.is_empty();
    said.then_some(walk.reading)
}

#[derive(Default)]
struct Walk {
    reading: Reading,
    budget: Budget,
    /// Name and version of each component: a fat jar may have one artifact many times.
    seen: HashSet<(String, String)>,
}

/// What an archive has, by index.
#[derive(Default)]
struct Contents {
    poms: Vec<(usize, String)>,
    manifest: Option<usize>,
    nested: Vec<(usize, String)>,
    classes: bool,
    application: bool,
}

impl Walk {
    fn archive(&mut self, path: &str, place: &str, bytes: &[u8], depth: usize) {
        let mut archive = match self.budget.open(bytes) {
            Ok(archive) => archive,
            // An empty file holds nothing that could run, and the rarer endings have other uses.
            Err(_) if bytes.is_empty() || !is_surely_java(path) && !bytes.starts_with(b"PK") => {
                return;
            }
            Err(why) => return self.problem(place, &why),
        };
        let contents = Contents::of(&archive);
        let matters = |name: &str| java_names::is_pom_properties(name) || is_nested(name);
        for name in repeated(&archive, bytes, matters) {
            let why = "several entries have this name; only the last was read";
            self.problem(&format!("{place}!/{name}"), why);
        }
        let mut found = Vec::new();
        for (index, name) in &contents.poms {
            match self.budget.content(&mut archive, *index, MAX_PROPERTIES) {
                Ok(content) => match Coordinates::read(&content, name) {
                    Some(coordinates) => found.push(coordinates),
                    None => {
                        let why = "expected «groupId» and «artifactId» of a Maven artifact";
                        self.problem(&format!("{place}!/{name}"), why);
                    }
                },
                Err(why) => self.problem(&format!("{place}!/{name}"), &why),
            }
        }
        let read_all = found.len() == contents.poms.len();
        let file = FileName::of(last(path));
        let own = found.iter().position(|c| file.is_of(c, found.len()));
        let hash = sha256(bytes);
        if own.is_none() && read_all && (found.is_empty() || file.version.is_some()) {
            self.unnamed(&mut archive, &contents, path, place, &hash);
        }
        for (index, coordinates) in found.into_iter().enumerate() {
            let hash = (own == Some(index)).then_some(hash.as_str());
            self.push(coordinates.component(), hash, Vec::new());
        }
        self.nested(&mut archive, contents.nested, place, depth);
    }

    /// The component of an archive whose coordinates are not inside.
    fn unnamed(
        &mut self,
        archive: &mut Archive<'_>,
        contents: &Contents,
        path: &str,
        place: &str,
        hash: &str,
    ) {
        if !contents.classes && !contents.application {
            return;
        }
        let manifest = match contents.manifest {
            Some(index) => self.budget.begin(archive, index, MAX_MANIFEST),
            None => Ok(Vec::new()),
        };
        let manifest = manifest.unwrap_or_else(|why| {
            self.problem(&format!("{place}!/META-INF/MANIFEST.MF"), &why);
            Vec::new()
        });
        let manifest = Fields::read(&manifest, WANTED, Fold::Cut);
        let application = contents.application || manifest.text("Start-Class").is_some();
        let component = match java_names::repository(path) {
            Some(coordinates) => coordinates.component(),
            None => guessed(&manifest, &FileName::of(last(path)), application),
        };
        self.push(component, Some(hash), licences(manifest.all("Bundle-License")));
    }

    fn nested(
        &mut self,
        archive: &mut Archive<'_>,
        nested: Vec<(usize, String)>,
        place: &str,
        depth: usize,
    ) {
        for (index, name) in nested {
            let inner = format!("{place}!/{name}");
            if depth >= MAX_DEPTH {
                let why = format!("more than {MAX_DEPTH} archives within each other; not read");
                self.problem(&inner, &why);
                continue;
            }
            match self.budget.content(archive, index, MAX_NESTED) {
                Ok(content) => self.archive(&name, &inner, &content, depth + 1),
                Err(why) => self.problem(&inner, &why),
            }
        }
    }

    fn push(&mut self, component: Component, hash: Option<&str>, licences: Vec<String>) {
        let key = (component.name.clone(), component.version.text().to_owned());
        if !self.seen.insert(key) {
            return;
        }
        let Some(index) = self.reading.push(component) else { return };
        if hash.is_some() || !licences.is_empty() {
            let hashes = hash.map(|hash| ("SHA-256".to_owned(), hash.to_owned()));
            let details =
                Details { hashes: hashes.into_iter().collect(), licences, ..Details::default() };
            self.reading.details.insert(index, details);
        }
    }

    fn problem(&mut self, place: &str, why: &str) {
        let visible = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        let place: String = place.chars().take(MAX_PLACE).map(visible).collect();
        self.reading.problem(0, format!("{place}: {why}"));
    }
}

impl Contents {
    fn of(archive: &Archive<'_>) -> Self {
        let mut contents = Self::default();
        for (index, name) in archive.file_names_raw().enumerate() {
            let name = String::from_utf8_lossy(name);
            let below = |folder: &str| name.starts_with(folder);
            contents.application |=
                below("WEB-INF/") || below("BOOT-INF/") || name == "META-INF/application.xml";
            if name.ends_with(".class") {
                contents.classes = true;
            } else if name.eq_ignore_ascii_case("META-INF/MANIFEST.MF") {
                contents.manifest = Some(index);
            } else if java_names::is_pom_properties(&name) {
                contents.poms.push((index, name.into_owned()));
            } else if is_nested(&name) {
                contents.nested.push((index, name.into_owned()));
            }
        }
        contents
    }
}

/// Whether an entry is an archive to go into; outside of others, `.rar` is another format's ending.
fn is_nested(name: &str) -> bool {
    is_java(name) || name.ends_with(".rar")
}

/// Names that are used for nothing else.
fn is_surely_java(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    ["jar", "war", "ear", "jpi", "hpi"].iter().any(|e| e.eq_ignore_ascii_case(ending))
}

/// What manifest and file name tell. The file's name is more often right than the manifest, in which
/// titles are prose and versions are those of a whole product.
fn guessed(manifest: &Fields<'_>, file: &FileName<'_>, application: bool) -> Component {
    let of = |key| manifest.text(key).filter(|text| is_plain(text) && !text.contains("${"));
    let word = |text: &&str| !text.contains([' ', ':', '/']);
    let symbolic = of("Bundle-SymbolicName").and_then(|text| text.split(';').next()).map(str::trim);
    let artifact = match file.version {
        Some(_) => file.artifact,
        None => of("Implementation-Title").filter(word).or(symbolic).unwrap_or(file.artifact),
    };
    let version = file.version.or_else(|| of("Implementation-Version").or(of("Bundle-Version")));
    let name = match of("Implementation-Vendor-Id").filter(word) {
        Some(group) => format!("{group}:{artifact}"),
        None => artifact.to_owned(),
    };
    let mut component = pinned(Base::Maven, name, version.unwrap_or_default(), 0);
    if version.is_none() {
        component.version = Declared::Absent;
    }
    component.origin = match application {
        true => Origin::FirstParty,
        false => Origin::Foreign("a jar without Maven coordinates".to_owned()),
    };
    component
}

fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
