//! A firm's first month: a works that sells slag and steam to a buyer who has never heard of the
//! ledger, from a file of its weighbridge to a closed month, a backup, and its check.

use std::process::{Command, Stdio};

use encoding_rs::GB18030;
use serde_json::{Value, json};
use symbiosis_ledger::domain::time::{Day, UtcMicros};

use crate::http::server::{Got, Keys, Server};

const ROWS: usize = 200;
/// Each load is 30 t and as many kilograms as its row.
const TARE_KG: usize = 15_000;

/// The works and its buyer, who has no account.
struct Month {
    server: Server,
    keys: Keys,
    now: String,
    today: Day,
}

impl Month {
    fn begin() -> Month {
        let (server, keys) = Server::with_contract();
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let now = UtcMicros(i64::try_from(since.as_micros()).unwrap() - 5_000_000);
        let month = Month { server, keys, now: now.millis().to_string(), today: now.utc_day() };
        month.put("/counterparties", "buyer", &json!({
            "firm": "frm_buyer", "name": "Red River Cement", "park": "prk_a", "site": "sit_buyer",
            "site_name": "south gate", "uscc": "91450802MA5GG0032R",
        }));
        let material = json!({
            "basis": "as_metered", "dimension": "energy", "firm": "frm_works", "kind": "utility",
            "material": "mat_steam", "name": "steam",
        });
        month.put("/materials", "steam", &material);
        for (contract, material, quantity) in [
            ("ctr_paper", "mat_slag", json!({"unit": "TNE", "value": "10000"})),
            ("ctr_steam", "mat_steam", json!({"unit": "GV", "value": "1000"})),
        ] {
            month.paper_contract(contract, material, &quantity);
        }
        month
    }

    /// A contract that is signed on paper: the scan stands beside the log.
    fn paper_contract(&self, contract: &str, material: &str, quantity: &Value) {
        let scan = format!("%PDF-1.4 {contract}, signed in ink");
        let bearer = format!("Bearer {}", self.keys.works);
        let headers = [("authorization", &*bearer), ("content-type", "application/pdf")];
        let path = "/api/v1/attachments";
        let (status, _, body) = self.server.exchange("POST", path, &headers, scan.as_bytes());
        assert_eq!(status, 201);
        let attachment: Value = serde_json::from_slice(&body).unwrap();
        let data = json!({
            "contract": contract,
            "evidence": [{"hash": attachment["hash"], "title": "scan of the signed contract"}],
            "kind": "spot",
            "lines": [{
                "baseline_fate": "landfill", "line": 1, "material": material, "quantity": quantity,
            }],
            "receiver": "sit_buyer", "supplier": "sit_works",
            "term": {"from": "2025-01-01", "to": "2025-12-31"},
        });
        self.put("/contracts", contract, &data);
        let link = json!({
            "attachment": attachment, "evidence": format!("evd_{contract}"), "kind": "contract",
            "subject": format!("contract/{contract}"), "title": "scan of the signed contract",
        });
        self.put("/evidence", &format!("scan-{contract}"), &link);
        let read = self.get(&format!("/contracts/{contract}"));
        assert_eq!(read["item"]["stage"], "concluded");
        assert_eq!(read["item"]["confirmed_by"], json!(["supplier"]), "{read:#}");
    }

    /// A command of the works.
    fn put(&self, path: &str, id: &str, data: &Value) -> Value {
        self.by(&self.keys.works, path, id, data).ok()
    }

    fn by(&self, key: &str, path: &str, id: &str, data: &Value) -> Got {
        let body = json!({"data": data, "occurred_at": self.now}).to_string();
        let got =
            self.server.post_text(&format!("/api/v1{path}"), key, &format!("cmd_{id}"), &body);
        self.server.ledger.settle();
        got
    }

    fn get(&self, path: &str) -> Value {
        self.server.get(&format!("/api/v1{path}"), &self.keys.works).ok()
    }

    /// The weighbridge's file, as its software writes it: three rows are bad.
    fn file() -> Vec<u8> {
        let mut text =
            "磅单号,过磅时间,车号,物料名称,毛重(kg),皮重(kg),净重(kg),磅号,合同编号\r\n".to_owned();
        for row in 1..=ROWS {
            let gross = TARE_KG + 30_000 + row;
            let day = 1 + row % 28;
            let (net, scale, time) = match row {
                // The net is not gross less tare.
                50 => (30_000, "scl_works", format!("2025-03-{day:02} 09:30")),
                // No such day.
                51 => (30_000 + row, "scl_works", "2025-03-32 09:30".to_owned()),
                // No number.
                52 => (30_000 + row, "", format!("2025-03-{day:02} 09:30")),
                _ => (30_000 + row, "scl_works", format!("2025-03-{day:02} 09:30")),
            };
            text.push_str(&format!(
                "M{row:04},{time},桂R {row:05},水渣,{gross},{TARE_KG},{net},{scale},ctr_paper\r\n"
            ));
        }
        GB18030.encode(&text).0.into_owned()
    }

    fn import(&self) -> Value {
        let mapping = "%7B%22values%22%3A%7B%22material%22%3A%7B%22%E6%B0%B4%E6%B8%A3%22%3A\
                       %22mat_slag%22%7D%7D%7D";
        let path = format!("/api/v1/imports/tickets?role=sender&mapping={mapping}");
        let bearer = format!("Bearer {}", self.keys.works);
        let headers = [("authorization", &*bearer), ("content-type", "text/csv")];
        let (status, _, body) = self.server.exchange("POST", &path, &headers, &Month::file());
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        self.server.ledger.settle();
        serde_json::from_slice(&body).unwrap()
    }

    /// The works' own entry was wrong, and nobody else has stood for it: corrected at once.
    fn correct(&self, delivery: &str, number: &str, net_kg: usize) {
        let kilograms = |value: usize| json!({"unit": "KGM", "value": value.to_string()});
        let data = json!({
            "correction": format!("cor_{number}"), "entry": "dispatched",
            "measured": {
                "method": "weighed", "quantity": kilograms(net_kg),
                "ticket": {
                    "gross": kilograms(TARE_KG + net_kg), "number": number, "scale": "scl_works",
                    "tare": kilograms(TARE_KG),
                },
            },
            "reason": "a digit was typed wrongly",
        });
        let path = format!("/deliveries/{delivery}/corrections");
        self.put(&path, &format!("correct-{number}"), &data);
        let read = self.get(&format!("/deliveries/{delivery}"));
        assert_eq!(read["item"]["corrections"][0]["stage"], "applied", "{read:#}");
    }

    /// March's steam: the old meter until the 15th, the new one from then on.
    fn steam(&self) {
        let gigajoules = |value: &str| json!({"unit": "GV", "value": value});
        for meter in ["mtr_old", "mtr_new"] {
            let data = json!({
                "calibration": {"from": "2025-01-01", "to": "2025-12-31"}, "medium": "steam",
                "meter": meter, "multiplier": "1", "name": meter, "site": "sit_works",
                "unit": "GV",
            });
            self.put("/meters", meter, &data);
        }
        let (from, noon, to) =
            ("2025-02-28T16:00:00.000Z", "2025-03-15T04:00:00.000Z", "2025-03-31T16:00:00.000Z");
        let data = json!({
            "at": noon, "end": "160", "new_meter": "mtr_new", "reason": "worn out", "start": "0",
        });
        self.put("/meters/mtr_old/replace", "replace", &data);
        let data = json!({
            "contract": "ctr_steam", "from": from, "line": 1, "method": "metered",
            "quantity": gigajoules("135"),
            "segments": [
                {"end": "160", "from": from, "meter": "mtr_old", "start": "100", "to": noon},
                {"end": "75", "from": noon, "meter": "mtr_new", "start": "0", "to": to},
            ],
            "to": to,
        });
        self.put("/deliveries/dlv_steam/record-metered-period", "period", &data);
        let sheet = self.get("/contracts/ctr_steam/metered-sheet?month=2025-03");
        let segments = sheet["item"]["periods"][0]["segments"].as_array();
        assert_eq!(segments.map(Vec::len), Some(2), "{sheet:#}");
    }

    /// Asks the buyer about March, and answers as whoever opens the link does.
    fn buyer_confirms(&self, contract: &str) {
        let expires = self.today.checked_add(30).unwrap().to_string();
        let key = format!("key_{contract}");
        let data = json!({
            "expires": expires, "key": key, "label": "March, to the buyer",
            "subject": {"contract": contract, "month": "2025-03"},
        });
        let issued = self.put("/links", &key, &data);
        let link = issued["access_key"].as_str().unwrap();
        let asked = self.server.get("/api/v1/links/mine", link).ok();
        assert!(!asked["deliveries"].as_array().unwrap().is_empty(), "{asked:#}");
        // It opens nothing else, and answers no other's question.
        let others = self.server.get("/api/v1/deliveries", link).ok();
        assert_eq!(others["items"], json!([]));
        let answer = json!({"answer": "confirmed", "name": "王五"});
        let path = format!("/links/{key}/answer");
        self.by(&self.keys.mill, &path, "not-mine", &answer).problem(403, "not_permitted");
        self.by(link, &path, &format!("yes-{contract}"), &answer).ok();
        self.by(link, &path, "again", &answer).problem(401, "key_ended");
    }

    /// The park's total of a material in March, as its administration sees it.
    fn total(&self, park: &str, material: &str) -> Value {
        let path = "/api/v1/parks/prk_a/statistics/exchange-totals?from=2025-03&to=2025-03";
        let totals = self.server.get(path, park).ok();
        let items = totals["items"].as_array().unwrap().clone();
        items.into_iter().find(|item| item["material"] == material).unwrap_or_default()
    }

    /// The buyer's answer has signed the sheet; the works signs the same numbers.
    fn settle(&self, kilograms: usize) {
        let sheet = self.get("/contracts/ctr_paper/sheets/2025-03");
        assert_eq!(
            (&sheet["deliveries"], &sheet["signatures"][0]["side"]),
            (&json!(197), &json!("receiver"))
        );
        let sums = &sheet["lines"][0]["sums"];
        assert_eq!(sums["accepted"]["value"], tonnes_of(kilograms), "{sums:#}");
        let sign = json!({"deliveries": sheet["deliveries"], "lines": [sums]});
        self.put("/contracts/ctr_paper/sheets/2025-03/sign", "sign", &sign);
        let sheet = self.get("/contracts/ctr_paper/sheets/2025-03");
        assert!(sheet["settled"].is_u64(), "{sheet:#}");
    }

    /// What the environment desk hands in: 6,000 t came up, what left is told by the loads, and
    /// 20 t lie in the yard.
    fn report(&self, kilograms: usize) {
        let stated = |value: &str| {
            let quantity = json!({"unit": "TNE", "value": value});
            json!([{"material": "mat_slag", "method": "estimated", "quantity": quantity}])
        };
        self.put(
            "/returns",
            "return",
            &json!({
                "generation": stated("6000"), "period": "2025-03", "return": "ret_march",
                "site": "sit_works", "stock": stated("20"),
            }),
        );
        let span = "site=sit_works&from=2025-03&to=2025-03";
        let waste = self.get(&format!("/reports/solid-waste?{span}"));
        let flow_out = &waste["rows"][0]["flow_out"];
        assert_eq!(flow_out["amount"]["value"], tonnes_of(kilograms), "{waste:#}");
        // Each opens to its record: the loads, and two reversals with their replacements.
        assert_eq!(flow_out["entries"].as_array().map(Vec::len), Some(197 + 4));
        let tax = self.get(&format!("/reports/tax-worksheet?{span}"));
        let row = &tax["rows"][0];
        assert_eq!(row["generated"]["amount"]["value"], "6000", "{tax:#}");
        assert_eq!(row["passed_on"]["amount"]["value"], tonnes_of(kilograms), "{tax:#}");
        assert_eq!(row["used"]["status"], "not_declared", "never a zero that nobody has said");
    }
}

fn program(args: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_symbiosis"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SYMBIOSIS_")) {
        command.env_remove(name);
    }
    let output = command.args(args).stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code().unwrap(), said.concat())
}

#[test]
fn a_works_and_a_buyer_without_an_account_have_a_month_that_anyone_can_check() {
    let month = Month::begin();
    let report = month.import();
    assert_eq!((&report["accepted"], &report["wrong"]), (&json!(197), &json!(3)), "{report:#}");
    // Again, it changes nothing.
    let size = month.server.ledger.size();
    assert_eq!(month.import()["already_in"], 197);
    assert_eq!(month.server.ledger.size(), size);
    let about = |row: usize| report["rows"][row]["about"].as_str().unwrap().to_owned();
    month.correct(&about(0), "M0001", 30_101);
    month.correct(&about(1), "M0002", 29_802);
    month.steam();

    // Until the buyer speaks, all of it is the works' word alone, and says so.
    let park = month.server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    let kilograms: usize =
        (1..=ROWS).filter(|row| !(50..=52).contains(row)).map(|row| 30_000 + row).sum();
    let kilograms = kilograms + 100 - 200;
    let tonnes = json!({"basis": "wet", "unit": "TNE", "value": tonnes_of(kilograms)});
    let before = month.total(&park, "mat_slag");
    assert_eq!((&before["supplier_only"], &before["acceptances"]), (&tonnes, &json!(0)));
    for contract in ["ctr_paper", "ctr_steam"] {
        month.buyer_confirms(contract);
    }
    let after = month.total(&park, "mat_slag");
    assert_eq!((&after["accepted"], &after["acceptances"]), (&tonnes, &json!(197)), "{after:#}");
    assert_eq!(after["supplier_only"]["value"], "0", "{after:#}");
    assert_eq!(month.total(&park, "mat_steam")["accepted"]["value"], "135");

    month.settle(kilograms);
    month.report(kilograms);

    // The month closes; a late word would show in another one.
    month.by(&park, "/parks/prk_a/periods/2025-03/close", "close", &json!({})).ok();

    copied(&month.server);
}

/// Its copy is whole, and a ledger that is made from it checks.
fn copied(server: &Server) {
    let folder = server.folder.path();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (data, copy, restored) = (path("ledger"), path("copy"), path("restored"));
    let (code, said) = program(&["backup", "--data", &data, "--to", &copy]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = program(&["restore", "--from", &copy, "--data", &restored]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = program(&["check", &restored]);
    assert_eq!(code, 0, "{said}");
}

fn tonnes_of(kilograms: usize) -> String {
    let text = format!("{}.{:03}", kilograms / 1000, kilograms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
