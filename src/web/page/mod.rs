//! From an address to its page.

mod bill;
mod claims;
mod contract;
mod contracts;
mod correction;
mod decide;
mod deliveries;
mod delivery;
mod dispute;
mod entries;
mod figures;
mod held;
mod home;
mod import;
mod imported;
mod indicator;
mod indicators;
mod levers;
mod mapping;
mod month;
mod partners;
mod price;
mod question;
mod record;
mod reports;
mod row;
mod sheet;
mod sign;
mod trouble;
mod weigh;
mod weighed;
mod weight;

use actix_web::HttpResponse;
use actix_web::http::{Method, header};

use crate::api::{Fault, Problem};
use crate::web::address::Address;
use crate::web::asset;
use crate::web::page::dispute::Word;
use crate::web::visit::{Reply, Visit};

/// Answers with the page, or with one that says why not.
pub async fn answer(mut visit: Visit<'_>) -> HttpResponse {
    let path = visit.request.path().to_owned();
    let answered = match Address::of(&path) {
        None => Err(Problem::new(Fault::NotFound, "there is no page at this address")),
        Some(address) => taken(&mut visit, address).await,
    };
    answered.unwrap_or_else(|problem| trouble::answer(&mut visit, &problem))
}

/// HEAD is GET, whose body the server leaves out.
async fn taken(visit: &mut Visit<'_>, address: Address<'_>) -> Reply {
    let method = match *visit.request.method() {
        Method::GET | Method::HEAD => "GET",
        Method::POST => "POST",
        _ => "",
    };
    let takes = address.takes();
    if !takes.split(", ").any(|takes| takes == method) {
        let allow = header::HeaderValue::from_static(takes);
        let problem = Problem::new(Fault::MethodNotAllowed, format!("this page takes {takes}"));
        return Err(problem.with_header(header::ALLOW, allow));
    }
    if method == "POST" { sent(visit, address).await } else { asked(visit, address).await }
}

async fn asked(visit: &mut Visit<'_>, address: Address<'_>) -> Reply {
    match address {
        Address::Root => sign::root(visit),
        Address::Style => Ok(asset::style(visit.request.query_string())),
        Address::Icon => Ok(asset::icon()),
        Address::Script => Ok(asset::script(visit.request.query_string())),
        Address::SignIn => sign::form(visit),
        Address::Home => home::answer(visit).await,
        Address::Deliveries => deliveries::answer(visit).await,
        Address::Delivery(delivery) => delivery::answer(visit, delivery).await,
        Address::Weigh => weigh::form(visit).await,
        Address::Contracts => contracts::answer(visit).await,
        Address::Contract(contract) => contract::answer(visit, contract).await,
        Address::Months(of) => month::lead(visit, of),
        Address::Month(of, month) => month::answer(visit, of, month).await,
        Address::Amount(of, month) => price::answer(visit, of, month).await,
        Address::Record(position) => record::answer(visit, position).await,
        Address::Question => question::answer(visit),
        Address::Link(link) => question::open(visit, link),
        Address::Figures(park) => figures::answer(visit, park).await,
        Address::Entries(park) => entries::answer(visit, park).await,
        Address::Reports(site) => reports::answer(visit, site).await,
        Address::Corrections => held::corrections(visit).await,
        Address::Disputes => held::disputes(visit).await,
        Address::Partners => partners::answer(visit).await,
        Address::Claims => claims::answer(visit).await,
        Address::Import => import::form(visit),
        Address::Imported(upload) => imported::answer(visit, upload).await,
        Address::Mapping(upload) => imported::mapping(visit, upload).await,
        Address::Indicators(park) => indicators::answer(visit, park).await,
        Address::Indicator(park, name) => indicator::answer(visit, park, name).await,
        Address::Levers(park) => levers::answer(visit, park).await,
        Address::SignOut
        | Address::Confirm(_)
        | Address::Decline(_)
        | Address::Accept(_)
        | Address::Reject(_)
        | Address::SignMonth(..)
        | Address::Correct(_)
        | Address::Approve(_)
        | Address::Refuse(_)
        | Address::Dispute(_)
        | Address::Settle(_)
        | Address::Withdraw(_)
        | Address::Invoice(..)
        | Address::Pay(..)
        | Address::IssueLink => {
            unreachable!("these take POST only")
        }
    }
}

async fn sent(visit: &mut Visit<'_>, address: Address<'_>) -> Reply {
    match address {
        Address::SignIn => sign::sign_in(visit).await,
        Address::SignOut => sign::sign_out(visit).await,
        Address::Weigh => weighed::answer(visit).await,
        Address::Question => question::given(visit).await,
        Address::Confirm(contract) => contract::decide(visit, contract, true).await,
        Address::Decline(contract) => contract::decide(visit, contract, false).await,
        Address::Accept(delivery) => delivery::decide(visit, delivery, true).await,
        Address::Reject(delivery) => delivery::decide(visit, delivery, false).await,
        Address::SignMonth(contract, month) => sheet::sign(visit, contract, month).await,
        Address::Correct(delivery) => delivery::correct(visit, delivery).await,
        Address::Approve(delivery) => delivery::answer_correction(visit, delivery, true).await,
        Address::Refuse(delivery) => delivery::answer_correction(visit, delivery, false).await,
        Address::Dispute(delivery) => delivery::dispute(visit, delivery, Word::Raise).await,
        Address::Settle(delivery) => delivery::dispute(visit, delivery, Word::Settle).await,
        Address::Withdraw(delivery) => delivery::dispute(visit, delivery, Word::Withdraw).await,
        Address::Invoice(contract, month) => sheet::bill(visit, contract, month, false).await,
        Address::Pay(contract, month) => sheet::bill(visit, contract, month, true).await,
        Address::Partners => partners::record(visit).await,
        Address::IssueLink => partners::ask(visit).await,
        Address::Claims => claims::claim(visit).await,
        Address::Import => import::taken(visit).await,
        Address::Imported(upload) => imported::sent(visit, upload).await,
        Address::Root
        | Address::Style
        | Address::Icon
        | Address::Script
        | Address::Home
        | Address::Deliveries
        | Address::Delivery(_)
        | Address::Contracts
        | Address::Contract(_)
        | Address::Months(_)
        | Address::Month(..)
        | Address::Amount(..)
        | Address::Record(_)
        | Address::Link(_)
        | Address::Figures(_)
        | Address::Entries(_)
        | Address::Reports(_)
        | Address::Corrections
        | Address::Disputes
        | Address::Mapping(_)
        | Address::Indicators(_)
        | Address::Indicator(..)
        | Address::Levers(_) => unreachable!("these take no POST"),
    }
}
