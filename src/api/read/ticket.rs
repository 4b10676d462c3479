//! The tickets of a scale, with the gaps in their numbers and the delays of their recording.

use crate::api::call::{self, Call, Reply};
use crate::api::operation::{Operation, Tag};
use crate::api::query::query;
use crate::api::read::reach;
use crate::domain::id::ScaleId;
use crate::domain::time::Day;
use crate::query::rows::Rows;
use crate::query::ticket::{self, ScaleTickets};

query! {
    /// Which tickets.
    struct TicketList {
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        #[param(minimum = 0)]
        at_least: Option<u64>,
        /// Weighed on this day or later, in the time zone of the scale's park.
        from: Option<Day>,
        /// Weighed on this day or earlier.
        to: Option<Day>,
    }
}

pub fn operation() -> Operation {
    let path = "/api/v1/scales/{scale}/tickets";
    Operation::get(path, "list_scale_tickets", Tag::Registry)
        .says(
            "Lists the tickets of a scale by their numbers, and what is missing between them.",
            "A number is a prefix and the digits at its end; a gap is what lies between two \
             recorded numbers with one prefix. `late` marks what was recorded more than \
             `late_after_h` hours after it was weighed. Tickets that name the scale but were \
             weighed at another site are none of its own. Whom the scale concerns may see them: \
             its firm, and the administration, verifiers and regulators of its park.",
        )
        .query::<TicketList>()
        .answers::<ScaleTickets>("Its tickets, up to 2,000 of them.")
        .to(list)
}

async fn list(call: Call) -> Reply {
    let scale: ScaleId = call.segment("scale")?;
    let query: TicketList = call.query()?;
    reach(&call, query.at_least).await?;
    let (ledger, who) = (call.api.ledger.clone(), call.who);
    let answer = call::read(move || {
        let rows = Rows { index: ledger.index(), size: ledger.size(), who: who.as_ref() };
        Ok(ticket::of_scale(&rows, &scale, (query.from, query.to))?)
    });
    call::ok(&answer.await?)
}
