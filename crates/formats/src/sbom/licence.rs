//! How may a licence be written: as SPDX's identifier, as an expression, or as a name only?
//!
//! Both formats refuse identifiers that are not on SPDX's list. The list is not carried here; the ones
//! that most packages have are, and everything else is written as a name, which is always allowed.

/// The identifiers that are written as such (SPDX licence list, version 3).
const IDENTIFIERS: &[&str] = &[
    "0BSD",
    "AFL-2.1",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "Apache-1.1",
    "Apache-2.0",
    "Artistic-1.0",
    "Artistic-2.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-4-Clause",
    "BSL-1.0",
    "BlueOak-1.0.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "CDDL-1.0",
    "CDDL-1.1",
    "CPL-1.0",
    "EPL-1.0",
    "EPL-2.0",
    "EUPL-1.2",
    "GPL-1.0-only",
    "GPL-1.0-or-later",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "HPND",
    "ICU",
    "ISC",
    "JSON",
    "LGPL-2.0-only",
    "LGPL-2.0-or-later",
    "LGPL-2.1-only",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MPL-1.1",
    "MPL-2.0",
    "MS-PL",
    "NCSA",
    "OFL-1.1",
    "OpenSSL",
    "PHP-3.01",
    "PSF-2.0",
    "PostgreSQL",
    "Python-2.0",
    "Ruby",
    "UPL-1.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Vim",
    "W3C",
    "WTFPL",
    "X11",
    "Zlib",
    "curl",
];

/// Whether a text is an identifier on SPDX's list.
pub fn is_identifier(text: &str) -> bool {
    IDENTIFIERS.contains(&text)
}

/// Whether a text is an expression of such identifiers: `MIT`, `(MIT OR Apache-2.0) AND ISC`
/// (SPDX specification 2.3, annex on licence expressions; without exceptions and `+`).
pub fn is_expression(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    // True where an identifier or an opening bracket has to follow.
    let (mut wants, mut open) = (true, 0u32);
    for word in spaced.split_whitespace() {
        match word {
            "(" if wants => open += 1,
            ")" if !wants && open > 0 => open -= 1,
            "AND" | "OR" if !wants => wants = true,
            word if wants && is_identifier(word) => wants = false,
            _ => return false,
        }
    }
    !wants && open == 0
}

#[cfg(test)]
mod tests {
    use super::is_expression;

    #[test]
    fn only_whole_expressions_of_known_identifiers_are_expressions() {
        for yes in ["MIT", "MIT OR Apache-2.0", "(MIT OR Apache-2.0) AND ISC", "((MIT))"] {
            assert!(is_expression(yes), "{yes}");
        }
        for no in ["", "MIT OR", "MIT Apache-2.0", "(MIT", "MIT)", "GPL", "MIT WITH x", "()"] {
            assert!(!is_expression(no), "{no}");
        }
    }
}
