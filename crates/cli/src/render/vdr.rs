//! A report as CycloneDX 1.6 with vulnerabilities and their analyses (VDR and VEX in one): the same claims
//! as OpenVEX has them.

use std::io::{self, Write};

use app::report::Report;
use formats::vex::write::write_cyclonedx;

/// Writes the report.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_cyclonedx(&super::openvex::claims(report), out)
}
