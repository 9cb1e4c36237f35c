//! Where in its scheme's order does a version stand?
//!
//! Parsing borrows and does not allocate; comparing does neither. A [`Version`] is a validated text with
//! its parts where the scheme has fixed ones (SemVer, PEP 440); the others are compared token by token.

use std::cmp::Ordering;
use std::fmt;

use crate::scheme::Scheme;
use crate::schemes::{
    apk, bitnami, conan, cran, dpkg, github_actions, go, hackage, hex, maven, npm, nuget, opam,
    packagist, pub_dev, pypi, rpm, rubygems, semver, swift,
};

/// The longest version that is read, in bytes. The longest in the public advisories has under 200.
pub const MAX_LENGTH: usize = 512;

/// How much of a refused text is kept, in characters.
const SHOWN: usize = 80;

/// A text that has no place in the order of its scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {scheme:?} version: {why}")]
pub struct Unparsable {
    /// The rules that were applied.
    pub scheme: Scheme,
    /// The text, cut to 80 characters.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Unparsable {
    pub(crate) fn new(scheme: Scheme, text: &str, why: &'static str) -> Self {
        Self { scheme, text: text.chars().take(SHOWN).collect(), why }
    }
}

/// A version of one scheme; made by [`Scheme::parse`].
#[derive(Clone)]
pub struct Version<'a> {
    scheme: Scheme,
    text: &'a str,
    form: Form<'a>,
}

#[derive(Clone)]
enum Form<'a> {
    /// Every scheme that has SemVer's shape.
    SemVer(semver::SemVer<'a>),
    PyPI(pypi::PyPI<'a>),
    /// Checked; compared token by token as text.
    Text,
}

impl Scheme {
    /// Reads a version. Surrounding ASCII white space is ignored. Never panics, never allocates.
    ///
    /// # Errors
    /// [`Unparsable`] for an empty text, one over [`MAX_LENGTH`] bytes, and whatever the scheme refuses:
    /// ranges, `(devel)`, commit hashes.
    pub fn parse(self, text: &str) -> Result<Version<'_>, Unparsable> {
        let trimmed = text.trim_ascii();
        let form = if trimmed.is_empty() {
            Err("it is empty")
        } else if trimmed.len() > MAX_LENGTH {
            Err("it is longer than 512 bytes")
        } else {
            self.form(trimmed)
        };
        match form {
            Ok(form) => Ok(Version { scheme: self, text: trimmed, form }),
            Err(why) => Err(Unparsable::new(self, trimmed, why)),
        }
    }

    /// Reads both and compares them.
    ///
    /// # Errors
    /// [`Unparsable`] for the first of the two that cannot be read.
    pub fn compare(self, a: &str, b: &str) -> Result<Ordering, Unparsable> {
        Ok(self.parse(a)?.compare(&self.parse(b)?))
    }

    #[inline]
    fn form(self, text: &str) -> Result<Form<'_>, &'static str> {
        let checked = |result: Result<(), &'static str>| result.map(|()| Form::Text);
        match self {
            Self::SemVer => semver::parse(text).map(Form::SemVer),
            Self::Npm => npm::parse(text).map(Form::SemVer),
            Self::Go => go::parse(text).map(Form::SemVer),
            Self::NuGet => nuget::parse(text).map(Form::SemVer),
            Self::Pub => pub_dev::parse(text).map(Form::SemVer),
            Self::Hex => hex::parse(text).map(Form::SemVer),
            Self::Swift => swift::parse(text).map(Form::SemVer),
            Self::Bitnami => bitnami::parse(text).map(Form::SemVer),
            Self::GitHubActions => github_actions::parse(text).map(Form::SemVer),
            Self::PyPI => Ok(Form::PyPI(pypi::parse(text)?)),
            Self::Maven => checked(maven::check(text)),
            Self::RubyGems => checked(rubygems::check(text)),
            Self::Packagist => checked(packagist::check(text)),
            Self::Hackage => checked(hackage::check(text)),
            Self::Cran => checked(cran::check(text)),
            Self::Conan => checked(conan::check(text)),
            Self::Opam => checked(opam::check(text)),
            Self::Dpkg => checked(dpkg::check(text)),
            Self::Apk => checked(apk::check(text)),
            Self::Rpm => checked(rpm::check(text)),
        }
    }
}

impl<'a> Version<'a> {
    /// The rules by which it was read.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The text as given, without surrounding white space.
    pub fn text(&self) -> &'a str {
        self.text
    }
}

impl Version<'_> {
    /// The order within one scheme: total, and equal for texts that mean the same (`1.0` and `1.0.0`
    /// in many schemes). Versions of different schemes have no order worth the name; to keep sorting
    /// sound they are ordered by scheme.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (&self.form, &other.form) {
            _ if self.scheme != other.scheme => self.scheme.cmp(&other.scheme),
            (Form::PyPI(a), Form::PyPI(b)) => a.compare(b),
            (Form::SemVer(a), Form::SemVer(b)) => match self.scheme {
                Scheme::NuGet => nuget::compare(a, b),
                Scheme::Pub => pub_dev::compare(a, b),
                Scheme::Bitnami => bitnami::compare(a, b),
                Scheme::Go => go::compare(a, b),
                _ => a.compare(b),
            },
            _ => self.compare_text(other),
        }
    }

    /// The order against a version that an advisory names as affected, itself included: as
    /// [`Self::compare`], and for PyPI without the local part where that version has none («Version
    /// specifiers», «Version matching»: `2.0.0` covers `2.0.0+cu118`).
    pub(crate) fn compare_with_affected(&self, named: &Self) -> Ordering {
        match (&self.form, &named.form) {
            (Form::PyPI(a), Form::PyPI(b)) => a.compare_with_bound(b),
            _ => self.compare(named),
        }
    }

    fn compare_text(&self, other: &Self) -> Ordering {
        let (a, b) = (self.text, other.text);
        match self.scheme {
            Scheme::Maven => maven::compare(a, b),
            Scheme::RubyGems => rubygems::compare(a, b),
            Scheme::Packagist => packagist::compare(a, b),
            Scheme::Hackage => hackage::compare(a, b),
            Scheme::Cran => cran::compare(a, b),
            Scheme::Conan => conan::compare(a, b),
            Scheme::Opam => opam::compare(a, b),
            Scheme::Apk => apk::compare(a, b),
            Scheme::Rpm => rpm::compare(a, b),
            // The remaining schemes have forms of their own; dpkg's order is total over any text.
            _ => dpkg::compare(a, b),
        }
    }

    /// Is this a release before a release (alpha, rc, dev, snapshot)? Where a scheme does not mark such
    /// releases (dpkg, CRAN, Hackage) the answer is no. A pseudo-version of Go is one.
    pub fn is_prerelease(&self) -> bool {
        match &self.form {
            Form::PyPI(version) => version.is_prerelease(),
            Form::SemVer(version) if self.scheme == Scheme::Bitnami => {
                bitnami::is_prerelease(version)
            }
            Form::SemVer(version) => version.is_prerelease(),
            Form::Text => match self.scheme {
                Scheme::Maven => maven::is_prerelease(self.text),
                Scheme::RubyGems => rubygems::is_prerelease(self.text),
                Scheme::Packagist => packagist::is_prerelease(self.text),
                Scheme::Conan => conan::is_prerelease(self.text),
                Scheme::Apk => apk::is_prerelease(self.text),
                Scheme::Rpm => rpm::is_prerelease(self.text),
                Scheme::Opam => opam::is_prerelease(self.text),
                _ => false,
            },
        }
    }

    /// May a verdict rest on this version's place? Some texts are ordered as their native tools order
    /// them and yet name no release: Composer's `dev-main`, Maven's
    /// `stable`, apk's invalid texts, PyPI's legacy ones.
    ///
    /// # Errors
    /// [`Unparsable`] with the reason.
    pub(crate) fn placed(&self) -> Result<(), Unparsable> {
        let why = match (&self.form, self.scheme) {
            (Form::PyPI(version), _) if version.is_legacy() => "it does not follow PEP 440",
            (Form::Text, Scheme::Packagist) if packagist::is_branch(self.text) => {
                "it is a branch, not a release"
            }
            (Form::Text, Scheme::Maven) if !maven::is_release(self.text) => "it has no number",
            (Form::Text, Scheme::Rpm) if !rpm::is_release(self.text) => "it has no number",
            (Form::Text, Scheme::Apk) if !apk::is_valid(self.text) => "apk-tools calls it invalid",
            _ => return Ok(()),
        };
        Err(Unparsable::new(self.scheme, self.text, why))
    }
}

impl fmt::Debug for Version<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.scheme, self.text)
    }
}
