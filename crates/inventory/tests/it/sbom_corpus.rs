//! Is every bill of materials of the corpus read, or refused with place and reason?

use std::collections::BTreeMap;

use formats::sbom::{self, Bill, Provenance};
use inventory::Details;
use vocab::Component;

#[derive(Default)]
struct Row {
    files: usize,
    refused: usize,
    components: usize,
    edges: usize,
    problems: usize,
    empty: usize,
}

#[test]
fn every_bill_is_read_or_refused_with_the_reason() {
    let Some(corpus) = testkit::corpus("every bill of materials of the corpus") else { return };
    let folder = testkit::unpack(&corpus.join("sboms/sboms.tar.zst"));
    let show = std::env::var_os("GABION_SHOW").is_some();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for relative in testkit::files(folder.path()) {
        let path = relative.to_string_lossy().replace('\\', "/");
        let bytes = std::fs::read(folder.path().join(&relative)).expect("a file of the archive");
        let row = rows.entry(path.split('/').next().unwrap_or_default().to_owned()).or_default();
        row.files += 1;
        assert!(sbom::recognise(&bytes).is_some(), "{path}: not recognised");
        match sbom::read(&bytes) {
            Err(refused) => {
                row.refused += 1;
                assert!(!refused.what.is_empty(), "{path}");
                if show {
                    eprintln!("REFUSED {path}: {refused}");
                }
            }
            Ok(bill) => {
                sane(&path, &bill);
                row.components += bill.components.len();
                row.edges += bill.dependencies.len();
                row.problems += usize::from(!bill.problems.is_empty());
                row.empty += usize::from(bill.components.is_empty());
                if show {
                    let (c, e) = (bill.components.len(), bill.dependencies.len());
                    eprintln!("READ\t{c}\t{e}\t{}\t{path}\t{}", bill.subjects.len(), bill.format);
                    for p in bill.problems.iter().take(5) {
                        eprintln!("PROBLEM {path}:{} {} {}", p.line, p.place, p.what);
                    }
                }
            }
        }
    }
    eprintln!("{}", table(&rows));
}

fn provenance() -> Provenance {
    Provenance {
        tool_version: "0.1.0".into(),
        timestamp: "2026-11-21T12:00:00Z".into(),
        serial: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79".into(),
    }
}

/// What a bill means, without lines, without the order of components and of what one has several of.
fn meaning(bill: &Bill) -> Vec<(String, Component, Option<Details>)> {
    let mut reading = inventory::sbom::components(bill);
    let mut all = Vec::with_capacity(reading.components.len());
    for (index, component) in (0u32..).zip(reading.components) {
        let mut details = reading.details.remove(&index);
        if let Some(details) = &mut details {
            details.cpes.sort();
            details.hashes.sort();
            details.licences.sort();
        }
        let hashes = details.iter().flat_map(|d| &d.hashes).map(|(_, digits)| digits.as_str());
        let purl = details.iter().flat_map(|d| &d.purl).map(String::as_str);
        let scope = component.scope.as_str();
        let words = [component.name.as_str(), component.version.text(), scope];
        let key = words.into_iter().chain(purl).chain(hashes).collect::<Vec<_>>().join(" ");
        all.push((key, Component { line: 0, ..component }, details));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// The edges of a bill by the names of their ends.
fn edges(bill: &Bill) -> Vec<(&str, &str)> {
    let name = |i: u32| bill.components[i as usize].name.as_str();
    let mut all: Vec<_> = bill.dependencies.iter().map(|(a, b)| (name(*a), name(*b))).collect();
    all.sort_unstable();
    all
}

#[test]
fn every_bill_written_in_either_format_means_the_same() {
    let Some(corpus) = testkit::corpus("bills written again") else { return };
    let folder = testkit::unpack(&corpus.join("sboms/sboms.tar.zst"));
    let keep = std::env::var_os("GABION_WRITTEN").map(std::path::PathBuf::from);
    type Write = fn(&Bill, &Provenance, &mut dyn std::io::Write) -> std::io::Result<()>;
    let writers: [(&str, Write); 2] =
        [("cdx.json", sbom::write_cyclonedx), ("spdx.json", sbom::write_spdx)];
    for (number, relative) in testkit::files(folder.path()).iter().enumerate() {
        let path = relative.display();
        let bytes = std::fs::read(folder.path().join(relative)).expect("a file of the archive");
        let Ok(bill) = sbom::read(&bytes) else { continue };
        for (ending, write) in writers {
            let mut out = Vec::new();
            write(&bill, &provenance(), &mut out).expect("a write to memory");
            if let Some(keep) = &keep {
                std::fs::write(keep.join(format!("{number}.{ending}")), &out).expect("a file");
            }
            let again = sbom::read(&out).unwrap_or_else(|e| panic!("{path} {ending}: {e}"));
            assert_eq!(again.components.len(), bill.components.len(), "{path} {ending}");
            for (then, now) in meaning(&bill).iter().zip(&meaning(&again)) {
                assert_eq!(then, now, "{path} {ending}");
            }
            assert_eq!(edges(&bill), edges(&again), "{path} {ending}");
            let passed = inventory::sbom::passed_over(&bill);
            assert_eq!(passed, inventory::sbom::passed_over(&again), "{path} {ending}");
        }
    }
}

fn sane(path: &str, bill: &Bill) {
    let count = bill.components.len();
    for component in &bill.components {
        assert!(!component.name.is_empty(), "{path}: a component without a name");
        assert!(component.line > 0, "{path}: {} has no line", component.name);
        assert!(component.parent.is_none_or(|p| (p as usize) < count), "{path}");
    }
    for (from, to) in &bill.dependencies {
        assert!((*from as usize) < count && (*to as usize) < count, "{path}: an edge to nowhere");
    }
}

fn table(rows: &BTreeMap<String, Row>) -> String {
    let mut out = String::from(
        "| folder | files | read | refused | components | edges | with problems | without components |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for (name, r) in rows {
        out += &format!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} |\n",
            r.files,
            r.files - r.refused,
            r.refused,
            r.components,
            r.edges,
            r.problems,
            r.empty
        );
    }
    out
}
