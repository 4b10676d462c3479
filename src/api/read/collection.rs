//! A list of things of a kind and a single one: the two reads that every kind of row has.

use utoipa::ToSchema;

use crate::api::call::{self, Call, Reply};
use crate::api::operation::{Operation, Tag};
use crate::api::query::{self, Query, query};
use crate::api::read::reach;
use crate::domain::access::{Principal, Role};
use crate::domain::id::{FirmId, ParkId};
use crate::index::ListOf;
use crate::query::answer::{Answer, Page};
use crate::query::listed::Listed;
use crate::query::rows::{PageOf, Rows};
use crate::query::view::View;

/// The query of a list.
pub trait ListQuery<A: Listed>: Query + Send + 'static {
    fn at_least(&self) -> Option<u64>;
    fn page(&mut self) -> (Option<String>, Option<u64>);
    /// The narrowest list that has all that is asked for.
    fn of(&self) -> ListOf;
    /// Whether a thing of that list is asked for.
    fn keep(&self, state: &A) -> bool;
}

query! {
    /// The query of a single thing.
    pub struct OneQuery {
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        #[param(minimum = 0)]
        at_least: Option<u64>,
    }
}

/// Declares the query of a list: its filters, and what all lists take.
macro_rules! list_query {
    (
        $(#[$meta:meta])*
        pub struct $name:ident of $state:ty {
            $($(#[$inner:meta])* $field:ident: $type:ty,)*
        }
        of |$q:ident| $of:expr;
        keep |$k:ident, $s:ident| $keep:expr;
    ) => {
        $crate::api::query::query! {
            $(#[$meta])*
            pub struct $name {
                $($(#[$inner])* $field: $type,)*
                /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
                #[param(minimum = 0)]
                at_least: Option<u64>,
                /// `next_cursor` of the page before, with the same filters.
                #[param(value_type = Option<String>, max_length = 100)]
                cursor: Option<$crate::api::query::Word>,
                /// The most items to answer; 50 if absent.
                #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
                limit: Option<$crate::api::query::Limit>,
            }
        }

        impl $crate::api::read::collection::ListQuery<$state> for $name {
            fn at_least(&self) -> Option<u64> {
                self.at_least
            }

            fn page(&mut self) -> (Option<String>, Option<u64>) {
                (self.cursor.take().map(|word| word.0), self.limit.map(|limit| limit.0))
            }

            fn of(&self) -> $crate::index::ListOf {
                let $q = self;
                $of
            }

            fn keep(&self, $s: &$state) -> bool {
                let $k = self;
                $keep
            }
        }
    };
}

pub(super) use list_query;

/// What the two reads of a kind are called.
pub struct Collection {
    pub tag: Tag,
    /// `/api/v1/parks`
    pub path: &'static str,
    /// `/api/v1/parks/{park}`
    pub one: &'static str,
    pub list_id: &'static str,
    pub get_id: &'static str,
    /// `park`, as the place in the address is called.
    pub what: &'static str,
    pub list_says: (&'static str, &'static str),
    pub get_says: (&'static str, &'static str),
    pub public: bool,
}

impl Collection {
    /// Both operations.
    pub fn operations<V, Q>(self) -> [Operation; 2]
    where
        V: View + ToSchema + serde::Serialize + Send + 'static,
        V::Of: Listed,
        Q: ListQuery<V::Of>,
    {
        let Collection { tag, path, one, list_id, get_id, what, .. } = self;
        let list = Operation::get(path, list_id, tag)
            .says(self.list_says.0, self.list_says.1)
            .query::<Q>()
            .answers_with::<Page<V>, V>("A page of the list.")
            .to(list::<V, Q>);
        let read = Operation::get(one, get_id, tag)
            .says(self.get_says.0, self.get_says.1)
            .query::<OneQuery>()
            .answers_with::<Answer<V>, V>("Its present state.")
            .to(move |call| read::<V>(call, what));
        if self.public { [list.public(), read.public()] } else { [list, read] }
    }
}

async fn list<V, Q>(call: Call) -> Reply
where
    V: View + ToSchema + serde::Serialize + Send + 'static,
    V::Of: Listed,
    Q: ListQuery<V::Of>,
{
    let mut query: Q = call.query()?;
    reach(&call, query.at_least()).await?;
    let filters = query::filters(call.request.query_string())?;
    let (cursor, limit) = query.page();
    let page =
        PageOf { of: narrowed::<V::Of>(query.of(), call.who.as_ref()), cursor, limit, filters };
    let (ledger, who) = (call.api.ledger.clone(), call.who);
    let answer = call::read(move || {
        let rows = Rows { index: ledger.index(), size: ledger.size(), who: who.as_ref() };
        Ok(rows.page::<V>(&page, |state| query.keep(state))?)
    });
    call::ok(&answer.await?)
}

/// A firm's list is short; it need not look through everybody's.
fn narrowed<A: Listed>(of: ListOf, who: Option<&Principal>) -> ListOf {
    let Some(Principal { role: Role::Firm, firm: Some(firm), .. }) = who else { return of };
    match of {
        ListOf::All | ListOf::Park(_) if A::OWN_ONLY => ListOf::Firm(firm.clone()),
        of @ (ListOf::All
        | ListOf::Park(_)
        | ListOf::Firm(_)
        | ListOf::Contract(_)
        | ListOf::Scale(_)) => of,
    }
}

async fn read<V>(call: Call, what: &'static str) -> Reply
where
    V: View + ToSchema + serde::Serialize,
    V::Of: Listed,
{
    let query: OneQuery = call.query()?;
    reach(&call, query.at_least).await?;
    let ledger = &call.api.ledger;
    let rows = Rows { index: ledger.index(), size: ledger.size(), who: call.who.as_ref() };
    call::ok(&rows.one::<V>(call.text_segment(what), what)?)
}

/// The narrowest list by firm and park.
pub fn by_firm_or_park(firm: Option<&FirmId>, park: Option<&ParkId>) -> ListOf {
    match (firm, park) {
        (Some(firm), _) => ListOf::Firm(firm.clone()),
        (None, Some(park)) => ListOf::Park(park.clone()),
        (None, None) => ListOf::All,
    }
}

/// Whether a filter is absent or fits.
pub fn fits<T: PartialEq>(filter: Option<&T>, value: &T) -> bool {
    filter.is_none_or(|filter| filter == value)
}
