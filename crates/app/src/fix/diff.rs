//! What changes in a file, as people read it?

use std::time::Duration;

use similar::{Algorithm, TextDiff};

/// Most bytes of a diff.
const LONGEST: usize = 256 << 10;

/// A unified diff with three lines of context, and whether it was cut.
pub fn unified(path: &str, before: &[u8], after: &[u8]) -> (String, bool) {
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .timeout(Duration::from_secs(2))
        .diff_lines(before.as_ref(), after.as_ref());
    let mut text = diff
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string();
    if text.len() <= LONGEST {
        return (text, false);
    }
    let end = text.get(..LONGEST).or_else(|| text.get(..LONGEST - 3)).and_then(|t| t.rfind('\n'));
    text.truncate(end.map_or(0, |at| at + 1));
    (text, true)
}
