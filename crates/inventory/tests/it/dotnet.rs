//! packages.lock.json, packages.config, deps.json, project files, paket.lock.

use crate::rows::{check, check_in};

#[test]
fn a_lock_of_several_frameworks() {
    check(
        "packages.lock.json",
        r#"{"version": 2, "dependencies": {
 "net6.0": {
  "Core.Dep": {"type": "Direct", "requested": "[1.24.0, )", "resolved": "1.24.0",
    "dependencies": {"some.dep": "1.1.0"}},
  "Some.Dep": {"type": "Transitive", "resolved": "1.1.1"},
  "Central": {"type": "CentralTransitive", "resolved": "3.0.0"},
  "my.library": {"type": "Project", "dependencies": {"Some.Dep": "[1.1.1, )"}}},
 "net6.0/linux-x64": {
  "Some.Dep": {"type": "Direct", "resolved": "1.1.1"},
  "Core.Dep": {"type": "Direct", "resolved": "1.25.0"}}}}"#,
        "3 NuGet Core.Dep 1.24.0 registry unknown direct
         5 NuGet Some.Dep 1.1.1 registry unknown direct
         6 NuGet Central 3.0.0 registry unknown transitive
         7 NuGet my.library - first-party unknown ?
         10 NuGet Core.Dep 1.25.0 registry unknown direct
         0 -> 1
         3 -> 1",
    );
    check("packages.lock.json", r#"{"version": 1, "dependencies": {"net6.0": {}}}"#, "");
}

#[test]
fn what_is_no_lock_says_where_and_why() {
    check(
        "packages.lock.json",
        "{\"version\": 1}",
        "! 1 expected the key «dependencies»; this is no lock file of NuGet",
    );
    check(
        "packages.lock.json",
        "{\"dependencies\": {\n\"net6.0\": [],\n\"net7.0\": {\n\"A\": {\"type\": \"Direct\"}}}}",
        "! 2 the framework «net6.0» is a list, expected a map
         ! 4 expected a package with «type» and «resolved»",
    );
    check("packages.config", "<package/>", "! 1 expected <packages>, found <package>");
    check("app.deps.json", "[]", "! 1 the document is a list, expected a map");
    check("a.csproj", "<Solution/>", "! 1 expected <Project>, found <Solution>");
}

#[test]
fn packages_config() {
    check(
        "packages.config",
        "\u{feff}<?xml version=\"1.0\"?>\n<packages>\n<package id=\"A\" version=\"1.0.0\"/>\n\
         <package id=\"B\" version=\"2\" developmentDependency=\"true\"/>\n<package version=\"1\"/>\n\
         <package id='C'/></packages>",
        "3 NuGet A 1.0.0 registry runtime ?
         4 NuGet B 2 registry development ?
         6 NuGet C - registry runtime ?
         ! 5 a <package> without «id»",
    );
}

#[test]
fn the_dependencies_of_a_built_program() {
    let libraries = r#""libraries": {
  "Web/1.0.0": {"type": "project"}, "Api/1.0.0": {"type": "project"},
  "A/1.0": {"type": "package"}, "B/2.0": {"type": "package"},
  "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {"type": "runtimepack"},
  "System.X/4.0.0.0": {"type": "referenceassembly"}}"#;
    let text = format!(
        r#"{{"runtimeTarget": {{"name": "net8"}}, "targets": {{"net8": {{
  "Web/1.0.0": {{"dependencies": {{"Api": "1.0.0", "A": "1.0",
    "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64": "8.0.1"}}}},
  "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {{}},
  "A/1.0": {{"dependencies": {{"B": "2.0"}}}},
  "B/2.0": {{"compileOnly": true}},
  "Api/1.0.0": {{}},
  "System.X/4.0.0.0": {{}},
  "bad": {{}}}}}},
{libraries}}}"#
    );
    check(
        "app.deps.json",
        &text,
        "2 NuGet Web 1.0.0 first-party runtime ?
         4 NuGet Microsoft.NETCore.App.Runtime.linux-x64 8.0.1 registry runtime direct
         5 NuGet A 1.0 registry runtime direct
         6 NuGet B 2.0 registry development transitive
         7 NuGet Api 1.0.0 first-party runtime ?
         8 NuGet System.X 4.0.0.0 foreign:referenceassembly runtime ?
         0 -> 4
         0 -> 2
         0 -> 1
         2 -> 3
         ! 9 expected «NAME/VERSION»",
    );
    check(
        "app.deps.json",
        "{\"runtimeTarget\": {\"name\": \"net8\"},\n\"libraries\": {\n\"A/1\": {\"type\": \"package\"}}}",
        "3 NuGet A 1 registry runtime ?
         ! 1 expected the target that «runtimeTarget» names in «targets»",
    );
}

#[test]
fn project_files_and_central_versions() {
    let project = "<Project><PropertyGroup><V>4.5</V></PropertyGroup><ItemGroup>\n\
        <PackageReference Include=\"A\" Version=\"1.2.3\"/>\n\
        <PackageReference Include='B'><Version>[2.0]</Version><PrivateAssets>all</PrivateAssets></PackageReference>\n\
        <PackageReference Include='C' Version='[1,2)'/>\n\
        <PackageReference Include='D' Version='6.*'/>\n\
        <PackageReference Include='E' Version='$(V)'/>\n\
        <PackageReference Include='F' Version='$(Elsewhere)'/>\n\
        <PackageReference Include='Central'/>\n\
        <PackageReference Include='Nowhere'/>\n\
        <PackageReference Update='A'/><PackageReference Remove='X'/>\n\
        <PackageReference/>\n</ItemGroup></Project>";
    let props = "<Project><ItemGroup><PackageVersion Include='central' Version='9.1'/>\
        <GlobalPackageReference Include='G' Version='3'/></ItemGroup></Project>";
    let expect = |central: &str| {
        format!(
            "2 NuGet A 1.2.3 registry unknown direct
             3 NuGet B 2.0 registry development direct
             4 NuGet C ~[1,2) registry unknown direct
             5 NuGet D ~6.* registry unknown direct
             6 NuGet E 4.5 registry unknown direct
             7 NuGet F ~$(Elsewhere) registry unknown direct
             8 NuGet Central {central} registry unknown direct
             9 NuGet Nowhere - registry unknown direct
             ! 11 <PackageReference> without «Include», «Update» or «Remove»"
        )
    };
    let files = [("Directory.Packages.props", props)];
    check_in(&files, "csproj", "src/app/app.csproj", project, &expect("9.1"));
    check("app.fsproj", project, &expect("-"));
    check(
        "Directory.Packages.props",
        props,
        "1 NuGet central 9.1 registry unknown direct
         1 NuGet G 3 registry development direct",
    );
    check("empty.csproj", "<Project/>", "");
}

#[test]
fn paket() {
    check(
        "paket.lock",
        "RESTRICTION: == net6.0\nNUGET\n  remote: https://api.nuget.org/v3/index.json\n    A (1.0)\n      b (>= 2.0)\n    \
         B (2.1) - restriction: >= net45\nGITHUB\n  remote: fsharp/FAKE\n    src/x.fs (abc)\nGROUP Build\nNUGET\n    C\n",
        "4 NuGet A 1.0 registry unknown ?
         6 NuGet B 2.1 registry unknown ?
         9 NuGet src/x.fs - git:fsharp/FAKE@abc unknown ?
         0 -> 1
         ! 12 expected «NAME (VERSION)»",
    );
    check("paket.lock", "nothing\n", "! 1 expected a source such as NUGET, found «nothing»");
}
