//! A report as a table for people: a line for each member, lists below their names.

use serde_json::Value;

/// Columns of a member's name.
const NAMES: usize = 18;

/// Members of an object in order; `file` and `kind` are the heading.
pub(super) fn of(report: &Value) -> String {
    let text = |name: &str| report.get(name).map(plain).unwrap_or_default();
    let mut lines = vec![format!("{}  {}", text("kind"), text("file")).trim().to_owned()];
    for (name, value) in report.as_object().into_iter().flatten() {
        if name != "file" && name != "kind" {
            member(name, value, &mut lines);
        }
    }
    lines.join("\n")
}

fn member(name: &str, value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            lines.push(format!("  {name:<NAMES$}{}", items.len()));
            lines.extend(items.iter().map(|item| format!("    {}", row(item))));
        }
        Value::Object(members) => {
            lines.push(format!("  {name}"));
            lines.extend(members.iter().map(|(name, value)| format!("    {name:<16}{}", row(value))));
        }
        value => lines.push(format!("  {name:<NAMES$}{}", plain(value))),
    }
}

/// One line of a list.
fn row(value: &Value) -> String {
    let Value::Object(members) = value else { return plain(value) };
    let told = members.iter().filter(|(_, value)| !value.is_null());
    told.map(|(name, value)| format!("{name} {}", plain(value))).collect::<Vec<_>>().join("  ")
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}
