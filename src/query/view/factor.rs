//! Views of sets of factors.

use crate::domain::factor::FactorSet;
use crate::domain::name::Name;
use crate::domain::state::PublishedFactors;
use crate::domain::text::Text;
use crate::domain::time::Day;
use crate::query::view::view;

view! {
    /// A published version of a set of factors.
    pub struct FactorsView of PublishedFactors {
        document: FactorSet,
        factors: Name,
        #[schema(minimum = 1)]
        factors_version: u16,
        valid_from: Day,
        #[schema(nullable)]
        valid_to: Option<Day>,
        /// Why it was taken out of use.
        #[schema(nullable)]
        withdrawn: Option<Text>,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        FactorsView {
            changed,
            created,
            version,
            document: state.read(),
            factors: state.factors,
            factors_version: state.version,
            valid_from: state.valid_from,
            valid_to: state.valid_to,
            withdrawn: state.withdrawn,
        }
    }
}
