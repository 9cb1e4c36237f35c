//! Facts for tests: everything fresh, nothing known, then what a test states.

use std::sync::LazyLock;

use triage::{Clock, CveFacts, Epss, Exploit, Facts, Feed, Feeds, Kev, Policy, Stated, clock};
use vocab::{Exposure, Instant, Severity};

/// An instant from a date or a time.
pub fn at(text: &str) -> Instant {
    vocab::instant::parse(text).expect("an instant")
}

/// The `now` of the tests.
pub fn now() -> Instant {
    at("2026-11-21T10:00:00Z")
}

/// A feed as of yesterday.
pub fn fresh() -> Feed {
    Feed::Fresh { as_of: at("2026-11-20") }
}

/// A feed of August.
pub fn stale() -> Feed {
    Feed::Stale { as_of: at("2026-08-07") }
}

/// A table that comes with Gabion; each is read once.
pub fn builtin(name: &str) -> Policy {
    static TABLES: LazyLock<Vec<Policy>> =
        LazyLock::new(|| Policy::BUILTIN.iter().filter_map(|name| Policy::builtin(name)).collect());
    TABLES.iter().find(|policy| policy.name() == name).expect("a built-in table").clone()
}

/// A fresh world, first seen now, published on 1 November, one CVE without any signal.
pub fn facts() -> Facts {
    let sighting = now();
    let feeds = Feeds { kev: fresh(), epss: fresh(), exploits: fresh(), ssvc: fresh() };
    let mut facts = Facts::new(sighting, feeds);
    facts.published = Some(at("2026-11-01"));
    facts.cves.push(cve("CVE-2026-1"));
    facts
}

/// A CVE published on 30 October that EPSS scores low.
pub fn cve(id: &str) -> CveFacts {
    CveFacts {
        cve: id.to_owned(),
        published: Some(at("2026-10-30")),
        epss: Some(Epss { score: 0.01, percentile: 0.42, as_of: at("2026-11-20") }),
        ..CveFacts::default()
    }
}

/// What tests change about the first CVE and the asset.
pub trait Given: Sized {
    fn exposure(self, exposure: Exposure) -> Self;
    fn severity(self, severity: Severity) -> Self;
    fn first(self, change: impl FnOnce(&mut CveFacts)) -> Self;
    fn kev(self, date: &str) -> Self;
    fn exploit(self, date: &str) -> Self;
    fn percentile(self, percentile: f32) -> Self;
}

impl Given for Facts {
    fn exposure(mut self, exposure: Exposure) -> Self {
        self.exposure = Stated { value: exposure, source: "gabion.toml line 12".to_owned() };
        self
    }

    fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self.severity_source = "GHSA-1".to_owned();
        self
    }

    fn first(mut self, change: impl FnOnce(&mut CveFacts)) -> Self {
        change(&mut self.cves[0]);
        self
    }

    fn kev(self, date: &str) -> Self {
        self.first(|cve| cve.kev = Some(Kev { date_added: at(date), ransomware: false }))
    }

    fn exploit(self, date: &str) -> Self {
        let first_seen = Some(at(date));
        let sources = vec!["metasploit".to_owned()];
        self.first(|cve| cve.exploit = Some(Exploit { first_seen, sources }))
    }

    fn percentile(self, percentile: f32) -> Self {
        let as_of = at("2026-11-20");
        self.first(|cve| cve.epss = Some(Epss { score: 0.5, percentile, as_of }))
    }
}

/// The acting clock under one table.
pub fn acting(facts: &Facts, policy: &str) -> Clock {
    clock(facts, &[builtin(policy)], now()).acting.expect("a clock")
}
