//! The cases for one schema: chosen by a seed, each proven before it is used.

use std::rc::Rc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::model::{Node, read};
use super::mutation::{Mutation, mutations};
use super::proof::Proof;
use super::strategy::{Presence, strategy};
use crate::check::common::generated::Class;
use crate::spec::Revision;

/// How many cases of a kind there are at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Arguments that fit.
    pub valid: usize,
    /// Arguments that break one rule.
    pub invalid: usize,
}

/// Arguments for one call.
#[derive(Clone)]
pub struct Case {
    /// What they are meant to be.
    pub class: Class,
    /// What is special about them, to complete "arguments with ...".
    pub rule: String,
    /// The arguments.
    pub arguments: Value,
    at: String,
    seed: [u8; 32],
    strategy: BoxedStrategy<Value>,
    proof: Rc<Proof>,
}

/// The cases for one tool.
pub struct Plan {
    /// In the order in which they are to be sent; fitting and broken ones take turns.
    pub cases: Vec<Case>,
    /// How many were made that the validator took for something else.
    pub dropped: usize,
}

/// Makes the cases for arguments of a schema. `None` when nothing can be made or judged by it.
///
/// `salt` keeps tools with the same schema apart.
pub fn plan(
    schema: &Value,
    revision: Revision,
    seed: u64,
    salt: &str,
    limits: Limits,
) -> Option<Plan> {
    let proof = Rc::new(Proof::new(schema, revision)?);
    let root = read(schema)?;
    if !matches!(root, Node::Object(..) | Node::Union(_)) {
        return None;
    }
    let mut maker = Maker {
        seed,
        salt,
        proof,
        dropped: 0,
    };
    let (fitting, broken): (Vec<Mutation>, Vec<Mutation>) = mutations(&root)
        .into_iter()
        .partition(|mutation| mutation.class.is_valid());
    let mut valid: Vec<Case> = Vec::new();
    for (rule, presence) in [
        ("only what is required", Presence::Required),
        ("everything", Presence::All),
    ] {
        let whole = whole(&root, presence, rule.to_owned());
        maker.make(whole, &mut valid);
    }
    for mutation in maker.shuffled(fitting).into_iter().take(limits.valid) {
        maker.make(mutation, &mut valid);
    }
    for number in 0..limits.valid {
        let any = whole(&root, Presence::Any, format!("any values, {number}"));
        maker.make(any, &mut valid);
    }
    valid.truncate(limits.valid);
    let mut invalid = Vec::new();
    let mut ordered = maker.shuffled(broken);
    // The clearest ones first.
    ordered.sort_by_key(|mutation| mutation.class);
    for mutation in ordered.into_iter().take(limits.invalid) {
        maker.make(mutation, &mut invalid);
    }
    Some(Plan {
        cases: in_turns(valid, invalid),
        dropped: maker.dropped,
    })
}

fn whole(root: &Node, presence: Presence, rule: String) -> Mutation {
    Mutation {
        class: Class::Valid,
        rule,
        at: String::new(),
        strategy: strategy(root, "", presence),
    }
}

fn in_turns(valid: Vec<Case>, invalid: Vec<Case>) -> Vec<Case> {
    let mut cases = Vec::new();
    let (mut valid, mut invalid) = (valid.into_iter(), invalid.into_iter());
    loop {
        let (one, other) = (valid.next(), invalid.next());
        if one.is_none() && other.is_none() {
            return cases;
        }
        cases.extend(one);
        cases.extend(other);
    }
}

struct Maker<'p> {
    seed: u64,
    salt: &'p str,
    proof: Rc<Proof>,
    dropped: usize,
}

/// Values that are tried for one case before it is given up.
const ATTEMPTS: u8 = 4;

impl Maker<'_> {
    /// Adds the first proven case of a mutation that is not there yet.
    fn make(&mut self, mutation: Mutation, into: &mut Vec<Case>) {
        let mut is_known = false;
        for attempt in 0..ATTEMPTS {
            let mut case = Case {
                class: mutation.class,
                rule: mutation.rule.clone(),
                arguments: Value::Null,
                at: mutation.at.clone(),
                seed: self.digest(&[mutation.rule.as_bytes(), mutation.at.as_bytes(), &[attempt]]),
                strategy: mutation.strategy.clone(),
                proof: Rc::clone(&self.proof),
            };
            let Some(shrinking) = case.shrinking() else {
                continue;
            };
            case.arguments = shrinking.tree.current();
            is_known = into.iter().any(|known| known.arguments == case.arguments);
            if !is_known && case.fits(&case.arguments) {
                into.push(case);
                return;
            }
        }
        self.dropped += usize::from(!is_known);
    }

    fn shuffled(&self, mut mutations: Vec<Mutation>) -> Vec<Mutation> {
        mutations.sort_by_cached_key(|mutation| {
            self.digest(&[b"order", mutation.rule.as_bytes(), mutation.at.as_bytes()])
        });
        mutations
    }

    fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.seed.to_le_bytes());
        hasher.update(self.salt.as_bytes());
        for part in parts {
            hasher.update([0]);
            hasher.update(part);
        }
        hasher.finalize().into()
    }
}

impl Case {
    /// True when a validator confirms that the arguments are what this case is meant to be.
    pub fn fits(&self, arguments: &Value) -> bool {
        arguments.is_object() && self.proof.confirms(self.class, &self.at, arguments)
    }

    /// The same arguments, ready to be made smaller.
    pub fn shrinking(&self) -> Option<Shrinking> {
        let config = Config {
            failure_persistence: None,
            ..Config::default()
        };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &self.seed);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let tree = self.strategy.new_tree(&mut runner).ok()?;
        Some(Shrinking { tree })
    }
}

/// Arguments that can be made smaller step by step.
pub struct Shrinking {
    tree: Box<dyn ValueTree<Value = Value>>,
}

impl Shrinking {
    /// The arguments at this step.
    pub fn current(&self) -> Value {
        self.tree.current()
    }

    /// Goes on to smaller arguments; false when there are none.
    pub fn simplify(&mut self) -> bool {
        self.tree.simplify()
    }

    /// Takes back a part of the last step, which went too far; false when nothing is left to try.
    pub fn complicate(&mut self) -> bool {
        self.tree.complicate()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIMITS: Limits = Limits {
        valid: 40,
        invalid: 40,
    };

    fn schemas() -> Vec<Value> {
        vec![
            json!({"type": "object", "required": ["text"], "additionalProperties": false,
                "properties": {"text": {"type": "string", "minLength": 2, "maxLength": 9}}}),
            json!({"type": "object", "required": ["n"], "properties": {
                "n": {"type": "integer", "minimum": -3, "maximum": 3},
                "r": {"type": "number", "exclusiveMinimum": 0},
                "kind": {"enum": ["a", "b"]},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2}}}),
            json!({"type": "object", "$defs": {"p": {"type": "object", "required": ["x"],
                "properties": {"x": {"type": ["integer", "null"]}, "next": {"$ref": "#/$defs/p"}}}},
                "properties": {"p": {"$ref": "#/$defs/p"}, "e": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "z": {"type": "string", "pattern": "^[a-z]{2,4}$"}}}),
            json!({"type": "object"}),
        ]
    }

    #[test]
    fn every_case_is_what_it_is_meant_to_be() {
        for schema in schemas() {
            let validator = jsonschema::draft202012::new(&schema).unwrap();
            for seed in 0..10 {
                let plan = plan(&schema, Revision::V2025_11_25, seed, "t", LIMITS).unwrap();
                for case in &plan.cases {
                    let arguments = &case.arguments;
                    let is_valid = validator.is_valid(arguments);
                    assert_eq!(
                        is_valid,
                        case.class.is_valid(),
                        "{}: {arguments}",
                        case.rule
                    );
                }
            }
        }
    }

    #[test]
    fn there_are_cases_of_every_class() {
        let mut classes: Vec<Class> = schemas()
            .iter()
            .filter_map(|schema| plan(schema, Revision::V2025_11_25, 1, "t", LIMITS))
            .flat_map(|plan| plan.cases)
            .map(|case| case.class)
            .collect();
        classes.sort();
        classes.dedup();
        let expected = [
            Class::Valid,
            Class::Strict,
            Class::Lenient,
            Class::Range,
            Class::Closed,
        ];
        assert_eq!(classes, expected);
    }

    #[test]
    fn a_seed_gives_the_same_cases_and_another_gives_others() {
        let shown = |seed: u64| -> String {
            let plans = schemas()
                .into_iter()
                .filter_map(|schema| plan(&schema, Revision::V2025_11_25, seed, "t", LIMITS));
            let cases = plans.flat_map(|plan| plan.cases);
            cases
                .map(|case| format!("{} {}\n", case.rule, case.arguments))
                .collect()
        };
        assert_eq!(shown(1), shown(1));
        assert_ne!(shown(1), shown(2));
        assert!(shown(1).lines().count() > 60, "{}", shown(1));
    }

    #[test]
    fn what_cannot_be_compiled_or_is_no_object_has_no_plan() {
        for schema in [
            json!({"type": "string"}),
            json!({"type": "object", "properties": {"a": {"$ref": "https://example.com/a"}}}),
            json!({"type": "object", "required": ["a"], "properties": {"a": false}}),
        ] {
            assert!(
                plan(&schema, Revision::V2025_11_25, 1, "t", LIMITS).is_none(),
                "{schema}"
            );
        }
    }

    #[test]
    fn shrinking_keeps_what_is_wrong_and_gets_smaller() {
        let schema = &schemas()[1];
        let plan = plan(schema, Revision::V2025_11_25, 3, "t", LIMITS).unwrap();
        let case = plan
            .cases
            .iter()
            .find(|case| case.rule == "an array as n")
            .unwrap();
        let mut shrinking = case.shrinking().unwrap();
        assert_eq!(shrinking.current(), case.arguments);
        while shrinking.simplify() {}
        assert_eq!(shrinking.current(), json!({"n": []}));
        assert!(case.fits(&shrinking.current()));
    }
}
