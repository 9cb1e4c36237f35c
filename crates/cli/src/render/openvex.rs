//! A report as VEX: what Gabion says of every finding, as OpenVEX.
//!
//! A finding in the queue is «affected», with what to do and by when. A finding that the configuration
//! ignores is an accepted risk: it is affected too, and the action says who accepted it, why and until
//! when. What a VEX statement took out of the queue is passed on with whose word it is. What was not
//! evaluated gets no statement: nobody knows.

use std::collections::HashMap;
use std::io::{self, Write};

use app::report::{Asset, Finding, Fix, Report, Statement};
use formats::vex::Status;
use formats::vex::write::{Claim, Claims, Whole, write_openvex};

/// Writes the report as OpenVEX 0.2.0.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_openvex(&claims(report), out)
}

/// What the report claims, for either format.
pub fn claims(report: &Report) -> Claims {
    let assets: HashMap<&str, u32> =
        (0u32..).zip(&report.assets).map(|(number, asset)| (asset.id.as_str(), number)).collect();
    let actions = Actions::of(report);
    let mut claims: Vec<Claim> = Vec::new();
    for finding in &report.findings {
        let (action, responses) = actions.of_finding(finding);
        let notes: Vec<String> = finding.vex.iter().map(told).collect();
        let claim = claim(finding, &assets);
        claims.push(Claim { action, responses, notes: notes.join(". "), ..claim });
    }
    for ignored in &report.ignored {
        let until = formats::text::day(ignored.until);
        let action =
            format!("The risk is accepted until {until}: {} ({})", ignored.reason, ignored.origin);
        let claim = claim(&ignored.finding, &assets);
        claims.push(Claim { action, responses: vec!["will_not_fix"], ..claim });
    }
    for stated in &report.stated {
        let claim = claim(&stated.finding, &assets);
        let statement = &stated.statement;
        let status = if statement.status == "fixed" { Status::Fixed } else { Status::NotAffected };
        claims.push(Claim {
            status,
            justification: statement.justification.clone(),
            impact: statement.text.clone(),
            notes: told(statement),
            dated: statement.dated,
            ..claim
        });
    }
    let key = format!("{} {claims:?}", report.scanned_at);
    Claims {
        tool: "gabion".to_owned(),
        tool_version: report.gabion.clone(),
        id: format!("urn:uuid:{}", formats::gitlab::uuid(&key)),
        incomplete: Some(super::words::gaps(report)).filter(|gaps| !gaps.is_empty()),
        dated: report.scanned_at,
        assets: report.assets.iter().map(whole).collect(),
        claims,
    }
}

fn whole(asset: &Asset) -> Whole {
    Whole { name: asset.id.clone(), image: asset.kind == "image", digest: asset.digest.clone() }
}

/// A finding as affected, without what to do.
fn claim(finding: &Finding, assets: &HashMap<&str, u32>) -> Claim {
    Claim {
        vulnerability: finding.advisory.to_string(),
        aliases: finding.aliases.to_vec(),
        title: finding.title.to_string(),
        severity: finding.severity.as_str().to_owned(),
        vector: finding.vector.as_deref().map(str::to_owned),
        cwes: finding.cwes.to_vec(),
        asset: assets.get(&*finding.asset).copied().unwrap_or(u32::MAX),
        purl: finding.purl.clone(),
        name: finding.name.clone(),
        version: finding.version.clone(),
        status: Status::Affected,
        justification: None,
        impact: String::new(),
        action: String::new(),
        responses: Vec::new(),
        notes: String::new(),
        dated: None,
    }
}

/// Whose word a statement is.
fn told(statement: &Statement) -> String {
    let dated = statement.dated.map(|d| format!(" on {}", formats::text::day(d)));
    let dated = dated.unwrap_or_default();
    format!("{} stated «{}»{dated} ({})", statement.author, statement.status, statement.origin)
}

/// What the fixes of a report do about each finding.
struct Actions<'a> {
    made: vocab::Instant,
    closes: HashMap<&'a str, &'a Fix>,
    leaves: HashMap<&'a str, &'a Fix>,
}

impl<'a> Actions<'a> {
    fn of(report: &'a Report) -> Self {
        let mut actions =
            Self { made: report.scanned_at, closes: HashMap::new(), leaves: HashMap::new() };
        for fix in &report.fixes {
            actions.closes.extend(fix.closes.iter().map(|id| (id.as_str(), fix)));
            actions.leaves.extend(fix.leaves.iter().map(|id| (id.as_str(), fix)));
        }
        actions
    }

    /// What to do and by when, in words and as CycloneDX responses.
    fn of_finding(&self, finding: &Finding) -> (String, Vec<&'static str>) {
        let id = finding.id.as_str();
        let due = match finding.due {
            Some(due) if finding.overdue && due < self.made => format!("overdue since {due}"),
            Some(due) if finding.overdue => format!("overdue by an earlier row; now due {due}"),
            None if finding.overdue => {
                "overdue by an earlier row; now due on the next upgrade".to_owned()
            }
            Some(due) => format!("due {due}"),
            None => "due on the next upgrade".to_owned(),
        };
        let by = format!("{due} ({}, {})", finding.policy, finding.row);
        match (self.closes.get(id), self.leaves.get(id)) {
            (Some(fix), _) => {
                let update = matches!(fix.action.as_str(), "upgrade" | "raise_parent");
                let responses = if update { vec!["update"] } else { Vec::new() };
                (format!("{}; {by}", fix.how.trim_end_matches('.')), responses)
            }
            (None, Some(fix)) => {
                let how = fix.how.trim_end_matches('.');
                (format!("{how}, which does not close it; {by}"), Vec::new())
            }
            (None, None) if finding.fixed_in.is_empty() => {
                (format!("No fix is published; {by}"), Vec::new())
            }
            (None, None) => {
                let action = format!("Fixed in {}; {by}", finding.fixed_in.join(", "));
                (action, vec!["update"])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use app::report::{Ignored, Report, Stated, Statement};
    use formats::vex::{self, Status};

    fn report() -> Report {
        let now = vocab::instant::parse("2026-11-21T12:00:00Z").expect("an instant");
        let mut report = app::demo::demo(now).expect("the demo");
        let ignored = report.findings.pop().expect("a finding");
        let stated = report.findings.pop().expect("a finding");
        report.ignored.push(Ignored {
            finding: ignored,
            reason: "only used in tests".into(),
            until: vocab::instant::parse("2027-01-01").expect("an instant"),
            origin: "gabion.toml:4".into(),
        });
        report.stated.push(Stated {
            finding: stated,
            statement: Statement {
                status: "not_affected".into(),
                justification: Some("vulnerable_code_not_in_execute_path".into()),
                text: "never called".into(),
                author: "Acme".into(),
                dated: vocab::instant::parse("2026-05-01"),
                origin: "vex.json:2".into(),
            },
        });
        report
    }

    fn written(report: &Report, cyclonedx: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let write = if cyclonedx { super::super::vdr::write } else { super::write };
        write(report, &mut bytes).expect("written");
        bytes
    }

    /// (ids, product with its part, status) of what is read back.
    fn read_back(bytes: &[u8]) -> Vec<(String, String, Status)> {
        let document = vex::read(bytes).expect("a document");
        assert_eq!(document.problems, Vec::new());
        let rows = document.statements.iter().map(|s| {
            let [product] = s.products.as_slice() else { panic!("one product each") };
            let [part] = product.subcomponents.as_slice() else { panic!("one part each") };
            let purl = |p: &vex::Product| p.purl.as_ref().map(ToString::to_string).expect("a purl");
            let name = format!("{} in {}", purl(part), purl(product));
            (s.vulnerability.clone(), name, s.status)
        });
        rows.collect()
    }

    #[test]
    fn every_finding_is_stated_once_and_both_formats_read_back_the_same() {
        let report = report();
        let openvex = read_back(&written(&report, false));
        assert_eq!(openvex, read_back(&written(&report, true)));
        assert_eq!(openvex.len(), report.findings.len() + 2);
        let count = |status| openvex.iter().filter(|(_, _, s)| *s == status).count();
        assert_eq!(count(Status::NotAffected), 1);
        assert_eq!(count(Status::Affected), report.findings.len() + 1);
    }

    #[test]
    fn an_accepted_risk_is_affected_and_a_foreign_word_keeps_its_author() {
        let document = vex::read(&written(&report(), false)).expect("a document");
        let [.., accepted, stated] = document.statements.as_slice() else { panic!("two") };
        assert_eq!(accepted.status, Status::Affected);
        assert_eq!(
            accepted.action,
            "The risk is accepted until 2027-01-01: only used in tests (gabion.toml:4)"
        );
        assert_eq!(stated.status, Status::NotAffected);
        assert_eq!(stated.justification.as_deref(), Some("vulnerable_code_not_in_execute_path"));
        assert_eq!(
            stated.impact,
            "never called; Acme stated «not_affected» on 2026-05-01 (vex.json:2)"
        );
        assert_eq!(stated.dated, vocab::instant::parse("2026-05-01"));
        let cyclonedx = vex::read(&written(&report(), true)).expect("a document");
        let [.., accepted, stated] = cyclonedx.statements.as_slice() else { panic!("two") };
        assert!(accepted.action.starts_with("will not fix; The risk is accepted"));
        assert_eq!(stated.justification.as_deref(), Some("code_not_reachable"));
    }

    #[test]
    fn what_an_earlier_row_made_overdue_is_not_overdue_since_a_day_to_come() {
        let action = |due: &str| {
            let mut report = report();
            report.fixes.clear();
            let finding = report.findings.first_mut().expect("a finding");
            (finding.overdue, finding.due) = (true, vocab::instant::parse(due));
            super::claims(&report).claims.first().map(|c| c.action.clone()).unwrap_or_default()
        };
        let past = action("2026-11-20T00:00:00Z");
        assert!(past.contains("; overdue since 2026-11-20T00:00:00Z"), "{past}");
        let earlier = action("2026-11-24T00:00:00Z");
        let said = "; overdue by an earlier row; now due 2026-11-24T00:00:00Z";
        assert!(earlier.contains(said), "{earlier}");
        assert!(action("").contains("; overdue by an earlier row; now due on the next upgrade"));
    }

    #[test]
    fn an_incomplete_scan_is_told_in_both_formats() {
        let mut report = report();
        let told = |report: &Report, cyclonedx| -> (serde_json::Value, serde_json::Value) {
            let value: serde_json::Value =
                serde_json::from_slice(&written(report, cyclonedx)).expect("JSON");
            (value["tooling"].clone(), value["compositions"][0]["aggregate"].clone())
        };
        assert!(!report.complete);
        let missing = super::super::words::missing(&report).join(", ");
        let (tooling, _) = told(&report, false);
        assert!(tooling.as_str().is_some_and(|t| t.ends_with(&missing)), "{tooling}");
        assert_eq!(told(&report, true).1, "incomplete");
        report.complete = true;
        let (tooling, _) = told(&report, false);
        assert!(tooling.as_str().is_some_and(|t| !t.contains("incomplete")), "{tooling}");
        assert_eq!(told(&report, true).1, serde_json::Value::Null);
    }

    #[test]
    fn what_was_not_evaluated_gets_no_statement() {
        let mut report = report();
        (report.findings, report.ignored, report.stated) = Default::default();
        assert!(!report.not_evaluated.is_empty());
        for cyclonedx in [false, true] {
            let document = vex::read(&written(&report, cyclonedx)).expect("a document");
            assert_eq!(document.statements, Vec::new());
        }
    }

    #[test]
    fn several_assets_hold_their_own_components() {
        let mut report = report();
        let mut second = report.assets.first().cloned().expect("an asset");
        (second.id, second.kind) = ("ghcr.io/acme/app:1".into(), "image".into());
        second.digest = Some(format!("sha256:{}", "ab".repeat(32)));
        report.assets.push(second);
        let moved = report.findings.first_mut().expect("a finding");
        moved.asset = "ghcr.io/acme/app:1".into();
        let openvex = read_back(&written(&report, false));
        assert_eq!(openvex, read_back(&written(&report, true)));
        let image = format!(" in pkg:oci/app@sha256:{}", "ab".repeat(32));
        assert_eq!(openvex.iter().filter(|(_, name, _)| name.ends_with(&image)).count(), 1);
    }
}
