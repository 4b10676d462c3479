//! Whole tables, read and decided over a real ledger.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use crate::api::run_table;
use crate::domain::command::Command;
use crate::domain::state::{Contract, Delivery};
use crate::domain::states::States as _;
use crate::ledger::Ledger;
use crate::ledger::tests::made as made_folder;
use crate::ledger::tests::story::{ask, key, opening};
use crate::table::write::Out;
use crate::table::{
    Format, Kind, Mapping, Report, RowReport, RowStatus, Sink, TableError, Wanted, read,
};

const SAMPLE: &[u8] = include_bytes!("../../tests/fixtures/tickets.gb18030.csv");
const SAMPLE_MAPPING: &str = include_str!("../../schemas/examples/tickets-mapping.json");

struct Ground {
    ledger: Ledger,
    _folder: tempfile::TempDir,
}

impl Ground {
    fn open(more: Vec<Command>) -> Ground {
        let folder = tempfile::tempdir().unwrap();
        let options = made_folder(folder.path());
        let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
        for answer in ledger.submit_all([opening(), more].concat(), &key(), None) {
            answer.unwrap();
        }
        ledger.settle();
        Ground { ledger, _folder: folder }
    }

    fn table(&self, wanted: &Wanted, bytes: &[u8], dry: bool) -> Result<Report, TableError> {
        self.ledger.settle();
        let plan = read(bytes, wanted, self.ledger.index())?;
        Ok(run_table(&self.ledger, plan, &key(), dry, |_| None))
    }

    fn run(&self, wanted: &Wanted, text: &str) -> Report {
        self.table(wanted, text.as_bytes(), false).unwrap()
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.ledger.close();
    }
}

fn wanted(kind: Kind, firm: &str, mapping: &str) -> Wanted {
    let mapping = match mapping {
        "" => Mapping::default(),
        mapping => Mapping::parse(mapping, kind).unwrap(),
    };
    Wanted { kind, mapping, sheet: None, role: None, firm: firm.parse().unwrap() }
}

fn works() -> Wanted {
    wanted(Kind::Tickets, "frm_works", SAMPLE_MAPPING)
}

/// Row, column and code of each row that is wrong.
fn wrong(report: &Report) -> Vec<(u64, &str, &str)> {
    let rows = report.rows.iter().filter(|row| row.status == RowStatus::Wrong);
    let text = |text: &'_ Option<String>| text.as_deref().map_or("", |text| text).len();
    rows.map(|row| {
        assert!(text(&row.message) > 15, "{row:?}");
        (row.row, row.column.as_deref().unwrap_or(""), row.code.as_deref().unwrap())
    })
    .collect()
}

/// A rehearsal and a run say the same of each row, but for where in the log something stands.
fn assert_same(rehearsed: &Report, report: &Report) {
    let bare = |report: &Report| -> Vec<RowReport> {
        let rows = report.rows.iter().cloned();
        rows.map(|row| RowReport { message: None, position: None, ..row }).collect()
    };
    assert_eq!(bare(rehearsed), bare(report));
}

const SAMPLE_WRONG: [(u64, &str, &str); 8] = [
    (5, "tare", "net_is_not_gross_less_tare"),
    (6, "net", "net_is_not_gross_less_tare"),
    (7, "weighed_at", "malformed_time"),
    (8, "contract", "unknown_contract"),
    (9, "gross", "malformed_number"),
    (10, "material", "unknown_material"),
    (11, "ticket", "missing_member"),
    (13, "ticket", "command_id_reused"),
];

#[test]
fn a_gb18030_file_goes_in_but_for_its_bad_rows_and_again_changes_nothing() {
    let ground = Ground::open(Vec::new());
    let size = ground.ledger.size();
    let rehearsed = ground.table(&works(), SAMPLE, true).unwrap();
    assert_eq!(ground.ledger.size(), size, "a rehearsal writes nothing");
    let report = ground.table(&works(), SAMPLE, false).unwrap();
    assert_eq!(wrong(&report), SAMPLE_WRONG);
    assert_same(&rehearsed, &report);
    assert_eq!((report.accepted, report.already_in, report.skipped), (4, 1, 1));
    assert_eq!(report.encoding.as_deref(), Some("gb18030"));
    assert_eq!(report.unused, ["备注"]);
    assert_eq!(report.mapping.columns["gross"], "毛重(kg)");
    assert_eq!(ground.ledger.size(), size + 3);
    ground.ledger.settle();
    let first = report.rows[0].about.clone().unwrap();
    let delivery = ground.ledger.index().find::<Delivery>(&first).unwrap();
    let weight = delivery.state.dispatched.clone().unwrap();
    assert_eq!(
        (weight.quantity.to_string(), weight.day.to_string()),
        ("31.20 TNE".to_owned(), "2025-03-01".to_owned())
    );
    // Again, with the mapping that was used.
    let again = Wanted { mapping: report.mapping.clone(), ..works() };
    let again = ground.table(&again, SAMPLE, false).unwrap();
    assert_eq!((again.accepted, again.already_in), (4, 4));
    assert_eq!(wrong(&again), SAMPLE_WRONG);
    assert_eq!((again.mapping, ground.ledger.size()), (report.mapping, size + 3));
}

#[test]
fn a_spreadsheet_says_the_same_as_the_text() {
    let ground = Ground::open(Vec::new());
    let grid = crate::table::grid::grid(SAMPLE, None).unwrap();
    let mut sink = Sink::begin(Format::Xlsx, "磅单", &grid.rows[0].cells).unwrap();
    for row in &grid.rows[1..] {
        let cell = |cell: &String| match cell.parse::<f64>() {
            Ok(_) => Out::Number(cell.clone()),
            Err(_) if cell.is_empty() => Out::Empty,
            Err(_) => Out::Text(cell.clone()),
        };
        sink.row(&row.cells.iter().map(cell).collect::<Vec<_>>()).unwrap();
    }
    let book = sink.end().unwrap();
    let report = ground.table(&works(), &book, false).unwrap();
    assert_eq!(wrong(&report), SAMPLE_WRONG);
    assert_eq!(report.sheet.as_deref(), Some("磅单"));
    let named = Wanted { sheet: Some("磅单".to_owned()), ..works() };
    // A number of a sheet has no zeros at its end, but is the same command's content otherwise:
    // what was 31.20 t is 31.2 t, and a record keeps its digits.
    let again = ground.table(&named, &book, false).unwrap();
    assert_eq!((again.accepted, again.already_in), (4, 4));
    let none = Wanted { sheet: Some("x".to_owned()), ..works() };
    assert_eq!(ground.table(&none, &book, false).unwrap_err().code, "table_no_sheet");
}

#[test]
fn both_sides_meet_on_a_delivery_number_that_both_know() {
    let ground = Ground::open(Vec::new());
    let out = "\u{feff}票号;送货单号;时间;毛重;皮重;单位\n1;D-1;2025-03-01 08:00;46,2;15,0;t\n";
    let mapping = r#"{"constants":{"contract":"ctr_1","scale":"scl_works","decimal_mark":","}}"#;
    let sent = ground.run(&wanted(Kind::Tickets, "frm_works", mapping), out);
    assert_eq!((sent.delimiter.as_deref(), wrong(&sent)), (Some(";"), Vec::new()));
    let mapping = r#"{"constants":{"contract":"ctr_1","scale":"scl_mill"}}"#;
    let mill = wanted(Kind::Tickets, "frm_mill", mapping);
    let back = "Ticket No.\tDelivery Note\tWeighed At\tGross [kg]\tTare [kg]\tDirection\n\
                77\tD-1\t2025-03-01T09:00:00+08:00\t46150\t15000\tIN\n\
                78\tD-2\t2025-03-01T09:00:00+08:00\t46150\t15000\tsideways\n\
                79\tD-3\t2025-03-01T09:00:00+08:00\t46150\t15000\tout\n";
    let got = ground.run(&mill, back);
    // The mill is the receiver, so it can't have sent.
    let expected = [(3, "direction", "malformed_text"), (4, "", "not_a_party")];
    assert_eq!(wrong(&got), expected);
    assert_eq!(got.rows[0].about, sent.rows[0].about);
    ground.ledger.settle();
    let delivery = sent.rows[0].about.clone().unwrap();
    let delivery = ground.ledger.index().find::<Delivery>(&delivery).unwrap();
    assert!(delivery.state.dispatched.is_some() && delivery.state.received.is_some());
}

fn steam() -> Vec<Command> {
    use serde_json::json;
    let material = json!({
        "basis": "as_metered", "dimension": "energy", "firm": "frm_works", "kind": "utility",
        "material": "mat_steam", "name": "蒸汽",
    });
    let meter = json!({
        "calibration": {"from": "2025-01-01", "to": "2025-12-31"}, "meter": "mtr_steam",
        "multiplier": "2", "name": "steam", "site": "sit_works", "unit": "GV",
    });
    let contract = json!({
        "contract": "ctr_steam", "kind": "spot",
        "lines": [{
            "baseline_fate": "discharge", "line": 1, "material": "mat_steam",
            "quantity": {"unit": "GV", "value": "100000"},
        }],
        "receiver": "sit_mill", "supplier": "sit_works",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    });
    vec![
        ask("frm_works", "steam", "define_material", &material),
        ask("frm_works", "meter", "register_meter", &meter),
        ask("frm_works", "ctr-steam", "propose_contract", &contract),
        ask("frm_mill", "ctr-ok", "confirm_contract", &json!({"contract": "ctr_steam"})),
    ]
}

#[test]
fn readings_of_months_and_of_periods_go_in_once() {
    let ground = Ground::open(steam());
    let mapping = r#"{"constants":{"contract":"ctr_steam"}}"#;
    let works = wanted(Kind::Readings, "frm_works", mapping);
    let text = "表号,月份,起码,止码,用量（GJ）\nmtr_steam,2025-01,0,50,100\n\
                mtr_steam,2025年2月,50,80,60\nmtr_steam,2025-01,0,51,102\n\
                mtr_steam,2025-13,80,90,20\nmtr_steam,2025-03,80,,20\n";
    let report = ground.run(&works, text);
    let expected = [
        (4, "meter", "command_id_reused"),
        (5, "month", "malformed_month"),
        (6, "end", "missing_member"),
    ];
    assert_eq!(wrong(&report), expected);
    assert_eq!((report.accepted, report.nonconforming), (2, 0));
    let again = ground.run(&works, text);
    assert_eq!((again.accepted, again.already_in), (2, 2));
    // The same time in another form is another period, which the meter has counted already.
    let text = "表号,开始时间,结束时间,起码,止码,用量,单位\n\
                mtr_steam,2025-01-10 00:00,2025/1/20,10,20,20,吉焦\n";
    assert_eq!(wrong(&ground.run(&works, text)), [(2, "from", "metered_period_overlaps")]);
}

#[test]
fn rows_of_one_contract_number_are_its_lines() {
    let ground = Ground::open(steam());
    let header = "合同号,签订日期,合同类型,供方,需方,物料,数量,单位,起始日期,终止日期,基准去向,\
                  单价(万元/吨),付款方向\n";
    let end = "2025-01-01,2025-12-31";
    let text = format!(
        "{header}HT-1,2025-01-02,单次,sit_works,sit_mill,mat_slag,1.2,万吨,{end},填埋,0.00125,\
         需方付款\nHT-2,2025-01-02,单次,sit_works,sit_mill,mat_slag,5,吨,{end},堆存,,\n\
         HT-1,2025-01-02,单次,sit_works,sit_mill,mat_steam,7,GJ,{end},直排,,\n\
         HT-3,2025-01-02,单次,sit_works,sit_mill,mat_slag,5,吨,{end},填埋,,\n\
         HT-3,2025-01-02,框架,sit_works,sit_mill,mat_steam,5,GJ,{end},填埋,,\n\
         HT-4,2025-01-02,单次,sit_works,sit_mill,mat_none,5,吨,{end},填埋,,\n\
         HT-4,2025-01-02,单次,sit_works,sit_mill,mat_slag,5,吨,{end},填埋,,\n"
    );
    let works = wanted(Kind::Contracts, "frm_works", "");
    let rehearsed = ground.table(&works, text.as_bytes(), true).unwrap();
    let report = ground.run(&works, &text);
    assert!(rehearsed.rows.iter().all(|row| row.position.is_none()));
    let positions = report.rows.iter().map(|row| row.position).collect::<Vec<_>>();
    assert!(positions[0] == positions[2] && positions[1] > positions[0], "{positions:?}");
    let bare = |row: RowReport| RowReport { position: None, ..row };
    let rows: Vec<_> = report.rows.iter().cloned().map(bare).collect();
    assert_eq!(rehearsed.rows, rows);
    let expected = [
        (5, "", "row_of_bad_contract"),
        (6, "kind", "row_contradicts"),
        (7, "material", "unknown_material"),
        (8, "", "row_of_bad_contract"),
    ];
    assert_eq!(wrong(&report), expected);
    ground.ledger.settle();
    let contract = report.rows[0].about.clone().unwrap();
    let contract = ground.ledger.index().find::<Contract>(&contract).unwrap();
    let lines = &contract.state.lines;
    let position = contract.created;
    let quantities: Vec<_> = lines.iter().map(|line| line.quantity.to_string()).collect();
    assert_eq!(quantities, ["12000 TNE", "7 GV"]);
    let record = ground.ledger.log().read(position).unwrap();
    let record = String::from_utf8(record).unwrap();
    assert!(record.contains(r#""direction":"receiver_pays","per":"TNE""#), "{record}");
    assert_eq!(ground.run(&works, &text).already_in, 3);
}

#[test]
fn units_and_currencies_that_nobody_takes_are_not_passed_over() {
    let ground = Ground::open(Vec::new());
    let constants = r#"{"constants":{"unit":"kg","contract":"ctr_1","scale":"scl_works"}}"#;
    let works = wanted(Kind::Tickets, "frm_works", constants);
    let text = "票号,时间,毛重(斤),皮重(车)\n1,2025-03-01 08:00,46200,15000\n\
                2,2025-03-01 08:00,46.2t,15000\n";
    let report = ground.run(&works, text);
    assert_eq!(wrong(&report), [(2, "gross", "unknown_unit")]);
    assert_eq!(report.accepted, 1);
    let text = "合同号,签订日期,合同类型,供方,需方,物料,数量(吨),起始日期,终止日期,基准去向,\
                单价(美元),付款方向,计价单位\nH,2025-01-02,单次,sit_works,sit_mill,mat_slag,5,2025-01-01,\
                2025-12-31,填埋,7,需方付款,t\n";
    let works = |mapping| wanted(Kind::Contracts, "frm_works", mapping);
    assert_eq!(wrong(&ground.run(&works(""), text)), [(2, "price", "unknown_currency")]);
    let dollars = works(r#"{"constants":{"currency":"USD"}}"#);
    assert_eq!(ground.run(&dollars, text).accepted, 1);
}

#[test]
fn what_is_no_table_of_its_kind_is_refused_whole() {
    let ground = Ground::open(Vec::new());
    let code = |text: &str, mapping: &str| {
        let wanted = wanted(Kind::Tickets, "frm_works", mapping);
        ground.table(&wanted, text.as_bytes(), false).unwrap_err().code
    };
    assert_eq!(code("", ""), "table_empty");
    assert_eq!(code("name,town\na,b\n", ""), "table_no_header");
    assert_eq!(code("磅单号,毛重,皮重\n", ""), "table_column_missing");
    let whole = "磅单号,毛重,皮重,过磅时间,合同\n";
    assert_eq!(code(whole, ""), "table_empty");
    assert_eq!(code("磅单号,毛重(t),毛重(kg),皮重,过磅时间,合同\n1\n", ""), "table_ambiguous");
    let mapping = r#"{"columns":{"net":"nothing"}}"#;
    assert_eq!(code(&format!("{whole}1,2,3,4,5\n"), mapping), "table_mapping");
    let zone = r#"{"constants":{"time_zone":"Asia/Peking"}}"#;
    assert_eq!(code(&format!("{whole}1,2,3,4,5\n"), zone), "table_mapping");
    assert_eq!(code(&format!("{whole}1,\"2,3,4,5\n"), ""), "table_broken");
    assert_eq!(code("PK\u{3}\u{4}and so on", ""), "table_broken");
}

/// Rows of tickets that are good, doubled, bent or bad, always the same.
fn random_rows(seed: u64, count: usize) -> String {
    let mut state = seed;
    let mut next = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut text = "票号,送货单号,方向,时间,毛重(kg),皮重(kg),磅号,合同\n".to_owned();
    for _ in 0..count {
        let (ticket, note) = (next(60), next(80));
        let direction = ["发货", "发货", "发货", "收货", "?"][next(5) as usize];
        let gross = 40_000 + next(3) * 10;
        let tare = if next(12) == 0 { 50_000 } else { 15_000 };
        let scale = ["scl_works", "scl_works", "scl_none", "x"][next(4) as usize];
        let contract = ["ctr_1", "ctr_1", "ctr_1", "ctr_2"][next(4) as usize];
        text.push_str(&format!(
            "{ticket},N{note},{direction},2025-03-01 08:{:02},{gross},{tare},{scale},{contract}\n",
            next(3)
        ));
    }
    text
}

#[test]
fn a_rehearsal_answers_as_the_run_does() {
    let ground = Ground::open(Vec::new());
    let works = wanted(Kind::Tickets, "frm_works", "");
    let mut codes: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..4 {
        let text = random_rows(seed, 150);
        let rehearsed = ground.table(&works, text.as_bytes(), true).unwrap();
        let size = ground.ledger.size();
        let report = ground.run(&works, &text);
        assert_same(&rehearsed, &report);
        for one in &rehearsed.rows {
            let code = one.code.clone().unwrap_or_else(|| format!("{:?}", one.status));
            *codes.entry(code).or_default() += 1;
        }
        assert!(ground.ledger.size() > size || seed > 0);
    }
    for code in ["Ok", "AlreadyIn", "already_dispatched", "command_id_reused"] {
        assert!(codes.contains_key(code), "{code}: {codes:?}");
    }
}
