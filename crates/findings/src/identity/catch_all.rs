//! Which rules are no check of their own?
//!
//! Some tools file whatever an extension, a template or a person adds under one id. Such an id says nothing of the
//! problem: it is completed by the title, so that two problems at one place are two.

/// Ids that tools give to everything that has none.
const NAMES: &[&str] = &[
    "generic",
    "generic-finding",
    "custom",
    "custom-check",
    "custom-rule",
    "extension",
    "manual",
    "misc",
    "miscellaneous",
    "other",
    "others",
    "uncategorized",
    "unclassified",
    "unknown",
    "undefined",
    "none",
    "null",
    "n/a",
    "na",
    "default",
    "general",
    "issue",
    "finding",
    "vulnerability",
    "0",
    "-1",
];
/// Burp's issue types of extensions and of checks that its users write: 0x08000000 to 0x08FFFFFF (PortSwigger, «Issue
/// definitions», «Extension generated issue»).
const BURP: std::ops::RangeInclusive<u32> = 0x0800_0000..=0x08FF_FFFF;

/// Whether the rule stands for more than one check.
pub fn is_catch_all(rule: &str) -> bool {
    let rule = rule.trim().to_ascii_lowercase().replace([' ', '_'], "-");
    NAMES.contains(&rule.as_str()) || rule.parse().is_ok_and(|number| BURP.contains(&number))
}

#[cfg(test)]
mod tests {
    use super::is_catch_all;

    #[test]
    fn what_is_no_check_of_its_own() {
        for rule in ["134217728", "134217729", "generic", "Custom Check", "N/A", "0"] {
            assert!(is_catch_all(rule), "{rule}");
        }
        for rule in ["", "2097920", "generic-api-key", "CKV_CUSTOM_1", "134217727", "10"] {
            assert!(!is_catch_all(rule), "{rule}");
        }
    }
}
