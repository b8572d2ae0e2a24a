//! The report as JSON, for scripts.

use super::escape::escape_json;
use super::model::Report;

/// The report, indented, with a line end. Characters that could mislead a reader are escaped.
pub fn render(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report).unwrap_or_default();
    let mut text = escape_json(&text);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::{fixture, model};

    fn validator() -> jsonschema::Validator {
        let schema = include_str!("../../schemas/report.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        jsonschema::draft202012::new(&schema).unwrap()
    }

    fn report() -> Value {
        let runs = [
            fixture::clean(),
            fixture::soft(),
            fixture::broken(),
            fixture::weak(),
            fixture::dead(),
            fixture::bug(),
        ];
        serde_json::from_str(&render(&model::build(&runs))).unwrap()
    }

    #[test]
    fn a_report_has_the_shape_that_its_schema_promises() {
        let report = report();
        let faults: Vec<String> = validator()
            .iter_errors(&report)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }

    #[test]
    fn the_schema_refuses_what_is_no_report() {
        let validator = validator();
        for (pointer, value) in [
            ("/version", json!(2)),
            ("/servers/0/revisions/0", json!("2025-01-01")),
            ("/servers/0/outcomes/0/status", json!("ok")),
            ("/servers/2/findings/0/fingerprint", json!("x")),
            ("/servers/4/diagnosis/kind", json!("unknown")),
        ] {
            let mut report = report();
            *report.pointer_mut(pointer).unwrap() = value;
            assert!(!validator.is_valid(&report), "{pointer}");
        }
        let mut report = report();
        report["servers"][0]["outcomes"][0]
            .as_object_mut()
            .unwrap()
            .remove("evidence");
        assert!(!validator.is_valid(&report), "a pass needs evidence");
    }

    #[test]
    fn the_whole_report_looks_like_this() {
        let runs = [fixture::broken(), fixture::dead()];
        let text = render(&model::build(&runs));
        assert_eq!(text, include_str!("testdata/report.json"));
    }

    #[test]
    fn only_timings_differ_between_equal_runs() {
        let mut slower = fixture::broken();
        slower.elapsed_ms *= 2;
        let without_timings = |run| {
            let mut value = serde_json::to_value(model::build(&[run])).unwrap();
            value.as_object_mut().unwrap().remove("timings");
            value
        };
        assert_eq!(without_timings(slower), without_timings(fixture::broken()));
    }
}
