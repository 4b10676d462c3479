//! Reads of access keys.

use crate::api::operation::{Operation, Tag};
use crate::api::query::words;
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::domain::access::Role;
use crate::domain::id::FirmId;
use crate::domain::state::Key;
use crate::query::view::KeyView;

words! { Role }

list_query! {
    /// Access keys.
    pub struct KeyQuery of Key {
        /// Of this firm.
        firm: Option<FirmId>,
        /// Revoked ones, or those that were not.
        revoked: Option<bool>,
        /// Of this role.
        role: Option<Role>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), None);
    keep |query, state| {
        query.firm.as_ref().is_none_or(|firm| state.firm.as_ref() == Some(firm))
            && fits(query.revoked.as_ref(), &state.revoked)
            && fits(query.role.as_ref(), &state.role)
    };
}

const WHO: &str = "The ledger keeper sees every key, a firm's desk those of its firm and the \
    one-time links by which it asks. Of secrets nothing is shown.";

pub fn operations() -> Vec<Operation> {
    let keys = Collection {
        tag: Tag::Access,
        path: "/api/v1/keys",
        one: "/api/v1/keys/{key}",
        list_id: "list_keys",
        get_id: "get_key",
        what: "key",
        list_says: ("Lists access keys.", WHO),
        get_says: ("Shows an access key's rights.", WHO),
        public: false,
    };
    keys.operations::<KeyView, KeyQuery>().into()
}
