#![no_main]
//! A source file in any language that is looked through: the first byte chooses which. Whatever stands
//! before it, an import in a line of its own behind a line that ends every comment is found.

use std::sync::Arc;

use codescan::{Answer, Question, Sources, answer};
use libfuzzer_sys::fuzz_target;
use vocab::Base;

const FILES: &[(&str, Base, &str)] = &[
    ("a.rs", Base::CratesIo, "use wanted::x;"),
    ("a.go", Base::Go, "import \"wanted\""),
    ("a.ts", Base::Npm, "import 'wanted'"),
    ("a.py", Base::PyPI, "import wanted"),
    ("a.rb", Base::RubyGems, "require 'wanted'"),
    ("Cargo.toml", Base::CratesIo, ""),
    ("package.json", Base::Npm, ""),
    ("go.mod", Base::Go, ""),
    ("pyproject.toml", Base::PyPI, ""),
    ("a.yaml", Base::Npm, ""),
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else { return };
    let (path, ecosystem, import) = FILES[usize::from(*choice) % FILES.len()];
    let question = Question { ecosystem, name: "wanted".to_owned(), named: Vec::new() };
    let mut sources = Sources::looking_for([&question]);
    let mut whole = text.to_vec();
    whole.extend_from_slice(b"\n*/;\n");
    whole.extend_from_slice(import.as_bytes());
    sources.file(&Arc::from(path), &whole);
    let found = answer(&question, &sources);
    if !import.is_empty() && whole.len() <= codescan::sources::MAX_FILE {
        assert_eq!(found.answer, Answer::Imported, "{}", found.detail);
    }
});
