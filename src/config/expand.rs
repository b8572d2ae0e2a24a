//! `${VAR}` in client configurations.
//!
//! Clients agree on the braces and differ in the rest: `${VAR}` and `${VAR:-default}` (Claude Code),
//! `${env:VAR}`, `${workspaceFolder}` and `${userHome}` (VS Code, Cursor). What only the client
//! itself could answer, such as `${input:token}`, is an error that says so.

use std::path::Path;

/// Where values come from.
#[derive(Clone, Copy)]
pub struct Values<'v> {
    /// Looks up an environment variable.
    pub env: &'v dyn Fn(&str) -> Option<String>,
    /// The directory that `${workspaceFolder}` stands for.
    pub workspace: &'v Path,
}

/// Replaces every `${...}` in a text.
///
/// # Errors
/// One sentence part that names the variable, to be put after the name of the key.
pub fn expand(text: &str, values: Values<'_>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        let inner = &from[2..];
        let Some(end) = inner.find('}') else { break };
        expanded.push_str(before);
        expanded.push_str(&value_of(&inner[..end], values)?);
        rest = &inner[end + 1..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

fn value_of(expression: &str, values: Values<'_>) -> Result<String, String> {
    if let Some((name, default)) = expression.split_once(":-") {
        let set = (values.env)(name).filter(|value| !value.is_empty());
        return Ok(set.unwrap_or_else(|| default.to_owned()));
    }
    match expression {
        "workspaceFolder" => return Ok(values.workspace.display().to_string()),
        "userHome" => return variable("HOME", values),
        _ => {}
    }
    match expression.split_once(':') {
        None => variable(expression, values),
        Some(("env", name)) => variable(name, values),
        Some(("input", name)) => Err(format!(
            "${{input:{name}}} is a question that only the editor asks; use ${{env:NAME}} instead"
        )),
        Some(_) => Err(format!("${{{expression}}} is not a known form")),
    }
}

fn variable(name: &str, values: Values<'_>) -> Result<String, String> {
    (values.env)(name).ok_or_else(|| {
        format!("the environment variable {name} is not set; set it, or write ${{{name}:-default}}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> Result<String, String> {
        let env = |name: &str| match name {
            "A" => Some("one".to_owned()),
            "EMPTY" => Some(String::new()),
            "HOME" => Some("/home/me".to_owned()),
            _ => None,
        };
        let values = Values {
            env: &env,
            workspace: Path::new("/srv/place"),
        };
        expand(text, values)
    }

    #[test]
    fn every_form_is_replaced_and_other_text_stays() {
        let cases = [
            ("plain $A {A}", "plain $A {A}"),
            ("x${A}y${A}", "xoneyone"),
            ("${env:A}", "one"),
            ("${B:-two}", "two"),
            ("${A:-two}", "one"),
            ("${EMPTY:-two}", "two"),
            ("${EMPTY}", ""),
            ("${workspaceFolder}/s.py", "/srv/place/s.py"),
            ("${userHome}", "/home/me"),
            ("open ${A", "open ${A"),
        ];
        for (text, want) in cases {
            assert_eq!(expanded(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_known_is_named() {
        let unset = expanded("${NOPE}").unwrap_err();
        assert!(
            unset.contains("NOPE is not set") && unset.contains("${NOPE:-default}"),
            "{unset}"
        );
        assert!(
            expanded("${input:token}")
                .unwrap_err()
                .contains("${input:token}")
        );
        assert!(
            expanded("${command:x}")
                .unwrap_err()
                .contains("${command:x}")
        );
    }
}
