//! The first page, signing in and signing out.

use actix_web::http::StatusCode;
use askama::Template;

use crate::api::{self, Problem};
use crate::web::answer::own_path;
use crate::web::cookie;
use crate::web::frame::Frame;
use crate::web::page::trouble::Said;
use crate::web::show::grouped;
use crate::web::visit::{Reply, Visit};

#[derive(Template)]
#[template(path = "root.html")]
struct Root {
    f: Frame,
    records: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    f: Frame,
    token: String,
    next: String,
    said: Option<Said>,
}

/// Says what this is to whoever comes by; who has signed in goes on.
pub fn root(visit: &mut Visit<'_>) -> Reply {
    if visit.who.is_some() {
        return visit.lead_to("/home");
    }
    let records = grouped(&visit.ledger().size().to_string());
    visit.page(&Root { f: visit.frame(visit.t().ledger), records })
}

pub fn form(visit: &mut Visit<'_>) -> Reply {
    if visit.who.is_some() {
        return visit.lead_to(own_path(visit.query.get("next")).unwrap_or("/home"));
    }
    let next = visit.query.get("next").to_owned();
    shown(visit, next, None)
}

fn shown(visit: &mut Visit<'_>, next: String, problem: Option<&Problem>) -> Reply {
    let token = visit.sign_in_token()?;
    let said = problem.map(|problem| Said::of(problem, visit.lang));
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    let next = own_path(&next).unwrap_or_default().to_owned();
    visit.page_with(status, &SignIn { f: visit.frame(visit.t().sign_in), token, next, said })
}

pub async fn sign_in(visit: &mut Visit<'_>) -> Reply {
    let fields = visit.sign_in_form().await?;
    let next = fields.get("next").to_owned();
    let who = match api::opened(visit.ledger().index(), fields.get("key")) {
        Ok(who) => who,
        Err(problem) => return shown(visit, next, Some(&problem)),
    };
    let begun = visit.site.sessions.begin(who.key).map_err(|error| Problem::internal(&error))?;
    visit.set_cookie(cookie::SESSION, &begun, None);
    visit.set_cookie(cookie::FORM, "", Some(0));
    visit.lead_to(own_path(&next).unwrap_or("/home"))
}

pub async fn sign_out(visit: &mut Visit<'_>) -> Reply {
    visit.form().await?;
    if let Some(id) = cookie::read(&visit.request, cookie::SESSION) {
        visit.site.sessions.end(id);
    }
    visit.set_cookie(cookie::SESSION, "", Some(0));
    visit.lead_to("/")
}
