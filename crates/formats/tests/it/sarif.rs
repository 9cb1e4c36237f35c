//! Whole SARIF documents, what the standard demands of them, and the limits of hosts.

use std::collections::BTreeMap;

use formats::sarif::{
    Hit, LOCATIONS, Level, Log, NOTIFICATIONS, Notification, Place, RESULTS, Rule, Suppression,
    TAGS, render, uri,
};
use serde_json::{Value, json};

/// A log with one of everything.
fn log() -> Log {
    Log {
        tool_version: "0.1.0".into(),
        information_uri: Some("https://github.com/gabion-sec/gabion".into()),
        category: "shop".into(),
        complete: false,
        successful: true,
        rules: vec![
            Rule { id: "UNUSED-1".into(), ..Rule::default() },
            Rule {
                id: "GHSA-35jh-r3h4-6jhm".into(),
                name: "CVE-2021-23337".into(),
                short: "Command injection in lodash".into(),
                full: String::new(),
                help: "Raise lodash.".into(),
                help_markdown: "Raise **lodash**.".into(),
                help_uri: Some("https://osv.dev/vulnerability/GHSA-35jh-r3h4-6jhm".into()),
                level: Level::Error,
                security_severity: Some(7.2),
                tags: vec!["CWE-77".into(), "security".into()],
            },
        ],
        results: vec![
            Hit {
                rule: "GHSA-35jh-r3h4-6jhm".into(),
                level: Level::Error,
                message: "lodash 4.17.10 is affected; raise it to 4.17.21 (due in 19 h).".into(),
                places: vec![
                    Place::at("web ü/package-lock.json", 12),
                    Place::at("package.json", 0),
                ],
                identity: "shop|pkg:npm/lodash|CVE-2021-23337".into(),
                new: Some(true),
                suppressions: vec![],
                properties: BTreeMap::from([("due".into(), json!("2026-11-22T14:00:00Z"))]),
            },
            Hit {
                rule: "MAL-2026-1".into(),
                level: Level::Warning,
                message: "evil\u{1b}[31m".into(),
                identity: "shop|pkg:npm/evil|MAL-2026-1".into(),
                new: Some(false),
                suppressions: vec![Suppression {
                    justification: "a fixture".into(),
                    origin: "gabion.toml:4".into(),
                    until: Some("2026-12-01".into()),
                }],
                ..Hit::default()
            },
        ],
        notifications: vec![Notification {
            id: "not-evaluated".into(),
            level: Level::Warning,
            message: "left-pad: a range or variable, not a version".into(),
            place: Some(Place::at("package.json", 7)),
        }],
        properties: BTreeMap::from([("schema".into(), json!("gabion.scan/1"))]),
    }
}

fn parsed(log: &Log) -> Value {
    serde_json::from_str(&render(log)).unwrap_or_default()
}

/// Texts of the notifications of a run.
fn said(document: &Value, run: usize) -> Vec<String> {
    let said = &document["runs"][run]["invocations"][0]["toolExecutionNotifications"];
    let texts = said.as_array().into_iter().flatten();
    texts.map(|n| n["message"]["text"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_whole_document() {
    insta::assert_snapshot!(render(&log()), @r##"
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "Gabion",
              "version": "0.1.0",
              "semanticVersion": "0.1.0",
              "informationUri": "https://github.com/gabion-sec/gabion",
              "rules": [
                {
                  "id": "GHSA-35jh-r3h4-6jhm",
                  "name": "CVE-2021-23337",
                  "shortDescription": {
                    "text": "Command injection in lodash"
                  },
                  "fullDescription": {
                    "text": "Command injection in lodash"
                  },
                  "help": {
                    "text": "Raise lodash.",
                    "markdown": "Raise **lodash**."
                  },
                  "helpUri": "https://osv.dev/vulnerability/GHSA-35jh-r3h4-6jhm",
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "properties": {
                    "precision": "very-high",
                    "security-severity": "7.2",
                    "tags": [
                      "security",
                      "CWE-77"
                    ]
                  }
                },
                {
                  "id": "MAL-2026-1",
                  "shortDescription": {
                    "text": "MAL-2026-1"
                  },
                  "fullDescription": {
                    "text": "MAL-2026-1"
                  },
                  "help": {
                    "text": "MAL-2026-1"
                  },
                  "defaultConfiguration": {
                    "level": "warning"
                  },
                  "properties": {
                    "precision": "very-high",
                    "tags": [
                      "security"
                    ]
                  }
                }
              ]
            }
          },
          "automationDetails": {
            "id": "shop/"
          },
          "invocations": [
            {
              "executionSuccessful": true,
              "toolExecutionNotifications": [
                {
                  "descriptor": {
                    "id": "not-evaluated"
                  },
                  "level": "warning",
                  "message": {
                    "text": "left-pad: a range or variable, not a version"
                  },
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "package.json",
                          "uriBaseId": "%SRCROOT%"
                        },
                        "region": {
                          "startLine": 7
                        }
                      }
                    }
                  ]
                }
              ]
            }
          ],
          "originalUriBaseIds": {
            "%SRCROOT%": {
              "description": {
                "text": "The folder that was scanned."
              }
            }
          },
          "columnKind": "utf16CodeUnits",
          "results": [
            {
              "ruleId": "GHSA-35jh-r3h4-6jhm",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "lodash 4.17.10 is affected; raise it to 4.17.21 (due in 19 h)."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "web%20%C3%BC/package-lock.json",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 12
                    }
                  }
                },
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "package.json",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 1
                    }
                  }
                }
              ],
              "partialFingerprints": {
                "gabion/v1": "shop|pkg:npm/lodash|CVE-2021-23337",
                "primaryLocationLineHash": "e9b3fd528576cc696bc3454a4633c483:1"
              },
              "baselineState": "new",
              "suppressions": [],
              "properties": {
                "due": "2026-11-22T14:00:00Z"
              }
            },
            {
              "ruleId": "MAL-2026-1",
              "ruleIndex": 1,
              "level": "warning",
              "message": {
                "text": "evil\u001b[31m"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": ".",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 1
                    }
                  }
                }
              ],
              "partialFingerprints": {
                "gabion/v1": "shop|pkg:npm/evil|MAL-2026-1",
                "primaryLocationLineHash": "7d757ffb09dd109414916c09a22ff7cc:1"
              },
              "baselineState": "unchanged",
              "suppressions": [
                {
                  "kind": "external",
                  "status": "accepted",
                  "justification": "a fixture",
                  "properties": {
                    "origin": "gabion.toml:4",
                    "until": "2026-12-01"
                  }
                }
              ]
            }
          ],
          "properties": {
            "complete": false,
            "schema": "gabion.scan/1"
          }
        }
      ]
    }
    "##);
}

/// What the schema demands (sarif-schema-2.1.0.json, «required»), and GitHub beside it.
#[test]
fn what_the_standard_and_hosts_demand_is_there() {
    let document = parsed(&log());
    assert_eq!(document["version"], "2.1.0");
    assert!(document["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(run["tool"]["driver"]["name"].is_string());
    for invocation in run["invocations"].as_array().unwrap() {
        assert!(invocation["executionSuccessful"].is_boolean());
    }
    for rule in rules {
        assert!(rule["id"].is_string());
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty(), "{text}");
        }
        assert_eq!(rule["properties"]["tags"][0], "security");
    }
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let locations = result["locations"].as_array().unwrap();
        assert!(!locations.is_empty());
        for location in locations {
            let place = &location["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.is_empty() && uri.is_ascii() && !uri.contains([' ', '\\', ':']));
            assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        }
        for print in ["gabion/v1", "primaryLocationLineHash"] {
            assert!(!result["partialFingerprints"][print].as_str().unwrap().is_empty());
        }
        assert!(result["suppressions"].is_array(), "one result of the run has some");
    }
}

#[test]
fn an_empty_scan_is_a_run_and_says_whether_it_is_complete() {
    let document = parsed(&Log { complete: false, ..Log::default() });
    assert_eq!(document["runs"][0]["results"], json!([]));
    assert_eq!(document["runs"][0]["properties"]["complete"], false);
    assert_eq!(document["runs"][0]["automationDetails"]["id"], "gabion/");
    // The caller's own properties cannot turn it around.
    let properties = BTreeMap::from([("complete".to_owned(), json!(true))]);
    let document = parsed(&Log { complete: false, properties, ..Log::default() });
    assert_eq!(document["runs"][0]["properties"]["complete"], false);
}

#[test]
fn fingerprints_stay_while_versions_and_lines_move() {
    let prints = |version: &str, line| {
        let mut log = log();
        log.results[0].message = format!("lodash {version} is affected");
        log.results[0].places[0].line = line;
        let twin = log.results[0].clone();
        log.results.push(twin);
        let document = parsed(&log);
        let results = document["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|r| r["partialFingerprints"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(prints("4.17.10", 12), prints("4.17.11", 99));
    let prints = prints("4.17.10", 12);
    assert_eq!(prints[0]["gabion/v1"], prints[2]["gabion/v1"]);
    let line = |at: usize| prints[at]["primaryLocationLineHash"].as_str().unwrap().to_owned();
    assert!(line(0).ends_with(":1") && line(2).ends_with(":2"));
    assert_eq!(line(0).trim_end_matches(":1"), line(2).trim_end_matches(":2"));
    assert_ne!(line(0), line(1));
}

#[test]
fn paths_become_references() {
    let table: [(&[u8], &str, bool); 12] = [
        (b"a/b.lock", "a/b.lock", true),
        (b"./a", "a", true),
        (b"a b", "a%20b", true),
        (b"a:b", "a%3Ab", true),
        (b"a%20b", "a%2520b", true),
        (b"a\xffb", "a%FFb", true),
        ("ü".as_bytes(), "%C3%BC", true),
        (b"a\\b\n#?", "a%5Cb%0A%23%3F", true),
        (b"", ".", true),
        (b".//x", "x", true),
        (b"/abs/x", "file:///abs/x", false),
        (b"//host/x", "file:////host/x", false),
    ];
    for (path, expect, relative) in table {
        assert_eq!(uri(path), (expect.to_owned(), relative));
    }
}

#[test]
fn addresses_that_are_none_are_left_out() {
    for bad in ["javascript:alert(1)", "http://a b", "https://", "", "ftp://x", "https://ü"] {
        let mut log = log();
        log.rules[1].help_uri = Some(bad.into());
        assert_eq!(parsed(&log)["runs"][0]["tool"]["driver"]["rules"][0]["helpUri"], Value::Null);
    }
}

#[test]
fn scores_outside_the_scale_are_left_out() {
    for bad in [f64::NAN, -0.1, 10.1, f64::INFINITY] {
        let mut log = log();
        log.rules[1].security_severity = Some(bad);
        let rule = &parsed(&log)["runs"][0]["tool"]["driver"]["rules"][0];
        assert_eq!(rule["properties"]["security-severity"], Value::Null);
    }
}

#[test]
fn locations_tags_and_notifications_over_the_limit_are_counted() {
    let mut log = log();
    log.results[0].places = (0..=LOCATIONS).map(|n| Place::at(format!("{n}"), 1)).collect();
    log.rules[1].tags = (0..TAGS).map(|n| format!("t{n}")).collect();
    log.notifications = vec![log.notifications[0].clone(); NOTIFICATIONS + 5];
    let document = parsed(&log);
    let run = &document["runs"][0];
    assert_eq!(run["results"][0]["locations"].as_array().unwrap().len(), LOCATIONS);
    let tags = &run["tool"]["driver"]["rules"][0]["properties"]["tags"];
    assert_eq!(tags.as_array().unwrap().len(), TAGS);
    let said = said(&document, 0);
    assert_eq!(said.len(), NOTIFICATIONS + 3);
    assert_eq!(
        said[..3],
        [
            "1 results have more than 1000 locations; the rest of theirs are left out.",
            "1 rules have more than 20 tags; the rest of theirs are left out.",
            "5 further notifications are left out; the JSON format has them all.",
        ]
    );
}

#[test]
fn a_name_cannot_put_a_link_into_a_message() {
    let mut log = log();
    log.results[0].message = "[fixed](https://evil.example) is affected".into();
    let document = parsed(&log);
    let message = &document["runs"][0]["results"][0]["message"]["text"];
    assert_eq!(message, "[fixed] (https://evil.example) is affected");
}

#[test]
fn long_texts_are_cut_with_a_mark() {
    let mut log = log();
    log.rules[1].short = "ü".repeat(2_000);
    log.results[0].message = "m".repeat(100_000);
    let document = parsed(&log);
    let rule = &document["runs"][0]["tool"]["driver"]["rules"][0];
    let short = rule["shortDescription"]["text"].as_str().unwrap();
    assert_eq!((short.chars().count(), short.ends_with('…')), (1_024, true));
    let message = document["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    assert!(message.ends_with('…') && message.len() < 20_000);
}

#[test]
fn results_over_the_limit_go_to_further_runs_and_the_rest_is_counted() {
    let hit = |n: usize| Hit { rule: format!("R{}", n % 3), ..Hit::default() };
    let runs = |count: usize| {
        let log = Log { results: (0..count).map(hit).collect(), ..Log::default() };
        parsed(&log)
    };
    let whole = runs(RESULTS);
    assert_eq!(whole["runs"].as_array().unwrap().len(), 1);
    assert_eq!(
        said(&whole, 0),
        ["This run has 25000 results; GitHub stores the 5000 most severe of a run."]
    );
    let split = runs(RESULTS + 1);
    assert_eq!(split["runs"][1]["results"].as_array().unwrap().len(), 1);
    assert_eq!(split["runs"][1]["automationDetails"]["id"], "gabion/part-2/");
    assert_eq!(
        said(&split, 1),
        ["The results are split into 2 runs of at most 25000; this is run 2 of 2."]
    );
    // The rule of the only result there, found in that run's own list.
    assert_eq!(split["runs"][1]["results"][0]["ruleIndex"], 0);
    assert_eq!(split["runs"][1]["tool"]["driver"]["rules"][0]["id"], format!("R{}", RESULTS % 3));
}
