//! Two JSON Schemas: does the new one accept more, or less?
//!
//! A statement is made only where the keywords alone prove it. Where combinators could make up for
//! a difference beside them, or a keyword is not understood, the step says so.

mod facts;

use std::collections::BTreeSet;

use serde_json::Value;

use self::facts::{
    COMBINATORS, DEEPEST, HANDLED, LISTS, Members, PARTS, TEXTS, address, escaped, is_open,
    is_trivial, limit, relation, required, resolved, summary, target, types, values,
};

/// How the values that the new schema accepts relate to those of the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Some that were accepted are not any more.
    Narrower,
    /// Some more are accepted.
    Wider,
    /// Some more, and some others not any more.
    Apart,
    /// A property that the old schema let pass undescribed is described now.
    Described,
    /// Undescribed properties are not accepted any more.
    Closed,
    /// Undescribed properties are accepted now.
    Opened,
    /// The same values; only texts differ.
    Wording,
    /// It cannot be told.
    Unknown,
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    /// JSON pointer of the schema that differs, through references.
    pub(super) at: String,
    pub(super) effect: Effect,
    pub(super) what: String,
    pub(super) before: Value,
    pub(super) after: Value,
}

/// All differences between two schemas.
pub(super) fn compare(old: &Value, new: &Value) -> Vec<Step> {
    let mut comparison = Comparison {
        old_root: old,
        new_root: new,
        steps: Vec::new(),
        followed: BTreeSet::new(),
        is_certain: true,
    };
    comparison.schemas("", old, new, 0);
    comparison.steps
}

struct Comparison<'s> {
    old_root: &'s Value,
    new_root: &'s Value,
    steps: Vec<Step>,
    /// Pairs of schemas that references led to, by address; each is compared once.
    followed: BTreeSet<(usize, usize)>,
    /// False below and beside combinators.
    is_certain: bool,
}

impl<'s> Comparison<'s> {
    fn add(&mut self, at: &str, effect: Effect, what: String, before: &Value, after: &Value) {
        let proves = matches!(effect, Effect::Narrower | Effect::Wider | Effect::Apart);
        self.steps.push(Step {
            at: at.to_owned(),
            effect: if proves && !self.is_certain {
                Effect::Unknown
            } else {
                effect
            },
            what,
            before: before.clone(),
            after: after.clone(),
        });
    }

    fn schemas(&mut self, at: &str, old: &'s Value, new: &'s Value, depth: usize) {
        let (before, after) = (resolved(self.old_root, old), resolved(self.new_root, new));
        let followed = !std::ptr::eq(before, old) || !std::ptr::eq(after, new);
        if followed {
            self.texts_beside(at, old, new);
            let pair = (address(before), address(after));
            if !self.followed.insert(pair) {
                return;
            }
        }
        if depth > DEEPEST {
            if before != after {
                let what = "schema changed, deeper than it is compared".into();
                self.add(at, Effect::Unknown, what, &Value::Null, &Value::Null);
            }
            return;
        }
        let is_true = |schema: &Value| is_trivial(schema);
        match (before, after) {
            (Value::Object(old), Value::Object(new)) => self.objects(at, old, new, depth),
            _ if before == after || (is_true(before) && is_true(after)) => {}
            (_, Value::Bool(false)) => {
                let what = "nothing is accepted any more".into();
                self.add(at, Effect::Narrower, what, before, after);
            }
            (Value::Bool(false), _) => {
                let what = "something is accepted now".into();
                self.add(at, Effect::Wider, what, before, after);
            }
            (_, Value::Bool(true)) => {
                let what = "everything is accepted now".into();
                self.add(at, Effect::Wider, what, before, after);
            }
            _ => self.add(at, Effect::Unknown, "schema changed".into(), before, after),
        }
    }

    /// Texts that stand beside references.
    fn texts_beside(&mut self, at: &str, old: &Value, new: &Value) {
        for name in TEXTS {
            let text = |schema: &Value| match schema.get("$ref") {
                Some(_) => schema.get(name).cloned().unwrap_or_default(),
                None => Value::Null,
            };
            let (before, after) = (text(old), text(new));
            if before != after {
                self.add(at, Effect::Wording, name.to_owned(), &before, &after);
            }
        }
    }

    fn objects(&mut self, at: &str, old: &'s Members, new: &'s Members, depth: usize) {
        let was_certain = self.is_certain;
        let combines = |schema: &Members| COMBINATORS.iter().any(|name| schema.contains_key(*name));
        self.is_certain = was_certain && !combines(old) && !combines(new);
        self.types_and_values(at, old, new);
        self.properties(at, old, new, depth);
        self.additional(at, old, new, depth);
        self.items(at, old, new, depth);
        self.parts(at, old, new, depth);
        self.bounds(at, old, new);
        self.rest(at, old, new);
        self.is_certain = was_certain;
    }

    fn types_and_values(&mut self, at: &str, old: &Members, new: &Members) {
        let (old_values, new_values) = (values(old), values(new));
        let (old_type, new_type) = (&old.get("type"), &new.get("type"));
        let shown = |value: &Option<&Value>| value.cloned().unwrap_or(Value::Null);
        if old_values.is_none() && new_values.is_none() {
            let (before, after) = (types(old), types(new));
            if before != after {
                let effect = relation(&before, &after);
                let (old, new) = (shown(old_type), shown(new_type));
                self.add(at, effect, "type".into(), &old, &new);
            }
            return;
        }
        let listed = |values: &Option<BTreeSet<String>>| match values {
            None => Value::Null,
            Some(values) => values.iter().cloned().collect::<Vec<String>>().into(),
        };
        let (before, after) = (listed(&old_values), listed(&new_values));
        match (&old_values, &new_values) {
            (Some(old), Some(new)) if old != new => {
                let effect = relation(old, new);
                self.add(at, effect, "allowed values".into(), &before, &after);
            }
            (None, Some(_)) => {
                let what = "only these values are allowed now";
                self.add(at, Effect::Narrower, what.into(), &before, &after);
            }
            (Some(_), None) => {
                let what = "any value is allowed now";
                let admits_all = old.get("type").is_none() || types(old).is_subset(&types(new));
                let effect = if admits_all {
                    Effect::Wider
                } else {
                    Effect::Unknown
                };
                self.add(at, effect, what.into(), &before, &after);
            }
            _ => {}
        }
    }

    fn properties(&mut self, at: &str, old: &'s Members, new: &'s Members, depth: usize) {
        let of = |schema: &'s Members| schema.get("properties").and_then(Value::as_object);
        let (old_all, new_all) = (of(old), of(new));
        let old_at = |name: &str| old_all.and_then(|all| all.get(name));
        let new_at = |name: &str| new_all.and_then(|all| all.get(name));
        self.required(at, old, new);
        for (name, after) in new_all.into_iter().flatten() {
            match old_at(name) {
                Some(before) => {
                    let at = format!("{at}/properties/{}", escaped(name));
                    self.schemas(&at, before, after, depth + 1);
                }
                None if required(new).contains(name.as_str()) => {}
                None => {
                    let what = format!("new optional property `{name}`");
                    let effect = match is_open(old) {
                        true => Effect::Described,
                        false => Effect::Wider,
                    };
                    self.add(at, effect, what, &Value::Null, &summary(after));
                }
            }
        }
        for (name, before) in old_all.into_iter().flatten() {
            if new_at(name).is_none() {
                let what = format!("property `{name}` is gone");
                let effect = match is_open(new) {
                    true => Effect::Unknown,
                    false => Effect::Narrower,
                };
                self.add(at, effect, what, &summary(before), &Value::Null);
            }
        }
    }

    fn required(&mut self, at: &str, old: &'s Members, new: &'s Members) {
        let property = |schema: &'s Members, name: &str| schema.get("properties")?.get(name);
        let (before, after) = (required(old), required(new));
        for name in after.difference(&before) {
            let described = summary(property(new, name).unwrap_or(&Value::Null));
            let (effect, what) = match property(old, name) {
                Some(_) => (Effect::Narrower, format!("`{name}` is required now")),
                None if is_open(old) => {
                    (Effect::Narrower, format!("new required property `{name}`"))
                }
                None => (Effect::Apart, format!("new required property `{name}`")),
            };
            self.add(at, effect, what, &Value::Null, &described);
        }
        for name in before.difference(&after) {
            let what = match property(new, name) {
                Some(_) => format!("`{name}` is no longer required"),
                None => format!("`{name}` is not required any more, nor described"),
            };
            self.add(at, Effect::Wider, what, &Value::Null, &Value::Null);
        }
    }

    fn additional(&mut self, at: &str, old: &'s Members, new: &'s Members, depth: usize) {
        let name = "additionalProperties";
        let (before, after) = (old.get(name), new.get(name));
        let shown = |value: Option<&Value>| value.cloned().unwrap_or(Value::Bool(true));
        let (before_shown, after_shown) = (shown(before), shown(after));
        match (is_open(old), is_open(new)) {
            (true, false) => {
                let what = "undescribed properties are refused now".to_owned();
                self.add(at, Effect::Closed, what, &before_shown, &after_shown);
            }
            (false, true) => {
                let what = "undescribed properties are accepted now".to_owned();
                self.add(at, Effect::Opened, what, &before_shown, &after_shown);
            }
            (true, true) => match (before, after) {
                (Some(before @ Value::Object(_)), Some(after @ Value::Object(_))) => {
                    self.schemas(&format!("{at}/{name}"), before, after, depth + 1);
                }
                _ if before_shown != after_shown => {
                    let what = "schema of undescribed properties".to_owned();
                    self.add(at, Effect::Unknown, what, &before_shown, &after_shown);
                }
                _ => {}
            },
            (false, false) => {}
        }
    }

    fn items(&mut self, at: &str, old: &'s Members, new: &'s Members, depth: usize) {
        match (old.get("items"), new.get("items")) {
            (Some(before), Some(after)) => {
                self.schemas(&format!("{at}/items"), before, after, depth + 1);
            }
            (None, Some(after)) if !is_trivial(after) => {
                let what = "items have a schema now".to_owned();
                self.add(at, Effect::Narrower, what, &Value::Null, &summary(after));
            }
            (Some(before), None) if !is_trivial(before) => {
                let what = "items have no schema any more".to_owned();
                self.add(at, Effect::Wider, what, &summary(before), &Value::Null);
            }
            _ => {}
        }
    }

    /// Schemas within keywords that prove nothing by themselves.
    fn parts(&mut self, at: &str, old: &'s Members, new: &'s Members, depth: usize) {
        let was_certain = std::mem::replace(&mut self.is_certain, false);
        for name in LISTS {
            let (before, after) = (old.get(name), new.get(name));
            let lists = before
                .and_then(Value::as_array)
                .zip(after.and_then(Value::as_array));
            match lists {
                Some((before, after)) if before.len() == after.len() => {
                    for (index, (before, after)) in before.iter().zip(after).enumerate() {
                        self.schemas(&format!("{at}/{name}/{index}"), before, after, depth + 1);
                    }
                }
                _ => self.keyword(at, name, before, after),
            }
        }
        // A reference that stands beside other keywords.
        let referred = |root: &'s Value, schema: &Members| {
            let reference = schema.get("$ref").and_then(Value::as_str)?;
            target(root, reference)
        };
        if let (Some(before), Some(after)) =
            (referred(self.old_root, old), referred(self.new_root, new))
            && self.followed.insert((address(before), address(after)))
        {
            self.schemas(at, before, after, depth + 1);
        }
        for name in PARTS {
            match (old.get(name), new.get(name)) {
                (Some(before @ Value::Object(_)), Some(after @ Value::Object(_))) => {
                    self.schemas(&format!("{at}/{name}"), before, after, depth + 1);
                }
                (before, after) => self.keyword(at, name, before, after),
            }
        }
        self.is_certain = was_certain;
    }

    fn keyword(&mut self, at: &str, name: &str, before: Option<&Value>, after: Option<&Value>) {
        if before != after {
            let shown = |value: Option<&Value>| value.cloned().unwrap_or_default();
            let (before, after) = (shown(before), shown(after));
            self.add(at, Effect::Unknown, name.to_owned(), &before, &after);
        }
    }

    fn bounds(&mut self, at: &str, old: &Members, new: &Members) {
        let least = [
            ("string", "minLength"),
            ("array", "minItems"),
            ("object", "minProperties"),
        ];
        let most = [
            ("string", "maxLength"),
            ("array", "maxItems"),
            ("object", "maxProperties"),
        ];
        for (sign, list) in [(1.0, least), (-1.0, most)] {
            for (kind, name) in list {
                if types(old).contains(kind) && types(new).contains(kind) {
                    let bound = |schema: &Members| schema.get(name).and_then(Value::as_f64);
                    let zero = (sign > 0.0).then_some(0.0);
                    let (before, after) = (bound(old).or(zero), bound(new).or(zero));
                    self.bound(
                        at,
                        name,
                        sign,
                        (before, after),
                        (old.get(name), new.get(name)),
                    );
                }
            }
        }
        if types(old).contains("integer") && types(new).contains("integer") {
            for (sign, name, exclusive) in [
                (1.0, "minimum", "exclusiveMinimum"),
                (-1.0, "maximum", "exclusiveMaximum"),
            ] {
                let (before, after) = (
                    limit(old, name, exclusive, sign),
                    limit(new, name, exclusive, sign),
                );
                let shown =
                    |schema: &'_ Members| schema.get(name).or(schema.get(exclusive)).cloned();
                let (old, new) = (shown(old), shown(new));
                self.bound(
                    at,
                    name,
                    sign,
                    (before, after),
                    (old.as_ref(), new.as_ref()),
                );
            }
        }
    }

    /// `sign` is 1 for a lower bound and -1 for an upper one.
    fn bound(
        &mut self,
        at: &str,
        name: &str,
        sign: f64,
        (before, after): (Option<f64>, Option<f64>),
        (old, new): (Option<&Value>, Option<&Value>),
    ) {
        let effect = match (before, after) {
            (None, Some(_)) => Effect::Narrower,
            (Some(_), None) => Effect::Wider,
            (Some(before), Some(after)) if after * sign > before * sign => Effect::Narrower,
            (Some(before), Some(after)) if after * sign < before * sign => Effect::Wider,
            _ => return,
        };
        let shown = |value: Option<&Value>| value.cloned().unwrap_or_default();
        self.add(at, effect, name.to_owned(), &shown(old), &shown(new));
    }

    /// Keywords without a rule of their own.
    fn rest(&mut self, at: &str, old: &Members, new: &Members) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let (before, after) = (old.get(name), new.get(name));
            let is_part = LISTS.contains(&name.as_str()) || PARTS.contains(&name.as_str());
            if before == after || is_part || HANDLED.contains(&name.as_str()) {
                continue;
            }
            let effect = match (name.as_str(), before, after) {
                (text, _, _) if TEXTS.contains(&text) => Effect::Wording,
                // What leaving it out means may have changed, or only been written down.
                ("default", None, _) => Effect::Wording,
                ("pattern" | "format" | "multipleOf", Some(_), None) => Effect::Wider,
                _ => Effect::Unknown,
            };
            let shown = |value: Option<&Value>| value.cloned().unwrap_or_default();
            self.add(at, effect, name.clone(), &shown(before), &shown(after));
        }
    }
}

#[cfg(test)]
mod tests;
