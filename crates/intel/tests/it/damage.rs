//! A truncated, altered or forged index is refused or tells its damage; it never panics.

use intel::{Index, IndexError};
use vocab::Ecosystem;

use crate::support::build;

fn sample() -> Vec<u8> {
    let records: Vec<String> = (0..120)
        .map(|i| {
            format!(
                r#"{{"id":"A-{i}","aliases":["CVE-2024-{i:04}"],"summary":"words of {i}","affected":[{{"package":{{"ecosystem":"PyPI","name":"p{}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"{i}"}},{{"fixed":"{}.5"}}]}}],"versions":["0.{i}"]}}]}}"#,
                i % 40,
                i + 1
            )
        })
        .collect();
    build(&records.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Asks everything; `Err` at the first damage.
fn use_all(index: &Index<'_>) -> Result<Vec<String>, IndexError> {
    let mut answers = Vec::new();
    let python = Ecosystem::parse("PyPI");
    for number in 0..45 {
        let name = format!("p{number}");
        answers.push(format!("{:?}", index.evaluate(&python, &name, "42")?));
        answers.push(format!("{:?}", index.candidates(&python, &name, "3")?));
        answers.push(format!("{:?}", index.known(&python, &name)?));
    }
    for number in 0..120 {
        let advisory = index.advisory(intel::AdvisoryRef(number))?;
        answers.push(format!("{advisory:?} {:?}", index.group(advisory.group)?));
        answers.push(format!("{:?}", index.text(intel::AdvisoryRef(number))?));
        answers.push(format!("{:?}", index.find(&format!("CVE-2024-{number:04}"))?));
        answers.push(format!("{:?}", index.signals(&format!("CVE-2024-{number:04}"))?));
    }
    Ok(answers)
}

#[test]
fn other_files_and_other_formats_have_their_own_errors() {
    assert_eq!(Index::open(b"PK\x03\x04 a zip").unwrap_err(), IndexError::NotAnIndex);
    assert!(matches!(Index::open(b"").unwrap_err(), IndexError::Truncated { .. }));
    let mut bytes = sample();
    bytes[8] = 9;
    assert_eq!(
        Index::open(&bytes).unwrap_err(),
        IndexError::OtherFormat { found: 9, supported: intel::index::FORMAT }
    );
}

#[test]
fn truncated_at_any_length() {
    let bytes = sample();
    for length in (0..bytes.len()).step_by(997).chain(bytes.len() - 9..bytes.len()) {
        let error = Index::open(&bytes[..length]).unwrap_err();
        assert!(matches!(error, IndexError::Truncated { .. }), "{length}: {error}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(matches!(Index::open(&longer).unwrap_err(), IndexError::TooLong { .. }));
}

#[test]
fn a_flipped_bit_is_noticed_or_changes_nothing() {
    let bytes = sample();
    let right = use_all(&Index::open(&bytes).unwrap()).unwrap();
    for at in (0..bytes.len()).step_by(307) {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << (at % 8);
        let Ok(index) = Index::open(&altered) else { continue };
        if let Ok(answers) = use_all(&index) {
            assert_eq!(answers, right, "silently wrong with byte {at} altered");
        }
        assert!(index.verify().is_err(), "byte {at} altered and not noticed");
    }
}

#[test]
fn a_forged_index_gives_errors_or_answers() {
    let bytes = sample();
    for at in (intel::index::testing::data_start()..bytes.len()).step_by(409) {
        for value in [0xff, 0x7f, 0x00, bytes[at].wrapping_add(1)] {
            let mut forged = bytes.clone();
            forged[at] = value;
            intel::index::testing::seal(&mut forged);
            if let Ok(index) = Index::open(&forged) {
                let _ = use_all(&index);
                index.verify().unwrap();
            }
        }
    }
}
