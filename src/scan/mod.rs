//! Scanners of text that reaches a model or a person: what is hidden in it, and what it tries.
//!
//! Everything here is a pure function of a text. Scanners say what they saw and where; how much it
//! matters is for the checks to say.

pub mod markup;
pub mod names;
pub mod phrases;
pub mod secrets;
pub mod terminal;
pub mod traces;
pub mod unicode;

use std::ops::Range;

/// Characters shown before a place, within it and after it.
const SHOWN: [usize; 3] = [24, 120, 60];

/// The text around a place, cut at character borders, with signs where something was left out.
pub fn around(text: &str, place: &Range<usize>) -> String {
    let before: Vec<char> = text[..place.start].chars().rev().take(SHOWN[0]).collect();
    let after: String = text[place.end..].chars().take(SHOWN[2]).collect();
    let inside: String = text[place.clone()].chars().take(SHOWN[1]).collect();
    let is_cut = |part: &str, all: &str| if part.len() < all.len() { "…" } else { "" };
    let before: String = before.into_iter().rev().collect();
    format!(
        "{}{before}{inside}{}{after}{}",
        is_cut(&before, &text[..place.start]),
        is_cut(&inside, &text[place.clone()]),
        is_cut(&after, &text[place.end..]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shown_with_its_surroundings() {
        assert_eq!(around("abc", &(1..2)), "abc");
        let long = format!("{}é{}", "x".repeat(100), "y".repeat(100));
        let shown = around(&long, &(100..102));
        assert_eq!(shown.chars().count(), SHOWN[0] + SHOWN[2] + 3);
        assert!(shown.starts_with("…x") && shown.ends_with("y…"), "{shown}");
    }
}
