//! A small ledger whose bytes are always the same, and ledgers that break a rule and sign it.
//!
//! A real ledger is told a story; then salts, keys and batches, which it takes from chance and from
//! the clock, are replaced by fixed ones, all hashes are taken anew, and the whole is signed.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use symbiosis_ledger::domain::event::Event;
use symbiosis_ledger::domain::method::{Item, Method};
use symbiosis_ledger::domain::name::Name;
use symbiosis_ledger::domain::time::UtcMicros;
use symbiosis_ledger::evidence::dossier::build::{Asked, BuildError, Draft, Source};
use symbiosis_ledger::evidence::dossier::{Report, Strength, Trust, verify};
use symbiosis_ledger::ledger::{Ledger, Options, create};
use symbiosis_ledger::log::checkpoint::Signed;
use symbiosis_ledger::log::sealed::{Entry, Secret, commitment};
use symbiosis_ledger::log::tree::{self, Place, Records, Tree, TreeError};
use symbiosis_ledger::log::{LogReader, OpenOptions, view};
use symbiosis_ledger::merkle::{Blake3, Hash, TreeHash, plain, prefixed, root};
use symbiosis_ledger::record::canonical::canonical;
use symbiosis_ledger::record::checkpoint::Checkpoint;
use symbiosis_ledger::record::line::encode;
use symbiosis_ledger::record::note::{NoteSigner, VerifierKey};
use symbiosis_ledger::record::{Body, CommandRef, Decoded, Head, Line, body_hash};
use tempfile::TempDir;

use crate::story::{ask, command, load, opening, short_load};

pub const ORIGIN: &str = "example.org/ledger/blake3";

pub fn signer(seed: u8) -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

/// A record, to be changed and hashed anew.
#[derive(Clone)]
pub struct Planned {
    pub head: Head,
    pub body: Body<Value>,
}

impl Planned {
    pub fn kind(&self) -> &str {
        &self.head.kind
    }
}

/// A data folder with what was sealed.
pub struct Small {
    pub planned: Vec<Planned>,
    pub secrets: HashMap<Hash, Entry>,
    _folder: TempDir,
    pub reader: LogReader,
    pub tree: Tree,
    pub signed: Signed,
    pub keys: Vec<VerifierKey>,
}

/// What is asked of it; the rest is as usual.
#[derive(Clone)]
pub struct Want<'a> {
    pub park: &'a str,
    pub period: &'a str,
    pub strength: Strength,
    pub firm: Option<&'a str>,
    pub as_of: Option<u64>,
    pub base_year: Option<u16>,
    pub choices: Vec<(&'a str, &'a str)>,
    pub method: &'a str,
    pub earlier: Option<&'a str>,
    pub reveal: Vec<(u64, String)>,
}

impl Default for Want<'_> {
    fn default() -> Self {
        Want {
            park: "prk_a",
            period: "2025-03",
            strength: Strength::Listed,
            firm: None,
            as_of: None,
            base_year: None,
            choices: Vec::new(),
            method: "example",
            earlier: None,
            reveal: Vec::new(),
        }
    }
}

/// A method with a ratio, a sum, a count and growth; it names an item that another method defines.
fn example() -> Value {
    let measure = |name: &str| json!({"measure": {"dimension": "mass", "measure": name}});
    let indicator = |name: &str, formula: Value, more: Value| {
        let mut indicator = json!({
            "certainty": "own", "digits": 2, "formula": formula, "indicator": name, "kind": "level",
            "mandatory": false, "part_of_whole": false, "title_en": name, "title_zh": name,
            "unit": {"of": "TNE", "symbol": "t"},
        });
        indicator.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        indicator
    };
    let percent = json!({"of": "P1", "symbol": "%"});
    let utilised = json!({"ratio": {
        "of": {"sum": [measure("used"), measure("own_reused")]},
        "over": {"sum": [measure("generated"), {"item": "prior_stock_used"}]},
    }});
    let links = json!({"count_distinct": {
        "by": "link", "of": {"between": "firms", "dimension": "mass", "measure": "used"},
    }});
    let grown = json!({"relative_change": {"of": measure("used"), "since": "base"}});
    json!({
        "certainty": "own", "document": "An example", "groups": [], "items": [],
        "indicators": [
            indicator("utilised", utilised, json!({
                "part_of_whole": true, "unit": percent,
                "threshold": {"by_parameter": {"parameter": "region", "cases": [
                    {"is": "wet", "then": {"direction": "at_least", "value": "70"}},
                    {"is": "dry", "then": {"direction": "at_least", "value": "60"}},
                ]}},
            })),
            indicator("used", measure("used"), json!({})),
            indicator("links", links, json!({
                "kind": "count", "unit": {"of": "C62", "symbol": "1"},
            })),
            indicator("grown", grown, json!({"kind": "relative_change", "unit": percent})),
        ],
        "issuer_en": "nobody", "issuer_zh": "无", "method": "example",
        "parameters": [{
            "choices": ["dry", "wet"], "default": "wet", "parameter": "region",
            "title_en": "region", "title_zh": "地区",
        }],
        "status": "in_force", "title_en": "Example", "title_zh": "示例",
        "valid_from": "2015-01-01", "version": 1,
    })
}

/// The method whose item the other one names.
fn stock() -> Value {
    let mut document = example();
    document["method"] = json!("stock");
    document["parameters"] = json!([]);
    let formula = json!({"item": "prior_stock_used"});
    document["indicators"] = json!([document["indicators"][1]]);
    document["indicators"][0]["formula"] = formula;
    document["items"] = json!([{
        "every": "month", "item": "prior_stock_used", "nature": "flow", "of": "site",
        "proven": true, "title_en": "prior stock used", "title_zh": "往年贮存量", "unit": "TNE",
    }]);
    document
}

/// Two firms, three loads, a return, a stated figure, and the month is closed.
fn story() -> Vec<symbiosis_ledger::domain::command::Command> {
    let later = |actor: &str, id: &str, kind: &str, data: Value| {
        command(
            &json!({
                "actor": actor, "data": data, "id": format!("cmd_{id}"),
                "occurred_at": "2025-04-02T08:00:00.000Z", "type": kind,
            })
            .to_string(),
        )
    };
    let tonnes = |value: &str| json!({"unit": "TNE", "value": value});
    let park = |id: &str| json!({"name": id, "park": id, "zone": "Asia/Shanghai"});
    let returned = json!({
        "generation": [{"material": "mat_slag", "method": "weighed", "quantity": tonnes("100")}],
        "own_reuse": [{
            "material": "mat_slag", "method": "declared", "operation": "R5",
            "quantity": tonnes("7.5"),
        }],
        "period": "2025-03", "return": "ret_1", "site": "sit_works",
    });
    let stated = json!({
        "evidence": [{"hash": "ab".repeat(32), "title": "stock ledger"}],
        "figures": [{
            "item": "prior_stock_used", "method": "declared", "unit": "TNE", "value": "10",
        }],
        "park": "prk_a", "period": "2025-03", "site": "sit_works", "statement": "stm_1",
    });
    let mut all = opening();
    all.push(ask("keeper", "park-b", "register_park", &park("prk_b")));
    all.push(ask("keeper", "stock", "publish_method", &json!({"document": stock()})));
    all.push(ask("keeper", "method", "publish_method", &json!({"document": example()})));
    all.extend(load(0));
    all.push(ask("keeper", "park-c", "register_park", &park("prk_c")));
    all.extend(load(1));
    all.extend(short_load(2));
    all.push(later("frm_works", "return", "submit_return", returned));
    all.push(later("frm_works", "state", "state_figures", stated));
    let close = json!({"park": "prk_a", "period": "2025-03"});
    all.push(later("prk_a", "close", "close_period", close));
    all.push(later("keeper", "park-d", "register_park", park("prk_d")));
    all
}

/// Tells the story to a real ledger; answers its records and what is kept of sealed values.
fn told() -> (Vec<Planned>, HashMap<Hash, Entry>) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("data"));
    let begin: UtcMicros = "2025-04-03T00:00:00.000000Z".parse().unwrap();
    create(&options, ORIGIN.strip_suffix("/blake3").unwrap(), Some(begin)).unwrap();
    let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
    let commands = story();
    let clock: Vec<_> =
        (1..=commands.len() as i64).map(|at| UtcMicros(begin.0 + at * 1_000_000)).collect();
    for answer in ledger.submit_all(commands, &"key_example".parse().unwrap(), Some(&clock)) {
        answer.unwrap();
    }
    let mut secrets = HashMap::new();
    let mut planned = Vec::new();
    let log = ledger.log();
    for position in 0..log.size() {
        let bytes = log.read(position).unwrap();
        let line = Line::split(&bytes).unwrap();
        let body = line.body().unwrap();
        let mut data: Value = serde_json::from_str(body.data.get()).unwrap();
        let find = |hash: &Hash| ledger.sealed().find(hash).unwrap();
        fix_sealed(&mut data, &body.command.id, &find, &mut secrets);
        planned.push(fixed(line.verify().unwrap(), body, data));
    }
    ledger.close();
    (planned, secrets)
}

/// A record with what chance and clock had a hand in replaced.
fn fixed(mut head: Head, body: Body, mut data: Value) -> Planned {
    head.batch = head.position - u64::from(head.step);
    if head.kind == "ledger_opened" {
        data["verifier_key"] = json!(signer(7).verifier_key().to_string());
    }
    let salt = plain(format!("salt of {}", head.position).as_bytes());
    let hash = prefixed(0x04, &[body.command.id.as_bytes()]);
    let Body { actor, command, key, occurred_at, stream, version, .. } = body;
    let command = CommandRef { hash, id: command.id };
    Planned { head, body: Body { actor, command, data, key, occurred_at, salt, stream, version } }
}

/// Replaces each commitment by one with a fixed salt.
fn fix_sealed(
    data: &mut Value,
    command: &str,
    find: &dyn Fn(&Hash) -> Option<Entry>,
    secrets: &mut HashMap<Hash, Entry>,
) {
    if let Some(sealed) = data.get("sealed").and_then(Value::as_str) {
        let entry = find(&sealed.parse().unwrap()).unwrap();
        let value = entry.secret.unwrap().value;
        let salt = plain(format!("{command}{}", entry.pointer).as_bytes()).0;
        let hash = commitment(&salt, command, &entry.pointer, &value);
        *data = json!({"sealed": hash.to_string()});
        secrets.insert(hash, Entry { secret: Some(Secret { salt, value }), ..entry });
        return;
    }
    match data {
        Value::Array(items) => {
            items.iter_mut().for_each(|item| fix_sealed(item, command, find, secrets));
        }
        Value::Object(members) => {
            members.values_mut().for_each(|member| fix_sealed(member, command, find, secrets));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

struct NoRecords;

impl Records for NoRecords {
    type Error = TreeError;

    fn each(
        &mut self,
        _: u64,
        _: &mut dyn FnMut(Place, Hash) -> Result<(), TreeError>,
    ) -> Result<(), TreeError> {
        Ok(())
    }
}

impl Small {
    /// The story's ledger.
    pub fn new() -> Small {
        let (planned, secrets) = told();
        Small::of(planned, secrets, 7)
    }

    /// The same with a change that its keeper has signed.
    pub fn changed(&self, change: impl FnOnce(&mut Vec<Planned>)) -> Small {
        let mut planned = self.planned.clone();
        change(&mut planned);
        Small::of(planned, self.secrets.clone(), 7)
    }

    fn of(planned: Vec<Planned>, secrets: HashMap<Hash, Entry>, seed: u8) -> Small {
        let folder = tempfile::tempdir().unwrap();
        let (mut text, mut leaves) = (Vec::new(), Vec::new());
        for Planned { head, body } in &planned {
            let data = canonical(&serde_json::to_vec(&body.data).unwrap()).unwrap();
            let Body { actor, command, key, occurred_at, salt, stream, version, .. } = body.clone();
            let mut bytes = Vec::new();
            let data = &*data;
            Body { actor, command, data, key, occurred_at, salt, stream, version }
                .encode(&mut bytes);
            let head = Head { body: body_hash(&bytes), ..head.clone() };
            leaves.push(encode(&mut text, &head, &bytes).unwrap());
        }
        let path = folder.path().join("log");
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("00000000000000000000.log"), text).unwrap();
        let tree = folder.path().join(tree::FOLDER);
        let (mut writer, _) = tree::open(&tree, (0, Blake3::empty()), &mut NoRecords).unwrap();
        let place = Place { segment: 0, offset: 0 };
        writer.append(leaves.iter().map(|leaf| (place, *leaf))).unwrap();
        let (reader, _) = view(folder.path(), OpenOptions::default()).unwrap();
        let signer = signer(seed);
        let signed = signed(&leaves, leaves.len(), &signer);
        let (tree, keys) = (writer.tree().clone(), vec![signer.verifier_key()]);
        Small { planned, secrets, _folder: folder, reader, tree, signed, keys }
    }

    /// The checkpoint of its first records.
    pub fn checkpoint(&self, size: usize) -> Signed {
        let leaf = |position| {
            let bytes = self.reader.read(position as u64).unwrap();
            Line::split(&bytes).unwrap().hash
        };
        let leaves: Vec<Hash> = (0..size).map(leaf).collect();
        signed(&leaves, size, &signer(7))
    }

    pub fn position(&self, kind: &str) -> u64 {
        self.planned.iter().position(|one| one.kind() == kind).unwrap() as u64
    }

    /// Makes a dossier; the verifier of its maker has passed it.
    #[track_caller]
    pub fn make(&self, want: &Want<'_>) -> Vec<u8> {
        self.try_make(want).unwrap()
    }

    pub fn try_make(&self, want: &Want<'_>) -> Result<Vec<u8>, BuildError> {
        make(&self.reader, &self.tree, (&self.signed, &self.keys), &self.secrets, want)
    }

    pub fn verify(&self, bytes: &[u8]) -> Report {
        verified(bytes, &self.keys)
    }
}

fn signed(leaves: &[Hash], size: usize, signer: &NoteSigner) -> Signed {
    let root = root::<Blake3>(&leaves[..size]);
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: size as u64, root };
    let note = checkpoint.sign(&[signer]).unwrap().to_string();
    Signed { checkpoint, note }
}

pub fn verified(bytes: &[u8], keys: &[VerifierKey]) -> Report {
    verify(bytes, Trust { keys, earlier: None }).unwrap()
}

/// The method of a name and the items of all, each with the record that publishes it.
pub fn methods(reader: &LogReader, named: &str) -> (Method, u64, BTreeMap<Name, (u64, Item)>) {
    let (mut found, mut items) = (None, BTreeMap::new());
    for position in 0..reader.size() {
        let bytes = reader.read(position).unwrap();
        let line = Line::split(&bytes).unwrap();
        let head = line.head().unwrap();
        if head.kind != "method_published" {
            continue;
        }
        if let Event::MethodPublished(event) = Decoded::read(&line, head).unwrap().event {
            for item in &event.document.items {
                items.entry(item.item.clone()).or_insert((position, item.clone()));
            }
            if event.document.method.as_str() == named {
                found = Some((event.document, position));
            }
        }
    }
    let (method, position) = found.unwrap();
    (method, position, items)
}

pub fn make(
    reader: &LogReader,
    tree: &Tree,
    (signed, keys): (&Signed, &[VerifierKey]),
    secrets: &HashMap<Hash, Entry>,
    want: &Want<'_>,
) -> Result<Vec<u8>, BuildError> {
    let (method, method_position, items) = methods(reader, want.method);
    let source =
        Source { log: reader, tree, signed, keys, index: None, may_see: &|_: &Decoded| true };
    let names = |(one, two): &(&str, &str)| (one.parse().unwrap(), two.parse().unwrap());
    let asked = Asked {
        park: want.park.parse().unwrap(),
        period: want.period.parse().unwrap(),
        method: &method,
        method_position,
        items: &|name| items.get(name).cloned(),
        base_year: want.base_year,
        choices: want.choices.iter().map(names).collect(),
        as_of: want.as_of,
        firm: want.firm.map(|firm| firm.parse().unwrap()),
        strength: want.strength,
        earlier: want.earlier,
        reveal: want.reveal.clone(),
        sealed: &|hash| Ok(secrets.get(hash).cloned()),
    };
    let mut bytes = Vec::new();
    Draft::make(&source, &asked)?.write(&mut bytes)?;
    Ok(bytes)
}
