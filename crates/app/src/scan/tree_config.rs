//! Which estate files speak in this scan, and which of them lie inside what is scanned?

use std::path::Path;

use super::{Request, ScanError, Target};
use crate::config::{Config, Trust};

/// The name by which an estate file is found in a scanned folder.
pub const NAME: &str = "gabion.toml";

/// Loads the files the user named, and `gabion.toml` of each scanned folder.
pub(super) fn load(request: &Request) -> Result<Trust, ScanError> {
    let mut trust = Trust::default();
    let roots: Vec<_> = request.targets.iter().filter_map(|t| t.path.canonicalize().ok()).collect();
    let inside = |path: &Path| {
        path.canonicalize().is_ok_and(|real| roots.iter().any(|root| real.starts_with(root)))
    };
    let mut seen = Vec::new();
    for Target { path, display } in &request.configs {
        let mut config = Config::load(path)?;
        config.rename(display);
        seen.extend(path.canonicalize());
        let trusted = request.trust_config || !inside(path);
        if trusted { &mut trust.trusted } else { &mut trust.tree }.push(config);
    }
    for target in &request.targets {
        let path = target.path.join(NAME);
        if !path.is_file() || path.canonicalize().is_ok_and(|real| seen.contains(&real)) {
            continue;
        }
        let mut config = Config::load(&path)?;
        config.rename(&if request.targets.len() > 1 {
            format!("{}/{NAME}", target.display)
        } else {
            NAME.to_owned()
        });
        if request.trust_config { &mut trust.trusted } else { &mut trust.tree }.push(config);
    }
    Ok(trust)
}
