//! What events leave in stock accounts: those of the pile itself, and those of loads, which an
//! account follows once it is open.
//!
//! Invariant: a load's matter is counted once. What goes on after a rejection comes from the load
//! and not from the pile; what is cancelled comes back only to an account that it had left.

use crate::domain::code::Operation;
use crate::domain::command::{Entry as LoadEntry, StockDirection};
use crate::domain::event::{
    DeliveryAccepted, DeliveryCancelled, DeliveryDispatched, DeliveryUsed, EntryReplaced,
    EntryReversed, Event, Exchange, MeteredAdjustmentConfirmed, StockCounted, StockOpened,
    StockPlace,
};
use crate::domain::evolve::Meta;
use crate::domain::id::{DeliveryId, LotId};
use crate::domain::quantity::Quantity;
use crate::domain::rules::stock::lot_follow;
use crate::domain::shapes::Party;
use crate::domain::state::{
    Delivery, Moved, Movement, RejectionEnd, STOCK_PAGE, Site, StockAccount, StockEntry, StockLots,
    StockMonth, account_id, lots_id, month_id,
};
use crate::domain::states::StatesMut;
use crate::domain::time::Day;

/// What an event of the pile leaves. Its record is one of the site's stream.
#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    let place = event.stock_place().expect("`domain::evolve` hands over events of stock only");
    states.change::<Site>(place.site.as_str(), at, true, |_| {});
    let mut moved = |place: &StockPlace, day, lot: &Option<LotId>, movement, amount| {
        let id = account_id(&place.site, &place.material.material);
        enter(states, at, &id, Entry { amount, day, delivery: None, lot: lot.clone(), movement });
    };
    match event {
        Event::StockOpened(e) => opened(states, at, e),
        Event::StockGenerated(e) => {
            moved(&e.place, e.day, &None, Movement::Generated, e.quantity.amount().into());
        }
        Event::StockDrawn(e) => {
            let amount = e.quantity.amount();
            moved(&e.place, e.day, &e.lot, own(e.operation), -i128::from(amount));
            if let Some(lot) = &e.lot {
                lot_follow::draw(states, at, lot, None, amount);
            }
        }
        Event::StockCounted(StockCounted { booked, day, place, quantity, .. }) => {
            let difference = i128::from(quantity.amount()) - booked.amount();
            moved(place, *day, &None, Movement::Counted, difference);
        }
        Event::StockAdjusted(e) => {
            let amount = i128::from(e.quantity.amount());
            let signed = match e.direction {
                StockDirection::Gain => amount,
                StockDirection::Loss => -amount,
            };
            moved(&e.place, e.day, &e.lot, Movement::Adjusted, signed);
            match (&e.lot, e.direction) {
                (Some(lot), StockDirection::Gain) => {
                    lot_follow::gain(states, at, lot, e.quantity.amount());
                }
                (Some(lot), StockDirection::Loss) => lost(states, at, &e.place, lot, &e.quantity),
                (None, _) => {}
            }
        }
        Event::StockLost(e) => {
            let amount = -i128::from(e.quantity.amount());
            moved(&e.place, e.day, &e.lot, Movement::Lost, amount);
            if let Some(lot) = &e.lot {
                lost(states, at, &e.place, lot, &e.quantity);
            }
        }
        _ => lot_follow::evolve(states, at, event),
    }
}

/// What a lot lost may be the last of its deliveries.
fn lost<S: StatesMut>(
    states: &mut S,
    at: u64,
    place: &StockPlace,
    lot: &LotId,
    quantity: &Quantity,
) {
    lot_follow::lose(states, at, lot, quantity.amount());
    let account = account_id(&place.site, &place.material.material);
    Piles { states, at }.advance(&account);
}

fn own(operation: Operation) -> Movement {
    if operation.is_disposal() {
        Movement::OwnDisposed
    } else if operation.is_final_recovery() {
        Movement::OwnUsed
    } else {
        Movement::OwnUsedInterim
    }
}

fn opened<S: StatesMut>(states: &mut S, at: u64, event: &StockOpened) {
    let StockOpened { day, place, quantity, .. } = event;
    let StockPlace { firm, material, park, site } = place.clone();
    let id = account_id(&site, &material.material);
    let account = StockAccount {
        firm,
        first_lots: 0,
        in_lots: 0,
        lots: 0,
        material,
        months: Vec::new(),
        moved: Moved::default(),
        opened: *day,
        park,
        site,
        unit: quantity.unit(),
    };
    states.create(&id, at, false, account);
    let amount = quantity.amount().into();
    let movement = Movement::Opening;
    let entry = Entry { amount, day: *day, delivery: None, lot: None, movement };
    enter(states, at, &id, entry);
}

/// What an event of a load moves in the accounts of its two sites, if they keep any. Called once
/// the delivery has its state after the event.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other events move nothing at a site")]
pub fn follow<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    let mut piles = Piles { states, at };
    match event {
        Event::DeliveryDispatched(e) => piles.dispatched(e),
        Event::MeteredPeriodRecorded(e) => {
            let amount = -i128::from(e.quantity.amount());
            piles.enter(&e.exchange.supplier, &e.exchange, e.day, Movement::Dispatched, amount);
        }
        Event::MeteredAdjustmentConfirmed(e) => piles.adjusted(e),
        Event::DeliveryCancelled(e) => piles.cancelled(e),
        Event::RejectionReturned(e) if piles.has_left(&e.exchange.delivery) => {
            let amount = e.quantity.amount().into();
            piles.enter(&e.exchange.supplier, &e.exchange, e.day, Movement::Returned, amount);
        }
        Event::EntryReversed(EntryReversed {
            accepted,
            corrects,
            entry,
            exchange,
            quantity,
            ..
        }) => {
            piles.corrected((*entry, *corrects), exchange, quantity, accepted.as_ref(), -1);
        }
        Event::EntryReplaced(EntryReplaced { accepted, corrects, entry, exchange, .. }) => {
            let Event::EntryReplaced(EntryReplaced { measured, .. }) = event else { return };
            let quantity = &measured.quantity;
            piles.corrected((*entry, *corrects), exchange, quantity, accepted.as_ref(), 1);
        }
        Event::DeliveryAccepted(e) => piles.accepted(e),
        Event::DeliveryUsed(e) => piles.used(e),
        Event::DeliveryDisposed(e) => {
            piles.drawn(&e.exchange, e.day, Movement::Disposed, &e.quantity, e.lot.as_ref());
        }
        _ => {}
    }
}

struct Piles<'a, S> {
    states: &'a mut S,
    at: u64,
}

impl<S: StatesMut> Piles<'_, S> {
    fn dispatched(&mut self, event: &DeliveryDispatched) {
        let DeliveryDispatched { day, exchange, measured, parent, .. } = event;
        // What was rejected and goes on was taken off the pile when it left for the first time.
        if parent.is_some() {
            return;
        }
        let supplier = &exchange.supplier;
        let amount = i128::from(measured.quantity.amount());
        self.enter(supplier, exchange, *day, Movement::Dispatched, -amount);
        let id = exchange.delivery.as_str();
        let delivery = self.states.find::<Delivery>(id).expect("it was dispatched just now");
        if let Some(rejected) = &delivery.state.rejected
            && rejected.end == Some(RejectionEnd::Returned)
        {
            // It came back before anybody recorded that it had left.
            let amount = rejected.amount.into();
            self.enter(supplier, exchange, *day, Movement::Returned, amount);
        }
    }

    fn has_left(&self, delivery: &DeliveryId) -> bool {
        let delivery = self.states.find::<Delivery>(delivery.as_str());
        delivery.is_some_and(|delivery| delivery.state.dispatched.is_some())
    }

    fn cancelled(&mut self, event: &DeliveryCancelled) {
        let DeliveryCancelled { day, exchange, quantity, .. } = event;
        let delivery = self.states.find::<Delivery>(exchange.delivery.as_str());
        let delivery = delivery.expect("only what was dispatched is cancelled");
        let Some(left) = delivery.state.dispatched.as_ref() else { return };
        let id = account_id(&exchange.supplier.site, &exchange.material.material);
        let account = self.states.find::<StockAccount>(&id);
        let was_taken = account.is_some_and(|account| {
            left.record > account.created && left.day >= account.state.opened
        });
        if was_taken && delivery.state.parent.is_none() {
            let amount = quantity.amount().into();
            self.enter(&exchange.supplier, exchange, *day, Movement::Cancelled, amount);
        }
    }

    /// A correction's reversal (`sign` -1) or replacement (1): it moves what the corrected record
    /// had moved, if it had moved anything here.
    fn corrected(
        &mut self,
        (entry, corrects): (LoadEntry, u64),
        exchange: &Exchange,
        quantity: &Quantity,
        accepted: Option<&Quantity>,
        sign: i128,
    ) {
        let delivery = self.states.find::<Delivery>(exchange.delivery.as_str());
        let delivery = delivery.expect("only what was recorded is corrected");
        let Delivery { accepted_by, dispatched, parent, received, .. } = &delivery.state;
        let (side, weight, amount, moved_by) = match entry {
            // What was redirected after a rejection never lay in the pile.
            LoadEntry::Dispatched if parent.is_some() => return,
            LoadEntry::Dispatched => {
                (&exchange.supplier, dispatched, -i128::from(quantity.amount()), Some(corrects))
            }
            LoadEntry::Received => {
                // It was the acceptance that moved the account, whenever the receipt was recorded.
                let Some(accepted) = accepted else { return };
                (&exchange.receiver, received, accepted.amount().into(), *accepted_by)
            }
        };
        let (Some(weight), Some(moved_by)) = (weight, moved_by) else { return };
        let id = account_id(&side.site, &exchange.material.material);
        let account = self.states.find::<StockAccount>(&id);
        let had_moved = account.is_some_and(|account| {
            moved_by > account.created && weight.day >= account.state.opened
        });
        if had_moved {
            self.enter(side, exchange, weight.day, Movement::Corrected, sign * amount);
        }
    }

    /// A confirmed difference of metered periods, at both sides, on its day: what left by it and
    /// what came by it. What lies there was measured as it is when an account is opened, so periods
    /// that ended before change nothing.
    fn adjusted(&mut self, event: &MeteredAdjustmentConfirmed) {
        let MeteredAdjustmentConfirmed { also_used, day, material, period_end, .. } = event;
        let difference = i128::from(event.amount());
        let used = if *also_used { -difference } else { 0 };
        for (side, movement, amount) in [
            (&event.supplier, Movement::Corrected, -difference),
            (&event.receiver, Movement::Corrected, difference),
            (&event.receiver, Movement::Used, used),
        ] {
            let id = account_id(&side.site, &material.material);
            let account = self.states.find::<StockAccount>(&id);
            if amount != 0 && account.is_some_and(|account| *period_end >= account.state.opened) {
                let entry = Entry { amount, day: *day, delivery: None, lot: None, movement };
                enter(self.states, self.at, &id, entry);
            }
        }
    }

    fn accepted(&mut self, event: &DeliveryAccepted) {
        let DeliveryAccepted { day, exchange, quantity, .. } = event;
        let amount = quantity.amount().into();
        self.enter(&exchange.receiver, exchange, *day, Movement::Accepted, amount);
        let id = account_id(&exchange.receiver.site, &exchange.material.material);
        let Some(account) = self.states.find::<StockAccount>(&id) else { return };
        let lots = account.state.lots;
        let (page, delivery) = (lots_id(&id, lots / STOCK_PAGE), exchange.delivery.clone());
        if lots % STOCK_PAGE == 0 {
            let deliveries = vec![delivery];
            self.states.create(&page, self.at, false, StockLots { deliveries });
        } else {
            let push = |page: &mut StockLots| page.deliveries.push(delivery);
            self.states.change::<StockLots>(&page, self.at, false, push);
        }
        self.states.change::<StockAccount>(&id, self.at, false, |account| account.lots += 1);
    }

    fn used(&mut self, event: &DeliveryUsed) {
        let DeliveryUsed { day, exchange, lot, operation, quantity, .. } = event;
        let movement = match operation.is_none_or(|operation| operation.is_final_recovery()) {
            true => Movement::Used,
            false => Movement::UsedInterim,
        };
        self.drawn(exchange, *day, movement, quantity, lot.as_ref());
    }

    /// What was accepted was used or disposed of.
    fn drawn(
        &mut self,
        exchange: &Exchange,
        day: Day,
        movement: Movement,
        quantity: &Quantity,
        lot: Option<&LotId>,
    ) {
        let amount = -i128::from(quantity.amount());
        self.enter_of(&exchange.receiver, exchange, lot, day, (movement, amount));
        if let Some(lot) = lot {
            let delivery = Some(&exchange.delivery);
            lot_follow::draw(self.states, self.at, lot, delivery, quantity.amount());
        }
        self.advance(&account_id(&exchange.receiver.site, &exchange.material.material));
    }

    /// Passes over full pages of deliveries of which nothing is left.
    fn advance(&mut self, id: &str) {
        let Some(account) = self.states.find::<StockAccount>(id) else { return };
        let StockAccount { first_lots, lots, .. } = account.state;
        let mut first = first_lots;
        while (first + 1) * STOCK_PAGE <= lots && self.is_used_up(&lots_id(id, first)) {
            first += 1;
        }
        if first > first_lots {
            let set = |account: &mut StockAccount| account.first_lots = first;
            self.states.change::<StockAccount>(id, self.at, false, set);
        }
    }

    fn is_used_up(&self, page: &str) -> bool {
        let page = self.states.find::<StockLots>(page);
        let page = page.expect("a page is made before it is counted");
        page.state.deliveries.iter().all(|id| {
            let delivery = self.states.find::<Delivery>(id.as_str());
            delivery.is_none_or(|delivery| delivery.state.left() == 0)
        })
    }

    fn enter(
        &mut self,
        side: &Party,
        exchange: &Exchange,
        day: Day,
        movement: Movement,
        amount: i128,
    ) {
        self.enter_of(side, exchange, None, day, (movement, amount));
    }

    fn enter_of(
        &mut self,
        side: &Party,
        exchange: &Exchange,
        lot: Option<&LotId>,
        day: Day,
        (movement, amount): (Movement, i128),
    ) {
        let id = account_id(&side.site, &exchange.material.material);
        let Some(account) = self.states.find::<StockAccount>(&id) else { return };
        // What happened before the opening is in its balance.
        if day < account.state.opened {
            return;
        }
        let (delivery, lot) = (Some(exchange.delivery.clone()), lot.cloned());
        enter(self.states, self.at, &id, Entry { amount, day, delivery, lot, movement });
    }
}

/// A movement that is not booked yet.
struct Entry {
    amount: i128,
    day: Day,
    delivery: Option<DeliveryId>,
    lot: Option<LotId>,
    movement: Movement,
}

/// Books a movement in an account that exists.
fn enter<S: StatesMut>(states: &mut S, at: u64, account: &str, entry: Entry) {
    let Entry { amount, day, delivery, lot, movement } = entry;
    let month = day.month();
    let mut balance = 0;
    states.change::<StockAccount>(account, at, false, |account| {
        account.moved.add(movement, amount);
        balance = account.on_hand();
        if let Err(place) = account.months.binary_search(&month) {
            account.months.insert(place, month);
        }
    });
    let entry = StockEntry { amount, balance, day, delivery, lot, movement, position: at };
    let first = month_id(account, month, 0);
    let before = states.find::<StockMonth>(&first).map_or(0, |first| first.state.count);
    if before == 0 {
        states.create(&first, at, false, StockMonth::default());
    }
    states.change::<StockMonth>(&first, at, false, |month| {
        month.count += 1;
        month.moved.add(movement, amount);
    });
    let page = month_id(account, month, before / STOCK_PAGE);
    if before > 0 && before % STOCK_PAGE == 0 {
        states.create(&page, at, false, StockMonth::default());
    }
    states.change::<StockMonth>(&page, at, false, |page| page.entries.push(entry));
}
