//! Is every bill of materials of the corpus read, or refused with place and reason?

use std::collections::BTreeMap;

use formats::sbom::{self, Bill};

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
