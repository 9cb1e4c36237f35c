//! What did Fortify's auditors say of an issue? (`audit.xml` of a result archive.)

use std::collections::HashMap;

use crate::observation::Standing;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::xml::{self, Element};

/// Most issues whose audit is kept.
const MAX_ISSUES: usize = 1_000_000;
/// The tag «Analysis», the same in every project.
const ANALYSIS: &str = "87f2364f-dcd4-49e6-861d-f8d3f351686b";

/// By instance id: the standing and why.
pub type Words = HashMap<String, (Standing, String)>;

/// Reads what was said.
///
/// # Errors
/// When it is no XML.
pub fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<Words, Stop> {
    let mut words = Words::new();
    xml::walk(source, &["Audit/IssueList/Issue"], sink, &mut |_, hit| {
        if let Some(said) = said(&hit.element).filter(|_| words.len() < MAX_ISSUES) {
            words.insert(hit.element.attribute("instanceId").to_owned(), said);
        }
        Ok(())
    })?;
    Ok(words)
}

fn said(issue: &Element) -> Option<(Standing, String)> {
    let tag = issue.all("Tag").find(|tag| tag.attribute("id").eq_ignore_ascii_case(ANALYSIS));
    let analysis = tag.map_or("", |tag| tag.text_of("Value"));
    let standing = if analysis == "Not an Issue" {
        Standing::FalsePositive
    } else if issue.attribute("suppressed") == "true" {
        Standing::Suppressed
    } else {
        return None;
    };
    let comments = issue.all("ThreadedComments/Comment").map(|comment| comment.text_of("Content"));
    let reasons: Vec<&str> = std::iter::once(analysis)
        .chain(comments.take(10))
        .filter(|text| !text.is_empty())
        .collect();
    Some((standing, reasons.join("; ")))
}
