//! A delivery as one row of a list, and the list that somebody sees.

use crate::domain::access::{Principal, Role};
use crate::domain::state::DeliveryStage;
use crate::index::ListOf;
use crate::query::listed::Listed;
use crate::query::rows::narrowed;
use crate::query::view::DeliveryView;
use crate::web::reader::Reader;
use crate::web::show::Shown;

/// One row.
pub struct DeliveryRow {
    pub id: String,
    /// What people call it: the number of its ticket, or its id where it has none.
    pub name: String,
    pub day: String,
    pub stage: &'static str,
    /// By which the style sheet tells stages apart; the word stands beside it.
    pub mark: &'static str,
    pub material: String,
    pub supplier: String,
    pub receiver: String,
    pub dispatched: Shown,
    pub received: Shown,
    /// Rules that it breaks.
    pub broken: Vec<&'static str>,
}

impl DeliveryRow {
    pub fn of(reader: &Reader, view: &DeliveryView) -> DeliveryRow {
        let (t, names, exchange) = (reader.t(), reader.names(), &view.exchange);
        let weight = view.received.as_ref().or(view.dispatched.as_ref());
        let shown = |weight: Option<&crate::query::view::WeightView>| {
            Shown::stated_or_absent(weight.map(|weight| &weight.quantity), reader.lang)
        };
        DeliveryRow {
            id: exchange.delivery.to_string(),
            name: ticket_of(view).unwrap_or_else(|| exchange.delivery.to_string()),
            day: weight.map_or_else(String::new, |weight| weight.day.to_string()),
            stage: t.stage(view.stage),
            mark: mark(view.stage),
            material: names.material(&exchange.material.material),
            supplier: names.firm(&exchange.supplier.firm),
            receiver: names.firm(&exchange.receiver.firm),
            dispatched: shown(view.dispatched.as_ref()),
            received: shown(view.received.as_ref()),
            broken: view.nonconformities.iter().map(|one| t.nonconformity(*one)).collect(),
        }
    }
}

/// The number of the ticket by which it left, or else by which it arrived.
pub fn ticket_of(view: &DeliveryView) -> Option<String> {
    let weights = [&view.dispatched, &view.received].into_iter().flatten();
    weights.filter_map(|weight| weight.ticket.as_ref()).next().map(ToString::to_string)
}

pub fn mark(stage: DeliveryStage) -> &'static str {
    match stage {
        DeliveryStage::Dispatched | DeliveryStage::Received => "open",
        DeliveryStage::Accepted | DeliveryStage::Finished => "done",
        DeliveryStage::PartlyRejected | DeliveryStage::Rejected => "warn",
        DeliveryStage::Cancelled => "gone",
    }
}

/// The narrowest list that has all that somebody may see.
pub fn own_list<A: Listed>(who: Option<&Principal>) -> ListOf {
    let of = match who {
        Some(Principal { role: Role::Park | Role::Verifier | Role::Regulator, parks, .. }) => {
            match &parks[..] {
                [park] => ListOf::Park(park.clone()),
                _ => ListOf::All,
            }
        }
        _ => ListOf::All,
    };
    narrowed::<A>(of, who)
}
