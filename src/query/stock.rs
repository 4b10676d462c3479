//! The movements of a stock account, as a list.

use crate::domain::id::{LotId, MaterialId, SiteId};
use crate::domain::state::{StockAccount, account_id, entries_of};
use crate::domain::time::Day;
use crate::query::answer::{Page, QueryError};
use crate::query::cursor::{Cursor, ListKey};
use crate::query::rows::Rows;
use crate::query::view::StockEntryView;

/// Which movements, and which part of them.
#[derive(Clone)]
pub struct EntriesOf {
    pub site: SiteId,
    pub material: MaterialId,
    pub from: Day,
    pub to: Day,
    /// Those of this lot.
    pub lot: Option<LotId>,
    pub cursor: Option<String>,
    /// All that follow, if absent.
    pub limit: Option<usize>,
}

/// The movements of an account on these days, in the order in which they were recorded.
pub fn entries(rows: &Rows<'_>, of: &EntriesOf) -> Result<Page<StockEntryView>, QueryError> {
    let EntriesOf { site, material, from, to, lot, cursor, limit } = of;
    let position = rows.index.position();
    let id = account_id(site, material);
    let account = rows.stored::<StockAccount>(&id).ok_or(QueryError::NotFound("stock"))?;
    let list = ListKey::new(
        "stock_entries",
        &match lot {
            None => format!("{id} {from} {to}"),
            Some(lot) => format!("{id} {from} {to} {lot}"),
        },
    );
    let (as_of, next) = match cursor {
        None => (position, 0),
        Some(cursor) => {
            let cursor = Cursor::decode(cursor, list, position)?;
            (cursor.as_of, cursor.next)
        }
    };
    let months = account.state.months.iter();
    let months = months.filter(|month| (from.month()..=to.month()).contains(month));
    let mut found: Vec<_> = months.flat_map(|month| entries_of(rows.index, &id, *month)).collect();
    found.retain(|entry| {
        (from..=to).contains(&&entry.day)
            && (next..as_of).contains(&entry.position)
            && (lot.is_none() || entry.lot == *lot)
    });
    found.sort_by_key(|entry| entry.position);
    let mut after = None;
    if let Some(limit) = limit
        && found.len() > *limit
    {
        // A record's movements stand on one page, so that a page can begin at a position.
        let last = found[limit - 1].position;
        let end = found.partition_point(|entry| entry.position <= last);
        after = found.get(end).map(|entry| entry.position);
        found.truncate(end);
    }
    let items = found.into_iter().map(|entry| StockEntryView::of(entry, &account.state.material));
    Ok(Page {
        as_of,
        items: items.collect(),
        lag: rows.size.saturating_sub(as_of),
        next_cursor: after.map(|next| Cursor { list, as_of, next }.encode()),
    })
}
