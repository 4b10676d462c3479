//! The tree of a dossier, walked from left to right.
//!
//! Invariant: what is accepted covers the positions one after another with no gap, in the only way
//! there is: whole subtrees in which nothing is listed, each as large as it can be. Memory grows
//! with the logarithm of the size.

use crate::evidence::dossier::form::WalkLine;
use crate::merkle::{Blake3, CompactRange, Hash, TreeHash};
use crate::record::{HEAD_LIMIT, Head, body_hash, strict};

/// A record that stands where the walk has come to.
pub struct Listed<'a> {
    pub head: Head,
    pub body: Option<&'a [u8]>,
}

pub struct Walk {
    range: CompactRange<Blake3>,
    /// Of the checkpoint.
    size: u64,
    /// The line before, if it was a subtree: its level and place.
    before: Option<(u8, u64)>,
    /// A size whose root is asked for, and the root once it was passed.
    wanted: Option<(u64, Option<Hash>)>,
}

impl Walk {
    /// Over that many records; the root at `wanted` records is kept, if the walk comes by there.
    pub fn new(size: u64, wanted: Option<u64>) -> Walk {
        let mut walk = Walk {
            range: CompactRange::new(),
            size,
            before: None,
            wanted: wanted.map(|wanted| (wanted, None)),
        };
        walk.look();
        walk
    }

    /// The next position.
    pub fn position(&self) -> u64 {
        self.range.size()
    }

    pub fn root(&self) -> Hash {
        self.range.root()
    }

    /// The root at the size that was asked for, if the walk came by there.
    pub fn wanted_root(&self) -> Option<Hash> {
        self.wanted.and_then(|(_, root)| root)
    }

    /// Takes a line; answers the record that it lists, or why it can't stand there.
    pub fn take<'a>(&mut self, line: &WalkLine<'a>) -> Result<Option<Listed<'a>>, String> {
        let position = self.position();
        let (level, root, listed) = match *line {
            WalkLine::Subtree { level, root } => {
                let place = position.checked_shr(level.into()).unwrap_or(0);
                let before = self.before.replace((level, place));
                if before.is_some_and(|before| before == (level, place ^ 1) && place % 2 == 1) {
                    return Err(format!(
                        "position {position}: two subtrees stand where their parent should"
                    ));
                }
                (level, root, None)
            }
            WalkLine::Record { hash, head, body } => {
                self.before = None;
                (0, hash, Some(record(position, hash, head, body)?))
            }
        };
        if !self.range.push_subtree(level, root) {
            return Err(format!("position {position}: no subtree of level {level} begins there"));
        }
        if self.position() > self.size {
            return Err(format!("it covers more than the checkpoint's {} records", self.size));
        }
        self.look();
        Ok(listed)
    }

    fn look(&mut self) {
        if let Some((wanted, root)) = &mut self.wanted
            && *wanted == self.range.size()
        {
            *root = Some(self.range.root());
        }
    }
}

/// Checks that HASH, HEAD and BODY belong together and to this position.
fn record<'a>(
    position: u64,
    hash: Hash,
    head: &[u8],
    body: Option<&'a [u8]>,
) -> Result<Listed<'a>, String> {
    let fault = |what: &str| Err(format!("position {position}: {what}"));
    if Blake3::leaf(head) != hash {
        return fault("HASH is not the leaf hash of HEAD");
    }
    let Some(head) = Some(head).filter(|head| head.len() < HEAD_LIMIT).and_then(strict::head)
    else {
        return fault("HEAD is not one in canonical form");
    };
    if head.position != position {
        return fault(&format!("HEAD is that of record {}", head.position));
    }
    if body.is_some_and(|body| body_hash(body) != head.body) {
        return fault("BODY does not have the hash that HEAD names");
    }
    Ok(Listed { head, body })
}
