//! The second opinion: a validator that knows nothing of the strategies.

use jsonschema::Validator;
use serde_json::Value;

use crate::check::common::generated::Class;
use crate::check::common::json_schema::{dialects, validator};
use crate::spec::Revision;

/// Validators for every dialect in which a schema may be read.
pub(super) struct Proof(Vec<Validator>);

impl Proof {
    /// `None` when the schema cannot be compiled without fetching anything, or names a dialect that
    /// is not known here.
    pub(super) fn new(schema: &Value, revision: Revision) -> Option<Self> {
        let drafts = dialects(schema, revision)?;
        let validators: Option<Vec<Validator>> = drafts
            .into_iter()
            .map(|draft| validator(schema, draft))
            .collect();
        validators.filter(|all| !all.is_empty()).map(Self)
    }

    /// True when every dialect agrees that the value is what it is meant to be; of a broken rule
    /// all that is wrong lies at its place.
    pub(super) fn confirms(&self, class: Class, at: &str, value: &Value) -> bool {
        if class.is_valid() {
            return self.0.iter().all(|validator| validator.is_valid(value));
        }
        self.0.iter().all(|validator| {
            let mut errors = validator.iter_errors(value).peekable();
            errors.peek().is_some()
                && errors.all(|error| {
                    let place = error.instance_path().as_str();
                    place == at || place.starts_with(&format!("{at}/"))
                })
        })
    }
}
