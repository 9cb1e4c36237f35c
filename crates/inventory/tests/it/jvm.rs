//! pom.xml, Gradle's files, build.sbt.lock.

use inventory::reading::MAX_DEPTH;
use inventory::xml::{self, MAX_ATTRIBUTES, MAX_ELEMENTS};

use crate::rows::{check, check_in};

fn project(body: &str) -> String {
    format!(
        "<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version>\n{body}</project>"
    )
}

/// `G:A:V` or `G:A:V:SCOPE`, one a line.
fn dependencies(list: &[&str]) -> String {
    let mut out = "<dependencies>\n".to_owned();
    for text in list {
        let parts: Vec<&str> = text.split(':').collect();
        let tags = ["groupId", "artifactId", "version", "scope"];
        let inner = tags.iter().zip(&parts).filter(|(_, part)| !part.is_empty());
        let inner: String = inner.map(|(tag, part)| format!("<{tag}>{part}</{tag}>")).collect();
        out += &format!("<dependency>{inner}</dependency>\n");
    }
    out + "</dependencies>"
}

#[test]
fn properties_ranges_and_scopes() {
    let body =
        "<properties><v>2.0</v><w>${v}.1</w><x>${y}</x><y>${x}</y><r>[1,2)</r></properties>\n"
            .to_owned()
            + &dependencies(&[
                "o:one:${v}",
                "o:two:${w}:test",
                "o:three:${missing}",
                "o:four:${x}",
                "o:five:${r}:provided",
                "o:six:[1.2.3]",
                "${project.groupId}:seven:${project.version}",
                "o:eight:LATEST:system",
                "o:nine::runtime",
            ]);
    check(
        "pom.xml",
        &project(&body),
        "1 Maven g:a 1 first-party unknown ?
         4 Maven o:one 2.0 registry runtime direct
         5 Maven o:two 2.0.1 registry development direct
         6 Maven o:three ~${missing} registry runtime direct
         7 Maven o:four ~${x} registry runtime direct
         8 Maven o:five ~[1,2) registry optional direct
         9 Maven o:six 1.2.3 registry runtime direct
         10 Maven g:seven 1 registry runtime direct
         11 Maven o:eight ~LATEST foreign:system path runtime direct
         12 Maven o:nine - registry runtime direct
         0 -> 1
         0 -> 2
         0 -> 3
         0 -> 4
         0 -> 5
         0 -> 6
         0 -> 7
         0 -> 8
         0 -> 9",
    );
}

#[test]
fn profiles_plugins_and_management() {
    let body = format!(
        "<profiles><profile><activation><activeByDefault>true</activeByDefault></activation>\
         <properties><v>3</v></properties>\n{}</profile>\n<profile>{}</profile></profiles>\
         <build><plugins><plugin>{}</plugin></plugins></build>\
         <dependencyManagement>{}</dependencyManagement>\n{}",
        dependencies(&["o:default:${v}"]),
        dependencies(&["o:chosen:1"]),
        dependencies(&["o:plugin:1"]),
        dependencies(&["o:managed:4:test", "o:unused:4"]),
        dependencies(&["o:managed", "o:managed:5:compile"]),
    );
    check(
        "pom.xml",
        &project(&body),
        "1 Maven g:a 1 first-party unknown ?
         15 Maven o:managed 4 registry development direct
         16 Maven o:managed 5 registry runtime direct
         4 Maven o:default 3 registry runtime direct
         7 Maven o:chosen 1 registry optional direct
         0 -> 1
         0 -> 2
         0 -> 3
         0 -> 4",
    );
}

#[test]
fn parents_modules_and_imports_in_the_tree() {
    let root = project(&format!(
        "<properties><v>1.5</v></properties><modules><module>lib</module><module>bom</module></modules>\
         <dependencyManagement>{}</dependencyManagement>",
        dependencies(&["o:managed:${v}", "g:a-bom:1:import"])
    ));
    let bom = format!(
        "<project><groupId>g</groupId><artifactId>a-bom</artifactId><properties><b>7</b></properties>\
         <dependencyManagement>{}</dependencyManagement></project>",
        dependencies(&["o:from-bom:${b}"])
    );
    let child = |parent: &str| {
        format!(
            "<project><parent><groupId>g</groupId><artifactId>{parent}</artifactId><version>1</version></parent>\
             <artifactId>child</artifactId><properties><v>1.6</v></properties>{}</project>",
            dependencies(&["o:managed", "g:lib:${project.parent.version}", "o:from-bom"])
        )
    };
    let files = [("x/pom.xml", root.as_str()), ("x/bom/pom.xml", bom.as_str())];
    check_in(
        &files,
        "pom.xml",
        "x/child/pom.xml",
        &child("a"),
        "1 Maven g:child 1 first-party unknown ?
         2 Maven o:managed 1.6 registry runtime direct
         3 Maven g:lib 1 first-party runtime direct
         4 Maven o:from-bom 7 registry runtime direct
         0 -> 1
         0 -> 2
         0 -> 3",
    );
    // Another artifact lies at the relative path: it is not the parent that is meant.
    check_in(
        &files,
        "pom.xml",
        "x/child/pom.xml",
        &child("other"),
        "1 Maven g:child 1 first-party unknown ?
         2 Maven o:managed - registry runtime direct
         3 Maven g:lib 1 registry runtime direct
         4 Maven o:from-bom - registry runtime direct
         0 -> 1
         0 -> 2
         0 -> 3",
    );
}

#[test]
fn parents_that_go_in_circles_end() {
    let text = "<project><parent><groupId>g</groupId><artifactId>a</artifactId><version>1</version>\
                <relativePath>pom.xml</relativePath></parent><artifactId>a</artifactId></project>";
    check_in(
        &[("pom.xml", text)],
        "pom.xml",
        "pom.xml",
        text,
        "1 Maven g:a 1 first-party unknown ?",
    );
}

#[test]
fn what_is_no_pom_says_where_and_why() {
    check("pom.xml", "", "! 1 the file is empty");
    check("pom.xml", "this is not a pom.xml file!", "! 1 no element; expected XML");
    check("pom.xml", "<html></html>", "! 1 an HTML page stands in place of the file");
    check("pom.xml", "\n<settings/>", "! 2 expected <project>, found <settings>");
    check("pom.xml", "<project>\n<a>\n", "! 2 <a> is not closed");
    check(
        "pom.xml",
        "<project>\n</wrong>",
        "! 2 not well-formed XML: ill-formed document: expected `</project>`, but `</wrong>` w…",
    );
    check(
        "pom.xml",
        "<!DOCTYPE p [<!ENTITY a \"b\">]>\n<project>&a;</project>",
        "! 1 a document type with declarations inside; these are not followed",
    );
    check("pom.xml", "<project>\n<v>&lol;</v></project>", "! 2 the entity &lol; is not known");
    check("pom.xml", &"<project>".repeat(100_000), "! 1 nested more than 128 deep");
    check(
        "pom.xml",
        &project(&dependencies(&["o::1", "${x}:b:1"])),
        "1 Maven g:a 1 first-party unknown ?
         ! 3 a <dependency> without <groupId> or <artifactId>
         ! 4 the name «${x}:b» has a property that nothing in the tree defines",
    );
}

#[test]
fn entities_and_old_encodings_are_read() {
    check(
        "pom.xml",
        "<p:project xmlns:p='x'><groupId>a&amp;b</groupId><artifactId><![CDATA[c]]>&#100;</artifactId></p:project>",
        "1 Maven a&b:cd - first-party unknown ?",
    );
}

#[test]
fn latin_1_and_utf_16_are_decoded() {
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>caf\xE9</a>";
    assert_eq!(xml::parse(latin).unwrap().text, "caf\u{e9}");
    let wide: Vec<u8> = "\u{feff}<a>x</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(xml::parse(&wide).unwrap().text, "x");
}

#[test]
fn the_bounds_of_xml_hold_at_the_bound() {
    let wrong = |text: &str| xml::parse(text.as_bytes()).err().map(|problem| problem.what);
    let deep = |depth| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert_eq!(wrong(&deep(MAX_DEPTH)), None);
    assert_eq!(wrong(&deep(MAX_DEPTH + 1)), Some(format!("nested more than {MAX_DEPTH} deep")));
    let wide = |count| format!("<a>{}</a>", "<b/>".repeat(count - 1));
    assert_eq!(wrong(&wide(MAX_ELEMENTS)), None);
    assert_eq!(wrong(&wide(MAX_ELEMENTS + 1)), Some(format!("more than {MAX_ELEMENTS} elements")));
    let long = |count| format!("<a{}/>", " b='1'".repeat(count));
    assert_eq!(wrong(&long(MAX_ATTRIBUTES)), None);
    assert_eq!(
        wrong(&long(MAX_ATTRIBUTES + 1)),
        Some(format!("more than {MAX_ATTRIBUTES} attributes"))
    );
    assert_eq!(wrong("<a/><b/>"), Some("a second root element, expected one".to_owned()));
}

#[test]
fn properties_that_double_each_other_end() {
    let mut body = "<properties><p0>xxxxxxxxxx</p0>".to_owned();
    for n in 1..40 {
        body += &format!("<p{n}>${{p{}}}${{p{}}}</p{n}>", n - 1, n - 1);
    }
    body += "</properties>\n";
    body += &dependencies(&["o:one:${p39}"]);
    check(
        "pom.xml",
        &project(&body),
        "1 Maven g:a 1 first-party unknown ?
         4 Maven o:one ~${p39} registry runtime direct
         0 -> 1",
    );
}

#[test]
fn gradle_locks_and_their_configurations() {
    check(
        "gradle.lockfile",
        "# a comment\norg.a:b:1.0=compileClasspath,testRuntimeClasspath\norg.a:c:2.0=testCompileClasspath, \
         testRuntimeClasspath\norg.a:d:3=detekt\norg.a:e:4=\nempty=annotationProcessor\n",
        "2 Maven org.a:b 1.0 registry runtime ?
         3 Maven org.a:c 2.0 registry development ?
         4 Maven org.a:d 3 registry unknown ?
         5 Maven org.a:e 4 registry unknown ?",
    );
    check("gradle.lockfile", "# generated\nempty=\n", "");
    check(
        "buildscript-gradle.lockfile",
        "o:p:1=classpath\n",
        "1 Maven o:p 1 registry development ?",
    );
    check(
        "gradle/dependency-locks/runtimeClasspath.lockfile",
        "o:p:1\n",
        "1 Maven o:p 1 registry runtime ?",
    );
    check(
        "gradle.lockfile",
        "o:p=x\no:p:1:jar=x\n",
        "! 1 expected «GROUP:ARTIFACT:VERSION=CONFIGURATIONS»
         ! 2 expected «GROUP:ARTIFACT:VERSION=CONFIGURATIONS»",
    );
}

#[test]
fn a_catalog_and_verification_metadata() {
    check(
        "gradle/libs.versions.toml",
        "[versions]\ng = \"3.0.5\"\nr = { strictly = \"[1,2)\" }\n[libraries]\na = \"o:a:1\"\n\
         b = { module = \"o:b\", version.ref = \"g\" }\nc = { group = \"o\", name = \"c\", version = \"1.+\" }\n\
         d = { module = \"o:d\", version = { ref = \"r\" } }\ne = { module = \"o:e\" }\n\
         f = { module = \"o:f\", version.ref = \"none\" }\nh = 1\n[plugins]\np = { id = \"x\", version = \"1\" }\n",
        "5 Maven o:a 1 registry unknown ?
         6 Maven o:b 3.0.5 registry unknown ?
         7 Maven o:c ~1.+ registry unknown ?
         8 Maven o:d ~[1,2) registry unknown ?
         9 Maven o:e - registry unknown ?
         10 Maven o:f ~ref none registry unknown ?
         ! 11 expected «GROUP:ARTIFACT:VERSION», or «module» or «group» and «name»",
    );
    check(
        "gradle/verification-metadata.xml",
        "<verification-metadata><components>\n<component group='o' name=\"a\" version='1'/>\n\
         <component group='o' name='b'/></components></verification-metadata>",
        "2 Maven o:a 1 registry unknown ?
         ! 3 expected «group», «name» and «version» in <component>",
    );
    check(
        "verification-metadata.xml",
        "<project/>",
        "! 1 expected <verification-metadata>, found <project>",
    );
    check(
        "libs.versions.toml",
        "[package]\n",
        "! 1 expected [versions] or [libraries], found «package»",
    );
}

#[test]
fn sbt_locks() {
    check(
        "build.sbt.lock",
        "{\"dependencies\": [\n{\"org\": \"o\", \"name\": \"a\", \"version\": \"1\", \"configurations\": [\"test\", \"compile\"]},\n\
         {\"org\": \"o\", \"name\": \"b\", \"version\": \"1\", \"configurations\": [\"test\"]},\n{\"org\": \"o\"}]}",
        "2 Maven o:a 1 registry runtime ?
         3 Maven o:b 1 registry development ?
         ! 4 expected a dependency with «org», «name» and «version»",
    );
    check("build.sbt.lock", "{\"dependencies\": []}", "");
    check(
        "build.sbt.lock",
        "{}",
        "! 1 expected the key «dependencies»; this is no lock file of sbt",
    );
}
