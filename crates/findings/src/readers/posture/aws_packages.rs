//! How does Amazon Inspector name packages, in its own findings and inside ASFF?
//!
//! The two shapes differ in the case of the first letter (`Name`, `name`). A package manager `OS` is that of
//! the platform (`AMAZON_LINUX_2`, `UBUNTU_20_04`, `DEBIAN_10`, `ALPINE_LINUX_3_18`).

use super::reading::package_kind;
use crate::observation::{Component, Location};
use crate::walk::json::Record;

/// The package and, where it is told, the file in which it was found.
pub fn package(record: Record<'_>, platform: &str) -> (Component, Vec<Location>) {
    let text = |name: &str| {
        let mut lower = name.to_owned();
        lower.get_mut(..1).into_iter().for_each(str::make_ascii_lowercase);
        let text = record.string(name);
        if text.is_empty() { record.string(&lower) } else { text }
    };
    let manager = text("PackageManager");
    let of_system = manager.is_empty() || manager == "OS";
    let kind = if of_system { system_kind(platform) } else { package_kind(&manager) };
    let mut version = text("Version");
    if of_system && !version.is_empty() {
        let (epoch, release) = (text("Epoch"), text("Release"));
        if !release.is_empty() {
            version = format!("{version}-{release}");
        }
        if !matches!(epoch.as_str(), "" | "0") {
            version = format!("{epoch}:{version}");
        }
    }
    let fixed = text("FixedInVersion");
    let component = Component {
        kind: kind.to_owned(),
        name: text("Name"),
        version,
        fixed_in: [fixed].into_iter().filter(|v| !v.is_empty() && v != "NotAvailable").collect(),
        ..Component::default()
    };
    let path = text("FilePath");
    let location = (!path.is_empty()).then(|| Location { path, ..Location::default() });
    (component, location.into_iter().collect())
}

fn system_kind(platform: &str) -> &'static str {
    let platform = platform.to_ascii_uppercase();
    let is = |names: &[&str]| names.iter().any(|name| platform.starts_with(name));
    if is(&["DEBIAN", "UBUNTU"]) {
        "deb"
    } else if is(&["ALPINE"]) {
        "apk"
    } else if is(&[
        "AMAZON", "RHEL", "RED_HAT", "CENTOS", "ORACLE", "FEDORA", "SUSE", "SLES", "ROCKY", "ALMA",
    ]) {
        "rpm"
    } else {
        ""
    }
}
