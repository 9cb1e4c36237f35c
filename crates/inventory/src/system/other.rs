//! Which packages do tools have for which OSV has no ecosystem: pacman, Portage? And which does an image
//! name whose rpm database was taken out?
//!
//! In: one small file. Out: [`Packages`]: shown with their names, not evaluated (rpm's aside).

use super::{DistributionPackage, EMPTY, Packages, rpm};
use crate::text;

/// `var/lib/pacman/local/NAME-VERSION/desc`: `%KEY%`, values on the next lines, a blank line.
pub(super) fn pacman(bytes: &[u8]) -> Packages {
    let text = String::from_utf8_lossy(bytes);
    let mut package = DistributionPackage { line: 1, ..DistributionPackage::default() };
    let mut base = "";
    let mut key = "";
    for line in text.lines().map(str::trim_ascii) {
        match (key, line) {
            (_, line) if line.starts_with('%') => key = line,
            (_, "") => key = "",
            ("%NAME%", name) => package.name = name.to_owned(),
            ("%VERSION%", version) => package.version = version.to_owned(),
            ("%BASE%", name) => base = name,
            ("%ARCH%", architecture) => package.architecture = architecture.to_owned(),
            ("%LICENSE%", licence) if package.licence.is_empty() => {
                package.licence = licence.to_owned();
            }
            _ => {}
        }
    }
    let mut found = Packages::default();
    if package.name.is_empty() || package.version.is_empty() {
        found.problem(1, "expected «%NAME%» and «%VERSION%» of a package of pacman");
    }
    if !package.name.is_empty() {
        if !base.is_empty() && base != package.name {
            package.source = Some((base.to_owned(), package.version.clone()));
        }
        found.push(package);
    }
    found
}

/// `var/db/pkg/CATEGORY/NAME-VERSION/PF`: the path says all.
pub(super) fn portage(path: &str) -> Packages {
    let mut found = Packages::default();
    let mut parts = path.rsplit('/').skip(1);
    let (Some(full), Some(category)) = (parts.next(), parts.next()) else { return found };
    // The version begins at the last `-` before a digit that is not of a revision (`-r1`).
    let at = full
        .rmatch_indices('-')
        .map(|(at, _)| at)
        .find(|at| full.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit));
    let (name, version) = at.map_or((full, ""), |at| (&full[..at], &full[at + 1..]));
    found.push(DistributionPackage {
        name: format!("{category}/{name}"),
        version: version.to_owned(),
        ..DistributionPackage::default()
    });
    found
}

/// `var/lib/rpmmanifest/container-manifest-2`: of each package name, version-release, two times, vendor,
/// epoch, size, architecture, epoch as a number and source package, between tabs (Azure Linux,
/// «distroless» images).
pub(super) fn rpm_manifest(bytes: &[u8]) -> Packages {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Packages::default();
    for (line, content) in
        text::lines(&text).filter(|(_, content)| !content.trim_ascii().is_empty())
    {
        let fields: Vec<&str> = content.split('\t').collect();
        let &[name, version, _, _, _, epoch, _, architecture, _, source, ..] = fields.as_slice()
        else {
            found.problem(line, "expected ten fields between tabs");
            continue;
        };
        let epoch = epoch.parse().unwrap_or_default();
        found.push(DistributionPackage {
            name: name.to_owned(),
            version: rpm::with_epoch(epoch, version),
            source: rpm::source(source, name, version, epoch),
            architecture: architecture.to_owned(),
            line,
            ..DistributionPackage::default()
        });
    }
    if found.packages.is_empty() && found.problems.is_empty() {
        found.problem(0, EMPTY);
    }
    found
}
