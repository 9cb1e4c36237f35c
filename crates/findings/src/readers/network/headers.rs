//! What do tools say that look at the headers of an answer: drHEADer, the Mozilla Observatory, humble?
//!
//! Headers that are missing or wrong, by the name of the header or the test. Values of cookies are left out.
//! Some of these reports do not say whose answer it was: then it is the asset that the import names.

use vocab::Severity;

use super::claim::{self, hand_on, paragraphs};
use super::when::when;
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// drHEADer: one page, or several with their addresses.
pub const DRHEADER: Format = Format {
    id: "drheader",
    title: "drHEADer JSON",
    detects: |shape| {
        shape.all(&["[].rule", "[].message", "[].severity"])
            && shape.any(&["[].expected", "[].value", "[].delimiter"])
            || shape.all(&["[].url", "[].report[].rule", "[].report[].message"])
    },
    read: read_drheader,
};

/// The Mozilla HTTP Observatory: the tests alone, or with the scan around them.
pub const OBSERVATORY: Format = Format {
    id: "mozilla-observatory",
    title: "Mozilla Observatory JSON",
    detects: is_observatory,
    read: read_observatory,
};

/// humble's brief or detailed JSON.
pub const HUMBLE: Format = Format {
    id: "humble",
    title: "humble JSON",
    detects: |shape| {
        shape.has("[0. Info]")
            && shape.paths.keys().any(|path| path.starts_with("[1. Missing HTTP Security Headers]"))
    },
    read: read_humble,
};

fn read_drheader(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("drHEADer".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    json::walk(source, &["[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        if record.has("report") {
            let url = record.text("url");
            for (number, entry) in record.items("report").enumerate() {
                let place = format!("{}.report[{number}]", hit.place());
                hand_on(sink, of_header(entry, url, place))?;
            }
            return Ok(());
        }
        hand_on(sink, of_header(record, "", hit.place()))
    })
    .map(|_| ())
}

fn of_header(entry: Record<'_>, url: &str, place: String) -> Observation {
    let header = entry.text("rule");
    let message = entry.text("message");
    let expected = entry.texts("expected").join(" ");
    let anomaly = entry.texts("anomaly").join(" ");
    // Two directives of one header are two problems.
    let rule = match (header, anomaly.as_str()) {
        ("", _) => String::new(),
        (header, "") => format!("{header}: {message}"),
        (header, anomaly) => format!("{header}: {message}: {anomaly}"),
    };
    let endpoint = (!url.is_empty()).then(|| claim::page(url, "", header)).flatten();
    Observation {
        class: Class::Web,
        title: rule.clone(),
        rule,
        description: paragraphs(&[message, &expected]),
        severity: words::severity(entry.text("severity")),
        endpoint,
        place,
        ..Observation::default()
    }
}

const TESTS: &[&str] = &[
    "content-security-policy",
    "cookies",
    "redirection",
    "referrer-policy",
    "strict-transport-security",
    "subresource-integrity",
    "x-content-type-options",
    "x-frame-options",
    "x-xss-protection",
];

fn is_observatory(shape: &Shape) -> bool {
    TESTS.iter().any(|test| {
        ["", "tests."].iter().any(|at| {
            shape.has(&format!("{at}{test}.score_modifier"))
                && shape.has(&format!("{at}{test}.expectation"))
        })
    })
}

fn read_observatory(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Mozilla Observatory".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let mut passed = 0;
    let patterns = ["*", "tests.*", "scan.end_time", "scan.state"];
    let end = json::walk(source, &patterns, sink, &mut |sink, hit| {
        let text = hit.value.as_str().unwrap_or_default();
        match hit.pattern {
            2 => looked_at(sink, text, when(text)),
            3 if text == "FINISHED" => sink.fact(Fact::Succeeded),
            3 => {
                sink.fact(Fact::Incomplete(format!("the scan's state is «{text}»")));
            }
            0 | 1 if hit.record().has("score_modifier") => {
                if hit.record().flag("pass") {
                    passed += 1;
                    // The report does not say whose answer it was.
                    let test = hit.record().text("name").to_owned();
                    sink.fact(Fact::PassedAt(test, Target::run()));
                } else {
                    return hand_on(sink, of_test(hit.record(), hit.place()));
                }
            }
            _ => {}
        }
        Ok(())
    });
    sink.fact(Fact::Passed(passed));
    end.map(|_| ())
}

/// What a failed test takes off 100 points: the Observatory has no other rating. 20 and more is what takes a
/// site a grade down.
fn of_test(test: Record<'_>, place: String) -> Observation {
    let lost = -test.float("score_modifier").unwrap_or(0.0);
    let severity = match lost {
        lost if lost >= 20.0 => Severity::Medium,
        lost if lost > 0.0 => Severity::Low,
        _ => Severity::None,
    };
    Observation {
        class: Class::Web,
        rule: test.text("name").to_owned(),
        title: test.first(&["score_description", "result"]).to_owned(),
        description: paragraphs(&[test.text("score_description"), test.text("result")]),
        severity,
        place,
        ..Observation::default()
    }
}

/// The section's key in the report, the beginning of the check's name and the rating.
const SECTIONS: &[(&str, &str, Severity)] = &[
    ("[1. Missing", "missing", Severity::Low),
    ("[2. Fingerprint", "fingerprint", Severity::None),
    ("[3. Deprecated", "deprecated", Severity::Low),
    ("[4. Empty", "empty", Severity::None),
];

fn read_humble(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("humble".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let mut url = String::new();
    // Keys hold dots and brackets, which patterns use: the sections are met as a whole.
    json::walk(source, &["*"], sink, &mut |sink, hit| {
        if hit.key(0) == "[0. Info]" {
            hit.record().text("URL").clone_into(&mut url);
            sink.fact(Fact::Target(url.clone()));
            claim::tell_site(sink, &url);
        }
        Ok(())
    })?;
    json::walk(source, &["*"], sink, &mut |sink, hit| {
        let section = SECTIONS.iter().find(|(key, ..)| hit.key(0).starts_with(key));
        let Some((_, kind, severity)) = section else { return Ok(()) };
        for header in hit.record().texts("") {
            if header.starts_with("Nothing to report") {
                continue;
            }
            // «Server (nginx)»: what stands in brackets is its value.
            let name = header.split(" (").next().unwrap_or_default().trim();
            let found = Observation {
                class: Class::Web,
                rule: format!("{kind}:{name}"),
                title: format!("{name}: {kind} header"),
                description: header.clone(),
                severity: *severity,
                endpoint: claim::page(&url, "", name),
                place: hit.place(),
                ..Observation::default()
            };
            hand_on(sink, found)?;
        }
        Ok(())
    })
    .map(|_| ())
}
