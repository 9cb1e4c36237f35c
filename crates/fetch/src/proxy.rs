//! Through which proxy does a request go, if any? The usual variables in, a choice per address out.
//!
//! The environment is read once, through a function the caller passes; nothing here reads it.

use std::fmt;
use std::net::IpAddr;

use crate::address::Address;

/// Proxies by the scheme of the address asked. `Debug` hides credentials by hiding everything.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For https addresses: `http://[user:password@]host:port` or `https://…`.
    pub https: Option<String>,
    /// For http addresses (this machine only, so seldom of use).
    pub http: Option<String>,
    /// Hosts asked directly, as in `NO_PROXY`: `*`, `host`, `.suffix`, `host:port`, an IP address,
    /// or `IP/prefix`; a name covers its subdomains.
    pub direct: Vec<String>,
}

impl Proxies {
    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`; the lower-case spelling wins,
    /// as with curl. `variable` looks a name up, so that who owns the environment stays its owner.
    pub fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let either = |name: &str| {
            variable(&name.to_ascii_lowercase())
                .or_else(|| variable(name))
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let all = either("ALL_PROXY");
        let direct = either("NO_PROXY").unwrap_or_default();
        Self {
            https: either("HTTPS_PROXY").or_else(|| all.clone()),
            http: either("HTTP_PROXY").or(all),
            direct: direct
                .split([',', ' '])
                .map(|entry| entry.trim().to_owned())
                .filter(|entry| !entry.is_empty())
                .collect(),
        }
    }

    /// The proxy for this address, as configured.
    pub fn of(&self, address: &Address) -> Option<&str> {
        let proxy = if address.is_https() { &self.https } else { &self.http };
        let proxy = proxy.as_deref()?;
        let (host, port) = address.authority();
        let direct = self.direct.iter().any(|entry| covers(entry, &host, port));
        if direct { None } else { Some(proxy) }
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Proxies")
            .field("https", &self.https.is_some())
            .field("http", &self.http.is_some())
            .field("direct", &self.direct)
            .finish()
    }
}

/// Whether one `NO_PROXY` entry covers a host (lower case, IPv6 without brackets) and port.
fn covers(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    let entry = entry.to_ascii_lowercase();
    if let Some((network, prefix)) = entry.split_once('/') {
        return in_network(network, prefix, host);
    }
    let (name, entry_port) = split_port(&entry);
    if entry_port.is_some_and(|entry_port| entry_port != port) {
        return false;
    }
    if let (Ok(a), Ok(b)) = (name.parse::<IpAddr>(), host.parse::<IpAddr>()) {
        return a == b;
    }
    let name = name.trim_start_matches('*').trim_start_matches('.');
    if name.is_empty() {
        return false;
    }
    let rest = host.strip_suffix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn split_port(entry: &str) -> (&str, Option<u16>) {
    if let Some(inside) = entry.strip_prefix('[') {
        let (host, rest) = inside.split_once(']').unwrap_or((inside, ""));
        return (host, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match entry.split_once(':') {
        Some((host, port)) if !port.contains(':') => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

fn in_network(network: &str, prefix: &str, host: &str) -> bool {
    let (Ok(network), Ok(prefix), Ok(host)) =
        (network.parse::<IpAddr>(), prefix.parse::<u32>(), host.parse::<IpAddr>())
    else {
        return false;
    };
    match (network, host) {
        (IpAddr::V4(network), IpAddr::V4(host)) if prefix <= 32 => {
            let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
            network.to_bits() & mask == host.to_bits() & mask
        }
        (IpAddr::V6(network), IpAddr::V6(host)) if prefix <= 128 => {
            let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
            network.to_bits() & mask == host.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Proxies, covers};
    use crate::address::Address;

    #[test]
    fn entries_cover_what_other_tools_cover() {
        for (entry, host, port, expect) in [
            ("*", "a.example", 443, true),
            ("example.com", "example.com", 443, true),
            ("example.com", "sub.example.com", 443, true),
            (".example.com", "sub.example.com", 443, true),
            ("*.example.com", "sub.example.com", 443, true),
            ("example.com", "badexample.com", 443, false),
            ("EXAMPLE.com", "example.com", 443, true),
            ("example.com:8443", "example.com", 8443, true),
            ("example.com:8443", "example.com", 443, false),
            ("10.0.0.0/8", "10.1.2.3", 443, true),
            ("10.0.0.0/8", "11.1.2.3", 443, false),
            ("0.0.0.0/0", "11.1.2.3", 443, true),
            ("10.0.0.0/99", "10.1.2.3", 443, false),
            ("::1", "::1", 443, true),
            ("[::1]:443", "::1", 443, true),
            ("fd00::/8", "fd12::1", 443, true),
            (".", "example.com", 443, false),
            ("", "example.com", 443, false),
        ] {
            assert_eq!(covers(entry, host, port), expect, "{entry} {host}:{port}");
        }
    }

    #[test]
    fn lower_case_wins_and_all_proxy_fills_in() {
        let proxies = Proxies::from_variables(&|name| match name {
            "https_proxy" => Some("http://lower:1".to_owned()),
            "HTTPS_PROXY" => Some("http://upper:1".to_owned()),
            "ALL_PROXY" => Some("http://all:1".to_owned()),
            "NO_PROXY" => Some("direct.example, 10.0.0.0/8".to_owned()),
            _ => None,
        });
        let of = |text: &str| {
            let address = Address::parse(text).expect("an address");
            proxies.of(&address).map(str::to_owned)
        };
        assert_eq!(of("https://a.example/"), Some("http://lower:1".to_owned()));
        assert_eq!(of("http://127.0.0.1/"), Some("http://all:1".to_owned()));
        assert_eq!(of("https://x.direct.example/"), None);
        assert_eq!(of("https://10.2.3.4/"), None);
    }

    #[test]
    fn debug_shows_no_credentials() {
        let proxies =
            Proxies { https: Some("http://user:secret@proxy:1".to_owned()), ..Proxies::default() };
        assert!(!format!("{proxies:?}").contains("secret"));
    }
}
