//! Sealed values that are shown, held against the commitments in BODYs.

use serde_json::Value;

use crate::domain::confidential::Sealed;
use crate::evidence::dossier::manifest::Revealed;
use crate::log::sealed::commitment;
use crate::merkle::Hash;

pub struct Reveals {
    waiting: std::iter::Peekable<std::vec::IntoIter<Revealed>>,
    held: u64,
    fault: Option<String>,
}

impl Reveals {
    /// In the order of their positions.
    pub fn new(revealed: Vec<Revealed>) -> Reveals {
        Reveals { waiting: revealed.into_iter().peekable(), held: 0, fault: None }
    }

    /// Whether a value of the record at this position is shown.
    pub fn names(&mut self, position: u64) -> bool {
        self.waiting.peek().is_some_and(|next| next.position == position)
    }

    /// The BODY of a record, and the id of its command.
    pub fn look(&mut self, position: u64, body: &[u8], command: &str) {
        if !self.names(position) {
            return;
        }
        let body: Option<Value> = serde_json::from_slice(body).ok();
        while let Some(shown) = self.waiting.next_if(|next| next.position == position) {
            let there = body.as_ref().and_then(|body| body.pointer(&shown.pointer));
            let found = there.and_then(committed);
            let value = shown.value.get().as_bytes();
            let made = commitment(&shown.salt.0, command, &shown.pointer, value);
            if found == Some(made) {
                self.held += 1;
                continue;
            }
            let pointer = &shown.pointer;
            let fault = format!("record {position} does not commit to the value at {pointer:?}");
            self.fault.get_or_insert(fault);
        }
    }

    /// How many were held against their commitments; none if there is nothing shown.
    pub fn end(mut self) -> Result<u64, String> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match self.waiting.next() {
            Some(left) => Err(format!("the BODY of record {} is not shown", left.position)),
            None => Ok(self.held),
        }
    }
}

/// The commitment that stands for a value.
pub fn committed(value: &Value) -> Option<Hash> {
    let sealed: Sealed = serde::Deserialize::deserialize(value).ok()?;
    Some(Hash(sealed.sealed.0))
}
