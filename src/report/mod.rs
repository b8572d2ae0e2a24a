//! What is made of the outcomes: the report as data, and one file for each form it is read in.

pub mod causes;
pub mod escape;
#[cfg(test)]
pub(crate) mod fixture;
pub mod github;
pub mod json;
pub mod junit;
pub mod live;
pub mod markdown;
pub mod matrix;
pub mod model;
pub mod paint;
pub mod sarif;
pub mod script_page;
pub mod sections;
pub mod standing;
pub mod table;
pub mod terminal;

pub use model::{Report, build};
pub use standing::{FailOn, Standing};
