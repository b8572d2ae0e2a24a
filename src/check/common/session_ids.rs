//! What can be told about session ids from their text.

use std::collections::BTreeSet;

/// Numbers that lie closer together than this in all sessions are counted or read off a clock.
const SPREAD: u128 = 1 << 32;
/// Characters that are too few to hold 32 bits.
const FEW: usize = 5;

/// In what the ids differ, when that is little enough to try out.
pub fn likeness(ids: &BTreeSet<&str>) -> Option<String> {
    let first = ids.first()?;
    let all_alike = |other: &str, same: fn(&str, &str) -> usize| same(first, other);
    let start = ids.iter().map(|id| all_alike(id, common_start)).min()?;
    let shortest = ids.iter().map(|id| id.len()).min()?;
    let end = ids.iter().map(|id| all_alike(id, common_end)).min()?;
    let end = end.min(shortest - start);
    let parts: Vec<&str> = ids
        .iter()
        .map(|id| id.get(start..id.len() - end))
        .collect::<Option<_>>()?;
    if parts.iter().all(|part| part.len() <= FEW) {
        return Some(format!("they differ in no more than {FEW} characters"));
    }
    let numbers: Vec<u128> = [10, 16].into_iter().find_map(|radix| {
        let numbers = parts
            .iter()
            .map(|part| u128::from_str_radix(part, radix).ok());
        numbers.collect::<Option<_>>()
    })?;
    let spread = numbers.iter().max()? - numbers.iter().min()?;
    (spread < SPREAD).then(|| "they differ in a number that counts up or tells the time".to_owned())
}

/// A UUID of version 1: the time in units of 100 ns, and the address of the machine.
pub fn is_time_based(id: &str) -> bool {
    let groups: Vec<&str> = id.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups[2].starts_with('1')
        && groups[3].starts_with(['8', '9', 'a', 'b', 'A', 'B'])
        && groups
            .iter()
            .all(|group| group.bytes().all(|it| it.is_ascii_hexdigit()))
}

fn common_start(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

fn common_end(a: &str, b: &str) -> usize {
    let pairs = a.bytes().rev().zip(b.bytes().rev());
    pairs.take_while(|(a, b)| a == b).count()
}

/// Ids that are shorter could be those of other clients, changed or not.
const SHORTEST: usize = 16;
/// Characters that are changed, from the end.
const CHANGED: usize = 8;

/// An id of the same length and alphabet that the server did not give out.
pub fn unlike(id: &str) -> Option<String> {
    if id.len() < SHORTEST || !id.is_ascii() {
        return None;
    }
    let mut left = CHANGED;
    let reversed = id.chars().rev().map(|character| {
        if left == 0 || !character.is_ascii_alphanumeric() {
            return character;
        }
        left -= 1;
        match character {
            '9' => '0',
            'f' => 'a',
            'F' => 'A',
            'z' => 'g',
            'Z' => 'G',
            other => char::from(other as u8 + 1),
        }
    });
    let changed: Vec<char> = reversed.collect();
    Some(changed.into_iter().rev().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_alike(ids: [&str; 3]) -> bool {
        likeness(&ids.into()).is_some()
    }

    #[test]
    fn counters_and_clocks_are_recognised() {
        assert!(is_alike(["1", "2", "3"]));
        assert!(is_alike(["s-9-x", "s-10-x", "s-11-x"]));
        assert!(is_alike([
            "1795242541399",
            "1795242541402",
            "1795242588900"
        ]));
        assert!(is_alike(["00ff00fe", "00ff00ff", "00ff0100"]));
    }

    #[test]
    fn random_ids_are_left_alone() {
        assert!(!is_alike([
            "959d0fe7-dc0f-48c7-b7f6-c07cbec5622a",
            "4423e775-ccaf-45e4-97c6-402c246d0a0a",
            "edc810b3-413e-45f7-99e3-b626129f1085",
        ]));
        assert!(!is_alike([
            "4b4449f01d7b4668b77e57a3f3912e5b",
            "4b9cacecdb9446379f156ee7e13ebccb",
            "4b02a8ab8abe410b8b32e243e5b3ce8b",
        ]));
        assert!(!is_alike([
            "V1StGXR8_Z5jdHi6B-myT",
            "Uakgb_J5m9g-0JDMbcJqL",
            "3z4rYkq-_lXs0T9aPq2Bv"
        ]));
    }

    #[test]
    fn ids_made_of_time_are_recognised() {
        assert!(is_time_based("c232ab00-9414-11ec-b3c8-9f6bdeced846"));
        assert!(!is_time_based("959d0fe7-dc0f-48c7-b7f6-c07cbec5622a"));
        assert!(!is_time_based("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
        assert!(!is_time_based("1"));
    }

    #[test]
    fn made_up_ids_keep_length_and_alphabet() {
        assert_eq!(
            unlike("959d0fe7-dc0f-48c7-b7f6-c07cbec5622f").as_deref(),
            Some("959d0fe7-dc0f-48c7-b7f6-c07ccfd6733a")
        );
        assert_eq!(unlike("session-12"), None);
    }
}
