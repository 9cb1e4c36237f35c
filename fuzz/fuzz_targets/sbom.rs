#![no_main]
//! Bills of materials: every reader, the components of what was read, and both writers. What was written
//! has to be read again with as many components.

use formats::sbom::{self, Bill, Provenance};
use libfuzzer_sys::fuzz_target;

type Write = fn(&Bill, &Provenance, &mut dyn std::io::Write) -> std::io::Result<()>;

fuzz_target!(|data: &[u8]| {
    let _ = sbom::recognise(data);
    let Ok(bill) = sbom::read(data) else { return };
    let count = bill.components.len();
    for (from, to) in &bill.dependencies {
        assert!((*from as usize) < count && (*to as usize) < count, "{from} -> {to}");
    }
    let reading = inventory::sbom::components(&bill);
    for (from, to) in &reading.requires {
        let all = reading.components.len();
        assert!((*from as usize) < all && (*to as usize) < all, "{from} -> {to}");
    }
    let provenance = Provenance {
        tool_version: "0".into(),
        timestamp: "2026-11-21T12:00:00Z".into(),
        serial: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79".into(),
    };
    for write in [sbom::write_cyclonedx as Write, sbom::write_spdx] {
        let mut out = Vec::new();
        write(&bill, &provenance, &mut out).expect("a write to memory");
        let again = sbom::read(&out).expect("what was written is read");
        assert_eq!(again.components.len(), count);
    }
});
