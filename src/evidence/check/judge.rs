//! One line on its own: its form, its hashes, its HEAD and its BODY.
//!
//! Invariant: a line without a defect is the line that was hashed, and any changed bit makes one.
//! Of a damaged line as much is used as its hashes vouch for, so that one flipped bit is told once
//! and not as ten consequences.

use crate::merkle::{Blake3, Hash, TreeHash};
use crate::record::canonical::is_canonical;
use crate::record::strict::{self, BodyView};
use crate::record::{Head, Line, LineError, body_hash};

/// What is known of a line.
pub(super) struct Judged<'a> {
    /// The leaf hash, or what the line says that it is.
    pub leaf: Option<Hash>,
    /// If it can be relied on.
    pub head: Option<Head>,
    /// If it can be relied on.
    pub body: Option<BodyView<'a>>,
    pub defect: Option<Defect>,
}

pub(super) struct Defect {
    pub code: &'static str,
    pub message: String,
    /// Whether lost or changed bytes can be the reason. The hashes of the others fit: they were
    /// written as they are.
    pub is_damage: bool,
}

impl Defect {
    pub fn damage(code: &'static str, message: impl Into<String>) -> Defect {
        Defect { code, message: message.into(), is_damage: true }
    }

    fn written(code: &'static str, error: &LineError) -> Defect {
        Defect { code, message: error.to_string(), is_damage: false }
    }
}

/// Judges a line, without its LF. Commitments to confidential values in BODY replace what is in
/// `sealed`.
pub(super) fn judge<'a>(bytes: &'a [u8], sealed: &mut Vec<Hash>) -> Judged<'a> {
    sealed.clear();
    let nothing = Judged { leaf: None, head: None, body: None, defect: None };
    let line = match Line::split(bytes) {
        Ok(line) => line,
        Err(error) => {
            let defect = Some(Defect::damage("line_form", error.to_string()));
            return Judged { defect, ..nothing };
        }
    };
    let leaf = Blake3::leaf(line.head);
    let head = strict::head(line.head);
    let body_fits = head.as_ref().is_some_and(|head| head.body == body_hash(line.body));
    if leaf != line.hash {
        let defect = Some(Defect::damage("leaf_hash", LineError::LeafHash.to_string()));
        if !body_fits || !is_near(&leaf, &line.hash) {
            return Judged { leaf: Some(line.hash), defect, ..nothing };
        }
        let body = strict::body(line.body, sealed);
        return Judged { leaf: Some(leaf), head, body, defect };
    }
    let leaf = Some(leaf);
    let Some(head) = head else {
        return Judged { leaf, defect: Some(head_defect(&line)), ..nothing };
    };
    if !body_fits {
        let defect = Some(Defect::damage("body_hash", LineError::BodyHash.to_string()));
        return Judged { leaf, head: Some(head), body: None, defect };
    }
    let body = strict::body(line.body, sealed);
    let defect = body.is_none().then(|| body_defect(&line));
    Judged { leaf, head: Some(head), body, defect }
}

/// Whether one hash can be a damaged copy of the other. If HEAD was changed, and not HASH, no byte
/// is the same but by chance.
fn is_near(one: &Hash, other: &Hash) -> bool {
    let same = one.0.iter().zip(other.0).filter(|(one, other)| **one == *other);
    same.count() >= 16
}

/// Why a HEAD is not taken whose hash is right.
fn head_defect(line: &Line<'_>) -> Defect {
    match line.head() {
        Err(error) => Defect::written("head_shape", &error),
        Ok(_) => Defect::written("head_form", &LineError::HeadForm),
    }
}

/// Why a BODY is not taken whose hash is right.
fn body_defect(line: &Line<'_>) -> Defect {
    match line.body() {
        Err(error) if is_canonical(line.body) => Defect::written("body_shape", &error),
        Ok(_) | Err(_) => Defect {
            code: "body_form",
            message: "BODY is not canonical JSON".to_owned(),
            is_damage: false,
        },
    }
}
