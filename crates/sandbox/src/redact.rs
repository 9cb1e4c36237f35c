//! What may be shown of what a tool said?

use std::ffi::OsString;

/// Stands where a secret was.
const HIDDEN: &str = "***";
/// Words in the names of variables whose values are secrets.
const SECRET_NAMES: &[&str] =
    &["TOKEN", "PASSWORD", "PASSWD", "SECRET", "CREDENTIAL", "API_KEY", "HTTP_BASIC"];
/// After these a secret stands, up to white space or a quote.
const BEFORE: &[&str] =
    &["_authToken=", "_auth=", "_password=", "Bearer ", "Basic ", "token=", "password="];

/// The text without what the environment holds as a secret, without user names and passwords in
/// addresses, and without what stands behind the usual marks of tokens.
pub fn redact(text: &str, variables: &[(OsString, OsString)]) -> String {
    let mut text = text.to_owned();
    for (name, value) in variables {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        let name = name.to_ascii_uppercase();
        if value.len() >= 6 && SECRET_NAMES.iter().any(|word| name.contains(word)) {
            text = text.replace(value, HIDDEN);
        }
    }
    for mark in BEFORE {
        text = after(&text, mark);
    }
    addresses(&text)
}

fn after(text: &str, mark: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(mark) {
        let begin = at + mark.len();
        out.push_str(rest.get(..begin).unwrap_or_default());
        rest = rest.get(begin..).unwrap_or_default();
        let end =
            rest.find(|c: char| c.is_whitespace() || "\"'&,;".contains(c)).unwrap_or(rest.len());
        if end > 0 {
            out.push_str(HIDDEN);
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// `scheme://user:password@host` without the part before `@`.
fn addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let begin = at + 3;
        out.push_str(rest.get(..begin).unwrap_or_default());
        rest = rest.get(begin..).unwrap_or_default();
        let end =
            rest.find(|c: char| c.is_whitespace() || "/?#\"'<>`".contains(c)).unwrap_or(rest.len());
        if let Some(user) = rest.get(..end).and_then(|authority| authority.rfind('@')) {
            out.push_str(HIDDEN);
            rest = rest.get(user..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn secrets_do_not_show() {
        let environment =
            [("NPM_TOKEN".into(), "s3cr3t-value".into()), ("LANG".into(), "english".into())];
        let check = |text: &str, expect: &str| assert_eq!(redact(text, &environment), expect);
        check("get https://me:pw@example.org/x ok", "get https://***@example.org/x ok");
        check("https://a@b@c/ http://d/e@f", "https://***@c/ http://d/e@f");
        check("x s3cr3t-value, english", "x ***, english");
        check(
            "//r/:_authToken=npm_abc\nAuthorization: Bearer abc.def \"",
            "//r/:_authToken=***\nAuthorization: Bearer *** \"",
        );
        check("?token=1&b=2", "?token=***&b=2");
        check("plain: text", "plain: text");
    }
}
