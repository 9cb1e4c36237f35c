//! How does a document whose parts have no end pass through little memory?
//!
//! In: the bytes of an XML document, as UTF-8. Out: the same bytes, but with no part that the parser would have to hold
//! longer than [`MAX_RECORD`]: long texts come in pieces (an empty comment between them; CDATA as several), of a long
//! comment or instruction only the beginning stays, a document type is left out, a tag past the bound is cut and said
//! by [`Pieces::met`]. What is shorter passes as it is. Never: a judgement whether it is well formed; that is the
//! parser's, and where the two should disagree a count of bytes refuses the document before memory is full.

use std::io::{self, BufRead, Read};

use crate::walk::MAX_RECORD;

/// Length of a piece of text, and of what stays of comments and instructions.
const PIECE: usize = 1 << 20;
/// Longest reference (`&amp;`) that is kept in one piece.
const REFERENCE: usize = 64;
/// Stands for the length of what is being left out.
const LEFT_OUT: usize = usize::MAX / 2;
/// Longest document type.
const MAX_DOCTYPE: usize = MAX_RECORD;

/// What the parser did not see of the part that it met last.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// Line breaks that were left out.
    pub(super) lines: u32,
    /// The tag was longer than the bound, and was cut.
    pub(super) cut: bool,
}

/// A reader of pieces.
pub(in crate::walk) struct Pieces<R> {
    inner: R,
    flow: Flow,
    given: usize,
    ended: bool,
}

impl<R: BufRead> Pieces<R> {
    pub(in crate::walk) fn new(inner: R) -> Self {
        let flow = Flow {
            state: State::Text(0),
            out: Vec::new(),
            since: 0,
            left: Left::default(),
            refused: None,
        };
        Self { inner, flow, given: 0, ended: false }
    }

    /// The parser has met a part: what was left out of it.
    pub(super) fn met(&mut self) -> Left {
        self.flow.since = self.flow.out.len() - self.given;
        std::mem::take(&mut self.flow.left)
    }

    /// Why nothing more comes, where the document is refused.
    pub(super) fn refused(&self) -> Option<&'static str> {
        self.flow.refused
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.given == self.flow.out.len() && !self.ended {
            self.flow.out.clear();
            self.given = 0;
            let block = self.inner.fill_buf()?;
            let mut used = 0;
            while let Some(rest) = block.get(used..).filter(|rest| !rest.is_empty()) {
                let (taken, pause) = self.flow.step(rest);
                used += taken;
                if pause {
                    break;
                }
            }
            if block.is_empty() {
                self.flow.end();
                self.ended = true;
            }
            self.inner.consume(used);
            self.ended |= self.flow.refused.is_some();
        }
        Ok(())
    }
}

impl<R: BufRead> BufRead for Pieces<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.fill()?;
        Ok(self.flow.out.get(self.given..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.given = (self.given + amount).min(self.flow.out.len());
    }
}

impl<R: BufRead> Read for Pieces<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

/// Where in the document the next byte is. Ends of parts are those of quick-xml.
#[derive(Debug, Clone, Copy)]
enum State {
    /// Text so many bytes long already.
    Text(usize),
    /// A reference, so many bytes behind its `&`.
    Reference(usize),
    /// Behind `<`, and behind `<!`.
    Open(bool),
    Tag {
        quote: u8,
        length: usize,
        last: u8,
    },
    /// In a tag past the bound; which quote was open where it was cut.
    CutTag {
        quote: u8,
        open: u8,
        last: u8,
    },
    CData {
        length: usize,
        brackets: usize,
    },
    Comment {
        length: usize,
        dashes: usize,
    },
    Instruction {
        length: usize,
        last: u8,
    },
    DocType {
        length: usize,
        within: Within,
        subset: bool,
        recent: [u8; 4],
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Quote(u8),
    Comment,
    Instruction,
}

struct Flow {
    state: State,
    out: Vec<u8>,
    /// Bytes given since the parser met its last part.
    since: usize,
    left: Left,
    refused: Option<&'static str>,
}

impl Flow {
    /// Takes some bytes, at least one; whether to hand on what there is before going on.
    fn step(&mut self, rest: &[u8]) -> (usize, bool) {
        if self.since > MAX_RECORD + 4 * PIECE {
            self.refused = Some("a part of it is longer than 16 MiB and has no end");
            return (rest.len(), true);
        }
        match self.state {
            State::Text(length) => (self.text(rest, length), false),
            State::Reference(length) => (self.reference(rest, length), false),
            State::Open(bang) => self.open(rest, bang),
            State::Tag { quote, length, last } => (self.tag(rest, quote, length, last), false),
            State::CutTag { quote, open, last } => self.cut_tag(rest, quote, open, last),
            State::CData { length, brackets } => (self.cdata(rest, length, brackets), false),
            State::Comment { length, dashes } => self.comment(rest, length, dashes),
            State::Instruction { length, last } => self.instruction(rest, length, last),
            State::DocType { length, within, subset, recent } => {
                self.doctype(rest, length, within, subset, recent)
            }
        }
    }

    /// At the end of the document: what was held back, so that the parser misses its end as before.
    fn end(&mut self) {
        match self.state {
            State::Open(false) => self.give(b"<"),
            State::Open(true) => self.give(b"<!"),
            State::DocType { .. } => self.give(b"<!DOCTYPE"),
            _ => {}
        }
    }

    fn give(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        self.since += bytes.len();
    }

    fn lose(&mut self, bytes: &[u8]) {
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.left.lines = self.left.lines.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }

    fn text(&mut self, rest: &[u8], length: usize) -> usize {
        let mut length = length;
        if length > PIECE && starts_a_character(rest) {
            self.give(b"<!---->");
            length = 0;
        }
        let end = rest.iter().position(|byte| matches!(byte, b'<' | b'&'));
        let (text, _) = rest.split_at(end.unwrap_or(rest.len()));
        self.give(text);
        self.state = State::Text(length + text.len());
        match end.and_then(|end| rest.get(end)) {
            Some(b'<') => self.state = State::Open(false),
            Some(_) => {
                self.give(b"&");
                self.state = State::Reference(0);
            }
            None => return text.len(),
        }
        text.len() + 1
    }

    fn reference(&mut self, rest: &[u8], length: usize) -> usize {
        let most = REFERENCE.saturating_sub(length).min(rest.len());
        let end = rest.iter().take(most).position(|byte| matches!(byte, b';' | b'<' | b'&'));
        let taken = end.unwrap_or(most);
        self.give(rest.get(..taken).unwrap_or_default());
        let over = end.is_some() || length + taken >= REFERENCE;
        self.state = if over { State::Text(taken) } else { State::Reference(length + taken) };
        taken
    }

    /// What begins here?
    fn open(&mut self, rest: &[u8], bang: bool) -> (usize, bool) {
        let Some(first) = rest.first().copied() else { return (0, false) };
        self.state = match (bang, first) {
            (false, b'!') => State::Open(true),
            (false, b'?') => {
                self.give(b"<?");
                State::Instruction { length: 0, last: b'?' }
            }
            (false, _) => {
                self.give(b"<");
                self.state = State::Tag { quote: 0, length: 0, last: 0 };
                return (0, false);
            }
            (true, b'-') => {
                self.give(b"<!-");
                State::Comment { length: 1, dashes: 1 }
            }
            (true, b'[') => {
                self.give(b"<![");
                State::CData { length: 0, brackets: 0 }
            }
            (true, b'D' | b'd') => {
                // What is ready goes first, so that line breaks left out count behind it.
                self.state = State::DocType {
                    length: 0,
                    within: Within::Nothing,
                    subset: false,
                    recent: [0; 4],
                };
                return (1, !self.out.is_empty());
            }
            (true, _) => {
                // The parser says what is wrong with it.
                self.give(b"<!");
                self.state = State::Text(0);
                return (0, false);
            }
        };
        (1, false)
    }

    fn tag(&mut self, rest: &[u8], quote: u8, length: usize, last: u8) -> usize {
        if length > MAX_RECORD && starts_a_character(rest) {
            self.left.cut = true;
            self.state = State::CutTag { quote, open: quote, last };
            return 0;
        }
        let (taken, quote, closed) = within_tag(rest, quote);
        let part = rest.get(..taken).unwrap_or_default();
        self.give(part);
        let last = part.last().copied().unwrap_or(last);
        let length = length + taken;
        self.state = if closed { State::Text(0) } else { State::Tag { quote, length, last } };
        taken
    }

    fn cut_tag(&mut self, rest: &[u8], quote: u8, open: u8, last: u8) -> (usize, bool) {
        let (taken, quote, closed) = within_tag(rest, quote);
        let part = rest.get(..taken).unwrap_or_default();
        self.lose(part);
        if !closed {
            let last = part.last().copied().unwrap_or(last);
            self.state = State::CutTag { quote, open, last };
            return (taken, false);
        }
        let before = part.iter().rev().nth(1).copied().unwrap_or(last);
        if open != 0 {
            self.give(&[open]);
        }
        self.give(if before == b'/' { b"/>" } else { b">" });
        self.state = State::Text(0);
        (taken, true)
    }

    fn cdata(&mut self, rest: &[u8], length: usize, brackets: usize) -> usize {
        let mut length = length;
        if length > PIECE && brackets == 0 && starts_a_character(rest) {
            self.give(b"]]><![CDATA[");
            length = 0;
        }
        let end = rest.iter().position(|byte| *byte == b'>');
        let taken = end.map_or(rest.len(), |end| end + 1);
        let (part, _) = rest.split_at(taken);
        self.give(part);
        let inner = part.get(..end.unwrap_or(taken)).unwrap_or_default();
        let brackets = trailing(inner, b']', brackets);
        let closed = end.is_some() && brackets >= 2;
        let brackets = if end.is_some() { 0 } else { brackets };
        let length = length + taken;
        self.state = if closed { State::Text(0) } else { State::CData { length, brackets } };
        taken
    }

    /// Bytes are counted behind `<!`.
    fn comment(&mut self, rest: &[u8], length: usize, dashes: usize) -> (usize, bool) {
        let end = rest.iter().position(|byte| *byte == b'>');
        let taken = end.map_or(rest.len(), |end| end + 1);
        let (part, _) = rest.split_at(taken);
        let inner = part.get(..end.unwrap_or(taken)).unwrap_or_default();
        let dashes = trailing(inner, b'-', dashes);
        let closed = end.is_some() && dashes >= 2 && length + inner.len() >= 4;
        let left_out = self.beginning(part, length, closed, b"-->");
        let dashes = if end.is_some() { 0 } else { dashes };
        let length = if left_out { LEFT_OUT } else { length + taken };
        self.state = if closed { State::Text(0) } else { State::Comment { length, dashes } };
        (taken, left_out && closed)
    }

    fn instruction(&mut self, rest: &[u8], length: usize, last: u8) -> (usize, bool) {
        let end = rest.iter().position(|byte| *byte == b'>');
        let taken = end.map_or(rest.len(), |end| end + 1);
        let (part, _) = rest.split_at(taken);
        let inner = part.get(..end.unwrap_or(taken)).unwrap_or_default();
        let before = inner.last().copied().unwrap_or(last);
        let closed = end.is_some() && before == b'?';
        let left_out = self.beginning(part, length, closed, b"?>");
        let last = part.last().copied().unwrap_or(last);
        let length = if left_out { LEFT_OUT } else { length + taken };
        self.state = if closed { State::Text(0) } else { State::Instruction { length, last } };
        (taken, left_out && closed)
    }

    /// Gives a part of a comment or instruction, while it is not too long; whether it is left out.
    fn beginning(&mut self, part: &[u8], length: usize, closed: bool, close: &[u8]) -> bool {
        if length <= PIECE {
            self.give(part);
            return false;
        }
        if length < LEFT_OUT {
            // A character that was begun is ended.
            let rest = part.iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
            self.give(part.get(..rest).unwrap_or_default());
        }
        self.lose(part);
        if closed {
            self.give(close);
        }
        true
    }

    /// Left out from its beginning to its end.
    fn doctype(
        &mut self,
        rest: &[u8],
        length: usize,
        mut within: Within,
        mut subset: bool,
        mut recent: [u8; 4],
    ) -> (usize, bool) {
        for (at, byte) in rest.iter().copied().enumerate() {
            recent = [recent[1], recent[2], recent[3], byte];
            within = match (within, byte) {
                (Within::Nothing, b'>') if !subset => {
                    self.lose(rest.get(..at).unwrap_or_default());
                    self.state = State::Text(0);
                    return (at + 1, false);
                }
                (Within::Nothing, b'"' | b'\'') => Within::Quote(byte),
                (Within::Nothing, b'-') if recent == *b"<!--" => Within::Comment,
                (Within::Nothing, b'?') if recent[2] == b'<' => Within::Instruction,
                (Within::Nothing, b'[' | b']') => {
                    subset = byte == b'[';
                    within
                }
                (Within::Quote(quote), _) if quote == byte => Within::Nothing,
                (Within::Comment, b'>') if recent[1..3] == *b"--" => Within::Nothing,
                (Within::Instruction, b'>') if recent[2] == b'?' => Within::Nothing,
                _ => within,
            };
        }
        self.lose(rest);
        let length = length + rest.len();
        if length > MAX_DOCTYPE {
            self.refused = Some("its document type is longer than 16 MiB");
        }
        self.state = State::DocType { length, within, subset, recent };
        (rest.len(), false)
    }
}

/// How much belongs to the tag up to its next quote or its end; the quote that is open behind it; whether it ended.
fn within_tag(rest: &[u8], quote: u8) -> (usize, u8, bool) {
    let special = |byte: &u8| match quote {
        0 => matches!(byte, b'>' | b'"' | b'\''),
        quote => *byte == quote,
    };
    match rest.iter().position(special) {
        None => (rest.len(), quote, false),
        Some(at) if quote != 0 => (at + 1, 0, false),
        Some(at) => match rest.get(at) {
            Some(b'>') | None => (at + 1, 0, true),
            Some(opened) => (at + 1, *opened, false),
        },
    }
}

/// How many of that byte stand at the end, those before included where it is nothing else.
fn trailing(part: &[u8], wanted: u8, before: usize) -> usize {
    let count = part.iter().rev().take_while(|byte| **byte == wanted).count();
    if count == part.len() { before + count } else { count }
}

fn starts_a_character(rest: &[u8]) -> bool {
    rest.first().is_some_and(|byte| byte & 0xc0 != 0x80)
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// What comes out, read from blocks of that size.
    fn passed(document: &[u8], block: usize) -> (Vec<u8>, Left, Option<&'static str>) {
        let mut pieces = Pieces::new(BufReader::with_capacity(block, document));
        let mut out = Vec::new();
        let mut left = Left::default();
        loop {
            let given = pieces.fill_buf().unwrap().to_vec();
            if given.is_empty() {
                return (out, left, pieces.refused());
            }
            pieces.consume(given.len());
            out.extend(given);
            let met = pieces.met();
            left = Left { lines: left.lines + met.lines, cut: left.cut || met.cut };
        }
    }

    #[test]
    fn what_is_short_passes_as_it_is_whatever_the_blocks() {
        let documents = [
            "<?xml version='1.0'?><a b=\"x>y\" c='\"'>t&amp;u<!-- <x> -- > --><![CDATA[]]]><b/>]]></a>\n",
            "<!----><!-- - --><?p ?><a/><",
            "<a>&lone & <b></b></a><!x>",
            "<a>é<!--é--></a><!",
        ];
        for document in documents {
            for block in [1, 2, 3, 7, 64] {
                let (out, left, refused) = passed(document.as_bytes(), block);
                assert_eq!(String::from_utf8_lossy(&out), document, "{block}");
                assert_eq!((left, refused), (Left::default(), None));
            }
        }
    }

    #[test]
    fn a_document_type_is_left_out_with_all_that_is_in_it() {
        let document =
            "<!DOCTYPE r SYSTEM 'a>b' [\n<!-- it's > --><?p ]>' ?><!ENTITY a \"]>\">\n] ><r/>";
        for block in [1, 5, 64] {
            let (out, left, _) = passed(document.as_bytes(), block);
            assert_eq!(String::from_utf8_lossy(&out), "<r/>");
            assert_eq!(left.lines, 2);
        }
        assert_eq!(passed(b"<!DOCTYPE r [", 64).0, b"<!DOCTYPE");
        let endless = [b"<!DOCTYPE r [".as_slice(), &vec![b' '; MAX_DOCTYPE + 1]].concat();
        assert!(passed(&endless, 1 << 16).2.is_some_and(|why| why.contains("document type")));
    }

    #[test]
    fn of_a_long_comment_the_beginning_stays() {
        let long = "é\n".repeat(PIECE);
        for (open, close) in [("<!--", "-->"), ("<?p ", "?>")] {
            let (out, left, _) = passed(format!("<a>{open}{long}{close}</a>").as_bytes(), 1 << 16);
            let out = String::from_utf8(out).unwrap();
            assert!(out.len() < PIECE + (1 << 18), "{}", out.len());
            assert!(out.ends_with(&format!("{close}</a>")));
            let breaks = out.matches('\n').count() + left.lines as usize;
            assert_eq!(breaks, PIECE, "no line is lost or counted twice");
        }
    }

    #[test]
    fn a_tag_past_the_bound_is_cut_and_the_rest_goes_on() {
        for (end, closed) in [("\">", "\">"), ("\" b='>'/>", "\"/>")] {
            let value = "é>".repeat(MAX_RECORD / 2);
            let document = format!("<r><a b=\"{value}{end}<c/></r>");
            let (out, left, _) = passed(document.as_bytes(), 1 << 16);
            assert!(left.cut && out.len() < MAX_RECORD + (1 << 18));
            let out = String::from_utf8(out).unwrap();
            assert!(out.ends_with(&format!("{closed}<c/></r>")), "{end}");
        }
    }
}
