//! What a person reads of tables and of dates that move, whole and at 80 columns.

use app::policy_diff::{self, EarlierReport, PolicyDiff};
use app::policy_show;
use app::report::Report;
use jiff::ToSpan;

use super::{Style, write};

const STYLE: Style = Style { width: 80, verbose: false };

/// What was written, without styles; no line is longer than the terminal.
fn plain(written: &[u8]) -> String {
    let text = String::from_utf8(written.to_vec()).expect("text");
    let text = anstream::adapter::strip_str(&text).to_string();
    let long = text.lines().find(|line| formats::text::width(line) > STYLE.width);
    assert_eq!(long, None);
    text
}

fn rendered(found: &PolicyDiff) -> String {
    let mut out = Vec::new();
    write(&mut out, found, STYLE).expect("written");
    plain(&out)
}

fn demo() -> Report {
    let now = vocab::instant::parse("2026-11-21T10:00:00Z").expect("an instant");
    app::demo::demo(now).expect("the demo")
}

#[test]
fn each_table_is_shown_as_it_was() {
    for name in app::policy::builtin() {
        let mut out = Vec::new();
        let shown = policy_show::show(name).expect("a table");
        crate::render::policy_show::write(&mut out, &shown, STYLE.width).expect("written");
        insta::assert_snapshot!(format!("show.{name}"), plain(&out));
    }
}

#[test]
fn a_narrow_terminal_has_the_outcome_below_its_case() {
    let mut out = Vec::new();
    let shown = policy_show::show("cisa-bod-26-04").expect("a table");
    crate::render::policy_show::write(&mut out, &shown, 60).expect("written");
    let text = plain(&out);
    assert!(
        text.contains(
            "\n12   yes  yes       no           total\n     3 days & forensic investigation\n"
        ),
        "{text}"
    );
    assert_eq!(text.lines().find(|line| formats::text::width(line) > 60), None);
}

#[test]
fn two_tables_beside_each_other() {
    let found = policy_diff::tables("gabion-24h", "cisa-bod-26-04").expect("compared");
    insta::assert_snapshot!("tables", rendered(&found));
    let same = policy_diff::tables("gabion-24h", "gabion-24h").expect("compared");
    insta::assert_snapshot!(rendered(&same), @r#"
    gabion-24h 1 → gabion-24h 1: no difference in 384 cases.
    A case is a combination of malicious, kev, exploit, exposure, epss percentile,
    severity.
    "#);
}

#[test]
fn dates_that_move_are_told_with_why() {
    let (old, mut new) = (demo(), demo());
    let [first, second, third, ..] = new.findings.as_mut_slice() else {
        unreachable!("the demo has findings")
    };
    // Somebody now says that the first is isolated, so its date moves later; the second is due sooner,
    // as its row allows less; the third has another version, and is another finding.
    first.due = first.due.and_then(|due| due.checked_add(48.hours()).ok());
    first.row = "7".into();
    let mut inputs = first.inputs.to_vec();
    for input in inputs.iter_mut().filter(|i| i.name == "exposure") {
        (input.value, input.source) = ("isolated".to_owned(), "x\u{1b}[2J.toml line 3".to_owned());
    }
    first.inputs = inputs.into();
    second.due = second.due.and_then(|due| due.checked_sub(12.hours()).ok());
    third.version = "9".to_owned();
    let compared = |old, new| {
        let of = |name: &str, report| EarlierReport::of(name.to_owned(), report);
        policy_diff::findings(&of("last.json", old), &of("today.json", new))
    };
    insta::assert_snapshot!("findings", rendered(&compared(old, new)));
    insta::assert_snapshot!(rendered(&compared(demo(), demo())), @r#"
    last.json → today.json: no date moves; 13 findings compared.

    last.json is incomplete: what only the other has may have been there too.
    today.json is incomplete: what only the other has may have been there too.
    "#);
}
