//! Which R package is installed in a folder of a library?
//!
//! In: DESCRIPTION (Writing R Extensions, «The DESCRIPTION file») of `site-library/NAME`, `R/library/NAME`
//! or a library of renv. Out: one component of CRAN or Bioconductor, or from git; one without a repository
//! is of unknown origin. Never: `Depends` and `Imports` taken for something installed.

use vocab::{Base, Ecosystem, Origin};

use super::fields::{Fields, Fold, is_plain, licences};
use crate::reading::{Details, Reading, pinned};
use crate::{Document, source};

const WANTED: &[&str] = &[
    "Package",
    "Version",
    "License",
    "Repository",
    "Priority",
    "biocViews",
    "RemoteType",
    "RemoteHost",
    "RemoteUsername",
    "RemoteRepo",
    "RemoteUrl",
    "RemoteSha",
];

/// Whether a folder is that of a package in a library of R.
pub(super) fn is_package(folder: &str) -> bool {
    let Some((library, name)) = folder.rsplit_once('/') else { return false };
    let of_renv = library.starts_with("renv/library/") || library.contains("/renv/library/");
    let ends =
        |end: &str| library == end || library.strip_suffix(end).is_some_and(|r| r.ends_with('/'));
    !name.is_empty() && (ends("site-library") || ends("R/library") || of_renv)
}

/// Reads DESCRIPTION.
pub(super) fn read(document: Document<'_>) -> Reading {
    let fields = Fields::read(document.bytes, WANTED, Fold::Lines);
    let (Some((name, line)), Some(version)) = (fields.first("Package"), fields.text("Version"))
    else {
        return Reading::failed(1, "expected «Package:» and «Version:» of an R package");
    };
    if !is_plain(name) || !is_plain(version) {
        return Reading::failed(line, "the name or the version has bytes that are no text");
    }
    let mut component = pinned(Base::Cran, name, version, line);
    if fields.text("biocViews").is_some() {
        component.ecosystem = Ecosystem::from(Base::Bioconductor);
    }
    component.origin = origin(&fields);
    let mut reading = Reading::default();
    let licences = licences(fields.all("License"));
    if let Some(index) = reading.push(component)
        && !licences.is_empty()
    {
        reading.details.insert(index, Details { licences, ..Details::default() });
    }
    reading
}

fn origin(fields: &Fields<'_>) -> Origin {
    let of = |key| fields.text(key).unwrap_or_default();
    match of("RemoteType") {
        "" | "standard" | "cran" | "bioconductor" | "bioc" => {}
        "github" | "gitlab" | "bitbucket" => {
            let host = match of("RemoteHost") {
                "" => "github.com",
                host => host.trim_start_matches("https://").trim_start_matches("api."),
            };
            let host = host.split('/').next().unwrap_or_default();
            let url = format!("https://{host}/{}/{}", of("RemoteUsername"), of("RemoteRepo"));
            return source::git(&url, Some(of("RemoteSha")));
        }
        "git" | "git2r" | "xgit" => return source::git(of("RemoteUrl"), Some(of("RemoteSha"))),
        "local" => return Origin::FirstParty,
        _ => return source::foreign(of("RemoteUrl")),
    }
    // Packages of R itself and those recommended with it name no repository.
    let named = ["Repository", "Priority", "biocViews"];
    match named.iter().any(|key| fields.text(key).is_some()) {
        true => Origin::Registry,
        false => Origin::Foreign("an R package that names no repository".to_owned()),
    }
}
