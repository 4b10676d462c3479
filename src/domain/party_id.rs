//! Public identifiers of parties and places, each with its check characters.
//!
//! Invariant: a value of these types has the form of its standard and the check characters that
//! follow from the rest, so a slip of one character is told when it is typed. Whether the firm
//! exists is not known here.

use std::fmt;
use std::str::FromStr;

use crate::domain::text_value::{text_schema, text_serde};
use crate::domain::value_error::{ValueError, shown};

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident $check:ident $expected:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<$name, ValueError> {
                $check(text)?;
                Ok($name(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        text_serde!($name, $expected);
    )+};
}

identifiers! {
    /// Unified social credit code of a Chinese organisation (GB 32100-2015).
    Uscc check_uscc "a unified social credit code of 18 characters";
    /// Legal entity identifier (ISO 17442).
    Lei check_lei "a legal entity identifier of 20 characters";
    /// Global location number (GS1).
    Gln check_gln "a global location number of 13 digits";
    /// Code of a place for trade and transport (UN/LOCODE), without the space.
    Locode check_locode "a UN/LOCODE of 5 characters";
}

fn malformed(text: &str, right: &str) -> ValueError {
    ValueError::new("malformed_identifier", format!("{}: {right}", shown(text)))
}

fn bad_check(text: &str, name: &str, expected: &str) -> ValueError {
    let body = &text[..text.len() - expected.len()];
    let found = &text[text.len() - expected.len()..];
    ValueError::new(
        "bad_check_digit",
        format!("`{text}` ends in {found}; the {name} that begins with {body} ends in {expected}"),
    )
}

/// The characters of GB 32100 in the order of their values: no I, O, Z, S, V.
const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

fn uscc_value(byte: u8) -> Option<usize> {
    USCC_ALPHABET.iter().position(|&character| character == byte)
}

/// Letters may stand in the first two places (N2 is a village collective) and from the ninth on;
/// places three to eight are the digits of the region.
fn check_uscc(text: &str) -> Result<(), ValueError> {
    let bytes = text.as_bytes();
    if bytes.len() != 18 || !text.is_ascii() {
        return Err(malformed(text, "a unified social credit code has 18 characters"));
    }
    let mut sum = 0;
    for (place, &byte) in bytes.iter().enumerate() {
        let Some(value) = uscc_value(byte) else {
            let right = "a unified social credit code has digits and capital letters without I, O, \
                         Z, S and V (1, 0, 2, 5 and U look like them)";
            return Err(malformed(text, right));
        };
        if (2..8).contains(&place) && !byte.is_ascii_digit() {
            let right =
                "characters 3 to 8 of a unified social credit code are the digits of a region";
            return Err(malformed(text, right));
        }
        sum += USCC_WEIGHTS.get(place).map_or(0, |weight| weight * value);
    }
    let expected = USCC_ALPHABET[(31 - sum % 31) % 31];
    if bytes[17] == expected {
        return Ok(());
    }
    Err(bad_check(text, "unified social credit code", &char::from(expected).to_string()))
}

/// ISO 7064 mod 97-10: with letters read as 10 to 35, the whole number leaves 1 when divided by 97.
fn check_lei(text: &str) -> Result<(), ValueError> {
    let right =
        "a legal entity identifier has 18 digits and capital letters, then two check digits";
    let bytes = text.as_bytes();
    let alphabet = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    if bytes.len() != 20 || !bytes.iter().all(alphabet) {
        return Err(malformed(text, right));
    }
    let (body, check) = bytes.split_at(18);
    if !check.iter().all(u8::is_ascii_digit) {
        return Err(malformed(text, right));
    }
    let remainder = body.iter().fold(0, |rest: u32, &byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    let expected = format!("{:02}", 98 - remainder * 100 % 97);
    if check == expected.as_bytes() {
        return Ok(());
    }
    Err(bad_check(text, "legal entity identifier", &expected))
}

/// GS1 mod 10: from the check digit leftwards, digits weigh 3 and 1 in turn.
fn check_gln(text: &str) -> Result<(), ValueError> {
    let bytes = text.as_bytes();
    if bytes.len() != 13 || !bytes.iter().all(u8::is_ascii_digit) {
        return Err(malformed(text, "a global location number has 13 digits"));
    }
    let weigh = |(place, byte): (usize, &u8)| u32::from(byte - b'0') * [1, 3][place % 2];
    let sum: u32 = bytes[..12].iter().enumerate().map(weigh).sum();
    let expected = ((10 - sum % 10) % 10).to_string();
    if bytes[12] == expected.as_bytes()[0] {
        return Ok(());
    }
    Err(bad_check(text, "global location number", &expected))
}

fn check_locode(text: &str) -> Result<(), ValueError> {
    let country = |byte: &u8| byte.is_ascii_uppercase();
    let place = |byte: &u8| byte.is_ascii_uppercase() || (b'2'..=b'9').contains(byte);
    match text.as_bytes().split_at_checked(2) {
        Some((c, p)) if p.len() == 3 && c.iter().all(country) && p.iter().all(place) => Ok(()),
        _ => Err(malformed(
            text,
            "a UN/LOCODE is a country of two capital letters, then three of A to Z and 2 to 9, as \
             CNTXG",
        )),
    }
}

text_schema!(
    Uscc,
    description: "Unified social credit code (GB 32100-2015); the last character is checked.",
    pattern: "^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}$",
    example: "91450802MA5GG00164",
    min_length: 18,
    max_length: 18,
    format: None,
);
text_schema!(
    Lei,
    description: "Legal entity identifier (ISO 17442); the last two digits are checked.",
    pattern: "^[0-9A-Z]{18}[0-9]{2}$",
    example: "9999CAOFEIDIAN000140",
    min_length: 20,
    max_length: 20,
    format: None,
);
text_schema!(
    Gln,
    description: "Global location number (GS1); the last digit is checked.",
    pattern: "^[0-9]{13}$",
    example: "6900000000014",
    min_length: 13,
    max_length: 13,
    format: None,
);
text_schema!(
    Locode,
    description: "UN/LOCODE of a place, without the space.",
    pattern: "^[A-Z]{2}[A-Z2-9]{3}$",
    example: "CNTXG",
    min_length: 5,
    max_length: 5,
    format: None,
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const USCC: &[&str] = &[
        "91110000600037341L",
        "121200004013590816",
        "91152201078377449P",
        "91130209MA0CFD013H",
        "91130209MA0CFD021C",
        "91130209MA0CFD03X4",
        "91341504MA2YJ0013T",
        "91341504MA2YJ0021M",
        "91450802MA5GG00164",
        "91450802MA5GG0024Y",
        "91450802MA5GG0032R",
        "91320594MA1P0001XE",
        "91320594MA1P00028E",
        "N2130209MF0CFD038W",
    ];

    fn error<T: FromStr<Err = ValueError> + fmt::Debug>(text: &str) -> ValueError {
        text.parse::<T>().unwrap_err()
    }

    #[test]
    fn real_and_synthetic_credit_codes_pass() {
        for text in USCC {
            let code: Uscc = text.parse().unwrap();
            assert_eq!(code.as_str(), *text);
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(serde_json::from_str::<Uscc>(&json).unwrap(), code);
        }
    }

    #[test]
    fn a_wrong_check_character_is_answered_with_the_right_one() {
        let error = error::<Uscc>("91110000600037341N");
        assert_eq!(error.code, "bad_check_digit");
        assert!(error.message.ends_with("begins with 91110000600037341 ends in L"), "{error}");
    }

    #[test]
    fn any_slip_of_one_character_in_a_credit_code_is_noticed() {
        for text in USCC {
            for place in 0..18 {
                for other in b'0'..=b'Z' {
                    let mut bytes = text.as_bytes().to_vec();
                    if bytes[place] == other {
                        continue;
                    }
                    bytes[place] = other;
                    let slipped = String::from_utf8(bytes).unwrap();
                    assert!(slipped.parse::<Uscc>().is_err(), "{slipped}");
                }
            }
        }
    }

    #[test]
    fn letters_stand_in_the_first_two_places_and_not_in_the_region() {
        assert!("N2130209MF0CFD038W".parse::<Uscc>().is_ok());
        let region = error::<Uscc>("91A10000600037341L");
        assert!(region.message.contains("digits of a region"), "{region}");
        for text in ["91110000600O37341L", "91110000600I37341L", "91110000600z37341L", "9111", ""] {
            assert_eq!(error::<Uscc>(text).code, "malformed_identifier", "{text}");
        }
        assert_eq!(error::<Uscc>("９1110000600037341").code, "malformed_identifier");
    }

    #[test]
    fn legal_entity_identifiers_are_checked() {
        for text in ["213800KUD8LAJWSQ9D15", "9999CAOFEIDIAN000140"] {
            assert_eq!(text.parse::<Lei>().unwrap().as_str(), text);
        }
        let wrong = error::<Lei>("213800KUD8LXJWSQ9D15");
        assert_eq!(wrong.code, "bad_check_digit");
        let expected = wrong.message.rsplit(' ').next().unwrap();
        let right = format!("213800KUD8LXJWSQ9D{expected}");
        assert!(right.parse::<Lei>().is_ok(), "{wrong}");
        for text in ["213800KUD8LAJWSQ9D1", "213800kud8LAJWSQ9D15", "213800KUD8LAJWSQ9DAB", ""] {
            assert_eq!(error::<Lei>(text).code, "malformed_identifier", "{text}");
        }
    }

    #[test]
    fn exactly_one_pair_of_check_digits_fits_a_legal_entity() {
        let fits = |pair: &u32| format!("213800KUD8LAJWSQ9D{pair:02}").parse::<Lei>().is_ok();
        assert_eq!((0..100).filter(fits).collect::<Vec<_>>(), [15]);
    }

    #[test]
    fn global_location_numbers_are_checked() {
        for text in ["6900000000014", "6900000000021", "4006381333931"] {
            assert_eq!(text.parse::<Gln>().unwrap().as_str(), text);
        }
        let wrong = error::<Gln>("4006381333932");
        assert_eq!(wrong.code, "bad_check_digit");
        assert!(wrong.message.ends_with("ends in 1"), "{wrong}");
        assert_eq!(error::<Gln>("400638133393").code, "malformed_identifier");
        assert_eq!(error::<Gln>("40063813339 1").code, "malformed_identifier");
    }

    #[test]
    fn places_have_a_country_and_three_characters() {
        assert!("CNTXG".parse::<Locode>().is_ok());
        assert!("US2AB".parse::<Locode>().is_ok());
        for text in ["CN TXG", "cntxg", "CNTX1", "CNTX0", "C2TXG", "CNTX", "CNTXGA", "中国TX"] {
            assert_eq!(error::<Locode>(text).code, "malformed_identifier", "{text}");
        }
    }
}
