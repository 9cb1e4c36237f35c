//! What did a run look at, and what has to be looked at before a claim can be said to have ended?
//!
//! In: the facts of a document and its observations, as a reader hands them on. Out: a [`Coverage`], the run's side,
//! and of each observation a [`Ground`], the claim's side. [`crate::close`] holds one against the other. Bounded:
//! past a bound nothing is proved by absence from a list. Never: a decision; nothing here is guessed.
//!
//! Start reading at [`Coverage::tell`] and [`ground`].

mod filter;
mod ground;
mod target;

use std::collections::{BTreeSet, HashMap, HashSet};

use vocab::{Base, Ecosystem, Severity};

use crate::identity::{Key, normal_target};
use crate::observation::{Class, Confidence, Observation};
use crate::sink::Fact;
use crate::tools::{Cap, Counted};

pub use filter::{Filter, matches};
pub use ground::{Ground, MAX_PLACES, ground};
pub use target::Target;

/// Most targets, rules and pairs of them that are told apart in one run, of each.
pub const MAX_TOLD: usize = 500_000;
/// Most rules, texts and places of rules whose claims are counted in one run.
const MAX_COUNTED: usize = 1_000_000;
/// Most filters and settings kept of one run, of each.
const MAX_SETTINGS: usize = 200;
/// Longest value of a setting, in bytes.
const MAX_VALUE: usize = 2_000;

/// What one run says of what it looked at, and what its claims show of it.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    looked: Told,
    /// Looked at as well, of which it does not tell all.
    among: Told,
    /// Kinds of target of which it tells all that it looked at.
    listed: BTreeSet<&'static str>,
    folders: Vec<String>,
    missed: Told,
    missed_folders: Vec<String>,
    /// Folders of which files are missing beside others.
    missed_beside: HashSet<String>,
    /// Packages of which it says nothing.
    unevaluated: Told,
    ports: Vec<(String, u16, u16)>,
    signed_in: HashMap<Key, bool>,
    /// Kinds of problem asked for; none: not told.
    pub kinds: BTreeSet<Class>,
    /// Kinds asked for as well, of which it does not tell all.
    pub(crate) kinds_among: BTreeSet<Class>,
    active: Told,
    inactive: Told,
    /// Whether every active rule was told.
    pub all_rules: bool,
    passed: Told,
    /// Rules and places at which they were not evaluated.
    not_run: Told,
    /// What hides claims.
    pub filters: Vec<Filter>,
    /// Parts of the configuration.
    pub settings: BTreeSet<(String, String)>,
    /// The version of the rules; empty when not told.
    pub rules_version: String,
    /// What it calls what it looked at: the document's own target and those of its records.
    subjects: BTreeSet<String>,
    /// The image's digest; empty when not told.
    pub digest: String,
    /// It says that it ended well.
    pub succeeded: bool,
    /// Its option of severities is a list, and so is that of statuses.
    pub(crate) rated_apart: bool,
    signed_in_full: bool,
    /// Of settings past the bound, in their order.
    settings_more: Option<Key>,
    capped_all: bool,
    capped: Told,
    met: Met,
}

/// What the claims of the run show.
#[derive(Debug, Clone, Default)]
struct Met {
    kinds: BTreeSet<Class>,
    targets: Told,
    rules: Told,
    rule_targets: Told,
    least: HashMap<Class, Least>,
    /// Of each rule, of each text of a rule, of each rule at a target.
    counts: HashMap<Key, u64>,
    claims: u64,
    /// Of each rule: most of one text, and most at one place.
    most: HashMap<Key, (u64, u64)>,
}

/// The weakest claims of one kind: what shows that no filter hid their like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Least {
    /// The lowest rating that is known.
    severity: Option<Severity>,
    /// The ratings that were met, a bit each.
    rated: u16,
    /// One has no rating.
    unrated: bool,
    /// The lowest confidence that is known.
    confidence: Option<Confidence>,
    /// One has no version that mends it.
    unfixed: bool,
}

impl Least {
    fn add(&mut self, observation: &Observation) {
        self.rated |= rating_bit(observation.severity);
        match observation.severity {
            Severity::Unknown => self.unrated = true,
            known => self.severity = Some(self.severity.map_or(known, |least| least.min(known))),
        }
        match observation.confidence {
            Confidence::Unknown => {}
            known => {
                self.confidence = Some(self.confidence.map_or(known, |least| least.min(known)));
            }
        }
        self.unfixed |= ground::is_unfixed(observation);
    }

    /// Whether one is rated just so.
    pub(crate) fn has_one_rated(self, severity: Severity) -> bool {
        self.rated & rating_bit(severity) != 0
    }

    /// Whether one is rated as low.
    pub(crate) fn is_as_low(self, severity: Severity) -> bool {
        match severity {
            Severity::Unknown => self.unrated,
            // Where nothing is rated, nothing is left out by its rating.
            known => self.severity.map_or(self.unrated, |least| least <= known),
        }
    }

    /// Whether one is as uncertain.
    pub(crate) fn is_as_uncertain(self, confidence: Confidence) -> bool {
        match confidence {
            Confidence::Unknown => true,
            known => self.confidence.is_some_and(|least| least <= known),
        }
    }

    /// Whether one has no version that mends it.
    pub(crate) fn has_unfixed(self) -> bool {
        self.unfixed
    }
}

fn rating_bit(severity: Severity) -> u16 {
    1 << severity as u16
}

/// A bounded set: past its bound it knows that it does not know.
#[derive(Debug, Clone, Default)]
struct Told {
    keys: HashSet<Key>,
    full: bool,
}

impl Told {
    fn add(&mut self, key: Key) {
        if self.keys.len() < MAX_TOLD {
            self.keys.insert(key);
        } else {
            self.full |= !self.keys.contains(&key);
        }
    }

    fn has(&self, key: Key) -> bool {
        self.keys.contains(&key)
    }
}

fn rule_key(rule: &str) -> Key {
    Key::of(&[b"rule", rule.trim().as_bytes()])
}

/// In the one spelling of the registry: PyPI's names have several.
fn package_key(package: &str) -> Key {
    let package = package.trim().to_lowercase();
    let name = match package.strip_prefix("pypi/") {
        Some(name) => Ecosystem::from(Base::PyPI).normal_name(name).into_owned(),
        None => package,
    };
    Key::of(&[b"package", name.as_bytes()])
}

fn text_key(rule: &str, title: &str) -> Key {
    Key::of(&[b"text", rule.trim().as_bytes(), title.trim().as_bytes()])
}

fn pair_key(rule: &str, target: &Target) -> Key {
    Key::of(&[b"at", rule.trim().as_bytes(), target.as_str().as_bytes()])
}

impl Coverage {
    /// Takes what a reader tells of the document.
    pub fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Looked(target) => self.look(target),
            Fact::LookedAmong(target) => self.among.add(target.key()),
            Fact::Missed(target) => self.miss(target),
            Fact::MissedBeside(target) if self.missed_beside.len() < MAX_TOLD => {
                self.missed_beside.insert(target.parent().to_owned());
            }
            Fact::MissedBeside(_) => self.missed.full = true,
            Fact::NotEvaluated(package) => self.unevaluated.add(package_key(package)),
            Fact::SignedIn(target, is) => {
                if self.signed_in.len() < MAX_TOLD || self.signed_in.contains_key(&target.key()) {
                    // Of two runs over one host the one that was not signed in tells what is sure.
                    *self.signed_in.entry(target.key()).or_insert(*is) &= *is;
                } else {
                    self.signed_in_full = true;
                }
            }
            Fact::Ports(protocol, first, last) if self.ports.len() < MAX_SETTINGS * 10 => {
                self.ports.push((protocol.to_ascii_lowercase(), *first, *last));
            }
            Fact::Kind(kind) => _ = self.kinds.insert(*kind),
            Fact::ActiveRule(rule) => self.active.add(rule_key(rule)),
            Fact::KindAmong(kind) => _ = self.kinds_among.insert(*kind),
            Fact::InactiveRule(rule) => self.inactive.add(rule_key(rule)),
            Fact::AllRules => self.all_rules = true,
            Fact::RulesVersion(version) => version.trim().clone_into(&mut self.rules_version),
            Fact::Filter(filter) if !self.filters.contains(filter) => self.hide(filter),
            Fact::Setting(name, value) => self.set(name, value.trim()),
            Fact::RatedApart => self.rated_apart = true,
            Fact::Capped(rule) if rule.trim().is_empty() => self.capped_all = true,
            Fact::Capped(rule) => self.capped.add(rule_key(rule)),
            Fact::PassedAt(rule, target) => self.passed.add(pair_key(rule, target)),
            Fact::NotRunAt(rule, target) => self.not_run.add(pair_key(rule, target)),
            Fact::Succeeded => self.succeeded = true,
            Fact::Digest(digest) => digest.trim().clone_into(&mut self.digest),
            _ => {}
        }
    }

    /// Past a bound a digest stays, so that two that differ never look alike.
    fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let kept = value.get(..value.floor_char_boundary(MAX_VALUE)).unwrap_or_default();
        let value = if kept.len() < value.len() {
            format!("{kept}… {}", Key::of(&[value.as_bytes()]).hex())
        } else {
            kept.to_owned()
        };
        let pair = (name.to_owned(), value);
        if self.settings.len() < MAX_SETTINGS || self.settings.contains(&pair) {
            self.settings.insert(pair);
        } else {
            let more = Key::of(&[
                &self.settings_more.unwrap_or(Key([0; 16])).0,
                pair.0.as_bytes(),
                pair.1.as_bytes(),
            ]);
            self.settings_more = Some(more);
        }
    }

    /// Whether it states more filters than are kept.
    pub(crate) fn has_more_filters(&self) -> bool {
        self.filters.len() > MAX_SETTINGS
    }

    /// The name of a setting that both state, and not alike. `before`: the lines of an earlier run's configuration.
    pub(crate) fn set_otherwise(&self, before: &[String]) -> Option<&str> {
        let names: BTreeSet<&str> = self.settings.iter().map(|(name, _)| name.as_str()).collect();
        names.into_iter().find(|name| {
            let of = |line: &String| {
                let value = line.strip_prefix(*name)?.strip_prefix(": ")?;
                Some(value.to_owned())
            };
            let then: BTreeSet<String> = before.iter().filter_map(of).collect();
            let now: BTreeSet<String> = self
                .settings
                .iter()
                .filter(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
                .collect();
            !then.is_empty() && then != now
        })
    }

    /// Past the bound it is only known that there are more.
    fn hide(&mut self, filter: &Filter) {
        match self.filters.len() {
            MAX_SETTINGS => {
                self.filters.push(Filter::Other("more filters than are kept".to_owned()));
            }
            0..MAX_SETTINGS => self.filters.push(filter.clone()),
            _ => {}
        }
    }

    fn miss(&mut self, target: &Target) {
        match target.as_folder() {
            Some(folder) if self.missed_folders.len() < MAX_SETTINGS * 10 => {
                self.missed_folders.push(folder.to_owned());
            }
            Some(_) => self.missed.full = true,
            None => self.missed.add(target.key()),
        }
    }

    fn look(&mut self, target: &Target) {
        if let Some(folder) = target.as_folder() {
            if self.folders.len() < MAX_SETTINGS * 10 {
                self.folders.push(folder.to_owned());
                self.listed.insert(Target::FILE);
            }
            return;
        }
        self.listed.insert(target.kind());
        self.looked.add(target.key());
    }

    /// What the document as a whole calls what it looked at.
    pub fn subject(&mut self, target: &str) {
        let target = target.trim();
        if !target.is_empty() && self.subjects.len() < MAX_TOLD {
            self.subjects.insert(target.to_owned());
        }
    }

    /// Takes a settled claim of the run.
    pub fn saw(&mut self, observation: &Observation) {
        let class = observation.class;
        self.subject(&observation.target);
        let met = &mut self.met;
        met.kinds.insert(class);
        met.rules.add(rule_key(&observation.rule));
        for chain in ground::places(observation) {
            for target in &chain {
                met.targets.add(target.key());
                met.rule_targets.add(pair_key(&observation.rule, target));
            }
        }
        met.least.entry(class).or_default().add(observation);
        met.claims += 1;
        let text = text_key(&observation.rule, &observation.title);
        let mut keys = vec![rule_key(&observation.rule), text];
        let places = ground::places(observation);
        keys.extend(places.iter().flatten().map(|at| pair_key(&observation.rule, at)));
        keys.sort_unstable();
        keys.dedup();
        let mut most = (0, 0);
        for key in keys {
            if met.counts.len() < MAX_COUNTED || met.counts.contains_key(&key) {
                let count = met.counts.entry(key).or_default();
                *count += 1;
                let of = if key == text { &mut most.0 } else { &mut most.1 };
                if key != rule_key(&observation.rule) {
                    *of = (*of).max(*count);
                }
            }
        }
        if met.most.len() < MAX_COUNTED {
            let known = met.most.entry(rule_key(&observation.rule)).or_default();
            *known = (known.0.max(most.0), known.1.max(most.1));
        }
    }

    /// Whether it has claims of this kind.
    pub(crate) fn met_kind(&self, kind: Class) -> bool {
        self.met.kinds.contains(&kind)
    }

    /// Whether it was asked for this kind; `None` when it does not tell.
    pub(crate) fn has_kind(&self, kind: Class) -> Option<bool> {
        if self.kinds.contains(&kind) || self.kinds_among.contains(&kind) {
            return Some(true);
        }
        (!self.kinds.is_empty()).then_some(false)
    }

    /// Whether it has a claim at this target.
    pub(crate) fn met_target(&self, target: &Target) -> bool {
        self.met.targets.has(target.key())
    }

    /// Whether it has a claim of this rule.
    pub fn met_rule(&self, rule: &str) -> bool {
        self.met.rules.has(rule_key(rule))
    }

    /// Whether it has a claim of this rule at this target.
    pub(crate) fn met_rule_at(&self, rule: &str, target: &Target) -> bool {
        self.met.rule_targets.has(pair_key(rule, target))
    }

    /// The weakest claims of this kind.
    pub(crate) fn least(&self, kind: Class) -> Least {
        self.met.least.get(&kind).copied().unwrap_or_default()
    }

    /// Whether it says that it looked here and found nothing of the rule.
    pub(crate) fn passed_at(&self, rule: &str, target: &Target) -> bool {
        self.passed.has(pair_key(rule, target))
    }

    /// What else the run that reported a claim says of its places.
    pub fn settle(&self, ground: &mut Ground) {
        let signed_in = self.is_signed_in(ground.places.iter().flatten());
        // Past a bound it may have been: then only a signed-in run ends it, and what passed is no proof.
        ground.signed_in = signed_in.or(self.signed_in_full.then_some(true));
        ground.shared =
            self.passed.full || ground.places.iter().any(|chain| self.passed_in(ground, chain));
    }

    /// Whether it says so of one of a claim's places as a whole, or of the thing there that the claim is about.
    pub(crate) fn passed_in(&self, claim: &Ground, chain: &[Target]) -> bool {
        let one = |at: &Target| {
            !claim.resource.is_empty()
                && self.passed_at(&claim.rule, &Target::resource(at, &claim.resource))
        };
        let shown = !claim.rule.is_empty() && !claim.shared;
        shown && chain.iter().any(|at| self.passed_at(&claim.rule, at) || one(at))
    }

    /// Where the rule of a claim was not evaluated: at one of its places, at the thing there that the claim is about, or
    /// in the run as a whole. What passed at that thing itself was evaluated.
    pub(crate) fn not_run_at(&self, claim: &Ground) -> Option<Target> {
        if claim.rule.is_empty() || (self.not_run.keys.is_empty() && !self.not_run.full) {
            return None;
        }
        let run = Target::run();
        // One of the places that are not kept may be among them.
        if claim.more {
            return Some(run);
        }
        let at_one = |told: &Told, at: &Target| {
            !claim.resource.is_empty()
                && told.has(pair_key(&claim.rule, &Target::resource(at, &claim.resource)))
        };
        claim.places.iter().find_map(|chain| {
            let wider = || chain.iter().chain([&run]);
            let passed = !claim.shared && wider().any(|at| at_one(&self.passed, at));
            let whole = |at: &Target| !passed && self.not_run.has(pair_key(&claim.rule, at));
            wider().find(|at| self.not_run.full || at_one(&self.not_run, at) || whole(at)).cloned()
        })
    }

    /// Whether the rule was told to be active; `None` when nothing is told of it.
    pub(crate) fn is_active(&self, rule: &str) -> Option<bool> {
        let key = rule_key(rule);
        if self.inactive.has(key) {
            Some(false)
        } else if self.active.has(key) && !self.inactive.full {
            Some(true)
        } else {
            (self.all_rules && !self.active.full).then_some(false)
        }
    }

    /// Whether any active rule was told.
    pub fn lists_rules(&self) -> bool {
        !self.active.keys.is_empty()
    }

    /// Whether the list of what this rule found is cut, so that another claim proves nothing: the document says so, or
    /// it stands at a bound of the tool. A list past the bound shows that the tool was run without it.
    pub(crate) fn is_capped(&self, claim: &Ground, caps: &[Cap]) -> bool {
        let rule = claim.rule.as_str();
        // Past the bound nobody knows how many there were.
        let full = self.met.counts.len() >= MAX_COUNTED;
        let stands_at = |key, most| self.met.counts.get(&key).map_or(full, |met| *met == most);
        let at = |target: Option<&Target>, most| {
            target.is_some_and(|t| stands_at(pair_key(rule, t), most))
        };
        let stands = |cap: &Cap| match cap.of {
            Counted::Rule => stands_at(rule_key(rule), cap.most),
            Counted::Text => stands_at(text_key(rule, &claim.title), cap.most),
            Counted::RuleAndFile => claim.places.iter().any(|chain| at(chain.first(), cap.most)),
            Counted::RuleAndHost => claim.places.iter().any(|chain| at(chain.last(), cap.most)),
            Counted::Document => self.met.claims == cap.most,
        };
        self.capped_all
            || self.capped.full
            || self.capped.has(rule_key(rule))
            || caps.iter().any(stands)
    }

    /// Whether the list of what this rule found may be cut at one of its texts or places.
    pub fn may_be_cut(&self, rule: &str, caps: &[Cap]) -> bool {
        let key = rule_key(rule);
        let count = self.met.counts.get(&key).copied().unwrap_or_default();
        let (of_a_text, at_a_place) = self.met.most.get(&key).copied().unwrap_or_default();
        let stands = |cap: &Cap| match cap.of {
            Counted::Rule => count == cap.most,
            Counted::Text => of_a_text == cap.most,
            Counted::RuleAndFile | Counted::RuleAndHost => at_a_place == cap.most,
            Counted::Document => self.met.claims == cap.most,
        };
        self.capped_all || self.capped.full || self.capped.has(key) || caps.iter().any(stands)
    }

    /// Whether it says that it could not look at this.
    pub(crate) fn has_missed(&self, target: &Target) -> bool {
        self.missed.full
            || self.missed.has(target.key())
            || self.missed_folders.iter().any(|folder| target.is_below(folder))
            || !self.missed_beside.is_empty()
                && target.is_manifest()
                && self.missed_beside.contains(target.parent())
                && !self.looked.has(target.key())
    }

    /// Whether it says nothing of the claim's package; of a claim that names none, whether there is any of which it does.
    pub(crate) fn has_not_evaluated(&self, claim: &Ground) -> bool {
        let any = self.unevaluated.full || !self.unevaluated.keys.is_empty();
        any && (claim.package.is_empty()
            || self.unevaluated.full
            || self.unevaluated.has(package_key(&claim.package)))
    }

    /// Whether there is anything that it could not look at.
    pub(crate) fn missed_any(&self) -> bool {
        self.missed.full
            || !self.missed.keys.is_empty()
            || !self.missed_folders.is_empty()
            || !self.missed_beside.is_empty()
    }

    /// Whether it says that it looked at this; `None` when it tells nothing of this kind of target.
    pub(crate) fn has_looked(&self, target: &Target) -> Option<bool> {
        let key = target.key();
        let told = self.looked.has(key) || self.among.has(key);
        if told || self.folders.iter().any(|f| target.is_below(f)) {
            return Some(true);
        }
        let listed = self.listed.contains(target.kind());
        (listed && !self.looked.full).then_some(false)
    }

    /// Whether it looked at this port of the hosts that it looked at; `None` when it tells of none.
    pub(crate) fn has_port(&self, protocol: &str, port: u16) -> Option<bool> {
        (!self.ports.is_empty()).then(|| {
            let fits = |of: &str| of.is_empty() || protocol.is_empty() || of == protocol;
            self.ports.iter().any(|(of, a, b)| fits(of) && (*a..=*b).contains(&port))
        })
    }

    /// Whether it was signed in there: the first of these that it tells of.
    pub fn is_signed_in<'t>(&self, chain: impl IntoIterator<Item = &'t Target>) -> Option<bool> {
        let of = |target: &Target| self.signed_in.get(&target.key()).copied();
        let whole = || of(&Target::run()).filter(|_| !self.signed_in_full);
        chain.into_iter().find_map(of).or_else(whole)
    }

    /// What it calls what it looked at.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &str> {
        self.subjects.iter().map(String::as_str)
    }

    /// The configuration in lines that can be compared with an earlier run's: policy, command, names of rule sets,
    /// filters, kinds.
    pub fn configuration(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.settings.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        lines.extend(self.filters.iter().map(|filter| format!("filter: {}", filter.as_text())));
        lines.extend(self.settings_more.map(|more| format!("further settings: {}", more.hex())));
        // What it found shows a part of what it was asked for.
        let kinds = self.kinds.iter().chain(&self.kinds_among).chain(&self.met.kinds);
        lines.extend(kinds.map(|kind| format!("kind: {}", kind.as_str())));
        lines.sort();
        lines.dedup();
        lines
    }
}

/// Whether two names are the same image, project or account. Of images: the same reference, tag included.
pub(crate) fn is_same_subject(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

/// Whether two names are builds of one image, by everything but tag and digest.
pub(crate) fn is_same_image(a: &str, b: &str) -> bool {
    normal_target(a).eq_ignore_ascii_case(normal_target(b))
}
