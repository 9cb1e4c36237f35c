//! Does a run prove that a claim has ended?
//!
//! «Not in the new report» is no closure. A run *covers* a claim when five things are known to be so: it looked at
//! every place of it (*target*), for its kind (*kind*), with its rule (*rule*), with nothing that would hide it
//! (*filter*), and later, whole and successfully (*order*). Each is yes, no or **not said**; only five times yes closes.
//!
//! In: the run's [`Coverage`] and what it declares, the claim's [`Ground`], the run that last reported it, a person's
//! statement on the source. Out: five [`Answer`]s. Never: a guess; silence is «not said». Start reading at [`judge`].

mod order;
mod rule;
mod target;

use vocab::Instant;

use crate::coverage::{Coverage, Ground};
use crate::observation::Class;
use crate::tools::Cap;

pub use order::refused;
pub use target::is_in_parts;

/// How much of the asset a run looked at, as declared on the command line or by its reference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    /// Nothing is declared: the document decides.
    #[default]
    Document,
    /// A person says for this run: all of it.
    Whole,
    /// These paths or parts and what lies below them, sorted.
    Parts(Vec<String>),
    /// What a pull request changed.
    PullRequest,
}

/// A run that a document reports.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// When it looked.
    pub scanned_at: Instant,
    /// What it looked at, as declared.
    pub scope: Scope,
    /// Why it is not whole: the document's own words, records that were dropped; empty when it is.
    pub incomplete: Vec<String>,
    /// Observations in it.
    pub observations: u64,
    /// The tool's version; empty when not stated.
    pub tool_version: String,
    /// The version of its rules; empty when not stated.
    pub rules_version: String,
    /// The tool's version is that of its rules: they are built in, or a person has said the version.
    pub rules_built_in: bool,
    /// Its rules change daily, so that another version of them says nothing.
    pub feed: bool,
    /// How many places of a rule the tool writes at most.
    pub caps: Vec<Cap>,
    /// What it told and what its claims show.
    pub coverage: Coverage,
}

/// The run that last reported a claim, as far as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reporting {
    /// When it looked.
    pub scanned_at: Instant,
    /// The tool's version; empty when not stated.
    pub tool_version: String,
    /// The version of its rules; empty when not stated.
    pub rules_version: String,
    /// Its configuration, in comparable lines ([`Coverage::configuration`]).
    pub configuration: Vec<String>,
    /// Its bytes are those of the run at hand: nothing new was looked at.
    pub same_bytes: bool,
}

/// What a person has stated of a source: its runs are whole and with one configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statement {
    /// In words, for the evidence: who, when.
    pub by: String,
    /// Kinds of problem that it speaks of; none: all.
    pub kinds: Vec<Class>,
}

/// One of the five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// It looked at every place of it.
    Target,
    /// It was asked for this kind of problem.
    Kind,
    /// The rule was active.
    Rule,
    /// Nothing hides it.
    Filter,
    /// Later, whole, successful, on the same branch.
    Order,
}

impl Which {
    /// All five.
    pub const ALL: [Self; 5] = [Self::Target, Self::Kind, Self::Rule, Self::Filter, Self::Order];

    /// The word of the ledger and of people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Kind => "kind",
            Self::Rule => "rule",
            Self::Filter => "filter",
            Self::Order => "order",
        }
    }

    /// What would settle it where it is not said.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Target => {
                "a run that names what it looked at, `--scope whole` for one run, or `gabion source set`"
            }
            Self::Kind => "a run that names the kinds it was asked for, or `gabion source set`",
            Self::Rule => {
                "a run that lists its rules or has the version of tool and rules that reported it \
                 (`--tool-version`), or `gabion source set`"
            }
            Self::Filter => "a run that states its filters, or `gabion source set`",
            Self::Order => "a later, whole run of the same branch",
        }
    }
}

/// What is known of one of the five, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is so: how that is known.
    Yes(String),
    /// It is not so: how that is known.
    No(String),
    /// Nothing says either.
    NotSaid(String),
}

impl Answer {
    /// A yes.
    pub(crate) fn yes(why: impl Into<String>) -> Self {
        Self::Yes(why.into())
    }

    /// A no.
    pub(crate) fn no(why: impl Into<String>) -> Self {
        Self::No(why.into())
    }

    /// Not said.
    pub(crate) fn not_said(why: impl Into<String>) -> Self {
        Self::NotSaid(why.into())
    }

    /// The words.
    pub fn words(&self) -> &str {
        match self {
            Self::Yes(words) | Self::No(words) | Self::NotSaid(words) => words,
        }
    }

    /// Whether it is known to be so.
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes(_))
    }
}

/// The five answers, in the order of [`Which::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The answers.
    pub answers: [Answer; 5],
    /// Whether one of the yeses rests on the person's statement.
    pub rests_on_statement: bool,
    /// Whether a statement on the source would answer all that is missing.
    pub a_statement_would: bool,
    /// Whether `--scope whole` would.
    pub a_whole_run_would: bool,
}

impl Judgement {
    /// Whether the run proves that the claim has ended.
    pub fn ended(&self) -> bool {
        self.answers.iter().all(Answer::is_yes)
    }

    /// Which are not known to be so, with their answers.
    pub fn missing(&self) -> impl Iterator<Item = (Which, &Answer)> {
        Which::ALL.into_iter().zip(&self.answers).filter(|(_, answer)| !answer.is_yes())
    }

    /// The evidence in one sentence.
    pub fn evidence(&self) -> String {
        let mut words: Vec<&str> = Vec::new();
        for answer in self.answers.iter().map(Answer::words) {
            // A statement answers several in the same words.
            if !words.contains(&answer) {
                words.push(answer);
            }
        }
        words.join("; ")
    }
}

/// What a run proves of one claim that it does not contain. `ambiguous`: another one that it contains may be it.
pub fn judge(
    run: &Run,
    claim: Option<&Ground>,
    last: &Reporting,
    statement: Option<&Statement>,
    ambiguous: bool,
) -> Judgement {
    let passed = claim.is_some_and(|claim| passed(run, claim));
    let order = order::order(run, last, ambiguous, passed);
    let Some(claim) = claim else {
        let old = || {
            Answer::not_said(
                "the ledger does not know what this claim rests on: an earlier version kept it",
            )
        };
        return Judgement {
            answers: [old(), old(), old(), old(), order],
            rests_on_statement: false,
            a_statement_would: false,
            a_whole_run_would: false,
        };
    };
    let statement = statement.filter(|s| s.kinds.is_empty() || s.kinds.contains(&claim.class));
    let mut rests_on_statement = false;
    let mut a_statement_would = true;
    let mut or_stated = |answer: Answer, speaks: bool| match (answer, statement) {
        (Answer::NotSaid(_), Some(statement)) if speaks => {
            rests_on_statement = true;
            Answer::Yes(statement.by.clone())
        }
        (answer, _) => {
            let would = answer.is_yes() || speaks && matches!(answer, Answer::NotSaid(_));
            a_statement_would &= would;
            answer
        }
    };
    let target = or_stated(target::target(run, claim, &run.scope), true);
    // A run that tells of kinds, and not of this one, may have been asked for others.
    let kind = or_stated(kind(run, claim), run.coverage.kinds_among.is_empty());
    // A rule that an upgrade dropped is not active, whatever a person said of the runs before. Rules of a feed are others
    // each day; the tool's version stands for what it does with them.
    let other = |now: &str, before: &str| {
        let (now, before) = (rule::stated(now), rule::stated(before));
        !now.is_empty() && !before.is_empty() && now != before
    };
    let upgraded = rule::stated(&last.tool_version) != rule::stated(&run.tool_version)
        || !run.feed && other(&run.rules_version, &last.rules_version);
    let rule = or_stated(rule::rule(run, claim, last), !upgraded);
    // Nor whether it would have been shown by another configuration than the one that showed it.
    let otherwise = run.coverage.set_otherwise(&last.configuration).is_some();
    let filter = or_stated(filter(run, claim, last), !otherwise);
    let order = or_stated(order, true);
    let answers = [target, kind, rule, filter, order];
    let missing = answers.iter().any(|answer| !answer.is_yes());
    let a_whole_run_would = matches!(&answers, [target, rest @ ..]
        if !target.is_yes() && rest.iter().all(Answer::is_yes))
        && run.scope == Scope::Document
        && target::target(run, claim, &Scope::Whole).is_yes();
    Judgement {
        a_statement_would: a_statement_would && missing,
        a_whole_run_would,
        answers,
        rests_on_statement,
    }
}

/// Whether it says of every place that the rule looked there and found nothing: a result, though no claim.
fn passed(run: &Run, claim: &Ground) -> bool {
    !claim.rule.is_empty()
        && !claim.places.is_empty()
        && claim.places.iter().all(|chain| run.coverage.passed_in(claim, chain))
}

/// Was it asked for this kind of problem?
fn kind(run: &Run, claim: &Ground) -> Answer {
    let word = claim.class.as_str();
    match run.coverage.has_kind(claim.class) {
        Some(true) => return Answer::yes(format!("it looked for problems of kind {word}")),
        Some(false) => {
            return Answer::no(format!("it did not look for problems of kind {word}"));
        }
        None => {}
    }
    if passed(run, claim) {
        Answer::yes("it shows that it looked for this one")
    } else if run.coverage.met_kind(claim.class) {
        Answer::yes(format!("it has other problems of kind {word}"))
    } else {
        Answer::not_said(format!("nothing says that it looked for problems of kind {word}"))
    }
}

/// Would it have been shown?
fn filter(run: &Run, claim: &Ground, last: &Reporting) -> Answer {
    use crate::coverage::Filter;
    let coverage = &run.coverage;
    let (mut severity, mut confidence, mut fixed, mut open) = (false, false, false, false);
    if coverage.has_more_filters() {
        return Answer::not_said("it states more filters than are kept");
    }
    if let Some(name) = coverage.set_otherwise(&last.configuration) {
        return Answer::not_said(format!(
            "its setting {name} is another one than that of the run that reported it"
        ));
    }
    for filter in &coverage.filters {
        match filter.hides(claim) {
            Some(true) => {
                return Answer::no(format!("its filter would hide it ({})", filter.as_text()));
            }
            // The run that reported it had the same one, and showed it.
            None if !last.configuration.contains(&format!("filter: {}", filter.as_text())) => {
                return Answer::not_said(format!(
                    "nothing says whether its filter would hide it ({})",
                    filter.as_text()
                ));
            }
            _ => {}
        }
        match filter {
            Filter::None => open = true,
            Filter::Severity(_) => severity = true,
            Filter::Confidence(_) => confidence = true,
            Filter::OnlyFixed | Filter::OnlyUnfixed => fixed = true,
            Filter::Without(_) | Filter::Only(_) | Filter::Other(_) => {}
        }
    }
    if open {
        return Answer::yes("it states its filters, and none hides it");
    }
    if passed(run, claim) {
        return Answer::yes("it shows its result");
    }
    let least = coverage.least(claim.class);
    if coverage.rated_apart {
        let alone = claim.severity.as_str();
        if !severity && !least.has_one_rated(claim.severity) {
            return Answer::not_said(format!(
                "its ratings are asked for one by one, and no other one rated {alone} is in it"
            ));
        }
        if !fixed && claim.unfixed {
            return Answer::not_said(
                "its statuses are asked for one by one, and this one had no fixed version",
            );
        }
    }
    let silent = |what: &str| {
        Answer::not_said(format!(
            "nothing says that it would show one {what}: no other one is in it"
        ))
    };
    if !severity && !least.is_as_low(claim.severity) {
        return silent(&format!("rated {}", claim.severity.as_str()));
    }
    if !confidence && !least.is_as_uncertain(claim.confidence) {
        return silent("as uncertain");
    }
    if !fixed && claim.unfixed && !least.has_unfixed() {
        return silent("without a fixed version");
    }
    Answer::yes("no filter hides it: others like it are shown")
}
