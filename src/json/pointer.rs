//! JSON Pointer (RFC 6901): names for places inside a document.

use super::{Node, NodeKind};

/// The token with `~` and `/` escaped, without a leading `/`.
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The pointer to a child: `base` is a pointer, `token` an unescaped member name or array index.
pub fn join(base: &str, token: &str) -> String {
    format!("{base}/{}", escape(token))
}

/// The node that `pointer` names below `root`. `None` when the pointer is malformed or names
/// nothing; the index `-` names nothing. Of duplicate members the last one is meant.
pub fn resolve<'a>(root: &'a Node, pointer: &str) -> Option<&'a Node> {
    if pointer.is_empty() {
        return Some(root);
    }
    let mut node = root;
    for token in pointer.strip_prefix('/')?.split('/') {
        let token = unescape(token)?;
        node = match &node.kind {
            NodeKind::Object(_) => node.get(&token)?,
            NodeKind::Array(items) => items.get(array_index(&token)?)?,
            _ => return None,
        };
    }
    Some(node)
}

/// The node that `pointer` names, or the deepest one on the way to it that exists, with its pointer.
pub fn nearest<'a, 'p>(root: &'a Node, pointer: &'p str) -> (&'a Node, &'p str) {
    let mut known = pointer;
    while !known.is_empty() {
        if let Some(node) = resolve(root, known) {
            return (node, known);
        }
        known = &known[..known.rfind('/').unwrap_or_default()];
    }
    (root, "")
}

/// `None` when a `~` is not followed by `0` or `1`.
fn unescape(token: &str) -> Option<String> {
    let mut pieces = token.split('~');
    let mut name = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (escaped, rest) = piece.split_at_checked(1)?;
        name.push(match escaped {
            "0" => '~',
            "1" => '/',
            _ => return None,
        });
        name.push_str(rest);
    }
    Some(name)
}

/// Digits without a leading zero, as RFC 6901 section 4 wants them.
fn array_index(token: &str) -> Option<usize> {
    let canonical = token == "0" || !token.starts_with(['0', '+']);
    if !canonical {
        return None;
    }
    token.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::scan;

    fn document(text: &str) -> Node {
        scan(text.as_bytes()).root.expect("valid JSON")
    }

    /// The example document of RFC 6901 section 5.
    const EXAMPLE: &str = r#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#;

    #[test]
    fn rfc_examples_resolve() {
        let root = document(EXAMPLE);
        let number = |pointer: &str| resolve(&root, pointer).and_then(Node::to_value);
        assert_eq!(resolve(&root, ""), Some(&root));
        assert_eq!(number("/foo/0"), Some("bar".into()));
        for (pointer, expected) in [
            ("/", 0),
            ("/a~1b", 1),
            ("/c%d", 2),
            ("/e^f", 3),
            ("/g|h", 4),
            ("/i\\j", 5),
            ("/k\"l", 6),
            ("/ ", 7),
            ("/m~0n", 8),
        ] {
            assert_eq!(number(pointer), Some(expected.into()), "{pointer}");
        }
    }

    #[test]
    fn malformed_and_missing_pointers_name_nothing() {
        let root = document(EXAMPLE);
        for pointer in [
            "foo", "/foo/2", "/foo/00", "/foo/01", "/foo/+1", "/foo/-", "/foo/-1", "/foo/", "/m~n",
            "/m~", "/m~2n", "/foo/0/x", "/nope", "/m~éa",
        ] {
            assert_eq!(resolve(&root, pointer), None, "{pointer}");
        }
    }

    #[test]
    fn tilde_one_after_tilde_zero_is_not_unescaped_twice() {
        assert_eq!(unescape("~01").as_deref(), Some("~1"));
        assert_eq!(escape("~1/"), "~01~1");
    }

    proptest! {
        #[test]
        fn joined_names_resolve(outer in "[~/01a\"é]{0,6}", inner in ".{0,6}") {
            let value = serde_json::json!({ outer.as_str(): [null, { inner.as_str(): 7 }] });
            let root = document(&value.to_string());
            let pointer = join(&join(&join("", &outer), "1"), &inner);
            prop_assert_eq!(resolve(&root, &pointer).and_then(Node::to_value), Some(7.into()));
            prop_assert_eq!(value.pointer(&pointer), Some(&7.into()));
        }
    }
}
