//! Is one word another one with a slip of the finger in it?

/// Most slips.
const SLIPS: usize = 2;
/// Longest word that is compared, in characters.
const LONGEST: usize = 100;

/// Whether two different words are at most two insertions, deletions or replacements of characters apart, without regard
/// to case, and have anything in common.
pub(crate) fn is_near(a: &str, b: &str) -> bool {
    let (x, y): (Vec<char>, Vec<char>) = (lower(a), lower(b));
    if a == b || x.len().max(y.len()) > LONGEST || x.len().abs_diff(y.len()) > SLIPS {
        return false;
    }
    let slips = distance(&x, &y);
    slips <= SLIPS && slips < x.len().max(y.len())
}

fn lower(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect()
}

/// Levenshtein's distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut last = i + 1;
        let mut next = vec![last];
        for (y, pair) in b.iter().zip(row.windows(2)) {
            if let [before, above] = pair {
                last = (before + usize::from(x != y)).min(above + 1).min(last + 1);
                next.push(last);
            }
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn two_slips_are_near_and_another_word_is_not() {
        for (a, b) in
            [("whol", "whole"), ("Whole", "whole"), ("hwole", "whole"), ("whloe", "whole")]
        {
            assert!(is_near(a, b) && is_near(b, a), "{a} {b}");
        }
        for (a, b) in
            [("whole", "whole"), ("code", "whole"), ("src", "whole"), ("a", "b"), ("", "a")]
        {
            assert!(!is_near(a, b), "{a} {b}");
        }
    }
}
