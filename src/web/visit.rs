//! One request for a page: who asks, in which language, with what.

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::api::{self, Fault, Problem};
use crate::domain::access::{Principal, Role};
use crate::domain::command::Command;
use crate::domain::state::Key;
use crate::domain::states::States as _;
use crate::ledger::{Accepted, Ledger};
use crate::web::Pages;
use crate::web::answer;
use crate::web::cookie;
use crate::web::form::{self, Fields};
use crate::web::frame::{Frame, Who};
use crate::web::messages::{Lang, Messages};
use crate::web::multipart::File;
use crate::web::reader::Reader;
use crate::web::session::{self, Session};

/// What a page's handler answers.
pub type Reply = Result<HttpResponse, Problem>;

/// A year: how long the language is remembered.
const REMEMBERED_S: u32 = 365 * 24 * 60 * 60;

/// A request for a page.
pub struct Visit<'a> {
    pub site: &'a Pages,
    pub request: HttpRequest,
    payload: Payload,
    pub lang: Lang,
    pub query: Fields,
    pub session: Option<Session>,
    /// Whose key has signed in.
    pub who: Option<Principal>,
    /// Cookies to set with the answer.
    cookies: Vec<String>,
}

impl<'a> Visit<'a> {
    pub fn new(site: &'a Pages, request: HttpRequest, payload: Payload) -> Visit<'a> {
        let query = Fields::parse(request.query_string());
        let mut cookies = Vec::new();
        let chosen = Lang::of_word(query.get("lang"));
        if let Some(lang) = chosen {
            let kept = Some(REMEMBERED_S);
            cookies.push(cookie::set(&request, cookie::LANG, lang.word(), kept));
        }
        let kept = || cookie::read(&request, cookie::LANG).and_then(Lang::of_word);
        let asked = || request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok();
        let lang = chosen.or_else(kept).unwrap_or_else(|| Lang::accepted(asked().unwrap_or("")));
        let id = cookie::read(&request, cookie::SESSION);
        let session = id.and_then(|id| site.sessions.find(id));
        // The row is read for every page: a key that was ended opens nothing more.
        let who = session
            .as_ref()
            .and_then(|session| api::holder(site.ledger.index(), &session.key).ok());
        let session = session.filter(|_| who.is_some());
        Visit { site, request, payload, lang, query, session, who, cookies }
    }

    pub fn t(&self) -> &'static Messages {
        self.lang.messages()
    }

    pub fn ledger(&self) -> &Ledger {
        &self.site.ledger
    }

    /// Who asks, where a page is for those who have signed in.
    pub fn principal(&self) -> Result<&Principal, Problem> {
        let needed = || Problem::new(Fault::KeyNeeded, "sign in with an access key");
        self.who.as_ref().ok_or_else(needed)
    }

    /// Reads what a page shows, on a thread that may wait.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let reader =
            Reader { ledger: self.site.ledger.clone(), who: self.who.clone(), lang: self.lang };
        let answer = actix_web::web::block(move || work(&reader)).await;
        answer.map_err(|error| Problem::internal(&error))?
    }

    /// The fields of a form that this session's page was sent with.
    pub async fn form(&mut self) -> Result<Fields, Problem> {
        self.principal()?;
        let fields = form::read(self.request.headers(), &mut self.payload).await?;
        let token = self.session.as_ref().map_or("", |session| &session.form_token);
        expect_token(token, fields.get("token"))?;
        Ok(fields)
    }

    /// The fields and files of such a form.
    pub async fn form_with_files(&mut self, limit: usize) -> Result<(Fields, Vec<File>), Problem> {
        self.principal()?;
        let headers = self.request.headers();
        let (fields, files) = form::read_files(headers, &mut self.payload, limit).await?;
        let token = self.session.as_ref().map_or("", |session| &session.form_token);
        expect_token(token, fields.get("token"))?;
        Ok((fields, files))
    }

    /// The fields of the sign-in form, which belongs to no session yet.
    pub async fn sign_in_form(&mut self) -> Result<Fields, Problem> {
        let fields = form::read(self.request.headers(), &mut self.payload).await?;
        let Some(token) = cookie::read(&self.request, cookie::FORM) else {
            let detail = "the browser kept no cookie of the sign-in page: reach the ledger over \
                          HTTPS, or on its own machine, and let it keep cookies";
            return Err(Problem::new(Fault::FormExpired, detail));
        };
        expect_token(token, fields.get("token"))?;
        Ok(fields)
    }

    /// The token of the sign-in form; its cookie is set with the answer if there was none.
    pub fn sign_in_token(&mut self) -> Result<String, Problem> {
        let kept = cookie::read(&self.request, cookie::FORM).filter(|token| token.len() == 64);
        if let Some(token) = kept {
            return Ok(token.to_owned());
        }
        let token = session::token().map_err(|error| Problem::internal(&error))?;
        self.set_cookie(cookie::FORM, &token, None);
        Ok(token)
    }

    pub fn set_cookie(&mut self, name: &str, value: &str, seconds: Option<u32>) {
        self.cookies.push(cookie::set(&self.request, name, value, seconds));
    }

    /// Gives a command as the API's doors do, and waits until the rows reflect it.
    pub async fn give(&self, command: Command) -> Result<Accepted, Problem> {
        let who = self.principal()?;
        api::act(who, &command, self.ledger())?;
        let accepted = self.ledger().submit(command, &who.key).await?;
        self.ledger().projected(accepted.position, api::PATIENCE).await;
        Ok(accepted)
    }

    /// What stands around every page.
    pub fn frame(&self, title: impl Into<String>) -> Frame {
        let mut here = self.request.path().to_owned();
        let query = self.request.query_string().split('&');
        let kept: Vec<_> =
            query.filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
        here.push('?');
        for pair in kept {
            here.push_str(pair);
            here.push('&');
        }
        let who = self.who.as_ref().map(|who| {
            let key = self.ledger().index().find::<Key>(who.key.as_str());
            let label = key.map_or_else(|| who.key.to_string(), |key| key.state.label.to_string());
            Who {
                label,
                role: self.t().role(who.role),
                weighs: who.firm.is_some() && who.role != Role::Partner,
                is_desk: who.role == Role::Firm,
                keeps: who.role == Role::LedgerKeeper,
                reads_trade: reads_trade(who.role),
                park: who.parks.first().cloned(),
            }
        });
        Frame {
            t: self.t(),
            title: title.into(),
            section: self.request.path().split('/').nth(1).unwrap_or_default().to_owned(),
            who,
            token: self.session.as_ref().map_or(String::new(), |one| one.form_token.clone()),
            here,
            style: self.site.assets.style.clone(),
            script: self.site.assets.script.clone(),
            demo: self.ledger().is_demo(),
            origin: self.ledger().origin().to_owned(),
        }
    }

    /// Answers with a page.
    pub fn page(&self, page: &impl Template) -> Reply {
        self.page_with(StatusCode::OK, page)
    }

    pub fn page_with(&self, status: StatusCode, page: &impl Template) -> Reply {
        let text = page.render().map_err(|error| Problem::internal(&error))?;
        Ok(answer::page(status, text, &self.cookies))
    }

    /// Leads on to another page, also after a form.
    pub fn lead_to(&self, path: &str) -> Reply {
        Ok(answer::lead_to(path, &self.cookies))
    }
}

/// Whether a role has contracts and deliveries to read.
pub fn reads_trade(role: Role) -> bool {
    matches!(role, Role::Firm | Role::Park | Role::Verifier | Role::Regulator)
}

fn expect_token(right: &str, sent: &str) -> Result<(), Problem> {
    if !right.is_empty() && session::same(right, sent) {
        return Ok(());
    }
    let detail =
        "the form was not made for this session; open the page again and send it from there";
    Err(Problem::new(Fault::FormExpired, detail))
}
