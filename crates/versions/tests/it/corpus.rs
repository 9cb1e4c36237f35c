//! Every line of the corpus of native orders, against the schemes.
//!
//! Lines are `a < b`, `a = b`, `a > b`; the `*-generated` files were written by the native tools. A line on
//! which we differ is named in [`EXCEPTIONS`] with the reason, and must differ.

use std::cmp::Ordering;
use std::collections::HashSet;

use versions::Scheme;

const FILES: &[(&str, Scheme, usize)] = &[
    ("alpine-versions-generated.txt", Scheme::Apk, 13_979),
    ("alpine-versions.txt", Scheme::Apk, 778),
    ("cran-versions-generated.txt", Scheme::Cran, 57),
    ("cran-versions.txt", Scheme::Cran, 21),
    ("debian-versions-generated.txt", Scheme::Dpkg, 14_442),
    ("debian-versions.txt", Scheme::Dpkg, 30),
    ("hackage-versions.txt", Scheme::Hackage, 11),
    ("maven-versions-generated.txt", Scheme::Maven, 14_752),
    ("maven-versions.txt", Scheme::Maven, 102),
    ("nuget-versions.txt", Scheme::NuGet, 35),
    ("packagist-versions-generated.txt", Scheme::Packagist, 10_630),
    ("packagist-versions.txt", Scheme::Packagist, 95),
    ("pub-versions.txt", Scheme::Pub, 100),
    ("pypi-versions-generated.txt", Scheme::PyPI, 12_375),
    ("pypi-versions.txt", Scheme::PyPI, 37),
    ("redhat-versions.txt", Scheme::Rpm, 165),
    ("rubygems-versions-generated.txt", Scheme::RubyGems, 4_098),
    ("rubygems-versions.txt", Scheme::RubyGems, 25),
    ("semver-versions.txt", Scheme::SemVer, 86),
];

/// Lines that no total order can hold, or that the native tool itself does not stand by.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (MAVEN, "1.0.0-RC16 < 1.0.0.RC8-beta", CIRCLE),
    (MAVEN, "1.0.0-gradle-rework-beta3 < 1.0.0.RC7-3", CIRCLE),
    (MAVEN, "2.9.0-1 < 2.9.0.RC1", CIRCLE),
    (MAVEN, "1.0.0rc0 < 1.0.beta8", CIRCLE),
    (MAVEN, "3.5.0-CR-2 < 3.5.0.Beta-1", CIRCLE),
    (MAVEN, "1.1.0-01-glassfish < 1.1.0.Beta1", CIRCLE),
    (MAVEN, "7.0.0pre3 < 7.0.0.pre4", CIRCLE),
    (MAVEN, "6.1.12.rc5 < 6.1.12rc1", SEPARATOR),
    (MAVEN, "1.5.9.RC1 < 1.5.9-RC0", SEPARATOR),
    (PACKAGIST, "v1.9.0-ALPHA.1 = v1.9.0-BETA.1", CASE),
    (PACKAGIST, "v1.9.0-BETA.1 < v1.9.0-ALPHA.2", CASE),
    (PACKAGIST, "v1.9.0-ALPHA.2 = v1.9.0-BETA.2", CASE),
    (PACKAGIST, "5.1.0-stable < 5.1.0-beta2", STABLE),
    ("packagist-versions.txt", "1.2.3.# = 1.2.3.1", HASH),
];

const MAVEN: &str = "maven-versions-generated.txt";
const PACKAGIST: &str = "packagist-versions-generated.txt";
const CIRCLE: &str = "Maven up to 3.8 runs in circles here: 2.9.0 < 2.9.0-1 < 2.9.0.RC1 < 2.9.0, as a zero that stands \
     before a word equals the end; Maven since 3.9 drops the zero, as we do";
const SEPARATOR: &str = "Maven up to 3.8 orders `.rc` before `-rc` whatever the number; Maven since 3.9 reads both alike";
const CASE: &str = "PHP's function, called without Composer's normalising, knows only small letters \
     and takes ALPHA and BETA for equal unknown words; Composer itself reads them without case";
const STABLE: &str = "PHP's function, called without Composer's normalising, takes `stable` for an \
     unknown word below beta; Composer itself drops it";
const HASH: &str =
    "PHP says 1.2.3 = 1.2.3.# = 1.2.3.1 and 1.2.3 < 1.2.3.1; no order can hold all three";

/// The pairs of a file, comments and empty lines left out.
pub fn lines(text: &str) -> impl Iterator<Item = (&str, &str, Ordering, &str)> {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).filter_map(|line| {
        if line.starts_with("//") || line.starts_with("# ") {
            return None;
        }
        let mut words = line.split(' ');
        let (a, sign, b) = (words.next()?, words.next()?, words.next()?);
        let order = match sign {
            "<" => Ordering::Less,
            ">" => Ordering::Greater,
            "=" => Ordering::Equal,
            other => panic!("{other} in {line}"),
        };
        Some((a, b, order, line))
    })
}

#[test]
fn every_line_of_the_corpus_is_in_order() {
    let Some(corpus) = testkit::corpus("every_line_of_the_corpus_is_in_order") else { return };
    let folder = testkit::unpack(&corpus.join("versions/osv-scalibr-version-order.tar.zst"));
    let found = testkit::files(folder.path());
    let exceptions: HashSet<_> = EXCEPTIONS.iter().map(|(f, l, _)| (*f, *l)).collect();
    let (mut wrong, mut met) = (Vec::new(), 0);
    for &(name, scheme, count) in FILES {
        let path = found.iter().find(|p| p.ends_with(name)).unwrap_or_else(|| panic!("{name}"));
        let text = String::from_utf8(read(&folder.path().join(path))).expect("UTF-8");
        let mut seen = 0;
        for (a, b, order, line) in lines(&text) {
            seen += 1;
            let ours = scheme.compare(a, b);
            let back = scheme.compare(b, a).map(Ordering::reverse);
            let excepted = exceptions.contains(&(name, line));
            met += usize::from(excepted);
            if (ours == Ok(order) && back == Ok(order)) == excepted {
                wrong.push(format!("{name}: {line}: {ours:?}"));
            }
        }
        assert_eq!(seen, count, "{name}");
    }
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(met, EXCEPTIONS.len(), "an exception is not in the corpus");
    assert!(EXCEPTIONS.iter().all(|(_, _, why)| !why.is_empty()));
}

#[expect(clippy::disallowed_methods, reason = "a file of the corpus, its size is known")]
pub fn read(path: &std::path::Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
