//! Where does an npm package's content come from, by the address in a lock file?

use vocab::Origin;

use crate::source;

/// The origin behind a `resolved` address or a specifier that is none of the registry's.
///
/// An address in the registry's own layout (`…/name/-/name-1.2.3.tgz`) on another host counts as the
/// registry: proxies and mirrors have it, and the file does not tell them from a private registry.
/// Taking it for foreign would leave a mirrored project without any answer.
pub(crate) fn of(address: &str) -> Origin {
    let address = address.trim_ascii();
    if let Some(path) = local(address) {
        return match archive(path) {
            true => source::foreign(address),
            false => Origin::FirstParty,
        };
    }
    if let Some(origin) = git(address) {
        return origin;
    }
    let web = address.starts_with("http://") || address.starts_with("https://");
    match address {
        "" => Origin::Registry,
        _ if !web => source::foreign(address),
        _ if address.contains("/-/") || public(address) => Origin::Registry,
        _ => source::foreign(address),
    }
}

fn local(address: &str) -> Option<&str> {
    ["file:", "link:", "portal:", "workspace:"].iter().find_map(|p| address.strip_prefix(p))
}

fn archive(path: &str) -> bool {
    let path = path.split(['#', '?']).next().unwrap_or_default();
    path.ends_with(".tgz") || path.ends_with(".tar.gz")
}

fn public(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    matches!(host, "registry.npmjs.org" | "registry.yarnpkg.com" | "registry.npmjs.com")
}

/// A git repository in the spellings of npm, Yarn and pnpm; hosted archives at a commit count too.
fn git(address: &str) -> Option<Origin> {
    let (bare, fragment) = match address.split_once('#') {
        Some((bare, fragment)) => (bare, Some(fragment)),
        None => (address, None),
    };
    // Yarn writes `#commit=SHA`, `#commit:SHA` or `#SHA`, with more after `&`.
    let commit = fragment.map(|f| {
        let f = f.strip_prefix("commit=").or_else(|| f.strip_prefix("commit:")).unwrap_or(f);
        f.split('&').next().unwrap_or_default()
    });
    for (short, host) in
        [("github:", "github.com"), ("gitlab:", "gitlab.com"), ("bitbucket:", "bitbucket.org")]
    {
        if let Some(path) = bare.strip_prefix(short) {
            return Some(source::git(&format!("https://{host}/{path}"), commit));
        }
    }
    if let Some(rest) = bare.strip_prefix("https://codeload.github.com/") {
        let mut parts = rest.splitn(4, '/');
        if let (Some(owner), Some(name), Some("tar.gz"), Some(commit)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        {
            return Some(source::git(&format!("https://github.com/{owner}/{name}"), Some(commit)));
        }
    }
    let scheme = ["git+", "git:", "ssh:", "git@"].iter().any(|p| bare.starts_with(p));
    let repository = bare.ends_with(".git") || (commit.is_some_and(is_commit) && !archive(bare));
    (scheme || repository).then(|| source::git(bare, Some(commit.unwrap_or_default())))
}

/// A full git commit. (The hash of an archive after `#`, which Yarn 1 writes, looks the same; archives
/// are told apart by their names.)
fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::of;
    use vocab::Origin;

    #[test]
    fn addresses_are_told_apart() {
        let git = |url: &str, commit: &str| Origin::Git { url: url.into(), commit: commit.into() };
        let sha = "0a2d2506c1fe299691fc5db53a2097db3bd615bc";
        assert_eq!(of("https://registry.npmjs.org/a/-/a-1.0.0.tgz"), Origin::Registry);
        assert_eq!(
            of(&format!("https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#{sha}")),
            Origin::Registry
        );
        assert_eq!(of("https://npm.corp.example/api/npm/a/-/a-1.0.0.tgz"), Origin::Registry);
        assert_eq!(
            of(&format!("git+ssh://git@github.com/o/r.git#{sha}")),
            git("ssh://git@github.com/o/r.git", sha)
        );
        assert_eq!(
            of(&format!("https://token@github.com/o/r.git#{sha}")),
            git("https://github.com/o/r.git", sha)
        );
        assert_eq!(
            of(&format!("https://codeload.github.com/o/r/tar.gz/{sha}")),
            git("https://github.com/o/r", sha)
        );
        assert_eq!(
            of(&format!("https://github.com/o/r#{sha}")),
            git("https://github.com/o/r", sha)
        );
        assert_eq!(of("github:o/r#main"), git("https://github.com/o/r", "main"));
        assert_eq!(of("file:../x"), Origin::FirstParty);
        assert_eq!(of("workspace:."), Origin::FirstParty);
        assert_eq!(of("file:x.tgz"), Origin::Foreign("file:x.tgz".into()));
        let elsewhere = "https://u:p@e.org/x.tgz";
        assert_eq!(of(elsewhere), Origin::Foreign("https://e.org/x.tgz".into()));
    }
}
