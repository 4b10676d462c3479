//! The style sheet and the script, from this program itself.
//!
//! Invariant: an address with a digest in it never answers other bytes, so browsers may keep it.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::merkle::plain;

const STYLE: &str = include_str!("assets/style.css");
const ICON: &str = include_str!("assets/icon.svg");
const SCRIPT: &str = include_str!("assets/script.js");

/// Where both are.
pub struct Assets {
    pub style: String,
    pub script: String,
}

impl Assets {
    pub fn new() -> Assets {
        let address = |name: &str, text: &str| {
            let digest = plain(text.as_bytes()).to_string();
            format!("/assets/{name}?v={}", &digest[..12])
        };
        Assets { style: address("style.css", STYLE), script: address("script.js", SCRIPT) }
    }
}

pub fn style(query: &str) -> HttpResponse {
    asset("text/css; charset=utf-8", STYLE, query)
}

pub fn icon() -> HttpResponse {
    asset("image/svg+xml", ICON, "")
}

pub fn script(query: &str) -> HttpResponse {
    asset("text/javascript; charset=utf-8", SCRIPT, query)
}

fn asset(media_type: &'static str, text: &'static str, query: &str) -> HttpResponse {
    let kept = if query.is_empty() { "no-cache" } else { "public, max-age=31536000, immutable" };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, kept))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_small_and_nothing_comes_from_a_network() {
        assert!(SCRIPT.lines().count() < 300);
        for text in [STYLE, SCRIPT] {
            for word in ["http:", "https:", "//cdn", "@import", "url("] {
                assert!(!text.contains(word), "{word}");
            }
        }
    }
}
