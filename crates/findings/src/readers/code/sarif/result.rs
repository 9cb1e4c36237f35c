//! What does one SARIF result say?

use vocab::Severity;

use crate::observation::{
    Class, Endpoint, Fingerprint, Location, MAX_MEMBERS, Observation, Secret, Standing,
};
use crate::readers::code::{bandit, site};
use crate::readers::words;
use crate::tools;
use crate::walk::json::Record;

use super::package;
use super::run::{Rule, Run, rule_id};

/// Most related locations that are written into the description.
const MAX_RELATED: usize = 20;
/// Tools whose every result is a leaked credential, as their names begin.
pub const SECRET_TOOLS: [&str; 8] = [
    "gitleaks",
    "trufflehog",
    "detect-secrets",
    "ggshield",
    "gitguardian",
    "kingfisher",
    "nosey",
    "whispers",
];

/// The claim; or why there is none.
pub fn observation(
    result: Record<'_>,
    run: &Run,
    place: String,
) -> Result<Observation, &'static str> {
    let rule = run.rule(result);
    let id = rule.map(|rule| rule.id.as_str()).filter(|id| !id.is_empty());
    let id = id.unwrap_or_else(|| rule_id(result));
    let message = message(result, rule);
    if id.is_empty() && message.is_empty() {
        return Err("a result without a rule and without a message");
    }
    let title = rule.map_or("", |rule| rule.title.as_str());
    let named = rule.map_or("", |rule| rule.name.as_str());
    let title =
        [title, &message, named, id].into_iter().map(site::first_line).find(|t| !t.is_empty());
    let former = rule.map_or(&[][..], |rule| &rule.former);
    let mut observation = Observation {
        rule: id.to_owned(),
        // §3.49.4. Published ids name the problem and not the check.
        former_rules: former.iter().filter(|id| !words::is_id(id)).cloned().collect(),
        title: title.unwrap_or_default().to_owned(),
        description: description(result, run, rule, &message),
        remedy: remedy(result),
        cwes: cwes(result, rule),
        locations: locations(result, run),
        fingerprints: fingerprints(result),
        first_seen: vocab::instant::parse(result.text("provenance.firstDetectionTimeUtc")),
        references: references(result, rule),
        place,
        ..Observation::default()
    };
    rate(&mut observation, result, rule);
    stand(&mut observation, result);
    observation.former_rules.extend(tools::former_rules(&run.tool, &observation.rule));
    class(&mut observation, result, run, rule, &message);
    site::hide_credentials(&mut observation);
    Ok(observation)
}

/// §3.11: the text itself, or the rule's message of that id with its arguments put in.
fn message(result: Record<'_>, rule: Option<&Rule>) -> String {
    let own = result.first(&["message.text", "message.markdown"]);
    let id = result.text("message.id");
    let template = if own.is_empty() { rule.map_or("", |rule| rule.message(id)) } else { own };
    let mut text = template.trim().to_owned();
    for (number, argument) in result.texts("message.arguments").iter().enumerate().take(20) {
        text = text.replace(&format!("{{{number}}}"), argument);
    }
    text
}

fn description(result: Record<'_>, run: &Run, rule: Option<&Rule>, message: &str) -> String {
    use std::fmt::Write as _;
    let mut text = message.to_owned();
    let full = rule.map_or("", |rule| if rule.full.is_empty() { &rule.help } else { &rule.full });
    if !full.is_empty() && !text.contains(full) {
        let gap = if text.is_empty() { "" } else { "\n\n" };
        _ = write!(text, "{gap}{full}");
    }
    for related in result.items("relatedLocations").take(MAX_RELATED) {
        let path = run.path(artifact(related));
        let line = related.whole("physicalLocation.region.startLine");
        let said = related.text("message.text").trim();
        _ = write!(text, "\nRelated: {path}:{line} {said}");
    }
    text
}

fn artifact(location: Record<'_>) -> Record<'_> {
    location.at("physicalLocation.artifactLocation").unwrap_or(Record(&serde_json::Value::Null))
}

fn remedy(result: Record<'_>) -> String {
    let fixes =
        result.items("fixes").map(|fix| fix.first(&["description.text", "description.markdown"]));
    let fixes: Vec<&str> = fixes.map(str::trim).filter(|text| !text.is_empty()).take(20).collect();
    fixes.join("\n")
}

fn cwes(result: Record<'_>, rule: Option<&Rule>) -> Vec<u32> {
    let mut cwes = rule.map(|rule| rule.cwes.clone()).unwrap_or_default();
    for taxon in result.items("taxa") {
        if taxon.text("toolComponent.name").eq_ignore_ascii_case("CWE") {
            cwes.extend(words::cwe(&taxon.string("id")));
        }
    }
    for name in ["properties.cwe", "properties.CWE", "properties.cwe_id"] {
        cwes.extend(result.texts(name).iter().filter_map(|text| words::cwe(text)));
    }
    let listed = result.items("properties.cwes");
    cwes.extend(listed.filter_map(|cwe| {
        words::cwe(&cwe.string("cweId")).or_else(|| words::cwe(cwe.0.as_str()?))
    }));
    cwes.extend(result.texts("properties.tags").iter().filter_map(|tag| site::cwe_in_tag(tag)));
    // Flawfinder has the weakness in the message alone: «(CWE-119!/CWE-120)».
    if cwes.is_empty() && rule.is_none_or(|rule| rule.tags.is_empty()) {
        cwes.extend(site::cwe_in_tag(result.text("message.text")));
    }
    cwes.sort_unstable();
    cwes.dedup();
    cwes
}

fn references(result: Record<'_>, rule: Option<&Rule>) -> Vec<String> {
    let own = [result.text("hostedViewerUri"), rule.map_or("", |rule| &rule.address)];
    own.into_iter().filter(|text| text.starts_with("http")).map(str::to_owned).collect()
}

fn locations(result: Record<'_>, run: &Run) -> Vec<Location> {
    let mut locations = Vec::new();
    for location in result.items("locations").take(MAX_MEMBERS) {
        let path = run.path(artifact(location));
        let symbols = location.items("logicalLocations").map(|place| run.symbol(place));
        let symbol = symbols.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        // Mayhem's word for no file.
        let path = if matches!(path.as_str(), "unknown_file" | "unknown-file") {
            String::new()
        } else {
            path
        };
        if path.is_empty() && symbol.is_empty() {
            continue;
        }
        let region = location.at("physicalLocation.region");
        let number = |name| region.map_or(0, |region| region.whole(name));
        let (line, end) = (number("startLine"), number("endLine"));
        locations.push(Location {
            path,
            line,
            end_line: if end > line { end } else { 0 },
            column: number("startColumn"),
            snippet: snippet(location, line),
            symbol,
        });
    }
    locations
}

/// The region's own code; else its first line out of the code around it.
fn snippet(location: Record<'_>, line: u32) -> String {
    let own = location.text("physicalLocation.region.snippet.text");
    if !own.is_empty() {
        return own.trim_end().to_owned();
    }
    let around = location.text("physicalLocation.contextRegion.snippet.text");
    let first = location.whole("physicalLocation.contextRegion.startLine");
    let found = line.checked_sub(first).and_then(|n| around.lines().nth(usize::try_from(n).ok()?));
    found.filter(|_| first > 0).unwrap_or_default().trim_end().to_owned()
}

/// §3.27.16-17. A value that says «not for you» is none, and what gitleaks writes there are facts of a commit.
fn fingerprints(result: Record<'_>) -> Vec<Fingerprint> {
    const OF_COMMITS: [&str; 5] = ["commitSha", "email", "author", "date", "commitMessage"];
    let mut found = Vec::new();
    for list in ["fingerprints", "partialFingerprints"] {
        for (name, value) in result.entries(list).take(MAX_MEMBERS) {
            let value = value.0.as_str().unwrap_or_else(|| value.text("value")).trim();
            let lower = value.to_ascii_lowercase();
            if !value.is_empty() && lower != "requires login" && !OF_COMMITS.contains(&name) {
                found.push(Fingerprint { name: name.to_owned(), value: value.to_owned() });
            }
        }
    }
    // §3.27.4: the same for all results that are logically identical.
    let correlated = result.text("correlationGuid");
    if !correlated.is_empty() {
        let (name, value) = ("correlationGuid".to_owned(), correlated.to_owned());
        found.push(Fingerprint { name, value });
    }
    found
}

/// The score first, then a rating word of the tool, then the level: error is high, warning medium, note low.
fn rate(observation: &mut Observation, result: Record<'_>, rule: Option<&Rule>) {
    let own = result.string("properties.security-severity");
    let score = if own.is_empty() { rule.map_or("", |rule| &rule.score) } else { &own };
    observation.score = score.to_owned();
    observation.severity = words::severity_of_score(score);
    if observation.severity != Severity::Unknown {
        return;
    }
    let words_of_tools = [
        "properties.severity",
        "properties.Severity",
        "properties.securityRisk",
        "properties.issue_severity",
    ];
    let rating = result.first(&words_of_tools);
    let rating = if rating.is_empty() { rule.map_or("", |rule| &rule.rating) } else { rating };
    observation.severity = words::severity(rating);
    if observation.severity == Severity::Unknown {
        observation.severity = words::severity(level(result, rule));
    }
}

/// §3.27.10.
fn level<'v>(result: Record<'v>, rule: Option<&'v Rule>) -> &'v str {
    let own = result.text("level");
    let kind = result.text("kind");
    let default = rule.map_or("", |rule| rule.level.as_str());
    match (own, kind, default) {
        ("", "" | "fail", "") => "warning",
        ("", "" | "fail", level) => level,
        // Not decided yet, or left to people (§3.27.9): no problem is not what it says, and its level is always «none».
        ("" | "none", "open" | "review", "") => "warning",
        ("" | "none", "open" | "review", level) => level,
        ("", _, _) => "none",
        (level, _, _) => level,
    }
}

/// §3.27.23-24, §3.35. A suppression under review or rejected suppresses nothing.
fn stand(observation: &mut Observation, result: Record<'_>) {
    if result.text("baselineState") == "absent" {
        observation.standing = Standing::Fixed;
        observation.standing_reason = "absent in the comparison with the baseline".to_owned();
        return;
    }
    let states = || result.items("suppressions").map(|s| s.first(&["status", "state"]));
    if states().next().is_some() && states().all(|s| matches!(s, "" | "accepted")) {
        observation.standing = Standing::Suppressed;
        let why = result.items("suppressions").map(|s| s.text("justification").trim());
        observation.standing_reason =
            why.filter(|t| !t.is_empty()).take(5).collect::<Vec<_>>().join("; ");
    }
}

fn class(
    observation: &mut Observation,
    result: Record<'_>,
    run: &Run,
    rule: Option<&Rule>,
    message: &str,
) {
    let tool = run.tool.to_ascii_lowercase();
    let kind = rule.map_or("", |rule| rule.name.as_str());
    let published = package::published(&observation.rule);
    if SECRET_TOOLS.iter().any(|name| tool.starts_with(name)) || kind == "Secret" {
        secret(observation, &tool);
        redacted(observation, result.text("partialFingerprints.commitSha"));
    } else if tool == "bandit" && bandit::is_password(&observation.rule) {
        bandit::as_secret(observation, message);
    } else if !published.is_empty()
        || kind.ends_with("PackageVulnerability")
        || tool.contains("dependency-track")
        || tool == "dependency-check"
    {
        dependency(observation, published, result, run, rule, message);
    } else if let Some(endpoint) = endpoint(observation, result, &tool) {
        observation.class = Class::Web;
        observation.locations.retain(|location| !location.path.starts_with("http"));
        observation.endpoint = Some(endpoint);
    } else if tool == "mayhem code security" {
        observation.class = Class::Crash;
        observation.frames = frames(result.text("message.markdown"));
    }
}

/// The value stands in gitleaks' snippet; of other tools the snippet is a line with it in, or it is redacted.
fn secret(observation: &mut Observation, tool: &str) {
    observation.class = Class::Secret;
    for location in &mut observation.locations {
        let snippet = std::mem::take(&mut location.snippet);
        if tool.starts_with("gitleaks") {
            observation.secret = observation.secret.take().or_else(|| Secret::new(&snippet));
        }
    }
    // The commit in gitleaks' message is no identity and no title.
    if let Some((title, _)) = observation.title.split_once(" has detected secret") {
        observation.title = title.to_owned();
    }
    if let Some(secret) = &observation.secret {
        observation.description = observation.description.replace(secret.expose(), "(hidden)");
        observation.title = observation.title.replace(secret.expose(), "(hidden)");
    }
}

/// Where gitleaks hides the value (`--redact`), a line that two commits wrote may hold two secrets: they stay two by its
/// own fingerprint, which it leaves out here.
fn redacted(observation: &mut Observation, commit: &str) {
    if observation.secret.is_some() || commit.is_empty() {
        return;
    }
    let Some(at) = observation.locations.first() else { return };
    let value = format!("{commit}:{}:{}:{}", at.path, observation.rule, at.line);
    observation.fingerprints.push(Fingerprint { name: "Fingerprint".to_owned(), value });
}

fn dependency(
    observation: &mut Observation,
    published: Vec<String>,
    result: Record<'_>,
    run: &Run,
    rule: Option<&Rule>,
    message: &str,
) {
    observation.class = Class::Dependency;
    observation.component = package::component(run, rule, result, message);
    let former = rule.map(|rule| rule.former.clone()).unwrap_or_default();
    let former = former.into_iter().filter(|id| words::is_id(id));
    observation.ids = published.into_iter().chain(former).collect();
    if let Some(first) = observation.ids.first().filter(|id| observation.rule.starts_with(*id)) {
        observation.rule = first.clone();
    }
    // A purl or a package is no place in a file, and the first line of an archive is not one either.
    for location in &mut observation.locations {
        if observation.component.is_some() {
            location.symbol.clear();
        }
        if location.line <= 1 {
            (location.line, location.end_line, location.column) = (0, 0, 0);
        }
    }
    observation.locations.retain(|location| !location.path.is_empty());
    // Dependency-Track's own scale.
    observation.severity = match result.string("properties.severityRank").as_str() {
        "0" => Severity::Critical,
        "1" => Severity::High,
        "2" => Severity::Medium,
        "3" => Severity::Low,
        "4" => Severity::None,
        _ => observation.severity,
    };
}

/// §3.27.32 webRequest; else a location that is a web address without a line; else Mayhem's `GET /path`.
fn endpoint(observation: &Observation, result: Record<'_>, tool: &str) -> Option<Endpoint> {
    let target = result.text("webRequest.target");
    if !target.is_empty() {
        let method = result.text("webRequest.method").to_ascii_uppercase();
        return Some(Endpoint { method, ..words::address(target) });
    }
    let first = observation.locations.first();
    if let Some(at) =
        first.filter(|l| l.path.starts_with("http") && l.path.contains("://") && l.line == 0)
    {
        return Some(words::address(&at.path));
    }
    let quoted = result.text("message.text").split('\'').nth(1).filter(|_| tool == "mapi")?;
    let (method, path) = quoted.split_once(' ')?;
    Some(Endpoint { method: method.to_owned(), path: path.to_owned(), ..Endpoint::default() })
}

/// Functions of a trace in the shape of the sanitizers: `#0 0x7f… in raise+0x1e at ??:0:0`.
fn frames(trace: &str) -> Vec<String> {
    let lines = trace.lines().filter(|line| line.trim_start().starts_with('#'));
    let functions = lines.filter_map(|line| {
        let after = line.split_once(" in ")?.1;
        let name = after.split([' ', '+']).next()?.trim();
        (!name.is_empty() && name != "??").then(|| name.to_owned())
    });
    functions.take(MAX_MEMBERS).collect()
}
