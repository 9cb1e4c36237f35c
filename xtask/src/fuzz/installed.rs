//! From which files does fuzzing of installed software start?
//!
//! Made here, without the corpus: texts, an archive within an archive, the least programs with what the
//! compilers of Go and Rust leave in them.

use std::io::{Cursor, Write};

use anyhow::Result;
use zip::write::SimpleFileOptions;

/// The files in the order of `fuzz/fuzz_targets/installed.rs`, programs last.
pub(super) fn files() -> Result<Vec<(usize, Vec<u8>)>> {
    let pom = b"groupId=g\nartifactId=x\nversion=1.0\n".as_slice();
    let manifest = b"Implementation-Title: x\nBundle-SymbolicName: a.b;c\n d\n\n".as_slice();
    let inner = archive(&[("META-INF/maven/g/x/pom.properties", pom), ("A.class", b"")])?;
    let outer = archive(&[("META-INF/MANIFEST.MF", manifest), ("WEB-INF/lib/x-1.0.jar", &inner)])?;
    let egg = archive(&[("EGG-INFO/PKG-INFO", b"Name: x\nVersion: 1\n")])?;
    let texts: [&[u8]; 9] = [
        b"Metadata-Version: 2.1\nName: x\nVersion: 1\nLicense: a\n  b\nClassifier: License :: c\n\n",
        br#"{"url":"https://u@e.org/r","vcs_info":{"vcs":"git","commit_id":"a"},"dir_info":{}}"#,
        br#"{"name":"@s/x","version":"1","license":{"type":"MIT"},"_resolved":"git+ssh://a#b"}"#,
        b"# stub: x 1 java lib\ns.name = \"x\".freeze\ns.version = Gem::Version.new('1')\n",
        b"Package: x\nVersion: 1\nRemoteType: github\nRemoteRepo: r\nbiocViews: a,\n b\n",
        br#"{"packages":[{"name":"a/b","version":"v1"}],"dev-package-names":["a/b"]}"#,
        br#"{"runtimeTarget":{"name":"n"},"targets":{"n":{"P/1":{}}},"libraries":{"P/1":{"type":"package"}}}"#,
        &outer,
        &egg,
    ];
    let list = br#"{"packages":[{"name":"a","version":"1","source":"crates.io","root":true,"dependencies":[0]}]}"#;
    let programs = [
        elf(".go.buildinfo", &go_inline()),
        elf(".go.buildinfo", b"\xff Go buildinf:\x08\x00\x00\x00\x40\x00\x00\x00\x00\x00"),
        elf(".dep-v0", &zlib_stored(list)),
    ];
    let texts = texts.map(<[u8]>::to_vec).into_iter().enumerate();
    Ok(texts.chain(programs.map(|program| (9, program))).collect())
}

fn archive(entries: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, SimpleFileOptions::default())?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// As Go has written it since 1.18: two strings with their lengths, the second between sentinels.
fn go_inline() -> Vec<u8> {
    let list = b"path\tx\nmod\tx\t(devel)\t\ndep\ta\tv1\th1:=\n=>\t./a\t\t\n";
    let length = u8::try_from(list.len() + 32).unwrap_or(0);
    let head = [b"\xff Go buildinf:\x08\x02".as_slice(), &[0; 16], b"\x08go1.22.3"].concat();
    [&head, [length].as_slice(), &[1; 16], list, &[2; 16]].concat()
}

/// The least 64-bit ELF file with one section of this name, at a 16-byte boundary.
fn elf(name: &str, content: &[u8]) -> Vec<u8> {
    let word = |number: usize| (number as u64).to_le_bytes();
    let half = |number: usize| u32::try_from(number).unwrap_or(0).to_le_bytes();
    let names = format!("\0{name}\0.shstrtab\0");
    let names_at = 64 + content.len();
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0".to_vec();
    file.extend([0, 0, names_at + names.len()].map(word).concat());
    file.extend(b"\0\0\0\0\x40\0\x38\0\0\0\x40\0\x03\0\x02\0");
    file.extend_from_slice(content);
    file.extend_from_slice(names.as_bytes());
    let sections =
        [(0, 0, 0, 0), (1, 1, 64, content.len()), (name.len() + 2, 3, names_at, names.len())];
    for (name, kind, at, size) in sections {
        file.extend([half(name), half(kind)].concat());
        file.extend([0, at, at, size, 0, 1, 0].map(word).concat());
    }
    file
}

/// A zlib stream of one block that is not packed (RFC 1950, RFC 1951 3.2.4).
fn zlib_stored(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(0);
    let (a, b) = content.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    let head = [&[0x78, 1, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
    [&head, content, &(b << 16 | a).to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_seed_reaches_its_reader() {
        let paths = [
            "a-1.dist-info/METADATA",
            "x-1.dist-info/direct_url.json",
            "node_modules/@s/x/package.json",
            "specifications/x-1.gemspec",
            "site-library/x/DESCRIPTION",
            "composer/installed.json",
            "x.deps.json",
            "x-1.0.jar",
            "x.egg",
            "bin/x",
        ];
        let files = super::files().expect("seeds");
        let read: Vec<usize> = files
            .iter()
            .map(|(at, bytes)| {
                let reading = inventory::installed::read(paths[*at], bytes);
                reading.map_or(0, |r| if r.problems.is_empty() { r.components.len() } else { 99 })
            })
            .collect();
        // The pointers of the second program lead nowhere.
        assert_eq!(read, [1, 1, 1, 1, 1, 1, 1, 2, 1, 3, 0, 1]);
    }
}
