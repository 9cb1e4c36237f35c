//! The text of `gabion.toml`: which keys there are, and where a wrong one stands.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use vocab::{Environment, Exposure, instant};

use super::{AssetRule, Config, ConfigError, Criticality, IgnoreRule, PathPattern, TargetRule};
use crate::feeds::Addresses;

/// Most rules of one sort in a file: each is asked of each folder.
const MAX_RULES: usize = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    policies: Vec<String>,
    #[serde(default)]
    policy_files: Vec<String>,
    #[serde(default)]
    mirrors: Vec<String>,
    #[serde(default)]
    asset: Vec<Spanned<Asset>>,
    #[serde(default)]
    target: Vec<Spanned<Target>>,
    #[serde(default)]
    ignore: Vec<Spanned<Ignore>>,
    feeds: Option<Addresses>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asset {
    path: String,
    name: Option<String>,
    exposure: Option<Exposure>,
    owner: Option<String>,
    criticality: Option<Criticality>,
    environment: Option<Environment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    path: String,
    #[serde(rename = "as")]
    read_as: Option<String>,
    platform: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignore {
    id: String,
    package: Option<String>,
    path: Option<String>,
    reason: String,
    until: Spanned<toml::value::Datetime>,
}

pub(super) fn parse(origin: &str, text: &str, folder: &Path) -> Result<Config, ConfigError> {
    let fail = |offset: usize, what: String| ConfigError::Shape {
        path: origin.to_owned(),
        line: line(text, offset),
        what,
    };
    let file: File = toml::from_str(text).map_err(|e| {
        fail(e.span().map_or(0, |s| s.start), e.message().lines().collect::<Vec<_>>().join("; "))
    })?;
    let mut config = Config {
        origin: origin.to_owned(),
        folder: folder.to_path_buf(),
        policies: file.policies,
        policy_files: file.policy_files.iter().map(|p| folder.join(p)).collect(),
        mirrors: file.mirrors,
        feeds: file.feeds,
        ..Config::default()
    };
    for (what, count) in
        [("asset", file.asset.len()), ("target", file.target.len()), ("ignore", file.ignore.len())]
    {
        if count > MAX_RULES {
            return Err(fail(0, format!("{count} [[{what}]] rules; at most {MAX_RULES} are read")));
        }
    }
    for asset in file.asset {
        let (at, asset) = (asset.span().start, asset.into_inner());
        let path = PathPattern::new(&asset.path)
            .map_err(|e| fail(at, format!("asset path «{}»: {}", asset.path, e.kind())))?;
        config.assets.push(AssetRule {
            path,
            pattern: asset.path,
            name: asset.name,
            exposure: asset.exposure,
            owner: asset.owner,
            criticality: asset.criticality,
            environment: asset.environment,
            line: line(text, at),
        });
    }
    for target in file.target {
        let (at, target) = (target.span().start, target.into_inner());
        let read_as = match &target.read_as {
            None => None,
            Some(name) => Some(crate::formats_read::named(name).ok_or_else(|| {
                let names = crate::formats_read::names().join(", ");
                fail(at, format!("target as = «{name}»: expected one of {names}"))
            })?),
        };
        let (pattern, platform) = (target.path, target.platform);
        config.targets.push(TargetRule { pattern, read_as, platform, line: line(text, at) });
    }
    for ignore in file.ignore {
        let (at, ignore) = (ignore.span().start, ignore.into_inner());
        if ignore.reason.trim().is_empty() {
            return Err(fail(at, format!("ignore of {}: the reason is empty; say why", ignore.id)));
        }
        let until = instant::parse(&ignore.until.get_ref().to_string()).ok_or_else(|| {
            fail(ignore.until.span().start, "until: expected a date such as 2026-12-31".into())
        })?;
        let path = match &ignore.path {
            None => None,
            Some(p) => {
                let refused =
                    |e: globset::Error| fail(at, format!("ignore path «{p}»: {}", e.kind()));
                Some(PathPattern::new(p).map_err(refused)?)
            }
        };
        let origin = format!("{origin}:{}", line(text, at));
        config.ignores.push(IgnoreRule {
            id: ignore.id,
            package: ignore.package,
            path,
            reason: ignore.reason,
            until,
            origin,
        });
    }
    Ok(config)
}

fn line(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    u32::try_from(before.iter().filter(|b| **b == b'\n').count() + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::parse;

    fn refused(text: &str) -> String {
        parse("gabion.toml", text, Path::new("")).expect_err("refused").to_string()
    }

    #[test]
    fn a_wrong_key_or_value_is_named_with_its_line() {
        assert_eq!(
            refused("policies = []\n[[asset]]\npath = \"a\"\nexposed = true\n"),
            "gabion.toml:4: unknown field `exposed`, expected one of `path`, `name`, `exposure`, `owner`, `criticality`, `environment`"
        );
        assert!(
            refused("[[asset]]\npath = \"a\"\nexposure = \"public\"\n")
                .starts_with("gabion.toml:3: unknown variant `public`")
        );
        assert!(
            refused("[[ignore]]\nid = \"CVE-1\"\nreason = \"x\"\n")
                .contains("missing field `until`")
        );
        assert_eq!(
            refused("[[ignore]]\nid = \"CVE-1\"\nreason = \" \"\nuntil = 2026-12-31\n"),
            "gabion.toml:1: ignore of CVE-1: the reason is empty; say why"
        );
        assert!(
            refused("[[asset]]\npath = \"a[\"\n").starts_with("gabion.toml:1: asset path «a[»")
        );
    }

    #[test]
    fn a_folder_means_all_below_it() {
        let config = parse("g", "[[asset]]\npath = \"shop\"\n", Path::new("")).expect("parsed");
        let rule = &config.assets[0].path;
        assert!(rule.is_match("shop") && rule.is_match("shop/web/yarn.lock"));
        assert!(!rule.is_match("shopping"));
    }
}
