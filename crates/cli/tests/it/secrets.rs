//! A credential that a report or a tree shows reaches nothing that is kept or printed: not a byte of the database's files,
//! no list, export or error.

use std::path::Path;

use crate::program::{Place, text};

const PLANTED: &str = "Tr0ub4dorHorse99";

/// Whether it stands in any file below a folder.
fn is_below(folder: &Path, planted: &str) -> bool {
    std::fs::read_dir(folder).expect("a folder").flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().contains(planted);
        let path = entry.path();
        let inside = if path.is_dir() {
            is_below(&path, planted)
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            bytes.windows(planted.len()).any(|part| part == planted.as_bytes())
        };
        name || inside
    })
}

/// Takes a report in, and looks for what was planted in all that comes of it.
fn nowhere(report: &str, planted: &[&str]) {
    let place = Place::new();
    place.write("reports/r.json", report);
    let import = ["import", "reports/r.json", "--asset", "web", "--json"];
    let mut said = Vec::new();
    let mut run = |arguments: &[&str]| {
        let output = place.run(arguments);
        said.push(format!("{arguments:?} {}{}", text(&output.stdout), text(&output.stderr)));
        output.status.code()
    };
    assert!(matches!(run(&import), Some(0 | 3)), "{report}");
    for line in [
        "queue --verbose",
        "queue --format json",
        "export",
        "export --format csv",
        "ledger export",
        "ledger imports",
        "show F-1 --json",
        "show F-1",
        "show F-2",
        "show F-3",
        "verify",
    ] {
        run(&line.split(' ').collect::<Vec<_>>());
    }
    run(&["queue", "--search", planted[0]]);
    let said: Vec<String> =
        said.into_iter().map(|line| line.replace(&format!("\"{}\"]", planted[0]), "")).collect();
    for value in planted {
        let shown = said.iter().filter(|line| !line.starts_with("[\"queue\", \"--search\""));
        for line in shown {
            assert!(!line.contains(value), "{value}: {line}");
        }
        assert!(!is_below(&place.path("data"), value), "{value} is kept, of {report}");
    }
}

fn generic(findings: &[String]) -> String {
    format!(r#"{{"schema":"gabion.findings/1","tool":"nw","findings":[{}]}}"#, findings.join(","))
}

#[test]
fn what_a_record_declares_stands_in_no_other_before_or_behind_it() {
    let shows = |n: usize| {
        format!(
            r#"{{"class":"code","rule":"R{n}","title":"the {PLANTED}","description":"see {PLANTED}.","severity":"high","locations":[{{"path":"b{n}-{PLANTED}","line":1,"snippet":"f({PLANTED})","symbol":"{PLANTED}"}}],"references":["https://h/{PLANTED}"]}}"#
        )
    };
    let declares = format!(
        r#"{{"class":"secret","title":"leak","rule":"R0","secret":"{PLANTED}","locations":[{{"path":"a","line":1}}]}}"#
    );
    nowhere(&generic(&[shows(1), declares.clone(), shows(2)]), &[PLANTED]);
    let report = generic(&[shows(1), declares]);
    let target = format!(r#""tool":"nw","target":"the {PLANTED}","incomplete":"not {PLANTED}""#);
    nowhere(&report.replace(r#""tool":"nw""#, &target), &[PLANTED]);
}

#[test]
fn what_has_the_place_of_a_credential_is_kept_in_no_field() {
    let shapes = [
        format!("Authorization: Bearer {PLANTED}"),
        format!("Proxy-Authorization: Own {PLANTED}"),
        format!("Cookie: sid={PLANTED}"),
        format!("X-Api-Key: {PLANTED}"),
        format!("https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/{PLANTED}"),
        format!("https://discord.com/api/webhooks/123456789012345678/{PLANTED}"),
        format!("MYSQL://bob:{PLANTED}@h/x"),
        format!("DB_PASSWORD={PLANTED}"),
        format!("Server=x;Pwd={PLANTED};User=sa"),
        format!("mysql -u root -p{PLANTED} db"),
        format!("https://h/x?private_token={PLANTED}"),
        format!("password '{PLANTED}' in code"),
    ];
    for shape in shapes {
        let finding = |field: &str| {
            let mut record = serde_json::json!({"class": "code", "rule": "R", "title": "t", "severity": "high",
                "locations": [{"path": "a", "line": 1}]});
            match field {
                "snippet" | "symbol" => record["locations"][0][field] = shape.clone().into(),
                "references" => record[field] = vec![shape.clone()].into(),
                _ => record[field] = shape.clone().into(),
            }
            record["rule"] = format!("R-{field}").into();
            record.to_string()
        };
        let fields =
            ["title", "description", "remedy", "resource", "snippet", "symbol", "references"];
        nowhere(&generic(&fields.map(finding)), &[PLANTED]);
    }
}

#[test]
fn a_message_about_a_credential_does_not_quote_it() {
    let rule = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL","rules":[{"id":"js/hardcoded-credentials","properties":{"tags":["external/cwe/cwe-798"]}}]}},
"results":[{"ruleId":"js/hardcoded-credentials","message":{"text":"The hard-coded value \"MESSAGE\" is used as [password](1)."},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.js"},"region":{"startLine":4,"snippet":{"text":"f(MESSAGE)"}}}}]}]}]}"#;
    for value in [PLANTED, "letmein"] {
        nowhere(&rule.replace("MESSAGE", value), &[value]);
    }
}

#[test]
fn a_scan_prints_no_credential_of_the_tree() {
    let place = Place::synced();
    place.write(
        "t/requirements.txt",
        &format!("-r https://bob:{PLANTED}@h.example/r.txt\nbad bad https://bob:{PLANTED}@h.example\n--index-url https://{}:{PLANTED}@h.example/{}\n", "b".repeat(30), "p".repeat(30)),
    );
    place.write(
        "t/pnpm-lock.yaml",
        &format!("lockfileVersion: \"9.0\"\npackages:\n  \"https://{PLANTED}@h.example/z.tgz\":\n    resolution: {{tarball: \"x\"}}\n"),
    );
    place.write(
        "t/package-lock.json",
        &format!(r#"{{"lockfileVersion":3,"packages":{{"":{{}},"node_modules/f":{{"version":"1.0.0","resolved":"https://e.com/f.tgz?private_token={PLANTED}"}}}}}}"#),
    );
    for format in [
        "table",
        "json",
        "markdown",
        "html",
        "sarif",
        "cyclonedx",
        "spdx",
        "openvex",
        "gitlab",
        "junit",
    ] {
        let output = place.run(&["scan", "t", "--format", format, "--verbose"]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.is_empty() && !said.contains(PLANTED), "{format}: {said}");
    }
    place.run(&["scan", "t", "--record"]);
    assert!(!is_below(&place.path("data"), PLANTED));
}

#[test]
fn a_mistyped_address_of_the_database_makes_no_file_and_is_not_printed() {
    let place = Place::new();
    place.write("r.json", &generic(&[]));
    for address in ["POSTGRES", "mysql", "postgresql+psycopg"] {
        let address = format!("{address}://bob:{PLANTED}@127.0.0.1/x");
        let output = place.run(&["--database", &address, "import", "r.json", "--asset", "a"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(!text(&output.stderr).contains(PLANTED), "{}", text(&output.stderr));
    }
    for address in
        [format!("bob:p@{PLANTED}@127.0.0.1:1/x"), format!("bob:{PLANTED}@127.0.0.1:1/x")]
    {
        let address = format!("postgres://{address}");
        let mut command = place.command(&["queue"]);
        let output = command.env("GABION_DATABASE", &address).output().expect("started");
        assert!(matches!(output.status.code(), Some(2 | 4)));
        assert!(!text(&output.stderr).contains(PLANTED), "{}", text(&output.stderr));
    }
    assert!(!is_below(place.folder.path(), PLANTED));
}
