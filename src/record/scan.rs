//! One pass over canonical JSON that validates every byte, copies none and allocates nothing.
//!
//! Invariant: [`Scan::value`] takes exactly what
//! [`is_canonical`](crate::record::canonical::is_canonical) takes. The first byte that is not the
//! only possible one ends the pass with `None`; why it is wrong is for a slower look to say.

use crate::merkle::Hash;
use crate::record::canonical::{DEPTH_LIMIT, SAFE_INTEGER};

/// The key that alone in its object stands for a confidential value.
const SEALED: &str = "sealed";

/// Reads from the front of a text. After a `None` it is good for nothing more.
pub struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    pub fn new(bytes: &'a [u8]) -> Option<Scan<'a>> {
        let text = std::str::from_utf8(bytes).ok()?;
        Some(Scan { text, at: 0 })
    }

    pub fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// Exactly this text.
    pub fn literal(&mut self, expected: &str) -> Option<()> {
        self.accept(expected).then_some(())
    }

    /// Steps over this text if it stands here.
    pub fn accept(&mut self, expected: &str) -> bool {
        let stands = self.text.as_bytes()[self.at..].starts_with(expected.as_bytes());
        self.at += if stands { expected.len() } else { 0 };
        stands
    }

    /// What stands between the quotes of a string, its escapes as they are: since every string has
    /// one spelling, two strings are equal when these are.
    pub fn string(&mut self) -> Option<&'a str> {
        self.byte(b'"')?;
        let start = self.at;
        loop {
            self.skip_plain();
            match self.next()? {
                b'"' => return Some(&self.text[start..self.at - 1]),
                b'\\' => self.escape()?,
                // A control character, which must be escaped.
                _ => return None,
            }
        }
    }

    /// A string of 64 lower-case hex digits.
    pub fn hash(&mut self) -> Option<Hash> {
        Hash::from_hex(self.string()?.as_bytes()).ok()
    }

    pub fn unsigned(&mut self) -> Option<u64> {
        let start = self.at;
        let mut number = 0;
        // Sixteen digits fit a u64, and so do the seventeen that are refused.
        while let Some(digit @ b'0'..=b'9') = self.peek()
            && self.at - start <= 16
        {
            number = number * 10 + u64::from(digit - b'0');
            self.at += 1;
        }
        let digits = &self.text.as_bytes()[start..self.at];
        let is_form = !matches!(digits, [] | [b'0', _, ..]) && digits.len() <= 16;
        (is_form && number <= SAFE_INTEGER).then_some(number)
    }

    /// Any value, as it is written. `depth`: how many arrays and objects are open around it. What
    /// stands for confidential values in it is added to `sealed`.
    pub fn value(&mut self, depth: usize, sealed: &mut Vec<Hash>) -> Option<&'a str> {
        let start = self.at;
        match self.peek()? {
            b'"' => drop(self.string()?),
            b'{' => self.object(depth, sealed)?,
            b'[' => self.array(depth, sealed)?,
            b't' => self.literal("true")?,
            b'f' => self.literal("false")?,
            b'n' => self.literal("null")?,
            b'-' => {
                self.at += 1;
                // Zero has no sign.
                self.unsigned().filter(|number| *number > 0)?;
            }
            _ => drop(self.unsigned()?),
        }
        Some(&self.text[start..self.at])
    }

    fn object(&mut self, depth: usize, sealed: &mut Vec<Hash>) -> Option<()> {
        self.open(depth)?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        let mut last = None;
        loop {
            let key = self.string()?;
            if !key.is_ascii() || last.is_some_and(|last| !is_before(last, key)) {
                return None;
            }
            self.byte(b':')?;
            let value = self.value(depth + 1, sealed)?;
            match self.next()? {
                b',' => last = Some(key),
                b'}' if last.is_none() && key == SEALED => {
                    sealed.extend(commitment(value));
                    return Some(());
                }
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn array(&mut self, depth: usize, sealed: &mut Vec<Hash>) -> Option<()> {
        self.open(depth)?;
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.value(depth + 1, sealed)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    fn open(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        (depth < DEPTH_LIMIT).then_some(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn byte(&mut self, expected: u8) -> Option<()> {
        (self.next()? == expected).then_some(())
    }

    /// Steps over the bytes of a string that stand for themselves.
    fn skip_plain(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let (words, _) = rest.as_chunks::<8>();
        let plain = words.iter().take_while(|word| is_plain(u64::from_le_bytes(**word))).count();
        let tail = &rest[plain * 8..];
        let is_plain = |byte: &&u8| **byte >= 0x20 && **byte != b'"' && **byte != b'\\';
        self.at += plain * 8 + tail.iter().take_while(is_plain).count();
    }

    /// Behind a backslash: the short escapes, and `\u00xx` for the controls that have none.
    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r' => return Some(()),
            b'u' => {}
            _ => return None,
        }
        self.literal("00")?;
        let high = self.next()?;
        let low = self.next()?;
        let has_none = match (high, low) {
            (b'0', b'8' | b'9' | b'a' | b'c' | b'd') => false,
            (b'0' | b'1', b'0'..=b'9' | b'a'..=b'f') => true,
            _ => false,
        };
        has_none.then_some(())
    }
}

/// Whether none of eight bytes ends or interrupts a string.
fn is_plain(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH_BITS: u64 = ONES << 7;
    // A byte's high bit is set where the byte is below the limit. Bytes behind the first such one
    // can be wrong, but there is none exactly if the result is zero.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGH_BITS;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    below(word, 0x20) | equal(b'"') | equal(b'\\') == 0
}

fn commitment(value: &str) -> Option<Hash> {
    let hex = value.strip_prefix('"')?.strip_suffix('"')?;
    Hash::from_hex(hex.as_bytes()).ok()
}

/// Whether a key, as it is written, stands before another. Keys are ASCII.
fn is_before(left: &str, right: &str) -> bool {
    if left.contains('\\') || right.contains('\\') {
        return unescaped(left) < unescaped(right);
    }
    left < right
}

/// What a string says whose escapes were validated.
pub fn unescaped(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        said.push_str(&rest[..at]);
        let (character, length) = match rest.as_bytes()[at + 1] {
            b'b' => ('\u{8}', 2),
            b't' => ('\t', 2),
            b'n' => ('\n', 2),
            b'f' => ('\u{c}', 2),
            b'r' => ('\r', 2),
            b'u' => {
                let digits = u8::from_str_radix(&rest[at + 4..at + 6], 16);
                (char::from(digits.expect("two hex digits were validated")), 6)
            }
            itself => (char::from(itself), 2),
        };
        said.push(character);
        rest = &rest[at + length..];
    }
    said + rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;
    use crate::record::canonical::{canonical, is_canonical};

    fn takes(bytes: &[u8]) -> bool {
        let Some(mut scan) = Scan::new(bytes) else { return false };
        scan.value(0, &mut Vec::new()).is_some() && scan.is_at_end()
    }

    fn sealed_in(text: &str) -> Vec<Hash> {
        let mut sealed = Vec::new();
        Scan::new(text.as_bytes()).unwrap().value(0, &mut sealed).unwrap();
        sealed
    }

    #[test]
    fn it_takes_what_is_canonical_and_nothing_else() {
        let mut cases: Vec<String> = [
            "",
            "{}",
            "[]",
            "[[],{}]",
            "{\"a\":1,\"b\":[true,false,null]}",
            "{\"a\":1,\"a\":1}",
            "{\"b\":1,\"a\":1}",
            "{\"\":1,\"\\n\":2,\" \":3}",
            "{\"\\n\":1,\"\":2}",
            "{\"A\":1,\"\\\\\":2,\"a\":3}",
            "{\"\\\\\":1,\"A\":2}",
            "{\"é\":1}",
            "{\"a\":1,}",
            "[1,]",
            "[,1]",
            "[1 ]",
            " 1",
            "1 ",
            "{\"a\" :1}",
            "0",
            "-0",
            "-1",
            "01",
            "-01",
            "1.0",
            "1e3",
            "-",
            "+1",
            "9007199254740991",
            "-9007199254740991",
            "9007199254740992",
            "-9007199254740992",
            "99999999999999999",
            "100000000000000000000000",
            "tru",
            "nulll",
            "\"",
            "\"\\",
            "\"\\\"\"",
            "\"\\/\"",
            "\"é😀\u{7f}\"",
            "\"plain text that is longer than one word\"",
            "\"seven\\u\"",
            "\"1234567\u{1f}\"",
            "\"12345678\n\"",
            "\"\\ud83d\\ude00\"",
            "\"\\u0041\"",
        ]
        .map(str::to_owned)
        .into();
        cases.extend((0..=0x100).map(|code| format!("\"\\u{code:04x}\"")));
        cases.extend((0..=0x20).map(|code| format!("\"\\u{code:04X}\"")));
        cases.extend((0..0x100).filter_map(char::from_u32).map(|c| format!("\"\\{c}\"")));
        cases.extend((0..0x100).filter_map(char::from_u32).map(|c| format!("\"{c}\"")));
        for depth in DEPTH_LIMIT - 1..=DEPTH_LIMIT + 1 {
            cases.push(format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
            cases.push(format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)));
        }
        for case in cases {
            assert_eq!(takes(case.as_bytes()), is_canonical(case.as_bytes()), "{case}");
        }
        assert!(!takes(b"\"\xff\""));
    }

    #[test]
    fn what_stands_for_confidential_values_is_found_wherever_it_stands() {
        let (a, b) = ("ab".repeat(32), "cd".repeat(32));
        let text = format!(
            "{{\"list\":[{{\"sealed\":\"{a}\"}}],\"price\":{{\"amount\":{{\"sealed\":\"{b}\"}}}},\
             \"sealed\":\"{a}\",\"short\":{{\"sealed\":\"ab\"}},\"truth\":{{\"sealed\":true}},\
             \"two\":{{\"more\":1,\"sealed\":\"{a}\"}}}}"
        );
        assert!(is_canonical(text.as_bytes()));
        let hash = |hex: &str| hex.parse::<Hash>().unwrap();
        assert_eq!(sealed_in(&text), [hash(&a), hash(&b)]);
        let two = format!("{{\"sealed\":\"{a}\",\"too\":1}}");
        assert_eq!(sealed_in(&two), []);
    }

    #[test]
    fn escapes_are_told_apart_again() {
        let all: String = (0..0x80).map(char::from).chain("é😀".chars()).collect();
        let written =
            String::from_utf8(canonical(serde_json::to_string(&all).unwrap().as_bytes()).unwrap())
                .unwrap();
        let mut scan = Scan::new(written.as_bytes()).unwrap();
        assert_eq!(unescaped(scan.string().unwrap()), all);
    }

    proptest! {
        #[test]
        fn every_value_is_taken_in_its_only_spelling(
            text in r#"([\[\]{},:"]|\\[nu"\\]|00|1f|-|[0-9a]|"[ab]":|true|null|é| ){0,14}"#,
            flip in any::<(u16, u8)>(),
        ) {
            prop_assert_eq!(takes(text.as_bytes()), is_canonical(text.as_bytes()), "{}", text);
            if let Ok(mut form) = canonical(text.as_bytes()) {
                prop_assert!(takes(&form));
                let at = usize::from(flip.0) % form.len();
                form[at] ^= flip.1;
                prop_assert_eq!(takes(&form), is_canonical(&form));
            }
        }

        #[test]
        fn eight_bytes_are_judged_as_one_by_one(bytes in any::<[u8; 8]>(), low in any::<u8>()) {
            let one = |byte: &u8| *byte >= 0x20 && *byte != b'"' && *byte != b'\\';
            for mask in [0xff, 0x7f, 0x3f, low] {
                let bytes = bytes.map(|byte| byte & mask | 0x20 & low);
                let word = u64::from_le_bytes(bytes);
                prop_assert_eq!(is_plain(word), bytes.iter().all(one));
            }
        }
    }
}
