//! Documents that say the same in other bytes.

use serde_json::Value;

/// Name and bytes of each rewriting that this document allows.
pub fn all(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    let text = String::from_utf8_lossy(bytes);
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        if let Ok(written) = serde_json::to_vec_pretty(&value) {
            all.push(("document: written anew", written));
        }
        let mut reversed = value;
        reverse(&mut reversed, "", RECORDS);
        all.push(("document: arrays reversed", reversed.to_string().into_bytes()));
    } else if let Some(reversed) = lines_reversed(&text).or_else(|| rows_reversed(bytes)) {
        all.push(("document: records reversed", reversed));
    }
    if text.len() == bytes.len() {
        all.push(("document: later date", later(&text).into_bytes()));
    }
    all
}

/// Lists whose order says something (the first identifier or rating is the one that counts), or into which
/// other parts point by position.
const ORDERED: &[&str] = &[
    "rules",
    "artifacts",
    "logicalLocations",
    "taxa",
    "taxonomies",
    "extensions",
    "notifications",
    "threadFlowLocations",
    "threadFlows",
    "codeFlows",
    "stacks",
    "frames",
    "locations",
    "runs",
    "dataflow",
    "dataFlow",
    "dataflow_trace",
    "trace",
    "nodes",
    "graphs",
    "identifiers",
    "ratings",
    "severities",
    "remediations",
    "relatedLocations",
];

/// How many lists lie in each other until what they hold are parts of a record.
const RECORDS: usize = 2;

/// Reverses the lists of records, whole documents of them too.
fn reverse(value: &mut Value, name: &str, levels: usize) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(|item| reverse(item, name, levels.saturating_sub(1)));
            // ORT's members are pointed at by their numbers.
            let numbered = items.iter().any(|item| item.get("_id").is_some());
            if levels > 0
                && !numbered
                && items.iter().all(Value::is_object)
                && !ORDERED.contains(&name)
            {
                items.reverse();
            }
        }
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, value)| reverse(value, name, levels))
        }
        _ => {}
    }
}

/// JSON lines in reverse.
fn lines_reversed(text: &str) -> Option<Vec<u8>> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let json = |line: &&str| line.starts_with('{') && serde_json::from_str::<Value>(line).is_ok();
    if lines.len() < 2 || !lines.iter().all(json) {
        return None;
    }
    Some(lines.into_iter().rev().flat_map(|line| [line, "\n"]).collect::<String>().into_bytes())
}

/// Rows of a table in reverse, its head in front; only where all rows have as many cells as the head.
fn rows_reversed(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"PK") {
        return None;
    }
    let mut reader = csv::Reader::from_reader(bytes);
    let head = reader.byte_headers().ok()?.clone();
    let mut rows: Vec<csv::ByteRecord> = reader.byte_records().collect::<Result<_, _>>().ok()?;
    if head.len() < 3 || rows.len() < 2 {
        return None;
    }
    rows.reverse();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_byte_record(&head).ok()?;
    rows.iter().try_for_each(|row| writer.write_byte_record(row)).ok()?;
    writer.into_inner().ok()
}

/// Each date (`2024-05-06`) three years later; not the term of an acceptance, which somebody has set.
fn later(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let term = text.get(..at).is_some_and(|before| before.ends_with("\"until\": \""));
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        match bytes.get(at..at + 10).filter(|_| b" \"'>,;(=:T".contains(&before)) {
            Some(date) if !term && is_date(date, bytes.get(at + 10).copied()) => {
                let year: u32 = std::str::from_utf8(&date[..4]).unwrap().parse().unwrap();
                out.extend_from_slice((year + 3).to_string().as_bytes());
                // The last of February is not a day of each year.
                out.extend_from_slice(b"-02-03");
                at += 10;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap()
}

fn is_date(date: &[u8], after: Option<u8>) -> bool {
    let digits = |range: std::ops::Range<usize>| date[range].iter().all(u8::is_ascii_digit);
    date.starts_with(b"20")
        && digits(0..4)
        && date[4] == b'-'
        && digits(5..7)
        && date[7] == b'-'
        && digits(8..10)
        && matches!(after, None | Some(b'T' | b' ' | b'"' | b'<' | b',' | b'\''))
}
