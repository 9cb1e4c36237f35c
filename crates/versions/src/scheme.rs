//! By which rules does an ecosystem order its versions?

use vocab::ecosystem::{Base, Ecosystem};

/// The rules by which versions are read and ordered, one per native tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Semantic Versioning 2.0.0: crates.io, Julia, VSCode, Kubernetes.
    SemVer,
    /// node-semver, «loose».
    Npm,
    /// PEP 440, with the legacy versions that came before it.
    PyPI,
    /// Maven's version order specification.
    Maven,
    /// Go modules, the standard library and the toolchain.
    Go,
    /// `Gem::Version`.
    RubyGems,
    /// Composer on PHP's `version_compare`.
    Packagist,
    /// NuGet: SemVer with a fourth number, compared without case.
    NuGet,
    /// Dart's `pub_semver`: build metadata orders.
    Pub,
    /// Elixir's `Version`.
    Hex,
    /// Swift Package Manager.
    Swift,
    /// Cabal: a list of numbers; GHC too.
    Hackage,
    /// R's `package_version`: numbers with `.` or `-`; Bioconductor too.
    Cran,
    /// Conan 2.
    Conan,
    /// Bitnami: SemVer in which a number after the hyphen is a revision.
    Bitnami,
    /// Tags of actions: SemVer of one to three numbers.
    GitHubActions,
    /// opam: Debian's comparison of the whole text.
    Opam,
    /// dpkg: Debian, Ubuntu, Echo.
    Dpkg,
    /// apk-tools: Alpine, Wolfi, Chainguard, MinimOS, Alpaquita, BellSoft.
    Apk,
    /// rpm: Red Hat, AlmaLinux, Rocky, SUSE, openSUSE, Mageia, openEuler, Azure Linux, Photon OS.
    Rpm,
}

impl Scheme {
    /// Every scheme, in the order of declaration.
    pub const ALL: &'static [Self] = &[
        Self::SemVer,
        Self::Npm,
        Self::PyPI,
        Self::Maven,
        Self::Go,
        Self::RubyGems,
        Self::Packagist,
        Self::NuGet,
        Self::Pub,
        Self::Hex,
        Self::Swift,
        Self::Hackage,
        Self::Cran,
        Self::Conan,
        Self::Bitnami,
        Self::GitHubActions,
        Self::Opam,
        Self::Dpkg,
        Self::Apk,
        Self::Rpm,
    ];

    /// The scheme of an OSV ecosystem; `None` where no order is known, so that its versions are
    /// «not evaluated». `Root:…` rebuilds packages of the ecosystem that its suffix names.
    pub fn of(ecosystem: &Ecosystem) -> Option<Self> {
        match ecosystem.base() {
            Base::Root => {
                let inner = Ecosystem::parse(ecosystem.suffix()?);
                if inner.base() == Base::Root { None } else { Self::of_base(inner.base()) }
            }
            base => Self::of_base(base),
        }
    }

    fn of_base(base: Base) -> Option<Self> {
        Some(match base {
            Base::CratesIo | Base::Julia | Base::VsCode | Base::Kubernetes => Self::SemVer,
            Base::Npm => Self::Npm,
            Base::PyPI => Self::PyPI,
            Base::Maven => Self::Maven,
            Base::Go => Self::Go,
            Base::RubyGems => Self::RubyGems,
            Base::Packagist => Self::Packagist,
            Base::NuGet => Self::NuGet,
            Base::Pub => Self::Pub,
            Base::Hex => Self::Hex,
            Base::SwiftUrl => Self::Swift,
            Base::Hackage | Base::Ghc => Self::Hackage,
            Base::Cran | Base::Bioconductor => Self::Cran,
            Base::Conan => Self::Conan,
            Base::Bitnami => Self::Bitnami,
            Base::GitHubActions => Self::GitHubActions,
            Base::Opam => Self::Opam,
            Base::Debian | Base::Ubuntu | Base::Echo => Self::Dpkg,
            Base::Alpine
            | Base::Wolfi
            | Base::Chainguard
            | Base::MinimOs
            | Base::Alpaquita
            | Base::BellSoft => Self::Apk,
            Base::RedHat
            | Base::AlmaLinux
            | Base::RockyLinux
            | Base::Suse
            | Base::OpenSuse
            | Base::Mageia
            | Base::OpenEuler
            | Base::AzureLinux
            | Base::PhotonOs => Self::Rpm,
            Base::CocoaPods
            | Base::Root
            | Base::Linux
            | Base::Android
            | Base::OssFuzz
            | Base::Git
            | Base::Other => return None,
        })
    }
}
