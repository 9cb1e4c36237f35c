//! How is one address asked? Attempts around hops around one exchange.
//!
//! [`Client::get`] runs attempts until one succeeds or trying again is useless; an attempt follows
//! redirects hop by hop, each checked against the allow-list before anything is sent.

use std::collections::BTreeSet;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ureq::http::{HeaderMap, Method, Response, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::{Agent, Body, Timeout};

use crate::address::Address;
use crate::body::{self, Bounds, Progress, Sink};
use crate::clock;
use crate::config::{Cancel, Config, ConfigError, Limits};
use crate::error::{Error, Failure};
use crate::proxy::Proxies;
use crate::retry;
use crate::transport::{self, Surplus};

/// Longest validator kept, in bytes.
const LONGEST_VALIDATOR: usize = 1024;

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
    /// Whether any address is https; without one no certificate store is read.
    https: bool,
    limits: Limits,
    proxies: Proxies,
    user_agent: String,
    extra_ca: Vec<Certificate<'static>>,
    cancel: Cancel,
    surplus: Surplus,
    /// Direct, through the proxy for https, through the proxy for http.
    agents: [OnceLock<Agent>; 3],
    turn: Mutex<()>,
}

impl Client {
    /// Checks a configuration; nothing is sent and no certificate store is read yet.
    pub fn new(config: Config, cancel: Cancel) -> Result<Self, ConfigError> {
        for proxy in [&config.proxies.https, &config.proxies.http].into_iter().flatten() {
            checked_proxy(proxy)?;
        }
        let extra_ca = config.extra_ca_pem.as_deref().map_or(Ok(Vec::new()), certificates)?;
        let user_agent = match config.user_agent.as_str() {
            "" => concat!("gabion/", env!("CARGO_PKG_VERSION")).to_owned(),
            own if own.bytes().all(|byte| (0x20..0x7f).contains(&byte)) => own.to_owned(),
            own => return Err(ConfigError::UserAgent(own.to_owned())),
        };
        Ok(Self {
            allow: config.allow.iter().map(Address::authority).collect(),
            https: config.allow.iter().any(Address::is_https),
            limits: config.limits,
            proxies: config.proxies,
            user_agent,
            extra_ca,
            cancel,
            surplus: Surplus::default(),
            agents: [OnceLock::new(), OnceLock::new(), OnceLock::new()],
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
        self.attempts(request.address, &mut |attempt| {
            if std::mem::replace(&mut started, true) {
                sink.restart().map_err(Failure::Sink)?;
            }
            self.get_once(request, attempt, sink, progress)
        })
    }

    /// Asks how large a document is, without its body. `None` when the server does not say.
    pub fn size(&self, address: &Address) -> Result<Option<u64>, Error> {
        self.attempts(address, &mut |_| {
            let answer = self.hops(Method::HEAD, address, None)?;
            match answer.status().as_u16() {
                200 => Ok(declared_length(answer.headers())),
                _ => Err(unexpected_status(&answer)),
            }
        })
    }

    fn attempts<T>(
        &self,
        address: &Address,
        once: &mut dyn FnMut(u32) -> Result<T, Failure>,
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
            let failure = match once(attempt) {
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
        attempt: u32,
        sink: &mut dyn Sink,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Fetched, Failure> {
        let held = request.held.filter(|held| **held != Validators::default());
        let answer = self.hops(Method::GET, request.address, held)?;
        match answer.status().as_u16() {
            200 => {}
            304 if held.is_some() => return Ok(Fetched::NotModified),
            _ => return Err(unexpected_status(&answer)),
        }
        let headers = answer.headers();
        let declared = declared_length(headers);
        if declared.is_some_and(|declared| declared > request.limit) {
            return Err(Failure::TooLarge { limit: request.limit, declared });
        }
        if declared.is_none() && !is_chunked(headers) {
            return Err(Failure::NoLength);
        }
        check_encoding(headers, request.accept_gzip)?;
        let validators = validators(headers);
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
    ) -> Result<Response<Body>, Failure> {
        if !self.allow.contains(&address.authority()) {
            return Err(Failure::HostNotAllowed(address.host()));
        }
        let end = clock::now() + self.limits.attempt;
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
        let agent = self.agent(address)?;
        let mut request = match *method {
            Method::HEAD => agent.head(address.uri()),
            _ => agent.get(address.uri()),
        };
        if let Some(held) = held {
            if let Some(etag) = &held.etag {
                request = request.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(date) = &held.last_modified {
                request = request.header(header::IF_MODIFIED_SINCE, date);
            }
        }
        let request = request.config().timeout_global(Some(left)).build();
        request.call().map_err(|error| self.explain(error))
    }

    fn agent(&self, address: &Address) -> Result<&Agent, Failure> {
        let proxy = self.proxies.of(address);
        let slot = match (proxy, address.is_https()) {
            (None, _) => 0,
            (Some(_), true) => 1,
            (Some(_), false) => 2,
        };
        let proxy = proxy.map(checked_proxy).transpose();
        // Was checked when the client was built.
        let proxy = proxy.map_err(|error| Failure::Proxy(error.to_string()))?;
        let [direct, https, http] = &self.agents;
        let cell = [direct, https, http].into_iter().nth(slot).unwrap_or(direct);
        Ok(cell.get_or_init(|| self.build_agent(proxy)))
    }

    fn build_agent(&self, proxy: Option<ureq::Proxy>) -> Agent {
        let limits = &self.limits;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(proxy)
            .user_agent(self.user_agent.clone())
            .accept_encoding("identity")
            .max_response_header_size(limits.header_bytes)
            .timeout_resolve(Some(limits.connect))
            .timeout_connect(Some(limits.connect))
            .timeout_send_request(Some(limits.stall))
            .timeout_recv_response(Some(limits.response))
            .timeout_per_read(Some(limits.stall))
            .tls_config(TlsConfig::builder().root_certs(self.roots()).build())
            .build();
        let connector = transport::connector(&self.cancel, &self.surplus);
        Agent::with_parts(config, connector, DefaultResolver::default())
    }

    /// The system's certificates and the extra ones; where a system has none (bare containers),
    /// and none were given, the ones compiled in.
    fn roots(&self) -> RootCerts {
        if !self.https {
            return RootCerts::WebPki;
        }
        let system = rustls_native_certs::load_native_certs().certs;
        let system = system.iter().map(|cert| Certificate::from_der(cert.as_ref()).to_owned());
        let all: Vec<_> = system.chain(self.extra_ca.iter().cloned()).collect();
        if all.is_empty() { RootCerts::WebPki } else { RootCerts::new_with_certs(&all) }
    }

    /// The library's errors in this crate's words; texts that could hold an address are left out.
    fn explain(&self, error: ureq::Error) -> Failure {
        use ureq::Error as E;
        if self.cancel.is_set() {
            return Failure::Cancelled;
        }
        match error {
            E::Timeout(Timeout::PerRead | Timeout::PerWrite) => Failure::Stalled(self.limits.stall),
            E::Timeout(Timeout::Resolve) => Failure::Timeout("finding the host"),
            E::Timeout(Timeout::Connect) => Failure::Timeout("connecting"),
            E::Timeout(Timeout::RecvResponse) => Failure::Timeout("the answer"),
            E::Timeout(_) => Failure::Timeout("the transfer"),
            E::HostNotFound => Failure::HostNotFound,
            E::LargeResponseHeader(_, limit) => Failure::HeaderTooLarge(limit),
            E::ConnectProxyFailed(why) => Failure::Proxy(why),
            E::InvalidProxyUrl => Failure::Proxy("its address is not understood".to_owned()),
            E::Tls(why) => Failure::Tls(why.to_owned()),
            E::TlsRequired => Failure::Tls("the connection is not encrypted".to_owned()),
            E::Rustls(why) => Failure::Tls(why.to_string()),
            E::Io(error) => from_io(error),
            E::ConnectionFailed => Failure::Connection(io::ErrorKind::NotConnected.into()),
            E::Protocol(why) => protocol(&why.to_string()),
            E::Http(_) => Failure::Protocol("a header is not valid".to_owned()),
            // The connection ended in the middle of a chunk's head.
            E::BodyStalled => Failure::Connection(io::ErrorKind::UnexpectedEof.into()),
            _ => Failure::Protocol("the exchange failed".to_owned()),
        }
    }
}

/// TLS failures come as I/O errors of kind `InvalidData`.
fn from_io(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::InvalidData => Failure::Tls(error.to_string()),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Failure::Timeout("connecting"),
        _ => Failure::Connection(error),
    }
}

/// Only the beginning: such a text may repeat what a hostile server sent.
fn protocol(why: &str) -> Failure {
    let why: String = why.chars().filter(|c| !c.is_control()).take(120).collect();
    Failure::Protocol(why)
}

fn checked_proxy(text: &str) -> Result<ureq::Proxy, ConfigError> {
    let shown = || {
        let rest = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
        rest.chars().take(200).collect::<String>()
    };
    let proxy = ureq::Proxy::new(text).map_err(|_| ConfigError::Proxy(shown()))?;
    match proxy.protocol() {
        ureq::ProxyProtocol::Http | ureq::ProxyProtocol::Https => Ok(proxy),
        _ => Err(ConfigError::Proxy(shown())),
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, ConfigError> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(ConfigError::Pem)? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(ConfigError::NoCertificate) } else { Ok(found) }
}

fn unexpected_status(answer: &Response<Body>) -> Failure {
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let after = text(header::RETRY_AFTER);
    Failure::Status {
        status: answer.status().as_u16(),
        retry_after: after.and_then(|value| retry::retry_after(value, text(header::DATE))),
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    if is_chunked(headers) {
        return None;
    }
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

fn is_chunked(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::TRANSFER_ENCODING);
    codings
        .iter()
        .any(|value| value.to_str().is_ok_and(|text| text.to_ascii_lowercase().contains("chunked")))
}

fn check_encoding(headers: &HeaderMap, accept_gzip: bool) -> Result<(), Failure> {
    let Some(value) = headers.get(header::CONTENT_ENCODING) else {
        return Ok(());
    };
    let value = value.to_str().unwrap_or("?").trim().to_ascii_lowercase();
    match value.as_str() {
        "" | "identity" => Ok(()),
        "gzip" | "x-gzip" if accept_gzip => Ok(()),
        _ => Err(Failure::Encoded(value.chars().take(40).collect())),
    }
}

fn validators(headers: &HeaderMap) -> Validators {
    let text = |name| {
        let value: &ureq::http::HeaderValue = headers.get(name)?;
        let text = value.to_str().ok()?;
        (!text.is_empty() && text.len() <= LONGEST_VALIDATOR).then(|| text.to_owned())
    };
    Validators { etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) }
}
