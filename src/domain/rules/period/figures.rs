//! The figures of a return, each as the record that it becomes.
//!
//! Invariant: they stand in the order of the themes, so the same command always gives the same
//! records.

use crate::domain::command::{Generation, MaterialAmount, SubmitReturn};
use crate::domain::decide::Context;
use crate::domain::event::{
    Declared, EconomicOutputDeclared, Event, FreshWaterDeclared, GenerationDeclared,
    OwnReuseDeclared, RecirculationDeclared, StockDeclared, ZeroActivityDeclared,
};
use crate::domain::id::MaterialId;
use crate::domain::quantity::Quantity;
use crate::domain::refusal::Refusal;
use crate::domain::rules::lookup;
use crate::domain::shapes::{MaterialBrief, MaterialKind, Theme};
use crate::domain::states::States;
use crate::domain::unit::Dimension;

/// One figure that a return declares, or zero activity.
pub struct Figure {
    pub theme: Theme,
    /// Of the member in the command.
    pub pointer: String,
    pub event: Event,
    /// What was stated, and what it must be counted in.
    measured: Option<(Quantity, Dimension)>,
}

impl Figure {
    pub fn material(&self) -> Option<&MaterialId> {
        material_of(&self.event)
    }

    pub fn is_zero(&self) -> bool {
        matches!(self.event, Event::ZeroActivityDeclared(_))
    }

    /// What it is about, for sentences.
    pub fn subject(&self) -> String {
        match self.material() {
            Some(material) => format!("{} of {material}", self.theme),
            None => self.theme.to_string(),
        }
    }

    pub fn is_alike(&self) -> Result<(), Refusal> {
        let Some((quantity, dimension)) = &self.measured else { return Ok(()) };
        lookup::alike(quantity, *dimension, &format!("{}/quantity", self.pointer))
    }
}

/// The theme of a record of a return; none of the first.
#[expect(clippy::wildcard_enum_match_arm, reason = "`Event::declared` has all arms")]
pub fn theme_of(event: &Event) -> Option<Theme> {
    match event {
        Event::GenerationDeclared(_) => Some(Theme::Generation),
        Event::OwnReuseDeclared(_) => Some(Theme::OwnReuse),
        Event::FreshWaterDeclared(_) => Some(Theme::FreshWater),
        Event::RecirculationDeclared(_) => Some(Theme::Recirculation),
        Event::StockDeclared(_) => Some(Theme::Stock),
        Event::EconomicOutputDeclared(_) => Some(Theme::EconomicOutput),
        Event::ZeroActivityDeclared(event) => Some(event.theme),
        _ => None,
    }
}

/// The material of a record of a return, if its theme is told by material.
#[expect(clippy::wildcard_enum_match_arm, reason = "`Event::declared` has all arms")]
pub fn material_of(event: &Event) -> Option<&MaterialId> {
    match event {
        Event::GenerationDeclared(event) => Some(&event.material.material),
        Event::OwnReuseDeclared(event) => Some(&event.material.material),
        Event::StockDeclared(event) => Some(&event.material.material),
        _ => None,
    }
}

/// All figures of a return, with the materials that they name.
pub fn figures<S: States>(
    context: &Context<'_, S>,
    data: &SubmitReturn,
    declared: &Declared,
) -> Result<Vec<Figure>, Refusal> {
    let mut figures = Vec::new();
    of_materials(context, data, declared, &mut figures)?;
    let declared = || declared.clone();
    if let Some(stated) = &data.fresh_water {
        let (method, quantity) = (stated.method, stated.quantity);
        let event = FreshWaterDeclared { declared: declared(), method, quantity };
        figures.push(of_water(Theme::FreshWater, quantity, event.into()));
    }
    if let Some(stated) = &data.recirculation {
        let (method, quantity) = (stated.method, stated.quantity);
        let event = RecirculationDeclared { declared: declared(), method, quantity };
        figures.push(of_water(Theme::Recirculation, quantity, event.into()));
    }
    if let Some(output) = &data.economic_output {
        let (amount, measure, price_year) = (output.amount, output.measure, output.price_year);
        let event = EconomicOutputDeclared { amount, declared: declared(), measure, price_year };
        let (theme, pointer) = (Theme::EconomicOutput, "/data/economic_output".to_owned());
        figures.push(Figure { theme, pointer, event: event.into(), measured: None });
    }
    for (place, theme) in data.zero_activity.iter().enumerate() {
        let event = ZeroActivityDeclared { declared: declared(), theme: *theme }.into();
        let pointer = format!("/data/zero_activity/{place}");
        figures.push(Figure { theme: *theme, pointer, event, measured: None });
    }
    figures.sort_by_key(|figure| figure.theme);
    Ok(figures)
}

fn of_water(theme: Theme, quantity: Quantity, event: Event) -> Figure {
    let pointer = format!("/data/{theme}");
    Figure { theme, pointer, event, measured: Some((quantity, Dimension::Volume)) }
}

fn of_materials<S: States>(
    context: &Context<'_, S>,
    data: &SubmitReturn,
    declared: &Declared,
    figures: &mut Vec<Figure>,
) -> Result<(), Refusal> {
    let mut add = |theme: Theme,
                   place: usize,
                   id: &MaterialId,
                   quantity: Quantity,
                   event: &dyn Fn(Declared, MaterialBrief) -> Event| {
        let pointer = format!("/data/{theme}/{place}");
        let material = lookup::material(context, id, &format!("{pointer}/material"))?;
        let measured = Some((quantity, material.state.dimension));
        let event = event(declared.clone(), lookup::brief(&material.state));
        figures.push(Figure { theme, pointer, event, measured });
        Ok(())
    };
    for (place, amount) in data.generation.iter().enumerate() {
        let Generation { from_by_products, material, method, quantity } = amount;
        let (is_said, method, quantity) = (*from_by_products, *method, *quantity);
        add(Theme::Generation, place, material, quantity, &|declared, material| {
            // What is left of a by-product is made of one, whether or not the return says so.
            let from_by_products = is_said || material.kind == MaterialKind::Residue;
            GenerationDeclared { declared, from_by_products, material, method, quantity }.into()
        })?;
    }
    for (place, reuse) in data.own_reuse.iter().enumerate() {
        let (method, operation, quantity) = (reuse.method, reuse.operation, reuse.quantity);
        add(Theme::OwnReuse, place, &reuse.material, quantity, &|declared, material| {
            OwnReuseDeclared { declared, material, method, operation, quantity }.into()
        })?;
    }
    for (place, amount) in data.stock.iter().enumerate() {
        let MaterialAmount { material, method, quantity } = amount;
        let (method, quantity) = (*method, *quantity);
        add(Theme::Stock, place, material, quantity, &|declared, material| {
            StockDeclared { declared, material, method, quantity }.into()
        })?;
    }
    Ok(())
}
