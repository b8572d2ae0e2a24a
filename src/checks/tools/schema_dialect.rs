//! Input and output schemas are valid JSON Schemas of the dialect they are written in.
//!
//! A client compiles these schemas to check arguments and results. One that breaks its own dialect
//! cannot be compiled, or means something else to each client. Name the dialect in `$schema` when it
//! is not 2020-12, and run the schema through a validator in a test. A typical slip is the array
//! form of `items` or a boolean `exclusiveMinimum`, which only older dialects have.
//!
//! ```mcp passes
//! > tools/list
//! < merge {"tools":[{"name":"a","inputSchema":{"$schema":"http://json-schema.org/draft-07/schema#",
//! | "type":"object","properties":{"pair":{"items":[{},{}]}}}}],"nextCursor":null}
//! ```
//!
//! ```mcp fails tools.input-schema.valid-in-its-dialect
//! > tools/list
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object","properties":{"pair":{"items":[{},{}]}}}}],
//! | "nextCursor":null}
//! ```
//!
//! ```mcp fails tools.input-schema.valid-in-its-dialect
//! > tools/list
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object","properties":{"n":{"$ref":"#/$defs/n"}}}}],
//! | "nextCursor":null}
//! ```
//!
//! ```mcp fails tools.input-schema.is-a-json-schema
//! revision 2025-06-18
//! > tools/list
//! < merge {"tools":[{"name":"a","inputSchema":{"type":"object","properties":{"n":{"type":"any"}}}}],
//! | "nextCursor":null}
//! ```
//!
//! ```mcp inconclusive
//! > tools/list
//! < merge {"tools":[{"name":"a","inputSchema":{"$schema":"https://example.com/mine","type":"object"}}],
//! | "nextCursor":null}
//! ```

use crate::check::common::json_schema::{Fault, dialects, fault};
use crate::check::common::listing::{Listed, listed};
use crate::check::prelude::*;

pub(crate) const CHECK: Check = Check {
    covers: &[
        "tools.input-schema.is-a-json-schema",
        "tools.input-schema.valid-in-its-dialect",
    ],
    transports: Transports::All,
    needs: &[Need::Declares(&["tools"])],
    effect: Effect::Harmless,
    scope: Scope::EachRevision,
    since: "0.1.0",
    method: Method::Watch(judge),
};

fn judge(view: &View) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let ruling = verdicts.on(match view.revision >= Revision::V2025_11_25 {
        true => "tools.input-schema.valid-in-its-dialect",
        false => "tools.input-schema.is-a-json-schema",
    });
    for tool in listed(view, "tools/list", "tools") {
        for member in ["inputSchema", "outputSchema"] {
            if let Some(schema) = tool.value.get(member).filter(|schema| schema.is_object()) {
                judge_schema(ruling, view.revision, &tool, member, schema);
            }
        }
    }
    ruling.not_applicable("no tools were listed");
    verdicts
}

fn judge_schema(
    ruling: &mut Ruling,
    revision: Revision,
    tool: &Listed<'_>,
    member: &str,
    schema: &Value,
) {
    let name = &tool.value["name"];
    let Some(dialects) = dialects(schema, revision) else {
        let dialect = &schema["$schema"];
        ruling.inconclusive(format!(
            "the {member} of {name} is written in the dialect {dialect}"
        ));
        return;
    };
    let skip = |place: &str| is_of_the_protocol(revision, member, place);
    let faults: Vec<Option<Fault>> = dialects
        .iter()
        .map(|draft| fault(schema, *draft, &skip))
        .collect();
    // Where no dialect is fixed, one that accepts the schema is enough.
    if faults.contains(&None) {
        ruling.held(tool.message.at.clone());
        return;
    }
    let Some(mildest) = faults.into_iter().flatten().min_by_key(gravity) else {
        return;
    };
    let about = |pointer: &str, text: String| {
        let place = tool.pointer("tools", &format!("/{member}{pointer}"));
        Problem::new(tool.subject("tool", "name"), text).at_pointer(tool.message, &place)
    };
    match mildest {
        Fault::Broken(place) => {
            let text = format!(
                "The {member} of {name} is no valid JSON Schema: {} at {:?}.",
                place.what, place.pointer
            );
            ruling.broken(about(&place.pointer, text));
        }
        Fault::Foreign(place) => {
            let text = format!(
                "In the {member} of {name}, {} at {:?}.",
                place.what, place.pointer
            );
            ruling.odd(about(&place.pointer, text));
        }
        Fault::Unclear(why) => {
            ruling.inconclusive(format!("the {member} of {name}: {why}"));
        }
    }
}

fn gravity(fault: &Fault) -> u8 {
    match fault {
        Fault::Unclear(_) => 0,
        Fault::Foreign(_) => 1,
        Fault::Broken(_) => 2,
    }
}

/// Places that the protocol's own schema types: they are judged with the results.
fn is_of_the_protocol(revision: Revision, member: &str, place: &str) -> bool {
    let segments: Vec<&str> = place.split('/').skip(1).collect();
    match segments.as_slice() {
        ["$schema"] => revision >= Revision::V2025_11_25,
        ["type"] => member == "inputSchema" || revision.era() == Era::Handshake,
        ["properties" | "required"] | ["properties" | "required", _] => {
            revision.era() == Era::Handshake
        }
        _ => false,
    }
}
