//! Cookies: the session's, the language's, and the one that guards the sign-in form.
//!
//! Invariant: over TLS a cookie has the prefix `__Host-` and `Secure`, so that no other host and no
//! plain connection can set or read it. Browsers refuse that prefix on plain HTTP, so on this
//! machine's own addresses, and there only, the same cookies go without prefix and `Secure`.

use actix_web::HttpRequest;
use actix_web::http::header;

/// The id of the session.
pub const SESSION: &str = "symbiosis-session";
/// The token of a sign-in form, which must come back with it.
pub const FORM: &str = "symbiosis-form";
/// `zh` or `en`.
pub const LANG: &str = "symbiosis-lang";

/// Whether the page is read on the machine that serves it, without TLS.
pub fn is_plain_loopback(request: &HttpRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = header("host").unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let by_proxy = header("x-forwarded-proto").is_some_and(|proto| proto == "https");
    !by_proxy && (name == "localhost" || name == "::1" || name.starts_with("127."))
}

/// What the browser sent under that name.
pub fn read<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let full = full_name(request, name);
    let headers = request.headers().get_all(header::COOKIE);
    let texts = headers.filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| key.trim() == full).map(|(_, value)| value.trim())
}

/// The header's text that sets it: until the browser is closed, or for so many seconds.
pub fn set(request: &HttpRequest, name: &str, value: &str, seconds: Option<u32>) -> String {
    let secure = if is_plain_loopback(request) { "" } else { "; Secure" };
    let age = seconds.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
    let full = full_name(request, name);
    format!("{full}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
}

fn full_name(request: &HttpRequest, name: &str) -> String {
    let prefix = if is_plain_loopback(request) { "" } else { "__Host-" };
    format!("{prefix}{name}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_this_machine_s_own_plain_addresses_go_without_the_prefix() {
        for host in ["127.0.0.1:8080", "localhost", "[::1]:8080"] {
            let request = TestRequest::default().insert_header(("host", host)).to_http_request();
            let text = set(&request, SESSION, "x", None);
            assert_eq!(text, "symbiosis-session=x; Path=/; HttpOnly; SameSite=Lax");
        }
        let hosts = ["ledger.park.example", "10.0.0.7", "localhost.example", "127a.example"];
        for host in hosts {
            let request = TestRequest::default().insert_header(("host", host)).to_http_request();
            let text = set(&request, SESSION, "x", Some(0));
            let right = "__Host-symbiosis-session=x; Path=/; HttpOnly; SameSite=Lax; Secure; \
                         Max-Age=0";
            assert_eq!(text, right, "{host}");
        }
        let behind = TestRequest::default()
            .insert_header(("host", "127.0.0.1:8080"))
            .insert_header(("x-forwarded-proto", "https"))
            .to_http_request();
        assert!(set(&behind, LANG, "zh", None).starts_with("__Host-"));
    }

    #[test]
    fn a_cookie_is_read_by_its_whole_name() {
        let request = TestRequest::default()
            .insert_header(("host", "127.0.0.1"))
            .insert_header(("cookie", "xsymbiosis-lang=en; symbiosis-lang=zh; a=b"))
            .to_http_request();
        assert_eq!(read(&request, LANG), Some("zh"));
        assert_eq!(read(&request, SESSION), None);
    }
}
