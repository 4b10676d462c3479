//! Errors, in the dress of the other pages.
//!
//! Invariant: the code is the API's, and stays; its sentence is in the reader's language.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

use crate::api::{Fault, Problem};
use crate::web::frame::Frame;
use crate::web::messages::{Lang, reason};
use crate::web::visit::Visit;

/// Why something was not done, for a page or for a field of a form.
#[derive(Clone, Debug)]
pub struct Said {
    pub code: String,
    /// In the reader's language.
    pub sentence: String,
    /// What exactly is wrong here, where that is known in English only.
    pub english: Option<String>,
}

impl Said {
    pub fn of(problem: &Problem, lang: Lang) -> Said {
        let Some((name, message)) = problem.parameter.as_deref() else {
            return Said::told(&problem.code, &problem.detail, lang);
        };
        // Whoever fills in a form knows its fields by what stands beside them.
        let t = lang.messages();
        let mut said = Said::told(&problem.code, message, lang);
        said.sentence = format!("{}{}{}", t.field(name).unwrap_or(name), t.colon, said.sentence);
        said
    }

    /// From a code, and what it means here in English.
    pub fn told(code: &str, detail: &str, lang: Lang) -> Said {
        let (code, detail) = (code.to_owned(), detail.to_owned());
        match (lang, reason(&code)) {
            (Lang::Zh, Some(sentence)) => {
                Said { code, sentence: sentence.to_owned(), english: Some(detail) }
            }
            (Lang::Zh | Lang::En, _) => Said { code, sentence: detail, english: None },
        }
    }
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct Page {
    f: Frame,
    said: Said,
    status: u16,
    request_id: String,
}

/// The page of a problem; who has not signed in is led there.
pub fn answer(visit: &mut Visit<'_>, problem: &Problem) -> HttpResponse {
    let asks = matches!(visit.request.method().as_str(), "GET" | "HEAD");
    if problem.code == Fault::KeyNeeded.code() && asks {
        let path = visit.request.uri().to_string();
        let next = form_encoded(&path);
        if let Ok(answer) = visit.lead_to(&format!("/sign-in?next={next}")) {
            return answer;
        }
    }
    let t = visit.t();
    let title = match problem.status {
        StatusCode::NOT_FOUND => t.trouble_not_found,
        StatusCode::FORBIDDEN => t.trouble_forbidden,
        status if status.is_server_error() => t.trouble_server,
        _ => t.trouble_other,
    };
    let page = Page {
        f: visit.frame(title),
        said: Said::of(problem, visit.lang),
        status: problem.status.as_u16(),
        request_id: problem.request_id.clone(),
    };
    match visit.page_with(problem.status, &page) {
        Ok(mut answer) => {
            if let Some(allow) = problem.header(&header::ALLOW) {
                answer.headers_mut().insert(header::ALLOW, allow);
            }
            answer
        }
        Err(problem) => problem.response(),
    }
}

/// A text as one value of a query.
pub fn form_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
