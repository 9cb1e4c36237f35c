//! What matters first, and why: signals, decision tables, policies, clocks.
