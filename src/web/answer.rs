//! Answers as browsers get them.
//!
//! Invariant: a page runs no script and takes no style but this program's own, is framed by nobody,
//! and is kept by no cache, because it shows what one key may see.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page.
pub fn page(status: StatusCode, text: String, cookies: &[String]) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status);
    response.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"));
    dress(&mut response, cookies);
    response.body(text)
}

/// See other: a form was taken, or the page is elsewhere.
pub fn lead_to(path: &str, cookies: &[String]) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(StatusCode::SEE_OTHER);
    response.insert_header((header::LOCATION, path));
    dress(&mut response, cookies);
    response.finish()
}

fn dress(response: &mut HttpResponseBuilder, cookies: &[String]) {
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header(("cross-origin-opener-policy", "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept-Language, Cookie"));
    for cookie in cookies {
        response.append_header((header::SET_COOKIE, &**cookie));
    }
}

/// The address to go on to after signing in: one of this program's own, else none.
pub fn own_path(path: &str) -> Option<&str> {
    let safe = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (safe && path.starts_with('/') && !path.starts_with("//")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        assert_eq!(own_path("/deliveries?stage=received"), Some("/deliveries?stage=received"));
        for path in ["", "home", "//evil.example", "https://evil.example", "/\\evil", "/a b", "/\n"]
        {
            assert_eq!(own_path(path), None, "{path}");
        }
    }
}
