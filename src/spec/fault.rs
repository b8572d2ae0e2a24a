//! Turns the errors of the validator into faults that a reader can act on.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde::Serialize;
use serde_json::Value;

use super::revision::Revision;

/// One deviation of a value from a definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SchemaFault {
    /// JSON pointer to the value that is wrong, or to the object that lacks a member.
    pub pointer: String,
    /// What is wrong with it, without the value.
    pub message: String,
    /// True for a fraction where the schema asks for an integer. The types that the schema was
    /// made from say `number` there, so that this alone is a warning at most.
    pub only_fraction: bool,
}

impl SchemaFault {
    fn at(error: &ValidationError<'_>, message: String) -> Self {
        Self {
            pointer: error.instance_path().to_string(),
            message,
            only_fraction: is_only_fraction(error),
        }
    }

    pub(super) fn unknown_definition(revision: Revision, name: &str) -> Self {
        Self {
            pointer: String::new(),
            message: format!("{revision} has no definition named {name}"),
            only_fraction: false,
        }
    }
}

/// The faults behind one error: those of the branch that was most likely meant where none of
/// several alternatives fits.
pub(super) fn reduce(error: &ValidationError<'_>) -> Vec<SchemaFault> {
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            best_branch(error, context)
        }
        _ => vec![SchemaFault::at(error, error.masked().to_string())],
    }
}

type Branch = Vec<ValidationError<'static>>;

fn best_branch(error: &ValidationError<'_>, branches: &[Branch]) -> Vec<SchemaFault> {
    let fitting: Vec<&Branch> = branches
        .iter()
        .filter(|branch| !branch.iter().any(|it| is_other_type(error, it)))
        .collect();
    if fitting.is_empty() {
        return vec![SchemaFault::at(error, error.masked().to_string())];
    }
    let meant: Vec<&Branch> = fitting
        .iter()
        .copied()
        .filter(|branch| !branch.iter().any(|it| discriminator(error, it).is_some()))
        .collect();
    if meant.is_empty() {
        return vec![no_such_kind(error, &fitting)];
    }
    let least = meant
        .iter()
        .map(|branch| branch.len())
        .min()
        .unwrap_or_default();
    let mut best = meant.into_iter().filter(|branch| branch.len() == least);
    let mut faults: Vec<SchemaFault> = match best.next() {
        Some(branch) => branch.iter().flat_map(reduce).collect(),
        None => Vec::new(),
    };
    for branch in best {
        join(
            &mut faults,
            &branch.iter().flat_map(reduce).collect::<Vec<_>>(),
        );
    }
    faults
}

/// Alternatives that are equally near are named beside each other when each misses in one place.
fn join(faults: &mut [SchemaFault], others: &[SchemaFault]) {
    if let ([fault], [other]) = (faults, others)
        && fault.pointer == other.pointer
        && !fault.message.contains(&other.message)
    {
        fault.message = format!("{}, or {}", fault.message, other.message);
    }
}

/// True when the branch wants another JSON type than the value has.
fn is_other_type(parent: &ValidationError<'_>, error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { .. })
        && error.instance_path() == parent.instance_path()
}

/// Members whose constant value says which alternative is meant.
const DISCRIMINATORS: [&str; 3] = ["type", "method", "mode"];

/// The discriminating member that says the value is of another kind than the branch.
fn discriminator(
    parent: &ValidationError<'_>,
    error: &ValidationError<'_>,
) -> Option<&'static str> {
    let constant = matches!(
        error.kind(),
        ValidationErrorKind::Constant { .. } | ValidationErrorKind::Enum { .. }
    );
    let path = error.instance_path().to_string();
    let member = path
        .strip_prefix(&parent.instance_path().to_string())?
        .strip_prefix('/')?;
    DISCRIMINATORS
        .into_iter()
        .find(|name| constant && *name == member)
}

fn no_such_kind(parent: &ValidationError<'_>, branches: &[&Branch]) -> SchemaFault {
    let mut known = Vec::new();
    let mut member = DISCRIMINATORS[0];
    for error in branches.iter().copied().flatten() {
        let Some(name) = discriminator(parent, error) else {
            continue;
        };
        member = name;
        let expected = match error.kind() {
            ValidationErrorKind::Constant { expected_value } => vec![expected_value.to_string()],
            ValidationErrorKind::Enum { options } => match options.as_ref() {
                Value::Array(options) => options.iter().map(ToString::to_string).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        for value in expected {
            if !known.contains(&value) {
                known.push(value);
            }
        }
    }
    SchemaFault {
        pointer: format!("{}/{member}", parent.instance_path()),
        message: format!("{member} is none of {}", known.join(", ")),
        only_fraction: false,
    }
}

fn is_only_fraction(error: &ValidationError<'_>) -> bool {
    let ValidationErrorKind::Type { kind } = error.kind() else {
        return false;
    };
    let integer = match kind {
        TypeKind::Single(kind) => *kind == JsonType::Integer,
        TypeKind::Multiple(kinds) => kinds.contains(JsonType::Integer),
    };
    integer && error.instance().is_number()
}
