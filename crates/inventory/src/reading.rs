//! What came out of one file?

use std::collections::BTreeMap;

use formats::credentials::{blanked, blanked_name};
use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

/// Most components taken from one file; a file with more is read up to here and has a problem.
pub const MAX_COMPONENTS: usize = 2_000_000;
/// Most problems kept of one file; one more says that there are others.
pub const MAX_PROBLEMS: usize = 1_000;
/// Deepest nesting followed in any structured format.
pub const MAX_DEPTH: usize = 128;

/// The components of one file, and what is known of how they hang together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// In the order of the file.
    pub components: Vec<Component>,
    /// Who requires whom, as indices into `components`: (requirer, required). Empty when not told.
    pub requires: Vec<(u32, u32)>,
    /// What could not be read. A reading with problems is incomplete.
    pub problems: Vec<Problem>,
    /// What some documents tell of a component besides, by its index.
    pub details: BTreeMap<u32, Details>,
}

/// What a document may tell of a component beyond what is needed to evaluate it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// The package URL as the document has it, qualifiers included.
    pub purl: Option<String>,
    /// CPE names, as written.
    pub cpes: Vec<String>,
    /// Digests of its content: algorithm as the document calls it, and hexadecimal digits.
    pub hashes: Vec<(String, String)>,
    /// Licence expressions or names, as written.
    pub licences: Vec<String>,
    /// The installed package, where the component bears the name of the source package that advisories
    /// name (`libssl3` of `openssl`).
    pub package: Option<String>,
    /// As the document has it.
    pub architecture: Option<String>,
    /// The distribution's package that brought it: whose advisories speak for it.
    pub owned_by: Option<String>,
}

/// Something in a file that could not be read; the rest of the file was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1; 0 when the place has no line.
    pub line: u32,
    /// What was met and what was expected, without the path.
    pub what: String,
}

impl Reading {
    /// A reading that consists of one problem.
    pub fn failed(line: u32, what: impl Into<String>) -> Self {
        Self { problems: vec![Problem { line, what: what.into() }], ..Self::default() }
    }

    /// Adds a problem.
    pub fn problem(&mut self, line: u32, what: impl Into<String>) {
        self.note(Problem { line, what: what.into() });
    }

    /// Adds a problem; after [`MAX_PROBLEMS`] one that stands for all others.
    pub fn note(&mut self, problem: Problem) {
        match self.problems.len() {
            ..MAX_PROBLEMS => self.problems.push(problem),
            MAX_PROBLEMS => {
                let what = format!("more than {MAX_PROBLEMS} problems; the others are not listed");
                self.problems.push(Problem { line: problem.line, what });
            }
            _ => {}
        }
    }

    /// Blanks credentials in all that is shown and kept: lock files hold addresses with passwords and tokens, and lines
    /// that do not read stand in problems.
    pub(crate) fn blank_credentials(&mut self) {
        fn clean(text: &mut String, blanked: fn(&str) -> Option<String>) {
            if let Some(blanked) = blanked(text) {
                *text = blanked;
            }
        }
        for component in &mut self.components {
            // A reader may have taken an address for a name and a version around its «@».
            if component.name.contains("://")
                && let Some(whole) =
                    blanked_name(&format!("{}@{}", component.name, component.version.text()))
                && let Some((name, _)) = whole.rsplit_once('@')
            {
                component.name = name.to_owned();
            }
            clean(&mut component.name, blanked_name);
            match &mut component.version {
                Declared::Exact(text) | Declared::Range(text) => clean(text, blanked_name),
                Declared::Absent => {}
            }
            match &mut component.origin {
                Origin::Foreign(address) => clean(address, blanked),
                Origin::Git { url, commit } => {
                    clean(url, blanked);
                    clean(commit, blanked_name);
                }
                Origin::Registry | Origin::FirstParty => {}
            }
        }
        self.problems.iter_mut().for_each(|problem| clean(&mut problem.what, blanked));
        let details = self.details.values_mut().filter_map(|details| details.purl.as_mut());
        details.for_each(|purl| clean(purl, blanked_name));
    }

    /// Adds a component and returns its index; at [`MAX_COMPONENTS`] it notes one problem and adds no
    /// more. One without a name is a problem, and kept as «(no name)» so that the rest is read.
    pub fn push(&mut self, mut component: Component) -> Option<u32> {
        if self.components.len() >= MAX_COMPONENTS {
            let what = format!("more than {MAX_COMPONENTS} packages; the rest was not read");
            if self.problems.last().map(|p| &p.what) != Some(&what) {
                self.problem(component.line, what);
            }
            return None;
        }
        if component.name.is_empty() {
            self.problem(component.line, "a package without a name");
            component.name = "(no name)".to_owned();
        }
        self.components.push(component);
        u32::try_from(self.components.len() - 1).ok()
    }

    /// Tells direct from transitive by the edges: what a first-party component requires is direct, the
    /// rest is not. Without a first-party component nothing is told.
    pub fn mark_direct(&mut self) {
        let own = |c: &Component| c.origin == Origin::FirstParty;
        if !self.components.iter().any(own) {
            return;
        }
        for component in &mut self.components {
            component.direct = Some(component.origin == Origin::FirstParty);
        }
        for (from, to) in &self.requires {
            let first = self.components.get(*from as usize).is_some_and(own);
            if let Some(to) = self.components.get_mut(*to as usize).filter(|_| first) {
                to.direct = Some(true);
            }
        }
    }
}

/// The order in which a scope wins over another, the strictest first.
const SCOPES: [Scope; 4] = [Scope::Runtime, Scope::Unknown, Scope::Optional, Scope::Development];

impl Reading {
    /// Gives every component the strictest scope in which it is reached along the edges from `roots`
    /// (component, scope); what is not reached keeps its own. First-party components are not passed
    /// through: what they require are roots themselves.
    pub fn spread(&mut self, roots: &[(u32, Scope)]) {
        let mut outgoing: Vec<Vec<u32>> = vec![Vec::new(); self.components.len()];
        for (from, to) in &self.requires {
            if let Some(list) = outgoing.get_mut(*from as usize) {
                list.push(*to);
            }
        }
        let mut seen = vec![false; self.components.len()];
        for scope in SCOPES {
            let mut open: Vec<u32> =
                roots.iter().filter(|(_, s)| *s == scope).map(|(root, _)| *root).collect();
            while let Some(at) = open.pop() {
                let (Some(component), Some(seen)) =
                    (self.components.get_mut(at as usize), seen.get_mut(at as usize))
                else {
                    continue;
                };
                if std::mem::replace(seen, true) || component.origin == Origin::FirstParty {
                    continue;
                }
                component.scope = scope;
                open.extend(outgoing.get(at as usize).into_iter().flatten());
            }
        }
    }
}

impl From<Problem> for Reading {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem], ..Self::default() }
    }
}

/// A component from the public registry at an exact version, of unknown scope; readers change what
/// they know better.
pub fn pinned(
    base: Base,
    name: impl Into<String>,
    version: impl Into<String>,
    line: u32,
) -> Component {
    Component {
        ecosystem: Ecosystem::from(base),
        name: name.into(),
        version: Declared::Exact(version.into()),
        origin: Origin::Registry,
        scope: Scope::Unknown,
        direct: None,
        line,
    }
}
