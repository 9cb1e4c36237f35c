//! Is every bill of materials of the corpus read, or refused with place and reason?

use std::collections::BTreeMap;

use formats::sbom::{self, Bill, Provenance};
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

/// What a bill means, without lines and without the order of components.
fn meaning(bill: &Bill) -> Vec<String> {
    let reading = inventory::sbom::components(bill);
    let name = |i: u32| {
        let Component { ecosystem, name, version, .. } = &reading.components[i as usize];
        format!("{ecosystem} {name} {}", version.text())
    };
    let mut all: Vec<String> = (0u32..)
        .zip(&reading.components)
        .map(|(i, c)| {
            format!("{:?} {:?}", Component { line: 0, ..c.clone() }, reading.details.get(&i))
        })
        .collect();
    all.extend(
        reading.requires.iter().map(|(from, to)| format!("{} -> {}", name(*from), name(*to))),
    );
    all.extend(inventory::sbom::passed_over(bill).iter().map(|p| format!("{p:?}")));
    all.sort();
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
            let (then, now) = (meaning(&bill), meaning(&again));
            let lost: Vec<_> = then.iter().filter(|t| now.binary_search(t).is_err()).collect();
            let new: Vec<_> = now.iter().filter(|t| then.binary_search(t).is_err()).collect();
            assert!(then == now, "{path} {ending}:\nlost {lost:#?}\nnew {new:#?}");
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
