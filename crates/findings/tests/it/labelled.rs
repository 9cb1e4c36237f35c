//! What two sources report of one problem: found by rule, or suggested. Against truth that was labelled by
//! reading (`labels/README.md`). The figures are printed; `cargo xtask bench dedupe` shows them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read as _;
use std::path::Path;

use findings::Observation;
use findings::identity::{Key, Knowledge, canonical, identify};

/// A labelled record.
struct Labelled {
    label: String,
    file: String,
    observation: Observation,
}

/// The records of a list of labels: label, file, place, ids or rule. A place may hold several records; of
/// dependencies the label's first word is the package.
fn labelled(list: &str, files: &[(String, Vec<u8>)], by_package: bool) -> Vec<Labelled> {
    let mut read: HashMap<&str, Vec<Observation>> = HashMap::new();
    let wanted: BTreeSet<&str> = list.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    for (path, bytes) in files.iter().filter(|(path, _)| wanted.contains(path.as_str())) {
        let observations = crate::mutation::read(bytes).map(|(_, observations)| observations);
        read.insert(path, observations.unwrap_or_default());
    }
    let mut all = Vec::new();
    let mut missing = Vec::new();
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [label, file, place, id] = cells[..] else { panic!("four cells in {line}") };
        let package = label.split(' ').next().unwrap_or_default();
        let is = |o: &&Observation| {
            let name = o
                .component
                .as_ref()
                .map(|c| c.name.to_lowercase().replace("%40", "@").replace('_', "-"));
            let ids = o.ids.join(",");
            o.place == place
                && (if ids.is_empty() { o.rule == id } else { ids == id })
                && (!by_package || name.as_deref() == Some(package))
        };
        match read.get(file).and_then(|all| all.iter().find(is)) {
            Some(observation) => all.push(Labelled {
                label: label.to_owned(),
                file: file.to_owned(),
                observation: observation.clone(),
            }),
            None => missing.push(line),
        }
    }
    assert!(missing.is_empty(), "labelled and not read:\n{}", missing.join("\n"));
    all
}

/// The folder of a tool's reports.
fn tool(file: &str) -> &str {
    file.split('/').rev().nth(1).unwrap_or(file)
}

/// Alias groups out of OSV's records and out of what the reports say themselves.
fn aliases(corpus: &Path, records: &[Labelled]) -> HashMap<String, Vec<String>> {
    let mut pairs: Vec<Vec<String>> = Vec::new();
    for ecosystem in ["npm", "PyPI", "Maven", "Go", "Packagist", "RubyGems", "crates.io", "NuGet"] {
        let file = std::fs::File::open(corpus.join("osv").join(ecosystem).join("all.zip")).unwrap();
        let mut archive = zip::ZipArchive::new(file).unwrap();
        for at in 0..archive.len() {
            let mut text = String::new();
            archive.by_index(at).unwrap().read_to_string(&mut text).unwrap();
            let record: serde_json::Value = serde_json::from_str(&text).unwrap();
            let ids = record["aliases"].as_array().into_iter().flatten().chain([&record["id"]]);
            pairs.push(ids.filter_map(|id| id.as_str()).map(canonical).collect());
        }
    }
    pairs.extend(records.iter().map(|r| findings::identity::aliases_told(&r.observation)));
    let keys: Vec<Vec<Key>> =
        pairs.iter().map(|ids| ids.iter().map(|id| Key::of(&[id.as_bytes()])).collect()).collect();
    let mut groups: HashMap<usize, BTreeSet<String>> = HashMap::new();
    for (leader, ids) in findings::identity::group(&keys).into_iter().zip(pairs) {
        groups.entry(leader).or_default().extend(ids);
    }
    let groups = groups.into_values().map(|group| group.into_iter().collect::<Vec<_>>());
    groups.flat_map(|group| group.clone().into_iter().map(move |id| (id, group.clone()))).collect()
}

/// Pairs of records of different tools that the rules link, against those that are one problem.
#[test]
fn dependencies_are_linked_across_sources() {
    let Some(corpus) = testkit::corpus("links across sources") else { return };
    let files = crate::corpus::files().unwrap();
    let records = labelled(include_str!("labels/dependency.tsv"), &files, true);
    let aliases = aliases(&corpus, &records);
    let group = |id: &str| aliases.get(id).cloned().unwrap_or_else(|| vec![id.to_owned()]);
    let knowledge = Knowledge { secrets: &[0; 32], aliases: &group };
    let links: Vec<BTreeSet<Key>> = records
        .iter()
        .map(|r| {
            identify(&r.observation, &knowledge).links.into_iter().map(|(_, key, _)| key).collect()
        })
        .collect();
    let (mut right, mut wrong, mut missed) = (0_u32, 0_u32, 0_u32);
    let mut why: BTreeMap<String, u32> = BTreeMap::new();
    for (a, first) in records.iter().enumerate() {
        for (b, second) in records.iter().enumerate().skip(a + 1) {
            if tool(&first.file) == tool(&second.file) {
                continue;
            }
            let (same, linked) = (first.label == second.label, !links[a].is_disjoint(&links[b]));
            match (same, linked) {
                (true, true) => right += 1,
                (false, true) => {
                    wrong += 1;
                    println!("linked wrongly: {} / {}", first.label, second.label);
                }
                (true, false) => {
                    missed += 1;
                    let key =
                        format!("{}: {} / {}", first.label, tool(&first.file), tool(&second.file));
                    *why.entry(key).or_default() += 1;
                }
                (false, false) => {}
            }
        }
    }
    for (pair, count) in &why {
        println!("missed: {count} {pair}");
    }
    let precision = f64::from(right) / f64::from(right + wrong);
    let recall = f64::from(right) / f64::from(right + missed);
    println!(
        "dedupe: links on dependencies: {} records, {} pairs that are one; precision {precision:.4} ({wrong} wrong), \
         recall {recall:.4} ({missed} missed)",
        records.len(),
        right + missed
    );
    assert!(precision >= 0.999, "precision {precision}");
    assert!(recall >= 0.95, "recall {recall}");
}

/// Application and file of each report on one of the deliberately vulnerable applications.
fn reports_by_target(
    files: &[(String, Vec<u8>)],
) -> BTreeMap<&'static str, Vec<(String, Observation)>> {
    let mut targets: BTreeMap<&str, Vec<(String, Observation)>> = BTreeMap::new();
    for line in include_str!("labels/targets.tsv").lines() {
        let (target, file) = line.split_once('\t').unwrap();
        let bytes = files.iter().find(|(path, _)| path == file).map(|(_, bytes)| bytes.as_slice());
        let read = bytes.and_then(crate::mutation::read).map(|(_, all)| all).unwrap_or_default();
        assert!(!read.is_empty(), "{file} is read");
        targets.entry(target).or_default().extend(read.into_iter().map(|o| (file.to_owned(), o)));
    }
    targets
}

/// The label of a record: by file and place, and by what its address or its text contains.
fn label_of(file: &str, o: &Observation) -> Option<&'static str> {
    include_str!("labels/suggest.tsv").lines().find_map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [label, of, place, holds] = cells[..] else { panic!("four cells in {line}") };
        let path = o.endpoint.as_ref().map(|e| e.path.as_str());
        let is = of == file
            && place == o.place
            && (path == Some(holds) || !holds.starts_with('/') && o.description.contains(holds));
        is.then_some(label)
    })
}

/// Each labelled record is asked about among the other tools' records on the same application.
#[test]
fn the_same_defect_is_suggested() {
    if testkit::corpus("suggestions").is_none() {
        return;
    }
    let files = crate::corpus::files().unwrap();
    let (mut asked, mut first, mut within) = (0_u32, 0_u32, 0_u32);
    let (mut unlabelled, mut told) = (0_u32, 0_u32);
    let mut labels: BTreeSet<&str> = BTreeSet::new();
    for (target, records) in reports_by_target(&files) {
        for (file, question) in &records {
            let others: Vec<&(String, Observation)> =
                records.iter().filter(|(other, _)| tool(other) != tool(file)).collect();
            let among: Vec<Observation> = others.iter().map(|(_, o)| o.clone()).collect();
            let suggestions = findings::suggest::suggest(question, &among, 5);
            let Some(label) = label_of(file, question) else {
                unlabelled += 1;
                told += u32::from(!suggestions.is_empty());
                continue;
            };
            labels.insert(label);
            let right = |at: usize| label_of(&others[at].0, &others[at].1) == Some(label);
            asked += 1;
            first += u32::from(suggestions.first().is_some_and(|s| right(s.at)));
            within += u32::from(suggestions.iter().any(|s| right(s.at)));
            if !suggestions.first().is_some_and(|s| right(s.at)) {
                println!(
                    "not first: {target} {label}: {} {}; {suggestions:?}",
                    question.title, question.place
                );
            }
        }
    }
    let part = |of: u32| f64::from(of) / f64::from(asked);
    println!(
        "dedupe: suggestions: {asked} questions on {} defects; recall@5 {:.3}, precision@1 {:.3}; of {unlabelled} \
         records without a label {told} get one",
        labels.len(),
        part(within),
        part(first)
    );
    assert!(part(within) >= 0.8 && part(first) >= 0.8);
}
