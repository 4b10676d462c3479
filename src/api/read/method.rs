//! Reads of methods, of items and of statements.

use crate::api::operation::{Operation, Tag};
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::domain::id::{FirmId, ParkId, SiteId};
use crate::domain::method::Item;
use crate::domain::name::Name;
use crate::domain::state::{PublishedMethod, Statement};
use crate::domain::time::Period;
use crate::index::ListOf;
use crate::query::view::{ItemView, MethodView, StatementView};

list_query! {
    /// Methods.
    pub struct MethodQuery of PublishedMethod {
        /// Versions of this method.
        method: Option<Name>,
    }
    of |_query| ListOf::All;
    keep |query, state| fits(query.method.as_ref(), &state.method);
}

list_query! {
    /// Items.
    pub struct ItemQuery of Item {}
    of |_query| ListOf::All;
    keep |_query, _state| true;
}

list_query! {
    /// Statements.
    pub struct StatementQuery of Statement {
        /// Of this firm.
        firm: Option<FirmId>,
        /// In this park.
        park: Option<ParkId>,
        /// Of this period.
        period: Option<Period>,
        /// Of this site.
        site: Option<SiteId>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| query.firm.as_ref().is_none_or(|firm| state.firm.as_ref() == Some(firm))
        && fits(query.park.as_ref(), &state.park)
        && fits(query.period.as_ref(), &state.period)
        && query.site.as_ref().is_none_or(|site| state.site.as_ref() == Some(site));
}

const ANYONE: &str = "Anyone may: how a park is judged is no secret.";
const WHO: &str = "Its firm may see it, and the administration, verifiers and regulators of its \
    park. What nobody stated is unknown, and no zero.";

pub fn operations() -> Vec<Operation> {
    let methods = Collection {
        tag: Tag::Statistics,
        path: "/api/v1/methods",
        one: "/api/v1/methods/{method}",
        list_id: "list_methods",
        get_id: "get_method",
        what: "method",
        list_says: ("Lists methods, each version on its own.", ANYONE),
        get_says: ("Shows a version of a method, `hj274.1`.", ANYONE),
        public: true,
    };
    let items = Collection {
        tag: Tag::Statistics,
        path: "/api/v1/items",
        one: "/api/v1/items/{item}",
        list_id: "list_items",
        get_id: "get_item",
        what: "item",
        list_says: ("Lists what figures are stated of.", ANYONE),
        get_says: ("Shows an item.", ANYONE),
        public: true,
    };
    let statements = Collection {
        tag: Tag::Periods,
        path: "/api/v1/statements",
        one: "/api/v1/statements/{statement}",
        list_id: "list_statements",
        get_id: "get_statement",
        what: "statement",
        list_says: ("Lists statements.", WHO),
        get_says: ("Shows a statement.", WHO),
        public: false,
    };
    let mut operations: Vec<_> = methods.operations::<MethodView, MethodQuery>().into();
    operations.extend(items.operations::<ItemView, ItemQuery>());
    operations.extend(statements.operations::<StatementView, StatementQuery>());
    operations
}
