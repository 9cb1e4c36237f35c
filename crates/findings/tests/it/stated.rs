//! What can each format state of the five things that end a claim? The table of docs/REPORTS.md, from the samples.
//!
//! Every sample of every format is read; what its readers told is a row. `GABION_UPDATE=1` writes the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Cursor;

use findings::coverage::Filter;
use findings::sink::Kept;
use findings::{Fact, Source, formats, recognise};

const BEGIN: &str = "<!-- formats: begin -->\n";
const END: &str = "<!-- formats: end -->";

/// What the samples of one format told.
#[derive(Default)]
struct Row {
    target: BTreeSet<&'static str>,
    kind: BTreeSet<&'static str>,
    rule: BTreeSet<&'static str>,
    filter: BTreeSet<&'static str>,
    order: BTreeSet<&'static str>,
}

impl Row {
    fn take(&mut self, kept: &Kept) {
        for fact in &kept.facts {
            self.fact(fact);
        }
        for observation in &kept.observations {
            if !observation.target.is_empty() {
                self.target.insert("names it");
            }
        }
    }

    fn fact(&mut self, fact: &Fact) {
        let (column, word) = match fact {
            Fact::Looked(_) => (&mut self.target, "lists it"),
            Fact::Missed(_) => (&mut self.target, "what was missed"),
            Fact::Ports(..) => (&mut self.target, "ports"),
            Fact::Target(target) if !target.is_empty() => (&mut self.target, "names it"),
            Fact::Digest(_) => (&mut self.target, "digest"),
            Fact::Kind(_) => (&mut self.kind, "yes"),
            Fact::AllRules => (&mut self.rule, "all"),
            Fact::ActiveRule(_) => (&mut self.rule, "active"),
            Fact::InactiveRule(_) => (&mut self.rule, "inactive"),
            Fact::PassedAt(..) => (&mut self.rule, "passes"),
            Fact::RulesVersion(version) if !version.is_empty() => (&mut self.rule, "its version"),
            Fact::ToolVersion(version) if !version.is_empty() => (&mut self.rule, "tool's version"),
            Fact::SignedIn(..) => (&mut self.rule, "signed in"),
            Fact::Capped(_) => (&mut self.rule, "cut lists"),
            Fact::Filter(Filter::None) => (&mut self.filter, "none is on"),
            Fact::Filter(_) => (&mut self.filter, "yes"),
            Fact::ScannedAt(_) => (&mut self.order, "time"),
            Fact::Succeeded => (&mut self.order, "success"),
            Fact::Incomplete(_) => (&mut self.order, "failure"),
            Fact::Branch(_) => (&mut self.order, "branch"),
            Fact::Revision(_) => (&mut self.order, "commit"),
            _ => return,
        };
        column.insert(word);
    }

    fn cells(&self) -> String {
        let cell = |words: &BTreeSet<&'static str>| {
            let words: Vec<&str> = words.iter().copied().collect();
            if words.is_empty() { "–".to_owned() } else { words.join(", ") }
        };
        [&self.target, &self.kind, &self.rule, &self.filter, &self.order].map(cell).join(" | ")
    }
}

fn samples() -> BTreeMap<&'static str, Row> {
    let mut rows: BTreeMap<&'static str, Row> = BTreeMap::new();
    let folder = format!("{}/tests/it/samples", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let mut cursor = Cursor::new(bytes.as_slice());
        let mut source = Source::new(&mut cursor);
        let format = recognise(&mut source).unwrap();
        let format = format.unwrap_or_else(|| panic!("{}", path.display()));
        let mut kept = Kept::default();
        // What a broken sample told before it broke was told.
        let _ = format.read(&mut source, &mut kept);
        rows.entry(format.id).or_default().take(&kept);
    }
    rows
}

fn table() -> String {
    let rows = samples();
    let mut text = String::from(
        "| format | target | kind | rule | filter | order |\n|---|---|---|---|---|---|\n",
    );
    for format in formats() {
        let row = rows.get(format.id).unwrap_or_else(|| panic!("{} has no sample", format.id));
        writeln!(text, "| `{}` | {} |", format.id, row.cells()).unwrap();
    }
    text
}

#[test]
fn the_table_of_what_each_format_can_state_is_current() {
    let path = format!("{}/../../docs/REPORTS.md", env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the first marker");
    let (told, after) = rest.split_once(END).expect("the second marker");
    let table = table();
    if std::env::var_os("GABION_UPDATE").is_some_and(|update| update == "1") {
        std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
        return;
    }
    let line = told.lines().zip(table.lines()).find(|(told, is)| told != is);
    assert!(told == table, "docs/REPORTS.md is behind, GABION_UPDATE=1 writes it: {line:?}");
}
