//! Are the lists found that compilers leave in programs of Go and Rust?

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};

use crate::installed::{check, reading};

/// How an ELF file writes numbers.
#[derive(Clone, Copy)]
struct Layout {
    wide: bool,
    big: bool,
}

impl Layout {
    fn number(self, value: usize, bytes: usize) -> Vec<u8> {
        let all = (value as u64).to_be_bytes();
        let mut out = all[8 - bytes..].to_vec();
        if !self.big {
            out.reverse();
        }
        out
    }

    fn word(self, value: usize) -> Vec<u8> {
        self.number(value, if self.wide { 8 } else { 4 })
    }
}

const ADDRESS: usize = 0x40_0000;
const DATA: usize = 0x100;

/// The least ELF file with one writable segment and, unless the name is empty, one section, both of which
/// are `content`, at [`DATA`] in the file and at [`ADDRESS`] in memory.
fn elf(layout: Layout, name: &str, content: &[u8]) -> Vec<u8> {
    let Layout { wide, big } = layout;
    let (head, program) = if wide { (64, 56) } else { (52, 32) };
    let mut file = b"\x7fELF".to_vec();
    file.extend([if wide { 2 } else { 1 }, if big { 2 } else { 1 }, 1, 0]);
    file.extend([0; 8]);
    let names = format!("\0{name}\0.shstrtab\0").into_bytes();
    let names_at = DATA + content.len();
    let sections_at = (names_at + names.len()).next_multiple_of(8);
    let count = if name.is_empty() { 0 } else { 3 };
    file.extend(
        [layout.number(2, 2), layout.number(if wide { 62 } else { 3 }, 2), layout.number(1, 4)]
            .concat(),
    );
    file.extend(
        [layout.word(0), layout.word(head), layout.word(if count > 0 { sections_at } else { 0 })]
            .concat(),
    );
    file.extend(layout.number(0, 4));
    let sizes = [head, program, 1, if wide { 64 } else { 40 }, count, count.saturating_sub(1)];
    file.extend(sizes.iter().flat_map(|size| layout.number(*size, 2)));
    file.extend(layout.number(1, 4));
    if wide {
        file.extend(layout.number(6, 4));
    }
    let place = [DATA, ADDRESS, ADDRESS, content.len(), content.len()];
    file.extend(place.iter().flat_map(|number| layout.word(*number)));
    if !wide {
        file.extend(layout.number(6, 4));
    }
    file.extend(layout.word(16));
    file.resize(DATA, 0);
    file.extend_from_slice(content);
    if count > 0 {
        file.extend_from_slice(&names);
        file.resize(sections_at, 0);
        let section = |name: usize, kind: usize, address: usize, at: usize, size: usize| {
            let mut out = [layout.number(name, 4), layout.number(kind, 4)].concat();
            out.extend([0, address, at, size].iter().flat_map(|n| layout.word(*n)));
            out.extend(
                [layout.number(0, 4), layout.number(0, 4), layout.word(1), layout.word(0)].concat(),
            );
            out
        };
        file.extend(section(0, 0, 0, 0, 0));
        file.extend(section(1, 1, ADDRESS, DATA, content.len()));
        file.extend(section(name.len() + 2, 3, 0, names_at, names.len()));
    }
    file
}

const MODERN: Layout = Layout { wide: true, big: false };
const HEAD: &[u8] = b"\xff Go buildinf:";

fn counted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut length = text.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(text);
    out
}

/// The list between the sentinels that Go puts around it.
fn guarded(list: &str) -> Vec<u8> {
    [
        b"0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6",
        list.as_bytes(),
        b"\xf92C1\x86\x18 r\0\x82B\x10A\x16\xd8\xf2",
    ]
    .concat()
}

/// As Go has written it since 1.18.
fn inline(version: &str, list: &str) -> Vec<u8> {
    let mut out = [HEAD, &[8, 2], &[0; 16]].concat();
    out.extend(counted(version.as_bytes()));
    out.extend(if list.is_empty() { counted(b"") } else { counted(&guarded(list)) });
    out.resize(out.len() + 64, 0);
    out
}

/// As Go wrote it before: pointers to string headers.
fn pointers(layout: Layout, version: &str, list: &str) -> Vec<u8> {
    let size = layout.word(0).len();
    let list = guarded(list);
    let (first, second, text) = (64, 64 + 2 * size, 128);
    let mut out = [HEAD, &[size as u8, u8::from(layout.big)]].concat();
    out.extend([layout.word(ADDRESS + first), layout.word(ADDRESS + second)].concat());
    out.resize(first, 0);
    out.extend([layout.word(ADDRESS + text), layout.word(version.len())].concat());
    out.extend([layout.word(ADDRESS + text + version.len()), layout.word(list.len())].concat());
    out.resize(text, 0);
    out.extend_from_slice(version.as_bytes());
    out.extend_from_slice(&list);
    out
}

const LIST: &str = "path\texample.com/svc/cmd/svc\nmod\texample.com/svc\t(devel)\t\n\
    dep\tgolang.org/x/net\tv0.1.0\th1:abc=\n\
    dep\tgithub.com/a/b\tv1.0.0\n=>\tgithub.com/fork/b\tv1.0.1\th1:def=\n\
    dep\tgithub.com/c/d\tv2.0.0+incompatible\n=>\t./d\t(devel)\t\n\
    dep\tgithub.com/e/f\tv1.0.0\n=>\tgithub.com/e/f\tv1.5.0\th1:x=\n\
    build\t-compiler=gc\nbuild\tvcs.revision=abc\n";
const ROWS: &str = "2 Go example.com/svc - first-party runtime ?
    3 Go golang.org/x/net v0.1.0 registry runtime ?
    4 Go github.com/fork/b v1.0.1 foreign:github.com/fork/b in the place of github.com/a/b runtime ?
    6 Go github.com/c/d v2.0.0+incompatible first-party runtime ?
    8 Go github.com/e/f v1.5.0 registry runtime ?
    0 Go stdlib 1.19.8 registry runtime ?";

#[test]
fn a_go_program_names_its_modules() {
    let content = inline("go1.19.8", LIST);
    check("usr/bin/svc", elf(MODERN, ".go.buildinfo", &content), ROWS);
    // Without sections, at a boundary that is not the beginning.
    let shifted = [vec![0; 48], content].concat();
    check("usr/bin/svc", elf(MODERN, "", &shifted), ROWS);
    let off = [vec![0; 8], shifted].concat();
    check("usr/bin/svc", elf(MODERN, "", &off), "nothing");
}

#[test]
fn programs_from_before_go_1_18_point_to_their_list() {
    for wide in [true, false] {
        for big in [true, false] {
            let layout = Layout { wide, big };
            let content = pointers(layout, "go1.19.8", LIST);
            check("usr/bin/svc", elf(layout, ".go.buildinfo", &content), ROWS);
        }
    }
}

#[test]
fn the_version_of_go_is_written_as_advisories_have_it() {
    let of = |version: &str, expect: &str| {
        let list = "path\tx\nmod\texample.com/x\tv1.2.3\th1:sum=\n";
        let rows = format!("2 Go example.com/x v1.2.3 registry runtime ?\n{expect}");
        check("bin/x", elf(MODERN, ".go.buildinfo", &inline(version, list)), &rows);
    };
    of("go1.20", "0 Go stdlib 1.20 registry runtime ?");
    of("go1.22rc1", "0 Go stdlib 1.22rc1 registry runtime ?");
    of("go1.22.1 X:boringcrypto", "0 Go stdlib 1.22.1 registry runtime ?");
    of("go1.23.4-bigcorp", "0 Go stdlib 1.23.4 registry runtime ?");
    of("devel go1.24-abc", "0 Go stdlib ~devel go1.24-abc registry runtime ?");
}

#[test]
fn a_build_from_a_folder_is_first_party() {
    let list = "path\tx\nmod\texample.com/x\tv0.1.1-0.20250101000000-abcdefabcdef+dirty\t\n\
        dep\texample.com/y\t(devel)\t\n\
        dep\texample.com/z\tv0.0.0\n=>\t./z\t(devel)\t\n";
    check(
        "bin/x",
        elf(MODERN, ".go.buildinfo", &inline("go1.24.0", list)),
        "2 Go example.com/x v0.1.1-0.20250101000000-abcdefabcdef+dirty first-party runtime ?
        3 Go example.com/y - first-party runtime ?
        4 Go example.com/z - first-party runtime ?
        0 Go stdlib 1.24.0 registry runtime ?",
    );
}

#[test]
fn a_go_program_without_a_list_is_incomplete() {
    check(
        "bin/x",
        elf(MODERN, ".go.buildinfo", &inline("go1.12", "")),
        "0 Go stdlib 1.12 registry runtime ?
        ! 0 a Go program without its list of modules: what it was built from is not known",
    );
    check(
        "usr/lib/go/bin/go",
        elf(MODERN, ".go.buildinfo", &inline("go1.19.8", "path\tcmd/go\nbuild\tx=y\n")),
        "0 Go stdlib 1.19.8 registry runtime ?
        0 Go toolchain 1.19.8 registry runtime ?",
    );
    check(
        "bin/x",
        elf(MODERN, ".go.buildinfo", &inline("go1.30.0", "what\tx\nmod\t\tv1\n")),
        "0 Go stdlib 1.30.0 registry runtime ?
        ! 1 Go's module list: «what» is not known there
        ! 2 Go's module list: a module whose name is no text",
    );
}

#[test]
fn what_only_looks_like_a_list_is_none() {
    check("bin/x", elf(MODERN, ".data", b"nothing of the kind"), "nothing");
    check("bin/x", "#!/bin/sh\n", "nothing");
    check("bin/x", "", "nothing");
    // The magic in a program that reads others', and lengths and addresses that lead nowhere.
    check("bin/x", elf(MODERN, ".go.buildinfo", &[HEAD, &[8, 2], &[0xff; 64]].concat()), "nothing");
    check("bin/x", elf(MODERN, ".go.buildinfo", &[HEAD, &[8, 0], &[0xff; 64]].concat()), "nothing");
    check("bin/x", elf(MODERN, ".go.buildinfo", &[HEAD, &[3, 0], &[0; 64]].concat()), "nothing");
    let many = [HEAD, &[8, 2]].concat().repeat(100_000);
    check("bin/x", elf(MODERN, "", &many), "nothing");
    let whole = elf(MODERN, ".go.buildinfo", &inline("go1.19.8", LIST));
    for end in 0..whole.len() {
        let _ = inventory::installed::read("bin/x", &whole[..end]);
    }
}

fn packed(json: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(json.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_rust_program_names_its_crates() {
    let list = r#"{"packages":[
        {"name":"adler","version":"0.2.3","source":"crates.io"},
        {"name":"cc","version":"1.0.73","source":"crates.io","kind":"build"},
        {"name":"mine","version":"0.1.0","source":"local","dependencies":[0,1,3],"root":true},
        {"name":"forked","version":"2.0.0","source":"git","dependencies":[0]},
        {"name":"corp","version":"1.0.0","source":"registry"}]}"#;
    check(
        "usr/bin/mine",
        elf(MODERN, ".dep-v0", &packed(list)),
        "0 crates.io adler 0.2.3 registry runtime direct
        0 crates.io cc 1.0.73 registry development direct
        0 crates.io mine 0.1.0 first-party runtime direct
        0 crates.io forked 2.0.0 git:@ runtime direct
        0 crates.io corp 1.0.0 foreign:another registry of crates runtime transitive
        2 -> 0
        2 -> 1
        2 -> 3
        3 -> 0",
    );
}

#[test]
fn a_broken_list_of_crates_is_a_problem() {
    let of = |content: &[u8], expect: &str| check("bin/x", elf(MODERN, ".dep-v0", content), expect);
    of(&packed("{}"), "! 0 the section .dep-v0: expected the key «packages»");
    of(
        &packed("["),
        "! 0 the section .dep-v0: not JSON here: the end of the file, expected `,` or `]`",
    );
    of(&packed(&"[".repeat(1000)), "! 0 the section .dep-v0: nested more than 128 deep");
    of(
        &packed(
            r#"{"packages":[{"name":"a"},{"name":"b","version":"1","source":"crates.io","dependencies":[0,9,-1]}]}"#,
        ),
        "0 crates.io b 1 registry runtime ?
        ! 0 expected a package with «name» and «version» in the section .dep-v0
        ! 0 the section .dep-v0: 3 requirements of packages it does not have",
    );
    let cut = packed(r#"{"packages":[]}"#);
    assert_eq!(reading("bin/x", &elf(MODERN, ".dep-v0", &cut[..6])).problems.len(), 1);
    let at_bound =
        |more: usize| packed(&format!("{{\"packages\":[]}}{}", " ".repeat((16 << 20) - 15 + more)));
    of(&at_bound(0), "");
    of(&at_bound(1), "! 0 the section .dep-v0: larger than 16777216 bytes; it was not read");
}

#[test]
fn no_changed_byte_makes_a_panic() {
    let list =
        r#"{"packages":[{"name":"a","version":"1","source":"crates.io","dependencies":[0]}]}"#;
    let old = Layout { wide: false, big: true };
    for whole in [
        elf(MODERN, ".go.buildinfo", &inline("go1.19.8", LIST)),
        elf(old, ".go.buildinfo", &pointers(old, "go1.16.2", LIST)),
        elf(MODERN, ".dep-v0", &packed(list)),
    ] {
        assert!(!reading("bin/x", &whole).components.is_empty());
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = inventory::installed::read("bin/x", &changed);
            }
        }
    }
}
