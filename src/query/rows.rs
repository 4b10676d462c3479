//! Rows: one by its id, or a page of a list of them.
//!
//! Invariant: a list is in the order in which its things came into being, and a page never shows
//! what did at or after its `as_of`. Somebody who may not see a thing gets the pages that he would
//! get if it did not exist, apart from their lengths.

use std::sync::Arc;

use crate::domain::access::{Principal, Role};
use crate::domain::states::{Aggregate, States, Stored};
use crate::index::{Index, ListOf};
use crate::query::answer::{Answer, PAGE_MOST, PAGE_USUAL, Page, QueryError};
use crate::query::cursor::{Cursor, ListKey};
use crate::query::listed::Listed;
use crate::query::see::may;
use crate::query::view::View;

/// How many rows are looked at for one page, however few of them are shown.
pub const LOOKED_AT: usize = 5_000;
/// How many rows are asked for at once.
const STRIDE: usize = 256;

/// The rows of one ledger, for one request.
pub struct Rows<'a> {
    pub index: &'a Index,
    /// How many records the log has.
    pub size: u64,
    pub who: Option<&'a Principal>,
}

/// Which part of which list.
pub struct PageOf {
    pub of: ListOf,
    pub cursor: Option<String>,
    pub limit: Option<u64>,
    /// The filters as text, so that a cursor stays with them.
    pub filters: String,
}

/// The newest things of a list.
pub struct Newest<V> {
    /// They reflect every record below this position.
    pub as_of: u64,
    pub items: Vec<V>,
    /// Older ones were created below this position; none if all was looked at.
    pub older: Option<u64>,
}

impl Rows<'_> {
    /// The view of a thing. `what` names its kind in the error.
    pub fn one<V>(&self, id: &str, what: &'static str) -> Result<Answer<V>, QueryError>
    where
        V: View + utoipa::ToSchema,
        V::Of: Listed,
    {
        // Read first: the row reflects this position or more.
        let as_of = self.index.position();
        let stored = self.stored::<V::Of>(id).ok_or(QueryError::NotFound(what))?;
        Ok(Answer { as_of, item: V::view(&stored), lag: self.lag(as_of) })
    }

    /// The state of a thing that may be seen.
    pub fn stored<A: Listed>(&self, id: &str) -> Option<Arc<Stored<A>>> {
        let stored = self.index.find::<A>(id)?;
        may(self.who, &stored.state.sight(self.index)).then_some(stored)
    }

    /// A page of those that `keep` keeps.
    pub fn page<V>(
        &self,
        page: &PageOf,
        keep: impl Fn(&V::Of) -> bool,
    ) -> Result<Page<V>, QueryError>
    where
        V: View + utoipa::ToSchema,
        V::Of: Listed,
    {
        let position = self.index.position();
        let list = ListKey::new(V::Of::NAME, &page.filters);
        let (as_of, mut next) = match &page.cursor {
            None => (position, 0),
            Some(cursor) => {
                let cursor = Cursor::decode(cursor, list, position)?;
                (cursor.as_of, cursor.next)
            }
        };
        let limit = limit(page.limit);
        let (mut items, mut looked_at) = (Vec::new(), 0);
        let mut ended = false;
        while !ended && items.len() < limit && looked_at < LOOKED_AT {
            let found = self.index.list(V::Of::KIND, &page.of, next, as_of, STRIDE)?;
            ended = found.len() < STRIDE;
            for (created, id) in found {
                if items.len() == limit {
                    ended = false;
                    break;
                }
                next = created + 1;
                looked_at += 1;
                let stored = self.stored::<V::Of>(&id);
                items.extend(stored.filter(|stored| keep(&stored.state)).map(|one| V::view(&one)));
            }
        }
        let next_cursor = (!ended).then(|| Cursor { list, as_of, next }.encode());
        Ok(Page { as_of, items, lag: self.lag(as_of), next_cursor })
    }

    /// The newest of those that `keep` keeps, created below `below`: at most `limit`, found among
    /// at most so many rows. With them, where to look on, if there may be more.
    pub fn newest<V>(
        &self,
        of: &ListOf,
        below: Option<u64>,
        limit: usize,
        keep: impl Fn(&V::Of) -> bool,
    ) -> Result<Newest<V>, QueryError>
    where
        V: View,
        V::Of: Listed,
    {
        let as_of = self.index.position();
        let mut below = below.unwrap_or(as_of).min(as_of);
        let (mut items, mut looked_at) = (Vec::new(), 0);
        while looked_at < LOOKED_AT {
            let found = self.index.list_newest(V::Of::KIND, of, below, STRIDE)?;
            let ended = found.len() < STRIDE;
            for (created, id) in found {
                if items.len() == limit {
                    return Ok(Newest { as_of, items, older: Some(below) });
                }
                below = created;
                looked_at += 1;
                let stored = self.stored::<V::Of>(&id);
                items.extend(stored.filter(|stored| keep(&stored.state)).map(|one| V::view(&one)));
            }
            if ended {
                return Ok(Newest { as_of, items, older: None });
            }
        }
        Ok(Newest { as_of, items, older: Some(below) })
    }

    fn lag(&self, as_of: u64) -> u64 {
        self.size.saturating_sub(as_of)
    }
}

/// A firm's list is short; it need not look through everybody's.
pub fn narrowed<A: Listed>(of: ListOf, who: Option<&Principal>) -> ListOf {
    let Some(Principal { role: Role::Firm, firm: Some(firm), also, .. }) = who else { return of };
    match of {
        // A firm that was found to be a recorded counterparty has the rows of both.
        ListOf::All | ListOf::Park(_) if A::OWN_ONLY && also.is_empty() => {
            ListOf::Firm(firm.clone())
        }
        of @ (ListOf::All
        | ListOf::Park(_)
        | ListOf::Firm(_)
        | ListOf::Contract(_)
        | ListOf::Subject(_)
        | ListOf::Scale(_)) => of,
    }
}

/// How many items a page has at most.
pub fn limit(asked: Option<u64>) -> usize {
    asked.unwrap_or(PAGE_USUAL).clamp(1, PAGE_MOST) as usize
}
