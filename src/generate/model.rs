//! A JSON Schema as far as values can be made from it.

use serde_json::{Map, Value, json};

use crate::spec::{Revision, schema};

/// References and alternatives are followed this deep.
const DEEPEST: usize = 6;

/// What a place in a value may hold.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// One of these values: `const`, `enum`, `examples`.
    Fixed(Vec<Value>),
    Object(Vec<Member>, Closed),
    Array(Box<Items>),
    Text(Text),
    Integer(Bounds),
    Number(Bounds),
    Boolean,
    Null,
    /// One of several.
    Union(Vec<Node>),
    /// Anything at all.
    Anything,
}

/// True when members without a name in the schema are excluded.
pub(super) type Closed = bool;

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) node: Node,
    pub(super) required: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Items {
    /// `None` when no item can be made.
    pub(super) item: Option<Node>,
    pub(super) least: usize,
    pub(super) most: Option<usize>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    pub(super) least: usize,
    pub(super) most: Option<usize>,
    pub(super) pattern: Option<String>,
    pub(super) format: Option<String>,
}

/// Bounds of a number, both inclusive.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bounds {
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
    pub(super) step: Option<f64>,
    /// A bound excludes itself; boundary values are then left to others.
    pub(super) is_exclusive: bool,
}

/// Reads a schema; `None` when nothing can be made from it.
pub(super) fn read(root: &Value) -> Option<Node> {
    Reader { root }.node(root, 0)
}

/// Reads a definition of the protocol's own schema.
pub(super) fn read_definition(revision: Revision, name: &str) -> Option<Node> {
    let definition = schema::definition(revision, name)?;
    let root = schema::document(revision);
    Reader { root }.node(definition, 0)
}

struct Reader<'s> {
    root: &'s Value,
}

impl Reader<'_> {
    fn node(&self, schema: &Value, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            return None;
        }
        let members = match schema {
            Value::Bool(true) => return Some(Node::Anything),
            Value::Object(members) => self.flat(members, depth)?,
            _ => return None,
        };
        if let Some(constant) = members.get("const") {
            return Some(Node::Fixed(vec![constant.clone()]));
        }
        if let Some(Value::Array(values)) = members.get("enum") {
            return (!values.is_empty()).then(|| Node::Fixed(values.clone()));
        }
        for name in ["anyOf", "oneOf"] {
            if let Some(Value::Array(branches)) = members.get(name) {
                return self.union(&members, name, branches, depth);
            }
        }
        match members.get("type") {
            Some(Value::String(kind)) => self.of_kind(kind, &members, depth),
            Some(Value::Array(kinds)) => {
                let kinds = kinds.iter().filter_map(Value::as_str);
                some_of(
                    kinds
                        .filter_map(|kind| self.of_kind(kind, &members, depth))
                        .collect(),
                )
            }
            _ if members.contains_key("properties") => self.of_kind("object", &members, depth),
            _ if members.contains_key("items") => self.of_kind("array", &members, depth),
            _ if members.contains_key("pattern") || members.contains_key("maxLength") => {
                self.of_kind("string", &members, depth)
            }
            _ => Some(Node::Anything),
        }
    }

    /// The keywords of a schema with local references and `allOf` folded in.
    fn flat(&self, schema: &Map<String, Value>, depth: usize) -> Option<Map<String, Value>> {
        if depth > DEEPEST {
            return None;
        }
        let mut flat = schema.clone();
        let mut parts = Vec::new();
        if let Some(reference) = flat.shift_remove("$ref") {
            let pointer = reference.as_str()?.strip_prefix('#')?;
            parts.push(self.root.pointer(pointer)?.clone());
        }
        if let Some(Value::Array(all)) = flat.shift_remove("allOf") {
            parts.extend(all);
        }
        for part in parts {
            match part {
                Value::Object(members) => fold(&mut flat, self.flat(&members, depth + 1)?),
                Value::Bool(true) => {}
                _ => return None,
            }
        }
        Some(flat)
    }

    fn union(
        &self,
        members: &Map<String, Value>,
        name: &str,
        branches: &[Value],
        depth: usize,
    ) -> Option<Node> {
        let mut rest = members.clone();
        rest.shift_remove(name);
        let nodes = branches.iter().filter_map(|branch| {
            let mut whole = rest.clone();
            match branch {
                Value::Object(branch) => fold(&mut whole, self.flat(branch, depth + 1)?),
                Value::Bool(true) => {}
                _ => return None,
            }
            self.node(&Value::Object(whole), depth + 1)
        });
        some_of(nodes.collect())
    }

    fn of_kind(&self, kind: &str, members: &Map<String, Value>, depth: usize) -> Option<Node> {
        Some(match kind {
            "object" => self.object(members, depth)?,
            "array" => Node::Array(Box::new(self.items(members, depth)?)),
            "string" => Node::Text(Text {
                least: size(members, "minLength").unwrap_or(0),
                most: size(members, "maxLength"),
                pattern: text(members, "pattern"),
                format: text(members, "format"),
            }),
            "integer" => Node::Integer(bounds(members)),
            "number" => Node::Number(bounds(members)),
            "boolean" => Node::Boolean,
            "null" => Node::Null,
            _ => return None,
        })
    }

    fn object(&self, members: &Map<String, Value>, depth: usize) -> Option<Node> {
        let required: Vec<&str> = match members.get("required") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let none = Map::new();
        let properties = match members.get("properties") {
            Some(Value::Object(properties)) => properties,
            _ => &none,
        };
        let mut found = Vec::new();
        for (name, schema) in properties {
            let is_required = required.contains(&name.as_str());
            match self.node(schema, depth + 1) {
                Some(node) => found.push(Member {
                    name: name.clone(),
                    node,
                    required: is_required,
                }),
                None if is_required => return None,
                None => {}
            }
        }
        for name in required
            .iter()
            .filter(|name| !properties.contains_key(**name))
        {
            found.push(Member {
                name: (*name).to_owned(),
                node: Node::Anything,
                required: true,
            });
        }
        let closed = ["additionalProperties", "unevaluatedProperties"]
            .iter()
            .any(|name| members.get(*name) == Some(&json!(false)));
        Some(Node::Object(found, closed))
    }

    fn items(&self, members: &Map<String, Value>, depth: usize) -> Option<Items> {
        let item = match members.get("items") {
            None => Some(Node::Anything),
            Some(schema) => self.node(schema, depth + 1),
        };
        let least = size(members, "minItems").unwrap_or(0);
        if item.is_none() && least > 0 {
            return None;
        }
        Some(Items {
            item,
            least,
            most: size(members, "maxItems"),
        })
    }
}

fn some_of(mut nodes: Vec<Node>) -> Option<Node> {
    match nodes.len() {
        0 => None,
        1 => nodes.pop(),
        _ => Some(Node::Union(nodes)),
    }
}

/// Adds keywords to others: members and lists of names are joined, what is there already stays.
fn fold(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (None, value) => {
                into.insert(name, value);
            }
            (Some(Value::Object(known)), Value::Object(more)) if name == "properties" => {
                known.extend(more);
            }
            (Some(Value::Array(known)), Value::Array(more)) if name == "required" => {
                known.extend(more);
            }
            (Some(_), _) => {}
        }
    }
}

fn size(members: &Map<String, Value>, name: &str) -> Option<usize> {
    let number = members.get(name)?;
    let number = number.as_u64().or_else(|| {
        let float = number
            .as_f64()
            .filter(|it| it.fract() == 0.0 && *it >= 0.0)?;
        format!("{float}").parse().ok()
    })?;
    usize::try_from(number).ok()
}

fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    members.get(name)?.as_str().map(str::to_owned)
}

fn bounds(members: &Map<String, Value>) -> Bounds {
    let number = |name: &str| members.get(name).and_then(Value::as_f64);
    let is_true = |name: &str| members.get(name) == Some(&json!(true));
    let (below, above) = (number("exclusiveMinimum"), number("exclusiveMaximum"));
    Bounds {
        least: number("minimum").or(below),
        most: number("maximum").or(above),
        step: number("multipleOf").filter(|step| *step > 0.0),
        is_exclusive: below.is_some()
            || above.is_some()
            || is_true("exclusiveMinimum")
            || is_true("exclusiveMaximum"),
    }
}
