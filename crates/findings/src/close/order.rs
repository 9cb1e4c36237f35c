//! Is it a later, whole, successful run of the same branch?

use super::{Answer, Reporting, Run, Scope};

/// Why a run proves the end of nothing at all, whatever the claim; `None` when it may prove something.
pub fn refused(run: &Run) -> Option<String> {
    if run.scope == Scope::PullRequest {
        return Some("it looked only at what a pull request changed".to_owned());
    }
    if let Some(first) = run.incomplete.first() {
        let more = match run.incomplete.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        return Some(format!("it is not whole: {first}{more}"));
    }
    None
}

pub(super) fn order(run: &Run, last: &Reporting, ambiguous: bool, passed: bool) -> Answer {
    if let Some(why) = refused(run) {
        return Answer::no(why);
    }
    if last.same_bytes {
        return Answer::no("its bytes are those of the run that reported it");
    }
    if run.scanned_at < last.scanned_at {
        return Answer::no(format!(
            "it is older than the run that reported it, of {}",
            last.scanned_at
        ));
    }
    if ambiguous {
        return Answer::no("another one that it contains may be this one");
    }
    if run.observations == 0 && !run.coverage.succeeded && !passed {
        return Answer::not_said("it contains nothing, and a run that failed looks the same");
    }
    Answer::yes(format!("it is whole and of {}", run.scanned_at))
}
