//! Is what two people tell of one problem, each in own words, suggested?

use findings::suggest::suggest;
use findings::{Class, Observation};

fn told() -> Vec<(u32, Observation)> {
    let lines = include_str!("labels/retold.tsv").lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [label, title, text] = cells[..] else { panic!("three cells in {line}") };
        let observation = Observation {
            class: Class::Report,
            title: title.to_owned(),
            description: text.to_owned(),
            ..Observation::default()
        };
        (label.parse().unwrap(), observation)
    };
    lines.map(read).collect()
}

/// Questions, right ones that come first, suggestions that are wrong.
fn counts(all: &[(u32, Observation)], odd: u32) -> (u32, u32, u32) {
    let (mut asked, mut first, mut wrong) = (0, 0, 0);
    for (at, (label, question)) in all.iter().enumerate().filter(|(_, (l, _))| l % 2 == odd) {
        let others = all.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, o)| o);
        let (labels, among): (Vec<u32>, Vec<Observation>) = others.cloned().unzip();
        let found = suggest(question, &among, 5);
        asked += 1;
        first += u32::from(found.first().is_some_and(|s| labels[s.at] == *label));
        wrong += found.iter().filter(|s| labels[s.at] != *label).map(|_| 1).sum::<u32>();
        for s in found.iter().filter(|s| labels[s.at] != *label) {
            println!("wrong: {} / {}: {s:?}", question.title, among[s.at].title);
        }
        if found.is_empty() {
            println!("none: {}", question.title);
        }
    }
    (asked, first, wrong)
}

#[test]
fn what_two_people_tell_is_suggested() {
    let all = told();
    for (odd, which) in [(0, "looked at"), (1, "held out")] {
        let (asked, first, wrong) = counts(&all, odd);
        println!(
            "dedupe: retold, {which}: {asked} questions, {first} right ones first, {wrong} wrong ones told"
        );
        assert!(first * 10 >= asked * 8, "{first} of {asked}");
        // Two problems of one form are told in the same words; a person sees that at a glance.
        assert!(wrong * 2 <= asked, "{wrong} wrong ones for {asked} questions");
    }
}

/// A few on an asset are told apart too: with little to compare, every word seems rare.
#[test]
fn of_few_reports_only_the_same_is_suggested() {
    let all = told();
    let (mut asked, mut right) = (0_u32, 0_u32);
    for pair in all.chunks(2).collect::<Vec<_>>().windows(2) {
        let [(label, question), (_, again)] = pair[0] else { panic!("a pair") };
        let [(other, stranger), (_, second)] = pair[1] else { panic!("a pair") };
        let among = [stranger.clone(), again.clone(), second.clone()];
        let found: Vec<usize> = suggest(question, &among, 5).iter().map(|s| s.at).collect();
        asked += 1;
        right += u32::from(found.contains(&1));
        assert!(!found.contains(&0) && !found.contains(&2), "{label}: {other} is suggested");
    }
    assert!(right * 10 >= asked * 7, "{right} of {asked}");
}
