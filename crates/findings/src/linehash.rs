//! What is the hash of a line, so that it is the same after lines above it were added or taken away?
//!
//! In: text. Out: for each line the value that GitHub's code scanning calls `primaryLocationLineHash`, so that
//! fingerprints made here and there meet (its public description: a polynomial hash with base 37 in 64 bits
//! over the first hundred characters from the start of the line, blanks and tabs left out, line ends made
//! `\n`, the end of the file as the character 65535 and zeros behind it, and the ordinal of equal hashes).

use std::collections::HashMap;

/// Characters that go into the hash of a line.
const WINDOW: usize = 100;
const BASE: u64 = 37;
/// Stands for the end of the file.
const END: u16 = 0xffff;

/// The hash of each line with its ordinal (`e54938cc54b302f1:1`), in the order of lines. There is always a
/// last line, which may be empty.
pub fn line_hashes(text: &str) -> Vec<String> {
    let (units, starts) = reduced(text);
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let hashes = starts.iter().map(|start| hash(units.get(*start..).unwrap_or_default()));
    hashes
        .map(|hash| {
            let ordinal = seen.entry(hash).or_default();
            *ordinal += 1;
            format!("{hash:x}:{ordinal}")
        })
        .collect()
}

/// The hash of the first line that is not blank, taken on from there; `None` for blank text. For code that
/// is quoted without its file, where blank lines in front are the quoting tool's.
pub fn first_line_hash(text: &str) -> Option<u64> {
    let text = text.trim();
    // More than the window can hold, however much of it is left out.
    (!text.is_empty()).then(|| hash(&reduced(text).0))
}

fn hash(units: &[u16]) -> u64 {
    let padded = units.iter().copied().chain(std::iter::repeat(0)).take(WINDOW);
    padded.fold(0, |hash, unit| hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)))
}

/// UTF-16 units that count, and where lines begin among them.
fn reduced(text: &str) -> (Vec<u16>, Vec<usize>) {
    let (mut units, mut starts) = (Vec::with_capacity(text.len() + 1), Vec::new());
    let (mut begins, mut after_return) = (true, false);
    for unit in text.encode_utf16().chain([END]) {
        let line_end = unit == u16::from(b'\n');
        if unit == u16::from(b' ') || unit == u16::from(b'\t') || (after_return && line_end) {
            after_return = false;
            continue;
        }
        after_return = unit == u16::from(b'\r');
        if begins {
            starts.push(units.len());
        }
        begins = line_end || after_return;
        units.push(if after_return { u16::from(b'\n') } else { unit });
    }
    (units, starts)
}

#[cfg(test)]
mod tests {
    use super::{first_line_hash, line_hashes};

    /// Expected values: GitHub's own program (codeql-action), run over these texts.
    fn check(text: &str, expect: &[&str]) {
        assert_eq!(line_hashes(text), expect, "{text:?}");
    }

    #[test]
    fn hashes_meet_those_of_code_scanning() {
        check("", &["c129715d7a2bc9a3:1"]);
        check(
            "let a = 1;\n\tlet b = 2;\r\n\r\n  }\rend",
            &[
                "8deea6f02c64893f:1",
                "169f0b9c986700e:1",
                "1cff2ce59d02ad53:1",
                "38c15729b2427a95:1",
                "43b6461eda086fe2:1",
            ],
        );
        check(
            "öß €😀\nöß €😀\n",
            &["fafed9dfae748aa3:1", "a7cf4a571b76f423:1", "c129715d7a2bc9a3:1"],
        );
        check(
            "\r \n\n",
            &[
                "4e5d562094661a0d:1",
                "5b5d4caf73a13177:1",
                "3c5bef55b72b93c9:1",
                "c129715d7a2bc9a3:1",
            ],
        );
    }

    #[test]
    fn equal_lines_are_counted() {
        let hashes = line_hashes(&"same line again;\n".repeat(12));
        assert_eq!(hashes[..2], ["fa2797666ec41b70:1", "fa2797666ec41b70:2"]);
        assert_eq!(hashes[5], "fa2797666ec41b70:6");
        assert_eq!(hashes[6], "7023dc1031e145e1:1");
        assert_eq!(hashes[11], "e975a735cfbec4b2:1");
        assert_eq!(hashes.len(), 13);
    }

    #[test]
    fn a_quoted_line_is_the_same_however_it_is_indented() {
        assert_eq!(first_line_hash("\n\t eval(x)"), first_line_hash("eval( x )\n"));
        assert_ne!(first_line_hash("eval(x)"), first_line_hash("eval(y)"));
        assert_eq!(first_line_hash(" \n"), None);
    }
}
