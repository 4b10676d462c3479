//! Who must declare what by when, who has, and what an indicator says of it.

use serde_json::{Value, json};

use super::server::{Keys, Server};

/// A method with what was generated, and an item that each site states by years.
pub fn method() -> Value {
    json!({
        "certainty": "own", "document": "Test 1", "issuer_en": "Test", "issuer_zh": "测试",
        "items": [{
            "every": "year", "item": "stock_used", "nature": "flow", "of": "site", "proven": false,
            "title_en": "Stock used", "title_zh": "利用贮存量", "unit": "TNE",
        }],
        "indicators": [
            {
                "certainty": "own", "digits": 1, "indicator": "generated", "kind": "level",
                "formula": {"measure": {"dimension": "mass", "measure": "generated"}},
                "mandatory": true, "part_of_whole": false,
                "threshold": {"bound": {"direction": "at_most", "value": "100"}},
                "title_en": "Generated", "title_zh": "产生量", "unit": {"of": "TNE", "symbol": "t"},
            },
            {
                "certainty": "own", "digits": 1, "formula": {"item": "stock_used"},
                "indicator": "stock_used", "kind": "level", "mandatory": false,
                "part_of_whole": false, "title_en": "Stock used", "title_zh": "利用贮存量",
                "unit": {"of": "TNE", "symbol": "t"},
            },
        ],
        "method": "test", "status": "in_force", "title_en": "Test", "title_zh": "测试",
        "valid_from": "2015-01-01", "version": 1,
    })
}

struct Story {
    server: Server,
    keys: Keys,
    park: String,
}

impl Story {
    fn begin() -> Story {
        let (server, keys) = Server::with_contract();
        let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
        let data = json!({"document": method()});
        server.post("/api/v1/methods", &server.keeper, "cmd_method", &data).ok();
        Story { server, keys, park }
    }

    /// Gives a command and waits for the rows; answers how many records there are then.
    fn put(&self, key: &str, path: &str, id: &str, data: &Value) -> u64 {
        let done = self.server.post(&format!("/api/v1{path}"), key, id, data).ok();
        self.server.settle(&done);
        self.server.ledger.size()
    }

    fn indicator(&self, name: &str, query: &str) -> Value {
        let path = format!("/api/v1/parks/prk_a/indicators?method=test&{query}");
        let answer = self.server.get(&path, &self.park).ok();
        let all = answer["indicators"].as_array().unwrap();
        all.iter().find(|one| one["indicator"] == name).unwrap().clone()
    }

    fn roster(&self, query: &str) -> Value {
        let path = format!("/api/v1/parks/prk_a/rosters?{query}");
        self.server.get(&path, &self.park).ok()
    }
}

#[test]
fn an_indicator_is_incomplete_until_all_on_the_roster_have_declared() {
    let story = Story::begin();
    let set = json!({
        "due": {"days_after": 10}, "of": {"theme": "generation"}, "park": "prk_a",
        "period": "2025-02", "roster": "ros_a", "sites": ["sit_works", "sit_mill"],
    });
    story
        .server
        .post("/api/v1/rosters", &story.keys.mill, "cmd_a", &set)
        .problem(403, "not_permitted");
    let before = story.server.ledger.size();
    story.put(&story.park, "/rosters", "cmd_ros", &set);
    let generation = json!({
        "generation": [{
            "material": "mat_slag", "method": "weighed",
            "quantity": {"unit": "TNE", "value": "10"},
        }],
        "period": "2025-02", "return": "ret_works", "site": "sit_works",
    });
    let half = story.put(&story.keys.works, "/returns", "cmd_ret", &generation);

    let of = |query: &str| {
        let found = story.indicator("generated", query);
        (
            found["status"].clone(),
            found["coverage_percent"].clone(),
            found["missing_places"].clone(),
        )
    };
    let missing = json!([{
        "of": {"theme": "generation"}, "parts": ["2025-02"], "roster": "ros_a", "site": "sit_mill",
    }]);
    let incomplete = (json!("incomplete"), json!("50.00"), missing);
    assert_eq!(of("period=2025-02"), incomplete);

    the_roster_tells_who_is_missing(&story);
    the_firm_is_reminded(&story);
    let zero = json!({
        "period": "2025-02", "return": "ret_mill", "site": "sit_mill",
        "zero_activity": ["generation"],
    });
    let whole = story.put(&story.keys.mill, "/returns", "cmd_zero", &zero);
    assert_eq!(of("period=2025-02"), (json!("met"), json!("100.00"), Value::Null));
    assert_eq!(of(&format!("period=2025-02&as_of={half}")), incomplete, "what stood then stays");
    assert_eq!(of(&format!("period=2025-02&as_of={before}")).1, Value::Null, "no roster yet");
    let one = |as_of: u64| {
        let path = format!("/api/v1/rosters/ros_a?day=2025-03-11&as_of={as_of}");
        story.server.get(&path, &story.park).ok()["roster"]["coverage_percent"].clone()
    };
    assert_eq!((one(half), one(whole)), (json!("50.00"), json!("100.00")));

    // Who is taken off the roster later was on it before.
    let mut more = set;
    more["sites"] = json!(["sit_works"]);
    story.put(&story.park, "/rosters", "cmd_ros2", &more);
    assert_eq!(of(&format!("period=2025-02&as_of={half}")), incomplete);
    let duties = story.server.get("/api/v1/duties", &story.keys.mill).ok();
    assert_eq!(duties["items"], json!([]));
}

fn the_roster_tells_who_is_missing(story: &Story) {
    let roster = story.roster("period=2025-02&day=2025-03-10");
    assert_eq!(roster["coverage_percent"], "50.00");
    let line = &roster["rosters"][0];
    assert_eq!(
        (&line["owed"], &line["declared"], &line["overdue"]),
        (&json!(2), &json!(1), &json!(0))
    );
    let late = story.roster("period=2025-Q1&day=2025-03-11");
    let places = &late["rosters"][0]["places"];
    assert_eq!(places[0]["declared"], json!(["2025-02"]));
    assert_eq!(
        places[1]["missing"],
        json!([{
            "due": "2025-03-10", "overdue": true, "period": "2025-02",
        }])
    );
    assert_eq!(story.roster("period=2025-01")["rosters"], json!([]));
}

fn the_firm_is_reminded(story: &Story) {
    let remind = json!({"message": "please", "period": "2025-02", "site": "sit_mill"});
    story.put(&story.park, "/rosters/ros_a/reminders", "cmd_remind", &remind);
    let duties = story.server.get("/api/v1/duties", &story.keys.mill).ok();
    let duty = &duties["items"][0];
    assert_eq!((&duty["roster"], &duty["overdue"]), (&json!("ros_a"), &json!(true)));
    assert_eq!((&duty["message"], &duty["reminders"]), (&json!("please"), &json!(1)));
    assert_eq!((&duty["reminded_on"], &duty["period"]), (&json!("2025-03-01"), &json!("2025-02")));
    let done = story.server.get("/api/v1/duties", &story.keys.works).ok();
    assert_eq!(done["items"], json!([]));
    story
        .server
        .get("/api/v1/duties?firm=frm_mill", &story.keys.works)
        .problem(403, "not_permitted");
    story.server.get("/api/v1/duties", &story.park).problem(403, "not_permitted");
    story.server.get("/api/v1/rosters/ros_a", &story.keys.mill).problem(404, "not_found");
}

#[test]
fn a_park_that_files_for_a_firm_closes_the_gap() {
    let story = Story::begin();
    let set = json!({
        "due": {"yearly": {"day": 31, "month": 3}}, "method": "test.1",
        "of": {"item": "stock_used"}, "park": "prk_a", "period": "2024", "roster": "ros_b",
        "sites": ["sit_works", "sit_mill"],
    });
    story.put(&story.park, "/rosters", "cmd_ros", &set);
    let stated = |id: &str, site: &str, value: &str| {
        json!({
            "figures": [{
                "item": "stock_used", "method": "declared", "unit": "TNE", "value": value,
            }],
            "park": "prk_a", "period": "2024", "site": site, "statement": id,
        })
    };
    assert_eq!(story.indicator("stock_used", "period=2024")["status"], "unknown");
    assert_eq!(story.indicator("stock_used", "period=2024")["coverage_percent"], "0.00");
    story.put(&story.keys.works, "/statements", "cmd_a", &stated("stm_a", "sit_works", "5"));
    let found = story.indicator("stock_used", "period=2024");
    assert_eq!((&found["status"], &found["value"]), (&json!("incomplete"), &json!("5.0")));
    assert_eq!(found["missing_places"][0]["site"], "sit_mill");
    let mut filed = stated("stm_b", "sit_mill", "7");
    let path = "/api/v1/statements";
    story.server.post(path, &story.park, "cmd_b", &filed).problem(422, "evidence_needed");
    filed["evidence"] = json!([{"hash": "ab".repeat(32), "title": "Stock book"}]);
    let whole = story.put(&story.park, "/statements", "cmd_c", &filed);
    let found = story.indicator("stock_used", "period=2024");
    assert_eq!((&found["status"], &found["value"]), (&json!("reported"), &json!("12.0")));
    assert_eq!(found["coverage_percent"], "100.00");
    // What is taken back is missing again, and was there before.
    let back = json!({"reason": "wrong", "statement": "stm_b"});
    story.put(&story.park, "/statements/stm_b/withdraw", "cmd_d", &back);
    assert_eq!(story.indicator("stock_used", "period=2024")["coverage_percent"], "50.00");
    assert_eq!(story.roster("period=2024")["coverage_percent"], "50.00");
    let then = format!("period=2024&as_of={whole}");
    assert_eq!(story.indicator("stock_used", &then)["coverage_percent"], "100.00");
    assert_eq!(story.roster(&then)["coverage_percent"], "100.00");
}
