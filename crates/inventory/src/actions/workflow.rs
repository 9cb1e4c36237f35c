//! Which actions and reusable workflows does a `uses:` name?
//!
//! In: a workflow (GitHub documentation, «Workflow syntax»: `jobs.<id>.uses`, `jobs.<id>.steps[].uses`) or
//! an action's metadata (`runs.steps[].uses`). Out: a component for each; actions of the repository
//! itself are left out, they have no version. Only a tag with three numbers is a version: `v4` moves.
//! Advisories for GitHub Actions write versions without the `v`, so it is taken off.

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use crate::node::{Entry, Node};
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a workflow or an action's metadata.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parse(document.bytes).unwrap_or_else(Reading::from)
}

fn parse(bytes: &[u8]) -> Result<Reading, Problem> {
    let text = text::of(bytes)?;
    let root = crate::yaml::parse_one(text)?;
    let mut reader = Reader { lines: text.lines().collect(), reading: Reading::default() };
    if let Some(jobs) = root.at("jobs") {
        for job in jobs.expect_map("jobs")? {
            match job.node.expect_map(&job.key) {
                Ok(_) => reader.job(&job.node),
                Err(problem) => reader.reading.note(problem),
            }
        }
    } else if let Some(runs) = root.at("runs") {
        runs.expect_map("runs")?;
        reader.job(runs);
    } else {
        let what = "neither `jobs` nor `runs`; expected a workflow or an action".to_owned();
        return Err(Problem { line: root.line, what });
    }
    Ok(reader.reading)
}

struct Reader<'t> {
    /// The text itself: the comment after a commit is not part of the YAML.
    lines: Vec<&'t str>,
    reading: Reading,
}

impl Reader<'_> {
    fn job(&mut self, job: &Node<'_>) {
        self.uses(job);
        let Some(steps) = job.at("steps") else { return };
        match steps.expect_list("steps") {
            Ok(steps) => steps.iter().for_each(|step| self.uses(step)),
            Err(problem) => self.reading.note(problem),
        }
    }

    fn uses(&mut self, node: &Node<'_>) {
        let Some(entry) = node.entries().iter().rev().find(|entry| entry.key == "uses") else {
            return;
        };
        match entry.node.text() {
            Some(text) => self.reference(text.trim_ascii(), entry),
            None => self.reading.note(entry.node.wrong("uses", "an action")),
        }
    }

    fn reference(&mut self, text: &str, entry: &Entry<'_>) {
        if text.starts_with("./") || text.starts_with("../") {
            return;
        }
        let line = entry.node.line;
        if let Some(image) = text.strip_prefix("docker://") {
            self.reading.push(container(image, line));
            return;
        }
        let parts = text.split_once('@').and_then(|(path, reference)| {
            let mut parts = path.split('/');
            let (owner, name) = (parts.next()?, parts.next()?);
            let whole = !owner.is_empty() && !name.is_empty() && !reference.is_empty();
            whole.then_some((owner, name, reference))
        });
        let Some((owner, name, reference)) = parts else {
            let what = format!("uses `{}`, expected `owner/name@reference`", text::short(text));
            return self.reading.problem(line, what);
        };
        let name = format!("{owner}/{name}");
        let (version, origin) = if is_commit(reference) {
            let address = format!("https://github.com/{name}");
            (self.comment(line, reference), source::git(&address, Some(reference)))
        } else {
            (declared(reference), Origin::Registry)
        };
        self.reading.push(Component {
            ecosystem: Ecosystem::from(Base::GitHubActions),
            name,
            version,
            origin,
            scope: Scope::Unknown,
            direct: Some(true),
            line,
        });
    }

    /// The version that a comment after a commit tells, as the tools that pin actions write it.
    fn comment(&self, line: u32, commit: &str) -> Declared {
        let index = (line as usize).saturating_sub(1);
        let after = self.lines.get(index).and_then(|text| text.split_once(commit));
        let comment = after.and_then(|(_, rest)| rest.split_once('#')).map(|(_, comment)| comment);
        let words = comment.unwrap_or_default().split_ascii_whitespace();
        let version = |word: &&str| {
            let bare = word.strip_prefix('v').unwrap_or(word);
            bare.starts_with(|c: char| c.is_ascii_digit())
        };
        // `tag=v1.2.3` is what one of those tools writes.
        let mut words = words.map(|word| word.strip_prefix("tag=").unwrap_or(word));
        words.find(version).map_or(Declared::Absent, declared)
    }
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `v1.2.3`, with what SemVer allows after it, is a version; `v1`, `1.2` and branches move.
fn declared(reference: &str) -> Declared {
    let bare = reference.strip_prefix('v').unwrap_or(reference);
    let numbers = bare.split(['-', '+']).next().unwrap_or_default();
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match numbers.split('.').count() == 3 && numbers.split('.').all(numeric) {
        true => Declared::Exact(bare.to_owned()),
        false => Declared::Range(reference.to_owned()),
    }
}

/// A container image: no package, but part of what the workflow runs, so it is not left out.
fn container(image: &str, line: u32) -> Component {
    let (name, version) = match image.rsplit_once([':', '@']) {
        Some((name, tag)) if !tag.contains('/') => (name, Declared::Range(tag.to_owned())),
        _ => (image, Declared::Absent),
    };
    Component {
        ecosystem: Ecosystem::parse("docker"),
        name: name.to_owned(),
        version,
        origin: Origin::Foreign(format!("docker://{image}")),
        scope: Scope::Unknown,
        direct: Some(true),
        line,
    }
}
