//! When are two packages the same, whatever their version?
//!
//! By the purl's type and name in the one spelling of that type, or by kind and name where there is no purl.
//! Qualifiers do not count. Nor does the namespace of a distribution's package: one asset has one distribution,
//! and half of the tools do not tell it.

use vocab::{Base, Ecosystem};

use crate::observation::Component;

/// A package without its version.
pub struct Package {
    /// The purl's type; empty when nobody tells.
    pub kind: String,
    /// Of Maven `group:artifact`, of others with their namespace and `/`.
    pub name: String,
}

impl Package {
    pub fn of(component: &Component) -> Self {
        let parsed = vocab::purl::parse(&component.purl);
        let (kind, name) = match &parsed {
            Some(purl) => {
                let namespace = purl.namespace.as_deref().filter(|_| !is_system(&purl.kind));
                let between = if purl.kind == "maven" { ":" } else { "/" };
                let name = match namespace {
                    Some(namespace) => format!("{namespace}{between}{}", purl.name),
                    None => purl.name.clone(),
                };
                (purl.kind.clone(), name)
            }
            None => (component.kind.clone(), component.name.clone()),
        };
        let kind = kind_of(&kind);
        let name = spelling(kind_base(&kind), &kind, name.trim());
        Self { kind, name }
    }

    /// `npm/lodash`.
    pub fn text(&self) -> String {
        if self.kind.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.kind, self.name)
        }
    }
}

impl Package {
    /// What other sources know it by. Half of the tools do not say the kind, and a name together with a published
    /// problem tells it: of 16,787 such pairs in OSV's records 12 stand in two ecosystems, and those names keep
    /// their kind.
    pub fn across(&self) -> String {
        let name = self.name.to_lowercase();
        if SHARED.contains(&name.as_str()) { format!("{}/{name}", self.kind) } else { name }
    }
}

/// Names of packages of several ecosystems that have the same published problems.
const SHARED: &[&str] = &[
    "angular",
    "arrayfire",
    "bootstrap",
    "ckeditor",
    "highcharts",
    "jquery",
    "jquery-ui",
    "protobuf",
    "tinymce",
    "wasmtime",
];

/// The purl type for what tools call the kind of a package.
fn kind_of(kind: &str) -> String {
    let kind = kind.trim().to_ascii_lowercase();
    let known = match kind.as_str() {
        "node" | "nodejs" | "node-pkg" | "javascript" | "yarn" | "pnpm" => "npm",
        "python" | "python-pkg" | "pip" | "poetry" | "pipenv" => "pypi",
        "java" | "jar" | "pom" | "gradle" | "java-archive" => "maven",
        "go" | "gomod" | "go-module" | "gobinary" => "golang",
        "ruby" | "rubygems" | "bundler" | "gemspec" => "gem",
        "rust" | "crates.io" | "crates" | "rust-crate" => "cargo",
        "php" | "packagist" => "composer",
        ".net" | "dotnet" | "dotnet-core" => "nuget",
        "debian" | "ubuntu" | "dpkg" => "deb",
        "alpine" => "apk",
        "redhat" | "centos" | "fedora" | "rocky" | "alma" | "oracle" | "amazon" | "suse" => "rpm",
        _ => return kind,
    };
    known.to_owned()
}

fn kind_base(kind: &str) -> Base {
    let base = Base::ALL.iter().find(|base| base.purl_type() == kind && kind != "generic");
    base.copied().unwrap_or(Base::Other)
}

/// A package of an operating system.
fn is_system(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm")
}

fn spelling(base: Base, kind: &str, name: &str) -> String {
    let name = match kind {
        "maven" => name.replacen('/', ":", 1),
        // The type's definition wants lower case, and tools differ in whether they obey.
        "golang" | "deb" | "apk" => name.to_ascii_lowercase(),
        "npm" => name.replacen("%40", "@", 1),
        _ => name.to_owned(),
    };
    Ecosystem::from(base).normal_name(&name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Package;
    use crate::observation::Component;

    fn check(purl: &str, kind: &str, name: &str, expect: &str) {
        let component = Component {
            purl: purl.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            ..Component::default()
        };
        assert_eq!(Package::of(&component).text(), expect);
    }

    #[test]
    fn a_package_is_one_whoever_names_it() {
        check("pkg:npm/%40babel/core@7.0.0", "", "", "npm/@babel/core");
        check("", "npm", "@babel/core", "npm/@babel/core");
        check("pkg:pypi/Typing_Extensions@4", "", "", "pypi/typing-extensions");
        check("", "python-pkg", "typing.extensions", "pypi/typing-extensions");
        check("pkg:maven/org.apache/commons@1?type=jar", "", "", "maven/org.apache:commons");
        check("", "jar", "org.apache:commons", "maven/org.apache:commons");
        check("", "maven", "org.apache/commons", "maven/org.apache:commons");
        check("pkg:deb/debian/openssl@3?distro=debian-12", "", "", "deb/openssl");
        check("", "debian", "openssl", "deb/openssl");
        check(
            "pkg:golang/github.com/BurntSushi/toml@1",
            "",
            "",
            "golang/github.com/burntsushi/toml",
        );
        check("pkg:nuget/Newtonsoft.Json@9", "", "", "nuget/newtonsoft.json");
        check("", "", "left-pad", "left-pad");
    }
}
