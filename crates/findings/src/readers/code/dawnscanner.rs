//! Dawnscanner (`--json`): Ruby. Most of its checks are CVEs of gems, without the gem as a field.

use super::fields::{self, About, CODE, Fields};
use crate::format::Format;
use crate::observation::Class;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "dawnscanner",
    title: "Dawnscanner JSON",
    detects: |shape| shape.all(&["dawn_version", "vulnerabilities"]),
    read: |source, sink| {
        fields::json(
            source,
            sink,
            &FIELDS,
            &["vulnerabilities[]"],
            &[
                ("dawn_version", About::Version),
                ("scan_started", About::At),
                ("target", About::Target),
            ],
        )
    },
};

const FIELDS: Fields = Fields {
    tool: "dawnscanner",
    rule: "name",
    title: "name",
    description: "message",
    remedy: "remediation",
    severity: "severity",
    score: "cvss_score",
    ids: "name",
    reference: "cve_link",
    finish: |_, observation| {
        if observation.ids.is_empty() {
            observation.references.clear();
        } else {
            observation.class = Class::Dependency;
        }
    },
    ..CODE
};
