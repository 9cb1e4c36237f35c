//! How does the ledger keep what a claim says, and what has to be looked at before it has ended?
//!
//! A body is JSON with a version of its own. The first version was a bare list; a later one is told apart from damage. A
//! pruned body is none, and one that does not read is an error: neither is taken for the other.

use findings::Observation;
use findings::coverage::Ground;
use ledger::LedgerError;
use ledger::row::ClaimRow;
use serde::{Deserialize, Serialize};

/// The version that is written.
const VERSION: u32 = 2;

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    observations: &'a [Observation],
}

/// What stands in a body of any version that is read.
#[derive(Deserialize)]
#[serde(untagged)]
enum Read {
    Versioned { version: u32, observations: serde_json::Value },
    First(Vec<Observation>),
}

/// The observations as the ledger keeps them.
///
/// # Errors
/// They cannot be written.
pub(crate) fn body(observations: &[Observation]) -> Result<String, LedgerError> {
    text(&Written { version: VERSION, observations })
}

/// The ground as the ledger keeps it.
///
/// # Errors
/// It cannot be written.
pub(crate) fn ground_text(ground: &Ground) -> Result<String, LedgerError> {
    text(ground)
}

fn text(value: &impl Serialize) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(|error| LedgerError::Unfit(error.to_string()))
}

/// The observations of a claim; none where they were pruned.
///
/// # Errors
/// What is there does not read, or is of a later version.
pub(crate) fn observations(id: i64, body: &str) -> Result<Vec<Observation>, LedgerError> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let broken = |what: String| LedgerError::Broken { table: "bodies", id, what };
    match serde_json::from_str(body).map_err(|error| broken(error.to_string()))? {
        Read::First(observations) => Ok(observations),
        Read::Versioned { version: VERSION, observations } => {
            serde_json::from_value(observations).map_err(|error| broken(error.to_string()))
        }
        Read::Versioned { version, .. } => {
            Err(broken(format!("a claim of version {version}; this program reads up to {VERSION}")))
        }
    }
}

/// The observations of a claim as the ledger tells it.
///
/// # Errors
/// As [`observations`].
pub(crate) fn of_row(row: &ClaimRow) -> Result<Vec<Observation>, LedgerError> {
    observations(row.attribution, &row.body)
}

/// What has to be looked at before a claim has ended; none of one that an older ledger took in.
///
/// # Errors
/// What is there does not read.
pub(crate) fn ground(id: i64, text: &str) -> Result<Option<Ground>, LedgerError> {
    if text.is_empty() {
        return Ok(None);
    }
    let broken = |error: serde_json::Error| LedgerError::Broken {
        table: "attributions",
        id,
        what: error.to_string(),
    };
    serde_json::from_str(text).map(Some).map_err(broken)
}

#[cfg(test)]
mod tests {
    use findings::{Class, Observation};

    use super::{body, ground, observations};

    /// As version 2 wrote them; whoever changes the shape makes a version 3 and reads both.
    const SECOND: &str = r#"{"version":2,"observations":[{"class":"code","rule":"R1","title":"t","locations":[{"path":"a.c","line":3}]}]}"#;
    const FIRST: &str =
        r#"[{"class":"code","rule":"R1","title":"t","locations":[{"path":"a.c","line":3}]}]"#;

    #[test]
    fn what_was_kept_is_read_whatever_version_wrote_it() {
        let first = observations(1, FIRST).expect("a body");
        let second = observations(1, SECOND).expect("a body");
        assert_eq!(first, second);
        let [one] = second.as_slice() else { panic!("{second:?}") };
        assert_eq!((one.class, one.rule.as_str(), one.title.as_str()), (Class::Code, "R1", "t"));
        assert_eq!((one.locations[0].path.as_str(), one.locations[0].line), ("a.c", 3));
        assert_eq!(observations(1, &body(&second).expect("written")).expect("read"), second);
        assert_eq!(
            observations(1, &body(&[]).expect("written")).expect("read"),
            [] as [Observation; 0]
        );
    }

    #[test]
    fn damage_is_an_error_and_a_pruned_body_is_none() {
        assert_eq!(observations(1, "").expect("pruned"), [] as [Observation; 0]);
        for damaged in ["{", "{}", "null", "7", "{\"version\":2}", "[{\"class\":7}]"] {
            assert!(observations(1, damaged).is_err(), "{damaged}");
        }
        let later = observations(7, "{\"version\":3,\"observations\":[]}").expect_err("later");
        assert!(later.to_string().contains("version 3"), "{later}");
        assert!(ground(1, "").expect("of an older ledger").is_none());
        assert!(ground(1, "{\"class\":").is_err());
    }
}
