//! How is a table's file read?
//!
//! In: the text of a TOML file. Out: a [`Policy`] whose rows are masks over its columns, not yet checked
//! for totality. Every error names the file, the line and what was expected. Sizes are bounded: 1 MiB of
//! text, 512 rows, 64 conditions in all of a row, 8 cut points in a column.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::Duration;
use crate::column::{Column, Domain, bits};
use crate::policy::{Condition, Outcome, Policy, Row};

const MAX_BYTES: usize = 1 << 20;
const MAX_ROWS: usize = 512;
const MAX_CONDITIONS: usize = 64;
const MAX_CUTS: usize = 8;
const MAX_TEXT: usize = 200;
/// Ten years; a longer time is a slip of the pen.
const MAX_HOURS: i64 = 10 * 366 * 24;

/// Why a table was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The file does not say what the format asks for.
    #[error("{origin} line {line}: {found}; expected {expected}")]
    Invalid {
        /// The file.
        origin: String,
        /// Counted from 1.
        line: usize,
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
    },
    /// Some combination of values has no row.
    #[error("{origin}: no row for {combination}; expected a row for every combination")]
    NotTotal {
        /// The file.
        origin: String,
        /// One such combination, column by column.
        combination: String,
    },
    /// A row can never act.
    #[error(
        "{origin} line {line}: row {row} is never reached, hidden by {hidden_by}; expected every row to be reachable"
    )]
    Unreachable {
        /// The file.
        origin: String,
        /// Where the row stands, counted from 1.
        line: usize,
        /// The row's id.
        row: String,
        /// The rows that match first («row 2», «rows 1 and 2»), or what contradicts itself.
        hidden_by: String,
    },
    /// There are too many combinations to check them all.
    #[error(
        "{origin}: {combinations} combinations of values over {rows} rows are too many to check; expected fewer columns or cut points"
    )]
    TooLarge {
        /// The file.
        origin: String,
        /// How many there are.
        combinations: u64,
        /// How many rows.
        rows: usize,
    },
}

/// Reads a table.
pub(crate) fn read(origin: &str, text: &str) -> Result<Policy, PolicyError> {
    let reader = Reader { origin, text };
    if text.len() > MAX_BYTES {
        return Err(reader.wrong(0, format!("{} bytes", text.len()), "at most 1 MiB"));
    }
    let document = DeTable::parse(text).map_err(|e| {
        let at = e.span().map_or(0, |s| s.start);
        reader.wrong(at, e.message().to_owned(), "TOML")
    })?;
    let policy = reader.policy(document.get_ref())?;
    Ok(Policy { text: text.to_owned(), ..policy })
}

type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'a> {
    origin: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn policy(&self, document: &DeTable<'_>) -> Result<Policy, PolicyError> {
        self.known_keys(document, &["name", "version", "title", "source", "row"])?;
        let required = |key: &str| match self.string(document, key)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.wrong(0, format!("no `{key}`"), "a string")),
        };
        let raw = self.raw_rows(document)?;
        let domains = self.domains(&raw)?;
        let mut rows: Vec<Row> = Vec::new();
        for (table, at) in raw {
            let row = self.row(table, at, &domains)?;
            if rows.iter().any(|r| r.id == row.id) {
                return Err(self.wrong(at, format!("a second row {}", row.id), "an id of its own"));
            }
            rows.push(row);
        }
        Ok(Policy {
            name: required("name")?,
            version: required("version")?,
            title: self.string(document, "title")?.unwrap_or_default(),
            source: self.string(document, "source")?.unwrap_or_default(),
            text: String::new(),
            domains,
            rows,
        })
    }

    fn raw_rows<'t, 'i>(
        &self,
        document: &'t DeTable<'i>,
    ) -> Result<Vec<(&'t DeTable<'i>, usize)>, PolicyError> {
        let expected = "one or more [[row]]";
        let rows = document.get("row").ok_or_else(|| self.wrong(0, "no row".into(), expected))?;
        let at = rows.span().start;
        let list = rows
            .get_ref()
            .as_array()
            .ok_or_else(|| self.wrong(at, "`row` is not a list".into(), expected))?;
        if list.is_empty() || list.len() > MAX_ROWS {
            return Err(self.wrong(at, format!("{} rows", list.len()), "1 to 512 rows"));
        }
        list.iter().map(|row| self.table(row).map(|table| (table, row.span().start))).collect()
    }

    /// Which columns the rows use, and the cut points they name.
    fn domains(&self, rows: &[(&DeTable<'_>, usize)]) -> Result<Vec<Domain>, PolicyError> {
        let mut found: BTreeMap<Column, Domain> = BTreeMap::new();
        for (row, at) in rows {
            for (key, value) in self.conditions(row, *at)?.into_iter().flatten() {
                let column = self.column(key)?;
                let unused = Domain { column, cuts: Vec::new(), names_unknown: false };
                let domain = found.entry(column).or_insert(unused);
                for (word, at) in self.words(value)? {
                    self.widen(domain, &word, at)?;
                }
            }
        }
        let mut domains: Vec<Domain> = found.into_values().collect();
        for domain in &mut domains {
            domain.cuts.sort_by(f32::total_cmp);
        }
        Ok(domains)
    }

    /// Takes note of a word that makes the column's values more than its fixed ones.
    fn widen(&self, domain: &mut Domain, word: &str, at: usize) -> Result<(), PolicyError> {
        if word == "unknown" {
            domain.names_unknown = true;
        } else if domain.column.is_threshold() {
            let (_, cut) = self.threshold(word, at)?;
            if !domain.cuts.contains(&cut) {
                domain.cuts.push(cut);
            }
            if domain.cuts.len() > MAX_CUTS {
                return Err(self.wrong(at, "a ninth cut point".into(), "at most 8"));
            }
        }
        Ok(())
    }

    fn row(&self, table: &DeTable<'_>, at: usize, domains: &[Domain]) -> Result<Row, PolicyError> {
        self.known_keys(table, &["id", "when", "due", "emergency", "forensics", "says"])?;
        let id = match self.string(table, "id")? {
            Some(id) if !id.is_empty() && id.len() <= 64 => id,
            _ => return Err(self.wrong(at, "a row without `id`".into(), "a short string")),
        };
        let mut when = Vec::new();
        for condition in self.conditions(table, at)? {
            let mut masks = vec![None; domains.len()];
            for (key, value) in condition {
                let column = self.column(key)?;
                let domain = domains.iter().zip(&mut masks).find(|(d, _)| d.column == column);
                if let Some((domain, mask)) = domain {
                    *mask = Some(self.mask(domain, value)?);
                }
            }
            when.push(Condition(masks));
        }
        let due = table
            .get("due")
            .ok_or_else(|| self.wrong(at, format!("row {id} has no `due`"), DUE))?;
        let allowed = self.due(due)?;
        let outcome = Outcome {
            allowed,
            emergency: self.flag(table, "emergency")?,
            forensics: self.flag(table, "forensics")?,
        };
        if outcome.emergency && allowed.is_none() {
            return Err(self.wrong(
                due.span().start,
                format!("row {id} is an emergency without a time"),
                DUE_EMERGENCY,
            ));
        }
        let says = self.string(table, "says")?.unwrap_or_default();
        Ok(Row { id, line: self.line(at), when, outcome, says })
    }

    fn conditions<'t, 'i>(
        &self,
        row: &'t DeTable<'i>,
        at: usize,
    ) -> Result<Vec<&'t DeTable<'i>>, PolicyError> {
        let expected = "`when = { column = value }` or a list of such tables";
        let when = row
            .get("when")
            .ok_or_else(|| self.wrong(at, "a row without `when`".into(), expected))?;
        let Some(list) = when.get_ref().as_array() else {
            return Ok(vec![self.table(when)?]);
        };
        if list.is_empty() || list.len() > MAX_CONDITIONS {
            let found = format!("{} conditions", list.len());
            return Err(self.wrong(when.span().start, found, "1 to 64"));
        }
        list.iter().map(|condition| self.table(condition)).collect()
    }

    fn column(&self, key: &Spanned<std::borrow::Cow<'_, str>>) -> Result<Column, PolicyError> {
        Column::named(key.get_ref()).ok_or_else(|| {
            let names: Vec<&str> = Column::ALL.iter().map(|c| c.name()).collect();
            let found = format!("no column is called `{}`", short(key.get_ref()));
            self.wrong(key.span().start, found, &format!("one of {}", names.join(", ")))
        })
    }

    fn mask(&self, domain: &Domain, value: &Value<'_>) -> Result<u16, PolicyError> {
        let mut mask = 0;
        for (word, at) in self.words(value)? {
            if word == "unknown" && domain.column.has_unknown() {
                mask |= domain.unknown_bit();
            } else if domain.column.is_threshold() {
                let (at_least, cut) = self.threshold(&word, at)?;
                let above = bits(domain.all_known())
                    .filter(|b| *b >= domain.number_bit(cut))
                    .fold(0, |all, b| all | b);
                mask |= if at_least { above } else { domain.all_known() & !above };
            } else {
                mask |= domain.value_bit(&word).ok_or_else(|| {
                    let values = domain.column.values().join(", ");
                    let unknown = if domain.column.has_unknown() { ", unknown" } else { "" };
                    let found = format!("`{}` in column {}", short(&word), domain.column.name());
                    self.wrong(at, found, &format!("one of {values}{unknown}"))
                })?;
            }
        }
        Ok(mask)
    }

    /// The words of a value: one or a list; `true` and `false` are yes and no.
    fn words(&self, value: &Value<'_>) -> Result<Vec<(String, usize)>, PolicyError> {
        let word = |value: &Value<'_>| match value.get_ref() {
            DeValue::String(text) => Ok((text.to_string(), value.span().start)),
            DeValue::Boolean(yes) => {
                Ok((if *yes { "yes" } else { "no" }.to_owned(), value.span().start))
            }
            other => {
                let found = format!("a {}", other.type_str());
                Err(self.wrong(value.span().start, found, "a word or a list of words"))
            }
        };
        match value.get_ref().as_array() {
            None => Ok(vec![word(value)?]),
            Some(list) if list.is_empty() || list.len() > 16 => {
                Err(self.wrong(value.span().start, format!("{} values", list.len()), "1 to 16"))
            }
            Some(list) => list.iter().map(word).collect(),
        }
    }

    /// `>= 0.95` is (true, 0.95), `< 0.95` is (false, 0.95).
    fn threshold(&self, word: &str, at: usize) -> Result<(bool, f32), PolicyError> {
        let (at_least, number) = match (word.strip_prefix(">="), word.strip_prefix('<')) {
            (Some(number), _) => (true, number),
            (None, Some(number)) => (false, number),
            (None, None) => (true, ""),
        };
        match number.trim().parse::<f32>() {
            Ok(cut) if cut > 0.0 && cut <= 1.0 => Ok((at_least, cut)),
            _ => {
                let expected = "`>= N` or `< N` with N above 0 and at most 1, or unknown";
                Err(self.wrong(at, format!("`{}`", short(word)), expected))
            }
        }
    }

    fn due(&self, value: &Value<'_>) -> Result<Option<Duration>, PolicyError> {
        let text = value.get_ref().as_str().unwrap_or("");
        if text == "next-upgrade" {
            return Ok(None);
        }
        let hours = match (text.strip_suffix('h'), text.strip_suffix('d')) {
            (Some(hours), _) => hours.parse::<i64>().ok(),
            (None, Some(days)) => days.parse::<i64>().ok().and_then(|d| d.checked_mul(24)),
            (None, None) => None,
        };
        match hours {
            Some(hours) if (1..=MAX_HOURS).contains(&hours) => {
                Ok(Some(Duration::from_hours(hours)))
            }
            _ => Err(self.wrong(value.span().start, format!("due `{}`", short(text)), DUE)),
        }
    }

    fn known_keys(&self, table: &DeTable<'_>, known: &[&str]) -> Result<(), PolicyError> {
        match table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
            None => Ok(()),
            Some(key) => {
                let found = format!("`{}`", short(key.get_ref()));
                Err(self.wrong(key.span().start, found, &format!("one of {}", known.join(", "))))
            }
        }
    }

    /// A short line of text: it is shown in every report, so it may hold no control characters.
    fn string(&self, table: &DeTable<'_>, key: &str) -> Result<Option<String>, PolicyError> {
        let Some(value) = table.get(key) else { return Ok(None) };
        match value.get_ref().as_str() {
            Some(text) if text.len() <= MAX_TEXT && !text.contains(char::is_control) => {
                Ok(Some(text.to_owned()))
            }
            _ => {
                let found = format!("`{key}` is no short line of text");
                Err(self.wrong(value.span().start, found, "a string of at most 200 bytes"))
            }
        }
    }

    fn flag(&self, table: &DeTable<'_>, key: &str) -> Result<bool, PolicyError> {
        let Some(value) = table.get(key) else { return Ok(false) };
        value.get_ref().as_bool().ok_or_else(|| {
            self.wrong(value.span().start, format!("`{key}` is no flag"), "true or false")
        })
    }

    fn table<'t, 'i>(&self, value: &'t Value<'i>) -> Result<&'t DeTable<'i>, PolicyError> {
        value.get_ref().as_table().ok_or_else(|| {
            let found = format!("a {}", value.get_ref().type_str());
            self.wrong(value.span().start, found, "a table")
        })
    }

    fn wrong(&self, at: usize, found: String, expected: &str) -> PolicyError {
        let (origin, line) = (self.origin.to_owned(), self.line(at));
        PolicyError::Invalid { origin, line, found, expected: expected.to_owned() }
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        1 + before.iter().filter(|b| **b == b'\n').count()
    }
}

const DUE: &str = "hours (`24h`), days (`3d`) or `next-upgrade`";

const DUE_EMERGENCY: &str = "hours (`24h`) or days (`3d`)";

/// The beginning of a foreign text, for messages.
fn short(text: &str) -> String {
    text.chars().take(60).filter(|c| !c.is_control()).collect()
}
