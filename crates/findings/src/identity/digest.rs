//! Does a source still say the same?
//!
//! Everything that is told and stable goes in. Left out: lines and columns (a moved place is the same claim),
//! when it was first seen, where it stands in the document, ids of the run. Numbers in explanations are left
//! out too, for they are dates and counts.

use sha2::{Digest as _, Sha256};

use super::{Key, place, words};
use crate::observation::Observation;

/// Length-prefixed fields, one after the other.
struct Fields(Sha256);

impl Fields {
    fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn list<T: AsRef<str>>(&mut self, list: impl IntoIterator<Item = T>) {
        let mut list: Vec<T> = list.into_iter().collect();
        list.sort_by(|a, b| a.as_ref().cmp(b.as_ref()));
        list.dedup_by(|a, b| a.as_ref() == b.as_ref());
        self.0.update((list.len() as u64).to_le_bytes());
        for text in &list {
            self.text(text.as_ref());
        }
    }

    fn key(self) -> Key {
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(self.0.finalize()) {
            *to = from;
        }
        Key(key)
    }
}

/// Over what is told; `secret` is the keyed hash of a credential's value.
pub fn digest(observation: &Observation, secret: Option<Key>) -> Key {
    let mut fields = Fields(Sha256::new());
    fields.text(&format!("{:?} {:?}", observation.class, observation.standing));
    fields.text(&observation.rule);
    fields.text(&observation.title);
    fields.text(&words::without_numbers(&observation.description));
    fields.text(&words::without_numbers(&observation.remedy));
    fields.text(observation.severity.as_str());
    fields.text(&observation.score);
    fields.text(&observation.standing_reason);
    fields.text(&observation.resource);
    fields.text(place::normal_target(&observation.target));
    fields.list(&observation.ids);
    fields.list(&observation.mentions);
    fields.list(observation.cwes.iter().map(u32::to_string));
    fields.list(&observation.references);
    fields.list(observation.locations.iter().map(|at| {
        let path = place::normal_path(&at.path);
        format!("{path}\0{}\0{:x}", at.symbol, place::code(at).unwrap_or_default())
    }));
    if let Some(component) = &observation.component {
        for text in [&component.purl, &component.kind, &component.name, &component.version] {
            fields.text(text);
        }
        fields.list(&component.fixed_in);
    }
    if let Some(endpoint) = &observation.endpoint {
        fields.text(&endpoint.port.to_string());
        for text in [&endpoint.host, &endpoint.protocol, &endpoint.service] {
            fields.text(text);
        }
        for text in [&endpoint.path, &endpoint.method, &endpoint.parameter] {
            fields.text(text);
        }
    }
    for frame in &observation.frames {
        fields.text(frame);
    }
    fields.text(&secret.map(|key| format!("{key:?}")).unwrap_or_default());
    fields.key()
}

/// Equal for the same claim told twice.
pub fn double(observation: &Observation, digest: Key) -> Key {
    let mut fields = Fields(Sha256::new());
    fields.text(&format!("{digest:?}"));
    fields.text(&observation.tool_id);
    fields.list(observation.fingerprints.iter().map(|f| format!("{}\0{}", f.name, f.value)));
    fields.list(
        observation
            .locations
            .iter()
            .map(|l| format!("{}\0{}\0{}\0{}", l.path, l.line, l.end_line, l.column)),
    );
    fields.key()
}
