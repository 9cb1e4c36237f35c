//! Over which connections does a request go? One pool each: direct, and through either proxy.
//!
//! Here proxies and certificates are checked when a client is built, and the HTTP library is told
//! everything it is to do and not to do.

use std::io;
use std::sync::OnceLock;

use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;

use crate::address::Address;
use crate::config::{Cancel, Config, ConfigError, Limits};
use crate::error::Failure;
use crate::explain::explain;
use crate::proxy::Proxies;
use crate::transport::{self, Surplus};

/// The library's agents, built when they are first needed.
#[derive(Debug)]
pub(crate) struct Agents {
    direct: OnceLock<Agent>,
    proxied_https: OnceLock<Agent>,
    proxied_http: OnceLock<Agent>,
    limits: Limits,
    proxies: Proxies,
    user_agent: String,
    extra_ca: Vec<Certificate<'static>>,
    /// Whether any address is https; without one no certificate store is read.
    https: bool,
    cancel: Cancel,
    surplus: Surplus,
}

impl Agents {
    /// Checks what agents are built from; no certificate store is read yet.
    pub(crate) fn new(
        config: &Config,
        cancel: Cancel,
        surplus: Surplus,
    ) -> Result<Self, ConfigError> {
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
            direct: OnceLock::new(),
            proxied_https: OnceLock::new(),
            proxied_http: OnceLock::new(),
            limits: config.limits,
            proxies: config.proxies.clone(),
            user_agent,
            extra_ca,
            https: config.allow.iter().any(Address::is_https),
            cancel,
            surplus,
        })
    }

    /// The agent for an address.
    pub(crate) fn of(&self, address: &Address) -> Result<&Agent, Failure> {
        let (cell, proxy) = match (self.proxies.of(address), address.is_https()) {
            (None, _) => (&self.direct, None),
            (Some(proxy), true) => (&self.proxied_https, Some(proxy)),
            (Some(proxy), false) => (&self.proxied_http, Some(proxy)),
        };
        // Was checked when the client was built, so this cannot fail.
        let proxy = proxy
            .map(ureq::Proxy::new)
            .transpose()
            .map_err(|error| explain(error, &self.limits))?;
        Ok(cell.get_or_init(|| self.build(proxy)))
    }

    fn build(&self, proxy: Option<ureq::Proxy>) -> Agent {
        let limits = &self.limits;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // Redirects are followed by `client`, which asks the allow-list first.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Also switches off the library's own look into the environment.
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

    /// The system's certificates and the extra ones; where a system has none (bare containers)
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
}

fn checked_proxy(text: &str) -> Result<(), ConfigError> {
    let shown = || {
        let rest = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
        ConfigError::Proxy(rest.chars().take(200).collect())
    };
    match ureq::Proxy::new(text).map_err(|_| shown())?.protocol() {
        ureq::ProxyProtocol::Http | ureq::ProxyProtocol::Https => Ok(()),
        _ => Err(shown()),
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, ConfigError> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        let item = item.map_err(|error| ConfigError::Pem(io::Error::other(error)))?;
        if let PemItem::Certificate(certificate) = item {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(ConfigError::NoCertificate) } else { Ok(found) }
}
