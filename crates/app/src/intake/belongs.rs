//! On which asset, from which source, on which branch, and how much of it did the run look at?
//!
//! In: what the user said, the configuration, what the document tells of itself. Out: where the document belongs.
//! A name that nobody declared is marked as such: on it nothing is linked across sources.

use findings::close::Scope;
use findings::identity::normal_target;
use ledger::change::AssetFacts;
use vocab::{Exposure, Instant};

use super::import::{ImportError, Request};
use super::taking::Told;
use crate::config::Config;

/// Longest name of an asset, source or branch, in bytes.
const MAX_NAME: usize = 300;
/// Longest target that is a part of a source's name, in bytes; longer ones are lists or free text.
const MAX_TARGET: usize = 200;
/// What marks the name of an asset that nobody declared.
pub(crate) const UNDECLARED: &str = "undeclared:";

/// Farthest that a document may be dated in the future: clocks differ, and years do not.
const SKEW: std::time::Duration = std::time::Duration::from_secs(3_600);

/// Where a run belongs.
#[derive(Debug, Clone)]
pub(crate) struct Belongs {
    /// What is said of the asset now.
    pub(crate) asset: AssetFacts,
    pub(crate) source: String,
    /// The tool's one name; empty when the source was named by hand.
    pub(crate) tool: String,
    /// What divides the runs of this name on the asset: target and category, as they end the source's name.
    pub(crate) part: String,
    pub(crate) reference: String,
    /// Whether the reference is a pull request: what it alone reports is no part of the queue.
    pub(crate) pull: bool,
    pub(crate) scope: Scope,
    pub(crate) scanned_at: Instant,
    /// The time that it bears, where that lies in the future: then it opens and does nothing else.
    pub(crate) future: Option<Instant>,
}

/// Reads it off the request and the run. `alone`: the document holds no other run.
///
/// # Errors
/// A name that cannot be one.
pub(crate) fn belongs(
    request: &Request,
    told: &Told,
    format: &str,
    configs: &[Config],
    alone: bool,
    now: Instant,
) -> Result<Belongs, ImportError> {
    let tools: Vec<&str> = told.tools.iter().map(String::as_str).collect();
    let tool = if tools.is_empty() { super::tools::canonical(format) } else { tools.join("+") };
    let category = told.category.trim();
    let category = if category.is_empty() { String::new() } else { format!(" ({category})") };
    let of_target = target(told).map(|target| format!(" of {target}")).unwrap_or_default();
    let own = request.source.as_deref().map(|own| name("--source", own)).transpose()?;
    let own = own.map(|own| findings::tools::known(&own).map_or(own, str::to_owned));
    // A tool's own name, however it is written, says no more than its document.
    let own = own.filter(|own| *own != tool);
    let (source, tool, part) = match own {
        // What a person calls the source holds for all of it; runs of several tools or categories stay apart.
        Some(own) if alone => (format!("{own}{category}"), String::new(), category),
        Some(own) => (format!("{own}: {tool}{category}"), String::new(), category),
        None => (format!("{tool}{of_target}{category}"), tool, format!("{of_target}{category}")),
    };
    let source = name("--source", &source)?;
    let reference = normal_reference(request.reference.as_deref().unwrap_or(&told.branch));
    let reference = if reference.is_empty() { String::new() } else { name("--ref", reference)? };
    let asset = match &request.asset {
        Some(asset) => declared(request, &name("--asset", asset)?, configs)?,
        None => undeclared(request, told, &source),
    };
    let said = request.scanned_at.or(told.scanned_at).unwrap_or(now);
    let latest = now.checked_add(SKEW).unwrap_or(now);
    Ok(Belongs {
        asset,
        source,
        tool,
        part,
        pull: is_pull_request(&reference),
        reference,
        scope: request.scope.clone(),
        // What was looked at in the future was not: a clock somewhere is wrong.
        scanned_at: said.min(now),
        future: Some(said).filter(|said| *said > latest),
    })
}

/// What the document says that it looked at, as a part of the source's name: a run of another image or project
/// is another source's and closes nothing of this one's. A folder is none, for it differs from machine to
/// machine.
fn target(told: &Told) -> Option<&str> {
    let target = normal_target(&told.target);
    let folder = target.starts_with(['/', '.', '~']) || target.contains('\\');
    let odd = target.len() > MAX_TARGET || target.contains(char::is_control);
    (!target.is_empty() && !folder && !odd && !target.starts_with("file:")).then_some(target)
}

/// A branch in its one spelling: `refs/heads/main` is `main`.
pub fn normal_reference(reference: &str) -> &str {
    let reference = reference.trim();
    reference.strip_prefix("refs/heads/").unwrap_or(reference)
}

/// Branches by which code hosts call a pull request.
pub fn is_pull_request(reference: &str) -> bool {
    let hosts = ["refs/pull/", "refs/merge-requests/", "refs/pull-requests/"];
    let short = ["pull/", "merge-requests/", "pull-requests/"];
    let numbered = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    hosts.iter().any(|prefix| reference.starts_with(prefix))
        || short.iter().any(|prefix| reference.strip_prefix(prefix).is_some_and(numbered))
}

fn declared(request: &Request, asset: &str, configs: &[Config]) -> Result<AssetFacts, ImportError> {
    if asset.starts_with(UNDECLARED) {
        let what = format!("«{asset}» is a name that Gabion gives to what nobody declared");
        return Err(ImportError::Name { option: "--asset", what });
    }
    let mut facts = AssetFacts {
        name: asset.to_owned(),
        declared: true,
        exposure: Exposure::Unknown.as_str().to_owned(),
        ..AssetFacts::default()
    };
    let rules =
        configs.iter().flat_map(|config| config.assets.iter().map(move |rule| (config, rule)));
    for (config, rule) in
        rules.filter(|(_, r)| r.name.as_deref() == Some(asset) || r.pattern == asset)
    {
        if let Some(exposure) = rule.exposure {
            facts.exposure = exposure.as_str().to_owned();
            facts.exposure_source = format!("{}:{}", config.origin, rule.line);
        }
        facts.owner = rule.owner.clone().unwrap_or(facts.owner);
        if let Some(criticality) = rule.criticality {
            facts.criticality = criticality.as_str().to_owned();
        }
    }
    set(request, &mut facts);
    Ok(facts)
}

fn undeclared(request: &Request, told: &Told, source: &str) -> AssetFacts {
    let file = request.input.short();
    let target = if told.target.trim().is_empty() { file.as_str() } else { told.target.trim() };
    let mut asset = format!("{UNDECLARED}{source}:{target}").replace(char::is_control, " ");
    let end = (0..=MAX_NAME.min(asset.len())).rev().find(|at| asset.is_char_boundary(*at));
    asset.truncate(end.unwrap_or(0));
    let exposure = Exposure::Unknown.as_str().to_owned();
    let mut facts = AssetFacts { name: asset, exposure, ..AssetFacts::default() };
    set(request, &mut facts);
    facts
}

fn set(request: &Request, facts: &mut AssetFacts) {
    if let Some(exposure) = request.exposure {
        facts.exposure = exposure.as_str().to_owned();
        let source = request.exposure_source.as_deref().unwrap_or("gabion import --exposure");
        facts.exposure_source = source.to_owned();
    }
    if let Some(owner) = &request.owner {
        facts.owner.clone_from(owner);
    }
    if let Some(criticality) = &request.criticality {
        facts.criticality.clone_from(criticality);
    }
}

fn name(option: &'static str, text: &str) -> Result<String, ImportError> {
    let text = text.trim();
    let what = match text {
        "" => "it is empty".to_owned(),
        text if text.len() > MAX_NAME => format!("it is longer than {MAX_NAME} bytes"),
        text if text.contains(char::is_control) => "it has control characters in it".to_owned(),
        text => return Ok(text.to_owned()),
    };
    Err(ImportError::Name { option, what })
}

/// A scope as the ledger writes it.
pub(crate) fn scope_text(scope: &Scope) -> String {
    match scope {
        Scope::Document => String::new(),
        Scope::Whole => "whole".to_owned(),
        Scope::PullRequest => "pull-request".to_owned(),
        Scope::Parts(parts) => parts.join("\n"),
    }
}

/// A scope as the ledger or a person wrote it: `whole`, `pull-request`, or parts, one to a line or between
/// commas; nothing leaves it to the document.
pub fn scope_of(text: &str) -> Scope {
    match text.trim() {
        "" => Scope::Document,
        "whole" => Scope::Whole,
        "pull-request" => Scope::PullRequest,
        parts => {
            let parts = parts.split(['\n', ',']).map(str::trim).filter(|part| !part.is_empty());
            let mut parts: Vec<String> = parts.map(str::to_owned).collect();
            parts.sort();
            parts.dedup();
            if parts.is_empty() { Scope::Document } else { Scope::Parts(parts) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_they_are_written() {
        for text in ["", "whole", "pull-request", "a/b\nc"] {
            assert_eq!(scope_text(&scope_of(text)), text);
        }
        assert_eq!(scope_of("c, a/b ,c"), scope_of("a/b\nc"));
        assert_eq!(scope_of("whole"), Scope::Whole);
        assert_eq!(scope_of(" , "), Scope::Document);
    }

    #[test]
    fn one_spelling_for_one_branch() {
        assert_eq!(normal_reference("refs/heads/main"), normal_reference(" main"));
        assert_eq!(normal_reference("refs/tags/v1"), "refs/tags/v1");
        for pull in
            ["refs/pull/7/merge", "pull/7/head", "merge-requests/3", "refs/merge-requests/3/head"]
        {
            assert!(is_pull_request(pull), "{pull}");
        }
        for branch in ["main", "pull/request-docs", "feature/pull/7"] {
            assert!(!is_pull_request(branch), "{branch}");
        }
    }
}
