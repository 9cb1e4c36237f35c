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

/// A name that differs from one of the asset's sources in case alone is that source's.
pub(super) fn spelled(
    write: &mut Write<'_>,
    asset: i64,
    belongs: &mut Belongs,
) -> Result<(), LedgerError> {
    let known = write.streams(asset)?;
    if known.iter().any(|(_, source, _)| *source == belongs.source) {
        return Ok(());
    }
    let (plain, part) = (belongs.source.to_lowercase(), belongs.part.as_str());
    // Of what divides its runs, a category or a target, case counts.
    let same = |source: &&String| source.to_lowercase() == plain && source.ends_with(part);
    if let Some(source) = known.iter().map(|(_, source, _)| source).find(same) {
        belongs.source.clone_from(source);
    }
    Ok(())
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
    let others = write.streams(asset)?;
    let id = write.next(Ids::Stream)?;
    let (source, reference) = (belongs.source.clone(), belongs.reference.clone());
    write.append(&Change::Stream { id, asset, source, reference })?;
    let mut place = Place { stream: Stream { id, asset, last: None }, handed: None, said: None };
    if belongs.tool.is_empty() {
        return Ok(place);
    }
    let mine = mine(write, asset, belongs, others)?;
    // The same source under another of the tool's names, or on another spelling of the branch.
    for other in mine.iter().filter(|o| o.tool == belongs.tool && o.part == belongs.part) {
        let why = format!("{} is {} under another name", other.source, belongs.source);
        if all(write, other.stream, id, &why)? > 0 {
            place.said = Some(format!("{why}: its claims go on"));
            place.stream.last = latest(place.stream.last.take(), Some(other.last.clone()));
        }
    }
    if place.stream.last.is_some() {
        return Ok(place);
    }
    // It gained a category or a target, or was split: by name, claim by claim.
    if !belongs.part.is_empty() {
        let whole = mine.iter().find(|other| other.part.is_empty() && other.tool == belongs.tool);
        if let Some(other) = whole {
            matching::matched(stage, write, other.stream, &[], None, &mut |_| {})?;
            let why = format!("{} is told apart as {}", other.source, belongs.source);
            let handed = marked(write, stage, other.stream, id, &why)?;
            if handed > 0 {
                place.said = Some(format!("{why}: {handed} of its claims go on"));
                place.handed = Some(other.last.clone());
            }
            return Ok(place);
        }
    }
    vanished(write, stage, belongs, &mine, &mut place)?;
    Ok(place)
}

/// Another source of the asset on the same branch.
struct Other {
    stream: i64,
    source: String,
    /// By the one name of the tool.
    tool: String,
    /// What divides the runs of its name.
    part: String,
    last: Document,
}

/// The other sources on this branch of which a document counts and tells what they are, the oldest first.
fn mine(
    write: &mut Write<'_>,
    asset: i64,
    belongs: &Belongs,
    others: Vec<(i64, String, String)>,
) -> Result<Vec<Other>, LedgerError> {
    let here = |reference: &str| normal_reference(reference) == belongs.reference;
    let mut mine = Vec::new();
    let others = others.into_iter().filter(|(_, _, reference)| here(reference));
    for (stream, source, reference) in others.take(MOST_STREAMS) {
        let last = write.stream(asset, &source, &reference)?.and_then(|stream| stream.last);
        let told = last.and_then(|last| Some((told(&source, &last)?, last)));
        if let Some(((tool, part), last)) = told {
            mine.push(Other { stream, source, tool, part, last });
        }
    }
    Ok(mine)
}

/// A source's tool and part, as its last document tells them. Of one that an earlier version read: what its name has behind
/// the tool that the document names. None where a person gave the name then, for nobody knows what divides it.
fn told(source: &str, last: &Document) -> Option<(String, String)> {
    if let Some(part) = &last.part {
        return Some((tools::canonical(source.strip_suffix(part.as_str())?), part.clone()));
    }
    let tool = match last.tool.as_str() {
        "" => tools::canonical(&last.format),
        tool => tool.to_owned(),
    };
    Some((tools::canonical(&tool), source.strip_prefix(&tool)?.to_owned()))
}

/// A name that nobody knows takes the place of one that reports no more.
fn vanished(
    write: &mut Write<'_>,
    stage: &mut Stage,
    belongs: &Belongs,
    mine: &[Other],
    place: &mut Place,
) -> Result<(), LedgerError> {
    if stage.is_empty() || stage.len() > MOST_TRIED {
        return Ok(());
    }
    for other in mine.iter().filter(|o| o.tool != belongs.tool && o.part == belongs.part) {
        if other.last.scanned_at > belongs.scanned_at || write.standing(other.stream)? == 0 {
            continue;
        }
        let source = &other.source;
        matching::matched(stage, write, other.stream, &[], None, &mut |_| {})?;
        let found = stage.ruled_matches()?;
        if found >= FEWEST && found * 2 > stage.len() {
            let why = format!(
                "{} reports the rules of {source} at its places: it is taken for the same tool under another name",
                belongs.source
            );
            let handed = all(write, other.stream, place.stream.id, &why)?;
            place.said = Some(format!(
                "{why}, and {handed} claims go on; if it is another tool, take this import back (`gabion undo`) and \
                 name it with --source"
            ));
            place.stream.last = Some(other.last.clone());
            return Ok(());
        }
        stage.unmark()?;
    }
    Ok(())
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
    use ledger::change::{Counts, Document};
    use vocab::Instant;

    use super::told;

    #[test]
    fn a_source_is_what_its_document_tells_and_not_what_its_name_looks_like() {
        let document = |tool: &str, part: Option<&str>| Document {
            id: 1,
            stream: 1,
            name: "a.json".to_owned(),
            format: "zap-json".to_owned(),
            sha256: String::new(),
            scanned_at: Instant::UNIX_EPOCH,
            scope: String::new(),
            tool: tool.to_owned(),
            tool_version: String::new(),
            incomplete: Vec::new(),
            counts: Counts::default(),
            rules_version: String::new(),
            configuration: Vec::new(),
            version_said: false,
            part: part.map(str::to_owned),
        };
        let check = |source: &str, tool: &str, part: Option<&str>, expect: Option<(&str, &str)>| {
            let told = told(source, &document(tool, part));
            let told = told.as_ref().map(|(tool, part)| (tool.as_str(), part.as_str()));
            assert_eq!(told, expect, "{source}");
        };
        check("Trivy of web (a)", "Trivy", Some(" of web (a)"), Some(("Trivy", " of web (a)")));
        check("Scan of the day", "Scan of the day", Some(""), Some(("Scan of the day", "")));
        check("nightly (a)", "Trivy", Some(" (a)"), Some(("nightly", " (a)")));
        // Of earlier versions.
        check("Semgrep OSS (a)", "Semgrep OSS", None, Some(("Semgrep", " (a)")));
        check("Scan of the day", "Scan of the day", None, Some(("Scan of the day", "")));
        check("ZAP of shop", "", None, Some(("ZAP", " of shop")));
        check("nightly of all", "Trivy", None, None);
    }
}
