//! What a dispatch or a receipt says was measured, and the ticket that proves it.
//!
//! Invariant: net is gross less tare and more than zero, and a ticket's number stands for one
//! weighing of its scale, with one gross and one tare: of one delivery, or split over several, each
//! part once, which together are at most its net.

use std::cmp::Ordering;

use crate::domain::decide::Context;
use crate::domain::id::SiteId;
use crate::domain::quantity::Method;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::shapes::{Measured, Nonconformity, Ticket};
use crate::domain::state::{Scale, TicketUse};
use crate::domain::states::{States, Stored};
use crate::domain::time::Day;
use crate::domain::unit::Dimension;

const QUANTITY: &str = "/data/measured/quantity";
const TICKET: &str = "/data/measured/ticket";
const NUMBER: &str = "/data/measured/ticket/number";
const SPLIT: &str = "/data/measured/ticket/split";
const TARE: &str = "/data/measured/ticket/tare";

/// Refuses what can't be a measurement of a material, whatever the ledger holds.
pub fn check(measured: &Measured, dimension: Dimension) -> Result<(), Refusal> {
    let Measured { method, quantity, ticket } = measured;
    named::like(quantity, dimension, QUANTITY)?;
    named::not_zero(quantity, QUANTITY)?;
    match (method, ticket) {
        (Method::Weighed, None) => {
            let message = "what was weighed has a ticket; without one the method is another";
            Err(Refusal::new(Code::TicketNeeded, TICKET, message))
        }
        (Method::Weighed, Some(ticket)) => check_net(measured, ticket),
        // No scale has weighed a part on its own, and a firm may say so.
        (Method::Calculated, Some(ticket)) if ticket.split.is_some() => check_net(measured, ticket),
        (Method::Metered | Method::Calculated | Method::Estimated | Method::Declared, Some(_)) => {
            let message = format!("what has a ticket was `weighed`, not `{method}`");
            Err(Refusal::new(Code::TicketNotWeighed, TICKET, message))
        }
        (Method::Metered | Method::Calculated | Method::Estimated | Method::Declared, None) => {
            Ok(())
        }
    }
}

fn check_net(measured: &Measured, ticket: &Ticket) -> Result<(), Refusal> {
    let Measured { quantity, .. } = measured;
    let Ticket { gross, tare, .. } = ticket;
    named::like(gross, quantity.dimension(), "/data/measured/ticket/gross")?;
    named::like(tare, quantity.dimension(), TARE)?;
    let refuse =
        |pointer, message| Err(Refusal::new(Code::NetIsNotGrossLessTare, pointer, message));
    match (gross.amount() - tare.amount()).cmp(&0) {
        Ordering::Less | Ordering::Equal => {
            refuse(TARE, format!("the tare {tare} is not less than the gross {gross}"))
        }
        Ordering::Greater if ticket.split.is_some() => {
            let net = gross.amount() - tare.amount();
            if quantity.amount() <= net {
                return Ok(());
            }
            let net = gross.resized(net);
            refuse(QUANTITY, format!("{quantity} is no part of {gross} less {tare}, {net}"))
        }
        Ordering::Greater if gross.amount() - tare.amount() != quantity.amount() => {
            let net = gross.resized(gross.amount() - tare.amount());
            refuse(QUANTITY, format!("{gross} less {tare} is {net}, not {quantity}"))
        }
        Ordering::Greater => Ok(()),
    }
}

/// Refuses a ticket that stands for another load, unless both are parts of it, and notes a scale
/// that may not weigh here.
pub fn check_ticket<S: States>(
    context: &Context<'_, S>,
    measured: &Measured,
    site: &SiteId,
    day: Day,
    noted: &mut Noted,
) -> Result<(), Refusal> {
    let Some(ticket) = &measured.ticket else { return Ok(()) };
    let scale = context.states.find::<Scale>(ticket.scale.as_str());
    let scale = scale.filter(|scale| scale.state.site == *site);
    let calibrated = |scale: &Stored<Scale>| {
        scale.state.calibrations.iter().any(|calibration| calibration.contains(day))
    };
    match &scale {
        None => noted.add(Nonconformity::UnknownScale),
        Some(scale) => noted.add_if(!calibrated(scale), Nonconformity::ScaleNotCalibrated),
    }
    let Some(used) = context.states.find::<TicketUse>(&ticket_id(ticket, site, scale.is_some()))
    else {
        return Ok(());
    };
    check_again(&used.state, ticket, measured)
}

/// Refuses a ticket that was used, unless this is a part of it that was not.
fn check_again(used: &TicketUse, ticket: &Ticket, measured: &Measured) -> Result<(), Refusal> {
    let same =
        used.gross.amount() == ticket.gross.amount() && used.tare.amount() == ticket.tare.amount();
    let Ticket { number, scale, .. } = ticket;
    let first = used.loads.first().expect("a ticket was used for something");
    let split = ticket.split.filter(|split| same && used.parts == Some(split.of));
    let Some(split) = split else {
        let weights = if same { "the same weights" } else { "other weights" };
        let parts = match used.parts {
            None => "unsplit".to_owned(),
            Some(parts) => format!("split into {parts}"),
        };
        let message = format!(
            "ticket {number} of {scale} stands for {} already, with {weights} and {parts}; a \
             ticket is one weighing of one delivery, or of as many as each of them says",
            first.delivery
        );
        return Err(Refusal::new(Code::TicketTaken, NUMBER, message));
    };
    if let Some(load) = used.loads.iter().find(|load| load.part == Some(split.part)) {
        let message = format!(
            "part {} of {} of ticket {number} of {scale} is {} already",
            split.part, split.of, load.delivery
        );
        return Err(Refusal::new(Code::PartTaken, SPLIT, message));
    }
    let left = used.net() - used.counted();
    if measured.quantity.amount() > left {
        let message = format!(
            "of ticket {number} of {scale} {} are left for this part, not {}: together the parts \
             are at most its net",
            ticket.gross.resized(left),
            measured.quantity
        );
        return Err(Refusal::new(Code::SplitOverNet, QUANTITY, message));
    }
    Ok(())
}

/// The id of a ticket's row. A ticket of a scale that is not the site's own stands apart: nobody
/// can use up the numbers of another's scale, by mistake or on purpose.
pub fn ticket_id(ticket: &Ticket, site: &SiteId, known_scale: bool) -> String {
    if known_scale { ticket.row_id() } else { format!("{site}/{}", ticket.row_id()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::rules::testing::{DAY, TONNE, gigajoules, tonnes, weighed, with};
    use crate::domain::shapes::Nonconformity;
    use crate::domain::state::TicketUse;
    use crate::domain::testing::World;
    use crate::domain::ticket::WeighingMode;

    fn load(delivery: &str, measured: &Value) -> Value {
        json!({"contract": "ctr_slag", "delivery": delivery, "line": 1, "measured": measured})
    }

    #[test]
    fn invariant_3_net_is_gross_less_tare_and_more_than_zero() {
        let mut world = World::with_slag();
        let with_weights = |gross: &Value, tare: &Value, net: &str| {
            let mut measured = weighed("scl_steel", "1", 31);
            measured["quantity"] = tonnes(net);
            measured["ticket"] =
                with(measured["ticket"].clone(), json!({"gross": gross, "tare": tare}));
            load("dlv_1", &measured)
        };
        let code = "net_is_not_gross_less_tare";
        let (quantity, tare) = ("/data/measured/quantity", "/data/measured/ticket/tare");
        for (gross, tare_, net, expected) in [
            (tonnes("46.20"), tonnes("15.00"), "31.21", Some((code, quantity))),
            (tonnes("15"), tonnes("15"), "31.20", Some((code, tare))),
            (tonnes("15"), tonnes("46.20"), "31.20", Some((code, tare))),
            (
                gigajoules("46"),
                tonnes("15"),
                "31",
                Some(("unlike_dimension", "/data/measured/ticket/gross")),
            ),
            (tonnes("46"), gigajoules("15"), "31", Some(("unlike_dimension", tare))),
            (tonnes("46.20"), json!({"unit": "KGM", "value": "15000"}), "31.20", None),
        ] {
            let data = with_weights(&gross, &tare_, net);
            let result = world.ask("frm_steel", DAY, "dispatch_delivery", &data);
            let refused = result.err().map(|refusal| (refusal.code.as_str(), refusal.pointer));
            let expected = expected.map(|(code, pointer)| (code, pointer.to_owned()));
            assert_eq!(refused, expected, "{gross} - {tare_} = {net}");
        }
    }

    #[test]
    fn invariant_3_a_ticket_is_one_weighing_of_one_delivery() {
        let mut world = World::with_slag();
        let first = load("dlv_1", &weighed("scl_steel", "7", 20));
        world.take("frm_steel", DAY, "dispatch_delivery", &first);
        let used = world.state::<TicketUse>("scl_steel/7");
        assert_eq!(used.loads[0].delivery.as_str(), "dlv_1");
        for (net, content) in [(20, "the same weights"), (21, "other weights")] {
            let second = load("dlv_2", &weighed("scl_steel", "7", net));
            let refusal = world.ask("frm_steel", DAY, "dispatch_delivery", &second).unwrap_err();
            assert_eq!(refusal.code.as_str(), "ticket_taken");
            assert_eq!(refusal.pointer, "/data/measured/ticket/number");
            assert!(refusal.message.contains("dlv_1"), "{refusal}");
            assert!(refusal.message.contains(content), "{refusal}");
        }
        let again = load("dlv_1", &weighed("scl_steel", "7", 20));
        let refused = world.refuse("frm_steel", DAY, "dispatch_delivery", &again);
        assert_eq!(refused, ("already_dispatched", "/data/delivery".to_owned()));
        let other_number = load("dlv_2", &weighed("scl_steel", "8", 20));
        world.take("frm_steel", DAY, "dispatch_delivery", &other_number);
    }

    fn part(delivery: &str, number: &str, split: (u8, u8), net: &str) -> Value {
        let mut measured = weighed("scl_steel", number, 30);
        measured["quantity"] = tonnes(net);
        measured["ticket"]["split"] = json!({"of": split.1, "part": split.0});
        load(delivery, &measured)
    }

    #[test]
    fn one_weighing_is_split_over_deliveries_that_together_are_at_most_its_net() {
        let mut world = World::with_slag();
        let take = |world: &mut World, data: &Value| {
            world.take("frm_steel", DAY, "dispatch_delivery", data);
        };
        let refuse = |world: &mut World, data: &Value| {
            let refusal = world.ask("frm_steel", DAY, "dispatch_delivery", data).unwrap_err();
            (refusal.code.as_str(), refusal.pointer)
        };
        let quantity = "/data/measured/quantity".to_owned();
        let more = part("dlv_1", "7", (1, 3), "30.01");
        assert_eq!(refuse(&mut world, &more), ("net_is_not_gross_less_tare", quantity.clone()));
        take(&mut world, &part("dlv_1", "7", (1, 3), "10"));
        take(&mut world, &part("dlv_3", "7", (3, 3), "12.5"));
        let twice = refuse(&mut world, &part("dlv_2", "7", (3, 3), "1"));
        assert_eq!(twice, ("part_taken", "/data/measured/ticket/split".to_owned()));
        let number = "/data/measured/ticket/number".to_owned();
        for other in [
            part("dlv_2", "7", (2, 4), "1"),
            load("dlv_2", &weighed("scl_steel", "7", 30)),
            with(part("dlv_2", "7", (2, 3), "1"), {
                let mut measured = weighed("scl_steel", "7", 31);
                measured["ticket"]["split"] = json!({"of": 3, "part": 2});
                measured["quantity"] = tonnes("1");
                json!({"measured": measured})
            }),
        ] {
            assert_eq!(refuse(&mut world, &other), ("ticket_taken", number.clone()), "{other}");
        }
        let over = refuse(&mut world, &part("dlv_2", "7", (2, 3), "7.500001"));
        assert_eq!(over, ("split_over_net", quantity));
        let mut last = part("dlv_2", "7", (2, 3), "7.5");
        last["measured"]["method"] = "calculated".into();
        take(&mut world, &last);
        let used = world.state::<TicketUse>("scl_steel/7");
        let parts: Vec<_> = used.loads.iter().map(|load| load.part).collect();
        assert_eq!((parts, used.parts), (vec![Some(1), Some(3), Some(2)], Some(3)));
        assert_eq!(used.counted(), used.net());
        assert_eq!(world.balance("ctr_slag").dispatched, 30 * TONNE, "each counts its own part");
        let whole = load("dlv_4", &weighed("scl_steel", "8", 30));
        take(&mut world, &whole);
        let refused = refuse(&mut world, &part("dlv_5", "8", (1, 2), "1"));
        assert_eq!(refused, ("ticket_taken", number), "a whole ticket is not split afterwards");
    }

    #[test]
    fn a_whole_ticket_is_weighed_and_says_when_and_by_what() {
        let mut world = World::with_slag();
        let mut measured = weighed("scl_steel", "9", 20);
        measured["method"] = "calculated".into();
        let refused =
            world.refuse("frm_steel", DAY, "dispatch_delivery", &load("dlv_1", &measured));
        assert_eq!(refused.0, "ticket_not_weighed");
        measured["method"] = "weighed".into();
        measured["ticket"]["mode"] = "draft_survey".into();
        measured["ticket"]["weighed_at"] = "2025-03-09T23:00:00.000Z".into();
        world.take("frm_steel", DAY, "dispatch_delivery", &load("dlv_1", &measured));
        let used = world.state::<TicketUse>("scl_steel/9");
        assert_eq!(used.mode, WeighingMode::DraftSurvey);
        assert_eq!(used.weighed_at.to_string(), "2025-03-09T23:00:00.000Z");
        let plain = load("dlv_2", &weighed("scl_steel", "10", 20));
        world.take("frm_steel", DAY, "dispatch_delivery", &plain);
        let used = world.state::<TicketUse>("scl_steel/10");
        assert_eq!(
            (used.weighed_at.to_string(), used.mode),
            (DAY.to_owned(), WeighingMode::TruckScale)
        );
    }

    #[test]
    fn a_receiver_may_go_by_the_supplier_s_ticket_and_it_is_noted() {
        let mut world = World::with_slag();
        let measured = weighed("scl_steel", "1", 20);
        world.take("frm_steel", DAY, "dispatch_delivery", &load("dlv_1", &measured));
        let data = json!({"delivery": "dlv_1", "measured": measured});
        world.take("frm_cement", DAY, "receive_delivery", &data);
        assert_eq!(world.noted("dlv_1"), [Nonconformity::UnknownScale]);
        let data = load("dlv_2", &measured);
        let refused = world.refuse("frm_cement", DAY, "receive_delivery", &data);
        assert_eq!(refused.0, "ticket_taken");
    }

    #[test]
    fn nobody_uses_up_the_ticket_numbers_of_another_s_scale() {
        let mut world = World::with_slag();
        let foreign = load("dlv_1", &weighed("scl_cement", "7", 20));
        world.take("frm_steel", DAY, "dispatch_delivery", &foreign);
        assert_eq!(world.noted("dlv_1"), [Nonconformity::UnknownScale]);
        let again = load("dlv_2", &weighed("scl_cement", "7", 20));
        let refused = world.refuse("frm_steel", DAY, "dispatch_delivery", &again);
        assert_eq!(refused.0, "ticket_taken");
        let own = json!({"delivery": "dlv_1", "measured": weighed("scl_cement", "7", 20)});
        world.take("frm_cement", DAY, "receive_delivery", &own);
        assert_eq!(world.noted("dlv_1"), [Nonconformity::UnknownScale]);
    }

    #[test]
    fn invariant_3_a_scale_is_the_site_s_own_and_calibrated_on_the_day() {
        let mut world = World::with_slag();
        let data = load("dlv_1", &weighed("scl_none", "1", 20));
        world.take("frm_steel", DAY, "dispatch_delivery", &data);
        assert_eq!(world.noted("dlv_1"), [Nonconformity::UnknownScale]);
        let mut late = World::with_slag();
        let at = "2026-01-01T08:00:00.000Z";
        let data = load("dlv_1", &weighed("scl_steel", "1", 20));
        late.take("frm_steel", at, "dispatch_delivery", &data);
        let noted = [Nonconformity::OutsideTerm, Nonconformity::ScaleNotCalibrated];
        assert_eq!(late.noted("dlv_1"), noted);
        let calibration = json!({"from": "2026-01-01", "to": "2026-12-31"});
        let data = json!({"calibration": calibration, "scale": "scl_steel"});
        late.take("frm_steel", at, "calibrate_scale", &data);
        let data = load("dlv_2", &weighed("scl_steel", "2", 20));
        late.take("frm_steel", at, "dispatch_delivery", &data);
        assert_eq!(late.noted("dlv_2"), [Nonconformity::OutsideTerm]);
    }
}
