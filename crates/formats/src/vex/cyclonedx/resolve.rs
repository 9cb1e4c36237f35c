//! Which product does an entry of `affects` name?

use std::collections::HashMap;
use std::sync::Arc;

use super::super::source::{self, Problems};
use super::super::{Place, Product, Purl, Status};
use super::{Affected, Bill, Component};

/// The elements of a document by their `bom-ref`.
pub(super) struct Parts {
    serial: String,
    subject: Option<Arc<Product>>,
    by_reference: HashMap<String, Element>,
}

struct Element {
    product: Arc<Product>,
    /// It is what the document is about, or a part of its description.
    is_subject: bool,
    /// The outermost component that holds it.
    within: Option<Arc<Product>>,
}

impl Parts {
    pub(super) fn of(bill: &Bill) -> Self {
        // Also one without a name, which no asset has: its components are not those of every asset.
        let subject = bill.subject.as_ref().map(described);
        let mut parts = Self {
            serial: bill.serial.trim_start_matches("urn:uuid:").to_owned(),
            subject: subject.map(Arc::new),
            by_reference: HashMap::new(),
        };
        if let (Some(component), Some(product)) = (&bill.subject, parts.subject.clone()) {
            if let Some(reference) = &component.reference {
                let element = Element { product, is_subject: true, within: None };
                parts.by_reference.insert(reference.clone(), element);
            }
            component.components.iter().for_each(|part| parts.add(part, None));
        }
        bill.components.iter().for_each(|component| parts.add(component, None));
        parts
    }

    /// Adds a component and what it holds; the nesting is as deep as the reader allows.
    fn add(&mut self, component: &Component, within: Option<&Arc<Product>>) {
        let product = Arc::new(described(component));
        let outermost = within.cloned().or_else(|| Some(product.clone())).filter(|p| p.is_named());
        for part in &component.components {
            self.add(part, outermost.as_ref());
        }
        if let Some(reference) = component.reference.clone().filter(|_| product.is_named()) {
            let element = Element { product, is_subject: false, within: within.cloned() };
            self.by_reference.entry(reference).or_insert(element);
        }
    }

    /// The products that the entries name, each with the status that its version has.
    pub(super) fn products(
        &self,
        affects: &[Affected],
        status: Status,
        place: &Place,
        problems: &mut Problems,
    ) -> Vec<(Status, Arc<Product>)> {
        let mut products = Vec::new();
        for affected in affects {
            let named = self.named(affected.reference.trim());
            if named.is_empty() {
                let reference = source::quote(&affected.reference);
                problems.add(place, format!("`affects` names «{reference}», which is not here"));
            }
            for product in named {
                if affected.versions.is_empty() {
                    products.push((status, product));
                    continue;
                }
                for entry in &affected.versions {
                    let listed = entry.status.as_deref().unwrap_or("affected");
                    let Some(status) = by_version(status, listed) else {
                        problems.add(place, format!("«{}» is no status", source::quote(listed)));
                        continue;
                    };
                    let at = |p: &mut Product| {
                        p.version = entry.version.as_deref().map(source::name);
                        p.range = entry.range.as_deref().map(source::name);
                        if p.version.is_none() && p.range.is_none() {
                            p.range = Some(String::new());
                        }
                    };
                    products.push((status, narrowed(&product, &at)));
                }
                if affected.versions.iter().any(|v| v.version.is_none()) {
                    problems.add(place, "a range of versions is not evaluated: it fits nothing");
                }
            }
        }
        products
    }

    fn named(&self, reference: &str) -> Vec<Arc<Product>> {
        if let Some(element) = self.by_reference.get(reference) {
            return vec![self.in_context(element)];
        }
        if let Some(link) = reference.strip_prefix("urn:cdx:") {
            return self.linked(reference, link);
        }
        let Some(purl) = Purl::parse(reference) else { return Vec::new() };
        let product = Arc::new(Product { purl: Some(purl), ..Product::default() });
        vec![self.in_context(&Element { product, is_subject: false, within: None })]
    }

    /// A component as a part of what the document is about, else of what holds it.
    fn in_context(&self, element: &Element) -> Arc<Product> {
        let whole = self.subject.as_ref().or(element.within.as_ref());
        match whole.filter(|whole| !element.is_subject && **whole != element.product) {
            Some(whole) => Arc::new(Product {
                subcomponents: vec![element.product.clone()],
                ..(**whole).clone()
            }),
            None => element.product.clone(),
        }
    }

    /// A BOM-Link (CycloneDX, «BOM-Link»): `urn:cdx:SERIAL/VERSION#REF`. In another document it is either
    /// what that one is about, or a component of it; which of both is known only with that document.
    fn linked(&self, whole: &str, link: &str) -> Vec<Arc<Product>> {
        let (document, reference) = link.split_once('#').unwrap_or((link, ""));
        let serial = document.split('/').next().unwrap_or_default();
        if !self.serial.is_empty() && serial.eq_ignore_ascii_case(&self.serial) {
            let reference = decoded(reference);
            return match (self.by_reference.get(&reference), &self.subject) {
                (Some(element), _) => vec![self.in_context(element)],
                (None, Some(subject)) if reference.is_empty() => vec![subject.clone()],
                _ => Vec::new(),
            };
        }
        let full = Product { names: vec![source::name(whole)], ..Product::default() };
        if reference.is_empty() {
            return vec![Arc::new(full)];
        }
        let mut part = full.clone();
        part.purl = Purl::parse(&decoded(reference)).or_else(|| Purl::parse(reference));
        let bill = Product {
            names: vec![source::name(&format!("urn:cdx:{document}"))],
            subcomponents: vec![Arc::new(part)],
            ..Product::default()
        };
        vec![Arc::new(full), Arc::new(bill)]
    }
}

/// What the fragment of a link says, percent escapes undone where they hide a purl.
fn decoded(reference: &str) -> String {
    let pieces = [("%3A", ":"), ("%3a", ":"), ("%2F", "/"), ("%2f", "/"), ("%40", "@")];
    if reference.contains("%2F") || reference.contains("%2f") {
        return pieces.iter().fold(reference.to_owned(), |text, (from, to)| text.replace(from, to));
    }
    reference.to_owned()
}

/// The product with a version told apart: of its parts, if it has any.
fn narrowed(product: &Arc<Product>, at: &dyn Fn(&mut Product)) -> Arc<Product> {
    let mut product = (**product).clone();
    if product.subcomponents.is_empty() {
        at(&mut product);
    } else {
        product.subcomponents = product.subcomponents.iter().map(|p| narrowed(p, at)).collect();
    }
    Arc::new(product)
}

/// What an analysis says of a version (`affectedStatus`, «affected» when absent). The analysis speaks of
/// the versions that have the vulnerability; one that has not is not affected whatever it says; of one
/// that is not known, nothing is cleared.
fn by_version(analysis: Status, listed: &str) -> Option<Status> {
    match (listed, analysis) {
        ("affected", status) => Some(status),
        ("unaffected", Status::Affected | Status::UnderInvestigation) => Some(Status::NotAffected),
        ("unaffected", status) => Some(status),
        ("unknown", _) => Some(Status::UnderInvestigation),
        _ => None,
    }
}

/// A component by its identifiers; one that has none goes by its name.
fn described(component: &Component) -> Product {
    let text = |t: &Option<String>| {
        t.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(source::name)
    };
    let mut product = Product {
        purl: component.purl.as_deref().and_then(Purl::parse),
        cpe: text(&component.cpe),
        hashes: source::digests(
            component.hashes.iter().map(|h| (h.alg.as_str(), h.content.as_str())),
        ),
        ..Product::default()
    };
    if let Some(name) = text(&component.name) {
        let group = text(&component.group).map(|group| format!("{group}/"));
        product.names.push(format!("{}{name}", group.unwrap_or_default()));
    }
    // A purl without the version that stands beside it would speak of every version.
    let told = product.purl.as_ref().is_some_and(|p| p.version.is_some());
    product.version = text(&component.version).filter(|_| !told);
    product
}
