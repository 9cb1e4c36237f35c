//! Which package does a key of a `pnpm-lock.yaml` mean?
//!
//! pnpm names packages by «dependency paths», which changed with the versions of the file: `/name/1.0.0`
//! with peers after `_` (5), `/name@1.0.0(peer@2.0.0)` (6) and `name@1.0.0` (9).

/// Name and version of a key; `None` when it has no version (an address or a folder).
pub(super) fn split(key: &str, version: u32) -> Option<(&str, &str)> {
    let key = without_peers(key);
    if version >= 6 {
        let key = key.strip_prefix('/').unwrap_or(key);
        let at = key.get(1..)?.find('@')? + 1;
        let (name, version) = (key.get(..at)?, key.get(at + 1..)?);
        // `host/name@1.0.0` has the registry before the name (6).
        let name = match name.split_once('/') {
            Some((host, rest)) if host.contains('.') && !host.starts_with('@') => rest,
            _ => name,
        };
        return is_version(version).then_some((name, version));
    }
    // `/name/1.0.0`, `/@scope/name/1.0.0`, `host/name/1.0.0`.
    let (path, version) = key.rsplit_once('/')?;
    let version = version.split('_').next().unwrap_or_default();
    let path = match path.strip_prefix('/') {
        Some(path) => path,
        None => path.split_once('/')?.1,
    };
    (is_version(version) && !path.is_empty()).then_some((path, version))
}

/// The key that a reference of a dependency means, in the ways in which it may be written.
pub(super) fn candidates(name: &str, reference: &str, version: u32) -> [String; 2] {
    let key = match version {
        0..6 => format!("/{name}/{reference}"),
        6..9 => format!("/{name}@{reference}"),
        _ => format!("{name}@{reference}"),
    };
    [key, reference.to_owned()]
}

/// The key without the peers in brackets, as `packages` has it since version 9.
pub(super) fn without_peers(key: &str) -> &str {
    key.split_once('(').map_or(key, |(key, _)| key)
}

fn is_version(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_digit()) && !text.contains([':', '/'])
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn keys_of_all_versions_come_apart() {
        assert_eq!(split("/a/1.0.0", 5), Some(("a", "1.0.0")));
        assert_eq!(split("/@s/a/1.0.0_b@2.0.0", 5), Some(("@s/a", "1.0.0")));
        assert_eq!(split("/a/1.4.0_@types+babel__core@7.1.14", 5), Some(("a", "1.4.0")));
        assert_eq!(split("registry.npmjs.org/@s/a/1.1.0", 5), Some(("@s/a", "1.1.0")));
        assert_eq!(split("github.com/o/r", 5), None);
        assert_eq!(split("/a/b", 5), None);
        assert_eq!(split("invalid", 5), None);
        assert_eq!(split("/a@1.0.0(b@2.0.0)(c@3.0.0)", 6), Some(("a", "1.0.0")));
        assert_eq!(split("/@s/a@1.0.0", 6), Some(("@s/a", "1.0.0")));
        assert_eq!(split("@s/a@1.0.0", 9), Some(("@s/a", "1.0.0")));
        assert_eq!(split("a@https://e.org/x.tgz", 9), None);
        assert_eq!(split("a@file:../x", 9), None);
        assert_eq!(split("", 9), None);
    }
}
