//! Statements: figures of items, stated period by period.
//!
//! Invariant: for a place, period and item one figure stands; to state another, the first is taken
//! back. What nobody stated is unknown, and no zero.

use crate::domain::actor::Actor;
use crate::domain::command::{Figure, StateFigures, WithdrawStatement};
use crate::domain::decide::Context;
use crate::domain::decimal::Decimal;
use crate::domain::event::{Event, FigureStated, FigureWithdrawn, Stated};
use crate::domain::evolve::Meta;
use crate::domain::id::{FirmId, ParkId};
use crate::domain::method::{Every, Item, Scope};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::who::{require_firm, require_firm_or_park, require_park};
use crate::domain::state::{StatedFigure, StatedLine, Statement, figure_id};
use crate::domain::stated_unit::{ItemUnit, StatedUnit};
use crate::domain::states::{States, StatesMut};
use crate::domain::time::Period;

type Decision = Result<Vec<Event>, Refusal>;

const MAX_FIGURES: usize = 200;
const MAX_EVIDENCE: usize = 20;

pub fn state_figures<S: States>(context: &Context<'_, S>, data: &StateFigures) -> Decision {
    lookup::park(context, &data.park, "/data/park")?;
    let firm = firm_of(context, data)?;
    let filed_by_park = filed_by_park(context, data, firm.as_ref())?;
    lookup::absent::<Statement>(context, data.statement.as_str(), "/data/statement")?;
    lookup::counted(&data.figures, 1, MAX_FIGURES, "/data/figures")?;
    lookup::counted(&data.evidence, 0, MAX_EVIDENCE, "/data/evidence")?;
    in_time(context, &data.park, data.period)?;
    let stated = Stated {
        day: data.period.last(),
        filed_by_park,
        firm,
        park: data.park.clone(),
        period: data.period,
        site: data.site.clone(),
        statement: data.statement.clone(),
    };
    let mut events = Vec::with_capacity(data.figures.len());
    for (place, figure) in data.figures.iter().enumerate() {
        let at = format!("/data/figures/{place}");
        fits(context, data, figure, &at)?;
        if data.figures[..place].iter().any(|other| other.item == figure.item) {
            let message = format!("{} stands here a second time; state one figure", figure.item);
            return Err(Refusal::new(Code::DuplicateMember, format!("{at}/item"), message));
        }
        is_new(context, data, figure, &at)?;
        let Figure { item, method, price_year, unit, value } = figure.clone();
        let (evidence, stated) = (data.evidence.clone(), stated.clone());
        events
            .push(FigureStated { evidence, item, method, price_year, stated, unit, value }.into());
    }
    Ok(events)
}

fn firm_of<S: States>(
    context: &Context<'_, S>,
    data: &StateFigures,
) -> Result<Option<FirmId>, Refusal> {
    let Some(site) = &data.site else { return Ok(None) };
    let site = lookup::site(context, site, "/data/site")?;
    if site.state.park != data.park {
        let message = format!("{} is a site of {}", site.state.site, site.state.park);
        return Err(Refusal::new(Code::OtherSite, "/data/site", message));
    }
    Ok(Some(site.state.firm.clone()))
}

/// Whether the park states it for a firm, which needs evidence.
fn filed_by_park<S: States>(
    context: &Context<'_, S>,
    data: &StateFigures,
    firm: Option<&FirmId>,
) -> Result<bool, Refusal> {
    let Some(firm) = firm else {
        require_park(context, &data.park, "state figures of this park")?;
        return Ok(false);
    };
    require_firm_or_park(context, firm, &data.park, "state figures of this site")?;
    let by_park = !matches!(context.actor, Actor::Firm(_));
    if by_park && data.evidence.is_empty() {
        let message = "a park that states for a firm needs a document as evidence";
        return Err(Refusal::new(Code::EvidenceNeeded, "/data/evidence", message));
    }
    Ok(by_park)
}

/// A period is stated from its last day on, a month until it is closed.
fn in_time<S: States>(
    context: &Context<'_, S>,
    park: &ParkId,
    period: Period,
) -> Result<(), Refusal> {
    let day = lookup::day_at(context, park);
    if day < period.last() {
        let message = format!(
            "{period} is stated from its last day on, {}; in {park} it was {day}",
            period.last()
        );
        return Err(Refusal::new(Code::PeriodNotOver, "/data/period", message));
    }
    is_open(context, park, period)
}

fn is_open<S: States>(
    context: &Context<'_, S>,
    park: &ParkId,
    period: Period,
) -> Result<(), Refusal> {
    if let Period::Month(month) = period
        && lookup::is_closed(context.states, park, month)
    {
        let message = format!("{period} of {park} is closed; its figures stand");
        return Err(Refusal::new(Code::PeriodClosed, "/data/period", message));
    }
    Ok(())
}

/// Whether a figure is one of its item.
fn fits<S: States>(
    context: &Context<'_, S>,
    data: &StateFigures,
    figure: &Figure,
    at: &str,
) -> Result<(), Refusal> {
    let refuse = |code, member: &str, message: String| {
        Err(Refusal::new(code, format!("{at}/{member}"), message))
    };
    let Some(found) = context.states.find::<Item>(figure.item.as_str()) else {
        let message = format!("there is no item {}; a method defines it first", figure.item);
        return refuse(Code::UnknownItem, "item", message);
    };
    let item = &found.state;
    if (item.of == Scope::Site) != data.site.is_some() {
        let right = match item.of {
            Scope::Site => "is stated of each site: name it",
            Scope::Park => "is stated of the park as a whole: leave the site out",
        };
        return refuse(Code::WrongPlace, "item", format!("{} {right}", item.item));
    }
    let every = match data.period {
        Period::Month(_) => Every::Month,
        Period::Quarter(..) => Every::Quarter,
        Period::Year(_) => Every::Year,
    };
    if every != item.every {
        let right = match item.every {
            Every::Month => "month by month, as 2017-03",
            Every::Quarter => "by quarters, as 2017-Q1",
            Every::Year => "by years, as 2017",
        };
        let message = format!("{} is stated {right}", item.item);
        return Err(Refusal::new(Code::WrongPeriod, "/data/period", message));
    }
    if figure.unit != item.unit {
        let message = format!("{} is stated in {}", item.item, item.unit);
        return refuse(Code::UnlikeDimension, "unit", message);
    }
    if let Err(error) = item.unit.amount(&figure.value) {
        return refuse(Code::BadFigure, "value", error.message);
    }
    let may_shrink = match item.unit {
        ItemUnit::Money(_) => true,
        ItemUnit::Of(unit) => unit == StatedUnit::Percent,
    };
    if figure.value < Decimal::ZERO && !may_shrink {
        return refuse(Code::BadFigure, "value", "an amount is zero or more".to_owned());
    }
    let is_money = matches!(item.unit, ItemUnit::Money(_));
    if is_money != figure.price_year.is_some() {
        let right =
            if is_money { "money needs the year of its prices" } else { "only money has one" };
        return refuse(Code::BadFigure, "price_year", right.to_owned());
    }
    if item.proven && data.evidence.is_empty() {
        let message = format!("{} needs a document as evidence", item.item);
        return Err(Refusal::new(Code::EvidenceNeeded, "/data/evidence", message));
    }
    Ok(())
}

fn is_new<S: States>(
    context: &Context<'_, S>,
    data: &StateFigures,
    figure: &Figure,
    at: &str,
) -> Result<(), Refusal> {
    let id = figure_id(&data.park, data.site.as_ref(), data.period, &figure.item);
    let found = context.states.find::<StatedFigure>(&id);
    let Some(earlier) = found.and_then(|found| found.state.statement.clone()) else {
        return Ok(());
    };
    let message = format!(
        "{} of {} was stated by {earlier}; withdraw that one first",
        figure.item, data.period
    );
    Err(Refusal::new(Code::AlreadyDeclared, format!("{at}/item"), message))
}

pub fn withdraw_statement<S: States>(
    context: &Context<'_, S>,
    data: &WithdrawStatement,
) -> Decision {
    let pointer = "/data/statement";
    let Some(found) = context.states.find::<Statement>(data.statement.as_str()) else {
        let message = format!("there is no statement {}", data.statement);
        return Err(Refusal::new(Code::UnknownStatement, pointer, message));
    };
    let Statement { filed_by_park, firm, park, period, withdrawn, .. } = &found.state;
    match firm {
        Some(firm) if !filed_by_park => {
            require_firm(context, firm, "withdraw this statement")?;
        }
        Some(_) | None => require_park(context, park, "withdraw this statement")?,
    }
    if let Some(reason) = withdrawn {
        let message = format!("{} is withdrawn already: {reason}", data.statement);
        return Err(Refusal::new(Code::StatementWithdrawn, pointer, message));
    }
    is_open(context, park, *period)?;
    let stated = Stated {
        day: period.last(),
        filed_by_park: *filed_by_park,
        firm: firm.clone(),
        park: park.clone(),
        period: *period,
        site: found.state.site.clone(),
        statement: data.statement.clone(),
    };
    let withdraw = |figure: &StatedLine| {
        let StatedLine { item, method, price_year, unit, value } = figure.clone();
        let (reason, stated) = (data.reason.clone(), stated.clone());
        FigureWithdrawn { item, method, price_year, reason, stated, unit, value }.into()
    };
    Ok(found.state.figures.iter().map(withdraw).collect())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::FigureStated(event) => {
            let Stated { filed_by_park, firm, park, period, site, statement, .. } =
                event.stated.clone();
            let id = figure_id(&park, site.as_ref(), period, &event.item);
            let FigureStated { item, method, price_year, unit, value, .. } = event.clone();
            let figure = StatedLine { item, method, price_year, unit, value };
            if states.exists::<Statement>(statement.as_str()) {
                states.change::<Statement>(statement.as_str(), at, true, |state| {
                    state.records.push(at);
                    state.figures.push(figure);
                });
            } else {
                let (records, figures) = (vec![at], vec![figure]);
                let id = statement.clone();
                let state = Statement {
                    figures,
                    filed_by_park,
                    firm,
                    park,
                    period,
                    records,
                    site,
                    statement: id,
                    withdrawn: None,
                };
                states.create(statement.as_str(), at, true, state);
            }
            states.create(&id, at, false, StatedFigure { statement: Some(statement) });
        }
        Event::FigureWithdrawn(event) => {
            let Stated { park, period, site, statement, .. } = &event.stated;
            let id = figure_id(park, site.as_ref(), *period, &event.item);
            states.change::<Statement>(statement.as_str(), at, true, |state| {
                state.withdrawn = Some(event.reason.clone());
                state.records.push(at);
            });
            states.create(&id, at, false, StatedFigure { statement: None });
        }
        _ => unreachable!("`domain::evolve` hands over events of statements only"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::fact::{Fact, Measure, facts};
    use crate::domain::samples;
    use crate::domain::state::Statement;
    use crate::domain::testing::{OPENED, World};

    const LATER: &str = "2025-03-01T08:00:00.000Z";

    /// A world with the items of the samples' method.
    fn world() -> World {
        let mut world = World::standard();
        let data = json!({"document": samples::method()});
        world.take("keeper", OPENED, "publish_method", &data);
        world
    }

    fn statement(id: &str, figure: Value) -> Value {
        json!({"figures": [figure], "park": "prk_guigang", "period": "2024", "statement": id})
    }

    fn energy(value: &str) -> Value {
        json!({"item": "energy_used", "method": "declared", "unit": "GV", "value": value})
    }

    fn stock(value: &str) -> Value {
        json!({"item": "prior_stock_used", "method": "declared", "unit": "TNE", "value": value})
    }

    fn evidence() -> Value {
        json!([{"hash": "ab".repeat(32), "title": "Stock book"}])
    }

    #[test]
    fn a_figure_stands_once_until_it_is_taken_back() {
        let mut world = world();
        let events =
            world.take("prk_guigang", LATER, "state_figures", &statement("stm_a", energy("100.5")));
        let mut all: Vec<Fact> = Vec::new();
        events.iter().for_each(|event| facts(event, |fact| all.push(fact)));
        assert_eq!((all[0].measure, all[0].amount), (Measure::Stated, 100_500_000));
        assert_eq!((&all[0].firm, all[0].day.to_string()), (&None, "2024-12-31".to_owned()));
        let again = statement("stm_b", energy("7"));
        let found = world.refuse("prk_guigang", LATER, "state_figures", &again);
        assert_eq!(found, ("already_declared", "/data/figures/0/item".to_owned()));
        let back = json!({"reason": "a digit was wrong", "statement": "stm_a"});
        let other = world.refuse("frm_steel", LATER, "withdraw_statement", &back);
        assert_eq!(other.0, "not_permitted");
        let events = world.take("prk_guigang", LATER, "withdraw_statement", &back);
        events.iter().for_each(|event| facts(event, |fact| all.push(fact)));
        assert_eq!(all.iter().map(|fact| fact.amount).sum::<i64>(), 0);
        assert!(world.state::<Statement>("stm_a").withdrawn.is_some());
        let twice = world.refuse("prk_guigang", LATER, "withdraw_statement", &back);
        assert_eq!(twice.0, "statement_withdrawn");
        world.take("prk_guigang", LATER, "state_figures", &again);
    }

    #[test]
    fn a_park_states_for_a_firm_with_evidence_only() {
        let mut world = world();
        let mut data = statement("stm_a", stock("40000"));
        data["site"] = json!("sit_steel");
        let found = world.refuse("frm_steel", LATER, "state_figures", &data);
        assert_eq!(found, ("evidence_needed", "/data/evidence".to_owned()), "the item needs it");
        let found = world.refuse("prk_guigang", LATER, "state_figures", &data);
        assert_eq!(found.0, "evidence_needed");
        data["evidence"] = evidence();
        let events = world.take("prk_guigang", LATER, "state_figures", &data);
        assert_eq!(events.len(), 1);
        let state = world.state::<Statement>("stm_a");
        assert!(state.filed_by_park);
        assert_eq!(state.firm.as_ref().unwrap().as_str(), "frm_steel");
        let back = json!({"reason": "the firm states it", "statement": "stm_a"});
        assert_eq!(
            world.refuse("frm_steel", LATER, "withdraw_statement", &back).0,
            "not_permitted"
        );
    }

    #[test]
    fn a_figure_is_one_of_its_item() {
        let mut world = world();
        let money = |price_year: Value| {
            let mut figure =
                json!({"item": "gdp", "method": "declared", "unit": "CNY", "value": "5"});
            if !price_year.is_null() {
                figure["price_year"] = price_year;
            }
            figure
        };
        let mut wrong_unit = energy("1");
        wrong_unit["unit"] = json!("TNE");
        let mut unknown = energy("1");
        unknown["item"] = json!("unheard_of");
        let cases = [
            (unknown, "unknown_item", "/data/figures/0/item"),
            (wrong_unit, "unlike_dimension", "/data/figures/0/unit"),
            (energy("-1"), "bad_figure", "/data/figures/0/value"),
            (energy("0.0000001"), "bad_figure", "/data/figures/0/value"),
            (money(json!(null)), "bad_figure", "/data/figures/0/price_year"),
            (stock("1"), "wrong_place", "/data/figures/0/item"),
        ];
        for (figure, code, pointer) in cases {
            let data = statement("stm_a", figure.clone());
            let found = world.refuse("prk_guigang", LATER, "state_figures", &data);
            assert_eq!(found, (code, pointer.to_owned()), "{figure}");
        }
        let mut month = statement("stm_a", energy("1"));
        month["period"] = json!("2024-12");
        let found = world.refuse("prk_guigang", LATER, "state_figures", &month);
        assert_eq!(found, ("wrong_period", "/data/period".to_owned()));
        let mut early = statement("stm_a", energy("1"));
        early["period"] = json!("2025");
        let found = world.refuse("prk_guigang", LATER, "state_figures", &early);
        assert_eq!(found, ("period_not_over", "/data/period".to_owned()));
        world.take("prk_guigang", LATER, "state_figures", &statement("stm_a", money(json!(2020))));
    }

    #[test]
    fn a_base_year_lies_before_the_ledger_and_is_stated_like_any_other() {
        let mut world = world();
        let mut data = statement("stm_base", energy("90"));
        data["period"] = json!("1998");
        let events = world.take("prk_guigang", LATER, "state_figures", &data);
        let mut days = Vec::new();
        events.iter().for_each(|event| facts(event, |fact| days.push(fact.day.to_string())));
        assert_eq!(days, ["1998-12-31"]);
    }
}
