//! What members does a tar stream hold, one after the other?
//!
//! In: a stream. Out: [`Member`]s, and the content of the one before the next is asked for (this is a
//! [`BufRead`] that ends with the member). The `tar` crate reads the fields of a header. Its own loop is
//! not used: it reads long names without a limit, loses a path behind an extended attribute with a line
//! break in it, and takes the end of the input for the end of the archive, so that a cut archive looks
//! whole. Rules: POSIX.1-2024 pax, «pax Interchange Format»; GNU tar manual, «Basic Tar Format».

use std::io::{self, BufRead, Read};

use tar::{EntryType, Header};

/// Longest path that is followed (`PATH_MAX` of Linux).
pub const MAX_PATH: usize = 4096;
/// Longest extended header of one member.
pub const MAX_PAX: u64 = 1 << 20;
/// Most extended headers before one member.
const MAX_EXTENSIONS: usize = 16;
/// Most blocks of a sparse map.
const MAX_SPARSE_BLOCKS: usize = 1 << 16;
const BLOCK: usize = 512;

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Symlink,
    HardLink,
    /// Devices, pipes and what nobody knows: there, without content.
    Other,
}

/// One member.
#[derive(Debug)]
pub(super) struct Member {
    /// Relative to the root, without `.` and `..`, empty for the root itself; `None` when it leads
    /// outside or is too long.
    pub path: Option<String>,
    /// The path as it is shown when there is none.
    pub shown: String,
    pub kind: Kind,
    /// Of a link: where it leads, as written.
    pub link: String,
    pub size: u64,
    pub executable: bool,
    /// The content is not as it lies in the archive.
    pub sparse: bool,
}

/// A tar stream.
pub(super) struct Members<'a> {
    source: &'a mut dyn BufRead,
    /// Of the content of the present member.
    left: u64,
    /// Behind the content, up to the next header.
    padding: u64,
    ended: bool,
    /// The mark for the end (two blocks of zeros) was there.
    marked: bool,
}

/// What the headers before a member say of it.
#[derive(Default)]
struct Extended {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl<'a> Members<'a> {
    pub(super) fn new(source: &'a mut dyn BufRead) -> Self {
        Self { source, left: 0, padding: 0, ended: false, marked: false }
    }

    /// Whether the archive ended with its mark, and not with the input.
    pub(super) fn marked(&self) -> bool {
        self.marked
    }

    /// The next member; the content of the one before is passed over.
    ///
    /// # Errors
    /// The stream cannot be read, ends early, or is no tar.
    pub(super) fn next(&mut self) -> io::Result<Option<Member>> {
        let mut extended = Extended::default();
        for _ in 0..=MAX_EXTENSIONS {
            let Some(header) = self.header()? else {
                return Ok(None);
            };
            let size = header.entry_size()?;
            match header.entry_type() {
                EntryType::GNULongName => extended.path = Some(self.name(size)?),
                EntryType::GNULongLink => extended.link = Some(self.name(size)?),
                EntryType::XHeader => self.pax(size, &mut extended)?,
                EntryType::XGlobalHeader => self.content(size)?,
                _ => return self.member(&header, extended).map(Some),
            }
        }
        Err(invalid("more extended headers before one member than any tool writes"))
    }

    fn member(&mut self, header: &Header, extended: Extended) -> io::Result<Member> {
        let kind = match header.entry_type() {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Kind::File,
            EntryType::Directory => Kind::Directory,
            EntryType::Symlink => Kind::Symlink,
            EntryType::Link => Kind::HardLink,
            _ => Kind::Other,
        };
        let raw = extended.path.unwrap_or_else(|| header.path_bytes().into_owned());
        // In the oldest tar a folder is a file whose name ends so.
        let folder = header.as_bytes().get(156) == Some(&0) && raw.ends_with(b"/");
        let kind = if folder { Kind::Directory } else { kind };
        let link = extended.link.or_else(|| header.link_name_bytes().map(Vec::from));
        let mut sparse = extended.sparse;
        if header.entry_type() == EntryType::GNUSparse {
            sparse = true;
            self.sparse_blocks(header)?;
        }
        // Only a file has content; some tools write the size of a link's target into its header.
        let stored = match kind {
            Kind::File => extended.size.unwrap_or(header.entry_size()?),
            Kind::Other if !header_only(header.entry_type()) => {
                extended.size.unwrap_or(header.entry_size()?)
            }
            _ => 0,
        };
        self.content(stored)?;
        Ok(Member {
            path: inside(&raw),
            shown: String::from_utf8_lossy(raw.get(..120).unwrap_or(&raw)).into_owned(),
            kind,
            link: link.filter(|l| l.len() <= MAX_PATH).map(lossy).unwrap_or_default(),
            size: stored,
            // A mode that cannot be read must not hide a program.
            executable: header.mode().map_or(true, |mode| mode & 0o111 != 0),
            sparse,
        })
    }

    /// The next header; `None` at the end.
    fn header(&mut self) -> io::Result<Option<Header>> {
        if self.ended {
            return Ok(None);
        }
        self.pass_over()?;
        let mut header = Header::new_old();
        if !self.block(header.as_mut_bytes())? {
            self.ended = true;
            return Ok(None);
        }
        if header.as_bytes().iter().all(|b| *b == 0) {
            self.ended = true;
            let mut second = [0; BLOCK];
            self.marked = self.block(&mut second)?;
            if second.iter().any(|b| *b != 0) {
                return Err(invalid("a block of zeros between members"));
            }
            return Ok(None);
        }
        if !checked(&header) {
            return Err(invalid("a member's header has a wrong checksum"));
        }
        Ok(Some(header))
    }

    /// Reads one block; false when the input ended before it.
    fn block(&mut self, block: &mut [u8; BLOCK]) -> io::Result<bool> {
        if self.source.fill_buf()?.is_empty() {
            return Ok(false);
        }
        self.source.read_exact(block).map(|()| true)
    }

    fn content(&mut self, size: u64) -> io::Result<()> {
        let rest = size % BLOCK as u64;
        self.left = size;
        self.padding = if rest == 0 { 0 } else { BLOCK as u64 - rest };
        size.checked_add(self.padding).map(|_| ()).ok_or_else(|| invalid("a size beyond counting"))
    }

    /// Passes over what is left of the present member.
    fn pass_over(&mut self) -> io::Result<()> {
        let mut left = self.left.saturating_add(self.padding);
        while left > 0 {
            let there = self.source.fill_buf()?.len();
            if there == 0 {
                return Err(early());
            }
            let taken = there.min(usize::try_from(left).unwrap_or(usize::MAX));
            self.source.consume(taken);
            left -= taken as u64;
        }
        (self.left, self.padding) = (0, 0);
        Ok(())
    }

    /// The content of a header that holds a name; what is longer than any path is cut, and so refused later.
    fn name(&mut self, size: u64) -> io::Result<Vec<u8>> {
        self.content(size)?;
        let mut name = Vec::new();
        self.by_ref().take(MAX_PATH as u64 + 2).read_to_end(&mut name)?;
        let end = name.iter().position(|b| *b == 0).unwrap_or(name.len());
        name.truncate(end);
        Ok(name)
    }

    fn pax(&mut self, size: u64, extended: &mut Extended) -> io::Result<()> {
        if size > MAX_PAX {
            return Err(invalid("an extended header larger than a mebibyte"));
        }
        self.content(size)?;
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (key, value, after) =
                record(rest).ok_or_else(|| invalid("an extended header that cannot be read"))?;
            match key {
                b"path" => extended.path = Some(value.to_vec()),
                b"linkpath" => extended.link = Some(value.to_vec()),
                b"size" => {
                    let size = std::str::from_utf8(value).ok().and_then(|v| v.parse().ok());
                    extended.size = Some(size.ok_or_else(|| invalid("a size that is no number"))?);
                }
                b"GNU.sparse.name" => {
                    extended.path = Some(value.to_vec());
                    extended.sparse = true;
                }
                key if key.starts_with(b"GNU.sparse.") => extended.sparse = true,
                _ => {}
            }
            rest = after;
        }
        Ok(())
    }

    /// The maps of a sparse file that follow its header.
    fn sparse_blocks(&mut self, header: &Header) -> io::Result<()> {
        let mut more = header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
        let mut count = 0;
        while more {
            count += 1;
            let mut block = tar::GnuExtSparseHeader::new();
            if count > MAX_SPARSE_BLOCKS || !self.block(block.as_mut_bytes())? {
                return Err(invalid("a sparse file's map that does not end"));
            }
            more = block.is_extended();
        }
        Ok(())
    }
}

impl Read for Members<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let count = there.len().min(into.len());
        if let (Some(into), Some(there)) = (into.get_mut(..count), there.get(..count)) {
            into.copy_from_slice(there);
        }
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Members<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Ok(&[]);
        }
        let there = self.source.fill_buf()?;
        if there.is_empty() {
            return Err(early());
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(there.len());
        Ok(there.get(..most).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count as u64);
        self.source.consume(count);
    }
}

/// Whether these first bytes are a tar's: its magic, a header with the right checksum (the oldest
/// tar has no magic), or the end mark of an empty one.
pub(super) fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..BLOCK) else { return false };
    block.get(257..262) == Some(b"ustar")
        || block.iter().all(|b| *b == 0)
        || checked(Header::from_byte_slice(block))
}

fn header_only(kind: EntryType) -> bool {
    matches!(kind, EntryType::Char | EntryType::Block | EntryType::Fifo)
}

fn checked(header: &Header) -> bool {
    let bytes = header.as_bytes();
    let sum = bytes.iter().enumerate().fold(0u32, |sum, (at, byte)| {
        sum + u32::from(if (148..156).contains(&at) { b' ' } else { *byte })
    });
    header.cksum().is_ok_and(|stated| stated == sum)
}

/// One record of an extended header, `LENGTH KEY=VALUE\n`: key, value and what follows.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().take(20).position(|b| *b == b' ')?;
    let length: usize = std::str::from_utf8(bytes.get(..space)?).ok()?.parse().ok()?;
    let inner = bytes.get(space + 1..length.checked_sub(1)?)?;
    let after = bytes.get(length..)?;
    let equals = inner.iter().position(|b| *b == b'=')?;
    Some((inner.get(..equals)?, inner.get(equals + 1..)?, after))
}

/// A path relative to the root, as a tool that unpacks below a root would take it.
fn inside(raw: &[u8]) -> Option<String> {
    if raw.len() > MAX_PATH {
        return None;
    }
    let text = String::from_utf8_lossy(raw);
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    if text.split('/').all(plain) {
        return Some(text.into_owned());
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn early() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the stream ends within a member")
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
