//! Which part of the queue does somebody want to see again and again?
//!
//! Built-in views need no ledger; saved ones are entries of the record, the same for everybody. A view is a filter; what
//! is typed beside it narrows it further.

use ledger::Change;
use serde::Serialize;
use vocab::Instant;

use super::list::Request;
use super::{Filter, QueueError, unfit};
use crate::books::{Actor, Books, UseCase, allow};

/// Longest name of a view, in characters.
const MAX_NAME: usize = 64;

/// The view whose rows are chosen by the end of their acceptance, which no filter of the ledger says.
const EXPIRING: &str = "accepted-expiring";

/// A view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// What it is called.
    pub name: String,
    /// Whether it came with the program.
    pub built_in: bool,
    /// What it lists.
    pub filter: Filter,
    /// In words; of built-in ones.
    pub words: &'static str,
}

/// The views that come with the program; «mine» is the actor's.
pub fn built_in(actor: &Actor) -> Vec<View> {
    let only = |word: &str| Filter { only: vec![word.to_owned()], ..Filter::default() };
    let view =
        |name: &str, words, filter| View { name: name.to_owned(), built_in: true, filter, words };
    let mine = Filter { owners: vec![actor.name.clone()], ..Filter::default() };
    vec![
        view("overdue", "what should have been fixed by now", only("overdue")),
        view("due", "due within three days", only("due")),
        view("mine", "what you fix", mine),
        view("unowned", "what nobody is named for", only("unowned")),
        view("proposals", "where a proposal waits for a person", only("proposals")),
        view("unseen", "what later runs neither have nor prove to have ended", only("unseen")),
        view(EXPIRING, "accepted, for two more weeks at most", only("accepted")),
    ]
}

/// All views, the built-in ones first.
///
/// # Errors
/// Refused, the ledger's.
pub fn views(actor: &Actor, books: &mut Books) -> Result<Vec<View>, QueueError> {
    allow(actor, UseCase::Queue, true)?;
    let mut all = built_in(actor);
    for (name, filter) in books.ledger.views()? {
        all.push(View { name, built_in: false, filter: parse(&filter)?, words: "" });
    }
    Ok(all)
}

/// Saves a filter under a name, in place of what had it; gives the entry.
///
/// # Errors
/// Refused, a name that is empty, too long or built in, the ledger's.
pub fn save(
    actor: &Actor,
    books: &mut Books,
    name: &str,
    filter: &Filter,
    now: Instant,
) -> Result<i64, QueueError> {
    allow(actor, UseCase::SaveView, true)?;
    known(filter)?;
    let name = name.trim();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.chars().count() > MAX_NAME || !name.chars().all(plain) {
        let remedy = "use letters, digits, `-`, `_` and `.`, 64 at most";
        return Err(unfit(format!("«{name}» cannot be the name of a view"), remedy));
    }
    if built_in(actor).iter().any(|view| view.name == name) {
        return Err(unfit(format!("the view «{name}» is built in"), "choose another name"));
    }
    let filter = serde_json::to_string(filter)
        .map_err(|e| unfit(format!("the filter cannot be kept: {e}"), "change it"))?;
    put(actor, books, name, filter, now)
}

/// Removes a saved view; gives the entry.
///
/// # Errors
/// Refused, no such view, the ledger's.
pub fn forget(
    actor: &Actor,
    books: &mut Books,
    name: &str,
    now: Instant,
) -> Result<i64, QueueError> {
    allow(actor, UseCase::SaveView, true)?;
    if built_in(actor).iter().any(|view| view.name == name) {
        return Err(unfit(
            format!("the view «{name}» is built in"),
            "only saved views are removed",
        ));
    }
    let views = books.ledger.views()?;
    if !views.iter().any(|(known, _)| known == name) {
        return Err(unknown(name, views.into_iter().map(|(name, _)| name)));
    }
    put(actor, books, name, String::new(), now)
}

fn put(
    actor: &Actor,
    books: &mut Books,
    name: &str,
    filter: String,
    now: Instant,
) -> Result<i64, QueueError> {
    let was = books.ledger.views()?.into_iter().find(|(known, _)| known == name);
    let was = was.map(|(_, filter)| filter).unwrap_or_default();
    let verb = if filter.is_empty() { "removed" } else { "saved" };
    let summary = format!("view {name} {verb}");
    let mut write = books.write(actor, now)?;
    if was != filter {
        write.append(&Change::View { name: name.to_owned(), filter, was })?;
    }
    Ok(write.commit("setting", &summary)?.entry)
}

/// The words of a filter that has a fixed list of them.
const WORDS: [(&str, &[&str]); 3] = [
    (
        "class",
        &[
            "dependency",
            "code",
            "secret",
            "host",
            "web",
            "configuration",
            "crash",
            "report",
            "licence",
        ],
    ),
    ("severity", &["critical", "high", "medium", "low", "none", "unknown"]),
    ("exposure", &["internet", "internal", "isolated", "unknown"]),
];

/// That a filter holds no word that nothing can match: «nothing matches» would be a wrong answer.
///
/// # Errors
/// The word, with those that there are.
pub(super) fn known(filter: &Filter) -> Result<(), QueueError> {
    let reference = filter.reference.as_str();
    if !reference.is_empty() && !crate::intake::is_pull_request(reference) {
        let what =
            format!("«{reference}» is no pull request: what is reported on it is in the queue");
        return Err(unfit(what, "leave --ref out, or name one such as refs/pull/7/merge"));
    }
    let lists = [&filter.classes, &filter.severities, &filter.exposures];
    for ((name, known), typed) in WORDS.into_iter().zip(lists) {
        if let Some(word) = typed.iter().find(|word| !known.contains(&word.as_str())) {
            let remedy = format!("one of: {}", known.join(", "));
            return Err(unfit(format!("--{name} «{word}» is no {name}"), remedy));
        }
    }
    Ok(())
}

/// The filter that acts, and whether rows are chosen by the end of their acceptance.
pub(super) fn resolve(
    actor: &Actor,
    books: &mut Books,
    request: &Request,
) -> Result<(Filter, bool), QueueError> {
    known(&request.filter)?;
    let Some(name) = &request.view else { return Ok((request.filter.clone(), false)) };
    let all = views(actor, books)?;
    match all.iter().find(|view| view.name == *name) {
        Some(view) => {
            let expiring = view.built_in && view.name == EXPIRING;
            Ok((narrowed(view.filter.clone(), &request.filter), expiring))
        }
        None => Err(unknown(name, all.into_iter().map(|view| view.name))),
    }
}

/// A view narrowed by what was typed: a list that was typed takes the place of the view's.
fn narrowed(mut view: Filter, typed: &Filter) -> Filter {
    let lists = [
        (&mut view.assets, &typed.assets),
        (&mut view.owners, &typed.owners),
        (&mut view.classes, &typed.classes),
        (&mut view.severities, &typed.severities),
        (&mut view.sources, &typed.sources),
        (&mut view.exposures, &typed.exposures),
    ];
    for (kept, typed) in lists {
        if !typed.is_empty() {
            kept.clone_from(typed);
        }
    }
    view.only.extend(typed.only.iter().cloned());
    view.only.sort_unstable();
    view.only.dedup();
    if !typed.search.is_empty() {
        view.search.clone_from(&typed.search);
    }
    view.closed |= typed.closed;
    if !typed.reference.is_empty() {
        view.reference.clone_from(&typed.reference);
    }
    view
}

fn parse(filter: &str) -> Result<Filter, QueueError> {
    serde_json::from_str(filter).map_err(|e| {
        unfit(
            format!("a saved view does not read: {e}"),
            "save it again, or remove it with --forget",
        )
    })
}

fn unknown(name: &str, known: impl Iterator<Item = String>) -> QueueError {
    let known: Vec<String> = known.collect();
    let remedy = match known.as_slice() {
        [] => "`gabion queue --save NAME` with filters saves one".to_owned(),
        known => format!("there are: {}", known.join(", ")),
    };
    unfit(format!("there is no view «{name}»"), remedy)
}
