//! Where does each format go? `--format` and `-o FORMAT=FILE` as they were typed, checked before
//! anything long begins.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::ValueEnum;

use crate::args::{Format, OutputArgs};
use crate::exit::usage;

/// What is written where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// On standard output.
    pub stdout: Format,
    /// In files.
    pub files: Vec<(Format, PathBuf)>,
}

impl Outputs {
    /// Whether a format was asked for that lists every component.
    pub fn want_bill(&self) -> bool {
        self.bills().next().is_some()
    }

    /// For a command that has no components to list.
    ///
    /// # Errors
    /// A usage error when a format was asked for that lists them.
    pub fn without_bill(&self) -> anyhow::Result<()> {
        self.bills().next().map_or(Ok(()), |format| Err(unavailable(format)))
    }

    fn bills(&self) -> impl Iterator<Item = Format> {
        let files = self.files.iter().map(|(format, _)| *format);
        files.chain([self.stdout]).filter(|f| matches!(f, Format::Cyclonedx | Format::Spdx))
    }
}

/// Reads `--format` and the `-o FORMAT=FILE` options. `-` stands for standard output, which takes one
/// format.
///
/// # Errors
/// A usage error: an option that does not read, two formats for standard output or for one file.
pub fn outputs(args: &OutputArgs) -> anyhow::Result<Outputs> {
    let mut stdout = args.format;
    let mut files: Vec<(Format, PathBuf)> = Vec::new();
    for text in &args.outputs {
        let (format, file) = output(text)?;
        if file == "-" {
            if stdout.replace(format).is_some() {
                let hint = "give --format or one -o FORMAT=-, and files for the others";
                return Err(usage(
                    anyhow!("-o «{text}»: standard output has a format already"),
                    hint.to_owned(),
                ));
            }
        } else if files.iter().any(|(_, path)| path.as_os_str() == file) {
            let hint = "give each format a file of its own";
            return Err(usage(
                anyhow!("-o «{text}»: that file has a format already"),
                hint.to_owned(),
            ));
        } else {
            files.push((format, PathBuf::from(file)));
        }
    }
    Ok(Outputs { stdout: stdout.unwrap_or(Format::Table), files })
}

fn output(text: &str) -> anyhow::Result<(Format, &str)> {
    let refuse = || {
        let names: Vec<String> = Format::value_variants().iter().map(|f| name(*f)).collect();
        let hint = format!("FORMAT is one of {}, such as -o sarif=gabion.sarif", names.join(", "));
        usage(anyhow!("-o «{text}» is no FORMAT=FILE"), hint)
    };
    let (format, file) = text.split_once('=').ok_or_else(refuse)?;
    let format = Format::from_str(format, true).map_err(|_| refuse())?;
    if file.is_empty() { Err(refuse()) } else { Ok((format, file)) }
}

/// The error for a format that this command has no matter for.
pub fn unavailable(format: Format) -> anyhow::Error {
    usage(
        anyhow!("the format {} is not available for this command", name(format)),
        "`gabion scan --help` lists the formats".to_owned(),
    )
}

/// The format as it is typed.
pub fn name(format: Format) -> String {
    format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Outputs, outputs};
    use crate::args::{Format, OutputArgs};

    fn read(format: Option<Format>, typed: &[&str]) -> Option<Outputs> {
        let outputs_typed = typed.iter().map(|t| (*t).to_owned()).collect();
        let args = OutputArgs {
            format,
            outputs: outputs_typed,
            limit: 0,
            fail_on: Vec::new(),
            allow_incomplete: false,
        };
        outputs(&args).ok()
    }

    #[test]
    fn a_bill_is_refused_where_there_are_no_components() {
        let check = |typed: &[&str], expect| {
            let outputs = read(None, typed).expect("read");
            assert_eq!((outputs.want_bill(), outputs.without_bill().is_err()), expect, "{typed:?}");
        };
        check(&["json=-", "cyclonedx-vex=a"], (false, false));
        check(&["cyclonedx=-"], (true, true));
        check(&["json=-", "spdx=a"], (true, true));
    }

    #[test]
    fn a_dash_is_standard_output_and_standard_output_takes_one_format() {
        let check = |format, typed: &[&str], expect: Option<(Format, usize)>| {
            let read = read(format, typed).map(|o| (o.stdout, o.files.len()));
            assert_eq!(read, expect, "{format:?} {typed:?}");
        };
        check(None, &[], Some((Format::Table, 0)));
        check(Some(Format::Json), &["html=a.html"], Some((Format::Json, 1)));
        check(None, &["json=-"], Some((Format::Json, 0)));
        check(None, &["JSON=-", "sarif=a", "cyclonedx-vex=b"], Some((Format::Json, 2)));
        check(None, &["json=-", "html=-"], None);
        check(Some(Format::Table), &["json=-"], None);
        check(None, &["json=a", "html=a"], None);
        check(None, &["json="], None);
        check(None, &["yaml=a"], None);
        check(None, &["json"], None);
        check(None, &["json=./-"], Some((Format::Table, 1)));
    }
}
