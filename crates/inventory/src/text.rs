//! Are these bytes text at all?
//!
//! In: the bytes of a document. Out: its text without a byte order mark, or the one [`Problem`] that
//! tells why it is none (empty, binary, another encoding, a web page in place of the file). Lock files
//! are UTF-8 in every tool that writes them.

use std::borrow::Cow;

use crate::Problem;

/// The text of a file that cannot be empty: a lock file without packages still has its head.
pub fn of(bytes: &[u8]) -> Result<&str, Problem> {
    let text = of_maybe_empty(bytes)?;
    if text.trim_ascii().is_empty() {
        return Err(Problem { line: 1, what: "the file is empty".to_owned() });
    }
    Ok(text)
}

/// The text of a file that may be empty (a list of requirements).
pub fn of_maybe_empty(bytes: &[u8]) -> Result<&str, Problem> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let what = "the file is UTF-16; expected UTF-8 (save it again in that encoding)".to_owned();
        return Err(Problem { line: 1, what });
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let before = bytes.get(..e.valid_up_to()).unwrap_or_default();
        Problem { line: line_after(before), what: "a byte that is no UTF-8".to_owned() }
    })?;
    // `contains` looks at many bytes at once, `position` at one; most files have none.
    if bytes.contains(&0) {
        let at = bytes.iter().position(|b| *b == 0).unwrap_or_default();
        let before = bytes.get(..at).unwrap_or_default();
        let what = "a NUL byte; expected text, and this looks like a binary file".to_owned();
        return Err(Problem { line: line_after(before), what });
    }
    let start = text.trim_ascii_start().as_bytes();
    let page = |tag: &[u8]| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag));
    if page(b"<!doctype html") || page(b"<html") {
        let what = "an HTML page stands in place of the file".to_owned();
        return Err(Problem { line: 1, what });
    }
    Ok(text)
}

/// The text, also from UTF-16 with a byte order mark, which is what PowerShell's `>` writes and some
/// tools read (pip: PEP 263 and byte order marks).
pub fn of_any_encoding(bytes: &[u8]) -> Result<Cow<'_, str>, Problem> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return of_maybe_empty(bytes).map(Cow::Borrowed),
    };
    let bad = || Problem { line: 1, what: "the file is not well-formed UTF-16".to_owned() };
    let (pairs, rest) = bytes.get(2..).unwrap_or_default().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(bad());
    }
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: String = char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| bad())?;
    of_maybe_empty(text.as_bytes())?;
    Ok(Cow::Owned(text))
}

/// Lines of a text with their numbers, counted from 1, without the line end.
pub fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1u32..).zip(text.lines())
}

/// Lines as Python's `str.splitlines` cuts them, which is how pip cuts lists of requirements: also at
/// a lone carriage return, a form feed and some more. The numbers are those of [`lines`], of `\n` only,
/// as editors and reports count; so several of these lines may have one number.
pub fn python_lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    lines(text).flat_map(|(number, line)| {
        // What `lines` leaves of `\r\n` at the end of a text.
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split(ends_python_line).map(move |part| (number, part))
    })
}

/// True where Python ends a line before the end that other tools see.
pub fn has_python_lines(text: &str) -> bool {
    lines(text).any(|(_, line)| line.strip_suffix('\r').unwrap_or(line).contains(ends_python_line))
}

/// The ends of a line other than `\n` (Python library reference, `str.splitlines`).
fn ends_python_line(c: char) -> bool {
    matches!(c, '\r' | '\x0B' | '\x0C' | '\x1C'..='\x1E' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The line on which the text after `before` stands.
pub fn line_after(before: &[u8]) -> u32 {
    let breaks = before.iter().filter(|b| **b == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1)
}

/// The problem of a lock file that lacks what the manifest beside it asks for, such as one that was left
/// empty or is older than the manifest; `None` when nothing is missing.
pub fn missing(manifest: &str, names: &[&str]) -> Option<Problem> {
    let (first, others) = names.split_first()?;
    let more = match others.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = format!(
        "{manifest} beside it asks for `{}`{more}, which the file does not have",
        short(first)
    );
    Some(Problem { line: 1, what })
}

/// A text for a message: its first line, at most 60 characters. Credentials are blanked first: cut in the middle, an
/// address would no longer show that it holds one.
pub fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let line = line.get(..line.floor_char_boundary(2_000)).unwrap_or_default();
    let blanked = formats::credentials::blanked(line);
    let line = blanked.as_deref().unwrap_or(line);
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}
