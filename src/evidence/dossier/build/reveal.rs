//! Sealed values as a dossier shows them, with the salts that open their commitments.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::evidence::dossier::build::{Asked, BuildError, Refused, Source};
use crate::evidence::dossier::manifest::Revealed;
use crate::evidence::dossier::reveal::committed;
use crate::merkle::Hash;
use crate::record::{Line, LineError};

/// The values that are asked for, in order, each once.
pub fn values(source: &Source<'_>, asked: &Asked<'_>) -> Result<Vec<Revealed>, BuildError> {
    let mut wanted = asked.reveal.clone();
    wanted.sort_unstable();
    wanted.dedup();
    wanted.into_iter().map(|(position, pointer)| value(source, asked, position, pointer)).collect()
}

fn value(
    source: &Source<'_>,
    asked: &Asked<'_>,
    position: u64,
    pointer: String,
) -> Result<Revealed, BuildError> {
    let refuse = |why| BuildError::from(Refused::Reveal(position, pointer.clone(), why));
    if position >= source.signed.checkpoint.size {
        return Err(refuse("the checkpoint does not cover the record"));
    }
    let bytes = source.log.read(position)?;
    let broken = |error: LineError| BuildError::Decode(error.into());
    let line = Line::split(&bytes).map_err(broken)?;
    let body: Value =
        serde_json::from_slice(line.body).map_err(|error| broken(LineError::Body(error)))?;
    let commitment = body.pointer(&pointer).and_then(committed);
    let commitment = commitment.ok_or_else(|| refuse("no sealed value stands there"))?;
    let kept = (asked.sealed)(&commitment)?;
    let kept = kept.ok_or_else(|| refuse("the value is not kept here"))?;
    let secret = kept.secret.ok_or_else(|| refuse("the value was erased"))?;
    let value =
        String::from_utf8(secret.value).ok().and_then(|text| RawValue::from_string(text).ok());
    let value = value.ok_or_else(|| refuse("what is kept is no JSON"))?;
    Ok(Revealed { pointer, position, salt: Hash(secret.salt), value })
}
