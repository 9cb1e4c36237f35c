//! Is the package used, as far as the sources show?
//!
//! In: a question and what was met. Out: one of four answers with its reason in one sentence and places.

use vocab::Base;

use crate::language::Language;
use crate::names;
use crate::sources::{Hits, MAX_PLACES, Place, Question, Sources};

/// What the sources show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// A function or module that an advisory is about is named where the package is imported.
    Named,
    /// The package is imported.
    Imported,
    /// Nothing can be said.
    Unknown,
    /// No file that was read imports it.
    NotImported,
}

impl Answer {
    /// The word as written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Imported => "imported",
            Self::Unknown => "unknown",
            Self::NotImported => "not_imported",
        }
    }
}

/// An answer with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The answer.
    pub answer: Answer,
    /// Why, in one sentence without a full stop.
    pub detail: String,
    /// Where, at most [`MAX_PLACES`].
    pub places: Vec<Place>,
}

/// Answers a question that the sources were looking for.
pub fn answer(question: &Question, sources: &Sources) -> Found {
    let name = &question.name;
    let Some(language) = Language::of_ecosystem(question.ecosystem) else {
        return unknown(format!(
            "imports of {} packages do not tell the package",
            question.ecosystem.name()
        ));
    };
    let spellings = names::spellings(question.ecosystem, name);
    let hits: Vec<&Hits> = spellings.iter().filter_map(|s| sources.hits(language, s)).collect();
    if let Some(found) = named(question, language, &spellings, sources) {
        return found;
    }
    let imported = hits.iter().flat_map(|h| &h.imported);
    let mut places: Vec<Place> = imported.cloned().collect();
    places.sort();
    places.truncate(MAX_PLACES);
    if !places.is_empty() {
        let besides = match question.named.is_empty() {
            true => String::new(),
            false => format!("; {} is not met in the files that do", what(question)),
        };
        return Found {
            answer: Answer::Imported,
            detail: format!("{name} is imported{besides}"),
            places,
        };
    }
    if let Some(place) = hits.iter().find_map(|h| h.mentioned.as_ref()) {
        let detail = match language {
            Language::Rust => format!("{name} is not imported by its name, but named in a text"),
            _ => format!("{name} is not imported, but named, where it may be run or loaded"),
        };
        return Found { answer: Answer::Unknown, detail, places: vec![place.clone()] };
    }
    match reason(question, language, sources, hits.is_empty()) {
        Some(reason) => unknown(reason),
        None => Found {
            answer: Answer::NotImported,
            detail: format!(
                "none of {} {} files read imports {name}",
                sources.files(language),
                language.as_str()
            ),
            places: Vec::new(),
        },
    }
}

/// Why the absence of an import says nothing; `None` when it does.
fn reason(
    question: &Question,
    language: Language,
    sources: &Sources,
    not_asked: bool,
) -> Option<String> {
    let name = &question.name;
    if not_asked {
        return Some("it was not looked for".to_owned());
    }
    let read = sources.files(language);
    if read == 0 {
        return Some(format!("no {} source was found", language.as_str()));
    }
    if sources.is_truncated() {
        return Some(format!("{name} was not met, but not all files were read"));
    }
    if sources.unread(language) > 0 {
        return Some(format!(
            "{name} was not met, but {} files that may import it were not read",
            sources.unread(language)
        ));
    }
    if let Some(place) = sources.generated().filter(|_| language == Language::Rust) {
        return Some(format!(
            "{name} was not met, but code that is generated when it is built comes in at {}:{}",
            place.path, place.line
        ));
    }
    if let Some(place) = sources.outside().filter(|_| language == Language::Rust) {
        return Some(format!(
            "{name} was not met, but {}:{} names code that lies outside what was read",
            place.path, place.line
        ));
    }
    let why = names::absence_says_nothing(question.ecosystem, name)?;
    Some(format!("{name} was not met, but {why}"))
}

fn unknown(detail: String) -> Found {
    Found { answer: Answer::Unknown, detail, places: Vec::new() }
}

/// Whether something that the advisories are about is named.
fn named(
    question: &Question,
    language: Language,
    spellings: &[String],
    sources: &Sources,
) -> Option<Found> {
    let found = |what: String, place: &Place| Found {
        answer: Answer::Named,
        detail: format!("{what} is named, which the advisory is about"),
        places: vec![place.clone()],
    };
    for named in &question.named {
        let whole_path = std::slice::from_ref(&named.path);
        let owners = if language == Language::Go { whole_path } else { spellings };
        for owner in owners {
            let place = sources.hits(language, owner).and_then(|h| h.imported.first());
            let Some(place) = place else { continue };
            // Go's records name a path alone where all of it is affected.
            if named.symbols.is_empty() && question.ecosystem == Base::Go {
                return Some(found(named.path.clone(), place));
            }
            for symbol in &named.symbols {
                let last = names::last_segment(symbol);
                if let Some(place) = sources.symbol(language, owner, last) {
                    return Some(found(format!("«{symbol}» of {}", named.path), place));
                }
            }
        }
    }
    None
}

/// What the advisories name, shortened.
fn what(question: &Question) -> String {
    let mut names = question.named.iter().flat_map(|named| {
        let path = named.symbols.is_empty().then_some(named.path.as_str());
        path.into_iter().chain(named.symbols.iter().map(String::as_str))
    });
    let first: Vec<&str> = names.by_ref().take(3).collect();
    match names.count() {
        0 => first.join(", "),
        more => format!("{} or {more} more that the advisory names", first.join(", ")),
    }
}
