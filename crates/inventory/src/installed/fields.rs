//! What do the fields of a text say that has `Name: value` on each line?
//!
//! In: bytes of Python's core metadata, R's DESCRIPTION or a Java manifest. Out: the fields asked for, with
//! their lines. Only the head is read, up to the first empty line. Bytes that are no UTF-8 (an author's
//! name of 2005) are replaced and do not hide the rest.

/// Longest value kept, in bytes; a licence text may stand in one field.
const MAX_VALUE: usize = 4_096;
/// Most fields kept.
const MAX_FIELDS: usize = 1_000;

/// How a value goes on in the next line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    /// After any white space, as a line of its own (RFC 822, Debian control files).
    Lines,
    /// After one space that does not count, in the middle of a word (JAR File Specification, «Notes on
    /// Manifest and Signature Files»).
    Cut,
}

/// The fields that were asked for, in their order.
pub(super) struct Fields<'k>(Vec<(&'k str, String, u32)>);

impl<'k> Fields<'k> {
    /// Reads the fields with these names, which are compared without case.
    pub fn read(bytes: &[u8], wanted: &[&'k str], fold: Fold) -> Self {
        let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
        let mut found: Vec<(&'k str, Vec<u8>, u32)> = Vec::new();
        let mut open = false;
        for (line, row) in (1u32..).zip(bytes.split(|b| *b == b'\n')) {
            let row = row.strip_suffix(b"\r").unwrap_or(row);
            match row.first() {
                // Some tools begin with an empty line.
                None if line == 1 => {}
                None => break,
                Some(b' ' | b'\t') => {
                    if let Some((_, value, _)) = found.last_mut().filter(|_| open) {
                        go_on(value, row, fold);
                    }
                }
                Some(_) => {
                    let named = split(row).and_then(|(name, value)| {
                        let same = |key: &&&str| key.as_bytes().eq_ignore_ascii_case(name);
                        Some((*wanted.iter().find(same)?, value))
                    });
                    open = named.is_some() && found.len() < MAX_FIELDS;
                    if let Some((key, value)) = named.filter(|_| open) {
                        let value = value.get(..MAX_VALUE).unwrap_or(value);
                        found.push((key, value.to_vec(), line));
                    }
                }
            }
        }
        let text = |value: Vec<u8>| String::from_utf8_lossy(&value).trim().to_owned();
        Self(found.into_iter().map(|(key, value, line)| (key, text(value), line)).collect())
    }

    /// The first field of a name that has a value, and its line.
    pub fn first(&self, key: &str) -> Option<(&str, u32)> {
        let field = self.0.iter().find(|(name, value, _)| *name == key && !value.is_empty())?;
        Some((&field.1, field.2))
    }

    /// The value of [`Fields::first`].
    pub fn text(&self, key: &str) -> Option<&str> {
        self.first(key).map(|(text, _)| text)
    }

    /// All values of a name.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(name, _, _)| *name == key).map(|(_, value, _)| value.as_str())
    }
}

fn split(row: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = row.iter().position(|b| *b == b':')?;
    let (name, value) = row.split_at_checked(at)?;
    Some((name.trim_ascii(), value.get(1..)?.trim_ascii()))
}

fn go_on(value: &mut Vec<u8>, row: &[u8], fold: Fold) {
    let more = match fold {
        Fold::Lines => row.trim_ascii(),
        Fold::Cut => row.get(1..).unwrap_or_default(),
    };
    if value.len() + more.len() < MAX_VALUE {
        if fold == Fold::Lines {
            value.push(b'\n');
        }
        value.extend_from_slice(more);
    }
}

/// A name or version that can be one: without control characters and without bytes that were no UTF-8.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER)
}

/// Licences as a file states them: what says nothing, and whole licence texts, are left out.
pub(super) fn licences<'a>(stated: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let says = |text: &&str| {
        !text.is_empty() && text.len() <= 200 && !text.contains('\n') && *text != "UNKNOWN"
    };
    stated.into_iter().map(str::trim).filter(says).take(16).map(str::to_owned).collect()
}
