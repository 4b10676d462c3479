//! Decisions that are a button: what a form of a contract or delivery becomes as a command.
//!
//! Invariant: the command is a function of the form, whose hidden number names it and whose hidden
//! time is that of its page, so that pressing twice is deciding once.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::api::{self, Problem};
use crate::domain::command::{Command, Request};
use crate::domain::time::UtcMillis;
use crate::web::form::Fields;
use crate::web::session;
use crate::web::visit::Visit;

/// The hidden fields of such a form.
pub struct Hidden {
    pub form: String,
    pub at: String,
}

impl Hidden {
    pub fn new() -> Result<Hidden, Problem> {
        let token = session::token().map_err(|error| Problem::internal(&error))?;
        Ok(Hidden { form: token[..20].to_owned(), at: now().to_string() })
    }
}

/// The clock on the wall, for what is decided by pressing a button.
pub fn now() -> UtcMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)).min(UtcMillis::MAX)
}

/// Gives the command that a form asks for; answers the position of its last record.
pub async fn give(
    visit: &Visit<'_>,
    fields: &Fields,
    word: &str,
    request: Request,
) -> Result<u64, Problem> {
    let parameter = |name: &'static str| move |error| Problem::parameter(name, &error);
    let id = format!("cmd_{word}-{}", fields.get("form"));
    let command = Command {
        actor: api::own_party(visit.principal()?)?,
        id: id.parse().map_err(parameter("form"))?,
        occurred_at: fields.get("at").parse().map_err(parameter("at"))?,
        request,
    };
    Ok(visit.give(command).await?.position)
}
