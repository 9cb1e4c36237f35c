//! Which addresses may be asked at all? Text in, a checked address out.
//!
//! An address is https, or plain http to this machine (tests, a local mirror). It never shows its
//! credentials or the values of its query: `Display` and `Debug` leave them out.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;
use ureq::http::uri::Scheme;

/// Longest address taken, in bytes; also bounds what a redirect may name.
const LONGEST: usize = 4096;

/// A web address that passed the rules of this crate.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    uri: Uri,
}

/// Why a text is not an address that may be asked. Never repeats credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// No web address at all.
    #[error("not a web address")]
    NotAnAddress,
    /// Neither https nor http.
    #[error("only https is spoken (and http to this machine)")]
    Scheme,
    /// Plain http to another machine.
    #[error("plain http is refused, use https")]
    PlainHttp,
    /// Longer than 4,096 bytes.
    #[error("longer than 4096 bytes")]
    TooLong,
    /// A redirect that carries a user name or password.
    #[error("a redirect must not carry credentials")]
    Credentials,
}

impl Address {
    /// Reads an absolute address: `https://host[:port]/path[?query]`, user and password allowed.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() > LONGEST {
            return Err(AddressError::TooLong);
        }
        let without_fragment = text.split('#').next().unwrap_or_default();
        let uri: Uri = without_fragment.parse().map_err(|_| AddressError::NotAnAddress)?;
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or(AddressError::NotAnAddress)?;
        match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => {}
            Some(scheme) if *scheme == Scheme::HTTP => {
                if !is_this_machine(host) {
                    return Err(AddressError::PlainHttp);
                }
            }
            _ => return Err(AddressError::Scheme),
        }
        Ok(Self { uri })
    }

    /// The address with further path segments, each percent-encoded as a whole
    /// (so a slash inside one stays inside it).
    pub fn join(&self, segments: &[&str]) -> Result<Self, AddressError> {
        let (base, query) = self.split_query();
        let mut text = base.trim_end_matches('/').to_owned();
        for segment in segments {
            text.push('/');
            encode_segment(segment, &mut text);
        }
        if let Some(query) = query {
            text.push('?');
            text.push_str(query);
        }
        Self::parse(&text)
    }

    /// Host in lower case and port: what the allow-list compares.
    pub fn authority(&self) -> (String, u16) {
        (self.host(), self.port())
    }

    /// Host in lower case; an IPv6 address without its brackets.
    pub fn host(&self) -> String {
        bare(self.uri.host().unwrap_or_default()).to_ascii_lowercase()
    }

    /// Port, the scheme's own when none is written.
    pub fn port(&self) -> u16 {
        let of_scheme = if self.is_https() { 443 } else { 80 };
        self.uri.port_u16().unwrap_or(of_scheme)
    }

    /// Whether TLS is spoken.
    pub fn is_https(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Where a redirect from here leads (RFC 9110 §10.2.2, RFC 3986 §5.2; dot segments are left to
    /// the server). https never leads to http, not even to this machine.
    pub(crate) fn follow(&self, location: &str) -> Result<Self, AddressError> {
        if location.len() > LONGEST {
            return Err(AddressError::TooLong);
        }
        let location = location.trim_matches([' ', '\t']);
        let scheme = if self.is_https() { "https" } else { "http" };
        let here = format!("{scheme}://{}", self.host_and_port());
        let path = self.uri.path();
        let text = if has_scheme(location) {
            location.to_owned()
        } else if let Some(rest) = location.strip_prefix("//") {
            format!("{scheme}://{rest}")
        } else if location.starts_with('/') {
            format!("{here}{location}")
        } else if location.starts_with('?') {
            format!("{here}{path}{location}")
        } else {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{here}{folder}/{location}")
        };
        let next = Self::parse(&text)?;
        if self.is_https() && !next.is_https() {
            return Err(AddressError::PlainHttp);
        }
        let carries = next.uri.authority().is_some_and(|a| a.as_str().contains('@'));
        if carries {
            return Err(AddressError::Credentials);
        }
        Ok(next)
    }

    /// Host and port as written, without user and password.
    fn host_and_port(&self) -> &str {
        let authority = self.uri.authority().map_or("", |a| a.as_str());
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }

    fn split_query(&self) -> (String, Option<&str>) {
        let scheme = if self.is_https() { "https" } else { "http" };
        let authority = self.uri.authority().map_or("", |a| a.as_str());
        let base = format!("{scheme}://{authority}{}", self.uri.path());
        (base, self.uri.query())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_https() { "https" } else { "http" };
        write!(out, "{scheme}://{}{}", self.host_and_port(), self.uri.path())?;
        // A query may be a signature or a token: that there is one is enough.
        match self.uri.query() {
            Some(_) => out.write_str("?…"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Address({self})")
    }
}

/// Literal loopback addresses and `localhost` only: a name that merely resolves here does not count.
fn is_this_machine(host: &str) -> bool {
    let host = bare(host);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}

fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// A scheme before the first `/`, `?` or `#` (RFC 3986 §4.1).
fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else {
        return false;
    };
    let mut letters = scheme.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Percent-encodes all but the unreserved characters (RFC 3986 §2.3).
fn encode_segment(segment: &str, out: &mut String) {
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 0x0f] {
                let digit = char::from_digit(u32::from(half), 16).unwrap_or('0');
                out.push(digit.to_ascii_uppercase());
            }
        }
    }
}
