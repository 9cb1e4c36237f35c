//! What lies in an archive, member by member, before it is known what belongs to what?
//!
//! In: a tar stream whose members come in any order (the manifest of `docker save` may be the last). Out:
//! [`Archive`]: every layer read, every small document kept, links; and the whole also read as if it were
//! the layer of a root file system, which it is if no manifest turns up. Never: a second pass, a file.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use super::layer::{Budget, Contents, Layer, Look, Problem, lexical, note};
use super::member::{Kind, Member, Members};
use super::stream::{self, Digesting, Packing};

/// Largest manifest, index or configuration.
pub const MAX_DOCUMENT: u64 = 4 << 20;
/// Most bytes of documents and of their paths that are kept of one archive.
pub const MAX_DOCUMENTS: u64 = 32 << 20;
/// What a path that is remembered costs besides its own bytes, which are kept twice.
const PATH_COST: u64 = 256;
/// Most layers of one archive.
pub const MAX_LAYERS: usize = 1_000;
/// Most bytes that all layers of an archive unpack to.
pub const MAX_TOTAL: u64 = 256 << 30;
/// Most links followed to one layer.
const MAX_LINKS: usize = 8;
/// What may follow the end mark of a tar.
const MAX_TRAILING: u64 = 64 << 20;

/// A layer, read.
#[derive(Debug)]
pub(super) struct LayerRead {
    /// Of the bytes as they lie in the archive.
    pub digest: String,
    /// Of the tar; with a failure, of what could be read of it.
    pub unpacked: String,
    pub contents: Rc<Contents>,
    /// Why not all of it was read.
    pub failure: Option<String>,
    /// The tar has its end mark.
    pub marked: bool,
}

/// A file of the archive that may be part of an image.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Document(Rc<[u8]>),
    Layer(Rc<LayerRead>),
    /// Neither, and why.
    Unread(String),
}

/// What may still be read.
#[derive(Debug)]
pub(super) struct Limits {
    pub budget: Budget,
    layers: usize,
    unpacked: u64,
    documents: u64,
    /// It was said that no more files are kept.
    told: bool,
}

impl Default for Limits {
    fn default() -> Self {
        let budget = Budget::default();
        Self {
            budget,
            layers: MAX_LAYERS,
            unpacked: MAX_TOTAL,
            documents: MAX_DOCUMENTS,
            told: false,
        }
    }
}

/// All that was found in an archive.
#[derive(Debug, Default)]
pub(super) struct Archive {
    pub items: BTreeMap<String, Item>,
    pub links: BTreeMap<String, String>,
    pub problems: Vec<Problem>,
    /// The members as those of a layer.
    pub root: Contents,
    /// Of the whole stream; empty when it is an image for sure.
    pub digest: String,
    /// Why the archive was not read to its end.
    pub cut: Option<String>,
}

/// Reads the archive to its end, or as far as it goes.
pub(super) fn read(source: &mut dyn Read, look: &dyn Look) -> Archive {
    let (count, on) = (Cell::new(0), Cell::new(true));
    let mut raw = Digesting::new(BufReader::with_capacity(1 << 16, source), &count, &on);
    let mut archive = Archive::default();
    if let Err(error) = pass(&mut raw, &count, &on, look, &mut archive) {
        archive.cut = Some(reason(&error));
    }
    if let Err(error) = stream::drain(&mut raw, MAX_TRAILING) {
        archive.cut.get_or_insert_with(|| reason(&error));
    }
    archive.digest = if on.get() { raw.digest() } else { String::new() };
    archive
}

fn pass(
    raw: &mut dyn BufRead,
    count: &Cell<u64>,
    on: &Cell<bool>,
    look: &dyn Look,
    archive: &mut Archive,
) -> io::Result<()> {
    let head = stream::head(raw)?;
    let packing = stream::packing(&head)
        .map_err(|what| io::Error::new(io::ErrorKind::InvalidData, format!("it {what}")))?;
    let chained = head.as_slice().chain(raw);
    let mut unpacked = stream::unpack(chained, packing, count, MAX_TOTAL)?;
    let mut members = Members::new(&mut unpacked);
    let mut root = Layer::new(look);
    let mut limits = Limits::default();
    let mut seen = BTreeSet::new();
    let outcome = loop {
        match members.next() {
            Ok(Some(member)) => {
                let taken =
                    archive.member(&member, &mut members, &mut root, &mut limits, on, &mut seen);
                if let Err(error) = taken {
                    break Err(error);
                }
            }
            Ok(None) if members.marked() => break Ok(()),
            Ok(None) => {
                let what = "it ends without the mark for its end";
                break Err(io::Error::new(io::ErrorKind::UnexpectedEof, what));
            }
            Err(error) => break Err(error),
        }
    };
    archive.root = root.finish(&mut limits.budget);
    // The checksum of a packed archive comes behind its end.
    outcome.and_then(|()| stream::drain(&mut unpacked, MAX_TRAILING))
}

impl Archive {
    /// Takes one member in: as a layer, as a document, as a file of a root file system.
    fn member(
        &mut self,
        member: &Member,
        members: &mut Members<'_>,
        root: &mut Layer<'_>,
        limits: &mut Limits,
        digesting: &Cell<bool>,
        seen: &mut BTreeSet<String>,
    ) -> io::Result<()> {
        let path = match &member.path {
            Some(path) if member.kind == Kind::File && may_belong(path) => path,
            Some(path) if matches!(member.kind, Kind::Symlink | Kind::HardLink) => {
                self.link(path, member);
                return root.member(member, members, &mut limits.budget);
            }
            _ => return root.member(member, members, &mut limits.budget),
        };
        if !seen.contains(path) {
            let cost = path.len() as u64 * 2 + PATH_COST;
            let Some(left) = limits.documents.checked_sub(cost) else {
                if !std::mem::replace(&mut limits.told, true) {
                    let what =
                        "more files than an image archive has; those from here were not kept";
                    note(&mut self.problems, path, what);
                }
                return root.member(member, members, &mut limits.budget);
            };
            limits.documents = left;
            seen.insert(path.clone());
        } else {
            note(&mut self.problems, path, "is there twice; the last one counts");
        }
        self.links.remove(path);
        let head = stream::head(members)?;
        let mut content = head.as_slice().chain(members);
        let named_blob = path.starts_with("blobs/") || path.ends_with("layer.tar");
        if stream::packing(&head).is_ok() {
            if named_blob {
                digesting.set(false);
            }
            let read = layer(&head, &mut content, root.look(), limits);
            self.items.insert(path.clone(), read);
            root.present(path);
            return Ok(());
        }
        if member.size > MAX_DOCUMENT || member.size > limits.documents {
            let why = stream::packing(&head).err().unwrap_or_default();
            let why = match member.size > MAX_DOCUMENT {
                true => why.to_owned(),
                false => format!("was not kept: more than {MAX_DOCUMENTS} bytes of documents"),
            };
            self.items.insert(path.clone(), Item::Unread(why));
            return root.member(member, &mut content, &mut limits.budget);
        }
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        limits.documents -= member.size;
        root.member(member, &mut bytes.as_slice(), &mut limits.budget)?;
        self.items.insert(path.clone(), Item::Document(bytes.into()));
        Ok(())
    }

    /// What lies at a path, links followed.
    pub(super) fn find(&self, path: &str) -> Option<&Item> {
        let mut path = lexical("", path)?;
        for _ in 0..MAX_LINKS {
            match self.links.get(&path) {
                Some(target) => path.clone_from(target),
                None => return self.items.get(&path),
            }
        }
        None
    }

    fn link(&mut self, path: &str, member: &Member) {
        let folder = match member.kind {
            Kind::Symlink => path.rsplit_once('/').map_or("", |(folder, _)| folder),
            _ => "",
        };
        if may_belong(path)
            && self.links.len() < MAX_LAYERS * 4
            && let Some(target) = lexical(folder, &member.link)
        {
            self.items.remove(path);
            self.links.insert(path.to_owned(), target);
        }
    }
}

/// Whether a path is one at which an image archive of any tool has its parts: not deep, or a blob.
fn may_belong(path: &str) -> bool {
    let folders = path.matches('/').count();
    match path.rsplit_once('/') {
        None => true,
        Some((folder, name)) => {
            folder.starts_with("blobs/") && folders == 2 || folders == 1 && name == "layer.tar"
        }
    }
}

/// Reads one layer out of its bytes, of which the first are given too.
pub(super) fn layer(
    head: &[u8],
    content: &mut dyn BufRead,
    look: &dyn Look,
    limits: &mut Limits,
) -> Item {
    let packing = match stream::packing(head) {
        Ok(packing) => packing,
        Err(why) => return Item::Unread(why.to_owned()),
    };
    if limits.layers == 0 {
        return Item::Unread(format!("was not read: more than {MAX_LAYERS} layers"));
    }
    limits.layers -= 1;
    let (count, yes) = (Cell::new(0), Cell::new(true));
    let (tar_count, tar_on) = (Cell::new(0), Cell::new(packing != Packing::Plain));
    let mut raw = Digesting::new(content, &count, &yes);
    let mut layer = Layer::new(look);
    let mut tar_digest = None;
    let outcome = stream::unpack(&mut raw, packing, &count, limits.unpacked).and_then(|unpacked| {
        let mut tar = Digesting::new(unpacked, &tar_count, &tar_on);
        let outcome = members(&mut tar, &mut layer, &mut limits.budget);
        let outcome =
            outcome.and_then(|marked| stream::drain(&mut tar, MAX_TRAILING).map(|()| marked));
        tar_digest = Some(tar.digest());
        outcome
    });
    limits.unpacked = limits.unpacked.saturating_sub(tar_count.get());
    let rest = stream::drain(&mut raw, u64::MAX);
    let digest = raw.digest();
    let unpacked =
        tar_digest.filter(|_| packing != Packing::Plain).unwrap_or_else(|| digest.clone());
    let failure = outcome.as_ref().err().or(rest.as_ref().err()).map(reason);
    let marked = outcome.unwrap_or(false);
    let contents = Rc::new(layer.finish(&mut limits.budget));
    Item::Layer(Rc::new(LayerRead { digest, unpacked, contents, failure, marked }))
}

/// Reads the members of a layer; whether the tar had its end mark.
fn members(tar: &mut dyn BufRead, layer: &mut Layer<'_>, budget: &mut Budget) -> io::Result<bool> {
    let mut members = Members::new(tar);
    while let Some(member) = members.next()? {
        layer.member(&member, &mut members, budget)?;
    }
    Ok(members.marked())
}

/// An error in words.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => format!("it is cut: {error}"),
        _ => error.to_string(),
    }
}
