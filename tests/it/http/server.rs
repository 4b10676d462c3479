//! A server over a fresh ledger, and a client that keeps status, headers and body together.

use serde_json::{Value, json};
use symbiosis_ledger::api::Running;
use symbiosis_ledger::domain::command::Command;
use symbiosis_ledger::domain::id::KeyId;
use symbiosis_ledger::domain::time::UtcMicros;
use symbiosis_ledger::ledger::{Ledger, Options, create};
use symbiosis_ledger::record::access_key::AccessKey;
use symbiosis_ledger::scenario::Step;
use symbiosis_ledger::web;
use tempfile::TempDir;

pub const DAY: &str = "2025-03-01T08:00:00.000Z";
/// After the year of the scenarios.
pub const AFTER: &str = "2026-02-01T08:00:00.000Z";

pub struct Server {
    pub ledger: Ledger,
    running: Option<Running>,
    pub base: String,
    agent: ureq::Agent,
    pub folder: TempDir,
    /// The ledger keeper's key.
    pub keeper: String,
}

/// What came back.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{self:?}"))
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }

    /// A problem detail with this status and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let media_type = self.headers.get("content-type").map(|value| value.as_bytes().to_vec());
        assert_eq!(media_type.as_deref(), Some(&b"application/problem+json"[..]), "{self:?}");
        let problem = self.json();
        assert_eq!((self.status, problem["code"].as_str()), (status, Some(code)), "{problem:#}");
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().unwrap().len() > 10, "{problem:#}");
        assert!(problem["request_id"].is_string() && problem["type"].is_string());
        problem
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}")).to_str().unwrap()
    }
}

impl Server {
    pub fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("ledger"));
        create(&options, "example.org/test", None).unwrap();
        let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
        Server::over(folder, ledger, DAY)
    }

    /// Over a ledger to which a scenario was told.
    pub fn told(origin: &str, steps: Vec<Step>) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("ledger"));
        let before = UtcMicros(steps[0].recorded_at.0 - 1);
        create(&options, origin, Some(before)).unwrap();
        let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
        let clock: Vec<_> = steps.iter().map(|step| step.recorded_at).collect();
        let commands = steps.into_iter().map(|step| step.command).collect();
        ledger.submit_all(commands, &"key_scenario".parse().unwrap(), Some(&clock));
        ledger.settle();
        Server::over(folder, ledger, AFTER)
    }

    fn over(folder: TempDir, ledger: Ledger, day: &str) -> Server {
        let key = AccessKey::from_secret("key_keeper".parse().unwrap(), [7; 32]);
        let issue = json!({
            "actor": "keeper", "id": "cmd_first-key", "occurred_at": day, "type": "issue_key",
            "data": {
                "key": "key_keeper", "label": "first", "role": "ledger_keeper",
                "secret_hash": key.secret_hash(),
            },
        });
        let command = Command::parse(&issue.to_string()).unwrap();
        let local: KeyId = "key_local".parse().unwrap();
        ledger.submit_all(vec![command], &local, None).remove(0).unwrap();
        ledger.settle();
        let running = web::serve(ledger.clone(), "127.0.0.1:0", 2, false).unwrap();
        let base = format!("http://{}", running.address());
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let (agent, keeper) = (config.new_agent(), key.reveal());
        Server { ledger, running: Some(running), base, agent, folder, keeper }
    }

    /// A server with a park, two firms with keys, and a concluded contract of by-product slag.
    pub fn with_contract() -> (Server, Keys) {
        let server = Server::start();
        let keys = server.trade();
        (server, keys)
    }

    pub fn get(&self, path: &str, key: &str) -> Got {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if !key.is_empty() {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        got(request.call())
    }

    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        got(self.agent.run(request.body(body.to_owned()).unwrap()))
    }

    /// A request and an answer that need not be text.
    pub fn exchange(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> (u16, ureq::http::HeaderMap, Vec<u8>) {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = self.agent.run(request.body(body).unwrap()).unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (status, headers, response.body_mut().read_to_vec().unwrap())
    }

    /// Where it listens, as `http://…`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A command through its typed door.
    pub fn post(&self, path: &str, key: &str, id: &str, data: &Value) -> Got {
        let body = json!({"data": data, "occurred_at": DAY}).to_string();
        self.post_text(path, key, id, &body)
    }

    pub fn post_text(&self, path: &str, key: &str, id: &str, body: &str) -> Got {
        let bearer = format!("Bearer {key}");
        let headers = [
            ("authorization", &*bearer),
            ("content-type", "application/json"),
            ("idempotency-key", id),
        ];
        self.request("POST", path, &headers, body)
    }

    /// A command that occurred after the year of the scenarios.
    pub fn post_after(&self, path: &str, key: &str, id: &str, data: &Value) -> Got {
        let body = json!({"data": data, "occurred_at": AFTER}).to_string();
        self.post_text(path, key, id, &body)
    }

    /// Issues a key by the keeper; the server makes its secret.
    pub fn key(&self, id: &str, role: &str, more: Value) -> String {
        let mut data = json!({"key": id, "label": id, "role": role});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let id = format!("cmd_{id}");
        let issued = self.post("/api/v1/keys", &self.keeper, &id, &data).ok();
        // A key opens something once its row is there.
        self.settle(&issued);
        issued["access_key"].as_str().unwrap().to_owned()
    }

    pub fn settle(&self, accepted: &Value) {
        let position = accepted["position"].as_u64().unwrap();
        self.get(&format!("/api/v1/parks?at_least={position}"), "").ok();
    }

    fn trade(&self) -> Keys {
        let keeper = &self.keeper;
        let put = |path: &str, key: &str, id: &str, data: Value| {
            self.post(&format!("/api/v1{path}"), key, id, &data).ok()
        };
        put(
            "/parks",
            keeper,
            "cmd_park",
            json!({"name": "A", "park": "prk_a", "zone": "Asia/Shanghai"}),
        );
        let firms = [
            ("frm_works", "91450802MA5GG00164"),
            ("frm_mill", "91450802MA5GG0024Y"),
            ("frm_other", "91450802MA5GG0032R"),
        ];
        for (firm, uscc) in firms {
            let data = json!({"firm": firm, "name": firm, "uscc": uscc});
            put("/firms", keeper, &format!("cmd_{firm}"), data);
        }
        let firm =
            |id: &str| self.key(&format!("key_{id}"), "firm", json!({"firm": format!("frm_{id}")}));
        let keys = Keys { works: firm("works"), mill: firm("mill"), other: firm("other") };
        for (key, name) in [(&keys.works, "works"), (&keys.mill, "mill")] {
            let data = json!({
                "firm": format!("frm_{name}"), "name": name, "park": "prk_a",
                "site": format!("sit_{name}"),
            });
            put("/sites", key, "cmd_site", data);
            let data = json!({
                "calibration": {"from": "2025-01-01", "to": "2025-12-31"}, "name": name,
                "scale": format!("scl_{name}"), "site": format!("sit_{name}"),
            });
            put("/scales", key, "cmd_scale", data);
        }
        let data = json!({
            "basis": "wet", "dimension": "mass", "firm": "frm_works", "kind": "by_product",
            "material": "mat_slag", "name": "slag",
        });
        put("/materials", &keys.works, "cmd_material", data);
        let data = json!({
            "contract": "ctr_1", "kind": "spot",
            "lines": [{
                "baseline_fate": "landfill", "line": 1, "material": "mat_slag",
                "price": {
                    "amount": {"amount": "87.65", "currency": "CNY"},
                    "direction": "receiver_pays", "per": "TNE",
                },
                "quantity": {"unit": "TNE", "value": "100"},
            }],
            "receiver": "sit_mill", "supplier": "sit_works",
            "term": {"from": "2025-01-01", "to": "2025-12-31"},
        });
        put("/contracts", &keys.works, "cmd_contract", data);
        let last = put("/contracts/ctr_1/confirm", &keys.mill, "cmd_confirm", json!({}));
        self.settle(&last);
        keys
    }

    /// Dispatches, receives, accepts and uses a load of 31.20 t; answers the last answer.
    pub fn load(&self, keys: &Keys, number: u32) -> Value {
        self.unused_load(keys, number);
        let path = format!("/api/v1/deliveries/dlv_{number}/use");
        let id = format!("cmd_use-{number}");
        self.post(&path, &keys.mill, &id, &json!({"operation": "R5"})).ok()
    }

    /// Dispatched, received and accepted.
    pub fn unused_load(&self, keys: &Keys, number: u32) -> Value {
        let path = |step: &str| format!("/api/v1/deliveries/dlv_{number}/{step}");
        let id = |step: &str| format!("cmd_{step}-{number}");
        let dispatch = dispatch(number, "31.20");
        self.post(&path("dispatch"), &keys.works, &id("out"), &dispatch).ok();
        let receive = json!({"measured": measured("scl_mill", number, "31.20")});
        self.post(&path("receive"), &keys.mill, &id("in"), &receive).ok();
        self.post(&path("accept"), &keys.mill, &id("accept"), &json!({})).ok()
    }
}

/// Access keys of the firms of a trade.
pub struct Keys {
    pub works: String,
    pub mill: String,
    /// Has no part in it.
    pub other: String,
}

pub fn measured(scale: &str, number: u32, net: &str) -> Value {
    let gross: u32 = net.replace('.', "").parse::<u32>().unwrap() + 1500;
    json!({
        "method": "weighed", "quantity": {"unit": "TNE", "value": net},
        "ticket": {
            "gross": {"unit": "TNE", "value": format!("{}.{:02}", gross / 100, gross % 100)},
            "number": format!("T{number}"), "scale": scale,
            "tare": {"unit": "TNE", "value": "15.00"},
        },
    })
}

pub fn dispatch(number: u32, net: &str) -> Value {
    json!({
        "contract": "ctr_1", "line": 1, "measured": measured("scl_works", number, net),
        "plate": "桂R 98765",
    })
}

fn got(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Got {
    let mut response = answer.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.body_mut().read_to_string().unwrap();
    Got { status, headers, text }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().unwrap();
        }
        self.ledger.close();
    }
}
