//! The part of a `Content-Type` that names the format.

/// The media type in lower case without parameters and outer blanks; empty when there is none.
pub fn essence(content_type: &str) -> String {
    let end = content_type.find(';').unwrap_or(content_type.len());
    content_type[..end].trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::essence;

    #[test]
    fn parameters_case_and_blanks_do_not_matter() {
        for written in [
            "text/event-stream",
            "Text/Event-Stream; charset=utf-8",
            " text/event-stream ;x=\"a;b\"",
            "TEXT/EVENT-STREAM;",
        ] {
            assert_eq!(essence(written), "text/event-stream", "{written}");
        }
    }

    #[test]
    fn nothing_stays_nothing() {
        assert_eq!(essence(""), "");
        assert_eq!(essence("; charset=utf-8"), "");
    }
}
