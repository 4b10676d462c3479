//! What stands around every page: title, navigation, who has signed in, the other language.

use crate::domain::id::ParkId;
use crate::web::messages::Messages;

/// Who has signed in, in words.
pub struct Who {
    pub label: String,
    pub role: &'static str,
    /// Whether the key is a firm's, which has something to weigh.
    pub weighs: bool,
    /// Whether it is a firm's desk, which has partners.
    pub is_desk: bool,
    /// Whether it is the ledger keeper's.
    pub keeps: bool,
    /// Whether it reads deliveries and contracts.
    pub reads_trade: bool,
    /// The park whose figures it reads.
    pub park: Option<ParkId>,
}

/// Handed to every template as `f`.
pub struct Frame {
    pub t: &'static Messages,
    pub title: String,
    /// The first part of the address, by which the navigation shows where one is.
    pub section: String,
    pub who: Option<Who>,
    /// Must stand in every form.
    pub token: String,
    /// This page's address, ready for one more parameter.
    pub here: String,
    pub style: String,
    pub script: String,
    pub demo: bool,
    pub origin: String,
}
