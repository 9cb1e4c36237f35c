//! Where does a package's content come from, by the address that a lock file gives?
//!
//! Shared by the families: git addresses in their many spellings, without what may be secret in them.

use vocab::Origin;

/// A git origin. Takes `git+https://…`, `git@host:path`, `github:owner/name`, with `?query` and
/// `#commit` when `commit` is not given apart.
pub fn git(address: &str, commit: Option<&str>) -> Origin {
    let (address, fragment) = match address.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (address, None),
    };
    let address = address.split_once('?').map_or(address, |(address, _)| address);
    let address = address.strip_prefix("git+").unwrap_or(address);
    let commit = commit.or(fragment).unwrap_or_default();
    Origin::Git { url: without_credentials(address), commit: commit.to_owned() }
}

/// An address without `user:password@`; the `git@` of an SSH address stays, it is no secret.
pub fn without_credentials(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority);
    match authority.rsplit_once('@') {
        Some((user, host)) if user != "git" => format!("{scheme}://{host}{path}"),
        _ => address.to_owned(),
    }
}

/// A foreign origin: an address that is not the public registry's.
pub fn foreign(address: &str) -> Origin {
    Origin::Foreign(without_credentials(address))
}
