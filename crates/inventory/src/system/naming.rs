//! Do advisories of a distribution name the source package, the installed one, or either?
//!
//! In: the ecosystem's base. Out: a [`Naming`], for databases and for bills of materials alike.

use vocab::Base;

/// Under which names records of an ecosystem speak of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Of the source package.
    Source,
    /// Of the installed package.
    Installed,
    /// Of either; both are asked.
    Both,
}

/// OSV schema, «Defined Ecosystems», and what the records themselves do where they do otherwise: those of
/// Red Hat and AlmaLinux name each installed package, those of Wolfi and Chainguard single packages of an
/// origin.
pub(crate) fn naming(base: Base) -> Naming {
    match base {
        Base::Debian
        | Base::Ubuntu
        | Base::Echo
        | Base::Alpine
        | Base::Alpaquita
        | Base::BellSoft
        | Base::Suse
        | Base::OpenSuse
        | Base::Mageia
        | Base::OpenEuler => Naming::Source,
        Base::Wolfi
        | Base::Chainguard
        | Base::MinimOs
        | Base::RockyLinux
        | Base::AzureLinux
        | Base::PhotonOs => Naming::Both,
        _ => Naming::Installed,
    }
}
