//! Does one CPE name cover another?
//!
//! CPE 2.2 URIs (`cpe:/a:vendor:product:1.0`) and 2.3 formatted strings (`cpe:2.3:a:vendor:product:1.0:…`),
//! NISTIR 7695 section 6; compared by NISTIR 7696, sections 6.2 and 7.2. Never: a pattern evaluated.

/// The attributes of a name: part, vendor, product, version, update, edition, language, software edition,
/// target software, target hardware, other. Empty is ANY.
type Attributes = [String; 11];

const VERSION: usize = 3;

/// Whether `wanted`, with the version told apart from it if there is one, covers `own`.
pub(super) fn covers(wanted: &str, version: Option<&str>, own: &str) -> bool {
    let (Some(mut wanted), Some(own)) = (attributes(wanted), attributes(own)) else { return false };
    if let Some(version) = version {
        let [_, _, _, slot, ..] = &mut wanted;
        if !slot.is_empty() && slot != version {
            return false;
        }
        version.to_lowercase().clone_into(slot);
    }
    // A name that leaves these open covers half of the world.
    if wanted.iter().take(VERSION).any(String::is_empty) {
        return false;
    }
    wanted
        .iter()
        .zip(&own)
        .all(|(wanted, own)| wanted.is_empty() || (wanted == own && !wanted.contains(['*', '?'])))
}

fn attributes(name: &str) -> Option<Attributes> {
    let name = name.trim();
    let lower = name.to_lowercase();
    if let Some(rest) = lower.strip_prefix("cpe:2.3:") {
        let parts = split(rest);
        return (parts.len() == 11).then(|| fill(parts.into_iter()));
    }
    let rest = lower.strip_prefix("cpe:/")?;
    let mut parts: Vec<String> = rest.split(':').map(decoded).collect();
    if parts.len() > 7 {
        return None;
    }
    parts.resize(7, String::new());
    // A packed edition (`~edition~sw_edition~target_sw~target_hw~other`), NISTIR 7695 section 6.1.2.1.3.
    let edition = parts.get(5).cloned().unwrap_or_default();
    let mut packed: Vec<String> = Vec::new();
    if let Some(rest) = edition.strip_prefix('~') {
        packed = rest.split('~').map(str::to_owned).collect();
        if packed.len() != 5 {
            return None;
        }
        *parts.get_mut(5)? = packed.remove(0);
    }
    Some(fill(parts.into_iter().chain(packed)))
}

fn fill(parts: impl Iterator<Item = String>) -> Attributes {
    let mut attributes = Attributes::default();
    for (slot, part) in attributes.iter_mut().zip(parts) {
        *slot = if part == "*" { String::new() } else { part };
    }
    attributes
}

/// The attributes of a formatted string, taken apart at colons that no backslash quotes, without the
/// backslashes. A quoted `*` or `?` is no wildcard; it is kept as such with its backslash.
fn split(text: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ':' => parts.push(std::mem::take(&mut part)),
            '\\' => match chars.next() {
                // Written as a 2.2 URI has them, so that both forms meet and neither is a wildcard.
                Some('*') => part.push_str("%2a"),
                Some('?') => part.push_str("%3f"),
                Some(quoted) => part.push(quoted),
                None => {}
            },
            c => part.push(c),
        }
    }
    parts.push(part);
    parts
}

/// Percent escapes of the printable characters that a URI quotes; `*` and `?` stay escaped.
fn decoded(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('%') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let code = rest.get(at + 1..at + 3).and_then(|d| u8::from_str_radix(d, 16).ok());
        match code.map(char::from).filter(|c| c.is_ascii_graphic() && !matches!(c, '*' | '?')) {
            Some(c) => {
                out.push(c);
                rest = rest.get(at + 3..).unwrap_or_default();
            }
            None => {
                out.push('%');
                rest = rest.get(at + 1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}
