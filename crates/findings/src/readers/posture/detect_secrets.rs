//! detect-secrets: a baseline or scan of secrets by file.
//!
//! `results.<file>[]`. The value is not told, only its SHA-1 (`hashed_secret`), which stands for it. `is_secret`
//! false is the answer of an audit: a false positive (detect-secrets' documentation, «Auditing a baseline»).
//! The plugins used are what was active; a filter that has a pattern hides what fits it.

use super::reading::{digest, relative, setting};
use crate::coverage::Filter;
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use vocab::Severity;

/// detect-secrets JSON.
pub const FORMAT: Format = Format {
    id: "detect-secrets",
    title: "detect-secrets JSON",
    detects: |shape| shape.is_json && shape.all(&["plugins_used", "results", "generated_at"]),
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("detect-secrets".to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    let (mut known, mut listed) = (true, false);
    let patterns = ["results.*[]", "version", "generated_at", "plugins_used[]", "filters_used[]"];
    walk(source, &patterns, sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 if record.text("type").is_empty() => sink.dropped(&place, "no type"),
            0 => {
                let file = match record.text("filename") {
                    "" => hit.key(1),
                    file => file,
                };
                return sink.observation(Observation { place, ..observation(record, file) });
            }
            1 => sink.fact(Fact::ToolVersion(text.to_owned())),
            3 => {
                listed = true;
                known &= plugin(sink, record);
            }
            4 => filter(sink, record),
            _ => looked_at(sink, text, words::when(text)),
        }
        Ok(())
    })?;
    if known && listed {
        sink.fact(Fact::AllRules);
    }
    Ok(())
}

/// What each plugin calls what it finds, which is the rule (detect-secrets, `detect_secrets/plugins`).
const PLUGINS: &[(&str, &str)] = &[
    ("AWSKeyDetector", "AWS Access Key"),
    ("ArtifactoryDetector", "Artifactory Credentials"),
    ("AzureStorageKeyDetector", "Azure Storage Account access key"),
    ("Base64HighEntropyString", "Base64 High Entropy String"),
    ("BasicAuthDetector", "Basic Auth Credentials"),
    ("CloudantDetector", "Cloudant Credentials"),
    ("DiscordBotTokenDetector", "Discord Bot Token"),
    ("GitHubTokenDetector", "GitHub Token"),
    ("GitLabTokenDetector", "GitLab Token"),
    ("HexHighEntropyString", "Hex High Entropy String"),
    ("IPPublicDetector", "Public IP (ipv4)"),
    ("IbmCloudIamDetector", "IBM Cloud IAM Key"),
    ("IbmCosHmacDetector", "IBM COS HMAC Credentials"),
    ("JwtTokenDetector", "JSON Web Token"),
    ("KeywordDetector", "Secret Keyword"),
    ("MailchimpDetector", "Mailchimp Access Key"),
    ("NpmDetector", "NPM tokens"),
    ("OpenAIDetector", "OpenAI Token"),
    ("PrivateKeyDetector", "Private Key"),
    ("PypiTokenDetector", "PyPI Token"),
    ("SendGridDetector", "SendGrid API Key"),
    ("SlackDetector", "Slack Token"),
    ("SoftlayerDetector", "SoftLayer Credentials"),
    ("SquareOAuthDetector", "Square OAuth Secret"),
    ("StripeDetector", "Stripe Access Key"),
    ("TelegramBotTokenDetector", "Telegram Bot Token"),
    ("TwilioKeyDetector", "Twilio API Key"),
];

/// Returns whether it is one whose rule is known.
fn plugin(sink: &mut dyn Sink, plugin: Record<'_>) -> bool {
    let name = plugin.text("name");
    for (option, value) in plugin.entries("").filter(|(option, _)| *option != "name") {
        setting(sink, "plugins", format!("{name} {option} {}", value.0));
    }
    match PLUGINS.iter().find(|(known, _)| *known == name) {
        Some((_, rule)) => sink.fact(Fact::ActiveRule((*rule).to_owned())),
        None => return false,
    }
    true
}

/// Those without a pattern or words of their own are built in.
fn filter(sink: &mut dyn Sink, filter: Record<'_>) {
    let path = filter.text("path");
    for (option, value) in filter.entries("").filter(|(option, _)| *option != "path") {
        if option != "min_level" {
            let words = format!("{path} {option} {}", value.0);
            sink.fact(Fact::Filter(Filter::Other(words)));
        }
    }
}

fn observation(record: Record<'_>, file: &str) -> Observation {
    let audited = record.has("is_secret") && !record.flag("is_secret");
    Observation {
        class: Class::Secret,
        rule: record.text("type").to_owned(),
        title: record.text("type").to_owned(),
        description: if record.flag("is_verified") {
            "The credential was verified as live.".to_owned()
        } else {
            String::new()
        },
        severity: if record.flag("is_verified") { Severity::Critical } else { Severity::Unknown },
        locations: vec![Location {
            path: relative(file),
            line: record.whole("line_number"),
            ..Location::default()
        }],
        secret: digest("sha1", record.text("hashed_secret")),
        standing: if audited { Standing::FalsePositive } else { Standing::Reported },
        standing_reason: if audited {
            "audited: is_secret false".to_owned()
        } else {
            String::new()
        },
        ..Observation::default()
    }
}
