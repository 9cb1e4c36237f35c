//! Builders for affected packages, and plans as texts.

use remedy::{Affected, Candidate, FindingRef, Fix, Hop};
use vocab::{Ecosystem, Scope};

/// An affected package of the asset `shop` in `file`, without findings yet.
pub fn affected(ecosystem: &str, name: &str, version: &str, file: &str) -> Affected {
    Affected {
        asset: "shop".into(),
        ecosystem: Ecosystem::parse(ecosystem),
        name: name.into(),
        version: version.into(),
        scope: Scope::Runtime,
        malicious: false,
        findings: Vec::new(),
        candidates: Vec::new(),
        direct: Some(true),
        paths: Vec::new(),
        files: vec![file.into()],
        owner: None,
        git: false,
        installed: Vec::new(),
        image: false,
    }
}

/// What a test says of a package, one step at a time.
pub trait Build {
    /// A finding due on a day of November 2026 (0: on the next upgrade).
    fn finding(self, id: &str, day: u8) -> Self;
    /// A judged version with the findings it would have, separated by spaces.
    fn candidate(self, version: &str, still: &str) -> Self;
    /// Not named by the project; brought in along `a 1 > b 2`.
    fn through(self, path: &str) -> Self;
}

impl Build for Affected {
    fn finding(mut self, id: &str, day: u8) -> Self {
        let due = (day > 0).then(|| vocab::instant::parse(&format!("2026-11-{day:02}"))).flatten();
        self.findings.push(FindingRef { id: id.into(), due, emergency: false });
        self
    }

    fn candidate(mut self, version: &str, still: &str) -> Self {
        self.candidates.push(Candidate {
            version: version.into(),
            still_affected_by: still.split_whitespace().map(str::to_owned).collect(),
            evaluated: true,
            malicious: still.contains("MAL-"),
        });
        self
    }

    fn through(mut self, path: &str) -> Self {
        self.direct = Some(false);
        let hops = path.split(" > ").filter_map(|hop| hop.split_once(' '));
        let hop =
            |(name, version): (&str, &str)| Hop { name: name.into(), version: version.into() };
        self.paths.push(hops.map(hop).collect());
        self
    }
}

/// A plan as text, every field of every row.
pub fn show(fixes: &[Fix]) -> String {
    let list = |items: &[String]| items.join(" ");
    let mut text = String::new();
    for fix in fixes {
        let to = fix.to.as_deref().unwrap_or("-");
        text += &format!("{}: {} ({:?})\n", fix.id, fix.action.as_str(), fix.step);
        text += &format!("  {} -> {to} in {}\n", list(&fix.from), list(&fix.files));
        text += &format!("  closes [{}] leaves [{}]", list(&fix.closes), list(&fix.leaves));
        text += &match fix.brings.is_empty() {
            true => String::new(),
            false => format!(" brings [{}]", list(&fix.brings)),
        };
        let due = fix.due.map_or("none".into(), |due| due.strftime("%d").to_string());
        text += &format!(" due {due}{}", if fix.emergency { " emergency" } else { "" });
        text += &fix.owner.as_ref().map_or(String::new(), |owner| format!(" owner {owner}"));
        text += &format!("\n  {}\n", fix.how);
        for line in fix.command.iter().flat_map(|command| command.lines()) {
            text += &format!("  $ {line}\n");
        }
    }
    text
}
