//! Which Maven coordinates do a pom.properties, a path and a file's name tell?
//!
//! In: what Maven Archiver writes (`groupId`, `artifactId`, `version`), the layout of a Maven repository
//! (Maven documentation, «Maven Repository Layout»), the name `ARTIFACT-VERSION[-CLASSIFIER].jar`.

use vocab::{Base, Component, Declared};

use super::fields::is_plain;
use crate::reading::pinned;

/// Folders below which a Maven repository begins.
const REPOSITORIES: &[&str] = &["repository", "maven-repo", "maven2", "m2", "repo"];
/// What stands after the version in names of builds of the same artifact.
const CLASSIFIERS: &[&str] = &[
    "-all",
    "-debian",
    "-fat",
    "-jar-with-dependencies",
    "-javadoc",
    "-shaded",
    "-sources",
    "-tests",
    "-uber",
];

/// Group, artifact and version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Coordinates {
    pub group: String,
    pub artifact: String,
    pub version: String,
}

impl Coordinates {
    /// Reads a pom.properties; what it lacks is taken from its name in the archive, whose two folders are
    /// group and artifact.
    pub fn read(content: &[u8], name: &str) -> Option<Self> {
        let text = String::from_utf8_lossy(content);
        let of = |key: &str| {
            let value = text.lines().filter_map(property).find(|(k, _)| *k == key)?.1;
            let value = value.replace('\\', "");
            Some(value).filter(|value| is_plain(value))
        };
        let mut folders = name.rsplit('/').skip(1);
        let (artifact, group) = (folders.next()?, folders.next()?);
        let plain = |text: &str| Some(text.to_owned()).filter(|text| is_plain(text));
        // What the build should have put in is no name that an advisory has.
        let filled = |text: &String| !text.contains("${");
        Some(Self {
            group: of("groupId").filter(filled).or_else(|| plain(group))?,
            artifact: of("artifactId").filter(filled).or_else(|| plain(artifact))?,
            version: of("version").unwrap_or_default(),
        })
    }

    /// The component from the registry.
    pub fn component(self) -> Component {
        let Self { group, artifact, version } = self;
        let mut component = pinned(Base::Maven, format!("{group}:{artifact}"), "", 0);
        component.version = match version {
            version if version.is_empty() => Declared::Absent,
            version if version.contains("${") => Declared::Range(version),
            version => Declared::Exact(version),
        };
        component
    }
}

/// `key=value` or `key:value` (java.util.Properties, `load`).
fn property(row: &str) -> Option<(&str, &str)> {
    let row = row.trim();
    let (key, value) = row.split_once(['=', ':']).filter(|_| !row.starts_with(['#', '!']))?;
    Some((key.trim(), value.trim()))
}

/// `META-INF/maven/GROUP/ARTIFACT/pom.properties`, also below another folder.
pub(super) fn is_pom_properties(name: &str) -> bool {
    let mut parts = name.rsplit('/');
    parts.next() == Some("pom.properties")
        && parts.nth(2) == Some("maven")
        && parts.next() == Some("META-INF")
}

/// The coordinates of `…/repository/GROUP/…/ARTIFACT/VERSION/ARTIFACT-VERSION….jar`.
pub(super) fn repository(path: &str) -> Option<Coordinates> {
    let parts: Vec<&str> = path.split('/').collect();
    let [above @ .., artifact, version, file] = parts.as_slice() else { return None };
    let rest = file.strip_prefix(artifact)?.strip_prefix('-')?.strip_prefix(version)?;
    let start = above.iter().rposition(|part| REPOSITORIES.contains(part))? + 1;
    let group = above.get(start..).filter(|group| !group.is_empty())?.join(".");
    let whole =
        rest.starts_with(['.', '-']) && [*artifact, *version, &group].map(is_plain) == [true; 3];
    let coordinates =
        || Coordinates { group, artifact: (*artifact).to_owned(), version: (*version).to_owned() };
    whole.then(coordinates)
}

/// What a file's name tells.
pub(super) struct FileName<'a> {
    /// All before the ending.
    pub stem: &'a str,
    /// What stands before the version; the stem where there is none.
    pub artifact: &'a str,
    /// Without a classifier that is known.
    pub version: Option<&'a str>,
}

impl<'a> FileName<'a> {
    pub fn of(file: &'a str) -> Self {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let at = |separator| {
            let mut places = stem.match_indices(separator).map(|(at, _)| at);
            places.find(|at| *at > 0 && is_version(stem.get(at + 1..).unwrap_or_default()))
        };
        let cut = at('-').or_else(|| at('_'));
        let parts = cut.and_then(|at| Some((stem.get(..at)?, stem.get(at + 1..)?)));
        let Some((artifact, version)) = parts else {
            return Self { stem, artifact: stem, version: None };
        };
        let ends = |classifier: &&&str| version.len() > classifier.len();
        let version = CLASSIFIERS
            .iter()
            .filter(ends)
            .find_map(|classifier| version.strip_suffix(classifier))
            .unwrap_or(version);
        Self { stem, artifact, version: Some(version).filter(|v| is_plain(v)) }
    }

    /// Whether these coordinates, of so many in an archive with this name, are the archive's own. One that
    /// is alone may be spelled otherwise in the name (`com.google.guava_30.1.0.v2021.jar`); where the name
    /// speaks of something else, it is a part that was put in.
    pub fn is_of(&self, coordinates: &Coordinates, all: usize) -> bool {
        let Coordinates { artifact, version, .. } = coordinates;
        let named = artifact == self.artifact || artifact == self.stem;
        let numbered = self.version.is_some_and(|v| v == version);
        let letters = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "");
        let (ours, theirs) = (letters(self.artifact), letters(artifact));
        let alike = || self.version.is_none() || ours.contains(&theirs) || theirs.contains(&ours);
        named || numbered || (all == 1 && alike())
    }
}

/// Digits, and then the end or a separator: `2.14.1-rc1`, not `2d`.
fn is_version(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && (rest.is_empty() || rest.starts_with(['.', '-', '_', '+', '~']))
}

#[cfg(test)]
mod tests {
    use super::{FileName, repository};

    #[test]
    fn file_names_are_cut_before_the_version() {
        let cut = |file| {
            let FileName { artifact, version, .. } = FileName::of(file);
            format!("{artifact} {}", version.unwrap_or("?"))
        };
        assert_eq!(cut("log4j-core-2.14.1.jar"), "log4j-core 2.14.1");
        assert_eq!(cut("guava-31.1-jre.jar"), "guava 31.1-jre");
        assert_eq!(cut("akka-actor_2.13-2.6.0.jar"), "akka-actor_2.13 2.6.0");
        assert_eq!(cut("com.google.guava_30.1.0.v2021.jar"), "com.google.guava 30.1.0.v2021");
        assert_eq!(cut("java-2d-tools-1.0-sources.jar"), "java-2d-tools 1.0");
        assert_eq!(cut("app.jar"), "app ?");
        assert_eq!(cut("-1.jar"), "-1 ?");
        assert_eq!(cut("1.0-all.jar"), "1.0-all ?");
    }

    #[test]
    fn a_repository_tells_the_group() {
        let of =
            |path| repository(path).map(|c| format!("{}:{}:{}", c.group, c.artifact, c.version));
        assert_eq!(of("root/.m2/repository/org/a/b/1.0/b-1.0.jar").as_deref(), Some("org.a:b:1.0"));
        assert_eq!(
            of("usr/share/maven-repo/junit/junit/4.x/junit-4.x.jar").as_deref(),
            Some("junit:junit:4.x")
        );
        assert_eq!(of("opt/app/org/a/b/1.0/b-1.0.jar"), None);
        assert_eq!(of("repository/b/1.0/b-1.0.jar"), None);
        assert_eq!(of("repository/org/a/b/1.0/c-1.0.jar"), None);
    }
}
