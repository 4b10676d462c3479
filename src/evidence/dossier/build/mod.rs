//! Making a dossier from a ledger's log, tree and newest checkpoint.
//!
//! Invariant: a dossier is a function of the log below the checkpoint and of what was asked, so it
//! is written twice: first to the verifier, and only if that verifies to whoever is to have it. No
//! BODY is written that the reader may not see.

mod gather;
mod reveal;
mod write;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::domain::id::{FirmId, ParkId};
use crate::domain::method::{Item, Method};
use crate::domain::name::Name;
use crate::domain::time::{Month, Period};
use crate::evidence::dossier::book::Whose;
use crate::evidence::dossier::evaluate::{Question, evaluate, unknown_choice};
use crate::evidence::dossier::manifest::{Counted, Earlier, Manifest, MethodAt, Strength};
use crate::evidence::dossier::methods::foreign_items;
use crate::evidence::dossier::reading::Sink;
use crate::evidence::dossier::report::Report;
use crate::evidence::dossier::verify::Trust;
use crate::evidence::proof::{NoProof, Prover};
use crate::index::{Index, IndexError};
use crate::log::checkpoint::Signed;
use crate::log::sealed::{Entry, SealedError};
use crate::log::tree::{Tree, TreeError};
use crate::log::{LogError, LogReader};
use crate::merkle::Hash;
use crate::record::checkpoint::Checkpoint;
use crate::record::note::VerifierKey;
use crate::record::{DecodeError, Decoded};

use gather::Gathered;

/// Looks up what is kept for a commitment.
pub type FindSealed<'a> = dyn Fn(&Hash) -> Result<Option<Entry>, SealedError> + 'a;

/// Where a dossier is made from.
pub struct Source<'a> {
    pub log: &'a LogReader,
    pub tree: &'a Tree,
    /// The newest one; nothing beyond it is proven.
    pub signed: &'a Signed,
    /// Every key that the log names, against which the dossier is verified before it leaves.
    pub keys: &'a [VerifierKey],
    /// Facts are found faster where there are rows.
    pub index: Option<&'a Index>,
    /// Whether the reader may see the BODY of a record; of those that are not for everybody.
    pub may_see: &'a dyn Fn(&Decoded) -> bool,
}

/// What a dossier is asked for.
pub struct Asked<'a> {
    pub park: ParkId,
    pub period: Period,
    pub method: &'a Method,
    /// Where the log publishes the method, and the items of others that it names.
    pub method_position: u64,
    pub items: &'a dyn Fn(&Name) -> Option<(u64, Item)>,
    pub base_year: Option<u16>,
    pub choices: BTreeMap<Name, Name>,
    /// All that the checkpoint covers if absent; of a complete one, all that was counted last.
    pub as_of: Option<u64>,
    /// Only this firm's facts.
    pub firm: Option<FirmId>,
    pub strength: Strength,
    /// A checkpoint of before, from which a proof of consistency is to lead here.
    pub earlier: Option<&'a str>,
    /// Sealed values that are to be shown, by the position of their record and pointer.
    pub reveal: Vec<(u64, String)>,
    /// What is kept for a commitment.
    pub sealed: &'a FindSealed<'a>,
}

/// Why there is no dossier as it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0} of {1} is not closed, or was not counted up to as_of: nothing proves it complete")]
    NotCounted(Period, ParkId),
    #[error("the newest checkpoint covers {covered} records, fewer than {as_of}")]
    NotCovered { as_of: u64, covered: u64 },
    #[error("the method was not published yet at {as_of}: record {position} does")]
    MethodLater { as_of: u64, position: u64 },
    #[error("{0}")]
    Choice(String),
    #[error("a firm's cut is always listed: leave out `firm`, or ask for it listed")]
    FirmComplete,
    #[error("the figures rest on record {0}, whose BODY this key may not see")]
    NotShown(u64),
    #[error("the earlier checkpoint: {0}")]
    Earlier(String),
    #[error("record {0}, {1:?}: {2}")]
    Reveal(u64, String, &'static str),
}

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error(transparent)]
    Proof(#[from] NoProof),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Sealed(#[from] SealedError),
    #[error("could not write the dossier: {0}")]
    Write(#[from] io::Error),
    /// What was made does not verify: the log, the tree or this program is at fault.
    #[error("the dossier that was made does not verify: {0}")]
    Unverified(String),
}

/// A dossier that was verified, ready to be written.
pub struct Draft<'a> {
    source: &'a Source<'a>,
    manifest: Manifest,
    /// The records that are listed, in order, and whether with their BODY.
    listed: Vec<(u64, bool)>,
    report: Report,
}

impl<'a> Draft<'a> {
    /// Finds what the figures rest on, and verifies what would be written.
    pub fn make(source: &'a Source<'a>, asked: &Asked<'_>) -> Result<Draft<'a>, BuildError> {
        let covered = source.signed.checkpoint.size;
        if asked.firm.is_some() && asked.strength == Strength::Complete {
            return Err(Refused::FirmComplete.into());
        }
        if let Some(fault) = unknown_choice(asked.method, &asked.choices) {
            return Err(Refused::Choice(fault).into());
        }
        let counted = match asked.strength {
            Strength::Listed => None,
            Strength::Complete => Some(counted(source, asked)?),
        };
        let newest = counted.as_ref().map_or(covered, |counted| counted.position + 1);
        let as_of = asked.as_of.unwrap_or(newest);
        if as_of > covered {
            return Err(Refused::NotCovered { as_of, covered }.into());
        }
        let position = asked.method_position;
        if position >= as_of {
            return Err(Refused::MethodLater { as_of, position }.into());
        }
        let whose = Whose { park: asked.park.clone(), firm: asked.firm.clone() };
        let gathered = match (source.index, &counted) {
            (Some(index), None) => gather::by_index(index, asked, &whose, as_of)?,
            _ => gather::by_scan(source.log, &whose, as_of, counted.as_ref())?,
        };
        let (manifest, listed) = compose(source, asked, as_of, counted, gathered)?;
        // A first time, to the verifier only.
        let mut sink = Sink::new(Trust { keys: source.keys, earlier: None });
        write::write(source, &manifest, &listed, &mut sink)?;
        let report = sink.finish();
        if !report.is_verified() {
            let fault = report.fault().map_or(String::new(), |line| line.says.clone());
            return Err(BuildError::Unverified(fault));
        }
        Ok(Draft { source, manifest, listed, report })
    }

    /// What verifying it has found.
    pub fn report(&self) -> &Report {
        &self.report
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Writes it. The bytes are those that were verified: the log below a checkpoint never changes.
    pub fn write(&self, out: &mut dyn Write) -> Result<(), BuildError> {
        let hash = write::write(self.source, &self.manifest, &self.listed, out)?;
        if Some(hash) != self.report.hash {
            return Err(BuildError::Unverified("the log was read otherwise before".to_owned()));
        }
        Ok(())
    }
}

/// The record that counted the park, up to which a complete dossier lists its records: the first
/// one behind `as_of`, or the last of all.
fn counted(source: &Source<'_>, asked: &Asked<'_>) -> Result<Counted, BuildError> {
    let counts = gather::counts(source.log, source.signed.checkpoint.size, &asked.park)?;
    let (first, last) = (asked.period.first_month(), asked.period.last_month());
    let is_whole = |counted: &&Counted| {
        let until = || counts.iter().filter(|one| one.position <= counted.position);
        let is_closed = |month: Month| until().any(|one| one.period == month);
        (first.0..=last.0).map(Month).all(is_closed)
    };
    let mut whole = counts.iter().filter(is_whole);
    let found = match asked.as_of {
        Some(as_of) => whole.find(|counted| as_of <= counted.position + 1),
        None => whole.next_back(),
    };
    let refused = || Refused::NotCounted(asked.period, asked.park.clone());
    Ok(found.cloned().ok_or_else(refused)?)
}

/// Evaluates, and lists what the values rest on.
fn compose(
    source: &Source<'_>,
    asked: &Asked<'_>,
    as_of: u64,
    counted: Option<Counted>,
    gathered: Gathered,
) -> Result<(Manifest, Vec<(u64, bool)>), BuildError> {
    let Asked { base_year, choices, firm, method, method_position, park, period, strength, .. } =
        asked;
    let question = Question { base_year: *base_year, choices: choices.clone(), period: *period };
    let items = |name: &Name| (asked.items)(name).map(|(_, item)| item);
    let evaluated = evaluate(method, &items, &question, &gathered.book.ground());
    let mut listed: BTreeMap<u64, bool> = gathered.heads.into_iter().collect();
    let taken = gathered.book.taken(&evaluated.taken);
    let facts = gathered.facts.iter().filter(|(_, set)| taken[*set as usize]);
    let named = foreign_items(method);
    let named = named.iter().filter_map(|name| (asked.items)(name).map(|(position, _)| position));
    let named = named.filter(|position| *position < as_of);
    let revealed = asked.reveal.iter().map(|(position, _)| *position);
    let all = facts.map(|(position, _)| *position).chain(named).chain(revealed);
    listed.extend(all.chain([0, *method_position]).map(|position| (position, true)));
    let at = MethodAt {
        method: method.method.clone(),
        position: *method_position,
        version: method.version,
    };
    let manifest = Manifest {
        as_of,
        base_year: *base_year,
        checkpoint: source.signed.note.clone(),
        choices: choices.clone(),
        counted,
        earlier: asked.earlier.map(|note| earlier(source, note)).transpose()?,
        figures: evaluated.figures,
        firm: firm.clone(),
        leaves: evaluated.leaves,
        method: at,
        park: park.clone(),
        period: *period,
        revealed: reveal::values(source, asked)?,
        strength: *strength,
    };
    Ok((manifest, listed.into_iter().collect()))
}

/// The proof that the log only grew since a checkpoint of before.
fn earlier(source: &Source<'_>, note: &str) -> Result<Earlier, BuildError> {
    let refused = |error: String| BuildError::from(Refused::Earlier(error));
    let (before, _) = Checkpoint::open(note.as_bytes(), source.keys)
        .map_err(|error| refused(error.to_string()))?;
    let newest = &source.signed.checkpoint;
    if before.origin != newest.origin {
        return Err(refused(format!("it is of {}", before.origin)));
    }
    if before.size > newest.size {
        let sizes = format!("it covers {} records, the newest {}", before.size, newest.size);
        return Err(refused(sizes));
    }
    let proof = Prover::new(source.tree, newest).consistency(before.size, newest.size)?;
    if proof.first_root != before.root {
        return Err(refused("this log has another root at its size".to_owned()));
    }
    Ok(Earlier { checkpoint: note.to_owned(), path: proof.path })
}
