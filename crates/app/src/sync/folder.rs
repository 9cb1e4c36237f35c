//! Which feeds lie in a folder? The layout that `sync` downloads and `--from` reads:
//! `osv/ECOSYSTEM/all.zip` (with `delta/ID.json` over it, or plain `ID.json` beside it),
//! `osv/coverage.json`, `kev/`, `epss/`, `exploits/`, `cve/`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Most entries looked at in one folder of feeds.
const MAX_ENTRIES: usize = 1_000_000;

/// Where the catalogue lies.
pub(super) const KEV: &str = "kev/known_exploited_vulnerabilities.json";

/// One feed file (or, for an ecosystem, one folder).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// How it is called in reports (`kev`, `osv/npm`, `exploits/nuclei`).
    pub name: String,
    /// What to read it as.
    pub kind: Kind,
    /// The file or folder.
    pub path: PathBuf,
}

/// What a feed file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder of one OSV ecosystem.
    Osv,
    /// CISA's catalogue.
    Kev,
    /// Dated copies of CISA's catalogue, as a tar of `*DATE*.json`.
    KevHistory,
    /// The EPSS file of a day.
    Epss,
    /// Public-exploit metadata, one CVE a line.
    ExploitLines,
    /// nuclei-templates' `cves.json`.
    Nuclei,
    /// Metasploit's `modules_metadata_base.json`.
    Metasploit,
    /// Exploit-DB's `files_exploits.csv`.
    ExploitDb,
    /// CVE records, one a line.
    CveLines,
    /// Short rows derived from CVE records, one a line (`…-ssvc-all.jsonl`).
    CveRows,
    /// An archive of CVE records, one a file (vulnrichment).
    CveZip,
}

/// The feeds in a folder, in a fixed order.
///
/// # Errors
/// The folder cannot be listed.
pub fn feeds(folder: &Path) -> io::Result<Vec<Feed>> {
    fs::read_dir(folder)?;
    let mut found = Vec::new();
    for name in folders(&folder.join("osv"))? {
        let path = folder.join("osv").join(&name);
        let holds =
            path.join("all.zip").is_file() || entries(&path)?.iter().any(|n| n.ends_with(".json"));
        if holds {
            found.push(Feed { name: format!("osv/{name}"), kind: Kind::Osv, path });
        }
    }
    let one = |found: &mut Vec<Feed>, name: &str, kind, candidates: &[&str]| {
        if let Some(path) = candidates.iter().map(|c| folder.join(c)).find(|p| p.is_file()) {
            found.push(Feed { name: name.into(), kind, path });
        }
    };
    one(&mut found, "kev", Kind::Kev, &[KEV]);
    one(&mut found, "kev-history", Kind::KevHistory, &["kev/kev-history.tar.zst"]);
    let epss = entries(&folder.join("epss"))?;
    let newest = epss.iter().filter(|n| {
        n.starts_with("epss_scores-") && (n.ends_with(".csv.gz") || n.ends_with(".csv"))
    });
    // «current» sorts after every date.
    if let Some(name) = newest.max() {
        found.push(Feed {
            name: "epss".into(),
            kind: Kind::Epss,
            path: folder.join("epss").join(name),
        });
    }
    let lines =
        ["exploits/public-exploit-metadata.jsonl.zst", "exploits/public-exploit-metadata.jsonl"];
    one(&mut found, "exploits/metadata", Kind::ExploitLines, &lines);
    one(
        &mut found,
        "exploits/nuclei",
        Kind::Nuclei,
        &["exploits/nuclei-cves.json", "exploits/cves.json"],
    );
    one(
        &mut found,
        "exploits/metasploit",
        Kind::Metasploit,
        &["exploits/modules_metadata_base.json"],
    );
    one(&mut found, "exploits/exploit-db", Kind::ExploitDb, &["exploits/files_exploits.csv"]);
    for name in entries(&folder.join("cve"))? {
        let kind = match name.as_str() {
            n if n.contains("-ssvc-all.jsonl") => Kind::CveRows,
            n if n.ends_with(".jsonl") || n.ends_with(".jsonl.zst") => Kind::CveLines,
            n if n.ends_with(".zip") => Kind::CveZip,
            _ => continue,
        };
        let stem = name.split('.').next().unwrap_or(&name);
        found.push(Feed {
            name: format!("cve/{stem}"),
            kind,
            path: folder.join("cve").join(&name),
        });
    }
    Ok(found)
}

/// Names of the folders in a folder, sorted; none when it is not there.
fn folders(path: &Path) -> io::Result<Vec<String>> {
    Ok(entries(path)?.into_iter().filter(|n| path.join(n).is_dir()).collect())
}

/// Names in a folder, sorted; none when it is not there. Names that are no UTF-8 are no feeds.
pub fn entries(path: &Path) -> io::Result<Vec<String>> {
    let listing = match fs::read_dir(path) {
        Ok(listing) => listing,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let mut names = Vec::new();
    for entry in listing.take(MAX_ENTRIES) {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}
