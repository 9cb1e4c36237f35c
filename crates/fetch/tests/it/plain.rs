//! What a good server gives: bodies as served, conditional requests, sizes, kept connections.

use std::io::Write;
use std::ops::ControlFlow;

use fetch::{Fetched, Received, Request, Validators};

use crate::server::{CLOSE, Server, answer};
use crate::{address, client, get, limits};

#[test]
fn a_body_comes_as_it_is_with_its_validators() {
    let headers = "ETag: \"v1\"\r\nLast-Modified: Sat, 21 Nov 2026 10:00:00 GMT\r\n";
    let server = Server::saying(answer("200 OK", headers, b"hello"));
    let client = client(&[&server.at("/")], limits());
    let (fetched, body) = get(&client, &server.at("/feed?token=1"));
    assert_eq!(body, b"hello");
    let validators = Validators {
        etag: Some("\"v1\"".to_owned()),
        last_modified: Some("Sat, 21 Nov 2026 10:00:00 GMT".to_owned()),
    };
    let expect = Fetched::Body(Received { bytes: 5, validators, attempts: 1 });
    assert_eq!(fetched.expect("a body"), expect);
    let asked = server.asked();
    assert_eq!(asked[0].target, "/feed?token=1");
    assert_eq!(asked[0].header("accept-encoding"), Some("identity"));
    assert_eq!(asked[0].header("user-agent"), Some(concat!("gabion/", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn chunks_are_put_together() {
    let server = Server::saying(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
    );
    let client = client(&[&server.at("/")], limits());
    assert_eq!(get(&client, &server.at("/")).1, b"hello");
}

#[test]
fn what_is_held_is_not_sent_again() {
    let server = Server::start(|asked, stream| {
        let same = asked.header("if-none-match") == Some("\"v1\"")
            && asked.header("if-modified-since") == Some("Sat, 21 Nov 2026 10:00:00 GMT");
        let bytes = match same {
            true => b"HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n".to_vec(),
            false => answer("200 OK", "", b"new"),
        };
        stream.write_all(&bytes).expect("a client");
    });
    let client = client(&[&server.at("/")], limits());
    let feed = address(&server.at("/feed"));
    let held = Validators {
        etag: Some("\"v1\"".to_owned()),
        last_modified: Some("Sat, 21 Nov 2026 10:00:00 GMT".to_owned()),
    };
    let mut body = Vec::new();
    let mut request = Request { address: &feed, limit: 100, held: Some(&held), accept_gzip: false };
    let mut progress = |_| ControlFlow::Continue(());
    let fetched = client.get(&request, &mut body, &mut progress).expect("an answer");
    assert_eq!(fetched, Fetched::NotModified);
    assert!(body.is_empty());
    let other = Validators { etag: Some("\"v0\"".to_owned()), ..held.clone() };
    request.held = Some(&other);
    client.get(&request, &mut body, &mut progress).expect("an answer");
    assert_eq!(body, b"new");
}

#[test]
fn a_size_comes_without_the_body() {
    let server = Server::start(|asked, stream| {
        assert_eq!(asked.method, "HEAD");
        let head = match asked.target.as_str() {
            "/known" => "HTTP/1.1 200 OK\r\nContent-Length: 210000000\r\n\r\n",
            _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        };
        stream.write_all(head.as_bytes()).expect("a client");
    });
    let client = client(&[&server.at("/")], limits());
    let size = |path| client.size(&address(&server.at(path))).expect("an answer");
    assert_eq!(size("/known"), Some(210_000_000));
    assert_eq!(size("/unknown"), None);
}

#[test]
fn connections_are_kept_between_requests() {
    let server = Server::start(|_, stream| {
        stream.write_all(&answer("200 OK", "", b"again")).expect("a client");
    });
    let client = client(&[&server.at("/")], limits());
    for _ in 0..5 {
        assert_eq!(get(&client, &server.at("/")).1, b"again");
    }
    assert_eq!((server.asked().len(), server.connections()), (5, 1));
}

#[test]
fn progress_counts_up_and_can_end_it() {
    let body = vec![b'x'; 300_000];
    let server = Server::saying(answer("200 OK", CLOSE, &body));
    let client = client(&[&server.at("/")], limits());
    let feed = address(&server.at("/"));
    let request = Request { address: &feed, limit: 1 << 20, held: None, accept_gzip: false };
    let mut seen = Vec::new();
    let fetched = client.get(&request, &mut Vec::new(), &mut |progress| {
        seen.push(progress.received);
        assert_eq!((progress.total, progress.attempt), (Some(300_000), 1));
        ControlFlow::Continue(())
    });
    assert!(fetched.is_ok());
    assert!(seen.is_sorted() && seen.last() == Some(&300_000), "{seen:?}");
    let ended = client.get(&request, &mut Vec::new(), &mut |_| ControlFlow::Break(()));
    assert!(matches!(ended.expect_err("ended").failure, fetch::Failure::Cancelled));
}

#[test]
fn gzip_files_stay_gzip_and_other_encodings_are_refused() {
    let labelled =
        answer("200 OK", "Content-Encoding: gzip\r\nConnection: close\r\n", &[0x1f, 0x8b, 1, 2]);
    let server = Server::saying(labelled);
    let client = client(&[&server.at("/")], limits());
    let feed = address(&server.at("/"));
    let mut body = Vec::new();
    let mut request = Request { address: &feed, limit: 100, held: None, accept_gzip: true };
    let mut progress = |_| ControlFlow::Continue(());
    client.get(&request, &mut body, &mut progress).expect("a body");
    assert_eq!(body, [0x1f, 0x8b, 1, 2]);
    request.accept_gzip = false;
    let error = client.get(&request, &mut body, &mut progress).expect_err("an encoding");
    assert!(matches!(error.failure, fetch::Failure::Encoded(name) if name == "gzip"));
}
