//! Gemfile.lock.

use crate::rows::check;

#[test]
fn sections_sources_platforms_and_edges() {
    check(
        "Gemfile.lock",
        "PATH\n  remote: .\n  specs:\n    app (0.1.0)\n      rack (>= 2)\n\n\
         GIT\n  remote: https://me:pw@github.com/rails/turbolinks.git\n  revision: 80216ce9\n  branch: main\n  specs:\n    \
         turbolinks (2.5.3)\n      rack\n\n\
         GEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.13.3-x86_64-linux)\n      racc (~> 1.4)\n    \
         nokogiri (1.13.3-arm64-darwin)\n      racc (~> 1.4)\n    racc (1.6.0)\n    rack (2.2.3)\n\n\
         PLATFORMS\n  x86_64-linux\n\nDEPENDENCIES\n  app!\n  nokogiri (~> 1.13)\n  turbolinks!\n\n\
         CHECKSUMS\n  rack (2.2.3) sha256=00\n\nBUNDLED WITH\n   2.3.0\n",
        "4 RubyGems app 0.1.0 first-party unknown direct
         12 RubyGems turbolinks 2.5.3 git:https://github.com/rails/turbolinks.git@80216ce9 unknown direct
         18 RubyGems nokogiri 1.13.3 registry unknown direct
         22 RubyGems racc 1.6.0 registry unknown transitive
         23 RubyGems rack 2.2.3 registry unknown transitive
         0 -> 4
         1 -> 4
         2 -> 3",
    );
}

#[test]
fn a_lock_without_gems_is_no_problem_and_sections_may_stand_in_any_order() {
    check("gems.locked", "PLATFORMS\n  ruby\n\nDEPENDENCIES\n\nBUNDLED WITH\n   2.2.28\n", "");
    check(
        "Gemfile.lock",
        "DEPENDENCIES\n  ast\n\nGEM\n  specs:\n    ast (2.4.2)\n",
        "6 RubyGems ast 2.4.2 registry unknown direct",
    );
}

#[test]
fn what_is_no_lock_says_where_and_why() {
    check(
        "Gemfile.lock",
        "bogus\n",
        "! 1 expected a section such as GEM, found «bogus»; not read
         ! 1 expected a section such as GEM, found none",
    );
    check("Gemfile.lock", "", "! 1 the file is empty");
    check(
        "Gemfile.lock",
        "GEM\n  specs:\n    ast (2.4.2)\n<<<<<<< HEAD\n    rack (1.0)\n",
        "3 RubyGems ast 2.4.2 registry unknown ?
         ! 4 expected a section such as GEM, found «<<<<<<< HEAD»; not read",
    );
    check(
        "Gemfile.lock",
        "GEM\n  remote\n   x (1)\n",
        "! 2 expected «KEY: VALUE», such as «remote: URL»
         ! 3 indented by 3, expected 2, 4 or 6 spaces",
    );
}
