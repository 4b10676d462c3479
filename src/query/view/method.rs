//! Views of methods, of the items that they define, and of statements.

use crate::domain::decimal::Decimal;
use crate::domain::id::{FirmId, ParkId, SiteId, StatementId};
use crate::domain::method::{Every, Item, Method, MethodStatus, Nature, Scope};
use crate::domain::name::Name;
use crate::domain::quantity;
use crate::domain::state::{PublishedMethod, StatedLine, Statement};
use crate::domain::stated_unit::ItemUnit;
use crate::domain::text::Text;
use crate::domain::time::{Day, Period};
use crate::query::view::view;

view! {
    /// A published version of a method.
    pub struct MethodView of PublishedMethod {
        document: Method,
        method: Name,
        status: MethodStatus,
        valid_from: Day,
        #[schema(nullable)]
        valid_to: Option<Day>,
        #[schema(minimum = 1)]
        method_version: u16,
        /// Why it was taken out of use.
        #[schema(nullable)]
        withdrawn: Option<Text>,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        MethodView {
            changed,
            created,
            version,
            document: state.read(),
            method: state.method,
            status: state.status,
            valid_from: state.valid_from,
            valid_to: state.valid_to,
            method_version: state.version,
            withdrawn: state.withdrawn,
        }
    }
}

view! {
    /// Something that is stated period by period.
    pub struct ItemView of Item {
        every: Every,
        item: Name,
        nature: Nature,
        of: Scope,
        /// Whether a statement of it needs a document as evidence.
        proven: bool,
        title_en: Text,
        title_zh: Text,
        #[schema(value_type = String)]
        unit: ItemUnit,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        ItemView {
            changed,
            created,
            version,
            every: state.every,
            item: state.item,
            nature: state.nature,
            of: state.of,
            proven: state.proven,
            title_en: state.title_en,
            title_zh: state.title_zh,
            unit: state.unit,
        }
    }
}

/// One figure of a statement.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct StatedFigureView {
    pub item: Name,
    pub method: quantity::Method,
    /// Of money: whose prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_year: Option<u16>,
    #[schema(value_type = String)]
    pub unit: ItemUnit,
    #[schema(value_type = String)]
    pub value: Decimal,
}

view! {
    /// Figures of a period, as a firm or a park stated them.
    pub struct StatementView of Statement {
        figures: Vec<StatedFigureView>,
        /// By the park for a site whose firm did not.
        filed_by_park: bool,
        #[schema(nullable)]
        firm: Option<FirmId>,
        park: ParkId,
        period: Period,
        /// Positions of its records, in order.
        records: Vec<u64>,
        /// None of what is stated of the park as a whole.
        #[schema(nullable)]
        site: Option<SiteId>,
        statement: StatementId,
        /// Why it was taken back.
        #[schema(nullable)]
        withdrawn: Option<Text>,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        let figure = |line: StatedLine| {
            let StatedLine { item, method, price_year, unit, value } = line;
            StatedFigureView { item, method, price_year, unit, value }
        };
        StatementView {
            changed,
            created,
            version,
            figures: state.figures.into_iter().map(figure).collect(),
            filed_by_park: state.filed_by_park,
            firm: state.firm,
            park: state.park,
            period: state.period,
            records: state.records,
            site: state.site,
            statement: state.statement,
            withdrawn: state.withdrawn,
        }
    }
}
