//! The schemes for which there is no corpus, from their specifications; and what every scheme refuses.
//!
//! A chain `a < b = c < d` claims the order of every pair in it, not only of neighbours.

use std::cmp::Ordering;

use versions::Scheme;
use vocab::ecosystem::{Base, Ecosystem};

fn check(scheme: Scheme, chain: &str) {
    let mut rank = 0;
    let mut members: Vec<(&str, u32)> = Vec::new();
    for word in chain.split_ascii_whitespace() {
        match word {
            "<" => rank += 1,
            "=" => {}
            version => members.push((version, rank)),
        }
    }
    assert!(members.len() > 1, "{chain}");
    for &(a, x) in &members {
        for &(b, y) in &members {
            assert_eq!(scheme.compare(a, b), Ok(x.cmp(&y)), "{scheme:?}: {a} against {b}");
        }
    }
}

fn refused(scheme: Scheme, texts: &[&str]) {
    for text in texts {
        assert!(scheme.parse(text).is_err(), "{scheme:?} reads {text:?}");
    }
}

#[test]
fn semver_precedence() {
    check(
        Scheme::SemVer,
        "1.0.0-0 < 1.0.0-9 < 1.0.0-10 < 1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-alpha.beta < 1.0.0-beta \
         < 1.0.0-beta.2 < 1.0.0-beta.11 < 1.0.0-rc.1 < 1.0.0 = 1.0.0+5 = v1 < 1.0.1-- < 1.0.1",
    );
    check(Scheme::SemVer, "1.6.1 < 1.7.0-rc.1 < 1.7.0 < 1.7.0.1 < 1.7.0.2 < 1.7.0.10 < 1.7.1");
    check(
        Scheme::SemVer,
        "18446744073709551615.0.0 < 18446744073709551616.0.0 < 99999999999999999999.0.0",
    );
    refused(Scheme::SemVer, &["", "1.", "1..2", ".1", "1.2.x", "1.2.3-"]);
    refused(
        Scheme::SemVer,
        &["1.2.3-a..b", "^1.2", ">=1, <2", "1.2.3.", "1.2.3+", "1.2.3-+5", "latest", "1.2.3-ä"],
    );
}

#[test]
fn npm_is_loose() {
    check(
        Scheme::Npm,
        "1.2.3beta < 1.2.3beta.1 < 1.2.3-beta.2 < 1.2.3rc = v1.2.3-rc < =1.2.3 = 1.2.3",
    );
    refused(Scheme::Npm, &["1.x", "1x", "~1.2.3", "1.2.3 || 2", "*", "workspace:*", "file:../a"]);
}

#[test]
fn go_modules() {
    check(
        Scheme::Go,
        "v0.0.0-20190101000000-abcdef123456 < v0.0.0-20240229235959-000000000001 < v0.0.0 < v0.0.1 \
         < v0.1.0 < v1.0.0-alpha < v1.0.0-rc.1 < v1.0.0-rc.1.0.20240101000000-abcdef123456 < v1.0.0-rc.2 \
         < v1.0.0 < v1.0.1-0.20240101000000-abcdef123456 < v1.0.1 = 1.0.1 < v2.0.0+incompatible \
         = v2.0.0 < v2.0.1-0.20240101000000-abcdef123456+incompatible < v2.0.1+incompatible < v10.0.0",
    );
    // Go compares the identifier rc10 as text.
    check(Scheme::Go, "v1.0.0-rc1 < v1.0.0-rc10 < v1.0.0-rc2 < v1.0.0");
    check(Scheme::Go, "v1 = v1.0 = v1.0.0 < v1.1");
    refused(
        Scheme::Go,
        &[
            "(devel)",
            "devel",
            "devel go1.24-3dd5ab8 Mon Jan 6",
            "v0.0.0-00010101000000-000000000000",
            "latest",
            "master",
            "v1.2.3.4",
            "v1.2.x",
            "",
            "go",
            "v",
        ],
    );
}

#[test]
fn go_standard_library_and_toolchain() {
    check(
        Scheme::Go,
        "go1.20rc3 = 1.20.0-rc.3 < go1.20 = 1.20 = go1.20.0 = 1.20.0 < go1.20.1 < 1.21.0-0 < go1.21beta1 \
         < go1.21rc1 < go1.21rc2 = 1.21.0-rc.2 < go1.21rc10 = 1.21.0-rc.10 < go1.21.0 = v1.21.0 \
         < go1.21.13 < go1.22rc1 = 1.22rc1 < go1.22.0 < go1.23.4 = go1.23.4-bigcorp < go1.100",
    );
    assert!(Scheme::Go.compare("go1.22.1 X:boringcrypto", "1.22.1") == Ok(Ordering::Equal));
    refused(Scheme::Go, &["go1.22foo1", "go1.22rc", "1.22alpha", "gotip"]);
}

#[test]
fn hex_is_semver() {
    check(
        Scheme::Hex,
        "0.1.0-dev < 0.1.0 < 0.1.1 < 0.2.0 < 0.10.0 < 1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-rc.0 < 1.0.0-rc.1 \
         < 1.0.0 = 1.0.0+build.7 < 1.0.1 < 1.1.0 < 1.7.0-rc.0 < 1.7.0 < 1.7.14 < 2.0.0",
    );
    refused(Scheme::Hex, &["~> 1.0", "1.0.0.beta", "main", "== 1.0.0"]);
}

#[test]
fn swift_tags() {
    check(
        Scheme::Swift,
        "0.9.0 = v0.9.0 < 1.0.0-alpha.1 < 1.0.0-beta < 1.0.0-beta.2 < 1.0.0-beta.10 < 1.0.0 = v1.0.0 = 1.0 \
         < 1.13.2 < 2.0.0-convergence.1 < 2.0.0 < 2.41.1 < 2.62.0 < 509.0.0 < 509.1.1 < 510.0.0-prerelease",
    );
    refused(
        Scheme::Swift,
        &["main", "swift-5.9-RELEASE", "f70225981241859eb4aa1a18a75531d26637c8cc", "from: 1.0.0"],
    );
}

#[test]
fn bitnami_revisions() {
    check(
        Scheme::Bitnami,
        "1.2.2-9 < 1.2.3-alpha < 1.2.3-beta.2 < 1.2.3-rc1 < 1.2.3 = 1.2.3+foo < 1.2.3-0 < 1.2.3-1 < 1.2.3-2 \
         < 1.2.3-10 < 1.2.4 < 1.4.5 < 1.5.1 < 2.2.2 < 2.2.3",
    );
    let prerelease = |text| Scheme::Bitnami.parse(text).expect("a version").is_prerelease();
    assert!(prerelease("1.2.3-rc1"));
    assert!(!prerelease("1.2.3-1"));
}

#[test]
fn github_actions_tags() {
    check(
        Scheme::GitHubActions,
        "v1 = 1.0.0 < v1.0.1 < v2-beta < v2 < v3.5.2 < v3.6 = v3.6.0 < v4.0.0-beta.1 < v4 = v4.0 = v4.0.0 \
         < v4.1 < v4.1.7 < v4.2.0 < v10 < v35.7.7 < v45.0.7 < v46.0.1",
    );
    refused(
        Scheme::GitHubActions,
        &[
            "main",
            "release/v1",
            "1111111111111111111111111111111111111111",
            "b4ffde6",
            "0e58ed8671d6b60d0890c21b07f8835ace038e67",
        ],
    );
}

#[test]
fn conan_versions() {
    check(
        Scheme::Conan,
        "1 = 1.0 = 1.0.0 < 1+b.3 < 1.0+b.22 < 1+b1 = 1.0+b1 < 1.0.0+b10 < 1.0.0+b2 < 1.0.2 < 1.1-alpha.3 < 1.1-alpha.22 < 1.1-pre1 \
         < 1.1-pre2 < 1.1 < 1.1.1 < 1.1.1a < 1.1.1s < 1.1.1w < 1.1.2 < 1.1a < 1.2-rc1 < 1.2.0 < 1.2.0.1 < 1.2.1-dev \
         < 1.2.1 < 1.3 < 1.9 < 1.10 < 1.22 < 1.a < 2 < 13.0 < cci.20200203 < cci.20210118 < cci.20210118.1",
    );
    check(Scheme::Conan, "4.0.0-pre1 = 4-pre1.0 < 4 < 4.0.0.1 < 4.0.1");
    // The client runs in circles here: 9 < 10 < 1a < 9.
    check(Scheme::Conan, "0.1 < 0.1a < 0.9 < 0.10");
    refused(Scheme::Conan, &["[>=1.2 <2]", "1.2@user/channel", "system", ""]);
}

#[test]
fn opam_is_debian_without_epoch_and_revision() {
    check(
        Scheme::Opam,
        "1.0~alpha < 1.0~beta2 < 1.0~beta10 < 1.0 < 1.0a < 1.0-1 < 1.0.1 < 1.10 < v0.9 < v0.16.0",
    );
    check(Scheme::Opam, "4.14.0~rc1 < 4.14.0 < 4.14.0+flambda < 4.14.1");
}

#[test]
fn julia_vscode_and_kubernetes_are_semver() {
    for base in [Base::Julia, Base::VsCode, Base::Kubernetes, Base::CratesIo] {
        assert_eq!(Scheme::of(&Ecosystem::from(base)), Some(Scheme::SemVer));
    }
    check(Scheme::SemVer, "v1.28.0-alpha.0 < v1.28.0-rc.1 < v1.28.0 < v1.28.9 < v1.28.10");
}

#[test]
fn suffixes_do_not_change_the_scheme_and_root_takes_its_inner_one() {
    let of = |text| Scheme::of(&Ecosystem::parse(text));
    assert_eq!(of("Debian:12"), Some(Scheme::Dpkg));
    assert_eq!(of("Ubuntu:Pro:18.04:LTS"), Some(Scheme::Dpkg));
    assert_eq!(of("Red Hat:enterprise_linux:9::appstream"), Some(Scheme::Rpm));
    assert_eq!(of("Alpine:v3.18"), Some(Scheme::Apk));
    assert_eq!(of("Root:Alpine:3.18"), Some(Scheme::Apk));
    assert_eq!(of("Root:Debian:12"), Some(Scheme::Dpkg));
    assert_eq!(of("Root:npm"), Some(Scheme::Npm));
    for none in [
        "Root",
        "Root:Root:Debian",
        "GIT",
        "Linux",
        "Android",
        "OSS-Fuzz",
        "FreeBSD:base:14.3",
        "CocoaPods",
    ] {
        assert_eq!(of(none), None, "{none}");
    }
}

#[test]
fn maven_words_and_zeros() {
    check(
        Scheme::Maven,
        "1-alpha < 1-alpha-1 = 1a1 < 1.0.0.Beta1 = 1-b1 < 1-M2 < 1-RC1 = 1.0.CR1 < 1-SNAPSHOT < 1 = 1.0.Final \
         = 1.0.0.RELEASE = 1-ga = 1.0.0-0.0.0 < 1-sp < 1-jre < 1-1 = 1-ga-1 < 1-2 < 1.0.1 < 1.1",
    );
    check(Scheme::Maven, "9.4.11 < 9.4.11.v20180605 < 9.4.11.v20180606 < 9.4.12");
    check(Scheme::Maven, "31.0-android < 31.0.1-android < 31.1-android < 31.1-jre < 32.0.0-jre");
    check(Scheme::Maven, "2.9.0.RC1 < 2.9.0 < 2.9.0-1");
    refused(Scheme::Maven, &["[1.0,2.0)", "${revision}", "1.0 2.0", ""]);
}

#[test]
fn rpm_and_dpkg_epochs() {
    check(
        Scheme::Rpm,
        "1.0~rc1-1 < 1.0-1 = 0:1.0-1 < 1.0^git1-1 < 1.0.1-1 < 2-1 < 1:0.1-1 = 01:0.1-1",
    );
    check(
        Scheme::Dpkg,
        "1.0~rc1-1 < 1.0 = 1.0-0 < 1.0-1~bpo1 < 1.0-1 < 1.0-1+b1 < 1.0a < 1.0+dfsg < 1.0.1 < 2 < 1:0.1",
    );
    refused(Scheme::Dpkg, &["a:1.0", "1.0 2", "1.0,2.0", "unknown", ""]);
    refused(Scheme::Rpm, &["1.0 2", "1,2", "(none)"]);
}

#[test]
fn apk_suffixes() {
    check(
        Scheme::Apk,
        "1.2_alpha < 1.2_alpha2 < 1.2_beta < 1.2_pre1 < 1.2_rc1 < 1.2_rc10 < 1.2 < 1.2-r0 < 1.2-r1 < 1.2-r10 \
         < 1.2_cvs1 < 1.2_svn1 < 1.2_git20240101 < 1.2_hg1 < 1.2_p1 < 1.2_p10 < 1.2a < 1.2b < 1.2.0 < 1.2.01 < 1.2.1 \
         < 1.10",
    );
}

#[test]
fn prereleases_are_told() {
    let check = |scheme: Scheme, text: &str, expect: bool| {
        let version = scheme.parse(text).expect("a version");
        assert_eq!(version.is_prerelease(), expect, "{scheme:?} {text}");
    };
    check(Scheme::SemVer, "1.0.0-rc.1", true);
    check(Scheme::SemVer, "1.0.0+5", false);
    check(Scheme::Npm, "1.0.0beta", true);
    check(Scheme::PyPI, "1.0a1", true);
    check(Scheme::PyPI, "1.0.dev3", true);
    check(Scheme::PyPI, "1.0.post1.dev3", true);
    check(Scheme::PyPI, "1.0.post1", false);
    check(Scheme::PyPI, "1.0+local", false);
    check(Scheme::Maven, "1.0.0.M3", true);
    check(Scheme::Maven, "1.0-SNAPSHOT", true);
    check(Scheme::Maven, "2.0.0-preview-1", true);
    check(Scheme::Maven, "31.1-android", false);
    check(Scheme::Maven, "1.0-sp1", false);
    check(Scheme::Maven, "5.3.20.RELEASE", false);
    check(Scheme::Go, "go1.22rc1", true);
    check(Scheme::Go, "v2.0.0+incompatible", false);
    check(Scheme::RubyGems, "7.1.0.rc1", true);
    check(Scheme::RubyGems, "7.1.0", false);
    check(Scheme::Packagist, "v6.0.0-BETA1", true);
    check(Scheme::Packagist, "1.0.0-p1", false);
    check(Scheme::Packagist, "1.0.0-stable", false);
    check(Scheme::Conan, "1.2-rc1", true);
    check(Scheme::Apk, "1.2_rc1-r0", true);
    check(Scheme::Apk, "1.2_p1-r0", false);
    check(Scheme::Rpm, "1.0~rc1-1", true);
    check(Scheme::Rpm, "1.0-1~x", false);
    check(Scheme::Dpkg, "1.0~rc1-1", false);
}

#[test]
fn what_is_refused_says_why_and_is_cut() {
    let long = "1".repeat(513);
    let error = Scheme::SemVer.parse(&long).expect_err("too long");
    assert_eq!(error.text.len(), 80);
    assert_eq!(error.why, "it is longer than 512 bytes");
    assert!(Scheme::SemVer.parse(&"1".repeat(512)).is_ok());
    let error = Scheme::Go.parse("(devel)").expect_err("no version");
    assert_eq!(error.to_string(), "`(devel)` is no Go version: a development build has no version");
    for scheme in Scheme::ALL {
        for text in ["", "  ", "1.0, 2.0", ">=1.0", "1.0 || 2.0", "\u{0}", "[1,2)"] {
            assert!(scheme.parse(text).is_err(), "{scheme:?} reads {text:?}");
        }
    }
}
