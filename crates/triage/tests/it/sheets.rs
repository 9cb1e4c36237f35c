//! What a person holds against the source: the sheets, line by line.

use triage::{Policy, Sheet};

use crate::given::builtin;

/// The 16 rows as CISA prints them: in KEV, exposed, automatable, impact, timeline.
const BOD_26_04: &str = "\
0 no no no partial fix on system upgrade
1 yes no no partial 14 days
2 no yes no partial 60 days
3 no no yes partial 60 days
4 no no no total fix on system upgrade
5 yes yes no partial 14 days
6 yes no yes partial 14 days
7 no yes yes partial 14 days
8 yes no no total 14 days
9 no yes no total 14 days
10 no no yes total 60 days
11 yes yes yes partial 3 days
12 yes yes no total 3 days & forensic investigation
13 yes no yes total 3 days & forensic investigation
14 no yes yes total 3 days
15 yes yes yes total 3 days & forensic investigation";

/// Each line of a sheet of cases as one text.
fn cases(sheet: &Sheet) -> Vec<String> {
    assert!(sheet.cases);
    let line = |l: &triage::Line| format!("{} {} {}", l.row, l.values.join(" "), l.says);
    sheet.lines.iter().map(line).collect()
}

/// Each line of a sheet of rows as one text.
fn rows(sheet: &Sheet) -> String {
    assert!(!sheet.cases);
    let line = |l: &triage::Line| format!("{} | {} | {}", l.row, l.outcome, l.when.join("; or "));
    sheet.lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn bod_26_04_is_printed_as_it_is_published() {
    let sheet = builtin("cisa-bod-26-04").sheet();
    let names: Vec<&str> = sheet.headings.iter().map(|h| h.name.as_str()).collect();
    assert_eq!(names, ["In KEV", "Publicly Exposed", "Automatable", "Technical Impact"]);
    assert_eq!(sheet.outcome, "CISA BOD 26-04 Remediation Timelines");
    assert_eq!(cases(&sheet).join("\n"), BOD_26_04);
    for line in &sheet.lines {
        let due = match line.says.as_str() {
            "fix on system upgrade" => "on the next upgrade",
            "60 days" => "60 d",
            "14 days" => "14 d",
            "3 days" => "3 d",
            "3 days & forensic investigation" => "3 d, search for traces",
            other => unreachable!("{other}"),
        };
        assert_eq!(line.outcome.to_string(), due, "{line:?}");
    }
    let exposed = &sheet.headings[1];
    assert_eq!(exposed.input, "exposure");
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(exposed.values, [pair("no", "isolated or internal"), pair("yes", "internet")]);
}

#[test]
fn the_sheets_are_the_published_files() {
    let Some(corpus) = testkit::corpus("the_sheets_are_the_published_files") else { return };
    let folder = testkit::unpack(&corpus.join("cve/ssvc-decision-tables.tar.zst"));
    for (name, file) in [
        ("cisa-bod-26-04", "cisa/cisa_bod_26_04_1_0_0.csv"),
        ("cert-cc-deployer", "ssvc/deployer_patch_application_priority_1_0_0.csv"),
    ] {
        let path = folder.path().join("data/csv").join(file);
        let mut reader = csv::Reader::from_path(path).expect("a table");
        let heads = reader.headers().expect("names").clone();
        let heads: Vec<&str> =
            heads.iter().skip(1).map(|h| h.split(" v").next().expect("a name")).collect();
        let published: Vec<String> = reader
            .records()
            .map(|record| record.expect("a row").iter().collect::<Vec<_>>().join(" "))
            .collect();
        let sheet = builtin(name).sheet();
        let mut named: Vec<&str> = sheet.headings.iter().map(|h| h.name.as_str()).collect();
        named.push(&sheet.outcome);
        assert_eq!(named, heads, "{name}");
        assert_eq!(cases(&sheet), published, "{name}");
    }
}

#[test]
fn a_condensed_copy_is_expanded_to_the_cases_of_the_source() {
    let condensed = r#"
name = "ours"
version = "1"
source = "condensed from cisa:BOD2604:1.0.0"
[[row]]
id = "a"
when = { kev = "yes", technical_impact = "total", automatable = "yes" }
due = "3d"
[[row]]
id = "b"
when = { exposure = "internal" }
due = "7d"
[[row]]
id = "c"
when = {}
due = "14d"
"#;
    let sheet = Policy::parse("ours.toml", condensed).expect("a sound table").sheet();
    let lines = cases(&sheet);
    // Two cases are row a's; in the seven others that are not exposed the table tells two apart.
    assert_eq!(lines.len(), 2 + 7 + 7 + 7);
    assert_eq!(lines[0], "a yes no yes total ");
    assert_eq!(lines[1], "a yes yes yes total ");
    assert_eq!(lines[2], "b no no (internal) no partial ");
    assert!(lines.contains(&"c no no (isolated) no partial ".to_owned()), "{lines:?}");
}

#[test]
fn gabion_24h_is_the_table_of_the_design() {
    let document = include_str!("../../../../docs/ARCHITECTURE.md");
    let table = document.split("| # | when | due |\n|---|---|---|\n").nth(1).expect("the table");
    let published: Vec<String> =
        table.lines().take_while(|l| l.starts_with('|')).map(str::to_owned).collect();
    assert_eq!(published.len(), 11);
    let sheet = builtin("gabion-24h").sheet();
    let shown = |l: &triage::Line| format!("| {} | {} | {} |", l.row, l.says, l.outcome);
    let ours: Vec<String> = sheet.lines.iter().map(shown).collect();
    // That a malicious package is an emergency is rule 9, above the table.
    assert_eq!(ours[0], published[0].replace("24 h", "24 h, emergency"));
    assert_eq!(ours[1..], published[1..]);
}

#[test]
fn a_table_of_ones_own_is_shown_row_by_row() {
    let example = include_str!("../../policies/example.toml");
    let policy = Policy::parse("example.toml", example).expect("a sound table");
    insta::assert_snapshot!(rows(&policy.sheet()), @r#"
    ransomware | 24 h, emergency, search for traces | ransomware yes, exposure internal or internet or unknown
    exploited | 3 d | kev yes
    exploit-out | 3 d | exploit yes, exposure internet
    likely | 7 d | epss percentile at least 0.9; or exposure internet, epss percentile at least 0.7
    severe | 14 d | severity high or critical or unknown
    rest | on the next upgrade | anything else
    "#);
}
