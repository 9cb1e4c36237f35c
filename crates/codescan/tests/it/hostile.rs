//! No text makes the scan panic, or hides an import behind it.

use codescan::{Answer, Language};
use proptest::prelude::*;
use vocab::Base;

use crate::answers::{ask, question};

const LANGUAGES: &[Language] = &[
    Language::Rust,
    Language::Go,
    Language::JavaScript,
    Language::Python,
    Language::Ruby,
    Language::CargoManifest,
    Language::NodeManifest,
    Language::GoManifest,
    Language::PythonManifest,
    Language::Words,
];

proptest! {
    #[test]
    fn any_text_is_read(text in "[a-z\"'`{}()/*:;.,@!#\\\\\n éß-]{0,300}") {
        for language in LANGUAGES {
            codescan::imports::scan(*language, &text, &mut |_| {});
        }
    }

    /// An import in a line of its own is found, whatever stands before it in other lines, as long as
    /// that begins no comment.
    #[test]
    fn an_import_is_found_behind_anything(
        lines in prop::collection::vec("[a-z\"'`(){}][a-z\"'`{}()/*:.,@! -]{0,40}", 0..12),
    ) {
        let before = lines.join("\n");
        let found = |base, file: &str, line: &str| {
            let name = if base == Base::Go { "example.org/wanted" } else { "wanted" };
            ask(&question(base, name, &[]), &[(file, &format!("{before}\n;\n{line}"))]).answer
        };
        prop_assert_eq!(found(Base::Npm, "a.ts", "import 'wanted'"), Answer::Imported);
        prop_assert_eq!(found(Base::CratesIo, "a.rs", "use wanted::x;"), Answer::Imported);
        prop_assert_eq!(found(Base::Go, "a.go", "import \"example.org/wanted/x\""), Answer::Imported);
        prop_assert_eq!(found(Base::PyPI, "a.py", "import wanted.x"), Answer::Imported);
    }
}

#[test]
fn long_lines_and_many_marks_take_no_quadratic_time() {
    for unit in [
        "\"",
        "\"'`",
        "import ",
        "a,",
        "from a import ",
        "::",
        "{",
        "use a::{",
        "/*",
        "a.",
        "a/",
        "@a/",
    ] {
        let text = unit.repeat((1 << 18) / unit.len());
        for language in LANGUAGES {
            let mut met = 0u64;
            codescan::imports::scan(*language, &text, &mut |_| met += 1);
            // Each name is told with at most 32 beginnings.
            assert!(met <= 40 * (1 << 18), "{unit} {language:?}: {met}");
        }
    }
}
