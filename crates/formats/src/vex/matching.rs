//! Does a statement speak of this component on this asset?
//!
//! In: a [`Statement`] and, of the component and the asset, every name that is known.
//! Out: yes or no. Anything that is not plainly the same is «no»: a statement about another product or
//! version changes nothing. The rules, with where they come from:
//!
//! 1. A purl without a version names every version of a package, one with a version exactly that one
//!    (package-url specification, «version»). Versions are compared as texts; the `v` before a number is
//!    no part of a Go version.
//! 2. Every qualifier and the subpath that a statement gives must be the component's too; what it leaves
//!    out is open (package-url specification, «qualifiers»). An epoch is part of an rpm version: none
//!    beside a version is 0.
//! 3. `pkg:oci` and `pkg:docker` name images. A digest names its content whatever registry holds it, so
//!    name, registry and tag do not count beside one. Without a digest the repository must be the same:
//!    the one that `repository_url` gives, Docker's own for `pkg:docker` without one, and any with that
//!    last name for `pkg:oci` without one, because that type has no default (purl type definitions).
//! 4. A CPE name fits when each of its attributes is ANY or the same (NISTIR 7696, sections 6.2 and 7.2);
//!    part, vendor and product must be given. Patterns inside an attribute are not evaluated.
//! 5. A product that names an asset and has subcomponents speaks of these parts on that asset only; one
//!    without subcomponents speaks of all that is on the asset (OpenVEX, «Product»; CSAF, `relationships`).
//!    A product that names a component speaks of it on every asset.
//! 6. The purl decides. Where it tells no version, the CPE name and the digests, if there are any, must
//!    fit too. Without a purl the CPE name decides, without both a digest, without all three a name, and a
//!    name fits only if it is the same text. Digests by the same algorithm that differ are of two things.
//! 7. A range of versions is not evaluated: a product with one fits nothing.

mod cpe;

use super::{Product, Purl, Statement};

/// A component, by every name that is known of it.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// The component with its version; several spellings of the same.
    pub purls: Vec<Purl>,
    /// Qualifiers known of the component that its purls may lack, each in every spelling known
    /// (`distro` as `debian-12` and as `debian-bookworm`).
    pub qualifiers: Vec<(String, String)>,
    /// The installed packages, where the component is the source package that advisories name. A
    /// statement speaks of the component when it speaks of it, or of every one of these.
    pub installed: Vec<Purl>,
    /// CPE names of it.
    pub cpes: Vec<String>,
    /// Digests of it, as in [`Product::hashes`].
    pub hashes: Vec<(String, String)>,
    /// What a bill calls it (`urn:cdx:SERIAL/VERSION#REF`).
    pub names: Vec<String>,
}

/// An asset by every name that is known of it.
#[derive(Debug, Clone, Default)]
pub struct Asset {
    /// Package URLs of it: of what the project itself is, of the bill's subject.
    pub purls: Vec<Purl>,
    /// Qualifiers known of it that its purls may lack (`arch` of an image).
    pub qualifiers: Vec<(String, String)>,
    /// CPE names: of the distribution, of the bill's subject.
    pub cpes: Vec<String>,
    /// Of an image: manifest and index digests; of a bill or file: its digest (`sha256`, digits).
    pub hashes: Vec<(String, String)>,
    /// Of an image: what it is called in registries.
    pub images: Vec<Image>,
    /// What people call it; with a version as `name@version`; a bill's `urn:cdx:SERIAL/VERSION` and the
    /// same with `#REF` for what the bill is about.
    pub names: Vec<String>,
}

/// A reference to an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    /// With the registry (`docker.io/library/debian`), in small letters.
    pub repository: String,
    /// The tag, if there is one.
    pub tag: Option<String>,
}

impl Image {
    /// Reads a reference as people write it (`debian:12`, `ghcr.io/a/b@sha256:…`); Docker's registry and
    /// its `library` are filled in. A digest is left out: it belongs to [`Asset::hashes`].
    pub fn parse(reference: &str) -> Option<Self> {
        let reference = reference.trim();
        let reference = reference.split_once("://").map_or(reference, |(_, rest)| rest);
        let (reference, _) = reference.split_once('@').unwrap_or((reference, ""));
        let last = reference.rfind('/').map_or(0, |at| at + 1);
        let tag_at = reference.get(last..)?.find(':').map(|at| at + last);
        let (path, tag) = match tag_at {
            Some(at) => (reference.get(..at)?, reference.get(at + 1..)),
            None => (reference, None),
        };
        let path = path.to_lowercase();
        if path.is_empty() || path.contains(char::is_whitespace) {
            return None;
        }
        let repository = match path.split_once('/') {
            None => format!("docker.io/library/{path}"),
            Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => path,
            Some(_) => format!("docker.io/{path}"),
        };
        let repository = repository.replacen("index.docker.io/", "docker.io/", 1);
        Some(Self { repository, tag: tag.map(str::to_owned).filter(|t| !t.is_empty()) })
    }
}

impl Statement {
    /// Whether the statement speaks of this component on this asset.
    pub fn speaks_of(&self, subject: &Subject, asset: &Asset) -> bool {
        if self.products.iter().any(|product| product.speaks_of(subject, asset)) {
            return true;
        }
        let covered = |package: &Purl| {
            let part = Subject {
                purls: vec![package.clone()],
                qualifiers: subject.qualifiers.clone(),
                ..Subject::default()
            };
            self.products.iter().any(|product| product.speaks_of(&part, asset))
        };
        !subject.installed.is_empty() && subject.installed.iter().all(covered)
    }

    /// Whether it claims «not affected» without saying why, which VEX does not allow (CISA, «Minimum
    /// Requirements for VEX», section 2.5.2; OpenVEX, «Statement Fields»; CSAF, profile 5).
    pub fn lacks_reason(&self) -> bool {
        self.status == super::Status::NotAffected
            && self.justification.is_none()
            && self.impact.is_empty()
    }

    /// When it was last said: the later of both dates.
    pub fn said(&self) -> Option<vocab::Instant> {
        self.last_updated.max(self.dated)
    }
}

impl Product {
    /// Whether it has any name at all.
    pub fn is_named(&self) -> bool {
        self.purl.is_some()
            || self.cpe.is_some()
            || !self.hashes.is_empty()
            || !self.names.is_empty()
    }

    /// Whether the product, or the part of it that is meant, is this component on this asset.
    pub fn speaks_of(&self, subject: &Subject, asset: &Asset) -> bool {
        if self.subcomponents.is_empty() {
            return self.is_component(subject) || self.is_asset(asset);
        }
        self.is_asset(asset) && self.subcomponents.iter().any(|part| part.holds(subject, asset))
    }

    /// As a part of a product: the component itself, or what is between it and the product, which must
    /// name the asset as well.
    fn holds(&self, subject: &Subject, asset: &Asset) -> bool {
        if self.subcomponents.is_empty() {
            return self.is_component(subject);
        }
        self.speaks_of(subject, asset)
    }

    fn is_component(&self, subject: &Subject) -> bool {
        let same = |wanted: &Purl| {
            let fits = |purl| same_package(self, wanted, purl, &subject.qualifiers);
            subject.purls.iter().any(fits)
        };
        self.decide(same, &subject.cpes, &subject.hashes, &subject.names)
    }

    fn is_asset(&self, asset: &Asset) -> bool {
        let same = |wanted: &Purl| {
            let fits = |purl| same_package(self, wanted, purl, &asset.qualifiers);
            same_image(self, wanted, asset) || asset.purls.iter().any(fits)
        };
        self.decide(same, &asset.cpes, &asset.hashes, &asset.names)
    }

    /// Rule 6.
    fn decide(
        &self,
        same_purl: impl Fn(&Purl) -> bool,
        cpes: &[String],
        hashes: &[(String, String)],
        names: &[String],
    ) -> bool {
        let other = |(algorithm, digits): &(String, String)| {
            self.hashes.iter().any(|(a, d)| a == algorithm && d != digits)
        };
        let same_hash = || self.hashes.iter().any(|hash| hashes.contains(hash));
        if self.range.is_some() || (hashes.iter().any(other) && !same_hash()) {
            return false;
        }
        let version = self.version.as_deref();
        let same_cpe = |wanted: &String| cpes.iter().any(|cpe| cpe::covers(wanted, version, cpe));
        if let Some(purl) = &self.purl {
            let versioned = purl.version.is_some() || self.version.is_some();
            return same_purl(purl)
                && (versioned
                    || (self.cpe.as_ref().is_none_or(same_cpe)
                        && (self.hashes.is_empty() || same_hash())));
        }
        if let Some(cpe) = &self.cpe {
            return same_cpe(cpe) && (self.hashes.is_empty() || version.is_some() || same_hash());
        }
        if !self.hashes.is_empty() {
            return same_hash();
        }
        let full = |name: &String| version.map(|v| format!("{name}@{v}"));
        self.names.iter().any(|name| names.contains(full(name).as_ref().unwrap_or(name)))
    }
}

/// Rules 1 and 2.
fn same_package(
    product: &Product,
    wanted: &Purl,
    purl: &Purl,
    qualifiers: &[(String, String)],
) -> bool {
    if (&wanted.kind, &wanted.name, &wanted.namespace) != (&purl.kind, &purl.name, &purl.namespace)
    {
        return false;
    }
    let asked = [wanted.version.as_deref(), product.version.as_deref()];
    let same = |asked: &str| {
        purl.version
            .as_deref()
            .is_some_and(|own| plain(&wanted.kind, asked) == plain(&wanted.kind, own))
    };
    if !asked.into_iter().flatten().all(same) {
        return false;
    }
    let epoch = |p: &Purl| p.qualifier("epoch").unwrap_or("0").to_owned();
    if wanted.kind == "rpm" && wanted.version.is_some() && epoch(wanted) != epoch(purl) {
        return false;
    }
    let given = |(key, value): &(String, String)| {
        purl.qualifier(key) == Some(value) || qualifiers.iter().any(|(k, v)| k == key && v == value)
    };
    wanted.qualifiers.iter().all(given)
        && (wanted.subpath.is_empty() || wanted.subpath == purl.subpath)
}

fn plain<'a>(kind: &str, version: &'a str) -> &'a str {
    let number = |v: &&str| v.starts_with(|c: char| c.is_ascii_digit());
    match version.strip_prefix('v').filter(number) {
        Some(number) if kind == "golang" => number,
        _ => version,
    }
}

/// Rule 3.
fn same_image(product: &Product, wanted: &Purl, asset: &Asset) -> bool {
    if !matches!(wanted.kind.as_str(), "oci" | "docker") {
        return false;
    }
    let asked = [wanted.version.as_deref(), product.version.as_deref(), wanted.qualifier("tag")];
    let digest = asked.into_iter().flatten().find_map(|text| text.split_once(':'));
    if let Some((algorithm, digits)) = digest {
        let (algorithm, digits) = (algorithm.to_ascii_lowercase(), digits.to_ascii_lowercase());
        return asset.hashes.contains(&(algorithm, digits));
    }
    let given = |(key, value): &(String, String)| {
        matches!(key.as_str(), "repository_url" | "tag")
            || asset.qualifiers.iter().any(|(k, v)| k == key && v == value)
    };
    wanted.subpath.is_empty()
        && wanted.qualifiers.iter().all(given)
        && asset.images.iter().any(|image| {
            let tagged = |tag: &str| image.tag.as_deref() == Some(tag);
            same_repository(wanted, image) && asked.into_iter().flatten().all(tagged)
        })
}

fn same_repository(wanted: &Purl, image: &Image) -> bool {
    let url = wanted.qualifier("repository_url").map(|url| {
        let url = url.split_once("://").map_or(url, |(_, rest)| rest);
        url.trim_end_matches('/').to_lowercase()
    });
    let path = |parts: &[&str]| {
        parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join("/")
    };
    let own = image.repository.as_str();
    match (wanted.kind.as_str(), url) {
        ("oci", Some(url)) => {
            let full = Image::parse(&url).map(|i| i.repository);
            let named = own.rsplit('/').next() == Some(wanted.name.as_str());
            (full.as_deref() == Some(own) && named) || path(&[&url, &wanted.name]) == own
        }
        ("oci", None) => own.rsplit('/').next() == Some(wanted.name.as_str()),
        (_, url) => {
            let host = url.unwrap_or_else(|| "docker.io".to_owned());
            let space = match wanted.namespace.as_str() {
                "" if host == "docker.io" => "library".to_owned(),
                space => space.to_lowercase(),
            };
            path(&[&host, &space, &wanted.name]) == own
        }
    }
}
