//! The same problems told otherwise: nothing is new, nothing is gone.
//!
//! Each sample, and with the corpus each file that is recognised, is read; then what it says is changed as tools
//! and people change it from run to run, and a stream that knows the first takes the second. The figures are
//! printed (`cargo xtask bench dedupe` shows them).

mod change;
mod document;

use std::collections::BTreeMap;
use std::io::Cursor;

use findings::replay::{Claim, Outcome, claims, replay};
use findings::sink::Kept;
use findings::{Observation, Source, recognise};

const SECRETS: &[u8; 32] = &[1; 32];
/// Claims of a file that are taken out, one at a time.
const TAKEN_OUT: usize = 12;
/// Observations of a file that are taken into account.
const MOST: usize = 20_000;

/// Format and observations of a document; `None` when it is not recognised or says nothing.
pub fn read(bytes: &[u8]) -> Option<(&'static str, Vec<Observation>)> {
    let mut cursor = Cursor::new(bytes);
    let mut source = Source::new(&mut cursor);
    let format = recognise(&mut source).ok()??;
    let mut kept = Kept::default();
    // What stopped is read in part; what was read counts.
    let _ = format.read(&mut source, &mut kept);
    kept.observations.truncate(MOST);
    (!kept.observations.is_empty()).then_some((format.id, kept.observations))
}

/// Files that say it otherwise once their lists are reversed or their dates moved, with the reason. Nothing is new
/// and nothing is gone in them either.
const CHANGED: &[(&str, &str)] = &[
    (
        "artifact-analysis-occurrences-sample.json",
        "a list inside of a record, of which the first counts",
    ),
    ("many_vulns_pypi.json", "a date inside of an address"),
    ("Vulnerabilities-Report-XRAY_Unified.json", "the first of several scores counts"),
    ("many_vulns_1373_constructed.json", "the first of several scores counts"),
    ("two_targets_two_vuln_old.json", "the explanation lists in the document's order"),
];

/// What went wrong in one mutation of one file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Wrong {
    files: usize,
    claims: usize,
    new: usize,
    gone: usize,
    open: usize,
    /// New because only rule and file are known of them, and the file has another name now: nothing shows that
    /// it is the same. The old one stays open for a run.
    whole: usize,
    /// Matched to another claim than the one it was.
    swapped: usize,
    /// Said to be changed where nothing is.
    changed: usize,
}

impl Wrong {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.claims += other.claims;
        self.new += other.new;
        self.gone += other.gone;
        self.open += other.open;
        self.whole += other.whole;
        self.swapped += other.swapped;
        self.changed += other.changed;
    }

    fn of(outcome: &Outcome, truth: impl Fn(usize) -> Option<usize>, before: &[Claim]) -> Self {
        let mut wrong = Self {
            files: 1,
            claims: outcome.claims.len(),
            new: outcome.new_claims(),
            gone: outcome.gone.len(),
            open: outcome.open.len(),
            ..Self::default()
        };
        for (claim, matched) in outcome.claims.iter().zip(&outcome.matched) {
            let Some((known, _)) = matched else { continue };
            let was = claim.members.first().and_then(|member| truth(*member));
            let right = was.and_then(|was| before.iter().find(|c| c.members.contains(&was)));
            // Claims that say the same cannot be told apart by anybody.
            if right.is_some_and(|right| right.came.digest != before[*known].came.digest) {
                wrong.swapped += 1;
            }
        }
        wrong
    }

    fn is_wrong(&self) -> bool {
        self.new + self.gone > 0
    }
}

/// All mutations of one document: name and what went wrong.
fn mutations(bytes: &[u8], observations: &[Observation]) -> Vec<(&'static str, Wrong)> {
    let before = claims(observations, SECRETS);
    let mut all = Vec::new();
    for (name, same, mutate) in change::ALL {
        let mut mutated = observations.to_vec();
        if !mutate(&mut mutated) {
            continue;
        }
        mutated.iter_mut().for_each(Observation::settle);
        let reversed = *name == change::REVERSED;
        let truth = |at: usize| {
            if reversed { observations.len().checked_sub(at + 1) } else { Some(at) }
        };
        let outcome = replay(&before, claims(&mutated, SECRETS));
        let mut wrong = Wrong::of(&outcome, truth, &before);
        wrong.changed = if *same { outcome.changed } else { 0 };
        if *name == change::RENAMED {
            let new = outcome
                .claims
                .iter()
                .zip(&outcome.matched)
                .filter(|(_, matched)| matched.is_none());
            wrong.whole = new.filter(|(claim, _)| claim.came.line <= 1).count();
            wrong.new -= wrong.whole;
        }
        all.push((*name, wrong));
    }
    for (name, rewritten) in document::all(bytes) {
        let Some((_, mutated)) = read(&rewritten) else { continue };
        let outcome = replay(&before, claims(&mutated, SECRETS));
        let mut wrong = Wrong::of(&outcome, |_| None, &before);
        wrong.changed = outcome.changed;
        all.push((name, wrong));
    }
    all.push(("one taken out", taken_out(observations, &before)));
    all
}

/// Each of some claims taken out: it and no other is gone, or it stays open.
fn taken_out(observations: &[Observation], before: &[Claim]) -> Wrong {
    let mut wrong = Wrong { files: 1, ..Wrong::default() };
    let step = before.len().div_ceil(TAKEN_OUT).max(1);
    for (at, claim) in before.iter().enumerate().step_by(step) {
        let left: Vec<usize> =
            (0..observations.len()).filter(|member| !claim.members.contains(member)).collect();
        let rest: Vec<Observation> = left.iter().map(|at| observations[*at].clone()).collect();
        let outcome = replay(before, claims(&rest, SECRETS));
        wrong.claims += 1;
        wrong.new += outcome.new_claims();
        // Another one that says the same, on the same line, is as good.
        let other = |known: &usize| *known != at && before[*known].came.digest != claim.came.digest;
        wrong.gone += outcome.gone.iter().filter(|known| other(known)).count();
        wrong.open += outcome.open.len();
    }
    wrong
}

/// Runs all mutations of all files; prints a table by mutation and what is wrong by format.
fn suite(title: &str, files: &[(String, Vec<u8>)]) -> Wrong {
    let mut by_mutation: BTreeMap<&str, Wrong> = BTreeMap::new();
    let mut by_format: BTreeMap<&str, (usize, Wrong)> = BTreeMap::new();
    let mut all = Wrong::default();
    for (path, bytes) in files {
        let Some((format, observations)) = read(bytes) else { continue };
        let of_format = by_format.entry(format).or_default();
        of_format.0 += 1;
        for (mutation, wrong) in mutations(bytes, &observations) {
            by_mutation.entry(mutation).or_default().add(wrong);
            of_format.1.add(wrong);
            let named = CHANGED.iter().any(|(file, _)| path.ends_with(file));
            all.add(Wrong { changed: if named { 0 } else { wrong.changed }, ..wrong });
            if wrong.is_wrong() || wrong.changed > 0 {
                println!("wrong: {path} ({format}), {mutation}: {wrong:?}");
            }
        }
    }
    println!(
        "dedupe: {title}: mutation | files | claims | wrong new | wrong gone | open | swapped | changed"
    );
    for (mutation, w) in &by_mutation {
        println!(
            "dedupe: {mutation} | {} | {} | {} | {} | {} | {} | {} | {}",
            w.files, w.claims, w.new, w.gone, w.open, w.whole, w.swapped, w.changed
        );
    }
    println!("dedupe: {title}: format | files | mutated claims | wrong new | wrong gone");
    for (format, (files, w)) in &by_format {
        println!("dedupe: {format} | {files} | {} | {} | {}", w.claims, w.new, w.gone);
    }
    all
}

#[test]
fn samples_told_otherwise_are_the_same() {
    let files = crate::corpus_files::samples();
    let wrong = suite("samples", &files);
    assert!(wrong.files > 0);
    assert_eq!((wrong.new, wrong.gone, wrong.changed), (0, 0, 0));
}

#[test]
fn real_reports_told_otherwise_are_the_same() {
    let Some(files) = crate::corpus::files() else { return };
    let wrong = suite("real reports", &files);
    assert_eq!((wrong.new, wrong.gone, wrong.changed), (0, 0, 0));
}
