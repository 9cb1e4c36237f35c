//! How does a scan look as a GitLab dependency scanning report?
