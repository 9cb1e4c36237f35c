//! What does SSL Labs say? Each address of a name is an endpoint; the check is the server's, by name.
//!
//! Numbers as its documentation has them («SSL Labs API», versions 3 and 4): 2 and more vulnerable for the
//! attacks that are told as numbers, `renegSupport` bit 0 insecure, protocols by name and version. A test
//! that failed (-1), of which nothing is known (0) or that is not told proves nothing.

use super::transport::{
    CCS, DROWN, FREAK, HEARTBLEED, HOSTNAME, INSECURE, LOGJAM, LUCKY_MINUS_20, POODLE, POODLE_TLS,
    PROTOCOLS, ROBOT, Server, TICKETBLEED, UNTRUSTED, protocol_rules, rules,
};
use super::when::when;
use crate::format::Format;
use crate::observation::Class;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// The answer of the interface, or the list that `ssllabs-scan` writes.
pub const FORMAT: Format = Format {
    id: "ssl-labs",
    title: "SSL Labs JSON",
    detects: |shape| {
        shape.all(&["[].endpoints", "[].engineVersion", "[].criteriaVersion"])
            || shape.all(&["endpoints", "engineVersion", "criteriaVersion"])
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("SSL Labs".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let mut passed = 0;
    let end = json::walk(source, &["[]", ""], sink, &mut |sink, hit| {
        let hosts: Vec<Record<'_>> = hit.record().items("").collect();
        for host in hosts {
            sink.fact(Fact::ToolVersion(host.text("engineVersion").to_owned()));
            let told = &host.string("testTime");
            looked_at(sink, told, when(told));
            for (number, endpoint) in host.items("endpoints").enumerate() {
                let place = format!("{}.endpoints[{number}]", hit.place());
                of_endpoint(sink, host, endpoint, place, &mut passed)?;
            }
        }
        Ok(())
    });
    sink.fact(Fact::Passed(passed));
    end.map(|_| ())
}

fn of_endpoint(
    sink: &mut dyn Sink,
    host: Record<'_>,
    endpoint: Record<'_>,
    place: String,
    passed: &mut u64,
) -> Result<(), Stop> {
    let status = endpoint.text("statusMessage");
    let Some(details) = endpoint.at("details") else {
        sink.fact(Fact::Incomplete(format!("{place}: {status}")));
        return Ok(());
    };
    let mut server = Server::new(host.text("host"), &host.string("port"), place);
    server.target().into_iter().for_each(|target| sink.fact(Fact::Looked(target)));
    let flag = |name: &str| details.has(name).then(|| details.flag(name));
    // -1 test failed, 0 unknown, 1 not vulnerable, 2 and more vulnerable.
    let number = |name: &str| {
        details.float(name).filter(|number| *number >= 1.0).map(|number| number >= 2.0)
    };
    let address = endpoint.text("ipAddress");
    server.told(&HEARTBLEED, flag("heartbleed"), address);
    server.told(&CCS, number("openSslCcs"), address);
    server.told(&LUCKY_MINUS_20, number("openSSLLuckyMinus20"), address);
    server.told(&TICKETBLEED, number("ticketbleed"), address);
    server.told(&ROBOT, number("bleichenbacher"), address);
    server.told(&POODLE, flag("poodle"), address);
    server.told(&POODLE_TLS, number("poodleTls"), address);
    server.told(&FREAK, flag("freak"), address);
    server.told(&LOGJAM, flag("logjam"), address);
    server.told(&DROWN, flag("drownVulnerable"), address);
    let insecure = details.has("renegSupport").then(|| details.whole("renegSupport") & 1 == 1);
    server.told(&INSECURE, insecure, address);
    let grade = endpoint.text("grade");
    // T is a certificate that is not trusted, M one for another name.
    let graded = |letter: &str| (!grade.is_empty()).then_some(grade == letter);
    server.told(&UNTRUSTED, graded("T"), address);
    server.told(&HOSTNAME, graded("M"), address);
    for (key, _, name, outdated) in PROTOCOLS {
        let offered = details.items("protocols").find(|protocol| {
            *name == format!("{} {}", protocol.text("name"), protocol.text("version"))
        });
        let Some(offered) = offered else { continue };
        let of_protocol = details
            .items("suites")
            .filter(|suites| suites.whole("protocol") == offered.whole("id"));
        let lists = of_protocol.flat_map(|suites| suites.items("list"));
        let mut names: Vec<&str> = lists.map(|suite| suite.text("name")).collect();
        if names.is_empty() {
            names.push(name);
        }
        server.suites(key, name, *outdated, &names);
    }
    let mut asked = rules(&[
        &HEARTBLEED,
        &CCS,
        &LUCKY_MINUS_20,
        &TICKETBLEED,
        &ROBOT,
        &POODLE,
        &POODLE_TLS,
        &FREAK,
        &LOGJAM,
        &DROWN,
        &INSECURE,
        &UNTRUSTED,
        &HOSTNAME,
    ]);
    // Where the versions are listed, one that is not in the list is not offered.
    if !details.has("protocols") {
        asked.extend(protocol_rules());
    }
    server.unanswered(sink, &asked, &|rule| server.answered().any(|known| known == rule));
    server.hand_on(sink, passed)
}
