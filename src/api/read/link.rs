//! What a one-time link asks.

use crate::api::call::{Call, Reply, ok};
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::domain::access::Role;
use crate::query::question::{LinkQuestion, question};

pub fn operation() -> Operation {
    let operation = Operation::get("/api/v1/links/mine", "get_link_question", Tag::Access).says(
        "Shows what a one-time link asks.",
        "With the link as the key: the contract, and the deliveries that an answer would confirm. \
         Answer with `…/links/{key}/answer`.",
    );
    operation.answers::<LinkQuestion>("What is asked.").to(mine)
}

async fn mine(call: Call) -> Reply {
    let who = call.principal();
    let index = call.api.ledger.index();
    let asked = (who.role == Role::Partner).then(|| question(index, &who.key)).flatten();
    ok(&asked.ok_or_else(|| Problem::not_found("question that this key asks"))?)
}
