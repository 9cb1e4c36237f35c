//! Properties: every scheme's order is one, and nothing that is read makes it panic.

use std::cmp::Ordering;

use proptest::prelude::*;
use versions::range::{Event, contains, intervals};
use versions::{Scheme, step};

/// Pieces of which versions are made, odd ones too; few, so that likenesses are frequent.
const PIECES: &[&str] = &[
    "0",
    "1",
    "2",
    "10",
    "00",
    "01",
    "9",
    ".",
    ".",
    "-",
    "-",
    "_",
    "+",
    "~",
    "^",
    ":",
    "a",
    "b",
    "rc",
    "alpha",
    "beta",
    "pre",
    "dev",
    "post",
    "sp",
    "final",
    "ga",
    "x",
    "m",
    "p",
    "r",
    "-r",
    "v",
    "SNAPSHOT",
    "RC",
    "#",
    "!",
    "=",
    "*",
    "α",
    "go",
    "git",
    ".0",
    "-0",
    "99999999999999999999",
];

fn any_version() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 1..7).prop_map(|pieces| pieces.concat())
}

/// A version that begins like most do, so that more of them are read.
fn likely_version() -> impl Strategy<Value = String> {
    (0u8..3, any_version()).prop_map(|(first, rest)| format!("{first}{rest}"))
}

fn versions() -> impl Strategy<Value = String> {
    prop_oneof![likely_version(), any_version()]
}

fn scheme() -> impl Strategy<Value = Scheme> {
    prop::sample::select(Scheme::ALL)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 6_000, ..ProptestConfig::default() })]

    #[test]
    fn the_order_is_total(scheme in scheme(), a in versions(), b in versions(), c in versions()) {
        let (Ok(a), Ok(b), Ok(c)) = (scheme.parse(&a), scheme.parse(&b), scheme.parse(&c)) else {
            return Ok(());
        };
        prop_assert_eq!(a.compare(&a), Ordering::Equal);
        prop_assert_eq!(a.compare(&b), b.compare(&a).reverse());
        let mut sorted = [a, b, c];
        // Three sorted by pairs must be in order at both ends; a circle cannot be.
        sorted.sort_by(|a, b| a.compare(b));
        let [low, middle, high] = &sorted;
        let (first, second) = (low.compare(middle), middle.compare(high));
        prop_assert_ne!(first, Ordering::Greater);
        prop_assert_ne!(second, Ordering::Greater);
        prop_assert_eq!(low.compare(high), first.then(second), "{:?} {:?} {:?}", low, middle, high);
    }

    #[test]
    fn no_text_makes_it_panic(scheme in scheme(), a in any::<String>(), b in versions()) {
        let _ = scheme.compare(&a, &b);
        let _ = step(scheme, &a, &b);
        if let Ok(version) = scheme.parse(&a) {
            let _ = version.is_prerelease();
        }
        if let (Ok(version), Ok(found)) = (
            scheme.parse(&b),
            intervals(scheme, &[Event::Introduced("0"), Event::Fixed(&a), Event::Limit(&b)]),
        ) {
            for interval in &found {
                let _ = contains(scheme, interval, &version);
            }
        }
    }

    #[test]
    fn an_upgrade_has_a_size_and_a_downgrade_has_none(
        scheme in scheme(), a in likely_version(), b in likely_version(),
    ) {
        let newer = scheme.compare(&a, &b) == Ok(Ordering::Less);
        prop_assert_eq!(step(scheme, &a, &b) != versions::Step::Unknown, newer);
    }
}

/// What a version is in exactly the intervals' sense: walk the sorted events by hand.
fn affected_by_definition(scheme: Scheme, starts: &[(String, String)], version: &str) -> bool {
    let at_least = |v: &str, b: &str| scheme.compare(v, b) != Ok(Ordering::Less);
    starts.iter().any(|(from, to)| at_least(version, from) && !at_least(version, to))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Disjoint intervals, given as events in any order, hold what they should.
    #[test]
    fn intervals_hold_what_the_events_say(
        mut cuts in prop::collection::btree_set(0u32..60, 2..8),
        version in 0u32..60,
        seed in any::<u64>(),
    ) {
        if cuts.len() % 2 == 1 {
            cuts.pop_first();
        }
        let cuts: Vec<String> = cuts.into_iter().map(|n| format!("{}.{}.0", n / 10, n % 10)).collect();
        let pairs: Vec<(String, String)> =
            cuts.chunks_exact(2).map(|p| (p[0].clone(), p[1].clone())).collect();
        let mut events: Vec<Event<'_>> = pairs
            .iter()
            .flat_map(|(from, to)| [Event::Introduced(from), Event::Fixed(to)])
            .collect();
        let turn = usize::try_from(seed % events.len() as u64).expect("small");
        events.rotate_left(turn);
        let version = format!("{}.{}.0", version / 10, version % 10);
        let parsed = Scheme::SemVer.parse(&version).expect("a version");
        let found = intervals(Scheme::SemVer, &events).expect("all parse");
        let inside = found
            .iter()
            .any(|i| contains(Scheme::SemVer, i, &parsed).expect("all parse"));
        prop_assert_eq!(inside, affected_by_definition(Scheme::SemVer, &pairs, &version));
    }
}

#[test]
fn different_schemes_are_ordered_by_scheme() {
    let a = Scheme::SemVer.parse("9.0.0").expect("a version");
    let b = Scheme::Npm.parse("1.0.0").expect("a version");
    assert_eq!(a.compare(&b), Ordering::Less);
    assert_eq!(b.compare(&a), Ordering::Greater);
}
