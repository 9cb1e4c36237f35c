//! How does a scan look as a JUnit report?
//!
//! In: [`Suite`]s of [`Case`]s, plain data filled by the caller. Out: one XML document in the form that
//! Jenkins' xUnit plugin checks (`junit-10.xsd`): a suite per asset, a failure per finding, an error for
//! what was not read or not evaluated, so that an incomplete scan never passes. Characters that XML 1.0
//! (section 2.2) forbids are shown as escapes.

use std::io;

use vocab::Instant;

use crate::text::printable;

/// Cases of one suite; the rest is one case that counts them, with the worst outcome among them.
pub const CASES: usize = 10_000;

/// The cases of one asset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suite {
    /// The asset.
    pub name: String,
    /// What was checked in it.
    pub cases: Vec<Case>,
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What was checked.
    pub name: String,
    /// The group it is shown in: the asset, and the package's ecosystem.
    pub class: String,
    /// How it went.
    pub outcome: Outcome,
}

/// How it went, the least first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing found.
    Passed,
    /// Found, and set aside by a person: why.
    Skipped(String),
    /// Found.
    Failed(Detail),
    /// Nothing can be said.
    Error(Detail),
}

/// What a failure or an error says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Detail {
    /// A word for its kind, such as a severity.
    pub kind: String,
    /// One sentence.
    pub message: String,
    /// The rest, in lines.
    pub text: String,
}

/// Writes the document.
///
/// # Errors
/// What the writer returns.
pub fn write(suites: &[Suite], made: Instant, out: &mut dyn io::Write) -> io::Result<()> {
    let suites: Vec<Suite> = suites.iter().map(bounded).collect();
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"gabion\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        all().count(),
        all().filter(|c| matches!(c.outcome, Outcome::Failed(_))).count(),
        all().filter(|c| matches!(c.outcome, Outcome::Error(_))).count(),
    )?;
    for suite in &suites {
        write_suite(suite, made, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn write_suite(suite: &Suite, made: Instant, out: &mut dyn io::Write) -> io::Result<()> {
    let count = |wanted: fn(&Outcome) -> bool| {
        suite.cases.iter().filter(|case| wanted(&case.outcome)).count()
    };
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" timestamp=\"{}\">",
        escape(&suite.name),
        suite.cases.len(),
        count(|o| matches!(o, Outcome::Failed(_))),
        count(|o| matches!(o, Outcome::Error(_))),
        count(|o| matches!(o, Outcome::Skipped(_))),
        made.strftime("%Y-%m-%dT%H:%M:%S"),
    )?;
    for case in &suite.cases {
        let (class, name) = (escape(&case.class), escape(&case.name));
        write!(out, "    <testcase classname=\"{class}\" name=\"{name}\"")?;
        match &case.outcome {
            Outcome::Passed => writeln!(out, "/>")?,
            Outcome::Skipped(why) => {
                writeln!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>", escape(why))?;
            }
            Outcome::Failed(detail) => write_detail("failure", detail, out)?,
            Outcome::Error(detail) => write_detail("error", detail, out)?,
        }
    }
    writeln!(out, "  </testsuite>")
}

fn write_detail(element: &str, detail: &Detail, out: &mut dyn io::Write) -> io::Result<()> {
    let lines: Vec<String> = detail.text.lines().map(escape).collect();
    writeln!(
        out,
        ">\n      <{element} type=\"{}\" message=\"{}\">{}</{element}>\n    </testcase>",
        escape(&detail.kind),
        escape(&detail.message),
        lines.join("\n"),
    )
}

/// The suite with at most [`CASES`] cases.
fn bounded(suite: &Suite) -> Suite {
    let Some((shown, rest)) = suite.cases.split_at_checked(CASES).filter(|(_, r)| !r.is_empty())
    else {
        return suite.clone();
    };
    let mut cases = shown.to_vec();
    let worst = rest.iter().map(|case| &case.outcome).max().cloned();
    let name = format!("{} further cases are not listed", rest.len());
    let detail = Detail { kind: "left out".to_owned(), message: name.clone(), text: String::new() };
    let outcome = match worst {
        Some(Outcome::Error(_)) => Outcome::Error(detail),
        Some(Outcome::Failed(_)) => Outcome::Failed(detail),
        Some(Outcome::Skipped(_)) => Outcome::Skipped(name.clone()),
        _ => Outcome::Passed,
    };
    cases.push(Case { name, class: suite.name.clone(), outcome });
    Suite { name: suite.name.clone(), cases }
}

/// As character data or attribute value. Tabs and line breaks are escapes already.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => safe.extend(c.escape_default()),
            _ => safe.push(c),
        }
    }
    safe
}
