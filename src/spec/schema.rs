//! The protocol's JSON Schemas, compiled into the program, and validation against them.
//!
//! A revision's schema is parsed when it is first used and a definition is compiled when it is
//! first used; all definitions of a revision share one parsed schema. References are resolved
//! within that schema only.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};

use super::fault;
use super::revision::Revision;

pub use super::fault::SchemaFault;

/// The definition of this name, `None` where the revision has none.
pub fn definition(revision: Revision, name: &str) -> Option<&'static Value> {
    schema(revision)
        .document
        .get(definitions_key(revision))?
        .get(name)
}

/// The whole schema of the revision, for readers that follow its references themselves.
pub fn document(revision: Revision) -> &'static Value {
    schema(revision).document
}

/// Judges a value by a definition of the revision. Formats are annotations and not judged.
///
/// # Errors
///
/// The faults, at most [`MOST_FAULTS`], in the order of the schema. A definition that the
/// revision lacks is a fault of its own, at the root.
pub fn validate(
    revision: Revision,
    definition_name: &str,
    value: &Value,
) -> Result<(), Vec<SchemaFault>> {
    let Some(validator) = validator(revision, definition_name) else {
        return Err(vec![SchemaFault::unknown_definition(
            revision,
            definition_name,
        )]);
    };
    let faults: Vec<SchemaFault> = validator
        .iter_errors(value)
        .flat_map(|error| fault::reduce(&error))
        .take(MOST_FAULTS)
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// A hostile value does not make an endless report.
pub const MOST_FAULTS: usize = 200;

/// The key under which a schema keeps its definitions.
pub const fn definitions_key(revision: Revision) -> &'static str {
    match revision {
        Revision::V2024_11_05 | Revision::V2025_03_26 | Revision::V2025_06_18 => "definitions",
        Revision::V2025_11_25 | Revision::V2026_07_28 => "$defs",
    }
}

struct Schema {
    document: &'static Value,
    registry: Registry<'static>,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// Runs that use compiled definitions.
static USERS: AtomicUsize = AtomicUsize::new(0);

/// A run that uses compiled definitions; what one run compiles serves all that are on their way.
#[derive(Debug)]
pub struct InUse(());

impl InUse {
    /// Counts until it is dropped.
    pub fn begin() -> Self {
        USERS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        USERS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Drops the compiled definitions of a revision, unless more than one run uses them; they are
/// compiled anew when they are needed again.
pub fn forget(revision: Revision) {
    if USERS.load(Ordering::Relaxed) > 1 {
        return;
    }
    let mut validators = schema(revision)
        .validators
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    validators.clear();
}

fn schema(revision: Revision) -> &'static Schema {
    static SCHEMAS: [LazyLock<Schema>; 5] = [
        LazyLock::new(|| load(Revision::V2024_11_05)),
        LazyLock::new(|| load(Revision::V2025_03_26)),
        LazyLock::new(|| load(Revision::V2025_06_18)),
        LazyLock::new(|| load(Revision::V2025_11_25)),
        LazyLock::new(|| load(Revision::V2026_07_28)),
    ];
    &SCHEMAS[revision as usize]
}

const fn source(revision: Revision) -> &'static str {
    match revision {
        Revision::V2024_11_05 => include_str!("../../schemas/mcp/2024-11-05.json"),
        Revision::V2025_03_26 => include_str!("../../schemas/mcp/2025-03-26.json"),
        Revision::V2025_06_18 => include_str!("../../schemas/mcp/2025-06-18.json"),
        Revision::V2025_11_25 => include_str!("../../schemas/mcp/2025-11-25.json"),
        Revision::V2026_07_28 => include_str!("../../schemas/mcp/2026-07-28.json"),
    }
}

const fn draft(revision: Revision) -> Draft {
    match revision {
        Revision::V2024_11_05 | Revision::V2025_03_26 | Revision::V2025_06_18 => Draft::Draft7,
        Revision::V2025_11_25 | Revision::V2026_07_28 => Draft::Draft202012,
    }
}

fn load(revision: Revision) -> Schema {
    let mut document: Value = serde_json::from_str(source(revision))
        .expect("the embedded schemas are parsed by the tests");
    open_json_value(&mut document);
    let document: &'static Value = Box::leak(Box::new(document));
    let registry = Registry::new()
        .draft(draft(revision))
        .add(uri(revision), document)
        .and_then(jsonschema::RegistryBuilder::prepare)
        .expect("the embedded schemas refer to themselves only");
    Schema {
        document,
        registry,
        validators: Mutex::default(),
    }
}

/// `JSONValue` stands for any JSON in the types of 2026-07-28, but the generated definition lacks
/// null and fractions. Taken at its word it would refuse a capability with `"rate": 0.5`.
fn open_json_value(document: &mut Value) {
    if let Some(definition) = document.pointer_mut("/$defs/JSONValue") {
        *definition = json!({});
    }
}

fn uri(revision: Revision) -> String {
    format!("urn:mcp:{revision}")
}

fn validator(revision: Revision, name: &str) -> Option<Arc<Validator>> {
    let schema = schema(revision);
    definition(revision, name)?;
    let mut validators = schema
        .validators
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = validators.get(name) {
        return Some(Arc::clone(validator));
    }
    let reference = format!("{}#/{}/{name}", uri(revision), definitions_key(revision));
    let validator = jsonschema::options()
        .with_draft(draft(revision))
        .with_registry(&schema.registry)
        .should_validate_formats(false)
        .offline()
        .build(&json!({ "$ref": reference }))
        .expect("the tests compile every embedded definition");
    let validator = Arc::new(validator);
    validators.insert(name.to_owned(), Arc::clone(&validator));
    Some(validator)
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
