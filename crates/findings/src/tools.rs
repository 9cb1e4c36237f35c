//! Which tool is it, whatever it calls itself, and what is known of how it runs?
//!
//! In: the name that a document gives its tool, or the id of a format. Out: a [`Tool`]: its one name, whether its
//! version is also that of its rules, and how many places of one rule it tells at most. Kept as data: one row a
//! tool. What stands in no row is a tool of its own under the name it gives, of which nothing is known.

mod table;

use std::borrow::Cow;

use table::TABLE;

/// A tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Its one name.
    pub name: Cow<'static, str>,
    /// Its rules come with it: the same version has the same rules. False also where nothing is known.
    pub rules_built_in: bool,
    /// Its rules, or what it knows of published problems, change from day to day under one version.
    pub feed: bool,
    /// Bounds past which it tells no more, as it is installed.
    pub caps: &'static [Cap],
}

/// A bound of a tool on what it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// What is counted.
    pub of: Counted,
    /// How many are told.
    pub most: u64,
    /// The setting that bounds it, for people.
    pub setting: &'static str,
}

/// What a bound counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Findings of one rule.
    Rule,
    /// Findings of one rule with the same text.
    Text,
    /// Findings of one rule on one host or site.
    RuleAndHost,
    /// Findings of one rule in one file.
    RuleAndFile,
    /// Findings of the document.
    Document,
}

/// Where a tool's rules come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rules {
    /// With the tool: its version is theirs.
    BuiltIn,
    /// From elsewhere: packs, plugins, templates, profiles, policies of the user. They change when somebody changes
    /// them.
    Apart,
    /// From a feed that changes from day to day.
    Feed,
}

/// A row of the table.
struct Row {
    name: &'static str,
    /// Other names, ids of formats, and names of SARIF drivers, in lower case.
    also: &'static [&'static str],
    rules: Rules,
    caps: &'static [Cap],
}

/// The tool of that name. A name is compared without case, and `-`, `_` and blanks are one; a version or a run behind it
/// is not taken off.
pub fn canonical(name: &str) -> Tool {
    let plain = plain(name);
    let row = TABLE.iter().find(|row| {
        self::plain(row.name) == plain || row.also.iter().any(|also| self::plain(also) == plain)
    });
    match row {
        Some(row) => Tool {
            name: Cow::Borrowed(row.name),
            rules_built_in: row.rules == Rules::BuiltIn,
            feed: row.rules == Rules::Feed,
            caps: row.caps,
        },
        None => Tool {
            name: Cow::Owned(name.trim().to_owned()),
            rules_built_in: false,
            feed: false,
            caps: &[],
        },
    }
}

/// Tools whose option of severities is a list and no bound: Trivy's and its operator's `severity`, KICS's
/// `--exclude-severities`, Nuclei's and Prowler's `--severity`, Semgrep's, which can be given several times (the
/// documentation of each). Of the filters with which a platform's findings are queried no document tells either, but
/// nobody knows how its query was made: those stand not here.
const RATED_APART: [&str; 6] = ["Trivy", "Trivy operator", "KICS", "Nuclei", "Prowler", "Semgrep"];

/// Whether the tool is asked for severities one by one, so that a claim shows only that others of the same rating are not
/// left out.
pub fn rates_apart(name: &str) -> bool {
    RATED_APART.contains(&canonical(name).name.as_ref())
}

/// The one name of a tool that stands in the table; none for any other name.
pub fn known(name: &str) -> Option<&'static str> {
    match canonical(name).name {
        Cow::Borrowed(known) => Some(known),
        Cow::Owned(_) => None,
    }
}

fn plain(name: &str) -> String {
    let words = name.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_'));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join(" ")
}

/// Ids that a rule of a tool bore in former versions, where the tool changed all of them in one way and does not say it
/// in the report.
///
/// Trivy's checks had «AVD-» in front of their ids until 2025, which left the reports together with `AVDID` (Trivy's
/// discussion «AVD prefix»), and those of Kubernetes and of Dockerfiles three digits before that (`KSV001`).
pub fn former_rules(tool: &str, rule: &str) -> Vec<String> {
    if canonical(tool).name != "Trivy" {
        return Vec::new();
    }
    let rule = rule.trim();
    let (bare, mut former) = match rule.strip_prefix("AVD-") {
        Some(bare) => (bare, Vec::new()),
        None => (rule, vec![format!("AVD-{rule}")]),
    };
    let Some((service, number)) = bare.split_once('-') else { return Vec::new() };
    let letters = !service.is_empty() && service.bytes().all(|b| b.is_ascii_uppercase());
    if !letters || number.len() != 4 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    if let (Some(short), "KSV" | "DS" | "KCV") = (number.strip_prefix('0'), service) {
        former.push(format!("{service}{short}"));
    }
    former
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn one_tool_is_one_under_all_its_names() {
        for (names, expect) in [
            (
                &["semgrep", "Semgrep OSS", "Semgrep PRO", "Semgrep Code", "Opengrep OSS"][..],
                "Semgrep",
            ),
            (&["OWASP ZAP", "ZAP", "ZAP by Checkmarx", "Zed Attack Proxy", "zap-json"], "ZAP"),
            (&["Trivy", "Aqua Security Trivy", "trivy"], "Trivy"),
            (&["bandit", "Bandit"], "Bandit"),
            (&["ESLint", "eslint"], "ESLint"),
            (&["  my own scanner "], "my own scanner"),
        ] {
            for name in names {
                assert_eq!(canonical(name).name, expect, "{name}");
            }
        }
    }

    #[test]
    fn only_what_stands_in_the_table_is_known() {
        assert_eq!((known("semgrep oss"), known("my own scanner")), (Some("Semgrep"), None));
    }

    #[test]
    fn no_name_is_of_two_tools() {
        let mut met: HashMap<String, &str> = HashMap::new();
        for row in TABLE {
            for name in row.also.iter().chain([&row.name]) {
                let before = met.insert(plain(name), row.name);
                assert!(before.is_none_or(|other| other == row.name), "{name}: {before:?}");
            }
        }
    }

    #[test]
    fn whose_rules_are_whose() {
        assert!(canonical("gosec").rules_built_in);
        assert!(!canonical("Semgrep OSS").rules_built_in);
        assert!(canonical("Nessus").feed && !canonical("Nessus").rules_built_in);
        let unknown = canonical("unknown");
        assert!(!unknown.rules_built_in && !unknown.feed && unknown.caps.is_empty());
        assert_eq!(canonical("golangci-lint").caps.len(), 2);
    }

    #[test]
    fn who_is_asked_for_severities_one_by_one() {
        for name in RATED_APART {
            assert!(TABLE.iter().any(|row| row.name == name), "{name}");
        }
        assert!(rates_apart("trivy") && rates_apart("Semgrep OSS") && !rates_apart("Grype"));
    }

    #[test]
    fn what_trivy_called_its_checks() {
        let check = |rule: &str, expect: &[&str]| assert_eq!(former_rules("Trivy", rule), expect);
        check("AWS-0107", &["AVD-AWS-0107"]);
        check("AVD-AWS-0107", &[]);
        check("KSV-0001", &["AVD-KSV-0001", "KSV001"]);
        check("AVD-DS-0002", &["DS002"]);
        check("CVE-2021-1234", &[]);
        check("aws-access-key-id", &[]);
        assert!(former_rules("tfsec", "AWS-0107").is_empty());
    }
}
