//! Does the reader of GitHub workflows find every `uses:`?

use crate::rows::check;

const WORKFLOW: &str = ".github/workflows/ci.yml";

#[test]
fn steps_jobs_and_commits_with_their_comment() {
    let text = "on: [push]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5.0.1
      - uses: github/codeql-action/init@11bd71901bbe5b1630ceea73d27597364c9af683 # v3.28.1
      - uses: o/n@11bd71901bbe5b1630ceea73d27597364c9af683
      - uses: o/n@11bd71901bbe5b1630ceea73d27597364c9af683 # pinned, v2
      - uses: ./local
      - uses: docker://alpine:3.18
      - run: echo no action
  call:
    uses: o/r/.github/workflows/x.yml@main
";
    check(
        WORKFLOW,
        text,
        "6 GitHub Actions actions/checkout ~v4 registry unknown direct
        7 GitHub Actions actions/setup-python 5.0.1 registry unknown direct
        8 GitHub Actions github/codeql-action 3.28.1 git:https://github.com/github/codeql-action@11bd71901bbe5b1630ceea73d27597364c9af683 unknown direct
        9 GitHub Actions o/n - git:https://github.com/o/n@11bd71901bbe5b1630ceea73d27597364c9af683 unknown direct
        10 GitHub Actions o/n ~v2 git:https://github.com/o/n@11bd71901bbe5b1630ceea73d27597364c9af683 unknown direct
        12 docker alpine ~3.18 foreign:docker://alpine:3.18 unknown direct
        15 GitHub Actions o/r ~main registry unknown direct",
    );
}

#[test]
fn a_composite_action_and_an_anchor() {
    let text = "runs:
  using: composite
  steps:
    - uses: &checkout actions/checkout@v4.1.2
    - uses: *checkout
";
    check(
        "action.yml",
        text,
        "4 GitHub Actions actions/checkout 4.1.2 registry unknown direct
        5 GitHub Actions actions/checkout 4.1.2 registry unknown direct",
    );
}

#[test]
fn what_is_wrong_is_named() {
    check(WORKFLOW, "name: x\n", "! 1 neither `jobs` nor `runs`; expected a workflow or an action");
    check(WORKFLOW, "jobs:\n  - a\n", "! 2 jobs is a list, expected a map");
    check(WORKFLOW, "jobs:\n  a:\n    steps: x\n", "! 3 steps is a string, expected a list");
    let uses = |text: &str| format!("jobs:\n  a:\n    steps:\n      - uses: {text}\n");
    check(WORKFLOW, &uses("nobody"), "! 4 uses `nobody`, expected `owner/name@reference`");
    check(WORKFLOW, &uses("a/b@"), "! 4 uses `a/b@`, expected `owner/name@reference`");
    check(WORKFLOW, &uses(""), "! 4 uses is nothing, expected an action");
}
