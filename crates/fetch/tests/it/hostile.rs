//! What bad servers do: every case ends in a named failure, soon, and in bounded memory.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::thread;
use std::time::Duration;

use fetch::{Cancel, Client, Config, Failure, Limits, Request};

use crate::server::{Server, answer, hung_up};
use crate::{address, client, failure, get, limits};

const LONG: Duration = Duration::from_secs(20);

fn refused(bytes: &str) -> Failure {
    let server = Server::saying(bytes);
    failure(&client(&[&server.at("/")], limits()), &server.at("/"))
}

#[test]
fn a_short_body_is_truncated() {
    let failure = refused("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    assert!(
        matches!(failure, Failure::Truncated { received: 9, declared: Some(100) }),
        "{failure:?}"
    );
    assert!(failure.retry_helps());
}

#[test]
fn chunks_that_stop_are_truncated() {
    for chunks in ["5\r\nhello\r\n", "5\r\nhe", "5", ""] {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let failure = refused(&format!("{head}{chunks}"));
        assert!(matches!(failure, Failure::Truncated { .. }), "{chunks:?}: {failure:?}");
    }
}

#[test]
fn a_long_body_is_a_surplus() {
    for connection in ["", "Connection: close\r\n"] {
        let failure =
            refused(&format!("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n{connection}\r\nmore than"));
        assert!(matches!(failure, Failure::Surplus { declared: 4 }), "{failure:?}");
        assert!(!failure.retry_helps());
    }
}

#[test]
fn a_body_under_another_coding_is_refused() {
    for coding in [
        "gzip, chunked",
        "chunked, gzip",
        "xchunked",
        "identity",
        "chunked\r\nTransfer-Encoding: chunked",
    ] {
        let failure =
            refused(&format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n"));
        assert!(matches!(failure, Failure::Encoded(_)), "{coding}: {failure:?}");
    }
    let failure = refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    assert!(matches!(failure, Failure::NoLength), "{failure:?}");
}

#[test]
fn a_body_without_an_end_mark_is_refused() {
    let failure = refused("HTTP/1.1 200 OK\r\n\r\nwho knows how much is missing");
    assert!(matches!(failure, Failure::NoLength), "{failure:?}");
}

#[test]
fn a_declared_size_over_the_limit_is_refused_before_the_body() {
    let server = Server::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n").expect("a client");
        assert!(hung_up(stream, LONG));
    });
    let failure = failure(&client(&[&server.at("/")], limits()), &server.at("/"));
    let expect = Failure::TooLarge { limit: 1 << 20, declared: Some((1 << 20) + 1) };
    assert_eq!(failure.to_string(), expect.to_string());
}

#[test]
fn the_limit_itself_passes() {
    let server = Server::saying(answer("200 OK", "", &vec![b'x'; 1 << 20]));
    let (fetched, body) = get(&client(&[&server.at("/")], limits()), &server.at("/"));
    assert!(fetched.is_ok());
    assert_eq!(body.len(), 1 << 20);
}

#[test]
fn an_endless_body_ends_at_the_limit() {
    let server = Server::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    });
    let (answer, body) = get(&client(&[&server.at("/")], limits()), &server.at("/"));
    let failure = answer.expect_err("a failure").failure;
    assert!(matches!(failure, Failure::TooLarge { declared: None, .. }), "{failure:?}");
    assert!(body.len() <= 1 << 20, "{}", body.len());
}

#[test]
fn a_stall_in_the_body_ends() {
    let server = Server::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").expect("a client");
        assert!(hung_up(stream, LONG));
    });
    let limits = Limits { stall: Duration::from_millis(30), ..limits() };
    let failure = failure(&client(&[&server.at("/")], limits), &server.at("/"));
    assert!(matches!(failure, Failure::Stalled(_)), "{failure:?}");
}

#[test]
fn a_server_that_never_answers_ends() {
    let server = Server::start(|_, stream| assert!(hung_up(stream, LONG)));
    let limits = Limits { response: Duration::from_millis(30), ..limits() };
    let failure = failure(&client(&[&server.at("/")], limits), &server.at("/"));
    assert!(matches!(failure, Failure::Timeout("the answer")), "{failure:?}");
}

/// One byte now and then, until the client has had enough.
fn drip(stream: &mut TcpStream, byte: &[u8]) {
    while stream.write_all(byte).is_ok() && !hung_up(stream, Duration::from_millis(2)) {}
}

#[test]
fn a_slow_drip_of_body_ends() {
    let server = Server::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n").expect("a client");
        drip(stream, b"x");
    });
    let limits = Limits { window: Duration::from_millis(40), window_bytes: 10_000, ..limits() };
    let failure = failure(&client(&[&server.at("/")], limits), &server.at("/"));
    assert!(matches!(failure, Failure::TooSlow { bytes: 1.., .. }), "{failure:?}");
}

#[test]
fn a_slow_drip_of_header_ends() {
    let server = Server::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").expect("a client");
        drip(stream, b"x");
    });
    let limits = Limits { response: Duration::from_millis(40), ..limits() };
    let failure = failure(&client(&[&server.at("/")], limits), &server.at("/"));
    assert!(matches!(failure, Failure::Timeout("the answer")), "{failure:?}");
}

#[test]
fn an_attempt_ends_although_bytes_keep_coming() {
    let server = Server::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n").expect("a client");
        drip(stream, b"x");
    });
    let limits = Limits { attempt: Duration::from_millis(60), ..limits() };
    let failure = failure(&client(&[&server.at("/")], limits), &server.at("/"));
    assert!(matches!(failure, Failure::Timeout("the transfer")), "{failure:?}");
}

#[test]
fn garbage_is_not_http() {
    for bytes in [
        "\0\u{1}\u{2}garbage\r\n\r\n",
        "SSH-2.0-OpenSSH_9.9\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello\r\n",
    ] {
        let failure = refused(bytes);
        assert!(
            matches!(failure, Failure::Protocol(_) | Failure::NoLength),
            "{bytes:?}: {failure:?}"
        );
    }
}

#[test]
fn a_huge_header_is_refused() {
    let failure = refused(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(100_000)));
    assert!(matches!(failure, Failure::HeaderTooLarge(16_384)), "{failure:?}");
    let many = "A: b\r\n".repeat(2_000);
    let failure = refused(&format!("HTTP/1.1 200 OK\r\n{many}\r\n"));
    assert!(matches!(failure, Failure::Protocol(_)), "{failure:?}");
}

#[test]
fn a_closed_or_refused_connection_is_named() {
    let server = Server::start(|_, stream| stream.shutdown(Shutdown::Both).expect("open"));
    let client_of = |at: &str| client(&[at], limits());
    let closed = failure(&client_of(&server.at("/")), &server.at("/"));
    assert!(matches!(closed, Failure::Connection(_)), "{closed:?}");
    let gone = server.at("/");
    drop(server);
    let refused = failure(&client_of(&gone), &gone);
    assert!(matches!(refused, Failure::Connection(_)), "{refused:?}");
    assert!(closed.retry_helps() && refused.retry_helps());
}

/// A server of one connection, for what is below HTTP. Answers with its http address.
fn raw(serve: impl FnOnce(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || serve(listener.accept().expect("a client").0));
    format!("http://127.0.0.1:{port}/")
}

#[test]
fn a_reset_is_named_and_worth_another_attempt() {
    let at = raw(|mut stream| {
        // Closing with bytes of the request unread makes the system send RST.
        stream.read_exact(&mut [0]).expect("a request");
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    });
    let failure = failure(&client(&[&at], limits()), &at);
    assert!(matches!(failure, Failure::Truncated { .. } | Failure::Connection(_)), "{failure:?}");
    assert!(failure.retry_helps());
}

#[test]
fn tls_is_not_spoken_with_a_plain_server() {
    let at = raw(|mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").expect("a client");
        assert!(hung_up(&mut stream, LONG));
    });
    let https = at.replace("http:", "https:");
    let failure = failure(&client(&[&https], limits()), &https);
    assert!(matches!(failure, Failure::Tls(_)), "{failure:?}");
}

#[test]
fn a_stall_in_the_tls_handshake_ends() {
    let at = raw(|mut stream| while !hung_up(&mut stream, LONG) {});
    let https = at.replace("http:", "https:");
    let limits = Limits { stall: Duration::from_millis(30), ..limits() };
    let failure = failure(&client(&[&https], limits), &https);
    assert!(matches!(failure, Failure::Stalled(_)), "{failure:?}");
}

#[test]
fn cancel_ends_a_wait_for_the_body() {
    let (told, tell) = std::sync::mpsc::channel();
    let server = Server::start(move |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").expect("a client");
        told.send(()).expect("a listener");
        assert!(hung_up(stream, LONG));
    });
    let cancel = Cancel::default();
    let config =
        Config { allow: vec![address(&server.at("/"))], limits: limits(), ..Config::default() };
    let client = Client::new(config, cancel.clone()).expect("a client");
    let canceller = thread::spawn(move || {
        tell.recv().expect("a request");
        cancel.set();
    });
    let cancelled = failure(&client, &server.at("/"));
    canceller.join().expect("an end");
    assert!(matches!(cancelled, Failure::Cancelled), "{cancelled:?}");
    // And nothing is asked any more.
    assert!(matches!(failure(&client, &server.at("/")), Failure::Cancelled));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn cancel_ends_the_wait_for_an_answer() {
    let (told, tell) = std::sync::mpsc::channel();
    let server = Server::start(move |_, stream| {
        told.send(()).expect("a listener");
        assert!(hung_up(stream, LONG));
    });
    let cancel = Cancel::default();
    let config =
        Config { allow: vec![address(&server.at("/"))], limits: limits(), ..Config::default() };
    let client = Client::new(config, cancel.clone()).expect("a client");
    let canceller = thread::spawn(move || {
        tell.recv().expect("a request");
        cancel.set();
    });
    assert!(matches!(failure(&client, &server.at("/")), Failure::Cancelled));
    canceller.join().expect("an end");
}

#[test]
fn a_full_disk_is_told_as_such() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    impl fetch::Sink for Full {
        fn restart(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let server = Server::saying(answer("200 OK", "", b"hello"));
    let client = client(&[&server.at("/")], Limits { retries: 3, ..limits() });
    let feed = address(&server.at("/"));
    let request = Request { address: &feed, limit: 100, held: None, accept_gzip: false };
    let error = client
        .get(&request, &mut Full, &mut |_| ControlFlow::Continue(()))
        .expect_err("a full disk");
    assert!(matches!(error.failure, Failure::Sink(_)), "{error:?}");
    assert_eq!(error.attempts, 1);
}
