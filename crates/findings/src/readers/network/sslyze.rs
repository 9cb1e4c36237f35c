//! What does SSLyze say?
//!
//! It tells what a server does and rates nothing; `transport` does. A command that failed leaves the
//! run incomplete. Of a command that was not asked for (NOT_SCHEDULED, or missing) or has no result nothing is
//! known: what was found before stays as it was.

use std::collections::BTreeSet;

use super::transport::{
    BY_CLIENT, CCS, COMPRESSION, HEARTBLEED, HOSTNAME, INSECURE, PROTOCOLS, ROBOT, SHA1, Server,
    UNTRUSTED, protocol_rules, rules,
};
use super::when::when;
use crate::format::Format;
use crate::observation::Class;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::xml::{self, Element};

/// `--json_out`, of version 3 and of version 5.
pub const JSON: Format = Format {
    id: "sslyze",
    title: "SSLyze JSON",
    detects: |shape| shape.all(&["server_scan_results", "sslyze_version"]),
    read: read_json,
};

/// `--xml_out`, of versions 1 and 2.
pub const XML: Format = Format {
    id: "sslyze-xml",
    title: "SSLyze XML",
    detects: |shape| shape.has("document/@SSLyzeVersion"),
    read: read_xml,
};

/// What is said of the run and of each server; a server's name stands behind its results.
const ABOUT: &[&str] = &[
    "server_scan_results[].server_location",
    "server_scan_results[].server_info.server_location",
    "server_scan_results[].connectivity_status",
    "server_scan_results[].scan_status",
    "sslyze_version",
    "date_scans_completed",
    "server_connectivity_errors[]",
];
/// A command is a record. Certificates hold numbers of thousands of digits and are not read as a whole.
const RESULTS: &[&str] = &[
    "server_scan_results[].scan_result.*",
    "server_scan_results[].scan_commands_results.*",
    "server_scan_results[].scan_result.certificate_info.status",
    "server_scan_results[].scan_result.certificate_info.result.certificate_deployments[].leaf_certificate_subject_matches_hostname",
    "server_scan_results[].scan_commands_results.certificate_info.certificate_deployments[].leaf_certificate_subject_matches_hostname",
    "server_scan_results[].scan_result.certificate_info.result.certificate_deployments[].verified_chain_has_sha1_signature",
    "server_scan_results[].scan_commands_results.certificate_info.certificate_deployments[].verified_chain_has_sha1_signature",
    "server_scan_results[].scan_result.certificate_info.result.certificate_deployments[].path_validation_results[].openssl_error_string",
    "server_scan_results[].scan_commands_results.certificate_info.certificate_deployments[].path_validation_results[].openssl_error_string",
];
const MAX_SERVERS: usize = 100_000;

/// The rules of all commands that are read.
fn all_rules() -> Vec<String> {
    let mut all = rules(&[
        &HEARTBLEED,
        &CCS,
        &COMPRESSION,
        &ROBOT,
        &INSECURE,
        &BY_CLIENT,
        &HOSTNAME,
        &SHA1,
        &UNTRUSTED,
    ]);
    all.extend(protocol_rules());
    all
}

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("SSLyze".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let mut servers: Vec<(String, String)> = Vec::new();
    let mut missed = BTreeSet::new();
    json::walk(source, ABOUT, sink, &mut |sink, hit| {
        let text = hit.value.as_str().unwrap_or_default();
        match hit.pattern {
            0 | 1 if hit.index(0) < MAX_SERVERS => {
                servers.resize(servers.len().max(hit.index(0) + 1), <_>::default());
                if let Some(server) = servers.get_mut(hit.index(0)) {
                    let name = hit.record().first(&["hostname", "ip_address"]).to_owned();
                    *server = (name, hit.record().string("port"));
                }
            }
            2 | 3 if text.starts_with("ERROR") => {
                missed.insert(hit.index(0));
                sink.fact(Fact::Incomplete(format!("{}: «{text}»", hit.place())));
            }
            4 => sink.fact(Fact::ToolVersion(text.to_owned())),
            5 => looked_at(sink, text, when(text)),
            6 => sink.fact(Fact::Incomplete("a server was not reached".to_owned())),
            _ => {}
        }
        Ok(())
    })?;
    for (number, (host, port)) in servers.iter().enumerate() {
        let told = if missed.contains(&number) { Fact::Missed } else { Fact::Looked };
        let server = Server::new(host, port, String::new());
        server.target().into_iter().for_each(|target| sink.fact(told(target)));
    }
    let mut passed = 0;
    let mut answered: BTreeSet<(usize, String)> = BTreeSet::new();
    let mut trust: Option<(usize, usize, Trust)> = None;
    let end = json::walk(source, RESULTS, sink, &mut |sink, hit| {
        let (host, port) = servers.get(hit.index(0)).cloned().unwrap_or_default();
        let mut server = Server::new(&host, &port, hit.place());
        let truth = hit.value.as_bool();
        match hit.pattern {
            0 | 1 => of_command(sink, &mut server, hit.key(2), hit.record()),
            2 if hit.value.as_str() == Some("ERROR") => failed(sink, &server, "certificate_info"),
            3 | 4 => server.told(&HOSTNAME, truth.map(|matches| !matches), ""),
            5 | 6 => server.told(&SHA1, truth, ""),
            7 | 8 => {
                let error = hit.value.as_str().unwrap_or_default();
                let of = (hit.index(0), hit.index(1));
                match &mut trust {
                    Some((server, certificate, trust)) if (*server, *certificate) == of => {
                        trust.accepted |= error.is_empty();
                    }
                    _ => {
                        answered.extend(rules(&[&UNTRUSTED]).into_iter().map(|rule| (of.0, rule)));
                        let next =
                            Trust { server, accepted: error.is_empty(), error: error.to_owned() };
                        if let Some((_, _, before)) = trust.replace((of.0, of.1, next)) {
                            return before.hand_on(sink, &mut passed);
                        }
                        return Ok(());
                    }
                }
            }
            _ => {}
        }
        let at = hit.index(0);
        answered.extend(server.answered().map(|rule| (at, rule.to_owned())));
        server.hand_on(sink, &mut passed)
    });
    let rules = all_rules();
    for (number, (host, port)) in servers.iter().enumerate() {
        let answered = |rule: &str| answered.contains(&(number, rule.to_owned()));
        Server::new(host, port, String::new()).unanswered(sink, &rules, &answered);
    }
    if let Some((_, _, last)) = trust {
        last.hand_on(sink, &mut passed)?;
    }
    sink.fact(Fact::Passed(passed));
    end.map(|_| ())
}

/// What the trust stores say of one certificate: it is untrusted when none accepts it.
struct Trust {
    server: Server,
    accepted: bool,
    error: String,
}

impl Trust {
    fn hand_on(mut self, sink: &mut dyn Sink, passed: &mut u64) -> Result<(), Stop> {
        self.server.told(&UNTRUSTED, Some(!self.accepted), &self.error);
        self.server.hand_on(sink, passed)
    }
}

fn failed(sink: &mut dyn Sink, server: &Server, command: &str) {
    let place = &server.base.place;
    sink.fact(Fact::Incomplete(format!("{place}: {command} failed")));
}

/// In version 5 a command has a status and a result, in version 3 it is the result.
fn of_command(sink: &mut dyn Sink, server: &mut Server, command: &str, record: Record<'_>) {
    if record.text("status") == "ERROR" {
        return failed(sink, server, command);
    }
    let result = match record.at("result") {
        Some(result) => result,
        None if record.has("status") => return,
        None => record,
    };
    let flag = |field: &str| result.has(field).then(|| result.flag(field));
    match command {
        "heartbleed" => server.told(&HEARTBLEED, flag("is_vulnerable_to_heartbleed"), ""),
        "openssl_ccs_injection" => server.told(&CCS, flag("is_vulnerable_to_ccs_injection"), ""),
        "tls_compression" => server.told(&COMPRESSION, flag("supports_compression"), ""),
        "robot" => {
            let robot = result.text("robot_result");
            let fails = (!robot.is_empty()).then(|| robot.starts_with("VULNERABLE"));
            server.told(&ROBOT, fails, robot);
        }
        "session_renegotiation" => {
            let secure = flag("supports_secure_renegotiation");
            server.told(&INSECURE, secure.map(|secure| !secure), "");
            let by_client = flag("is_vulnerable_to_client_renegotiation_dos")
                .or_else(|| flag("accepts_client_renegotiation"));
            server.told(&BY_CLIENT, by_client, "");
        }
        _ => {
            let protocol = PROTOCOLS.iter().find(|(key, ..)| *key == command);
            if let Some((key, _, name, outdated)) = protocol {
                let suites = result.items("accepted_cipher_suites");
                let names: Vec<&str> = suites.map(|s| s.text("cipher_suite.name")).collect();
                server.suites(key, name, *outdated, &names);
            }
        }
    }
}

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("SSLyze".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let (mut told, mut passed) = (false, 0);
    let mut of_xml = all_rules();
    // It does not tell which signatures a chain has.
    of_xml.retain(|rule| !rules(&[&SHA1]).contains(rule));
    let patterns = ["document/results/target", "document/invalidTargets/invalidTarget"];
    let end = xml::walk(source, &patterns, sink, &mut |sink, hit| {
        if !told {
            told = true;
            sink.fact(Fact::ToolVersion(hit.outer("document", "SSLyzeVersion").to_owned()));
        }
        if hit.pattern == 1 {
            let why = hit.element.attribute("error");
            sink.fact(Fact::Incomplete(format!("a target was not reached: {why}")));
            return Ok(());
        }
        let server = of_target(&hit.element, hit.place());
        server.target().into_iter().for_each(|target| sink.fact(Fact::Looked(target)));
        server.unanswered(sink, &of_xml, &|rule| server.answered().any(|known| known == rule));
        server.hand_on(sink, &mut passed)
    });
    sink.fact(Fact::Passed(passed));
    end
}

fn of_target(target: &Element, place: String) -> Server {
    let mut server = Server::new(target.attribute("host"), target.attribute("port"), place);
    let told = |path: &str, name: &str| {
        let value = target.at(path).map(|element| element.attribute(name))?;
        (!value.is_empty()).then(|| value == "True")
    };
    server.told(&HEARTBLEED, told("heartbleed/openSslHeartbleed", "isVulnerable"), "");
    server.told(&CCS, told("openssl_ccs/openSslCcsInjection", "isVulnerable"), "");
    let robot = target.at("robot/robotAttack").map(|attack| attack.attribute("resultEnum"));
    server.told(&ROBOT, robot.map(|r| r.starts_with("VULNERABLE")), robot.unwrap_or_default());
    server.told(&COMPRESSION, told("compression/compressionMethod", "isSupported"), "");
    let renegotiation = "reneg/sessionRenegotiation";
    server.told(&INSECURE, told(renegotiation, "isSecure").map(|secure| !secure), "");
    server.told(&BY_CLIENT, told(renegotiation, "canBeClientInitiated"), "");
    for (key, element, name, outdated) in PROTOCOLS {
        if let Some(result) = target.at(element) {
            let suites = result.all("acceptedCipherSuites/cipherSuite");
            let accepted: Vec<&str> = suites.map(|suite| suite.attribute("name")).collect();
            server.suites(key, name, *outdated, &accepted);
        }
    }
    let validation = "certinfo/certificateValidation";
    let matches =
        told(&format!("{validation}/hostnameValidation"), "certificateMatchesServerHostname");
    server.told(&HOSTNAME, matches.map(|matches| !matches), "");
    let paths = format!("{validation}/pathValidation");
    let results: Vec<&str> =
        target.all(&paths).map(|path| path.attribute("validationResult")).collect();
    let fails = (!results.is_empty()).then(|| results.iter().all(|result| *result != "ok"));
    server.told(&UNTRUSTED, fails, results.first().copied().unwrap_or_default());
    server
}
