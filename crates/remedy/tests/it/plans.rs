//! Whole plans: which packages share a row, which version is chosen, and what is told.

use remedy::{Affected, plan};
use vocab::Scope;

use crate::write::{Build, affected, show};

fn cargo(name: &str, version: &str) -> Affected {
    affected("crates.io", name, version, "Cargo.lock")
}

#[test]
fn the_smallest_version_that_clears_everything() {
    let log = cargo("log4", "1.2.0")
        .finding("F1", 24)
        .finding("F2", 30)
        .candidate("2.0.0", "")
        .candidate("1.2.9", "")
        .candidate("1.2.1", "F2")
        .candidate("1.2.10", "");
    insta::assert_snapshot!(show(&plan(&[log])), @r##"
    shop|crates.io|log4|upgrade 1: upgrade (Patch)
      1.2.0 -> 1.2.9 in Cargo.lock
      closes [F1 F2] leaves [] due 24
      The project names log4 itself: move it to 1.2.9 in Cargo.lock, and in Cargo.toml where that asks for less.
      $ cargo update -p log4@1.2.0 --precise 1.2.9
    "##);
}

#[test]
fn two_lines_of_one_crate_are_two_actions_and_one_line_is_one() {
    let old =
        cargo("rand", "0.3.1").finding("F1", 24).candidate("0.4.2", "").candidate("0.7.3", "");
    let old = old.through("app 1.0.0 > tool 0.2.0 > rand 0.3.1");
    let new = cargo("rand", "0.7.0").finding("F2", 22).candidate("0.7.3", "");
    let newer = affected("crates.io", "rand", "0.7.2", "tools/Cargo.lock")
        .finding("F3", 30)
        .candidate("0.7.3", "");
    insta::assert_snapshot!(show(&plan(&[old, new, newer])), @r##"
    shop|crates.io|rand|raise parent 0.4: raise parent (Major)
      0.3.1 -> 0.4.2 in Cargo.lock
      closes [F1] leaves [] due 24
      Brought in by app 1.0.0 → tool 0.2.0, which cannot take 0.4.2 as it is: raise app 1.0.0 to a release that takes rand 0.4.2 or later.
    shop|crates.io|rand|upgrade 0.7: upgrade (Patch)
      0.7.0 0.7.2 -> 0.7.3 in Cargo.lock tools/Cargo.lock
      closes [F2 F3] leaves [] due 22
      The project names rand itself: move it to 0.7.3 in Cargo.lock and tools/Cargo.lock, and in Cargo.toml and tools/Cargo.toml where that asks for less.
      $ (cd tools && cargo update -p rand@0.7.2 --precise 0.7.3)
      $ cargo update -p rand@0.7.0 --precise 0.7.3
    "##);
}

#[test]
fn where_nothing_clears_all_what_is_due_first_decides() {
    let package = cargo("tar", "1.0.0")
        .finding("LATER1", 30)
        .finding("LATER2", 30)
        .finding("FIRST", 22)
        .finding("NEVER", 0)
        .candidate("1.0.1", "FIRST NEVER")
        .candidate("1.0.2", "LATER1 LATER2 NEVER NEW")
        .candidate("1.0.3", "LATER1 LATER2 NEVER")
        .candidate("1.0.4", "LATER1 LATER2 NEVER");
    insta::assert_snapshot!(show(&plan(&[package])), @r##"
    shop|crates.io|tar|upgrade 1: upgrade (Patch)
      1.0.0 -> 1.0.3 in Cargo.lock
      closes [FIRST] leaves [LATER1 LATER2 NEVER] due 22
      The project names tar itself: move it to 1.0.3 in Cargo.lock, and in Cargo.toml where that asks for less. 3 of its findings stay, since no one version closes all: mitigate them.
      $ cargo update -p tar@1.0.0 --precise 1.0.3
    "##);
}

#[test]
fn a_version_that_brings_a_finding_along_says_so() {
    let package = cargo("tar", "1.0.0").finding("F1", 22).candidate("1.0.1", "NEW-1");
    insta::assert_snapshot!(show(&plan(&[package])), @r##"
    shop|crates.io|tar|upgrade 1: upgrade (Patch)
      1.0.0 -> 1.0.1 in Cargo.lock
      closes [F1] leaves [] brings [NEW-1] due 22
      The project names tar itself: move it to 1.0.1 in Cargo.lock, and in Cargo.toml where that asks for less. The new version is itself affected by NEW-1.
      $ cargo update -p tar@1.0.0 --precise 1.0.1
    "##);
}

#[test]
fn no_fix_published_says_what_to_do_instead() {
    let nothing = cargo("left", "1.0.0").finding("F1", 22).through("app 1.0.0 > left 1.0.0");
    let mut unjudged = cargo("right", "1.0.0").finding("F2", 22).candidate("1.0.1", "");
    unjudged.candidates[0].evaluated = false;
    let below = cargo("under", "1.0.0").finding("F3", 0).candidate("0.9.9", "").candidate("x", "");
    insta::assert_snapshot!(show(&plan(&[nothing, unjudged, below])), @r##"
    shop|crates.io|left|mitigate: mitigate (Unknown)
      1.0.0 -> - in Cargo.lock
      closes [] leaves [F1] due 22
      No fix is published for left. Brought in by app 1.0.0. Instead: take it out if nothing needs it, replace it, or close the way to the weak part as the advisory describes; else accept the risk until a date, with an owner.
    shop|crates.io|right|mitigate: mitigate (Unknown)
      1.0.0 -> - in Cargo.lock
      closes [] leaves [F2] due 22
      No release of right is known to help: 1.0.1 is named as a fix but could not be evaluated. Instead: take it out if nothing needs it, replace it, or close the way to the weak part as the advisory describes; else accept the risk until a date, with an owner.
    shop|crates.io|under|mitigate: mitigate (Unknown)
      1.0.0 -> - in Cargo.lock
      closes [] leaves [F3] due none
      No fix is published for under. Instead: take it out if nothing needs it, replace it, or close the way to the weak part as the advisory describes; else accept the risk until a date, with an owner.
    "##);
}

#[test]
fn a_pre_release_only_from_a_pre_release_or_for_want_of_anything_else() {
    let release =
        cargo("a", "1.0.0").finding("F1", 22).candidate("2.0.0-rc.1", "").candidate("2.0.0", "");
    let trial = cargo("b", "2.0.0-rc.1")
        .finding("F2", 22)
        .candidate("2.0.0-rc.2", "")
        .candidate("2.0.0", "");
    let want = cargo("c", "1.0.0").finding("F3", 22).candidate("2.0.0-rc.1", "");
    insta::assert_snapshot!(show(&plan(&[release, trial, want])), @r##"
    shop|crates.io|a|upgrade 2: upgrade (Major)
      1.0.0 -> 2.0.0 in Cargo.lock
      closes [F1] leaves [] due 22
      The project names a itself: ask for 2.0.0 in Cargo.toml.
      $ cargo add a@2.0.0
    shop|crates.io|b|upgrade 2: upgrade (Patch)
      2.0.0-rc.1 -> 2.0.0-rc.2 in Cargo.lock
      closes [F2] leaves [] due 22
      The project names b itself: move it to 2.0.0-rc.2 in Cargo.lock, and in Cargo.toml where that asks for less.
      $ cargo update -p b@2.0.0-rc.1 --precise 2.0.0-rc.2
    shop|crates.io|c|upgrade 2: upgrade (Major)
      1.0.0 -> 2.0.0-rc.1 in Cargo.lock
      closes [F3] leaves [] due 22
      The project names c itself: ask for 2.0.0-rc.1 in Cargo.toml. It is a pre-release: no release closes anything.
      $ cargo add c@2.0.0-rc.1
    "##);
}

#[test]
fn malicious_packages_are_removed() {
    let mut named = affected("npm", "chalk", "5.6.1", "web/package-lock.json")
        .finding("MAL", 22)
        .finding("F1", 30)
        .candidate("5.6.2", "")
        .candidate("5.6.3", "");
    named.malicious = true;
    named.findings[0].emergency = true;
    let mut hidden =
        affected("npm", "ev-il", "1.0.0", "package-lock.json").finding("MAL-2", 22).through("a 1");
    hidden.malicious = true;
    insta::assert_snapshot!(show(&plan(&[named, hidden])), @r##"
    shop|npm|chalk|remove: remove (Unknown)
      5.6.1 -> - in web/package-lock.json
      closes [MAL F1] leaves [] due 22 emergency
      chalk is malicious: remove it from web/package-lock.json, treat every secret that its machine could read as stolen and rotate it, and look for traces of what it ran. Where it is still wanted, 5.6.2 has no known finding.
      $ (cd web && npm uninstall chalk)
    shop|npm|ev-il|remove: remove (Unknown)
      1.0.0 -> - in package-lock.json
      closes [MAL-2] leaves [] due 22
      ev-il is malicious: remove it from package-lock.json, treat every secret that its machine could read as stolen and rotate it, and look for traces of what it ran. Brought in by a 1.
    "##);
}

#[test]
fn a_malicious_version_is_never_the_remedy() {
    let package = affected("npm", "chalk", "5.6.0", "package-lock.json")
        .finding("F1", 22)
        .candidate("5.6.1", "MAL-2025-46969")
        .candidate("5.6.2", "");
    assert_eq!(plan(&[package])[0].to.as_deref(), Some("5.6.2"));
}

#[test]
fn a_transitive_package_out_of_reach_raises_what_brings_it_in() {
    let qs = affected("npm", "qs", "6.2.0", "package-lock.json")
        .finding("F1", 22)
        .candidate("7.1.0", "")
        .through("express 4.1.0 > body-parser 1.0.0 > qs 6.2.0")
        .through("request 2.8.0");
    let gem = affected("RubyGems", "rack", "1.6.0", "Gemfile.lock")
        .finding("F2", 22)
        .candidate("2.2.3", "")
        .through("rails 4.2.0 > actionpack 4.2.0 > rack 1.6.0");
    let mut unknown = cargo("deep", "0.1.0").finding("F3", 22).candidate("0.2.0", "");
    unknown.direct = Some(false);
    insta::assert_snapshot!(show(&plan(&[qs, gem, unknown])), @r##"
    shop|RubyGems|rack|raise parent 2: raise parent (Major)
      1.6.0 -> 2.2.3 in Gemfile.lock
      closes [F2] leaves [] due 22
      Brought in by rails 4.2.0 → actionpack 4.2.0, which cannot take 2.2.3 as it is: raise rails 4.2.0 to a release that takes rack 2.2.3 or later.
    shop|crates.io|deep|raise parent 0.2: raise parent (Major)
      0.1.0 -> 0.2.0 in Cargo.lock
      closes [F3] leaves [] due 22
      Brought in by another package (the file does not tell which), which cannot take 0.2.0 as it is: raise what brings it in to a release that takes deep 0.2.0 or later.
    shop|npm|qs|raise parent 7: raise parent (Major)
      6.2.0 -> 7.1.0 in package-lock.json
      closes [F1] leaves [] due 22
      Brought in by express 4.1.0 → body-parser 1.0.0 and request 2.8.0, which cannot take 7.1.0 as it is: raise express 4.1.0 and request 2.8.0 to a release that takes qs 7.1.0 or later. The command overrides what other packages ask for: test them, and take the override out once they ask for 7.1.0 themselves.
      $ npm pkg set 'overrides[qs@6.2.0]=7.1.0' && npm install
    "##);
}

#[test]
fn one_row_has_one_owner_and_spellings_meet() {
    let one = |name: &str, version: &str, id: &str, owner: &str| {
        let mut package = affected("PyPI", name, version, "uv.lock").finding(id, 22);
        package.owner = Some(owner.into());
        package.candidate("2.0.0", "")
    };
    let rows = [
        one("Zope.Interface", "1.0", "F1", "web"),
        one("zope-interface", "1.1", "F2", "web"),
        one("zope_interface", "1.2", "F3", "data"),
    ];
    insta::assert_snapshot!(show(&plan(&rows)), @r##"
    shop|PyPI|zope-interface|upgrade 2|2.0.0|data: upgrade (Major)
      1.2 -> 2.0.0 in uv.lock
      closes [F3] leaves [] due 22 owner data
      The project names zope_interface itself: ask for 2.0.0 in pyproject.toml.
      $ uv add 'zope-interface>=2.0.0'
    shop|PyPI|zope-interface|upgrade 2|2.0.0|web: upgrade (Major)
      1.0 1.1 -> 2.0.0 in uv.lock
      closes [F1 F2] leaves [] due 22 owner web
      The project names Zope.Interface itself: ask for 2.0.0 in pyproject.toml.
      $ uv add 'zope-interface>=2.0.0'
    "##);
}

#[test]
fn what_comes_from_git_moves_by_hand() {
    let mut git = cargo("tar", "1.0.0").finding("F1", 22).candidate("1.0.1", "");
    git.git = true;
    insta::assert_snapshot!(show(&plan(&[git])), @r##"
    shop|crates.io|tar|upgrade 1: upgrade (Patch)
      1.0.0 -> 1.0.1 in Cargo.lock
      closes [F1] leaves [] due 22
      tar is taken from a git commit: move it to a commit that holds what 1.0.1 released, in Cargo.toml.
    "##);
}

#[test]
fn development_and_untold_packages() {
    let mut dev = affected("npm", "jest", "1.0.0", "yarn.lock").finding("F1", 22);
    dev.scope = Scope::Development;
    let mut untold = affected("Go", "golang.org/x/net", "v0.1.0", "go.mod").finding("F2", 22);
    untold.direct = None;
    let rows = [dev.candidate("1.0.1", ""), untold.candidate("0.7.0", "")];
    insta::assert_snapshot!(show(&plan(&rows)), @r##"
    shop|Go|golang.org/x/net|upgrade 0.7: upgrade (Major)
      v0.1.0 -> 0.7.0 in go.mod
      closes [F2] leaves [] due 22
      Move golang.org/x/net to 0.7.0 in go.mod.
      $ go get golang.org/x/net@v0.7.0 && go mod tidy
    shop|npm|jest|upgrade 1: upgrade (Patch)
      1.0.0 -> 1.0.1 in yarn.lock
      closes [F1] leaves [] due 22
      The project names jest itself: move it to 1.0.1 in yarn.lock, and in package.json where that asks for less.
      $ yarn add --dev jest@1.0.1
    "##);
}

#[test]
fn what_no_file_tells_is_not_guessed() {
    let untold = |version: &str, to: &str, id: &str| {
        let mut package = affected("npm", "qs", version, "package-lock.json").finding(id, 22);
        package.direct = None;
        package.candidate(to, "")
    };
    let rows = [untold("1.0.0", "1.0.1", "F1"), untold("2.0.0", "3.0.0", "F2")];
    insta::assert_snapshot!(show(&plan(&rows)), @r##"
    shop|npm|qs|upgrade 1: upgrade (Patch)
      1.0.0 -> 1.0.1 in package-lock.json
      closes [F1] leaves [] due 22
      Move qs to 1.0.1 in package-lock.json.
      $ npm update qs
    shop|npm|qs|upgrade 3: upgrade (Major)
      2.0.0 -> 3.0.0 in package-lock.json
      closes [F2] leaves [] due 22
      Move qs to 3.0.0 in package-lock.json. The files do not tell who asks for it: if the project does, ask for 3.0.0 in package.json; else raise what brings it in.
    "##);
}

#[test]
fn long_names_and_long_paths_stay_readable() {
    let path: Vec<String> = (1..=9).map(|n| format!("p{n} {n}")).collect();
    let mut package = affected("PyPI", &"x".repeat(100_000), "1.0", "uv.lock").finding("F1", 22);
    package = package.candidate("1.1", "").through(&path.join(" > "));
    let fixes = plan(&[package]);
    assert!(fixes[0].how.starts_with("Brought in by p1 1 → … → p8 8 → p9 9; move xxx"));
    assert!(fixes[0].how.len() < 1_000);
    assert_eq!(fixes[0].command, None);
}

#[test]
fn packages_without_findings_give_no_row() {
    assert_eq!(plan(&[cargo("fine", "1.0.0").candidate("1.0.1", "")]), []);
    assert_eq!(plan(&[]), []);
}

#[test]
fn a_distribution_moves_its_installed_packages_and_an_image_is_built_anew() {
    let mut one = affected("Debian:12", "openssl", "1.0.0", "/var/lib/dpkg/status")
        .finding("F1", 24)
        .candidate("1.0.1", "");
    one.installed = vec!["libssl3".into(), "openssl".into()];
    let fixes = plan(std::slice::from_ref(&one));
    let [fix] = fixes.as_slice() else { panic!("{fixes:?}") };
    let command = "apt-get install --only-upgrade libssl3 openssl";
    assert_eq!(fix.command.as_deref(), Some(command));
    assert_eq!(fix.how, "Upgrade libssl3 and openssl to 1.0.1 or later.");
    one.image = true;
    let fixes = plan(&[one]);
    let [fix] = fixes.as_slice() else { panic!("{fixes:?}") };
    assert_eq!(fix.command, None);
    assert!(fix.how.ends_with("build it anew, on a base that has this."), "{}", fix.how);
}
