//! Which number does a CVE name carry?
//!
//! In: a name as feeds write it. Out: a sortable number, and the name again. Nothing is looked up.

use std::fmt;

/// A CVE name as a number: the year in the upper half, the sequence in the lower, so that numbers sort
/// as names do (CVE Program, «CVE ID syntax change»: `CVE-YYYY-` and four or more digits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CveId(u64);

impl CveId {
    /// Reads `CVE-2024-3094` in any case. `None` for anything else, longer sequences than nine digits
    /// included.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.trim().as_bytes();
        let (head, rest) = bytes.split_at_checked(4)?;
        if !head.eq_ignore_ascii_case(b"CVE-") {
            return None;
        }
        let (year, rest) = rest.split_at_checked(4)?;
        let sequence = rest.strip_prefix(b"-")?;
        if !(4..=9).contains(&sequence.len()) {
            return None;
        }
        Some(Self((digits(year)? << 32) | digits(sequence)?))
    }

    /// Reads the CVE that a distribution's id ends in (`DEBIAN-CVE-2024-3094`), or a CVE name itself.
    pub fn ending(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(cve) = Self::parse(text) {
            return Some(cve);
        }
        let at = text.rfind("-CVE-")?;
        if at == 0 { None } else { Self::parse(text.get(at + 1..)?) }
    }

    /// The number under which tables sort.
    pub fn key(self) -> u64 {
        self.0
    }

    /// The name that belongs to a number from a table.
    pub fn from_key(key: u64) -> Self {
        Self(key)
    }
}

impl fmt::Display for CveId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CVE-{:04}-{:04}", self.0 >> 32, self.0 & 0xffff_ffff)
    }
}

fn digits(bytes: &[u8]) -> Option<u64> {
    bytes.iter().try_fold(0u64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u64::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use super::CveId;

    #[test]
    fn names_become_numbers_and_back() {
        let there = |s: &str| CveId::parse(s).map(|c| c.to_string());
        assert_eq!(there("cve-2024-3094 ").as_deref(), Some("CVE-2024-3094"));
        assert_eq!(there("CVE-1999-0001").as_deref(), Some("CVE-1999-0001"));
        assert_eq!(there("CVE-2026-1234567").as_deref(), Some("CVE-2026-1234567"));
        for not in ["GHSA-2024-3094", "CVE-24-3094", "CVE-2024-", "CVE-2024-12x4", "CVÉ-2024-1234"]
        {
            assert_eq!(there(not), None, "{not}");
        }
        let ending = |s: &str| CveId::ending(s).map(|c| c.to_string());
        assert_eq!(ending("UBUNTU-CVE-2008-7320").as_deref(), Some("CVE-2008-7320"));
        assert_eq!(ending("ROOT-OS-DEBIAN-12-CVE-2024-0001").as_deref(), Some("CVE-2024-0001"));
        assert_eq!(ending("cve-2024-3094").as_deref(), Some("CVE-2024-3094"));
        for not in ["-CVE-2024-0001", "DEBIAN-CVE-", "DSA-5474-1", "XCVE-2024-0001", ""] {
            assert_eq!(ending(not), None, "{not}");
        }
        assert!(CveId::parse("CVE-2023-99999") < CveId::parse("CVE-2024-0001"));
    }
}
