//! Views of access keys.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::access::Role;
use crate::domain::command::{LinkAnswer, LinkSubject};
use crate::domain::id::{FirmId, KeyId, ParkId, SiteId};
use crate::domain::state::{Key, Link};
use crate::domain::text::Text;
use crate::domain::time::Day;
use crate::query::view::view;

view! {
    /// An access key, without anything of its secret.
    pub struct KeyView of Key {
        /// The last day on which it opens anything.
        #[serde(skip_serializing_if = "Option::is_none")]
        expires: Option<Day>,
        #[serde(skip_serializing_if = "Option::is_none")]
        firm: Option<FirmId>,
        key: KeyId,
        label: Text,
        /// Of a one-time link, which has the role partner.
        #[serde(skip_serializing_if = "Option::is_none")]
        link: Option<LinkView>,
        parks: Vec<ParkId>,
        revoked: bool,
        role: Role,
        #[serde(skip_serializing_if = "Option::is_none")]
        site: Option<SiteId>,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        KeyView {
            changed,
            created,
            version,
            expires: state.expires,
            firm: state.firm,
            key: state.key,
            label: state.label,
            link: state.link.map(LinkView::from),
            parks: state.parks,
            revoked: state.revoked,
            role: state.role,
            site: state.site,
        }
    }
}

/// What a one-time link asks, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkView {
    /// Once it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<LinkAnswer>,
    /// The firm that asks.
    pub issued_by: FirmId,
    pub subject: LinkSubject,
}

impl From<Link> for LinkView {
    fn from(link: Link) -> LinkView {
        let Link { answered, issued_by, subject } = link;
        LinkView { answered, issued_by, subject }
    }
}
