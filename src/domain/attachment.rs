//! Attachments: files beside the log, of which a record holds hash, media type and size.
//!
//! Invariant: a media type is one of few, and never the uploader's word alone: [`sniff`] says what
//! the bytes are, and [`MediaType::fits`] whether they may be called so. Pure: bytes come in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::digest::Digest;
use crate::domain::value_error::{ValueError, shown};

/// The most bytes of an attachment: a long scanned contract, and no film.
pub const ATTACHMENT_BYTES_MAX: u64 = 20 << 20;

macro_rules! media_types {
    ($($variant:ident $text:literal)+) => {
        /// What an attachment may be.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            ToSchema,
        )]
        pub enum MediaType {
            $(#[serde(rename = $text)] $variant),+
        }

        impl MediaType {
            pub const ALL: &'static [MediaType] = &[$(MediaType::$variant),+];
            /// The names of all, as HTTP writes them.
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            pub fn as_str(self) -> &'static str {
                match self { $(MediaType::$variant => $text),+ }
            }
        }
    };
}

media_types! {
    Pdf "application/pdf"
    Png "image/png"
    Jpeg "image/jpeg"
    Text "text/plain"
    Csv "text/csv"
    Xlsx "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for MediaType {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<MediaType, ValueError> {
        MediaType::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| {
            let right = MediaType::NAMES.join(", ");
            ValueError::new("malformed_text", format!("{}: it is one of {right}", shown(text)))
        })
    }
}

impl MediaType {
    /// Whether bytes that are of `sniffed` may be called so. Nothing tells a table from a text.
    pub fn fits(self, sniffed: MediaType) -> bool {
        self == sniffed || (self == MediaType::Csv && sniffed == MediaType::Text)
    }
}

/// What the first bytes of a file say; text where they say nothing else.
pub fn sniff_head(head: &[u8]) -> MediaType {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    match head {
        [b'%', b'P', b'D', b'F', b'-', ..] => MediaType::Pdf,
        [0xff, 0xd8, 0xff, ..] => MediaType::Jpeg,
        [b'P', b'K', 3, 4, ..] => MediaType::Xlsx,
        head if head.starts_with(PNG) => MediaType::Png,
        _ => MediaType::Text,
    }
}

/// What these bytes are, by what stands in them; nothing if that is no allowed type. A plain text
/// is UTF-8 without control characters but white space; a workbook is an archive that names the
/// parts that every workbook has.
pub fn sniff(bytes: &[u8]) -> Option<MediaType> {
    let found = sniff_head(bytes);
    let is_so = match found {
        MediaType::Text => std::str::from_utf8(bytes).is_ok_and(is_plain),
        MediaType::Xlsx => has(bytes, b"[Content_Types].xml") && has(bytes, b"xl/workbook"),
        MediaType::Pdf | MediaType::Png | MediaType::Jpeg | MediaType::Csv => true,
    };
    is_so.then_some(found)
}

fn is_plain(text: &str) -> bool {
    !text.chars().any(|letter| letter.is_control() && !"\t\n\r\u{c}".contains(letter))
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// A file beside the log: what it is, and the hash under which it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// How long it is.
    #[schema(minimum = 1, maximum = 20971520)]
    pub bytes: u64,
    /// BLAKE3 of its bytes.
    pub hash: Digest,
    pub media_type: MediaType,
}

/// What a document is evidence of.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    Contract,
    /// A weighbridge ticket.
    Ticket,
    /// A laboratory's report.
    Assay,
    Invoice,
    Permit,
    Photo,
    Calibration,
    Certificate,
    Other,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_type_has_one_name_in_json_and_in_http() {
        for media_type in MediaType::ALL {
            let json = serde_json::to_string(media_type).unwrap();
            assert_eq!(json, format!("\"{media_type}\""));
            assert_eq!(media_type.as_str().parse::<MediaType>().unwrap(), *media_type);
        }
        let error = "application/zip".parse::<MediaType>().unwrap_err();
        assert_eq!(error.code, "malformed_text");
        assert!(error.message.contains("application/pdf"), "{error}");
    }

    #[test]
    fn bytes_are_what_stands_in_them() {
        let workbook = b"PK\x03\x04..[Content_Types].xml..xl/workbook.xml..";
        for (bytes, expected) in [
            (&b"%PDF-1.7\n"[..], Some(MediaType::Pdf)),
            (b"\x89PNG\r\n\x1a\n\0\0", Some(MediaType::Png)),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Some(MediaType::Jpeg)),
            (workbook, Some(MediaType::Xlsx)),
            (b"PK\x03\x04..word/document.xml..[Content_Types].xml", None),
            ("一张磅单\r\n31.20\tTNE\n".as_bytes(), Some(MediaType::Text)),
            (b"MZ\x90\0\x03", None),
            (b"a\0b", None),
            (b"caf\xe9", None),
            (b"%PD", Some(MediaType::Text)),
        ] {
            assert_eq!(sniff(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_table_is_a_text_and_nothing_else_goes_by_two_names() {
        for declared in MediaType::ALL {
            for sniffed in MediaType::ALL {
                let table = (*declared, *sniffed) == (MediaType::Csv, MediaType::Text);
                assert_eq!(declared.fits(*sniffed), declared == sniffed || table);
            }
        }
    }
}
