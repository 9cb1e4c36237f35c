//! What does the head of an answer say? Headers in; length, encoding and validators out.

use ureq::Body;
use ureq::http::{HeaderMap, HeaderValue, Response, Version, header};

use crate::client::Validators;
use crate::error::Failure;
use crate::retry;

/// Longest validator kept, in bytes.
const LONGEST_VALIDATOR: usize = 1024;

/// How the end of a body is marked (RFC 9112 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// By its length in bytes.
    Length(u64),
    /// By the last chunk.
    Chunks,
    /// By the end of the connection, which a cut looks like too.
    Nothing,
}

/// How the body of an answer ends.
pub(crate) fn framing(answer: &Response<Body>) -> Result<Framing, Failure> {
    let headers = answer.headers();
    let codings = headers.get_all(header::TRANSFER_ENCODING);
    let codings: Vec<String> = codings.iter().map(lower).collect();
    match codings.as_slice() {
        [] => Ok(length(headers).map_or(Framing::Nothing, Framing::Length)),
        // HTTP/1.0 knows no chunks.
        [one] if one == "chunked" && answer.version() != Version::HTTP_10 => Ok(Framing::Chunks),
        [one] if one == "chunked" => Ok(Framing::Nothing),
        others => Err(Failure::Encoded(others.join(", ").chars().take(40).collect())),
    }
}

/// Refuses a body that is not the document as it is; gzip passes where the document is gzip.
pub(crate) fn check_encoding(headers: &HeaderMap, accept_gzip: bool) -> Result<(), Failure> {
    let value = headers.get(header::CONTENT_ENCODING).map(lower).unwrap_or_default();
    match value.as_str() {
        "" | "identity" => Ok(()),
        "gzip" | "x-gzip" if accept_gzip => Ok(()),
        _ => Err(Failure::Encoded(value.chars().take(40).collect())),
    }
}

/// What to recognise this version of the document by.
pub(crate) fn validators(headers: &HeaderMap) -> Validators {
    let text = |name| {
        let text = headers.get(name)?.to_str().ok()?;
        (!text.is_empty() && text.len() <= LONGEST_VALIDATOR).then(|| text.to_owned())
    };
    Validators { etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) }
}

/// A status that brings nothing, with the wait that the server asks for.
pub(crate) fn unexpected_status(answer: &Response<Body>) -> Failure {
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let after = text(header::RETRY_AFTER);
    Failure::Status {
        status: answer.status().as_u16(),
        retry_after: after.and_then(|value| retry::retry_after(value, text(header::DATE))),
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

fn lower(value: &HeaderValue) -> String {
    value.to_str().unwrap_or("?").trim().to_ascii_lowercase()
}
