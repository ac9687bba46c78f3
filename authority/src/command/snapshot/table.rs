//! A report as a table for people: a line for each member, lists below their names.

use serde_json::Value;

/// Columns of a member's name.
const NAMES: usize = 20;
/// Members that are times.
const TIMES: [&str; 4] = ["issued_at", "next_update", "expired_before", "cut_before"];

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
        value => {
            let time = value.as_u64().filter(|time| *time != 0 && TIMES.contains(&name));
            let read = time.map(|time| format!("  ({})", utc(time))).unwrap_or_default();
            lines.push(format!("  {name:<NAMES$}{}{read}", plain(value)));
        }
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

/// A time as RFC 3339 writes it, in the Gregorian calendar.
fn utc(seconds: u64) -> String {
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let (mut year, mut day) = (1970 + day / 146_097 * 400, day % 146_097);
    while day >= year_length(year) {
        day -= year_length(year);
        year += 1;
    }
    let mut month = 1;
    while day >= month_length(year, month) {
        day -= month_length(year, month);
        month += 1;
    }
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{:02}Z", day + 1, second % 60)
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn year_length(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn month_length(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_calendar_has_them() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_800_000_000, "2027-01-15T08:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (13_574_563_200, "2400-02-29T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(seconds), expected);
        }
    }
}
