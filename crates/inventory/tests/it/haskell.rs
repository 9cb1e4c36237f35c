//! stack.yaml.lock and cabal.project.freeze.

use crate::rows::check;

#[test]
fn completed_packages_of_stack() {
    check(
        "stack.yaml.lock",
        "packages:\n- completed:\n    hackage: fuzzy-set-0.2.4@sha256:f1b6,1618\n  original:\n    hackage: fuzzy-set-0.2.4\n\
         - completed:\n    commit: a5847301\n    git: https://github.com/a/kore.git\n    name: kore\n    version: 0.1.0\n\
         - completed:\n    name: far\n    url: https://a.org/far.tar.gz\n    version: '2.0'\n\
         - completed:\n    hackage: nonsense\nsnapshots:\n- completed:\n    sha256: 1e32\n",
        "3 Hackage fuzzy-set 0.2.4 registry unknown direct
         7 Hackage kore 0.1.0 git:https://github.com/a/kore.git@a5847301 unknown direct
         12 Hackage far 2.0 foreign:https://a.org/far.tar.gz unknown direct
         ! 18 the packages of the snapshot are not named in the file, only the snapshot is
         ! 15 expected «completed» with «hackage», or with «name», «version» and a source",
    );
    check("stack.yaml.lock", "packages: []\nsnapshots: []\n", "");
    check(
        "stack.yaml.lock",
        "resolver: lts\n",
        "! 1 expected «packages» or «snapshots»; this is no lock file of Stack",
    );
}

#[test]
fn constraints_of_cabal() {
    check(
        "cabal.project.freeze",
        "active-repositories: hackage.haskell.org:merge\nconstraints: any.HTTP ==4000.3.16,\n             HTTP -conduit10 +network-uri,\n  \
         any.base installed, -- a comment\n  setup.Cabal ==3.*,\n  any.text >=1 && <2,\n             \nindex-state: hackage.haskell.org 2022-07-07T01:01:53Z\n",
        "2 Hackage HTTP 4000.3.16 registry unknown ?
         4 Hackage base - registry unknown ?
         5 Hackage Cabal ~==3.* registry unknown ?
         6 Hackage text ~>=1 && <2 registry unknown ?",
    );
    check("cabal.project.freeze", "index-state: x\n", "");
    check(
        "cabal.project.freeze",
        "bogus\n",
        "! 1 expected «FIELD: VALUE», such as «constraints: any.base ==4.17»",
    );
    check("cabal.project.freeze", "constraints: any.x\n", "! 1 expected «any.NAME ==VERSION»");
}
