//! How does a scan look as annotations of a GitHub workflow run?
//!
//! In: [`Annotation`]s, the most urgent first. Out: workflow commands (GitHub's documentation,
//! «Workflow commands for GitHub Actions»), one a line. GitHub shows at most [`SHOWN`] of a level for
//! each step and drops the rest without a word, so what is beyond is one annotation that counts it.
//! A command of another name cannot come out: every line begins with our own word, and nothing in it
//! breaks the line.

use std::io;

use crate::text::{printable, truncate};

/// Annotations of one level that GitHub shows for a step.
pub const SHOWN: usize = 10;
/// Columns of a message; our own bound.
const MESSAGE: usize = 2_000;
/// Columns of a title or a path; our own bound.
const PROPERTY: usize = 500;

/// How loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A serious problem.
    Error,
    /// A problem.
    Warning,
    /// Worth knowing.
    Notice,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// One annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// How loud.
    pub level: Level,
    /// The file, relative to the repository, if it has a place.
    pub file: Option<String>,
    /// Counted from 1; 0 when the place has no line.
    pub line: u32,
    /// A few words.
    pub title: String,
    /// What and why.
    pub message: String,
}

/// Writes the annotations, a level after the other, each in the order given.
///
/// # Errors
/// What the writer returns.
pub fn write(annotations: &[Annotation], out: &mut dyn io::Write) -> io::Result<()> {
    for level in [Level::Error, Level::Warning, Level::Notice] {
        let all: Vec<&Annotation> = annotations.iter().filter(|a| a.level == level).collect();
        let fits = all.len() <= SHOWN;
        let shown = if fits { all.len() } else { SHOWN - 1 };
        for annotation in all.iter().take(shown) {
            writeln!(out, "{}", command(annotation))?;
        }
        if !fits {
            let rest = Annotation {
                level,
                file: None,
                line: 0,
                title: format!("{} more", all.len() - shown),
                message: format!(
                    "{} further annotations of this level are not shown; a report in another format lists them",
                    all.len() - shown
                ),
            };
            writeln!(out, "{}", command(&rest))?;
        }
    }
    Ok(())
}

fn command(annotation: &Annotation) -> String {
    let mut properties = Vec::new();
    if let Some(file) = &annotation.file {
        properties.push(format!("file={}", property(file)));
        if annotation.line > 0 {
            properties.push(format!("line={}", annotation.line));
        }
    }
    if !annotation.title.is_empty() {
        properties.push(format!("title={}", property(&annotation.title)));
    }
    let space = if properties.is_empty() { "" } else { " " };
    let message = data(&truncate(&printable(&annotation.message), MESSAGE));
    format!("::{}{space}{}::{message}", annotation.level.word(), properties.join(","))
}

/// A message: percent signs and line breaks are escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property: colons and commas too.
fn property(text: &str) -> String {
    data(&truncate(&printable(text), PROPERTY)).replace(':', "%3A").replace(',', "%2C")
}
