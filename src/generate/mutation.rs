//! Values at the boundary of a schema, and values that break it in one place.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::model::{Bounds, Items, Node, Text};
use super::strategy::{LONGEST, Presence, is_amount, strategy};
use crate::check::common::generated::Class;

/// A way to change fitting arguments at one place.
#[derive(Clone, Debug)]
pub(super) struct Mutation {
    pub(super) class: Class,
    /// What is special, to complete "arguments with ...".
    pub(super) rule: String,
    /// JSON pointer to where a validator has to complain.
    pub(super) at: String,
    pub(super) strategy: BoxedStrategy<Value>,
}

/// Objects are searched for places this deep.
const DEEPEST: usize = 3;

/// Every mutation of values of this node, in the order of the schema.
pub(super) fn mutations(root: &Node) -> Vec<Mutation> {
    let mut walk = Walk {
        root,
        found: Vec::new(),
    };
    let place = Place {
        node: root,
        path: Vec::new(),
        is_inserted: false,
        under_optional: false,
    };
    walk.inside(&place);
    walk.found
}

/// A place in the arguments.
#[derive(Clone)]
struct Place<'n> {
    node: &'n Node,
    path: Vec<String>,
    /// It is an optional member.
    is_inserted: bool,
    /// It lies within an optional member.
    under_optional: bool,
}

impl Place<'_> {
    fn pointer(&self) -> String {
        let escaped = |name: &String| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        self.path.iter().map(escaped).collect()
    }

    fn parent_pointer(&self) -> String {
        let pointer = self.pointer();
        let cut = pointer.rfind('/').unwrap_or(0);
        pointer[..cut].to_owned()
    }

    fn name(&self) -> &str {
        self.path.last().map_or("the arguments", String::as_str)
    }
}

struct Walk<'n> {
    root: &'n Node,
    found: Vec<Mutation>,
}

impl<'n> Walk<'n> {
    fn inside(&mut self, place: &Place<'n>) {
        let Node::Object(members, closed) = place.node else {
            return;
        };
        if place.path.len() >= DEEPEST {
            return;
        }
        for member in members {
            let mut path = place.path.clone();
            path.push(member.name.clone());
            let inner = Place {
                node: &member.node,
                path,
                is_inserted: !member.required,
                under_optional: place.under_optional || place.is_inserted,
            };
            if member.required {
                let rule = format!("no {}", member.name);
                self.add(Class::Strict, rule, inner.parent_pointer(), &inner, None);
            }
            self.wrong_kind(&inner);
            self.by_kind(&inner);
            self.inside(&inner);
        }
        self.further_members(place, *closed);
    }

    /// A member that the schema does not name: an error where it is closed, else odd at most.
    fn further_members(&mut self, place: &Place<'n>, closed: bool) {
        let further = |name: &str| {
            let mut path = place.path.clone();
            path.push(name.to_owned());
            Place {
                node: &Node::Anything,
                path,
                is_inserted: true,
                under_optional: place.under_optional || place.is_inserted,
            }
        };
        if closed {
            let extra = further("mcpcheck-extra");
            let rule = "a member that the schema excludes".to_owned();
            let at = place.pointer();
            self.add(Class::Closed, rule, at, &extra, Some(just(json!(1))));
            return;
        }
        for name in ["__proto__", "constructor", ""] {
            let extra = further(name);
            let rule = format!("a further member named {name:?}");
            let at = extra.pointer();
            self.add(Class::Valid, rule, at, &extra, Some(just(json!({}))));
        }
    }

    fn add(
        &mut self,
        class: Class,
        rule: String,
        at: String,
        place: &Place<'n>,
        with: Option<BoxedStrategy<Value>>,
    ) {
        let presence = match place.under_optional {
            true => Presence::All,
            false => Presence::Required,
        };
        let base = strategy(self.root, "", presence);
        let path = place.path.clone();
        let strategy = match with {
            Some(with) => (base, with)
                .prop_map(move |(value, with)| set(value, &path, Some(with)))
                .boxed(),
            None => base.prop_map(move |value| set(value, &path, None)).boxed(),
        };
        self.found.push(Mutation {
            class,
            rule,
            at,
            strategy,
        });
    }

    fn put(&mut self, class: Class, what: &str, place: &Place<'n>, with: BoxedStrategy<Value>) {
        let rule = format!("{what} as {}", place.name());
        self.add(class, rule, place.pointer(), place, Some(with));
    }

    /// A value of a kind that nobody converts.
    fn wrong_kind(&mut self, place: &Place<'n>) {
        let object = || select(vec![json!({}), json!({"mcpcheck": 1})]).boxed();
        let array = || select(vec![json!([]), json!(["mcpcheck"])]).boxed();
        match place.node {
            Node::Anything => return,
            Node::Object(..) => self.put(Class::Strict, "a string", place, just(json!("mcpcheck"))),
            Node::Array(_) => self.put(Class::Strict, "an object", place, object()),
            Node::Integer(_) | Node::Number(_) => {
                self.put(Class::Strict, "an array", place, array());
                self.put(Class::Strict, "a word", place, just(json!("mcpcheck")));
                self.put(Class::Lenient, "a numeric string", place, just(json!("5")));
            }
            Node::Text(_) => {
                self.put(Class::Strict, "an object", place, object());
                self.put(Class::Strict, "an array", place, array());
                self.put(Class::Lenient, "a number", place, just(json!(7)));
            }
            Node::Fixed(_) => {
                let other = just(json!("mcpcheck-none-of-these"));
                self.put(Class::Strict, "a value outside the list", place, other);
            }
            Node::Boolean | Node::Null | Node::Union(_) => {
                self.put(Class::Strict, "an object", place, object());
            }
        }
        self.put(Class::Lenient, "null", place, just(Value::Null));
    }

    fn by_kind(&mut self, place: &Place<'n>) {
        match place.node {
            Node::Text(text) => self.text(place, text),
            Node::Integer(bounds) => self.number(place, bounds, true),
            Node::Number(bounds) => self.number(place, bounds, false),
            Node::Array(items) => self.array(place, items),
            Node::Fixed(values) => {
                for value in values.iter().take(MOST_FIXED) {
                    self.put(
                        Class::Valid,
                        &format!("{value}"),
                        place,
                        just(value.clone()),
                    );
                }
            }
            Node::Union(nodes) => {
                for node in nodes {
                    let branch = strategy(node, place.name(), Presence::Any);
                    self.put(Class::Valid, "another alternative", place, branch);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, place: &Place<'n>, text: &Text) {
        let of_length = |length: usize| just(json!("x".repeat(length)));
        if text.least == 0 {
            self.put(Class::Valid, "an empty string", place, of_length(0));
        } else if text.least <= LONGEST {
            self.put(
                Class::Valid,
                "a string just long enough",
                place,
                of_length(text.least),
            );
            self.put(
                Class::Range,
                "a string too short",
                place,
                of_length(text.least - 1),
            );
        }
        match text.most {
            Some(most) if most <= LONGEST => {
                self.put(
                    Class::Valid,
                    "a string just short enough",
                    place,
                    of_length(most),
                );
                self.put(
                    Class::Range,
                    "a string too long",
                    place,
                    of_length(most + 1),
                );
            }
            Some(_) => {}
            None => self.put(Class::Valid, "a long string", place, of_length(LONGEST)),
        }
        if text.pattern.is_some() {
            let odd = select(vec![json!(""), json!("\u{1f600}"), json!("-- mcpcheck --")]);
            self.put(
                Class::Range,
                "a string outside the pattern",
                place,
                odd.boxed(),
            );
        } else {
            for (what, odd) in ODD_TEXTS {
                self.put(Class::Valid, what, place, just(json!(odd)));
            }
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "only whole numbers of moderate size"
    )]
    fn number(&mut self, place: &Place<'n>, bounds: &Bounds, whole: bool) {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let shown = |value: f64| match whole && value.abs() <= EXACT {
            true => just(json!(value as i64)),
            false => just(json!(value)),
        };
        let step = bounds.step.unwrap_or(1.0);
        let is_amount = is_amount(place.name());
        if let Some(least) = bounds.least {
            self.put(
                Class::Range,
                "a number too small",
                place,
                shown(least - step),
            );
            if !bounds.is_exclusive {
                self.put(Class::Valid, "the least number", place, shown(least));
            }
        }
        if let Some(most) = bounds.most {
            self.put(
                Class::Range,
                "a number too large",
                place,
                shown(most + step),
            );
            if !bounds.is_exclusive && !is_amount {
                self.put(Class::Valid, "the largest number", place, shown(most));
            }
        }
        self.put(Class::Valid, "zero", place, shown(0.0));
        if whole {
            self.put(
                Class::Valid,
                "a whole number with a fraction of zero",
                place,
                just(json!(1.0)),
            );
            self.put(Class::Lenient, "a fraction", place, just(json!(1.5)));
        }
        if is_amount {
            return;
        }
        if bounds.least.is_none() {
            self.put(Class::Valid, "a negative number", place, shown(-1.0));
            self.put(
                Class::Valid,
                "the least 64-bit number",
                place,
                just(json!(i64::MIN)),
            );
        }
        if bounds.most.is_none() {
            self.put(
                Class::Valid,
                "a number beyond 53 bits",
                place,
                just(json!(1_i64 << 53)),
            );
            self.put(
                Class::Valid,
                "the largest 64-bit number",
                place,
                just(json!(i64::MAX)),
            );
        }
    }

    fn array(&mut self, place: &Place<'n>, items: &Items) {
        let Some(item) = &items.item else {
            return;
        };
        let values = |count: usize| {
            let item = strategy(item, place.name(), Presence::Required);
            proptest::collection::vec(item, count)
                .prop_map(Value::Array)
                .boxed()
        };
        self.put(
            Class::Valid,
            "as few items as possible",
            place,
            values(items.least.min(MOST_MADE)),
        );
        if items.least > 0 && items.least <= MOST_MADE {
            self.put(
                Class::Range,
                "too few items",
                place,
                values(items.least - 1),
            );
        }
        if let Some(most) = items.most.filter(|most| *most <= MOST_MADE) {
            self.put(
                Class::Valid,
                "as many items as possible",
                place,
                values(most),
            );
            self.put(Class::Range, "too many items", place, values(most + 1));
        }
        let is_scalar = matches!(
            item,
            Node::Text(_) | Node::Integer(_) | Node::Number(_) | Node::Boolean
        );
        if is_scalar && items.least <= 1 {
            let at = format!("{}/0", place.pointer());
            let rule = format!("an object in the list {}", place.name());
            let wrong = just(json!([{"mcpcheck": 1}]));
            self.add(Class::Strict, rule, at, place, Some(wrong));
        }
    }
}

/// Values of a list that are tried one by one.
const MOST_FIXED: usize = 16;
/// Lists longer than this are not made.
const MOST_MADE: usize = 50;

/// Texts that trip up code which counts bytes, prints, or builds other texts.
const ODD_TEXTS: [(&str, &str); 6] = [
    ("a NUL", "a\u{0}b"),
    ("a combining mark", "e\u{301}"),
    ("right-to-left text", "\u{5d0}\u{5d1}\u{202e}abc"),
    ("an emoji", "\u{1f469}\u{200d}\u{1f680}"),
    ("line ends", "a\r\nb\u{2028}c"),
    ("format directives", "%s%n{0}${x}"),
];

fn just(value: Value) -> BoxedStrategy<Value> {
    Just(value).boxed()
}

/// The value with the member at a path replaced, added or removed. Null when there is no such
/// place, which no validator takes for arguments.
fn set(mut value: Value, path: &[String], with: Option<Value>) -> Value {
    let Some((last, parents)) = path.split_last() else {
        return Value::Null;
    };
    let mut at = &mut value;
    for name in parents {
        match at.get_mut(name) {
            Some(inner) => at = inner,
            None => return Value::Null,
        }
    }
    let Value::Object(members) = at else {
        return Value::Null;
    };
    match with {
        Some(with) => {
            members.insert(last.clone(), with);
        }
        None => {
            members.shift_remove(last);
        }
    }
    value
}
