//! Views of access keys.

use crate::domain::access::Role;
use crate::domain::id::{FirmId, KeyId, ParkId, SiteId};
use crate::domain::state::Key;
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
            parks: state.parks,
            revoked: state.revoked,
            role: state.role,
            site: state.site,
        }
    }
}
