//! What does a document look like that no format claims? A few words for the error.

use findings::Source;
use findings::walk::shape::{HEAD, Shape};

/// Most names told.
const NAMES: usize = 6;

/// In a few words: kind of text, and the first names in it.
pub(crate) fn like(source: &mut Source<'_>) -> String {
    let Ok(shape) = Shape::of(source, HEAD) else {
        return "something that cannot be read".to_owned();
    };
    let names = |names: Vec<String>| {
        let names: Vec<String> = names.into_iter().map(|n| format!("«{}»", shorten(&n))).collect();
        names.join(", ")
    };
    if !shape.members.is_empty() {
        let first = shape.members.iter().take(NAMES).cloned().collect();
        return format!("a zip archive with {}", names(first));
    }
    let mut tops: Vec<String> = Vec::new();
    for path in shape.paths.keys() {
        let top = path.split(['.', '/', '[']).next().unwrap_or_default().to_owned();
        if !top.is_empty() && !tops.contains(&top) && tops.len() < NAMES {
            tops.push(top);
        }
    }
    if shape.text.trim().is_empty() {
        "an empty file".to_owned()
    } else if shape.text.contains('\0')
        || shape.text.chars().take(1000).filter(|c| *c == '\u{fffd}').count() > 10
    {
        "binary data".to_owned()
    } else if shape.is_json && tops.is_empty() {
        "JSON without names".to_owned()
    } else if shape.is_json {
        format!("JSON with {}", names(tops))
    } else if shape.is_xml && tops.iter().any(|t| t.eq_ignore_ascii_case("html")) {
        "a web page".to_owned()
    } else if shape.is_xml {
        format!("XML with {}", names(tops))
    } else {
        let first = shape.text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
        format!("text that begins «{}»", shorten(first.trim()))
    }
}

fn shorten(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    let short = super::redact::blanked(&short).unwrap_or(short);
    if short.len() < text.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn check(bytes: &[u8], expect: &str) {
        let mut cursor = Cursor::new(bytes.to_vec());
        assert_eq!(like(&mut Source::new(&mut cursor)), expect);
    }

    #[test]
    fn in_a_few_words() {
        check(b"", "an empty file");
        check(b"{\"name\":\"a\",\"lock\":[{\"x\":1}]}", "JSON with «lock», «name»");
        check(b"<project><a/></project>", "XML with «project»");
        check(b"<html><body/></html>", "a web page");
        check(b"hello\nworld", "text that begins «hello»");
        check(&[0x7f, b'E', b'L', b'F', 0, 1, 2, 0], "binary data");
    }
}
