//! From which inputs does each fuzz target start?
//!
//! In: the corpus (and files of this repository). Out: files in `fuzz/corpus/TARGET`, with the leading byte
//! that the target expects. Without the corpus only the repository's own files are planted.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};

use crate::files;

/// Largest seed in bytes: small ones are mutated faster and reach as far.
const LARGEST: usize = 48 * 1024;
/// Most seeds of one kind.
const MOST: usize = 400;

/// Writes the seeds of a target and says how many.
pub(super) fn plant(root: &Path, target: &str, folder: &Path) -> Result<usize> {
    let corpus = testkit::corpus("seeds for fuzzing");
    let corpus = corpus.as_deref();
    let seeds = match target {
        "inventory" => inventory_files(corpus)?,
        "osv" => osv_records(root, corpus)?,
        "feeds" => feeds(root, corpus)?,
        "policy" => below(&root.join("crates/triage/policies"), "toml")?,
        "config" => below(&root.join("crates/app/demo"), "toml")?,
        "versions" => version_lines(corpus)?,
        "codescan" => sources(root)?,
        "sbom" => bills(corpus)?,
        "system" => systems(root),
        "image" => images(root),
        "installed" => {
            super::installed::files()?.iter().map(|(at, bytes)| prefixed(*at, bytes)).collect()
        }
        "vex" => statements(corpus),
        "edit" => manifests(),
        // `index` starts from an index that it builds itself: edits grow from nothing.
        _ => vec![vec![0], vec![1, 0, 0, 0], vec![3, 0, 1, 2, 3]],
    };
    for (number, seed) in seeds.iter().enumerate() {
        let file = folder.join(format!("seed-{number:05}"));
        std::fs::write(&file, seed).with_context(|| file.display().to_string())?;
    }
    Ok(seeds.len())
}

/// A small manifest of each kind, behind the byte that names it.
fn manifests() -> Vec<Vec<u8>> {
    let texts = [
        "# x\na[b]~=1.4 ; python_version>'3'\nleft==1.1.0 \\\n  --hash=sha256:0\nevil==1\n-r base.txt\n",
        "[project]\ndependencies = [\"a>=1,<2\"]\n[tool.poetry.dependencies]\nleft = {version = '^1.1.0'}\n",
        "[dependencies]\na = \"1\"\nl = { package = \"left\", version = \"=1.1.0\" }\n",
        "{\"dependencies\": {\"a\": \"^1.0.0\", \"left\": \"1.x\", \"evil\": \"*\"}}",
        "module m\nrequire (\n\ta v1.0.0 // indirect\n)\nrequire left v1.1.0\nreplace left => ./l\n",
        "<project><properties><v>1</v></properties><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version></dependency></dependencies></project>",
        "gem 'a', '~> 1.2', '>= 1.2.3' # x\ngem(\"left\", \"1.1.0\", require: false)\n",
    ];
    let numbered = texts.iter().zip(0u8..);
    numbered.map(|(text, kind)| [&[kind], text.as_bytes()].concat()).collect()
}

/// VEX documents of every format: three small ones, and those of the corpus.
fn statements(corpus: Option<&Path>) -> Vec<Vec<u8>> {
    let mut seeds = vec![
        br#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":[{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:oci/app","subcomponents":[{"@id":"pkg:npm/a@1"}]}],"status":"fixed"}]}"#.to_vec(),
        br#"{"document":{"csaf_version":"2.0","tracking":{"id":"1"}},"product_tree":{"full_product_names":[{"product_id":"a","name":"A","product_identification_helper":{"purl":"pkg:npm/a"}}],"relationships":[{"category":"default_component_of","product_reference":"a","relates_to_product_reference":"a","full_product_name":{"product_id":"b","name":"B"}}]},"vulnerabilities":[{"cve":"CVE-1","product_status":{"fixed":["b"]},"flags":[{"label":"component_not_present","product_ids":["a"]}]}]}"#.to_vec(),
        br#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><vulnerabilities><vulnerability><id>CVE-1</id><analysis><state>resolved</state></analysis><affects><target><ref>pkg:npm/a@1</ref></target></affects></vulnerability></vulnerabilities></bom>"#.to_vec(),
    ];
    for archive in corpus.into_iter().flat_map(|c| {
        ["sboms/sboms.tar.zst", "scanner-reports/defectdojo-scans.tar.zst"].map(|a| c.join(a))
    }) {
        let unpacked = testkit::unpack(&archive);
        let below = testkit::files(unpacked.path());
        let read = below.iter().filter_map(|path| files::bytes(&unpacked.path().join(path)).ok());
        let fitting = read.filter(|b| b.len() <= LARGEST);
        let words = ["openvex.dev/ns", "csaf_version", "ulnerabilities"];
        let has = |b: &[u8], word: &str| b.windows(word.len()).any(|w| w == word.as_bytes());
        seeds.extend(fitting.filter(|b| words.iter().any(|w| has(b, w))).take(MOST));
    }
    seeds
}

/// Bills of materials of every format, the packed ones as they are.
fn bills(corpus: Option<&Path>) -> Result<Vec<Vec<u8>>> {
    let Some(corpus) = corpus else { return Ok(vec![b"SPDXVersion: SPDX-2.3\n".to_vec()]) };
    let unpacked = testkit::unpack(&corpus.join("sboms/sboms.tar.zst"));
    let mut seeds = Vec::new();
    for path in testkit::files(unpacked.path()) {
        let bytes = files::bytes(&unpacked.path().join(path))?;
        if bytes.len() <= LARGEST && seeds.len() < MOST {
            seeds.push(bytes);
        }
    }
    Ok(seeds)
}

/// The scanner's own sources and tests, as Rust.
fn sources(root: &Path) -> Result<Vec<Vec<u8>>> {
    let files = below(&root.join("crates/codescan"), "rs")?;
    Ok(files.iter().map(|bytes| prefixed(0, bytes)).collect())
}

/// Lock files, each with its format's number before it; the same share for every format.
fn inventory_files(corpus: Option<&Path>) -> Result<Vec<Vec<u8>>> {
    const EACH: usize = 40;
    let formats: Vec<_> = inventory::format::all().collect();
    let mut counts = vec![0usize; formats.len()];
    let mut seeds = Vec::new();
    for archive in corpus.into_iter().flat_map(|c| {
        ["lockfiles-current", "lockfiles-history"].map(|a| c.join(format!("lockfiles/{a}.tar.zst")))
    }) {
        let unpacked = testkit::unpack(&archive);
        for path in testkit::files(unpacked.path()) {
            let shown = files::relative(Path::new(""), &path);
            let Some(found) = inventory::recognise(&shown) else { continue };
            let Some(at) = formats.iter().position(|f| f.id == found.id) else { continue };
            let bytes = files::bytes(&unpacked.path().join(&path))?;
            let Some(count) = counts.get_mut(at).filter(|c| **c < EACH) else { continue };
            if bytes.len() <= LARGEST {
                *count += 1;
                seeds.push(prefixed(at, &bytes));
            }
        }
    }
    // A format without a file in the corpus starts from its number alone.
    let bare = counts.iter().enumerate().filter(|(_, count)| **count == 0);
    seeds.extend(bare.map(|(at, _)| prefixed(at, b"\n")));
    Ok(seeds)
}

fn osv_records(root: &Path, corpus: Option<&Path>) -> Result<Vec<Vec<u8>>> {
    let mut seeds = below(&root.join("crates/app/demo/feeds/osv"), "json")?;
    seeds.extend(testkit::synthetic::records(100).map(|r| r.json.into_bytes()));
    let Some(corpus) = corpus else { return Ok(seeds) };
    for folder in std::fs::read_dir(corpus.join("osv"))?.filter_map(Result::ok) {
        let archive = folder.path().join("all.zip");
        if !archive.is_file() {
            continue;
        }
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&archive)?)?;
        let step = (zip.len() / 30).max(1);
        for at in (0..zip.len()).step_by(step) {
            let mut record = Vec::new();
            zip.by_index(at)?.take(LARGEST as u64).read_to_end(&mut record)?;
            if record.len() < LARGEST {
                seeds.push(record);
            }
        }
    }
    Ok(seeds)
}

/// The beginnings of the feeds, each with the number that `fuzz_targets/feeds.rs` gives its reader.
fn feeds(root: &Path, corpus: Option<&Path>) -> Result<Vec<Vec<u8>>> {
    let demo = root.join("crates/app/demo/feeds");
    let mut seeds = vec![
        prefixed(0, &files::bytes(&demo.join("kev/known_exploited_vulnerabilities.json"))?),
        prefixed(1, &files::bytes(&demo.join("epss/epss_scores-2026-11-20.csv"))?),
        prefixed(4, &files::bytes(&demo.join("exploits/public-exploit-metadata.jsonl"))?),
        prefixed(6, br#"{"a":{"type":"exploit","rank":600,"disclosure_date":"2026-01-02","references":["CVE-2026-900001"]}}"#),
        prefixed(7, b"id,file,description,date_published,author,type,platform,codes\n1,x,\"a,b\",2026-01-02,a,remote,php,CVE-2026-900001;OSVDB-1\n"),
    ];
    lines(&mut seeds, 2, &files::bytes(&demo.join("cve/vulnrichment-demo.jsonl"))?);
    if let Some(corpus) = corpus {
        lines(&mut seeds, 2, &testkit::unzstd(&corpus.join("cve/vulnrichment-kev.jsonl.zst")));
        lines(&mut seeds, 2, &testkit::unzstd(&corpus.join("cve/golang-cve5.jsonl.zst")));
        lines(&mut seeds, 3, &testkit::unzstd(&corpus.join("cve/vulnrichment-ssvc-all.jsonl.zst")));
        lines(
            &mut seeds,
            4,
            &testkit::unzstd(&corpus.join("exploits/public-exploit-metadata.jsonl.zst")),
        );
        lines(&mut seeds, 5, &files::bytes(&corpus.join("exploits/nuclei-cves.json"))?);
    }
    Ok(seeds)
}

/// A hundred lines, spread over the whole, each a seed of its own.
fn lines(seeds: &mut Vec<Vec<u8>>, number: usize, content: &[u8]) {
    let all: Vec<&[u8]> = content.split(|b| *b == b'\n').filter(|l| !l.is_empty()).collect();
    let step = (all.len() / 100).max(1);
    let fitting = all.iter().step_by(step).filter(|line| line.len() <= LARGEST);
    seeds.extend(fitting.map(|line| prefixed(number, line)));
}

/// Package databases, each with the number that `fuzz_targets/system.rs` gives its file.
fn systems(root: &Path) -> Vec<Vec<u8>> {
    const FILES: usize = 11;
    let rpm = root.join("crates/inventory/tests/fixtures/rpmdb.sqlite.zst");
    let rpm = testkit::unzstd(&rpm);
    let texts: [&[u8]; FILES] = [
        b"ID=\"debian\"\nVERSION_ID='12'\nPRETTY_NAME=\"a \\\"b\"\nSUPPORT_END=2028-06-30\n",
        b"Package: x\nStatus: install ok installed\nSource: y (1:2-3)\nVersion: 1:2-3+b1\nDescription: a\n b\n\n",
        b"/.\n/usr\n/usr/bin/x\n/usr/lib/python3/dist-packages/x-1.dist-info/METADATA\n",
        b"d41d8cd98f00b204e9800998ecf8427e  usr/bin/x\n",
        b"C:Q1x=\nP:x\nV:1.2-r3\nA:x86_64\nL:MIT\no:y\nF:usr/bin\nR:x\na:0:0:755\nZ:Q1y=\n\n",
        &rpm,
        b"RpmP\0\0\0\0\x01\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"",
        b"x\t1-2\t1\t1\tv\t(none)\t5\tx86_64\t0\ty-1-2.src.rpm\n",
        b"%NAME%\nx\n\n%VERSION%\n1:2-3\n\n%BASE%\ny\n\n",
        b"x-1\n",
    ];
    let releases = (0..6).map(|release| release * FILES);
    releases
        .flat_map(|release| (0..).zip(texts).map(move |(at, text)| prefixed(release + at, text)))
        .collect()
}

/// Image archives of both layouts and a root file system, each with and without a platform asked for.
fn images(root: &Path) -> Vec<Vec<u8>> {
    let fixtures = root.join("crates/inventory/tests/fixtures");
    let archive = |name: &str| testkit::unzstd(&fixtures.join(format!("image-{name}.tar.zst")));
    let archives = ["docker", "oci", "root"].map(archive);
    (0..4).flat_map(|first| archives.iter().map(move |bytes| prefixed(first, bytes))).collect()
}

/// Pairs of versions out of the order files, tried under every scheme.
fn version_lines(corpus: Option<&Path>) -> Result<Vec<Vec<u8>>> {
    let mut seeds: Vec<Vec<u8>> =
        (0..20).map(|at| prefixed(at, b"1.0.0\n1.0.0-rc.1\n2\n1:2-3")).collect();
    let Some(corpus) = corpus else { return Ok(seeds) };
    let unpacked = testkit::unpack(&corpus.join("versions/osv-scalibr-version-order.tar.zst"));
    for path in
        testkit::files(unpacked.path()).iter().filter(|p| p.extension().is_some_and(|e| e == "txt"))
    {
        let text =
            String::from_utf8_lossy(&files::bytes(&unpacked.path().join(path))?).into_owned();
        let pairs: Vec<String> = text
            .lines()
            .filter_map(|line| line.split_once(" < ").or_else(|| line.split_once(" > ")))
            .map(|(a, b)| format!("{a}\n{b}"))
            .collect();
        let step = (pairs.len() / 40).max(1);
        for (number, pair) in pairs.iter().step_by(step).enumerate() {
            seeds.push(prefixed(number, pair.as_bytes()));
        }
    }
    Ok(seeds)
}

/// Every file with this ending below a folder.
fn below(folder: &Path, ending: &str) -> Result<Vec<Vec<u8>>> {
    let mut seeds = Vec::new();
    for path in testkit::files(folder) {
        if path.extension().is_some_and(|e| e == ending) && seeds.len() < MOST {
            seeds.push(files::bytes(&folder.join(path))?);
        }
    }
    Ok(seeds)
}

fn prefixed(number: usize, bytes: &[u8]) -> Vec<u8> {
    let mut seed = Vec::with_capacity(bytes.len() + 1);
    // More than 256 kinds would need two bytes; the targets read one.
    seed.push(u8::try_from(number % 256).unwrap_or(0));
    seed.extend_from_slice(bytes);
    seed
}
