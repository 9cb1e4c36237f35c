//! Of which component on which asset does a product speak? Every rule, and what must not apply.

use std::sync::Arc;

use formats::vex::{Asset, Image, Product, Purl, Subject};

fn purl(text: &str) -> Purl {
    Purl::parse(text).unwrap_or_else(|| panic!("{text} is no purl"))
}

fn by_purl(text: &str) -> Product {
    Product { purl: Some(purl(text)), ..Product::default() }
}

fn by_cpe(text: &str) -> Product {
    Product { cpe: Some(text.into()), ..Product::default() }
}

fn by_name(text: &str) -> Product {
    Product { names: vec![text.into()], ..Product::default() }
}

fn with(product: Product, parts: &[Product]) -> Product {
    Product { subcomponents: parts.iter().cloned().map(Arc::new).collect(), ..product }
}

fn component(text: &str) -> Subject {
    Subject { purls: vec![purl(text)], ..Subject::default() }
}

/// Whether a product that is a purl speaks of a component that is one.
fn speaks(product: &str, subject: &str) -> bool {
    by_purl(product).speaks_of(&component(subject), &Asset::default())
}

#[test]
fn a_purl_speaks_of_its_package_and_version_alone() {
    for (product, subject) in [
        ("pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0"),
        ("pkg:npm/a", "pkg:npm/a@1.0.0"),
        ("pkg:npm/%40s/a", "pkg:npm/@s/a@1"),
        ("pkg:PyPI/Zope_Interface@1", "pkg:pypi/zope.interface@1"),
        ("pkg:golang/Example.org/x@v1.2.3", "pkg:golang/example.org/x@1.2.3"),
        ("pkg:maven/g/a@1?type=jar", "pkg:maven/g/a@1"),
        ("pkg:deb/debian/a@1?arch=amd64", "pkg:deb/debian/a@1?arch=amd64&distro=debian-12"),
        ("pkg:rpm/redhat/a@3-1?epoch=1", "pkg:rpm/redhat/a@1:3-1"),
        ("pkg:rpm/redhat/a@3-1", "pkg:rpm/redhat/a@0:3-1"),
        ("pkg:rpm/redhat/a", "pkg:rpm/redhat/a@1:3-1"),
        ("pkg:nuget/Newtonsoft.Json@1", "pkg:nuget/newtonsoft.json@1"),
    ] {
        assert!(speaks(product, subject), "{product} does not speak of {subject}");
    }
    for (product, subject) in [
        ("pkg:npm/a@1.0.0", "pkg:npm/a@1.0.1"),
        ("pkg:npm/a@1.0.0", "pkg:npm/a"),
        ("pkg:npm/a@1.0", "pkg:npm/a@1.0.0"),
        ("pkg:npm/a@1", "pkg:npm/b@1"),
        ("pkg:npm/a@1", "pkg:npm/%40s/a@1"),
        ("pkg:npm/a@1", "pkg:pypi/a@1"),
        ("pkg:npm/A", "pkg:npm/a@1"),
        ("pkg:npm/a@v1", "pkg:npm/a@1"),
        ("pkg:deb/debian/a@1", "pkg:deb/ubuntu/a@1"),
        ("pkg:deb/debian/a@1?distro=debian-12", "pkg:deb/debian/a@1"),
        ("pkg:deb/debian/a@1?distro=debian-12", "pkg:deb/debian/a@1?distro=debian-11"),
        ("pkg:deb/debian/a@1?arch=arm64", "pkg:deb/debian/a@1?arch=amd64"),
        ("pkg:maven/g/a@1?classifier=sources", "pkg:maven/g/a@1"),
        ("pkg:maven/g/a@1?type=pom", "pkg:maven/g/a@1"),
        ("pkg:npm/a@1?vers=vers:npm/%3C2", "pkg:npm/a@1"),
        ("pkg:npm/a@1#lib/x", "pkg:npm/a@1"),
        ("pkg:npm/a@1?repository_url=https://other.example", "pkg:npm/a@1"),
        ("pkg:rpm/redhat/a@3-1", "pkg:rpm/redhat/a@1:3-1"),
        ("pkg:rpm/redhat/a@2:3-1", "pkg:rpm/redhat/a@1:3-1"),
    ] {
        assert!(!speaks(product, subject), "{product} speaks of {subject}");
    }
}

#[test]
fn what_is_known_of_a_component_beside_its_purl_counts_for_qualifiers() {
    let product = by_purl("pkg:deb/debian/a@1?distro=bookworm&arch=amd64");
    let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
    let mut subject = component("pkg:deb/debian/a@1");
    subject.qualifiers = vec![pair("distro", "debian-12"), pair("distro", "bookworm")];
    assert!(!product.speaks_of(&subject, &Asset::default()));
    subject.qualifiers.push(pair("arch", "amd64"));
    assert!(product.speaks_of(&subject, &Asset::default()));
}

#[test]
fn a_version_told_apart_and_a_range() {
    let at = |version: &str| Product { version: Some(version.into()), ..by_purl("pkg:npm/a") };
    let none = Asset::default();
    assert!(at("1").speaks_of(&component("pkg:npm/a@1"), &none));
    assert!(!at("2").speaks_of(&component("pkg:npm/a@1"), &none));
    assert!(!at("2").speaks_of(&component("pkg:npm/a"), &none));
    let both = Product { version: Some("2".into()), ..by_purl("pkg:npm/a@1") };
    assert!(!both.speaks_of(&component("pkg:npm/a@1"), &none));
    let range = Product { range: Some("vers:npm/<2".into()), ..by_purl("pkg:npm/a") };
    assert!(!range.speaks_of(&component("pkg:npm/a@1"), &none));
}

#[test]
fn every_installed_package_or_the_source_itself() {
    let statement = |products: &[&str]| formats::vex::Statement {
        vulnerability: "CVE-1".into(),
        aliases: vec![],
        products: products.iter().map(|p| Arc::new(by_purl(p))).collect(),
        status: formats::vex::Status::Fixed,
        justification: None,
        impact: String::new(),
        action: String::new(),
        author: String::new(),
        dated: None,
        last_updated: None,
        place: formats::vex::Place::default(),
    };
    let mut subject = component("pkg:deb/debian/openssl@3");
    subject.installed = vec![purl("pkg:deb/debian/libssl3@3"), purl("pkg:deb/debian/openssl@3")];
    let none = Asset::default();
    assert!(statement(&["pkg:deb/debian/openssl"]).speaks_of(&subject, &none));
    subject.installed = vec![purl("pkg:deb/debian/libssl3@3"), purl("pkg:deb/debian/ssl-bin@3")];
    assert!(!statement(&["pkg:deb/debian/libssl3"]).speaks_of(&subject, &none));
    let both = ["pkg:deb/debian/libssl3@3", "pkg:deb/debian/ssl-bin"];
    assert!(statement(&both).speaks_of(&subject, &none));
    assert!(!statement(&["pkg:deb/debian/libssl3@2", both[1]]).speaks_of(&subject, &none));
}

fn image(digest: &str, references: &[&str]) -> Asset {
    Asset {
        hashes: vec![("sha256".into(), digest.into())],
        images: references.iter().map(|r| Image::parse(r).expect("a reference")).collect(),
        qualifiers: vec![("arch".into(), "amd64".into())],
        ..Asset::default()
    }
}

#[test]
fn an_image_is_its_digest_else_its_repository() {
    let asset = image("aa11", &["debian:12", "ghcr.io/acme/app:1.0"]);
    let of = |product: &str| by_purl(product).speaks_of(&component("pkg:npm/a@1"), &asset);
    for product in [
        "pkg:oci/anything@sha256%3Aaa11?repository_url=other.example/x&arch=arm64",
        "pkg:docker/library/debian@sha256:AA11",
        "pkg:docker/debian@12",
        "pkg:docker/debian",
        "pkg:docker/acme/app@1.0?repository_url=ghcr.io",
        "pkg:oci/app",
        "pkg:oci/app?repository_url=ghcr.io/acme/app&tag=1.0",
        "pkg:oci/app?repository_url=ghcr.io/acme",
        "pkg:oci/debian?repository_url=docker.io/library/debian&arch=amd64",
    ] {
        assert!(of(product), "{product}");
    }
    for product in [
        "pkg:oci/app@sha256%3Abb22",
        "pkg:docker/debian@11",
        "pkg:docker/evil/debian",
        "pkg:docker/acme/app",
        "pkg:oci/app?tag=2.0",
        "pkg:oci/app?repository_url=evil.example/acme/app",
        "pkg:oci/app?repository_url=ghcr.io/acme/other",
        "pkg:oci/other?repository_url=ghcr.io/acme/app",
        "pkg:oci/app?arch=arm64",
        "pkg:oci/ap",
        "pkg:generic/app",
    ] {
        assert!(!of(product), "{product}");
    }
}

#[test]
fn parts_are_meant_on_their_product_only() {
    let asset = image("aa11", &["ghcr.io/acme/app"]);
    let (a, b) = (component("pkg:npm/a@1"), component("pkg:npm/b@1"));
    let product = with(by_purl("pkg:oci/app@sha256:aa11"), &[by_purl("pkg:npm/a")]);
    assert!(product.speaks_of(&a, &asset));
    assert!(!product.speaks_of(&b, &asset));
    assert!(!product.speaks_of(&a, &image("bb22", &["ghcr.io/acme/app"])));
    assert!(!product.speaks_of(&a, &Asset::default()));
    // The part is named on every asset; the product is not.
    assert!(by_purl("pkg:npm/a").speaks_of(&a, &image("bb22", &[])));
    // A component is no asset, whatever parts a document gives it.
    let odd = with(by_purl("pkg:npm/a@1"), &[by_purl("pkg:npm/a@1")]);
    assert!(!odd.speaks_of(&a, &asset));
    // What lies between must be the asset as well: nothing is known of it otherwise.
    let between =
        with(by_purl("pkg:oci/app"), &[with(by_purl("pkg:rpmmod/x"), &[by_purl("pkg:npm/a")])]);
    assert!(!between.speaks_of(&a, &asset));
    let twice = with(
        by_purl("pkg:oci/app"),
        &[with(by_purl("pkg:oci/app@sha256:aa11"), &[by_purl("pkg:npm/a")])],
    );
    assert!(twice.speaks_of(&a, &asset));
}

#[test]
fn a_distribution_is_its_cpe() {
    let asset =
        Asset { cpes: vec!["cpe:/o:redhat:enterprise_linux:9::baseos".into()], ..Asset::default() };
    let of = |cpe: &str| {
        with(by_cpe(cpe), &[by_purl("pkg:rpm/redhat/a")])
            .speaks_of(&component("pkg:rpm/redhat/a@1"), &asset)
    };
    assert!(of("cpe:/o:redhat:enterprise_linux:9"));
    assert!(of("cpe:2.3:o:redhat:enterprise_linux:9:*:*:*:*:*:*:*"));
    assert!(of("cpe:/o:RedHat:enterprise_linux:9::baseos"));
    for cpe in [
        "cpe:/o:redhat:enterprise_linux:8",
        "cpe:/o:redhat:enterprise_linux:9.2",
        "cpe:/a:redhat:enterprise_linux:9",
        "cpe:/a:redhat:enterprise_linux:9::appstream",
        "cpe:/o:redhat:enterprise_linux:9::appstream",
        "cpe:/o:redhat:rhel_eus:9",
        "cpe:/o:centos:enterprise_linux:9",
        "cpe:2.3:o:redhat:enterprise_linux:9.*:*:*:*:*:*:*:*",
        "cpe:2.3:o:*:*:*:*:*:*:*:*:*:*",
        "cpe:/o",
        "cpe:/",
        "enterprise_linux:9",
        "",
    ] {
        assert!(!of(cpe), "{cpe}");
    }
}

#[test]
fn a_component_by_its_cpe() {
    let mut subject = component("pkg:generic/openssl@3.0.7");
    subject.cpes = vec!["cpe:2.3:a:openssl:openssl:3.0.7:*:*:*:*:*:*:*".into()];
    let none = Asset::default();
    let of = |cpe: &str| by_cpe(cpe).speaks_of(&subject, &none);
    assert!(of("cpe:2.3:a:openssl:openssl:3.0.7:*:*:*:*:*:*:*"));
    assert!(of("cpe:/a:openssl:openssl"));
    assert!(!of("cpe:2.3:a:openssl:openssl:3.0.8:*:*:*:*:*:*:*"));
    assert!(!of("cpe:2.3:a:openssl:openssl:3.0.7:-:*:*:*:*:*:*"));
    assert!(!of("cpe:2.3:a:openssl:openssl:3.0.7:*:*:*:*:windows:*:*"));
    assert!(!of("cpe:2.3:a:open?sl:openssl:3.0.7:*:*:*:*:*:*:*"));
    let at = |v: &str| Product { version: Some(v.into()), ..by_cpe("cpe:/a:openssl:openssl") };
    assert!(at("3.0.7").speaks_of(&subject, &none));
    assert!(!at("3.0.8").speaks_of(&subject, &none));
}

#[test]
fn where_a_purl_tells_no_version_the_other_identifiers_must_fit_too() {
    let mut subject = component("pkg:npm/a@1");
    subject.hashes = vec![("sha256".into(), "11".repeat(32))];
    let none = Asset::default();
    let hash = |digits: &str| vec![("sha256".to_owned(), digits.repeat(32))];
    let product = |purl: &str, digits| Product { hashes: hash(digits), ..by_purl(purl) };
    assert!(product("pkg:npm/a", "11").speaks_of(&subject, &none));
    assert!(!product("pkg:npm/a", "22").speaks_of(&subject, &none));
    assert!(!product("pkg:npm/a@1", "22").speaks_of(&subject, &none));
    assert!(product("pkg:npm/a@1", "22").speaks_of(&component("pkg:npm/a@1"), &none));
    assert!(!product("pkg:npm/a@2", "11").speaks_of(&subject, &none));
    let hashed = Product { hashes: hash("11"), ..Product::default() };
    assert!(hashed.speaks_of(&subject, &none));
    assert!(!hashed.speaks_of(&component("pkg:npm/a@1"), &none));
}

#[test]
fn a_name_is_the_same_text_or_none() {
    let asset = Asset { names: vec!["shop".into(), "shop@4.2".into()], ..Asset::default() };
    let subject = component("pkg:npm/a@1");
    let of = |product: Product| product.speaks_of(&subject, &asset);
    assert!(of(by_name("shop")));
    assert!(of(Product { version: Some("4.2".into()), ..by_name("shop") }));
    assert!(!of(Product { version: Some("4.1".into()), ..by_name("shop") }));
    assert!(!of(by_name("Shop")));
    assert!(!of(by_name("a")));
    assert!(!of(by_name("")));
    assert!(!of(Product::default()));
}

#[test]
fn references_of_images() {
    let check = |text: &str| {
        Image::parse(text).map(|i| format!("{} {}", i.repository, i.tag.unwrap_or_default()))
    };
    assert_eq!(check("debian").as_deref(), Some("docker.io/library/debian "));
    assert_eq!(check("Acme/App:1").as_deref(), Some("docker.io/acme/app 1"));
    assert_eq!(check("localhost:5000/a:b").as_deref(), Some("localhost:5000/a b"));
    assert_eq!(check("ghcr.io/a/b@sha256:00").as_deref(), Some("ghcr.io/a/b "));
    assert_eq!(
        check("index.docker.io/library/debian:12").as_deref(),
        Some("docker.io/library/debian 12")
    );
    assert_eq!(check(""), None);
    assert_eq!(check("a b"), None);
}

#[test]
fn a_purl_is_written_as_it_is_read() {
    for text in [
        "pkg:npm/%40a/b@1.0.0",
        "pkg:deb/debian/libstdc%2B%2B6@12.3.0-1~22?arch=amd64&distro=debian-12",
        "pkg:oci/app@sha256:aa?repository_url=ghcr.io/a/app",
        "pkg:golang/example.org/x@v1#sub/dir",
    ] {
        assert_eq!(purl(text).to_string(), text);
    }
    for text in
        ["", "pkg:", "pkg:npm", "pkg:npm/", "npm/a", "http://a/b", "pkg:n pm/a", "pkg:npm/%ff"]
    {
        assert_eq!(Purl::parse(text), None, "{text}");
    }
    assert_eq!(Purl::parse(&format!("pkg:npm/{}", "a".repeat(5000))), None);
}
