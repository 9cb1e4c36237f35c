//! One thing that can be looked at, in one spelling.

use serde::{Deserialize, Serialize};

use crate::identity::{Key, normal_path};

/// A file, host, port, site, manifest, or a unit such as a project, image, account or region.
///
/// Written as `kind:name`, so that the ledger can keep it as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Target(String);

impl Target {
    pub(crate) const FILE: &'static str = "file";
    const FOLDER: &'static str = "folder";
    const HOST: &'static str = "host";
    const PORT: &'static str = "port";
    const SITE: &'static str = "site";
    const MANIFEST: &'static str = "manifest";
    const UNIT: &'static str = "unit";
    const RESOURCE: &'static str = "resource";
    const RUN: &'static str = "run";

    fn of(kind: &str, name: &str) -> Self {
        Self(format!("{kind}:{name}"))
    }

    /// A file of the scanned root.
    pub fn file(path: &str) -> Self {
        Self::of(Self::FILE, &normal_path(path))
    }

    /// All files below a folder of the scanned root; the root itself where the path is empty or `.`.
    pub fn folder(path: &str) -> Self {
        Self::of(Self::FOLDER, &normal_path(path))
    }

    /// A host by name or address.
    pub fn host(host: &str) -> Self {
        Self::of(Self::HOST, &host.trim().to_ascii_lowercase())
    }

    /// A port of a host; 0 for what is of the host as a whole.
    pub fn port(host: &str, port: u16, protocol: &str) -> Self {
        let (host, protocol) =
            (host.trim().to_ascii_lowercase(), protocol.trim().to_ascii_lowercase());
        Self::of(Self::PORT, &format!("{host}:{port}/{protocol}"))
    }

    /// A web site by host and port; 0 for the one that the service has anyway.
    pub fn site(host: &str, port: u16) -> Self {
        let host = host.trim().to_ascii_lowercase();
        let port = if matches!(port, 80 | 443) { 0 } else { port };
        Self::of(Self::SITE, &if port == 0 { host } else { format!("{host}:{port}") })
    }

    /// A lock file, a manifest, or the data base of a package manager, by its path or name in the document.
    pub fn manifest(path: &str) -> Self {
        Self::of(Self::MANIFEST, &normal_path(path))
    }

    /// A project, image, account, region, cluster: whatever a document divides what it looks at by.
    pub fn unit(name: &str) -> Self {
        Self::of(Self::UNIT, &name.trim().to_lowercase())
    }

    /// One thing in a place, of which a rule speaks alone.
    pub fn resource(place: &Self, name: &str) -> Self {
        Self::of(Self::RESOURCE, &format!("{}#{}", place.0, name.trim()))
    }

    /// The run as a whole, for what has no place of its own.
    pub fn run() -> Self {
        Self::of(Self::RUN, "")
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `file`, `host` …
    pub(crate) fn kind(&self) -> &'static str {
        let kind = self.0.split(':').next().unwrap_or_default();
        [Self::FILE, Self::FOLDER, Self::HOST, Self::PORT, Self::SITE, Self::MANIFEST, Self::UNIT]
            .into_iter()
            .find(|known| *known == kind)
            .unwrap_or(Self::RUN)
    }

    /// Its name without the kind, for people.
    pub fn name(&self) -> &str {
        let name = self.0.split_once(':').map_or("", |(_, name)| name);
        match self.kind() {
            Self::RUN => "what it has no place for",
            Self::PORT => name.trim_end_matches('/'),
            _ => name,
        }
    }

    /// The folder's path.
    pub(crate) fn as_folder(&self) -> Option<&str> {
        self.0.strip_prefix("folder:")
    }

    /// Whether it is a file or manifest in this folder or below it.
    pub(crate) fn is_below(&self, folder: &str) -> bool {
        let path = match self.kind() {
            Self::FILE | Self::MANIFEST => self.name(),
            _ => return false,
        };
        folder.is_empty()
            || path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether it is a part of one thing (a file of a repository) and no thing of its own (a host).
    pub fn is_part(&self) -> bool {
        matches!(self.kind(), Self::FILE | Self::MANIFEST | Self::RUN)
    }

    /// The folder that a path lies in; empty for the root.
    pub(crate) fn parent(&self) -> &str {
        self.name().rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether it is a lock file, manifest or data base of packages.
    pub fn is_manifest(&self) -> bool {
        self.kind() == Self::MANIFEST
    }

    /// Port and protocol of a port.
    pub(crate) fn as_port(&self) -> Option<(u16, &str)> {
        let (rest, protocol) = self.0.strip_prefix("port:")?.rsplit_once('/')?;
        Some((rest.rsplit_once(':')?.1.parse().ok()?, protocol))
    }

    pub(crate) fn key(&self) -> Key {
        Key::of(&[self.0.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn one_spelling_for_one_thing() {
        assert_eq!(Target::file("./src/a.c"), Target::file("src\\a.c"));
        assert_eq!(Target::host("Web.Example "), Target::host("web.example"));
        assert_eq!(Target::site("a", 443), Target::site("A", 0));
        assert_ne!(Target::site("a", 8443), Target::site("a", 0));
        assert_ne!(Target::file("a"), Target::manifest("a"));
        assert_eq!(Target::port("h", 22, "TCP").as_port(), Some((22, "tcp")));
        assert_eq!(Target::port("fe80::1", 22, "").as_port(), Some((22, "")));
    }

    #[test]
    fn a_folder_holds_what_lies_below_it_and_no_namesake() {
        assert!(Target::file("src/a.c").is_below("src"));
        assert!(Target::file("src/a.c").is_below(""));
        assert!(!Target::file("src2/a.c").is_below("src"));
        assert!(!Target::host("src/a").is_below("src"));
    }
}
