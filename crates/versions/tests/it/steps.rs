//! How big an upgrade is, by ecosystem.

use versions::{Scheme, Step, step};

fn check(scheme: Scheme, from: &str, to: &str, expect: Step) {
    assert_eq!(step(scheme, from, to), expect, "{scheme:?}: {from} to {to}");
}

#[test]
fn the_first_difference_decides() {
    check(Scheme::SemVer, "1.2.3", "1.2.4", Step::Patch);
    check(Scheme::SemVer, "1.2.3", "1.3.0", Step::Minor);
    check(Scheme::SemVer, "v1.2.3", "2.0.0", Step::Major);
    check(Scheme::SemVer, "1.2.3-rc.1", "1.2.3", Step::Patch);
    check(Scheme::Npm, "=4.17.20", "4.17.21", Step::Patch);
    check(Scheme::PyPI, "2.0", "2.0.post1", Step::Patch);
    check(Scheme::PyPI, "3.2", "3.2.5", Step::Patch);
    check(Scheme::Maven, "2.14.1", "2.17.1", Step::Minor);
    check(Scheme::Maven, "5.3.18.RELEASE", "5.3.20.RELEASE", Step::Patch);
    check(Scheme::NuGet, "1.0.0.1", "1.0.0.2", Step::Patch);
    check(Scheme::Go, "go1.22.1", "1.23.0", Step::Minor);
    check(Scheme::GitHubActions, "v3", "v4.1.7", Step::Major);
    check(Scheme::Apk, "3.1.4-r1", "3.1.4-r5", Step::Patch);
    check(Scheme::Dpkg, "1.1.1n-0+deb11u4", "1.1.1n-0+deb11u5", Step::Patch);
}

#[test]
fn below_one_the_ecosystem_decides() {
    check(Scheme::SemVer, "0.3.1", "0.4.0", Step::Major);
    check(Scheme::SemVer, "0.3.1", "0.3.2", Step::Patch);
    check(Scheme::SemVer, "0.0.1", "0.0.2", Step::Major);
    check(Scheme::Npm, "0.21.1", "0.30.0", Step::Major);
    check(Scheme::Pub, "0.13.4", "0.13.5", Step::Patch);
    check(Scheme::Go, "v0.17.0", "v0.23.0", Step::Major);
    check(Scheme::PyPI, "0.3", "0.4", Step::Minor);
    check(Scheme::Maven, "0.3", "0.4", Step::Minor);
    check(Scheme::Hackage, "1.2.3", "1.3.0", Step::Major);
    check(Scheme::Hackage, "1.2.3", "1.2.4", Step::Minor);
}

#[test]
fn an_epoch_is_major_and_what_is_not_newer_is_unknown() {
    check(Scheme::PyPI, "2.0", "1!2.0", Step::Major);
    check(Scheme::Rpm, "3.0.7-1", "1:3.0.7-2", Step::Major);
    check(Scheme::Dpkg, "1:1.2.3-1", "1:1.2.4-1", Step::Patch);
    check(Scheme::SemVer, "1.2.3", "1.2.3", Step::Unknown);
    check(Scheme::SemVer, "1.2.3", "1.2.2", Step::Unknown);
    check(Scheme::Go, "(devel)", "1.2.2", Step::Unknown);
}
