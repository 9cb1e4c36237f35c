//! Which names from the network may become a file's name? Only plain ones.

/// Longest name, in bytes.
const LONGEST: usize = 150;

/// Whether a name of an ecosystem or record is safe as one path segment and as one segment of an
/// address: letters, digits, `. _ : + -` and inner spaces; no leading dot, no `..`.
pub fn is_safe(name: &str) -> bool {
    let plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'+' | b'-' | b' ')
    };
    !name.is_empty()
        && name.len() <= LONGEST
        && name.bytes().all(plain)
        && !name.contains("..")
        && !name.starts_with(['.', ' ', '-'])
        && !name.ends_with(['.', ' '])
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn real_names_pass_and_paths_do_not() {
        for name in [
            "npm",
            "crates.io",
            "Red Hat",
            "Ubuntu:Pro:18.04:LTS",
            "GHSA-738q-mc72-2q22",
            "ALSA-2025:7467",
        ] {
            assert!(is_safe(name), "{name}");
        }
        let long = "x".repeat(151);
        for name in [
            "", ".", "..", "../x", "a/b", "a\\b", "a..b", ".hidden", " x", "x ", "x.", "-rf",
            "a\0b", "a\nb", "é", &*long,
        ] {
            assert!(!is_safe(name), "{name:?}");
        }
        assert!(is_safe(&"x".repeat(150)));
    }
}
