//! What the loads of the benchmark need: a park, two firms with keys, a contract without end.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use symbiosis_ledger::domain::command::Command;
use symbiosis_ledger::domain::id::KeyId;
use symbiosis_ledger::ledger::{Ledger, Options, create};
use symbiosis_ledger::record::access_key::AccessKey;
use symbiosis_ledger::record::canonical::canonical;
use tempfile::TempDir;

const DAY: &str = "2025-03-01T08:00:00.000Z";

/// A folder on the disk that is measured, and not on one in memory.
pub fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub fn ledger_in(folder: &Path) -> PathBuf {
    folder.join("ledger")
}

/// A ledger with the ground laid.
pub fn open(folder: &Path) -> Ledger {
    let options = Options::new(ledger_in(folder));
    create(&options, "bench.invalid/append", None).unwrap();
    let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
    for answer in ledger.submit_all(commands(), &key(), None) {
        answer.unwrap();
    }
    ledger.settle();
    ledger
}

pub fn key() -> KeyId {
    "key_bench".parse().unwrap()
}

/// The access keys of the two firms, which both processes know.
pub fn access_key(name: &str) -> AccessKey {
    AccessKey::from_secret(format!("key_{name}").parse().unwrap(), [7; 32])
}

pub fn command(text: &str) -> Command {
    let canonical = canonical(text.as_bytes()).unwrap();
    Command::parse(std::str::from_utf8(&canonical).unwrap()).unwrap()
}

fn ask(actor: &str, id: &str, kind: &str, data: &Value) -> Command {
    let envelope = json!({
        "actor": actor, "data": data, "id": format!("cmd_{id}"), "occurred_at": DAY, "type": kind,
    });
    command(&envelope.to_string())
}

fn commands() -> Vec<Command> {
    let park = json!({"name": "A", "park": "prk_a", "zone": "Asia/Shanghai"});
    let mut commands = vec![ask("keeper", "park", "register_park", &park)];
    for (name, uscc) in [("works", "91450802MA5GG00164"), ("mill", "91450802MA5GG0024Y")] {
        let (actor, site) = (format!("frm_{name}"), format!("sit_{name}"));
        let firm = json!({"firm": actor, "name": name, "uscc": uscc});
        commands.push(ask("keeper", name, "register_firm", &firm));
        let key = json!({
            "firm": actor, "key": format!("key_{name}"), "label": name, "role": "firm",
            "secret_hash": access_key(name).secret_hash(),
        });
        commands.push(ask("keeper", &format!("key-{name}"), "issue_key", &key));
        let data = json!({"firm": actor, "name": name, "park": "prk_a", "site": site});
        commands.push(ask(&actor, "site", "register_site", &data));
        let calibration = json!({"from": "2025-01-01", "to": "2025-12-31"});
        let scale = format!("scl_{name}");
        let data = json!({"calibration": calibration, "name": name, "scale": scale, "site": site});
        commands.push(ask(&actor, "scale", "register_scale", &data));
    }
    let material = json!({
        "basis": "wet", "dimension": "mass", "firm": "frm_works", "kind": "by_product",
        "material": "mat_slag", "name": "slag",
    });
    commands.push(ask("frm_works", "material", "define_material", &material));
    let contract = json!({
        "contract": "ctr_1", "kind": "spot",
        "lines": [{
            "baseline_fate": "landfill", "line": 1, "material": "mat_slag",
            "quantity": {"unit": "TNE", "value": "100000000"},
        }],
        "receiver": "sit_mill", "supplier": "sit_works",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    });
    commands.push(ask("frm_works", "contract", "propose_contract", &contract));
    let confirm = json!({"contract": "ctr_1"});
    commands.push(ask("frm_mill", "confirm", "confirm_contract", &confirm));
    commands
}

/// One command about a load, as text.
pub struct Told {
    /// The firm, without its prefix.
    pub firm: &'static str,
    pub step: &'static str,
    pub data: String,
}

/// The life of a load: it is dispatched, received, accepted and used.
pub fn load(number: u64) -> [Told; 4] {
    let measured = |scale: &str| {
        format!(
            "{{\"method\":\"weighed\",\"quantity\":{{\"unit\":\"TNE\",\"value\":\"31.20\"}},\
             \"ticket\":{{\"gross\":{{\"unit\":\"TNE\",\"value\":\"46.20\"}},\
             \"number\":\"T{number}\",\"scale\":\"{scale}\",\
             \"tare\":{{\"unit\":\"TNE\",\"value\":\"15.00\"}}}}}}"
        )
    };
    let told = |firm, step, data| Told { firm, step, data };
    let dispatch =
        format!("{{\"contract\":\"ctr_1\",\"line\":1,\"measured\":{}}}", measured("scl_works"));
    let receive = format!("{{\"measured\":{}}}", measured("scl_mill"));
    [
        told("works", "dispatch", dispatch),
        told("mill", "receive", receive),
        told("mill", "accept", "{}".to_owned()),
        told("mill", "use", "{\"operation\":\"R5\"}".to_owned()),
    ]
}

/// The same command with its envelope, as a line of a file.
pub fn line(number: u64, told: &Told) -> String {
    let Told { firm, step, data } = told;
    let rest = data.strip_prefix('{').unwrap();
    let comma = if rest == "}" { "" } else { "," };
    format!(
        "{{\"actor\":\"frm_{firm}\",\"data\":{{\"delivery\":\"dlv_{number}\"{comma}{rest},\
         \"id\":\"cmd_{step}-{number}\",\"occurred_at\":\"{DAY}\",\"type\":\"{step}_delivery\"}}"
    )
}

/// The body of the same command's own address.
pub fn body(told: &Told) -> String {
    format!("{{\"data\":{},\"occurred_at\":\"{DAY}\"}}", told.data)
}
