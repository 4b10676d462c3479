//! Rosters: who must declare what by when, and reminders of what is missing.
//!
//! Invariant: a roster stays about one park, thing and period; what it asks for is set anew as a
//! whole, and every earlier version stays as it was.

use crate::domain::command::{SendReminder, SetRoster};
use crate::domain::decide::Context;
use crate::domain::event::{Event, ReminderSent, RosterSet};
use crate::domain::evolve::Meta;
use crate::domain::method::{Every, Item, Scope};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::roster::{Due, Duty, parts};
use crate::domain::rules::lookup;
use crate::domain::rules::who::require_park;
use crate::domain::state::{PublishedMethod, Reminder, Roster, RosterVersion, roster_version_id};
use crate::domain::states::{States, StatesMut};
use crate::domain::time::Period;

type Decision = Result<Vec<Event>, Refusal>;

const MAX_SITES: usize = 2_000;

/// Years are enough for any procedure.
const MAX_DAYS_AFTER: u16 = 1_000;

pub fn set_roster<S: States>(context: &Context<'_, S>, data: &SetRoster) -> Decision {
    lookup::park(context, &data.park, "/data/park")?;
    require_park(context, &data.park, "set a roster of this park")?;
    let SetRoster { due, method, of, park, period, roster, sites } = data.clone();
    is_same_roster(context, data)?;
    if let Some(method) = &method
        && !context.states.exists::<PublishedMethod>(method.as_str())
    {
        let message = format!("there is no method {method}; name it with its version, `hj274.1`");
        return Err(Refusal::new(Code::UnknownMethod, "/data/method", message));
    }
    let (every, of_park) = duty(context, &of)?;
    if parts(period, every).is_empty() {
        let length = match every {
            Every::Month => "a month",
            Every::Quarter => "a quarter",
            Every::Year => "a year",
        };
        let message = format!("it is declared for {length} at a time, and {period} is shorter");
        return Err(Refusal::new(Code::WrongPeriod, "/data/period", message));
    }
    is_due_after(due, period)?;
    lookup::counted(&sites, 0, MAX_SITES, "/data/sites")?;
    lookup::each_once(&sites, "/data/sites")?;
    if of_park && !sites.is_empty() {
        let message = "it is stated of the park as a whole: leave the sites out";
        return Err(Refusal::new(Code::WrongPlace, "/data/sites", message));
    }
    for (place, site) in sites.iter().enumerate() {
        let at = format!("/data/sites/{place}");
        let found = lookup::site(context, site, &at)?;
        if found.state.park != park {
            let message = format!("{site} is a site of {}", found.state.park);
            return Err(Refusal::new(Code::OtherSite, at, message));
        }
    }
    Ok(vec![RosterSet { due, every, method, of, of_park, park, period, roster, sites }.into()])
}

/// Refuses to turn a roster into another one.
fn is_same_roster<S: States>(context: &Context<'_, S>, data: &SetRoster) -> Result<(), Refusal> {
    let Some(found) = context.states.find::<Roster>(data.roster.as_str()) else { return Ok(()) };
    let now = &found.state.now;
    if (&now.park, &now.of, now.period) == (&data.park, &data.of, data.period) {
        return Ok(());
    }
    let message = format!(
        "{} is of {} and {} already; choose another id for another thing or period",
        data.roster, now.park, now.period
    );
    Err(Refusal::new(Code::AlreadyExists, "/data/roster", message))
}

/// How often it is declared, and whether of the park as a whole.
fn duty<S: States>(context: &Context<'_, S>, of: &Duty) -> Result<(Every, bool), Refusal> {
    match of {
        Duty::Theme(_) => Ok((Every::Month, false)),
        Duty::Item(name) => {
            let Some(item) = context.states.find::<Item>(name.as_str()) else {
                let message = format!("there is no item {name}; a method defines it first");
                return Err(Refusal::new(Code::UnknownItem, "/data/of/item", message));
            };
            Ok((item.state.every, item.state.of == Scope::Park))
        }
    }
}

/// Refuses a due day before the end of what is declared.
fn is_due_after(due: Due, period: Period) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::new(Code::BadDue, "/data/due", message));
    match due {
        Due::On(day) if day < period.last() => {
            refuse(format!("{period} ends on {}; it is due on that day or later", period.last()))
        }
        Due::DaysAfter(days) if days > MAX_DAYS_AFTER => {
            refuse(format!("it is due {MAX_DAYS_AFTER} days after the end at most"))
        }
        Due::Yearly(rule) if !rule.is_right() => {
            refuse("a day of the year has a month of 1 to 12 and a day of 1 to 31".to_owned())
        }
        Due::On(_) | Due::DaysAfter(_) | Due::Yearly(_) => Ok(()),
    }
}

pub fn send_reminder<S: States>(context: &Context<'_, S>, data: &SendReminder) -> Decision {
    let SendReminder { message, period, roster, site } = data.clone();
    let Some(found) = context.states.find::<Roster>(roster.as_str()) else {
        let message = format!("there is no roster {roster}; set it first (set_roster)");
        return Err(Refusal::new(Code::UnknownRoster, "/data/roster", message));
    };
    let now = &found.state.now;
    require_park(context, &now.park, "remind a firm of this park")?;
    let firm = lookup::site(context, &site, "/data/site")?.state.firm.clone();
    if !now.sites.contains(&site) {
        let message = format!("{site} is not on {roster}; only a site on it can be reminded");
        return Err(Refusal::new(Code::NotOnRoster, "/data/site", message));
    }
    if !parts(now.period, now.every).contains(&period) {
        let message =
            format!("{roster} asks for no figure of {period}, but for parts of {}", now.period);
        return Err(Refusal::new(Code::WrongPeriod, "/data/period", message));
    }
    let on = lookup::day_at(context, &now.park);
    if on < period.last() {
        let message = format!("{period} is declared from {} on; it was {on}", period.last());
        return Err(Refusal::new(Code::PeriodNotOver, "/data/period", message));
    }
    if now.is_declared(context.states, Some(&site), period) {
        let message = format!("{site} has declared it of {period}; nothing is missing");
        return Err(Refusal::new(Code::AlreadyDeclared, "/data/period", message));
    }
    let (due, park) = (now.due.of(period), now.park.clone());
    Ok(vec![ReminderSent { due, firm, message, on, park, period, roster, site }.into()])
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::RosterSet(event) => {
            let RosterSet { due, every, method, of, of_park, park, period, roster, sites } =
                event.clone();
            let id = roster.clone();
            let now =
                RosterVersion { due, every, method, of, of_park, park, period, roster, sites };
            let known = states.find::<Roster>(id.as_str()).map(|found| found.state.set);
            let set = known.unwrap_or(0) + 1;
            states.create(&roster_version_id(&id, set), at, false, now.clone());
            if known.is_some() {
                states.change::<Roster>(id.as_str(), at, true, |roster| {
                    (roster.now, roster.set) = (now, set);
                });
            } else {
                states.create(id.as_str(), at, true, Roster { now, reminders: Vec::new(), set });
            }
        }
        Event::ReminderSent(event) => {
            let ReminderSent { message, on, period, roster, site, .. } = event.clone();
            states.change::<Roster>(roster.as_str(), at, true, |roster| {
                let times = roster.reminder(&site, period).map_or(0, |one| one.times) + 1;
                roster.reminders.retain(|one| one.site != site || one.period != period);
                roster.reminders.push(Reminder { message, on, period, site, times });
            });
        }
        _ => unreachable!("`domain::evolve` hands over events of rosters only"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::samples;
    use crate::domain::state::{Roster, RosterVersion};
    use crate::domain::testing::{OPENED, World};

    const LATER: &str = "2025-04-02T08:00:00.000Z";

    fn world() -> World {
        let mut world = World::standard();
        let data = json!({"document": samples::method()});
        world.take("keeper", OPENED, "publish_method", &data);
        world
    }

    fn roster(id: &str, of: Value, period: &str, sites: Value) -> Value {
        json!({
            "due": {"days_after": 10}, "of": of, "park": "prk_guigang", "period": period,
            "roster": id, "sites": sites,
        })
    }

    fn generation() -> Value {
        let sites = json!(["sit_steel", "sit_cement"]);
        roster("ros_a", json!({"theme": "generation"}), "2025", sites)
    }

    #[test]
    fn a_roster_is_set_anew_as_a_whole_and_earlier_versions_stay() {
        let mut world = world();
        let mut data = generation();
        let found = world.refuse("frm_steel", OPENED, "set_roster", &data);
        assert_eq!(found, ("not_permitted", "/actor".to_owned()));
        world.take("prk_guigang", OPENED, "set_roster", &data);
        data["sites"] = json!(["sit_steel"]);
        world.take("keeper", OPENED, "set_roster", &data);
        let state = world.state::<Roster>("ros_a");
        assert_eq!((state.set, state.now.sites.len()), (2, 1));
        assert_eq!(world.state::<RosterVersion>("ros_a/1").sites.len(), 2);
        assert_eq!(world.state::<RosterVersion>("ros_a/2").sites.len(), 1);
        data["period"] = json!("2026");
        let found = world.refuse("prk_guigang", OPENED, "set_roster", &data);
        assert_eq!(found, ("already_exists", "/data/roster".to_owned()));
    }

    #[test]
    fn a_roster_names_what_there_is_and_when_it_can_be() {
        let mut world = world();
        let mut refused = |member: &str, value: Value, code: &str, pointer: &str| {
            let mut data = generation();
            data[member] = value;
            let found = world.refuse("prk_guigang", OPENED, "set_roster", &data);
            assert_eq!(found, (code, pointer.to_owned()));
        };
        refused("method", json!("none.1"), "unknown_method", "/data/method");
        refused("of", json!({"item": "none"}), "unknown_item", "/data/of/item");
        refused("sites", json!(["sit_none"]), "unknown_site", "/data/sites/0");
        refused("sites", json!(["sit_far"]), "other_site", "/data/sites/0");
        let twice = json!(["sit_steel", "sit_steel"]);
        refused("sites", twice, "duplicate_member", "/data/sites/1");
        refused("of", json!({"item": "energy_used"}), "wrong_place", "/data/sites");
        refused("due", json!({"on": "2025-03-01"}), "bad_due", "/data/due");
        refused("due", json!({"days_after": 1001}), "bad_due", "/data/due");
        refused("due", json!({"yearly": {"day": 1, "month": 13}}), "bad_due", "/data/due");
        let month =
            roster("ros_b", json!({"item": "prior_stock_used"}), "2025-03", json!(["sit_steel"]));
        let found = world.refuse("prk_guigang", OPENED, "set_roster", &month);
        assert_eq!(found, ("wrong_period", "/data/period".to_owned()));
    }

    #[test]
    fn a_firm_is_reminded_of_what_is_missing_and_of_nothing_else() {
        let mut world = world();
        world.take("prk_guigang", OPENED, "set_roster", &generation());
        let of = |site: &str, period: &str| {
            json!({
                "message": "please declare", "period": period, "roster": "ros_a", "site": site,
            })
        };
        let mut refused = |data: &Value, code: &str| {
            assert_eq!(world.refuse("prk_guigang", LATER, "send_reminder", data).0, code);
        };
        refused(&of("sit_power", "2025-03"), "not_on_roster");
        refused(&of("sit_steel", "2025-Q1"), "wrong_period");
        refused(&of("sit_steel", "2025-05"), "period_not_over");
        let mut none = of("sit_steel", "2025-03");
        none["roster"] = json!("ros_none");
        refused(&none, "unknown_roster");
        let found = world.refuse("frm_steel", LATER, "send_reminder", &of("sit_steel", "2025-03"));
        assert_eq!(found.0, "not_permitted");
        for times in 1..=2 {
            world.take("prk_guigang", LATER, "send_reminder", &of("sit_steel", "2025-03"));
            let state = world.state::<Roster>("ros_a");
            assert_eq!((state.reminders.len(), state.reminders[0].times), (1, times));
        }
        let zero = json!({
            "period": "2025-03", "return": "ret_a", "site": "sit_steel",
            "zero_activity": ["generation"],
        });
        world.take("frm_steel", LATER, "submit_return", &zero);
        let found =
            world.refuse("prk_guigang", LATER, "send_reminder", &of("sit_steel", "2025-03"));
        assert_eq!(found, ("already_declared", "/data/period".to_owned()), "zero is declared");
    }

    #[test]
    fn a_park_closes_the_gap_of_a_firm_that_does_not_state() {
        let mut world = world();
        let item = json!({"item": "prior_stock_used"});
        let data = roster("ros_b", item, "2024", json!(["sit_steel"]));
        world.take("prk_guigang", OPENED, "set_roster", &data);
        let now = world.state::<Roster>("ros_b").now;
        let site = "sit_steel".parse().unwrap();
        let is_there = |world: &World| now.is_declared(&world.states, Some(&site), now.period);
        assert!(!is_there(&world));
        let filed = json!({
            "evidence": [{"hash": "ab".repeat(32), "title": "Stock book"}],
            "figures": [{
                "item": "prior_stock_used", "method": "declared", "unit": "TNE", "value": "40",
            }],
            "park": "prk_guigang", "period": "2024", "site": "sit_steel", "statement": "stm_a",
        });
        world.take("prk_guigang", LATER, "state_figures", &filed);
        assert!(is_there(&world));
        let back = json!({"reason": "wrong", "statement": "stm_a"});
        world.take("prk_guigang", LATER, "withdraw_statement", &back);
        assert!(!is_there(&world), "what was taken back is missing again");
    }
}
