//! The dispute of a delivery, as its page shows it, and the forms that raise, settle or withdraw
//! it.
//!
//! Invariant: who agrees sends the words that he has before his eyes, so nobody agrees to others.

use crate::api::Problem;
use crate::domain::command::{DisputeDelivery, Request, SettleDispute, WithdrawDispute};
use crate::domain::state::DeliveryStage;
use crate::query::view::DeliveryView;
use crate::web::form::Fields;
use crate::web::page::correction::firm_of;
use crate::web::page::decide;
use crate::web::reader::Reader;

/// What a form of it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Raise,
    Settle,
    Withdraw,
}

/// The last dispute about a delivery.
pub struct DisputeOf {
    pub by: String,
    pub since: String,
    pub reason: String,
    /// How it ended; nothing while it is open.
    pub end: Option<&'static str>,
    /// Who proposed last how to settle it, and how.
    pub proposed: Option<(String, String)>,
}

/// What a delivery's page shows of disputes.
pub struct Disputed {
    pub last: Option<DisputeOf>,
    /// Whether the reader's firm may raise one.
    pub can_raise: bool,
    /// Whether it may propose how to settle the open one.
    pub can_settle: bool,
    /// Whether the other side's proposal waits for it.
    pub to_agree: bool,
    /// Whether it raised the open one itself.
    pub can_withdraw: bool,
}

pub fn of(reader: &Reader, view: &DeliveryView) -> Disputed {
    let side = reader.side_of(&view.exchange.supplier, &view.exchange.receiver);
    let open = view.dispute.as_ref().filter(|dispute| dispute.end.is_none());
    let proposed = open.and_then(|dispute| dispute.proposed.as_ref());
    let last = view.dispute.as_ref().map(|dispute| DisputeOf {
        by: firm_of(reader, view, dispute.by),
        since: dispute.since.to_string(),
        reason: dispute.reason.to_string(),
        end: dispute.end.map(|end| reader.t().dispute_end(end)),
        proposed: dispute
            .proposed
            .as_ref()
            .map(|it| (firm_of(reader, view, it.by), it.settlement.to_string())),
    });
    Disputed {
        last,
        can_raise: side.is_some() && open.is_none() && view.stage != DeliveryStage::Cancelled,
        can_settle: side.is_some() && open.is_some(),
        to_agree: side.zip(proposed).is_some_and(|(side, proposed)| side != proposed.by),
        can_withdraw: side.zip(open).is_some_and(|(side, open)| side == open.by),
    }
}

/// The command of such a form.
pub fn request(id: &str, fields: &Fields, what: Word) -> Result<(&'static str, Request), Problem> {
    let delivery = id.parse().map_err(|_| Problem::not_found("delivery"))?;
    let evidence = Vec::new();
    Ok(match what {
        Word::Raise => {
            let reason = decide::text(fields, "reason", "say what is disputed")?;
            ("dispute", DisputeDelivery { delivery, evidence, reason }.into())
        }
        Word::Settle => {
            let settlement = decide::text(fields, "settlement", "say how it is settled")?;
            // One page has two forms of this: to agree, and to propose other words.
            let agrees = fields.get("which") == "agree";
            let word = if agrees { "agree" } else { "settle" };
            (word, SettleDispute { delivery, evidence, settlement }.into())
        }
        Word::Withdraw => {
            let reason = decide::text(fields, "reason", "say why it is taken back")?;
            ("withdraw", WithdrawDispute { delivery, reason }.into())
        }
    })
}
