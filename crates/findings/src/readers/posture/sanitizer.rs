//! Logs of sanitizers and of libFuzzer: crashes with their stacks.
//!
//! A report opens with `==1==ERROR: AddressSanitizer: heap-use-after-free on …` (also MemorySanitizer,
//! ThreadSanitizer, LeakSanitizer, libFuzzer) or with UndefinedBehaviorSanitizer's `file:1:2: runtime error: …`;
//! frames are `#0 0x… in function file:line:column` (LLVM, «AddressSanitizer», «Symbolizing the Reports»). The
//! first stack of a report is where it crashed; later ones (freed by, allocated by) are not the crash, but
//! each leak is one. Frames of the sanitizer, the allocator, the C library and the language's panic are taken
//! off the top, and the fuzzer's own off the bottom, so that the top three are the project's. No address and
//! no size goes into the frames or the rule. A libFuzzer log that neither crashes nor says `Done` was cut off.

use crate::format::Format;
use crate::observation::{Class, Location, Observation};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::lines;

/// Sanitizer and libFuzzer logs.
pub const FORMAT: Format = Format {
    id: "sanitizer",
    title: "Sanitizer or libFuzzer log",
    detects: |shape| {
        let text = &shape.text;
        !shape.is_json
            && !shape.is_xml
            && (text.lines().any(|line| opening(line, "").is_some())
                || (text.contains("INFO: Seed: ") && text.contains("INFO: Loaded ")))
    },
    read,
};

/// Who opens a report.
const TOOLS: &[&str] = &[
    "AddressSanitizer",
    "HWAddressSanitizer",
    "MemorySanitizer",
    "ThreadSanitizer",
    "LeakSanitizer",
    "UndefinedBehaviorSanitizer",
    "libFuzzer",
];
/// Most frames kept of a stack.
const MAX_FRAMES: usize = 128;
/// Longest function name kept, in characters.
const MAX_FUNCTION: usize = 500;
/// Longest path kept, in characters.
const MAX_PATH: usize = 4_000;
/// Most words of a kind.
const MAX_WORDS: usize = 12;

/// A report that is being read.
#[derive(Default)]
struct Crash {
    tool: String,
    rule: String,
    title: String,
    access: String,
    place: String,
    /// From UndefinedBehaviorSanitizer's opening line.
    at: Option<Location>,
    frames: Vec<Frame>,
    /// Later stacks are not the crash.
    ended: bool,
}

struct Frame {
    function: String,
    at: Option<Location>,
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut crash: Option<Crash> = None;
    let (mut crashes, mut fuzzing, mut done) = (0_u64, false, false);
    let mut named = String::new();
    lines::walk(source, sink, &mut |sink, number, line| {
        fuzzing |= line.starts_with("INFO: Seed: ");
        done |= line.starts_with("Done ") && line.contains(" runs in ");
        let place = format!("line {number}");
        if let Some(opened) = opening(line, &place) {
            crashes += 1;
            if named.is_empty() {
                named.clone_from(&opened.tool);
                sink.fact(Fact::Tool(opened.tool.clone()));
            }
            hand_on(sink, crash.replace(opened))?;
        } else if let Some(next) = crash.as_mut().and_then(|open| open.take(line, &place)) {
            crashes += 1;
            hand_on(sink, crash.replace(next))?;
        }
        Ok(())
    })?;
    hand_on(sink, crash)?;
    if named.is_empty() {
        sink.fact(Fact::Tool("libFuzzer".to_owned()));
    }
    if fuzzing && crashes == 0 && !done {
        sink.fact(Fact::Incomplete("the fuzzer's log ends before it is done".to_owned()));
    }
    Ok(())
}

/// The first line of a report.
fn opening(line: &str, place: &str) -> Option<Crash> {
    // Go's panics say «runtime error» without a place before it.
    if let Some((at, what)) = line.split_once(": runtime error: ")
        && let Some(at) = location(at.trim()).filter(|at| at.line > 0)
    {
        let rule = without_values(what);
        return Some(Crash {
            tool: "UndefinedBehaviorSanitizer".to_owned(),
            title: what.to_owned(),
            rule,
            at: Some(at),
            place: place.to_owned(),
            ..Crash::default()
        });
    }
    let (tool, what) = TOOLS.iter().find_map(|tool| {
        let (before, what) = line.split_once(&format!(": {tool}: "))?;
        let opens = before == "WARNING"
            || (before.starts_with("==")
                && (before.ends_with("ERROR") || before.ends_with("WARNING")));
        opens.then_some((*tool, what))
    })?;
    // What sums up the report or the leaks below it.
    if what.starts_with("detected memory leaks") {
        return Some(Crash { tool: tool.to_owned(), ended: true, ..Crash::default() });
    }
    let end = [" on ", " (", ": ", " after "].iter().filter_map(|cut| what.find(cut)).min();
    let rule = without_values(what.get(..end.unwrap_or(what.len())).unwrap_or(what));
    Some(Crash {
        tool: tool.to_owned(),
        title: rule.clone(),
        rule,
        place: place.to_owned(),
        ..Crash::default()
    })
}

impl Crash {
    /// A further line of the report; a leak below its common heading is a report of its own.
    fn take(&mut self, line: &str, place: &str) -> Option<Crash> {
        let text = line.trim();
        if text.starts_with("Direct leak of ") || text.starts_with("Indirect leak of ") {
            let kind = text.split_once(" of ").map_or("leak", |(kind, _)| kind);
            return Some(Crash {
                tool: self.tool.clone(),
                rule: kind.to_ascii_lowercase().replace(' ', "-"),
                title: kind.to_owned(),
                place: place.to_owned(),
                ..Crash::default()
            });
        }
        if text.starts_with("SUMMARY: ") {
            self.ended = true;
        } else if let Some(frame) = (!self.ended).then(|| frame(text)).flatten() {
            if self.frames.len() < MAX_FRAMES {
                self.frames.push(frame);
            }
        } else if !self.frames.is_empty() && !text.starts_with('#') {
            self.ended = true;
        } else if self.access.is_empty()
            && (text.starts_with("READ of size") || text.starts_with("WRITE of size"))
        {
            self.access = text.split(" at ").next().unwrap_or_default().to_owned();
        }
        None
    }
}

fn hand_on(sink: &mut dyn Sink, crash: Option<Crash>) -> Result<(), Stop> {
    let Some(crash) = crash.filter(|crash| !crash.rule.is_empty()) else { return Ok(()) };
    let frames = projects_own(crash.frames);
    let at = crash.at.or_else(|| {
        let top = frames.first()?;
        Some(Location { symbol: top.function.clone(), ..top.at.clone()? })
    });
    if frames.is_empty() && at.is_none() {
        sink.dropped(&crash.place, "a crash without a stack and without a place");
        return Ok(());
    }
    let top = frames.first().map(|frame| format!(" in {}", frame.function)).unwrap_or_default();
    sink.observation(Observation {
        class: Class::Crash,
        rule: crash.rule,
        title: format!("{}{top}", crash.title),
        description: crash.access,
        locations: at.into_iter().collect(),
        frames: frames.into_iter().map(|frame| frame.function).collect(),
        place: crash.place,
        ..Observation::default()
    })
}

/// `#0 0x4f2a11 in function /src/file.c:12:3`, `#0 0x7f0 (/lib/libc.so.6+0x123)`.
fn frame(text: &str) -> Option<Frame> {
    let rest = text.strip_prefix('#')?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    // ThreadSanitizer writes no address before the function.
    let rest = match rest.strip_prefix("0x") {
        Some(hex) => hex.trim_start_matches(|c: char| c.is_ascii_hexdigit()).trim_start(),
        None => rest,
    };
    let rest = rest.strip_prefix("in ").unwrap_or(rest);
    let rest = rest.split(" (BuildId:").next().unwrap_or(rest).trim_end();
    let (function, at) = split(rest);
    let function: String = function.chars().take(MAX_FUNCTION).collect();
    (!function.is_empty() && !rest.starts_with("(/")).then_some(Frame { function, at })
}

/// The function and its place.
fn split(text: &str) -> (String, Option<Location>) {
    let module = text.rsplit_once(" (").filter(|(_, module)| module.contains("+0x"));
    let text = module.map_or(text, |(before, _)| before).trim_end_matches(" <null>");
    // A function may have spaces; the place begins at a path or is the last word with a line number.
    let begins = text.find(" /").or_else(|| {
        let at = text.rfind(' ')?;
        location(text.get(at + 1..)?).is_some_and(|place| place.line > 0).then_some(at)
    });
    match begins {
        Some(at) => {
            let place = text.get(at + 1..).and_then(location);
            (function_name(text.get(..at).unwrap_or(text)), place)
        }
        None => (function_name(text), None),
    }
}

/// The name without its parameters, which change with the compiler's spelling.
fn function_name(text: &str) -> String {
    let text = text.trim();
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find('(')) {
        let at = from + found;
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at..).unwrap_or_default();
        if let Some(skip) = ["(anonymous namespace)", "()"].iter().find(|skip| {
            after.starts_with(**skip) && (**skip != "()" || before.ends_with("operator"))
        }) {
            from = at + skip.len();
            continue;
        }
        return before.trim().to_owned();
    }
    text.to_owned()
}

/// `/src/file.c:12:3`, `file.c:12`.
fn location(text: &str) -> Option<Location> {
    let mut parts = text.rsplitn(3, ':');
    let number = |part: Option<&str>| part.and_then(|p| p.parse::<u32>().ok());
    let last = number(parts.next());
    let middle = parts.next();
    let (path, line, column) = match (number(middle), last) {
        (Some(line), Some(column)) => (parts.next().unwrap_or_default(), line, column),
        (None, Some(line)) => (text.rsplit_once(':').map_or("", |(path, _)| path), line, 0),
        _ => (text, 0, 0),
    };
    let path: String = path.trim().chars().take(MAX_PATH).collect();
    (!path.is_empty()).then(|| Location { path, line, column, ..Location::default() })
}

/// The words of a message up to the first value in it.
fn without_values(text: &str) -> String {
    let mut words = Vec::new();
    for word in text.split_whitespace().take(MAX_WORDS) {
        if word.contains(|c: char| c.is_ascii_digit()) {
            break;
        }
        words.push(word.trim_end_matches([':', ',']));
        if word.ends_with([':', ',']) {
            break;
        }
    }
    words.join(" ")
}

/// Beginnings of functions of the sanitizers, allocators, C and C++ libraries and of panics.
const RUNTIME: &[&str] = &[
    "__asan_",
    "__hwasan_",
    "__msan_",
    "__tsan_",
    "__ubsan_",
    "__lsan_",
    "__sanitizer_",
    "__interceptor_",
    "__interceptor",
    "___interceptor_",
    "__asan::",
    "__msan::",
    "__tsan::",
    "__lsan::",
    "__ubsan::",
    "__sanitizer::",
    "__GI_",
    "__assert_",
    "__fortify_",
    "__libc_message",
    "__stack_chk_fail",
    "__pthread_kill",
    "__restore_rt",
    "_int_free",
    "_int_malloc",
    "operator new",
    "operator delete",
    "std::terminate",
    "__cxxabiv1::",
    "__cxa_",
    "std::panicking::",
    "core::panicking::",
    "rust_begin_unwind",
    "__rust_",
    "std::process::abort",
    "runtime.gopanic",
    "runtime.sigpanic",
];
/// Whole names of functions of the C library.
const LIBRARY: &[&str] = &[
    "abort",
    "raise",
    "gsignal",
    "kill",
    "pthread_kill",
    "malloc",
    "free",
    "calloc",
    "realloc",
    "memcpy",
    "memmove",
    "memset",
    "memcmp",
    "memchr",
    "strlen",
    "strcpy",
    "strncpy",
    "strcat",
    "strncat",
    "strcmp",
    "strncmp",
    "strcasecmp",
    "strncasecmp",
    "strdup",
    "strndup",
    "strchr",
    "strstr",
    "strtol",
    "sprintf",
    "snprintf",
    "vsprintf",
    "vsnprintf",
    "printf",
    "fread",
    "fwrite",
    "posix_memalign",
    "aligned_alloc",
    "panic",
];
/// Beginnings of functions below the project's own: the fuzzer and the start of the process.
const BELOW: &[&str] =
    &["fuzzer::", "__libc_start", "_start", "start_thread", "clone", "rust_fuzzer_"];

/// Takes the runtime's frames off the top and the fuzzer's off the bottom.
fn projects_own(mut frames: Vec<Frame>) -> Vec<Frame> {
    let of_runtime = |frame: &Frame| {
        let name = frame.function.as_str();
        RUNTIME.iter().any(|start| name.starts_with(start))
            || LIBRARY.contains(&name)
            || name.starts_with("fuzzer::")
    };
    let below = |frame: &Frame| {
        let name = frame.function.as_str();
        name == "main" || BELOW.iter().any(|start| name.starts_with(start))
    };
    let top = frames.iter().take_while(|frame| of_runtime(frame)).count();
    frames.drain(..top);
    while frames.last().is_some_and(below) {
        frames.pop();
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::{frame, without_values};

    #[test]
    fn functions_without_parameters_and_addresses() {
        let check = |text: &str, function: &str, at: &str| {
            let frame = frame(text).unwrap();
            let place = frame.at.map(|l| format!("{} {} {}", l.path, l.line, l.column));
            assert_eq!(
                (frame.function.as_str(), place.unwrap_or_default().as_str()),
                (function, at)
            );
        };
        check("#0 0x4f2a11 in parse /src/a b/c.c:12:3", "parse", "/src/a b/c.c 12 3");
        check("#1 0x4f in ns::A<int>::go(int, char const*) a.cc:7", "ns::A<int>::go", "a.cc 7 0");
        check(
            "#2 0x4f in (anonymous namespace)::f() /a.cc:1:2",
            "(anonymous namespace)::f",
            "/a.cc 1 2",
        );
        check("#3 0x4f in A::operator()(int) const /a.cc:1", "A::operator()", "/a.cc 1 0");
        check("#4 0x7f in free (/lib/libc.so.6+0x9a) (BuildId: aa)", "free", "");
        check("#5 write_it <null> (prog+0x4b)", "write_it", "");
        assert!(frame("#6 0x7f (/lib/libc.so.6+0x9a)").is_none());
        assert!(frame("no frame").is_none());
    }

    #[test]
    fn kinds_have_no_values() {
        assert_eq!(
            without_values("signed integer overflow: 2147483647 + 1"),
            "signed integer overflow"
        );
        assert_eq!(
            without_values("load of misaligned address 0x7f01 for type"),
            "load of misaligned address"
        );
        assert_eq!(without_values("heap-use-after-free"), "heap-use-after-free");
    }
}
