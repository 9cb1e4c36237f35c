//! How much would a download bring? Asked before it is done.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use fetch::{Client, Request};

use super::addresses::{Addresses, parse};
use super::{FeedError, names};

/// Largest list of ecosystems, in bytes.
pub(super) const LARGEST_LIST: u64 = 1 << 20;

/// The size of each ecosystem's archive in bytes; `None` when the server does not say or the
/// ecosystem is not there.
///
/// # Errors
/// The bucket's address is refused, or an ecosystem has no name for a folder.
pub fn sizes(
    client: &Client,
    addresses: &Addresses,
    ecosystems: &[String],
) -> Result<Vec<(String, Option<u64>)>, FeedError> {
    let bucket = parse("osv", &addresses.osv)?;
    let mut sizes = Vec::new();
    for ecosystem in ecosystems {
        if !names::is_safe(ecosystem) {
            return Err(FeedError::Name(ecosystem.clone()));
        }
        let archive = bucket
            .join(&[ecosystem, "all.zip"])
            .map_err(|source| FeedError::Address { feed: format!("osv/{ecosystem}"), source })?;
        let size = client.size(&archive).unwrap_or_default();
        sizes.push((ecosystem.clone(), size));
    }
    Ok(sizes)
}

/// The ecosystems that the bucket lists, without those that another one contains.
///
/// # Errors
/// The list does not come.
pub fn ecosystems(client: &Client, addresses: &Addresses) -> Result<Vec<String>, FeedError> {
    let list = parse("osv", &addresses.osv)?
        .join(&["ecosystems.txt"])
        .map_err(|source| FeedError::Address { feed: "osv".to_owned(), source })?;
    let mut text = Vec::new();
    let request = Request { address: &list, limit: LARGEST_LIST, held: None, accept_gzip: false };
    client.get(&request, &mut text, &mut |_| ControlFlow::Continue(()))?;
    Ok(listed(&String::from_utf8_lossy(&text)).0)
}

/// Where the bucket keeps records that belong to no ecosystem, so that no package can match them.
const NO_ECOSYSTEM: &str = "[EMPTY]";

/// Reads `ecosystems.txt`: names to ask for, and names that are refused. `Debian:12` is left out
/// where `Debian` is listed, whose archive holds every release
/// (<https://google.github.io/osv.dev/data/>).
pub(super) fn listed(text: &str) -> (Vec<String>, Vec<String>) {
    let names: Vec<&str> = text.lines().map(str::trim).filter(|name| !name.is_empty()).collect();
    let whole: BTreeSet<&str> = names.iter().copied().collect();
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for &name in whole.iter().filter(|&&name| name != NO_ECOSYSTEM) {
        let part = name.split_once(':').is_some_and(|(base, _)| whole.contains(base));
        match (part, names::is_safe(name)) {
            (true, _) => {}
            (false, true) => taken.push(name.to_owned()),
            (false, false) => refused.push(name.chars().take(80).collect()),
        }
    }
    (taken, refused)
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn releases_of_a_listed_distribution_and_odd_names_are_left_out() {
        let (taken, refused) =
            listed("npm\nDebian\nDebian:12\r\n\n[EMPTY]\n../x\nRed Hat\nLone:1\nnpm\n");
        assert_eq!(taken, ["Debian", "Lone:1", "Red Hat", "npm"]);
        assert_eq!(refused, ["../x"]);
    }
}
