//! From a request's method and address to what answers it.
//!
//! Addresses are looked up by their collection, then segment by segment: a server that answers tens
//! of thousands of commands a second has no time for patterns.
//!
//! Invariant: an address that is there but does not take the method is a 405 that says what it
//! takes; HEAD is GET without a body; anything else is a 404.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse};

use crate::api::Api;
use crate::api::call::Call;
use crate::api::fault::Fault;
use crate::api::operation::{Endpoint, Operation};
use crate::api::pages::Pages;
use crate::api::problem::Problem;
use crate::api::server::Site;

/// What all addresses of the API begin with.
const BASE: &str = "/api/v1/";

/// Programs that ask for a version which is not there are answered as programs.
const ALL_VERSIONS: &str = "/api";

/// All addresses.
pub struct Router {
    api: Arc<Api>,
    pages: Pages,
    site: Option<Arc<dyn Site>>,
    /// By what follows [`BASE`]: `deliveries`.
    collections: HashMap<&'static str, Vec<Route>>,
}

/// One address, as `/api/v1/parks/{park}`, and what it takes.
struct Route {
    path: &'static str,
    get: Option<Rc<Endpoint>>,
    post: Option<Rc<Endpoint>>,
}

impl Router {
    pub fn new(api: Arc<Api>, operations: Vec<Operation>, site: Option<Arc<dyn Site>>) -> Router {
        let mut collections: HashMap<&'static str, Vec<Route>> = HashMap::new();
        for operation in operations {
            let (path, gets) = (operation.path, operation.gets());
            let routes = collections.entry(collection(path).expect("our own")).or_default();
            let place = routes.iter().position(|route| route.path == path);
            let place = place.unwrap_or_else(|| {
                routes.push(Route { path, get: None, post: None });
                routes.len() - 1
            });
            let endpoint = Some(Rc::new(operation.into_endpoint()));
            let route = &mut routes[place];
            let before = if gets { &mut route.get } else { &mut route.post };
            assert!(before.is_none(), "two operations at {path}");
            *before = endpoint;
        }
        Router { pages: Pages::new(&api), site, api, collections }
    }

    /// Answers a request, whatever it asks for.
    pub async fn answer(&self, request: HttpRequest, payload: Payload) -> HttpResponse {
        let normal = normalised(request.path());
        let path = normal.as_deref().unwrap_or(request.path());
        let Some(collection) = collection(path) else {
            let answered = self.page(path, request.method());
            let site = self.site.as_ref().filter(|_| !path.starts_with(ALL_VERSIONS));
            return match (answered, site) {
                (Some(answered), _) => answered,
                (None, Some(site)) => site.answer(request, payload).await,
                (None, None) => no_such_address(),
            };
        };
        let routes = self.collections.get(collection).map_or(&[][..], Vec::as_slice);
        let Some(route) = routes.iter().find(|route| matches(route.path, path)) else {
            return no_such_address();
        };
        let Some(endpoint) = route.endpoint(request.method()) else {
            return method_not_allowed(route.path, &route.allow());
        };
        let endpoint = Rc::clone(endpoint);
        let call = Call::new(&self.api, request, payload, route.path, normal);
        match endpoint.answer(call).await {
            Ok(response) => response,
            Err(problem) => problem.response(),
        }
    }

    fn page(&self, path: &str, method: &Method) -> Option<HttpResponse> {
        let page = self.pages.answer(path)?;
        Some(match *method {
            Method::GET | Method::HEAD => page,
            _ => method_not_allowed(path, GET),
        })
    }
}

const GET: &str = "GET, HEAD";
const POST: &str = "POST";

impl Route {
    fn endpoint(&self, method: &Method) -> Option<&Rc<Endpoint>> {
        match *method {
            Method::GET | Method::HEAD => self.get.as_ref(),
            Method::POST => self.post.as_ref(),
            _ => None,
        }
    }

    fn allow(&self) -> String {
        let methods = [self.get.as_ref().map(|_| GET), self.post.as_ref().map(|_| POST)];
        methods.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// The collection that an address of the API is in.
fn collection(path: &str) -> Option<&str> {
    path.strip_prefix(BASE)?.split('/').next()
}

/// Whether an address is of this form.
fn matches(form: &str, path: &str) -> bool {
    let (mut form, mut path) = (form.split('/'), path.split('/'));
    loop {
        match (form.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(segment)) if part == segment => {}
            (Some(part), Some(segment)) if part.starts_with('{') && !segment.is_empty() => {}
            _ => return false,
        }
    }
}

/// What stands in an address where its form has this place, as `park` in `/parks/{park}`.
pub fn place<'a>(form: &str, path: &'a str, name: &str) -> Option<&'a str> {
    let is_place = |part: &str| {
        part.strip_prefix('{').and_then(|part| part.strip_suffix('}')).is_some_and(|it| it == name)
    };
    form.split('/').zip(path.split('/')).find(|(part, _)| is_place(part)).map(|(_, text)| text)
}

/// The address with those characters plain that need no escape, if any of them is escaped
/// (RFC 3986, 6.2.2.2). The others stay escaped, so an escaped slash never parts segments.
fn normalised(path: &str) -> Option<String> {
    if !path.contains('%') {
        return None;
    }
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(code, 16).ok());
        let unreserved = code.filter(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(byte));
        let length = match unreserved {
            Some(byte) => {
                plain.push(char::from(byte));
                3
            }
            None => {
                plain.push('%');
                1
            }
        };
        rest = &rest[at + length..];
    }
    plain.push_str(rest);
    Some(plain)
}

fn method_not_allowed(path: &str, allow: &str) -> HttpResponse {
    let problem = Problem::new(Fault::MethodNotAllowed, format!("{path} takes {allow}"));
    let allow = header::HeaderValue::from_str(allow).expect("methods are visible ASCII");
    problem.with_header(header::ALLOW, allow).response()
}

fn no_such_address() -> HttpResponse {
    let detail = "there is nothing at this address; /docs/ lists all";
    Problem::new(Fault::NotFound, detail).response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::api::operations;

    #[test]
    fn an_address_is_matched_segment_by_segment() {
        let form = "/api/v1/parks/{park}/periods/{period}";
        assert!(matches(form, "/api/v1/parks/prk_a/periods/2025-03"));
        for other in [
            "/api/v1/parks/prk_a/periods",
            "/api/v1/parks/prk_a/periods/",
            "/api/v1/parks//periods/2025-03",
            "/api/v1/parks/prk_a/periods/2025-03/",
            "/api/v1/parks/prk_a/months/2025-03",
        ] {
            assert!(!matches(form, other), "{other}");
        }
        let path = "/api/v1/parks/prk_a/periods/2025-03";
        assert_eq!(place(form, path, "park"), Some("prk_a"));
        assert_eq!(place(form, path, "period"), Some("2025-03"));
        assert_eq!(place(form, path, "firm"), None);
    }

    #[test]
    fn needless_escapes_are_undone_and_no_others() {
        assert_eq!(normalised("/api/v1/parks"), None);
        for (escaped, plain) in [
            ("/%61pi/prk%5Fa%2dB", "/api/prk_a-B"),
            ("/a%2Fb%20c", "/a%2Fb%20c"),
            ("/a%", "/a%"),
            ("/a%4", "/a%4"),
            ("/a%zz%€", "/a%zz%€"),
            ("/%25%36%31", "/%2561"),
        ] {
            assert_eq!(normalised(escaped).as_deref(), Some(plain), "{escaped}");
        }
    }

    #[test]
    fn no_address_could_be_another_s() {
        let operations = operations();
        for one in &operations {
            for other in &operations {
                let like = one.path.replace(['{', '}'], "x");
                let clash = one.path != other.path && matches(other.path, &like);
                assert!(!clash, "{} and {}", one.path, other.path);
            }
        }
    }
}
