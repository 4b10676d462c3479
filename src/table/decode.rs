//! From the bytes of a text file to text: UTF-8, UTF-16 with a mark, or GB18030, which weighbridge
//! software in China still writes.
//!
//! Invariant: nothing is replaced. What is no text in any of these is refused with its place.

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_16BE, UTF_16LE};

use crate::table::error::TableError;

/// The text, without a mark, and the name of its encoding.
pub fn decode(bytes: &[u8]) -> Result<(String, &'static str), TableError> {
    let (text, name) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => {
            let text = std::str::from_utf8(rest).map_err(|error| {
                not_text(error.valid_up_to() + 3, "the file's mark says UTF-8, which this is not")
            })?;
            (text.to_owned(), "utf-8")
        }
        [0xff, 0xfe, rest @ ..] => (all(UTF_16LE, rest, 2)?, "utf-16le"),
        [0xfe, 0xff, rest @ ..] => (all(UTF_16BE, rest, 2)?, "utf-16be"),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), "utf-8"),
            Err(_) => (all(GB18030, bytes, 0)?, "gb18030"),
        },
    };
    // No table has these, and files that are no text have many.
    if let Some(at) = text.find('\0') {
        return Err(not_text(at, "a zero character stands there"));
    }
    Ok((text, name))
}

fn not_text(offset: usize, why: &str) -> TableError {
    let right = "save the table as CSV in UTF-8 or GB18030, or as XLSX";
    TableError::new("table_not_text", format!("byte {offset}: {why}; {right}"))
}

/// All of the bytes, which stand behind a mark of that length.
fn all(encoding: &'static Encoding, bytes: &[u8], mark: usize) -> Result<String, TableError> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let most = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(most.unwrap_or(bytes.len()));
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    match result {
        DecoderResult::InputEmpty => Ok(text),
        DecoderResult::OutputFull => {
            Err(TableError::new("table_too_large", "the file's text is too large"))
        }
        DecoderResult::Malformed(length, behind) => {
            let at = read.saturating_sub(usize::from(length) + usize::from(behind));
            let why = format!("it is neither UTF-8 nor {} there", encoding.name());
            Err(not_text(mark + at, &why))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn each_encoding_is_found() {
        let text = "磅单号,毛重\nA1,46.20\n";
        let (gb, _, _) = GB18030.encode(text);
        let mut utf16 = vec![0xff, 0xfe];
        utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for (bytes, name) in [
            (text.as_bytes().to_vec(), "utf-8"),
            (marked, "utf-8"),
            (utf16, "utf-16le"),
            (gb.into_owned(), "gb18030"),
        ] {
            assert_eq!(decode(&bytes).unwrap(), (text.to_owned(), name));
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        for (bytes, place) in [
            (&b"abc\xff\xff"[..], "byte 3:"),
            (b"\xef\xbb\xbfab\xff", "byte 5:"),
            (b"a\0b", "byte 1:"),
            (b"\xff\xfea\0b", "byte 4:"),
        ] {
            let error = decode(bytes).unwrap_err();
            assert_eq!(error.code, "table_not_text");
            assert!(error.message.starts_with(place), "{error}");
        }
    }
}
