//! Which source is meant by what was typed?
//!
//! In: a name, and those that there are. Out: the source's own spelling, also where case differs or a tool has other names; or
//! what there is, and which of it is near. A slip of the finger is never an empty answer.

use super::{QueueError, unfit};
use crate::books::Books;
use crate::near::is_near;

/// Most names that are told.
const MOST_TOLD: usize = 20;

/// The source of an asset that is meant.
///
/// # Errors
/// It has none of that name.
pub(super) fn on(
    books: &mut Books,
    (id, asset): (i64, &str),
    typed: &str,
) -> Result<String, QueueError> {
    let mut known: Vec<String> =
        books.ledger.streams(id)?.into_iter().map(|(_, name, _)| name).collect();
    known.sort();
    known.dedup();
    match of(&known, typed) {
        Some(source) => Ok(source),
        None => {
            Err(none(format!("{asset} has no source «{typed}»"), "its sources are", typed, &known))
        }
    }
}

/// Puts the own spelling in the place of each name that was typed.
///
/// # Errors
/// No asset has a source of that name.
pub(super) fn anywhere(books: &mut Books, typed: &mut [String]) -> Result<(), QueueError> {
    if typed.is_empty() {
        return Ok(());
    }
    let known = books.ledger.source_names()?;
    for typed in typed {
        match of(&known, typed) {
            Some(source) => *typed = source,
            None => {
                return Err(none(
                    format!("there is no source «{typed}»"),
                    "there are",
                    typed,
                    &known,
                ));
            }
        }
    }
    Ok(())
}

fn of(known: &[String], typed: &str) -> Option<String> {
    let typed = typed.trim();
    let plain = typed.to_lowercase();
    let exact = known.iter().find(|name| *name == typed);
    let alike = || known.iter().find(|name| name.to_lowercase() == plain);
    let tool = || {
        let tool = findings::tools::known(typed)?;
        known.iter().find(|name| *name == tool)
    };
    exact.or_else(alike).or_else(tool).cloned()
}

fn none(what: String, there: &str, typed: &str, known: &[String]) -> QueueError {
    if known.is_empty() {
        return unfit(what, "nothing was imported yet");
    }
    let near: Vec<&str> =
        known.iter().map(String::as_str).filter(|name| is_near(name, typed)).collect();
    let near = match near.as_slice() {
        [] => String::new(),
        near => format!("did you mean {}? ", near.join(" or ")),
    };
    let told: Vec<&str> = known.iter().take(MOST_TOLD).map(String::as_str).collect();
    let more = match known.len().saturating_sub(told.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    unfit(what, format!("{near}{there}: {}{more}", told.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_source_is_known_by_its_name_in_any_case_and_by_the_tools_names() {
        let known = ["Nightly", "Semgrep", "lint", "Lint"].map(str::to_owned);
        for (typed, expect) in [
            ("nightly ", Some("Nightly")),
            ("semgrep oss", Some("Semgrep")),
            ("Lint", Some("Lint")),
            ("lint", Some("lint")),
            ("lnit", None),
        ] {
            assert_eq!(of(&known, typed).as_deref(), expect, "{typed}");
        }
    }
}
