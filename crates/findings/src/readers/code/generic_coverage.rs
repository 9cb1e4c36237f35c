//! What does a document of the schema `gabion.findings/1` state of what its run looked at?
//!
//! In: the members beside `findings`, as docs/FORMATS.md documents them. Out: facts, and what is not understood as
//! dropped, since a statement that is misread could end what it must not. A target is one text, `kind:name`. Never:
//! a fact that is not stated; an empty list of filters states that nothing is hidden.

use crate::coverage::{Filter, Target};
use crate::observation::{Class, Confidence};
use crate::readers::told;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Hit, Record};

use super::generic::{severity, short};

const MEMBERS: &[&str] = &[
    "looked_at[]",
    "looked_at_too[]",
    "missed[]",
    "kinds[]",
    "kinds_too[]",
    "rules_off[]",
    "all_rules",
    "rules_version",
    "filters",
    "signed_in",
    "ports[]",
    "settings",
    "capped",
    "passed_at[]",
    "succeeded",
    "digest",
];

/// Names of settings that are kept.
const SETTINGS: [&str; 6] = ["policy", "profile", "command", "rules", "scope", "engine"];

/// Tells what the members state.
///
/// # Errors
/// Where the document is no JSON.
pub fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    json::walk(source, MEMBERS, sink, &mut |sink, hit| {
        if let Err(why) = member(sink, &hit) {
            sink.dropped(&hit.place(), &why);
        }
        Ok(())
    })?;
    Ok(())
}

fn member(sink: &mut dyn Sink, hit: &Hit<'_>) -> Result<(), String> {
    let record = hit.record();
    let text = record.0.as_str().unwrap_or_default().trim();
    match hit.pattern {
        0 => sink.fact(Fact::Looked(target(text)?)),
        1 => sink.fact(Fact::LookedAmong(target(text)?)),
        2 => sink.fact(Fact::Missed(target(text)?)),
        3 => sink.fact(Fact::Kind(kind(text)?)),
        4 => sink.fact(Fact::KindAmong(kind(text)?)),
        5 => sink.fact(Fact::InactiveRule(said(text)?)),
        6 if truth(record)? => sink.fact(Fact::AllRules),
        7 => sink.fact(Fact::RulesVersion(said(text)?)),
        8 => filters(sink, record)?,
        9 => signed_in(sink, record)?,
        10 => ports(sink, text)?,
        11 => settings(sink, record)?,
        12 => capped(sink, record)?,
        13 => {
            let (rule, at) = (said(record.text("rule"))?, target(record.text("at"))?);
            sink.fact(Fact::PassedAt(rule, at));
        }
        14 if truth(record)? => sink.fact(Fact::Succeeded),
        15 => told::digest(sink, text),
        _ => {}
    }
    Ok(())
}

fn said(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("no text".to_owned()) } else { Ok(text.to_owned()) }
}

fn truth(record: Record<'_>) -> Result<bool, String> {
    record.0.as_bool().ok_or_else(|| "neither true nor false".to_owned())
}

fn kind(word: &str) -> Result<Class, String> {
    Class::from_word(word).ok_or_else(|| format!("kind «{}» is not known", short(word)))
}

/// `file:src/a.py`, `host:mail.example.com`, `port:mail.example.com:25/tcp`, `site:shop.example.com:8443`, `run`.
fn target(text: &str) -> Result<Target, String> {
    let wrong = || format!("«{}» is no target: kind:name is read", short(text));
    if text == "run" {
        return Ok(Target::run());
    }
    let (kind, name) = text.split_once(':').ok_or_else(wrong)?;
    if name.trim().is_empty() && kind != "folder" {
        return Err(wrong());
    }
    Ok(match kind {
        "file" => Target::file(name),
        "folder" => Target::folder(name),
        "manifest" => Target::manifest(name),
        "host" => Target::host(name),
        "unit" => Target::unit(name),
        "site" => match numbered(name) {
            Some((host, port)) => Target::site(host, port),
            None => Target::site(name, 0),
        },
        "port" => {
            let (name, protocol) = name.rsplit_once('/').unwrap_or((name, ""));
            let (host, port) = numbered(name).ok_or_else(wrong)?;
            Target::port(host, port, protocol)
        }
        _ => return Err(wrong()),
    })
}

/// `host:port`.
fn numbered(name: &str) -> Option<(&str, u16)> {
    let (host, port) = name.rsplit_once(':')?;
    Some((host, port.parse().ok()?))
}

/// A list of objects of one member each; an empty list says that nothing is hidden.
fn filters(sink: &mut dyn Sink, list: Record<'_>) -> Result<(), String> {
    if !list.0.is_array() {
        return Err("filters are a list".to_owned());
    }
    let mut none = true;
    for item in list.items("") {
        for (name, value) in item.entries("") {
            none = false;
            sink.fact(Fact::Filter(filter(name, value)?));
        }
        if item.entries("").next().is_none() {
            return Err("a filter is an object with one member".to_owned());
        }
    }
    if none {
        sink.fact(Fact::Filter(Filter::None));
    }
    Ok(())
}

fn filter(name: &str, value: Record<'_>) -> Result<Filter, String> {
    let text = value.0.as_str().unwrap_or_default().trim();
    Ok(match name {
        "severity" => match severity(text)? {
            vocab::Severity::Unknown => return Err("severity without a word".to_owned()),
            least => Filter::Severity(least),
        },
        "confidence" => match Confidence::of(text) {
            Confidence::Unknown => {
                return Err(format!("confidence «{}» is not known", short(text)));
            }
            least => Filter::Confidence(least),
        },
        "only_fixed" if truth(value)? => Filter::OnlyFixed,
        "only_unfixed" if truth(value)? => Filter::OnlyUnfixed,
        "without" => Filter::Without(said(text)?),
        "only" => Filter::Only(value.texts("")),
        "other" => Filter::Other(said(text)?),
        other => return Err(format!("filter «{}» is not known", short(other))),
    })
}

/// True or false for all of the run, or an object of targets.
fn signed_in(sink: &mut dyn Sink, record: Record<'_>) -> Result<(), String> {
    if record.0.is_boolean() {
        sink.fact(Fact::SignedIn(Target::run(), truth(record)?));
        return Ok(());
    }
    for (name, is) in record.entries("") {
        sink.fact(Fact::SignedIn(target(name)?, truth(is)?));
    }
    Ok(())
}

/// `443`, `1-1000`, `udp:161`, `tcp:1-65535`.
fn ports(sink: &mut dyn Sink, text: &str) -> Result<(), String> {
    let (protocol, range) = text.split_once(':').unwrap_or(("", text));
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let number = |text: &str| text.trim().parse::<u16>();
    match (number(first), number(last)) {
        (Ok(first), Ok(last)) if first <= last => {
            sink.fact(Fact::Ports(protocol.to_owned(), first, last));
            Ok(())
        }
        _ => Err(format!("«{}» is no port and no range of ports", short(text))),
    }
}

fn settings(sink: &mut dyn Sink, record: Record<'_>) -> Result<(), String> {
    for (name, value) in record.entries("") {
        let known = SETTINGS.iter().find(|known| **known == name);
        let name = known.ok_or_else(|| format!("setting «{}» is not known", short(name)))?;
        let texts = value.texts("").join(" ");
        told::setting(sink, name, &texts);
    }
    Ok(())
}

/// True for any rule, or a list of rules.
fn capped(sink: &mut dyn Sink, record: Record<'_>) -> Result<(), String> {
    if record.0.is_boolean() {
        if truth(record)? {
            sink.fact(Fact::Capped(String::new()));
        }
        return Ok(());
    }
    for rule in record.texts("") {
        sink.fact(Fact::Capped(said(&rule)?));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_one_text() {
        for (text, expect) in [
            ("file:./src/a.py", Some(Target::file("src/a.py"))),
            ("folder:", Some(Target::folder(""))),
            ("manifest:web/package-lock.json", Some(Target::manifest("web/package-lock.json"))),
            ("host:Mail.Example.com", Some(Target::host("mail.example.com"))),
            ("port:mail.example.com:25/tcp", Some(Target::port("mail.example.com", 25, "tcp"))),
            ("site:shop.example.com:8443", Some(Target::site("shop.example.com", 8443))),
            ("site:shop.example.com", Some(Target::site("shop.example.com", 0))),
            ("unit:shop/web:1.4", Some(Target::unit("shop/web:1.4"))),
            ("run", Some(Target::run())),
            ("src/a.py", None),
            ("file:", None),
            ("port:mail.example.com", None),
            ("door:front", None),
        ] {
            assert_eq!(target(text).ok(), expect, "{text}");
        }
    }
}
