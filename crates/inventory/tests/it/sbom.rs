//! Which components does a bill name, and does a scan come back out of its own bill?

use formats::sbom::{self, Bill, ComponentType, Provenance};
use inventory::sbom::{Found, components, entry, found, passed_over};
use inventory::{Details, Reading};
use proptest::prelude::*;
use vocab::{Component, Declared, Ecosystem, Origin, Scope};

fn of_purl(purl: &str) -> sbom::Component {
    sbom::Component { name: "x".into(), purl: Some(purl.into()), ..sbom::Component::default() }
}

fn bill(components: Vec<sbom::Component>) -> Bill {
    Bill { components, ..Bill::default() }
}

fn line(c: &Component) -> String {
    format!("{}|{}|{}", c.ecosystem, c.name, c.version.text())
}

fn lines(reading: &Reading) -> Vec<String> {
    reading.components.iter().map(line).collect()
}

fn check(purl: &str, expect: &str) {
    let reading = components(&bill(vec![of_purl(purl)]));
    assert_eq!(lines(&reading).join(" "), expect, "{purl}");
}

#[test]
fn a_purl_tells_the_package_in_the_words_of_advisories() {
    check("pkg:npm/%40babel/core@7.0.0", "npm|@babel/core|7.0.0");
    check("pkg:maven/org.x/a@1?type=jar", "Maven|org.x:a|1");
    check("pkg:golang/golang.org/x/net@v0.1.0#html", "Go|golang.org/x/net|v0.1.0");
    check("pkg:golang/stdlib@1.22.1", "Go|stdlib|1.22.1");
    check("pkg:composer/symfony/yaml@5", "Packagist|symfony/yaml|5");
    check("pkg:swift/github.com/apple/swift-nio@2", "SwiftURL|github.com/apple/swift-nio|2");
    check("pkg:conan/bincrafters/zlib@1", "ConanCenter|zlib|1");
    check("pkg:cran/A3@1", "CRAN|A3|1");
    check("pkg:hackage/a@1", "Hackage|a|1");
    check("pkg:cocoapods/A@1", "CocoaPods|A|1");
    check("pkg:githubactions/actions/checkout@v4", "GitHub Actions|actions/checkout|v4");
    // Any repository may be called so; that no advisory names it as an action would say nothing.
    check("pkg:github/madler/zlib@1", "github|madler/zlib|1");
    check("pkg:oci/a@sha256:00", "oci|a|sha256:00");
    check("pkg:generic/openssl@1", "generic|openssl|1");
}

#[test]
fn a_distributions_package_bears_the_name_that_its_advisories_have() {
    check(
        "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl",
        "Debian:12|openssl|3.0.11-1",
    );
    check(
        "pkg:deb/debian/gcc-12-base@12.2.0-14?distro=bookworm&upstream=gcc-12@12.2.0-13",
        "Debian:12|gcc-12|12.2.0-13",
    );
    check("pkg:deb/ubuntu/a@1?distro=ubuntu-22.04&upstream=b", "Ubuntu:22.04:LTS|b|1");
    check("pkg:apk/alpine/a@1-r0?distro=alpine-3.18.4&upstream=b", "Alpine:v3.18|b|1-r0");
    check("pkg:apk/alpine/a@1-r0?distro=3.20.3&upstream=b", "Alpine:v3.20|b|1-r0");
    check("pkg:apk/wolfi/a@1-r0?upstream=b", "Wolfi|b|1-r0 Wolfi|a|1-r0");
    check(
        "pkg:rpm/rocky/openssl-libs@3.0.7-18.el9?epoch=1&distro=rocky-9.2&upstream=openssl-3.0.7-18.el9.src.rpm",
        "Rocky Linux:9|openssl|1:3.0.7-18.el9 Rocky Linux:9|openssl-libs|1:3.0.7-18.el9",
    );
    check(
        "pkg:rpm/redhat/openssl-libs@3.0.7-18.el9_2?arch=x86_64&epoch=1",
        "Red Hat:enterprise_linux:9|openssl-libs|1:3.0.7-18.el9_2",
    );
    check("pkg:deb/raspbian/a@1?distro=raspbian-11", "raspbian|a|1");
    check("pkg:deb/a@1", "deb|a|1");
}

#[test]
fn the_installed_package_stays_with_the_component() {
    let purl = "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl";
    let reading = components(&bill(vec![of_purl(purl)]));
    let details = reading.details.get(&0).expect("details");
    assert_eq!(details.package.as_deref(), Some("libssl3"));
    assert_eq!(details.architecture.as_deref(), Some("amd64"));
    assert_eq!(details.purl.as_deref(), Some(purl));
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
}

#[test]
fn the_bills_operating_system_gives_a_release_that_purls_leave_out() {
    let mut system = sbom::Component {
        kind: ComponentType::OperatingSystem,
        name: "debian".into(),
        version: Some("11.6".into()),
        ..sbom::Component::default()
    };
    let package = of_purl("pkg:deb/debian/a@1?arch=src");
    let read = |system: &sbom::Component| {
        let bill = bill(vec![system.clone(), package.clone()]);
        (lines(&components(&bill)), passed_over(&bill))
    };
    let passed = vec![(ComponentType::OperatingSystem, 1)];
    assert_eq!(read(&system), (vec!["Debian:11|a|1".to_owned()], passed.clone()));
    system.name = "alpine".into();
    assert_eq!(read(&system), (vec!["Debian|a|1".to_owned()], passed));
}

#[test]
fn source_packages_that_are_told_nowhere_are_a_problem() {
    let one = of_purl("pkg:deb/debian/libssl3@1?distro=debian-12");
    let reading = components(&bill(vec![one.clone()]));
    assert_eq!(lines(&reading), ["Debian:12|libssl3|1"]);
    assert_eq!(reading.problems.len(), 1, "{:?}", reading.problems);
    // A tool that tells it where it differs knows it everywhere.
    let other = of_purl("pkg:deb/debian/libx@1?distro=debian-12&upstream=x");
    assert!(components(&bill(vec![one, other])).problems.is_empty());
}

#[test]
fn what_has_no_purl_is_not_evaluated_or_counted() {
    let named = |kind, version: Option<&str>| sbom::Component {
        kind,
        name: "n".into(),
        version: version.map(str::to_owned),
        ..sbom::Component::default()
    };
    let mut heading = bill(vec![
        named(ComponentType::Application, None),
        named(ComponentType::Library, Some("1")),
        named(ComponentType::File, None),
        named(ComponentType::Application, None),
    ]);
    heading.dependencies = vec![(0, 1)];
    // The heading and the file are no packages; the application that holds nothing may be one.
    assert_eq!(lines(&components(&heading)), ["no purl|n|1", "no purl|n|"]);
    let counted = [(ComponentType::Application, 1), (ComponentType::File, 1)];
    assert_eq!(passed_over(&heading), counted);
}

#[test]
fn a_purl_that_is_none_is_a_problem_and_the_component_stays() {
    let reading = components(&bill(vec![of_purl("pkg:npm")]));
    assert_eq!(lines(&reading), ["no purl|x|"]);
    assert_eq!(reading.problems[0].what, "`pkg:npm` is no package URL");
}

#[test]
fn the_subject_is_first_party_unless_it_is_all_there_is() {
    let own = |bill: &Bill| {
        let reading = components(bill);
        reading.components.iter().filter(|c| c.origin == Origin::FirstParty).count()
    };
    let subject = of_purl("pkg:npm/me@1");
    let mut one = bill(vec![subject.clone()]);
    one.subjects = vec![0];
    assert_eq!(own(&one), 0);
    one.components.push(of_purl("pkg:npm/other@1"));
    assert_eq!(own(&one), 1);
    one.components[0] = of_purl("pkg:rpm/redhat/curl@1-1.el9");
    assert_eq!(own(&one), 0);
    // A document that describes everything describes no project.
    let mut all = bill(vec![subject, of_purl("pkg:npm/other@1")]);
    all.subjects = vec![0, 1];
    assert_eq!(own(&all), 0);
    all.dependencies = vec![(0, 1)];
    assert_eq!(own(&all), 1);
}

#[test]
fn a_bill_without_components_is_not_clean() {
    let reading = components(&Bill::default());
    assert_eq!(reading.problems[0].what, "the bill of materials lists no component");
}

fn component() -> impl Strategy<Value = Component> {
    let ecosystem = proptest::sample::select(vec![
        "npm",
        "Maven",
        "PyPI",
        "Go",
        "Debian:12",
        "Red Hat:enterprise_linux:9::appstream",
        "Ubuntu:Pro:18.04:LTS",
        "Alpine:v3.18",
        "SwiftURL",
        "Nobody:1",
        "CocoaPods",
    ]);
    let text = "[ a-zA-Z0-9@:/?#&%.é-]{0,10}";
    let version = prop_oneof![
        text.prop_map(Declared::Exact),
        text.prop_map(Declared::Range),
        Just(Declared::Absent),
    ];
    let origin = prop_oneof![
        Just(Origin::Registry),
        Just(Origin::FirstParty),
        text.prop_map(Origin::Foreign),
        (text, text).prop_map(|(url, commit)| Origin::Git { url, commit }),
    ];
    let scope = proptest::sample::select(vec![
        Scope::Runtime,
        Scope::Unknown,
        Scope::Optional,
        Scope::Development,
    ]);
    (ecosystem, text.prop_map(|t| t + "x"), version, origin, scope, any::<Option<bool>>()).prop_map(
        |(ecosystem, name, version, origin, scope, direct)| Component {
            ecosystem: Ecosystem::parse(ecosystem),
            name,
            version,
            origin,
            scope,
            direct,
            line: 0,
        },
    )
}

type Write = fn(&Bill, &Provenance, &mut dyn std::io::Write) -> std::io::Result<()>;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_scan_comes_back_out_of_its_bill(
        component in component(),
        package in proptest::option::of("[a-z0-9.+-]{1,8}"),
        place in "[ -~]{1,12}",
    ) {
        let details = Details {
            architecture: package.as_ref().map(|_| "amd64".to_owned()),
            owned_by: package.clone(),
            licences: vec!["MIT".into(), "Some licence".into()],
            cpes: vec!["cpe:2.3:a:x:y:1:*:*:*:*:*:*:*".into(), "odd".into()],
            package,
            ..Details::default()
        };
        let met = Found { places: vec![place], layer: Some("sha256:00".into()) };
        let one = entry(&component, Some(&details), &met);
        let bill = Bill { revision: 1, components: vec![one], ..Bill::default() };
        for write in [sbom::write_cyclonedx as Write, sbom::write_spdx] {
            let mut out = Vec::new();
            write(&bill, &Provenance::default(), &mut out).expect("memory");
            let again = sbom::read(&out).expect("a bill");
            let reading = components(&again);
            let back = Component { line: 0, ..reading.components[0].clone() };
            prop_assert_eq!(&back, &component);
            let told = reading.details.get(&0).cloned().unwrap_or_default();
            prop_assert_eq!(Details { purl: None, ..told }, details.clone());
            prop_assert_eq!(found(&again.components[0]), met.clone());
            prop_assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        }
    }
}
