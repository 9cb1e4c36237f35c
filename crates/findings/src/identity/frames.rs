//! Which frames of a crash are the project's own?
//!
//! The runtime, the sanitizer, the allocator and the language's library stand on top of many crashes and say
//! nothing of them (field notes, «ClusterFuzz»: the state is the innermost three frames).

/// Frames that make the state of a crash.
const TOP: usize = 3;

/// Beginnings of functions that are nobody's own.
const FOREIGN: &[&str] = &[
    "__asan",
    "__msan",
    "__tsan",
    "__ubsan",
    "__hwasan",
    "__lsan",
    "__interceptor",
    "__sanitizer",
    "__libc_",
    "__GI_",
    "__restore_rt",
    "__assert",
    "__stack_chk",
    "__fortify",
    "__rust",
    "rust_begin_unwind",
    "rust_panic",
    "core::",
    "std::",
    "alloc::",
    "<core::",
    "<alloc::",
    "<std::",
    "operator new",
    "operator delete",
    "fuzzer::",
    "asan_",
    "runtime.",
    "testing.",
    "java.",
    "jdk.",
    "sun.",
    "com.code_intelligence.jazzer.",
];

/// Whole names that are nobody's own.
const LIBRARY: &[&str] = &[
    "malloc",
    "calloc",
    "realloc",
    "free",
    "abort",
    "raise",
    "gsignal",
    "memcpy",
    "memmove",
    "memset",
    "memcmp",
    "strlen",
    "strcpy",
    "strncpy",
    "strcmp",
    "strcat",
    "printf",
    "main",
    "_start",
    "LLVMFuzzerTestOneInput",
    "??",
    "",
];

/// The innermost frames of the project, at most three, without arguments, addresses and template parameters.
/// When every frame is foreign, the innermost of them.
pub fn project_frames(frames: &[String]) -> Vec<String> {
    let plain: Vec<String> = frames.iter().map(|frame| function(frame)).collect();
    let own = |frame: &&String| {
        !LIBRARY.contains(&frame.as_str()) && !FOREIGN.iter().any(|f| frame.starts_with(f))
    };
    let found: Vec<String> = plain.iter().filter(own).take(TOP).cloned().collect();
    if !found.is_empty() {
        return found;
    }
    plain.into_iter().filter(|frame| !frame.is_empty()).take(TOP).collect()
}

/// `ns::parse<int>(char const*) +0x1c` is `ns::parse`.
fn function(frame: &str) -> String {
    let frame = frame.trim();
    let frame = frame.split_once(" in ").map_or(frame, |(_, name)| name);
    let mut name = String::with_capacity(frame.len());
    let mut depth = 0_u32;
    for c in frame.chars() {
        match c {
            // An impl block of Rust or an anonymous namespace is part of the name.
            '<' if name.is_empty() => name.push(c),
            '(' if name.is_empty() || name.ends_with("::") => name.push(c),
            '<' => depth += 1,
            '>' if depth > 0 => depth -= 1,
            '(' if depth == 0 => break,
            '+' if depth == 0 && !name.ends_with("operator") => break,
            c if depth == 0 => name.push(c),
            _ => {}
        }
    }
    let name = name.trim();
    // Rust's hash behind the name changes with each build.
    let hash = name
        .rsplit_once("::h")
        .filter(|(_, hash)| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
    hash.map_or(name, |(name, _)| name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::project_frames;

    fn check(frames: &[&str], expect: &[&str]) {
        let frames: Vec<String> = frames.iter().map(|&f| f.to_owned()).collect();
        assert_eq!(project_frames(&frames), expect);
    }

    #[test]
    fn the_innermost_three_of_the_project() {
        check(
            &["__interceptor_memcpy", "png::read<int>(char const*)", "png_load +0x1c", "main"],
            &["png::read", "png_load"],
        );
        check(&["a", "b", "c", "d"], &["a", "b", "c"]);
        check(&["free", "__libc_start_main"], &["free", "__libc_start_main"]);
        check(&["app::parse::h0123456789abcdef"], &["app::parse"]);
        check(&["(anonymous namespace)::f(int)"], &["(anonymous namespace)::f"]);
        check(&["", "  "], &[]);
    }
}
