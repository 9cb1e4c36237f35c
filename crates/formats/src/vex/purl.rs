//! What does a package URL name, in the one spelling in which two of them meet?
//!
//! Package-url specification (ECMA-427) and its type definitions: the parts are taken apart from the
//! right, percent-decoded, and brought into the type's own spelling. Never: a guess. What is no purl is
//! `None`.

/// A package URL, taken apart and in its type's spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Purl {
    /// In small letters (`deb`).
    pub kind: String,
    /// Segments joined with `/`; empty when there are none.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The version, if there is one.
    pub version: Option<String>,
    /// Keys in small letters, sorted, each once, with values that are not empty.
    pub qualifiers: Vec<(String, String)>,
    /// The path below the package; empty when there is none.
    pub subpath: String,
}

/// Longest text read as a purl.
pub const MAX_LENGTH: usize = 4 << 10;
/// Most qualifiers of one purl.
pub const MAX_QUALIFIERS: usize = 64;

impl Purl {
    /// Takes a purl apart; `None` when the text is none, or longer than [`MAX_LENGTH`].
    ///
    /// Spelling, by the type definitions: namespace and name in small letters for `alpm`, `apk`,
    /// `bitbucket`, `composer`, `deb`, `github`, `golang`, `hex`, `luarocks` and `pypi`; the namespace
    /// alone for `rpm`; the name for `oci`, `docker` and `nuget` (NuGet compares ids without case).
    /// `pypi`: PEP 503, each run of `-`, `_` and `.` is one `-`. `rpm`: an epoch in front of the version
    /// is the qualifier `epoch`, and none is 0. `maven`: the qualifier `type` is `jar` when absent, so
    /// that one is left out.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (scheme, rest) = text.split_once(':')?;
        if !scheme.eq_ignore_ascii_case("pkg") {
            return None;
        }
        let (rest, subpath) = cut_last(rest, '#');
        let (rest, qualifiers) = cut_last(rest, '?');
        let rest = rest.trim_start_matches('/');
        let (kind, rest) = rest.split_once('/')?;
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
        if kind.is_empty() || !kind.chars().all(named) {
            return None;
        }
        // An `@` that opens a segment belongs to an unencoded npm scope.
        let at = rest.rfind('@').filter(|at| *at > 0 && rest.as_bytes().get(at - 1) != Some(&b'/'));
        let (path, version) = match at {
            Some(at) => (rest.get(..at)?, Some(decode(rest.get(at + 1..)?)?)),
            None => (rest, None),
        };
        let (namespace, name) = match path.trim_matches('/').rsplit_once('/') {
            Some((namespace, name)) => (segments(namespace)?, decode(name)?),
            None => (String::new(), decode(path.trim_matches('/'))?),
        };
        if name.is_empty() {
            return None;
        }
        let mut purl = Self {
            kind: kind.to_ascii_lowercase(),
            namespace,
            name,
            version: version.filter(|v| !v.is_empty()),
            qualifiers: parse_qualifiers(qualifiers.unwrap_or_default())?,
            subpath: segments(subpath.unwrap_or_default())?,
        };
        purl.spell();
        Some(purl)
    }

    /// The value of a qualifier.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    fn spell(&mut self) {
        match self.kind.as_str() {
            "alpm" | "apk" | "bitbucket" | "composer" | "deb" | "github" | "golang" | "hex"
            | "luarocks" => {
                self.namespace = self.namespace.to_lowercase();
                self.name = self.name.to_lowercase();
            }
            "pypi" => self.name = pep503(&self.name),
            "oci" | "docker" | "nuget" => self.name = self.name.to_lowercase(),
            "rpm" => self.spell_rpm(),
            "maven" => self.qualifiers.retain(|(k, v)| k != "type" || v != "jar"),
            _ => {}
        }
    }

    fn spell_rpm(&mut self) {
        self.namespace = self.namespace.to_lowercase();
        let version = self.version.take();
        let parts = version.as_deref().and_then(|v| v.split_once(':'));
        let parts = parts.filter(|(epoch, _)| epoch.bytes().all(|b| b.is_ascii_digit()));
        self.version = match parts {
            Some((epoch, rest)) => {
                if self.qualifier("epoch").is_none() && !epoch.is_empty() {
                    self.qualifiers.push(("epoch".to_owned(), epoch.to_owned()));
                    self.qualifiers.sort();
                }
                Some(rest.to_owned())
            }
            None => version,
        };
        self.qualifiers.retain(|(k, v)| k != "epoch" || v != "0");
    }
}

/// The text before the last `mark`, and what follows it.
fn cut_last(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.rsplit_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn segments(text: &str) -> Option<String> {
    let parts = text.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..");
    Some(parts.map(decode).collect::<Option<Vec<_>>>()?.join("/"))
}

fn parse_qualifiers(text: &str) -> Option<Vec<(String, String)>> {
    let mut qualifiers = Vec::new();
    for part in text.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=')?;
        let value = decode(value)?;
        if !value.is_empty() {
            qualifiers.push((key.to_ascii_lowercase(), value));
        }
        if qualifiers.len() > MAX_QUALIFIERS {
            return None;
        }
    }
    qualifiers.sort();
    qualifiers.dedup_by(|a, b| a.0 == b.0);
    Some(qualifiers)
}

/// Percent-decoded; `None` when that is no UTF-8. A `%` that begins no escape stands for itself.
fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)).map(|(h, l)| h << 4 | l),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8(bytes).ok()
}

fn pep503(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        let c = if matches!(c, '-' | '_' | '.') { '-' } else { c.to_ascii_lowercase() };
        if c != '-' || !normal.ends_with('-') {
            normal.push(c);
        }
    }
    normal
}

impl std::fmt::Display for Purl {
    /// The canonical form (package-url specification, «How to build purl string from its components»).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "pkg:{}/", self.kind)?;
        for segment in self.namespace.split('/').filter(|s| !s.is_empty()) {
            write!(f, "{}/", encoded(segment, ":"))?;
        }
        f.write_str(&encoded(&self.name, ":"))?;
        if let Some(version) = &self.version {
            write!(f, "@{}", encoded(version, ":"))?;
        }
        for (number, (key, value)) in self.qualifiers.iter().enumerate() {
            let mark = if number == 0 { '?' } else { '&' };
            write!(f, "{mark}{key}={}", encoded(value, ":/"))?;
        }
        for (number, segment) in self.subpath.split('/').filter(|s| !s.is_empty()).enumerate() {
            let mark = if number == 0 { '#' } else { '/' };
            write!(f, "{mark}{}", encoded(segment, ":"))?;
        }
        Ok(())
    }
}

fn encoded(text: &str, kept: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '~') || kept.contains(c) {
            out.push(c);
        } else {
            // Writing to a text does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
