//! Values of rows: a version byte, then bincode. The only file that names bincode.
//!
//! Invariant: nothing that lasts depends on this form. Rows of another version are dropped and
//! rebuilt from the log.

use bincode::config::{Configuration, standard};
use serde::{Serialize, de::DeserializeOwned};

use crate::index::IndexError;

/// The form of all rows. A change of any row's type is a new number.
pub const VERSION: u8 = 7;

const FORM: Configuration = standard();

pub fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    out.push(VERSION);
    bincode::serde::encode_into_std_write(value, out, FORM)
        .expect("rows' types can all be written");
}

pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, IndexError> {
    let damaged = |what: String| IndexError::Damaged(what);
    let Some((&VERSION, rest)) = bytes.split_first() else {
        return Err(damaged("a row has another version".to_owned()));
    };
    match bincode::serde::decode_from_slice(rest, FORM) {
        Ok((value, read)) if read == rest.len() => Ok(value),
        Ok(_) => Err(damaged("a row is longer than its value".to_owned())),
        Err(error) => Err(damaged(error.to_string())),
    }
}
