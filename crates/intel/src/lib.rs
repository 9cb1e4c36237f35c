//! What does the world know: is this version affected, and do attackers use it?
//!
//! In go the bytes of OSV records and of the feeds about exploitation (CISA KEV, EPSS, public exploits,
//! CVE records with CISA's SSVC decision points); out comes one index file, and from its bytes verdicts,
//! advisories and signals. Archives, files, network and the time of day are the caller's. A verdict has
//! three values, and what could not be read is said: nothing fails open.
//!
//! Start reading at [`Builder`] and [`Index`]; [`osv`] and [`signals`] read the foreign formats.

pub mod cve;
pub mod index;
pub mod osv;
pub mod signals;

pub use cve::CveId;
pub use index::{
    Advisory, AdvisoryRef, BuildError, Builder, Census, Change, Counts, EcosystemCoverage,
    Evaluation, Group, GroupRef, Index, IndexError, Match, Meta, News, Package, Problem, Skipped,
    Source, Summary, Text,
};
pub use osv::{Kind, Named};
pub use signals::{CveSignals, FeedError, FeedSummary};
