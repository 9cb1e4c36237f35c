//! Are the parts that a person says a run looked at parts of the asset?
//!
//! In: `--scope` and the asset's claims, those of this very run among them. Out: a remark on parts in which nothing was ever
//! found, for a misspelt one would end nothing and say nothing; and an error where «whole» was meant.

use findings::close::{Scope, is_in_parts};
use findings::coverage::{Ground, Target};
use ledger::{LedgerError, Write};

use super::import::ImportError;
use crate::near::is_near;

/// Claims looked at in one go.
const PAGE: u32 = 1_000;
/// Most claims that are looked at for the parts; past them nothing is said.
const MOST_CLAIMS: usize = 50_000;
/// Words that are no path.
const WORDS: [&str; 2] = ["whole", "pull-request"];

/// What is to be said of the parts.
///
/// # Errors
/// The scope is one of its words with a slip of the finger in it, and no finding lies there.
pub(super) fn checked(
    write: &mut Write<'_>,
    asset: &str,
    scope: &Scope,
) -> Result<Option<String>, ImportError> {
    let Scope::Parts(parts) = scope else { return Ok(None) };
    let Some((id, _)) = write.asset(asset)? else { return Ok(None) };
    let Some(empty) = empty(write, id, parts)? else { return Ok(None) };
    if let ([part], [_]) = (parts.as_slice(), empty.as_slice())
        && !part.contains(['/', '\\'])
        && let Some(word) = WORDS.iter().find(|word| is_near(part, word))
    {
        let what = format!(
            "«{part}» is no path of a finding of {asset}: did you mean {word}? A folder of that name is written {part}/"
        );
        return Err(ImportError::Name { option: "--scope", what });
    }
    let told: Vec<&str> = empty.iter().take(10).map(String::as_str).collect();
    let more = match empty.len().saturating_sub(told.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Ok((!told.is_empty()).then(|| {
        format!(
            "nothing known of {asset} lies in {}{more}, which --scope names: a path is written as findings have it",
            told.join(", ")
        )
    }))
}

/// The parts in which no claim of the asset lies; none where there are too many claims to tell.
fn empty(
    write: &mut Write<'_>,
    asset: i64,
    parts: &[String],
) -> Result<Option<Vec<String>>, LedgerError> {
    let mut left: Vec<String> = parts.to_vec();
    let mut looked = 0;
    for (stream, ..) in write.streams(asset)? {
        let mut after = 0;
        while !left.is_empty() {
            let page = write.of_stream(stream, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for claim in &page {
                let ground: Ground = serde_json::from_str(&claim.ground).unwrap_or_default();
                let targets = ground.places.iter().flatten().filter(|t| **t != Target::run());
                let names: Vec<&str> =
                    targets.map(Target::name).chain([claim.path.as_str()]).collect();
                left.retain(|part| {
                    let part = std::slice::from_ref(part);
                    !names.iter().any(|name| !name.is_empty() && is_in_parts(name, part))
                });
            }
            looked += page.len();
            if looked >= MOST_CLAIMS {
                return Ok(left.is_empty().then_some(left));
            }
        }
    }
    Ok(Some(left))
}
