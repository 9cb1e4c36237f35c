//! Changes as an import makes them, and places to keep them.

use ledger::change::{
    AssetFacts, Change, Claim, Clock, Counts, Document, Edge, Facts, FixFacts, Key, Life,
};
use ledger::row::{Head, Ids};
use ledger::{Author, Ledger, LedgerError, Mode, Place, Write};
use tempfile::TempDir;
use vocab::Instant;

/// An instant of 2026.
pub fn at(text: &str) -> Instant {
    vocab::instant::parse(text).unwrap()
}

pub fn author(name: &str) -> Author {
    Author { name: name.to_owned(), role: "admin".to_owned() }
}

/// A key of a small number, hexadecimal.
pub fn hex(prefix: u8, number: u64) -> String {
    key(prefix, number).iter().map(|b| format!("{b:02x}")).collect()
}

/// A key of a small number.
pub fn key(prefix: u8, number: u64) -> Key {
    let mut key = [0; 16];
    // Spread, as a hash is.
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    key[..8].copy_from_slice(&spread.to_be_bytes());
    key[8..].copy_from_slice(&number.to_be_bytes());
    key[15] ^= prefix;
    key
}

/// A ledger in a temporary folder.
pub fn in_a_file() -> (TempDir, Place) {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::File(folder.path().join("ledger.db"));
    (folder, place)
}

pub fn opened(place: &Place) -> Ledger {
    Ledger::open(place, Mode::Create).unwrap()
}

/// One entry.
pub fn entry(
    ledger: &mut Ledger,
    now: &str,
    kind: &str,
    make: impl FnOnce(&mut Write<'_>) -> Result<(), LedgerError>,
) -> Head {
    let mut write = ledger.write(author("ada"), at(now), &mut |_| {}).unwrap();
    make(&mut write).unwrap();
    write.commit(kind, "a test").unwrap()
}

/// The stream of a source on an asset; both are made where they are not there.
pub fn stream(write: &mut Write<'_>, asset: &str, source: &str) -> Result<(i64, i64), LedgerError> {
    let of = match write.asset(asset)? {
        Some((id, _)) => id,
        None => {
            let id = write.next(Ids::Asset)?;
            let facts = AssetFacts {
                name: asset.to_owned(),
                declared: true,
                exposure: "internal".to_owned(),
                exposure_source: "test".to_owned(),
                owner: "team-a".to_owned(),
                ..AssetFacts::default()
            };
            write.append(&Change::Asset { id, facts, was: None })?;
            id
        }
    };
    let id = match write.stream(of, source, "main")? {
        Some(stream) => stream.id,
        None => {
            let id = write.next(Ids::Stream)?;
            let (source, reference) = (source.to_owned(), "main".to_owned());
            write.append(&Change::Stream { id, asset: of, source, reference })?;
            id
        }
    };
    Ok((of, id))
}

/// A document of a stream.
pub fn document(
    write: &mut Write<'_>,
    stream: i64,
    sha256: &str,
    now: &str,
) -> Result<i64, LedgerError> {
    let id = write.next(Ids::Document)?;
    write.append(&Change::Document(Document {
        id,
        stream,
        name: "report.json".to_owned(),
        format: "sarif".to_owned(),
        sha256: sha256.to_owned(),
        scanned_at: at(now),
        scope: String::new(),
        tool: "tool".to_owned(),
        tool_version: "1.0".to_owned(),
        incomplete: Vec::new(),
        counts: Counts::default(),
        rules_version: String::new(),
        configuration: Vec::new(),
        version_said: false,
        part: None,
    }))?;
    Ok(id)
}

pub fn clock(due: Option<&str>, band: i64) -> Clock {
    Clock {
        start: at("2026-11-01"),
        due: due.map(at),
        band,
        emergency: band == 0,
        policy: "gabion-24h 1 row 9".to_owned(),
        why: "high, exposure internal: 14 days from the first sighting".to_owned(),
        exploit_since: None,
        badges: Vec::new(),
        assumed: None,
        life: Some(Life::default()),
        moved_by: String::new(),
    }
}

pub fn facts(number: u64) -> Facts {
    Facts {
        title: format!("Prototype pollution number {number}"),
        severity: if number.is_multiple_of(3) { "critical" } else { "high" }.to_owned(),
        rule: String::new(),
        ids: vec![format!("CVE-2026-{number:05}")],
        place: format!("pkg:npm/package-{number}"),
        version: "1.2.3".to_owned(),
        ..Facts::default()
    }
}

pub fn fix(number: u64) -> FixFacts {
    FixFacts {
        key: hex(9, number),
        action: format!("upgrade package-{number} to 1.2.4"),
        place: format!("package-{number}"),
        available: true,
    }
}

/// What a source says of a number.
pub fn claim(number: u64, line: u32) -> Claim {
    let description = format!("A long text that many findings share. {}", "x".repeat(300));
    Claim {
        rule: "rule".to_owned(),
        path: format!("src/file-{}.js", number % 7),
        line,
        standing: "reported".to_owned(),
        names: vec![hex(1, number)],
        bucket: hex(2, number % 7),
        content: hex(3, number),
        moved: hex(4, number),
        links: vec![hex(5, number)],
        digest: hex(6, number * 1_000 + u64::from(line)),
        body: format!(
            "[{{\"line\":{line},\"title\":\"{number}\",\"description\":\"{description}\"}}]"
        ),
        ground: String::new(),
    }
}

pub fn edge(rule: &str) -> Edge {
    Edge {
        rule: rule.to_owned(),
        evidence: "a fact".to_owned(),
        score: 1.0,
        author: "rules 1".to_owned(),
    }
}

/// A finding with one claim; its number and the claim's.
pub fn open(
    write: &mut Write<'_>,
    (asset, stream, document): (i64, i64, i64),
    number: u64,
    fix_number: u64,
    clock: Option<Clock>,
) -> Result<(i64, i64), LedgerError> {
    let finding = write.next(Ids::Finding)?;
    write.append(&Change::Opened {
        finding,
        asset,
        class: "dependency".to_owned(),
        first_seen: at("2026-11-01"),
        facts: facts(number),
        clock,
        fix: fix(fix_number),
        reference: String::new(),
    })?;
    let attribution = write.next(Ids::Attribution)?;
    let (claim, edge) = (claim(number, 1), edge("first"));
    write.append(&Change::Attributed { attribution, finding, stream, document, claim, edge })?;
    Ok((finding, attribution))
}

/// An import of some numbers into an own asset, each a fix of its own.
pub fn import(ledger: &mut Ledger, asset: &str, numbers: std::ops::Range<u64>, now: &str) -> Head {
    entry(ledger, now, "import", |write| {
        let (asset, stream) = stream(write, asset, "tool")?;
        let document = document(write, stream, &format!("{numbers:?}"), now)?;
        for number in numbers {
            let due = Some(clock(Some("2026-12-01"), 3));
            open(write, (asset, stream, document), number, number, due)?;
        }
        Ok(())
    })
}
