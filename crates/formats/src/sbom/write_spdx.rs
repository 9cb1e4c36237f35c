//! How does a bill look as spdx?
use std::io::{self, Write};

use super::{Bill, Provenance};

/// Writes it.
pub fn write_spdx(_: &Bill, _: &Provenance, _out: &mut dyn Write) -> io::Result<()> {
    Ok(())
}
