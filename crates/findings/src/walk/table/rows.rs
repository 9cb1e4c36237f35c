//! How does a table with an endless row pass through little memory?
//!
//! In: the bytes of a CSV document, and its delimiter. Out: the same, but of a row past [`MAX_RECORD`] bytes or
//! [`MAX_CELLS`] cells only the beginning; where in what came out such rows begin is told by [`Rows::cut_before`]. Quotes
//! and ends of rows are those of the crate `csv`. Never: a judgement what a row says.

use std::collections::VecDeque;
use std::io::{self, Read};

use crate::walk::MAX_RECORD;

/// Most cells of a row.
pub(super) const MAX_CELLS: usize = 100_000;

/// A reader without endless rows.
pub(super) struct Rows<R> {
    inner: R,
    delimiter: u8,
    state: State,
    /// Bytes and cells of this row so far.
    length: usize,
    cells: usize,
    /// Bytes that came out so far, and of them those before this row.
    out: u64,
    begun: u64,
    past: bool,
    cut: VecDeque<u64>,
    most: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Where a cell begins.
    Begin,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: its end, or the first half of a quote.
    Behind,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(inner: R, delimiter: u8) -> Self {
        Self {
            inner,
            delimiter,
            state: State::Begin,
            length: 0,
            cells: 0,
            out: 0,
            begun: 0,
            past: false,
            cut: VecDeque::new(),
            most: MAX_RECORD,
        }
    }

    /// What is read.
    pub(super) fn inner(&self) -> &R {
        &self.inner
    }

    /// Whether a row that begins before that place in what came out was cut; each is told once.
    pub(super) fn cut_before(&mut self, place: u64) -> bool {
        let mut cut = false;
        while self.cut.front().is_some_and(|begun| *begun < place) {
            self.cut.pop_front();
            cut = true;
        }
        cut
    }

    /// What comes out for a byte, if anything.
    fn step(&mut self, byte: u8) -> Option<u8> {
        let was = self.state;
        let quoted = was == State::Quoted;
        let ends = !quoted && matches!(byte, b'\n' | b'\r');
        let next = !quoted && byte == self.delimiter;
        self.state = match (was, byte) {
            _ if ends || next => State::Begin,
            (State::Begin, b'"') => State::Quoted,
            (State::Begin | State::Plain, _) => State::Plain,
            (State::Quoted, b'"') => State::Behind,
            (State::Quoted, _) | (State::Behind, b'"') => State::Quoted,
            (State::Behind, _) => State::Plain,
        };
        if ends {
            (self.length, self.cells, self.past) = (0, 0, false);
            self.begun = self.out + 1;
            return Some(byte);
        }
        if self.past {
            return None;
        }
        self.length += 1;
        self.cells += usize::from(next);
        let whole = byte & 0xc0 != 0x80;
        if (self.length > self.most || self.cells >= MAX_CELLS) && whole {
            self.past = true;
            self.cut.push_back(self.begun);
            // A quote that stays open would take the next rows in.
            return quoted.then_some(b'"');
        }
        Some(byte)
    }
}

impl<R: Read> Read for Rows<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.inner.read(buffer)?;
            if read == 0 {
                return Ok(0);
            }
            let mut kept = 0;
            for at in 0..read {
                let byte = buffer.get(at).copied().and_then(|byte| self.step(byte));
                if let (Some(byte), Some(slot)) = (byte, buffer.get_mut(kept)) {
                    *slot = byte;
                    kept += 1;
                    self.out += 1;
                }
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out with so many bytes a row, read in pieces of that size, and where rows were cut.
    fn passed(table: &str, most: usize, piece: usize) -> (String, Vec<u64>) {
        let mut rows = Rows { most, ..Rows::new(table.as_bytes(), b',') };
        let (mut out, mut buffer) = (Vec::new(), vec![0; piece]);
        loop {
            match rows.read(&mut buffer).unwrap() {
                0 => return (String::from_utf8(out).unwrap(), rows.cut.into()),
                read => out.extend_from_slice(&buffer[..read]),
            }
        }
    }

    #[test]
    fn only_a_row_past_the_bound_is_cut() {
        let cases = [
            ("a,b\r\nc,\"d\n\"\"\"\n", "a,b\r\nc,\"d\n\"\"\"\n", vec![]),
            ("a,b\n1234567890\nc,d\n", "a,b\n12345678\nc,d\n", vec![4]),
            ("a,b\n\"1234567\n8\"\"\",x\nc,d\n", "a,b\n\"1234567\"\nc,d\n", vec![4]),
            ("\"123456\"\"8\",x\nc\n", "\"123456\"\nc\n", vec![0]),
            ("1234567é9\nc\n1234567890", "1234567é\nc\n12345678", vec![0, 12]),
        ];
        for (table, expect, cut) in cases {
            for piece in [1, 2, 64] {
                assert_eq!(passed(table, 8, piece), (expect.to_owned(), cut.clone()), "{piece}");
            }
        }
    }

    #[test]
    fn a_row_has_so_many_cells_and_no_more() {
        let row = |cells: usize| ",".repeat(cells - 1) + "\n";
        assert_eq!(passed(&row(MAX_CELLS), MAX_RECORD, 4096).1, Vec::<u64>::new());
        assert_eq!(passed(&row(MAX_CELLS + 1), MAX_RECORD, 4096).1, [0]);
    }

    #[test]
    fn each_cut_is_told_once() {
        let mut rows = Rows::new(&b""[..], b',');
        rows.cut.extend([0, 100]);
        let told = [50, 50, 100, 101, 200].map(|place| rows.cut_before(place));
        assert_eq!(told, [true, false, false, true, false]);
    }
}
