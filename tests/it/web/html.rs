//! What every page must be: balanced tags, no code or style of its own, nothing from elsewhere.

use std::collections::BTreeSet;

const VOID: &[&str] = &["meta", "link", "input", "br"];

/// Complains about the first thing that is wrong with a page.
#[track_caller]
pub fn check(path: &str, page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut ids = BTreeSet::new();
    let rest = page.strip_prefix("<!doctype html>").unwrap_or_else(|| panic!("{path}: doctype"));
    let mut parts = rest.split('<');
    assert_eq!(parts.next().unwrap().trim(), "");
    for part in parts {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("{path}: <{part}"));
        assert!(!text.contains('>'), "{path}: a bare > behind <{tag}>");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{path}: </{name}>");
            continue;
        }
        let name = tag.split_whitespace().next().unwrap();
        if !VOID.contains(&name) {
            open.push(name);
        }
        for word in [" style=", " onclick=", " onsubmit=", "javascript:", "http://", "https://"] {
            assert!(!tag.contains(word), "{path}: <{tag}>");
        }
        assert!(name != "style", "{path}: a style of its own");
        if name == "script" {
            assert!(tag.contains("src=\"/assets/") && text.is_empty(), "{path}: <{tag}>");
        }
        if let Some((_, id)) = tag.split_once(" id=\"") {
            let id = id.split('"').next().unwrap();
            assert!(ids.insert(id), "{path}: {id} twice");
        }
    }
    assert!(open.is_empty(), "{path}: {open:?} left open");
    for form in page.split("<form").skip(1).filter(|form| form.starts_with(" method=\"post\"")) {
        let form = form.split("</form>").next().unwrap();
        assert!(form.contains("name=\"token\" value=\""), "{path}: a form without its token");
    }
    for label in page.split("<label for=\"").skip(1) {
        let id = label.split('"').next().unwrap();
        assert!(ids.contains(id), "{path}: a label for {id}, which is not there");
    }
}

#[test]
fn the_check_sees_what_is_wrong() {
    let page = |body: &str| format!("<!doctype html>\n<html><body>{body}</body></html>");
    check("/", &page("<p>a <a href=\"/b\">b</a><br></p>"));
    for bad in [
        "<p>a",
        "<p>a</b></p>",
        "<p style=\"x\">a</p>",
        "<script>x</script>",
        "<p id=\"a\"></p><p id=\"a\"></p>",
        "<form method=\"post\" action=\"/\"></form>",
        "<a href=\"https://example.org\">x</a>",
        "<label for=\"a\">x</label>",
    ] {
        let page = page(bad);
        assert!(std::panic::catch_unwind(|| check("/", &page)).is_err(), "{bad}");
    }
}
