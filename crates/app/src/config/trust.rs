//! Which statements of which configuration apply to an asset?

use std::path::Path;

use vocab::{Environment, Exposure, Instant};

use super::{Config, Criticality, IgnoreRule};

/// The configurations of one scan, with how far each is trusted.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Outside the scanned trees, or trusted by the user's word: all they say applies.
    pub trusted: Vec<Config>,
    /// Inside a scanned tree: may only tighten.
    pub tree: Vec<Config>,
}

/// What the configurations say of one asset, with where the exposure was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// What to call it.
    pub name: Option<String>,
    /// Who can reach it.
    pub exposure: Exposure,
    /// `gabion.toml:4`, or `nobody said`.
    pub exposure_source: String,
    /// Who fixes.
    pub owner: Option<String>,
    /// How much depends on it.
    pub criticality: Option<Criticality>,
    /// What it is run for.
    pub environment: Environment,
    /// What the configuration in the tree asked for and did not get.
    pub refused: Vec<String>,
}

/// What the ignores say of one finding.
#[derive(Debug, Clone, Copy)]
pub enum Ignoring<'a> {
    /// No rule speaks of it.
    Not,
    /// This rule leaves it out.
    Until(&'a IgnoreRule),
    /// This rule did until its date; the finding is back.
    Expired(&'a IgnoreRule),
    /// A rule in the tree would leave it out; it is not trusted to.
    Refused(&'a IgnoreRule),
}

/// What an ignore rule is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Every id by which the problem may be named.
    pub ids: &'a [&'a str],
    /// In OSV's words.
    pub ecosystem: &'a str,
    /// The package.
    pub name: &'a str,
    /// Paths of its places.
    pub paths: &'a [&'a str],
    /// There are more places than `paths` tells: a rule for a path cannot know that it fits.
    pub more: bool,
}

/// An asset as rules may spell it.
#[derive(Debug, Clone, Copy)]
pub struct Spelled<'a> {
    /// The scanned root, as given.
    pub root: &'a str,
    /// Relative to the root; empty for the root itself.
    pub relative: &'a str,
    /// As given on the command line, joined with the folder below it.
    pub given: &'a str,
    /// The real path, where it could be resolved.
    pub real: Option<&'a Path>,
}

impl Spelled<'_> {
    /// Whether a pattern of a configuration fits, by `ask`.
    fn fits(&self, config: &Config, ask: &dyn Fn(&str) -> bool) -> bool {
        if let Some(scope) = &config.scope {
            let below = if scope.folder.is_empty() {
                Some(self.relative)
            } else {
                let rest = self.relative.strip_prefix(scope.folder.as_str());
                rest.filter(|r| r.is_empty() || r.starts_with('/'))
                    .map(|r| r.trim_start_matches('/'))
            };
            return scope.root == self.root && below.is_some_and(ask);
        }
        let from_config = self.real.and_then(|real| {
            let folder = config.folder.canonicalize().ok()?;
            Some(real.strip_prefix(folder).ok()?.to_string_lossy().into_owned())
        });
        let given = self.given.trim_start_matches("./");
        ask(self.relative) || ask(given) || from_config.is_some_and(|path| ask(&path))
    }
}

impl Trust {
    /// What holds for an asset.
    pub fn describe(&self, asset: Spelled<'_>) -> Described {
        let mut described = Described {
            name: None,
            exposure: Exposure::Unknown,
            exposure_source: "nobody said".into(),
            owner: None,
            criticality: None,
            environment: Environment::Unknown,
            refused: Vec::new(),
        };
        for config in &self.trusted {
            apply(config, asset, true, &mut described);
        }
        for config in &self.tree {
            apply(config, asset, false, &mut described);
        }
        described
    }

    /// Whether a trusted rule names this very folder as an asset (`shop`, `services/*`; not
    /// `services/**`). What is an asset decides what a finding is called, and so when its clock
    /// started: a file inside the tree has no say in it.
    pub fn names_asset(&self, asset: Spelled<'_>) -> bool {
        let named = |config: &Config| {
            config.assets.iter().any(|rule| asset.fits(config, &|path| rule.path.names(path)))
        };
        self.trusted.iter().any(named)
    }

    /// Whether the rule that names this asset means more than what was scanned: a folder above it, or several.
    pub fn is_part(&self, asset: Spelled<'_>) -> bool {
        let mut rules =
            self.trusted.iter().flat_map(|c| c.assets.iter().map(move |rule| (c, rule)));
        let naming = rules.rfind(|(config, rule)| {
            rule.name.is_some() && asset.fits(config, &|path| rule.path.is_match(path))
        });
        naming.is_some_and(|(config, rule)| {
            let several = rule.pattern.contains(['*', '?', '[', '{']);
            several || !asset.fits(config, &|path| rule.path.names(path))
        })
    }

    /// Rules of trusted files that fit none of these assets: a typing mistake, most likely.
    pub fn idle<'a>(&self, assets: &[Spelled<'a>]) -> Vec<String> {
        let mut idle = Vec::new();
        for config in &self.trusted {
            for rule in &config.assets {
                let fits =
                    |asset: &Spelled<'_>| asset.fits(config, &|path| rule.path.is_match(path));
                if !assets.iter().any(fits) {
                    idle.push(format!(
                        "{}:{}: the rule for «{}» fits no asset of this scan",
                        config.origin, rule.line, rule.pattern
                    ));
                }
            }
        }
        idle
    }

    /// Whether packages from this address count as from the public registry: a trusted configuration
    /// names it, or a folder above it, as a mirror.
    pub fn mirrors(&self, address: &str) -> bool {
        self.trusted.iter().flat_map(|c| &c.mirrors).any(|mirror| {
            let rest = address.strip_prefix(mirror.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Whether a finding is left out. A trusted rule that holds wins; else an expired one is told;
    /// else one that is not trusted.
    pub fn ignoring(&self, question: Question<'_>, now: Instant) -> Ignoring<'_> {
        let mut fitting =
            self.trusted.iter().flat_map(|c| &c.ignores).filter(|r| fits(r, question)).peekable();
        let first = fitting.peek().copied();
        if let Some(rule) = fitting.find(|r| now < r.until) {
            return Ignoring::Until(rule);
        }
        if let Some(rule) = first {
            return Ignoring::Expired(rule);
        }
        let refused = self.tree.iter().flat_map(|c| &c.ignores).find(|r| fits(r, question));
        refused.map_or(Ignoring::Not, Ignoring::Refused)
    }
}

fn apply(config: &Config, asset: Spelled<'_>, trusted: bool, described: &mut Described) {
    for rule in &config.assets {
        if !asset.fits(config, &|path| rule.path.is_match(path)) {
            continue;
        }
        let source = format!("{}:{}", config.origin, rule.line);
        match rule.exposure {
            Some(exposure) if trusted || exposure > described.exposure => {
                described.exposure = exposure;
                described.exposure_source = source.clone();
            }
            Some(exposure) if exposure < described.exposure => described.refused.push(format!(
                "{source}: exposure {} for «{}» is not applied: a configuration inside the scanned tree may only tighten (--trust-config applies it)",
                exposure.as_str(),
                rule.pattern
            )),
            _ => {}
        }
        if trusted {
            described.name = rule.name.clone().or(described.name.take());
            described.owner = rule.owner.clone().or(described.owner.take());
            described.environment = rule.environment.unwrap_or(described.environment);
        } else {
            // Only where nobody outside the tree has said: who owns an asset decides who is asked.
            described.owner = described.owner.take().or(rule.owner.clone());
            if described.environment == Environment::Unknown {
                described.environment = rule.environment.unwrap_or_default();
            }
        }
        if let Some(criticality) = rule.criticality {
            let raises = described.criticality.is_none_or(|c| criticality as u8 > c as u8);
            if trusted || raises {
                described.criticality = Some(criticality);
            }
        }
    }
}

fn fits(rule: &IgnoreRule, question: Question<'_>) -> bool {
    let id = question.ids.iter().any(|id| id.eq_ignore_ascii_case(&rule.id));
    let package = rule.package.as_deref().is_none_or(|p| {
        p == question.name
            || p.split_once('/').is_some_and(|(e, n)| {
                e.eq_ignore_ascii_case(question.ecosystem) && n == question.name
            })
    });
    let path = rule.path.as_ref().is_none_or(|g| {
        !question.more && !question.paths.is_empty() && question.paths.iter().all(|p| g.is_match(p))
    });
    id && package && path
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use vocab::{Exposure, instant};

    use super::{Config, Ignoring, Question, Trust};

    fn config(origin: &str, text: &str) -> Config {
        Config::parse(origin, text, Path::new("")).expect("a configuration")
    }

    const INTERNET: &str = "[[asset]]\npath = \"shop\"\nexposure = \"internet\"\n";
    const ISOLATED: &str = "[[asset]]\npath = \"shop\"\nexposure = \"isolated\"\n";

    #[test]
    fn a_configuration_in_the_tree_may_only_tighten() {
        let check = |trusted: &[&str], tree: &[&str]| {
            let trust = Trust {
                trusted: trusted.iter().map(|t| config("out.toml", t)).collect(),
                tree: tree.iter().map(|t| config("in.toml", t)).collect(),
            };
            let d = trust.describe(super::Spelled {
                root: "r",
                relative: "shop/web",
                given: "r/shop/web",
                real: None,
            });
            (d.exposure, d.exposure_source, d.refused.len())
        };
        assert_eq!(check(&[], &[]), (Exposure::Unknown, "nobody said".into(), 0));
        assert_eq!(check(&[], &[INTERNET]), (Exposure::Internet, "in.toml:1".into(), 0));
        assert_eq!(check(&[], &[ISOLATED]), (Exposure::Unknown, "nobody said".into(), 1));
        assert_eq!(check(&[ISOLATED], &[]), (Exposure::Isolated, "out.toml:1".into(), 0));
        assert_eq!(check(&[ISOLATED], &[INTERNET]), (Exposure::Internet, "in.toml:1".into(), 0));
        assert_eq!(check(&[INTERNET], &[ISOLATED]), (Exposure::Internet, "out.toml:1".into(), 1));
    }

    #[test]
    fn ignores_hold_until_their_date_and_never_from_the_tree() {
        let text =
            "[[ignore]]\nid = \"CVE-2026-1\"\nreason = \"not reachable\"\nuntil = 2026-12-01\n";
        let ids = ["GHSA-x", "CVE-2026-1"];
        let question = Question {
            ids: &ids,
            ecosystem: "npm",
            name: "a",
            paths: &["a/package-lock.json"],
            more: false,
        };
        let at = |s: &str| instant::parse(s).expect("an instant");
        let outside = Trust { trusted: vec![config("o", text)], tree: vec![] };
        assert!(matches!(outside.ignoring(question, at("2026-11-30")), Ignoring::Until(_)));
        assert!(matches!(outside.ignoring(question, at("2026-12-01")), Ignoring::Expired(_)));
        let inside = Trust { trusted: vec![], tree: vec![config("i", text)] };
        assert!(matches!(inside.ignoring(question, at("2026-11-30")), Ignoring::Refused(_)));
        let other = Question { ids: &ids[..1], ..question };
        assert!(matches!(outside.ignoring(other, at("2026-11-30")), Ignoring::Not));
    }

    #[test]
    fn a_rule_for_a_path_needs_every_place_under_it() {
        let text = "[[ignore]]\nid = \"X-1\"\npath = \"docs\"\npackage = \"npm/a\"\nreason = \"r\"\nuntil = 2027-01-01\n";
        let trust = Trust { trusted: vec![config("o", text)], tree: vec![] };
        let ids = ["X-1"];
        let ask = |paths: &[&str], name| {
            let question = Question { ids: &ids, ecosystem: "npm", name, paths, more: false };
            !matches!(trust.ignoring(question, vocab::Instant::UNIX_EPOCH), Ignoring::Not)
        };
        assert!(ask(&["docs/package-lock.json"], "a"));
        assert!(!ask(&["docs/package-lock.json", "web/package-lock.json"], "a"));
        assert!(!ask(&["docs/package-lock.json"], "b"));
        assert!(!ask(&[], "a"));
    }
}
