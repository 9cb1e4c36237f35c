//! Every role with every use case: the whole matrix is one snapshot.

use access::{Actor, Answer, Kind, Role, UseCase, may};

/// The table: one line a use case, one column a role; an owner twice, on its own asset and on another's.
fn table() -> String {
    let word = |answer| match answer {
        Answer::Yes => "yes",
        Answer::Propose => "propose",
        Answer::No(_) => "-",
    };
    let actor = |role| Actor::person("somebody", role);
    let mut text = format!(
        "{:<27}{:<9}{:<9}{:<9}{:<9}{:<9}agent\n",
        "", "viewer", "triager", "owner", "(other)", "admin"
    );
    for case in UseCase::all() {
        let cell = |role, owns| word(may(&actor(role), case, owns));
        text.push_str(&format!(
            "{:<27}{:<9}{:<9}{:<9}{:<9}{:<9}{}\n",
            case.as_str(),
            cell(Role::Viewer, true),
            cell(Role::Triager, false),
            cell(Role::Owner, true),
            cell(Role::Owner, false),
            cell(Role::Admin, false),
            cell(Role::Agent, true),
        ));
    }
    text
}

#[test]
fn the_matrix_of_roles_and_use_cases() {
    insta::assert_snapshot!(table());
}

#[test]
fn owning_changes_the_answer_for_owners_alone() {
    for case in UseCase::all() {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Owner) {
            let actor = Actor::person("somebody", role);
            assert_eq!(may(&actor, case, true), may(&actor, case, false), "{case:?} {role:?}");
        }
    }
}

#[test]
fn an_agent_is_one_whatever_role_it_was_given() {
    for case in UseCase::all() {
        for role in Role::ALL {
            let posing = Actor { name: "model".into(), kind: Kind::Agent, role };
            let plain = Actor::person("model", Role::Agent);
            assert_eq!(may(&posing, case, true), may(&plain, case, true), "{case:?} {role:?}");
        }
    }
}

#[test]
fn a_role_that_is_covered_never_allows_more() {
    let weight = |answer| match answer {
        Answer::Yes => 2,
        Answer::Propose => 1,
        Answer::No(_) => 0,
    };
    for high in Role::ALL {
        assert!(high.covers(high));
        for low in Role::ALL.into_iter().filter(|low| high.covers(*low)) {
            for case in UseCase::all() {
                for owns in [true, false] {
                    let ask = |role| weight(may(&Actor::person("somebody", role), case, owns));
                    // Deciding is more than proposing; what an owner may not touch, an agent still proposes.
                    let proposes = ask(low) == 1 && high == Role::Owner && !owns;
                    assert!(ask(high) >= ask(low) || proposes, "{high:?} {low:?} {case:?}");
                }
            }
        }
    }
}

#[test]
fn words_of_roles_read_back() {
    for role in Role::ALL {
        assert_eq!(Role::from_word(role.as_str()), Some(role));
    }
    assert_eq!(Role::from_word("root"), None);
}

/// Whichever comes first, and a third one changes nothing for the better.
#[test]
fn of_two_roles_the_lesser_is_covered_by_both_whatever_their_order() {
    for one in Role::ALL {
        for other in Role::ALL {
            let lesser = one.lesser(other);
            assert_eq!(lesser, other.lesser(one), "{one:?} {other:?}");
            // Triager and owner each may something that the other may not.
            let apart = !one.covers(other) && !other.covers(one);
            assert!(lesser == one || lesser == other || apart && lesser == Role::Agent);
            assert!(one.covers(lesser) && other.covers(lesser), "{one:?} {other:?}");
        }
    }
}
