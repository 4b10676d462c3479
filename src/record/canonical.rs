//! Canonical JSON: the strict profile of RFC 8785 in which every stored byte stands.
//!
//! Invariant: what [`canonical`] returns is the only spelling of its value, in any language:
//! members sorted by key, no white space, integers within +-(2^53-1) and no other number, ASCII
//! keys, no key twice, no lone surrogate. Whatever two parsers could read differently is refused,
//! not mended.

use std::borrow::Cow;

use thiserror::Error;

/// The largest integer that every JSON parser reads exactly: 2^53 - 1.
pub const SAFE_INTEGER: u64 = (1 << 53) - 1;

/// How many arrays and objects may stand inside one another.
pub const DEPTH_LIMIT: usize = 32;

/// What is wrong with the bytes. The code is stable; the sentence is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Defect {
    #[error("the text ends before the value does")]
    Truncated,
    #[error("this is not JSON")]
    Syntax,
    #[error("something follows the value")]
    TrailingBytes,
    #[error("this is not UTF-8")]
    NotUtf8,
    #[error("a control character must be escaped")]
    ControlCharacter,
    #[error("this escape does not exist")]
    UnknownEscape,
    #[error("half of a surrogate pair is not a character")]
    LoneSurrogate,
    #[error("numbers are plain integers here; write quantities as decimal strings")]
    NotAnInteger,
    #[error("integers go from -(2^53-1) to 2^53-1")]
    IntegerTooLarge,
    #[error("keys are ASCII")]
    KeyNotAscii,
    #[error("this key stands twice in one object")]
    DuplicateKey,
    #[error("more than {DEPTH_LIMIT} levels")]
    TooDeep,
}

impl Defect {
    pub fn code(self) -> &'static str {
        match self {
            Self::Truncated => "json_truncated",
            Self::Syntax => "json_syntax",
            Self::TrailingBytes => "json_trailing_bytes",
            Self::NotUtf8 => "json_not_utf8",
            Self::ControlCharacter => "json_control_character",
            Self::UnknownEscape => "json_unknown_escape",
            Self::LoneSurrogate => "json_lone_surrogate",
            Self::NotAnInteger => "json_not_an_integer",
            Self::IntegerTooLarge => "json_integer_too_large",
            Self::KeyNotAscii => "json_key_not_ascii",
            Self::DuplicateKey => "json_duplicate_key",
            Self::TooDeep => "json_too_deep",
        }
    }
}

/// Where in the input, counted in bytes, and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{}: {defect} (at byte {offset})", .defect.code())]
pub struct CanonicalError {
    pub defect: Defect,
    pub offset: usize,
}

/// Reads one JSON value strictly and writes its canonical form.
pub fn canonical(input: &[u8]) -> Result<Vec<u8>, CanonicalError> {
    if let Err(error) = std::str::from_utf8(input) {
        return Err(CanonicalError { defect: Defect::NotUtf8, offset: error.valid_up_to() });
    }
    let mut parser = Parser { input, at: 0, out: Vec::with_capacity(input.len()), depth: 0 };
    parser.skip_white_space();
    parser.value()?;
    parser.skip_white_space();
    if parser.at < input.len() {
        return Err(parser.defect(Defect::TrailingBytes));
    }
    Ok(parser.out)
}

/// Whether these bytes are already the canonical form of what they say.
pub fn is_canonical(bytes: &[u8]) -> bool {
    canonical(bytes).is_ok_and(|form| form == bytes)
}

/// Appends a string as RFC 8785 writes it: the short escapes, `\u00xx` for other controls, no more.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&text.as_bytes()[plain_from..at]);
        plain_from = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0a => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            0x0d => out.extend_from_slice(b"\\r"),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&text.as_bytes()[plain_from..]);
    out.push(b'"');
}

/// A member as read: its key decoded, and where it was written in `out`.
struct Member<'a> {
    key: Cow<'a, str>,
    key_at: usize,
    start: usize,
    end: usize,
}

struct Parser<'a> {
    input: &'a [u8],
    at: usize,
    out: Vec<u8>,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn defect(&self, defect: Defect) -> CanonicalError {
        CanonicalError { defect, offset: self.at }
    }

    fn peek(&self) -> Result<u8, CanonicalError> {
        self.input.get(self.at).copied().ok_or(self.defect(Defect::Truncated))
    }

    fn expect(&mut self, byte: u8) -> Result<(), CanonicalError> {
        if self.peek()? != byte {
            return Err(self.defect(Defect::Syntax));
        }
        self.at += 1;
        Ok(())
    }

    fn skip_white_space(&mut self) {
        while matches!(self.input.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<(), CanonicalError> {
        match self.peek()? {
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::array),
            b'"' => {
                let text = self.string()?;
                write_string(&mut self.out, &text);
                Ok(())
            }
            b'-' | b'0'..=b'9' => self.integer(),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => Err(self.defect(Defect::Syntax)),
        }
    }

    fn nested(
        &mut self,
        inner: fn(&mut Self) -> Result<(), CanonicalError>,
    ) -> Result<(), CanonicalError> {
        if self.depth == DEPTH_LIMIT {
            return Err(self.defect(Defect::TooDeep));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_white_space();
        inner(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn literal(&mut self, word: &'static [u8]) -> Result<(), CanonicalError> {
        for byte in word {
            self.expect(*byte)?;
        }
        self.out.extend_from_slice(word);
        Ok(())
    }

    fn array(&mut self) -> Result<(), CanonicalError> {
        self.out.push(b'[');
        if self.peek()? == b']' {
            self.at += 1;
            self.out.push(b']');
            return Ok(());
        }
        loop {
            self.value()?;
            if self.ends(b']')? {
                self.out.push(b']');
                return Ok(());
            }
            self.out.push(b',');
        }
    }

    /// After an element: whether the container closes here; otherwise steps over the comma.
    fn ends(&mut self, close: u8) -> Result<bool, CanonicalError> {
        self.skip_white_space();
        if self.peek()? == close {
            self.at += 1;
            return Ok(true);
        }
        self.expect(b',')?;
        self.skip_white_space();
        Ok(false)
    }

    fn object(&mut self) -> Result<(), CanonicalError> {
        self.out.push(b'{');
        if self.peek()? == b'}' {
            self.at += 1;
            self.out.push(b'}');
            return Ok(());
        }
        let mut members = Vec::with_capacity(8);
        loop {
            members.push(self.member()?);
            if self.ends(b'}')? {
                break;
            }
            self.out.push(b',');
        }
        if members.windows(2).any(|pair| pair[0].key >= pair[1].key) {
            self.sort(members)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn member(&mut self) -> Result<Member<'a>, CanonicalError> {
        let key_at = self.at;
        let key = self.string()?;
        if !key.is_ascii() {
            return Err(CanonicalError { defect: Defect::KeyNotAscii, offset: key_at });
        }
        let start = self.out.len();
        write_string(&mut self.out, &key);
        self.skip_white_space();
        self.expect(b':')?;
        self.skip_white_space();
        self.out.push(b':');
        self.value()?;
        Ok(Member { key, key_at, start, end: self.out.len() })
    }

    /// Puts the members that were written in the order of the input into the order of their keys.
    /// Keys are ASCII, so the order of bytes is RFC 8785's order of UTF-16 units.
    fn sort(&mut self, mut members: Vec<Member<'a>>) -> Result<(), CanonicalError> {
        members.sort_by(|left, right| left.key.cmp(&right.key));
        let twice = members.windows(2).filter(|pair| pair[0].key == pair[1].key);
        if let Some(offset) = twice.map(|pair| pair[1].key_at).min() {
            return Err(CanonicalError { defect: Defect::DuplicateKey, offset });
        }
        let first = members.iter().map(|member| member.start).min().unwrap_or(self.out.len());
        let written = self.out.split_off(first);
        for (index, member) in members.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.out.extend_from_slice(&written[member.start - first..member.end - first]);
        }
        Ok(())
    }

    fn integer(&mut self) -> Result<(), CanonicalError> {
        let start = self.at;
        let fail = |defect| CanonicalError { defect, offset: start };
        let negative = self.input[start] == b'-';
        self.at += usize::from(negative);
        let digits_at = self.at;
        while matches!(self.input.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        let digits = &self.input[digits_at..self.at];
        match digits {
            [] if self.at == self.input.len() => return Err(self.defect(Defect::Truncated)),
            [] | [b'0', _, ..] => return Err(fail(Defect::Syntax)),
            [b'0'] if negative => return Err(fail(Defect::NotAnInteger)),
            _ => {}
        }
        if matches!(self.input.get(self.at), Some(b'.' | b'e' | b'E')) {
            return Err(fail(Defect::NotAnInteger));
        }
        // Sixteen digits fit a u64; the largest safe integer has sixteen.
        let number =
            digits.iter().take(17).fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        if digits.len() > 16 || number > SAFE_INTEGER {
            return Err(fail(Defect::IntegerTooLarge));
        }
        self.out.extend_from_slice(&self.input[start..self.at]);
        Ok(())
    }

    /// Reads a string and decodes its escapes; borrows when there are none.
    fn string(&mut self) -> Result<Cow<'a, str>, CanonicalError> {
        self.expect(b'"')?;
        let plain = self.plain_run()?;
        if self.peek()? == b'"' {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = String::from(plain);
        loop {
            if self.peek()? == b'"' {
                self.at += 1;
                return Ok(Cow::Owned(text));
            }
            text.push(self.escape()?);
            text.push_str(self.plain_run()?);
        }
    }

    /// The bytes up to the next quote or backslash.
    fn plain_run(&mut self) -> Result<&'a str, CanonicalError> {
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' | b'\\' => break,
                0x00..=0x1f => return Err(self.defect(Defect::ControlCharacter)),
                _ => self.at += 1,
            }
        }
        let run = std::str::from_utf8(&self.input[start..self.at]);
        Ok(run.expect("the input is UTF-8 and is cut at ASCII bytes only"))
    }

    fn escape(&mut self) -> Result<char, CanonicalError> {
        let start = self.at;
        self.expect(b'\\')?;
        let letter = self.peek()?;
        self.at += 1;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(start),
            _ => return Err(CanonicalError { defect: Defect::UnknownEscape, offset: start }),
        })
    }

    /// `\uXXXX`, or two of them for a character beyond U+FFFF; `start` is the backslash.
    fn unicode_escape(&mut self, start: usize) -> Result<char, CanonicalError> {
        let lone = CanonicalError { defect: Defect::LoneSurrogate, offset: start };
        let high = self.four_hex_digits()?;
        if let Some(character) = char::from_u32(high) {
            return Ok(character);
        }
        if high >= 0xdc00 || !self.input[self.at..].starts_with(b"\\u") {
            return Err(lone);
        }
        self.at += 2;
        let low = self.four_hex_digits()?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(lone);
        }
        char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)).ok_or(lone)
    }

    fn four_hex_digits(&mut self) -> Result<u32, CanonicalError> {
        let mut number = 0;
        for _ in 0..4 {
            let digit = char::from(self.peek()?).to_digit(16);
            number = number * 16 + digit.ok_or(self.defect(Defect::UnknownEscape))?;
            self.at += 1;
        }
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    fn form(text: &str) -> String {
        String::from_utf8(canonical(text.as_bytes()).unwrap()).unwrap()
    }

    fn refused(text: &str) -> (&'static str, usize) {
        let error = canonical(text.as_bytes()).unwrap_err();
        (error.defect.code(), error.offset)
    }

    #[test]
    fn members_are_sorted_and_white_space_goes() {
        assert_eq!(
            form(" { \"b\" : [ 1 , {\"z\":null,\"y\":true} ] ,\n\"a\":\t-3 } "),
            r#"{"a":-3,"b":[1,{"y":true,"z":null}]}"#
        );
        assert_eq!(form("{}"), "{}");
        assert_eq!(form("[ ]"), "[]");
        assert_eq!(
            form(r#"{"a":1,"B":2,"aa":3,"":4,"_":5}"#),
            r#"{"":4,"B":2,"_":5,"a":1,"aa":3}"#
        );
    }

    #[test]
    fn keys_are_sorted_as_decoded_and_not_as_escaped() {
        // As characters '"' < '#' < '\'; as escaped text '\"' would come after '#'.
        assert_eq!(form(r##"{"\\":1,"#":2,"\"":3}"##), r##"{"\"":3,"#":2,"\\":1}"##);
    }

    #[test]
    fn strings_keep_their_characters_and_lose_needless_escapes() {
        assert_eq!(form(r#""\u0041\/\u00e9\ud83d\ude00\u001f\u0008\n""#), "\"A/é😀\\u001f\\b\\n\"");
        assert_eq!(form("\"\u{7f}\u{2028}\""), "\"\u{7f}\u{2028}\"");
    }

    #[test]
    fn integers_end_where_every_parser_still_reads_them_exactly() {
        for good in ["0", "-1", "9007199254740991", "-9007199254740991"] {
            assert_eq!(form(good), good);
        }
        for big in
            ["9007199254740992", "-9007199254740992", "18446744073709551617", "12345678901234567"]
        {
            assert_eq!(refused(big), ("json_integer_too_large", 0));
        }
        for other in ["1.0", "1e3", "1E3", "-0", "-0.0", "0.5"] {
            assert_eq!(refused(other), ("json_not_an_integer", 0));
        }
        for bad in ["01", "-", "-a", "+1", "00"] {
            assert!(["json_syntax", "json_truncated"].contains(&refused(bad).0), "{bad}");
        }
    }

    #[test]
    fn every_refusal_has_its_code_and_the_place() {
        assert_eq!(refused(""), ("json_truncated", 0));
        assert_eq!(refused("{\"a\":"), ("json_truncated", 5));
        assert_eq!(refused("\"abc"), ("json_truncated", 4));
        assert_eq!(refused("[1,]"), ("json_syntax", 3));
        assert_eq!(refused("{\"a\":1,}"), ("json_syntax", 7));
        assert_eq!(refused("nul"), ("json_truncated", 3));
        assert_eq!(refused("NaN"), ("json_syntax", 0));
        assert_eq!(refused("\u{feff}1"), ("json_syntax", 0));
        assert_eq!(refused("1 2"), ("json_trailing_bytes", 2));
        assert_eq!(refused("\"a\tb\""), ("json_control_character", 2));
        assert_eq!(refused(r#""a\x""#), ("json_unknown_escape", 2));
        assert_eq!(refused(r#""\u12g4""#), ("json_unknown_escape", 5));
        assert_eq!(refused(r#""\ud83d""#), ("json_lone_surrogate", 1));
        assert_eq!(refused(r#""\ude00\ud83d""#), ("json_lone_surrogate", 1));
        assert_eq!(refused(r#""\ud83dx""#), ("json_lone_surrogate", 1));
        assert_eq!(refused(r#""\ud83d\ud83d""#), ("json_lone_surrogate", 1));
        assert_eq!(refused("{\"é\":1}"), ("json_key_not_ascii", 1));
        assert_eq!(refused(r#"{"\u00e9":1}"#), ("json_key_not_ascii", 1));
        assert_eq!(refused(r#"{"a":1,"b":2,"\u0061":3}"#), ("json_duplicate_key", 13));
        let error = canonical(b"\"\xff\"").unwrap_err();
        assert_eq!((error.defect, error.offset), (Defect::NotUtf8, 1));
        assert_eq!(error.to_string(), "json_not_utf8: this is not UTF-8 (at byte 1)");
    }

    #[test]
    fn thirty_two_levels_are_allowed_and_no_more() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(form(&nested(32)), nested(32));
        assert_eq!(refused(&nested(33)), ("json_too_deep", 32));
        assert_eq!(refused(&"[".repeat(1_000_000)), ("json_too_deep", 32));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[ -~]{0,6}", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_form_is_one_for_every_spelling_and_says_the_same(value in any_value()) {
            // serde_json keeps members sorted here, so its compact output is the canonical form.
            let compact = serde_json::to_vec(&value).unwrap();
            prop_assert_eq!(&canonical(&compact).unwrap(), &compact);
            prop_assert!(is_canonical(&compact));
            let pretty = serde_json::to_vec_pretty(&value).unwrap();
            prop_assert_eq!(&canonical(&pretty).unwrap(), &compact);
            prop_assert_eq!(serde_json::from_slice::<Value>(&compact).unwrap(), value);
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            if let Ok(form) = canonical(&bytes) {
                prop_assert!(is_canonical(&form));
                prop_assert!(serde_json::from_slice::<Value>(&bytes).is_ok());
            }
        }

        #[test]
        fn json_like_text_is_read_or_refused_without_a_panic(
            text in r#"[\[\]{}",:\\u0-9dDeE.+\- a]{0,40}"#,
        ) {
            if let Ok(form) = canonical(text.as_bytes()) {
                prop_assert!(is_canonical(&form));
                let value: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(serde_json::to_vec(&value).unwrap(), form);
            }
        }

        #[test]
        fn strings_are_written_as_serde_json_writes_them(text in any::<String>()) {
            let mut out = Vec::new();
            write_string(&mut out, &text);
            prop_assert_eq!(out, serde_json::to_vec(&text).unwrap());
        }
    }
}
