//! Where the two sides' weights of one load differ.
//!
//! Invariant: which of the two was recorded first makes no difference to what comes of it. The
//! contract's tolerance and the regulatory threshold are two things: the first is between the
//! firms, the second calls for an explanation that regulators read.

use crate::domain::event::{DiscrepancyRaised, Exchange};
use crate::domain::quantity::Quantity;
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::shapes::Nonconformity;
use crate::domain::state::Line;
use crate::domain::time::Day;
use crate::domain::unit::Dimension;

/// Percent of the dispatched quantity by which bulk may differ (40 CFR 264.72); pieces may not.
const BULK_THRESHOLD_PERCENT: i128 = 10;

/// The days within which a discrepancy is to be resolved (40 CFR 264.72).
pub const RESOLVE_WITHIN_DAYS: i32 = 15;

/// Notes by how much two weights differ, and raises a discrepancy where the law asks for one. It is
/// dated as the receipt is, which is when it could be seen.
pub fn compare(
    line: &Line,
    dispatched: &Quantity,
    received: &Quantity,
    receipt: Day,
    noted: &mut Noted,
    exchange: &Exchange,
) -> Option<DiscrepancyRaised> {
    let basis = i128::from(dispatched.amount());
    let difference = (basis - i128::from(received.amount())).abs();
    // Rounding down is exact: a whole difference is over the share just when it is over its floor.
    let tolerance = line.tolerance_percent.percent_floor(basis);
    noted.add_if(
        tolerance.is_some_and(|tolerance| difference > tolerance),
        Nonconformity::OutOfTolerance,
    );
    let discrepant = match dispatched.dimension() {
        Dimension::Pieces => difference > 0,
        Dimension::Mass
        | Dimension::Volume
        | Dimension::NormalVolume
        | Dimension::StandardVolume
        | Dimension::Energy => difference * 100 > basis * BULK_THRESHOLD_PERCENT,
    };
    if !discrepant {
        return None;
    }
    noted.add(Nonconformity::Discrepancy);
    Some(DiscrepancyRaised {
        day: receipt,
        dispatched: *dispatched,
        due: receipt.checked_add(RESOLVE_WITHIN_DAYS).unwrap_or(Day::MAX),
        exchange: exchange.clone(),
        received: *received,
    })
}
