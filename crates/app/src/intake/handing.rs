//! Does a source that is new on an asset go on what another one began?
//!
//! A tool has several names over its versions and formats, gains a category, is split over several: its claims go over by
//! name, and none is made anew. A name that nobody knows and that reports a vanished one's rules at its places is the same
//! tool too, which is said. In: the staged document, the asset's streams. Out: claims handed over, and marks on the stage.

use ledger::change::{Change, Document};
use ledger::row::{Ids, Stream};
use ledger::{LedgerError, Stage, Write};

use super::belongs::{Belongs, normal_reference};
use super::{matching, tools};

/// Claims handed over at a time.
const PAGE: u32 = 1_000;
/// Most other sources of an asset that are looked at, the oldest first.
const MOST_STREAMS: usize = 64;
/// Most claims of a document that are tried against a source with another name.
const MOST_TRIED: u64 = 20_000;
/// Fewest claims found again that make a tool under an unknown name the same one.
const FEWEST: u64 = 3;

/// The stream that a run belongs to, and what was handed over to it.
pub(super) struct Place {
    pub(super) stream: Stream,
    /// The last document of the source whose claims went over.
    pub(super) handed: Option<Document>,
    /// What is worth knowing.
    pub(super) said: Option<String>,
}

/// Finds the stream, or makes it and hands over what is its own.
pub(super) fn place(
    write: &mut Write<'_>,
    stage: &mut Stage,
    asset: i64,
    belongs: &Belongs,
) -> Result<Place, LedgerError> {
    if let Some(stream) = write.stream(asset, &belongs.source, &belongs.reference)? {
        return Ok(Place { stream, handed: None, said: None });
    }
    let others: Vec<(i64, String, String)> =
        write.streams(asset)?.into_iter().take(MOST_STREAMS).collect();
    let id = write.next(Ids::Stream)?;
    let (source, reference) = (belongs.source.clone(), belongs.reference.clone());
    write.append(&Change::Stream { id, asset, source, reference })?;
    let mut place = Place { stream: Stream { id, asset, last: None }, handed: None, said: None };
    if belongs.tool.is_empty() {
        return Ok(place);
    }
    let here = |reference: &str| normal_reference(reference) == belongs.reference;
    let mine: Vec<_> = others.iter().filter(|(_, _, reference)| here(reference)).collect();
    // The same source under another of the tool's names, or on another spelling of the branch.
    for (from, source, reference) in &mine {
        let (tool, part) = parts(source);
        if tools::canonical(tool) == belongs.tool && part == belongs.part {
            let last = write.stream(asset, source, reference)?.and_then(|stream| stream.last);
            let why = format!("{source} is {} under another name", belongs.source);
            if all(write, *from, id, &why)? > 0 {
                place.said = Some(format!("{why}: its claims go on"));
                place.stream.last = latest(place.stream.last.take(), last);
            }
        }
    }
    if place.stream.last.is_some() {
        return Ok(place);
    }
    // It gained a category or a target, or was split: by name, claim by claim.
    if !belongs.part.is_empty() {
        let whole = mine.iter().find(|(_, source, _)| {
            let (tool, part) = parts(source);
            part.is_empty() && tools::canonical(tool) == belongs.tool
        });
        if let Some((from, source, reference)) = whole {
            let last = write.stream(asset, source, reference)?.and_then(|stream| stream.last);
            matching::matched(stage, write, *from, None, &mut |_| {})?;
            let why = format!("{source} is told apart as {}", belongs.source);
            let handed = marked(write, stage, *from, id, &why)?;
            if handed > 0 {
                place.said = Some(format!("{why}: {handed} of its claims go on"));
                place.handed = last;
            }
            return Ok(place);
        }
    }
    vanished(write, stage, belongs, &mine, &mut place)?;
    Ok(place)
}

/// A name that nobody knows takes the place of one that reports no more.
fn vanished(
    write: &mut Write<'_>,
    stage: &mut Stage,
    belongs: &Belongs,
    mine: &[&(i64, String, String)],
    place: &mut Place,
) -> Result<(), LedgerError> {
    if stage.is_empty() || stage.len() > MOST_TRIED {
        return Ok(());
    }
    for (from, source, reference) in mine {
        let (tool, _) = parts(source);
        if tools::canonical(tool) == belongs.tool || write.standing(*from)? == 0 {
            continue;
        }
        let last = write.stream(place.stream.asset, source, reference)?.and_then(|s| s.last);
        if last.as_ref().is_none_or(|last| last.scanned_at > belongs.scanned_at) {
            continue;
        }
        matching::matched(stage, write, *from, None, &mut |_| {})?;
        let found = stage.ruled_matches()?;
        if found >= FEWEST && found * 2 > stage.len() {
            let why = format!(
                "{} reports the rules of {source} at its places: it is taken for the same tool under another name",
                belongs.source
            );
            let handed = all(write, *from, place.stream.id, &why)?;
            place.said = Some(format!(
                "{why}, and {handed} claims go on; if it is another tool, take this import back (`gabion undo`) and \
                 name it with --source"
            ));
            place.stream.last = last;
            return Ok(());
        }
        stage.unmark()?;
    }
    Ok(())
}

/// A source's tool, and its target and category as they stand behind it.
fn parts(source: &str) -> (&str, &str) {
    let target = source.find(" of ");
    let category = source.find(" (");
    let cut = target.into_iter().chain(category).min().unwrap_or(source.len());
    source.split_at(cut)
}

fn latest(a: Option<Document>, b: Option<Document>) -> Option<Document> {
    a.into_iter().chain(b).max_by_key(|document| (document.scanned_at, document.id))
}

/// Hands all claims of a stream over, those that have ended too: by them what returns is known again.
fn all(write: &mut Write<'_>, from: i64, to: i64, why: &str) -> Result<u64, LedgerError> {
    let (mut after, mut count) = (0, 0);
    loop {
        let page = write.of_stream(from, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(count) };
        after = last.id;
        for claim in &page {
            count += u64::from(claim.live);
            let why = why.to_owned();
            write.append(&Change::Handed { attribution: claim.id, stream: to, was: from, why })?;
        }
    }
}

/// Hands those over that the document has.
fn marked(
    write: &mut Write<'_>,
    stage: &mut Stage,
    from: i64,
    to: i64,
    why: &str,
) -> Result<u64, LedgerError> {
    let (mut after, mut count) = (0, 0);
    loop {
        let page = write.of_stream(from, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(count) };
        after = last.id;
        let ids: Vec<i64> = page.iter().map(|claim| claim.id).collect();
        for (claim, is) in page.iter().zip(stage.is_matched(&ids)?) {
            if is {
                count += 1;
                let why = why.to_owned();
                write.append(&Change::Handed {
                    attribution: claim.id,
                    stream: to,
                    was: from,
                    why,
                })?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_source_is_its_tool_and_what_divides_it() {
        assert_eq!(parts("Trivy of web"), ("Trivy", " of web"));
        assert_eq!(parts("CodeQL (lang:java)"), ("CodeQL", " (lang:java)"));
        assert_eq!(parts("Trivy of web (a)"), ("Trivy", " of web (a)"));
        assert_eq!(parts("Semgrep OSS"), ("Semgrep OSS", ""));
    }
}
