//! Does a table end where its last row does?
//!
//! In: the bytes as they pass and the rows. Out: why the last row may be cut. An open quote or too few cells show a cut.
//! A row without its line end is whole when its last cell is closed by a quote, or is a word that other rows have
//! in that column; else nothing shows that it is, and a table that may have lost rows closes nothing.

use std::collections::BTreeSet;
use std::io::Read;

use csv::StringRecord;

/// Most words of the last column that are kept.
const MAX_WORDS: usize = 200;

/// Where the bytes of a table ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ended {
    /// After a line end, or without any byte.
    #[default]
    Line,
    /// Behind the quote that closes a cell.
    Closed,
    /// In a cell without quotes, or behind a delimiter.
    Open,
    /// Inside of quotes.
    Quoted,
}

/// Bytes of a table that are watched as they pass: RFC 4180, where a quote counts at the beginning of a cell.
pub struct Watched<R> {
    inner: R,
    delimiter: u8,
    ended: Ended,
    /// Nothing of the cell was met yet.
    fresh: bool,
    /// Nothing but blanks was met since the line end.
    blank: bool,
}

impl<R: Read> Watched<R> {
    /// Watches a table with that delimiter.
    pub fn new(inner: R, delimiter: u8) -> Self {
        Self { inner, delimiter, ended: Ended::Line, fresh: true, blank: true }
    }

    /// Where it ended.
    pub fn ended(&self) -> Ended {
        if self.blank && self.ended == Ended::Open { Ended::Line } else { self.ended }
    }

    fn take(&mut self, byte: u8) {
        self.blank &= byte == b' ';
        match (self.ended, byte) {
            (Ended::Quoted, b'"') => self.ended = Ended::Closed,
            (Ended::Quoted, _) => {}
            (_, b'\n' | b'\r') => (self.ended, self.fresh, self.blank) = (Ended::Line, true, true),
            (_, byte) if byte == self.delimiter => (self.ended, self.fresh) = (Ended::Open, true),
            // Two quotes inside of quotes are one, and the cell goes on.
            (Ended::Closed, b'"') => self.ended = Ended::Quoted,
            (_, b'"') if self.fresh => (self.ended, self.fresh) = (Ended::Quoted, false),
            _ => (self.ended, self.fresh) = (Ended::Open, false),
        }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        buffer.iter().take(read).for_each(|byte| self.take(*byte));
        Ok(read)
    }
}

/// What the rows before the last one tell.
#[derive(Debug, Default)]
pub struct Tail {
    columns: usize,
    /// A row before has fewer cells than there are columns: tools that leave empty cells away.
    ragged: bool,
    words: BTreeSet<String>,
}

impl Tail {
    /// Takes the column names.
    pub fn header(&mut self, names: &[String]) {
        // A line that ends in a delimiter has a column without a name, which not every row has.
        self.columns = names.iter().rposition(|name| !name.is_empty()).map_or(0, |at| at + 1);
    }

    /// Takes a row that is not the last.
    pub fn row(&mut self, cells: &StringRecord) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        self.ragged |= cells.len() < self.columns;
        if let Some(word) = cells.iter().next_back()
            && self.words.len() < MAX_WORDS
            && word.len() <= 64
        {
            self.words.insert(word.to_owned());
        }
    }

    /// Whether the row is cut for certain and lacks whole cells. Where only the last cell may be cut, the row counts.
    pub fn is_broken(&self, cells: &StringRecord, ended: Ended) -> bool {
        !self.ragged && cells.len() < self.columns && matches!(ended, Ended::Quoted | Ended::Open)
    }

    /// Why the last row, or the header where there is none, may be cut.
    pub fn why_cut(&self, cells: Option<&StringRecord>, ended: Ended) -> Option<String> {
        if ended == Ended::Quoted {
            return Some("the document ends inside of a quoted cell".to_owned());
        }
        let Some(cells) = cells.filter(|cells| !cells.iter().all(|cell| cell.trim().is_empty()))
        else {
            let open = ended != Ended::Line;
            return open.then(|| "the document ends in the row of its column names".to_owned());
        };
        if cells.len() < self.columns && (ended != Ended::Line || !self.ragged && cells.len() > 1) {
            let (cells, columns) = (cells.len(), self.columns);
            return Some(format!("the last row has {cells} cells of {columns}"));
        }
        let whole = ended != Ended::Open || self.is_known(cells);
        (!whole).then(|| {
            "the last row has no line end, so that nothing shows it to be whole".to_owned()
        })
    }

    /// Whether the last cell is a word that other rows have there, and no beginning of another such word.
    fn is_known(&self, cells: &StringRecord) -> bool {
        let word = cells.iter().next_back().unwrap_or_default();
        let begins = |other: &String| other.len() > word.len() && other.starts_with(word);
        !word.is_empty() && self.words.contains(word) && !self.words.iter().any(begins)
    }
}
