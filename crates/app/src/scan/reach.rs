//! Do the project's sources use what was found? The first rung of reachability.
//!
//! For each repository with findings its source files are read once, and each finding is asked about:
//! its package, and the project's own dependencies that lead to it. The answer stands in
//! [`Finding::reach`]. «Not imported» orders what is equally urgent; it moves no due instant and closes
//! nothing. What cannot be said is said to be unknown. The sources are read, never run.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use codescan::{Answer, Found, Language, Named, Question, Sources};
use globset::GlobSet;
use ignore::WalkBuilder;
use intel::{GroupRef, IndexError};
use vocab::Base;

use super::Context;
use super::findings::{Findings, Made};
use super::gather::{AssetFiles, Gathered, Kind, Package};
use crate::files::{read, walk};
use crate::report::{Place, Reach};

/// Most entries looked at below one asset.
const MAX_ENTRIES: u64 = 2_000_000;
/// Most files read below one asset.
const MAX_FILES: usize = codescan::sources::MAX_FILES;
/// Deepest folder entered below one asset.
const MAX_DEPTH: usize = 128;
/// Most of the project's own dependencies that are named for one finding.
const SHOWN: usize = 3;

/// Fills in what the sources show of each finding on a repository.
pub(super) fn fill(
    context: &Context<'_>,
    gathered: &Gathered,
    findings: &mut Findings,
) -> Result<(), IndexError> {
    let exclude = super::exclusions(&context.request.exclude).unwrap_or_default();
    let mut of_asset: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, made) in findings.findings.iter().enumerate() {
        let Some(package) = gathered.packages.get(made.package as usize) else { continue };
        of_asset.entry(package.asset).or_default().push(at);
    }
    let mut named: HashMap<GroupRef, Vec<Named>> = HashMap::new();
    let several =
        gathered.assets.iter().any(|a| Some(&a.root) != gathered.assets.first().map(|a| &a.root));
    for (asset, at) in of_asset {
        let Some(files) = gathered.assets.get(asset as usize) else { continue };
        if files.kind != Kind::Repository {
            continue;
        }
        let mut graph = Graph { gathered, brought_by: HashMap::new(), known: HashMap::new() };
        let mut asked: Vec<Asked> = Vec::with_capacity(at.len());
        for at in at {
            let Some(made) = findings.findings.get(at) else { continue };
            let of_group = match named.entry(made.group) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(slot) => slot.insert(names(context, made.group)?),
            };
            let of_group = of_group.clone();
            asked.push(Asked::new(&mut graph, at, made, of_group));
        }
        let sources = survey(files, &exclude, several, &asked);
        for asked in &asked {
            if let Some(made) = findings.findings.get_mut(asked.at) {
                made.report.reach = Some(asked.answer(&sources));
            }
        }
    }
    Ok(())
}

/// The functions and modules that the records of a group name.
fn names(context: &Context<'_>, group: GroupRef) -> Result<Vec<Named>, IndexError> {
    let mut named: BTreeSet<Named> = BTreeSet::new();
    for member in context.index.group(group)?.members {
        let advisory = context.index.advisory(member)?;
        if advisory.withdrawn.is_none() {
            let of_record = advisory.symbols.into_iter();
            named.extend(of_record.map(|n| Named { path: n.path, symbols: n.symbols }));
        }
    }
    Ok(named.into_iter().collect())
}

/// What is asked for one finding.
struct Asked {
    /// Which finding.
    at: usize,
    /// About its package.
    own: Question,
    /// About the project's own dependencies that lead to it, itself left out.
    heads: Vec<Question>,
    /// Whether those, and the package itself if the project names it, are all that bring it in.
    all_known: bool,
    /// Whether the project itself asks for the package.
    direct: bool,
}

impl Asked {
    fn new(graph: &mut Graph<'_>, at: usize, made: &Made, named: Vec<Named>) -> Self {
        let gathered = graph.gathered;
        let question = |package: &Package, named: Vec<Named>| Question {
            ecosystem: package.ecosystem.base(),
            name: package.name.clone(),
            named,
        };
        let Some(package) = gathered.packages.get(made.package as usize) else {
            let own = Question { ecosystem: Base::Other, name: String::new(), named };
            return Self { at, own, heads: Vec::new(), all_known: false, direct: false };
        };
        let (heads, all_known) = match graph.known.get(&made.package) {
            Some(known) => known.clone(),
            None => {
                let heads = graph.heads(package);
                graph.known.insert(made.package, heads.clone());
                heads
            }
        };
        let direct = heads.contains(&made.package);
        let others = heads.iter().filter(|head| **head != made.package);
        let others = others.filter_map(|head| gathered.packages.get(*head as usize));
        let mut heads: Vec<Question> = others.map(|head| question(head, Vec::new())).collect();
        heads.sort_by(|a, b| a.name.cmp(&b.name));
        heads.dedup_by(|a, b| a.name == b.name);
        Self { at, own: question(package, named), heads, all_known, direct }
    }

    fn answer(&self, sources: &Sources) -> Reach {
        let own = codescan::answer(&self.own, sources);
        if matches!(own.answer, Answer::Named | Answer::Imported) {
            return reach(own.answer, own.detail, own.places);
        }
        let name = &self.own.name;
        let heads: Vec<(&str, Found)> = self
            .heads
            .iter()
            .map(|head| (head.name.as_str(), codescan::answer(head, sources)))
            .collect();
        let is = |answer: Answer| heads.iter().filter(move |(_, found)| found.answer == answer);
        let used = is(Answer::Imported).chain(is(Answer::Named));
        let users: Vec<&str> = used.clone().map(|(head, _)| *head).collect();
        if let Some((_, first)) = used.clone().next() {
            let verb = if users.len() == 1 { "is" } else { "are" };
            let detail = format!("{name} is brought in by {}, which {verb} imported", list(&users));
            return reach(Answer::Imported, detail, first.places.clone());
        }
        if let Some((head, found)) = is(Answer::Unknown).next() {
            let detail = format!("{name} is brought in by {head}, and of that: {}", found.detail);
            return reach(Answer::Unknown, detail, found.places.clone());
        }
        // A mention counts for what others bring in, too: their programs are installed as well.
        if own.answer == Answer::Unknown && (self.direct || !own.places.is_empty()) {
            return reach(Answer::Unknown, own.detail, own.places);
        }
        if !self.all_known {
            let detail = match own.answer {
                Answer::Unknown => own.detail,
                _ => format!("{}, but the files do not tell who else needs it", own.detail),
            };
            return reach(Answer::Unknown, detail, own.places);
        }
        let heads: Vec<&str> = heads.iter().map(|(head, _)| *head).collect();
        let detail = match (heads.is_empty(), self.direct) {
            (true, _) => own.detail,
            (false, true) => {
                format!("{}, and none imports {}, which need it too", own.detail, list(&heads))
            }
            (false, false) => {
                let verb = if heads.len() == 1 { "is" } else { "are" };
                format!("{name} is brought in by {}, which {verb} not imported", list(&heads))
            }
        };
        reach(Answer::NotImported, detail, Vec::new())
    }
}

/// The first few names.
fn list(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).copied().collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(" and "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn reach(answer: Answer, detail: String, places: Vec<codescan::Place>) -> Reach {
    let places = places.into_iter().map(|p| Place { path: p.path, line: p.line, layer: None });
    Reach { answer: answer.as_str().into(), detail, places: places.collect() }
}

/// Who requires whom, backwards, in each file that tells.
struct Graph<'g> {
    gathered: &'g Gathered,
    /// For each component of a reading those that require it.
    brought_by: HashMap<u32, Vec<Vec<u32>>>,
    /// What [`Graph::heads`] found of each package.
    known: HashMap<u32, Heads>,
}

/// The packages that the project itself asks for and that lead to a package, that package among them if
/// the project asks for it; and whether nothing else can lead to it.
type Heads = (BTreeSet<u32>, bool);

impl Graph<'_> {
    fn heads(&mut self, package: &Package) -> Heads {
        let mut heads = BTreeSet::new();
        let mut all_known = !package.more && !package.seen.is_empty();
        for seen in &package.seen {
            let gathered = self.gathered;
            let Some(file) = gathered.readings.get(seen.reading as usize) else { continue };
            let of = |component: u32| -> Option<(u32, &Package)> {
                let number = *file.packages.get(component as usize)?;
                Some((number, gathered.packages.get(number as usize)?))
            };
            if file.requires.is_empty() {
                // Go's `go.mod` marks what the project's own code does not import.
                all_known &= package.ecosystem.base() == Base::Go && package.direct == Some(true);
                if let Some((number, _)) =
                    of(seen.component).filter(|_| package.direct == Some(true))
                {
                    heads.insert(number);
                }
                continue;
            }
            let brought_by = self.brought_by.entry(seen.reading).or_insert_with(|| {
                let mut brought_by = vec![Vec::new(); file.packages.len()];
                for (from, to) in &file.requires {
                    if let Some(of) = brought_by.get_mut(*to as usize).filter(|_| from != to) {
                        of.push(*from);
                    }
                }
                brought_by
            });
            let before = heads.len();
            let mut met: BTreeSet<u32> = BTreeSet::from([seen.component]);
            let mut open = vec![seen.component];
            while let Some(at) = open.pop() {
                let Some((number, of_component)) = of(at) else { continue };
                let by = brought_by.get(at as usize).map_or(&[][..], Vec::as_slice);
                let by_project =
                    by.iter().any(|by| of(*by).is_some_and(|(_, p)| p.is_first_party()));
                if by_project || of_component.direct == Some(true) {
                    heads.insert(number);
                }
                let others =
                    by.iter().filter(|by| !of(**by).is_some_and(|(_, p)| p.is_first_party()));
                open.extend(others.filter(|by| met.insert(**by)));
            }
            all_known &= heads.len() > before
                || met.iter().any(|at| of(*at).is_some_and(|(number, _)| heads.contains(&number)));
        }
        (heads, all_known)
    }
}

/// Reads the sources of an asset.
fn survey(asset: &AssetFiles, exclude: &GlobSet, several: bool, asked: &[Asked]) -> Sources {
    let questions = asked.iter().flat_map(|a| std::iter::once(&a.own).chain(&a.heads));
    let mut sources = Sources::looking_for(questions);
    let Some(root) = asset.real.as_deref().filter(|root| root.is_dir()) else {
        // A lock file alone, or a folder that is gone: nothing was looked at.
        return sources;
    };
    let mut builder = WalkBuilder::new(root);
    builder
        .standard_filters(false)
        .follow_links(false)
        .max_depth(Some(MAX_DEPTH))
        .sort_by_file_name(Ord::cmp);
    let (excluded, base, below) = (exclude.clone(), root.to_path_buf(), asset.relative.clone());
    builder.filter_entry(move |entry| {
        let path = entry.path();
        let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
        if entry.depth() == 0 {
            return true;
        }
        let of_others = is_folder
            && (path.join("pyvenv.cfg").is_file()
                || path.ends_with("vendor") && path.join("modules.txt").is_file());
        let relative = Path::new(&below).join(path.strip_prefix(&base).unwrap_or(path));
        walk::folder_rule(path, is_folder).is_none() && !of_others && !excluded.is_match(relative)
    });
    let (mut entries, mut files) = (0u64, 0usize);
    for entry in builder.build() {
        entries += 1;
        let Ok(entry) = entry else {
            sources.truncated();
            continue;
        };
        let folder = entry.file_type().is_some_and(|t| t.is_dir());
        if entries > MAX_ENTRIES || files >= MAX_FILES || folder && entry.depth() == MAX_DEPTH {
            sources.truncated();
            if folder && entries <= MAX_ENTRIES && files < MAX_FILES {
                continue;
            }
            break;
        }
        let inner = walk::relative(root, entry.path());
        let Some(kind) = entry.file_type() else { continue };
        if kind.is_symlink() {
            link(root, entry.path(), &inner, &mut sources);
        } else if kind.is_file() {
            let shown = match (several, asset.relative.is_empty()) {
                (true, _) => format!("{}/{inner}", asset.path.trim_end_matches('/')),
                (false, true) => inner,
                (false, false) => format!("{}/{inner}", asset.relative),
            };
            files += usize::from(one(entry.path(), &shown, &mut sources));
        }
    }
    sources
}

/// Reads one file if its name says that it may import something; tells whether it was read.
fn one(path: &Path, shown: &str, sources: &mut Sources) -> bool {
    let by_head = Language::needs_head(shown);
    if !by_head && Language::of(shown, b"").is_none() {
        return false;
    }
    match read::bounded(path, codescan::sources::MAX_FILE as u64) {
        Ok(bytes) => sources.file(&Arc::from(shown), &bytes),
        // Without an ending a large file is no script.
        Err(_) if by_head => {}
        Err(_) => sources.not_read(shown),
    }
    true
}

/// A link is not followed. One that leads out of the asset may lead to sources that nobody reads.
fn link(root: &Path, path: &Path, inner: &str, sources: &mut Sources) {
    let Ok(target) = path.canonicalize() else { return };
    let may_import = target.is_dir()
        || Language::of(inner, b"").is_some_and(|language| language != Language::Words);
    if may_import && !target.starts_with(root) {
        sources.truncated();
    }
}
