#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program: prints figures, looks at the clock, reads what it made"
)]
//! What of the index can only be measured from inside?
//!
//! Started by `cargo xtask bench`, which builds it in release and measures CPU and memory from outside:
//! `build COUNT FILE` writes an index of synthetic advisories; `look FILE COUNT` opens it and asks;
//! `oracle INDEX ANSWERS` compares verdicts with recorded answers of osv.dev; `watch DATA ESTATE` says where
//! the time of a reverse match goes. Prints one line per figure.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter};
use std::path::Path;
use std::time::{Duration, Instant};

use app::estate::place::Place;
use app::estate::watch;
use app::intelligence::{DataDir, Intelligence};
use app::scan::{Request, Scanner, Target};
use intel::{Builder, GroupRef, Index};
use testkit::synthetic;
use vocab::{Ecosystem, Verdict};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["build", count, file] => build(count.parse()?, Path::new(file)),
        ["look", file, count] => look(Path::new(file), count.parse()?),
        ["watch", data, estate] => reverse(Path::new(data), Path::new(estate)),
        ["oracle", index, answers] => oracle(Path::new(index), Path::new(answers)),
        // `cargo bench` without words: say what it is and end well.
        _ => {
            println!("run through `cargo xtask bench`");
            Ok(())
        }
    }
}

/// Builds an index of so many synthetic advisories. Making them is not counted.
fn build(count: u32, file: &Path) -> Outcome<()> {
    let mut builder = Builder::new();
    let mut spent = Duration::ZERO;
    let mut batch = Vec::new();
    let mut records = synthetic::records(count).peekable();
    while records.peek().is_some() {
        batch.clear();
        batch.extend(records.by_ref().take(20_000));
        let start = Instant::now();
        for record in &batch {
            builder.advisory(record.ecosystem, "synthetic.json", record.json.as_bytes())?;
        }
        spent += start.elapsed();
    }
    let start = Instant::now();
    for (name, _) in synthetic::SHARES {
        builder.coverage(name.split(':').next().unwrap_or(name), true);
    }
    let mut out = BufWriter::new(File::create(file)?);
    let summary = builder.finish(vocab::Instant::UNIX_EPOCH, &mut out)?;
    drop(out);
    spent += start.elapsed();
    println!("build: {count} advisories in {:.1} s", spent.as_secs_f64());
    println!("file: {:.1} MiB, {:?}", summary.bytes as f64 / 1_048_576.0, summary.meta.counts);
    Ok(())
}

/// Opens an index, then asks about packages of which so many in a hundred are affected.
fn look(file: &Path, count: u32) -> Outcome<()> {
    let names = (count / 5 * 3).max(1);
    let first = synthetic::record(0, names);
    let mut opened: Vec<Duration> = Vec::new();
    for _ in 0..101 {
        let start = Instant::now();
        let intelligence = Intelligence::open_file(file)?;
        let index = intelligence.index()?;
        index.evaluate(&Ecosystem::parse(first.ecosystem), &first.package, &first.affected)?;
        opened.push(start.elapsed());
    }
    let cold = opened.first().copied().unwrap_or_default();
    opened.sort();
    let median = opened.get(opened.len() / 2).copied().unwrap_or_default();
    println!(
        "open and first look-up: first {:.3} ms, then {:.3} ms (median of 101)",
        cold.as_secs_f64() * 1e3,
        median.as_secs_f64() * 1e3
    );
    let intelligence = Intelligence::open_file(file)?;
    let index = intelligence.index()?;
    for percent in [0, 10, 20, 50, 100] {
        rate(&index, percent, count, names)?;
    }
    Ok(())
}

fn rate(index: &Index<'_>, percent: u32, count: u32, names: u32) -> Outcome<()> {
    const QUESTIONS: u32 = 400_000;
    let mut numbers = synthetic::Numbers::new(u64::from(percent) + 1);
    let mut questions: Vec<(Ecosystem, String, String)> = Vec::new();
    for _ in 0..QUESTIONS {
        let number = numbers.below(count);
        questions.push(if numbers.below(100) < percent {
            let record = synthetic::record(number, names);
            (Ecosystem::parse(record.ecosystem), record.package, record.affected)
        } else {
            let (ecosystem, name) = synthetic::absent(number);
            (Ecosystem::parse(ecosystem), name, "1.0.0".to_owned())
        });
    }
    let mut hits = 0u32;
    let mut matches = 0usize;
    // Once for the checksums of first use, once for the figure.
    let mut spent = Duration::ZERO;
    for _ in 0..2 {
        (hits, matches) = (0, 0);
        let start = Instant::now();
        for (ecosystem, name, version) in &questions {
            let answer = index.evaluate(ecosystem, name, version)?;
            hits += u32::from(answer.verdict == Verdict::Affected);
            matches += answer.matches.len();
        }
        spent = start.elapsed();
    }
    println!(
        "look-ups, {percent} % asked to hit: {:.2} M/s ({:.0} ns each), {:.1} % affected, {:.1} matches per hit",
        f64::from(QUESTIONS) / spent.as_secs_f64() / 1e6,
        spent.as_secs_f64() * 1e9 / f64::from(QUESTIONS),
        f64::from(hits) * 100.0 / f64::from(QUESTIONS),
        matches as f64 / f64::from(hits.max(1)),
    );
    Ok(())
}

/// The steps of a reverse match, each by itself, and the whole; it remembers nothing.
fn reverse(data: &Path, estate: &Path) -> Outcome<()> {
    let data = DataDir(data.into());
    let mut start = Instant::now();
    let mut told = |what: &str| {
        println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
        start = Instant::now();
    };
    let intelligence = Intelligence::open(&data)?;
    let built = intelligence.index()?.meta().built_at;
    let mut request = Request::of(Vec::new());
    request.configs = vec![Target::new(estate)];
    let scanner = Scanner::new(&request, &intelligence, built)?;
    told("open the index and the estate file");
    let place = Place::of(&data, estate);
    let kept = place.kept()?.ok_or("nothing is kept")?;
    told("read and check what is kept");
    let before = place.remembered()?.ok_or("nothing is remembered")?;
    told("read what the index said before");
    let news = scanner.index().news(&before)?;
    told("tell what is new");
    let watched = watch::watch(&place, &scanner)?;
    told("all of it again, with the match");
    println!(
        "{} assets, {} news, {} touch the estate",
        kept.assets.len(),
        news.len(),
        watched.touched.len()
    );
    Ok(())
}

/// How the index stands to an id of an answer.
enum Standing {
    /// No record with this id, though another record may name it as an alias.
    Absent,
    /// The record speaks of other packages (`GIT` records of commits).
    OtherPackage,
    /// The record speaks of the package.
    Held,
}

fn standing(index: &Index<'_>, ecosystem: &Ecosystem, name: &str, id: &str) -> Outcome<Standing> {
    let Some(group) = index.find(id)? else { return Ok(Standing::Absent) };
    for member in index.group(group)?.members {
        let advisory = index.advisory(member)?;
        if advisory.id == id {
            let about = advisory.packages.iter().any(|p| {
                p.ecosystem.base() == ecosystem.base() && p.name == ecosystem.normal_name(name)
            });
            return Ok(if about { Standing::Held } else { Standing::OtherPackage });
        }
    }
    Ok(Standing::Absent)
}

/// Compares verdicts with what osv.dev answered. Ids that the index does not hold cannot be demanded;
/// an empty answer is demanded of complete ecosystems only.
fn oracle(file: &Path, answers: &Path) -> Outcome<()> {
    let intelligence = Intelligence::open_file(file)?;
    let index = intelligence.index()?;
    let mut tally: BTreeMap<&str, u32> = BTreeMap::new();
    for line in BufReader::new(File::open(answers)?).lines() {
        let row: serde_json::Value = serde_json::from_str(&line?)?;
        let package = &row["query"]["package"];
        let (Some(name), Some(ecosystem)) =
            (package["name"].as_str(), package["ecosystem"].as_str())
        else {
            *tally.entry("questions about a commit: not asked").or_default() += 1;
            continue;
        };
        let Some(version) = row["query"]["version"].as_str() else {
            *tally.entry("questions without a version: not asked").or_default() += 1;
            continue;
        };
        let shown = format!("{ecosystem} {name} {version}");
        let ecosystem = Ecosystem::parse(ecosystem);
        let evaluation = index.evaluate(&ecosystem, name, version)?;
        let mut ours: BTreeMap<String, Option<String>> = BTreeMap::new();
        let mut groups: BTreeSet<GroupRef> = BTreeSet::new();
        for found in &evaluation.matches {
            let advisory = index.advisory(found.advisory)?;
            groups.insert(advisory.group);
            ours.insert(advisory.id, advisory.published.map(|p| p.to_string()));
        }
        let theirs: BTreeSet<&str> = row["vulns"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|v| v["id"].as_str())
            .collect();
        for id in &theirs {
            let what = match standing(&index, &ecosystem, name, id)? {
                _ if ours.contains_key(*id) => "answers held and found",
                _ if index.find(id)?.is_some_and(|group| groups.contains(&group)) => {
                    "answers found under another id of their alias group"
                }
                Standing::Absent => "answers whose record the index does not hold",
                Standing::OtherPackage => "answers whose record here does not name the package",
                Standing::Held => {
                    println!("not found: {shown}: {id}");
                    "answers held and NOT found"
                }
            };
            *tally.entry(what).or_default() += 1;
        }
        let complete = index.coverage(&ecosystem).is_some_and(|c| c.complete);
        for (id, published) in ours.iter().filter(|(id, _)| !theirs.contains(id.as_str())) {
            let published = published.as_deref().unwrap_or("?");
            let what = match (complete, theirs.is_empty()) {
                (true, true) => "ours where the answer is EMPTY, complete ecosystem",
                (true, false) => "ours beside other answers, complete ecosystem",
                (false, _) => "ours beyond the answers, partial ecosystem",
            };
            println!("{what}: {shown}: {id} (published {published})");
            *tally.entry(what).or_default() += 1;
        }
        *tally.entry("questions asked").or_default() += 1;
    }
    for (what, count) in tally {
        println!("oracle: {count:5} {what}");
    }
    Ok(())
}
