//! How does a reader of hosts and web pages put a claim together and hand it on?
//!
//! In: the texts of a record. Out: endpoints, ids, links, and the finished observation at the sink. A claim
//! that nobody could know again (no check, no title, no id; no place) is dropped and said. Never: a guess.

use crate::coverage::Target;
use crate::observation::{Endpoint, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};

/// Hands a claim on, or drops it when it could not be known again in the next report.
pub fn hand_on(sink: &mut dyn Sink, observation: Observation) -> Result<(), Stop> {
    let nameless = observation.rule.trim().is_empty()
        && observation.title.trim().is_empty()
        && observation.ids.is_empty();
    if nameless {
        sink.dropped(&observation.place, "it has no check, no title and no id");
        return Ok(());
    }
    // Without an endpoint the document speaks of one asset only, which its user names.
    let placeless = observation.target.is_empty()
        && observation.endpoint.as_ref().is_some_and(|at| at.host.is_empty() && at.path.is_empty());
    if placeless {
        sink.dropped(&observation.place, "it names no host and no address");
        return Ok(());
    }
    sink.observation(observation)
}

/// Puts published ids where they belong: a single one names the problem, several are what the check covers.
pub fn cover(observation: &mut Observation, mut ids: Vec<String>) {
    ids.sort();
    ids.dedup();
    if ids.len() == 1 {
        observation.ids = ids;
    } else {
        observation.mentions = ids;
    }
}

/// A service on a host. A port that is no number from 1 to 65535 is none.
pub fn service(host: &str, port: &str, protocol: &str, service: &str) -> Option<Endpoint> {
    let host = host.trim().trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
    Some(Endpoint {
        host,
        port: port.trim().parse().unwrap_or(0),
        protocol: protocol.trim().to_ascii_lowercase(),
        service: service.trim().to_ascii_lowercase(),
        ..Endpoint::default()
    })
}

/// A page. Without a port it is that of the scheme, and an empty path is «/» (RFC 9110, section 4.2.3). A
/// text that begins with «/» is a path without a host.
pub fn page(url: &str, method: &str, parameter: &str) -> Option<Endpoint> {
    let mut endpoint = words::address(url);
    if !endpoint.host.is_empty() {
        if endpoint.port == 0 {
            endpoint.port = default_port(&endpoint.service);
        }
        if endpoint.path.is_empty() && endpoint.service.starts_with("http") {
            endpoint.path = "/".to_owned();
        }
    }
    endpoint.method = method.trim().to_ascii_uppercase();
    endpoint.parameter = parameter.trim().to_owned();
    Some(endpoint)
}

/// The page at a path of a site: the host, port and scheme of the one, the path of the other.
pub fn page_at(site: &str, path: &str, method: &str, parameter: &str) -> Option<Endpoint> {
    if path.contains("://") {
        return page(path, method, parameter);
    }
    let mut endpoint = page(site, method, parameter)?;
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let path = path.get(..end).unwrap_or_default().trim();
    if !path.is_empty() {
        let slash = if path.starts_with('/') { "" } else { "/" };
        endpoint.path = format!("{slash}{path}");
    }
    Some(endpoint)
}

/// The port of a scheme whose default is registered; 0 of any other.
fn default_port(scheme: &str) -> u16 {
    match scheme {
        "https" | "wss" => 443,
        "http" | "ws" => 80,
        _ => 0,
    }
}

/// A host as claims at its services spell it; `None` without a name.
pub fn host_target(host: &str) -> Option<Target> {
    let host = service(host, "", "", "")?.host;
    (!host.is_empty()).then(|| Target::host(&host))
}

/// The site of an address as claims on its pages spell it; `None` when it names no host.
pub fn site_target(url: &str) -> Option<Target> {
    let page = page(url, "", "")?;
    (!page.host.is_empty()).then(|| Target::site(&page.host, page.port))
}

/// Tells that the site of an address was looked at.
pub fn tell_site(sink: &mut dyn Sink, url: &str) {
    site_target(url).into_iter().for_each(|site| sink.fact(Fact::Looked(site)));
}

/// Tells a part of the configuration, when it is stated.
pub fn setting(sink: &mut dyn Sink, name: &'static str, value: String) {
    if !value.trim().is_empty() {
        sink.fact(Fact::Setting(name, value));
    }
}

/// Ports as scanners write them (`1-1024,8080`, `T:80,U:53`), each with its protocol; `None` where one of them is
/// a word or no port, so that the list is not known.
pub fn ports(protocol: &str, list: &str) -> Option<Vec<Fact>> {
    let mut protocol = protocol.trim().to_ascii_lowercase();
    let mut facts = Vec::new();
    for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let part = match part.split_once(':') {
            Some((kind, rest)) => {
                match kind.to_ascii_uppercase().as_str() {
                    "T" => "tcp",
                    "U" => "udp",
                    _ => return None,
                }
                .clone_into(&mut protocol);
                rest
            }
            None => part,
        };
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        facts.push(Fact::Ports(protocol.clone(), first, last));
    }
    (!facts.is_empty()).then_some(facts)
}

/// Texts joined by empty lines; what is empty or said already is left out.
pub fn paragraphs(texts: &[&str]) -> String {
    let mut joined = String::new();
    for text in texts.iter().map(|text| text.trim()) {
        if !text.is_empty() && !joined.contains(text) {
            if !joined.is_empty() {
                joined.push_str("\n\n");
            }
            joined.push_str(text);
        }
    }
    joined
}

/// The web addresses in a text, HTML or not, in order.
pub fn links(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(at) = ["http://", "https://"].iter().filter_map(|s| rest.find(s)).min() {
        rest = rest.get(at..).unwrap_or_default();
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '|' | '`');
        let end = rest.find(ends).unwrap_or(rest.len());
        let link = rest.get(..end).unwrap_or_default();
        let link = link.trim_end_matches([')', ']', '}', ',', ';', '.']);
        if link.len() > 10 && found.len() < 200 && !found.iter().any(|l| l == link) {
            found.push(link.to_owned());
        }
        rest = rest.get(end.max(1)..).unwrap_or_default();
    }
    found
}

/// The weaknesses that a text names as `CWE-79` or `CWE:79`; bare numbers are none.
pub fn weaknesses(text: &str) -> Vec<u32> {
    let upper = text.to_ascii_uppercase();
    let named = upper.match_indices("CWE").filter_map(|(at, _)| {
        let rest = upper.get(at + 3..)?;
        let digits = rest.trim_start_matches([' ', ':', '-', '_', '#']);
        digits.starts_with(|c: char| c.is_ascii_digit()).then(|| words::cwe(digits))?
    });
    named.take(100).collect()
}

/// The score, if it is a CVSS vector or a number from 0 to 10; the first of them that is one.
pub fn score(texts: &[&str]) -> String {
    let fits = |text: &&&str| {
        let number = text.parse::<f64>().is_ok_and(|n| n > 0.0 && n <= 10.0);
        number || text.contains("AV:")
    };
    texts.iter().find(|text| fits(text)).map_or_else(String::new, |text| (*text).to_owned())
}

/// The first line of a text, for a title.
pub fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::{Fact, ports};

    #[test]
    fn ports_as_scanners_write_them() {
        let told = |list: &str| {
            let facts = ports("tcp", list)?;
            let told = facts.into_iter().map(|fact| match fact {
                Fact::Ports(protocol, first, last) => format!("{protocol} {first}-{last}"),
                other => format!("{other:?}"),
            });
            Some(told.collect::<Vec<_>>().join(", "))
        };
        assert_eq!(told("22,80-90").as_deref(), Some("tcp 22-22, tcp 80-90"));
        assert_eq!(told("T:1-10,12,U:53").as_deref(), Some("tcp 1-10, tcp 12-12, udp 53-53"));
        for unknown in ["default", "", "1-70000", "22,https", "P:22"] {
            assert_eq!(told(unknown), None, "{unknown}");
        }
    }
}
