//! The public advisories of the corpus.

use std::io::Read;
use std::path::Path;

use intel::{Builder, Index};

use crate::support::{ask, finish};

/// Hands every record of an ecosystem's `all.zip` to `each`.
fn records(osv: &Path, ecosystem: &str, each: &mut dyn FnMut(&str, &[u8])) {
    let file = std::fs::File::open(osv.join(ecosystem).join("all.zip")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    for number in 0..archive.len() {
        let mut entry = archive.by_index(number).unwrap();
        let mut json = Vec::new();
        entry.read_to_end(&mut json).unwrap();
        each(&entry.name().unwrap().into_owned(), &json);
    }
}

fn index_of(osv: &Path, ecosystems: &[&str]) -> Vec<u8> {
    let mut builder = Builder::new();
    for ecosystem in ecosystems {
        builder.coverage(ecosystem, true);
        records(osv, ecosystem, &mut |name, json| {
            builder.advisory(ecosystem, name, json).unwrap();
        });
    }
    finish(builder)
}

#[test]
fn pypi_ranges_behind_git_ranges_are_evaluated() {
    let Some(data) = testkit::corpus("pypi_ranges_behind_git_ranges_are_evaluated") else { return };
    let osv = data.join("osv");
    let bytes = index_of(&osv, &["PyPI"]);
    let index = Index::open(&bytes).unwrap();
    let (mut asked, mut missed) = (0, Vec::new());
    records(&osv, "PyPI", &mut |_, json| {
        let record = intel::osv::Record::parse(json).unwrap();
        if record.withdrawn.is_some() {
            return;
        }
        for affected in &record.affected {
            let Some(package) = &affected.package else { continue };
            if !affected.ranges.iter().any(|r| r.kind.as_str() == "GIT") {
                continue;
            }
            let step = affected.versions.len() / 4 + 1;
            for version in affected.versions.iter().step_by(step) {
                let plain = version.as_str();
                let spelled = format!("{plain}.0");
                let longer = if plain.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                    spelled.as_str()
                } else {
                    plain
                };
                for version in [plain, longer] {
                    asked += 1;
                    let said =
                        ask(&index, package.ecosystem.as_str(), package.name.as_str(), version);
                    if !said.contains(record.id.as_str()) {
                        missed.push(format!(
                            "{} {version}: {} says {said}",
                            package.name.as_str(),
                            record.id.as_str()
                        ));
                    }
                }
            }
        }
    });
    assert!(asked > 5_000, "{asked}");
    assert!(
        missed.is_empty(),
        "{} of {asked}: {:#?}",
        missed.len(),
        &missed[..missed.len().min(20)]
    );
}
