//! Secretlint: secrets in files, in ESLint's shape.
//!
//! An array of files with `messages[]`. Messages and `data` are masked, `sourceContent` is the whole file with
//! the value at `range` (positions in UTF-16 units, as JavaScript counts); nothing else of it is taken.

use super::reading::{each_record, relative, secret};
use crate::coverage::{MAX_TOLD, Target};
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Secret};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::Record;

/// Secretlint JSON.
pub const FORMAT: Format = Format {
    id: "secretlint",
    title: "Secretlint JSON",
    detects: |shape| {
        shape.all(&["[].filePath", "[].messages", "[].sourceContentType"])
            || shape.value("[].messages[].ruleId").starts_with("@secretlint/")
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Secretlint".to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    let (mut files, mut all) = (Vec::new(), false);
    let end = each_record(source, sink, &mut |sink, file, place| {
        let path = relative(file.text("filePath"));
        if !path.is_empty() && files.len() < MAX_TOLD {
            files.push(Target::file(&path));
        }
        all |= file.has("messages") && file.items("messages").next().is_none();
        let content: Vec<u16> = file.text("sourceContent").encode_utf16().collect();
        for (number, message) in file.items("messages").enumerate() {
            let place = format!("{place}.messages[{number}]");
            if message.text("ruleId").is_empty() || file.text("filePath").is_empty() {
                sink.dropped(&place, "no ruleId or no filePath");
                continue;
            }
            sink.observation(Observation { place, ..observation(message, file, &content) })?;
        }
        Ok(())
    });
    // Files without messages show that files are listed for being looked at.
    if all {
        files.into_iter().for_each(|file| sink.fact(Fact::Looked(file)));
    }
    end
}

fn observation(message: Record<'_>, file: Record<'_>, content: &[u16]) -> Observation {
    let said = message.text("message");
    Observation {
        class: Class::Secret,
        rule: message.text("ruleId").to_owned(),
        // Behind the colon stands the masked value.
        title: match message.text("messageId") {
            "" => said.split(':').next().unwrap_or(said).to_owned(),
            id => id.to_owned(),
        },
        severity: words::severity(message.text("severity")),
        locations: vec![Location {
            path: relative(file.text("filePath")),
            line: message.whole("loc.start.line"),
            end_line: message.whole("loc.end.line"),
            column: message.whole("loc.start.column").saturating_add(1),
            ..Location::default()
        }],
        secret: value(message, content),
        references: message.texts("docsUrl"),
        ..Observation::default()
    }
}

/// Longest value, in UTF-16 units.
const MAX_VALUE: usize = 65_536;

fn value(message: Record<'_>, content: &[u16]) -> Option<Secret> {
    let (from, to) = (message.whole("range.0") as usize, message.whole("range.1") as usize);
    let value = content.get(from..to).filter(|value| value.len() <= MAX_VALUE)?;
    secret(&String::from_utf16_lossy(value))
}
