//! How does text become HTML that only shows?
//!
//! What is written as markup is our own, known when the program was built; everything else is escaped.
//! There is no third way in.

use std::fmt::Write as _;

use crate::text::printable;

/// HTML under construction.
#[derive(Debug, Default)]
pub struct Markup(String);

impl Markup {
    /// Our own markup as it stands.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// A text, as character data or inside a quoted attribute.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in printable(text).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // No character of HTML's, though none that harms.
                '\u{fffe}' | '\u{ffff}' => self.0.extend(c.escape_default()),
                _ => self.0.push(c),
            }
        }
        self
    }

    /// A number.
    pub fn number(&mut self, number: impl Into<i128>) -> &mut Self {
        let _ = write!(self.0, "{}", number.into());
        self
    }

    /// An element of ours around a text.
    pub fn element(&mut self, open: &'static str, text: &str, close: &'static str) -> &mut Self {
        self.raw(open).text(text).raw(close)
    }

    /// What there is so far.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}
