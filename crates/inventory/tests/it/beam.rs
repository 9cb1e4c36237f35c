//! mix.lock and rebar.lock.

use crate::rows::check;

#[test]
fn mix_packages_repositories_commits_and_edges() {
    check(
        "mix.lock",
        r#"%{
  # a comment
  "credo": {:hex, :credo, "1.6.6", "625520", [:mix], [{:jason, "~> 1.0", [hex: :jason, repo: "hexpm", optional: false]}, {:gone, ">= 0.0.0", []}], "hexpm", "d70a"},
  "json_lib": {:hex, :jason, "1.3.0", "fa6b", [:mix], [], "hexpm:acme", "53fc"},
  "jason" => {:hex, :jason, "1.3.0"},
  "esaml": {:git, "https://me:secret@github.com/firezone/esaml.git", "4294a3ac", [branch: "main"]},
  near: {:path, "../near"},
}
"#,
        "3 Hex credo 1.6.6 registry unknown ?
         4 Hex jason 1.3.0 foreign:hexpm:acme unknown ?
         5 Hex jason 1.3.0 registry unknown ?
         6 Hex esaml - git:https://github.com/firezone/esaml.git@4294a3ac unknown ?
         7 Hex near - first-party unknown ?
         0 -> 2",
    );
    check("mix.lock", "%{\n}\n", "");
}

#[test]
fn rebar_levels_and_commits() {
    check(
        "rebar.lock",
        "{\"1.2.0\",\n[{<<\"certifi\">>,{pkg,<<\"certifi\">>,<<\"2.9.0\">>},0},\n \
         {<<\"idna\">>,{pkg,<<\"erlang_idna\">>,<<\"6.1.1\">>},1},\n \
         {<<\"cow\">>,{git,\"git@github.com:ninenines/cow.git\",{ref,\"abc\"}},0},\n \
         {<<\"tip\">>,{git,\"https://a.org/tip\",{branch,\"main\"}},0}]}.\n[{pkg_hash,[]}].\n",
        "2 Hex certifi 2.9.0 registry unknown direct
         3 Hex erlang_idna 6.1.1 registry unknown transitive
         4 Hex cow - git:git@github.com:ninenines/cow.git@abc unknown direct
         5 Hex tip - git:https://a.org/tip@ unknown direct",
    );
    check("rebar.lock", "[].\n", "");
    check(
        "rebar.lock",
        "[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1\">>},0}].",
        "1 Hex a 1 registry unknown direct",
    );
}

#[test]
fn what_is_no_lock_says_where_and_why() {
    check("mix.lock", "", "! 1 the file is empty");
    check("mix.lock", "bogus", "! 1 expected a map, «%{\"package\": {:hex, …}}»");
    check("mix.lock", "%{\n\"a\": {:hex,", "! 2 expected a term, found «the end of the file»");
    check(
        "mix.lock",
        "%{\n\"a\": {:svn, \"x\"},\n\"b\"}",
        "! 2 expected {:hex, …}, {:git, …} or {:path, …}
         ! 3 expected «\"package\": {…}»",
    );
    check("mix.lock", "%{\"a: {:hex}}", "! 1 the quote is not closed");
    check(
        "rebar.lock",
        "bogus rebar.lock",
        "! 1 expected «{\"VERSION\", [{<<\"app\">>, {pkg, …}, 0}]}.»",
    );
    check(
        "rebar.lock",
        "[\n{<<\"a\">>,{svn,1},0}].",
        "! 2 expected «{<<\"app\">>, {pkg, …} or {git, …}, LEVEL}»",
    );
    check("rebar.lock", &"[".repeat(100_000), "! 1 nested more than 128 deep");
}
