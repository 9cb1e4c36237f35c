//! Which products does a product tree describe?
//!
//! `branches`, `full_product_names`, `product_groups`, and what combines two products: `relationships`
//! (2.0, section 3.2.2.4) and `product_paths` (2.1). A combination is the outer product with the inner one
//! as its subcomponent.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::source::{self, Problems};
use super::super::{Place, Product, Purl, Refused};

/// Most combinations on top of each other (a package of a module of a channel of a release).
const MAX_COMBINED: usize = 8;
/// Most purls of one product.
const MAX_PURLS: usize = 64;
/// Most products that one combination holds, and that all of them hold together.
const MAX_HELD: [usize; 2] = [4_096, 1_000_000];

/// The products of a document by their ids.
#[derive(Default)]
pub(super) struct Tree {
    products: HashMap<String, Vec<Arc<Product>>>,
    groups: HashMap<String, Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Written {
    branches: Vec<Branch>,
    full_product_names: Vec<FullName>,
    product_groups: Vec<Group>,
    relationships: Vec<Relationship>,
    product_paths: Vec<Path>,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(default)]
    category: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    branches: Vec<Branch>,
    product: Option<FullName>,
}

#[derive(Deserialize)]
struct FullName {
    product_id: String,
    #[serde(default)]
    name: String,
    product_identification_helper: Option<Helper>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Helper {
    purl: Option<String>,
    purls: Vec<String>,
    cpe: Option<String>,
    hashes: Vec<Hashes>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Hashes {
    file_hashes: Vec<FileHash>,
}

#[derive(Deserialize)]
struct FileHash {
    algorithm: String,
    value: String,
}

#[derive(Deserialize)]
struct Group {
    group_id: String,
    #[serde(default)]
    product_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Relationship {
    full_product_name: FullName,
    product_reference: String,
    relates_to_product_reference: String,
}

#[derive(Deserialize)]
struct Path {
    full_product_name: FullName,
    beginning_product_reference: String,
    #[serde(default)]
    subpaths: Vec<Subpath>,
}

#[derive(Deserialize)]
struct Subpath {
    next_product_reference: String,
}

/// An inner product and what it lies in, from the inside out.
struct Combination {
    id: String,
    inner: String,
    outer: Vec<String>,
}

impl Tree {
    /// Reads the tree, which begins on a line.
    pub(super) fn read(
        raw: &RawValue,
        line: u32,
        problems: &mut Problems,
    ) -> Result<Self, Refused> {
        let written: Written = serde_json::from_str(raw.get()).map_err(|error| {
            let at = u32::try_from(error.line()).unwrap_or(u32::MAX).saturating_sub(1);
            let what = format!("product_tree: {}", source::plain(&error));
            Refused::new(line.saturating_add(at), what)
        })?;
        let mut tree = Self::default();
        for branch in &written.branches {
            tree.branch(branch, None, None);
        }
        for full in &written.full_product_names {
            tree.add(full, None, None);
        }
        for group in written.product_groups {
            tree.groups.insert(group.group_id, group.product_ids);
        }
        let relationships = written.relationships.into_iter().map(|r| Combination {
            id: r.full_product_name.product_id,
            inner: r.product_reference,
            outer: vec![r.relates_to_product_reference],
        });
        let paths = written.product_paths.into_iter().map(|p| Combination {
            id: p.full_product_name.product_id,
            inner: p.beginning_product_reference,
            outer: p.subpaths.into_iter().map(|s| s.next_product_reference).collect(),
        });
        tree.combine(relationships.chain(paths).collect(), line, problems);
        Ok(tree)
    }

    /// What an id stands for: one product, or the same under several purls; nothing when not described.
    pub(super) fn products(&self, id: &str) -> &[Arc<Product>] {
        self.products.get(id).map_or(&[], Vec::as_slice)
    }

    /// The ids of a group.
    pub(super) fn group(&self, id: &str) -> &[String] {
        self.groups.get(id).map_or(&[], Vec::as_slice)
    }

    /// A branch, below the version and the range that branches above it name. The nesting is as deep as
    /// serde_json allows.
    fn branch<'w>(&mut self, branch: &'w Branch, version: Option<&'w str>, range: Option<&'w str>) {
        let named = |category: &str, above| {
            if branch.category == category { Some(branch.name.as_str()) } else { above }
        };
        let version = named("product_version", version);
        let range = named("product_version_range", range);
        if let Some(full) = &branch.product {
            self.add(full, version, range);
        }
        for below in &branch.branches {
            self.branch(below, version, range);
        }
    }

    fn add(&mut self, full: &FullName, version: Option<&str>, range: Option<&str>) {
        let mut product = Product { range: range.map(source::name), ..Product::default() };
        let mut purls = Vec::new();
        if let Some(helper) = &full.product_identification_helper {
            let written = helper.purl.iter().chain(helper.purls.iter().take(MAX_PURLS));
            purls = written.filter_map(|text| Purl::parse(text)).collect();
            product.cpe = helper.cpe.as_deref().map(source::name).filter(|c| !c.is_empty());
            let hashes = helper.hashes.iter().flat_map(|h| &h.file_hashes);
            product.hashes =
                source::digests(hashes.map(|h| (h.algorithm.as_str(), h.value.as_str())));
        }
        if !full.name.trim().is_empty() {
            product.names.push(source::name(&full.name));
        }
        let versions = purls.is_empty().then(|| Self::versioned(&product, None, full, version));
        let versions: Vec<Arc<Product>> = versions
            .into_iter()
            .chain(
                purls.into_iter().map(|purl| Self::versioned(&product, Some(purl), full, version)),
            )
            .map(Arc::new)
            .collect();
        self.products.entry(full.product_id.clone()).or_insert(versions);
    }

    /// The product with its purl and, where no identifier names a version, with that of its branch. A
    /// branch «product_version» that repeats the package's name names none: so distributions write that
    /// every version is meant. The full name of a product includes its version by definition (section
    /// 3.1.3.1), so one that has nothing else needs none beside it.
    fn versioned(
        product: &Product,
        purl: Option<Purl>,
        full: &FullName,
        version: Option<&str>,
    ) -> Product {
        let told = match &purl {
            Some(purl) => {
                let repeated = version.is_some_and(|v| v.eq_ignore_ascii_case(&purl.name))
                    || full.name.eq_ignore_ascii_case(&purl.name);
                purl.version.is_some() || repeated
            }
            None => product.cpe.is_none() || cpe_version(product.cpe.as_deref().unwrap_or("")),
        };
        let version = version.filter(|v| !told && !v.trim().is_empty()).map(source::name);
        Product { purl, version, ..product.clone() }
    }

    /// Builds the combinations, those of combinations after the ones they are made of.
    fn combine(&mut self, mut open: Vec<Combination>, line: u32, problems: &mut Problems) {
        let place = Place { line, path: "product_tree".to_owned() };
        let mut sizes: HashMap<String, Size> = HashMap::new();
        let mut room = MAX_HELD[1];
        let mut refused: Vec<String> = Vec::new();
        for _ in 0..MAX_COMBINED {
            let mut left = Vec::new();
            for combination in open {
                let known = |id: &String| self.products.contains_key(id);
                if !known(&combination.inner) || !combination.outer.iter().all(known) {
                    left.push(combination);
                    continue;
                }
                let size = |id: &String| {
                    let plain = Size { deep: 1, held: self.products(id).len().max(1) };
                    sizes.get(id).copied().unwrap_or(plain)
                };
                let outer = combination.outer.iter().map(size);
                let whole = outer.fold(size(&combination.inner), Size::within);
                let fits = whole.deep <= MAX_COMBINED && whole.held <= MAX_HELD[0].min(room);
                if !fits {
                    refused.push(combination.id);
                    continue;
                }
                room -= whole.held;
                let mut built = self.products(&combination.inner).to_vec();
                for outer in &combination.outer {
                    built = placed(&built, self.products(outer));
                }
                sizes.insert(combination.id.clone(), whole);
                self.products.entry(combination.id).or_insert(built);
            }
            open = left;
            if open.is_empty() {
                break;
            }
        }
        let nowhere: Vec<String> = open.into_iter().map(|c| c.id).collect();
        for (ids, what) in [(nowhere, "lead nowhere"), (refused, "are too deep or too large")] {
            if let Some(first) = ids.first() {
                let what = format!("{} combinations of products {what}, such as", ids.len());
                problems.add(&place, format!("{what} «{}»", source::quote(first)));
            }
        }
    }
}

/// How large the products of one id are: they grow by multiplication.
#[derive(Clone, Copy)]
struct Size {
    deep: usize,
    held: usize,
}

impl Size {
    /// Of these inside others, at most.
    fn within(self, outer: Self) -> Self {
        Self {
            deep: self.deep.saturating_add(outer.deep),
            held: outer.held.saturating_mul(self.held.saturating_add(1)),
        }
    }
}

/// Whether a CPE name tells a version.
fn cpe_version(cpe: &str) -> bool {
    let at = if cpe.starts_with("cpe:2.3:") { 5 } else { 4 };
    cpe.split(':').nth(at).is_some_and(|v| !matches!(v, "" | "*" | "-"))
}

/// The inner products as parts of the outer ones; of an outer that has parts itself, as parts of these.
fn placed(inner: &[Arc<Product>], outer: &[Arc<Product>]) -> Vec<Arc<Product>> {
    let outer = outer.iter().map(|outer| {
        let subcomponents = match outer.subcomponents.is_empty() {
            true => inner.to_vec(),
            false => placed(inner, &outer.subcomponents),
        };
        Arc::new(Product { subcomponents, ..(**outer).clone() })
    });
    outer.collect()
}
