//! Returns: what a firm declares of a month at a site.
//!
//! Invariant: a theme is declared with figures, or as zero activity, or not at all, and then it is
//! unknown: nothing here turns what was left out into a zero.

use crate::domain::command::{EconomicOutput, OwnReuse, SubmitReturn};
use crate::domain::decide::Context;
use crate::domain::event::{Declared, Event, ReturnSubmitted};
use crate::domain::evolve::Meta;
use crate::domain::id::{MaterialId, ParkId, SiteId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::period::Decision;
use crate::domain::rules::period::figures::{Figure, figures, material_of, theme_of};
use crate::domain::rules::stock;
use crate::domain::rules::who::require_firm;
use crate::domain::shapes::Theme;
use crate::domain::state::{Declaration, PeriodReturn};
use crate::domain::states::{States, StatesMut};
use crate::domain::time::Month;

const MAX_MATERIALS: usize = 500;
const MAX_THEMES: usize = 6;

/// Units of the currency: up to here facts count ten-thousandths without loss.
const MAX_MONEY_UNITS: u64 = 900_000_000_000_000;

pub fn submit_return<S: States>(context: &Context<'_, S>, data: &SubmitReturn) -> Decision {
    let at = lookup::site(context, &data.site, "/data/site")?;
    let (firm, park) = (&at.state.firm, &at.state.park);
    require_firm(context, firm, "declare a period of this site")?;
    lookup::absent::<PeriodReturn>(context, data.return_id.as_str(), "/data/return")?;
    lookup::counted(&data.generation, 0, MAX_MATERIALS, "/data/generation")?;
    lookup::counted(&data.own_reuse, 0, MAX_MATERIALS, "/data/own_reuse")?;
    lookup::counted(&data.stock, 0, MAX_MATERIALS, "/data/stock")?;
    lookup::counted(&data.zero_activity, 0, MAX_THEMES, "/data/zero_activity")?;
    let declared = Declared {
        day: data.period.last(),
        firm: firm.clone(),
        park: park.clone(),
        period: data.period,
        return_id: data.return_id.clone(),
        site: data.site.clone(),
    };
    let figures = figures(context, data, &declared)?;
    in_time(context, park, data.period)?;
    if figures.is_empty() {
        let message = "nothing is declared; a theme without activity is named in zero_activity";
        return Err(Refusal::new(Code::NothingDeclared, "/data", message));
    }
    figures.iter().try_for_each(Figure::is_alike)?;
    once(&figures)?;
    zero_or_figures(&figures)?;
    data.economic_output.as_ref().map_or(Ok(()), countable)?;
    data.own_reuse.iter().enumerate().try_for_each(|(place, reuse)| is_reuse(place, reuse))?;
    figures.iter().try_for_each(|figure| is_new(context, data, figure))?;

    let mut themes: Vec<Theme> = figures.iter().map(|figure| figure.theme).collect();
    themes.sort_unstable();
    themes.dedup();
    let mut events = vec![ReturnSubmitted { declared, themes }.into()];
    events.extend(figures.into_iter().map(|figure| figure.event));
    Ok(events)
}

/// A month is declared from its last day on, until it is closed.
fn in_time<S: States>(
    context: &Context<'_, S>,
    park: &ParkId,
    period: Month,
) -> Result<(), Refusal> {
    if lookup::is_closed(context.states, park, period) {
        let message = format!("{period} of {park} is closed; nothing more is declared for it");
        return Err(Refusal::new(Code::PeriodClosed, "/data/period", message));
    }
    let day = lookup::day_at(context, park);
    if day < period.last() {
        let message = format!(
            "{period} is declared from its last day on, {}; in {park} it was {day}",
            period.last()
        );
        return Err(Refusal::new(Code::PeriodNotOver, "/data/period", message));
    }
    Ok(())
}

/// Refuses a theme and material that stand in the return twice.
fn once(figures: &[Figure]) -> Result<(), Refusal> {
    for (place, figure) in figures.iter().enumerate() {
        let same = |other: &&Figure| {
            (other.theme, other.material(), other.is_zero())
                == (figure.theme, figure.material(), figure.is_zero())
        };
        if figures[..place].iter().any(|other| same(&other)) {
            let what = figure.subject();
            let message = format!("{what} stands here a second time; state one figure");
            return Err(Refusal::new(Code::DuplicateMember, &*figure.pointer, message));
        }
    }
    Ok(())
}

fn zero_or_figures(figures: &[Figure]) -> Result<(), Refusal> {
    for zero in figures.iter().filter(|figure| figure.is_zero()) {
        let theme = zero.theme;
        if figures.iter().any(|figure| figure.theme == theme && !figure.is_zero()) {
            let message = format!("{theme} is declared as zero activity and with figures: choose");
            return Err(Refusal::new(Code::DeclaredZeroAndMore, &*zero.pointer, message));
        }
    }
    Ok(())
}

fn countable(output: &EconomicOutput) -> Result<(), Refusal> {
    let most = crate::domain::decimal::Decimal::new(i128::from(MAX_MONEY_UNITS), 0)
        .expect("a number has 18 digits before the point");
    if output.amount.amount().compare(&most).is_lt() {
        return Ok(());
    }
    let message = format!("an amount is below {most} {}", output.amount.currency());
    Err(Refusal::new(Code::AmountTooLarge, "/data/economic_output/amount", message))
}

fn is_reuse(place: usize, reuse: &OwnReuse) -> Result<(), Refusal> {
    match reuse.operation {
        Some(operation) if !operation.is_recovery() => {
            let pointer = format!("/data/own_reuse/{place}/operation");
            let message = format!("{} is a disposal; reuse is R1 to R13", operation.code());
            Err(Refusal::new(Code::NotARecovery, pointer, message))
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses what an earlier return has declared: the same figure, a figure where it declared zero,
/// or zero where it declared figures.
fn is_new<S: States>(
    context: &Context<'_, S>,
    data: &SubmitReturn,
    figure: &Figure,
) -> Result<(), Refusal> {
    let find = |material: Option<&MaterialId>| {
        let id = declaration_id(&data.site, data.period, figure.theme, material);
        context.states.find::<Declaration>(&id)
    };
    if let (Theme::OwnReuse, Some(material)) = (figure.theme, figure.material())
        && stock::own_used_in(context.states, &data.site, material, data.period)
    {
        let message = format!(
            "the stock account of {material} at {} has its reuse of {}; leave it out here",
            data.site, data.period
        );
        return Err(Refusal::new(Code::AlreadyDeclared, &*figure.pointer, message));
    }
    // The row of the theme stands beside those of its materials.
    let of_theme = find(None).filter(|theme| figure.material().is_none() || theme.state.zero);
    let Some(earlier) = of_theme.or_else(|| find(Some(figure.material()?))) else {
        return Ok(());
    };
    let (what, earlier) = (figure.subject(), &earlier.state.return_id);
    let message = format!("{what} of {} was declared for {} by {earlier}", data.period, data.site);
    Err(Refusal::new(Code::AlreadyDeclared, &*figure.pointer, message))
}

/// Whether a return has declared a material of a theme, or the theme as zero activity.
pub fn has_declared<S: States>(
    states: &S,
    site: &SiteId,
    material: &MaterialId,
    period: Month,
    theme: Theme,
) -> bool {
    let find =
        |material| states.find::<Declaration>(&declaration_id(site, period, theme, material));
    find(None).is_some_and(|theme| theme.state.zero) || find(Some(material)).is_some()
}

fn declaration_id(
    site: &SiteId,
    period: Month,
    theme: Theme,
    material: Option<&MaterialId>,
) -> String {
    match material {
        Some(material) => format!("{site}/{period}/{theme}/{material}"),
        None => format!("{site}/{period}/{theme}"),
    }
}

pub(super) fn declared<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let declared = event.declared().expect("`domain::evolve` hands over events of returns only");
    let at = meta.position;
    if let Event::ReturnSubmitted(ReturnSubmitted { themes, .. }) = event {
        let Declared { firm, park, period, return_id, site, .. } = declared.clone();
        let (id, records, themes) = (return_id.clone(), vec![at], themes.clone());
        let state = PeriodReturn { firm, park, period, records, return_id, site, themes };
        states.create(id.as_str(), at, true, state);
        return;
    }
    let return_id = &declared.return_id;
    states.change::<PeriodReturn>(return_id.as_str(), at, true, |state| state.records.push(at));
    let theme = theme_of(event).expect("what follows a return's first record has a theme");
    let zero = matches!(event, Event::ZeroActivityDeclared(_));
    let mut declare = |material: Option<&MaterialId>| {
        let id = declaration_id(&declared.site, declared.period, theme, material);
        if material.is_some() || !states.exists::<Declaration>(&id) {
            states.create(&id, at, false, Declaration { return_id: return_id.clone(), zero });
        }
    };
    declare(None);
    if let Some(material) = material_of(event) {
        declare(Some(material));
    }
}
