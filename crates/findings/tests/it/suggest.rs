//! What is suggested, and what is not.

use findings::observation::{Endpoint, Location};
use findings::suggest::{Index, LEAST, suggest};
use findings::{Class, Observation};

fn code(title: &str, path: &str, line: u32) -> Observation {
    Observation {
        class: Class::Code,
        title: title.into(),
        locations: vec![Location { path: path.into(), line, ..Location::default() }],
        ..Observation::default()
    }
}

fn report(title: &str, description: &str) -> Observation {
    Observation {
        class: Class::Report,
        title: title.into(),
        description: description.into(),
        ..Observation::default()
    }
}

fn page(title: &str, path: &str, parameter: &str) -> Observation {
    Observation {
        class: Class::Web,
        title: title.into(),
        endpoint: Some(Endpoint {
            host: "shop.example".into(),
            path: path.into(),
            parameter: parameter.into(),
            ..Endpoint::default()
        }),
        ..Observation::default()
    }
}

/// Positions and evidence of what is suggested.
fn check(asked: &Observation, among: &[Observation], expect: &[(usize, &str)]) {
    let found = suggest(asked, among, 5);
    let said: Vec<(usize, &str)> = found.iter().map(|s| (s.at, s.evidence.as_str())).collect();
    assert_eq!(said, expect, "{found:?}");
    assert!(found.iter().all(|s| (LEAST..=1.0).contains(&s.score)));
    assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score), "best first");
}

#[test]
fn the_same_weakness_at_the_same_place() {
    let among = [
        code("Possible SQL injection vector through string-based query", "src/db.py", 40),
        code("Use of weak MD5 hash", "src/db.py", 41),
        code("SQL injection", "src/other.py", 40),
    ];
    let asked = code("python.sqli.tainted-query", "app/src/db.py", 42);
    check(&asked, &among, &[(0, "src/db.py, 2 lines apart; both are SQL injection")]);
    let pages =
        [page("XSS (reflected)", "/search", "q"), page("XSS (reflected)", "/search", "page")];
    let asked = page("Cross Site Scripting", "/search/", "q");
    check(&asked, &pages, &[(0, "/search with q; both are cross-site scripting")]);
}

#[test]
fn keys_are_taken_out_of_a_persons_text() {
    let among =
        [code("Path traversal", "src/files/open.c", 88), code("Path traversal", "src/net.c", 9)];
    let asked = report(
        "Directory traversal lets anybody read files",
        "The name is not checked in src/files/open.c:88 before it is opened.",
    );
    check(&asked, &among, &[(0, "src/files/open.c:88; both are path traversal")]);
}

#[test]
fn a_text_told_again_is_found() {
    let text = "Open the profile, set the display name to a long value with quotes, save, then open the public page \
                of that user in another browser: the script runs for everybody who looks at it.";
    let among = [
        report(
            "Login page has a typo",
            "The word password is misspelt on the page where people log in today.",
        ),
        report("Script in the display name", &format!("Hello team! {text} Thanks")),
    ];
    let found = suggest(&report("Another finding of mine", text), &among, 5);
    assert_eq!(found.first().map(|s| s.at), Some(1));
    assert_eq!(found.len(), 1);
}

/// Two tools explain one rule in the same words at every place; only at one place it is one problem.
#[test]
fn the_same_explanation_elsewhere_is_no_evidence() {
    let text = "A value of the request becomes a part of the statement. See \
                https://cwe.mitre.org/data/definitions/89.html and use placeholders instead of it everywhere.";
    let at = |path: &str, line: u32| Observation {
        description: text.into(),
        ..code("SQL injection", path, line)
    };
    let among = [at("src/a.py", 300), at("src/b.py", 7), at("src/a.py", 9)];
    let found = suggest(&at("src/a.py", 7), &among, 5);
    assert_eq!(found.iter().map(|s| s.at).collect::<Vec<usize>>(), [2], "{found:?}");
}

#[test]
fn nothing_is_suggested_for_nothing() {
    check(&Observation::default(), &[Observation::default(), report("a", "")], &[]);
    check(&report("a title", ""), &[], &[]);
    // One host and nothing else is no evidence.
    check(&page("Cookie without flag", "/a", ""), &[page("Verbose error", "/b", "")], &[]);
}

#[test]
fn the_right_one_is_found_among_thousands() {
    let mut among: Vec<Observation> =
        (0..5_000).map(|n| code("SQL injection", &format!("src/module{n}/db.py"), 40)).collect();
    among.push(code("SQL injection", "src/deep/special.py", 7));
    let index = Index::new(&among);
    let found = index.suggest(&code("sqli", "src/deep/special.py", 8), 5);
    assert_eq!(found.first().map(|s| s.at), Some(5_000));
    assert!(found.len() <= 5);
}
