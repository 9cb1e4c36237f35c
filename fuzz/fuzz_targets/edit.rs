#![no_main]
//! Manifests and changes: the first byte chooses the kind. Without changes nothing moves; with them only
//! what is told moves, and what was a document before is one after.

use libfuzzer_sys::fuzz_target;
use remedy::edit::{Change, Kind, Outcome, edit};
use vocab::{Base, Ecosystem};

const KINDS: [(Kind, Base); 7] = [
    (Kind::Requirements, Base::PyPI),
    (Kind::Pyproject, Base::PyPI),
    (Kind::CargoToml, Base::CratesIo),
    (Kind::PackageJson, Base::Npm),
    (Kind::GoMod, Base::Go),
    (Kind::Pom, Base::Maven),
    (Kind::Gemfile, Base::RubyGems),
];

fuzz_target!(|data: &[u8]| {
    let Some((first, text)) = data.split_first() else { return };
    let Some((kind, base)) = KINDS.get(usize::from(*first) % KINDS.len()) else { return };
    let Ok(same) = edit(*kind, text, &[]) else { return };
    assert_eq!(same.text, text);
    let change = |name: &str, from: &[&str], to: Option<&str>| Change {
        ecosystem: Ecosystem::from(*base),
        name: name.to_owned(),
        from: from.iter().map(|v| (*v).to_owned()).collect(),
        to: to.map(str::to_owned),
    };
    let changes = [
        change("a", &[], Some("2.0.1")),
        change("left", &["1.1.0"], Some("1.2.0")),
        change("g:a", &[], Some("3.0-b")),
        change("evil", &[], None),
    ];
    let Ok(edited) = edit(*kind, text, &changes) else { panic!("read without changes only") };
    assert_eq!(edited.outcomes.len(), changes.len());
    let told = edited.outcomes.iter().any(|o| matches!(o, Outcome::Edited(_)));
    assert!(told || edited.text == text);
    assert!(edit(*kind, &edited.text, &[]).is_ok());
});
