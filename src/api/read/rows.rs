//! Lists of things and single ones.

use crate::api::call::{Call, Reply, ok, read};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::api::query::{query, words};
use crate::api::read::reach;
use crate::domain::command::ListingKind;
use crate::domain::id::{ContractId, FirmId, ParkId};
use crate::domain::state::{Contract, ContractStage, Delivery, DeliveryStage, Listing};
use crate::index::ListOf;
use crate::query::answer::{Answer, Page, QueryError};
use crate::query::listed::Listed;
use crate::query::record::{Disclosed, Records};
use crate::query::rows::{PageOf, Rows};
use crate::query::see::Sight;
use crate::query::view::*;

words! { ContractStage, DeliveryStage, ListingKind }

query! {
    /// What a single read takes.
    struct One {
        /// Wait until the answer reflects the record at this position.
        at_least: Option<u64>,
    }
}

query! {
    /// What a list takes.
    struct List {
        /// Wait until the answer reflects the record at this position.
        at_least: Option<u64>,
        /// `next_cursor` of the page before.
        cursor: Option<Text>,
        /// Only those in which this firm has part.
        firm: Option<FirmId>,
        /// At most so many, 50 if absent, 200 at most.
        limit: Option<u64>,
        /// Only those of this park.
        park: Option<ParkId>,
    }
}

query! {
    /// What the list of contracts takes.
    struct ContractList {
        /// Wait until the answer reflects the record at this position.
        at_least: Option<u64>,
        /// `next_cursor` of the page before.
        cursor: Option<Text>,
        /// Only those in which this firm has part.
        firm: Option<FirmId>,
        /// At most so many, 50 if absent, 200 at most.
        limit: Option<u64>,
        /// Only those of this park.
        park: Option<ParkId>,
        /// Only those at this stage.
        #[param(inline)]
        stage: Option<ContractStage>,
    }
}

query! {
    /// What the list of deliveries takes.
    struct DeliveryList {
        /// Wait until the answer reflects the record at this position.
        at_least: Option<u64>,
        /// Only those under this contract.
        contract: Option<ContractId>,
        /// `next_cursor` of the page before.
        cursor: Option<Text>,
        /// Only those in which this firm has part.
        firm: Option<FirmId>,
        /// At most so many, 50 if absent, 200 at most.
        limit: Option<u64>,
        /// Only those of this park.
        park: Option<ParkId>,
        /// Only those at this stage.
        #[param(inline)]
        stage: Option<DeliveryStage>,
    }
}

query! {
    /// What the list of listings takes.
    struct ListingList {
        /// Wait until the answer reflects the record at this position.
        at_least: Option<u64>,
        /// `next_cursor` of the page before.
        cursor: Option<Text>,
        /// Only those of this firm.
        firm: Option<FirmId>,
        /// Only offers, or only wants.
        #[param(inline)]
        kind: Option<ListingKind>,
        /// At most so many, 50 if absent, 200 at most.
        limit: Option<u64>,
        /// Only those of this park.
        park: Option<ParkId>,
        /// Whether withdrawn ones are shown too; they are not if absent.
        withdrawn: Option<bool>,
    }
}

use crate::domain::text::Text;

/// A single thing of a view, and the list of them.
macro_rules! things {
    ($($tag:ident $public:ident $plural:ident $path:literal $one:ident $place:literal $view:ident
       $what:literal $list:ty;)+) => {
        fn plain() -> Vec<Operation> {
            vec![$(
                things!(@public $public, Operation::get(
                    concat!("/api/v1/", $path), concat!("list_", stringify!($plural)), Tag::$tag,
                ))
                .says(
                    concat!("Lists ", $what, "s."),
                    concat!(
                        "Every ", $what, " that this key may see, in the order in which they came \
                         into being, by pages."
                    ),
                )
                .query::<List>()
                .answers_with::<Page<$view>, $view>("A page of the list.")
                .to(list::<$view>),
                things!(@public $public, Operation::get(
                    concat!("/api/v1/", $path, "/{", $place, "}"),
                    concat!("get_", stringify!($one)),
                    Tag::$tag,
                ))
                .says(
                    concat!("Shows one ", $what, "."),
                    concat!(
                        "The present state of one ", $what,
                        ", and where in the log it began and changed last."
                    ),
                )
                .query::<One>()
                .answers_with::<Answer<$view>, $view>("The present state.")
                .to(|call| one::<$view>(call, $place, $what)),
            )+]
        }
    };
    (@public yes, $operation:expr) => { $operation.public() };
    (@public no, $operation:expr) => { $operation };
}

things! {
    Registry yes parks "parks" park "park" ParkView "park" List;
    Registry no firms "firms" firm "firm" FirmView "firm" List;
    Registry no sites "sites" site "site" SiteView "site" List;
    Registry no permits "permits" permit "permit" PermitView "permit" List;
    Registry no scales "scales" scale "scale" ScaleView "scale" List;
    Registry no meters "meters" meter "meter" MeterView "meter" List;
    Registry no materials "materials" material "material" MaterialView "material" List;
    Registry no catalogues "catalogues" catalogue "catalogue" CatalogueView "catalogue" List;
    Periods no returns "returns" return "return" ReturnView "return" List;
    Access no keys "keys" key "key" KeyView "access key" List;
}

/// All operations on rows.
pub fn operations() -> Vec<Operation> {
    [plain(), of_trade(), of_deliveries()].into_iter().flatten().collect()
}

fn of_trade() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/listings", "list_listings", Tag::Market)
            .says(
                "Lists offers and wants.",
                "What firms offer and seek, in the order in which it was published, by pages.",
            )
            .query::<ListingList>()
            .answers_with::<Page<ListingView>, ListingView>("A page of the list.")
            .to(listings),
        Operation::get("/api/v1/listings/{listing}", "get_listing", Tag::Market)
            .says("Shows one listing.", "The present state of one offer or want.")
            .query::<One>()
            .answers_with::<Answer<ListingView>, ListingView>("The present state.")
            .to(|call| one::<ListingView>(call, "listing", "listing")),
        Operation::get("/api/v1/contracts", "list_contracts", Tag::Contracts)
            .says(
                "Lists contracts.",
                "Contracts with the balance of each line, in the order in which they were \
                 proposed, by pages.",
            )
            .query::<ContractList>()
            .answers_with::<Page<ContractView>, ContractView>("A page of the list.")
            .to(contracts),
        Operation::get("/api/v1/contracts/{contract}", "get_contract", Tag::Contracts)
            .says(
                "Shows one contract.",
                "Its terms, its stage, and what was dispatched, received, accepted, used and \
                 disposed of under each line, by window.",
            )
            .query::<One>()
            .answers_with::<Answer<ContractView>, ContractView>("The present state.")
            .to(|call| one::<ContractView>(call, "contract", "contract")),
        Operation::get(
            "/api/v1/contracts/{contract}/confidential",
            "get_contract_confidential",
            Tag::Contracts,
        )
        .says(
            "Shows a contract's confidential values.",
            "The sealed members of a contract (its price amounts) with their salts, to its parties \
             only. With the salt anyone can check that the value is the one committed to in the \
             log.",
        )
        .answers::<Disclosed>("The values.")
        .to(|call| confidential::<Contract>(call, "contract")),
    ]
}

fn of_deliveries() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/deliveries", "list_deliveries", Tag::Deliveries)
            .says(
                "Lists deliveries.",
                "Loads and metered periods, in the order in which they were first recorded, by \
                 pages.",
            )
            .query::<DeliveryList>()
            .answers_with::<Page<DeliveryView>, DeliveryView>("A page of the list.")
            .to(deliveries),
        Operation::get("/api/v1/deliveries/{delivery}", "get_delivery", Tag::Deliveries)
            .says(
                "Shows one delivery.",
                "How far it has come, both weights, what was accepted, rejected, used and disposed \
                 of, the rules that it breaks, and the positions of its records.",
            )
            .query::<One>()
            .answers_with::<Answer<DeliveryView>, DeliveryView>("The present state.")
            .to(|call| one::<DeliveryView>(call, "delivery", "delivery")),
        Operation::get(
            "/api/v1/deliveries/{delivery}/confidential",
            "get_delivery_confidential",
            Tag::Deliveries,
        )
        .says(
            "Shows a delivery's confidential values.",
            "Its plates and driver with their salts, to its parties only.",
        )
        .answers::<Disclosed>("The values.")
        .to(|call| confidential::<Delivery>(call, "delivery")),
        Operation::get("/api/v1/parks/{park}/periods", "list_periods", Tag::Periods)
            .says("Lists closed months.", "The months of a park that are closed, by pages.")
            .query::<List>()
            .answers_with::<Page<PeriodView>, PeriodView>("A page of the list.")
            .to(periods),
    ]
}

async fn one<V>(call: Call, place: &'static str, what: &'static str) -> Reply
where
    V: View + utoipa::ToSchema + serde::Serialize,
    V::Of: Listed,
{
    reach(&call, call.query::<One>()?.at_least).await?;
    let id = call.text_segment(place);
    ok(&rows(&call).one::<V>(id, what)?)
}

fn rows(call: &Call) -> Rows<'_> {
    let ledger = &call.api.ledger;
    Rows { index: ledger.index(), size: ledger.size(), who: call.who.as_ref() }
}

/// A list and its filters. At most one owner narrows the list itself; the others are looked at row
/// by row.
fn of(park: Option<&ParkId>, firm: Option<&FirmId>, contract: Option<&ContractId>) -> ListOf {
    match (contract, firm, park) {
        (Some(contract), _, _) => ListOf::Contract(contract.to_string()),
        (None, Some(firm), _) => ListOf::Firm(firm.clone()),
        (None, None, Some(park)) => ListOf::Park(park.clone()),
        (None, None, None) => ListOf::All,
    }
}

/// A firm's key that asks for no firm is shown its own: all others would be left out anyway.
fn own_firm(call: &Call, firm: Option<FirmId>) -> Option<FirmId> {
    firm.or_else(|| call.who.as_ref()?.firm.clone())
}

async fn page<V>(
    call: Call,
    at_least: Option<u64>,
    page: PageOf,
    keep: impl Fn(&V::Of) -> bool + Send + 'static,
) -> Reply
where
    V: View + utoipa::ToSchema + serde::Serialize + Send + 'static,
    V::Of: Listed,
{
    reach(&call, at_least).await?;
    let (api, who) = (call.api.clone(), call.who.clone());
    let answer = read(move || {
        let (index, size) = (api.ledger.index(), api.ledger.size());
        let rows = Rows { index, size, who: who.as_ref() };
        Ok(rows.page::<V>(&page, keep)?)
    });
    ok(&answer.await?)
}

/// Whether a row concerns a park and a firm, where both are asked for.
fn concerns<A: Listed>(
    state: &A,
    index: &crate::index::Index,
    park: Option<&ParkId>,
    firm: Option<&FirmId>,
) -> bool {
    match state.sight(index) {
        Sight::Rows(concern) => {
            park.is_none_or(|park| concern.parks.contains(park))
                && firm.is_none_or(|firm| concern.firms.contains(firm))
        }
        Sight::Key(own) => firm.is_none_or(|firm| own.as_ref() == Some(firm)),
        // The list itself was narrowed by the one filter that it has.
        Sight::Parks
        | Sight::Directory
        | Sight::Listings
        | Sight::Figures(_)
        | Sight::Sealed(_) => true,
    }
}

async fn list<V>(call: Call) -> Reply
where
    V: View + utoipa::ToSchema + serde::Serialize + Send + 'static,
    V::Of: Listed,
{
    let List { at_least, cursor, firm, limit, park } = call.query()?;
    let filters = format!("{firm:?} {park:?}");
    let of = of(park.as_ref(), firm.as_ref(), None);
    let part = PageOf { of, cursor: cursor.map(|text| text.to_string()), limit, filters };
    let api = call.api.clone();
    page::<V>(call, at_least, part, move |state| {
        concerns(state, api.ledger.index(), park.as_ref(), firm.as_ref())
    })
    .await
}

async fn listings(call: Call) -> Reply {
    let ListingList { at_least, cursor, firm, kind, limit, park, withdrawn } = call.query()?;
    let filters = format!("{firm:?} {park:?} {kind:?} {withdrawn:?}");
    let of = of(park.as_ref(), firm.as_ref(), None);
    let part = PageOf { of, cursor: cursor.map(|text| text.to_string()), limit, filters };
    page::<ListingView>(call, at_least, part, move |listing: &Listing| {
        kind.is_none_or(|kind| kind == listing.kind)
            && (withdrawn == Some(true) || !listing.withdrawn)
            && park.as_ref().is_none_or(|park| *park == listing.park)
    })
    .await
}

async fn contracts(call: Call) -> Reply {
    let ContractList { at_least, cursor, firm, limit, park, stage } = call.query()?;
    let filters = format!("{firm:?} {park:?} {stage:?}");
    let firm = own_firm(&call, firm);
    let of = of(park.as_ref(), firm.as_ref(), None);
    let part = PageOf { of, cursor: cursor.map(|text| text.to_string()), limit, filters };
    let api = call.api.clone();
    page::<ContractView>(call, at_least, part, move |contract: &Contract| {
        stage.is_none_or(|stage| stage == contract.stage)
            && concerns(contract, api.ledger.index(), park.as_ref(), firm.as_ref())
    })
    .await
}

async fn deliveries(call: Call) -> Reply {
    let DeliveryList { at_least, contract, cursor, firm, limit, park, stage } = call.query()?;
    let filters = format!("{contract:?} {firm:?} {park:?} {stage:?}");
    let firm = own_firm(&call, firm);
    let of = of(park.as_ref(), firm.as_ref(), contract.as_ref());
    let part = PageOf { of, cursor: cursor.map(|text| text.to_string()), limit, filters };
    let api = call.api.clone();
    page::<DeliveryView>(call, at_least, part, move |delivery: &Delivery| {
        stage.is_none_or(|stage| stage == delivery.stage())
            && concerns(delivery, api.ledger.index(), park.as_ref(), firm.as_ref())
    })
    .await
}

async fn periods(call: Call) -> Reply {
    let List { at_least, cursor, firm, limit, park } = call.query()?;
    if firm.is_some() || park.is_some() {
        let detail = "a park's months have no firm, and the address names the park";
        return Err(Problem::new(Fault::UnknownParameter, detail));
    }
    let park: ParkId = call.segment("park")?;
    let (of, filters) = (ListOf::Park(park.clone()), format!("{park}"));
    let part = PageOf { of, cursor: cursor.map(|text| text.to_string()), limit, filters };
    page::<PeriodView>(call, at_least, part, |_| true).await
}

async fn confidential<A: Listed + HasRecords>(call: Call, place: &'static str) -> Reply {
    let ledger = &call.api.ledger;
    let id = call.text_segment(place);
    let records = Records { log: ledger.log(), index: ledger.index(), who: call.who.as_ref() };
    let found = rows(&call).stored::<A>(id).ok_or(QueryError::NotFound(place))?;
    let parties = records.parties::<A>(id).ok_or(QueryError::NotFound(place))?;
    let positions = found.state.records(found.created);
    ok(&records.disclosed(ledger.sealed(), &parties, &positions)?)
}

/// Where the confidential members of a thing may stand.
trait HasRecords {
    fn records(&self, created: u64) -> Vec<u64>;
}

impl HasRecords for Contract {
    /// Prices stand in its proposal.
    fn records(&self, created: u64) -> Vec<u64> {
        vec![created]
    }
}

impl HasRecords for Delivery {
    fn records(&self, _created: u64) -> Vec<u64> {
        self.records.clone()
    }
}
