//! What does an SPDX 2 document in tag-value say (specification 2.1 to 2.3, annex on tag-value)?
//!
//! Lines of `Tag: value`; a value may be `<text>` over several lines up to `</text>`. A tag that begins
//! a package, file or snippet ends what was before it.

use super::gather;
use super::node::{refused, short};
use super::spdx::{self, Document};
use super::{Bill, Component, ComponentType, Refused};

/// Most bytes of one `<text>`; what a reader keeps of texts is short.
const MAX_TEXT: usize = 1 << 20;

/// Reads a document.
pub fn read(text: &str) -> Result<Bill, Refused> {
    let mut reader = Reader::default();
    let mut lines = (1u32..).zip(text.lines());
    let mut version = None;
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else {
            let what = format!("`{}`, expected `Tag: value`", short(line));
            reader.document.gather.problem(number, "", what);
            continue;
        };
        let value = value.trim();
        let value = match value.strip_prefix("<text>") {
            Some(begun) => text_value(begun, number, &mut lines)?,
            None => value.to_owned(),
        };
        if tag.trim() == "SPDXVersion" {
            if let Some(what) = spdx::unknown_version(&value) {
                let place = "SPDXVersion".to_owned();
                return Err(Refused { line: number, place, what });
            }
            version = Some(value);
        } else {
            reader.take(tag.trim(), &value, number);
        }
    }
    let Some(version) = version else {
        return Err(refused(1, "neither JSON nor XML, and no `SPDXVersion` as in SPDX tag-value"));
    };
    reader.close();
    let mut bill = reader.document.bill();
    bill.format = format!("SPDX {} tag-value", version.get(5..).unwrap_or_default());
    bill.revision = 1;
    Ok(bill)
}

/// The rest of a `<text>` value; its lines are taken.
fn text_value<'a>(
    begun: &str,
    line: u32,
    lines: &mut impl Iterator<Item = (u32, &'a str)>,
) -> Result<String, Refused> {
    let mut text = String::new();
    let mut piece = begun;
    loop {
        if let Some((end, _)) = piece.split_once("</text>") {
            text.push_str(end);
            return Ok(text.trim().to_owned());
        }
        if text.len() < MAX_TEXT {
            text.push_str(piece);
            text.push('\n');
        }
        match lines.next() {
            Some((_, next)) => piece = next,
            None => return Err(refused(line, "a <text> without its </text>")),
        }
    }
}

/// What is being read.
#[derive(Default)]
enum Part {
    #[default]
    Document,
    Package,
    File,
    /// A snippet, a licence, a review: nothing that a bill keeps.
    Other,
}

#[derive(Default)]
struct Reader {
    document: Document,
    part: Part,
    open: Component,
    /// The package that files belong to which follow it.
    package: Option<String>,
    /// An annotation's comment, until its element is named.
    comment: Option<String>,
}

impl Reader {
    fn take(&mut self, tag: &str, value: &str, line: u32) {
        match tag {
            "PackageName" => self.begin(Part::Package, ComponentType::Library, value, line),
            "FileName" => self.begin(Part::File, ComponentType::File, value, line),
            "SnippetSPDXID" | "LicenseID" => {
                self.close();
                self.part = Part::Other;
            }
            "Relationship" => self.relationship(value, line),
            "AnnotationComment" => self.comment = Some(value.to_owned()),
            "SPDXREF" => self.annotation(value),
            _ => match self.part {
                Part::Document => self.of_document(tag, value),
                Part::Package => self.of_package(tag, value),
                Part::File => self.of_file(tag, value),
                Part::Other => {}
            },
        }
    }

    fn begin(&mut self, part: Part, kind: ComponentType, name: &str, line: u32) {
        self.close();
        self.part = part;
        self.open = Component { kind, name: name.to_owned(), line, ..Component::default() };
    }

    /// Puts the open package or file into the bill.
    fn close(&mut self) {
        let part = std::mem::replace(&mut self.part, Part::Other);
        if !matches!(part, Part::Package | Part::File) {
            return;
        }
        let component = std::mem::take(&mut self.open);
        let id = component.id.clone();
        if id.is_empty() {
            let what = format!("`{}` without an SPDXID", short(&component.name));
            self.document.gather.problem(component.line, "", what);
        }
        match (&part, &self.package) {
            (Part::File, Some(package)) if !id.is_empty() => {
                let package = package.clone();
                self.document.relate(&package, "CONTAINS", &id);
            }
            (Part::Package, _) => self.package = Some(id).filter(|id| !id.is_empty()),
            _ => {}
        }
        self.document.push(component, "");
    }

    fn relationship(&mut self, value: &str, line: u32) {
        let mut words = value.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(from), Some(kind), Some(to)) => self.document.relate(from, kind, to),
            _ => {
                let what = format!("`{}`, expected `element TYPE element`", short(value));
                self.document.gather.problem(line, "Relationship", what);
            }
        }
    }

    fn annotation(&mut self, element: &str) {
        let Some(comment) = self.comment.take() else { return };
        if !self.open.id.is_empty() && self.open.id == element {
            spdx::annotation(&mut self.open, &comment);
        }
    }

    fn of_document(&mut self, tag: &str, value: &str) {
        let bill = &mut self.document.gather.bill;
        match tag {
            "DocumentName" => bill.name = Some(value.to_owned()),
            "DocumentNamespace" => bill.serial = Some(value.to_owned()),
            "Created" => bill.created = Some(value.to_owned()),
            "Creator" => {
                bill.tools.extend(value.strip_prefix("Tool:").map(|tool| tool.trim().to_owned()));
            }
            _ => {}
        }
    }

    fn of_package(&mut self, tag: &str, value: &str) {
        match tag {
            "SPDXID" => self.open.id = value.to_owned(),
            "PackageVersion" => {
                self.open.version = spdx::asserted(Some(value))
                    .filter(|version| !version.is_empty())
                    .map(str::to_owned);
            }
            "PackageSupplier" => {
                self.open.supplier = spdx::asserted(Some(value)).map(spdx::actor);
            }
            "PrimaryPackagePurpose" => self.open.kind = spdx::purpose(Some(value)),
            "PackageSourceInfo" => {
                self.open.properties.push(("sourceInfo".to_owned(), value.to_owned()));
            }
            "PackageChecksum" => self.checksum(value),
            "PackageLicenseDeclared" | "PackageLicenseConcluded" => {
                spdx::licence(&mut self.open, Some(value));
            }
            "ExternalRef" => {
                let mut words = value.split_whitespace();
                if let (Some(_), Some(kind), Some(locator)) =
                    (words.next(), words.next(), words.next())
                {
                    spdx::external(&mut self.open, kind, locator);
                }
            }
            _ => {}
        }
    }

    fn of_file(&mut self, tag: &str, value: &str) {
        match tag {
            "SPDXID" => self.open.id = value.to_owned(),
            "FileChecksum" => self.checksum(value),
            "LicenseConcluded" => spdx::licence(&mut self.open, Some(value)),
            _ => {}
        }
    }

    fn checksum(&mut self, value: &str) {
        if let Some((algorithm, digits)) = value.split_once(':') {
            let digits = digits.trim().to_owned();
            self.open.hashes.push((gather::algorithm(algorithm.trim()), digits));
        }
    }
}
