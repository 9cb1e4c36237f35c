//! OpenVEX 0.2.0.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::super::Status;
use super::super::openvex::{CONTEXT, JUSTIFICATIONS};
use super::{Claim, Claims, SAME, joined, second, some};

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: String,
    #[serde(rename = "@id")]
    id: &'a str,
    author: String,
    role: &'static str,
    timestamp: String,
    version: u32,
    tooling: String,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
struct Statement<'a> {
    vulnerability: Vulnerability<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    products: [Product; 1],
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_notes: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact_statement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement: Option<&'a str>,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<&'a str>,
}

#[derive(Serialize)]
struct Product {
    #[serde(rename = "@id")]
    id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subcomponents: Vec<Product>,
}

/// Writes the claims as OpenVEX, indented, with a line break at the end.
///
/// # Errors
/// Those of `out`.
pub fn write_openvex(claims: &Claims, out: &mut dyn Write) -> io::Result<()> {
    let tool = format!("{} {}", claims.tool, claims.tool_version);
    let document = Document {
        context: format!("{CONTEXT}/v0.2.0"),
        id: &claims.id,
        author: tool.clone(),
        // OpenVEX has no other place for it.
        tooling: match &claims.incomplete {
            Some(missing) => {
                format!("{tool}; incomplete, so not all that could be stated: {missing}")
            }
            None => tool,
        },
        role: "Automated scan",
        timestamp: second(claims.dated),
        version: 1,
        statements: claims.claims.iter().map(|claim| statement(claim, claims)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn statement<'a>(claim: &'a Claim, claims: &Claims) -> Statement<'a> {
    let not = claim.status == Status::NotAffected;
    let own = claim.justification.as_deref().filter(|_| not);
    let justification = own.and_then(|word| {
        let same = SAME.iter().rev().find(|(_, cyclonedx)| *cyclonedx == word);
        let word = same.map_or(word, |(openvex, _)| openvex);
        JUSTIFICATIONS.contains(&word).then_some(word)
    });
    // A word that OpenVEX does not have stays as a text.
    let told = own.filter(|own| justification != Some(own)).unwrap_or_default();
    let impact = joined(&[&claim.impact, &told.replace('_', " ")]);
    let impact = Some(impact).filter(|text| not && !text.is_empty());
    let whole = claims.assets.get(claim.asset as usize).cloned().unwrap_or_default();
    let mut aliases: Vec<&str> = claim.aliases.iter().map(String::as_str).collect();
    aliases.sort_unstable();
    aliases.dedup();
    aliases.retain(|alias| *alias != claim.vulnerability);
    Statement {
        vulnerability: Vulnerability {
            name: &claim.vulnerability,
            description: some(&claim.title),
            aliases,
        },
        timestamp: claim.dated.map(second),
        products: [Product {
            id: whole.purl().to_string(),
            subcomponents: vec![Product {
                id: iri(&claim.purl).into_owned(),
                subcomponents: Vec::new(),
            }],
        }],
        status: claim.status.as_str(),
        status_notes: some(&claim.notes),
        justification,
        impact_statement: impact,
        action_statement: some(&claim.action)
            .or((claim.status == Status::Affected).then_some("no action is known")),
    }
}

/// A purl as it is; any other identifier as an IRI that nobody takes for one of another kind.
pub(super) fn iri(identifier: &str) -> Cow<'_, str> {
    if identifier.starts_with("pkg:") {
        return Cow::Borrowed(identifier);
    }
    let safe = |c: char| c.is_ascii_alphanumeric() || "-._~/@:+".contains(c);
    let text: String = identifier.chars().map(|c| if safe(c) { c } else { '_' }).collect();
    Cow::Owned(format!("urn:x-gabion:{text}"))
}
