//! `record_network_balance`: what a supplier's network lost between its outlet and the receivers'
//! inlets in a month, shared by declared keys.
//!
//! Invariant: the shares sum up to the loss, to the last unit, and no delivery stands in two
//! balances. A balance contributes no fact and changes no quantity: what was lost was not
//! exchanged.

use std::collections::BTreeSet;

use crate::domain::command::{LossKey, Outlet, RecordNetworkBalance};
use crate::domain::decide::Context;
use crate::domain::decimal::Decimal;
use crate::domain::event::{LossShare, NetworkBalanceRecorded};
use crate::domain::evolve::Meta;
use crate::domain::id::{DeliveryId, FirmId};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::{Decision, shared};
use crate::domain::rules::lookup;
use crate::domain::rules::who::require_park;
use crate::domain::state::{Contract, Delivery, DeliveryMode, LossOfMonth, Park};
use crate::domain::states::{States, StatesMut};
use crate::domain::unit::Unit;

const SHARES: &str = "/data/shares";
/// The most deliveries of a balance.
const MOST_DELIVERIES: usize = 4_000;

pub fn record_network_balance<S: States>(
    context: &Context<'_, S>,
    data: &RecordNetworkBalance,
) -> Decision {
    lookup::park(context, &data.park, "/data/park")?;
    require_park(context, &data.park, "record a balance of its networks")?;
    let today = lookup::day_at(context, &data.park);
    if today.month() <= data.month {
        let message = format!("{} is not over in {}, where it is {today}", data.month, data.park);
        return Err(Refusal::new(Code::PeriodNotOver, "/data/month", message));
    }
    lookup::counted(&data.outlets, 1, 50, "/data/outlets")?;
    let supplier = supplier(context, data)?;
    let unit = data.outlets[0].quantity.unit();
    let outlet = outlet(data)?;
    lookup::counted(&data.shares, 1, 100, SHARES)?;
    check_keys(&data.shares)?;
    // Each is a row that changes under one record.
    let deliveries: usize = data.shares.iter().map(|key| key.deliveries.len()).sum();
    if deliveries > MOST_DELIVERIES {
        let message = format!("{deliveries} deliveries stand here; at most {MOST_DELIVERIES} may");
        return Err(Refusal::new(Code::TooManyMembers, SHARES, message));
    }
    let mut named = BTreeSet::new();
    let mut received = Vec::with_capacity(data.shares.len());
    for (place, key) in data.shares.iter().enumerate() {
        received.push(inlet(context, data, (place, key), (&supplier, unit), &mut named)?);
    }
    let inlet =
        received.iter().try_fold(0, |sum, quantity| shared::countable(sum, quantity, SHARES))?;
    let Some(lost) = outlet.checked_sub(inlet).filter(|lost| *lost >= 0) else {
        let of = |amount| data.outlets[0].quantity.resized(amount);
        let message = format!(
            "{} reached the receivers, and {} left the supplier; correct the readings first",
            of(inlet),
            of(outlet)
        );
        return Err(Refusal::new(Code::InletsExceedOutlet, "/data/outlets", message));
    };
    let of = |amount| data.outlets[0].quantity.resized(amount);
    let losses = split(lost, &data.shares);
    let shares = data.shares.iter().zip(received).zip(losses).map(|((key, received), loss)| {
        let LossKey { contract, deliveries, line, percent } = key.clone();
        LossShare { contract, deliveries, line, loss: of(loss), percent, received }
    });
    let recorded = NetworkBalanceRecorded {
        inlet: of(inlet),
        loss: of(lost),
        month: data.month,
        network: data.network.clone(),
        outlet: of(outlet),
        outlets: data.outlets.clone(),
        park: data.park.clone(),
        shares: shares.collect(),
        supplier,
    };
    Ok(vec![recorded.into()])
}

/// The firm whose meters stand at the outlets: one, because it alone may see what all receive.
fn supplier<S: States>(
    context: &Context<'_, S>,
    data: &RecordNetworkBalance,
) -> Result<FirmId, Refusal> {
    let mut firm = None;
    for (place, Outlet { meter, quantity }) in data.outlets.iter().enumerate() {
        let pointer = format!("/data/outlets/{place}/meter");
        let found = lookup::meter(context, meter, &pointer)?;
        let state = &found.state;
        let owner = firm.get_or_insert_with(|| state.firm.clone());
        if state.park != data.park || state.firm != *owner {
            let message = format!("{meter} is no meter of that park and of {owner}");
            return Err(Refusal::new(Code::OtherSite, pointer, message));
        }
        if data.outlets[..place].iter().any(|other| other.meter == *meter) {
            let message = format!("{meter} stands here a second time; name each once");
            return Err(Refusal::new(Code::DuplicateMember, pointer, message));
        }
        let pointer = format!("/data/outlets/{place}/quantity");
        named::like(quantity, state.unit.dimension(), &pointer)?;
        named::like(quantity, data.outlets[0].quantity.dimension(), &pointer)?;
    }
    Ok(firm.expect("there is one outlet at least"))
}

fn outlet(data: &RecordNetworkBalance) -> Result<i64, Refusal> {
    let quantities = data.outlets.iter().map(|outlet| &outlet.quantity);
    quantities
        .into_iter()
        .try_fold(0, |sum, quantity| shared::countable(sum, quantity, "/data/outlets"))
}

/// Keys sum up to 100, and none is negative.
fn check_keys(shares: &[LossKey]) -> Result<(), Refusal> {
    let refuse =
        |pointer: String, message: String| Err(Refusal::new(Code::BadKeys, pointer, message));
    let mut sum = Decimal::from(0);
    for (place, key) in shares.iter().enumerate() {
        let hundred = Decimal::from(100);
        if key.percent.is_negative() || key.percent.compare(&hundred).is_gt() {
            let message = format!("a key is 0 to 100 percent, not {}", key.percent);
            return refuse(format!("{SHARES}/{place}/percent"), message);
        }
        // At most a hundred keys of at most a hundred percent: no overflow.
        sum = sum.checked_add(&key.percent).unwrap_or(sum);
    }
    if sum.compare(&Decimal::from(100)).is_ne() {
        return refuse(SHARES.to_owned(), format!("the keys sum up to 100 percent, not to {sum}"));
    }
    Ok(())
}

/// What a contract line received by its metered periods of the month.
fn inlet<S: States>(
    context: &Context<'_, S>,
    data: &RecordNetworkBalance,
    (place, key): (usize, &LossKey),
    (supplier, unit): (&FirmId, Unit),
    named: &mut BTreeSet<DeliveryId>,
) -> Result<Quantity, Refusal> {
    let at = |member: &str| format!("{SHARES}/{place}/{member}");
    let contract = named::contract(context, &key.contract, &at("contract"))?;
    let contract = &contract.state;
    if contract.supplier.firm != *supplier || contract.supplier.park != data.park {
        let message = format!("{} is no contract of {supplier} as supplier", key.contract);
        return Err(Refusal::new(Code::OtherContract, at("contract"), message));
    }
    let line = named::line(contract, key.line, &at("line"))?;
    named::alike(unit, line.material.dimension, &at("line"))?;
    lookup::counted(&key.deliveries, 1, 800, &at("deliveries"))?;
    let mut sum = 0;
    for (number, id) in key.deliveries.iter().enumerate() {
        let pointer = format!("{}/{number}", at("deliveries"));
        let period = period(context, data, key, (id, &pointer))?;
        if !named.insert(id.clone()) {
            let message = format!("{id} stands here a second time; name each once");
            return Err(Refusal::new(Code::DuplicateMember, pointer, message));
        }
        sum = shared::countable(sum, &period, &pointer)?;
    }
    Ok(line.quantity.resized(sum))
}

/// What was received by a metered period of that line and month that no other balance has.
fn period<S: States>(
    context: &Context<'_, S>,
    data: &RecordNetworkBalance,
    key: &LossKey,
    (id, pointer): (&DeliveryId, &str),
) -> Result<Quantity, Refusal> {
    let refuse = |code, message: String| Err(Refusal::new(code, pointer, message));
    let Some(delivery) = context.states.find::<Delivery>(id.as_str()) else {
        return refuse(Code::UnknownDelivery, format!("there is no delivery {id}"));
    };
    let Delivery { exchange, mode, received, balanced, .. } = &delivery.state;
    let of_line = exchange.contract == key.contract && exchange.line == key.line;
    let received = received.as_ref().filter(|received| {
        let metered = *mode == DeliveryMode::MeteredPeriod;
        metered && of_line && received.day.month() == data.month
    });
    let Some(received) = received else {
        let message = format!(
            "{id} is no metered period of line {} of {} in {}",
            key.line, key.contract, data.month
        );
        return refuse(Code::OtherContract, message);
    };
    if *balanced {
        return refuse(Code::AlreadyBalanced, format!("another balance has {id} already"));
    }
    Ok(received.quantity)
}

/// Base units of the loss by key: rounded down, the units that remain one each to the first ones.
fn split(lost: i64, shares: &[LossKey]) -> Vec<i64> {
    let part = |key: &LossKey| {
        let part = key.percent.percent_floor(i128::from(lost)).unwrap_or(0);
        i64::try_from(part).unwrap_or(0)
    };
    let mut parts: Vec<i64> = shares.iter().map(part).collect();
    let mut rest = lost - parts.iter().sum::<i64>();
    for (part, key) in parts.iter_mut().zip(shares) {
        if rest > 0 && !key.percent.is_zero() {
            *part += 1;
            rest -= 1;
        }
    }
    parts
}

pub fn evolve_balance<S: StatesMut>(
    states: &mut S,
    meta: &Meta<'_>,
    event: &NetworkBalanceRecorded,
) {
    let at = meta.position;
    states.change::<Park>(event.park.as_str(), at, true, |_| {});
    for share in &event.shares {
        states.change::<Contract>(share.contract.as_str(), at, false, |contract| {
            contract.losses.push(LossOfMonth {
                line: share.line,
                loss: share.loss,
                month: event.month,
                network: event.network.clone(),
                percent: share.percent,
                received: share.received,
                record: at,
            });
        });
        for delivery in &share.deliveries {
            states.change::<Delivery>(delivery.as_str(), at, false, |delivery| {
                delivery.balanced = true;
            });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::event::Event;
    use crate::domain::fact::facts;
    use crate::domain::rules::testing::{
        Ask, gigajoules, proposal, refused_in_order, tonnes, with,
    };
    use crate::domain::state::Contract;
    use crate::domain::testing::World;

    const GIGAJOULE: i64 = 1_000_000_000;
    const AFTER: &str = "2025-04-02T08:00:00.000Z";

    /// Steam from the power station: 60 GJ to the cement works in two periods, 30 GJ to the
    /// steelworks in one, and one of April.
    fn steam() -> World {
        let mut world = World::standard();
        for receiver in ["cement", "steel"] {
            let contract = format!("ctr_{receiver}");
            let way = ("power", receiver);
            world.conclude(&proposal(&contract, way, "mat_steam", &gigajoules("1000")));
        }
        for (delivery, contract, day, quantity) in [
            ("dlv_1", "ctr_cement", 10, "40"),
            ("dlv_2", "ctr_cement", 11, "20"),
            ("dlv_3", "ctr_steel", 10, "30"),
            ("dlv_4", "ctr_steel", 31, "30"),
        ] {
            let next = if day == 31 { "04-01".to_owned() } else { format!("03-{}", day + 1) };
            let data = json!({
                "contract": contract, "delivery": delivery, "line": 1, "method": "estimated",
                "from": format!("2025-03-{day}T16:00:00.000Z"),
                "quantity": gigajoules(quantity), "to": format!("2025-{next}T16:00:00.000Z"),
            });
            world.take("frm_power", AFTER, "record_metered_period", &data);
        }
        world
    }

    fn balance(outlet: &str, keys: [&str; 2]) -> Value {
        let [cement, steel] = keys;
        json!({
            "month": "2025-03", "network": "low pressure main", "park": "prk_guigang",
            "outlets": [{"meter": "mtr_power", "quantity": gigajoules(outlet)}],
            "shares": [
                {
                    "contract": "ctr_cement", "deliveries": ["dlv_1", "dlv_2"], "line": 1,
                    "percent": cement,
                },
                {"contract": "ctr_steel", "deliveries": ["dlv_3"], "line": 1, "percent": steel},
            ],
        })
    }

    fn losses(world: &World, contract: &str) -> Vec<i64> {
        let contract = world.state::<Contract>(contract);
        contract.losses.iter().map(|loss| loss.loss.amount()).collect()
    }

    #[test]
    fn a_loss_is_shared_by_the_keys_to_the_last_unit_and_counts_nowhere() {
        for (outlet, keys, expected) in [
            ("100", ["60", "40"], [6 * GIGAJOULE, 4 * GIGAJOULE]),
            ("90.000000001", ["50", "50"], [1, 0]),
            ("90.000000003", ["66.6", "33.4"], [2, 1]),
            ("90.000000001", ["0", "100"], [0, 1]),
            ("90", ["60", "40"], [0, 0]),
        ] {
            let mut world = steam();
            let before = world.balance("ctr_cement");
            let data = balance(outlet, keys);
            let events = world.take("prk_guigang", AFTER, "record_network_balance", &data);
            let [Event::NetworkBalanceRecorded(recorded)] = &events[..] else { panic!("one") };
            assert_eq!(recorded.inlet.amount(), 90 * GIGAJOULE);
            facts(&events[0], |fact| panic!("{fact:?}"));
            assert_eq!(world.balance("ctr_cement"), before);
            for (contract, loss) in ["ctr_cement", "ctr_steel"].iter().zip(expected) {
                assert_eq!(losses(&world, contract), [loss], "{outlet} {keys:?}");
            }
            let again = world.refuse("prk_guigang", AFTER, "record_network_balance", &data);
            assert_eq!(again, ("already_balanced", "/data/shares/0/deliveries/0".to_owned()));
        }
    }

    #[test]
    fn balances_are_refused_in_a_fixed_order() {
        let mut world = steam();
        let ask = Ask {
            actor: "frm_power",
            at: "2025-03-31T08:00:00.000Z",
            kind: "record_network_balance",
            data: with(
                balance("89.9", ["60", "50"]),
                json!({
                    "outlets": [], "park": "prk_none",
                    "shares": [
                        {"contract": "ctr_none", "deliveries": [], "line": 2, "percent": "-1"},
                    ],
                }),
            ),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_park", "/data/park", |_, ask| ask.data["park"] = "prk_guigang".into()),
                ("not_permitted", "/actor", |_, ask| ask.actor = "prk_guigang"),
                ("period_not_over", "/data/month", |_, ask| ask.at = AFTER),
                ("missing_member", "/data/outlets", |_, ask| {
                    let outlet = json!({"meter": "mtr_none", "quantity": tonnes("1")});
                    ask.data["outlets"] = json!([outlet]);
                }),
                ("unknown_meter", "/data/outlets/0/meter", |_, ask| {
                    ask.data["outlets"][0]["meter"] = "mtr_power".into();
                }),
                ("unlike_dimension", "/data/outlets/0/quantity", |_, ask| {
                    let outlet = json!({"meter": "mtr_power", "quantity": gigajoules("89.9")});
                    ask.data["outlets"] = json!([outlet, outlet]);
                }),
                ("duplicate_member", "/data/outlets/1/meter", |_, ask| {
                    ask.data["outlets"].as_array_mut().unwrap().pop();
                }),
                ("bad_keys", "/data/shares/0/percent", |_, ask| {
                    ask.data["shares"][0]["percent"] = "99.9".into();
                }),
                ("bad_keys", "/data/shares", |_, ask| {
                    ask.data = balance("95", ["60", "40"]);
                }),
            ],
        );
    }

    #[test]
    fn a_balance_has_a_bounded_number_of_deliveries() {
        let mut world = steam();
        let mut data = balance("95", ["60", "40"]);
        let many: Vec<_> = (0..3_999).map(|number| format!("dlv_{number}")).collect();
        data["shares"][0]["deliveries"] = json!(many);
        let refused = world.refuse("prk_guigang", AFTER, "record_network_balance", &data);
        assert_eq!(refused.1, "/data/shares/0/deliveries", "of one line");
        data["shares"][1]["deliveries"] = json!(["dlv_3", "dlv_4"]);
        let refused = world.refuse("prk_guigang", AFTER, "record_network_balance", &data);
        assert_eq!(refused, ("too_many_members", "/data/shares".to_owned()));
    }

    #[test]
    fn shares_are_refused_in_a_fixed_order() {
        let mut world = steam();
        world.conclude(&proposal("ctr_ash", ("power", "cement"), "mat_ash", &tonnes("1")));
        world.conclude(&proposal("ctr_other", ("steel", "cement"), "mat_steam", &gigajoules("1")));
        let shares = json!([
            {"contract": "ctr_none", "deliveries": [], "line": 2, "percent": "100"},
        ]);
        let ask = Ask {
            actor: "prk_guigang",
            at: AFTER,
            kind: "record_network_balance",
            data: with(balance("89.9", ["60", "40"]), json!({"shares": shares})),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_contract", "/data/shares/0/contract", |_, ask| {
                    ask.data["shares"][0]["contract"] = "ctr_other".into();
                }),
                ("other_contract", "/data/shares/0/contract", |_, ask| {
                    ask.data["shares"][0]["contract"] = "ctr_ash".into();
                }),
                ("unknown_line", "/data/shares/0/line", |_, ask| {
                    ask.data["shares"][0]["line"] = 1.into();
                }),
                ("unlike_dimension", "/data/shares/0/line", |_, ask| {
                    ask.data["shares"][0]["contract"] = "ctr_cement".into();
                }),
                ("missing_member", "/data/shares/0/deliveries", |_, ask| {
                    ask.data["shares"][0]["deliveries"] = json!(["dlv_none"]);
                }),
                ("unknown_delivery", "/data/shares/0/deliveries/0", |_, ask| {
                    ask.data["shares"][0]["deliveries"] = json!(["dlv_3"]);
                }),
                ("other_contract", "/data/shares/0/deliveries/0", |_, ask| {
                    ask.data = balance("89.9", ["60", "40"]);
                    ask.data["shares"][1]["deliveries"] = json!(["dlv_3", "dlv_4"]);
                }),
                ("other_contract", "/data/shares/1/deliveries/1", |_, ask| {
                    ask.data["shares"][1]["deliveries"] = json!(["dlv_3", "dlv_3"]);
                }),
                ("duplicate_member", "/data/shares/1/deliveries/1", |_, ask| {
                    ask.data["shares"][1]["deliveries"] = json!(["dlv_3"]);
                }),
                ("inlets_exceed_outlet", "/data/outlets", |_, ask| {
                    ask.data["outlets"][0]["quantity"] = gigajoules("95");
                }),
            ],
        );
    }
}
