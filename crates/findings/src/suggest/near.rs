//! How near are two places, whatever kind of place each is?

use super::document::Document;

/// How near two places in one file are of which no lines are known; less is known to be far apart.
pub const SAME_FILE: f64 = 0.4;

/// How near, from 0 to 1, and in words.
pub fn near(a: &Document, b: &Document) -> (f64, Option<String>) {
    let mut nearest = (0.0, None);
    for (score, words) in files(a, b).into_iter().chain(network(a, b)).chain(things(a, b)) {
        if score > nearest.0 {
            nearest = (score, Some(words));
        }
    }
    nearest
}

fn same(a: &str, b: &str) -> bool {
    !a.is_empty() && a == b
}

fn files(a: &Document, b: &Document) -> Vec<(f64, String)> {
    let pairs = a.places.iter().flat_map(|of_a| b.places.iter().map(move |of_b| (of_a, of_b)));
    let alike = pairs.filter(|(a, b)| a.path == b.path || ends_alike(&a.path, &b.path));
    alike
        .map(|(a, b)| {
            let apart = a.line.abs_diff(b.line);
            let known = a.line > 0 && b.line > 0;
            let lines = || match apart {
                0 => format!("{}:{}", b.path, b.line),
                1 => format!("{}, 1 line apart", b.path),
                _ => format!("{}, {apart} lines apart", b.path),
            };
            match apart {
                0 if known => (1.0, lines()),
                1..=3 if known => (0.97, lines()),
                // Tools point at a statement's begin, at its sink or at its end.
                4..=6 if known => (0.85, lines()),
                _ if same(&a.symbol, &b.symbol) => (0.8, format!("{} in {}", b.symbol, b.path)),
                7..=20 if known => (0.6, lines()),
                _ if known => (0.3, lines()),
                _ => (SAME_FILE, b.path.clone()),
            }
        })
        .collect()
}

fn network(a: &Document, b: &Document) -> Vec<(f64, String)> {
    let mut found = Vec::new();
    let host = same(&a.host, &b.host);
    // One application may be seen under two names of hosts; the root of two says nothing.
    let hosts = match (host || a.host.is_empty() || b.host.is_empty(), a.route.as_str()) {
        (true, _) => 1.0,
        (false, "/") => 0.0,
        (false, _) => 0.9,
    };
    if same(&a.route, &b.route) {
        if same(&a.parameter, &b.parameter) {
            found.push((hosts, format!("{} with {}", b.route, b.parameter)));
        } else if [&a.parameter, &b.parameter].iter().any(|p| p.is_empty() || is_header(p)) {
            found.push((0.8 * hosts, b.route.clone()));
        } else {
            found.push((0.2 * hosts, b.route.clone()));
        }
    }
    if host && a.weakness.wide && b.weakness.wide && a.weakness.family() == b.weakness.family() {
        found.push((0.75, format!("the whole of {}", b.host)));
    }
    if host {
        found.push((0.1, b.host.clone()));
    }
    found
}

fn things(a: &Document, b: &Document) -> Vec<(f64, String)> {
    let mut found = Vec::new();
    if same(&a.package, &b.package) {
        found.push((0.6, b.package.clone()));
    }
    if same(&a.resource, &b.resource) {
        found.push((0.9, b.resource.clone()));
    }
    found
}

/// A header of the response stands in the place of a parameter in some reports.
fn is_header(parameter: &str) -> bool {
    parameter.starts_with("x-") || parameter.ends_with("-policy")
}

/// Whether one path is the end of the other, with its file's folder at least.
fn ends_alike(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.contains('/')
        && long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}
