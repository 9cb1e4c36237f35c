//! Which failures are tried again, how often, and after what.

use std::io::Write;
use std::time::Duration;

use fetch::{Failure, Fetched, Limits};

use crate::server::{Asked, CLOSE, Server, answer, hung_up};
use crate::{client, get, limits};

fn with_retries(retries: u32) -> Limits {
    Limits { retries, ..limits() }
}

/// A server that gives its answers one after the other, the last one forever, each on a connection
/// of its own: whether a client notices in time that a kept one was closed is a race.
fn in_turn(answers: Vec<Vec<u8>>) -> Server {
    Server::start(move |asked: &Asked, stream| {
        let bytes = answers.get(asked.number).or(answers.last()).expect("an answer");
        let text = String::from_utf8(bytes.clone()).expect("text");
        let _ = stream.write_all(text.replacen("\r\n", &format!("\r\n{CLOSE}"), 1).as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Both);
    })
}

#[test]
fn a_server_that_recovers_is_asked_again() {
    let server = in_turn(vec![
        answer("503 Service Unavailable", "Retry-After: 0\r\n", b"later"),
        answer("429 Too Many Requests", "", b""),
        b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nhel".to_vec(),
        answer("200 OK", "", b"hello"),
    ]);
    let (fetched, body) = get(&client(&[&server.at("/")], with_retries(4)), &server.at("/"));
    // The three bytes of the cut attempt are gone.
    assert_eq!(body, b"hello");
    assert!(matches!(fetched, Ok(Fetched::Body(received)) if received.attempts == 4));
}

#[test]
fn a_server_that_never_recovers_is_left_alone() {
    let server = in_turn(vec![answer("500 Internal Server Error", "", b"")]);
    let (fetched, _) = get(&client(&[&server.at("/")], with_retries(3)), &server.at("/"));
    let error = fetched.expect_err("a failure");
    assert_eq!((error.attempts, server.asked().len()), (4, 4));
    assert!(error.retry_helps());
    assert!(error.to_string().ends_with("/ (after 4 attempts)"), "{error}");
    assert!(matches!(error.failure, Failure::Status { status: 500, .. }));
}

#[test]
fn what_will_not_change_is_asked_once() {
    for status in [
        "400 Bad Request",
        "401 Unauthorized",
        "403 Forbidden",
        "404 Not Found",
        "410 Gone",
        "501 Not Implemented",
        "204 No Content",
        "206 Partial Content",
    ] {
        let server = in_turn(vec![answer(status, "", b"")]);
        let (fetched, _) = get(&client(&[&server.at("/")], with_retries(3)), &server.at("/"));
        let error = fetched.expect_err("a failure");
        assert_eq!((error.attempts, server.asked().len()), (1, 1), "{status}");
        assert!(!error.retry_helps(), "{status}");
    }
}

#[test]
fn not_modified_unasked_is_a_failure() {
    let server = in_turn(vec![b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec()]);
    let (fetched, _) = get(&client(&[&server.at("/")], with_retries(3)), &server.at("/"));
    assert!(matches!(fetched.expect_err("a failure").failure, Failure::Status { status: 304, .. }));
}

#[test]
fn a_wait_that_is_too_long_is_not_waited_but_told() {
    for after in [
        "Retry-After: 3600\r\n",
        "Date: Sat, 21 Nov 2026 10:00:00 GMT\r\nRetry-After: Sat, 21 Nov 2026 11:00:00 GMT\r\n",
    ] {
        let server = in_turn(vec![answer("429 Too Many Requests", after, b"")]);
        let (fetched, _) = get(&client(&[&server.at("/")], with_retries(3)), &server.at("/"));
        let error = fetched.expect_err("a failure");
        assert_eq!((error.attempts, server.asked().len()), (1, 1));
        let hour = Some(Duration::from_secs(3600));
        assert!(
            matches!(error.failure, Failure::Status { retry_after, .. } if retry_after == hour)
        );
        assert!(error.retry_helps());
    }
}

#[test]
fn retry_after_is_waited() {
    let server = in_turn(vec![
        answer("503 Service Unavailable", "Retry-After: 1\r\n", b""),
        answer("200 OK", "", b"hello"),
    ]);
    // A second would pass the total: so that the wait counts is seen without waiting it.
    let limits = Limits { total: Duration::from_millis(900), ..with_retries(3) };
    let (fetched, _) = get(&client(&[&server.at("/")], limits), &server.at("/"));
    assert_eq!(fetched.expect_err("no time left").attempts, 1);
}

#[test]
fn all_attempts_together_have_an_end() {
    let server = Server::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        assert!(hung_up(stream, Duration::from_secs(20)));
    });
    let limits = Limits {
        attempt: Duration::from_millis(60),
        total: Duration::from_millis(100),
        ..with_retries(1000)
    };
    let (fetched, _) = get(&client(&[&server.at("/")], limits), &server.at("/"));
    let error = fetched.expect_err("no end of body");
    assert!(matches!(error.failure, Failure::Timeout("the transfer")), "{error:?}");
    assert!((1..=3).contains(&error.attempts), "{error:?}");
}
