//! The only network client: allow-list, limits, retries, conditional requests.
