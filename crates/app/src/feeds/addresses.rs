//! Where are the feeds? The public addresses, unless the configuration says otherwise.

use fetch::{Address, AddressError};
use serde::{Deserialize, Serialize};

use super::FeedError;

/// Addresses of the feeds; each key that is absent is the public one, an empty one leaves the feed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Addresses {
    /// OSV's bucket, above `ecosystems.txt` and `ECOSYSTEM/all.zip`
    /// (<https://google.github.io/osv.dev/data/>).
    pub osv: String,
    /// CISA's catalogue of known exploited vulnerabilities, JSON.
    pub kev: String,
    /// The EPSS scores of the day, CSV in gzip; redirects to the file with the date.
    pub epss: String,
    /// The index of CVEs in nuclei-templates, JSON lines.
    pub nuclei: String,
    /// Metadata of Metasploit's modules, JSON.
    pub metasploit: String,
    /// Exploit-DB's list, CSV.
    pub exploit_db: String,
    /// CISA's vulnrichment repository as a zip archive.
    pub vulnrichment: String,
    /// Hosts that the addresses above redirect to, as addresses; no other redirect is followed.
    pub redirects: Vec<String>,
}

impl Default for Addresses {
    fn default() -> Self {
        let raw = "https://raw.githubusercontent.com";
        Self {
            osv: "https://storage.googleapis.com/osv-vulnerabilities".to_owned(),
            kev: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json".to_owned(),
            epss: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz".to_owned(),
            nuclei: format!("{raw}/projectdiscovery/nuclei-templates/main/cves.json"),
            metasploit: format!("{raw}/rapid7/metasploit-framework/master/db/modules_metadata_base.json"),
            exploit_db: "https://gitlab.com/exploit-database/exploitdb/-/raw/main/files_exploits.csv".to_owned(),
            vulnrichment: "https://github.com/cisagov/vulnrichment/archive/refs/heads/develop.zip".to_owned(),
            redirects: vec!["https://codeload.github.com".to_owned()],
        }
    }
}

impl Addresses {
    /// All addresses, for the client's allow-list.
    ///
    /// # Errors
    /// The first one that is no address, or may not be asked (plain http to another machine).
    pub fn allowed(&self) -> Result<Vec<Address>, FeedError> {
        let own = [
            ("osv", &self.osv),
            ("kev", &self.kev),
            ("epss", &self.epss),
            ("exploits/nuclei", &self.nuclei),
            ("exploits/metasploit", &self.metasploit),
            ("exploits/exploit-db", &self.exploit_db),
            ("cve/vulnrichment", &self.vulnrichment),
        ];
        let redirects = self.redirects.iter().map(|address| ("redirects", address));
        own.into_iter()
            .chain(redirects)
            .filter(|(_, address)| !address.is_empty())
            .map(|(feed, address)| parse(feed, address))
            .collect()
    }
}

/// One configured address.
pub(super) fn parse(feed: &str, address: &str) -> Result<Address, FeedError> {
    Address::parse(address)
        .map_err(|source: AddressError| FeedError::Address { feed: feed.to_owned(), source })
}
