//! Reads of participations in programmes.

use crate::api::operation::{Operation, Tag};
use crate::api::query::words;
use crate::api::read::collection::{Collection, fits, list_query};
use crate::domain::id::ParkId;
use crate::domain::name::Name;
use crate::domain::procedure::ParticipationStage;
use crate::domain::state::Participation;
use crate::index::ListOf;
use crate::query::view::ParticipationView;

words! { ParticipationStage }

list_query! {
    /// Participations.
    pub struct ParticipationQuery of Participation {
        /// In a programme that is judged by this method, whatever the version.
        method: Option<Name>,
        /// Of this park.
        park: Option<ParkId>,
        /// At this stage now.
        #[param(inline)]
        stage: Option<ParticipationStage>,
    }
    of |query| query.park.as_ref().map_or(ListOf::All, |park| ListOf::Park(park.clone()));
    keep |query, state| fits(query.park.as_ref(), &state.park)
        && query.method.as_ref().is_none_or(|method| method.as_str() == state.method_name())
        && fits(query.stage.as_ref(), &state.stage());
}

const WHO: &str = "The administration, verifiers and regulators of the park may see it, and the \
    ledger keeper, who records what the authority decides.";

pub fn operations() -> Vec<Operation> {
    let participations = Collection {
        tag: Tag::Statistics,
        path: "/api/v1/participations",
        one: "/api/v1/participations/{participation}",
        list_id: "list_participations",
        get_id: "get_participation",
        what: "participation",
        list_says: ("Lists participations of parks in programmes.", WHO),
        get_says: ("Shows where a park stands in a programme, and its plan.", WHO),
        public: false,
    };
    participations.operations::<ParticipationView, ParticipationQuery>().into()
}
