//! Which facts make the identity of each class?
//!
//! One function per class. Whatever may change while the problem stays the same is left out.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::ids::Ids;
use super::package::Package;
use super::{How, Key, Knowledge, LinkRule, Name, catch_all, frames, place, words};
use crate::observation::{Class, Endpoint, Observation};

/// What a class makes of an observation.
pub struct Made {
    pub names: Vec<Name>,
    pub tuple: Key,
    pub apart: Key,
    pub bucket: Key,
    pub content: Option<Key>,
    pub moved: Option<Key>,
    pub line: u32,
    pub links: Vec<(LinkRule, Key, String)>,
    /// Keyed hash of the secret's value.
    pub secret: Option<Key>,
}

impl Made {
    /// A class whose tuple is complete: known by it alone.
    fn complete(tuple: Key) -> Self {
        Self {
            names: vec![Name { key: tuple, how: How::Tuple }],
            tuple,
            apart: tuple,
            bucket: tuple,
            // Nearness must never pair two problems of one bucket.
            content: Some(tuple),
            moved: None,
            line: 0,
            links: Vec::new(),
            secret: None,
        }
    }

    /// A class whose tuple is complete, but of whose records one document may hold several with other titles or ids
    /// of the tool: they are told apart by these. The tuple alone is a name where it does not repeat, so that
    /// another title in the next run is the same problem.
    fn titled(tuple: Key, observation: &Observation) -> Self {
        let title = words::without_numbers(&words::without_versions(&observation.title));
        let id = observation.tool_id.trim();
        let apart = Key::of(&[b"titled", &tuple.0, title.as_bytes(), id.as_bytes()]);
        let names = [(apart, How::Titled), (tuple, How::Place)];
        Self {
            names: names.map(|(key, how)| Name { key, how }).into(),
            apart,
            content: Some(apart),
            ..Self::complete(tuple)
        }
    }
}

/// The key of parts of text.
fn key(parts: &[&str]) -> Key {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    Key::of(&parts)
}

pub fn made(observation: &Observation, ids: &Ids, knowledge: &Knowledge<'_>) -> Made {
    match observation.class {
        Class::Dependency => dependency(observation, ids),
        Class::Code => code(observation, "code"),
        Class::Secret => secret(observation, knowledge),
        Class::Host => host(observation, ids),
        Class::Web => web(observation, ids),
        Class::Configuration => configuration(observation),
        Class::Crash => crash(observation),
        Class::Report => report(observation),
        Class::Licence => licence(observation),
    }
}

/// The package, or where none is named the file that stands for it.
fn package(observation: &Observation) -> (String, String) {
    match observation.component.as_ref().map(|component| Package::of(component).text()) {
        Some(package) if !package.is_empty() => (package, String::new()),
        _ => (String::new(), first_path(observation)),
    }
}

fn first_path(observation: &Observation) -> String {
    observation.locations.first().map(|l| place::normal_path(&l.path)).unwrap_or_default()
}

/// The tool's check, or its title where it has none; both where the check says nothing.
fn check(observation: &Observation) -> String {
    match observation.rule.trim() {
        "" => words::without_versions(&observation.title),
        rule if catch_all::is_catch_all(rule) => {
            format!("{rule}\0{}", words::without_versions(&observation.title))
        }
        rule => rule.to_owned(),
    }
}

fn target(observation: &Observation) -> &str {
    place::normal_target(&observation.target)
}

/// The tool's own names: its id, then its fingerprints, each also with what it is about, so that copies of
/// code in two files stay apart.
fn own_names(observation: &Observation, bucket: Key) -> Vec<Name> {
    let mut names = Vec::new();
    let id = observation.tool_id.trim();
    if !id.is_empty() {
        names.push(Name { key: key(&["tool-id", target(observation), id]), how: How::ToolId });
    }
    for (name, value) in place::fingerprints(observation) {
        let parts = ["fingerprint", observation.rule.trim(), name, value];
        let plain = key(&parts);
        let here = Key::of(&[b"fingerprint-here", &plain.0, &bucket.0]);
        names.push(Name { key: here, how: How::Fingerprint });
        names.push(Name { key: plain, how: How::Fingerprint });
    }
    names
}

/// Package without version, and the problem: every id of its alias group is a name. Neither the manifest nor
/// the version is part of it: one action ends them all.
fn dependency(observation: &Observation, ids: &Ids) -> Made {
    let (package, file) = package(observation);
    let target = target(observation);
    let bucket = key(&["dependency", target, &package, &file]);
    if ids.names.is_empty() {
        let tuple = key(&["dependency", target, &package, &file, "check", &check(observation)]);
        let mut made = Made { bucket, ..Made::titled(tuple, observation) };
        made.names.splice(0..0, own_names(observation, bucket));
        return made;
    }
    let named = |id: &String| key(&["dependency", target, &package, &file, "id", id]);
    let names: Vec<Name> =
        ids.names.iter().map(|id| Name { key: named(id), how: How::Alias }).collect();
    let mut made = Made { names, bucket, ..Made::complete(bucket) };
    let component = observation.component.as_ref().map(Package::of);
    if let Some(component) = component.filter(|p| ids.one && !p.name.is_empty()) {
        let across = component.across();
        let link = |id: &String| {
            let key = key(&["package-alias", &across, id]);
            (LinkRule::PackageAlias, key, format!("{package} {id}"))
        };
        made.links = ids.names.iter().map(link).collect();
    }
    made
}

/// A place in code. Rule and file are the bucket; which of its places is told by the tool's own names, then by
/// what stands there, then by the nearest line. Two places with the same code are two problems, so what
/// stands there is no name.
fn code(observation: &Observation, class: &str) -> Made {
    let check = check(observation);
    let target = target(observation);
    let location = observation.locations.first();
    let path = first_path(observation);
    let symbol = location.map_or("", |l| l.symbol.as_str());
    let bucket = key(&[class, target, &check, &path]);
    let names = own_names(observation, bucket);
    let code = location.and_then(place::code).map(|hash| format!("{hash:x}"));
    let (what, text) = match &code {
        Some(hash) => ("code", hash.clone()),
        None => ("title", words::without_numbers(&observation.title)),
    };
    let content = key(&["content", symbol, what, &text]);
    let telling = location.filter(|l| place::is_telling(l)).and(code);
    let moved = telling.map(|hash| key(&["moved", class, target, &check, symbol, &hash]));
    let tuple = Key::of(&[b"place", &bucket.0, &content.0]);
    // A file as a whole stands at its first line, as in code scanning; 0 is for what has no place.
    let line = location.map_or(0, |l| l.line).max(1);
    let mut made = Made {
        names,
        tuple,
        // A fingerprint that stands for two lines is no name of either.
        apart: Key::of(&[b"line", &tuple.0, &line.to_le_bytes()]),
        bucket,
        content: Some(content),
        moved,
        line,
        links: Vec::new(),
        secret: None,
    };
    if path.is_empty() {
        // No file: rule and symbol are all there is, and complete.
        made.names.push(Name { key: made.tuple, how: How::Tuple });
    }
    made
}

/// A credential. With its value it is one wherever it lies; without, it is a place.
fn secret(observation: &Observation, knowledge: &Knowledge<'_>) -> Made {
    let value = observation.secret.as_ref();
    let Some(hash) = value.and_then(|value| keyed(value.expose(), knowledge.secrets)) else {
        return code(observation, "secret");
    };
    let tuple = Key::of(&[b"secret", target(observation).as_bytes(), &hash.0]);
    let mut made = Made::complete(tuple);
    made.names = vec![Name { key: tuple, how: How::SecretValue }];
    made.links =
        vec![(LinkRule::SecretValue, hash, "the same secret by its keyed hash".to_owned())];
    made.secret = Some(hash);
    made
}

/// HMAC-SHA-256 of a secret's value, cut to 128 bits.
fn keyed(value: &str, secrets: &[u8; 32]) -> Option<Key> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secrets).ok()?;
    mac.update(value.as_bytes());
    let mut key = [0; 16];
    for (to, from) in key.iter_mut().zip(mac.finalize().into_bytes()) {
        *to = from;
    }
    Some(Key(key))
}

/// A service on a host: host, port, protocol, check; and the published problem where it is one, for some
/// checks report many. A check that tells its id only later is found by its bucket.
fn host(observation: &Observation, ids: &Ids) -> Made {
    let none = Endpoint::default();
    let endpoint = observation.endpoint.as_ref().unwrap_or(&none);
    let (host, port) = (endpoint.host.trim(), place::full_port(endpoint).to_string());
    let (target, check) = (target(observation), check(observation));
    let protocol = endpoint.protocol.as_str();
    let package = observation.component.as_ref().map(|component| Package::of(component).text());
    let package = package.unwrap_or_default();
    let mut service = vec!["host", target, host, &port, protocol, &check, &package];
    // Where on the host: one check can find two installations.
    let path = first_path(observation);
    if !path.is_empty() {
        service.push(&path);
    }
    let bucket = key(&service);
    let titled = Made::titled(bucket, observation);
    let mut made = Made { content: None, ..titled };
    if ids.one {
        let named = |id: &String| Key::of(&[b"host-id", &bucket.0, id.as_bytes()]);
        made.names = names(&ids.names, named);
        made.content = Some(key(&["id", ids.leading().unwrap_or_default()]));
        made.tuple =
            Key::of(&[b"host-id", &bucket.0, ids.leading().unwrap_or_default().as_bytes()]);
        made.links = host_links(host, &port, &path, ids);
        made.apart = Key::of(&[b"apart", &made.apart.0, &made.tuple.0]);
    }
    made.names.splice(0..0, own_names(observation, bucket));
    made
}

fn names(ids: &[String], named: impl Fn(&String) -> Key) -> Vec<Name> {
    ids.iter().map(|id| Name { key: named(id), how: How::Alias }).collect()
}

/// A host, a port and a problem; of a problem in one of several installations also which.
fn host_links(host: &str, port: &str, path: &str, ids: &Ids) -> Vec<(LinkRule, Key, String)> {
    if host.is_empty() || !ids.one {
        return Vec::new();
    }
    let link = |id: &String| {
        let mut parts = vec!["host-port-alias", host, port, id];
        if !path.is_empty() {
            parts.push(path);
        }
        let key = key(&parts);
        (LinkRule::HostPortAlias, key, format!("{host}:{port} {id}"))
    };
    ids.names.iter().map(link).collect()
}

/// A page or parameter: check, method, host, route, parameter; and what chooses one page of the route, if told.
fn web(observation: &Observation, ids: &Ids) -> Made {
    let none = Endpoint::default();
    let endpoint = observation.endpoint.as_ref().unwrap_or(&none);
    let host = endpoint.host.trim();
    let (port, route) = (place::port(endpoint).to_string(), place::route(&endpoint.path));
    let method = endpoint.method.trim().to_ascii_uppercase();
    let path = first_path(observation);
    let check = check(observation);
    let resource = observation.resource.trim();
    let mut parts = vec![
        "web",
        target(observation),
        &check,
        &method,
        host,
        &port,
        &route,
        &endpoint.parameter,
        &path,
    ];
    if !resource.is_empty() {
        parts.push(resource);
    }
    let tuple = key(&parts);
    let mut made = Made::titled(tuple, observation);
    made.names.splice(0..0, own_names(observation, tuple));
    made.links = host_links(host, &place::full_port(endpoint).to_string(), "", ids);
    made
}

/// A setting: check, resource and file; without a resource it is a place in a file. A resource keeps its name
/// when its file is renamed.
fn configuration(observation: &Observation) -> Made {
    let resource = observation.resource.trim();
    if resource.is_empty() {
        return code(observation, "configuration");
    }
    let (target, check, path) = (target(observation), check(observation), first_path(observation));
    let tuple = key(&["configuration", target, &check, resource, &path]);
    let mut made = Made::titled(tuple, observation);
    made.names.splice(0..0, own_names(observation, tuple));
    if !path.is_empty() {
        made.moved = Some(key(&["moved", "configuration", target, &check, resource]));
    }
    made
}

/// A crash: the innermost three frames of the project itself.
fn crash(observation: &Observation) -> Made {
    let frames = frames::project_frames(&observation.frames);
    if frames.is_empty() {
        return code(observation, "crash");
    }
    let mut parts = vec!["crash", target(observation)];
    parts.extend(frames.iter().map(String::as_str));
    let tuple = key(&parts);
    let mut made = Made::complete(tuple);
    made.names.splice(0..0, own_names(observation, tuple));
    if frames.len() >= 2 {
        let mut parts = vec!["top-frames"];
        parts.extend(frames.iter().map(String::as_str));
        made.links = vec![(LinkRule::TopFrames, key(&parts), frames.join(" < "))];
    }
    made
}

/// What a person wrote: the id under which it was filed, else its title.
fn report(observation: &Observation) -> Made {
    let target = target(observation);
    let id = observation.tool_id.trim();
    let tuple = if id.is_empty() {
        let title = observation.title.split_whitespace().collect::<Vec<_>>().join(" ");
        key(&["report", target, "titled", &title.to_lowercase()])
    } else {
        key(&["report", target, "id", id])
    };
    let mut made = Made::complete(tuple);
    made.names.splice(0..0, own_names(observation, tuple));
    made
}

/// A licence that is not allowed: package and licence.
fn licence(observation: &Observation) -> Made {
    let (package, file) = package(observation);
    Made::complete(key(&["licence", target(observation), &package, &file, &check(observation)]))
}
