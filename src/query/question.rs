//! What a one-time link asks its partner, with all that is needed to answer.
//!
//! Invariant: it shows what the question is about and nothing else of either firm.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::command::{LinkAnswer, LinkSubject};
use crate::domain::event::Side;
use crate::domain::id::{DeliveryId, FirmId, KeyId};
use crate::domain::state::{Contract, Delivery, Firm, Key, day_book};
use crate::domain::states::States;
use crate::domain::text::Text;
use crate::domain::time::Day;
use crate::index::Index;
use crate::query::view::{ContractView, DeliveryView, View};

/// A question to a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkQuestion {
    /// Once it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<LinkAnswer>,
    /// The position that the answer reflects.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// The firm that asks, by name.
    pub asked_by: Text,
    pub contract: ContractView,
    /// What would be confirmed: the partner has not spoken of it, and it is not disputed.
    pub deliveries: Vec<DeliveryView>,
    /// The last day on which it can be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
    pub key: KeyId,
    /// The partner who is asked, by name.
    pub partner: Text,
    pub partner_firm: FirmId,
    pub subject: LinkSubject,
}

/// The question of a link; none if the key is no link.
pub fn question(index: &Index, key: &KeyId) -> Option<LinkQuestion> {
    let as_of = index.position();
    let stored = index.find::<Key>(key.as_str())?;
    let (link, partner) = (stored.state.link.as_ref()?, stored.state.firm.as_ref()?);
    let subject = &link.subject;
    let delivery = |id: &DeliveryId| index.find::<Delivery>(id.as_str());
    let of_delivery = subject.delivery.as_ref().and_then(&delivery);
    let contract = match (&subject.contract, &of_delivery) {
        (Some(contract), _) => contract.clone(),
        (None, Some(delivery)) => delivery.state.exchange.contract.clone(),
        (None, None) => return None,
    };
    let contract = index.find::<Contract>(contract.as_str())?;
    let side = contract.state.side_of(partner)?;
    let asked = match (&of_delivery, subject.month) {
        (Some(delivery), _) => vec![delivery.clone()],
        (None, Some(month)) => {
            let id = &contract.state.contract;
            let window = contract.state.settlement_window(month);
            let booked = day_book::between(index, id, window.from, window.to);
            booked.iter().filter_map(delivery).collect()
        }
        (None, None) => Vec::new(),
    };
    let waits = |delivery: &Delivery| {
        let can = side == Side::Receiver || delivery.received.is_some();
        !delivery.cancelled
            && delivery.open_dispute().is_none()
            && !delivery.has_spoken(side)
            && can
    };
    let asked = asked.iter().filter(|delivery| waits(&delivery.state));
    let name =
        |firm: &FirmId| index.find::<Firm>(firm.as_str()).map(|firm| firm.state.name.clone());
    Some(LinkQuestion {
        answered: link.answered,
        as_of,
        asked_by: name(&link.issued_by)?,
        contract: ContractView::view(&contract),
        deliveries: asked.map(|delivery| DeliveryView::view(delivery)).collect(),
        expires: stored.state.expires,
        key: key.clone(),
        partner: name(partner)?,
        partner_firm: partner.clone(),
        subject: subject.clone(),
    })
}
