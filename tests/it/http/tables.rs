//! Tables through a real socket: imports, templates, and every list as CSV and XLSX.

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};

use super::server::{Got, Server};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const SAMPLE: &[u8] = include_bytes!("../../fixtures/tickets.gb18030.csv");
/// `{"values":{"material":{"水渣":"mat_slag"}}}`
const MAPPING: &str = "mapping=%7B%22values%22%3A%7B%22material%22%3A%7B%22%E6%B0%B4%E6%B8%A3%22%3A\
                       %22mat_slag%22%7D%7D%7D";

fn post(server: &Server, key: &str, query: &str, media_type: &str, body: &[u8]) -> Got {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", &*bearer), ("content-type", media_type)];
    let path = format!("/api/v1/imports/{query}");
    let (status, headers, bytes) = server.exchange("POST", &path, &headers, body);
    Got { status, headers, text: String::from_utf8(bytes).unwrap() }
}

#[test]
fn a_ticket_file_is_rehearsed_taken_and_taken_again() {
    let (server, keys) = Server::with_contract();
    let size = server.ledger.size();
    let query = format!("tickets?{MAPPING}");
    let dry = format!("{query}&dry_run=true");
    let dry = post(&server, &keys.works, &dry, "text/csv", SAMPLE).ok();
    assert_eq!((dry["dry_run"].as_bool(), server.ledger.size()), (Some(true), size));
    let report = post(&server, &keys.works, &query, "text/csv; charset=gb18030", SAMPLE).ok();
    assert_eq!(report["encoding"], "gb18030");
    let count = |report: &Value, name: &str| report[name].as_u64().unwrap();
    let counts =
        |report: &Value| ["accepted", "already_in", "wrong"].map(|name| count(report, name));
    assert_eq!((counts(&dry), counts(&report)), ([4, 1, 8], [4, 1, 8]));
    assert_eq!(server.ledger.size(), size + 3);
    assert!(dry["rows"][0]["position"].is_null());
    assert_eq!(report["rows"][0]["position"].as_u64(), Some(size));
    let row = &report["rows"][2];
    assert_eq!((&row["row"], &row["status"]), (&json!(5), &json!("wrong")));
    assert_eq!((&row["column"], &row["header"]), (&json!("tare"), &json!("皮重（kg）")));
    assert_eq!(report["mapping"]["columns"]["gross"], "毛重(kg)");
    let again = post(&server, &keys.works, &query, "text/csv", SAMPLE).ok();
    assert_eq!((counts(&again), server.ledger.size()), ([4, 4, 8], size + 3));
    let delivery = report["rows"][0]["about"].as_str().unwrap();
    server.ledger.settle();
    let shown = server.get(&format!("/api/v1/deliveries/{delivery}"), &keys.mill).ok();
    assert_eq!(shown["item"]["dispatched"]["quantity"]["value"], "31.20");
}

#[test]
fn a_firm_imports_for_itself_only_and_what_is_no_table_is_a_problem() {
    let (server, keys) = Server::with_contract();
    let send = |key: &str, query: &str, body: &[u8]| post(&server, key, query, "text/csv", body);
    send(&server.keeper, "tickets", SAMPLE).problem(403, "not_permitted");
    send(&keys.works, "parcels", SAMPLE).problem(400, "malformed_text");
    send(&keys.works, "tickets?mapping=%5B%5D", SAMPLE).problem(422, "table_mapping");
    send(&keys.works, "tickets?sheet=a", SAMPLE).problem(422, "table_no_sheet");
    send(&keys.works, "tickets?role=x", SAMPLE).problem(400, "malformed_text");
    let problem = send(&keys.works, "tickets", b"a,b\n\xff\xff").problem(422, "table_not_text");
    assert!(problem["detail"].as_str().unwrap().starts_with("byte 4:"));
    send(&keys.works, "tickets", b"a,b\n1,2\n").problem(422, "table_no_header");
    send(&keys.works, "tickets", &vec![b' '; (20 << 20) + 1]).problem(413, "body_too_large");
    let json = post(&server, &keys.works, "tickets", "application/json", b"{}");
    json.problem(415, "unsupported_media_type");
    // Somebody else's contract is none.
    let report = send(&keys.other, &format!("tickets?{MAPPING}"), SAMPLE).ok();
    assert_eq!(
        (&report["accepted"], &report["rows"][0]["code"]),
        (&json!(0), &json!("unknown_contract"))
    );
    // A scale's key records loads of its own site, and proposes no contract.
    let scale = json!({"firm": "frm_works", "site": "sit_works"});
    let scale = server.key("key_scale", "weighbridge", scale);
    let report = send(&scale, &format!("tickets?{MAPPING}"), SAMPLE).ok();
    assert_eq!(report["accepted"], 4, "{report:#}");
    let contract = "合同号,签订日期,合同类型,供方,需方,物料,数量,单位,起始日期,终止日期,基准去向\n\
        H,2025-01-02,单次,sit_works,sit_mill,mat_slag,5,吨,2025-01-01,2025-12-31,填埋\n";
    let report = send(&scale, "contracts", contract.as_bytes()).ok();
    assert_eq!(report["rows"][0]["code"], "not_permitted");
    let report = send(&keys.works, "contracts", contract.as_bytes()).ok();
    assert_eq!(report["rows"][0]["status"], "ok", "{report:#}");
}

#[test]
fn templates_are_for_anyone_in_two_languages_and_forms() {
    let server = Server::start();
    let get = |query: &str, headers: &[(&str, &str)]| {
        let path = format!("/api/v1/imports/{query}");
        let (status, headers, bytes) = server.exchange("GET", &path, headers, b"");
        assert_eq!(status, 200, "{query}");
        (headers, bytes)
    };
    let (headers, bytes) = get("tickets/template", &[("accept-language", "zh-CN,en;q=0.5")]);
    assert_eq!(headers["content-disposition"], "attachment; filename=\"tickets.csv\"");
    assert!(String::from_utf8(bytes).unwrap().starts_with("\u{feff}磅单号,过磅时间,"));
    let (_, bytes) = get("readings/template?language=en", &[]);
    assert!(String::from_utf8(bytes).unwrap().starts_with("\u{feff}meter,from,"));
    let (headers, bytes) = get("contracts/template?format=xlsx&language=zh", &[]);
    assert_eq!(headers["content-type"], XLSX);
    let book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["合同", "说明"]);
    server.get("/api/v1/imports/parcels/template", "").problem(400, "malformed_text");
}

/// A listing whose note would be a formula.
fn with_formula(server: &Server, key: &str) {
    let listing = json!({
        "kind": "offer", "listing": "lst_1", "material": "mat_slag", "note": "=HYPERLINK(\"x\")",
        "quantity": {"unit": "TNE", "value": "12.50"}, "site": "sit_works",
    });
    server.settle(&server.post("/api/v1/listings", key, "cmd_l", &listing).ok());
}

#[test]
fn a_list_is_exported_whole_without_formulas_and_with_exact_numbers() {
    let (server, keys) = Server::with_contract();
    with_formula(&server, &keys.works);
    for number in 1..4 {
        server.load(&keys, number);
    }
    server.ledger.settle();
    let bearer = format!("Bearer {}", keys.works);
    let get = |path: &str, accept: &str| {
        let headers = [("authorization", &*bearer), ("accept", accept)];
        let (status, headers, bytes) = server.exchange("GET", path, &headers, b"");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
        (headers, bytes)
    };
    let (headers, bytes) = get("/api/v1/listings", "text/csv");
    assert_eq!(headers["content-type"], "text/csv; charset=utf-8");
    let text = String::from_utf8(bytes).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    assert!(
        header.windows(2).any(|pair| pair == ["quantity.value", "quantity.unit"]),
        "{header:?}"
    );
    let line = lines.next().unwrap();
    assert!(line.contains("\"'=HYPERLINK(\"\"x\"\")\"") && line.contains("12.50,TNE"), "{line}");
    let (headers, bytes) = get("/api/v1/deliveries?format=xlsx&contract=ctr_1", "*/*");
    assert_eq!(headers["content-disposition"], "attachment; filename=\"deliveries.xlsx\"");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range("deliveries").unwrap();
    assert_eq!(range.height(), 4);
    let place = range.rows().next().unwrap().iter().position(|cell| *cell == "accepted.value");
    assert_eq!(range.rows().nth(1).unwrap()[place.unwrap()], Data::Float(31.2));
    // What JSON answers is the same as before, and a part is no table.
    assert_eq!(
        server.get("/api/v1/deliveries?format=json&limit=2", &keys.works).ok()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let part = server.get("/api/v1/deliveries?format=csv&limit=2", &keys.works);
    part.problem(400, "malformed_parameter");
    server.get("/api/v1/deliveries?format=pdf", &keys.works).problem(400, "malformed_text");
    // Nobody gets by a table what he may not see.
    let none = server.get("/api/v1/deliveries?format=csv", &keys.other);
    assert_eq!((none.status, none.text.lines().count()), (200, 1));
    server.get("/api/v1/deliveries?format=csv", "").problem(401, "key_needed");
}

#[test]
fn a_table_has_all_pages() {
    let server = Server::start();
    let park = |id: u32| {
        json!({
            "actor": "keeper", "data": {"name": "p", "park": format!("prk_{id}"), "zone": "UTC"},
            "id": format!("cmd_{id}"), "occurred_at": "2025-03-01T08:00:00Z",
            "type": "register_park",
        })
    };
    let bearer = format!("Bearer {}", server.keeper);
    let headers = [("authorization", &*bearer), ("content-type", "application/json")];
    let parks: Vec<_> = (0..450).map(park).collect();
    let got = server.request("POST", "/api/v1/commands", &headers, &json!(parks).to_string());
    assert_eq!(got.status, 200);
    server.ledger.settle();
    let got = server.get("/api/v1/parks?format=csv", "");
    assert_eq!((got.status, got.text.lines().count()), (200, 451));
}

/// The address of a collection, with all that it needs.
fn query_of(path: &str) -> String {
    let of_months = ["/statistics/", "/totals", "/levers", "/parks/{park}/facilities", "/shares"];
    let month = if of_months.iter().any(|part| path.contains(part)) { "2025-03" } else { "" };
    let place = path.replace("{site}", "sit_mill").replace("{material}", "mat_slag");
    let place = place.replace("{facility}", "fac_store");
    let place = place.replace("{contract}", "ctr_1").replace("{month}", "2025-03");
    let mut query = format!("{}?format=", place.replace("{park}", "prk_a"));
    if !month.is_empty() {
        query = query.replace('?', &format!("?from={month}&to={month}&"));
    }
    if path.contains("/indicators/") {
        let asked = "?method=example&period=2025&leaf=0&";
        return query.replace("{indicator}", "solid_waste_utilisation").replace('?', asked);
    }
    if path.contains("/avoided/") {
        return query.replace('?', "?period=2025&");
    }
    if path.ends_with("/facts") && month.is_empty() || path.ends_with("/totals") {
        query = query.replace('?', "?park=prk_a&");
    }
    if path.contains("/reports/") {
        query = query.replace('?', "?site=sit_mill&from=2025-03&to=2025-03&");
    }
    query
}

/// An account of what lies at the mill.
fn with_account(server: &Server, key: &str) {
    let survey = json!([{"hash": "11".repeat(32), "title": "survey"}]);
    let quantity = json!({"unit": "TNE", "value": "1"});
    let open = json!({"evidence": survey, "method": "estimated", "quantity": quantity});
    server.post("/api/v1/stock/sit_mill/mat_slag/open", key, "cmd_open", &open).ok();
}

/// A store that the park runs.
fn with_store(server: &Server) {
    let store = json!({
        "capacity": {"unit": "TNE", "value": "1"}, "facility": "fac_store", "from": "2025-01-01",
        "kind": "storage", "name": "store", "park": "prk_a", "per": "day",
    });
    server.post("/api/v1/facilities", &server.keeper, "cmd_store", &store).ok();
}

/// What must be there as a table.
const TABLES: [&str; 26] = [
    "catalogues",
    "claims",
    "contracts",
    "contracts/{contract}/sheets/{month}",
    "deliveries",
    "facilities",
    "facilities/{facility}/shares",
    "facts",
    "firms",
    "keys",
    "listings",
    "mass-balances",
    "materials",
    "meters",
    "parks",
    "parks/{park}/facilities",
    "parks/{park}/levers",
    "parks/{park}/levers/facts",
    "parks/{park}/periods",
    "permits",
    "returns",
    "scales",
    "sites",
    "stock",
    "stock/{site}/{material}/entries",
    "totals",
];

#[test]
fn every_collection_is_exported_in_both_forms() {
    let (server, keys) = Server::with_contract();
    with_account(&server, &keys.mill);
    server.load(&keys, 1);
    let method = json!({"document": symbiosis_ledger::domain::samples::method()});
    server.post("/api/v1/methods", &server.keeper, "cmd_method", &method).ok();
    let park = server.key("key_park", "park", json!({"parks": ["prk_a"]}));
    with_store(&server);
    server.ledger.settle();
    let document: Value = serde_json::from_str(&symbiosis_ledger::api::openapi()).unwrap();
    let mut exported = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let content = &item["get"]["responses"]["200"]["content"];
        let schema = content["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
        let schema = schema.rsplit('/').next().unwrap();
        let pages =
            !document["components"]["schemas"][schema]["properties"]["next_cursor"].is_null();
        // Records of the log are for programs that prove, and stand there as they are stored.
        assert!(
            !pages || content["text/csv"].is_object() || path.starts_with("/api/v1/log/"),
            "{path}"
        );
        let is_file = path.contains("/imports/") || path.contains("/attachments/");
        if content["text/csv"].is_null() || is_file {
            continue;
        }
        let query = query_of(path);
        let key = match path.contains("/keys") || path.contains("/listings") {
            true => &keys.works,
            false => &park,
        };
        let bearer = format!("Bearer {key}");
        let get = |form: &str| {
            let path = format!("{query}{form}");
            let got = server.exchange("GET", &path, &[("authorization", &*bearer)], b"");
            assert_eq!(got.0, 200, "{path} {}", String::from_utf8_lossy(&got.2));
            got.2
        };
        let text = String::from_utf8(get("csv")).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(get("xlsx"))).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        let header = text.trim_start_matches('\u{feff}').lines().next().unwrap();
        assert_eq!(header.split(',').count(), range.width(), "{path}");
        exported.insert(path.trim_start_matches("/api/v1/").to_owned());
    }
    for path in TABLES {
        assert!(exported.contains(path), "{path}: {exported:?}");
    }
}
