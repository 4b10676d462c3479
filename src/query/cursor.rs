//! Cursors: where a list goes on, as an opaque word.
//!
//! Invariant: a cursor belongs to one list with one set of filters, and stays on the position as of
//! which the list was begun, so that its pages together are one list. It gives no rights: tampered
//! with, it shows other pages of what its holder may see anyway.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::merkle::plain;

/// What cursors look like.
pub const CURSOR_PATTERN: &str = "^[0-9A-Za-z_-]{34}$";

const VERSION: u8 = 1;
const BYTES: usize = 1 + 8 + 8 + 8;

/// Which list, with which filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListKey([u8; 8]);

impl ListKey {
    /// From the list's name and the text of its filters.
    pub fn new(list: &str, filters: &str) -> ListKey {
        let hash = plain(format!("{list}\n{filters}").as_bytes());
        let mut key = [0; 8];
        key.copy_from_slice(&hash.0[..8]);
        ListKey(key)
    }
}

/// Where a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub list: ListKey,
    pub as_of: u64,
    /// The first position that was not looked at.
    pub next: u64,
}

/// Why a cursor can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    #[error("this is no cursor; take `next_cursor` of the page before, as it is")]
    Malformed,
    #[error("the cursor belongs to another list or to other filters; begin again without it")]
    Mismatch,
}

impl Cursor {
    pub fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.list.0);
        bytes.extend_from_slice(&self.as_of.to_be_bytes());
        bytes.extend_from_slice(&self.next.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor of this list. One that is ahead of the rows was not made by this ledger.
    pub fn decode(text: &str, list: ListKey, position: u64) -> Result<Cursor, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Malformed)?;
        let Ok(bytes) = <[u8; BYTES]>::try_from(bytes) else {
            return Err(CursorError::Malformed);
        };
        let number = |from: usize| {
            let bytes = bytes[from..from + 8].try_into().expect("eight bytes are eight bytes");
            u64::from_be_bytes(bytes)
        };
        let cursor = Cursor { list, as_of: number(9), next: number(17) };
        if bytes[0] != VERSION || cursor.as_of > position || cursor.next > cursor.as_of {
            return Err(CursorError::Malformed);
        }
        if bytes[1..9] != list.0 {
            return Err(CursorError::Mismatch);
        }
        Ok(cursor)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_cursor_comes_back_on_its_own_list_only() {
        let list = ListKey::new("deliveries", "park=prk_a");
        let cursor = Cursor { list, as_of: 90, next: 7 };
        let text = cursor.encode();
        // As the pattern says.
        assert_eq!(text.len(), 34);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_eq!(Cursor::decode(&text, list, 90), Ok(cursor));
        let other = ListKey::new("deliveries", "park=prk_b");
        assert_eq!(Cursor::decode(&text, other, 90), Err(CursorError::Mismatch));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let list = ListKey::new("parks", "");
        let ahead = Cursor { list, as_of: 9, next: 3 }.encode();
        assert_eq!(Cursor::decode(&ahead, list, 8), Err(CursorError::Malformed));
        let beyond = Cursor { list, as_of: 9, next: 10 }.encode();
        assert_eq!(Cursor::decode(&beyond, list, 9), Err(CursorError::Malformed));
        for text in ["", "x", "!!", &ahead[1..], &format!("{ahead}AA")] {
            assert_eq!(Cursor::decode(text, list, 99), Err(CursorError::Malformed), "{text}");
        }
    }
}
