//! What does ssh-audit say? CVEs by the banner's version, and algorithms with what is wrong with them.
//!
//! The check is the kind and name of an algorithm. A note of failure is high, a warning is medium, as the
//! tool's own colours have it.

use vocab::Severity;

use super::claim::{self, hand_on};
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Endpoint, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// `--json`.
pub const FORMAT: Format = Format {
    id: "ssh-audit",
    title: "ssh-audit JSON",
    detects: |shape| {
        ["", "[]."].iter().any(|at| {
            ["banner", "kex", "enc", "mac"].iter().all(|key| shape.has(&format!("{at}{key}")))
        })
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("ssh-audit".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let mut passed = 0;
    let end = json::walk(source, &["[]", ""], sink, &mut |sink, hit| {
        let hosts: Vec<Record<'_>> = hit.record().items("").collect();
        hosts.into_iter().try_for_each(|host| of_host(sink, host, &hit.place(), &mut passed))
    });
    sink.fact(Fact::Passed(passed));
    end.map(|_| ())
}

fn of_host(
    sink: &mut dyn Sink,
    host: Record<'_>,
    place: &str,
    passed: &mut u64,
) -> Result<(), Stop> {
    let target = host.text("target");
    let address = words::address(target);
    let endpoint = (!target.is_empty()).then(|| Endpoint {
        port: if address.port == 0 { 22 } else { address.port },
        protocol: "tcp".to_owned(),
        service: "ssh".to_owned(),
        path: String::new(),
        ..address
    });
    if let Some(at) = &endpoint {
        sink.fact(Fact::Looked(Target::port(&at.host, at.port, &at.protocol)));
    }
    let base = Observation { class: Class::Host, endpoint, ..Observation::default() };
    for (number, cve) in host.items("cves").enumerate() {
        let score = cve.string("cvssv2");
        let found = Observation {
            rule: "cve".to_owned(),
            title: format!("{}: {}", cve.text("name"), cve.text("description")),
            severity: words::severity_of_score(&score),
            score: claim::score(&[&score]),
            ids: words::cves(cve.text("name")),
            place: format!("{place}.cves[{number}]"),
            ..base.clone()
        };
        hand_on(sink, found)?;
    }
    for kind in ["kex", "key", "enc", "mac"] {
        for (number, algorithm) in host.items(kind).enumerate() {
            let name = algorithm.text("algorithm");
            let (fails, warns) = (algorithm.texts("notes.fail"), algorithm.texts("notes.warn"));
            if fails.is_empty() && warns.is_empty() {
                *passed += 1;
                continue;
            }
            let found = Observation {
                rule: if name.is_empty() { String::new() } else { format!("{kind}:{name}") },
                title: if name.is_empty() { String::new() } else { format!("SSH offers {name}") },
                description: [fails.as_slice(), warns.as_slice()].concat().join("\n"),
                severity: if fails.is_empty() { Severity::Medium } else { Severity::High },
                place: format!("{place}.{kind}[{number}]"),
                ..base.clone()
            };
            hand_on(sink, found)?;
        }
    }
    Ok(())
}
