//! Documents out (and later in): SARIF and the shapes other tools read.
