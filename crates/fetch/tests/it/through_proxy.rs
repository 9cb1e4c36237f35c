//! Proxies: who is asked when one is configured.

use std::io::{Read, Write};
use std::net::TcpStream;

use fetch::{Cancel, Client, Config, ConfigError, Failure, Proxies};

use crate::server::{Server, answer};
use crate::{client_with, failure, get, limits};

fn through(proxy: &str, direct: &[&str]) -> Config {
    let proxies = Proxies {
        https: Some(proxy.to_owned()),
        http: Some(proxy.to_owned()),
        direct: direct.iter().map(|&entry| entry.to_owned()).collect(),
    };
    Config { proxies, ..Config::default() }
}

#[test]
fn the_proxy_is_asked_to_connect_with_its_credentials() {
    let proxy = Server::saying("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let config = through(&format!("http://user:pass@127.0.0.1:{}", proxy.port()), &[]);
    let client = client_with(&["https://feeds.example/"], limits(), config);
    let refused = failure(&client, "https://feeds.example/x");
    assert!(matches!(refused, Failure::Proxy(_)), "{refused:?}");
    let asked = proxy.asked();
    assert_eq!(
        (asked[0].method.as_str(), asked[0].target.as_str()),
        ("CONNECT", "feeds.example:443")
    );
    assert_eq!(asked[0].header("proxy-authorization"), Some("Basic dXNlcjpwYXNz"));
}

#[test]
fn a_body_comes_through_the_proxy() {
    let origin = Server::start(|_, stream| {
        stream.write_all(&answer("200 OK", "", b"hello")).expect("a client");
    });
    let proxy = Server::start(|asked, stream| {
        let mut onward = TcpStream::connect(&asked.target).expect("the origin");
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").expect("a client");
        let mut back = onward.try_clone().expect("a handle");
        let mut to_client = stream.try_clone().expect("a handle");
        std::thread::spawn(move || std::io::copy(&mut back, &mut to_client));
        let mut chunk = [0; 1024];
        while let Ok(count @ 1..) = stream.read(&mut chunk) {
            onward.write_all(&chunk[..count]).expect("the origin");
        }
    });
    let proxy_address = format!("http://127.0.0.1:{}", proxy.port());
    let client = client_with(&[&origin.at("/")], limits(), through(&proxy_address, &[]));
    assert_eq!(get(&client, &origin.at("/")).1, b"hello");
    assert_eq!(proxy.asked().len(), 1);
    // And directly where NO_PROXY says so.
    let client = client_with(&[&origin.at("/")], limits(), through(&proxy_address, &["127.0.0.1"]));
    assert_eq!(get(&client, &origin.at("/")).1, b"hello");
    assert_eq!((proxy.asked().len(), origin.asked().len()), (1, 2));
}

#[test]
fn configurations_that_cannot_work_are_refused_at_once() {
    let build = |config| Client::new(config, Cancel::default()).expect_err("refused");
    let error = build(through("socks5://user:secret@proxy:1", &[]));
    assert!(matches!(&error, ConfigError::Proxy(shown) if shown == "proxy:1"), "{error}");
    let pem = |bytes: &[u8]| Config { extra_ca_pem: Some(bytes.to_vec()), ..Config::default() };
    assert!(matches!(build(pem(b"")), ConfigError::NoCertificate));
    let broken = b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    assert!(matches!(build(pem(broken)), ConfigError::Pem(_)));
    let agent = Config { user_agent: "a\r\nb".to_owned(), ..Config::default() };
    assert!(matches!(build(agent), ConfigError::UserAgent(_)));
}
