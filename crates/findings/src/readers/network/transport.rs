//! What does a server's TLS do that it should not? For the tools that tell facts and rate nothing.
//!
//! In: facts of one server as a tool tells them. Out: observations by the rules that everybody shares: old
//! protocols (RFC 8996, RFC 7568, RFC 6176), cipher suites that must or should not be negotiated (RFC 9325,
//! section 4.1), the named attacks, and certificates that nobody accepts; and a count of what is as it
//! should be.

use vocab::Severity;

use super::claim::{self, cover, hand_on};
use crate::coverage::Target;
use crate::observation::{Class, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};

/// One check: its name, what it means, how bad it is, what it is called in public.
pub struct Check {
    rule: &'static str,
    title: &'static str,
    severity: Severity,
    id: &'static str,
}

const fn check(
    rule: &'static str,
    title: &'static str,
    severity: Severity,
    id: &'static str,
) -> Check {
    Check { rule, title, severity, id }
}

/// Memory is given away.
pub const HEARTBLEED: Check = check("heartbleed", "Heartbleed", Severity::High, "CVE-2014-0160");
/// Keys are changed too early.
pub const CCS: Check =
    check("openssl_ccs_injection", "OpenSSL CCS injection", Severity::High, "CVE-2014-0224");
/// A padding oracle of RSA.
pub const ROBOT: Check = check("robot", "ROBOT: a padding oracle of RSA", Severity::Medium, "");
/// What is compressed can be guessed.
pub const COMPRESSION: Check =
    check("tls_compression", "TLS compression (CRIME)", Severity::Low, "CVE-2012-4929");
/// Renegotiation that is not bound to what was before.
pub const INSECURE: Check = check(
    "session_renegotiation.insecure",
    "Insecure renegotiation",
    Severity::Medium,
    "CVE-2009-3555",
);
/// Renegotiation that a client can ask for again and again.
pub const BY_CLIENT: Check = check(
    "session_renegotiation.by_client",
    "Renegotiation by the client",
    Severity::Medium,
    "CVE-2011-1473",
);
/// Another name.
pub const HOSTNAME: Check =
    check("certificate_info.hostname", "The certificate is for another name", Severity::Medium, "");
/// No trust.
pub const UNTRUSTED: Check = check(
    "certificate_info.untrusted",
    "No trust store accepts the certificate",
    Severity::Medium,
    "",
);
/// A weak signature.
pub const SHA1: Check = check(
    "certificate_info.sha1",
    "The certificate's chain is signed with SHA-1",
    Severity::Medium,
    "",
);
/// The named attacks that SSL Labs asks for.
pub const POODLE: Check = check("poodle", "POODLE", Severity::Medium, "CVE-2014-3566");
/// In TLS with a padding that is not checked.
pub const POODLE_TLS: Check =
    check("poodle_tls", "POODLE against TLS", Severity::Medium, "CVE-2014-8730");
/// Export keys of RSA.
pub const FREAK: Check = check("freak", "FREAK", Severity::Medium, "CVE-2015-0204");
/// Export keys of Diffie-Hellman.
pub const LOGJAM: Check = check("logjam", "Logjam", Severity::Medium, "CVE-2015-4000");
/// A key that is also used with SSL 2.0.
pub const DROWN: Check = check("drown", "DROWN", Severity::Medium, "CVE-2016-0800");
/// Memory in session tickets.
pub const TICKETBLEED: Check = check("ticketbleed", "Ticketbleed", Severity::High, "CVE-2016-9244");
/// A padding oracle in OpenSSL.
pub const LUCKY_MINUS_20: Check =
    check("openssl_lucky_minus_20", "OpenSSL padding oracle", Severity::Medium, "CVE-2016-2107");
/// A date that has passed.
pub const EXPIRED: Check =
    check("certificate_info.expired", "The certificate has expired", Severity::Medium, "");
/// Signed with its own key.
pub const SELF_SIGNED: Check = check(
    "certificate_info.self_signed",
    "The certificate is signed with its own key",
    Severity::Medium,
    "",
);
/// The key in JSON, the element in XML, and the check that the protocol itself fails; the last two are current.
pub const PROTOCOLS: &[(&str, &str, &str, Option<Severity>)] = &[
    ("ssl_2_0_cipher_suites", "sslv2", "SSL 2.0", Some(Severity::High)),
    ("ssl_3_0_cipher_suites", "sslv3", "SSL 3.0", Some(Severity::High)),
    ("tls_1_0_cipher_suites", "tlsv1", "TLS 1.0", Some(Severity::Medium)),
    ("tls_1_1_cipher_suites", "tlsv1_1", "TLS 1.1", Some(Severity::Medium)),
    ("tls_1_2_cipher_suites", "tlsv1_2", "TLS 1.2", None),
    ("tls_1_3_cipher_suites", "tlsv1_3", "TLS 1.3", None),
];

/// What stands behind the key of a current version of the protocol: weak suites, and keys that last.
const WEAK: &str = ".weak";
const FIXED: &str = ".no_forward_secrecy";

/// What is collected of one server.
pub struct Server {
    /// What all observations of it share.
    pub base: Observation,
    found: Vec<Observation>,
    passed: Vec<String>,
}

impl Server {
    /// A server at an address.
    pub fn new(host: &str, port: &str, place: String) -> Self {
        let endpoint = claim::service(host, port, "tcp", "");
        let base = Observation { class: Class::Host, endpoint, place, ..Observation::default() };
        Self { base, found: Vec::new(), passed: Vec::new() }
    }

    /// `fails` is `None` when the server was not asked.
    pub fn told(&mut self, check: &Check, fails: Option<bool>, detail: &str) {
        match fails {
            None => {}
            Some(false) => self.passed.push(check.rule.to_owned()),
            Some(true) => {
                let mut found = Observation {
                    rule: check.rule.to_owned(),
                    title: check.title.to_owned(),
                    severity: check.severity,
                    description: detail.to_owned(),
                    ..self.base.clone()
                };
                cover(&mut found, words::cves(check.id));
                self.found.push(found);
            }
        }
    }

    /// The suites that a server accepts with one version of the protocol.
    pub fn suites(&mut self, key: &str, name: &str, outdated: Option<Severity>, accepted: &[&str]) {
        let mut push = |kind: &str, title: String, severity, suites: &[&str]| {
            if suites.is_empty() {
                self.passed.push(format!("{key}{kind}"));
                return;
            }
            self.found.push(Observation {
                rule: format!("{key}{kind}"),
                title,
                severity,
                description: suites.join("\n"),
                ..self.base.clone()
            });
        };
        if let Some(severity) = outdated {
            push("", format!("{name} is offered"), severity, accepted);
            return;
        }
        let weak: Vec<&str> = accepted.iter().copied().filter(|suite| is_weak(suite)).collect();
        push(WEAK, format!("{name} with weak cipher suites"), Severity::Medium, &weak);
        let fixed: Vec<&str> = accepted
            .iter()
            .copied()
            .filter(|s| !is_weak(s) && without_forward_secrecy(s))
            .collect();
        let title = format!("{name} without forward secrecy");
        push(FIXED, title, Severity::Low, &fixed);
    }

    /// The rules that it gave an answer to.
    pub fn answered(&self) -> impl Iterator<Item = &str> {
        self.found
            .iter()
            .map(|found| found.rule.as_str())
            .chain(self.passed.iter().map(String::as_str))
    }

    /// Tells which of these checks gave no answer: not asked for, failed, unknown.
    pub fn unanswered(
        &self,
        sink: &mut dyn Sink,
        checks: &[String],
        answered: &dyn Fn(&str) -> bool,
    ) {
        let Some(target) = self.target() else { return };
        for rule in checks.iter().filter(|rule| !answered(rule)) {
            sink.fact(Fact::NotRunAt(rule.clone(), target.clone()));
        }
    }

    /// The service, as its claims spell it.
    pub fn target(&self) -> Option<Target> {
        let at = self.base.endpoint.as_ref().filter(|at| !at.host.is_empty())?;
        Some(Target::port(&at.host, at.port, &at.protocol))
    }

    /// Hands on what was found, and tells and adds what was not.
    pub fn hand_on(self, sink: &mut dyn Sink, passed: &mut u64) -> Result<(), Stop> {
        *passed += self.passed.len() as u64;
        if let Some(target) = self.target() {
            for rule in self.passed {
                sink.fact(Fact::PassedAt(rule, target.clone()));
            }
        }
        self.found.into_iter().try_for_each(|found| hand_on(sink, found))
    }
}

/// The rules of these checks.
pub fn rules(checks: &[&Check]) -> Vec<String> {
    checks.iter().map(|check| check.rule.to_owned()).collect()
}

/// The rules of all versions of the protocol.
pub fn protocol_rules() -> impl Iterator<Item = String> {
    PROTOCOLS.iter().flat_map(|(key, _, _, outdated)| {
        let kinds: &[&str] = if outdated.is_some() { &[""] } else { &[WEAK, FIXED] };
        kinds.iter().map(move |kind| format!("{key}{kind}"))
    })
}

/// Suites that must not be negotiated: without encryption or authentication, RC4, less than 112 bits, and
/// those with blocks of 64 bits (SWEET32). Names are those of IANA or of OpenSSL.
fn is_weak(suite: &str) -> bool {
    let registered =
        ["_NULL", "_anon_", "_EXPORT", "_RC4", "_RC2", "_DES_", "_DES40", "_3DES", "_IDEA"];
    let openssl = ["NULL-", "ADH-", "AECDH-", "EXP-", "RC4-", "RC2-", "DES-CBC", "IDEA-"];
    registered.iter().chain(&openssl).any(|part| suite.contains(part))
}

/// The key travels under the server's own: what is recorded today can be read once that is known.
fn without_forward_secrecy(suite: &str) -> bool {
    suite.starts_with("TLS_RSA_")
        || ["AES", "CAMELLIA", "SEED", "ARIA"].iter().any(|cipher| suite.starts_with(cipher))
}
