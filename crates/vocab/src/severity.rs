//! How bad is it, before anything is known of exploitation?

use serde::{Deserialize, Serialize};

/// The CVSS v3.1/v4.0 qualitative severity scale (CVSS v3.1 specification, section 5). `Unknown` is a
/// value of its own and never means «none».
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No vector and no rating was published.
    #[default]
    Unknown,
    /// Score 0.0.
    None,
    /// 0.1 to 3.9.
    Low,
    /// 4.0 to 6.9.
    Medium,
    /// 7.0 to 8.9.
    High,
    /// 9.0 to 10.0.
    Critical,
}

impl Severity {
    /// The band of a CVSS base score (0.0 to 10.0).
    pub fn from_score(score: f64) -> Self {
        match score {
            s if s >= 9.0 => Self::Critical,
            s if s >= 7.0 => Self::High,
            s if s >= 4.0 => Self::Medium,
            s if s > 0.0 => Self::Low,
            0.0 => Self::None,
            _ => Self::Unknown,
        }
    }

    /// The rating words that advisory databases use beside CVSS («MODERATE» is GitHub's medium).
    pub fn from_word(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Self::Critical,
            "high" | "important" => Self::High,
            "medium" | "moderate" => Self::Medium,
            "low" | "minor" | "negligible" => Self::Low,
            "none" => Self::None,
            _ => Self::Unknown,
        }
    }

    /// The word as written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Severity;

    #[test]
    fn bands_follow_the_cvss_scale() {
        let band = |s| Severity::from_score(s);
        assert_eq!(
            [band(0.0), band(0.1), band(3.9)],
            [Severity::None, Severity::Low, Severity::Low]
        );
        assert_eq!([band(4.0), band(6.9)], [Severity::Medium; 2]);
        assert_eq!([band(7.0), band(8.9)], [Severity::High; 2]);
        assert_eq!([band(9.0), band(10.0)], [Severity::Critical; 2]);
        assert_eq!(band(f64::NAN), Severity::Unknown);
    }
}
