//! The requirement catalogue, compiled into the program.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::requirement::Requirement;

/// The catalogue. It is read on first use.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::read);
    &CATALOGUE
}

/// Every requirement, by id.
#[derive(Debug)]
pub struct Catalogue {
    rows: BTreeMap<String, Requirement>,
}

impl Catalogue {
    /// The requirement with this id.
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.rows.get(id)
    }

    /// Every requirement, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.rows.values()
    }

    /// Requirements whose id is `prefix` or goes on after it with a dot, sorted by id.
    pub fn by_prefix<'c>(&'c self, prefix: &'c str) -> impl Iterator<Item = &'c Requirement> {
        self.rows
            .range(prefix.to_owned()..)
            .take_while(move |(id, _)| id.starts_with(prefix))
            .filter(move |(id, _)| id.len() == prefix.len() || id[prefix.len()..].starts_with('.'))
            .map(|(_, row)| row)
    }

    fn read() -> Self {
        let rows = SOURCES.iter().flat_map(|source| parse(source));
        Self {
            rows: rows.map(|row| (row.id.clone(), row)).collect(),
        }
    }
}

const SOURCES: [&str; 13] = [
    include_str!("../../schemas/requirements/auth.toml"),
    include_str!("../../schemas/requirements/client-features.toml"),
    include_str!("../../schemas/requirements/http.toml"),
    include_str!("../../schemas/requirements/jsonrpc.toml"),
    include_str!("../../schemas/requirements/lifecycle.toml"),
    include_str!("../../schemas/requirements/logging.toml"),
    include_str!("../../schemas/requirements/patterns.toml"),
    include_str!("../../schemas/requirements/prompts.toml"),
    include_str!("../../schemas/requirements/resources.toml"),
    include_str!("../../schemas/requirements/schema.toml"),
    include_str!("../../schemas/requirements/tasks.toml"),
    include_str!("../../schemas/requirements/tools.toml"),
    include_str!("../../schemas/requirements/transport.toml"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    requirement: Vec<Requirement>,
}

fn parse(source: &str) -> Vec<Requirement> {
    let source: Source =
        toml::from_str(source).expect("the embedded catalogue is parsed by the tests");
    source.requirement
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
