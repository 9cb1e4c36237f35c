//! Which addresses are asked, where redirects may lead, and what messages show.

use std::io::Write;

use fetch::{Address, AddressError, Failure, Limits};

use crate::server::{Server, answer};
use crate::{address, client, failure, get, limits};

/// A server that redirects `/to?WHERE` to `WHERE` and says hello elsewhere.
fn redirecting() -> Server {
    Server::start(|asked, stream| {
        let bytes = match asked.target.split_once("/to?") {
            Some((_, place)) => answer("302 Found", &format!("Location: {place}\r\n"), b"moved"),
            None if asked.target == "/nowhere" => answer("302 Found", "", b""),
            None => answer("200 OK", "", format!("hello from {}", asked.target).as_bytes()),
        };
        let _ = stream.write_all(&bytes);
    })
}

#[test]
fn only_https_and_this_machine() {
    for (text, expect) in [
        ("https://example.com/x", Ok("https://example.com/x")),
        ("http://127.0.0.1:8080/x", Ok("http://127.0.0.1:8080/x")),
        ("http://[::1]:80/", Ok("http://[::1]:80/")),
        ("http://localhost/", Ok("http://localhost/")),
        ("http://example.com/", Err(AddressError::PlainHttp)),
        ("http://127.0.0.1.example.com/", Err(AddressError::PlainHttp)),
        ("http://localhost@example.com/", Err(AddressError::PlainHttp)),
        ("http://10.0.0.1/", Err(AddressError::PlainHttp)),
        ("ftp://example.com/", Err(AddressError::Scheme)),
        ("file:///etc/passwd", Err(AddressError::NotAnAddress)),
        ("example.com", Err(AddressError::Scheme)),
        ("", Err(AddressError::NotAnAddress)),
        ("https://", Err(AddressError::NotAnAddress)),
        ("https://exa mple.com/", Err(AddressError::NotAnAddress)),
        ("https://example.com/\r\nX: y", Err(AddressError::NotAnAddress)),
    ] {
        let shown = Address::parse(text).map(|address| address.to_string());
        assert_eq!(shown, expect.map(str::to_owned), "{text:?}");
    }
    let long = format!("https://example.com/{}", "x".repeat(5000));
    assert_eq!(Address::parse(&long), Err(AddressError::TooLong));
}

#[test]
fn credentials_and_queries_are_not_shown() {
    let address = address("https://user:secret@example.com/feed?token=secret#secret");
    assert_eq!(address.to_string(), "https://example.com/feed?…");
    assert_eq!(format!("{address:?}"), "Address(https://example.com/feed?…)");
    let error = crate::get(&client(&[], limits()), "https://u:secret@example.com/?secret").0;
    let error = anyhow_chain(&error.expect_err("not allowed"));
    assert_eq!(
        error,
        "https://example.com/?…: the host example.com is not among the configured addresses"
    );
}

fn anyhow_chain(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(|cause| format!(": {}", anyhow_chain(cause)));
    format!("{error}{}", cause.unwrap_or_default())
}

#[test]
fn segments_are_encoded() {
    let bucket = address("https://example.com/bucket/?key=1");
    let joined = bucket.join(&["Red Hat", "a/../b?#%.json"]).expect("an address");
    assert_eq!(
        joined,
        address("https://example.com/bucket/Red%20Hat/a%2F..%2Fb%3F%23%25.json?key=1")
    );
}

#[test]
fn configured_credentials_are_sent_and_do_not_follow_a_redirect() {
    let server = redirecting();
    let with = server.at("/to?/there").replace("http://", "http://user:pass@");
    let (fetched, body) = get(&client(&[&server.at("/")], limits()), &with);
    assert!(fetched.is_ok());
    assert_eq!(body, b"hello from /there");
    let sent: Vec<bool> =
        server.asked().iter().map(|asked| asked.header("authorization").is_some()).collect();
    assert_eq!(sent, [true, false]);
}

#[test]
fn redirects_on_the_same_host_are_followed() {
    let server = redirecting();
    let client = client(&[&server.at("/")], limits());
    for (place, expect) in [
        ("/b", "/b"),
        ("b", "/b"),
        (&*server.at("/c?x=1"), "/c?x=1"),
        (server.at("/d").trim_start_matches("http:"), "/d"),
        ("/f#part", "/f"),
    ] {
        let (fetched, body) = get(&client, &server.at(&format!("/to?{place}")));
        assert!(fetched.is_ok(), "{place}: {fetched:?}");
        assert_eq!(String::from_utf8_lossy(&body), format!("hello from {expect}"));
    }
}

#[test]
fn redirects_elsewhere_are_refused_before_anything_is_sent() {
    let elsewhere = redirecting();
    let server = redirecting();
    let asking = |allow: &[&str], place: &str| {
        failure(&client(allow, limits()), &server.at(&format!("/to?{place}")))
    };
    let here = server.at("/");
    let refused = asking(&[&here], &elsewhere.at("/x"));
    assert!(matches!(refused, Failure::RedirectElsewhere(_)), "{refused:?}");
    assert!(elsewhere.asked().is_empty());
    // The same, allowed.
    let client = client(&[&here, &elsewhere.at("/")], limits());
    assert!(get(&client, &server.at(&format!("/to?{}", elsewhere.at("/x")))).0.is_ok());
    for place in [
        "http://example.com/",
        "ftp://127.0.0.1/",
        "gopher:x",
        "https://",
        "http://user:pass@127.0.0.1/",
    ] {
        let refused = asking(&[&here, "https://example.com/"], place);
        assert!(matches!(refused, Failure::RedirectRefused(_)), "{place}: {refused:?}");
    }
    let refused = failure(&client_of(&server), &server.at("/nowhere"));
    assert!(matches!(refused, Failure::RedirectNowhere), "{refused:?}");
}

fn client_of(server: &Server) -> fetch::Client {
    client(&[&server.at("/")], limits())
}

#[test]
fn a_loop_of_redirects_ends() {
    let server =
        Server::saying(answer("301 Moved", "Connection: close\r\nLocation: /again\r\n", b""));
    let limits = Limits { retries: 3, ..limits() };
    let failure = failure(&client(&[&server.at("/")], limits), &server.at("/"));
    assert!(matches!(failure, Failure::TooManyRedirects(5)), "{failure:?}");
    assert_eq!(server.asked().len(), 6);
}
