//! The procedure of a programme as a whole story, and the self-report from the log.

use serde_json::{Value, json};

use super::rosters::method;
use super::server::Server;
use crate::cli::{ends, json as run_json, stdout};

struct Story {
    server: Server,
    park: String,
}

fn ruling() -> Value {
    json!({"authority": "Ministry", "evidence": [{"hash": "ab".repeat(32), "title": "Decision"}]})
}

impl Story {
    /// With a method, figures of 2020 and 2024, a roster and an application.
    fn begin() -> Story {
        let (server, keys) = Server::with_contract();
        let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
        let data = json!({"document": method()});
        server.post("/api/v1/methods", &server.keeper, "cmd_method", &data).ok();
        let story = Story { server, park };
        for (id, period, site, value) in
            [("stm_base", "2020", "sit_works", "50"), ("stm_now", "2024", "sit_works", "80")]
        {
            let data = json!({
                "figures": [{
                    "item": "stock_used", "method": "declared", "unit": "TNE", "value": value,
                }],
                "park": "prk_a", "period": period, "site": site, "statement": id,
            });
            story.put(&keys.works, "/statements", &format!("cmd_{id}"), &data);
        }
        let roster = json!({
            "due": {"yearly": {"day": 31, "month": 3}}, "of": {"item": "stock_used"},
            "park": "prk_a", "period": "2024", "roster": "ros_a",
            "sites": ["sit_works", "sit_mill"],
        });
        story.put(&story.park, "/rosters", "cmd_ros", &roster);
        story
    }

    /// Gives a command and waits for the rows; answers the position of its record.
    fn put(&self, key: &str, path: &str, id: &str, data: &Value) -> u64 {
        let done = self.server.post(&format!("/api/v1{path}"), key, id, data).ok();
        self.server.settle(&done);
        done["position"].as_u64().unwrap()
    }

    /// What the park does.
    fn files(&self, step: &str, data: Value) -> u64 {
        let path = format!("/participations/prg_a/{step}");
        let id = format!("cmd_{step}-{}", self.server.ledger.size());
        self.put(&self.park, &path, &id, &data)
    }

    /// What the authority decides, as the keeper records it.
    fn decides(&self, step: &str, mut data: Value) -> u64 {
        data["ruling"] = ruling();
        let path = format!("/participations/prg_a/{step}");
        let id = format!("cmd_{step}-{}", self.server.ledger.size());
        self.put(&self.server.keeper, &path, &id, &data)
    }

    fn named(&self) {
        let apply = json!({"method": "test.1", "park": "prk_a", "participation": "prg_a"});
        self.put(&self.park, "/participations", "cmd_apply", &apply);
        let plan = json!({
            "base_year": 2020, "end_year": 2026, "method": "test.1", "mid_year": 2024,
            "statements": ["stm_base"],
            "targets": [{
                "end": {"direction": "at_least", "value": "90"}, "indicator": "stock_used",
                "mid": {"direction": "at_least", "value": "70"},
            }],
        });
        self.files("plan", json!({"plan": plan}));
        self.decides("approve-plan", json!({}));
        self.decides("accept", json!({"accepted": true}));
        self.decides("name", json!({"term": {"from": "2025-01-01", "to": "2027-12-31"}}));
    }

    fn shown(&self) -> Value {
        self.server.get("/api/v1/participations/prg_a", &self.park).ok()["item"].clone()
    }

    fn indicators(&self, query: &str) -> Value {
        self.server.get(&format!("/api/v1/parks/prk_a/indicators?{query}"), &self.park).ok()
    }
}

fn stock_used(answer: &Value) -> &Value {
    let all = answer["indicators"].as_array().unwrap();
    all.iter().find(|one| one["indicator"] == "stock_used").unwrap()
}

#[test]
fn a_park_is_named_reports_is_warned_and_rectifies() {
    let story = Story::begin();
    let before = story.server.ledger.size();
    story.named();
    // The park can't decide on itself.
    let path = "/api/v1/participations/prg_a/warn";
    let warn = json!({"deadline": "2025-06-30", "reason": "missed", "ruling": ruling()});
    story.server.post(path, &story.park, "cmd_warn", &warn).problem(403, "not_permitted");
    let rectify = json!({
        "evidence": [{"hash": "cd".repeat(32), "title": "Report"}], "statement": "mended",
    });
    let path = "/api/v1/participations/prg_a/rectify";
    story.server.post(path, &story.park, "cmd_early", &rectify).problem(409, "wrong_stage");
    let regulator = story.server.key("key_regulator", "regulator", json!({"parks": ["prk_a"]}));
    story.server.post(path, &regulator, "cmd_reg", &rectify).problem(403, "not_permitted");
    assert_eq!(story.server.get("/api/v1/participations/prg_a", &regulator).status, 200);
    let other = story.server.key("key_desk", "firm", json!({"firm": "frm_other"}));
    story.server.get("/api/v1/participations/prg_a", &other).problem(404, "not_found");

    the_plan_sets_base_year_and_targets(&story, before);
    let filed = json!({
        "evidence": [{"hash": "ab".repeat(32), "title": "Stock book"}],
        "figures": [{"item": "stock_used", "method": "declared", "unit": "TNE", "value": "0"}],
        "park": "prk_a", "period": "2024", "site": "sit_mill", "statement": "stm_mill",
    });
    story.put(&story.park, "/statements", "cmd_mill", &filed);
    let report = story.files("annual-reports", json!({"period": "2024"}));
    let back = json!({"reason": "wrong", "statement": "stm_mill"});
    story.put(&story.park, "/statements/stm_mill/withdraw", "cmd_back", &back);
    let pinned = story.indicators(&format!("participation=prg_a&period=2024&as_of={report}"));
    let target = stock_used(&pinned)["target"].clone();
    assert_eq!((&target["mid"]["met"], &target["end"]["met"]), (&json!(true), &json!(false)));
    assert_eq!(
        (&target["mid"]["year"], &target["end"]["bound"]["value"]),
        (&json!(2024), &json!("90"))
    );

    story.decides("evaluate", json!({"period": "2024", "result": "failed"}));
    story.decides("warn", json!({"deadline": "2025-06-30", "reason": "missed"}));
    let shown = story.shown();
    assert_eq!(
        (&shown["stage"], &shown["warning"]["deadline"]),
        (&json!("warned"), &json!("2025-06-30"))
    );
    assert_eq!(shown["evaluations"][0]["as_of"], report);
    story.files("rectify", rectify);
    let shown = story.shown();
    assert_eq!((&shown["stage"], &shown["warning"]), (&json!("named"), &Value::Null));
    let stages = shown["history"].as_array().unwrap().iter().map(|one| one["stage"].clone());
    let stages: Vec<_> = stages.collect();
    let all = ["applied", "planned", "approved", "accepted", "named", "warned", "named"];
    assert_eq!(json!(stages), json!(all));
    let list = story.server.get("/api/v1/participations?stage=named&method=test", &story.park).ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let list = story.server.get("/api/v1/participations?stage=revoked", &story.park).ok();
    assert_eq!(list["items"], json!([]));
    annual(&story, report);
}

fn the_plan_sets_base_year_and_targets(story: &Story, before: u64) {
    // Base year, choices and targets are those of the only active participation.
    let answer = story.indicators("method=test&period=2024");
    assert_eq!((&answer["participation"], &answer["base_year"]), (&json!("prg_a"), &json!(2020)));
    let found = stock_used(&answer);
    assert_eq!(found["status"], "incomplete");
    assert_eq!(found["target"]["mid"].get("met"), None, "with a gap nothing is met");
    let then = story.indicators(&format!("method=test&period=2024&as_of={before}"));
    assert_eq!((then.get("participation"), then.get("base_year")), (None, None));
    let own = story.indicators("method=test&period=2024&base_year=2019");
    assert_eq!((own.get("participation"), &own["base_year"]), (None, &json!(2019)));
    let get = |query: &str| {
        story.server.get(&format!("/api/v1/parks/prk_a/indicators?{query}"), &story.park)
    };
    get("participation=prg_a&period=2024&base_year=2019").problem(400, "malformed_parameter");
    get("participation=prg_none&period=2024").problem(404, "not_found");
    get("period=2024").problem(400, "missing_parameter");
}

/// The self-report says what the API says as of the filed report.
fn annual(story: &Story, report: u64) {
    let data = story.server.folder.path().join("ledger");
    let args = |period: &'static str| {
        ["report", "--data", data.to_str().unwrap(), "--annual", "prg_a", "--period", period]
            .map(str::to_owned)
    };
    let run = |period| {
        let args = args(period);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        stdout(&ends(0, &args)).to_owned()
    };
    let of_2024 = args("2024");
    let found = run_json(&of_2024.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((&found["as_of"], &found["filed"]), (&json!(report), &json!(true)));
    let path = format!("participation=prg_a&period=2024&as_of={report}");
    // A position has a root once a checkpoint covers it, which follows within a second or so.
    let mut root = json!(null);
    for _ in 0..600 {
        root = story.indicators(&path)["root"].clone();
        if !root.is_null() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(found["root"], root);
    let line = stock_used(&found);
    assert_eq!((&line["base_value"], &line["value"]), (&json!("50.0"), &json!("80.0")));
    assert_eq!(
        (&line["coverage_percent"], &line["status"]),
        (&json!("100.00"), &json!("reported"))
    );
    let text = run("2024");
    assert!(text.contains("80.0 t (2020: 50.0)"), "{text}");
    assert!(text.contains("target 2024 >= 70 met, target 2026 >= 90 not met"), "{text}");
    let open = run("2023");
    assert!(open.contains("not filed yet"), "{open}");
}

#[test]
fn a_park_whose_name_is_revoked_appeals() {
    let story = Story::begin();
    story.named();
    story.decides("revoke", json!({"appeal_by": "2025-09-30", "reason": "grave"}));
    assert_eq!(story.shown()["stage"], "revoked");
    let answer = story.indicators("method=test&period=2024");
    assert_eq!(answer.get("participation"), None, "it is active no more");
    story.files("appeal", json!({"grounds": "figures were wrong"}));
    story.decides("decide-appeal", json!({"granted": true}));
    let shown = story.shown();
    assert_eq!((&shown["stage"], &shown["appeal_by"]), (&json!("named"), &Value::Null));
    let answer = story.indicators("method=test&period=2024");
    assert_eq!(answer["participation"], "prg_a");
}
