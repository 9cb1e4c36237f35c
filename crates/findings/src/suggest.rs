//! Which known problems may be the same as this one, where no rule says so?
//!
//! Weaker evidence only suggests: weakness class and place, keys out of free text (paths, symbols,
//! addresses, frames, ids, versions), BM25 and MinHash. In: documents made of findings. Out: candidates with a score and the
//! evidence in words, best first. A person links.

use crate::observation::Observation;

/// One candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Position of the candidate in what was given.
    pub at: usize,
    /// From 0 to 1.
    pub score: f64,
    /// Why, in words.
    pub evidence: String,
}

/// The candidates for one observation among others of the same asset, best first, at most `most`.
pub fn suggest(observation: &Observation, among: &[Observation], most: usize) -> Vec<Suggestion> {
    let _ = (observation, among, most);
    Vec::new()
}
