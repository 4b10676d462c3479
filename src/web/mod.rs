//! Pages for people, rendered on the server in Chinese and English. No business rule.
//!
//! Reads go through [`query`](crate::query) and writes become the same commands, through the same
//! `authorize` and the same submission as those of the API, above which this layer stands.
//!
//! Invariant: every page works without its script; nothing is loaded from anywhere else; a form is
//! taken only with the token of its session. A figure stands with its unit, its period and a link
//! to what is behind it.

mod address;
mod answer;
mod asset;
mod cookie;
mod event;
mod form;
mod frame;
mod levers;
mod messages;
mod multipart;
mod names;
mod page;
mod programme;
mod reader;
mod session;
mod show;
mod uploads;
mod visit;

use std::io;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::dev::Payload;

use crate::api::{self, Answering, Running, Site};
use crate::ledger::Ledger;
use crate::web::asset::Assets;
use crate::web::session::Sessions;
use crate::web::uploads::Uploads;
use crate::web::visit::Visit;

pub use levers::sheet as levers_sheet;
pub use messages::Lang;
pub use programme::sheet as programme_sheet;

/// What all pages share.
pub struct Pages {
    ledger: Ledger,
    sessions: Sessions,
    uploads: Uploads,
    assets: Assets,
}

impl Pages {
    pub fn new(ledger: Ledger) -> Pages {
        Pages {
            ledger,
            sessions: Sessions::default(),
            uploads: Uploads::default(),
            assets: Assets::new(),
        }
    }
}

impl Site for Pages {
    fn answer<'a>(&'a self, request: HttpRequest, payload: Payload) -> Answering<'a> {
        Box::pin(page::answer(Visit::new(self, request, payload)))
    }
}

/// Serves a ledger's API, documents and pages; see [`api::serve_with`].
pub fn serve(ledger: Ledger, listen: &str, workers: usize, signals: bool) -> io::Result<Running> {
    let pages = Arc::new(Pages::new(ledger.clone()));
    api::serve_with(ledger, Some(pages), listen, workers, signals)
}
