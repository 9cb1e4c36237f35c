//! Is a web address in a text a place of the asset, or something to read?
//!
//! Explanations link to catalogues of weaknesses, rules and manuals. Two findings that link to the same page are of
//! one kind, not at one place.

use crate::readers::words::address;

/// Hosts, and with them all below them, whose pages explain.
const READING: &[&str] = &[
    "acm.org",
    "acunetix.com",
    "android.com",
    "apache.org",
    "apple.com",
    "arxiv.org",
    "aquasec.com",
    "bearer.com",
    "capec.mitre.org",
    "checkmarx.com",
    "cisa.gov",
    "codeql.github.com",
    "cve.org",
    "cvedetails.com",
    "cwe.mitre.org",
    "debian.org",
    "django-rest-framework.org",
    "djangoproject.com",
    "docker.com",
    "exploit-db.com",
    "find-sec-bugs.github.io",
    "first.org",
    "gitbook.io",
    "github.io",
    "go.dev",
    "golang.org",
    "google.com",
    "ietf.org",
    "invicti.com",
    "jetbrains.com",
    "kubernetes.io",
    "llvm.org",
    "medium.com",
    "microsoft.com",
    "mitre.org",
    "mongodb.com",
    "mozilla.org",
    "nist.gov",
    "nodejs.org",
    "npmjs.com",
    "oracle.com",
    "osv.dev",
    "owasp.org",
    "palletsprojects.com",
    "pcisecuritystandards.org",
    "php.net",
    "portswigger.net",
    "postgresql.org",
    "pypi.org",
    "python.org",
    "qualys.com",
    "r2c.dev",
    "rapid7.com",
    "readthedocs.io",
    "readthedocs.org",
    "redhat.com",
    "rfc-editor.org",
    "ruby-lang.org",
    "rubyonrails.org",
    "rust-lang.org",
    "rustsec.org",
    "sans.org",
    "sei.cmu.edu",
    "semgrep.dev",
    "snyk.io",
    "sonarsource.com",
    "sqlalchemy.org",
    "spring.io",
    "stackexchange.com",
    "stackoverflow.com",
    "tenable.com",
    "terraform.io",
    "ubuntu.com",
    "veracode.com",
    "w3.org",
    "web.dev",
    "webappsec.org",
    "whatwg.org",
    "wikipedia.org",
    "youtube.com",
    "youtu.be",
];
/// First labels of hosts that hold manuals.
const MANUALS: &[&str] =
    &["blog", "cheatsheetseries", "docs", "kb", "learn", "man", "rules", "wiki"];
/// Hosts of code: a page of a file there is a place, every other one is not.
const CODE: &[&str] = &["bitbucket.org", "codeberg.org", "github.com", "gitlab.com"];

/// What an address in a text stands for.
#[derive(Debug, PartialEq, Eq)]
pub enum Address {
    /// A page to read.
    Reading,
    /// A path of the asset.
    Route(String),
    /// A file in a repository, and a line; 0 without.
    File(String, u32),
}

/// What a word is, where it is a web address, with its scheme or (`www.owasp.org/Top10.html`) without.
pub fn read(word: &str) -> Option<Address> {
    let schemeless = !word.contains("://");
    let found = address(word);
    let known = |hosts: &[&str]| hosts.iter().any(|host| is_below(&found.host, host));
    if schemeless {
        // Without a scheme only what can be nothing but a host is one: else it is a path of files.
        let page = word.contains('/') && (known(READING) || found.host.starts_with("www."));
        return page.then_some(Address::Reading);
    }
    if let Some((_, file)) = found.path.split_once("/blob/") {
        let path = file.split_once('/').map_or("", |(_, path)| path);
        let line = word.split_once("#L").map_or("", |(_, line)| line);
        let line = line.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        return Some(Address::File(path.to_owned(), line.parse().unwrap_or(0)));
    }
    let manual = found.host.split('.').next().is_some_and(|label| MANUALS.contains(&label));
    if manual || known(READING) || known(CODE) {
        return Some(Address::Reading);
    }
    Some(Address::Route(found.path))
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expect: Option<Address>) {
        assert_eq!(read(word), expect, "{word}");
    }

    #[test]
    fn pages_to_read_are_no_places() {
        let route = |path: &str| Some(Address::Route(path.to_owned()));
        let file = |path: &str, line| Some(Address::File(path.to_owned(), line));
        check("https://cwe.mitre.org/data/definitions/89.html", Some(Address::Reading));
        check("cwe.mitre.org/data/definitions/89.html", Some(Address::Reading));
        check("https://www.owasp.org/index.php/Top_10", Some(Address::Reading));
        check("https://msdn.microsoft.com/library/ms182310.aspx", Some(Address::Reading));
        check("http://docs.tool.example/rules/sqli.html", Some(Address::Reading));
        check("https://github.com/advisories/GHSA-aaaa", Some(Address::Reading));
        check("https://shop.example/rest/user/login?x=1", route("/rest/user/login"));
        check("https://notowasp.org/login", route("/login"));
        check("https://github.com/a/shop/blob/main/src/a.py#L12-L14", file("src/a.py", 12));
        check("https://git.shop.example/a/shop/-/blob/v1/src/a.py", file("src/a.py", 0));
        check("src/routes/login.ts", None);
        check("login.ts", None);
    }
}
