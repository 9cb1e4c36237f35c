//! Fairwinds Polaris (`--format json`): settings of Kubernetes workloads.

use super::claim;
use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::Class;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "polaris",
    title: "Polaris audit JSON",
    detects: |shape| shape.has("PolarisOutputVersion"),
    read,
};

const FIELDS: Fields = Fields {
    class: Class::Configuration,
    rule: "ID",
    title: "Message",
    description: "Category",
    severity: "Severity",
    ..CODE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Polaris".to_owned()));
    let patterns = ["Results[]", "AuditTime", "DisplayName"];
    let mut passed = 0;
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        match hit.pattern {
            0 => return workload(sink, record, &hit.place(), &mut passed),
            1 => claim::scanned_at(sink, record.0.as_str().unwrap_or_default()),
            _ => claim::tell(sink, Fact::Target, record.0.as_str().unwrap_or_default()),
        }
        Ok(())
    })?;
    if passed > 0 {
        sink.fact(Fact::Passed(passed));
    }
    Ok(())
}

/// The workload's own checks, those of its pod, and those of each container.
fn workload(
    sink: &mut dyn Sink,
    record: Record<'_>,
    place: &str,
    passed: &mut u64,
) -> Result<(), Stop> {
    let parts = ["Kind", "Namespace", "Name"].map(|name| record.text(name));
    let resource = parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("/");
    checks(sink, record, &resource, place, passed)?;
    if let Some(pod) = record.at("PodResult") {
        checks(sink, pod, &resource, &format!("{place}.PodResult"), passed)?;
    }
    for (number, container) in record.items("PodResult.ContainerResults").enumerate() {
        let resource = format!("{resource}/{}", container.text("Name"));
        let place = format!("{place}.PodResult.ContainerResults[{number}]");
        checks(sink, container, &resource, &place, passed)?;
    }
    Ok(())
}

fn checks(
    sink: &mut dyn Sink,
    holder: Record<'_>,
    resource: &str,
    place: &str,
    passed: &mut u64,
) -> Result<(), Stop> {
    for (name, check) in holder.entries("Results") {
        if check.flag("Success") {
            *passed += 1;
            continue;
        }
        let mut observation =
            fields::observation(&check, &FIELDS, format!("{place}.Results.{name}"));
        resource.clone_into(&mut observation.resource);
        claim::keep(sink, observation)?;
    }
    Ok(())
}
