//! Views of lots, and of what they are made.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::{DeliveryId, FirmId, LotId, ParkId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::MaterialBrief;
use crate::domain::state::{Lot, LotStage};
use crate::domain::states::Stored;
use crate::domain::text::Text;
use crate::domain::time::Day;
use crate::query::view::{quantity, view};

view! {
    /// A lot: a part of a stock account that is set aside.
    pub struct LotView of Lot {
        /// The lot that it went into as a whole.
        #[serde(skip_serializing_if = "Option::is_none")]
        blended_into: Option<LotId>,
        /// Whether its composition is sealed in its record.
        composition: bool,
        /// On which it was formed, blended or split off.
        day: Day,
        firm: FirmId,
        /// What it had at first.
        formed: Quantity,
        lot: LotId,
        material: MaterialBrief,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<Text>,
        park: ParkId,
        /// What is left of it.
        quantity: Quantity,
        site: SiteId,
        /// The lot that it was parted from.
        #[serde(skip_serializing_if = "Option::is_none")]
        split_from: Option<LotId>,
        stage: LotStage,
    }
    |stored| {
        let state = stored.state.clone();
        LotView {
            changed: stored.changed,
            created: stored.created,
            version: stored.version,
            formed: quantity(state.formed, state.unit),
            quantity: quantity(state.quantity(), state.unit),
            stage: state.stage(),
            blended_into: state.blended_into,
            composition: state.composition,
            day: state.day,
            firm: state.firm,
            lot: state.lot,
            material: state.material,
            note: state.note,
            park: state.park,
            site: state.site,
            split_from: state.split_from,
        }
    }
}

/// What a lot has of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LotPartView {
    /// None of own material, and of what no delivery accounts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    pub quantity: Quantity,
}

view! {
    /// A lot and what it is made of.
    pub struct LotGenealogyView of Lot {
        /// The lots that it was blended of.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        blended_of: Vec<LotId>,
        lot: LotView,
        /// Of what is left of it is made: they sum up to its quantity, and the first is drawn
        /// first.
        parts: Vec<LotPartView>,
    }
    |stored: &Stored<Lot>| {
        let Lot { blended_of, parts, unit, .. } = &stored.state;
        let part = |part: &crate::domain::state::Part| LotPartView {
            delivery: part.delivery.clone(),
            quantity: quantity(part.amount, *unit),
        };
        LotGenealogyView {
            changed: stored.changed,
            created: stored.created,
            version: stored.version,
            blended_of: blended_of.clone(),
            lot: <LotView as crate::query::view::View>::view(stored),
            parts: parts.iter().map(part).collect(),
        }
    }
}
