//! Popeye: sanity of what runs in a Kubernetes cluster.
//!
//! `popeye.sanitizers[]` (since 0.21 `popeye.sections[]`), each with `issues` by resource. Levels are 0 ok, 1 info,
//! 2 warning, 3 error (Popeye's documentation, «The sanitizer»); ok and resources without issues are counted.
//! Names of pods and replica sets end in what the cluster makes up anew, which is left out.

use super::reading::{one_line, tell_passed};
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use vocab::Severity;

/// Popeye JSON.
pub const FORMAT: Format = Format {
    id: "popeye",
    title: "Popeye JSON",
    detects: |shape| {
        shape.has("popeye.score") && shape.any(&["popeye.sanitizers", "popeye.sections"])
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Popeye".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut passed = 0;
    let (mut cluster, mut context) = (String::new(), String::new());
    let patterns = ["popeye.sanitizers[]", "popeye.sections[]", "ClusterName", "ContextName"];
    walk(source, &patterns, sink, &mut |sink, hit| {
        if hit.pattern > 1 {
            let name = if hit.pattern == 2 { &mut cluster } else { &mut context };
            hit.value.as_str().unwrap_or_default().clone_into(name);
            return Ok(());
        }
        let (section, place) = (hit.record(), hit.place());
        let kind = section.first(&["sanitizer", "linter"]);
        for (name, issues) in section.entries("issues") {
            let mut any = false;
            for (index, issue) in issues.items("").enumerate() {
                any = true;
                if issue.whole("level") == 0 && issue.has("level") {
                    passed += 1;
                    continue;
                }
                let place = format!("{place}.issues.{name}[{index}]");
                let message = issue.text("message");
                let coded = message.strip_prefix('[').and_then(|rest| rest.split_once("] "));
                let Some((rule, said)) = coded else {
                    sink.dropped(&place, "the message has no code in brackets");
                    continue;
                };
                let observation = observation(issue, kind, name, rule, said);
                sink.observation(Observation { place, ..observation })?;
            }
            passed += u64::from(!any);
        }
        Ok(())
    })?;
    sink.fact(Fact::Target(if cluster.is_empty() { context } else { cluster }));
    tell_passed(sink, passed);
    Ok(())
}

fn observation(issue: Record<'_>, kind: &str, name: &str, rule: &str, said: &str) -> Observation {
    let mut resource = format!("{kind}/{}", stable(kind, name));
    let group = issue.text("group");
    if !matches!(group, "" | "__root__") {
        resource.push('/');
        resource.push_str(group);
    }
    Observation {
        class: Class::Configuration,
        rule: rule.to_owned(),
        title: one_line(said),
        severity: match issue.whole("level") {
            3 => Severity::High,
            2 => Severity::Medium,
            1 => Severity::None,
            _ => Severity::Unknown,
        },
        resource,
        ..Observation::default()
    }
}

/// The name without the parts that Kubernetes makes up: of letters and digits that spell no words
/// (apimachinery, `util/rand`).
fn stable<'n>(kind: &str, name: &'n str) -> &'n str {
    let made_up = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len())
            && part.chars().all(|c| "bcdfghjklmnpqrstvwxz2456789".contains(c))
    };
    let cut = |name: &'n str, lengths| {
        name.rsplit_once('-').filter(|(_, last)| made_up(last, lengths)).map(|(rest, _)| rest)
    };
    // A replica set's digest may hold any letter or digit that is hexadecimal, too.
    let digest = |name: &'n str| {
        name.rsplit_once('-').filter(|(_, last)| {
            (6..=10).contains(&last.len())
                && last.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                && last.bytes().any(|b| b.is_ascii_digit())
        })
    };
    match kind {
        "pods" => {
            cut(name, 5..=5).map_or(name, |rest| digest(rest).map_or(rest, |(owner, _)| owner))
        }
        "replicasets" => digest(name).map_or(name, |(owner, _)| owner),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::stable;

    #[test]
    fn what_the_cluster_makes_up_is_left_out() {
        let check = |kind: &str, name: &str, expect: &str| assert_eq!(stable(kind, name), expect);
        check("pods", "shop/web-6cff44dc94-d92km", "shop/web");
        check("pods", "shop/agent-d92km", "shop/agent");
        check("pods", "shop/web-proxy", "shop/web-proxy");
        check("pods", "shop/db-0", "shop/db-0");
        check("replicasets", "shop/web-6cff44dc94", "shop/web");
        check("deployments", "shop/web-6cff44dc94", "shop/web-6cff44dc94");
    }
}
