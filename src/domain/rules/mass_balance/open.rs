//! `open_mass_balance`: an account of a product group at a site, for one to three months.

use crate::domain::command::OpenMassBalance;
use crate::domain::decide::Context;
use crate::domain::decimal::Decimal;
use crate::domain::event::MassBalanceOpened;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::mass_balance::{BALANCE, Decision, KEEP, find};
use crate::domain::rules::who::require_firm;
use crate::domain::shapes::Term;
use crate::domain::state::{MassBalance, MassBalanceGroup, Material, Site, stock_sum};
use crate::domain::states::States;

const CONTINUES: &str = "/data/continues";

const MOST_MONTHS: u8 = 3;
const MOST_MATERIALS: usize = 50;

pub fn open_mass_balance<S: States>(context: &Context<'_, S>, data: &OpenMassBalance) -> Decision {
    let site = lookup::site(context, &data.site, "/data/site")?;
    let site = &site.state;
    require_firm(context, &site.firm, KEEP)?;
    lookup::absent::<MassBalance>(context, data.balance.as_str(), BALANCE)?;
    let product = lookup::material(context, &data.product, "/data/product")?;
    let product = &product.state;
    check_materials(context, data, product)?;
    check_conversion(&data.conversion)?;
    let term = term(data)?;
    let before = before(context, data, site, &term)?;
    let carried = before.as_ref().map_or(0, MassBalance::carried_out);
    let product = lookup::brief(product);
    let OpenMassBalance { balance, continues, conversion, materials, model, product_group, .. } =
        data.clone();
    let opened = MassBalanceOpened {
        balance,
        carried: stock_sum(carried, &product),
        continues,
        conversion,
        firm: site.firm.clone(),
        materials,
        model,
        park: site.park.clone(),
        product,
        product_group,
        site: data.site.clone(),
        term,
    };
    Ok(vec![opened.into()])
}

fn check_materials<S: States>(
    context: &Context<'_, S>,
    data: &OpenMassBalance,
    product: &Material,
) -> Result<(), Refusal> {
    const MATERIALS: &str = "/data/materials";
    lookup::counted(&data.materials, 1, MOST_MATERIALS, MATERIALS)?;
    lookup::each_once(&data.materials, MATERIALS)?;
    for (place, id) in data.materials.iter().enumerate() {
        let pointer = format!("{MATERIALS}/{place}");
        let material = lookup::material(context, id, &pointer)?;
        let (dimension, needed) = (material.state.dimension, product.dimension);
        if dimension != needed {
            let message = format!("{id} is counted by {dimension}, the product by {needed}");
            return Err(Refusal::new(Code::UnlikeDimension, pointer, message));
        }
    }
    Ok(())
}

fn check_conversion(conversion: &Decimal) -> Result<(), Refusal> {
    let fits = *conversion > Decimal::from(0) && *conversion <= Decimal::from(1000);
    if fits {
        return Ok(());
    }
    let message = format!("{conversion} of output for one of input; more than 0, at most 1000");
    Err(Refusal::new(Code::BadConversion, "/data/conversion", message))
}

fn term(data: &OpenMassBalance) -> Result<Term, Refusal> {
    let last = i32::from(data.months).checked_sub(1).filter(|_| data.months <= MOST_MONTHS);
    let last = last.and_then(|more| if more < 0 { None } else { data.from.checked_add(more) });
    let Some(last) = last else {
        let message = format!("an account is for 1 to {MOST_MONTHS} months, not {}", data.months);
        return Err(Refusal::new(Code::MassBalanceTooLong, "/data/months", message));
    };
    Ok(Term { from: data.from.first(), to: last.last() })
}

/// The closed account that this one continues, which must be the last of its site and group.
fn before<S: States>(
    context: &Context<'_, S>,
    data: &OpenMassBalance,
    site: &Site,
    term: &Term,
) -> Result<Option<MassBalance>, Refusal> {
    let refuse = |code, message: String| Err(Refusal::new(code, CONTINUES, message));
    let named = match &data.continues {
        Some(id) => Some(find(context, id, CONTINUES)?),
        None => None,
    };
    let group = MassBalanceGroup::id(&data.site, &data.product_group);
    let last = context.states.find::<MassBalanceGroup>(&group);
    let group = &data.product_group;
    if let Some(named) = &named {
        let named = &named.state;
        let own = named.site == site.site && named.product_group == *group;
        if !own || named.product.material != data.product {
            let message = format!(
                "{} is of {} ({}, {}); credit stays with its site, group and product",
                named.balance, named.site, named.product_group, named.product.material
            );
            return refuse(Code::OtherMassBalance, message);
        }
    }
    let Some(last) = last.map(|last| last.state.last.clone()) else { return Ok(None) };
    let Some(named) = named.filter(|named| named.state.balance == last) else {
        let message = format!("the account before it of {group} at {} is {last}", data.site);
        return refuse(Code::OtherMassBalance, message);
    };
    let named = named.state.clone();
    if named.closed.is_none() {
        let message = format!("{last} is open; close it first (close_mass_balance)");
        return refuse(Code::MassBalanceOpen, message);
    }
    if term.from <= named.term.to {
        let message =
            format!("{last} goes up to {}; this one would begin within it", named.term.to);
        return Err(Refusal::new(Code::MassBalanceOverlaps, "/data/from", message));
    }
    Ok(Some(named))
}
