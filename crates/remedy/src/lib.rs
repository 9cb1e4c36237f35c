//! What to change: the fewest upgrades that clear every finding.
