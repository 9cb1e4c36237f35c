//! What real reports are worth once they change: nothing wrong is new, nothing wrong is closed, and what is truly gone
//! is closed.
//!
//! Each sample, and with the corpus each file that is recognised, is imported; then what it says is changed as tools and
//! people change it from run to run, and imported as the next run, through the whole import, but for the commit. Runs that
//! looked elsewhere (another host, kind, set of rules, category, part, filter) must end nothing. Claims that are taken
//! out must end: how many do, unaided and under a statement, is told. The tables are printed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "it measures and prints what it measured; helpers of tests fail as tests do"
)]

#[path = "../../../findings/tests/it/mutation/change.rs"]
mod change;
mod elsewhere;
#[path = "../../../findings/tests/it/corpus_files.rs"]
mod files;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use app::books::{Actor, Books, Database, Mode, Role};
use app::intake::{Imported, Input, ReadAlready, Request, import};
use app::queue::source;
use findings::sink::{Recorded, Told};
use findings::{Fact, Observation, Source, recognise};
use tempfile::TempDir;
use vocab::Instant;

use crate::world::at;

/// Claims of a file that are taken out, one at a time.
const TAKEN_OUT: usize = 4;
/// Files with more claims are left to the engine's own suite.
const MOST: usize = 3_000;

/// A document in memory.
struct Document {
    format: &'static str,
    told: Recorded,
}

fn read(bytes: &[u8]) -> Option<Document> {
    let mut cursor = Cursor::new(bytes);
    let mut source = Source::new(&mut cursor);
    let format = recognise(&mut source).ok()??;
    let mut told = Recorded::default();
    let _ = format.read(&mut source, &mut told);
    // When it was written is the test's to say.
    told.told.retain(|told| {
        !matches!(told, Told::Fact(Fact::ScannedAt(_) | Fact::Incomplete(_)) | Told::Dropped(..))
    });
    told.observations_mut().for_each(Observation::settle);
    let claims = told.observations().count();
    (1..=MOST).contains(&claims).then_some(Document { format: format.id, told })
}

/// A ledger that knows the first run.
struct Known {
    _folder: TempDir,
    books: Books,
    actor: Actor,
    format: &'static str,
    /// Findings of the first run.
    findings: u64,
}

fn day(day: u8) -> Instant {
    at(&format!("2026-11-{day:02}T00:00:00Z"))
}

impl Known {
    fn of(document: &Document, stated: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::File(folder.path().join("ledger.db"));
        let books = Books::open(&database, Mode::Create).expect("a ledger");
        let actor = Actor::person("ann", Role::Admin);
        let mut known =
            Self { _folder: folder, books, actor, format: document.format, findings: 0 };
        let first = known.take(document.told.clone(), 1, false);
        known.findings = first.new;
        if stated {
            known.state();
        }
        known
    }

    /// A person states of all sources that their runs are whole.
    fn state(&mut self) {
        let sources = source::sources(&self.actor, &mut self.books, None).expect("sources");
        for of in sources.sources {
            let request = source::Request {
                source: of.source,
                asset: of.asset,
                kinds: Vec::new(),
                reason: "nightly, over everything".to_owned(),
            };
            source::set(&self.actor, &mut self.books, &request, day(2)).expect("stated");
        }
    }

    fn take(&mut self, told: Recorded, on: u8, dry: bool) -> Imported {
        let input = ReadAlready {
            name: "report".to_owned(),
            format: self.format,
            document: Arc::new(told),
        };
        let request = Request {
            asset: Some("web".to_owned()),
            scanned_at: Some(day(on)),
            dry_run: dry,
            ..Request::of(Input::Told(input))
        };
        import(&self.actor, &mut self.books, None, &request, day(20), &mut |_| {})
            .expect("an import")
    }

    /// The next run, which is not kept.
    fn next(&mut self, told: Recorded) -> Imported {
        self.take(told, 3, true)
    }
}

/// What one kind of change came to.
#[derive(Debug, Default, Clone, Copy)]
struct Row {
    files: u64,
    findings: u64,
    new: u64,
    closed: u64,
    unseen: u64,
    braked: u64,
}

impl Row {
    fn of(known: &Known, imported: &Imported) -> Self {
        Self {
            files: 1,
            findings: known.findings,
            new: imported.new,
            closed: imported.closed,
            unseen: imported.unseen,
            braked: imported.braked,
        }
    }

    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.findings += other.findings;
        self.new += other.new;
        self.closed += other.closed;
        self.unseen += other.unseen;
        self.braked += other.braked;
    }
}

/// What became of claims that were taken out.
#[derive(Debug, Default, Clone, Copy)]
struct Out {
    gone: u64,
    closed: u64,
    braked: u64,
    wrong: u64,
}

#[derive(Default)]
struct Table {
    same: BTreeMap<&'static str, Row>,
    elsewhere: BTreeMap<&'static str, Row>,
    /// Unaided, and under a statement.
    out: [Out; 2],
    by_format: BTreeMap<&'static str, [Out; 2]>,
    /// What is missing of what stays open, unaided and under a statement, and the first of its files.
    missing: [BTreeMap<String, (u64, String)>; 2],
}

/// Which of the five are missing of what stays open, of the line that says so.
fn missing(imported: &Imported) -> Vec<String> {
    let lines = imported.remarks.iter().filter_map(|line| line.split_once(" open, unseen: "));
    let told = lines.flat_map(|(_, told)| told.split("; "));
    told.filter_map(|told| Some(told.split_once(" of ")?.0.to_owned())).collect()
}

impl Table {
    fn file(&mut self, path: &str, document: &Document) {
        let mut known = Known::of(document, false);
        for (name, _, mutate) in change::ALL {
            // Reversed over several runs, claims would stand in another tool's.
            let run = |told: &&Told| matches!(told, Told::Fact(Fact::Run { .. }));
            if *name == change::REVERSED && document.told.told.iter().filter(run).count() > 1 {
                continue;
            }
            // Of a list that is cut, what is missing may be what was cut off: it is not taken for what came elsewhere.
            let cut = |told: &Told| matches!(told, Told::Fact(Fact::Capped(_)));
            if document.told.told.iter().any(cut)
                && (name.contains("renamed") || name.contains("moved"))
            {
                continue;
            }
            let mut told = document.told.clone();
            let mut all: Vec<Observation> = told.observations().cloned().collect();
            if !mutate(&mut all) {
                continue;
            }
            all.iter_mut().for_each(Observation::settle);
            for (slot, changed) in told.observations_mut().zip(all) {
                *slot = changed;
            }
            if *name == change::MOVED_ROOT {
                // Lists of what was looked at move with the root.
                told.told
                    .retain(|told| !matches!(told, Told::Fact(Fact::Looked(_) | Fact::Missed(_))));
            }
            let imported = known.next(told);
            let row = Row::of(&known, &imported);
            if row.new + row.closed > 0 {
                println!("wrong: {path} ({}), {name}: {row:?}", document.format);
            }
            self.same.entry(name).or_default().add(row);
        }
        for (name, change) in elsewhere::ALL {
            let Some(told) = change(&document.told) else { continue };
            for stated in [false, true] {
                let mut stating = None;
                let known =
                    if stated { stating.insert(Known::of(document, true)) } else { &mut known };
                // What a run that a person calls whole no longer has, has ended: a part or a filter that the
                // document does not tell of is a broken word.
                if stated && !elsewhere::is_told(name) {
                    continue;
                }
                let imported = known.next(told.clone());
                let row = Row::of(known, &imported);
                if row.closed > 0 {
                    println!(
                        "wrong: {path} ({}), {name}, stated {stated}: {row:?}",
                        document.format
                    );
                }
                self.elsewhere.entry(name).or_default().add(row);
            }
        }
        self.taken_out(path, document, known);
    }

    /// Some claims taken out, one at a time.
    fn taken_out(&mut self, path: &str, document: &Document, unaided: Known) {
        let count = document.told.observations().count();
        let step = count.div_ceil(TAKEN_OUT).max(1);
        for (at, mut known) in [unaided, Known::of(document, true)].into_iter().enumerate() {
            for out in (0..count).step_by(step) {
                let gone = elsewhere::without(&document.told, out);
                // Another record of the same claim stays.
                let whole = known.take(gone.clone(), 3, true);
                if whole.unseen + whole.closed + whole.braked == 0 {
                    let lost = whole.unchanged + whole.changed < known.findings;
                    if lost {
                        println!("lost: {path} ({}), {out}: {whole:?}", document.format);
                    }
                    self.out[at].wrong += u64::from(lost);
                    continue;
                }
                let sums = [
                    &mut self.out[at],
                    &mut self.by_format.entry(document.format).or_default()[at],
                ];
                if whole.closed == 0 {
                    for what in missing(&whole) {
                        self.missing[at].entry(what).or_insert((0, path.to_owned())).0 += 1;
                    }
                }
                for sum in sums {
                    sum.gone += 1;
                    sum.closed += u64::from(whole.closed == 1);
                    sum.braked += u64::from(whole.braked > 0);
                    sum.wrong += u64::from(whole.closed > 1 || whole.new > 0);
                }
            }
        }
    }

    fn print(&self, title: &str) {
        println!(
            "import: {title}: told otherwise | files | findings | wrong new | wrong closed | unseen | braked"
        );
        for (name, r) in &self.same {
            println!(
                "import: {name} | {} | {} | {} | {} | {} | {}",
                r.files, r.findings, r.new, r.closed, r.unseen, r.braked
            );
        }
        println!(
            "import: {title}: looked elsewhere | runs | findings | new | wrong closed | unseen | braked"
        );
        for (name, r) in &self.elsewhere {
            println!(
                "import: {name} | {} | {} | {} | {} | {} | {}",
                r.files, r.findings, r.new, r.closed, r.unseen, r.braked
            );
        }
        println!("import: {title}: taken out | removals | closed | of 100 | braked | wrong");
        for (name, o) in ["unaided", "under a statement"].iter().zip(self.out) {
            let of = o.gone.saturating_sub(o.braked).max(1);
            println!(
                "import: {name} | {} | {} | {} | {} | {}",
                o.gone,
                o.closed,
                o.closed * 100 / of,
                o.braked,
                o.wrong
            );
        }
        for (stated, missing) in ["unaided", "under a statement"].iter().zip(&self.missing) {
            for (what, (count, first)) in missing {
                println!("import: left open {stated}: {what} | {count} | first {first}");
            }
        }
        for (format, [a, b]) in &self.by_format {
            println!("import: {format} | {} of {} | {} of {}", a.closed, a.gone, b.closed, b.gone);
        }
    }

    /// Nothing is wrong, and enough of what is gone ends.
    fn hold(&self, unaided: u64) {
        let sum =
            |rows: &BTreeMap<&str, Row>, of: fn(&Row) -> u64| rows.values().map(of).sum::<u64>();
        assert_eq!(sum(&self.same, |r| r.closed), 0, "wrong closed");
        let new: u64 = self
            .same
            .iter()
            .filter(|(name, _)| **name != change::RENAMED)
            .map(|(_, row)| row.new)
            .sum();
        assert_eq!(new, 0, "wrong new");
        assert_eq!(sum(&self.elsewhere, |r| r.closed), 0, "closed by a run that looked elsewhere");
        let [alone, stated] = self.out;
        assert_eq!((alone.wrong, stated.wrong), (0, 0));
        let rate = |out: Out| out.closed * 100 / out.gone.saturating_sub(out.braked).max(1);
        assert!(rate(alone) >= unaided, "{} of 100 end unaided", rate(alone));
        assert!(rate(stated) >= 95, "{} of 100 end under a statement", rate(stated));
    }
}

#[test]
fn samples_through_the_whole_import() {
    let mut table = Table::default();
    for (path, bytes) in files::samples() {
        if let Some(document) = read(&bytes) {
            table.file(&path, &document);
        }
    }
    table.print("samples");
    // Of two or three findings nothing shows the kind, the rule, or that none is hidden: the real reports tell more.
    table.hold(10);
}

/// A part of the archive; all of it with `GABION_LONG`.
#[test]
fn real_reports_through_the_whole_import() {
    let Some(files) = files::archive() else { return };
    let long = std::env::var_os("GABION_LONG").is_some();
    let mut table = Table::default();
    for (path, bytes) in files.into_iter().step_by(if long { 1 } else { 12 }) {
        if let Some(document) = read(&bytes) {
            table.file(&path, &document);
        }
    }
    table.print("real reports");
    table.hold(40);
}
