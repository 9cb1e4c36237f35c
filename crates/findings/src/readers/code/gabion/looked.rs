//! What of its assets did our own scan look at?
//!
//! Paths of places are as the scan shows them: below what was scanned, or, of several things, as they were given. Two scans
//! of one asset compare only in one spelling: below the repository that it lies in. Where there is none, a scan of
//! another folder is another configuration.

use std::collections::BTreeMap;

use vocab::Ecosystem;

use crate::coverage::{Filter, Target};
use crate::identity::normal_path;
use crate::readers::told;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// Most assets, files read, not read and left out that are told apart, of each.
const MOST: usize = 100_000;
/// The rule of what `--exclude` left out.
const EXCLUDED: &str = "--exclude";
/// Of a file without a lock file beside it: what it names was read, what that brings in is not known.
const UNRESOLVED: &str = "unresolved";

const RECORDS: &[&str] = &[
    "assets[]",
    "not_read[]",
    "skipped[]",
    "not_evaluated[]",
    "unrecognised[]",
    "blind[]",
    "complete",
    "folder",
    "exclude[]",
    "nested[]",
];

/// One asset.
#[derive(Default)]
struct Asset {
    /// As it was given; of a single file the folder that it lies in.
    folder: String,
    /// As it was given.
    path: String,
    /// What stands before the paths of its places.
    places_below: String,
    /// Where it lies in its repository.
    within: Option<String>,
    repository: String,
    branch: String,
    itself: String,
    kind: String,
    digest: String,
    /// One file and no folder.
    single: bool,
    /// Its name means more than was scanned.
    part: bool,
    /// Paths of the files that were read, as places have them.
    read: Vec<String>,
    files: u64,
}

impl Asset {
    fn of(record: Record<'_>) -> Self {
        let truth = |name: &str| record.at(name).and_then(|r| r.0.as_bool()).unwrap_or(false);
        let single = truth("single");
        Self {
            folder: record.text(if single { "root" } else { "path" }).to_owned(),
            path: record.text("path").to_owned(),
            places_below: record.text("places_below").to_owned(),
            within: record.at("within").and_then(|r| r.0.as_str()).map(str::to_owned),
            repository: record.text("repository").to_owned(),
            branch: record.text("branch").to_owned(),
            itself: record.text("itself").to_owned(),
            kind: record.text("kind").to_owned(),
            digest: record.text("digest").to_owned(),
            single,
            part: truth("part"),
            read: record.texts("read").into_iter().take(MOST).collect(),
            files: record.at("files").and_then(|r| r.0.as_u64()).unwrap_or(0),
        }
    }

    /// A path of a place below its repository.
    fn place(&self, path: &str) -> String {
        self.joined(below(&self.places_below, path).unwrap_or(path))
    }

    /// A path as it was given, below its repository; `None` where it lies elsewhere.
    fn given(&self, path: &str) -> Option<String> {
        below(&self.folder, path).map(|rest| self.joined(rest))
    }

    fn joined(&self, rest: &str) -> String {
        match self.within.as_deref() {
            Some(within) if !within.is_empty() => normal_path(&format!("{within}/{rest}")),
            _ => normal_path(rest),
        }
    }
}

/// What is left of a path below a folder.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    let folder = folder.trim_end_matches('/');
    if matches!(folder, "" | ".") {
        return Some(path.trim_start_matches('/'));
    }
    let rest = path.strip_prefix(folder)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/'))
}

/// The assets of a document by id, and what they lack.
#[derive(Default)]
pub(super) struct LookedAt {
    assets: BTreeMap<String, Asset>,
    /// As given, and whether nothing of it was read.
    not_read: Vec<(String, bool)>,
    /// Paths that were passed over, as given, and whether the command said so.
    skipped: Vec<(String, bool)>,
    /// Patterns, relative to each folder that was given.
    exclude: Vec<String>,
    not_evaluated: Vec<String>,
    counts: Counts,
    /// The real path of what was scanned, where it lies in no repository.
    folder: String,
    /// There are more than are kept.
    more: bool,
}

/// What was not looked at, in numbers.
#[derive(Default)]
struct Counts {
    not_read: u64,
    not_evaluated: u64,
    unrecognised: u64,
    blind: u64,
    incomplete: bool,
}

impl LookedAt {
    pub(super) fn of(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<Self, Stop> {
        let mut all = Self::default();
        json::walk(source, RECORDS, sink, &mut |_, hit| {
            all.add(hit.pattern, hit.record());
            Ok(())
        })?;
        Ok(all)
    }

    fn add(&mut self, pattern: usize, record: Record<'_>) {
        let text = record.0.as_str().unwrap_or_default();
        let kept = self.assets.len().max(self.not_read.len()).max(self.skipped.len());
        self.more |= kept.max(self.not_evaluated.len()) >= MOST;
        match pattern {
            0 if !self.more => {
                self.assets.insert(record.text("id").to_owned(), Asset::of(record));
            }
            1 => {
                self.counts.not_read += 1;
                if !self.more {
                    let lost = record.text("code") != UNRESOLVED;
                    self.not_read.push((record.text("path").to_owned(), lost));
                }
            }
            // What is passed over by name everywhere never had a claim.
            2 if !self.more && !record.text("path").contains("**/") => {
                let excluded = record.text("rule") == EXCLUDED;
                self.skipped.push((record.text("path").to_owned(), excluded));
            }
            3 => {
                self.counts.not_evaluated += 1;
                let kind = Ecosystem::parse(record.text("ecosystem")).base().purl_type();
                if !self.more {
                    self.not_evaluated.push(format!("{kind}/{}", record.text("name")));
                }
            }
            4 => self.counts.unrecognised += 1,
            5 => self.counts.blind += 1,
            6 => self.counts.incomplete = record.0.as_bool() != Some(true),
            7 => text.clone_into(&mut self.folder),
            // An asset of its own in another one.
            9 if !self.more => self.skipped.push((text.to_owned(), false)),
            8 if !self.more && self.exclude.len() < MOST => self.exclude.push(text.to_owned()),
            _ => {}
        }
    }

    /// The path of an asset's place as the ledger has it.
    pub(super) fn place(&self, asset: &str, path: &str) -> String {
        self.assets.get(asset).map_or_else(|| path.to_owned(), |asset| asset.place(path))
    }

    pub(super) fn tell(&self, sink: &mut dyn Sink) {
        for id in self.assets.keys() {
            sink.fact(Fact::Looked(Target::unit(id)));
        }
        let mut all = self.assets.values();
        if let (Some(only), None) = (all.next(), all.next()) {
            told::digest(sink, &only.digest);
            self.alone(sink, only);
        }
        for (path, lost) in &self.not_read {
            self.missed(sink, path, *lost);
        }
        // Patterns say all that they left out, also what is not there any more; where one cannot be read here, and where
        // none is told, the paths do.
        let told = !self.exclude.is_empty() && self.exclude.iter().all(|p| is_plain(p));
        for (path, excluded) in &self.skipped {
            if !(*excluded && told) {
                self.left_out(sink, path, *excluded);
            }
        }
        for asset in self.assets.values() {
            for pattern in self.exclude.iter().filter(|pattern| is_plain(pattern)) {
                without(sink, &asset.joined(&wider(pattern)));
            }
        }
        for package in &self.not_evaluated {
            sink.fact(Fact::NotEvaluated(package.clone()));
        }
        self.whole(sink);
    }

    /// What was looked at of the only asset.
    fn alone(&self, sink: &mut dyn Sink, asset: &Asset) {
        let known = asset.within.is_some();
        // One of the same name that lies elsewhere is another one. A repository is known by its origin, an image by its
        // name: wherever they lie they are the same.
        let lies = match (asset.repository.as_str(), self.folder.as_str()) {
            _ if asset.kind == "image" || (asset.kind == "sbom" && !asset.itself.is_empty()) => "",
            ("", "") => &asset.path,
            ("", folder) => folder,
            (origin, _) => origin,
        };
        told::setting(sink, "place", lies);
        told::setting(sink, "itself", &asset.itself);
        told::setting(sink, "branch", &asset.branch);
        // Of a part whose place in the whole is not known, a path may be that of another part; and an earlier version of
        // this program did not tell what it read.
        if (asset.part && !known) || asset.read.is_empty() {
            return;
        }
        if !asset.single && (!asset.part || asset.kind == "repository") {
            sink.fact(Fact::Looked(Target::folder(&asset.joined(""))));
        }
        for path in &asset.read {
            sink.fact(Fact::Looked(Target::manifest(&asset.place(path))));
        }
    }

    /// `lost`: it was not read; else what it names was read, and a lock file that once lay beside it tells no more.
    fn missed(&self, sink: &mut dyn Sink, path: &str, lost: bool) {
        let mut any = false;
        for below in self.assets.values().filter_map(|asset| asset.given(path)) {
            any = true;
            if lost {
                sink.fact(Fact::Missed(Target::folder(&below)));
            } else {
                sink.fact(Fact::MissedBeside(Target::manifest(&below)));
            }
        }
        if !any {
            sink.fact(Fact::Incomplete(format!("not read: {path}")));
        }
    }

    fn left_out(&self, sink: &mut dyn Sink, path: &str, excluded: bool) {
        for asset in self.assets.values() {
            let Some(below) = asset.given(path) else { continue };
            if excluded || below != asset.joined("") {
                sink.fact(Fact::Missed(Target::folder(&below)));
            }
        }
    }

    /// Whether the scan saw all of it, and how much it did not.
    fn whole(&self, sink: &mut dyn Sink) {
        let counts = &self.counts;
        let mut gaps = Vec::new();
        for (what, count) in [
            ("components not evaluated", counts.not_evaluated),
            ("files not read", counts.not_read),
            ("files without a reader", counts.unrecognised),
            ("feeds that are too old", counts.blind),
        ] {
            if count > 0 {
                gaps.push(format!("{what}: {count}"));
            }
        }
        if self.more {
            sink.fact(Fact::Incomplete(format!("it tells more than {MOST} things of one kind")));
        }
        if counts.incomplete && gaps.is_empty() {
            sink.fact(Fact::Incomplete("the scan calls itself incomplete".to_owned()));
        }
        // A scan that read something and lists nothing has found nothing.
        if !self.more && (!counts.incomplete || self.assets.values().any(|asset| asset.files > 0)) {
            sink.fact(Fact::Succeeded);
        }
        for gap in gaps {
            sink.fact(Fact::InPart(gap));
        }
    }
}

/// Whether a pattern of `--exclude` has only `*` and `?` in it.
fn is_plain(pattern: &str) -> bool {
    !pattern.contains(['[', ']', '{', '}', '\\', '!'])
}

/// A pattern that means no less: in one of `--exclude` `*` and `?` stand for slashes too.
fn wider(pattern: &str) -> String {
    let mut wider = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern.trim_end_matches('/').chars().peekable();
    while let Some(c) = rest.next() {
        if !matches!(c, '*' | '?') {
            wider.push(c);
            continue;
        }
        while rest.next_if(|next| matches!(next, '*' | '?')).is_some() {}
        wider.push_str("**");
    }
    wider
}

/// Nothing that fits this pattern from the root on. A name alone means that one there, and what lies below it.
fn without(sink: &mut dyn Sink, pattern: &str) {
    if pattern.contains(['/', '*']) {
        sink.fact(Fact::Filter(Filter::Without(pattern.to_owned())));
    } else if !pattern.is_empty() {
        sink.fact(Fact::Filter(Filter::Without(format!("{pattern}/**"))));
        sink.fact(Fact::Missed(Target::manifest(pattern)));
    }
}

#[cfg(test)]
mod tests {
    use super::{Asset, below, is_plain, wider};

    #[test]
    fn a_pattern_is_widened_and_never_narrowed() {
        assert_eq!(wider("a/*.lock"), "a/**.lock");
        assert_eq!(wider("**/a?.lock"), "**/a**.lock");
        assert_eq!(wider("docs/"), "docs");
        assert!(is_plain("a/*") && !is_plain("{a,b}/*") && !is_plain("[ab]"));
        let matches = crate::coverage::matches;
        assert!(matches(&wider("a/*.lock"), "a/b/c.lock"));
        assert!(!matches(&wider("a/*.lock"), "b/a/c.lock"));
    }

    #[test]
    fn a_place_has_one_spelling_wherever_the_scan_began() {
        let check = |folder: &str, places_below: &str, within: Option<&str>, path: &str, expect| {
            let asset = Asset {
                folder: folder.to_owned(),
                places_below: places_below.to_owned(),
                within: within.map(str::to_owned),
                ..Asset::default()
            };
            assert_eq!(asset.place(path), expect, "{folder} {path}");
        };
        check("repo", "", Some(""), "web/a.lock", "web/a.lock");
        check("repo/web", "", Some("web"), "a.lock", "web/a.lock");
        check("repo/web", "repo/web", Some("web"), "repo/web/a.lock", "web/a.lock");
        check(".", "", None, "web/a.lock", "web/a.lock");
        check("repo", "sub", Some(""), "sub/a.lock", "a.lock");
        check("/", "/", None, "/usr/lib/a", "usr/lib/a");
    }

    #[test]
    fn what_lies_beside_a_folder_is_not_below_it() {
        assert_eq!(below("repo", "repo/web/a"), Some("web/a"));
        assert_eq!(below("repo", "repository/a"), None);
        assert_eq!(below("repo/", "repo"), Some(""));
        assert_eq!(below(".", "web"), Some("web"));
    }
}
