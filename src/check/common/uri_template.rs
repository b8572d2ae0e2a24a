//! Syntax of RFC 6570 URI templates, all four levels.

/// A template that keeps the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Names of its variables in order; a name may occur more than once.
    pub variables: Vec<String>,
    /// The template with every variable replaced by the letter `x`.
    pub sample: String,
    /// True when it begins with an expression, which may hold the scheme.
    pub begins_open: bool,
}

/// Reads a template.
///
/// # Errors
/// What breaks the grammar, as the end of a sentence that begins with the template.
pub fn parse(text: &str) -> Result<Template, String> {
    let mut template = Template {
        variables: Vec::new(),
        sample: String::new(),
        begins_open: text.starts_with('{'),
    };
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '{' {
            let Some(end) = rest.find('}') else {
                return Err("has a `{` without a `}`".to_owned());
            };
            expression(&rest[1..end], &mut template)?;
            rest = &rest[end + 1..];
        } else {
            let length = literal(rest, first)?;
            template.sample.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    Ok(template)
}

/// Length of the literal character at the start. The apostrophe is allowed by erratum 6937.
fn literal(rest: &str, first: char) -> Result<usize, String> {
    match first {
        '}' => Err("has a `}` without a `{`".to_owned()),
        '%' if is_escape(rest.as_bytes()) => Ok(3),
        '%' => Err("has a `%` that is not followed by two hexadecimal digits".to_owned()),
        ' ' | '"' | '<' | '>' | '\\' | '^' | '`' | '|' => Err(format!(
            "has the character `{first}`, which has to be escaped"
        )),
        _ if first.is_control() => Err("has a control character".to_owned()),
        _ => Ok(first.len_utf8()),
    }
}

fn is_escape(bytes: &[u8]) -> bool {
    bytes.len() >= 3 && bytes[1].is_ascii_hexdigit() && bytes[2].is_ascii_hexdigit()
}

fn expression(inside: &str, template: &mut Template) -> Result<(), String> {
    let operator = inside
        .chars()
        .next()
        .filter(|first| "+#./;?&=,!@|".contains(*first));
    if let Some(reserved) = operator.filter(|operator| "=,!@|".contains(*operator)) {
        return Err(format!(
            "has the expression `{{{inside}}}`, whose operator `{reserved}` is reserved"
        ));
    }
    let list = &inside[operator.map_or(0, char::len_utf8)..];
    for specification in list.split(',') {
        let name = variable(specification).ok_or_else(|| {
            format!("has the expression `{{{inside}}}`, which names no variable by the rules")
        })?;
        template.variables.push(name.to_owned());
    }
    template.sample.push_str(match operator {
        Some('#') => "#x",
        Some('.') => ".x",
        Some('/') => "/x",
        Some(';') => ";x=x",
        Some('?') => "?x=x",
        Some('&') => "&x=x",
        _ => "x",
    });
    Ok(())
}

/// The name in `name`, `name*` or `name:3`.
fn variable(specification: &str) -> Option<&str> {
    let name = match specification.split_once(':') {
        Some((name, length)) if is_prefix_length(length) => name,
        Some(_) => return None,
        None => specification.strip_suffix('*').unwrap_or(specification),
    };
    name.split('.').all(is_name_part).then_some(name)
}

/// 1 to 9999.
fn is_prefix_length(text: &str) -> bool {
    let is_short = (1..=4).contains(&text.len());
    is_short && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name_part(part: &str) -> bool {
    let mut rest = part.as_bytes();
    while let Some(first) = rest.first() {
        let length = match first {
            b'%' if is_escape(rest) => 3,
            b'_' => 1,
            other if other.is_ascii_alphanumeric() => 1,
            _ => return false,
        };
        rest = &rest[length..];
    }
    !part.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_of_all_levels_are_read() {
        for (text, variables, sample) in [
            ("memo://welcome", vec![], "memo://welcome"),
            ("memo://n/{number}", vec!["number"], "memo://n/x"),
            ("file:///{+path}", vec!["path"], "file:///x"),
            (
                "db://{table:3}/{row*}{?q,limit}",
                vec!["table", "row", "q", "limit"],
                "db://x/x?x=x",
            ),
            (
                "http://e/{a.b%20c_1}{#frag}{&more}",
                vec!["a.b%20c_1", "frag", "more"],
                "http://e/x#x&x=x",
            ),
            (
                "x://{.dot}{/seg}{;par}é'",
                vec!["dot", "seg", "par"],
                "x://.x/x;x=xé'",
            ),
        ] {
            let template = parse(text).expect(text);
            assert_eq!(template.variables, variables, "{text}");
            assert_eq!(template.sample, sample);
        }
        assert!(parse("{+all}").expect("legal").begins_open);
    }

    #[test]
    fn what_breaks_the_grammar_is_named() {
        for text in [
            "memo://{",
            "memo://}",
            "memo://{}",
            "memo://{a",
            "memo://{a-b}",
            "memo://{a b}",
            "memo://{a:0}",
            "memo://{a:path}",
            "memo://{a:12345}",
            "memo://{a,}",
            "memo://{=a}",
            "memo://{{a}}",
            "memo://a b",
            "memo://%zz",
            "memo://%",
            "memo://\u{1}",
            "memo://{.}",
            "memo://{a*:3}",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
