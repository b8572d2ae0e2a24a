//! The explain page of a check and the scripts in it: both are the `//!` text of its file.

/// The `//!` text of a source file as Markdown.
pub fn page(source: &str) -> String {
    let lines = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let mut page = lines.collect::<Vec<_>>().join("\n");
    page.push('\n');
    page
}

/// The first line of the explain page: the check in one sentence.
pub fn headline(source: &str) -> String {
    let page = page(source);
    let paragraph = page.split("\n\n").next().unwrap_or_default();
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an example script must lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Every requirement of the check that the script reaches passes, none is broken.
    Passes,
    /// The named requirement, or any covered one when unnamed, is broken: failed or warned.
    Fails,
    /// At least one requirement is inconclusive and none is broken.
    Inconclusive,
}

/// A fenced script of an explain page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What it must lead to.
    pub expectation: Expectation,
    /// Name after the expectation; for `Fails` the requirement that is broken.
    pub name: String,
    /// The script.
    pub script: String,
    /// Line of the opening fence in the page, from 1.
    pub line: usize,
}

/// The fenced scripts of a page: fences whose first word is `mcp`.
pub fn examples(page: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(words) = line.strip_prefix("```mcp ") else {
            continue;
        };
        let mut words = words.split_whitespace();
        let expectation = match words.next() {
            Some("passes") => Expectation::Passes,
            Some("fails") => Expectation::Fails,
            Some("inconclusive") => Expectation::Inconclusive,
            _ => continue,
        };
        let name = words.collect::<Vec<_>>().join(" ");
        let script = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| !line.starts_with("```"))
            .collect::<Vec<_>>()
            .join("\n");
        examples.push(Example {
            expectation,
            name,
            script,
            line: index + 1,
        });
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "//! One thing.\n//! Still it.\n//!\n//! ```mcp fails a.b\n//! > ping\n//! < silence\n//! ```\nuse x;\n//! not part";

    #[test]
    fn page_headline_and_examples_come_from_the_module_text() {
        let page = page(SOURCE);
        assert!(page.starts_with("One thing.\nStill it.\n\n"));
        assert!(!page.contains("not part"));
        assert_eq!(headline(SOURCE), "One thing. Still it.");
        let examples = examples(&page);
        assert_eq!(examples.len(), 1);
        assert_eq!(examples[0].expectation, Expectation::Fails);
        assert_eq!(examples[0].name, "a.b");
        assert_eq!(examples[0].script, "> ping\n< silence");
        assert_eq!(examples[0].line, 4);
    }
}
