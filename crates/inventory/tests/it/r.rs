//! renv.lock, and Julia's Manifest.toml.

use crate::rows::check;

#[test]
fn sources_of_r_packages() {
    check(
        "renv.lock",
        r#"{"R": {"Version": "4.2.3"}, "Packages": {
 "markdown": {"Package": "markdown", "Version": "1.0", "Source": "Repository", "Repository": "CRAN",
   "Requirements": ["mime", "stats"]},
 "mime": {"Package": "mime", "Version": "0.12.1", "Source": "GitHub", "RemoteHost": "api.github.com",
   "RemoteUsername": "yihui", "RemoteRepo": "mime", "RemoteSha": "1763"},
 "BSgenome": {"Package": "BSgenome", "Version": "1.60.0", "Source": "Bioconductor", "Imports": ["mime (>= 0.1)"]},
 "plain": {"Version": "0.1"},
 "local": {"Version": "0.2", "Source": "Local"},
 "none": {"Package": "none"}}}"#,
        "2 CRAN markdown 1.0 registry unknown ?
         4 CRAN mime 0.12.1 git:https://github.com/yihui/mime@1763 unknown ?
         6 Bioconductor BSgenome 1.60.0 registry unknown ?
         7 CRAN plain 0.1 registry unknown ?
         8 CRAN local 0.2 foreign:Local unknown ?
         0 -> 1
         2 -> 1
         ! 9 expected a package with «Version»",
    );
    check("renv.lock", r#"{"R": {}, "Packages": []}"#, "");
    check("renv.lock", "{}", "! 1 expected the key «Packages»; this is no lock file of renv");
}

#[test]
fn both_formats_of_julia() {
    check(
        "Manifest.toml",
        "julia_version = \"1.9.0\"\nmanifest_format = \"2.0\"\n\n[[deps.A]]\ndeps = [\"B\"]\n\
         git-tree-sha1 = \"aa\"\nuuid = \"u-a\"\nversion = \"0.21.4\"\n\n[[deps.B]]\nuuid = \"u-b\"\n\n\
         [[deps.C]]\nuuid = \"u-c\"\npath = \"deps/C\"\n[deps.C.deps]\nA = \"u-a\"\n\n\
         [[deps.D]]\nrepo-url = \"https://a.org/D.jl\"\ngit-tree-sha1 = \"bb\"\nuuid = \"u-d\"\nversion = \"0.2.0\"\n",
        "4 Julia A 0.21.4 registry unknown ?
         10 Julia B 1.9.0 registry unknown ?
         13 Julia C - first-party unknown ?
         19 Julia D 0.2.0 git:https://a.org/D.jl@ unknown ?
         0 -> 1
         2 -> 0",
    );
    check(
        "Manifest.toml",
        "[[Dates]]\ndeps = [\"Printf\"]\nuuid = \"u-d\"\n\n[[Printf]]\nuuid = \"u-p\"\n\n[[None]]\nx = 1\n",
        "1 Julia Dates - registry unknown ?
         5 Julia Printf - registry unknown ?
         0 -> 1
         ! 8 expected [[PACKAGE]] with «uuid»",
    );
    check("Manifest.toml", "manifest_format = \"2.0\"\n\n[deps]\n", "");
    check(
        "Manifest.toml",
        "# This file is machine-generated - editing it directly is not advised\n",
        "",
    );
    check(
        "Manifest.toml",
        "[collection]\nid = 1\n",
        "! 1 expected «manifest_format» or [[PACKAGE]]; this is no manifest of Julia",
    );
    check("Manifest.toml", "# nothing\n", "! 1 expected «manifest_format» or [[PACKAGE]]");
}
