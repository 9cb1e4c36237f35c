//! How do the public feeds come into a folder?
//!
//! In: addresses, a choice of ecosystems, a network client, and `now`. Out: a folder in the layout
//! that `sync --from` reads, and an [`Outcome`] that names every feed that did not come. A feed that
//! fails leaves its previous file as it was and the others go on; at every instant each file in the
//! folder is whole.
//!
//! It never unpacks or understands a feed (that is `sync`'s and `intel`'s), and never takes a name
//! from the network for a path unless `names` passed it. Start reading at [`download`].

mod addresses;
mod changes;
mod download;
mod names;
pub(crate) mod osv;
pub(crate) mod place;
mod size;
mod state;
#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;

use fetch::AddressError;

pub use addresses::Addresses;
pub use download::download;
pub use size::{ecosystems, sizes};
pub use state::{FileState, STATE_FILE, State};

/// What is to be downloaded.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Where the feeds are; one with an empty address is left out.
    pub addresses: Addresses,
    /// The OSV ecosystems; all that the bucket lists when `None`.
    pub ecosystems: Option<Vec<String>>,
}

/// What happens during a download, for a display.
#[derive(Debug)]
pub enum Event<'a> {
    /// A feed is asked for.
    Started {
        /// Its name, as in [`Outcome`].
        feed: &'a str,
    },
    /// Bytes came.
    Progress {
        /// Which feed.
        feed: &'a str,
        /// Bytes so far, in this attempt.
        received: u64,
        /// Bytes in all, when the server said.
        total: Option<u64>,
    },
    /// Single records of an ecosystem came.
    Records {
        /// Which feed.
        feed: &'a str,
        /// Records so far.
        done: usize,
        /// Records in all.
        of: usize,
    },
    /// New content is in place.
    Updated {
        /// Which feed.
        feed: &'a str,
    },
    /// What was there is still current.
    Unchanged {
        /// Which feed.
        feed: &'a str,
    },
    /// The feed did not come; its previous file stays.
    Failed {
        /// Which feed.
        feed: &'a str,
        /// Why.
        error: &'a FeedError,
    },
}

/// What came of a download. Feeds are named `osv/ECOSYSTEM`, `osv`, `kev`, `epss`,
/// `exploits/nuclei`, `exploits/metasploit`, `exploits/exploit-db`, `cve/vulnrichment`.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Feeds with new content.
    pub updated: Vec<String>,
    /// Feeds that were current.
    pub unchanged: Vec<String>,
    /// Feeds that did not come, and why.
    pub failed: Vec<(String, FeedError)>,
    /// Ecosystems of the bucket's list whose name is no name for a folder; never asked for.
    pub skipped: Vec<String>,
}

/// Why a feed did not come.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    /// The configured address may not be asked.
    #[error("the configured address of {feed} is refused")]
    Address {
        /// Which feed.
        feed: String,
        /// Why.
        #[source]
        source: AddressError,
    },
    /// The transfer failed.
    #[error("cannot fetch it")]
    Fetch(#[from] fetch::Error),
    /// What came is something else: a login page, an error page.
    #[error("{address} gave something that does not look like {expected}")]
    Shape {
        /// Where it came from.
        address: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A file could not be read or written.
    #[error("cannot use {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A name that is no name for a folder or file.
    #[error("«{0}» is not a name of an ecosystem or record")]
    Name(String),
    /// A list of the bucket that cannot be read.
    #[error("line {line} of {file} is not «{expected}»")]
    List {
        /// The list.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What a line should be.
        expected: &'static str,
    },
}

impl FeedError {
    /// Whether the same download may succeed later without anyone changing anything.
    pub fn retry_helps(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.retry_helps())
    }
}
