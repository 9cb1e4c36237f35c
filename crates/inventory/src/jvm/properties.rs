//! What does `${…}` stand for in a pom.xml?
//!
//! In: the poms from the read one up to its oldest ancestor in the tree. Out: texts with every known
//! property replaced. Never: the environment, system properties or settings.xml. Bounded in steps and
//! length, so that properties that name each other, or double each other, end. Maven Model Builder,
//! «Model Interpolation».

use super::model::Pom;

/// Most replacements made in one text.
const MAX_STEPS: usize = 64;
/// Longest text made.
const MAX_LENGTH: usize = 4096;

/// The properties in force for one pom.
pub(super) struct Properties<'p> {
    /// The read pom first, then its parent, its grandparent …
    pub lineage: &'p [Pom],
}

impl Properties<'_> {
    /// The text with its properties replaced; what is not known stays as it is written.
    pub fn replace(&self, text: &str) -> String {
        let mut done = String::new();
        let mut rest = text.to_owned();
        for _ in 0..MAX_STEPS {
            let Some((before, key, after)) = split(&rest) else { break };
            done.push_str(before);
            let value = self.lookup(key);
            let length = done.len() + value.map_or(key.len() + 3, str::len) + after.len();
            if length > MAX_LENGTH {
                return text.to_owned();
            }
            let next = match value {
                Some(value) => format!("{value}{after}"),
                None => {
                    done = format!("{done}${{{key}}}");
                    after.to_owned()
                }
            };
            rest = next;
        }
        // A text that is not finished after all steps names itself.
        if split(&rest).is_some() { text.to_owned() } else { done + &rest }
    }

    /// The project's group, its parent's where it states none.
    pub fn group(&self) -> Option<&str> {
        self.lineage.first()?.group_or_parents().filter(|text| !text.is_empty())
    }

    /// The project's version, its parent's where it states none.
    pub fn version(&self) -> Option<&str> {
        let pom = self.lineage.first()?;
        let inherited = || pom.parent.as_ref().map(|parent| parent.version.as_str());
        pom.version.as_deref().or_else(inherited).filter(|text| !text.is_empty())
    }

    fn lookup(&self, key: &str) -> Option<&str> {
        // `pom.` and no prefix are the spellings of Maven 2.
        let of_project = key.strip_prefix("project.").or_else(|| key.strip_prefix("pom."));
        let parent = || self.lineage.first()?.parent.as_ref();
        match of_project.unwrap_or(key) {
            "version" if of_project.is_some() => return self.version(),
            "groupId" if of_project.is_some() => return self.group(),
            "artifactId" if of_project.is_some() => {
                return self.lineage.first()?.artifact.as_deref();
            }
            "parent.version" => return parent().map(|p| p.version.as_str()),
            "parent.groupId" => return parent().map(|p| p.group.as_str()),
            "parent.artifactId" => return parent().map(|p| p.artifact.as_str()),
            _ => {}
        }
        let stated = self.lineage.iter().find_map(|pom| pom.properties.get(key));
        stated.map(String::as_str).or_else(|| match key {
            "version" => self.version(),
            "groupId" => self.group(),
            _ => None,
        })
    }
}

/// The text before the first `${…}`, its key, and the text after.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (key, after) = rest.split_once('}')?;
    Some((before, key, after))
}
