//! Hostile texts, widths and times.

use formats::text::{absolute, ago, amount, day, due, due_in, printable, truncate, width};
use proptest::prelude::*;
use vocab::Instant;

fn at(text: &str) -> Instant {
    vocab::instant::parse(text).unwrap_or_default()
}

#[test]
fn what_acts_is_shown_instead() {
    let table = [
        ("serde 1.0", "serde 1.0"),
        ("naïve 文字 🦀", "naïve 文字 🦀"),
        ("\u{1b}[31mred\u{1b}[0m", r"\u{1b}[31mred\u{1b}[0m"),
        ("\u{1b}]8;;http://x\u{7}link", r"\u{1b}]8;;http://x\u{7}link"),
        ("\u{9b}31m", r"\u{9b}31m"),
        ("a\r\nb\tc\u{8}", r"a\r\nb\tc\u{8}"),
        ("user\u{202e}txt.exe", r"user\u{202e}txt.exe"),
        ("\u{2066}x\u{2069}", r"\u{2066}x\u{2069}"),
        ("lo\u{200b}dash\u{feff}", r"lo\u{200b}dash\u{feff}"),
        ("tag\u{e0041}", r"tag\u{e0041}"),
        (r"back\slash", r"back\slash"),
        ("nul\0", r"nul\u{0}"),
        ("", ""),
    ];
    for (text, expect) in table {
        assert_eq!(printable(text), expect);
    }
    assert!(matches!(printable("plain"), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn a_text_is_cut_to_columns_not_to_bytes() {
    assert_eq!(width("文字"), 4);
    assert_eq!(truncate("lodash", 6), "lodash");
    assert_eq!(truncate("lodash", 5), "loda…");
    assert_eq!(truncate("文字文字", 5), "文字…");
    assert_eq!(truncate("文字文字", 4), "文…");
    assert_eq!(truncate("lodash", 1), "…");
    assert_eq!(truncate("lodash", 0), "");
    assert_eq!(truncate("e\u{301}e\u{301}", 2), "e\u{301}e\u{301}");
    let stacked = format!("e{}x", "\u{301}".repeat(1000));
    assert_eq!(truncate(&stacked, 10), format!("e{}x", "\u{301}".repeat(4)));
}

#[test]
fn due_times_never_promise_more_than_there_is() {
    let now = at("2026-11-21T19:00:00Z");
    let table = [
        ("2026-11-22T14:00:00Z", "due in 19 h (Sun 22 Nov 14:00 UTC)"),
        ("2026-11-22T14:59:59Z", "due in 19 h (Sun 22 Nov 14:59 UTC)"),
        ("2026-11-21T19:45:10Z", "due in 45 min (Sat 21 Nov 19:45 UTC)"),
        ("2026-11-21T19:00:30Z", "due now (Sat 21 Nov 19:00 UTC)"),
        ("2026-11-21T19:00:00Z", "due now (Sat 21 Nov 19:00 UTC)"),
        ("2026-11-24T18:59:00Z", "due in 71 h (Tue 24 Nov 18:59 UTC)"),
        ("2026-11-24T19:00:00Z", "due in 3 d (Tue 24 Nov 19:00 UTC)"),
        ("2027-02-19T19:00:00Z", "due in 90 d (Fri 19 Feb 2027 19:00 UTC)"),
        ("2026-11-21T18:59:30Z", "overdue (Sat 21 Nov 18:59 UTC)"),
        ("2026-11-21T17:00:00Z", "overdue by 2 h (Sat 21 Nov 17:00 UTC)"),
        ("2026-11-18T19:00:00Z", "overdue by 3 d (Wed 18 Nov 19:00 UTC)"),
        ("2025-11-21T19:00:00Z", "overdue by 365 d (Fri 21 Nov 2025 19:00 UTC)"),
    ];
    for (instant, expect) in table {
        assert_eq!(due(now, at(instant)), expect);
    }
    assert_eq!(due_in(now, at("2026-11-21T18:59:59.9Z")), "overdue");
    assert_eq!(absolute(now, at("2026-11-02T04:05:06Z")), "Mon 2 Nov 04:05 UTC");
    assert_eq!(day(at("2026-11-02T23:59:59Z")), "2026-11-02");
}

#[test]
fn ages_and_amounts() {
    let now = at("2026-11-21T19:00:00Z");
    assert_eq!(ago(now, at("2026-11-21T16:00:00Z")), "3 h ago");
    assert_eq!(ago(now, at("2026-11-21T18:59:30Z")), "just now");
    assert_eq!(ago(now, at("2026-11-25T19:00:00Z")), "in 4 d");
    assert_eq!(amount(-5), "0 min");
    assert_eq!(amount(3_599), "59 min");
    assert_eq!(due_in(Instant::MIN, Instant::MAX), "due in 7304481 d");
    assert_eq!(ago(Instant::MIN, Instant::MAX), "in 7304481 d");
}

proptest! {
    #[test]
    fn nothing_that_acts_passes(text in "\\PC*|.*|[\u{0}-\u{2fff}]*") {
        let shown = printable(&text);
        prop_assert!(!shown.chars().any(char::is_control));
        prop_assert_eq!(printable(&shown), shown.as_ref());
    }

    #[test]
    fn a_cut_text_fits(text in ".*", columns in 0usize..40) {
        prop_assert!(width(&truncate(&text, columns)) <= columns);
    }
}
