//! How is one address asked? Attempts around hops around one exchange.
//!
//! [`Client::get`] runs attempts until one succeeds or trying again is useless; an attempt follows
//! redirects hop by hop, each checked against the allow-list before anything is sent.

use std::collections::BTreeSet;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::Body;
use ureq::http::{HeaderValue, Method, Response, header};

use crate::address::Address;
use crate::agents::Agents;
use crate::answer::{self, Framing};
use crate::body::{self, Bounds, Progress, Sink};
use crate::clock;
use crate::config::{Cancel, Config, ConfigError, Limits};
use crate::error::{Error, Failure};
use crate::explain;
use crate::retry;
use crate::transport::Surplus;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where.
    pub address: &'a Address,
    /// The largest body taken, in bytes.
    pub limit: u64,
    /// What is held already: «not modified» is then an answer.
    pub held: Option<&'a Validators>,
    /// Take a body whose Content-Encoding is gzip as it is: for files that are gzip themselves and
    /// that servers label so. Without it, any encoding is an error; nothing is ever decoded.
    pub accept_gzip: bool,
}

/// What a server gave to recognise a version of a document by (RFC 9110 §8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag` as given, quotes and all.
    pub etag: Option<String>,
    /// The `Last-Modified` as given.
    pub last_modified: Option<String>,
}

/// A transfer that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// What is held is still current; nothing was written.
    NotModified,
    /// A whole body was written.
    Body(Received),
}

/// A body that arrived whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Received {
    /// Its length in bytes.
    pub bytes: u64,
    /// What to send next time.
    pub validators: Validators,
    /// Attempts it took, from 1.
    pub attempts: u32,
}

/// The network. One transfer at a time: a second caller waits for the first.
#[derive(Debug)]
pub struct Client {
    allow: BTreeSet<(String, u16)>,
    limits: Limits,
    agents: Agents,
    cancel: Cancel,
    surplus: Surplus,
    turn: Mutex<()>,
}

impl Client {
    /// Checks a configuration; nothing is sent and no certificate store is read yet.
    pub fn new(config: Config, cancel: Cancel) -> Result<Self, ConfigError> {
        let surplus = Surplus::default();
        Ok(Self {
            allow: config.allow.iter().map(Address::authority).collect(),
            limits: config.limits,
            agents: Agents::new(&config, cancel.clone(), surplus.clone())?,
            cancel,
            surplus,
            turn: Mutex::new(()),
        })
    }

    /// The switch that ends transfers of this client.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Brings a body to `sink`, exactly as served. `progress` is told after every piece and may end
    /// the transfer. After an error the sink holds a part or nothing.
    pub fn get(
        &self,
        request: &Request<'_>,
        sink: &mut dyn Sink,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Fetched, Error> {
        let mut started = false;
        self.attempts(request.address, &mut |attempt, end| {
            if std::mem::replace(&mut started, true) {
                sink.restart().map_err(Failure::Sink)?;
            }
            self.get_once(request, (attempt, end), sink, progress)
        })
    }

    /// Asks how large a document is, without its body. `None` when the server does not say.
    pub fn size(&self, address: &Address) -> Result<Option<u64>, Error> {
        self.attempts(address, &mut |_, end| {
            let answer = self.hops(Method::HEAD, address, None, end)?;
            match answer.status().as_u16() {
                200 => Ok(match answer::framing(&answer)? {
                    Framing::Length(bytes) => Some(bytes),
                    Framing::Chunks | Framing::Nothing => None,
                }),
                _ => Err(answer::unexpected_status(&answer)),
            }
        })
    }

    /// Runs attempts; each is told its number, from 1, and when it has to end.
    fn attempts<T>(
        &self,
        address: &Address,
        once: &mut dyn FnMut(u32, Instant) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let end = clock::now() + self.limits.total;
        let mut attempt = 0;
        let failed = |attempts, failure| Error { address: address.to_string(), attempts, failure };
        loop {
            if self.cancel.is_set() {
                return Err(failed(attempt, Failure::Cancelled));
            }
            attempt += 1;
            let now = clock::now();
            let failure = match once(attempt, end.min(now + self.limits.attempt)) {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            let left = end.saturating_duration_since(clock::now());
            match retry::wait_before_next(&self.limits, attempt, left, &failure) {
                Some(wait) => {
                    if !clock::pause(wait, &self.cancel) {
                        return Err(failed(attempt, Failure::Cancelled));
                    }
                }
                None => return Err(failed(attempt, failure)),
            }
        }
    }

    fn get_once(
        &self,
        request: &Request<'_>,
        (attempt, end): (u32, Instant),
        sink: &mut dyn Sink,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Fetched, Failure> {
        let held = request.held.filter(|held| **held != Validators::default());
        let answer = self.hops(Method::GET, request.address, held, end)?;
        match answer.status().as_u16() {
            200 => {}
            304 if held.is_some() => return Ok(Fetched::NotModified),
            _ => return Err(answer::unexpected_status(&answer)),
        }
        answer::check_encoding(answer.headers(), request.accept_gzip)?;
        let declared = match answer::framing(&answer)? {
            Framing::Length(bytes) if bytes > request.limit => {
                return Err(Failure::TooLarge { limit: request.limit, declared: Some(bytes) });
            }
            Framing::Length(bytes) => Some(bytes),
            Framing::Chunks => None,
            Framing::Nothing => return Err(Failure::NoLength),
        };
        let validators = answer::validators(answer.headers());
        let bounds = Bounds {
            limit: request.limit,
            declared,
            attempt,
            limits: &self.limits,
            cancel: &self.cancel,
        };
        let explain = |error: io::Error, received| match self.explain(ureq::Error::from(error)) {
            Failure::Connection(_) => Failure::Truncated { received, declared },
            other => other,
        };
        let mut reader = answer.into_body().into_reader();
        let bytes = body::copy(&mut reader, sink, &bounds, progress, &explain)?;
        drop(reader);
        if let (true, Some(declared)) = (self.surplus.take(), declared) {
            return Err(Failure::Surplus { declared });
        }
        Ok(Fetched::Body(Received { bytes, validators, attempts: attempt }))
    }

    /// Follows redirects. The last answer is returned whatever its status.
    fn hops(
        &self,
        method: Method,
        address: &Address,
        held: Option<&Validators>,
        end: Instant,
    ) -> Result<Response<Body>, Failure> {
        if !self.allow.contains(&address.authority()) {
            return Err(Failure::HostNotAllowed(address.host()));
        }
        let mut here = address.clone();
        for _ in 0..=self.limits.redirects {
            let left = end.saturating_duration_since(clock::now());
            let answer = self.exchange(&method, &here, held, left)?;
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let location = answer.headers().get(header::LOCATION);
            let location = location.and_then(|value| value.to_str().ok());
            let location = location.ok_or(Failure::RedirectNowhere)?;
            here = here.follow(location).map_err(Failure::RedirectRefused)?;
            if !self.allow.contains(&here.authority()) {
                return Err(Failure::RedirectElsewhere(here.host()));
            }
        }
        Err(Failure::TooManyRedirects(self.limits.redirects))
    }

    fn exchange(
        &self,
        method: &Method,
        address: &Address,
        held: Option<&Validators>,
        left: Duration,
    ) -> Result<Response<Body>, Failure> {
        if left.is_zero() {
            return Err(Failure::Timeout("the transfer"));
        }
        self.surplus.take();
        let agent = self.agents.of(address)?;
        let mut request = match *method {
            Method::HEAD => agent.head(address.uri()),
            _ => agent.get(address.uri()),
        };
        if let Some(held) = held {
            // What no header can carry was never a validator; without it the body comes.
            let value = |text: &Option<String>| HeaderValue::from_str(text.as_deref()?).ok();
            if let Some(etag) = value(&held.etag) {
                request = request.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(date) = value(&held.last_modified) {
                request = request.header(header::IF_MODIFIED_SINCE, date);
            }
        }
        let request = request.config().timeout_global(Some(left)).build();
        request.call().map_err(|error| self.explain(error))
    }

    fn explain(&self, error: ureq::Error) -> Failure {
        // A cancelled wait looks like any other failed read.
        if self.cancel.is_set() {
            Failure::Cancelled
        } else {
            explain::explain(error, &self.limits)
        }
    }
}
