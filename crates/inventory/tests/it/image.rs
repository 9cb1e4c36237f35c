//! Are layers put on each other as a container runtime does, whatever the archive and its order?

use inventory::image::{ImageError, read_layout_with, recognise};
use proptest::prelude::*;

use crate::image_build::*;
use Is::*;

/// What is visible of these layers, in every layout and packing; they must agree, and nothing be wrong.
fn check(layers: &[&[(&str, Is<'_>)]], expect: &[&str]) {
    let tars: Vec<Vec<u8>> = layers.iter().map(|members| tar(members)).collect();
    for parts in [docker(&tars), oci(&tars, gzip), oci(&tars, zstd), oci(&tars, |b| b.to_vec())] {
        let image = read(&archive(&parts), None).unwrap();
        assert_eq!(shown(&image), expect);
        assert_eq!(image.problems, []);
        assert_eq!(image.layers.len(), layers.len());
    }
}

#[test]
fn a_file_is_replaced_by_the_layer_above() {
    check(
        &[&[("a.fact", File("old")), ("b.fact", File("b"))], &[("a.fact", File("new"))]],
        &["a.fact 1 new", "b.fact 0 b"],
    );
    check(&[&[("a.fact", File("old"))], &[("a.fact", Folder)]], &[]);
    check(&[&[("a.fact", File("old"))], &[("a.fact", Symlink("b"))]], &[]);
    check(&[&[("a.fact", File("old"))], &[("a.fact", Device)]], &[]);
    check(&[&[("a.fact", File("old")), ("a.fact", File("new"))]], &["a.fact 0 new"]);
    check(&[&[("a.fact", File("old"))], &[("a.fact", File(""))]], &[]);
}

#[test]
fn a_whiteout_takes_away_what_is_below_and_not_what_is_beside() {
    check(
        &[
            &[("a/x.fact", File("x")), ("a/y.fact", File("y")), ("b/x.fact", File("x"))],
            &[("a/.wh.x.fact", File("")), ("./.wh.b", File(""))],
        ],
        &["a/y.fact 0 y"],
    );
    // In the same layer it says nothing; the order in the tar does not matter.
    check(
        &[
            &[("a/x.fact", File("x"))],
            &[("a/.wh.x.fact", File("")), ("a/x.fact", File("new"))],
            &[("c.fact", File("c")), (".wh.c.fact", File(""))],
        ],
        &["a/x.fact 1 new", "c.fact 2 c"],
    );
    // Of aufs itself, and names that are none.
    check(
        &[
            &[("a/x.fact", File("x"))],
            &[("a/.wh..wh.plnk", File("")), ("a/.wh.", File("")), ("a/.wh...", File(""))],
        ],
        &["a/x.fact 0 x"],
    );
}

#[test]
fn an_opaque_folder_hides_what_lower_layers_have_in_it() {
    check(
        &[
            &[("a/b/x.fact", File("x")), ("a.fact", File("a"))],
            &[("a/", Folder), ("a/.wh..wh..opq", File("")), ("a/y.fact", File("y"))],
        ],
        &["a.fact 0 a", "a/y.fact 1 y"],
    );
    check(&[&[("a/x.fact", File("x"))], &[(".wh..wh..opq", File(""))]], &[]);
}

#[test]
fn a_folder_over_a_folder_leaves_its_files_and_anything_else_does_not() {
    check(&[&[("a/x.fact", File("x"))], &[("a", Folder)]], &["a/x.fact 0 x"]);
    check(&[&[("a/x.fact", File("x"))], &[("a", File("now a file"))]], &[]);
    check(&[&[("a/x.fact", File("x"))], &[("a", Symlink("b"))]], &[]);
    check(
        &[&[("a/x.fact", File("x"))], &[("a", File(""))], &[("a/y.fact", File("y"))]],
        &["a/y.fact 2 y"],
    );
}

#[test]
fn a_hard_link_is_the_same_file_at_another_path() {
    check(
        &[&[("a.fact", File("a")), ("b.fact", Hard("a.fact")), ("c.fact", Hard("/b.fact"))]],
        &["a.fact 0 a", "b.fact 0 a", "c.fact 0 a"],
    );
    // What it was linked to may go away.
    check(
        &[&[("a.fact", File("a")), ("b.fact", Hard("a.fact"))], &[(".wh.a.fact", File(""))]],
        &["b.fact 0 a"],
    );
    // To a file of a layer below, as that layer has it.
    check(
        &[&[("a.fact", File("a"))], &[("b.fact", Hard("a.fact"))], &[("a.fact", File("new"))]],
        &["a.fact 2 new", "b.fact 1 a"],
    );
}

#[test]
fn folders_that_are_links_lead_to_one_place() {
    check(
        &[&[
            ("usr/lib/sysimage/rpm/rpmdb.sqlite", File("openssl")),
            ("var/lib/rpm", Symlink("../../usr/lib/sysimage/rpm")),
        ]],
        &["usr/lib/sysimage/rpm/rpmdb.sqlite 0 openssl"],
    );
    // A layer that writes through a link of the layer below.
    check(
        &[
            &[("lib", Symlink("usr/lib")), ("usr/lib/x.fact", File("old"))],
            &[("lib/x.fact", File("new"))],
        ],
        &["usr/lib/x.fact 1 new"],
    );
    // But not through one that it replaces.
    check(
        &[
            &[("lib", Symlink("usr/lib")), ("usr/lib/x.fact", File("old"))],
            &[("lib", Folder), ("lib/x.fact", File("new"))],
        ],
        &["lib/x.fact 1 new", "usr/lib/x.fact 0 old"],
    );
    // Out of the image there is nothing, and circles end.
    check(&[&[("a", Symlink("../../../b")), ("a/x.fact", File("x"))]], &["b/x.fact 0 x"]);
    check(
        &[&[("a", Symlink("b")), ("b", Symlink("a")), ("a/x.fact", File("x"))]],
        &["a/x.fact 0 x"],
    );
}

#[test]
fn a_database_behind_a_link_that_is_not_read_is_said() {
    let layer = tar(&[
        ("data/rpm/rpmdb.sqlite", File("openssl")),
        ("var/lib/rpm", Symlink("/data/rpm")),
        ("etc/os-release", Symlink("../usr/lib/os-release")),
        ("usr/lib/os-release", File("fedora")),
    ]);
    let image = read(&archive(&docker(&[layer])), None).unwrap();
    assert_eq!(shown(&image), ["usr/lib/os-release 0 fedora"]);
    let expect =
        "var/lib/rpm/rpmdb.sqlite: links lead to «data/rpm/rpmdb.sqlite», which was not read";
    assert_eq!(problems(&image), [expect]);
}

#[test]
fn an_image_says_who_it_is() {
    let layers = [tar(&[("a.fact", File("a"))]), tar(&[("b.fact", File("b"))])];
    let parts = docker(&layers);
    let image = read(&archive(&parts), None).unwrap();
    assert_eq!(image.digest, format!("sha256:{}", hex(&config("linux/amd64", &layers))));
    assert_eq!(image.references, ["demo:1", "demo:latest"]);
    assert_eq!(image.platform, "linux/amd64");
    assert_eq!(image.layers[1].digest, format!("sha256:{}", hex(&layers[1])));
    assert_eq!(image.layers[1].created_by, "RUN 1");

    let mut parts = Parts::new();
    let mut descriptor = manifest(&mut parts, "linux/arm64/v8", &layers, gzip);
    let name = "docker.io/library/demo:1";
    descriptor["annotations"] = serde_json::json!({"io.containerd.image.name": name});
    let image = read(&archive(&layout(parts, &[descriptor.clone()])), None).unwrap();
    assert_eq!(image.digest, descriptor["digest"].as_str().unwrap());
    assert_eq!(image.references, [name]);
    assert_eq!(image.platform, "linux/arm64/v8");
    assert_eq!(image.layers[0].digest, format!("sha256:{}", hex(&gzip(&layers[0]))));
}

#[test]
fn the_layout_of_docker_since_25_is_one_image_with_the_names_of_both_documents() {
    let layers = [tar(&[("a.fact", File("a"))])];
    let mut parts = oci(&layers, |b| b.to_vec());
    let config = format!("blobs/sha256/{}", hex(&config("linux/amd64", &layers)));
    let layer = format!("blobs/sha256/{}", hex(&layers[0]));
    let saved = serde_json::json!([{"Config": config, "RepoTags": ["demo:2"], "Layers": [layer]}]);
    parts.push(("manifest.json".into(), saved.to_string().into_bytes()));
    let image = read(&archive(&parts), None).unwrap();
    assert_eq!((image.references, image.problems), (vec!["demo:2".to_owned()], vec![]));
    // Without the index it is read by the other document, and then has the other digest.
    parts.retain(|(path, _)| path != "index.json");
    let image = read(&archive(&parts), None).unwrap();
    assert_eq!(
        (image.digest.as_str(), image.problems),
        (&*config.replace("blobs/sha256/", "sha256:"), vec![])
    );
}

/// An archive for several platforms, with nested index and attestation as BuildKit writes them.
fn several(platforms: &[&str]) -> Vec<u8> {
    let mut parts = Parts::new();
    let mut list = Vec::new();
    for platform in platforms {
        let layer = tar(&[("a.fact", File(platform))]);
        let mut descriptor = manifest(&mut parts, platform, &[layer], gzip);
        let mut words = platform.split('/');
        descriptor["platform"] = serde_json::json!(
            {"os": words.next(), "architecture": words.next(), "variant": words.next().unwrap_or("")});
        list.push(descriptor);
    }
    let mut attestation = manifest(&mut parts, "unknown/unknown", &[tar(&[])], |b| b.to_vec());
    attestation["platform"] = serde_json::json!({"os": "unknown", "architecture": "unknown"});
    list.push(attestation);
    let index = serde_json::json!({"schemaVersion": 2, "manifests": list}).to_string();
    let top = blob(&mut parts, "application/vnd.oci.image.index.v1+json", index.into_bytes());
    archive(&layout(parts, &[top]))
}

#[test]
fn the_platform_is_chosen_and_never_guessed() {
    let both: Vec<u8> = several(&["linux/amd64", "linux/arm64/v8"]);
    for (asked, expect) in [
        ("linux/amd64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64"),
        ("amd64", "linux/amd64"),
        ("linux/arm64", "linux/arm64/v8"),
        ("linux/arm64/v8", "linux/arm64/v8"),
        ("linux/aarch64", "linux/arm64/v8"),
    ] {
        let image = read(&both, Some(asked)).unwrap();
        assert_eq!(shown(&image), [format!("a.fact 0 {expect}")], "{asked}");
        assert_eq!((image.platform.as_str(), image.problems), (expect, vec![]), "{asked}");
    }
    let said = |bytes: &[u8], asked| read(bytes, asked).unwrap_err().to_string();
    assert_eq!(
        said(&both, None),
        "several platforms, and none was asked for; the archive has linux/amd64, linux/arm64/v8"
    );
    let there = "the archive has linux/amd64, linux/arm64/v8";
    for asked in ["linux/s390x", "linux/arm64/v9", "windows/amd64"] {
        assert_eq!(said(&both, Some(asked)), format!("no image for {asked}; {there}"));
    }
    let one = several(&["linux/arm/v6"]);
    assert_eq!(read(&one, None).unwrap().platform, "linux/arm/v6");
    assert_eq!(read(&one, Some("linux/arm")).unwrap().platform, "linux/arm/v6");
    assert!(matches!(read(&one, Some("linux/arm/v7")), Err(ImageError::Platform { .. })));
}

#[test]
fn of_several_images_the_first_is_read_and_the_others_are_said() {
    let mut parts = Parts::new();
    let one = manifest(&mut parts, "linux/amd64", &[tar(&[("a.fact", File("1"))])], gzip);
    let mut two = manifest(&mut parts, "linux/amd64", &[tar(&[("a.fact", File("2"))])], gzip);
    two["annotations"] = serde_json::json!({"org.opencontainers.image.ref.name": "two"});
    let image = read(&archive(&layout(parts, &[one, two])), None).unwrap();
    assert_eq!(shown(&image), ["a.fact 0 1"]);
    assert_eq!(
        problems(&image),
        ["two: another image of the same archive; only the first was read"]
    );
}

#[test]
fn what_is_only_listed_is_no_choice() {
    // `docker save` of one platform keeps the index of all.
    let mut parts = Parts::new();
    let here = manifest(&mut parts, "linux/amd64", &[tar(&[("a.fact", File("a"))])], gzip);
    let mut gone = manifest(&mut Parts::new(), "linux/arm64", &[tar(&[])], gzip);
    gone["platform"] = serde_json::json!({"os": "linux", "architecture": "arm64"});
    let bytes = archive(&layout(parts, &[gone, here]));
    let image = read(&bytes, None).unwrap();
    assert_eq!((shown(&image), image.problems), (vec!["a.fact 0 a".to_owned()], vec![]));
    assert!(matches!(read(&bytes, Some("linux/arm64")), Err(ImageError::Platform { .. })));
}

#[test]
fn a_layer_that_is_there_twice_is_applied_twice() {
    let first = tar(&[("a.fact", File("a"))]);
    let second = tar(&[(".wh.a.fact", File(""))]);
    let parts = docker(&[first.clone(), second, first]);
    assert!(parts.iter().any(|(_, content)| content.starts_with(b"->")), "a link");
    let image = read(&archive(&parts), None).unwrap();
    assert_eq!((shown(&image), image.problems), (vec!["a.fact 2 a".to_owned()], vec![]));
}

#[test]
fn a_root_file_system_is_an_image_of_one_layer() {
    let bytes = tar(&[
        ("./etc/os-release", File("debian")),
        ("./var/lib/dpkg/status", File("openssl")),
        ("./usr/bin/tool", Program("\x7fELF tool")),
        ("./tool.tar.gz", File("\x1f\u{8b}")),
        ("./index.json", File("{\"files\": []}")),
    ]);
    for (bytes, digest) in [(bytes.clone(), hex(&bytes)), (gzip(&bytes), hex(&gzip(&bytes)))] {
        let image = read(&bytes, None).unwrap();
        let expect = [
            "etc/os-release 0 debian",
            "usr/bin/tool 0 \x7fELF tool",
            "var/lib/dpkg/status 0 openssl",
        ];
        assert_eq!(shown(&image), expect);
        assert_eq!((image.digest, image.problems), (format!("sha256:{digest}"), vec![]));
    }
    let other = tar(&[("src/main.rs", File("fn main() {}")), ("a.fact", File("a"))]);
    assert!(matches!(read(&other, None), Err(ImageError::Shape(_))));
}

#[test]
fn a_layout_in_a_folder_is_read_as_its_archive_is() {
    let layers = [tar(&[("a.fact", File("a"))]), tar(&[("b.fact", File("b"))])];
    for parts in [oci(&layers, gzip), oci(&layers, zstd)] {
        let folder = LayoutFolder(parts.iter().cloned().collect());
        let image = read_layout_with(&folder, None, &Facts).unwrap();
        assert_eq!(image, read(&archive(&parts), None).unwrap());
        assert_eq!(image.problems, []);
    }
    let empty = LayoutFolder(Default::default());
    assert!(matches!(read_layout_with(&empty, None, &Facts), Err(ImageError::Shape(_))));
}

#[test]
fn a_distribution_is_found_by_the_reader_of_systems() {
    let fixture = |name: &str| {
        let path = format!("{}/tests/fixtures/image-{name}.tar.zst", env!("CARGO_MANIFEST_DIR"));
        testkit::unzstd(std::path::Path::new(&path))
    };
    for (name, expect) in [
        ("docker", ["usr/lib/apk/db/installed 1", "usr/lib/os-release 0"]),
        ("oci", ["usr/lib/apk/db/installed 1", "usr/lib/os-release 0"]),
        ("root", ["usr/lib/os-release 0", "var/lib/dpkg/status 0"]),
    ] {
        let image = inventory::image::read(&mut fixture(name).as_slice(), None, 7).unwrap();
        let placed: Vec<String> =
            image.placed.iter().map(|p| format!("{} {}", p.path, p.layer)).collect();
        assert_eq!((placed, image.problems), (expect.map(str::to_owned).to_vec(), vec![]));
        let mut system = inventory::system::System::default();
        image.placed.into_iter().for_each(|p| system.add(&p.path, Some(p.layer), p.fact));
        let installed = system.finish();
        assert_eq!(installed.release.unwrap().id, "debian");
        assert_eq!(installed.readings.iter().map(|r| r.reading.components.len()).sum::<usize>(), 1);
    }
}

#[test]
fn an_archive_is_recognised_by_its_first_bytes() {
    let bytes = archive(&docker(&[tar(&[])]));
    for (head, expect) in [
        (&bytes[..512], true),
        (&gzip(&bytes)[..], true),
        (&zstd(&bytes)[..], true),
        (&[0; 512], false),
        (b"{}", false),
        (b"", false),
        (b"PK\x03\x04", false),
    ] {
        assert_eq!(recognise(head), expect, "{head:?}");
    }
}

#[test]
fn an_archive_that_is_itself_packed_is_read() {
    let bytes = archive(&docker(&[tar(&[("a.fact", File("a"))])]));
    for bytes in [gzip(&bytes), zstd(&bytes)] {
        let image = read(&bytes, None).unwrap();
        assert_eq!((shown(&image), image.problems), (vec!["a.fact 0 a".to_owned()], vec![]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_order_of_members_does_not_matter(
        keys in proptest::collection::vec(any::<u32>(), 24),
        docker_layout: bool,
    ) {
        let layers = [
            tar(&[("a/x.fact", File("x")), ("a/y.fact", File("y")), ("lib", Symlink("a"))]),
            tar(&[("lib/y.fact", File("new")), ("z.fact", Hard("a/x.fact"))]),
            tar(&[("a/.wh.x.fact", File(""))]),
        ];
        let mut parts = if docker_layout { docker(&layers) } else { oci(&layers, gzip) };
        let expect = read(&archive(&parts), None).unwrap();
        prop_assert_eq!(shown(&expect), ["a/y.fact 1 new", "z.fact 1 x"]);
        let mut order: Vec<(u32, (String, Vec<u8>))> = keys.into_iter().zip(parts.drain(..)).collect();
        order.sort();
        let shuffled: Parts = order.into_iter().map(|(_, part)| part).collect();
        prop_assert_eq!(read(&archive(&shuffled), None).unwrap(), expect);
    }
}

#[test]
fn a_file_is_of_the_layer_that_brought_what_it_says() {
    let check = |layers: &[&[(&str, Is<'_>)]], expect: &[&str]| {
        let layers: Vec<_> = layers.iter().map(|members| tar(members)).collect();
        assert_eq!(shown(&read(&archive(&docker(&layers)), None).unwrap()), expect);
    };
    let a: &[_] = &[("x/a.fact", File("a"))];
    // A change of owner copies the file into a layer of its own.
    check(&[a, &[("b.fact", File("b"))], a], &["b.fact 1 b", "x/a.fact 0 a"]);
    check(&[a, a, a], &["x/a.fact 0 a"]);
    check(&[a, &[("x/a.fact", File("c"))], a], &["x/a.fact 2 a"]);
    check(&[a, &[("x/.wh.a.fact", File(""))], a], &["x/a.fact 2 a"]);
    check(&[a, &[(".wh.x", File(""))], a, a], &["x/a.fact 2 a"]);
}
