//! What vectors say of automation and impact.

use triage::{infer_automatable, infer_total_impact};

fn check(vector: &str, automatable: Option<bool>, total: Option<bool>) {
    assert_eq!(infer_automatable([vector]), automatable, "automatable: {vector}");
    assert_eq!(infer_total_impact([vector]), total, "total impact: {vector}");
}

#[test]
fn v3_and_v4_vectors_are_read_by_metric_name() {
    check("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Some(true), Some(true));
    check("CVSS:3.0/C:H/I:H/A:N/UI:N/PR:N/AC:L/AV:N/S:C", Some(true), Some(true));
    check("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:H", Some(false), Some(false));
    check("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:L/I:H/A:H", Some(false), Some(false));
    let v4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    check(v4, Some(true), Some(true));
    check(&v4.replace("AT:N", "AT:P"), Some(false), Some(true));
    check(&v4.replace("VI:H", "VI:L"), Some(true), Some(false));
}

#[test]
fn what_is_no_complete_vector_says_nothing() {
    for vector in [
        "",
        "CVSS:",
        "CVSS:3.1",
        "CVSS:3.1/",
        "AV:N/AC:L/Au:N/C:C/I:C/A:C",
        "CVSS:2.0/AV:N/AC:L/PR:N/UI:N/C:H/I:H",
        "CVSS:3.1/AV:N/AC:L/PR:N",
        "CVSS:3.1/AV/AC/PR/UI/C/I",
        "critical",
        "CVSS:3.1/\u{fffd}:N/∞:L",
    ] {
        check(vector, None, None);
    }
    let long = format!("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H{}", "/X:X".repeat(200));
    check(&long, None, None);
}

#[test]
fn of_several_vectors_any_that_says_yes_counts() {
    let (no, yes) = ("CVSS:3.1/AV:L/AC:L/PR:N/UI:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N");
    assert_eq!(infer_automatable([no, "nonsense", yes]), Some(true));
    assert_eq!(infer_automatable([no, "nonsense"]), Some(false));
    assert_eq!(infer_automatable(["nonsense"]), None);
}
