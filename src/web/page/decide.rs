//! Decisions that are a button: the frame of a page that asks for one, and what a form of it
//! becomes as a command.
//!
//! Invariant: the command is a function of the form, whose hidden number names it and whose hidden
//! time is that of its page, so that pressing twice is deciding once. A form that is refused comes
//! back on its page, as it was filled in.

use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use askama::Template;

use crate::api::{self, Problem};
use crate::domain::command::{Command, Request};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::Text;
use crate::domain::time::UtcMillis;
use crate::domain::value_error::ValueError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::messages::Messages;
use crate::web::page::trouble::Said;
use crate::web::reader::Reader;
use crate::web::session;
use crate::web::visit::{Reply, Visit};

/// A page on which somebody decides: what it shows of one thing.
pub trait Decided: Sized + Send + 'static {
    /// The first part of its address; the thing's id follows, if it has one.
    const SECTION: &'static str;
    type Page: Template;

    fn read(reader: &Reader, id: &str) -> Result<Self, Problem>;
    fn title(&self, t: &Messages) -> String;
    fn page(self, f: Frame, a: Around) -> Self::Page;
}

/// What stands around that: hidden fields of its forms, and what became of the one that was sent.
pub struct Around {
    /// Names the command that a form gives, so that pressing twice is deciding once.
    pub form: String,
    pub at: String,
    pub said: Option<Said>,
    /// The position of what was recorded.
    pub done: String,
    fields: Fields,
}

impl Around {
    /// What was filled in before, if it was this form that was refused; else what stands there at
    /// first. Each form names itself in its field `which`.
    pub fn kept<'a>(&'a self, which: &str, name: &str, first: &'a str) -> &'a str {
        if self.is_again(which) { self.fields.get(name) } else { first }
    }

    /// Whether it was this form that was refused.
    pub fn is_again(&self, which: &str) -> bool {
        self.fields.get("which") == which
    }
}

/// What a page needs besides its own, given why its form was refused.
pub fn around(visit: &Visit<'_>, refused: Option<(&Problem, Fields)>) -> Result<Around, Problem> {
    let Hidden { form, at } = Hidden::new()?;
    let said = refused.as_ref().map(|(problem, _)| Said::of(problem, visit.lang));
    let done: Option<u64> = visit.query.get("done").parse().ok();
    let fields = refused.map_or_else(Fields::default, |(_, fields)| fields);
    let done = done.map_or(String::new(), |done| done.to_string());
    Ok(Around { form, at, said, done, fields })
}

pub async fn shown<S: Decided>(
    visit: &mut Visit<'_>,
    id: &str,
    refused: Option<(&Problem, Fields)>,
) -> Reply {
    visit.principal()?;
    let id = id.to_owned();
    let shape = visit.read(move |reader| S::read(reader, &id)).await?;
    let status = refused.as_ref().map(|(problem, _)| problem.status);
    let around = around(visit, refused)?;
    let frame = visit.frame(shape.title(visit.t()));
    let page = shape.page(frame, around);
    match status {
        Some(status) => visit.page_with(status, &page),
        None => visit.page(&page),
    }
}

/// A form that was sent from such a page: the word of its command, and what it asks.
pub async fn sent<S: Decided>(
    visit: &mut Visit<'_>,
    id: &str,
    request: impl FnOnce(&Fields) -> Result<(&'static str, Request), Problem>,
) -> Reply {
    let fields = visit.form().await?;
    let request = request(&fields);
    decided::<S>(visit, id, fields, request).await
}

/// The same, of a form that was read.
pub async fn decided<S: Decided>(
    visit: &mut Visit<'_>,
    id: &str,
    fields: Fields,
    request: Result<(&'static str, Request), Problem>,
) -> Reply {
    let given = match request {
        Ok((word, request)) => give(visit, &fields, word, request).await,
        Err(problem) => Err(problem),
    };
    match given {
        Ok(position) => {
            let path = format!("/{}/{id}", S::SECTION);
            visit.lead_to(&format!("{}?done={position}", path.trim_end_matches('/')))
        }
        Err(problem) => shown::<S>(visit, id, Some((&problem, fields))).await,
    }
}

/// A text of a form that must be there: `what` says in English what it is for.
pub fn text(fields: &Fields, name: &'static str, what: &str) -> Result<Text, Problem> {
    optional_text(fields, name)?.ok_or_else(|| {
        let code = if name == "reason" { Code::ReasonNeeded } else { Code::MissingMember };
        Problem::refused(Refusal::new(code, format!("/data/{name}"), what), |_| false)
    })
}

pub fn optional_text(fields: &Fields, name: &'static str) -> Result<Option<Text>, Problem> {
    optional(fields, name)
}

/// A value of a form that may be left empty.
pub fn optional<T: FromStr<Err = ValueError>>(
    fields: &Fields,
    name: &'static str,
) -> Result<Option<T>, Problem> {
    let read = fields.filled(name).map(str::parse).transpose();
    read.map_err(|error| Problem::parameter(name, &error))
}

/// A value of a form that its page has put there.
pub fn needed<T: FromStr<Err = ValueError>>(
    fields: &Fields,
    name: &'static str,
) -> Result<T, Problem> {
    fields.get(name).parse().map_err(|error| Problem::parameter(name, &error))
}

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
