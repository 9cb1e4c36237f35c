//! When are two titles the same, though a version or a count in them is another?

/// In lower case, with single blanks; the words that hold a version number taken out, so that «lodash 4.17.20
/// is vulnerable» stays the same problem in 4.17.21. When nothing else stands there, all of it.
pub fn without_versions(title: &str) -> String {
    let lower = title.to_lowercase();
    let kept: Vec<&str> = lower.split_whitespace().filter(|word| !is_version(word)).collect();
    if kept.is_empty() {
        lower.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        kept.join(" ")
    }
}

/// In lower case, with single blanks, each run of digits as one `#`: for telling places apart, where a count or
/// a date in the text must not.
pub fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut digits, mut blank) = (false, true);
    for c in text.chars() {
        if c.is_whitespace() {
            if !blank {
                out.push(' ');
            }
            (digits, blank) = (false, true);
        } else if c.is_ascii_digit() {
            if !digits {
                out.push('#');
            }
            (digits, blank) = (true, false);
        } else {
            out.extend(c.to_lowercase());
            (digits, blank) = (false, false);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether a word is a version: digits with a dot between them, whatever hangs on it (`v1.2.3-rc1`, `<4.17`,
/// `(2.0)`). A number without a dot is none: «port 22», «TLS 1» stay.
fn is_version(word: &str) -> bool {
    let word = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let word = word.strip_prefix('v').unwrap_or(word);
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let rest = word.get(end..).unwrap_or_default();
    end > 0 && rest.starts_with('.') && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{without_numbers, without_versions};

    #[test]
    fn versions_leave_and_other_numbers_stay() {
        assert_eq!(without_versions("Lodash  <4.17.20 is vulnerable"), "lodash is vulnerable");
        assert_eq!(without_versions("OpenSSH v8.2p1 on port 22"), "openssh on port 22");
        assert_eq!(without_versions("1.2.3"), "1.2.3");
        assert_eq!(without_numbers(" At 2024-01-02  12 of 30 "), "at #-#-# # of #");
    }
}
