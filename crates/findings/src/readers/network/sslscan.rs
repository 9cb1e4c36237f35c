//! What does sslscan say? Facts, as of SSLyze: `transport` reads them.

use super::transport::{
    COMPRESSION, EXPIRED, HEARTBLEED, INSECURE, PROTOCOLS, SELF_SIGNED, Server, protocol_rules,
    rules,
};
use crate::format::Format;
use crate::observation::Class;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::xml::{self, Element};

/// `--xml`.
pub const FORMAT: Format = Format {
    id: "sslscan",
    title: "sslscan XML",
    detects: |shape| shape.has("document/ssltest"),
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("sslscan".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let (mut told, mut passed) = (false, 0);
    let end = xml::walk(source, &["document/ssltest"], sink, &mut |sink, hit| {
        if !told {
            told = true;
            sink.fact(Fact::ToolVersion(hit.outer("document", "version").to_owned()));
        }
        let server = of_test(&hit.element, hit.place());
        server.target().into_iter().for_each(|target| sink.fact(Fact::Looked(target)));
        server.unanswered(sink, &all_rules(), &|rule| server.answered().any(|known| known == rule));
        server.hand_on(sink, &mut passed)
    });
    sink.fact(Fact::Passed(passed));
    end
}

fn all_rules() -> Vec<String> {
    let mut all = rules(&[&HEARTBLEED, &COMPRESSION, &INSECURE, &EXPIRED, &SELF_SIGNED]);
    all.extend(protocol_rules());
    all
}

fn of_test(test: &Element, place: String) -> Server {
    let mut server = Server::new(test.attribute("host"), test.attribute("port"), place);
    let any = |name: &'static str, attribute: &'static str| {
        let all: Vec<&Element> = test.all(name).collect();
        (!all.is_empty()).then(|| all.iter().any(|element| element.attribute(attribute) == "1"))
    };
    server.told(&HEARTBLEED, any("heartbleed", "vulnerable"), "");
    server.told(&COMPRESSION, any("compression", "supported"), "");
    let secure = any("renegotiation", "secure");
    let supported = any("renegotiation", "supported");
    server.told(&INSECURE, secure.zip(supported).map(|(secure, can)| can && !secure), "");
    // Without any suite none was asked for (`--no-ciphersuites`).
    let asked = test.all("cipher").next().is_some();
    for (key, _, name, outdated) in PROTOCOLS.iter().filter(|_| asked) {
        // «TLSv1.2» is «TLS 1.2», «SSLv3» is «SSL 3.0».
        let short = name.replace(' ', "v");
        let named = |version: &str| version == short || format!("{version}.0") == short;
        let accepted = test.all("cipher").filter(|cipher| {
            named(cipher.attribute("sslversion"))
                && matches!(cipher.attribute("status"), "accepted" | "preferred")
        });
        let suites: Vec<&str> = accepted.map(|cipher| cipher.attribute("cipher")).collect();
        server.suites(key, name, *outdated, &suites);
    }
    for certificate in test.all("certificate").chain(test.all("certificates/certificate")) {
        let told = |name: &str| match certificate.text_of(name) {
            "" => None,
            text => Some(text == "true"),
        };
        server.told(&EXPIRED, told("expired"), certificate.text_of("not-valid-after"));
        server.told(&SELF_SIGNED, told("self-signed"), "");
    }
    server
}
