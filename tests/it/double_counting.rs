//! Each route by which the same tonne could be counted twice, tried through the API: refused by its
//! name, or shown not to raise the figure.
//!
//! A trader's hop, a correction, a second scheme, an early claim, water that goes round, a credit
//! that wanders: what the rules hold one by one is held here for one ledger as its clients meet it.

use serde_json::{Value, json};

use super::http::server::{Got, Keys, Server, measured};

fn tonnes(value: &str) -> Value {
    json!({"unit": "TNE", "value": value})
}

/// A ledger with a trader's site besides the works and the mill, and a park's key for the figures.
struct Park {
    server: Server,
    keys: Keys,
    park: String,
    commands: std::cell::Cell<u32>,
}

impl Park {
    fn new() -> Park {
        let (server, keys) = Server::with_contract();
        let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
        let park = Park { server, keys, park, commands: std::cell::Cell::new(0) };
        let site = json!({
            "firm": "frm_other", "name": "yard", "park": "prk_a", "site": "sit_other",
        });
        park.take("/sites", &park.keys.other, &site);
        park
    }

    fn ask(&self, path: &str, key: &str, data: &Value) -> Got {
        self.commands.set(self.commands.get() + 1);
        let id = format!("cmd_twice-{}", self.commands.get());
        self.server.post(&format!("/api/v1{path}"), key, &id, data)
    }

    #[track_caller]
    fn take(&self, path: &str, key: &str, data: &Value) -> Value {
        self.ask(path, key, data).ok()
    }

    #[track_caller]
    fn refused(&self, path: &str, key: &str, data: &Value, code: &str) -> String {
        let got = self.ask(path, key, data);
        let status = got.status;
        got.problem(status, code)["detail"].as_str().unwrap().to_owned()
    }

    /// What the park's facts of a measure sum up to, in millionths of a unit.
    fn sum(&self, measure: &str) -> i128 {
        self.server.ledger.settle();
        let page = self.server.get("/api/v1/facts?park=prk_a&limit=200", &self.park).ok();
        assert!(page["next_cursor"].is_null(), "all facts fit on a page");
        let facts = page["items"].as_array().unwrap();
        let of_measure = facts.iter().filter(|fact| fact["measure"] == measure);
        of_measure.map(|fact| millionths(fact["quantity"]["value"].as_str().unwrap())).sum()
    }

    fn contract(&self, contract: &str, from: (&str, &str), to: (&str, &str), material: &str) {
        let data = json!({
            "contract": contract, "kind": "spot",
            "lines": [{
                "baseline_fate": "landfill", "line": 1, "material": material,
                "quantity": tonnes("1000"),
            }],
            "receiver": to.0, "supplier": from.0,
            "term": {"from": "2025-01-01", "to": "2025-12-31"},
        });
        self.take("/contracts", from.1, &data);
        self.take(&format!("/contracts/{contract}/confirm"), to.1, &json!({}));
    }

    fn step(&self, delivery: &str, step: &str, key: &str, data: &Value) {
        self.take(&format!("/deliveries/{delivery}/{step}"), key, data);
    }

    /// Dispatches, receives and accepts a load.
    fn accepted(&self, delivery: &str, contract: &str, from: &str, to: &str, net: &str) {
        let load = json!({"method": "estimated", "quantity": tonnes(net)});
        let dispatch = json!({"contract": contract, "line": 1, "measured": load});
        self.step(delivery, "dispatch", from, &dispatch);
        self.step(delivery, "receive", to, &json!({"measured": load}));
        self.step(delivery, "accept", to, &json!({}));
    }
}

fn millionths(value: &str) -> i128 {
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let digits = format!("{}{part:0<6}", whole.trim_start_matches('-'));
    let amount: i128 = digits.parse().unwrap();
    if value.starts_with('-') { -amount } else { amount }
}

fn issue(claim: &str, delivery: &str, quantity: &str) -> Value {
    json!({
        "claim": claim, "delivery": delivery, "period": {"from": "2025-01-01", "to": "2025-12-31"},
        "purpose": "avoided_disposal", "quantity": tonnes(quantity), "scheme": "Green park 2025",
    })
}

fn with(mut data: Value, more: Value) -> Value {
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    data
}

const CLAIMS: &str = "/claims";

#[test]
fn a_both_sides_claim_all_of_it() {
    let park = Park::new();
    let (works, mill) = (&park.keys.works, &park.keys.mill);
    park.server.load(&park.keys, 1);
    park.take(CLAIMS, works, &issue("clm_works", "dlv_1", "31.2"));
    let told = park.refused(CLAIMS, mill, &issue("clm_mill", "dlv_1", "31.2"), "claimed_before");
    assert!(told.contains("clm_works") && told.contains("0 TNE is left"), "{told}");
    // Nor is all of it each one's own: shares are both sides' word and one whole.
    let all = json!({"shares": [
        {"firm": "frm_works", "parts_per_million": 1_000_000},
        {"firm": "frm_mill", "parts_per_million": 1_000_000},
    ]});
    park.refused("/claims/clm_works/allocate", mill, &all, "shares_exceed_whole");
    let half = |works: u32, mill: u32| {
        json!({"shares": [
            {"firm": "frm_works", "parts_per_million": works},
            {"firm": "frm_mill", "parts_per_million": mill},
        ]})
    };
    park.take("/claims/clm_works/allocate", works, &half(999_999, 1));
    park.take("/claims/clm_works/allocate", mill, &half(1, 999_999));
    let retire = json!({"beneficiary": "us", "reason": "annual report"});
    for key in [works, mill] {
        park.refused("/claims/clm_works/retire", key, &retire, "claim_is_joint");
    }
    park.refused("/claims/clm_works/retire", &park.keys.other, &retire, "not_a_party");
}

#[test]
fn b_a_trader_claims_its_hop() {
    let park = Park::new();
    let Keys { works, mill, other } = &park.keys;
    park.contract("ctr_in", ("sit_works", works), ("sit_other", other), "mat_slag");
    park.contract("ctr_out", ("sit_other", other), ("sit_mill", mill), "mat_slag");
    park.accepted("dlv_in", "ctr_in", works, other, "100");
    park.accepted("dlv_out", "ctr_out", other, mill, "100");
    // Storing for resale is an interim recovery, and backs nothing.
    let claim = issue("clm_trader", "dlv_in", "100");
    park.refused(CLAIMS, other, &claim, "claim_exceeds_used");
    park.step("dlv_out", "use", mill, &json!({"operation": "R5"}));
    park.refused(CLAIMS, other, &issue("clm_trader", "dlv_out", "100"), "origin_needed");
    let whole = with(issue("clm_1", "dlv_out", "100"), json!({"origins": ["dlv_in"]}));
    park.refused(CLAIMS, other, &whole, "not_a_party");
    park.take(CLAIMS, mill, &whole);
    // What the claim says to have gone on was not used at the trader's, whatever it says.
    let used = json!({"operation": "R5"});
    park.refused("/deliveries/dlv_in/use", other, &used, "use_exceeds_accepted");
    park.refused(CLAIMS, works, &issue("clm_2", "dlv_in", "100"), "claim_exceeds_used");
    assert_eq!(park.sum("used"), millionths("100"), "the tonnes were used once");
    // Nobody else's desk learns of the claim, the trader's neither.
    park.server.get("/api/v1/claims/clm_1", other).problem(404, "not_found");
    let listed = park.server.get("/api/v1/claims?delivery=dlv_in", works).ok();
    assert_eq!(listed["items"][0]["claim"], "clm_1");
}

#[test]
fn c_what_is_left_of_a_by_product_is_no_fresh_generation_and_its_use_is_told_apart() {
    let park = Park::new();
    let mill = &park.keys.mill;
    park.server.load(&park.keys, 1);
    let ash = json!({
        "basis": "wet", "dimension": "mass", "firm": "frm_mill", "kind": "by_product",
        "material": "mat_ash", "name": "ash of what came in",
    });
    park.take("/materials", mill, &ash);
    let generated = |id: &str, site: &str, material: &str, value: &str, derived: bool| {
        let mut line = json!({
            "material": material, "method": "weighed", "quantity": tonnes(value),
        });
        if derived {
            line["from_by_products"] = true.into();
        }
        json!({"generation": [line], "period": "2025-02", "return": id, "site": site})
    };
    let slag = generated("ret_works", "sit_works", "mat_slag", "100", false);
    park.take("/returns", &park.keys.works, &slag);
    park.take("/returns", mill, &generated("ret_mill", "sit_mill", "mat_ash", "9", true));
    assert_eq!(park.sum("generated"), millionths("100"));
    assert_eq!(park.sum("generated_from_by_products"), millionths("9"), "it is shown apart");

    // A residue is one whether or not its return says so, and its use is told from the first one.
    let residue = json!({
        "basis": "wet", "dimension": "mass", "firm": "frm_mill", "kind": "residue",
        "material": "mat_residue", "name": "slag that was ground and left over",
    });
    park.take("/materials", mill, &residue);
    let again = generated("ret_more", "sit_mill", "mat_residue", "2", false);
    let again = with(again, json!({"period": "2025-01"}));
    park.take("/returns", mill, &again);
    assert_eq!(park.sum("generated"), millionths("100"));
    assert_eq!(park.sum("generated_from_by_products"), millionths("11"));
    let works = &park.keys.works;
    park.contract("ctr_back", ("sit_mill", mill), ("sit_works", works), "mat_residue");
    park.accepted("dlv_back", "ctr_back", mill, works, "2");
    park.step("dlv_back", "use", works, &json!({"operation": "R5"}));
    park.server.ledger.settle();
    let page = park.server.get("/api/v1/facts?park=prk_a&measure=used&limit=200", &park.park).ok();
    let used = page["items"].as_array().unwrap();
    let of_kind = |kind: &str| used.iter().filter(|fact| fact["kind"] == kind).count();
    assert_eq!((of_kind("by_product"), of_kind("residue")), (1, 1), "{page:#}");
}

#[test]
fn d_a_correction_leaves_no_first_ticket_alive() {
    let park = Park::new();
    let (works, mill) = (&park.keys.works, &park.keys.mill);
    let weighed = |net: &str| json!({"measured": measured("scl_mill", 1, net)});
    let load =
        json!({"measured": measured("scl_works", 1, "31.20"), "contract": "ctr_1", "line": 1});
    park.step("dlv_1", "dispatch", works, &load);
    park.step("dlv_1", "receive", mill, &weighed("31.20"));
    park.step("dlv_1", "accept", mill, &json!({}));
    let used = json!({"operation": "R5", "quantity": tonnes("30.21")});
    park.step("dlv_1", "use", mill, &used);
    park.take(CLAIMS, works, &issue("clm_1", "dlv_1", "30.21"));
    let ask = with(
        weighed("30.21"),
        json!({
            "correction": "cor_1", "entry": "received", "reason": "digits were swapped",
        }),
    );
    park.step("dlv_1", "corrections", mill, &ask);
    let done = park.take("/deliveries/dlv_1/corrections/cor_1/approve", works, &json!({}));
    park.server.settle(&done);
    let claim = park.server.get("/api/v1/claims/clm_1", works).ok()["item"].clone();
    assert_eq!(
        (&claim["stage"], &claim["void_cause"]),
        (&"voided".into(), &"base_corrected".into())
    );
    // The figure has the second ticket only, and the quantity is claimed anew, once.
    assert_eq!(park.sum("received"), millionths("30.21"));
    assert_eq!(park.sum("accepted"), millionths("30.21"));
    park.refused(CLAIMS, works, &issue("clm_2", "dlv_1", "31.20"), "claim_exceeds_used");
    park.take(CLAIMS, works, &issue("clm_2", "dlv_1", "30.21"));
    let retire = json!({"beneficiary": "us", "reason": "report"});
    park.refused("/claims/clm_1/retire", works, &retire, "claim_voided");
}

#[test]
fn e_one_delivery_serves_no_two_schemes_and_no_two_periods() {
    let park = Park::new();
    let works = &park.keys.works;
    park.server.load(&park.keys, 1);
    let first = issue("clm_1", "dlv_1", "31.2");
    park.take(CLAIMS, works, &first);
    let scheme = with(first.clone(), json!({"claim": "clm_2", "scheme": "Another one"}));
    park.refused(CLAIMS, works, &scheme, "claimed_before");
    let period = with(
        first.clone(),
        json!({
            "claim": "clm_2", "period": {"from": "2026-01-01", "to": "2026-12-31"},
        }),
    );
    park.refused(CLAIMS, works, &period, "claimed_before");
    // Nor by the mass balance of the site for a purpose that units were issued for.
    let content = with(first, json!({"claim": "clm_3", "purpose": "recycled_content"}));
    park.take(CLAIMS, works, &content);
    park.take("/mass-balances", &park.keys.mill, &account("mbl_1", "sit_mill", "bricks"));
    let inputs = json!({"deliveries": ["dlv_1"]});
    park.refused("/mass-balances/mbl_1/inputs", &park.keys.mill, &inputs, "claimed_before");
}

#[test]
fn f_a_load_counts_neither_at_dispatch_nor_when_it_is_rejected() {
    let park = Park::new();
    let (works, mill) = (&park.keys.works, &park.keys.mill);
    let load = json!({"method": "estimated", "quantity": tonnes("20")});
    let dispatch = json!({"contract": "ctr_1", "line": 1, "measured": load});
    park.step("dlv_1", "dispatch", works, &dispatch);
    park.refused(CLAIMS, works, &issue("clm_1", "dlv_1", "20"), "not_accepted");
    park.step("dlv_1", "receive", mill, &json!({"measured": load}));
    park.refused(CLAIMS, works, &issue("clm_1", "dlv_1", "20"), "not_accepted");
    park.step("dlv_1", "reject", mill, &json!({"reason": "too wet"}));
    park.refused(CLAIMS, works, &issue("clm_1", "dlv_1", "20"), "not_accepted");
    for measure in ["accepted", "delivered", "used"] {
        assert_eq!(park.sum(measure), 0, "{measure}");
    }
}

#[test]
fn g_water_that_goes_round_is_no_exchange_and_a_pass_backs_no_claim() {
    let park = Park::new();
    let Keys { works, mill, other } = &park.keys;
    let water = json!({
        "basis": "as_metered", "dimension": "volume", "firm": "frm_works", "kind": "utility",
        "material": "mat_water", "name": "reclaimed water",
    });
    park.take("/materials", works, &water);
    let passes = json!({"method": "metered", "quantity": {"unit": "MTQ", "value": "8000"}});
    let data = json!({
        "period": "2025-02", "recirculation": passes, "return": "ret_1", "site": "sit_works",
    });
    park.take("/returns", works, &data);
    assert_eq!(park.sum("recirculated"), millionths("8000"));
    for measure in ["accepted", "delivered", "used"] {
        assert_eq!(park.sum(measure), 0, "{measure}: a pass is in no exchange");
    }
    // Water that a firm sends round between its own sites is no exchange either.
    let second = json!({"firm": "frm_works", "name": "pond", "park": "prk_a", "site": "sit_pond"});
    park.take("/sites", works, &second);
    let volume = |value: &str| json!({"unit": "MTQ", "value": value});
    let metered = |contract: &str, delivery: &str, from: &str, to: &str, by: &str, user: &str| {
        let data = json!({
            "contract": contract, "kind": "spot",
            "lines": [{
                "baseline_fate": "discharge", "line": 1, "material": "mat_water",
                "quantity": volume("9000"),
            }],
            "receiver": to, "supplier": from,
            "term": {"from": "2025-01-01", "to": "2025-12-31"},
        });
        park.take("/contracts", by, &data);
        let confirm = format!("/contracts/{contract}/confirm");
        if by != user {
            park.take(&confirm, user, &json!({}));
        } else {
            park.ask(&confirm, user, &json!({}));
        }
        let period = json!({
            "contract": contract, "from": "2025-02-01T00:00:00.000Z", "line": 1,
            "method": "estimated", "quantity": volume("1000"), "to": "2025-02-02T00:00:00.000Z",
        });
        park.step(delivery, "record-metered-period", by, &period);
        park.step(delivery, "accept", user, &json!({}));
        park.step(delivery, "use", user, &json!({}));
    };
    let claim = |id: &str, delivery: &str, value: &str| {
        with(issue(id, delivery, "1"), json!({"quantity": volume(value)}))
    };
    metered("ctr_own", "dlv_own", "sit_works", "sit_pond", works, works);
    park.refused(CLAIMS, works, &claim("clm_1", "dlv_own", "1000"), "no_exchange");
    // What is then traded is claimed as often as it was used by another firm: once.
    metered("ctr_sold", "dlv_sold", "sit_works", "sit_mill", works, mill);
    park.refused(CLAIMS, works, &claim("clm_1", "dlv_sold", "9000"), "claim_exceeds_used");
    park.take(CLAIMS, works, &claim("clm_1", "dlv_sold", "1000"));
    park.refused(CLAIMS, mill, &claim("clm_2", "dlv_sold", "1000"), "claimed_before");
    park.refused(CLAIMS, other, &claim("clm_2", "dlv_sold", "1000"), "not_a_party");
}

fn account(balance: &str, site: &str, group: &str) -> Value {
    json!({
        "balance": balance, "conversion": "1.0", "from": "2025-01", "materials": ["mat_slag"],
        "model": "mass_balance", "months": 3, "product": "mat_slag", "product_group": group,
        "site": site,
    })
}

#[test]
fn h_credit_goes_to_no_other_site_and_no_other_group() {
    let park = Park::new();
    let mill = &park.keys.mill;
    park.server.load(&park.keys, 1);
    let second = json!({"firm": "frm_mill", "name": "kiln", "park": "prk_a", "site": "sit_kiln"});
    park.take("/sites", mill, &second);
    let open = |balance: &str, site: &str, group: &str| {
        park.take("/mass-balances", mill, &account(balance, site, group));
    };
    open("mbl_bricks", "sit_mill", "bricks");
    open("mbl_tiles", "sit_mill", "tiles");
    open("mbl_kiln", "sit_kiln", "bricks");
    let inputs = json!({"deliveries": ["dlv_1"]});
    let at = |balance: &str, what: &str| format!("/mass-balances/{balance}/{what}");
    park.refused(&at("mbl_kiln", "inputs"), mill, &inputs, "other_site");
    park.take(&at("mbl_bricks", "inputs"), mill, &inputs);
    park.refused(&at("mbl_tiles", "inputs"), mill, &inputs, "in_mass_balance");
    let output =
        |value: &str, reference: &str| json!({"quantity": tonnes(value), "reference": reference});
    for balance in ["mbl_kiln", "mbl_tiles"] {
        let any = output("0.001", "lot 1");
        park.refused(&at(balance, "outputs"), mill, &any, "mass_balance_exceeded");
    }
    let over = output("31.201", "lot 1");
    park.refused(&at("mbl_bricks", "outputs"), mill, &over, "mass_balance_exceeded");
    park.take(&at("mbl_bricks", "outputs"), mill, &output("11.2", "lot 1"));
    for (site, group) in [("sit_kiln", "bricks"), ("sit_mill", "tiles"), ("sit_kiln", "roofs")] {
        let next = with(
            account("mbl_next", site, group),
            json!({
                "continues": "mbl_bricks", "from": "2025-04",
            }),
        );
        park.refused("/mass-balances", mill, &next, "other_mass_balance");
    }
    let long = with(account("mbl_long", "sit_mill", "roofs"), json!({"months": 4}));
    park.refused("/mass-balances", mill, &long, "mass_balance_too_long");
    park.server.ledger.settle();
    let shown = park.server.get("/api/v1/mass-balances/mbl_bricks", mill).ok()["item"].clone();
    assert_eq!(
        (&shown["left"]["value"], &shown["claimed"]["value"]),
        (&"20".into(), &"11.2".into())
    );
    park.server.get("/api/v1/mass-balances/mbl_bricks", &park.keys.works).problem(404, "not_found");
    let table = park.server.get("/api/v1/mass-balances?format=csv", mill);
    assert_eq!((table.status, table.text.lines().count()), (200, 4));
}

#[test]
fn claims_are_listed_by_delivery_firm_and_stage_and_seen_by_those_they_concern() {
    let park = Park::new();
    let Keys { works, mill, other } = &park.keys;
    park.server.load(&park.keys, 1);
    park.server.load(&park.keys, 2);
    for (claim, delivery) in [("clm_1", "dlv_1"), ("clm_2", "dlv_2")] {
        park.take(CLAIMS, works, &issue(claim, delivery, "31.2"));
    }
    let all = json!({"shares": [{"firm": "frm_mill", "parts_per_million": 1_000_000}]});
    for key in [works, mill] {
        park.take("/claims/clm_2/allocate", key, &all);
    }
    let part = json!({"new_claim": "clm_3", "quantity": tonnes("1.2"), "to": "frm_other"});
    park.take("/claims/clm_2/transfer", mill, &part);
    let retire = json!({"beneficiary": "a customer", "reason": "order 17"});
    park.take("/claims/clm_3/retire", other, &retire);
    park.server.ledger.settle();
    let verifier = park.server.key("key_check", "verifier", json!({"parks": ["prk_a"]}));
    let list = |query: &str, key: &str| {
        let page = park.server.get(&format!("/api/v1/claims{query}"), key).ok();
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["claim"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for key in [works, mill, &park.park, &verifier] {
        assert_eq!(list("", key), ["clm_1", "clm_2", "clm_3"]);
    }
    assert_eq!(list("", other), ["clm_3"]);
    assert_eq!(list("?firm=frm_other", mill), ["clm_3"]);
    assert_eq!(list("?delivery=dlv_2", mill), ["clm_2", "clm_3"]);
    assert_eq!(list("?stage=retired", works), ["clm_3"]);
    assert_eq!(list("?stage=joint&purpose=avoided_disposal", works), ["clm_1"]);
    park.server.get("/api/v1/claims?stage=lost", works).problem(400, "malformed_text");
    park.server.get("/api/v1/claims/clm_1", other).problem(404, "not_found");
    let shown = park.server.get("/api/v1/claims/clm_3", &verifier).ok()["item"].clone();
    assert_eq!(shown["holdings"][0]["beneficiary"], "a customer");
    assert_eq!((&shown["from"], &shown["quantity"]), (&"clm_2".into(), &tonnes("1.2")));
    let table = park.server.get("/api/v1/claims?format=csv", works);
    assert_eq!((table.status, table.text.lines().count()), (200, 4));
}
