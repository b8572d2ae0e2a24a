use super::*;
use crate::engine::ServerRun;
use crate::report::fixture;
use crate::report::model::build;
use crate::report::standing::FailOn;

fn directions() -> Directions {
    let events = [
        ("2025-11-25/main#9".to_owned(), Direction::Sent),
        ("2025-11-25/main#13".to_owned(), Direction::Received),
    ];
    BTreeMap::from([("broken".to_owned(), events.into_iter().collect())])
}

fn coloured(runs: &[ServerRun], look: Look) -> String {
    render(&build(runs), &directions(), look)
}

fn page(runs: &[ServerRun], look: Look) -> String {
    anstream::adapter::strip_str(&coloured(runs, look)).to_string()
}

fn narrow() -> Look {
    Look {
        width: 100,
        ..Look::default()
    }
}

#[test]
fn the_whole_page_reads_like_this() {
    let page = page(&[fixture::clean(), fixture::broken()], narrow());
    assert_eq!(page, include_str!("testdata/page.txt"));
}

#[test]
fn the_verbose_strict_ascii_page_reads_like_this() {
    let look = Look {
        width: 80,
        ascii: true,
        verbose: true,
        strict: true,
        ..Look::default()
    };
    let page = page(&[fixture::broken(), fixture::dead()], look);
    assert_eq!(page, include_str!("testdata/page-ascii.txt"));
}

#[test]
fn no_line_is_wider_than_the_page_and_none_ends_in_a_space() {
    let runs = [fixture::broken(), fixture::dead(), fixture::soft()];
    for width in [72, 80, 100, 120] {
        for verbose in [false, true] {
            let look = Look {
                width,
                verbose,
                ..Look::default()
            };
            for line in page(&runs, look).lines() {
                assert!(super::super::paint::width(line) <= width, "{width}: {line}");
                assert_eq!(line, line.trim_end(), "{width}");
            }
        }
    }
}

#[test]
fn hostile_text_reaches_the_page_only_as_escapes() {
    let text = page(&[fixture::broken(), fixture::dead()], narrow());
    assert!(text.contains("\\u{202e}evil\\u{1b}[31m"), "{text}");
    assert!(text.contains("Error: no \\u{1b}[31mtoken"), "{text}");
    let raw = coloured(&[fixture::broken(), fixture::dead()], narrow());
    assert!(!raw.contains("\x1b[31mtoken"));
    assert!(!raw.contains('\u{202e}'));
}

#[test]
fn the_last_line_is_the_verdict_and_the_exit_code() {
    let last = |runs: &[ServerRun], fail_on| {
        let look = Look {
            quiet: true,
            fail_on,
            ..Look::default()
        };
        page(runs, look)
    };
    let cases = [
        (
            vec![fixture::clean()],
            FailOn::Must,
            "Passed: every requirement that was judged holds (exit 0).\n",
        ),
        (
            vec![fixture::soft()],
            FailOn::Must,
            "Passed: nothing worse than warnings (exit 0).\n",
        ),
        (
            vec![fixture::soft()],
            FailOn::Should,
            "Failed: 1 warning by soft (exit 1).\n",
        ),
        (
            vec![fixture::broken(), fixture::clean()],
            FailOn::Should,
            "Failed: 2 requirements broken and 1 warning by 1 of 2 servers: broken (exit 1).\n",
        ),
        (
            vec![fixture::broken()],
            FailOn::Never,
            "Requirements are broken, and --fail-on never lets that pass (exit 0).\n",
        ),
        (
            vec![fixture::dead(), fixture::broken()],
            FailOn::Must,
            "Not tested: 1 of 2 servers: dead (exit 3).\n",
        ),
        (
            vec![fixture::bug()],
            FailOn::Must,
            "Defect: mcp-check failed to judge bug; please report this (exit 70).\n",
        ),
    ];
    for (runs, fail_on, want) in cases {
        assert_eq!(last(&runs, fail_on), want);
    }
}

#[test]
fn a_run_that_judged_nothing_does_not_claim_that_all_holds() {
    let mut run = fixture::clean();
    run.outcomes.clear();
    let text = page(&[run], narrow());
    assert!(text.contains("Passed, but no MUST-level requirement was judged (exit 0)."));
    assert!(!text.contains('✔') && !text.contains("100%"), "{text}");
}

#[test]
fn the_legend_explains_the_marks_that_occur_and_no_others() {
    let text = page(&[fixture::clean()], narrow());
    assert!(
        text.contains("✔ all judged") && text.contains("– nothing judged"),
        "{text}"
    );
    assert!(!text.contains('✗') && !text.contains('◐'), "{text}");
}

#[test]
fn security_problems_are_told_from_broken_requirements() {
    let runs = [fixture::weak()];
    let short = page(&runs, narrow());
    for line in [
        "security, high  sec.meta.hidden-unicode  (2025-11-25)",
        "    The tool add has tag characters in description.",
        r"Adds.\u{e0052}\u{e0065}",
        "1 security warning; -v shows it.",
        "Failed: 1 security problem in weak (exit 1).",
    ] {
        assert!(short.contains(line), "{line}\n{short}");
    }
    let verbose = Look {
        verbose: true,
        ..narrow()
    };
    let long = page(&runs, verbose);
    assert!(
        long.contains("security, low, firm  sec.error.stack-trace"),
        "{long}"
    );
}
