//! Where is the index, and can it be used?

use std::io;
use std::path::{Path, PathBuf};

use intel::{Index, IndexError};
use memmap2::Mmap;

use crate::files::map;

/// The folder that holds what Gabion keeps on a machine.
#[derive(Debug, Clone)]
pub struct DataDir(pub PathBuf);

impl DataDir {
    /// The index file.
    pub fn index(&self) -> PathBuf {
        self.0.join("index.gabion")
    }

    /// Downloaded feeds, in the layout that `sync --from` reads.
    pub fn feeds(&self) -> PathBuf {
        self.0.join("feeds")
    }

    /// The last whole KEV catalogue that a sync has read.
    pub fn catalogue(&self) -> PathBuf {
        self.0.join("kev-last.json")
    }

    /// Held while a sync runs.
    pub fn lock(&self) -> PathBuf {
        self.0.join("sync.lock")
    }
}

/// Why there is no usable index.
#[derive(Debug, thiserror::Error)]
pub enum IntelligenceError {
    /// None was built yet.
    #[error("there is no advisory index at {0}")]
    Absent(PathBuf),
    /// The file cannot be read.
    #[error("cannot read the advisory index {path}")]
    Read {
        /// The index file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file is damaged, truncated, or of another format.
    #[error("the advisory index {path} cannot be used")]
    Unusable {
        /// The index file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: IndexError,
    },
}

impl IntelligenceError {
    /// The next step for the user.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Absent(_) => "run `gabion sync` (or, without network, `gabion sync --from DIR`)",
            Self::Read { .. } => "check the permissions, or name another folder with --data-dir",
            Self::Unusable { .. } => {
                "run `gabion sync` to build it anew (it never changes in place)"
            }
        }
    }
}

/// The mapped index file; [`Intelligence::index`] looks into it.
pub struct Intelligence {
    path: PathBuf,
    map: Mmap,
}

impl Intelligence {
    /// Maps the index of a data folder.
    ///
    /// # Errors
    /// Absent or unreadable.
    pub fn open(data: &DataDir) -> Result<Self, IntelligenceError> {
        Self::open_file(&data.index())
    }

    /// Maps an index file.
    ///
    /// # Errors
    /// Absent or unreadable.
    pub fn open_file(path: &Path) -> Result<Self, IntelligenceError> {
        let path = path.to_path_buf();
        match map::map(&path) {
            Ok(map) => Ok(Self { path, map }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(IntelligenceError::Absent(path)),
            Err(source) => Err(IntelligenceError::Read { path, source }),
        }
    }

    /// The index in the map, header and length checked.
    ///
    /// # Errors
    /// Truncated, altered, or of another format.
    pub fn index(&self) -> Result<Index<'_>, IntelligenceError> {
        Index::open(&self.map).map_err(|source| self.unusable(source))
    }

    /// The error for damage met later, in this file's name.
    pub fn unusable(&self, source: IndexError) -> IntelligenceError {
        IntelligenceError::Unusable { path: self.path.clone(), source }
    }
}
