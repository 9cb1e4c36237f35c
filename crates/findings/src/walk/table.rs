//! Meets the rows of a CSV document.
//!
//! In: a source and a test that knows the header row. Out: each row with its columns by name. Commas,
//! semicolons and tabs are recognised by the header. Rows before the header are handed to the test and
//! passed over; lines before it are common (Qualys, OpenVAS).

mod rows;

use std::io::Read;

use csv::{ReaderBuilder, StringRecord};

use self::rows::Rows;
use super::MAX_RECORD;
use super::tail::{Tail, Watched};
use crate::sink::{Fact, Met, Sink, Stop};
use crate::source::Source;

/// How many rows are looked at for the header.
const MAX_PREAMBLE: usize = 50;

/// A row with its header.
pub struct Row<'r> {
    header: &'r [String],
    cells: &'r StringRecord,
    line: u64,
}

impl Row<'_> {
    /// The trimmed cell under that column, whose name is compared without case; empty when there is none.
    pub fn get(&self, column: &str) -> &str {
        self.header
            .iter()
            .position(|name| name.eq_ignore_ascii_case(column))
            .and_then(|at| self.cells.get(at))
            .map_or("", str::trim)
    }

    /// The first of several columns with something in it.
    pub fn first(&self, columns: &[&str]) -> &str {
        columns.iter().map(|c| self.get(c)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The cell at a position from 0; empty when there is none.
    pub fn nth(&self, position: usize) -> &str {
        self.cells.get(position).map_or("", str::trim)
    }

    /// How many cells the row has.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether every cell is empty.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }

    /// The column names, trimmed.
    pub fn header(&self) -> &[String] {
        self.header
    }

    /// Where it was met.
    pub fn place(&self) -> String {
        format!("line {}", self.line)
    }
}

/// Walks the document. `is_header` is asked row by row until it says yes; rows after that go to `each`.
/// Empty rows are passed over, and so is a repeated header. A document that breaks off in its last row is
/// incomplete, and a row that is plainly cut is dropped: it would be a finding of a cut name.
///
/// # Errors
/// When no header is met in the first rows, or the bytes cannot be read.
pub fn walk(
    source: &mut Source<'_>,
    is_header: &dyn Fn(&[String]) -> bool,
    sink: &mut dyn Sink,
    each: &mut dyn FnMut(&mut dyn Sink, Row<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let delimiter = delimiter(source, is_header)?;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(Rows::new(Watched::new(source.pass()?, delimiter), delimiter));
    let mut header: Option<Vec<String>> = None;
    let mut record = StringRecord::new();
    let mut before = 0;
    // The last row waits for what the end of the document says of it.
    let mut last: Option<(StringRecord, u64)> = None;
    let mut tail = Tail::default();
    loop {
        let line = reader.position().line();
        let read = reader.read_record(&mut record);
        let end = reader.position().byte();
        let cut = reader.get_mut().cut_before(end);
        match read {
            Ok(true) if cut || record.as_slice().len() > MAX_RECORD => {
                let line = record.position().map_or(line, csv::Position::line);
                sink.dropped(&format!("line {line}"), "the row is larger than 16 MiB");
                continue;
            }
            Ok(true) => {}
            Ok(false) => break,
            Err(error) if error.is_io_error() => return Err(io_of(error)),
            Err(error) => {
                sink.dropped(&format!("line {line}"), &error.to_string());
                continue;
            }
        }
        let line = record.position().map_or(line, csv::Position::line);
        let Some(header) = &header else {
            let names = names(&record);
            if is_header(&names) {
                tail.header(&names);
                header = Some(names);
            } else if before >= MAX_PREAMBLE {
                break;
            }
            before += 1;
            continue;
        };
        if let Some((cells, line)) = &last {
            tail.row(cells);
            hand_on(header, cells, *line, sink, each)?;
        }
        last = Some((record.clone(), line));
    }
    let Some(header) = header else {
        return Err(Stop::broken("the first rows", "no row with the expected column names"));
    };
    sink.met(if last.is_some() { Met::Filled } else { Met::Empty });
    let ended = reader.get_ref().inner().ended();
    let cells = last.as_ref().map(|(cells, _)| cells);
    if let Some(why) = tail.why_cut(cells, ended) {
        sink.fact(Fact::Incomplete(format!("line {}: {why}", reader.position().line())));
    }
    match &last {
        Some((cells, line)) if tail.is_broken(cells, ended) => {
            sink.dropped(&format!("line {line}"), "the row breaks off");
            Ok(())
        }
        Some((cells, line)) => hand_on(&header, cells, *line, sink, each),
        None => Ok(()),
    }
}

fn hand_on(
    header: &[String],
    cells: &StringRecord,
    line: u64,
    sink: &mut dyn Sink,
    each: &mut dyn FnMut(&mut dyn Sink, Row<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let row = Row { header, cells, line };
    if row.is_empty() || names(cells) == *header {
        return Ok(());
    }
    each(sink, row)
}

/// A row's cells as column names.
pub fn names(record: &StringRecord) -> Vec<String> {
    record.iter().map(|name| name.trim().trim_start_matches('\u{feff}').to_owned()).collect()
}

/// Reads rows of the head of a document as they would be with that delimiter.
pub fn head_rows(head: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(head.as_bytes());
    reader.records().take(MAX_PREAMBLE).map_while(Result::ok).map(|r| names(&r)).collect()
}

/// The delimiters that are tried, in this order.
pub const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

fn delimiter(source: &mut Source<'_>, is_header: &dyn Fn(&[String]) -> bool) -> Result<u8, Stop> {
    let mut head = Vec::new();
    source.pass()?.take(256 * 1024).read_to_end(&mut head).map_err(Stop::Io)?;
    let head = String::from_utf8_lossy(&head);
    let fits = |delimiter: &u8| head_rows(&head, *delimiter).iter().any(|row| is_header(row));
    Ok(DELIMITERS.into_iter().find(fits).unwrap_or(b','))
}

fn io_of(error: csv::Error) -> Stop {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Stop::Io(error),
        _ => Stop::broken("the table", "it could not be read"),
    }
}
