//! How do the builder's tables become one file?
//!
//! In: a builder. Out: bytes as `layout` tells them. The same records in the same order give the same
//! bytes: advisories are numbered by id, packages by hash.

use std::collections::BTreeMap;
use std::io::Write;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::builder::{BuildError, Builder, Draft, Posting, Summary, base_name};
use super::groups;
use super::heap::Strings;
use super::layout::{self, BLOCK, DATA, NONE, SECTIONS, Section, bucket};
use super::meta::Counts;
use super::signals::{key, row};
use super::upstream::{self, MadeFrom};

/// A package with its place in the hash table.
struct Placed {
    hash: u64,
    ecosystem: u32,
    name: u32,
    /// The package's number in the builder; `None` for an ecosystem's own row.
    old: Option<u32>,
    /// A second row of a package of another registry, found under the base alone.
    again: bool,
    /// In an ecosystem's own row: 1 when other records of the base are bound to a release.
    mark: u32,
}

/// Lays everything out and writes it.
pub(super) fn write(mut builder: Builder, out: &mut dyn Write) -> Result<Summary, BuildError> {
    builder.texts.close().map_err(BuildError::Compress)?;
    let mut data: [Vec<u8>; SECTIONS] = std::array::from_fn(|_| Vec::new());
    let mut put = |section: Section, bytes: Vec<u8>| {
        if let Some(slot) = data.get_mut(section as usize) {
            *slot = bytes;
        }
    };

    let order = number_advisories(&builder);
    let new_number = renumbering(&order, builder.advisories.len());
    builder.postings.retain(|p| number_of(&new_number, p.advisory) != NONE);
    // They came so but for the doubts about a record that differs between feeds.
    builder.postings.sort_by_key(|p| p.advisory);
    let records = records(&builder);
    let packages = place_packages(&builder);
    let new_package = package_numbers(&packages, builder.packages.len());

    let (package_rows, posting_rows) = postings(&mut builder, &packages, &new_number);
    put(Section::Buckets, buckets(&packages));
    put(Section::Packages, package_rows);
    put(Section::Postings, posting_rows);
    put(Section::Intervals, numbers(builder.intervals.iter().flatten()));
    put(Section::Exacts, numbers(&builder.exacts));

    let Grouped { rows: group_rows, ids, of: group_of, count: groups, upstreams } =
        group(&mut builder, &order);
    put(Section::Groups, group_rows);
    put(Section::Ids, id_rows(ids, &builder.strings));
    put(Section::Upstreams, upstreams);
    put(Section::Statements, numbers(&builder.statements));
    put(Section::Advisories, advisory_rows(&mut builder, &order, &group_of, &new_package));

    let signals = std::mem::take(&mut builder.signals);
    let tables = signals.tables(&mut builder.strings, &mut builder.lists);
    put(Section::Cves, tables.cves);
    put(Section::Epss, tables.epss);
    put(Section::Kev, tables.kev);
    put(Section::Exploits, tables.exploits);

    let [cves, kev, epss, exploits] = tables.counts;
    let mut meta = std::mem::take(&mut builder.meta);
    meta.coverage = builder.coverages(&records);
    meta.counts = Counts {
        advisories: order.len() as u64,
        packages: builder.packages.len() as u64,
        postings: builder.postings.len() as u64,
        groups,
        cves,
        kev,
        epss,
        exploits,
    };
    put(Section::Meta, serde_json::to_vec(&meta).map_err(BuildError::Meta)?);
    if builder.strings.is_full() {
        return Err(BuildError::TooLarge("strings"));
    }
    if builder.lists.len() > NONE as usize || builder.intervals.len() > NONE as usize / 2 {
        return Err(BuildError::TooLarge("lists or intervals"));
    }
    put(Section::Strings, builder.strings.into_bytes());
    put(Section::Lists, builder.lists.into_bytes());
    put(Section::TextBlocks, text_rows(&builder.texts.blocks));
    let bytes = emit(&data, &builder.texts.blocks, out).map_err(BuildError::Write)?;
    Ok(Summary { meta, bytes })
}

/// The alias groups.
struct Grouped {
    rows: Vec<u8>,
    /// Every id with its group.
    ids: Vec<(u32, u32)>,
    /// The group of each advisory.
    of: Vec<u32>,
    count: u64,
    /// Rows of CVEs with the groups that were made from them.
    upstreams: Vec<u8>,
}

fn group(builder: &mut Builder, order: &[u32]) -> Grouped {
    let mut members: Vec<groups::Member> = Vec::with_capacity(order.len());
    let mut made_from: Vec<MadeFrom> = Vec::with_capacity(order.len());
    for old in order {
        if let Some(draft) = builder.advisories.get_mut(*old as usize) {
            let aliases = std::mem::take(&mut draft.member.aliases);
            members.push(groups::Member { aliases, ..draft.member });
            made_from.push(std::mem::take(&mut draft.made_from));
        }
    }
    let joined = groups::join(&members);
    let count = joined.len() as u64;
    let upstream = upstream::of_groups(builder, &members, &made_from, &joined);
    let mut grouped = Grouped {
        rows: Vec::new(),
        ids: Vec::new(),
        of: vec![NONE; members.len()],
        count,
        upstreams: upstream::rows(&upstream),
    };
    for (number, (mut group, cves)) in joined.into_iter().zip(upstream).enumerate() {
        let strings = &builder.strings;
        group.ids.sort_unstable_by(|a, b| strings.get(*a).cmp(strings.get(*b)));
        let lists = &mut builder.lists;
        let cves: Vec<u32> = cves.into_iter().flat_map(key).collect();
        row(
            &mut grouped.rows,
            &[lists.place(&group.members), lists.place(&group.ids), lists.place(&cves)],
        );
        grouped.ids.extend(group.ids.iter().map(|id| (*id, number as u32)));
        for member in &group.members {
            if let Some(slot) = grouped.of.get_mut(*member as usize) {
                *slot = number as u32;
            }
        }
    }
    grouped
}

/// The live advisories by id.
fn number_advisories(builder: &Builder) -> Vec<u32> {
    let live = |(index, draft): (usize, &Draft)| (!draft.dead).then_some(index as u32);
    let mut order: Vec<u32> = builder.advisories.iter().enumerate().filter_map(live).collect();
    let id = |index: &u32| builder.advisories.get(*index as usize).map_or(NONE, |d| d.member.id);
    order.sort_unstable_by(|a, b| builder.strings.get(id(a)).cmp(builder.strings.get(id(b))));
    order
}

/// From old numbers to new ones.
fn renumbering(order: &[u32], count: usize) -> Vec<u32> {
    let mut numbers = vec![NONE; count];
    for (new, old) in order.iter().enumerate() {
        if let Some(slot) = numbers.get_mut(*old as usize) {
            *slot = new as u32;
        }
    }
    numbers
}

fn number_of(numbers: &[u32], old: u32) -> u32 {
    numbers.get(old as usize).copied().unwrap_or(NONE)
}

/// Records of each base; postings of one advisory stand together here.
fn records(builder: &Builder) -> BTreeMap<String, u64> {
    let mut records = builder.without_package.clone();
    let bases: Vec<String> =
        builder.ecosystems.iter().map(|draft| base_name(builder.strings.get(draft.text))).collect();
    let mut seen: std::collections::HashSet<&str> = std::collections::HashSet::new();
    for of_advisory in builder.postings.chunk_by(|a, b| a.advisory == b.advisory) {
        seen.clear();
        for posting in of_advisory {
            let ecosystem = builder.packages.get(posting.package as usize).map_or(NONE, |p| p.0);
            if let Some(base) = bases.get(ecosystem as usize)
                && seen.insert(base)
            {
                match records.get_mut(base) {
                    Some(count) => *count += 1,
                    None => {
                        records.insert(base.clone(), 1);
                    }
                }
            }
        }
    }
    records
}

/// All packages and one row for each ecosystem string itself, by hash.
fn place_packages(builder: &Builder) -> Vec<Placed> {
    let hash = |ecosystem: u32, name: &str| {
        builder.ecosystems.get(ecosystem as usize).map_or(0, |draft| {
            layout::hash(draft.ecosystem.base_name(), draft.ecosystem.suffix(), name)
        })
    };
    let text = |ecosystem: u32| builder.ecosystems.get(ecosystem as usize).map_or(NONE, |e| e.text);
    let mut by_release: std::collections::HashSet<String> = std::collections::HashSet::new();
    for draft in &builder.ecosystems {
        if draft.ecosystem.suffix().is_some_and(|suffix| !super::evaluate::is_registry(suffix)) {
            by_release.insert(draft.ecosystem.base_name().to_owned());
        }
    }
    let mut placed: Vec<Placed> = Vec::with_capacity(builder.packages.len());
    for (old, (ecosystem, name)) in builder.packages.iter().enumerate() {
        let package = |hash: u64, again: bool| Placed {
            hash,
            ecosystem: text(*ecosystem),
            name: *name,
            old: Some(old as u32),
            again,
            mark: 0,
        };
        let spelled = builder.strings.get(*name);
        placed.push(package(hash(*ecosystem, spelled), false));
        let draft = builder.ecosystems.get(*ecosystem as usize).map(|draft| &draft.ecosystem);
        let elsewhere = draft.filter(|e| e.suffix().is_some_and(super::evaluate::is_registry));
        if let Some(ecosystem) = elsewhere {
            placed.push(package(layout::hash(ecosystem.base_name(), None, spelled), true));
        }
    }
    for (index, draft) in builder.ecosystems.iter().enumerate() {
        placed.push(Placed {
            hash: hash(index as u32, ""),
            ecosystem: draft.text,
            name: NONE,
            old: None,
            again: false,
            mark: u32::from(by_release.contains(draft.ecosystem.base_name())),
        });
    }
    placed.sort_by_key(|p| (p.hash, p.old, p.again));
    placed
}

fn package_numbers(packages: &[Placed], count: usize) -> Vec<u32> {
    let mut numbers = vec![NONE; count];
    for (new, package) in packages.iter().enumerate() {
        let own = package.old.filter(|_| !package.again);
        if let Some(slot) = own.and_then(|old| numbers.get_mut(old as usize)) {
            *slot = new as u32;
        }
    }
    numbers
}

/// Where each bucket's packages begin.
fn buckets(packages: &[Placed]) -> Vec<u8> {
    let count = packages.len().next_power_of_two();
    let bits = count.trailing_zeros();
    let mut out = Vec::with_capacity((count + 1) * 4);
    let mut at = 0usize;
    for number in 0..=count {
        while packages.get(at).is_some_and(|p| bucket(p.hash, bits) < number) {
            at += 1;
        }
        row(&mut out, &[at as u32]);
    }
    out
}

/// The rows of packages and postings; a package's postings stand together, by advisory.
fn postings(builder: &mut Builder, packages: &[Placed], new_number: &[u32]) -> (Vec<u8>, Vec<u8>) {
    let empty = builder.strings.place("");
    let numbers = package_numbers(packages, builder.packages.len());
    let of = |p: &Posting| (number_of(&numbers, p.package), number_of(new_number, p.advisory));
    builder.postings.sort_unstable_by_key(of);
    let mut posting_rows = Vec::with_capacity(builder.postings.len() * 24);
    // Which postings each package of the builder has.
    let mut spans = vec![(0u32, 0u32); builder.packages.len()];
    let mut at = 0usize;
    for of_package in builder.postings.chunk_by(|a, b| a.package == b.package) {
        for posting in of_package {
            let Posting { flags, intervals, exacts, .. } = *posting;
            let advisory = of(posting).1;
            row(
                &mut posting_rows,
                &[advisory, flags, intervals.0, intervals.1, exacts.0, exacts.1],
            );
        }
        let package = of_package.first().map_or(NONE, |posting| posting.package);
        if let Some(span) = spans.get_mut(package as usize) {
            *span = (at as u32, of_package.len() as u32);
        }
        at += of_package.len();
    }
    let mut package_rows = Vec::with_capacity(packages.len() * 20);
    for package in packages {
        let (name, (first, count)) = match package.old {
            Some(old) => (package.name, spans.get(old as usize).copied().unwrap_or_default()),
            None => (empty, (package.mark, 0)),
        };
        row(&mut package_rows, &[package.hash as u32, package.ecosystem, name, first, count]);
    }
    (package_rows, posting_rows)
}

fn id_rows(mut ids: Vec<(u32, u32)>, strings: &Strings) -> Vec<u8> {
    ids.sort_unstable_by(|a, b| strings.get(a.0).cmp(strings.get(b.0)).then(a.1.cmp(&b.1)));
    let mut out = Vec::with_capacity(ids.len() * 8);
    ids.iter().for_each(|(id, group)| row(&mut out, &[*id, *group]));
    out
}

/// Row: id, codes, published, modified, withdrawn, group, text block, offset, length, vectors, CWEs,
/// packages, upstream, title, symbols.
fn advisory_rows(
    builder: &mut Builder,
    order: &[u32],
    group_of: &[u32],
    new_package: &[u32],
) -> Vec<u8> {
    let mut packages: Vec<(u32, u32)> = builder
        .postings
        .iter()
        .map(|posting| (posting.advisory, number_of(new_package, posting.package)))
        .collect();
    packages.sort_unstable();
    packages.dedup();
    let mut out = Vec::with_capacity(order.len() * 64);
    for (new, old) in order.iter().enumerate() {
        let Some(draft) = builder.advisories.get(*old as usize) else { continue };
        let first = packages.partition_point(|(advisory, _)| advisory < old);
        let own = packages.get(first..).unwrap_or(&[]).iter().take_while(|(a, _)| a == old);
        let own: Vec<u32> = own.map(|(_, package)| *package).collect();
        let packages = builder.lists.place(&own);
        let group = number_of(group_of, new as u32);
        row(&mut out, &[draft.member.id, draft.codes]);
        row(&mut out, &draft.times);
        row(&mut out, &[group]);
        row(&mut out, &draft.text);
        row(&mut out, &[draft.vectors, draft.cwes, packages, draft.upstream, draft.title]);
        row(&mut out, &[draft.symbols]);
    }
    out
}

fn text_rows(blocks: &[(Vec<u8>, u32)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(blocks.len() * 16);
    let mut at = 0u64;
    for (packed, raw) in blocks {
        row(&mut out, &[at as u32, (at >> 32) as u32, packed.len() as u32, *raw]);
        at += packed.len() as u64;
    }
    out
}

fn numbers<'n>(numbers: impl IntoIterator<Item = &'n u32>) -> Vec<u8> {
    numbers.into_iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Writes header, sections and checksums. The checksums stand in front of nothing they cover, and their
/// own checksum stands in the header: so the data is gone through twice.
fn emit(
    data: &[Vec<u8>; SECTIONS],
    texts: &[(Vec<u8>, u32)],
    out: &mut dyn Write,
) -> std::io::Result<u64> {
    let mut lengths = [0usize; SECTIONS];
    for (length, bytes) in lengths.iter_mut().zip(data) {
        *length = bytes.len();
    }
    lengths[Section::Texts as usize] = texts.iter().map(|(packed, _)| packed.len()).sum();
    let (checks, _) = layout::extents(&lengths)[Section::Checks as usize];
    lengths[Section::Checks as usize] = (checks - DATA).div_ceil(BLOCK) * 8;
    let extents = layout::extents(&lengths);

    let mut sums = Sums::default();
    pieces(data, texts, &extents, &mut |piece| {
        sums.add(piece);
        Ok(())
    })?;
    let sums = sums.finish();
    let mut written = 0u64;
    let mut put = |bytes: &[u8]| {
        written += bytes.len() as u64;
        out.write_all(bytes)
    };
    put(&layout::header(&extents, xxh3_64(&sums)))?;
    pieces(data, texts, &extents, &mut put)?;
    put(&sums)?;
    out.flush()?;
    Ok(written)
}

/// Hands out everything between header and checksums, padding included.
fn pieces(
    data: &[Vec<u8>; SECTIONS],
    texts: &[(Vec<u8>, u32)],
    extents: &[layout::Extent; SECTIONS],
    each: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut at = DATA;
    for (section, (offset, length)) in extents.iter().enumerate() {
        each([0u8; 8].get(..offset - at).unwrap_or(&[]))?;
        at = offset + length;
        if section == Section::Texts as usize {
            texts.iter().try_for_each(|(packed, _)| each(packed))?;
        } else if section != Section::Checks as usize {
            each(data.get(section).map_or(&[][..], Vec::as_slice))?;
        }
    }
    Ok(())
}

/// Checksums of the blocks of a stream of pieces.
#[derive(Default)]
struct Sums {
    hasher: Xxh3,
    filled: usize,
    sums: Vec<u8>,
}

impl Sums {
    fn add(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            let (now, later) = piece.split_at(piece.len().min(BLOCK - self.filled));
            self.hasher.update(now);
            self.filled += now.len();
            piece = later;
            if self.filled == BLOCK {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        self.sums.extend_from_slice(&self.hasher.digest().to_le_bytes());
        self.hasher.reset();
        self.filled = 0;
    }

    fn finish(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.close();
        }
        self.sums
    }
}
