#![no_main]
//! Every version scheme: the first byte chooses it, the lines after it are versions. The order is one:
//! equal to itself, antisymmetric, transitive; and a range's intervals are read or refused.

use std::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use versions::range::{self, Event};
use versions::{Scheme, Version};

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let scheme = Scheme::ALL[usize::from(*first) % Scheme::ALL.len()];
    let lines: Vec<&str> = text.split('\n').take(6).collect();
    let parsed: Vec<Version<'_>> = lines.iter().filter_map(|line| scheme.parse(line).ok()).collect();
    for a in &parsed {
        assert_eq!(a.compare(a), Ordering::Equal, "{scheme:?} {:?}", a.text());
        for b in &parsed {
            let forward = a.compare(b);
            assert_eq!(forward, b.compare(a).reverse(), "{scheme:?} {:?} {:?}", a.text(), b.text());
            for c in &parsed {
                let (ab, bc, ac) = (forward, b.compare(c), a.compare(c));
                if ab != Ordering::Greater && bc != Ordering::Greater {
                    assert_ne!(
                        ac,
                        Ordering::Greater,
                        "{scheme:?} {:?} <= {:?} <= {:?}",
                        a.text(),
                        b.text(),
                        c.text()
                    );
                }
            }
        }
    }
    let events: Vec<Event<'_>> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| match at % 4 {
            0 => Event::Introduced(line),
            1 => Event::Fixed(line),
            2 => Event::LastAffected(line),
            _ => Event::Limit(line),
        })
        .collect();
    let Ok(intervals) = range::intervals(scheme, &events) else { return };
    for interval in &intervals {
        for version in &parsed {
            let _ = range::contains(scheme, interval, version);
        }
    }
});
