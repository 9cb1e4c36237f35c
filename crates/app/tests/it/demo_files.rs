//! Is every file of `demo/` carried inside the program, and nothing else?

use std::path::Path;

use app::demo_files::FILES;

#[test]
fn the_list_is_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
    let there: Vec<String> = testkit::files(&folder)
        .iter()
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .filter(|path| path != "README.md")
        .collect();
    let listed: Vec<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(listed, there);
}

#[test]
fn nothing_in_it_could_be_taken_for_a_real_claim() {
    for (path, bytes) in FILES.iter().filter(|(path, _)| path.starts_with("feeds/osv/")) {
        let text = std::str::from_utf8(bytes).expect(path);
        let record: serde_json::Value = serde_json::from_str(text).expect(path);
        let Some(id) = record["id"].as_str() else { continue };
        assert!(id.starts_with("DEMO-2026-") || id.starts_with("MAL-2026-9"), "{path}: {id}");
        assert_eq!(Path::new(path).file_stem().and_then(|s| s.to_str()), Some(id));
        let name = record["affected"][0]["package"]["name"].as_str().expect(path);
        assert!(name.contains("brightcart"), "{path}: {name}");
        for alias in record["aliases"].as_array().into_iter().flatten().filter_map(|a| a.as_str()) {
            let invented = alias.starts_with("CVE-2026-9000") || alias.starts_with("DEMO-2026-");
            assert!(invented, "{path}: {alias}");
        }
    }
}
