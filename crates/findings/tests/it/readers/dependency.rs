//! Samples of this group.

use std::io::Cursor;

use findings::readers::dependency::FORMATS;
use findings::sink::Kept;
use findings::walk::shape::{HEAD, Shape};
use findings::{Format, Source, Stop};

use super::check;

/// Every sample that a format of this group claims, with that format.
fn samples() -> Vec<(String, Vec<u8>, &'static Format)> {
    let folder = format!("{}/tests/it/samples", env!("CARGO_MANIFEST_DIR"));
    let mut samples = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let mut cursor = Cursor::new(bytes.as_slice());
        let shape = Shape::of(&mut Source::new(&mut cursor), HEAD).unwrap();
        if let Some(format) = FORMATS.iter().find(|format| (format.detects)(&shape)) {
            samples.push((path.display().to_string(), bytes, *format));
        }
    }
    samples
}

fn read(format: &Format, bytes: &[u8]) -> (Kept, Result<(), Stop>) {
    let mut cursor = Cursor::new(bytes);
    let mut kept = Kept::default();
    let end = format.read(&mut Source::new(&mut cursor), &mut kept);
    (kept, end)
}

#[test]
fn a_cut_document_is_said_to_be_broken() {
    let samples = samples();
    assert!(samples.len() >= FORMATS.len(), "each format has a sample");
    for (path, bytes, format) in samples {
        if !path.ends_with(".json") && !path.ends_with(".xml") {
            continue;
        }
        let whole = read(format, &bytes).0.observations.len();
        let text = String::from_utf8(bytes).unwrap();
        let text = text.trim_end();
        for part in 1..12 {
            let end = text.floor_char_boundary(text.len() * part / 12);
            let (kept, stop) = read(format, &text.as_bytes()[..end]);
            // Of JSON lines, what was cut off between two lines is not missed.
            let between = serde_json::Deserializer::from_str(&text[..end])
                .into_iter::<serde_json::Value>()
                .all(|value| value.is_ok());
            assert!(stop.is_err() || between, "{path} cut at {end}");
            assert!(kept.observations.len() <= whole, "{path} cut at {end}");
        }
    }
}

#[test]
fn a_garbled_document_is_never_a_panic() {
    for (_, bytes, format) in samples() {
        for at in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
            for garbage in [b'"', b'0', b'[', 0xff] {
                let mut garbled = bytes.clone();
                garbled[at] = garbage;
                let (kept, _) = read(format, &garbled);
                assert!(
                    kept.dropped.iter().all(|(place, why)| !place.is_empty() && !why.is_empty())
                );
            }
        }
    }
}

#[test]
fn the_order_of_members_changes_nothing() {
    for (path, bytes, format) in samples() {
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(&bytes) else { continue };
        // Serialised again, the members of objects stand in the order of their names.
        let again = serde_json::to_vec(&value).unwrap();
        let mut both =
            [read(format, &bytes).0, read(format, &again).0].map(|kept| kept.observations);
        for kept in &mut both {
            kept.iter_mut().for_each(|observation| observation.place.clear());
            kept.sort_by_key(|observation| serde_json::to_string(observation).unwrap());
        }
        let [before, after] = both;
        assert_eq!(before, after, "{path}");
    }
}

#[test]
fn trivy() {
    check("trivy", "trivy.json");
    check("trivy", "trivy-cluster.json");
    check("trivy", "trivy-legacy.json");
}

#[test]
fn trivy_operator() {
    check("trivy-operator", "trivy-operator.json");
}

#[test]
fn grype() {
    check("grype", "grype.json");
}

#[test]
fn osv_scanner() {
    check("osv-scanner", "osv-scanner.json");
}

#[test]
fn snyk() {
    check("snyk", "snyk.json");
    check("snyk-issues", "snyk-issues.json");
}

#[test]
fn dependency_check() {
    check("dependency-check", "dependency-check.xml");
    check("dependency-check-json", "dependency-check-json.json");
}

#[test]
fn dependency_track() {
    check("dependency-track", "dependency-track.json");
}

#[test]
fn audits_of_javascript() {
    check("npm-audit", "npm-audit.json");
    check("npm-audit-7", "npm-audit-7.json");
    check("yarn-audit", "yarn-audit.json");
}

#[test]
fn audits_of_python_and_rust() {
    check("pip-audit", "pip-audit.json");
    check("cargo-audit", "cargo-audit.json");
}

#[test]
fn gitlab_and_github() {
    check("gitlab-dependency-scanning", "gitlab-dependency-scanning.json");
    check("gitlab-container-scanning", "gitlab-container-scanning.json");
    check("github-dependabot", "github-dependabot.json");
    check("github-dependabot", "github-dependabot-graphql.json");
}

#[test]
fn bills() {
    check("cyclonedx", "cyclonedx.json");
    check("cyclonedx", "cyclonedx-bill.json");
    check("cyclonedx-xml", "cyclonedx.xml");
    check("cyclonedx-xml", "cyclonedx-extension.xml");
    check("spdx", "spdx.json");
    check("spdx-tag-value", "spdx.spdx");
}

#[test]
fn statements() {
    check("openvex", "openvex.json");
    check("csaf", "csaf.json");
}

#[test]
fn blackduck() {
    check("blackduck", "blackduck.csv");
}

#[test]
fn jfrog() {
    check("jfrog-xray-unified", "jfrog-xray-unified.json");
    check("jfrog-xray", "jfrog-xray.json");
    check("jfrog-xray-summary", "jfrog-xray-summary.json");
    check("jfrog-xray-on-demand", "jfrog-xray-on-demand.json");
}

#[test]
fn images() {
    check("twistlock", "twistlock.json");
    check("twistlock-csv", "twistlock.csv");
    check("aqua", "aqua.json");
    check("aqua", "aqua-older.json");
    check("anchore-engine", "anchore-engine.json");
    check("anchorectl-vulnerabilities", "anchorectl-vulnerabilities.json");
    check("anchorectl-policies", "anchorectl-policies.json");
    check("anchore-enterprise", "anchore-enterprise.json");
    check("clair-scanner", "clair-scanner.json");
    check("klar", "klar.json");
}

#[test]
fn libraries() {
    check("mend", "mend.json");
    check("mend", "mend-alerts.json");
    check("sonatype-iq", "sonatype-iq.json");
    check("veracode-sca", "veracode-sca.json");
    check("veracode-sca-csv", "veracode-sca.csv");
    check("checkmarx-osa", "checkmarx-osa.json");
    check("kiuwan-sca", "kiuwan-sca.json");
    check("govulncheck", "govulncheck.json");
}

#[test]
fn audits_of_other_languages() {
    check("composer-audit", "composer-audit.json");
    check("bundler-audit", "bundler-audit.json");
    check("bundler-audit-text", "bundler-audit.txt");
    check("mix-audit", "mix-audit.json");
    check("dotnet-vulnerable", "dotnet-vulnerable.json");
    check("auditjs", "auditjs.json");
    check("nancy", "nancy.json");
    check("ossindex-devaudit", "ossindex-devaudit.json");
    check("retirejs", "retirejs.json");
}

#[test]
fn registries_and_clouds() {
    check("harbor", "harbor.json");
    check("sysdig-csv", "sysdig.csv");
    check("sysdig", "sysdig.json");
    check("wiz-issues", "wiz-issues.csv");
    check("wiz-vulnerabilities", "wiz-vulnerabilities.csv");
    check("wizcli", "wizcli.json");
}

#[test]
fn flat_records() {
    check("deepfence", "deepfence.csv");
    check("blackduck-binary-analysis", "blackduck-binary-analysis.csv");
    check("neuvector", "neuvector.json");
    check("scantist", "scantist.json");
    check("xeol", "xeol.json");
    check("redhat-satellite", "redhat-satellite.json");
    check("gcloud-artifact-analysis", "gcloud-artifact-analysis.json");
    check("meterian", "meterian.json");
    check("openreports", "openreports.json");
    check("vulners", "vulners.json");
    check("trustwave", "trustwave.csv");
}

#[test]
fn builds() {
    check("ort", "ort.json");
    check("reversinglabs", "reversinglabs.json");
}
