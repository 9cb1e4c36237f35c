//! Which kind of weakness is it, whatever the tool calls it?
//!
//! By the words of the title and the rule, which are more exact than the class that a tool puts on it, then by the
//! number of CWE and those above it. A family is what is mended alike at one place.

use super::tree;
use crate::observation::{Class, Observation};

/// Name, whether one fault is the whole host's, words of titles, numbers of CWE. Words are in lower case with one
/// blank for whatever parts them; each begins a word, and one with a blank behind it is whole.
type Family = (&'static str, bool, &'static [&'static str], &'static [u32]);

const SECRET: &str = "a hard-coded secret";

const FAMILIES: &[Family] = &[
    (
        "a missing transport security header",
        true,
        &["strict transport", "hsts", "stricttransport"],
        &[],
    ),
    (
        "an open cross-origin policy",
        true,
        &["access control allow origin", "cross origin resource sharing", "cors "],
        &[942],
    ),
    (
        "a page that can be framed",
        false,
        &["x frame options", "frameable", "clickjack", "ui redress"],
        &[1021],
    ),
    ("a missing content security policy", true, &["content security policy", "csp "], &[]),
    ("a missing content type option", true, &["x content type options"], &[]),
    ("a referrer policy", true, &["referrer policy"], &[]),
    ("a cookie that scripts can read", false, &["httponly", "http only"], &[1004]),
    ("a cookie without SameSite", false, &["samesite", "same site"], &[1275]),
    ("a robots file", true, &["robots txt"], &[]),
    ("NoSQL injection", false, &["nosql", "no sql"], &[]),
    (
        "SQL injection",
        false,
        &[
            "sql injection",
            "sqli ",
            "sqlinjection",
            "sql query",
            "sql queries",
            "sql string",
            "sql statement",
            "sql expression",
            "sql command",
            "sql code",
            "hql injection",
            "tainted sql",
            "formatted sql",
            "raw query",
        ],
        &[89],
    ),
    (
        "XML external entities",
        false,
        &["xxe", "external entit", "xml entit", "xml external", "xml parser", "entity expansion"],
        &[611, 776],
    ),
    (
        "cross-site request forgery",
        false,
        &["csrf", "xsrf", "cross site request", "antiforgery", "anti forgery"],
        &[352],
    ),
    (
        "server-side request forgery",
        false,
        &["ssrf", "server side request", "request forgery"],
        &[918],
    ),
    (
        "template injection",
        false,
        &["template injection", "ssti", "template object injection"],
        &[1336],
    ),
    (
        "cross-site scripting",
        false,
        &[
            "cross site script",
            "xss",
            "html injection",
            "dangerouslysetinnerhtml",
            "innerhtml",
            "unescaped html",
            "unescaped output",
            "bypasssecuritytrust",
            "autoescape",
        ],
        &[79],
    ),
    (
        "command injection",
        false,
        &[
            "command injection",
            "command execution",
            "command line injection",
            "commandinjection",
            "shell injection",
            "os command",
            "shell true",
            "child process",
            "subprocess",
            "shell command",
        ],
        &[77],
    ),
    ("log injection", false, &["log injection", "log forging", "loginjection"], &[117]),
    (
        "header injection",
        false,
        &["header injection", "response splitting", "crlf", "request smuggling"],
        &[93],
    ),
    ("XPath injection", false, &["xpath"], &[643]),
    ("LDAP injection", false, &["ldap injection"], &[90]),
    (
        "code injection",
        false,
        &["code injection", "eval ", "code execution", "script injection", "expression injection"],
        &[94, 917],
    ),
    (
        "path traversal",
        false,
        &[
            "path traversal",
            "directory traversal",
            "zip slip",
            "zipslip",
            "path injection",
            "pathtraversal",
            "path manipulation",
            "file inclusion",
            "non literal fs filename",
            "arbitrary file",
            "dot dot slash",
        ],
        &[22, 73],
    ),
    (
        "insecure deserialisation",
        false,
        &["deserializ", "deserialis", "unserialize", "object injection", "pickle", "yaml load"],
        &[502],
    ),
    (
        "an open redirect",
        false,
        &[
            "open redirect",
            "unvalidated redirect",
            "url redirect",
            "redirection",
            "unvalidated url",
        ],
        &[601],
    ),
    (
        "a slow regular expression",
        false,
        &[
            "redos",
            "regular expression denial",
            "regular expression complexity",
            "regex dos",
            "catastrophic backtracking",
            "regex injection",
            "regexp",
        ],
        &[1333],
    ),
    ("prototype pollution", false, &["prototype poll"], &[1321]),
    ("weak randomness", false, &["random", "prng", "predictable seed", "insecure seed"], &[330]),
    (
        "an unchecked certificate",
        false,
        &[
            "certificate valid",
            "certificate verif",
            "cert validation",
            "hostname verif",
            "trust manager",
            "trustmanager",
            "verify false",
            "tls verif",
            "ssl verif",
            "self signed",
            "insecureskipverify",
            "rejectunauthorized",
        ],
        &[295],
    ),
    (
        "a token that is not checked",
        false,
        &["jwt none", "jwt signature", "unverified jwt", "jwt not revoked", "jwt verif"],
        &[347],
    ),
    (
        SECRET,
        false,
        &[
            "hardcod",
            "hard cod",
            "private key",
            "embedded credential",
            "credentials in",
            "password in source",
            "secret in",
            "api key",
            "secret key",
        ],
        &[798],
    ),
    (
        "a weak hash",
        false,
        &["sha 1", "sha1", "md5", "md4", "weak hash", "hash algorithm", "password hash"],
        &[328],
    ),
    (
        "weak encryption",
        false,
        &[
            "weak cipher",
            "weak encrypt",
            "weak crypto",
            "weak algorithm",
            "broken crypto",
            "insecure cipher",
            "cipher suite",
            "ecb mode",
            "rc4",
            "3des",
            "risky crypto",
        ],
        &[326, 327],
    ),
    (
        "a directory that is open",
        false,
        &["directory listing", "common directory", "directory indexing"],
        &[538, 548],
    ),
    (
        "a password in clear",
        false,
        &["cleartext submission", "plaintext password", "cleartext", "clear text", "plaintext"],
        &[319],
    ),
    ("cacheable content", false, &["cacheable", "browser cache"], &[524]),
    ("missing rate limits", false, &["rate limit", "brute force", "ratelimit"], &[307, 770]),
    (
        "an unrestricted upload",
        false,
        &["unrestricted upload", "file upload", "unrestricted file"],
        &[434],
    ),
    (
        "a missing check of permission",
        false,
        &[
            "idor",
            "direct object reference",
            "missing authoriz",
            "missing authoris",
            "broken access",
            "access control",
            "authorization bypass",
        ],
        &[862, 863],
    ),
    (
        "loose permissions of files",
        false,
        &["file permission", "chmod", "world writ", "world readable"],
        &[732],
    ),
    ("a predictable temporary file", false, &["temp file", "tempfile", "temporary file"], &[377]),
    (
        "an error message that tells too much",
        false,
        &["stack trace", "error message", "verbose error", "stacktrace"],
        &[209],
    ),
    ("secrets in logs", false, &["sensitive data in log", "clear text logging"], &[532]),
    ("session fixation", false, &["session fixation"], &[384]),
    ("mass assignment", false, &["mass assign"], &[915]),
    ("a race", false, &["race condition", "toctou", "time of check"], &[362]),
    (
        "a buffer overflow",
        false,
        &["buffer overflow", "out of bounds write", "heap overflow", "stack overflow", "strcpy"],
        &[120, 121, 122, 787],
    ),
    ("a read out of bounds", false, &["out of bounds read", "over read", "overread"], &[125]),
    ("an integer overflow", false, &["integer overflow", "integer underflow"], &[190, 191]),
    ("a format string", false, &["format string"], &[134]),
    ("a null dereference", false, &["null deref", "null pointer", "nil deref"], &[476]),
    ("use after free", false, &["use after free", "double free"], &[415, 416]),
    ("a leak of memory or handles", false, &["memory leak", "resource leak"], &[772]),
];

/// What is known of the weakness.
#[derive(Debug, Default)]
pub struct Weakness {
    /// By title and rule.
    named: Option<&'static str>,
    /// By the classes of CWE and what they are kinds of; of a credential without words, by what it is.
    classed: Vec<&'static str>,
    /// Where neither tells: by the address, then by the explanation.
    hinted: Option<&'static str>,
    cwes: Vec<u32>,
    /// One fault is the whole host's.
    pub wide: bool,
}

impl Weakness {
    pub fn of(o: &Observation) -> Self {
        let title = format!("{} {}", plain(&o.title), plain(&apart(&o.rule)));
        let named = by_words(&title);
        let mut classed: Vec<&Family> = o.cwes.iter().filter_map(|cwe| by_class(*cwe)).collect();
        if o.class == Class::Secret {
            classed.extend(FAMILIES.iter().find(|family| family.0 == SECRET));
        }
        let hinted = match (named, classed.is_empty()) {
            (None, true) => {
                let address = o.endpoint.as_ref().map(|e| plain(&e.path)).unwrap_or_default();
                by_words(&address).or_else(|| by_text(&plain(&o.description)))
            }
            _ => None,
        };
        let acting = named.or(classed.first().copied()).or(hinted);
        Self {
            named: named.map(|family| family.0),
            classed: classed.iter().map(|family| family.0).collect(),
            hinted: hinted.map(|family| family.0),
            cwes: o.cwes.clone(),
            wide: acting.is_some_and(|family| family.1),
        }
    }

    /// The family that acts.
    pub fn family(&self) -> Option<&'static str> {
        self.named.or(self.classed.first().copied()).or(self.hinted)
    }

    /// From -1 (two kinds) over 0 (not known of one) to 1 (one kind), and in words.
    pub fn compared(&self, other: &Self) -> (f64, Option<String>) {
        let (Some(a), Some(b)) = (self.family(), other.family()) else {
            return self.by_number(other).map_or((0.0, None), |why| (0.8, Some(why)));
        };
        if a == b {
            return (1.0, Some(format!("both are {a}")));
        }
        // Two that are named are of two kinds, whatever classes their tools put on them.
        if self.named.is_some() && other.named.is_some() {
            return (-1.0, None);
        }
        let shared = self.all().find(|family| other.all().any(|of| of == *family));
        if let Some(shared) = shared {
            return (0.8, Some(format!("both are {shared}")));
        }
        self.by_number(other).map_or((-1.0, None), |why| (0.8, Some(why)))
    }

    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.named.into_iter().chain(self.classed.iter().copied()).chain(self.hinted)
    }

    fn by_number(&self, other: &Self) -> Option<String> {
        let pairs = self.cwes.iter().flat_map(|a| other.cwes.iter().map(move |b| (*a, *b)));
        let (a, b) = pairs.into_iter().find(|(a, b)| tree::related(*a, *b))?;
        Some(match a == b {
            true => format!("both are CWE-{a}"),
            false => format!("CWE-{a} and CWE-{b} are of one kind"),
        })
    }
}

fn by_words(text: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| holds(text, family))
}

fn by_class(cwe: u32) -> Option<&'static Family> {
    tree::up(cwe).find_map(|cwe| FAMILIES.iter().find(|family| family.3.contains(&cwe)))
}

/// Only where it speaks of one family alone.
fn by_text(text: &str) -> Option<&'static Family> {
    let mut found = FAMILIES.iter().filter(|family| holds(text, family));
    found.next().filter(|_| found.next().is_none())
}

fn holds(text: &str, family: &Family) -> bool {
    let begins = |word: &str| {
        let mut found = text.match_indices(word);
        found.any(|(at, _)| at == 0 || text.as_bytes().get(at - 1) == Some(&b' '))
    };
    family.2.iter().any(|word| begins(word))
}

/// Lower case, one blank for whatever parts words, and one at the end.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 1);
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            plain.push(c);
        } else if !plain.is_empty() && !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    if !plain.ends_with(' ') {
        plain.push(' ');
    }
    plain
}

/// A rule's id with its words apart: `WeakRandom` is two.
fn apart(rule: &str) -> String {
    let mut apart = String::with_capacity(rule.len() + 8);
    let mut small = false;
    for c in rule.chars() {
        if c.is_uppercase() && small {
            apart.push(' ');
        }
        small = c.is_lowercase();
        apart.push(c);
    }
    apart
}

/// The words of a rule's id that tell something whatever the tool: `python.lang.security.audit.weak-hash` is
/// `weak hash`, and `B303` is nothing.
pub fn rule_words(rule: &str) -> String {
    let plain = plain(&apart(rule));
    let words = plain.split(' ').filter(|word| {
        word.len() > 2 && word.bytes().all(|b| b.is_ascii_alphabetic()) && !OF_TOOLS.contains(word)
    });
    words.collect::<Vec<&str>>().join(" ")
}

/// Words of rules that name languages, packs and what all rules do.
const OF_TOOLS: &[&str] = &[
    "audit",
    "avoid",
    "bandit",
    "browser",
    "codeql",
    "contrib",
    "correctness",
    "cpp",
    "csharp",
    "detect",
    "detected",
    "django",
    "express",
    "flask",
    "generic",
    "gosec",
    "insecure",
    "java",
    "javascript",
    "kotlin",
    "lang",
    "node",
    "nodejs",
    "nodejsscan",
    "njsscan",
    "php",
    "python",
    "react",
    "ruby",
    "rule",
    "rules",
    "scala",
    "security",
    "swift",
    "taint",
    "tainted",
    "typescript",
    "unsafe",
    "usage",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(title: &str, rule: &str, cwes: &[u32]) -> Weakness {
        Weakness::of(&Observation {
            title: title.to_owned(),
            rule: rule.to_owned(),
            cwes: cwes.to_vec(),
            ..Observation::default()
        })
    }

    #[test]
    fn one_kind_has_many_names() {
        let check = |title: &str, rule: &str, cwes: &[u32], expect: Option<&str>| {
            assert_eq!(of(title, rule, cwes).family(), expect, "{title} {rule} {cwes:?}");
        };
        check("", "js/sql-injection", &[], Some("SQL injection"));
        check("A01", "", &[564], Some("SQL injection"));
        check("NoSQL Injection", "", &[], Some("NoSQL injection"));
        check("", "PREDICTABLE_RANDOM", &[], Some("weak randomness"));
        check("", "WeakRandom", &[], Some("weak randomness"));
        check("", "detect-eval-with-expression", &[], Some("code injection"));
        check("Medieval retrieval evaluated", "", &[], None);
        check("Unknown", "", &[20], None);
        check("A finding", "B105", &[259], Some(SECRET));
    }

    #[test]
    fn two_kinds_are_told_apart() {
        let check = |a: &Weakness, b: &Weakness, expect: f64| {
            assert_eq!((a.compared(b).0, b.compared(a).0), (expect, expect), "{a:?} {b:?}");
        };
        let sql = of("SQL injection", "", &[]);
        check(&sql, &of("", "", &[564]), 1.0);
        check(&sql, &of("XSS", "", &[89]), -1.0);
        check(&sql, &of("A finding", "", &[79, 89]), 0.8);
        check(&sql, &of("A finding", "", &[]), 0.0);
        check(&of("One", "", &[617]), &of("Two", "", &[617]), 0.8);
    }

    #[test]
    fn the_words_of_a_rule_do_without_its_tool() {
        for (rule, expect) in [
            ("python.lang.security.audit.weak-hash", "weak hash"),
            ("B303", ""),
            ("js/missing-rate-limiting", "missing rate limiting"),
            ("WeakRandom", "weak random"),
        ] {
            assert_eq!(rule_words(rule), expect);
        }
    }
}
