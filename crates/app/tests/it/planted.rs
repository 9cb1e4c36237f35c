//! No reader carries a credential past the intake: each format's sample is told with one in its texts, and what its
//! records declare is told in others.

use std::io::Cursor;

use app::books::Database;
use app::intake::{Input, Request, import};
use app::queue::keep;
use findings::sink::Kept;
use findings::{Observation, Source};

use crate::queue_world::{NOW, World, admin, at};

const PLANTED: &str = "Tr0ub4dorHorse99";
/// Texts of a sample that are told with more in them.
const TEXTS: usize = 12;

fn read(bytes: &[u8]) -> Option<Vec<Observation>> {
    let mut cursor = Cursor::new(bytes);
    let mut source = Source::new(&mut cursor);
    let format = findings::recognise(&mut source).ok()??;
    let mut kept = Kept::default();
    let _ = format.read(&mut source, &mut kept);
    Some(kept.observations)
}

/// Texts that stand in the document as they are read.
fn texts<'o>(document: &str, observations: &'o [Observation]) -> Vec<&'o str> {
    let mut found: Vec<&str> = Vec::new();
    for observation in observations {
        let first = |text: &'o String| text.lines().next().unwrap_or_default().trim();
        let mut all = vec![first(&observation.title), first(&observation.description)];
        all.extend([
            first(&observation.remedy),
            first(&observation.resource),
            first(&observation.target),
        ]);
        all.extend(
            observation.locations.iter().flat_map(|l| [first(&l.symbol), first(&l.snippet)]),
        );
        // Words alone, so that they are texts and no names by which a format is known.
        all.retain(|text| text.len() >= 8 && text.contains(' ') && document.contains(text));
        found.extend(all);
    }
    found.sort_by_key(|text| std::cmp::Reverse(text.len()));
    found.dedup();
    found.truncate(TEXTS);
    found
}

/// Everything that is kept of a document; `None` when nothing could be read.
fn kept(name: &str, document: &str) -> Option<Vec<u8>> {
    let mut world = World::empty();
    let path = world.path(name);
    std::fs::write(&path, document).expect("written");
    let request = Request { asset: Some("web".to_owned()), ..Request::of(Input::File(path)) };
    let imported = import(&admin(), &mut world.books, None, &request, at(NOW), &mut |_| {}).ok()?;
    let mut out = serde_json::to_vec(&imported).expect("JSON");
    keep::export(&admin(), &mut world.books, &mut out, &mut |_, _| {}).expect("exported");
    let Database::File(file) = Database::File(world.file()) else { return None };
    for file in [file.clone(), file.with_extension("db-wal")] {
        out.extend(std::fs::read(file).unwrap_or_default());
    }
    Some(out)
}

fn holds(bytes: &[u8], planted: &str) -> bool {
    bytes.windows(planted.len()).any(|part| part == planted.as_bytes())
}

#[test]
fn no_reader_carries_a_credential_into_the_ledger() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../findings/tests/it/samples");
    let (mut told, mut declared) = (0, 0);
    for entry in std::fs::read_dir(samples).expect("samples").flatten() {
        let Ok(document) = std::fs::read_to_string(entry.path()) else { continue };
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(observations) = read(document.as_bytes()) else { continue };
        let texts = texts(&document, &observations);
        let shape = format!("DB_PASSWORD={PLANTED} https://h/?private_token={PLANTED} end");
        let planted = texts.iter().fold(document.clone(), |document, text| {
            document.replace(text, &format!("{text} {shape}"))
        });
        if planted != document
            && let Some(bytes) = kept(&name, &planted)
        {
            assert!(!holds(&bytes, PLANTED), "{name}: a planted credential is kept");
            told += 1;
        }
        let secrets: Vec<&str> =
            observations.iter().filter_map(|o| Some(o.secret.as_ref()?.expose())).collect();
        // Words are no credentials outside of the place of one.
        for secret in secrets
            .into_iter()
            .filter(|s| s.len() >= 8 && !s.contains(['"', '\\', '\n', '<', '&', ',']))
        {
            let planted = texts
                .iter()
                .filter(|text| !text.contains(secret))
                .fold(document.clone(), |document, text| {
                    document.replace(text, &format!("{text} ({secret})"))
                });
            let Some(bytes) = kept(&name, &planted) else { continue };
            assert!(!holds(&bytes, secret), "{name}: «{secret}» is kept");
            declared += 1;
        }
    }
    assert!(told >= 60 && declared >= 8, "{told} {declared}");
}
