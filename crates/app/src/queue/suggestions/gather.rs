//! Which findings of the asset are worth a look, before anything of them is read?
//!
//! In: a finding and what its sources say. Out: numbers, the likeliest first, bounded. By place, id and words through the
//! index of words, so that it costs the same whatever is stored; then what is of its class among the newest.

use findings::Observation;
use ledger::row::Finding;

use super::apart::is_told;
use crate::books::Books;
use crate::queue::QueueError;

/// Findings at the same file, address or package: their numbers alone, of which the lines choose.
const BY_PLACE: u32 = 5_000;
/// Findings with the same id, or with one rare word.
const BY_WORDS: u32 = 50;
/// Words of the title, ids, and places of one claim, that are searched for.
const WORDS: usize = 5;
/// Findings of the class.
const BY_CLASS: u32 = 500;
/// The newest findings of the asset, among which they are looked for.
const VISITED: u32 = 5_000;
/// Reports that people wrote, where one is asked about, and where not: they name places in their texts alone.
const TOLD: u32 = 300;
const ALSO_TOLD: u32 = 60;

/// Numbers of findings, each once, without the finding itself; and which of them people told in words.
pub(super) fn gather(
    books: &mut Books,
    finding: &Finding,
    own: &[Observation],
) -> Result<(Vec<i64>, Vec<i64>), QueueError> {
    let asset = (finding.asset, finding.asset_facts.name.as_str());
    let is_told = is_told(&finding.class);
    let most = if is_told { TOLD } else { ALSO_TOLD };
    let told = books.ledger.of_class(finding.asset, "report", VISITED, most)?;
    let mut found = told.clone();
    for (text, most) in searches(finding, own) {
        found.extend(books.ledger.holding(asset, &text, most)?);
    }
    if !is_told {
        found.extend(books.ledger.of_class(finding.asset, &finding.class, VISITED, BY_CLASS)?);
    }
    let mut met = std::collections::BTreeSet::from([finding.id]);
    found.retain(|id| met.insert(*id));
    Ok((found, told))
}

/// What is searched for, the most telling first, each with how many findings are taken.
fn searches(finding: &Finding, own: &[Observation]) -> Vec<(String, u32)> {
    let mut searches: Vec<(String, u32)> = Vec::new();
    let mut add = |text: &str, most: u32| {
        let text = text.trim();
        if !text.is_empty() && !searches.iter().any(|(known, _)| known == text) {
            searches.push((text.to_owned(), most));
        }
    };
    for id in finding.facts.ids.iter().take(WORDS) {
        add(id, BY_WORDS);
    }
    for observation in own {
        let (path, route) = findings::suggest::place_told(observation);
        let paths = observation.locations.iter().take(WORDS).map(|l| l.path.as_str());
        paths.chain([path.as_str()]).for_each(|path| add(end(path), BY_PLACE));
        let endpoint = observation.endpoint.as_ref();
        for route in endpoint.map(|e| e.path.as_str()).into_iter().chain([route.as_str()]) {
            add(route.trim_matches('/'), BY_PLACE);
        }
        add(observation.component.as_ref().map_or("", |c| c.name.as_str()), BY_PLACE);
        add(&observation.resource, BY_PLACE);
        add(observation.frames.first().map_or("", String::as_str), BY_PLACE);
    }
    let mut words: Vec<&str> = finding.facts.title.split_whitespace().collect();
    // Long words tell more.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.iter().take(WORDS).for_each(|word| add(word, BY_WORDS));
    searches
}

/// A file with its folder: tools are started in different folders above it.
fn end(path: &str) -> &str {
    let path = path.trim_end_matches(['/', '\\']);
    let mut parts = path.rmatch_indices(['/', '\\']);
    let at = parts.nth(1).map_or(0, |(at, _)| at + 1);
    path.get(at..).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_its_folder() {
        for (path, expect) in [
            ("/src/app/routes/a.ts", "routes/a.ts"),
            ("app\\routes\\a.ts", "routes\\a.ts"),
            ("routes/a.ts", "routes/a.ts"),
            ("a.ts", "a.ts"),
            ("", ""),
        ] {
            assert_eq!(end(path), expect);
        }
    }
}
