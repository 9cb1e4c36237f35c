//! What does a bill of materials say that is in the thing it speaks of?

use formats::sbom::Bill;

use super::kind::Bytes;
use super::{Gathered, Kind, Root, Settings, Source, Told};
use crate::files::{read, walk};
use crate::report::Skipped;

/// Largest bill read, as it lies there; unpacked it may be larger, within `formats::sbom`'s bounds.
const MAX_BILL: u64 = 512 << 20;

/// Reads a bill into one asset.
pub(super) fn read(
    root: &Root<'_>,
    mut bytes: Bytes,
    settings: Settings<'_>,
    gathered: &mut Gathered,
    told: &mut Vec<Told>,
) {
    let asset = gathered.add(root, Kind::Sbom);
    let bytes = match read::from(&mut bytes, MAX_BILL) {
        Ok(bytes) => bytes,
        Err(error) => return gathered.unread(root.display.into(), 0, walk::describe(&error)),
    };
    let bill = match formats::sbom::read(&bytes) {
        Ok(bill) => bill,
        Err(refused) => return gathered.unread(root.display.into(), 0, refused.to_string()),
    };
    let reading = inventory::sbom::components(&bill);
    for problem in &reading.problems {
        gathered.unread(root.display.into(), problem.line, problem.what.clone());
    }
    for (kind, count) in inventory::sbom::passed_over(&bill) {
        let rule = format!("{count} entries of the bill that are no packages: {}", kind.as_str());
        gathered.skipped.push(Skipped { path: root.display.to_owned(), rule });
    }
    if let Some(asset) = gathered.asset(asset) {
        asset.files = 1;
        asset.itself = about(&bill);
    }
    let name = root.path.file_name().map(|n| n.to_string_lossy().into_owned());
    let shown = match name {
        Some(name) if !settings.several => name,
        _ => root.display.to_owned(),
    };
    let source = Source { asset, shown, full: root.display.to_owned(), layer: None };
    told.push(Told { source, reading });
}

/// What a bill is about, without the version, which changes from build to build; its own name where it does not say.
fn about(bill: &Bill) -> String {
    let named = |at: &u32| bill.components.get(*at as usize).map(|c| c.name.clone());
    let mut names: Vec<String> = bill.subjects.iter().filter_map(named).collect();
    names.sort();
    match names.as_slice() {
        [] => bill.name.clone().unwrap_or_default(),
        names => names.join(", "),
    }
}
