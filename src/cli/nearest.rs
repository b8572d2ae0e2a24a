//! What somebody may have meant.

/// Names shown at most.
const SHOWN: usize = 3;

/// The names nearest to a word, best first: those that contain it, then those that differ in few
/// letters.
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let most = word.chars().count() / 3 + 1;
    let mut ranked: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            if !word.is_empty() && name.contains(word) {
                return Some((0, name));
            }
            let last = name.rsplit(['/', '.']).next().unwrap_or(name);
            let distance = edits(word, name).min(edits(word, last) + 1);
            (distance <= most).then_some((distance, name))
        })
        .collect();
    ranked.sort_unstable();
    ranked
        .into_iter()
        .take(SHOWN)
        .map(|(_, name)| name)
        .collect()
}

/// Letters to insert, remove or replace to get from one word to the other.
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (at, known) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *known);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", "abc"), 0);
    }

    #[test]
    fn what_was_meant_comes_first() {
        let names = [
            "jsonrpc/version-field",
            "stdio/exit-on-eof",
            "tools/list",
            "tools/listed",
        ];
        assert_eq!(
            nearest("jsonrpc/version-feild", names),
            ["jsonrpc/version-field"]
        );
        assert_eq!(nearest("exit-on-eof", names), ["stdio/exit-on-eof"]);
        assert_eq!(nearest("exit-on-eod", names), ["stdio/exit-on-eof"]);
        assert_eq!(nearest("tools/list", names), ["tools/list", "tools/listed"]);
        assert!(nearest("completely different", names).is_empty());
    }
}
