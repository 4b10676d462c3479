//! Sums of a park's facts as they were below an earlier position, from as few rows as can be.
//!
//! A month whose facts all stand below it is answered by its totals. Of any other month either what
//! stands below is summed, or what came later is taken from the totals, whichever is less to read.
//!
//! Invariant: whichever way is taken, the sums are those of the facts below the position.

use std::collections::BTreeSet;

use crate::domain::fact::Fact;
use crate::domain::id::ParkId;
use crate::domain::time::Month;
use crate::index::facts::Stream;
use crate::index::{FactFilter, Index, IndexError, Total, TotalFilter, key};

/// A part of a sum.
#[expect(clippy::large_enum_variant, reason = "handed over one by one, kept nowhere")]
pub enum Part<'a> {
    Total(Total),
    Fact(&'a Fact),
    /// It is in a total that was handed over before, and came later than the position.
    Later(&'a Fact),
}

/// How a month's sums come about.
enum Way {
    Total,
    Facts,
    TotalLessLater,
    /// All of it came later.
    Nothing,
}

impl Index {
    /// Hands over the parts of the sums of a park's facts below a position, over months, first and
    /// last included.
    pub fn parts_below(
        &self,
        park: &ParkId,
        months: (Month, Month),
        filter: TotalFilter,
        below: u64,
        each: &mut dyn FnMut(Part<'_>),
    ) -> Result<(), IndexError> {
        // As of this or more; blocks do not change below it while they are read.
        let (now, totals) = self.totals(park, months, &filter)?;
        let TotalFilter { measures, firm, material } = filter;
        let days = Some((months.0.first(), months.1.last()));
        let facts = FactFilter { park: Some(park.clone()), measures, days, firm, material };
        self.checked(self.parts_of(&facts, totals, (below, now), each))
    }

    fn parts_of(
        &self,
        filter: &FactFilter,
        totals: Vec<Total>,
        (below, now): (u64, u64),
        each: &mut dyn FnMut(Part<'_>),
    ) -> Result<(), IndexError> {
        let mut months = Vec::new();
        for stream in self.streams(filter)? {
            let way = self.way(&stream, below)?;
            months.push((stream, way));
        }
        let by_total =
            months.iter().filter(|(_, way)| matches!(way, Way::Total | Way::TotalLessLater));
        let by_total: BTreeSet<Month> = by_total.map(|(stream, _)| stream.month()).collect();
        // First, so that what came later is in a total when it is taken from it.
        let wanted = totals.into_iter().filter(|total| by_total.contains(&total.month));
        wanted.for_each(|total| each(Part::Total(total)));
        for (stream, way) in &mut months {
            match way {
                Way::Total | Way::Nothing => {}
                Way::Facts => {
                    let each = &mut |fact: &Fact| each(Part::Fact(fact));
                    self.between(stream, filter, (0, below), each)?;
                }
                Way::TotalLessLater => {
                    let each = &mut |fact: &Fact| each(Part::Later(fact));
                    self.between(stream, filter, (below, now), each)?;
                }
            }
        }
        Ok(())
    }

    fn way(&self, stream: &Stream, below: u64) -> Result<Way, IndexError> {
        let Some((first, last)) = stream.span(&self.0.rows)? else { return Ok(Way::Nothing) };
        let own = key::block(below);
        Ok(if last < own {
            Way::Total
        } else if first > own {
            Way::Nothing
        } else if last - own < own - first {
            Way::TotalLessLater
        } else {
            Way::Facts
        })
    }

    /// The facts of a stream that pass and stand from one position up to another.
    fn between(
        &self,
        stream: &mut Stream,
        filter: &FactFilter,
        (from, below): (u64, u64),
        each: &mut dyn FnMut(&Fact),
    ) -> Result<(), IndexError> {
        let mut at = stream.open(&self.0.rows, key::block(from))?;
        while let Some((position, _)) = at {
            if position >= below {
                return Ok(());
            }
            if let Some(fact) = stream.fact_from(from) {
                each(fact);
            }
            at = stream.advance(&self.0.rows, filter)?;
        }
        Ok(())
    }
}
