//! Meets the lines of a plain text.

use std::io::{BufRead, BufReader, Read};

use super::MAX_RECORD;
use crate::sink::{Fact, Met, Sink, Stop};
use crate::source::Source;

/// What is done with a line: the sink, its number from 1, its text.
pub type EachLine<'e> = dyn FnMut(&mut dyn Sink, usize, &str) -> Result<(), Stop> + 'e;

/// Calls `each` with every line (without its end) and its number from 1. A line past the bound is dropped
/// and said. Programs end every line, so that a last one without its end was cut: the document is incomplete.
///
/// # Errors
/// When the bytes cannot be read.
pub fn walk(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    each: &mut EachLine<'_>,
) -> Result<(), Stop> {
    let mut reader = BufReader::with_capacity(1 << 16, source.pass()?);
    let mut line = Vec::new();
    sink.met(Met::Anything);
    for number in 1.. {
        line.clear();
        let mut bounded = (&mut reader).take(MAX_RECORD as u64 + 1);
        if bounded.read_until(b'\n', &mut line).map_err(Stop::Io)? == 0 {
            break;
        }
        if line.len() > MAX_RECORD {
            sink.dropped(&format!("line {number}"), "the line is longer than 16 MiB");
            while line.last() != Some(&b'\n') {
                line.clear();
                let mut rest = (&mut reader).take(MAX_RECORD as u64);
                if rest.read_until(b'\n', &mut line).map_err(Stop::Io)? == 0 {
                    break;
                }
            }
            continue;
        }
        let text = String::from_utf8_lossy(&line);
        if !line.ends_with(b"\n") && !text.trim().is_empty() {
            let why = format!("line {number}: the document ends in the middle of a line");
            sink.fact(Fact::Incomplete(why));
        }
        each(sink, number, text.trim_end_matches(['\r', '\n']))?;
    }
    Ok(())
}
