//! cwe_checker (`--json`): binaries. It has the function and no file; addresses move with every build.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::{Class, Location};

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "cwe-checker",
    title: "cwe_checker JSON",
    detects: |shape| shape.all(&["[].tids", "[].addresses", "[].symbols"]),
    read: |source, sink| fields::json(source, sink, &FIELDS, &["[]"], &[]),
};

const FIELDS: Fields = Fields {
    tool: "cwe_checker",
    kinds: &[Class::Code],
    rule: "name",
    title: "description",
    description: "description",
    cwe: "name",
    finish: |cells, observation| {
        let symbol = cells.cell("symbols.0");
        if !symbol.is_empty() {
            observation.locations.push(Location { symbol, ..Location::default() });
        }
        // «(Use of Dangerous Function) FUN_00401126 (4198741) -> strcpy»: the part that is the check's.
        let title = observation.title.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        if let Some((title, _)) = title {
            observation.title = title.to_owned();
        }
    },
    ..CODE
};
