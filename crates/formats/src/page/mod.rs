//! How does a report look to people: one HTML file, or a comment on a pull request?
