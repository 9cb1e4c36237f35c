#![no_main]
//! One OSV record into the index, the index opened, verified and asked about what the record names.
//! Whatever the record says, the file that is written from it is whole.

use intel::{Builder, Index};
use libfuzzer_sys::fuzz_target;
use vocab::Ecosystem;

fuzz_target!(|data: &[u8]| {
    let mut builder = Builder::new();
    let taken = builder.advisory("npm", "fuzz.json", data).is_ok();
    builder.coverage("npm", true);
    let mut bytes = Vec::new();
    if builder.finish(vocab::Instant::UNIX_EPOCH, &mut bytes).is_err() {
        return;
    }
    let index = Index::open(&bytes).expect("a file just written opens");
    index.verify().expect("a file just written is whole");
    let Ok(record) = intel::osv::Record::parse(data) else { return };
    assert!(taken, "a record that parses is taken");
    for affected in record.affected.iter().take(8) {
        let Some(package) = &affected.package else { continue };
        let ecosystem = Ecosystem::parse(package.ecosystem.as_str());
        for version in affected.versions.iter().take(4).map(|v| v.as_str()).chain(["1.0.0", ""]) {
            let answer = index.evaluate(&ecosystem, package.name.as_str(), version).expect("an answer");
            for found in answer.matches {
                let advisory = index.advisory(found.advisory).expect("its advisory");
                assert_eq!(advisory.id, record.id.as_str().trim());
                index.text(found.advisory).expect("its text");
                let group = index.group(advisory.group).expect("its group");
                for cve in group.upstream {
                    let made = index.downstream(cve).expect("what was made from a CVE");
                    assert!(made.contains(&advisory.group));
                }
            }
        }
    }
});
