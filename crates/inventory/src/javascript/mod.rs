//! Which packages does a JavaScript project hold?
//!
//! In: the lock files of npm, Yarn, pnpm, Bun and Deno, and `package.json` where none of them covers
//! it. Out: a [`crate::Reading`]. Each reader turns its own layout into components and then looks up
//! who requires whom the way its tool does.

pub mod bun;
pub mod deno;
mod installed;
pub mod manifest;
pub mod npm;
pub(crate) mod origin;
pub mod pnpm;
mod pnpm_key;
pub mod yarn;
mod yarn_scan;

use vocab::Scope;

use crate::Format;

/// The lists of a `package.json` (and of its copies in lock files) with what they stand for.
const LISTS: [(&str, Scope); 4] = [
    ("dependencies", Scope::Runtime),
    ("devDependencies", Scope::Development),
    ("optionalDependencies", Scope::Optional),
    ("peerDependencies", Scope::Optional),
];

/// The formats of the JavaScript family.
pub const FORMATS: &[Format] = &[
    Format::lock("package-lock.json", &["package-lock.json", ".package-lock.json"], npm::read),
    Format::lock("npm-shrinkwrap.json", &["npm-shrinkwrap.json"], npm::read),
    Format::lock("yarn.lock", &["yarn.lock"], yarn::read),
    Format::lock("pnpm-lock.yaml", &["pnpm-lock.yaml"], pnpm::read),
    Format::lock("bun.lock", &["bun.lock"], bun::read),
    Format::lock("deno.lock", &["deno.lock"], deno::read),
    Format::manifest(
        "package.json",
        &["package.json"],
        &["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"],
        manifest::read,
    )
    .or_in_parents(),
];
