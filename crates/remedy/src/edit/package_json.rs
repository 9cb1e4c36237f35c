//! Where does a `package.json` name a package?
//!
//! npm, «package.json»: the dependency objects. `peerDependencies` say what users of the package must
//! bring, so they are left alone; so are what `git`, `file`, `workspace` and aliases name.

use std::ops::Range;

use super::requirement::{Asked, Dialect, ask};
use super::splice::Draft;
use super::{EditError, json};

const SECTIONS: &[&str] = &["dependencies", "devDependencies", "optionalDependencies"];

/// Finds the places.
pub fn find(draft: &mut Draft<'_>) -> Result<(), EditError> {
    let members = json::members(draft.text)?;
    for member in members.iter().filter(|m| SECTIONS.contains(&m.section)) {
        for at in draft.wanted(member.key) {
            let Some(change) = draft.changes.get(at) else { continue };
            let Some(to) = change.to.as_deref() else {
                let range = taken_out(draft.text, &member.key_at, member.value_at.end + 1);
                draft.replace(at, range, "");
                continue;
            };
            let value = member.value.trim();
            if value == "latest" {
                draft.admits(at);
                continue;
            }
            if value.contains([':', '/', '\\', '#']) {
                draft.refuse(at, format!("«{value}» is no range of versions; change it by hand"));
                continue;
            }
            match ask(Dialect::Npm, member.value, &change.from, to) {
                Asked::Elsewhere => {}
                Asked::Admits => draft.admits(at),
                Asked::Refuse(reason) => draft.refuse(at, reason),
                Asked::Raise(new, more) => {
                    let new = more.map_or(new.clone(), |more| format!("{more} {new}"));
                    draft.replace(at, member.value_at.clone(), new);
                }
            }
        }
    }
    Ok(())
}

/// A member with the comma and the white space that go with it.
fn taken_out(text: &str, key: &Range<usize>, end: usize) -> Range<usize> {
    let after = text.get(end..).unwrap_or_default();
    let blank = after.len() - after.trim_start().len();
    let before = text.get(..key.start).unwrap_or_default();
    let start = before.trim_end().len();
    if after.trim_start().starts_with(',') {
        // Up to where the next member's line begins, as this one's does.
        start..end + blank + 1
    } else if before.trim_end().ends_with(',') {
        start - 1..end
    } else {
        start..end
    }
}
