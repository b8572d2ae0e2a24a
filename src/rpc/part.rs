//! Values inside messages. Equal results share one value: the answers of a session repeat each
//! other, and a tree takes ten times the memory of its text.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{Deref, Range};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use serde_json::Value;

use crate::json::Node;

/// A value inside a message, which shares its memory with the message or with equal values.
#[derive(Clone)]
pub struct Part(Root);

#[derive(Clone)]
enum Root {
    Message {
        value: Arc<Value>,
        path: &'static [&'static str],
    },
    Shared(Arc<Shared>),
}

/// A value and where it is written.
struct Shared {
    message: Arc<[u8]>,
    span: Range<usize>,
    value: Value,
}

impl Shared {
    fn text(&self) -> &[u8] {
        &self.message[self.span.clone()]
    }
}

/// Bytes from which on a value is shared; a smaller one is made faster than found.
const WORTH_SHARING: usize = 128;

/// The values that are in use anywhere, by the hashes of their texts.
#[derive(Default)]
struct InUse {
    by_hash: HashMap<u64, Weak<Shared>>,
    /// The number of entries at which those that are gone are dropped.
    crowded: usize,
}

static IN_USE: LazyLock<Mutex<InUse>> = LazyLock::new(Mutex::default);

impl Part {
    /// The part at a path of a message's value.
    pub(super) fn within(message: &Arc<Value>, path: &'static [&'static str]) -> Self {
        let value = Arc::clone(message);
        Self(Root::Message { value, path })
    }

    /// A node of a message's text, which the span of the node counts in.
    pub(super) fn shared(node: &Node, message: &Arc<[u8]>) -> Self {
        let text = &message[node.span.clone()];
        if text.len() < WORTH_SHARING {
            return Self::from(node.to_value_lossy());
        }
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(shared) = in_use().by_hash.get(&hash).and_then(Weak::upgrade)
            && shared.text() == text
        {
            return Self(Root::Shared(shared));
        }
        let shared = Arc::new(Shared {
            message: Arc::clone(message),
            span: node.span.clone(),
            value: node.to_value_lossy(),
        });
        in_use().add(hash, &shared);
        Self(Root::Shared(shared))
    }
}

fn in_use() -> std::sync::MutexGuard<'static, InUse> {
    IN_USE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl InUse {
    fn add(&mut self, hash: u64, shared: &Arc<Shared>) {
        if self.by_hash.len() >= self.crowded {
            self.by_hash.retain(|_, value| value.strong_count() > 0);
            self.crowded = 2 * self.by_hash.len() + 64;
        }
        self.by_hash.insert(hash, Arc::downgrade(shared));
    }
}

impl Deref for Part {
    type Target = Value;

    fn deref(&self) -> &Value {
        match &self.0 {
            Root::Message { value, path } => path.iter().fold(value, |value, key| &value[key]),
            Root::Shared(shared) => &shared.value,
        }
    }
}

impl From<Value> for Part {
    fn from(value: Value) -> Self {
        Self::within(&Arc::new(value), &[])
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}
