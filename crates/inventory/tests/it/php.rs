//! composer.lock and installed.json.

use crate::rows::{check, check_in};

#[test]
fn releases_branches_paths_and_edges() {
    check(
        "composer.lock",
        r#"{"packages": [
  {"name": "Monolog/monolog", "version": "v1.2.3", "require": {"php": ">=8", "psr/Log": "^1"}},
  {"name": "psr/log", "version": "1.1.4",
   "source": {"type": "git", "url": "https://github.com/php-fig/log.git", "reference": "abc"}},
  {"name": "acme/branch", "version": "dev-main",
   "source": {"type": "git", "url": "https://github.com/acme/branch.git", "reference": "def"}},
  {"name": "acme/local", "version": "2.x-dev", "dist": {"type": "path", "url": "../local"}}],
 "packages-dev": [{"name": "phpunit/phpunit", "version": "9.5.0"}]}"#,
        "2 Packagist Monolog/monolog 1.2.3 registry runtime ?
         3 Packagist psr/log 1.1.4 registry runtime ?
         5 Packagist acme/branch ~dev-main git:https://github.com/acme/branch.git@def runtime ?
         7 Packagist acme/local 2.x-dev first-party runtime ?
         8 Packagist phpunit/phpunit 9.5.0 registry development ?
         0 -> 1",
    );
}

#[test]
fn a_package_of_another_registry_is_foreign() {
    check(
        "composer.lock",
        r#"{"packages": [
  {"name": "drupal/token", "version": "1.0.0", "notification-url": "https://packages.drupal.org/8/downloads"},
  {"name": "a/b", "version": "1.0.0", "notification-url": "https://packagist.org/downloads/"},
  {"name": "c/d", "version": "1.0.0", "notification-url": "https://packagist.org.example/downloads/"}]}"#,
        "2 Packagist drupal/token 1.0.0 foreign:https://packages.drupal.org/8/downloads runtime ?
         3 Packagist a/b 1.0.0 registry runtime ?
         4 Packagist c/d 1.0.0 foreign:https://packagist.org.example/downloads/ runtime ?",
    );
}

#[test]
fn what_composer_json_names_is_direct() {
    let manifest = r#"{"require": {"php": ">=8", "A/b": "^1"}, "require-dev": {"e/f": "*"}}"#;
    check_in(
        &[("x/composer.json", manifest)],
        "composer.lock",
        "x/composer.lock",
        r#"{"packages": [{"name": "a/b", "version": "1.0.0"}, {"name": "c/d", "version": "2"}],
            "packages-dev": [{"name": "e/f", "version": "3"}]}"#,
        "1 Packagist a/b 1.0.0 registry runtime direct
         1 Packagist c/d 2 registry runtime transitive
         2 Packagist e/f 3 registry development direct",
    );
}

#[test]
fn both_shapes_of_the_installed_list() {
    check(
        "vendor/composer/installed.json",
        r#"[{"name": "a/b", "version": "1.0.0"}]"#,
        "1 Packagist a/b 1.0.0 registry unknown ?",
    );
    check(
        "vendor/composer/installed.json",
        r#"{"packages": [{"name": "a/b", "version": "1.0.0"}, {"name": "c/d", "version": "v2"}],
            "dev": true, "dev-package-names": ["c/d"]}"#,
        "1 Packagist a/b 1.0.0 registry runtime ?
         1 Packagist c/d 2 registry development ?",
    );
    check("vendor/composer/installed.json", "[]", "");
}

#[test]
fn what_is_no_lock_says_where_and_why() {
    check("composer.lock", r#"{"packages": [], "packages-dev": []}"#, "");
    check(
        "composer.lock",
        r#"{"name": "x"}"#,
        "! 1 expected the key «packages»; this is not Composer's file",
    );
    check("composer.lock", "[]", "! 1 the document is a list, expected a map");
    check("composer.lock", r#"{"packages": {}}"#, "! 1 «packages» is a map, expected a list");
    check(
        "composer.lock",
        "{\"packages\": [\n{\"name\": \"a/b\"}]}",
        "! 2 expected a package with «name» and «version»",
    );
}
