//! How does the program talk? Colour, width, progress, errors and hints; nothing else prints.
#![expect(clippy::print_stderr, reason = "stderr is where the program talks, and only here")]
#![expect(
    clippy::disallowed_methods,
    reason = "the environment is read here, once: NO_COLOR and TERM"
)]

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use formats::text::printable;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::{Color, Global};
use crate::exit::Told;

/// Narrowest layout; a narrower terminal wraps.
const LEAST_WIDTH: usize = 40;
/// Widest layout: longer lines are hard to read.
const MOST_WIDTH: usize = 120;

/// Time between two pictures of what is under way.
const TICK: Duration = Duration::from_millis(200);

/// The two streams and what they can do.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    quiet: bool,
    /// Whether everything is to be listed.
    pub verbose: bool,
    out: ColorChoice,
    err: ColorChoice,
    /// Columns for text on standard output.
    pub width: usize,
}

/// The styles in use; each also reads without colour, since words carry the meaning.
pub mod style {
    use super::{AnsiColor, Style};

    /// Emergencies and overdue fixes.
    pub const URGENT: Style = AnsiColor::Red.on_default().bold();
    /// Warnings and what is incomplete.
    pub const CAUTION: Style = AnsiColor::Yellow.on_default();
    /// Names of packages.
    pub const NAME: Style = Style::new().bold();
    /// What may be skipped when reading.
    pub const FAINT: Style = Style::new().dimmed();
}

impl Terminal {
    /// Looks at the streams and the options.
    pub fn new(global: &Global) -> Self {
        let choice = |terminal: bool| match global.color {
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
            Color::Auto => {
                let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
                if terminal && !no_color && !dumb {
                    ColorChoice::Always
                } else {
                    ColorChoice::Never
                }
            }
        };
        let width =
            terminal_size::terminal_size().map_or(100, |(columns, _)| usize::from(columns.0));
        Self {
            quiet: global.quiet,
            verbose: global.verbose,
            out: choice(io::stdout().is_terminal()),
            err: choice(io::stderr().is_terminal()),
            width: width.clamp(LEAST_WIDTH, MOST_WIDTH),
        }
    }

    /// Standard output, colours removed where they do not belong; buffered.
    pub fn out(&self) -> impl Write {
        io::BufWriter::with_capacity(1 << 16, AutoStream::new(io::stdout().lock(), self.out))
    }

    /// Standard output for data, byte for byte; buffered.
    pub fn data(&self) -> impl Write {
        io::BufWriter::with_capacity(1 << 16, io::stdout().lock())
    }

    /// Whether a person can answer a question.
    pub fn interactive(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal() && !self.quiet
    }

    /// A remark on stderr; silent with `--quiet`.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.write(text);
        }
    }

    /// A warning on stderr; silent with `--quiet`, since the result carries it too.
    pub fn warn(&self, text: &str) {
        if !self.quiet {
            self.write(&format!(
                "{}warning:{} {}",
                style::CAUTION,
                style::CAUTION.render_reset(),
                printable(text)
            ));
        }
    }

    /// An error with its causes, once each, then the hint.
    pub fn error(&self, error: &anyhow::Error) {
        self.write(&told(error));
    }

    fn write(&self, text: &str) {
        let mut err = AutoStream::new(io::stderr().lock(), self.err);
        // Nobody is left to tell when stderr is closed.
        writeln!(err, "{text}").ok();
    }

    /// Asks a yes-or-no question on the terminal; no answer means no.
    pub fn ask(&self, question: &str) -> bool {
        eprint!("{question} [y/N] ");
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
    }

    /// Tells on stderr what is under way and for how long, where the end is not known;
    /// invisible when that is no terminal, or with `--quiet`.
    pub fn waiting(&self, what: &str) -> ProgressBar {
        let bar = self.progress();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(printable(what).into_owned());
        bar.enable_steady_tick(TICK);
        bar
    }

    /// A progress display on stderr; invisible when that is no terminal, or with `--quiet`.
    pub fn progress(&self) -> ProgressBar {
        let visible = io::stderr().is_terminal() && !self.quiet;
        let target =
            if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} [{bar:24}] {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar
    }
}

/// An error with its causes, once each, then the hint; only our own line breaks and styles act in it.
fn told(error: &anyhow::Error) -> String {
    let urgent = style::URGENT;
    let mut text =
        format!("{urgent}error:{} {}", urgent.render_reset(), printable(&error.to_string()));
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !said.contains(&cause) {
            text.push_str(&format!("\n  because {}", printable(&cause)));
            said.push_str(&cause);
        }
    }
    if let Some(hint) = error.downcast_ref::<Told>().and_then(|told| told.hint.as_deref()) {
        // Line breaks in a hint are ours; the rest may be what a server or a file said.
        let lines: Vec<_> = hint.lines().map(printable).collect();
        text.push_str(&format!("\nhint: {}", lines.join("\n")));
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::{style, told};
    use crate::exit::failed;

    #[test]
    fn neither_error_nor_hint_steers_the_terminal() {
        let error = failed(anyhow!("a\u{1b}[2J\nb"), "one\u{1b}]0;x\u{7}\ntwo\u{202e}".to_owned());
        let (on, off) = (style::URGENT.to_string(), style::URGENT.render_reset().to_string());
        let text = told(&error).replace(&on, "").replace(&off, "");
        let expect =
            r"error: a\u{1b}[2J\nb|hint: one\u{1b}]0;x\u{7}|two\u{202e}".replace('|', "\n");
        assert_eq!(text, expect);
    }
}
