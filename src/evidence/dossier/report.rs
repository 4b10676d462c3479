//! What verifying a dossier has found, check by check.

use serde::Serialize;

use crate::domain::id::{FirmId, ParkId};
use crate::domain::name::Name;
use crate::domain::text::Text;
use crate::domain::time::Period;
use crate::evidence::dossier::manifest::{Strength, ValueStatus};
use crate::merkle::Hash;

/// The checks, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    Form,
    Checkpoint,
    Inclusion,
    Consistency,
    Completeness,
    Method,
    Revealed,
    Formulas,
}

/// What one has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    Holds,
    /// It can't be told with what was brought.
    Open,
    Fails,
}

/// A check and what it has found, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    pub check: Check,
    pub found: Found,
    pub says: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Verified,
    NotVerified,
    /// Nothing is wrong, and something can't be told.
    Open,
}

/// An indicator as the formulas gave it anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FigureFound {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    pub indicator: Name,
    /// Whether the file states the same value, status and unit.
    pub is_as_stated: bool,
    pub status: ValueStatus,
    pub title_en: Text,
    pub unit: Text,
    /// Rounded as the method prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What the file is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    pub as_of: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_year: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firm: Option<FirmId>,
    pub method: Name,
    pub park: ParkId,
    pub period: Period,
    pub strength: Strength,
    pub version: u16,
}

/// What was found in a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    pub verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    pub checks: Vec<Line>,
    pub figures: Vec<FigureFound>,
    /// The hash in the file's last line, by which it is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<Hash>,
    /// Records that are shown with their BODY, and by their HEAD only.
    pub bodies: u64,
    pub heads: u64,
    /// Of the checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl Report {
    /// The first check that fails, or that is open.
    pub fn fault(&self) -> Option<&Line> {
        let first = |found| self.checks.iter().find(move |line| line.found == found);
        first(Found::Fails).or_else(|| first(Found::Open))
    }

    pub fn is_verified(&self) -> bool {
        self.verdict == Verdict::Verified
    }
}

/// Findings while they are gathered: of each check the worst, and of those the first.
#[derive(Clone, Debug, Default)]
pub struct Findings(Vec<Line>);

impl Findings {
    pub fn holds(&mut self, check: Check, says: impl Into<String>) {
        self.add(Line { check, found: Found::Holds, says: says.into() });
    }

    pub fn open(&mut self, check: Check, says: impl Into<String>) {
        self.add(Line { check, found: Found::Open, says: says.into() });
    }

    pub fn fails(&mut self, check: Check, says: impl Into<String>) {
        self.add(Line { check, found: Found::Fails, says: says.into() });
    }

    fn add(&mut self, line: Line) {
        match self.0.iter_mut().find(|known| known.check == line.check) {
            Some(known) if known.found < line.found => *known = line,
            Some(_) => {}
            None => self.0.push(line),
        }
    }

    pub fn is_failing(&self, check: Check) -> bool {
        self.0.iter().any(|line| line.check == check && line.found == Found::Fails)
    }

    /// The lines in the order of the checks, and what follows from them.
    pub fn end(mut self) -> (Vec<Line>, Verdict) {
        self.0.sort_by_key(|line| line.check);
        let verdict = match self.0.iter().map(|line| line.found).max() {
            Some(Found::Holds) => Verdict::Verified,
            Some(Found::Open) => Verdict::Open,
            Some(Found::Fails) | None => Verdict::NotVerified,
        };
        (self.0, verdict)
    }
}
