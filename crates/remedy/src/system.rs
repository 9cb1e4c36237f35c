//! How does a distribution's package move, on a system and in an image?
//!
//! Written from the manuals of apt-get(8), apk-upgrade(8), dnf(8) and zypper(8). The tool chooses the
//! version: of the release's own repositories, which holds the fix or a later one.

use std::collections::BTreeSet;

use vocab::Base;

use crate::row::Row;
use crate::shell;

/// The command line of a distribution's tool before the packages' names.
fn tool(base: Base) -> Option<&'static str> {
    Some(match base {
        Base::Debian | Base::Ubuntu | Base::Echo => "apt-get install --only-upgrade",
        Base::Alpine
        | Base::Wolfi
        | Base::Chainguard
        | Base::MinimOs
        | Base::Alpaquita
        | Base::BellSoft => "apk upgrade",
        Base::RedHat
        | Base::AlmaLinux
        | Base::RockyLinux
        | Base::OpenEuler
        | Base::AzureLinux
        | Base::Mageia => "dnf upgrade",
        Base::PhotonOs => "tdnf update",
        Base::Suse | Base::OpenSuse => "zypper update",
        _ => return None,
    })
}

/// Whether a row is of packages that a distribution's tool moves.
pub fn is_distribution(row: &Row<'_>) -> bool {
    row.members.first().is_some_and(|member| tool(member.ecosystem.base()).is_some())
}

/// The installed packages of a row, sorted; the source package's name where none is told.
pub fn packages(row: &Row<'_>) -> Vec<String> {
    let mut names: BTreeSet<String> =
        row.members.iter().flat_map(|member| member.installed.iter().cloned()).collect();
    if names.is_empty() {
        names.extend(row.members.iter().map(|member| member.name.clone()));
    }
    names.into_iter().collect()
}

/// The line that moves a row's packages on a running system; `None` in an image, and where a name is none
/// that a shell may see.
pub fn line(row: &Row<'_>) -> Option<String> {
    let first = row.members.first()?;
    if row.to.is_none() || row.members.iter().any(|member| member.image) {
        return None;
    }
    let tool = tool(first.ecosystem.base())?;
    let names: Option<Vec<String>> = packages(row).iter().map(|name| shell::word(name)).collect();
    Some(format!("{tool} {}", names?.join(" ")))
}
