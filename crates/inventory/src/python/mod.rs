//! Which packages does a Python project hold?
//!
//! In: the lock files of pip, Poetry, uv, Pipenv and PDM, `pylock.toml`, and lists of requirements. Out:
//! a [`crate::Reading`]. `setup.py` is a program and is never run, so it is no format here.

mod names;
pub mod pipfile;
pub mod poetry;
pub mod pylock;
pub mod pyproject;
pub mod requirement;
pub mod requirements;
pub mod uv;
mod via;

use crate::Format;

const LOCKS: &[&str] = &["poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile.lock"];
/// Of these, the one that speaks for a whole workspace (uv documentation, «Using workspaces»).
const WORKSPACE_LOCKS: &[&str] = &["uv.lock"];

/// The formats of the Python family.
pub const FORMATS: &[Format] = &[
    Format::lock(
        "requirements.txt",
        &["requirements*.txt", "*requirements.txt", "requirements/*.txt"],
        requirements::read,
    ),
    Format::manifest(
        "requirements.in",
        &["requirements*.in", "*requirements.in", "requirements/*.in"],
        &["requirements.txt"],
        requirements::read,
    ),
    Format::lock("poetry.lock", &["poetry.lock"], poetry::read),
    Format::lock("pdm.lock", &["pdm.lock"], poetry::read_pdm),
    Format::lock("uv.lock", &["uv.lock"], uv::read),
    Format::lock("Pipfile.lock", &["Pipfile.lock"], pipfile::read_lock),
    Format::lock("pylock.toml", &["pylock.toml", "pylock.*.toml"], pylock::read),
    Format::manifest("Pipfile", &["Pipfile"], LOCKS, pipfile::read_manifest),
    Format::manifest("pyproject.toml", &["pyproject.toml"], LOCKS, pyproject::read)
        .or_in_parents_by(WORKSPACE_LOCKS),
    Format::manifest("setup.cfg", &["setup.cfg"], LOCKS, pyproject::read_setup_cfg),
];
