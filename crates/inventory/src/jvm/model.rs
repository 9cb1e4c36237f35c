//! What does one pom.xml state by itself, before inheritance?
//!
//! In: the bytes. Out: a [`Pom`] with texts as written. Never: a property replaced, a parent looked up.
//! Element names: Maven's POM Reference.

use std::collections::HashMap;

use crate::Problem;
use crate::xml::{self, Element};

/// One pom.xml.
#[derive(Default)]
pub(super) struct Pom {
    pub group: Option<String>,
    pub artifact: Option<String>,
    pub version: Option<String>,
    pub parent: Option<Parent>,
    /// `<properties>`, those of profiles that are active by default on top.
    pub properties: HashMap<String, String>,
    pub dependencies: Vec<Dependency>,
    /// `<dependencyManagement>`.
    pub managed: Vec<Dependency>,
    pub modules: Vec<String>,
    pub line: u32,
}

/// `<parent>`.
pub(super) struct Parent {
    pub group: String,
    pub artifact: String,
    pub version: String,
    /// `None` where an empty `<relativePath/>` forbids a look into the tree.
    pub path: Option<String>,
}

/// `<dependency>`, texts as written; empty where absent.
#[derive(Clone, Default)]
pub(super) struct Dependency {
    pub group: String,
    pub artifact: String,
    pub version: String,
    pub scope: String,
    pub optional: bool,
    /// Of a profile that is not active by default.
    pub conditional: bool,
    pub line: u32,
}

impl Pom {
    /// Reads the document.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let root = xml::parse(bytes)?;
        if &*root.name != "project" {
            let what = format!("expected <project>, found <{}>", crate::text::short(&root.name));
            return Err(Problem { line: root.line, what });
        }
        let text = |name: &str| root.text_of(name).map(str::to_owned);
        let mut pom = Self {
            group: text("groupId"),
            artifact: text("artifactId"),
            version: text("version"),
            parent: root.child("parent").map(parent),
            line: root.child("artifactId").map_or(root.line, |element| element.line),
            ..Self::default()
        };
        pom.take(&root, false);
        for profile in root.child("profiles").iter().flat_map(|list| list.all("profile")) {
            let activation = profile.child("activation");
            let default = activation.and_then(|a| a.text_of("activeByDefault"));
            pom.take(profile, default != Some("true"));
        }
        Ok(pom)
    }

    /// The group, its own or its parent's.
    pub fn group_or_parents(&self) -> Option<&str> {
        self.group.as_deref().or_else(|| self.parent.as_ref().map(|parent| parent.group.as_str()))
    }

    /// Takes what a project and a profile have in common. Of a profile that has to be chosen only the
    /// dependencies count: its properties would change the rest for a choice that nobody made.
    fn take(&mut self, element: &Element, conditional: bool) {
        let list = |parent: &Element| -> Vec<Dependency> {
            let list = parent.child("dependencies");
            list.iter()
                .flat_map(|l| l.all("dependency"))
                .map(|d| dependency(d, conditional))
                .collect()
        };
        self.dependencies.extend(list(element));
        if conditional {
            return;
        }
        if let Some(management) = element.child("dependencyManagement") {
            self.managed.extend(list(management));
        }
        for property in element.child("properties").iter().flat_map(|p| &p.children) {
            self.properties.insert(property.name.to_string(), property.text.clone());
        }
        for module in element.child("modules").iter().flat_map(|m| m.all("module")) {
            self.modules.push(module.text.clone());
        }
    }
}

fn parent(element: &Element) -> Parent {
    let text = |name: &str| element.text_of(name).unwrap_or_default().to_owned();
    let path = match element.child("relativePath") {
        None => Some("../pom.xml".to_owned()),
        Some(path) if path.text.is_empty() => None,
        Some(path) => Some(path.text.clone()),
    };
    Parent { group: text("groupId"), artifact: text("artifactId"), version: text("version"), path }
}

fn dependency(element: &Element, conditional: bool) -> Dependency {
    let text = |name: &str| element.text_of(name).unwrap_or_default().to_owned();
    Dependency {
        group: text("groupId"),
        artifact: text("artifactId"),
        version: text("version"),
        scope: text("scope"),
        optional: element.text_of("optional") == Some("true"),
        conditional,
        line: element.line,
    }
}
