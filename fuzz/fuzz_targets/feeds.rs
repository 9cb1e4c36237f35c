#![no_main]
//! The feeds about exploitation: KEV, EPSS, CVE records, the public-exploit lists. The first byte chooses.

use intel::signals::{cve_record, epss, exploits, kev};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let mut reader = bytes;
    match first % 8 {
        0 => drop(kev::read(bytes)),
        1 => {
            let summary = epss::read(&mut reader, &mut |row| {
                let _ = row;
            });
            drop(summary);
        }
        2 => drop(cve_record::read(bytes)),
        3 => drop(cve_record::read_row(bytes)),
        4 => drop(exploits::read_aggregated(&mut reader, &mut |_, _| {}, &mut |_, _| {})),
        5 => drop(exploits::read_nuclei(&mut reader, &mut |_, _| {})),
        6 => drop(exploits::read_metasploit(bytes, &mut |_, _| {})),
        _ => drop(exploits::read_exploitdb(&mut reader, &mut |_, _| {})),
    }
});
