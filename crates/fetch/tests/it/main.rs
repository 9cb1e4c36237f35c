//! Integration tests of `fetch`, one binary: the client against a real server on this machine that
//! behaves as badly as servers do.
#![expect(clippy::expect_used, reason = "the helpers of tests may fail a test, as the tests may")]

mod addresses;
mod hostile;
mod plain;
mod retries;
mod server;
mod through_proxy;
mod trusted;

use std::ops::ControlFlow;
use std::time::Duration;

use fetch::{Address, Cancel, Client, Config, Error, Failure, Fetched, Limits, Request};

/// Limits in milliseconds, so that every test ends at once.
pub fn limits() -> Limits {
    Limits {
        connect: Duration::from_millis(2000),
        response: Duration::from_millis(2000),
        stall: Duration::from_millis(2000),
        window: Duration::from_millis(2000),
        window_bytes: 1,
        attempt: Duration::from_millis(5000),
        total: Duration::from_millis(10000),
        retries: 0,
        backoff: Duration::from_millis(2),
        longest_wait: Duration::from_millis(2000),
        redirects: 5,
        header_bytes: 16 * 1024,
    }
}

/// A client that may ask these addresses.
pub fn client(allow: &[&str], limits: Limits) -> Client {
    client_with(allow, limits, Config::default())
}

/// The same with more configuration.
pub fn client_with(allow: &[&str], limits: Limits, config: Config) -> Client {
    let allow = allow.iter().map(|text| address(text)).collect();
    Client::new(Config { allow, limits, ..config }, Cancel::default()).expect("a client")
}

/// An address of a test.
pub fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

/// Gets one address with a limit of 1 MiB; the body beside the answer.
pub fn get(client: &Client, text: &str) -> (Result<Fetched, Error>, Vec<u8>) {
    let mut body = Vec::new();
    let address = address(text);
    let request = Request { address: &address, limit: 1 << 20, held: None, accept_gzip: false };
    let answer = client.get(&request, &mut body, &mut |_| ControlFlow::Continue(()));
    (answer, body)
}

/// The failure of getting one address.
pub fn failure(client: &Client, text: &str) -> Failure {
    let (answer, _) = get(client, text);
    answer.expect_err("a failure").failure
}
