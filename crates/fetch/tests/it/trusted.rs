//! TLS with a real server: whom is trusted, and do the layers under and over TLS hold there too?

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use fetch::{AddressError, Cancel, Client, Config, Failure, Limits};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::server::{answer, hung_up};
use crate::{address, client, client_with, failure, get, limits};

const LONG: Duration = Duration::from_secs(20);

type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A server with a certificate for `localhost`, answering each request by `handler`.
struct Secure {
    port: u16,
    connections: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
}

impl Secure {
    fn start(handler: impl Fn(&mut Stream) + Send + Sync + 'static) -> Self {
        let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem"))
            .expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a configuration");
        let (config, handler) = (Arc::new(config), Arc::new(handler));
        // `localhost` may be either; both are tried by the client.
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Self { port, connections: Arc::default(), asked: Arc::default() };
        let (connections, asked) = (server.connections.clone(), server.asked.clone());
        thread::spawn(move || {
            for socket in listener.incoming() {
                connections.fetch_add(1, Ordering::SeqCst);
                let session = ServerConnection::new(config.clone()).expect("a session");
                let mut stream = StreamOwned::new(session, socket.expect("a connection"));
                let (asked, handler) = (asked.clone(), handler.clone());
                thread::spawn(move || {
                    while read_head(&mut stream) {
                        asked.fetch_add(1, Ordering::SeqCst);
                        handler(&mut stream);
                    }
                });
            }
        });
        server
    }

    fn at(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    fn client(&self, limits: Limits) -> Client {
        client_with(&[&self.at("/")], limits, trusting())
    }
}

fn trusting() -> Config {
    Config { extra_ca_pem: Some(include_bytes!("tls/ca.pem").to_vec()), ..Config::default() }
}

fn read_head(stream: &mut Stream) -> bool {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return false,
        }
    }
    true
}

fn say(stream: &mut Stream, bytes: &[u8]) {
    // The client may be gone already: it hangs up on what it refuses.
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
}

#[test]
fn an_extra_authority_is_trusted_and_connections_are_kept() {
    let server = Secure::start(|stream| say(stream, &answer("200 OK", "", b"hello")));
    let client = server.client(limits());
    for _ in 0..3 {
        let (fetched, body) = get(&client, &server.at("/"));
        assert!(fetched.is_ok(), "{fetched:?}");
        assert_eq!(body, b"hello");
    }
    assert_eq!(
        (server.connections.load(Ordering::SeqCst), server.asked.load(Ordering::SeqCst)),
        (1, 3)
    );
}

#[test]
fn an_unknown_authority_is_not_trusted() {
    let server = Secure::start(|stream| say(stream, &answer("200 OK", "", b"hello")));
    let refused = failure(&client(&[&server.at("/")], limits()), &server.at("/"));
    assert!(matches!(refused, Failure::Tls(_)), "{refused:?}");
    assert!(!refused.retry_helps());
    assert_eq!(server.asked.load(Ordering::SeqCst), 0);
}

#[test]
fn a_certificate_for_another_name_is_not_trusted() {
    let server = Secure::start(|stream| say(stream, &answer("200 OK", "", b"hello")));
    let other = server.at("/").replace("localhost", "127.0.0.1");
    let refused = failure(&client_with(&[&other], limits(), trusting()), &other);
    assert!(matches!(refused, Failure::Tls(_)), "{refused:?}");
    assert_eq!(server.asked.load(Ordering::SeqCst), 0);
}

#[test]
fn a_pause_longer_than_a_slice_does_not_hurt() {
    let server = Secure::start(|stream| {
        say(stream, b"HTTP/1.1 200 OK\r\nContent-");
        // Longer than the slices in which the client waits.
        assert!(!hung_up(&mut stream.sock, Duration::from_millis(130)));
        stream.sock.set_read_timeout(None).expect("a timeout");
        say(stream, b"Length: 9\r\n\r\nhalf");
        assert!(!hung_up(&mut stream.sock, Duration::from_millis(130)));
        stream.sock.set_read_timeout(None).expect("a timeout");
        say(stream, b" full");
    });
    let (fetched, body) = get(&server.client(limits()), &server.at("/"));
    assert!(fetched.is_ok(), "{fetched:?}");
    assert_eq!(body, b"half full");
}

#[test]
fn stalls_cuts_and_lies_are_seen_through_tls() {
    let stalling = Secure::start(|stream| {
        say(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        while !hung_up(&mut stream.sock, LONG) {}
    });
    let brief = Limits { stall: Duration::from_millis(80), ..limits() };
    let stalled = failure(&stalling.client(brief), &stalling.at("/"));
    assert!(matches!(stalled, Failure::Stalled(_)), "{stalled:?}");
    let cutting = Secure::start(|stream| {
        say(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        // No close_notify: as when a line is cut.
        stream.sock.shutdown(std::net::Shutdown::Both).expect("open");
    });
    let cut = failure(&cutting.client(limits()), &cutting.at("/"));
    assert!(matches!(cut, Failure::Truncated { received: 4, .. }), "{cut:?}");
    let lying = Secure::start(|stream| {
        say(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmore than")
    });
    let lie = failure(&lying.client(limits()), &lying.at("/"));
    assert!(matches!(lie, Failure::Surplus { declared: 4 }), "{lie:?}");
}

#[test]
fn https_never_leads_to_http() {
    let server = Secure::start(|stream| {
        say(stream, &answer("302 Found", "Location: http://127.0.0.1:9/\r\n", b""))
    });
    let client = client_with(&[&server.at("/"), "http://127.0.0.1:9/"], limits(), trusting());
    let refused = failure(&client, &server.at("/"));
    assert!(matches!(refused, Failure::RedirectRefused(AddressError::PlainHttp)), "{refused:?}");
}

#[test]
fn cancel_is_noticed_through_tls() {
    let (told, tell) = mpsc::channel();
    let server = Secure::start(move |stream| {
        told.send(()).expect("a listener");
        while !hung_up(&mut stream.sock, LONG) {}
    });
    let cancel = Cancel::default();
    let config = Config { allow: vec![address(&server.at("/"))], limits: limits(), ..trusting() };
    let client = Client::new(config, cancel.clone()).expect("a client");
    let canceller = thread::spawn(move || {
        tell.recv().expect("a request");
        cancel.set();
    });
    let cancelled = failure(&client, &server.at("/"));
    canceller.join().expect("an end");
    assert!(matches!(cancelled, Failure::Cancelled), "{cancelled:?}");
}
