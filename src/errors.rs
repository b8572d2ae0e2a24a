//! Why the program cannot go on, each with one clear sentence and, where there is one, the next
//! thing to do. What a server does wrong is never one of these.

use std::path::{Path, PathBuf};

/// Why the program cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line does not make sense.
    #[error("{message}")]
    Usage {
        /// One sentence.
        message: String,
        /// The next thing to do.
        help: Option<String>,
    },
    /// A client configuration cannot be used.
    #[error("{}: {what}", file.display())]
    Config {
        /// The file.
        file: PathBuf,
        /// What is wrong with it, naming the key.
        what: String,
    },
    /// A file cannot be read.
    #[error("{} cannot be read: {why}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the operating system, or the reader of its format, says.
        why: String,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {why}", file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        why: String,
    },
    /// Nothing matches what was asked for.
    #[error("nothing matches {asked}")]
    NothingSelected {
        /// What was asked for.
        asked: String,
    },
    /// Ctrl-C or a request to end.
    #[error("interrupted")]
    Interrupted,
    /// A defect of this program, or of the machine below it.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// A usage error without advice.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            help: None,
        }
    }

    /// A usage error with the next thing to do.
    pub fn usage_with(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// A file that cannot be read.
    pub fn unreadable(file: &Path, why: impl ToString) -> Self {
        Self::Unreadable {
            file: file.to_owned(),
            why: why.to_string(),
        }
    }

    /// A file that cannot be written.
    pub fn unwritable(file: &Path, why: impl ToString) -> Self {
        Self::Unwritable {
            file: file.to_owned(),
            why: why.to_string(),
        }
    }

    /// The next thing to do, where there is one to name.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Usage { help, .. } => help.as_deref(),
            Self::NothingSelected { .. } => Some("`mcp-check list` shows what there is"),
            Self::Internal(_) => Some("this is a defect of mcp-check; please report it"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_file_and_what_to_do() {
        let error = Error::unwritable(Path::new("/x/y.json"), "Permission denied");
        assert_eq!(
            error.to_string(),
            "/x/y.json cannot be written: Permission denied"
        );
        assert_eq!(error.help(), None);
        let error = Error::usage_with("no target", "name one");
        assert_eq!(error.to_string(), "no target");
        assert_eq!(error.help(), Some("name one"));
    }
}
