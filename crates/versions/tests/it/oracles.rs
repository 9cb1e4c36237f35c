//! Other readers of the same rules as oracles: pep440_rs, debversion, rpm-version, nodejs-semver.
//!
//! Each is asked about generated versions and about the strings of the corpus. Where the oracle is known to
//! differ, the comparison is left out by a named condition with its reason.

use std::cmp::Ordering;
use std::str::FromStr;

use proptest::prelude::*;
use versions::Scheme;

use crate::corpus::lines;

/// The oracle's answer, or `None` where it does not read both or is known to differ.
type Oracle = fn(&str, &str) -> Option<Ordering>;

fn pep440(a: &str, b: &str) -> Option<Ordering> {
    let read = |text| pep440_rs::Version::from_str(text).ok();
    Some(read(a)?.cmp(&read(b)?))
}

fn debian(a: &str, b: &str) -> Option<Ordering> {
    // It keeps numbers in machine integers and fails on longer ones.
    let fits = |text: &str| !text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() > 8);
    // It puts an absent number below 0; dpkg holds them equal (`2.` and `2.0`).
    let whole =
        |text: &str| text.split('-').all(|part| part.ends_with(|c: char| c.is_ascii_digit()));
    let read = |text: &str| {
        (fits(text) && whole(text)).then(|| debversion::Version::from_str(text).ok())?
    };
    Some(read(a)?.cmp(&read(b)?))
}

fn rpm(a: &str, b: &str) -> Option<Ordering> {
    // It splits at the first hyphen where rpm takes the last, takes any text before a colon for an
    // epoch, and equals a missing release with an empty one.
    let plain = |text: &str| {
        let epoch = text.split_once(':').is_none_or(|(e, rest)| {
            !e.is_empty() && e.bytes().all(|b| b.is_ascii_digit()) && !rest.contains(':')
        });
        epoch && text.matches('-').count() == 1 && !text.ends_with('-')
    };
    (plain(a) && plain(b)).then(|| rpm_version::rpm_evr_compare(a, b))
}

fn node(a: &str, b: &str) -> Option<Ordering> {
    let read = |text| nodejs_semver::Version::parse(text).ok();
    Some(read(a)?.cmp(&read(b)?))
}

fn agree(scheme: Scheme, oracle: Oracle, a: &str, b: &str) -> Result<bool, String> {
    let Some(theirs) = oracle(a, b) else { return Ok(false) };
    match scheme.compare(a, b) {
        Ok(ours) if ours == theirs => Ok(true),
        ours => Err(format!("{scheme:?}: {a} against {b}: {ours:?}, the oracle says {theirs:?}")),
    }
}

#[test]
fn the_oracles_agree_on_the_corpus() {
    let Some(corpus) = testkit::corpus("the_oracles_agree_on_the_corpus") else { return };
    let folder = testkit::unpack(&corpus.join("versions/osv-scalibr-version-order.tar.zst"));
    let cases: [(&str, Scheme, Oracle); 4] = [
        ("pypi-versions-generated.txt", Scheme::PyPI, pep440),
        ("debian-versions-generated.txt", Scheme::Dpkg, debian),
        ("redhat-versions.txt", Scheme::Rpm, rpm),
        ("semver-versions.txt", Scheme::Npm, node),
    ];
    for (name, scheme, oracle) in cases {
        let path = testkit::files(folder.path())
            .into_iter()
            .find(|p| p.ends_with(name))
            .unwrap_or_else(|| panic!("{name}"));
        let bytes = crate::corpus::read(&folder.path().join(path));
        let text = String::from_utf8(bytes).expect("UTF-8");
        let found: Vec<&str> = lines(&text).flat_map(|(a, b, _, _)| [a, b]).collect();
        let mut asked = 0;
        // Not only the lines' own pairs: versions of different packages meet in one walk too.
        for (i, a) in found.iter().enumerate() {
            for distance in [1, 2, 37] {
                let b = found[(i + distance) % found.len()];
                asked += usize::from(agree(scheme, oracle, a, b).unwrap_or_else(|e| panic!("{e}")));
            }
        }
        assert!(asked > found.len() / 6, "{name}: {asked} of {} asked", found.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn pep440_rs_agrees(a in pypi(), b in pypi()) {
        prop_assert!(agree(Scheme::PyPI, pep440, &a, &b).map_err(TestCaseError::fail)?, "{a} {b}");
    }

    #[test]
    fn debversion_agrees(
        a in "([0-2]:)?[0-2](\\.?[0-9a-c~+]{0,4})(-[0-2a-b~+.]{1,3})?",
        b in "([0-2]:)?[0-2](\\.?[0-9a-c~+]{0,4})(-[0-2a-b~+.]{1,3})?",
    ) {
        agree(Scheme::Dpkg, debian, &a, &b).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn rpm_version_agrees(
        a in "([0-2]:)?[0-2a-c.~^_+]{1,6}-[0-2a-c.~^]{1,4}",
        b in "([0-2]:)?[0-2a-c.~^_+]{1,6}-[0-2a-c.~^]{1,4}",
    ) {
        prop_assert!(agree(Scheme::Rpm, rpm, &a, &b).map_err(TestCaseError::fail)?, "{a} {b}");
    }

    #[test]
    fn nodejs_semver_agrees(
        a in "v?[0-2]\\.[0-2]\\.(0|10?)(-(a|b|0|10?|a-b)(\\.(0|1|10|rc)){0,2})?",
        b in "v?[0-2]\\.[0-2]\\.(0|10?)(-(a|b|0|10?|a-b)(\\.(0|1|10|rc)){0,2})?",
    ) {
        prop_assert!(agree(Scheme::Npm, node, &a, &b).map_err(TestCaseError::fail)?, "{a} {b}");
    }
}

/// Every spelling that PEP 440 lets pass.
fn pypi() -> impl Strategy<Value = String> {
    "(v|V)?((0|1)!)?[0-2](\\.[0-2]){0,3}(\\.0){0,2}([-_.]?(a|alpha|b|beta|c|rc|pre|preview|RC)[-_.]?[0-2]?)?\
     (-[0-2]|[-_.]?(post|rev|r)[-_.]?[0-2]?)?([-_.]?(dev|DEV)[-_.]?[0-2]?)?(\\+[a-b0-2]{1,2}([-_.][a-b0-2]{1,2}){0,2})?"
}
