//! A browser that keeps cookies, follows nothing, and fills forms from the pages that it was shown.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::http::server::{Got, Server};

pub struct Browser {
    base: String,
    agent: ureq::Agent,
    pub cookies: RefCell<BTreeMap<String, String>>,
    pub lang: &'static str,
}

impl Browser {
    pub fn new(server: &Server, lang: &'static str) -> Browser {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        let (agent, base) = (config.new_agent(), server.base.clone());
        Browser { base, agent, cookies: RefCell::default(), lang }
    }

    /// One that has signed in.
    pub fn signed_in(server: &Server, lang: &'static str, key: &str) -> Browser {
        let browser = Browser::new(server, lang);
        let got = browser.sign_in(key);
        assert_eq!((got.status, got.header("location")), (303, "/home"), "{got:?}");
        browser
    }

    pub fn sign_in(&self, key: &str) -> Got {
        let page = self.get("/sign-in");
        self.send("/sign-in", &[("token", &hidden(&page.text, "token")), ("key", key)])
    }

    pub fn get(&self, path: &str) -> Got {
        self.run("GET", path, "")
    }

    /// A page that must be there.
    #[track_caller]
    pub fn page(&self, path: &str) -> String {
        let got = self.get(path);
        assert_eq!(got.status, 200, "{path}: {}", got.text);
        assert_eq!(got.header("content-type"), "text/html; charset=utf-8");
        got.text
    }

    pub fn send(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
        self.run("POST", path, &pairs.collect::<Vec<_>>().join("&"))
    }

    /// A form as its page has it, with these fields filled in.
    pub fn fill(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Got {
        let own = ["token", "form", "at"].map(|name| hidden(page, name));
        let own = ["token", "form", "at"].into_iter().zip(own.iter().map(|value| &**value));
        self.send(path, &own.chain(fields.iter().copied()).collect::<Vec<_>>())
    }

    /// A form with files: of each the field, its name and its bytes.
    pub fn upload(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Got {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--Boundary\r\nContent-Disposition: form-data; name=\"{name}\"");
            body.extend_from_slice(format!("{head}\r\n\r\n{value}\r\n").as_bytes());
        }
        for (field, name, bytes) in files {
            let head = format!("Content-Disposition: form-data; name=\"{field}\"");
            let head = format!("--Boundary\r\n{head}; filename=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--Boundary--\r\n");
        self.exchange("POST", path, "multipart/form-data; boundary=Boundary", &body)
    }

    fn sent_cookies(&self) -> String {
        let cookies = self.cookies.borrow();
        let pairs = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    pub fn run(&self, method: &str, path: &str, body: &str) -> Got {
        self.exchange(method, path, "application/x-www-form-urlencoded", body.as_bytes())
    }

    fn exchange(&self, method: &str, path: &str, media_type: &str, body: &[u8]) -> Got {
        let sent = self.sent_cookies();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("accept-language", self.lang)
            .header("cookie", sent)
            .header("content-type", media_type);
        let answer = self.agent.run(request.body(body).unwrap());
        let mut response = answer.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.body_mut().read_to_string().unwrap();
        for set in headers.get_all("set-cookie") {
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let mut cookies = self.cookies.borrow_mut();
            match rest.contains("Max-Age=0") {
                true => cookies.remove(name),
                false => cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        Got { status, headers, text }
    }
}

/// The value of a field of a page's form.
#[track_caller]
pub fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).expect(name);
    rest.split('"').next().unwrap().to_owned()
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
