//! What does a CVSS vector say of automation and impact, where nobody recorded an SSVC decision?
//!
//! Metric values are read by name from the text of v3.0, v3.1 and v4.0 vectors; nothing is scored.
//! A v2 vector, a malformed one and one without the metrics asked for say nothing (`None`).

/// Longest vector that is read, in bytes; a complete v4.0 vector has about 200.
const MAX_BYTES: usize = 512;

/// Automatable as the vectors suggest (docs/ARCHITECTURE.md, «The clock», rule 3): AV:N/AC:L/PR:N/UI:N,
/// and for v4.0 also AT:N. With several vectors, yes if any says so.
pub fn infer_automatable<'a>(vectors: impl IntoIterator<Item = &'a str>) -> Option<bool> {
    any(vectors, |v4| {
        if v4 {
            &[("AV", "N"), ("AC", "L"), ("AT", "N"), ("PR", "N"), ("UI", "N")]
        } else {
            &[("AV", "N"), ("AC", "L"), ("PR", "N"), ("UI", "N")]
        }
    })
}

/// Total technical impact as the vectors suggest (rule 3): C:H and I:H, for v4.0 VC:H and VI:H. With
/// several vectors, yes if any says so.
pub fn infer_total_impact<'a>(vectors: impl IntoIterator<Item = &'a str>) -> Option<bool> {
    any(vectors, |v4| if v4 { &[("VC", "H"), ("VI", "H")] } else { &[("C", "H"), ("I", "H")] })
}

type Wanted = &'static [(&'static str, &'static str)];

fn any<'a>(vectors: impl IntoIterator<Item = &'a str>, wanted: fn(bool) -> Wanted) -> Option<bool> {
    let said = vectors.into_iter().filter_map(|vector| holds(vector, wanted));
    said.reduce(|a, b| a || b)
}

/// Whether every wanted metric has the wanted value; `None` when the vector does not carry them all.
fn holds(vector: &str, wanted: fn(bool) -> Wanted) -> Option<bool> {
    if vector.len() > MAX_BYTES {
        return None;
    }
    let (version, metrics) = vector.trim().strip_prefix("CVSS:")?.split_once('/')?;
    let wanted = match version {
        "3.0" | "3.1" => wanted(false),
        "4.0" => wanted(true),
        _ => return None,
    };
    let value = |name: &str| {
        metrics
            .split('/')
            .filter_map(|m| m.split_once(':'))
            .find_map(|(n, v)| (n == name).then_some(v))
    };
    let mut all = true;
    for (name, want) in wanted {
        all &= value(name)? == *want;
    }
    Some(all)
}
