//! Which kind of weakness is it, whatever the tool calls it?
//!
//! By the words of the title, which are more exact than the class that a tool puts on it, then by the number of
//! CWE. A family is what is mended alike at one place.

use crate::observation::Observation;

/// Name, whether one fault is the whole host's, words of titles (all of a group, in lower case), numbers of CWE.
type Family = (&'static str, bool, &'static [&'static str], &'static [u32]);

const FAMILIES: &[Family] = &[
    (
        "a missing transport security header",
        true,
        &["strict-transport", "strict transport", "hsts"],
        &[],
    ),
    (
        "an open cross-origin policy",
        true,
        &["access-control-allow-origin", "cross-origin resource sharing", "cors "],
        &[942],
    ),
    (
        "a page that can be framed",
        false,
        &["x-frame-options", "frameable", "clickjacking"],
        &[1021],
    ),
    ("a missing content security policy", true, &["content security policy", "csp "], &[]),
    ("a missing content type option", true, &["x-content-type-options"], &[]),
    ("a referrer policy", true, &["referrer policy", "referrer-policy"], &[]),
    ("a cookie that scripts can read", false, &["httponly"], &[1004]),
    ("a cookie without SameSite", false, &["samesite"], &[1275]),
    ("a robots file", true, &["robots.txt"], &[]),
    ("NoSQL injection", false, &["nosql"], &[943]),
    ("SQL injection", false, &["sql injection", "sqli", "sql-injection", "sql query"], &[89, 564]),
    (
        "cross-site scripting",
        false,
        &["cross-site scripting", "cross site scripting", "xss"],
        &[79, 80],
    ),
    ("XML external entities", false, &["xxe", "external entit", "xml entity"], &[611, 776]),
    (
        "cross-site request forgery",
        false,
        &["csrf", "request forgery (csrf", "cross-site request"],
        &[352],
    ),
    (
        "server-side request forgery",
        false,
        &["ssrf", "server-side request", "server side request"],
        &[918],
    ),
    (
        "command injection",
        false,
        &["command injection", "shell injection", "os command"],
        &[77, 78],
    ),
    ("code injection", false, &["code injection", "eval("], &[94, 95]),
    (
        "path traversal",
        false,
        &["path traversal", "directory traversal", "zip slip"],
        &[22, 23, 36],
    ),
    ("XPath injection", false, &["xpath"], &[643]),
    ("LDAP injection", false, &["ldap injection"], &[90]),
    ("insecure deserialisation", false, &["deserializ", "deserialis"], &[502]),
    (
        "an open redirect",
        false,
        &["open redirect", "unvalidated redirect", "url redirect"],
        &[601, 819],
    ),
    ("a weak hash", false, &["sha-1", "sha1", "md5", "weak hash", "hash algorithm"], &[328]),
    ("weak encryption", false, &["weak cipher", "weak encryption", "cipher suite"], &[326, 327]),
    ("weak randomness", false, &["random"], &[330, 338]),
    ("a hard-coded secret", false, &["hardcoded", "hard-coded", "hard coded"], &[259, 798, 321]),
    (
        "a directory that is open",
        false,
        &["directory listing", "common directory", "directory indexing"],
        &[538, 548],
    ),
    ("a password in clear", false, &["cleartext submission", "plaintext password"], &[319]),
    ("cacheable content", false, &["cacheable", "browser cache"], &[524, 525]),
    ("prototype pollution", false, &["prototype pollution"], &[1321]),
    (
        "a slow regular expression",
        false,
        &["redos", "regular expression denial", "regular expression complexity"],
        &[1333],
    ),
    (
        "a buffer overflow",
        false,
        &["buffer overflow", "out-of-bounds write", "heap overflow"],
        &[120, 121, 122, 787],
    ),
    ("use after free", false, &["use after free", "use-after-free"], &[416]),
];

/// The family's name, and whether one fault is the whole host's. Title and rule first, then the class of CWE,
/// then the address, then the explanation, where it speaks of one family only.
pub fn family(o: &Observation) -> (Option<&'static str>, bool) {
    let holds = |text: &str, family: &&Family| family.2.iter().any(|word| text.contains(word));
    let title = format!("{} {} ", o.title, o.rule).to_lowercase();
    let by_words = |text: &str| FAMILIES.iter().find(|family| holds(text, family));
    let by_class =
        || FAMILIES.iter().find(|family| o.cwes.iter().any(|cwe| family.3.contains(cwe)));
    let by_address = || o.endpoint.as_ref().and_then(|e| by_words(&e.path.to_lowercase()));
    let by_text = || {
        let text = o.description.to_lowercase();
        let mut found = FAMILIES.iter().filter(|family| holds(&text, family));
        found.next().filter(|_| found.next().is_none())
    };
    let family = by_words(&title).or_else(by_class).or_else(by_address).or_else(by_text);
    family.map_or((None, false), |family| (Some(family.0), family.1))
}
