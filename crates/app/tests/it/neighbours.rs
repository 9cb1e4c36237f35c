//! Does the same defect by another tool stand among the suggestions of `show`?
//!
//! Against findings that others labelled by reading: the static set of SeFiDeF (Gulraiz, «security findings
//! deduplication framework»), reports of four tools on one application. It is no part of this repository:
//! `GABION_SEFIDEF` names `static-tools-ds.json` or the folder that holds it. A neighbour is another tool's finding of the
//! same cluster in the same file within five lines. The weights were looked at on every other cluster only, and both
//! halves are told; the words of families know the public names of the tools' rules. `cargo xtask bench dedupe` shows them.

#![expect(clippy::print_stdout, reason = "it measures, and prints what it measured")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use app::books::{Actor, Books, Database, Mode, Role};
use app::intake::{Input, Request, import};
use app::queue::show::{self, Told};
use serde_json::{Value, json};

use crate::world::at;

/// Lines between neighbours.
const APART: u64 = 5;
const TOOLS: &[&str] = &["horusec", "semgrep", "codeql", "gitleaks"];

/// A labelled record.
#[derive(Debug)]
struct Record {
    tool: &'static str,
    path: String,
    line: u64,
    /// The beginning of its text.
    text: String,
    cluster: u64,
}

fn data() -> Option<Value> {
    let named = std::env::var_os("GABION_SEFIDEF").filter(|v| !v.is_empty()).map(PathBuf::from);
    let Some(named) = named else {
        testkit::tell("left out: neighbours (no SeFiDeF; set GABION_SEFIDEF to its datasets)");
        return None;
    };
    let file = if named.is_dir() { named.join("static-tools-ds.json") } else { named };
    let text = std::fs::read(&file).expect("the file that GABION_SEFIDEF names");
    Some(serde_json::from_slice(&text).expect("JSON"))
}

/// The tool of each record: the set gives ranges of numbers.
fn tool_of(data: &Value, id: u64) -> Option<&'static str> {
    let ranges = data["metadata"].as_array().expect("ranges");
    let is = |range: &&Value| {
        (range["startIndex"].as_u64()..=range["endIndex"].as_u64()).contains(&Some(id))
    };
    let tool = ranges.iter().find(is)?["tool"].as_str()?;
    TOOLS.iter().copied().find(|known| *known == tool)
}

/// Each tool's report as it writes it, rebuilt from the records, and the labels.
fn documents(data: &Value) -> (BTreeMap<&'static str, Value>, Vec<Record>) {
    let mut results: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut records = Vec::new();
    for cluster in data["collections"].as_array().expect("clusters") {
        for finding in cluster["findings"].as_array().expect("findings") {
            let id = finding["id"].as_str().and_then(|id| id.parse().ok()).expect("a number");
            let Some(tool) = tool_of(data, id) else { continue };
            let (record, result) = rebuilt(tool, &finding["finding"]);
            let cluster = cluster["id"].as_u64().expect("a number");
            records.push(Record { cluster, ..record });
            results.entry(tool).or_default().push(result);
        }
    }
    let document = |(tool, results): (&'static str, Vec<Value>)| {
        let document = match tool {
            "horusec" => json!({ "version": "v2.6.9", "analysisVulnerabilities": results }),
            "semgrep" => json!({ "version": "0.84.0", "errors": [], "results": results }),
            "codeql" => json!({ "version": "2.1.0",
                "runs": [{ "tool": { "driver": { "name": "CodeQL", "rules": [] } }, "results": results }] }),
            _ => json!(results),
        };
        (tool, document)
    };
    let tools =
        results.into_iter().map(|(tool, r)| (*TOOLS.iter().find(|t| **t == tool).expect(tool), r));
    (tools.map(document).collect(), records)
}

fn rebuilt(tool: &'static str, finding: &Value) -> (Record, Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().replace('\\', "/");
    let mut result = finding.clone();
    let (path, line, said) = match tool {
        "horusec" => {
            let of = &finding["vulnerabilities"];
            (text(&of["file"]), of["line"].as_str().and_then(|l| l.parse().ok()), &of["details"])
        }
        "semgrep" => {
            let severity = ["INFO", "WARNING", "ERROR"];
            let at = finding["severity"].as_u64().and_then(|at| usize::try_from(at).ok());
            result = json!({ "check_id": finding["check_id"], "path": finding["path"],
                "start": { "line": finding["line"], "col": finding["column"] },
                "end": { "line": finding["end_line"], "col": finding["end_column"] },
                "extra": { "message": finding["message"], "metadata": finding["metadata"],
                    "lines": finding["syntactic_context"],
                    "severity": severity.get(at.unwrap_or(1)).unwrap_or(&"WARNING") } });
            (text(&finding["path"]), finding["line"].as_u64(), &finding["message"])
        }
        "codeql" => {
            let at = &finding["locations"][0]["physicalLocation"];
            let path = text(&at["artifactLocation"]["uri"]);
            (path, at["region"]["startLine"].as_u64(), &finding["message"]["text"])
        }
        _ => (text(&finding["File"]), finding["StartLine"].as_u64(), &finding["Description"]),
    };
    let text = said.as_str().unwrap_or_default().chars().take(30).collect();
    (Record { tool, path, line: line.unwrap_or(0), text, cluster: 0 }, result)
}

fn imported(folder: &Path, documents: &BTreeMap<&str, Value>) -> Books {
    let database = Database::File(folder.join("ledger.db"));
    let mut books = Books::open(&database, Mode::Create).expect("a ledger");
    for (hour, (tool, document)) in documents.iter().enumerate() {
        let path = folder.join(format!("{tool}.json"));
        std::fs::write(&path, document.to_string()).expect("written");
        let mut request = Request::of(Input::File(path));
        request.asset = Some("shop".to_owned());
        request.source = Some((*tool).to_owned());
        let now = at("2026-11-21T10:00:00Z") + jiff::SignedDuration::from_hours(hour as i64);
        let made = import(&admin(), &mut books, None, &request, now, &mut |_| {}).expect(tool);
        assert!(made.observations > 0, "{tool} is read");
    }
    books
}

fn admin() -> Actor {
    Actor::person("ann", Role::Admin)
}

/// Every finding of the ledger as `show` tells it.
fn shown(books: &mut Books) -> Vec<Told> {
    let now = at("2026-11-22T10:00:00Z");
    let one = |id: i64| show::show(&admin(), books, &format!("F-{id}"), now).ok()?.finding;
    (1..).map_while(one).map(|told| *told).collect()
}

/// The records that a finding's claims are.
fn records_of<'r>(told: &Told, records: &'r [Record]) -> Vec<&'r Record> {
    let is = |record: &&Record| {
        told.claims.iter().any(|claim| {
            let place = format!("{}:{}", record.path, record.line);
            let said =
                claim.title.contains(&record.text) || claim.description.contains(&record.text);
            let first = record.text.split(['\n', '.', '"']).next().unwrap_or_default();
            claim.source == record.tool
                && claim.places.contains(&place)
                && (said || claim.title.contains(first))
        })
    };
    records.iter().filter(is).collect()
}

fn are_neighbours(a: &[&Record], b: &[&Record]) -> bool {
    let near = |a: &Record, b: &Record| {
        a.cluster == b.cluster
            && a.tool != b.tool
            && a.path == b.path
            && a.line.abs_diff(b.line) <= APART
    };
    a.iter().any(|a| b.iter().any(|b| near(a, b)))
}

#[derive(Debug, Default)]
struct Counts {
    asked: u32,
    first: u32,
    within: u32,
}

impl Counts {
    fn say(&self, what: &str) {
        let part = |of: u32| f64::from(of) / f64::from(self.asked.max(1));
        println!(
            "dedupe: neighbours, {what}: {} questions; recall@5 {:.3}, recall@1 {:.3}",
            self.asked,
            part(self.within),
            part(self.first)
        );
    }
}

#[test]
fn a_neighbour_by_another_tool_is_suggested() {
    let Some(data) = data() else { return };
    let (documents, records) = documents(&data);
    let folder = tempfile::tempdir().expect("a folder");
    let mut books = imported(folder.path(), &documents);
    let all = shown(&mut books);
    let of: Vec<Vec<&Record>> = all.iter().map(|told| records_of(told, &records)).collect();
    let unknown = of.iter().filter(|records| records.is_empty()).count();
    assert!(unknown * 20 < all.len(), "{unknown} of {} findings are no record", all.len());
    let numbers: BTreeMap<&str, usize> =
        all.iter().enumerate().map(|(at, told)| (told.finding.as_str(), at)).collect();
    let questions: Vec<usize> = (0..all.len())
        .filter(|at| of.iter().any(|other| are_neighbours(&of[*at], other)))
        .collect();
    let clusters: BTreeSet<u64> = questions.iter().map(|at| of[*at][0].cluster).collect();
    let (mut seen, mut held) = (Counts::default(), Counts::default());
    for at in &questions {
        let told = &all[*at];
        let right = |name: &str| {
            numbers.get(name).is_some_and(|other| are_neighbours(&of[*at], &of[*other]))
        };
        let rank = told.suggestions.iter().position(|s| right(&s.finding));
        let place = clusters.iter().position(|cluster| *cluster == of[*at][0].cluster);
        let half = if place.is_some_and(|place| place % 2 == 0) { &mut seen } else { &mut held };
        half.asked += 1;
        half.first += u32::from(rank == Some(0));
        half.within += u32::from(rank.is_some());
        if rank != Some(0) {
            println!(
                "not first ({rank:?}): {} {:?}\n  {:?}",
                told.finding, of[*at], told.suggestions
            );
        }
    }
    seen.say("looked at");
    held.say("held out");
    let both = Counts {
        asked: seen.asked + held.asked,
        first: seen.first + held.first,
        within: seen.within + held.within,
    };
    both.say("all");
    firsts(&all, &of, &numbers);
    assert!(both.asked > 0);
    assert!(f64::from(both.within) >= 0.8 * f64::from(both.asked), "recall@5");
}

/// Of all findings with a suggestion: in how many the first one is of the same cluster, and in how many it is a
/// neighbour. A cluster is a kind of defect, so that the first figure forgives the place.
fn firsts(all: &[Told], of: &[Vec<&Record>], numbers: &BTreeMap<&str, usize>) {
    let (mut told, mut kind, mut place) = (0_u32, 0_u32, 0_u32);
    for (at, finding) in all.iter().enumerate() {
        let Some(first) = finding.suggestions.first() else { continue };
        let other = &of[numbers[first.finding.as_str()]];
        told += 1;
        let same = of[at].iter().any(|a| other.iter().any(|b| a.cluster == b.cluster));
        kind += u32::from(same);
        place += u32::from(are_neighbours(&of[at], other));
        if !same {
            println!("of another cluster: {:?}\n  {:?}\n  {first:?}", of[at], other);
        }
    }
    println!(
        "dedupe: neighbours: of {} findings {told} get a suggestion; the first is of the same cluster in {kind}, a \
         neighbour in {place}",
        all.len()
    );
}
