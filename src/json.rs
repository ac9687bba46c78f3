//! A strict JSON reader (RFC 8259, I-JSON where RFC 7493 is stricter): one pass, borrowed, no recursion beyond
//! the depth limit. Refuses duplicate member names at every level, lone surrogates and numbers that are not finite.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::limits::MAX_JSON_DEPTH;
use crate::sixteen::position;
use crate::sort::sort_by;

mod number;

pub(crate) use number::Number;

/// Why a text is not acceptable JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// Not the grammar of RFC 8259; says what stands in the way.
    Syntax(&'static str),
    /// A member name stands twice in one object.
    Duplicate(String),
    /// Deeper than [`MAX_JSON_DEPTH`].
    Depth,
    /// Not UTF-8, a byte order mark, or a lone surrogate escape.
    Utf8,
    /// The list that the reader was given a limit for is longer.
    Elements,
}

/// A value whose inside, for arrays and objects, is validated but not yet read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Number(Number<'a>),
    String(Cow<'a, str>),
    /// The text from `[` to `]`.
    Array(&'a str),
    /// The text from `{` to `}`.
    Object(&'a str),
}

impl<'a> Value<'a> {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, when this is an array.
    pub(crate) fn elements(&self) -> Option<Vec<Value<'a>>> {
        self.elements_up_to(usize::MAX)
    }

    /// The first elements, at most so many, when this is an array.
    pub(crate) fn elements_up_to(&self, most: usize) -> Option<Vec<Value<'a>>> {
        let Self::Array(text) = self else { return None };
        let mut elements = Vec::new();
        let keep = |element| {
            elements.push(element);
            elements.len() < most
        };
        Reader::new(text).each_element(0, keep).ok().map(|()| elements)
    }
}

/// The members of one object in their written order; names are unique.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Object<'a> {
    members: Vec<(Cow<'a, str>, Value<'a>)>,
}

impl<'a> Object<'a> {
    /// Reads a text that is exactly one object, white space around it allowed.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, JsonError> {
        Self::parse_with_list(bytes, ListLimit { name: "", most: usize::MAX })
    }

    /// The same, but stops at a list of that name in the object as soon as it has too many elements.
    pub(crate) fn parse_with_list(bytes: &'a [u8], list: ListLimit) -> Result<Self, JsonError> {
        let text = core::str::from_utf8(bytes).map_err(|_| JsonError::Utf8)?;
        if text.starts_with('\u{feff}') {
            return Err(JsonError::Utf8);
        }
        let mut reader = Reader { list, ..Reader::new(text) };
        reader.skip_white_space();
        let members = reader.members(0)?;
        reader.skip_white_space();
        match reader.peek() {
            None => Ok(Self { members }),
            Some(_) => Err(JsonError::Syntax("text after the object")),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.members.iter().find(|(member, _)| is_same(member, name)).map(|(_, value)| value)
    }
}

/// How long a list may be that is a member of the outermost object.
#[derive(Clone, Copy)]
pub(crate) struct ListLimit {
    pub(crate) name: &'static str,
    pub(crate) most: usize,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    list: ListLimit,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, list: ListLimit { name: "", most: usize::MAX } }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, expected: u8) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, expected: u8, reason: &'static str) -> Result<(), JsonError> {
        if self.take(expected) { Ok(()) } else { Err(JsonError::Syntax(reason)) }
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The text between two positions; both lie on character boundaries, as only ASCII is stepped over.
    fn between(&self, from: usize, to: usize) -> Result<&'a str, JsonError> {
        self.text.get(from..to).ok_or(JsonError::Utf8)
    }

    fn members(&mut self, depth: usize) -> Result<Vec<(Cow<'a, str>, Value<'a>)>, JsonError> {
        self.expect(b'{', "expected an object")?;
        self.skip_white_space();
        if self.take(b'}') {
            return Ok(Vec::new());
        }
        let mut members = Vec::with_capacity(USUAL_MEMBERS);
        loop {
            self.skip_white_space();
            let name = self.string()?;
            self.skip_white_space();
            self.expect(b':', "expected a colon after a member name")?;
            let is_limited = depth == 0 && name == self.list.name;
            let value = if is_limited { self.limited_value()? } else { self.value(depth)? };
            members.push((name, value));
            if !self.another(b'}')? {
                break;
            }
        }
        refuse_duplicates(&members)?;
        Ok(members)
    }

    /// Hands over each element of an array, until the taker has enough.
    fn each_element(
        &mut self,
        depth: usize,
        mut wants_more: impl FnMut(Value<'a>) -> bool,
    ) -> Result<(), JsonError> {
        self.expect(b'[', "expected an array")?;
        self.skip_white_space();
        if self.take(b']') {
            return Ok(());
        }
        while wants_more(self.value(depth)?) && self.another(b']')? {}
        Ok(())
    }

    /// The value of the member whose elements are limited.
    fn limited_value(&mut self) -> Result<Value<'a>, JsonError> {
        self.skip_white_space();
        if self.peek() != Some(b'[') {
            return self.value(0);
        }
        let (mut count, most) = (0, self.list.most);
        let counted = |reader: &mut Self, depth| {
            reader.each_element(depth, |_| {
                count += 1;
                count <= most
            })?;
            if count <= most { Ok(()) } else { Err(JsonError::Elements) }
        };
        self.nested(0, counted).map(Value::Array)
    }

    /// After a member or an element: true at a comma, false at the closing bracket.
    fn another(&mut self, close: u8) -> Result<bool, JsonError> {
        self.skip_white_space();
        if self.take(b',') {
            return Ok(true);
        }
        self.expect(close, "expected a comma or a closing bracket")?;
        Ok(false)
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        self.skip_white_space();
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{') => {
                self.nested(depth, |reader, depth| reader.members(depth).map(drop)).map(Value::Object)
            }
            Some(b'[') => {
                self.nested(depth, |reader, depth| reader.each_element(depth, |_| true)).map(Value::Array)
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            _ => Err(JsonError::Syntax("expected a value")),
        }
    }

    fn nested(
        &mut self,
        depth: usize,
        inside: impl FnOnce(&mut Self, usize) -> Result<(), JsonError>,
    ) -> Result<&'a str, JsonError> {
        // The outermost object is level one; a value inside an object of level n opens level n + 1.
        if depth + 2 > MAX_JSON_DEPTH {
            return Err(JsonError::Depth);
        }
        let from = self.at;
        inside(self, depth + 1)?;
        self.between(from, self.at)
    }

    fn literal(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, JsonError> {
        if self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(JsonError::Syntax("expected true, false or null"))
        }
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == from { Err(JsonError::Syntax("expected a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Number<'a>, JsonError> {
        let from = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Number::new(self.between(from, self.at)?)
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.expect(b'"', "expected a string")?;
        let from = self.at;
        self.skip_plain()?;
        let plain = self.between(from, self.at)?;
        if self.take(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = String::from(plain);
        while self.take(b'\\') {
            text.push(self.escape()?);
            let from = self.at;
            self.skip_plain()?;
            text.push_str(self.between(from, self.at)?);
        }
        self.expect(b'"', "unterminated string")?;
        Ok(Cow::Owned(text))
    }

    /// Steps to the next quote or backslash.
    fn skip_plain(&mut self) -> Result<(), JsonError> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = position(rest, b' ', |text| text.equal(b'"').or(text.equal(b'\\')).or(text.below(b' ')));
        let length = length.ok_or(JsonError::Syntax("unterminated string"))?;
        self.at += length;
        match self.peek() {
            Some(b'"' | b'\\') => Ok(()),
            _ => Err(JsonError::Syntax("control character in a string")),
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let letter = self.peek().ok_or(JsonError::Syntax("unterminated string"))?;
        self.at += 1;
        match letter {
            b'"' => Ok('"'),
            b'\\' => Ok('\\'),
            b'/' => Ok('/'),
            b'b' => Ok('\u{8}'),
            b'f' => Ok('\u{c}'),
            b'n' => Ok('\n'),
            b'r' => Ok('\r'),
            b't' => Ok('\t'),
            b'u' => self.unicode_escape(),
            _ => Err(JsonError::Syntax("unknown escape in a string")),
        }
    }

    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let first = self.hex4()?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first).ok_or(JsonError::Utf8);
        }
        if first >= 0xdc00 || !self.take(b'\\') || !self.take(b'u') {
            return Err(JsonError::Utf8);
        }
        let second = self.hex4()?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(JsonError::Utf8);
        }
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or(JsonError::Utf8)
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            code = code << 4 | digit.ok_or(JsonError::Syntax("expected four hexadecimal digits"))?;
            self.at += 1;
        }
        Ok(code)
    }
}

/// Names differ in length or in their first letters: a call to compare whole texts would cost more than it saves.
#[inline(always)]
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).all(|(a, b)| a == b)
}

/// Members of a claims set; room for more is made when there are more.
const USUAL_MEMBERS: usize = 12;

/// Few names are compared pair by pair; many are sorted first, so that hostile objects cost n·log n.
fn refuse_duplicates(members: &[(Cow<'_, str>, Value<'_>)]) -> Result<(), JsonError> {
    const PAIRWISE: usize = 12;
    let duplicate = if members.len() <= PAIRWISE {
        (1..members.len()).find_map(|at| {
            let (before, rest) = members.split_at_checked(at)?;
            let (name, _) = rest.first()?;
            before.iter().any(|(other, _)| is_same(other, name)).then_some(name)
        })
    } else {
        let mut names: Vec<&Cow<'_, str>> = members.iter().map(|(name, _)| name).collect();
        sort_by(&mut names, |one, other| one < other);
        names.windows(2).find_map(|pair| match pair {
            [first, second] if first == second => Some(*first),
            _ => None,
        })
    };
    match duplicate {
        Some(name) => Err(JsonError::Duplicate(name.chars().take(64).collect())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn parse(text: &str) -> Result<Object<'_>, JsonError> {
        Object::parse(text.as_bytes())
    }

    #[test]
    fn escaped_names_are_compared_decoded() {
        assert_eq!(parse(r#"{"exp":1,"\u0065xp":2}"#), Err(JsonError::Duplicate("exp".into())));
        assert_eq!(parse(r#"{"a":{"b":[{"c":1,"c":2}]}}"#), Err(JsonError::Duplicate("c".into())));
    }

    #[test]
    fn duplicates_among_many_members_are_found() {
        let mut text: String = (0..500).map(|i| format!("\"n{i}\":0,")).collect();
        text = format!("{{{text}\"n250\":1}}");
        assert_eq!(parse(&text), Err(JsonError::Duplicate("n250".into())));
    }

    #[test]
    fn depth_limit_counts_the_outer_object() {
        let nest = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&nest(MAX_JSON_DEPTH - 1)).is_ok());
        assert_eq!(parse(&nest(MAX_JSON_DEPTH)), Err(JsonError::Depth));
        assert_eq!(parse(&format!("{{\"a\":{}", "[".repeat(100_000))), Err(JsonError::Depth));
    }

    #[test]
    fn surrogates_pair_up_or_are_refused() {
        let object = parse(r#"{"a":"\ud83d\ude00"}"#).unwrap();
        assert_eq!(object.get("a").and_then(Value::as_str), Some("😀"));
        for lone in [r#"{"a":"\ud83d"}"#, r#"{"a":"\ude00"}"#, r#"{"a":"\ud83d\u0041"}"#] {
            assert_eq!(parse(lone), Err(JsonError::Utf8));
        }
    }

    #[test]
    fn numbers_keep_to_the_grammar_and_stay_finite() {
        for (text, value) in [("0", 0.0), ("-0", 0.0), ("1.801e9", 1.801e9), ("12.5", 12.5)] {
            let text = format!("{{\"a\":{text}}}");
            let object = parse(&text).unwrap();
            let Some(Value::Number(number)) = object.get("a") else { panic!("{text}") };
            assert_eq!(number.value(), value);
        }
        for text in ["01", "+1", ".5", "1.", "1e", "1e400", "-1e400", "0x10", "NaN", "Infinity", "--1", ""] {
            assert!(parse(&format!("{{\"a\":{text}}}")).is_err(), "{text}");
        }
    }

    #[test]
    fn text_around_the_object_is_refused() {
        for text in ["", "{", "{}{}", "{} x", "[]", "\u{feff}{}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{}\0"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(" \r\n\t{ \"a\" : [ 1 , { } ] } ").is_ok());
    }

    #[test]
    fn a_limited_list_ends_the_reading_with_its_first_element_too_many() {
        let read = |text: &str| {
            Object::parse_with_list(text.as_bytes(), ListLimit { name: "keys", most: 2 }).map(drop)
        };
        assert_eq!(read(r#"{"a":[1,2,3],"keys":[[1,2,3],{"keys":[1,2,3]}],"b":0}"#), Ok(()));
        assert_eq!(read(r#"{"keys":[1,2,3,and no more is looked at"#), Err(JsonError::Elements));
        assert_eq!(read(r#"{"keys":{"keys":[1,2,3]}}"#), Ok(()));
    }

    #[test]
    fn array_elements_are_read_on_demand() {
        let object = parse(r#"{"aud":["a","b\n",3,[],{}]}"#).unwrap();
        let elements = object.get("aud").unwrap().elements().unwrap();
        assert_eq!(elements.len(), 5);
        assert_eq!(object.get("aud").unwrap().elements_up_to(2).unwrap(), elements[..2]);
        assert_eq!(elements[1].as_str(), Some("b\n"));
    }
}
