//! Annotations name only the roles user and assistant, a priority from 0 to 1, and ISO 8601 times.
//!
//! Clients use annotations to decide what to show to whom and what to keep when space is short. A
//! value outside the scale, such as a percentage, sorts wrongly everywhere. Give `priority` as a
//! fraction and `lastModified` as a date and time with an offset, such as `2025-01-12T15:00:58Z`.
//!
//! ```mcp passes
//! > resources/list
//! < merge /resources/0 {"annotations":{"audience":["user"],"priority":0.8,"lastModified":"2025-01-12T15:00:58Z"}}
//! ```
//!
//! ```mcp fails annotations.audience-and-priority
//! > resources/list
//! < merge /resources/0 {"annotations":{"audience":["developer"]}}
//! ```
//!
//! ```mcp fails annotations.audience-and-priority
//! > tools/call
//! < result {"content":[{"type":"text","text":"a","annotations":{"priority":80}}]}
//! ```
//!
//! ```mcp fails annotations.last-modified-iso8601
//! > resources/list
//! < merge /resources/0 {"annotations":{"lastModified":"yesterday"}}
//! ```

use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "annotations.audience-and-priority",
        "annotations.last-modified-iso8601",
    ],
    transports: Transports::All,
    needs: &[],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

const VALUES: &str = "annotations.audience-and-priority";
const MODIFIED: &str = "annotations.last-modified-iso8601";

/// Results that hold annotated things: method, the list in the result, the annotated thing within
/// an item of it, the kind and the member that names it in findings.
const HOLDERS: [(&str, &str, &str, &str); 7] = [
    ("resources/list", "resources", "", "resource"),
    (
        "resources/templates/list",
        "resourceTemplates",
        "",
        "template",
    ),
    ("resources/read", "contents", "", "resource"),
    ("tools/call", "content", "", "tool"),
    ("tools/call", "content", "/resource", "tool"),
    ("prompts/get", "messages", "/content", "prompt"),
    ("prompts/get", "messages", "/content/resource", "prompt"),
];

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for (method, list, within, kind) in HOLDERS {
        for (exchange, result) in view.results_of(method) {
            let items = result[list].as_array().into_iter().flatten().enumerate();
            for (index, item) in items {
                let annotations = item.pointer(&format!("{within}/annotations"));
                let Some(annotations) = annotations.and_then(Value::as_object) else {
                    continue;
                };
                let pointer = format!("/result/{list}/{index}{within}/annotations");
                let about = |text: String| {
                    Problem::new(subject(kind, &exchange, item), text)
                        .at_pointer(exchange.responses[0], &pointer)
                };
                let at = exchange.responses[0].at.clone();
                let faults = [
                    audience_fault(annotations.get("audience")),
                    priority_fault(annotations.get("priority")),
                ];
                let ruling = verdicts.on(VALUES);
                for fault in faults.iter().flatten() {
                    ruling.broken(about(fault.clone()));
                }
                if faults == [None, None] {
                    ruling.held(at.clone());
                }
                if let Some(Value::String(time)) = annotations.get("lastModified") {
                    judge_time(verdicts.on(MODIFIED), time, at, &about);
                }
            }
        }
    }
    verdicts
        .on(VALUES)
        .not_applicable("no annotations were seen");
    verdicts
        .on(MODIFIED)
        .not_applicable("no lastModified was seen");
    verdicts
}

fn subject(kind: &str, exchange: &Exchange<'_>, item: &Value) -> String {
    let params = exchange.params().cloned().unwrap_or_default();
    let name = match exchange.method() {
        "tools/call" | "prompts/get" => params["name"].as_str(),
        "resources/read" => params["uri"].as_str(),
        _ => item["uri"].as_str().or(item["uriTemplate"].as_str()),
    };
    name.map_or_else(|| kind.to_owned(), |name| format!("{kind}:{name}"))
}

fn audience_fault(audience: Option<&Value>) -> Option<String> {
    let audience = audience?;
    let Some(roles) = audience.as_array() else {
        return Some(format!(
            "The audience of annotations is {audience}, not an array."
        ));
    };
    let stranger = roles
        .iter()
        .find(|role| *role != "user" && *role != "assistant")?;
    Some(format!(
        "The audience of annotations names {stranger}, which is neither \"user\" nor \"assistant\"."
    ))
}

fn priority_fault(priority: Option<&Value>) -> Option<String> {
    let priority = priority?;
    let is_fraction = priority
        .as_f64()
        .is_some_and(|value| (0.0..=1.0).contains(&value));
    (!is_fraction)
        .then(|| format!("The priority of annotations is {priority}, not a number from 0 to 1."))
}

fn judge_time(ruling: &mut Ruling, time: &str, at: EventRef, about: &dyn Fn(String) -> Problem) {
    if time.parse::<jiff::Timestamp>().is_ok() {
        ruling.held(at);
    } else if time.parse::<jiff::civil::DateTime>().is_ok() || is_week_date(time) {
        ruling.held(at);
        ruling.remark(about(format!(
            "lastModified is {time:?}, without an offset or a time."
        )));
    } else {
        ruling.broken(about(format!(
            "lastModified is {time:?}, which is no ISO 8601 time."
        )));
    }
}

/// `2025-W03` and `2025-W03-1`.
fn is_week_date(text: &str) -> bool {
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let Some((year, rest)) = text.split_once("-W") else {
        return false;
    };
    let (week, day) = rest.split_once('-').unwrap_or((rest, "1"));
    digits(year, 4) && digits(week, 2) && digits(day, 1)
}
