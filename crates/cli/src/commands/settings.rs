//! `gabion settings …`: what holds for the whole ledger.

use std::io::Write;

use anyhow::anyhow;
use app::books::Mode;
use app::intelligence::Intelligence;
use app::queue::settings::{self, Set, Setting, Shown};
use formats::text::printable;

use super::books::{json, open, queue_failed};
use crate::args::Global;
use crate::args::queue::{SettingsArgs, SettingsCommand};
use crate::exit::{Exit, usage};
use crate::terminal::Terminal;

/// Tells or sets.
pub fn run(args: SettingsArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let setting = match args.command {
        None => {
            let (mut books, actor) = open(global, Mode::ReadOnly, terminal)?;
            let shown = settings::show(&actor, &mut books).map_err(queue_failed)?;
            return show(&shown, args.shape.is_json(), terminal);
        }
        Some(SettingsCommand::Import { file }) => Setting::Estate(file),
        Some(SettingsCommand::Set { name, values }) => setting(&name, &values)?,
    };
    let intelligence = super::data_dir(global).and_then(|data| Ok(Intelligence::open(&data)?)).ok();
    let (mut books, actor) = open(global, Mode::Create, terminal)?;
    let now = super::now();
    let done = settings::set(&actor, &mut books, intelligence.as_ref(), &setting, now);
    say(&done.map_err(queue_failed)?, terminal)
}

fn setting(name: &str, values: &[String]) -> anyhow::Result<Setting> {
    let word = |text: &String| if text == "-" { String::new() } else { text.clone() };
    Ok(match (name, values) {
        ("policies", [one]) if one == "-" => Setting::Policies(Vec::new()),
        ("policies", [_, ..]) => Setting::Policies(values.to_vec()),
        ("intel-age", [one]) if one == "-" => Setting::IntelAge(None),
        ("intel-age", [one]) => {
            let hours = app::gate::hours(one).map_err(|e| usage(anyhow!(e), None))?;
            Setting::IntelAge(Some(hours))
        }
        ("exposure", [asset, value]) => Setting::Exposure(asset.clone(), word(value)),
        ("owner", [asset, value]) => Setting::Owner(asset.clone(), word(value)),
        ("criticality", [asset, value]) => Setting::Criticality(asset.clone(), word(value)),
        ("own-policies", [asset, value]) if value == "-" => Setting::NoOwnPolicies(asset.clone()),
        _ => {
            let hint = "one of: policies NAME|FILE…, intel-age 7d, exposure ASSET WORD, owner ASSET NAME, criticality ASSET WORD, own-policies ASSET -; `-` takes a value away";
            return Err(usage(anyhow!("«{name}» is not set so"), hint.to_owned()));
        }
    })
}

fn show(shown: &Shown, as_json: bool, terminal: &Terminal) -> anyhow::Result<Exit> {
    if as_json {
        json(terminal, |out| serde_json::to_writer_pretty(out, shown))?;
        return Ok(Exit::Complete);
    }
    let mut out = terminal.out();
    let default = if shown.policies_set { "" } else { " (the default)" };
    writeln!(out, "policies    {}{default}", printable(&shown.policies.join(", ")))?;
    let hours = shown.intel_age_hours;
    let age = if hours % 24 == 0 { format!("{} d", hours / 24) } else { format!("{hours} h") };
    writeln!(out, "intel age   {age}: older, a feed is stale and the scan blind")?;
    for rule in &shown.rules {
        let fields = [
            ("exposure", &rule.exposure),
            ("owner", &rule.owner),
            ("criticality", &rule.criticality),
        ];
        let said = fields.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> = said.map(|(name, value)| format!("{name} {value}")).collect();
        let line = format!("asset       {}: {} ({})", rule.asset, said.join(", "), rule.source);
        writeln!(out, "{}", printable(&line))?;
    }
    for own in &shown.assets {
        let line = format!("asset       {}: also {}", own.asset, own.policies.join(", "));
        writeln!(out, "{}", printable(&line))?;
    }
    out.flush()?;
    Ok(Exit::Complete)
}

fn say(done: &Set, terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut out = terminal.out();
    for line in &done.said {
        writeln!(out, "{}", printable(line))?;
    }
    match done.entry {
        None => writeln!(out, "Nothing changed; no entry was made.")?,
        Some(entry) => {
            let moved = match (done.moved, done.moved_in) {
                (0, _) => "no date moved".to_owned(),
                (1, Some(last)) => format!("1 date moved (E-{last})"),
                (count, last) => format!("{count} dates moved (E-{})", last.unwrap_or_default()),
            };
            writeln!(out, "Recorded in E-{entry}; {moved}.")?;
        }
    }
    for remark in &done.remarks {
        writeln!(out, "{}", printable(remark))?;
    }
    out.flush()?;
    Ok(Exit::Complete)
}
