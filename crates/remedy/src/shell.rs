//! May this text stand in a shell command?
//!
//! In: names, versions and folders from hostile files. Out: the word, quoted where a shell needs it,
//! or nothing. A name that its ecosystem's registry could not hold is refused rather than quoted:
//! package managers read some names as addresses or options (`npm install user/repo`, `-g`).

use vocab::Base;

/// The longest text that may stand in a command, in bytes.
const LONGEST: usize = 256;

/// The name, if its ecosystem's registry could hold it and no tool can read it as anything else.
pub fn name(base: Base, text: &str) -> Option<&str> {
    let word = |text: &str, extra: &str| {
        text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || extra.as_bytes().contains(&b))
            && !text.contains("..")
    };
    let two = |text: &str, mark: char, extra: &str| {
        text.split_once(mark).is_some_and(|(a, b)| word(a, extra) && word(b, extra))
    };
    let good = match base {
        Base::CratesIo => word(text, "_-"),
        Base::Npm => match text.strip_prefix('@') {
            Some(scoped) => two(scoped, '/', "._~-"),
            None => word(text, "._~-"),
        },
        Base::PyPI | Base::RubyGems | Base::NuGet => word(text, "._-"),
        Base::Go => {
            matches!(text, "stdlib" | "toolchain")
                || (word(text, "._~/-") && text.split('/').next().is_some_and(|h| h.contains('.')))
        }
        Base::Packagist => two(text, '/', "._-"),
        Base::Maven => two(text, ':', "._-"),
        Base::Pub | Base::Hex => word(text, "_"),
        Base::SwiftUrl => word(text, "._/-"),
        Base::Cran | Base::Bioconductor => word(text, "."),
        Base::CocoaPods => word(text, "._+/-"),
        _ => false,
    };
    (good && text.len() <= LONGEST).then_some(text)
}

/// The version, if it is a plain one: no range, tag with a scheme, option or address.
pub fn version(text: &str) -> Option<&str> {
    let digit_leads =
        text.strip_prefix('v').unwrap_or(text).bytes().next().is_some_and(|b| b.is_ascii_digit());
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+!~-".contains(&b));
    (digit_leads && plain && text.len() <= LONGEST).then_some(text)
}

/// The folder, if it may be changed into. Spaces are allowed; the word is quoted.
pub fn folder(text: &str) -> Option<&str> {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+/@ -".contains(&b));
    (plain && !text.starts_with(['-', ' ']) && text.len() <= 4 * LONGEST).then_some(text)
}

/// One word of a command. Single quotes stop every expansion of POSIX shells; the texts allowed above
/// hold no quote, so none has to be escaped, and a word that has one is refused.
pub fn word(text: &str) -> Option<String> {
    if text.is_empty() || text.contains(['\'', '\n', '\r', '\0']) {
        return None;
    }
    let bare = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"@%_+:,./-".contains(&b));
    Some(if bare { text.to_owned() } else { format!("'{text}'") })
}
