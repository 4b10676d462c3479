//! Where in a line of JSON a member stands, so that an import can name the column.
//!
//! Invariant: total. Of a text or pointer that it can't follow it answers the last place that it
//! could, which is still the right line.

/// The byte at which the value begins to which an RFC 6901 pointer leads; of the innermost value
/// around it that is there, if that one is not.
pub fn offset(text: &str, pointer: &str) -> usize {
    let mut walk = Walk { bytes: text.as_bytes(), at: 0 };
    walk.space();
    let mut found = walk.at;
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        let Some(at) = walk.enter(&segment) else { break };
        found = at;
    }
    found
}

/// The column of a byte, counted in characters from 1.
pub fn column(text: &str, offset: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < offset).count() + 1
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek()? == byte).then(|| self.at += 1)?;
        self.space();
        Some(())
    }

    /// Goes to the member or element of that name in the value that begins here.
    fn enter(&mut self, name: &str) -> Option<usize> {
        match self.peek()? {
            b'{' => {
                self.take(b'{')?;
                loop {
                    let key = self.string()?;
                    self.take(b':')?;
                    if key == name {
                        return Some(self.at);
                    }
                    self.skip()?;
                    self.take(b',')?;
                }
            }
            b'[' => {
                self.take(b'[')?;
                for _ in 0..name.parse::<usize>().ok()? {
                    self.skip()?;
                    self.take(b',')?;
                }
                (self.peek()? != b']').then_some(self.at)
            }
            _ => None,
        }
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        serde_json::from_slice(self.bytes.get(start..self.at)?).ok()
    }

    /// Goes behind the value that begins here.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth == 0 => return Some(()),
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' if depth == 0 => return Some(()),
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"  {"id":"a\"b", "data":{"车":[1,{"x/y":[]} ,"z"],"net":{"value":"3"}}}"#;

    fn at(pointer: &str) -> &str {
        &LINE[offset(LINE, pointer)..]
    }

    #[test]
    fn a_pointer_leads_to_its_value() {
        assert!(at("").starts_with("{\"id\""));
        assert!(at("/id").starts_with("\"a\\\""));
        assert!(at("/data/车").starts_with("[1,"));
        assert!(at("/data/车/1/x~1y").starts_with("[]}"));
        assert!(at("/data/车/2").starts_with("\"z\""));
        assert!(at("/data/net/value").starts_with("\"3\""));
    }

    #[test]
    fn what_is_not_there_leads_to_what_is_around_it() {
        assert_eq!(at("/data/gross"), at("/data"));
        assert_eq!(at("/data/net/value/9"), at("/data/net/value"));
        assert_eq!(at("/data/车/7"), at("/data/车"));
        for cut in (0..LINE.len()).filter(|&cut| LINE.is_char_boundary(cut)) {
            assert!(offset(&LINE[..cut], "/data/车/1/x~1y") <= cut);
        }
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(column("车a", 0), 1);
        assert_eq!(column("车a", 3), 2);
        assert_eq!(column("车a", 99), 3);
    }
}
