//! Do rules hold young releases back, and do they win against the deadline?
//!
//! Package managers and bots can be told to pass over releases younger than some days. When the target
//! was released is not known without a registry, so the rule's latest possible end counts: released
//! today. An emergency never waits; else who ends first wins.

use std::path::Path;

use formats::text;
use vocab::{Base, Ecosystem, Instant, instant};

use super::report::AgeRule;
use super::tree;
use crate::report::Fix;

/// Most bytes of a configuration file that is searched.
const MAX_TEXT: usize = 1 << 20;
/// Most rules told.
const MAX_RULES: usize = 50;

/// How a number without a unit is meant.
#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Minutes,
    Days,
}

/// File, key, who obeys it, unit.
const KEYS: &[(&str, &str, &str, Unit)] = &[
    (".npmrc", "min-release-age", "npm", Unit::Days),
    (".npmrc", "before", "npm", Unit::Days),
    ("pnpm-workspace.yaml", "minimumReleaseAge", "pnpm", Unit::Minutes),
    (".yarnrc.yml", "npmMinimalAgeGate", "yarn", Unit::Minutes),
    ("bunfig.toml", "minimumReleaseAge", "bun", Unit::Seconds),
    ("uv.toml", "exclude-newer", "uv", Unit::Days),
    ("pyproject.toml", "exclude-newer", "uv", Unit::Days),
    ("renovate.json", "minimumReleaseAge", "Renovate", Unit::Days),
    (".github/renovate.json", "minimumReleaseAge", "Renovate", Unit::Days),
    (".renovaterc", "minimumReleaseAge", "Renovate", Unit::Days),
    (".github/dependabot.yml", "default-days", "Dependabot", Unit::Days),
];

/// The rules of a folder below a root and of the root itself.
pub fn rules(root: &Path, folder: &str, shown: &dyn Fn(&str) -> String) -> Vec<AgeRule> {
    let mut found = Vec::new();
    let folders = if folder.is_empty() { vec![""] } else { vec!["", folder] };
    for folder in folders {
        for (file, key, who, unit) in KEYS {
            let path = super::project::beside(folder, file);
            let Some(bytes) = tree::on_disk(root, &path).filter(|b| b.len() <= MAX_TEXT) else {
                continue;
            };
            let content = String::from_utf8_lossy(&bytes);
            for (number, line) in content.lines().enumerate() {
                let Some(value) = value(line, key) else { continue };
                let (hours, before) = meaning(value, *unit);
                if found.len() < MAX_RULES && (hours.is_some() || before.is_some()) {
                    found.push(AgeRule {
                        path: shown(&path),
                        line: u32::try_from(number).unwrap_or(u32::MAX).saturating_add(1),
                        who: (*who).to_owned(),
                        text: line.trim().chars().take(120).collect(),
                        hours,
                        before,
                    });
                }
            }
        }
    }
    found
}

/// What a line gives a key, in any of the files' languages (`key=v`, `key = "v"`, `"key": "v"`).
fn value<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let line = line.trim().trim_end_matches(',');
    let rest = line.trim_start_matches(['"', '\'']).strip_prefix(key)?;
    let rest = rest.trim_start_matches(['"', '\'']).trim_start();
    let rest = rest.strip_prefix(['=', ':'])?.trim();
    let rest = rest.split(" #").next().unwrap_or(rest).trim();
    Some(rest.trim_matches(['"', '\'']))
}

/// Hours of age, or the instant after which nothing counts.
fn meaning(value: &str, unit: Unit) -> (Option<u64>, Option<Instant>) {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let number = value.get(..digits).and_then(|n| n.parse::<u64>().ok());
    let word = value.get(digits..).unwrap_or_default().trim().to_ascii_lowercase();
    let seconds = match (number, word.as_str(), unit) {
        (None, ..) => None,
        (Some(n), "", Unit::Seconds) => Some(n),
        (Some(n), "", Unit::Minutes) => n.checked_mul(60),
        (Some(n), "", Unit::Days) => n.checked_mul(86_400),
        (Some(n), "m" | "min" | "minute" | "minutes", _) => n.checked_mul(60),
        (Some(n), "h" | "hour" | "hours", _) => n.checked_mul(3_600),
        (Some(n), "d" | "day" | "days", _) => n.checked_mul(86_400),
        (Some(n), "w" | "week" | "weeks", _) => n.checked_mul(7 * 86_400),
        _ => None,
    };
    match seconds {
        Some(seconds) if seconds > 0 => (Some(seconds.div_ceil(3_600)), None),
        Some(_) => (None, None),
        None => (None, instant::parse(value)),
    }
}

/// Which wins for one fix, and why; `None` where no rule speaks of its ecosystem.
pub fn verdict(rules: &[AgeRule], fix: &Fix, now: Instant) -> Option<String> {
    fix.to.as_ref()?;
    let base = Ecosystem::parse(&fix.ecosystem).base();
    let concerns = |rule: &&AgeRule| match rule.who.as_str() {
        "npm" | "pnpm" | "yarn" | "bun" => base == Base::Npm,
        "uv" => base == Base::PyPI,
        _ => true,
    };
    let mut strictest = rules.iter().filter(concerns);
    let rule = strictest.next().map(|first| {
        strictest.fold(first, |a, b| {
            if b.hours.unwrap_or(u64::MAX) > a.hours.unwrap_or(u64::MAX) { b } else { a }
        })
    })?;
    let named = format!("{}'s rule ({}:{})", rule.who, rule.path, rule.line);
    let unknown = "the target's release date is not known here";
    let due =
        fix.due.map_or_else(|| "due on the next upgrade".to_owned(), |due| text::due_in(now, due));
    if fix.emergency {
        return Some(format!("the deadline wins: an emergency does not wait for {named}"));
    }
    let Some(hours) = rule.hours else {
        let day = rule.before.map(text::day).unwrap_or_default();
        return Some(format!(
            "{named} takes nothing released after {day}; {due}; {unknown}, so it may have to be lifted for this fix"
        ));
    };
    let seconds = i64::try_from(hours.saturating_mul(3_600)).unwrap_or(i64::MAX);
    let end = now.as_second().saturating_add(seconds);
    let wait = text::amount(seconds);
    Some(match fix.due {
        Some(at) if at.as_second() < end => format!(
            "the deadline wins: {due}, and {named} may hold the release for up to {wait} ({unknown})"
        ),
        _ => format!("it can wait: {due}, and {named} ends in {wait} at the latest ({unknown})"),
    })
}

#[cfg(test)]
mod tests {
    use super::{Unit, meaning, value};

    #[test]
    fn rules_are_read_in_their_units() {
        let hours = |text, unit| meaning(text, unit).0;
        assert_eq!(value("minimumReleaseAge: 1440 # a day", "minimumReleaseAge"), Some("1440"));
        assert_eq!(
            value("  \"minimumReleaseAge\": \"3 days\",", "minimumReleaseAge"),
            Some("3 days")
        );
        assert_eq!(value("before-x=1", "before"), None);
        assert_eq!(hours("1440", Unit::Minutes), Some(24));
        assert_eq!(hours("3 days", Unit::Days), Some(72));
        assert_eq!(hours("259200", Unit::Seconds), Some(72));
        assert_eq!(hours("0", Unit::Days), None);
        let date = meaning("2026-11-01T00:00:00Z", Unit::Days);
        assert_eq!(date.1.map(|i| i.to_string()).as_deref(), Some("2026-11-01T00:00:00Z"));
        assert_eq!(meaning("99999999999999999999", Unit::Days), (None, None));
    }
}
