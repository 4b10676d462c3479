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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use crate::domain::event::Event;
    use crate::domain::rules::testing::{DAY, estimated, kinds, proposal, tonnes};
    use crate::domain::shapes::Nonconformity::{Discrepancy, NotDispatched, OutOfTolerance};
    use crate::domain::state::Delivery;
    use crate::domain::testing::{OPENED, World};

    #[test]
    fn tolerance_and_threshold_are_shares_of_what_was_dispatched() {
        let mut world = World::with_slag();
        for (place, (dispatched, received, noted)) in [
            ("10", "10.03", &[][..]),
            ("10", "9.97", &[]),
            ("10", "10.030001", &[OutOfTolerance]),
            ("10", "9.969999", &[OutOfTolerance]),
            ("10", "11", &[OutOfTolerance]),
            ("10", "9", &[OutOfTolerance]),
            ("10", "11.000001", &[OutOfTolerance, Discrepancy]),
            ("10", "8.999999", &[OutOfTolerance, Discrepancy]),
        ]
        .into_iter()
        .enumerate()
        {
            let delivery = format!("dlv_{place}");
            world.dispatch(&delivery, "ctr_slag", dispatched);
            let events = world.receive(&delivery, received);
            assert_eq!(world.noted(&delivery), noted, "{dispatched} and {received}");
            assert_eq!(events.len(), 1 + usize::from(noted.contains(&Discrepancy)));
        }
    }

    /// Invariants 6 and 16, with the load of tar slag that lost 10.8 %.
    #[test]
    fn invariant_6_and_16_a_discrepancy_is_raised_whichever_side_was_recorded_first() {
        let mut first = World::with_tar();
        first.dispatch("dlv_1", "ctr_tar", "32.40");
        let later = first.receive("dlv_1", "28.90");
        assert_eq!(kinds(&later), ["delivery_received", "discrepancy_raised"]);
        let mut second = World::with_tar();
        let data = json!({
            "contract": "ctr_tar",
            "delivery": "dlv_1",
            "line": 1,
            "measured": estimated(&tonnes("28.90")),
        });
        second.take("frm_recycler", DAY, "receive_delivery", &data);
        let events = second.dispatch("dlv_1", "ctr_tar", "32.40");
        assert_eq!(kinds(&events), ["delivery_dispatched", "discrepancy_raised"]);
        assert_eq!(later[1], events[1], "the same discrepancy");
        let Event::DiscrepancyRaised(raised) = &events[1] else { panic!("raised") };
        assert_eq!(
            (raised.day.to_string(), raised.due.to_string()),
            ("2025-03-10".into(), "2025-03-25".into())
        );
        for (world, noted) in [
            (first, &[OutOfTolerance, Discrepancy][..]),
            (second, &[OutOfTolerance, Discrepancy, NotDispatched]),
        ] {
            assert_eq!(world.noted("dlv_1"), noted);
            let discrepancy = world.state::<Delivery>("dlv_1").discrepancy.unwrap();
            assert!(!discrepancy.resolved && discrepancy.due == raised.due);
        }
    }

    #[test]
    fn invariant_6_pieces_may_not_differ_at_all() {
        let mut world = World::standard();
        let pieces = |count: &str| json!({"unit": "C62", "value": count});
        let data = json!({
            "basis": "as_metered", "dimension": "pieces", "firm": "frm_steel",
            "kind": "by_product", "material": "mat_drums", "name": "drums",
        });
        world.take("frm_steel", OPENED, "define_material", &data);
        let mut data = proposal("ctr_drums", ("steel", "cement"), "mat_drums", &pieces("5000"));
        data["lines"][0]["tolerance_percent"] = "5".into();
        world.conclude(&data);
        for (delivery, received, noted) in
            [("dlv_1", "1000", &[][..]), ("dlv_2", "999", &[Discrepancy])]
        {
            let load = |count| {
                json!({
                    "contract": "ctr_drums",
                    "delivery": delivery,
                    "line": 1,
                    "measured": estimated(&pieces(count)),
                })
            };
            world.take("frm_steel", DAY, "dispatch_delivery", &load("1000"));
            world.take("frm_cement", DAY, "receive_delivery", &load(received));
            assert_eq!(world.noted(delivery), noted);
        }
    }
}
