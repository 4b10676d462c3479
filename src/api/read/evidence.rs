//! Reads of documents that were linked to things.

use crate::api::operation::{Operation, Tag};
use crate::api::query::words;
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::domain::attachment::EvidenceKind;
use crate::domain::digest::Digest;
use crate::domain::id::{FirmId, ParkId};
use crate::domain::state::AttachedEvidence;
use crate::domain::subject::Subject;
use crate::index::ListOf;
use crate::query::view::EvidenceView;

words! { EvidenceKind }

list_query! {
    /// Documents.
    pub struct EvidenceQuery of AttachedEvidence {
        /// About something in which this firm has part.
        firm: Option<FirmId>,
        /// That link the file of this hash.
        hash: Option<Digest>,
        /// What it is evidence of.
        kind: Option<EvidenceKind>,
        /// About something that concerns this park.
        park: Option<ParkId>,
        /// About this thing, as `delivery/dlv_…`.
        subject: Option<Subject>,
    }
    of |query| match &query.subject {
        Some(subject) => ListOf::Subject(subject.to_string()),
        None => by_firm_or_park(query.firm.as_ref(), query.park.as_ref()),
    };
    keep |query, state| query.firm.as_ref().is_none_or(|firm| state.firms.contains(firm))
        && query.park.as_ref().is_none_or(|park| state.parks.contains(park))
        && fits(query.hash.as_ref(), &state.attachment.hash)
        && fits(query.kind.as_ref(), &state.kind)
        && fits(query.subject.as_ref(), &state.subject);
}

const WHO: &str = "The firms that have part in what it is about may see it, whoever linked it, and \
    the verifiers and regulators of its parks.";

pub fn operations() -> Vec<Operation> {
    let evidence = Collection {
        tag: Tag::Evidence,
        path: "/api/v1/evidence",
        one: "/api/v1/evidence/{evidence}",
        list_id: "list_evidence",
        get_id: "get_evidence",
        what: "evidence",
        list_says: ("Lists documents.", WHO),
        get_says: ("Shows what a document is and where it belongs.", WHO),
        public: false,
    };
    evidence.operations::<EvidenceView, EvidenceQuery>().into()
}
