//! `adjust_metered_periods`, `confirm_adjustment`, `decline_adjustment`: what a meter was found to
//! have counted too much or too little.
//!
//! Invariant: what was recorded stays as it was. A confirmed difference counts once: in figures on
//! the stated day, in the contract in the window of what it adjusts. No sum of a window falls below
//! zero by it, what is used stays within what is accepted, and that within the contract.

use crate::domain::command::{AdjustMeteredPeriods, ConfirmAdjustment, DeclineAdjustment};
use crate::domain::decide::Context;
use crate::domain::event::{
    Event, MeteredAdjustmentConfirmed, MeteredAdjustmentDeclined, MeteredAdjustmentRecorded, Side,
};
use crate::domain::evolve::Meta;
use crate::domain::id::{AdjustmentId, ContractId, MeterId};
use crate::domain::quantity::MAX_AMOUNT;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::{Decision, shared};
use crate::domain::rules::{claim, lookup, permits, stock};
use crate::domain::shapes::{AdjustmentCause, AdjustmentSign};
use crate::domain::state::{Adjustment, AdjustmentStage, Contract, Line, MeterUse};
use crate::domain::states::{States, StatesMut};
use crate::domain::time::{Day, UtcMillis};

const ADJUSTMENT: &str = "/data/adjustment";
const QUANTITY: &str = "/data/quantity";

pub fn adjust_metered_periods<S: States>(
    context: &Context<'_, S>,
    data: &AdjustMeteredPeriods,
) -> Decision {
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    let by = named::side(context, &contract.supplier, &contract.receiver)?;
    let line = named::line(contract, data.line, "/data/line")?;
    if contract.adjustments.iter().any(|other| other.adjustment == data.adjustment) {
        let message = format!("{} exists already; choose another id", data.adjustment);
        return Err(Refusal::new(Code::AlreadyExists, ADJUSTMENT, message));
    }
    named::like(&data.quantity, line.material.dimension, QUANTITY)?;
    named::not_zero(&data.quantity, QUANTITY)?;
    check_sign(data)?;
    let AdjustMeteredPeriods { adjustment, also_used, cause, day, evidence, from, .. } =
        data.clone();
    let AdjustMeteredPeriods { line: number, meter, quantity, reason, sign, to, .. } = data.clone();
    let recorded = MeteredAdjustmentRecorded {
        adjustment,
        also_used,
        by,
        cause,
        contract: data.contract.clone(),
        day,
        evidence,
        from,
        line: number,
        meter,
        parks: named::parks(&contract.supplier, &contract.receiver),
        quantity,
        reason,
        sign,
        to,
    };
    let asked = of_event(&recorded, 0);
    check_time(context, contract, line, &asked)?;
    check_day(context, contract, &asked, "/data/day")?;
    check_sums(context, contract, line, &asked, QUANTITY)?;
    Ok(vec![recorded.into()])
}

pub fn confirm_adjustment<S: States>(
    context: &Context<'_, S>,
    data: &ConfirmAdjustment,
) -> Decision {
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    named::side(context, &contract.supplier, &contract.receiver)?;
    let adjustment = waiting(contract, &data.adjustment)?;
    let (by, party) = match adjustment.by {
        Side::Supplier => (Side::Receiver, &contract.receiver),
        Side::Receiver => (Side::Supplier, &contract.supplier),
    };
    named::require_side(context, by, party)?;
    let line = contract.line(adjustment.line).expect("an adjustment names a line");
    // Both may have changed since it was asked for.
    check_day(context, contract, adjustment, ADJUSTMENT)?;
    check_sums(context, contract, line, adjustment, ADJUSTMENT)?;
    let mut material = line.material.clone();
    material.hazard = shared::material(context.states, &material.material).state.hazard;
    let confirmed = MeteredAdjustmentConfirmed {
        adjustment: adjustment.adjustment.clone(),
        also_used: adjustment.also_used,
        by,
        contract: contract.contract.clone(),
        day: adjustment.day,
        line: adjustment.line,
        material,
        method: adjustment.method(),
        period_end: last_day(context, contract, adjustment),
        quantity: adjustment.quantity,
        receiver: contract.receiver.clone(),
        sign: adjustment.sign,
        supplier: contract.supplier.clone(),
    };
    let mut events = vec![Event::from(confirmed)];
    events.extend(claim::voided_by_adjustment(context.states, contract, adjustment));
    Ok(events)
}

pub fn decline_adjustment<S: States>(
    context: &Context<'_, S>,
    data: &DeclineAdjustment,
) -> Decision {
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    let by = named::side(context, &contract.supplier, &contract.receiver)?;
    let adjustment = waiting(contract, &data.adjustment)?;
    let declined = MeteredAdjustmentDeclined {
        adjustment: adjustment.adjustment.clone(),
        by,
        contract: contract.contract.clone(),
        parks: named::parks(&contract.supplier, &contract.receiver),
        reason: data.reason.clone(),
    };
    Ok(vec![declined.into()])
}

fn waiting<'a>(contract: &'a Contract, id: &AdjustmentId) -> Result<&'a Adjustment, Refusal> {
    let found = contract.adjustments.iter().find(|other| other.adjustment == *id);
    let Some(adjustment) = found else {
        let contract = &contract.contract;
        let message = format!("{contract} has no adjustment {id}; see adjust_metered_periods");
        return Err(Refusal::new(Code::UnknownAdjustment, ADJUSTMENT, message));
    };
    if adjustment.stage != AdjustmentStage::Recorded {
        let message = format!("{id} was confirmed or declined already");
        return Err(Refusal::new(Code::AlreadyDecided, ADJUSTMENT, message));
    }
    Ok(adjustment)
}

/// What a meter that was fast has counted too much is taken off, and the other way round.
fn check_sign(data: &AdjustMeteredPeriods) -> Result<(), Refusal> {
    let fits = match data.cause {
        AdjustmentCause::MeterFast => data.sign == AdjustmentSign::Less,
        AdjustmentCause::MeterSlow => data.sign == AdjustmentSign::More,
        AdjustmentCause::JointTest | AdjustmentCause::EstimateReplaced => true,
    };
    if fits {
        return Ok(());
    }
    let message = "a fast meter has counted too much (`less`), a slow one too little (`more`)";
    Err(Refusal::new(Code::BadSign, "/data/sign", message))
}

/// Whether accepted periods fill the time, within one window of the line.
fn check_time<S: States>(
    context: &Context<'_, S>,
    contract: &Contract,
    line: &Line,
    asked: &Adjustment,
) -> Result<(), Refusal> {
    let Adjustment { from, to, meter, .. } = asked;
    if to <= from {
        let message = format!("the time ends at {to}, which is not after its beginning, {from}");
        return Err(Refusal::new(Code::PeriodReversed, "/data/to", message));
    }
    let id = accepted_id(&contract.contract, line.line, meter.as_ref());
    let accepted = context.states.find::<MeterUse>(&id);
    if !accepted.is_some_and(|accepted| accepted.state.covers(*from, *to)) {
        let message = "accepted periods of this line and meter must fill the time without a gap; \
                       what was not accepted yet may be disputed or rejected";
        return Err(Refusal::new(Code::NotAccepted, "/data/from", message));
    }
    let day = |at| lookup::day_of(context.states, &contract.receiver.park, at);
    let window = |at| line.window_start(&contract.term, day(at));
    if window(*from) != window(UtcMillis(to.0 - 1)) {
        let message = "the time spans two windows of the line; adjust each by itself";
        return Err(Refusal::new(Code::SpansWindows, "/data/to", message));
    }
    Ok(())
}

/// The last day of what is adjusted, on which it was received.
fn last_day<S: States>(context: &Context<'_, S>, contract: &Contract, asked: &Adjustment) -> Day {
    lookup::day_of(context.states, &contract.receiver.park, UtcMillis(asked.to.0 - 1))
}

/// Whether a difference may count on its day.
fn check_day<S: States>(
    context: &Context<'_, S>,
    contract: &Contract,
    asked: &Adjustment,
    pointer: &str,
) -> Result<(), Refusal> {
    let (last, day) = (last_day(context, contract, asked), asked.day);
    if day < last {
        let message = format!("{day} is before {last}, on which what is adjusted ended");
        return Err(Refusal::new(Code::PeriodReversed, pointer, message));
    }
    let today = lookup::day_at(context, &contract.receiver.park);
    if day > today {
        let message = format!("{day} is in the future: this happened on {today}");
        return Err(Refusal::new(Code::OccurredInFuture, pointer, message));
    }
    for park in named::parks(&contract.supplier, &contract.receiver) {
        if lookup::is_closed(context.states, &park, day.month()) {
            let message = format!("{} is closed in {park}; name a later day", day.month());
            return Err(Refusal::new(Code::PeriodClosed, pointer, message));
        }
    }
    Ok(())
}

/// Whether the sums of the window may change by the difference.
fn check_sums<S: States>(
    context: &Context<'_, S>,
    contract: &Contract,
    line: &Line,
    asked: &Adjustment,
    pointer: &str,
) -> Result<(), Refusal> {
    let refuse = |code, message: String| Err(Refusal::new(code, pointer, message));
    let day = last_day(context, contract, asked);
    let balance = line.balance(line.window_start(&contract.term, day));
    let difference = asked.sign.of(&asked.quantity);
    let used = if asked.also_used { difference } else { 0 };
    let sums = [
        (balance.dispatched, difference),
        (balance.received, difference),
        (balance.accepted, difference),
        (balance.used, used),
    ];
    for (sum, difference) in sums {
        let Some(after) = sum.checked_add(difference).filter(|after| *after <= MAX_AMOUNT) else {
            let message = "with this, it is more than a contract line can count".to_owned();
            return refuse(Code::AmountTooLarge, message);
        };
        if after < 0 {
            let message = format!("{} is more than there is to take off", asked.quantity);
            return refuse(Code::AdjustmentBelowZero, message);
        }
    }
    let accepted = balance.accepted + difference;
    let limit = line.limit_in(&contract.term, line.window_start(&contract.term, day));
    if difference > 0 && accepted > limit {
        let left = line.quantity.resized((limit - balance.accepted).max(0));
        let message = format!("line {} allows {left} more in this window", line.line);
        return refuse(Code::OverContract, message);
    }
    if balance.used + used + balance.used_interim + balance.disposed > accepted {
        let message = "more would be used or disposed of than accepted; if the difference was \
                       used as it came, say so (`also_used`)"
            .to_owned();
        return refuse(Code::UseExceedsAccepted, message);
    }
    let site = shared::site(context.states, &contract.receiver);
    let material = shared::material(context.states, &line.material.material);
    let (site, material) = (&site.state, &material.state);
    permits::hazard_gate(context.states, site, material, None, day, difference.max(0))
        .map_err(|problem| problem.refusal(site, material, day, pointer))
}

/// The id of the row of what was accepted of a contract line, by meter.
pub fn accepted_id(contract: &ContractId, line: u16, meter: Option<&MeterId>) -> String {
    format!("{contract}/{line}/{}", meter.map_or("-", MeterId::as_str))
}

fn of_event(event: &MeteredAdjustmentRecorded, record: u64) -> Adjustment {
    let MeteredAdjustmentRecorded { adjustment, also_used, by, cause, day, from, .. } =
        event.clone();
    let MeteredAdjustmentRecorded { line, meter, quantity, reason, sign, to, .. } = event.clone();
    let stage = AdjustmentStage::Recorded;
    Adjustment {
        adjustment,
        also_used,
        by,
        cause,
        day,
        from,
        line,
        meter,
        quantity,
        reason,
        record,
        sign,
        stage,
        to,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over events of adjustments")]
pub fn evolve_adjustment<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::MeteredAdjustmentRecorded(e) => {
            states.change::<Contract>(e.contract.as_str(), at, true, |contract| {
                contract.adjustments.push(of_event(e, at));
            });
        }
        Event::MeteredAdjustmentConfirmed(e) => {
            states.change::<Contract>(e.contract.as_str(), at, true, |contract| {
                decide(contract, &e.adjustment, AdjustmentStage::Confirmed);
                book(contract, e);
            });
            stock::follow(states, meta, event);
            let site = shared::site(states, &e.receiver);
            if !site.state.permits.is_empty() {
                let material = shared::material(states, &e.material.material);
                let (site, material) = (&site.state, &material.state);
                permits::count_use(states, at, site, material, e.period_end, e.amount());
            }
        }
        Event::MeteredAdjustmentDeclined(e) => {
            states.change::<Contract>(e.contract.as_str(), at, true, |contract| {
                decide(contract, &e.adjustment, AdjustmentStage::Declined);
            });
        }
        _ => unreachable!("{} is no event of an adjustment", event.kind()),
    }
}

fn decide(contract: &mut Contract, id: &AdjustmentId, stage: AdjustmentStage) {
    let found = contract.adjustments.iter_mut().find(|other| other.adjustment == *id);
    found.expect("only what was recorded is decided").stage = stage;
}

fn book(contract: &mut Contract, event: &MeteredAdjustmentConfirmed) {
    let Contract { lines, term, .. } = contract;
    let line = lines.iter_mut().find(|line| line.line == event.line);
    let line = line.expect("an adjustment names a line of its contract");
    let from = line.window_start(term, event.period_end);
    let window = line.balance_mut(from);
    let amount = event.amount();
    window.dispatched += amount;
    window.received += amount;
    window.accepted += amount;
    if event.also_used {
        window.used += amount;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use crate::domain::fact::{Measure, facts};
    use crate::domain::rules::testing::{Ask, DAY, gigajoules, proposal, refused_in_order, with};
    use crate::domain::state::{AdjustmentStage, Contract, Movement, StockAccount, WindowBalance};
    use crate::domain::testing::World;

    const GIGAJOULE: i64 = 1_000_000_000;
    const FROM: &str = "2025-03-08T16:00:00.000Z";
    const BETWEEN: &str = "2025-03-09T16:00:00.000Z";
    const TO: &str = "2025-03-10T16:00:00.000Z";
    const AFTER: &str = "2025-03-20T08:00:00.000Z";

    /// Two days of steam, 30 GJ by the meter and 20 GJ of another day by an estimate; all of it
    /// accepted, and used unless `left`.
    fn steam(left: bool) -> World {
        let mut world = World::standard();
        let mut data = proposal("ctr_steam", ("power", "cement"), "mat_steam", &gigajoules("60"));
        data["lines"][0]["tolerance_percent"] = "0".into();
        data["lines"][0]["window"] = "month".into();
        data["kind"] = "recurring".into();
        world.conclude(&data);
        let readings =
            |start: &str, end: &str| json!({"end": end, "meter": "mtr_power", "start": start});
        for (delivery, from, to, quantity, readings) in [
            ("dlv_1", FROM, BETWEEN, "10", Some(readings("0", "10"))),
            ("dlv_2", BETWEEN, TO, "20", Some(readings("10", "30"))),
            ("dlv_3", TO, "2025-03-11T16:00:00.000Z", "20", None),
        ] {
            let mut data = json!({
                "contract": "ctr_steam", "delivery": delivery, "from": from, "line": 1,
                "method": "estimated", "quantity": gigajoules(quantity), "to": to,
            });
            if let Some(readings) = readings {
                data = with(data, json!({"method": "metered", "readings": readings}));
            }
            world.take("frm_power", AFTER, "record_metered_period", &data);
            let data = json!({"delivery": delivery});
            world.take("frm_cement", AFTER, "accept_delivery", &data);
            if !left {
                world.take("frm_cement", AFTER, "use_delivery", &data);
            }
        }
        world
    }

    fn less(quantity: &str) -> Value {
        json!({
            "adjustment": "adj_1", "also_used": true, "cause": "meter_fast",
            "contract": "ctr_steam", "day": "2025-03-15", "from": FROM, "line": 1,
            "meter": "mtr_power", "quantity": gigajoules(quantity),
            "reason": "2 % fast at the calibration of the 12th of March", "sign": "less", "to": TO,
        })
    }

    fn confirm(world: &mut World) {
        let data = json!({"adjustment": "adj_1", "contract": "ctr_steam"});
        world.take("frm_cement", AFTER, "confirm_adjustment", &data);
    }

    fn sums(world: &World) -> BTreeMap<(Measure, String), i64> {
        let mut sums = BTreeMap::new();
        for event in &world.log {
            facts(event, |fact| {
                let site = fact.site.expect("a delivery is of sites").to_string();
                *sums.entry((fact.measure, site)).or_default() += fact.amount;
            });
        }
        sums
    }

    fn balance(world: &World) -> WindowBalance {
        world.balance("ctr_steam")
    }

    #[test]
    fn figures_change_by_the_confirmed_difference_and_by_nothing_else() {
        for (also_used, left) in [(true, false), (false, true)] {
            let mut world = steam(left);
            let (before, records) = (sums(&world), world.log.len());
            let data = with(less("0.6"), json!({"also_used": also_used}));
            world.take("frm_power", AFTER, "adjust_metered_periods", &data);
            assert_eq!(sums(&world), before, "it waits for the other side");
            assert_eq!(balance(&world).accepted, 50 * GIGAJOULE);
            confirm(&mut world);
            let mut expected = before;
            let mut measures = vec![Measure::Dispatched, Measure::Delivered];
            measures.extend([Measure::Received, Measure::Accepted]);
            measures.extend(also_used.then_some(Measure::Used));
            for measure in measures {
                let supplier = matches!(measure, Measure::Dispatched | Measure::Delivered);
                let site = if supplier { "sit_power" } else { "sit_cement" };
                *expected.get_mut(&(measure, site.to_owned())).unwrap() -= 600_000_000;
            }
            assert_eq!(sums(&world), expected);
            facts(&world.log[records + 1], |fact| {
                assert_eq!(fact.day.to_string(), "2025-03-15");
                assert!(fact.delivery.is_none() && fact.contract.is_some());
            });
            let balance = balance(&world);
            let rest = 49_400_000_000;
            assert_eq!([balance.dispatched, balance.received, balance.accepted], [rest; 3]);
            assert_eq!(balance.used, if also_used { rest } else { 0 });
        }
    }

    #[test]
    fn stock_accounts_of_both_sides_follow_a_confirmed_adjustment() {
        let open = |site: &str| {
            json!({
                "evidence": [{"hash": "11".repeat(32), "title": "survey"}],
                "material": "mat_steam", "method": "estimated", "quantity": gigajoules("100"),
                "site": site,
            })
        };
        let account = |world: &World, site: &str| {
            let account = world.state::<StockAccount>(&format!("{site}/mat_steam"));
            [Movement::Corrected, Movement::Used].map(|movement| account.moved.of(movement))
        };
        // Opened on the last day of what is adjusted, and on the day after.
        for (at, moves) in [("2025-03-10T08:00:00.000Z", true), (AFTER, false)] {
            for also_used in [true, false] {
                let mut world = steam(!also_used);
                for (actor, site) in [("frm_power", "sit_power"), ("frm_cement", "sit_cement")] {
                    world.take(actor, at, "open_stock", &open(site));
                }
                let data = with(less("0.6"), json!({"also_used": also_used}));
                world.take("frm_power", AFTER, "adjust_metered_periods", &data);
                assert_eq!(account(&world, "sit_power"), [0, 0], "it waits for the other side");
                confirm(&mut world);
                let difference = if moves { 600_000_000 } else { 0 };
                assert_eq!(account(&world, "sit_power"), [difference, 0]);
                let used = if also_used { difference } else { 0 };
                assert_eq!(account(&world, "sit_cement"), [-difference, used]);
            }
        }
    }

    #[test]
    fn an_adjustment_counts_in_the_contract_s_window_of_what_it_adjusts() {
        let mut world = steam(false);
        world.close_march();
        let refused = world.refuse("frm_power", AFTER, "adjust_metered_periods", &less("1"));
        assert_eq!(refused, ("period_closed", "/data/day".to_owned()));
        let data = with(less("1"), json!({"day": "2025-04-06"}));
        let at = "2025-04-06T08:00:00.000Z";
        world.take("frm_power", at, "adjust_metered_periods", &data);
        confirm_at(&mut world, "frm_cement", at);
        assert_eq!(balance(&world).accepted, 49 * GIGAJOULE, "in March, the only window");
    }

    fn confirm_at(world: &mut World, actor: &str, at: &str) {
        let data = json!({"adjustment": "adj_1", "contract": "ctr_steam"});
        world.take(actor, at, "confirm_adjustment", &data);
    }

    #[test]
    fn what_no_meter_counted_is_adjusted_without_one() {
        let mut world = steam(true);
        let mut data = with(
            less("5"),
            json!({
                "also_used": false, "cause": "estimate_replaced", "day": "2025-03-11", "from": TO,
                "sign": "more", "to": "2025-03-11T16:00:00.000Z",
            }),
        );
        let refused = world.refuse("frm_cement", AFTER, "adjust_metered_periods", &data);
        assert_eq!(refused.0, "not_accepted", "no meter counted that day");
        data.as_object_mut().unwrap().remove("meter");
        world.take("frm_cement", AFTER, "adjust_metered_periods", &data);
        let refused = world.refuse(
            "frm_cement",
            AFTER,
            "confirm_adjustment",
            &json!({"adjustment": "adj_1", "contract": "ctr_steam"}),
        );
        assert_eq!(refused, ("not_a_party", "/actor".to_owned()), "its own word is one side's");
        confirm_at(&mut world, "frm_power", AFTER);
        assert_eq!(balance(&world).accepted, 55 * GIGAJOULE);
    }

    #[test]
    fn no_sum_falls_below_zero_or_beyond_the_contract() {
        let mut world = steam(false);
        for (quantity, more, code) in [
            ("50.000000001", json!({}), "adjustment_below_zero"),
            ("1", json!({"also_used": false}), "use_exceeds_accepted"),
            ("10.000000001", json!({"cause": "meter_slow", "sign": "more"}), "over_contract"),
        ] {
            let data = with(less(quantity), more);
            let refused = world.refuse("frm_power", AFTER, "adjust_metered_periods", &data);
            assert_eq!(refused, (code, "/data/quantity".to_owned()), "{data}");
        }
        // What fitted when it was asked for need not when it is confirmed.
        for id in ["adj_1", "adj_2"] {
            let data = with(less("30"), json!({"adjustment": id}));
            world.take("frm_power", AFTER, "adjust_metered_periods", &data);
        }
        confirm(&mut world);
        let data = json!({"adjustment": "adj_2", "contract": "ctr_steam"});
        let refused = world.refuse("frm_cement", AFTER, "confirm_adjustment", &data);
        assert_eq!(refused, ("adjustment_below_zero", "/data/adjustment".to_owned()));
        let data = with(data, json!({"reason": "once is enough"}));
        world.take("frm_power", AFTER, "decline_adjustment", &data);
        let stages: Vec<_> =
            world.state::<Contract>("ctr_steam").adjustments.iter().map(|one| one.stage).collect();
        assert_eq!(stages, [AdjustmentStage::Confirmed, AdjustmentStage::Declined]);
    }

    #[test]
    fn adjustments_are_refused_in_a_fixed_order() {
        let mut world = steam(false);
        let taken = with(less("1"), json!({"adjustment": "adj_taken"}));
        world.take("frm_power", AFTER, "adjust_metered_periods", &taken);
        let ask = Ask {
            actor: "frm_steel",
            at: DAY,
            kind: "adjust_metered_periods",
            data: with(
                less("0"),
                json!({
                    "adjustment": "adj_taken", "cause": "meter_slow", "contract": "ctr_none",
                    "day": "2025-03-09", "line": 2, "to": FROM,
                    "quantity": {"unit": "TNE", "value": "1"},
                }),
            ),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_steam".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_cement"),
                ("unknown_line", "/data/line", |_, ask| ask.data["line"] = 1.into()),
                ("already_exists", "/data/adjustment", |_, ask| {
                    ask.data["adjustment"] = "adj_1".into();
                }),
                ("unlike_dimension", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = gigajoules("0");
                }),
                ("quantity_must_not_be_zero", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = gigajoules("60");
                }),
                ("bad_sign", "/data/sign", |_, ask| ask.data["cause"] = "joint_test".into()),
                ("period_reversed", "/data/to", |_, ask| {
                    ask.data["to"] = "2025-03-10T16:00:00.001Z".into();
                }),
                ("not_accepted", "/data/from", |_, ask| ask.data["to"] = TO.into()),
                ("period_reversed", "/data/day", |_, ask| ask.data["day"] = "2025-03-11".into()),
                ("occurred_in_future", "/data/day", |_, ask| ask.at = AFTER),
                ("adjustment_below_zero", "/data/quantity", |_, ask| {
                    ask.data["quantity"] = gigajoules("6");
                }),
            ],
        );
        for kind in ["confirm_adjustment", "decline_adjustment"] {
            let mut data = json!({"adjustment": "adj_none", "contract": "ctr_none"});
            if kind == "decline_adjustment" {
                data["reason"] = "no".into();
            }
            let refuse =
                |world: &mut World, actor, data: &_| world.refuse(actor, AFTER, kind, data).0;
            assert_eq!(refuse(&mut world, "frm_steel", &data), "unknown_contract");
            data["contract"] = "ctr_steam".into();
            assert_eq!(refuse(&mut world, "frm_steel", &data), "not_a_party");
            assert_eq!(refuse(&mut world, "frm_power", &data), "unknown_adjustment");
            data["adjustment"] = "adj_1".into();
            if kind == "confirm_adjustment" {
                world.take("frm_power", AFTER, kind, &data);
            }
            assert_eq!(refuse(&mut world, "frm_power", &data), "already_decided");
        }
    }

    #[test]
    fn time_that_spans_two_windows_is_adjusted_in_each() {
        let mut world = steam(false);
        let (from, to) = ("2025-03-30T16:00:00.000Z", "2025-04-01T16:00:00.000Z");
        let data = json!({
            "contract": "ctr_steam", "delivery": "dlv_4", "from": from, "line": 1,
            "method": "metered", "quantity": gigajoules("5"), "to": to,
            "readings": {"end": "35", "meter": "mtr_power", "start": "30"},
        });
        let at = "2025-04-02T08:00:00.000Z";
        world.take("frm_power", at, "record_metered_period", &data);
        world.take("frm_cement", at, "accept_delivery", &json!({"delivery": "dlv_4"}));
        let data = with(less("1"), json!({"day": "2025-04-02", "from": from, "to": to}));
        let refused = world.refuse("frm_power", at, "adjust_metered_periods", &data);
        assert_eq!(refused, ("spans_windows", "/data/to".to_owned()));
    }
}
