#![no_main]
//! Every lock file and manifest reader. The first byte chooses the format, the rest is the file. Other
//! files that a format names exist and have the same bytes, so that includes meet themselves.

use inventory::{Document, Format, Tree};
use libfuzzer_sys::fuzz_target;

struct Mirror<'a>(&'a [u8]);

impl Tree for Mirror<'_> {
    fn read(&self, _: &str) -> Option<Vec<u8>> {
        Some(self.0.to_vec())
    }
}

/// A name that the format claims.
fn name_for(format: &Format) -> String {
    format.names.first().map_or_else(|| "file".to_owned(), |name| name.replace('*', "x"))
}

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let formats: Vec<&Format> = inventory::format::all().collect();
    let format = formats[usize::from(*first) % formats.len()];
    let path = format!("a/b/{}", name_for(format));
    let document = Document { path: &path, bytes };
    let reading = inventory::read(format, document, &Mirror(bytes));
    let count = reading.components.len();
    assert!(count <= inventory::reading::MAX_COMPONENTS);
    for (from, to) in &reading.requires {
        assert!((*from as usize) < count && (*to as usize) < count, "{}: {from} -> {to}", format.id);
    }
    for component in &reading.components {
        assert!(!component.name.is_empty(), "{}: a component without a name", format.id);
    }
});
