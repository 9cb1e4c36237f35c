//! Is a document one page of many?
//!
//! In: the members of an object on the way to the records, as they are met. Out: why it is only a part of what there
//! is, if it says so: a token or an address of what follows, «more» said as true, more pages or records in all
//! than here. Interfaces of tools answer in pages, and a page closes nothing. Never: what stands inside of records.

use serde_json::Value;

/// What an object says of pages.
#[derive(Debug, Default)]
pub struct Pages {
    why: Option<String>,
    numbers: Vec<(Number, u64)>,
    /// Members of its one list of records; the second field: how many such lists there are.
    members: (u64, usize),
}

/// What a number of an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Total,
    Pages,
    Page,
    Size,
    Offset,
}

/// Fields of objects that are about pages and not about records.
const ABOUT: &[&str] = &[
    "pageinfo",
    "paging",
    "pagination",
    "page",
    "meta",
    "metadata",
    "links",
    "resultinfo",
    "cursor",
];
/// What names the next page.
const NEXT: &[&str] = &[
    "next",
    "nexttoken",
    "nextpage",
    "nextpagetoken",
    "nextpageurl",
    "nextcursor",
    "nextlink",
    "nexthref",
    "nexturl",
    "odatanextlink",
    "continue",
    "continuationtoken",
    "nextcontinuationtoken",
];
/// What says «true» when there is more.
const MORE: &[&str] = &[
    "hasmore",
    "hasnext",
    "hasnextpage",
    "morepages",
    "hasmorepages",
    "istruncated",
    "truncated",
    "moreavailable",
    "incompleteresults",
];
/// What names the page before this one; `prev` does not, for Snyk writes it on the first page too.
const BEFORE: &[&str] = &["previous", "previouspage", "previouslink"];
/// Numbers by name.
const NUMBERS: &[(&str, Number)] = &[
    ("total", Number::Total),
    ("totalcount", Number::Total),
    ("totalresults", Number::Total),
    ("totalitems", Number::Total),
    ("totalelements", Number::Total),
    ("totalrecords", Number::Total),
    ("totalhits", Number::Total),
    ("totalpages", Number::Pages),
    ("pagecount", Number::Pages),
    ("numpages", Number::Pages),
    ("lastpage", Number::Pages),
    ("currentpage", Number::Page),
    ("pageindex", Number::Page),
    ("pagenumber", Number::Page),
    ("page", Number::Page),
    ("pagesize", Number::Size),
    ("perpage", Number::Size),
    ("limit", Number::Size),
    ("offset", Number::Offset),
    ("skip", Number::Offset),
];

/// A name in the one spelling: `next_page`, `nextPage` and `@next-page` are one.
fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn number(name: &str) -> Option<Number> {
    NUMBERS.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}

/// Whether a member of that name may speak of pages.
pub fn is_about(key: &str) -> bool {
    let name = plain(key);
    let name = name.as_str();
    key.len() <= 32
        && ([ABOUT, NEXT, MORE, BEFORE].iter().any(|list| list.contains(&name))
            || number(name).is_some())
}

impl Pages {
    /// Takes a member of the object.
    pub fn take(&mut self, key: &str, value: &Value) {
        let name = plain(key);
        if let Value::Object(map) = value
            && ABOUT.contains(&name.as_str())
        {
            for (key, value) in map {
                // One level is enough: what lies deeper is of the records.
                if !value.is_object() || !ABOUT.contains(&plain(key).as_str()) {
                    self.take(key, value);
                }
            }
            return;
        }
        let name = name.as_str();
        if NEXT.contains(&name) && names_something(value) {
            self.say(format!("it is one page of several: «{key}» names the next"));
        } else if MORE.contains(&name) && *value == Value::Bool(true) {
            self.say(format!("it is a part of what there is: «{key}» is true"));
        } else if BEFORE.contains(&name) && names_something(value) {
            self.say(format!("it is one page of several: «{key}» names the one before"));
        } else if let (Some(number), Some(value)) = (number(name), whole(value)) {
            self.numbers.push((number, value));
        }
    }

    /// Takes the length of a list of records.
    pub fn list(&mut self, members: Option<u64>) {
        if let Some(members) = members {
            self.members = (members, self.members.1 + 1);
        }
    }

    fn say(&mut self, why: String) {
        self.why.get_or_insert(why);
    }

    fn number(&self, wanted: Number) -> Option<u64> {
        self.numbers.iter().find(|(number, _)| *number == wanted).map(|(_, value)| *value)
    }

    /// Why the document is only a part; `None` when it does not say so. Numbers of a member of a list are that
    /// member's own, and no word on the document.
    pub fn why_part(self, in_a_list: bool) -> Option<String> {
        if self.why.is_some() || in_a_list {
            return self.why;
        }
        let (here, lists) = self.members;
        if let Some(pages) = self.number(Number::Pages).filter(|pages| *pages > 1) {
            return Some(match self.number(Number::Page) {
                Some(page) => format!("it is page {page} of {pages}"),
                None => format!("it is one page of {pages}"),
            });
        }
        let total = self.number(Number::Total)?;
        let size = self.number(Number::Size);
        if let Some(offset) = self.number(Number::Offset).filter(|offset| *offset > 0) {
            return Some(format!("it begins at record {offset} of {total}"));
        }
        let fewer = (lists == 1).then_some(here).or(size.filter(|size| *size > 0))?;
        (total > fewer).then(|| format!("it holds {fewer} of {total} records"))
    }
}

/// A token, an address, a number of a page; not null, false, nothing or zero.
fn names_something(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim().is_empty() && text != "null",
        Value::Number(number) => number.as_f64().is_some_and(|n| n > 0.0),
        Value::Object(map) => map.get("href").is_some_and(names_something),
        _ => false,
    }
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(members: Option<u64>, object: &Value, expect: &str) {
        let mut pages = Pages::default();
        pages.list(members);
        for (key, value) in object.as_object().into_iter().flatten() {
            if is_about(key) {
                pages.take(key, value);
            }
        }
        assert_eq!(pages.why_part(false).unwrap_or_default(), expect, "{object}");
    }

    #[test]
    fn what_interfaces_say_of_pages() {
        let next = |key: &str| format!("it is one page of several: «{key}» names the next");
        check(Some(3), &json!({ "nextToken": "abc" }), &next("nextToken"));
        check(Some(3), &json!({ "NextToken": null, "next": "" }), "");
        check(Some(3), &json!({ "@odata.nextLink": "https://a/b" }), &next("@odata.nextLink"));
        check(Some(3), &json!({ "_links": { "next": { "href": "/2" } } }), &next("next"));
        check(Some(3), &json!({ "metadata": { "continue": "abc" } }), &next("continue"));
        let more = "it is a part of what there is: «hasNextPage» is true";
        check(Some(3), &json!({ "pageInfo": { "hasNextPage": true } }), more);
        check(Some(3), &json!({ "pageInfo": { "hasNextPage": false } }), "");
        check(Some(3), &json!({ "page": 1, "totalPages": 3 }), "it is page 1 of 3");
        check(Some(3), &json!({ "page": { "number": 0, "totalPages": 1 } }), "");
        check(Some(3), &json!({ "total": 3 }), "");
        check(Some(3), &json!({ "total": 4 }), "it holds 3 of 4 records");
        check(None, &json!({ "total": 400, "limit": 100 }), "it holds 100 of 400 records");
        check(None, &json!({ "total": 400 }), "");
        check(Some(9), &json!({ "total": 9, "offset": 3 }), "it begins at record 3 of 9");
    }
}
