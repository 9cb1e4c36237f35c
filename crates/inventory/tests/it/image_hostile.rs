//! What does the reader of images make of archives that are cut, forged or mean harm?

use std::io::{self, Read};

use inventory::image::bounds::*;
use inventory::image::{Image, ImageError, read_layout_with, read_with};

use crate::image_build::*;
use Is::*;

/// The problems of an image of this one layer.
fn said(layer: &[u8], expect_shown: &[&str]) -> Vec<String> {
    let image = read(&archive(&docker(&[layer.to_vec()])), None).unwrap();
    assert_eq!(shown(&image), expect_shown);
    problems(&image).into_iter().map(|p| without_digests(&p)).collect()
}

/// Digests shortened, so that they can be written down.
fn without_digests(text: &str) -> String {
    let mut out = String::new();
    let mut hex = 0;
    for c in text.chars() {
        hex = if c.is_ascii_hexdigit() { hex + 1 } else { 0 };
        if hex <= 4 {
            out.push(c);
        }
    }
    out
}

fn clean(image: &Image) -> bool {
    image.problems.is_empty()
}

#[test]
fn a_cut_archive_never_looks_whole() {
    let layers = [tar(&[("a.fact", File("a"))]), tar(&[("b.fact", File("b"))])];
    for parts in [docker(&layers), oci(&layers, gzip), oci(&layers, zstd)] {
        let whole = archive(&parts);
        assert!(clean(&read(&whole, None).unwrap()));
        // The end mark is 1024 bytes; what may follow it is padding.
        for at in (0..whole.len() - 512).step_by(61) {
            match read(&whole[..at], None) {
                Ok(image) => assert!(!clean(&image), "cut at {at}"),
                Err(error) => {
                    assert!(matches!(error, ImageError::Shape(_)), "cut at {at}: {error}")
                }
            }
        }
        let packed = gzip(&whole);
        for at in (0..packed.len()).step_by(7) {
            assert!(!read(&packed[..at], None).is_ok_and(|image| clean(&image)), "cut at {at}");
        }
    }
    let root = tar(&[("etc/os-release", File("debian")), ("a.fact", File("a"))]);
    for at in 0..root.len() - 512 {
        assert!(!read(&root[..at], None).is_ok_and(|image| clean(&image)), "cut at {at}");
    }
}

#[test]
fn a_source_that_fails_is_an_error_of_reading() {
    struct Fails(usize);
    impl Read for Fails {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("no more"))?;
            into.fill(0);
            into[257..262].copy_from_slice(b"ustar");
            Ok(into.len())
        }
    }
    let error = read_with(&mut Fails(0), None, &Facts).unwrap_err();
    assert!(matches!(error, ImageError::Read(_)), "{error}");
}

#[test]
fn any_byte_that_changes_is_noticed() {
    let parts = oci(&[tar(&[("a.fact", File("a"))])], gzip);
    let whole = archive(&parts);
    let expect = shown(&read(&whole, None).unwrap());
    for at in (0..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        // Padding, modes and times of the outer archive tell nothing; then the answer is the same.
        if let Ok(image) = read(&bytes, None)
            && clean(&image)
        {
            assert_eq!(shown(&image), expect, "at {at}");
        }
    }
}

#[test]
fn a_file_in_the_place_of_the_root_is_said() {
    let layer = tar(&[("./", File("a")), ("a.fact", File("b"))]);
    let image = read(&archive(&docker(&[layer])), None).unwrap();
    assert!(image.placed.iter().all(|placed| !placed.path.is_empty()), "{image:?}");
    assert!(image.problems.iter().any(|(_, what)| what.contains("is no folder")), "{image:?}");
}

#[test]
fn a_blob_that_is_not_what_its_digest_says_is_said() {
    let layer = tar(&[("a.fact", File("a"))]);
    let other = tar(&[("a.fact", File("b"))]);
    let mut parts = oci(std::slice::from_ref(&layer), |b| b.to_vec());
    let of_layer = format!("blobs/sha256/{}", hex(&layer));
    parts.iter_mut().filter(|(path, _)| *path == of_layer).for_each(|(_, b)| b.clone_from(&other));
    let image = read(&archive(&parts), None).unwrap();
    assert_eq!(image.problems.len(), 2, "by the manifest and by the configuration");
    assert!(image.problems.iter().all(|(_, what)| what.contains("another digest")));

    let mut parts = docker(&[layer]);
    parts
        .iter_mut()
        .filter(|(p, _)| p.ends_with("layer.tar"))
        .for_each(|(_, b)| b.clone_from(&other));
    let image = read(&archive(&parts), None).unwrap();
    assert_eq!(image.problems.len(), 1, "by the configuration");
    let mut forged = docker(&[other]);
    let config = config("linux/amd64", &[]);
    forged.iter_mut().filter(|(p, _)| p.len() == 69).for_each(|(_, b)| b.clone_from(&config));
    let image = read(&archive(&forged), None).unwrap();
    assert_eq!(
        image.problems.len(),
        2,
        "the name of the configuration, the number of layers: {image:?}"
    );
}

#[test]
fn a_layer_that_cannot_be_read_is_named_and_the_rest_goes_on() {
    let good = tar(&[("a.fact", File("a"))]);
    let cases: [(&[u8], &str); 6] = [
        (b"\xfd7zXZ\0\0\0", "is compressed with xz, which is not read"),
        (b"\x04\x22\x4d\x18\0", "is compressed with lz4, which is not read"),
        (b"BZh9\0", "is compressed with bzip2, which is not read"),
        (b"PK\x03\x04", "is a zip archive, which is not read"),
        (b"", "is empty"),
        (b"\x91\x02secret", "is neither tar nor gzip nor zstd; perhaps encrypted"),
    ];
    for (bytes, why) in cases {
        let mut parts = docker(&[good.clone(), tar(&[("b.fact", File("b"))])]);
        parts.iter_mut().filter(|(p, _)| p.ends_with("layer.tar")).nth(1).unwrap().1 =
            bytes.to_vec();
        let image = read(&archive(&parts), None).unwrap();
        assert_eq!(shown(&image), ["a.fact 0 a"]);
        assert_eq!(image.problems.len(), 1);
        assert!(image.problems[0].0.starts_with("layer 2 ("));
        assert_eq!(image.problems[0].1, why);
    }
    // Cut, but with a digest that fits: what the tool wrote was cut already.
    let cut = gzip(&good)[..40].to_vec();
    let image = read(&archive(&docker(&[good.clone(), cut])), None).unwrap();
    assert_eq!(shown(&image), ["a.fact 0 a"]);
    assert!(image.problems[0].1.starts_with("was not read to its end: it is cut"), "{image:?}");
    // Large ones too, which are not kept as documents.
    let mut large = b"\xfd7zXZ\0".to_vec();
    large.resize(MAX_DOCUMENT as usize + 1, 7);
    let mut parts = docker(&[good]);
    parts
        .iter_mut()
        .filter(|(p, _)| p.ends_with("layer.tar"))
        .for_each(|(_, b)| b.clone_from(&large));
    let image = read(&archive(&parts), None).unwrap();
    assert_eq!(image.problems[0].1, "is compressed with xz, which is not read");
}

#[test]
fn layers_that_lie_elsewhere_are_said() {
    let layers = [tar(&[("a.fact", File("a"))])];
    let mut parts = Parts::new();
    let descriptor = manifest(&mut parts, "linux/amd64", &layers, gzip);
    let gone = format!("blobs/sha256/{}", hex(&gzip(&layers[0])));
    parts.retain(|(path, _)| *path != gone);
    let image = read(&archive(&layout(parts, &[descriptor])), None).unwrap();
    assert_eq!(
        image.problems[0].1,
        "is not in the archive (its media type is application/vnd.oci.image.layer.v1.tar)"
    );

    let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    let mut parts = Parts::new();
    let config = blob(
        &mut parts,
        "application/vnd.oci.image.config.v1+json",
        config("windows/amd64", &layers),
    );
    let layer = serde_json::json!({"mediaType": foreign, "digest": format!("sha256:{}", hex(b"x")), "urls": ["https://example.org/x"]});
    let bytes = serde_json::json!({"config": config, "layers": [layer]}).to_string().into_bytes();
    let descriptor = blob(&mut parts, "application/vnd.oci.image.manifest.v1+json", bytes);
    let image = read(&archive(&layout(parts, &[descriptor])), None).unwrap();
    let what = "is not in the archive, but has to be fetched elsewhere";
    assert!(image.problems.iter().any(|(_, said)| said.starts_with(what)), "{image:?}");
}

#[test]
fn what_is_no_image_is_no_image() {
    let mut parts = Parts::new();
    let config = blob(&mut parts, "application/vnd.cncf.helm.config.v1+json", b"{}".to_vec());
    let bytes = serde_json::json!({"config": config, "layers": []}).to_string().into_bytes();
    let descriptor = blob(&mut parts, "application/vnd.oci.image.manifest.v1+json", bytes);
    for bytes in [
        archive(&layout(parts, &[descriptor])),
        archive(&layout(Parts::new(), &[])),
        archive(&vec![("manifest.json".into(), b"[]".to_vec())]),
        archive(&vec![("manifest.json".into(), b"{\"name\": \"a web page\"}".to_vec())]),
        archive(&vec![("index.json".into(), "[".repeat(100_000).into_bytes())]),
        tar(&[]),
        b"hello".to_vec(),
        b"".to_vec(),
    ] {
        assert!(matches!(read(&bytes, None), Err(ImageError::Shape(_))));
    }
}

#[test]
fn an_index_that_leads_to_itself_or_too_deep_ends() {
    // The digests are wrong on purpose: a true circle cannot be made.
    let name = "a".repeat(64);
    let own = serde_json::json!({"manifests": [{"digest": format!("sha256:{name}")}]});
    let parts = vec![
        ("index.json".to_owned(), own.to_string().into_bytes()),
        (format!("blobs/sha256/{name}"), own.to_string().into_bytes()),
    ];
    assert!(matches!(read(&archive(&parts), None), Err(ImageError::Shape(_))));
    for (depth, readable) in [(4, true), (5, false)] {
        let mut parts = Parts::new();
        let mut top = manifest(&mut parts, "linux/amd64", &[tar(&[])], gzip);
        for _ in 0..depth {
            let index = serde_json::json!({"manifests": [top]}).to_string().into_bytes();
            top = blob(&mut parts, "application/vnd.oci.image.index.v1+json", index);
        }
        assert_eq!(read(&archive(&layout(parts, &[top])), None).is_ok(), readable, "{depth}");
    }
}

#[test]
fn paths_that_lead_out_are_inert_and_said() {
    let layer = tar(&[
        ("../../x.fact", File("x")),
        ("a/../../y.fact", File("y")),
        ("/etc/z.fact", File("z")),
        ("a/b/../w.fact", File("w")),
        ("link.fact", Hard("../../../etc/shadow")),
        ("dev/null.fact", Device),
        ("etc/s.fact", Symlink("/../../../../etc/shadow")),
    ]);
    assert_eq!(
        said(&layer, &["a/w.fact 0 w", "etc/z.fact 0 z"]),
        [
            "../../x.fact: leads out of the image or is too long; passed over",
            "a/../../y.fact: leads out of the image or is too long; passed over",
            "link.fact: a hard link that leads out of the image; passed over",
        ]
    );
    let layer = tar(&[("a.fact", Hard("objects/1")), ("objects/1", File("a"))]);
    assert_eq!(
        said(&layer, &[]),
        ["a.fact: a hard link to a file that was not read at its own path"]
    );
}

#[test]
fn a_path_at_the_limit_is_read_and_one_past_it_is_said() {
    let name = |length: usize| format!("{}.fact", "d/".repeat(length / 2))[..length].to_owned();
    let path = |length: usize| format!("{}x.fact", name(length - 6));
    assert_eq!(path(MAX_PATH).len(), MAX_PATH);
    let layer = tar(&[(&path(MAX_PATH), File("a"))]);
    assert_eq!(said(&layer, &[&format!("{} 0 a", path(MAX_PATH))]), [""; 0]);
    let layer = tar(&[(&path(MAX_PATH + 1), File("a")), ("b.fact", File("b"))]);
    assert_eq!(said(&layer, &["b.fact 0 b"]).len(), 1);
    let layer = tar(&[(&"x".repeat(9_000_000), File("a")), ("b.fact", File("b"))]);
    assert_eq!(said(&layer, &["b.fact 0 b"]).len(), 1);
}

/// A member with an extended header of pax before it.
fn pax(records: &[u8], path: &str, kind: tar::EntryType, content: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (kind, path, content) in [(tar::EntryType::XHeader, "x", records), (kind, path, content)] {
        let mut header = tar::Header::new_ustar();
        header.set_path(path).unwrap();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length += 1;
    }
    [length.to_string().as_bytes(), b" ", key.as_bytes(), b"=", value, b"\n"].concat()
}

#[test]
fn extended_headers_are_read_by_their_lengths_and_bounded() {
    let file = tar::EntryType::Regular;
    // An attribute with line breaks before the path must not hide it.
    let records =
        [record("SCHILY.xattr.security.capability", b"\x01\n\n\x02"), record("path", b"b.fact")];
    assert_eq!(said(&pax(&records.concat(), "a", file, b"b"), &["b.fact 0 b"]), [""; 0]);
    let fill = |size: usize| {
        let mut records = record("path", b"b.fact");
        let left = size - records.len();
        let mut value = left;
        while record("comment", &vec![b'x'; value]).len() > left {
            value -= 1;
        }
        records.extend(record("comment", &vec![b'x'; value]));
        records
    };
    let records = fill(MAX_PAX as usize);
    assert_eq!(records.len() as u64, MAX_PAX);
    assert_eq!(said(&pax(&records, "a", file, b"b"), &["b.fact 0 b"]), [""; 0]);
    let over = said(&pax(&fill(MAX_PAX as usize + 1), "a", file, b"b"), &[]);
    assert!(over[0].ends_with("an extended header larger than a mebibyte"), "{over:?}");
    for broken in [
        &b"99 path=x\n"[..],
        b"x",
        b"0 =",
        b"3 =\n",
        b"18446744073709551615 a=b\n",
        b"13 size=many\n",
    ] {
        assert_eq!(said(&pax(broken, "b.fact", file, b"b"), &[]).len(), 1, "{broken:?}");
    }
    let sparse = said(&pax(&record("GNU.sparse.major", b"1"), "b.fact", file, b"b"), &[]);
    assert_eq!(sparse, ["b.fact: a sparse file in the archive; not read"]);
    let size = u64::MAX.to_string();
    let sized = said(&pax(&record("size", size.as_bytes()), "b.fact", file, b"b"), &[]);
    assert!(sized[0].ends_with("a size beyond counting"), "{sized:?}");
    // Extended headers without end.
    let mut many = Vec::new();
    (0..20).for_each(|_| {
        many.extend(&pax(&record("path", b"b.fact"), "a", tar::EntryType::XHeader, b"")[..1536])
    });
    assert!(said(&many, &[])[0].contains("more extended headers before one member"));
}

#[test]
fn a_sparse_file_of_gnu_does_not_put_the_reader_out_of_step() {
    let mut header = tar::Header::new_gnu();
    header.set_path("s.fact").unwrap();
    header.set_entry_type(tar::EntryType::GNUSparse);
    header.set_size(0);
    header.as_gnu_mut().unwrap().isextended[0] = 1;
    header.set_cksum();
    let mut layer = header.as_bytes().to_vec();
    layer.extend([0; 512]);
    layer.extend(tar(&[("b.fact", File("b"))]));
    assert_eq!(said(&layer, &["b.fact 0 b"]), ["s.fact: a sparse file in the archive; not read"]);
}

#[test]
fn a_file_larger_than_asked_for_is_said() {
    let at = "x".repeat(1000);
    assert_eq!(said(&tar(&[("a.fact", File(&at))]), &[&format!("a.fact 0 {at}")]), [""; 0]);
    let over = said(&tar(&[("a.fact", File(&"x".repeat(1001)))]), &[]);
    assert_eq!(over, ["a.fact: 1001 bytes, more than 1000; not read"]);
    let program = format!("\x7fELF{}", "x".repeat(9_997));
    assert_eq!(said(&tar(&[("a", Program(&program))]), &[]).len(), 1);
    assert_eq!(said(&tar(&[("a", Program(&program[1..]))]), &[]), [""; 0]);
}

#[test]
fn bombs_are_refused_and_named() {
    // zstd packs zeros some ten thousand times; DEFLATE cannot, and is bounded by the total.
    let zeros = |size: usize| {
        let mut layer = tar(&[("a.fact", File("a"))]);
        layer.truncate(1024);
        let mut header = tar::Header::new_gnu();
        header.set_path("zeros").unwrap();
        header.set_size(size as u64);
        header.set_cksum();
        layer.extend(header.as_bytes());
        layer.resize(layer.len() + size + 1024, 0);
        layer
    };
    let free = FREE as usize;
    let image = read(&archive(&oci(&[zeros(free - 8192)], zstd)), None).unwrap();
    assert_eq!(image.problems, []);
    let bomb = zeros(free + 16 * 1024 * 1024);
    let image = read(&archive(&oci(std::slice::from_ref(&bomb), zstd)), None).unwrap();
    assert_eq!(shown(&image), ["a.fact 0 a"], "what was read before");
    assert!(image.problems[0].1.contains("decompression bomb"), "{:?}", image.problems);
    assert_eq!(read(&archive(&oci(&[bomb], gzip)), None).unwrap().problems, []);
    // Of the archive itself.
    let packed = zstd(&archive(&docker(&[zeros(free + 16 * 1024 * 1024)])));
    assert!(matches!(read(&packed, None), Err(ImageError::Shape(why)) if why.contains("bomb")));
}

#[test]
fn a_window_of_zstd_beyond_the_limit_is_refused() {
    let pack = |log: u32| {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(log).unwrap();
        encoder.include_contentsize(false).unwrap();
        io::copy(&mut tar(&[("a.fact", File("a"))]).as_slice(), &mut encoder).unwrap();
        encoder.finish().unwrap()
    };
    for (log, readable) in [(MAX_WINDOW_LOG, true), (MAX_WINDOW_LOG + 1, false)] {
        let layer = tar(&[("a.fact", File("a"))]);
        let mut parts = docker(&[layer]);
        parts[0].1 = pack(log);
        let image = read(&archive(&parts), None).unwrap();
        assert_eq!(clean(&image), readable, "{log}: {:?}", image.problems);
        assert!(readable || image.problems[0].0.starts_with("layer 1"));
    }
}

#[test]
fn more_layers_than_the_limit_are_said() {
    let layers: Vec<Vec<u8>> =
        (0..=MAX_LAYERS).map(|n| tar(&[(&format!("{n}.fact"), File("a"))])).collect();
    let image = read(&archive(&docker(&layers[..MAX_LAYERS])), None).unwrap();
    assert_eq!((image.placed.len(), image.problems.len()), (MAX_LAYERS, 0));
    let image = read(&archive(&docker(&layers)), None).unwrap();
    assert_eq!(image.placed.len(), MAX_LAYERS);
    assert!(
        problems(&image).iter().any(|p| p.contains("more than 1000 layers")),
        "{:?}",
        image.problems
    );
}

#[test]
fn problems_are_bounded_too() {
    let members: Vec<(String, Is<'_>)> =
        (0..MAX_PROBLEMS + 50).map(|n| (format!("../{n}"), File(""))).collect();
    let members: Vec<(&str, Is<'_>)> =
        members.iter().map(|(p, _)| (p.as_str(), File(""))).collect();
    let said = said(&tar(&members), &[]);
    assert_eq!(said.len(), MAX_PROBLEMS + 1);
    assert!(said[MAX_PROBLEMS].contains("the others are not listed"));
}

#[test]
fn gzip_in_several_members_is_one_layer_and_a_forged_tail_is_said() {
    let layer = tar(&[("a.fact", File("a")), ("b.fact", File("b"))]);
    let split = |b: &[u8]| [gzip(&b[..700]), gzip(&b[700..])].concat();
    let image = read(&archive(&oci(std::slice::from_ref(&layer), split)), None).unwrap();
    assert_eq!((shown(&image).len(), clean(&image)), (2, true));
    let tail = |b: &[u8]| [gzip(b), b"tail".to_vec()].concat();
    assert!(!clean(&read(&archive(&oci(&[layer], tail)), None).unwrap()));
}

#[test]
fn members_behind_a_block_of_zeros_are_not_passed_over_in_silence() {
    let mut layer = tar(&[("a.fact", File("a"))]);
    layer.truncate(1024 + 512);
    layer.extend(tar(&[("b.fact", File("b"))]));
    assert!(said(&layer, &["a.fact 0 a"])[0].ends_with("a block of zeros between members"));
}

#[test]
fn a_member_that_is_there_twice_is_said() {
    let layer = tar(&[("a.fact", File("a"))]);
    let mut parts = docker(std::slice::from_ref(&layer));
    parts.insert(0, (parts[0].0.clone(), tar(&[("a.fact", File("b"))])));
    let image = read(&archive(&parts), None).unwrap();
    assert_eq!(shown(&image), ["a.fact 0 a"]);
    assert!(image.problems[0].1.contains("is there twice"));
}

#[test]
fn a_document_at_the_limit_is_kept_and_one_past_it_is_not() {
    let layers = [tar(&[("a.fact", File("a"))])];
    for (extra, readable) in [(0, true), (1, false)] {
        let mut parts = oci(&layers, gzip);
        let index = &mut parts.iter_mut().find(|(path, _)| path == "index.json").unwrap().1;
        index.resize(MAX_DOCUMENT as usize + extra, b' ');
        assert_eq!(read(&archive(&parts), None).is_ok(), readable);
        let folder = LayoutFolder(parts.into_iter().collect());
        assert_eq!(read_layout_with(&folder, None, &Facts).is_ok(), readable);
    }
}

#[test]
fn paths_of_documents_are_bounded_too() {
    let many = |count: usize| {
        let mut parts = Parts::new();
        // Each costs twice its own length, and some for keeping it.
        parts.extend((0..count).map(|n| (format!("{n:04000}"), Vec::new())));
        parts.extend(oci(&[tar(&[("a.fact", File("a"))])], <[u8]>::to_vec));
        read(&archive(&parts), None)
    };
    let most = MAX_DOCUMENTS as usize / 8_256;
    assert!(clean(&many(most - 1).unwrap()));
    let said = match many(most + 1) {
        Ok(image) => !clean(&image),
        Err(error) => matches!(error, ImageError::Shape(_)),
    };
    assert!(said);
}

#[test]
fn a_document_that_names_images_and_cannot_be_read_is_said() {
    for (path, there) in [("manifest.json", "[{}]"), ("index.json", "{}")] {
        let layers = [tar(&[("a.fact", File("a"))])];
        let mut parts =
            if path == "index.json" { docker(&layers) } else { oci(&layers, <[u8]>::to_vec) };
        parts.push((path.into(), there.into()));
        let image = read(&archive(&parts), None).unwrap();
        assert_eq!(shown(&image), ["a.fact 0 a"]);
        assert_eq!(problems(&image), [format!("{path}: names no images that can be read")]);
    }
}

#[test]
fn two_documents_that_disagree_are_said() {
    let layers = [tar(&[("a.fact", File("harmless"))])];
    let mut parts = oci(&layers, gzip);
    parts.extend(docker(&[tar(&[("a.fact", File("other"))])]));
    let image = read(&archive(&parts), None).unwrap();
    assert_eq!(shown(&image), ["a.fact 0 harmless"]);
    assert_eq!(image.problems.len(), 1);
    assert!(image.problems[0].1.starts_with("names an image that «index.json» does not"));
}

#[test]
fn a_manifest_too_large_is_said_and_not_passed_over() {
    let mut parts = Parts::new();
    let good = manifest(&mut parts, "linux/amd64", &[tar(&[("a.fact", File("a"))])], gzip);
    let large = blob(&mut parts, "x", vec![b' '; MAX_DOCUMENT as usize + 1]);
    let image = read(&archive(&layout(parts, &[large, good])), None).unwrap();
    assert_eq!(shown(&image), ["a.fact 0 a"]);
    assert_eq!(image.problems[0].1, "is too large for a manifest; not read");
}

#[test]
fn an_image_of_windows_is_incomplete() {
    let mut parts = Parts::new();
    let descriptor = manifest(&mut parts, "windows/amd64", &[tar(&[])], gzip);
    let image = read(&archive(&layout(parts, &[descriptor])), None).unwrap();
    assert_eq!(problems(&image).len(), 1);
}
