//! What does a run no longer have, and what does that prove?
//!
//! In: the stream's standing claims that the document did not match, the run's coverage, a person's statement on the source.
//! Out: retired claims with their evidence and the findings that none claims any more, closed; what the run does not
//! cover stays open as *unseen*. The engine answers the five (`findings::close`). A run that would end more than a third
//! of its source's claims proposes instead.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use findings::Class;
use findings::close::{
    Answer, Judgement, Reporting, Run, Scope, Statement, Which, is_in_parts, judge, refused,
};
use ledger::change::{Change, Closure, Document, Missing, UnseenFacts};
use ledger::row::Attribution;
use ledger::stage::HowMet;
use ledger::{LedgerError, Stage};

use super::kept;
use super::writing::{WriteError, Writing};

/// Standing claims that are looked at together.
const PAGE: u32 = 512;
/// More ends than this and than a third of the source's claims are proposed.
const BRAKE: u64 = 10;

/// Why a run closes nothing that has only the name of a file in common with what stands.
const STRANGER: &str = "it closes nothing: nobody declared the asset, and nothing in it is known: it may be about \
                        something else; name the asset with --asset";

/// What stays open, and what would settle it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Left {
    /// Claims that stay open.
    pub(crate) claims: u64,
    /// Findings whose end is proposed because there are too many.
    pub(crate) braked: u64,
    /// Of each of the five and whether it is known not to be so: how many, and the first reason.
    missing: BTreeMap<(Which, bool), (u64, String)>,
    /// Claims that only a statement on the source, or `--scope whole`, is missing for.
    by_statement: u64,
    by_scope: u64,
    stranger: bool,
}

impl Left {
    /// The run may be about something else.
    pub(crate) fn stranger(&mut self) {
        self.stranger = true;
    }

    fn add(&mut self, judgement: &Judgement) {
        self.claims += 1;
        for (which, answer) in judgement.missing() {
            let no = matches!(answer, Answer::No(_));
            let entry = self.missing.entry((which, no)).or_default();
            entry.0 += 1;
            if entry.1.is_empty() {
                answer.words().clone_into(&mut entry.1);
            }
        }
        self.by_statement += u64::from(judgement.a_statement_would);
        self.by_scope += u64::from(judgement.a_whole_run_would);
    }

    /// What it is, in lines for people: what is missing, then the one line that would settle it.
    pub(crate) fn lines(&self, source: &str, asset: &str) -> Vec<String> {
        let mut lines = Vec::new();
        if self.braked > 0 {
            lines.push(format!(
                "it would end {} findings, more than a third of what {source} reports: closing them is proposed; \
                 `gabion queue --view proposals`",
                self.braked
            ));
        }
        lines.extend(self.stranger.then(|| STRANGER.to_owned()));
        if self.claims == 0 {
            return lines;
        }
        let mut told: Vec<String> = self
            .missing
            .iter()
            .map(|((which, no), (count, why))| {
                let word = if *no { "no" } else { "not said" };
                format!("{} {word} of {count} ({why})", which.as_str())
            })
            .collect();
        told.sort_by_key(|line| line.len());
        let claims = if self.claims == 1 {
            "1 claim that it lacks stays".to_owned()
        } else {
            format!("{} claims that it lacks stay", self.claims)
        };
        lines.push(format!("{claims} open, unseen: {}", told.join("; ")));
        if self.by_scope > 0 && self.by_scope == self.by_statement {
            lines.push(format!(
                "if this run looked at all of {asset}, `--scope whole` settles {}; if every run of {source} does, \
                 `gabion source set '{source}' --asset '{asset}' --whole --reason …`",
                self.by_scope
            ));
            return lines;
        }
        if self.by_scope > 0 {
            lines.push(format!(
                "if this run looked at all of {asset}, `--scope whole` settles {}",
                self.by_scope
            ));
        }
        if self.by_statement > 0 {
            lines.push(format!(
                "if the runs of {source} are whole and with one configuration, \
                 `gabion source set '{source}' --asset '{asset}' --whole --reason …` settles {}",
                self.by_statement
            ));
        }
        lines
    }
}

/// The statement on a source that acts on a run, and the entry that holds it.
pub(super) type Stated = Option<(i64, Statement)>;

/// What a run is judged with.
pub(super) struct Judging<'a> {
    pub(super) run: &'a Run,
    /// The stream's last document before this one.
    pub(super) last: Option<&'a Document>,
    /// Of this document.
    pub(super) sha256: &'a str,
    /// The entry in which it was made, and what it says.
    pub(super) statement: Stated,
    /// Claims of a vanished source that were handed over just now, and the document that last had them.
    pub(super) handed: Option<&'a Document>,
    /// Our own scan proves each end by name.
    pub(super) braked: bool,
}

/// The run that a document was, as far as a later one compares itself with it.
fn reporting(document: &Document, sha256: &str) -> Reporting {
    Reporting {
        scanned_at: document.scanned_at,
        tool_version: document.tool_version.clone(),
        rules_version: document.rules_version.clone(),
        configuration: document.configuration.clone(),
        same_bytes: document.sha256 == sha256,
    }
}

/// One standing claim that the document does not have, with what the run proves of it.
struct Judged {
    claim: Attribution,
    judgement: Judgement,
    reported: i64,
}

impl Writing<'_, '_, '_> {
    /// Retires what the run proves to have ended, and marks as unseen what it does not cover.
    pub(super) fn close(
        &mut self,
        stage: &mut Stage,
        judging: &Judging<'_>,
    ) -> Result<Left, WriteError> {
        let (mut all, mut ended) = (0, 0);
        // A run that can end nothing is not asked twice.
        if judging.braked && refused(judging.run).is_none() {
            self.each_absent(stage, judging, &mut |_, judged| {
                ended += u64::from(judged.judgement.ended());
                Ok(())
            })?;
            all = u64::try_from(self.write.standing(self.stream)?).unwrap_or(0);
            all = all.saturating_sub(self.fresh);
        }
        let braked = judging.braked && ended > BRAKE && ended * 3 > all;
        let mut left = Left::default();
        self.each_absent(stage, judging, &mut |writing, judged| {
            if !judged.judgement.ended() {
                left.add(&judged.judgement);
                return writing.unseen(&judged, missing(&judged.judgement));
            }
            if braked {
                left.braked += 1;
                let evidence = writing.evidence(&judged.judgement);
                let what = serde_json::json!({ "call": "close", "ending": "fixed" });
                writing.propose_once(judged.claim.finding, what, evidence)?;
                let why = "it would end more than a third of its source's claims".to_owned();
                let missing = vec![Missing { which: "order".to_owned(), no: false, why }];
                return writing.unseen(&judged, missing);
            }
            writing.end(judging, &judged)
        })?;
        Ok(left)
    }

    /// A run that may be about something else ends nothing, and shows nothing of what stands.
    pub(super) fn strange(
        &mut self,
        stage: &mut Stage,
        judging: &Judging<'_>,
    ) -> Result<Left, WriteError> {
        let mut left = Left::default();
        left.stranger();
        self.each_absent(stage, judging, &mut |writing, judged| {
            let missing =
                vec![Missing { which: "order".to_owned(), no: false, why: STRANGER.to_owned() }];
            writing.unseen(&judged, missing)
        })?;
        Ok(left)
    }

    fn each_absent(
        &mut self,
        stage: &mut Stage,
        judging: &Judging<'_>,
        each: &mut dyn FnMut(&mut Self, Judged) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let mut documents: HashMap<i64, Option<Document>> = HashMap::new();
        let mut after = 0;
        loop {
            let page = self.write.live(self.stream, after, PAGE)?;
            let Some(end) = page.last() else { return Ok(()) };
            after = end.id;
            let ids: Vec<i64> = page.iter().map(|a| a.id).collect();
            for (claim, met) in page.into_iter().zip(stage.how_met(&ids)?) {
                // What this very document brought was matched by nothing before it.
                let brought = self.first_new.is_some_and(|first| claim.id >= first);
                if brought || matches!(met, HowMet::Matched | HowMet::Seen) {
                    continue;
                }
                let judged = self.judged(judging, claim, met, &mut documents)?;
                each(self, judged)?;
            }
        }
    }

    fn judged(
        &mut self,
        judging: &Judging<'_>,
        claim: Attribution,
        met: HowMet,
        documents: &mut HashMap<i64, Option<Document>>,
    ) -> Result<Judged, LedgerError> {
        let last = match &claim.unseen {
            Some(unseen) => {
                let known = match documents.entry(unseen.reported) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => {
                        new.insert(self.write.documents_of(&[unseen.reported])?.pop())
                    }
                };
                known.as_ref()
            }
            None => judging.handed.or(judging.last),
        };
        let reported = last.map_or(0, |document| document.id);
        let last = last.map(|document| reporting(document, judging.sha256)).unwrap_or_default();
        let ground = kept::ground(claim.id, &claim.ground)?;
        let statement = judging.statement.as_ref().map(|(_, statement)| statement);
        let ambiguous = met == HowMet::Ambiguous;
        let judgement = judge(judging.run, ground.as_ref(), &last, statement, ambiguous);
        Ok(Judged { claim, judgement, reported })
    }

    fn evidence(&self, judgement: &Judgement) -> String {
        let run = self.belongs.scanned_at;
        let (name, source) = (self.name, &self.belongs.source);
        format!("{name} of {source}, the run of {run}, no longer has it: {}", judgement.evidence())
    }

    /// It has ended.
    fn end(&mut self, judging: &Judging<'_>, judged: &Judged) -> Result<(), WriteError> {
        let claim = &judged.claim;
        let evidence = self.evidence(&judged.judgement);
        let retired = Change::Retired {
            attribution: claim.id,
            document: self.document,
            evidence: evidence.clone(),
        };
        self.write.append(&retired)?;
        self.retire_pulls(claim.finding, &evidence)?;
        let statement = judging.statement.as_ref().filter(|_| judged.judgement.rests_on_statement);
        let closure = Closure {
            reason: "fixed".to_owned(),
            evidence,
            document: self.document,
            duplicate_of: 0,
            at: Some(self.belongs.scanned_at),
            statement: statement.map_or(0, |(entry, _)| *entry),
        };
        self.close_if_alone(claim.finding, closure)?;
        if self.write.findings(&[claim.finding])?.first().is_some_and(|f| f.state == "open") {
            self.follow(claim.finding, None)?;
        }
        Ok(())
    }

    /// It is unseen from now on, where it is not so already.
    fn unseen(&mut self, judged: &Judged, missing: Vec<Missing>) -> Result<(), WriteError> {
        self.unseen_now += 1;
        if judged.claim.unseen.is_some() {
            return Ok(());
        }
        let facts = UnseenFacts { document: self.document, reported: judged.reported, missing };
        let attribution = judged.claim.id;
        self.began += 1;
        Ok(self.write.append(&Change::Unseen { attribution, facts })?)
    }
}

/// What a run did not show, as the ledger keeps it.
fn missing(judgement: &Judgement) -> Vec<Missing> {
    let of = |(which, answer): (Which, &Answer)| Missing {
        which: which.as_str().to_owned(),
        no: matches!(answer, Answer::No(_)),
        why: answer.words().to_owned(),
    };
    judgement.missing().map(of).collect()
}

/// The kinds of the statement that an entry holds.
///
/// # Errors
/// A word is no kind: none would mean all.
pub(super) fn kinds(entry: i64, words: &[String]) -> Result<Vec<Class>, LedgerError> {
    let of = |word: &String| {
        Class::from_word(word).ok_or_else(|| LedgerError::Broken {
            table: "statements",
            id: entry,
            what: format!("«{word}» is no kind of problem"),
        })
    };
    words.iter().map(of).collect()
}

/// Whether what stands may have got another path in this run: not what it did not look at.
pub(super) fn may_move(scope: &Scope, path: &str) -> bool {
    match scope {
        Scope::Document | Scope::Whole => true,
        Scope::PullRequest => false,
        Scope::Parts(parts) => is_in_parts(path, parts),
    }
}
