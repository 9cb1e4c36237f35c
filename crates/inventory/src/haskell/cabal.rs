//! Which packages does cabal's freeze file name?
//!
//! In: cabal.project.freeze: fields as in cabal.project, of which `constraints` holds `any.NAME ==VERSION`
//! or flags (`NAME +flag`), separated by commas (Cabal User Guide, «cabal freeze»). Out: components.
//! Never: flags; who requires whom, which the file does not tell.

use vocab::{Base, Declared};

use crate::reading::{Reading, pinned};
use crate::{Document, Tree, text};

/// Reads cabal.project.freeze.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    let text = match text::of(document.bytes) {
        Ok(text) => text,
        Err(problem) => return problem.into(),
    };
    let mut reading = Reading::default();
    let mut field = "";
    let mut fields = 0;
    for (line, row) in text::lines(text) {
        let row = row.split("--").next().unwrap_or_default();
        let mut body = row.trim();
        if body.is_empty() {
            continue;
        }
        if !row.starts_with([' ', '\t']) {
            let Some((name, value)) = row.split_once(':') else {
                reading.problem(
                    line,
                    "expected «FIELD: VALUE», such as «constraints: any.base ==4.17»",
                );
                field = "";
                continue;
            };
            field = name.trim();
            fields += 1;
            body = value.trim();
        }
        if field.eq_ignore_ascii_case("constraints") {
            body.split(',').for_each(|constraint| take(constraint.trim(), line, &mut reading));
        }
    }
    if fields == 0 && reading.problems.is_empty() {
        reading.problem(1, "expected «constraints:», found no field");
    }
    reading
}

fn take(constraint: &str, line: u32, reading: &mut Reading) {
    let name_end = constraint.find(|c: char| c.is_whitespace() || "=<>^".contains(c));
    let (qualified, wish) = constraint.split_at(name_end.unwrap_or(constraint.len()));
    let wish = wish.trim();
    let flag = |word: &str| word.starts_with(['+', '-']) || matches!(word, "test" | "bench");
    if constraint.is_empty() || (!wish.is_empty() && wish.split_whitespace().all(flag)) {
        return;
    }
    // `any.x`, `setup.x` and `y:setup.x` say for whom the constraint on x holds.
    let name = qualified.rsplit(['.', ':']).next().unwrap_or_default();
    if name.is_empty() || wish.is_empty() {
        reading.problem(line, "expected «any.NAME ==VERSION»");
        return;
    }
    let mut component = pinned(Base::Hackage, name, "", line);
    let exact = wish.strip_prefix("==").map(str::trim);
    component.version = match exact {
        Some(version) if version.bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
            Declared::Exact(version.to_owned())
        }
        // Whichever comes with the compiler.
        _ if wish == "installed" => Declared::Absent,
        _ => Declared::Range(wish.to_owned()),
    };
    reading.push(component);
}
