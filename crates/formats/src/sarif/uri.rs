//! How does a path become a URI reference?

/// Path bytes as a URI reference (RFC 3986, sections 3.3 and 4.2), and whether it is relative to the
/// scanned root. A colon is escaped always, since a first segment with one would read as a scheme; so
/// are backslashes, spaces and every byte that is not ASCII, UTF-8 or not. An empty path is the root.
pub fn encode(path: &[u8]) -> (String, bool) {
    let mut rest = path;
    while let Some(shorter) = rest.strip_prefix(b"./") {
        rest = shorter;
    }
    let absolute = path.starts_with(b"/");
    let mut uri = String::with_capacity(rest.len() + 8);
    if absolute {
        uri.push_str("file://");
    }
    for &byte in rest {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            uri.push('%');
            for nibble in [byte >> 4, byte & 15] {
                uri.push(DIGITS.get(usize::from(nibble)).map_or('0', |&b| char::from(b)));
            }
        }
    }
    // Two slashes in front would read as a host.
    while !absolute && uri.starts_with('/') {
        uri.remove(0);
    }
    if uri.is_empty() {
        uri.push('.');
    }
    (uri, !absolute)
}

/// The address, if it is an absolute `https` or `http` one without a character that RFC 3986 forbids.
pub fn web(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let good = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    (!rest.is_empty() && address.len() <= 2048 && rest.bytes().all(good)).then_some(address)
}
