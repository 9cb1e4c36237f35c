//! What do the words for packages and their problems mean, whichever tool writes them?
//!
//! In: a tool's word for a kind of package, a package URL, lists of ids and versions as text. Out: the parts of an
//! [`Observation`] that composition analysis has in common. Never: a guess; an unknown word is an empty kind.

use vocab::purl;

use crate::observation::{Class, Component, Location, MAX_TITLE, Observation};
use crate::readers::words;
use crate::sink::{Sink, Stop};

/// An observation of class «dependency» that says nothing yet.
pub fn dependency() -> Observation {
    Observation { class: Class::Dependency, ..Observation::default() }
}

/// The purl type of a tool's word for a package manager, language, file or distribution; empty when unknown.
pub fn kind(word: &str) -> &'static str {
    let word = word.trim().to_ascii_lowercase();
    // Distributions come with their release: «debian:11», «Alpine:v3.18», «ubuntu 22.04».
    let word = word.split([':', ' ', '/']).next().unwrap_or_default();
    match word {
        "npm" | "npmjs" | "yarn" | "pnpm" | "bun" | "node-pkg" | "nodejs" | "node" | "node.js"
        | "javascript" | "js" | "package-lock" | "javascript-npm" => "npm",
        "pypi" | "pip" | "pipenv" | "poetry" | "uv" | "python" | "python-pkg" => "pypi",
        "conda" | "conda-pkg" | "conda-environment" => "conda",
        "maven" | "jar" | "pom" | "gradle" | "java" | "sbt" | "java-archive"
        | "gradle-lockfile" | "war" | "ear" => "maven",
        "golang" | "go" | "gomod" | "gomodules" | "gobinary" | "go-module" | "dep" | "govendor" => {
            "golang"
        }
        "gem" | "bundler" | "gemspec" | "ruby" | "rubygems" => "gem",
        "nuget" | "dotnet" | "dotnet-core" | "dotnet-deps" | "packages-props" | ".net"
        | "csharp" | "paket" => "nuget",
        "composer" | "php" | "packagist" | "composer-vendor" | "php-composer" => "composer",
        "cargo" | "rust" | "rustbinary" | "rust-crate" | "crates.io" => "cargo",
        "hex" | "erlang" | "elixir" | "mix-lock" => "hex",
        "pub" | "dart" => "pub",
        "swift" | "swiftpm" | "swifturl" => "swift",
        "cocoapods" | "pod" => "cocoapods",
        "conan" => "conan",
        "cran" | "r-package" => "cran",
        "hackage" | "haskell" => "hackage",
        "actions" | "github-action" | "github-actions" => "github",
        "deb" | "dpkg" | "dpkgvul" | "debian" | "ubuntu" | "apt" => "deb",
        "rpm"
        | "rpmdb"
        | "rhel"
        | "redhat"
        | "centos"
        | "rocky"
        | "alma"
        | "almalinux"
        | "oracle"
        | "oraclelinux"
        | "ol"
        | "amazon"
        | "amzn"
        | "amazonlinux"
        | "suse"
        | "opensuse"
        | "opensuse-leap"
        | "opensuse-tumbleweed"
        | "sles"
        | "fedora"
        | "photon"
        | "cbl-mariner"
        | "mariner"
        | "azurelinux"
        | "yum"
        | "dnf" => "rpm",
        "apk" | "apkg" | "alpine" | "wolfi" | "chainguard" => "apk",
        _ => "",
    }
}

/// The package: by its package URL where there is one, else by name and the tool's word for its kind.
/// `None` when neither names it.
pub fn component(
    package_url: &str,
    kind_word: &str,
    name: &str,
    version: &str,
    fixed: &str,
) -> Option<Component> {
    // Versions taken out of binaries come with NUL bytes, which no database takes.
    let clean = |text: &str| text.replace(|c: char| c.is_control(), "").trim().to_owned();
    let (name, version) = (clean(name), clean(version));
    let parsed = purl::parse(package_url);
    let kind_of = |parsed: &purl::Parsed| parsed.kind.clone();
    let component = Component {
        purl: if parsed.is_some() { clean(package_url) } else { String::new() },
        kind: parsed.as_ref().map_or_else(|| kind(kind_word).to_owned(), kind_of),
        name: parsed.as_ref().map_or(name, full_name),
        version: match version.as_str() {
            "" => parsed.and_then(|parsed| parsed.version).unwrap_or_default(),
            _ => version,
        },
        fixed_in: versions(fixed),
    };
    (!component.name.is_empty()).then_some(component)
}

/// The name as the ecosystem's own tools write it: Maven's with `:`, others' with `/`; packages of
/// distributions go without their distribution.
fn full_name(parsed: &purl::Parsed) -> String {
    match (parsed.kind.as_str(), &parsed.namespace) {
        ("deb" | "rpm" | "apk" | "alpm" | "generic" | "bitnami", _) | (_, None) => {
            parsed.name.clone()
        }
        ("maven", Some(group)) => format!("{group}:{}", parsed.name),
        (_, Some(namespace)) => format!("{namespace}/{}", parsed.name),
    }
}

/// The versions of a list as tools write them: by commas, semicolons or `||`; words for «none» are none.
pub fn versions(text: &str) -> Vec<String> {
    let none = ["none", "n/a", "null", "-", "unknown", "not fixed", "[]", "no fix"];
    text.split([',', ';'])
        .flat_map(|part| part.split("||"))
        .map(|part| part.trim().trim_matches(['"', '\'', '[', ']']))
        // An upper end («>= 2.2, < 3») is where a range of fixed versions ends, and no fixed version.
        .filter(|part| !part.starts_with('<'))
        .filter(|part| !part.is_empty() && !none.contains(&part.to_ascii_lowercase().as_str()))
        .map(str::to_owned)
        .collect()
}

/// Prefixes of notices of distributions: one covers several problems, so it is no alias of any of them.
const NOTICES: &[&str] = &[
    "DSA-",
    "DLA-",
    "USN-",
    "RHSA-",
    "RHBA-",
    "RLSA-",
    "ALSA-",
    "ELSA-",
    "SUSE-SU-",
    "OPENSUSE-SU-",
    "ALAS",
];

/// Says which published problem it is. `main` is what the record calls it, `others` further ids of it.
/// One CVE is an alias; of several CVEs under an id that is none of them, none is, and all are mentioned.
pub fn name_problem(
    observation: &mut Observation,
    main: &str,
    others: impl IntoIterator<Item = impl AsRef<str>>,
) {
    let main = as_published(main);
    let mut cves: Vec<String> = Vec::new();
    let mut same: Vec<String> = Vec::new();
    for other in others {
        let other = as_published(other.as_ref());
        if other == main || !words::is_id(&other) {
            continue;
        }
        if NOTICES.iter().any(|notice| other.starts_with(notice)) {
            observation.mentions.push(other);
        } else if is_cve(&other) {
            cves.push(other);
        } else {
            same.push(other);
        }
    }
    cves.sort();
    cves.dedup();
    if cves.len() > 1 || is_cve(&main) {
        observation.mentions.append(&mut cves);
    } else {
        observation.ids.append(&mut cves);
    }
    observation.ids.append(&mut same);
    if words::is_id(&main) && !main.starts_with("SNYK-") {
        observation.ids.push(main);
    }
}

/// CVE and GHSA with their prefixes in upper case; the letters of a GHSA are small.
fn as_published(id: &str) -> String {
    let id = id.trim();
    match id.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("CVE-") => id.to_ascii_uppercase(),
        Some(prefix) if id.len() > 5 && prefix.eq_ignore_ascii_case("GHSA") => {
            format!("GHSA{}", id.get(4..).unwrap_or_default().to_ascii_lowercase())
        }
        _ => id.to_owned(),
    }
}

fn is_cve(id: &str) -> bool {
    words::cves(id).first().is_some_and(|cve| cve == id)
}

/// Places in files, from their paths.
pub fn paths(paths: impl IntoIterator<Item = impl Into<String>>) -> Vec<Location> {
    paths
        .into_iter()
        .map(|path| Location { path: path.into(), ..Location::default() })
        .filter(|location| !location.path.trim().is_empty())
        .collect()
}

/// The web addresses in a list of texts; texts may hold several, one a line.
pub fn addresses(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    let mut found = Vec::new();
    for text in texts {
        let separate =
            |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '<' | '>' | ',');
        let words = text.as_ref().split(separate).map(str::to_owned);
        found.extend(
            words.filter(|word| word.starts_with("http://") || word.starts_with("https://")),
        );
    }
    found.truncate(crate::observation::MAX_MEMBERS);
    found
}

/// The observation as it will be kept, before it is said of many components: the texts of one record are not
/// copied as often as a hostile document names components.
pub fn settled(mut observation: Observation) -> Observation {
    observation.settle();
    for text in [&mut observation.rule, &mut observation.standing_reason, &mut observation.score] {
        let end = (0..=MAX_TITLE).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0).min(text.len()));
    }
    observation
}

/// Hands an observation on, or says why it names no problem. A title that the tool does not give is made of
/// the rule and the package.
///
/// # Errors
/// When the taker wants no more.
pub fn hand_on(
    sink: &mut dyn Sink,
    place: String,
    mut observation: Observation,
) -> Result<(), Stop> {
    let named = |text: &str| !text.trim().is_empty();
    let lack = match observation.class {
        Class::Dependency if observation.component.is_none() => Some("the record names no package"),
        Class::Dependency
            if observation.ids.is_empty()
                && observation.mentions.is_empty()
                && !named(&observation.rule)
                && !named(&observation.title) =>
        {
            Some("the record names no problem")
        }
        Class::Dependency => None,
        _ if !named(&observation.rule) && !named(&observation.title) => {
            Some("the record names neither a rule nor a title")
        }
        _ => None,
    };
    if let Some(lack) = lack {
        sink.dropped(&place, lack);
        return Ok(());
    }
    observation.title = match observation.title.lines().map(str::trim).find(|line| !line.is_empty())
    {
        Some(line) => line.to_owned(),
        None => title_of(&observation),
    };
    if observation.severity == vocab::Severity::Unknown {
        observation.severity = words::severity_of_vector(&observation.score);
    }
    observation.description = observation.description.trim().to_owned();
    observation.remedy = observation.remedy.trim().to_owned();
    observation.place = place;
    sink.observation(observation)
}

fn title_of(observation: &Observation) -> String {
    let problem = [&observation.rule]
        .into_iter()
        .chain(&observation.ids)
        .chain(&observation.mentions)
        .find(|text| !text.is_empty());
    match (problem, &observation.component) {
        (Some(problem), Some(component)) => format!("{problem} in {}", component.name),
        (Some(problem), None) => problem.clone(),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(main: &str, others: &[&str]) -> (String, String) {
        let mut observation = dependency();
        name_problem(&mut observation, main, others);
        observation.settle();
        (observation.ids.join(" "), observation.mentions.join(" "))
    }

    fn check(main: &str, others: &[&str], ids: &str, mentions: &str) {
        assert_eq!(named(main, others), (ids.to_owned(), mentions.to_owned()), "{main} {others:?}");
    }

    #[test]
    fn one_cve_is_an_alias_and_several_are_mentioned() {
        check("GHSA-A-b-C", &["cve-2026-1000"], "CVE-2026-1000 GHSA-a-b-c", "");
        check(
            "GHSA-a-b-c",
            &["CVE-2026-1000", "CVE-2026-2000"],
            "GHSA-a-b-c",
            "CVE-2026-1000 CVE-2026-2000",
        );
        check(
            "CVE-2026-1000",
            &["GHSA-a-b-c", "CVE-2026-2000"],
            "CVE-2026-1000 GHSA-a-b-c",
            "CVE-2026-2000",
        );
        check("CVE-2026-1000", &["CVE-2026-1000", "DSA-5000-1"], "CVE-2026-1000", "DSA-5000-1");
        check("RHSA-2026:1", &["CVE-2026-1000"], "CVE-2026-1000 RHSA-2026:1", "");
        check("SNYK-JS-A-1", &["CVE-2026-1000", "CVE-2026-1000"], "CVE-2026-1000", "");
        check("1068298", &["not an id", ""], "", "");
    }

    #[test]
    fn an_upper_end_and_a_word_for_nothing_are_no_versions() {
        assert_eq!(versions(">= 2.2, < 3, 3.1 || 4.0; None"), [">= 2.2", "3.1", "4.0"]);
        assert_eq!(versions("n/a"), [""; 0]);
    }

    #[test]
    fn a_package_url_outranks_the_name_and_control_characters_go() {
        let component = component("pkg:maven/a/b@1", "npm", "c", "", "").unwrap();
        assert_eq!((component.kind.as_str(), component.name.as_str()), ("maven", "a:b"));
        assert_eq!(component.version, "1");
        let component = super::component("no url", "debian:11", "lib\0x", "1\0", "").unwrap();
        assert_eq!((component.kind.as_str(), component.name.as_str()), ("deb", "libx"));
        assert_eq!((component.purl.as_str(), component.version.as_str()), ("", "1"));
        assert_eq!(super::component("", "npm", " ", "1", ""), None);
    }
}
