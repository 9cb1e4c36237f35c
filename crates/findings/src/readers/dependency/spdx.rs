//! How many components does an SPDX document list?
//!
//! JSON of 2.x (`packages[]`) and 3.0 (`@graph[]`), and the tag-value text. SPDX states no vulnerabilities that a
//! scanner found, so there are no observations.

use crate::format::Format;
use crate::readers::dependency::facts;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::shape::Shape;
use crate::walk::{json, lines};

/// SPDX JSON.
pub const JSON: Format =
    Format { id: "spdx", title: "SPDX JSON", detects: detects_json, read: read_json };
/// SPDX tag-value.
pub const TAGS: Format = Format {
    id: "spdx-tag-value",
    title: "SPDX tag-value",
    detects: |shape| {
        !shape.is_json
            && !shape.is_xml
            && shape.text.lines().take(50).any(|line| line.starts_with("SPDXVersion:"))
    },
    read: read_tags,
};

fn detects_json(shape: &Shape) -> bool {
    shape.value("spdxVersion").starts_with("SPDX-")
        || (shape.has("@graph") && shape.value("@context").contains("spdx.org"))
}

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut count = 0;
    let patterns = ["packages[].SPDXID", "name", "creationInfo.created", "@graph[].type"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let text = hit.value.as_str().unwrap_or_default();
        match hit.pattern {
            0 => count += 1,
            1 => facts::target(sink, text),
            2 => facts::scanned(sink, text),
            _ => count += u64::from(text == "software_Package"),
        }
        Ok(())
    })?;
    facts::components(sink, count);
    Ok(())
}

fn read_tags(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut count = 0;
    lines::walk(source, sink, &mut |sink, _, line| {
        match line.split_once(':') {
            Some(("PackageName", _)) => count += 1,
            Some(("DocumentName", name)) => facts::target(sink, name),
            Some(("Created", at)) => facts::scanned(sink, at),
            _ => {}
        }
        Ok(())
    })?;
    facts::components(sink, count);
    Ok(())
}
