//! What does Nmap say, and Masscan in Nmap's words?
//!
//! An open port is no problem by itself: it is observed without a severity, by the rule `open-port`. Scripts of
//! the vulnerability library say a state («VULNERABLE», «NOT VULNERABLE» …); `vulners` and `vulscan` list CVEs
//! by the version of what answers. Rows of `vulners` that are no CVE are exploits, not problems. A host is
//! known by the name that was given as the target, else by its address.
//!
//! The command line stands in the document: with it what was asked for, down to scripts that are named. `scaninfo`
//! lists the ports, hosts that are down are listed too, and only `--open` leaves hosts out.
//!
//! Only an open or a closed port has answered. A firewall that drops what is sent, a host that is called up because
//! `-Pn` says so, a host whose time ran out and a script that failed show nothing of what was there.

use vocab::Severity;

use super::claim::{self, cover, hand_on, paragraphs};
use super::when::when;
use crate::coverage::{Filter, Target};
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::xml::{self, Element, Hit};

/// `-oX`.
pub const FORMAT: Format = Format {
    id: "nmap",
    title: "Nmap XML, and that of Masscan",
    detects: |shape| shape.has("nmaprun"),
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let (mut told, mut finished, mut passed) = (false, false, 0);
    let mut whole = false;
    let patterns = ["nmaprun/host", "nmaprun/runstats/finished", "nmaprun/scaninfo"];
    let end = xml::walk(source, &patterns, sink, &mut |sink, hit| {
        if !told {
            told = true;
            let masscan = hit.outer("nmaprun", "scanner") == "masscan";
            sink.fact(Fact::Tool(if masscan { "Masscan" } else { "Nmap" }.to_owned()));
            sink.fact(Fact::ToolVersion(hit.outer("nmaprun", "version").to_owned()));
            sink.fact(Fact::Kind(Class::Host));
            whole = command(sink, hit.outer("nmaprun", "args")) && !masscan;
        }
        if hit.pattern == 2 {
            scanned(sink, &hit.element);
            return Ok(());
        }
        if hit.pattern == 1 {
            finished = true;
            ended(sink, &hit);
            return Ok(());
        }
        host_looked_at(sink, &hit.element, whole);
        let found = of_host(&hit.element, &hit.place());
        if found.is_empty() && is_closed(&hit.element) {
            passed += 1;
        }
        found.into_iter().try_for_each(|observation| hand_on(sink, observation))
    });
    if passed > 0 {
        sink.fact(Fact::Passed(passed));
    }
    if !finished {
        sink.fact(Fact::Incomplete("the run did not finish".to_owned()));
    }
    end
}

/// Options whose value is a file to write to, and others that change nothing of what is found.
const OUTPUT: &[&str] = &["-oX", "-oN", "-oG", "-oA", "-oS", "--stats-every", "--stylesheet"];

/// Tells the command without what changes from run to run; returns whether hosts without open ports are shown.
fn command(sink: &mut dyn Sink, args: &str) -> bool {
    let mut words = args.split_whitespace();
    let mut kept: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        if OUTPUT.contains(&word) {
            words.next();
        } else if !matches!(word, "-v" | "-vv" | "-vvv" | "-d" | "-dd") {
            kept.push(word);
        }
    }
    if kept.is_empty() {
        return false;
    }
    claim::setting(sink, "command", kept.join(" "));
    scripts(sink, &kept);
    let least = kept.iter().filter_map(|word| word.split_once("mincvss=")).map(|(_, least)| least);
    let least: Vec<&str> = least.collect();
    match least.as_slice() {
        [] => sink.fact(Fact::Filter(Filter::None)),
        [least, ..] => sink.fact(Fact::Filter(Filter::Other(format!("mincvss={least}")))),
    }
    !kept.contains(&"--open")
}

/// Scripts that the command names one by one; a category or an expression is no name.
fn scripts(sink: &mut dyn Sink, words: &[&str]) {
    for (at, word) in words.iter().enumerate() {
        let list = match word.strip_prefix("--script") {
            Some("") => words.get(at + 1).copied().unwrap_or_default(),
            Some(rest) => rest.strip_prefix('=').unwrap_or_default(),
            None => continue,
        };
        for name in list.split(',') {
            let name = name.rsplit('/').next().unwrap_or_default().trim_start_matches('+');
            let name = name.trim_end_matches(".nse");
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if !name.is_empty() && name.chars().all(plain) {
                sink.fact(Fact::ActiveRule(name.to_owned()));
            }
        }
    }
}

/// Which ports it looked at; a scan of protocols lists none.
fn scanned(sink: &mut dyn Sink, info: &Element) {
    let protocol = info.attribute("protocol");
    if !matches!(protocol, "tcp" | "udp" | "sctp") {
        return;
    }
    if let Some(ports) = claim::ports(protocol, info.attribute("services")) {
        ports.into_iter().for_each(|ports| sink.fact(ports));
        sink.fact(Fact::ActiveRule("open-port".to_owned()));
    }
}

/// What of a host was looked at. Where ports are counted together that did not answer (`extraports`), it is only those
/// that are listed, and the host for what has no port: which ones did not answer is not told.
fn host_looked_at(sink: &mut dyn Sink, host: &Element, whole: bool) {
    let Some(target) = claim::host_target(name_of(host)) else { return };
    if state_of(host, "status") == "down" || !is_answering(host) {
        sink.fact(Fact::Missed(target));
        return;
    }
    let silent = host.all("ports/extraports").any(|group| !answered(group.attribute("state")));
    let up = whole && state_of(host, "status") == "up";
    if up && silent {
        sink.fact(Fact::Looked(Target::port(target.name(), 0, "")));
    } else if up {
        sink.fact(Fact::Looked(target.clone()));
    }
    for port in host.all("ports/port") {
        let number = port.attribute("portid").trim().parse().unwrap_or(0);
        let at = Target::port(target.name(), number, port.attribute("protocol"));
        if !answered(state_of(port, "state")) || port.all("script").any(failed) {
            sink.fact(Fact::Missed(at));
        } else if up && silent {
            sink.fact(Fact::Looked(at));
        }
    }
    if host.all("hostscript/script").any(failed) {
        sink.fact(Fact::Missed(Target::port(target.name(), 0, "")));
    }
}

fn state_of<'e>(element: &'e Element, child: &str) -> &'e str {
    element.at(child).map_or("", |state| state.attribute("state"))
}

/// `filtered`, `open|filtered` and `closed|filtered` are no answers, and `unfiltered` does not say which.
fn answered(state: &str) -> bool {
    matches!(state, "open" | "closed")
}

/// Whether the script could not do its work: Nmap writes so in the place of its output.
fn failed(script: &Element) -> bool {
    script.attribute("output").trim_start().starts_with("ERROR:")
}

/// Whether its time was enough, and it answered where only `-Pn` says that it is up.
fn is_answering(host: &Element) -> bool {
    let assumed = host.at("status").is_some_and(|status| status.attribute("reason") == "user-set");
    let ports = || host.all("ports/port").map(|port| state_of(port, "state"));
    let groups = || host.all("ports/extraports").map(|group| group.attribute("state"));
    host.attribute("timedout") != "true" && (!assumed || ports().chain(groups()).any(answered))
}

/// Whether the host answered and no port of it is, or may be, open.
fn is_closed(host: &Element) -> bool {
    let mut groups = host.all("ports/extraports").map(|group| group.attribute("state"));
    let mut ports = host.all("ports/port").map(|port| state_of(port, "state"));
    state_of(host, "status") == "up"
        && is_answering(host)
        && !groups.any(|state| state.contains("open"))
        && !ports.any(|state| state.contains("open"))
}

fn ended(sink: &mut dyn Sink, hit: &Hit<'_>) {
    let told = hit.element.attribute("time");
    looked_at(sink, told, when(told));
    if hit.element.attribute("exit") == "error" {
        let why = hit.element.attribute("errormsg");
        sink.fact(Fact::Incomplete(format!("the run ended with an error: {why}")));
    } else if hit.element.attribute("exit") == "success" {
        sink.fact(Fact::Succeeded);
    }
}

fn name_of(host: &Element) -> &str {
    let given = host.all("hostnames/hostname").find(|name| name.attribute("type") == "user");
    let mut addresses = host.all("address").filter(|a| a.attribute("addrtype") != "mac");
    match given {
        Some(given) => given.attribute("name"),
        None => addresses.next().map_or("", |address| address.attribute("addr")),
    }
}

fn of_host(host: &Element, place: &str) -> Vec<Observation> {
    let name = name_of(host);
    let base = Observation {
        class: Class::Host,
        endpoint: claim::service(name, "", "", ""),
        place: place.to_owned(),
        ..Observation::default()
    };
    let mut found = Vec::new();
    for port in host.all("ports/port") {
        if port.at("state").is_some_and(|state| state.attribute("state") == "open") {
            of_port(port, name, &base, &mut found);
        }
    }
    for script in host.all("hostscript/script") {
        of_script(script, &base, &mut found);
    }
    found
}

fn of_port(port: &Element, name: &str, base: &Observation, found: &mut Vec<Observation>) {
    let service = port.at("service");
    let told = |attribute| service.map_or("", |service| service.attribute(attribute));
    let (number, protocol) = (port.attribute("portid"), port.attribute("protocol"));
    let endpoint = claim::service(name, number, protocol, told("name"));
    let base = Observation { endpoint, ..base.clone() };
    let runs = [told("product"), told("version"), told("extrainfo")];
    let runs: Vec<&str> = runs.into_iter().filter(|text| !text.is_empty()).collect();
    let called =
        if told("name").is_empty() { String::new() } else { format!(" ({})", told("name")) };
    found.push(Observation {
        rule: "open-port".to_owned(),
        title: format!("Open port {number}/{protocol}{called}"),
        description: runs.join(" "),
        severity: Severity::None,
        ..base.clone()
    });
    for script in port.all("script") {
        of_script(script, &base, found);
    }
}

fn of_script(script: &Element, base: &Observation, found: &mut Vec<Observation>) {
    let id = script.attribute("id");
    if matches!(id, "vulners" | "vulscan") {
        listed(script, id, base, found);
        return;
    }
    let before = found.len();
    for table in script.children.iter().filter(|child| child.name == "table") {
        let state = element(table, "state");
        if vulnerable(state) {
            found.push(Observation { rule: id.to_owned(), ..of_table(table, state, base) });
        }
    }
    let output = script.attribute("output");
    let structured = script.children.iter().any(|c| !element(c, "state").is_empty());
    if found.len() == before && !structured && told_vulnerable(output) {
        let mut observation = Observation {
            rule: id.to_owned(),
            title: title_of(output).unwrap_or(id).to_owned(),
            description: output.trim().to_owned(),
            severity: risk(output),
            references: claim::links(output),
            ..base.clone()
        };
        cover(&mut observation, words::cves(output));
        found.push(observation);
    }
}

/// The states of Nmap's vulnerability library that affirm: VULNERABLE, VULNERABLE (Exploitable), VULNERABLE
/// (DoS), LIKELY VULNERABLE.
fn vulnerable(state: &str) -> bool {
    let state = state.trim();
    state.starts_with("VULNERABLE") || state.starts_with("LIKELY VULNERABLE")
}

fn told_vulnerable(output: &str) -> bool {
    output.lines().any(|line| line.trim().strip_prefix("State:").is_some_and(vulnerable))
}

/// The line after «VULNERABLE:».
fn title_of(output: &str) -> Option<&str> {
    let mut lines = output.lines().map(str::trim);
    lines.find(|line| *line == "VULNERABLE:")?;
    lines.find(|line| !line.is_empty())
}

fn risk(output: &str) -> Severity {
    let line = output.lines().find_map(|line| line.trim().strip_prefix("Risk factor:"));
    line.map_or(Severity::Unknown, |line| {
        words::severity(line.split_whitespace().next().unwrap_or_default())
    })
}

fn element<'e>(table: &'e Element, key: &str) -> &'e str {
    let mut named = table.all("elem").filter(|elem| elem.attribute("key") == key);
    named.next().map_or("", |elem| elem.text.trim())
}

fn inner<'e>(table: &'e Element, key: &'e str) -> impl Iterator<Item = &'e Element> {
    let tables =
        table.children.iter().filter(move |c| c.name == "table" && c.attribute("key") == key);
    tables.flat_map(|table| table.all("elem"))
}

fn of_table(table: &Element, state: &str, base: &Observation) -> Observation {
    let text = |key| inner(table, key).map(|elem| elem.text.trim()).collect::<Vec<_>>().join("\n");
    let scores = text("scores");
    let number = scores.split_whitespace().next().unwrap_or_default();
    let rated = table.deep_text();
    let mut observation = Observation {
        title: element(table, "title").to_owned(),
        description: paragraphs(&[&text("description"), state, &text("extra_info")]),
        severity: words::severity_of_score(number),
        score: claim::score(&[number]),
        references: claim::links(&text("refs")),
        ..base.clone()
    };
    if observation.severity == Severity::Unknown {
        observation.severity = risk(&rated);
    }
    cover(&mut observation, words::cves(&text("ids")));
    observation
}

/// `vulners`: tables of rows, or tabs in its output; `vulscan`: ids in brackets.
fn listed(script: &Element, id: &str, base: &Observation, found: &mut Vec<Observation>) {
    let mut rows: Vec<(String, String, String)> = Vec::new();
    for table in script.children.iter().filter(|child| child.name == "table") {
        let product = table.attribute("key");
        for row in table.all("table") {
            let score = element(row, "cvss").to_owned();
            for cve in words::cves(element(row, "id")) {
                rows.push((cve, score.clone(), product.to_owned()));
            }
        }
    }
    if rows.is_empty() {
        for line in script.attribute("output").lines() {
            let score = line.split('\t').map(str::trim).find(|cell| cell.parse::<f64>().is_ok());
            for cve in words::cves(line).into_iter().take(1) {
                rows.push((cve, score.unwrap_or_default().to_owned(), String::new()));
            }
        }
    }
    rows.sort();
    rows.dedup_by(|a, b| a.0 == b.0 && a.2 == b.2);
    for (cve, score, product) in rows {
        found.push(Observation {
            rule: id.to_owned(),
            title: if product.is_empty() { cve.clone() } else { format!("{cve} in {product}") },
            severity: words::severity_of_score(&score),
            score: claim::score(&[&score]),
            ids: vec![cve],
            ..base.clone()
        });
    }
}
