//! Receipts: given at once for what was acknowledged, verified offline, and turned against a ledger
//! that shows two histories.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use symbiosis_ledger::evidence::receipt::Receipt;
use symbiosis_ledger::merkle::{Hash, plain};
use symbiosis_ledger::record::checkpoint::Checkpoint;
use symbiosis_ledger::record::note::{NoteSigner, VerifierKey};

use super::server::Server;
use crate::cli::{ends, stdout, text};

struct Desk {
    server: Server,
    key: VerifierKey,
}

impl Desk {
    fn open(server: Server) -> Desk {
        let ledger = fs::read_to_string(server.folder.path().join("ledger/ledger.json")).unwrap();
        let ledger: Value = serde_json::from_str(&ledger).unwrap();
        let key = ledger["verifier_key"].as_str().unwrap().parse().unwrap();
        Desk { server, key }
    }

    fn receipt(&self, position: u64, key: &str) -> Receipt {
        let path = format!("/api/v1/log/records/{position}/receipt");
        serde_json::from_value(self.server.get(&path, key).ok()).unwrap()
    }

    fn file(&self, name: &str, receipt: &Receipt) -> PathBuf {
        let path = self.server.folder.path().join(name);
        fs::write(&path, serde_json::to_string(receipt).unwrap()).unwrap();
        path
    }

    fn verify(&self, code: i32, files: &[&PathBuf], key: &str) -> (String, Value) {
        let files: Vec<&str> = files.iter().map(|path| text(path)).collect();
        let arguments = [&["verify"][..], &files, &["--key", key]].concat();
        let told = stdout(&ends(code, &arguments)).to_owned();
        let answer = ends(code, &[&arguments[..], &["--json"]].concat());
        (told, serde_json::from_slice(&answer.stdout).unwrap())
    }
}

#[test]
fn what_was_acknowledged_has_a_receipt_at_once() {
    let (server, keys) = Server::with_contract();
    let desk = Desk::open(server);
    for number in 1..=3 {
        let used = desk.server.load(&keys, number);
        let position = used["position"].as_u64().unwrap();
        // Nobody waited for a checkpoint.
        let own = desk.receipt(position, &keys.mill);
        let checkpoint = own.verify(std::slice::from_ref(&desk.key)).unwrap();
        assert!(checkpoint.size > position);
        assert!(own.body.is_some_and(|body| body.contains("delivery/dlv_")));
    }
    // Whoever has no part in it learns what anyone may: that there is a record of that hash.
    let stranger =
        desk.server.key("key_carrier-9", "carrier", serde_json::json!({"firm": "frm_mill"}));
    let seen = desk.receipt(0, &stranger);
    assert_eq!((seen.body, seen.head), (None, None));
    let path = "/api/v1/log/records/99999/receipt";
    desk.server.get(path, &keys.mill).problem(404, "not_found");
    desk.server.get("/api/v1/log/records/0/receipt", "").problem(401, "key_needed");
}

#[test]
fn receipts_are_verified_offline_and_two_that_contradict_each_other_prove_a_fork() {
    let (server, keys) = Server::with_contract();
    let desk = Desk::open(server);
    let used = desk.server.load(&keys, 1);
    let position = used["position"].as_u64().unwrap();
    let (own, first) = (desk.receipt(position, &keys.mill), desk.receipt(0, &keys.mill));
    let (a, b) = (desk.file("a.receipt", &own), desk.file("b.receipt", &first));
    let key = desk.key.to_string();
    let (told, answer) = desk.verify(0, &[&a], &key);
    assert!(told.contains("is signed; in it: hash, head, body."), "{told}");
    assert_eq!(answer["receipts"][0]["position"], position);
    let (told, answer) = desk.verify(0, &[&a, &b], &key);
    assert!(told.contains("do not contradict each other") && answer.get("fork").is_none());

    // One that was altered, and one by another key.
    let altered = Receipt { leaf: plain(b"another record"), ..own.clone() };
    let altered = desk.file("altered.receipt", &altered);
    let (told, answer) = desk.verify(3, &[&altered], &key);
    assert!(told.contains("does NOT verify"), "{told}");
    assert_eq!(answer["verified"], false);
    let other = NoteSigner::from_seed(desk.key.name(), &[9; 32]).unwrap().verifier_key();
    desk.verify(3, &[&a], &other.to_string());

    // The operator shows somebody else a history with another first record, and signs it.
    let secret = desk.server.folder.path().join("ledger/keys/signing.key");
    let signer = NoteSigner::from_secret_text(fs::read_to_string(secret).unwrap().trim()).unwrap();
    let leaf: Hash = plain(b"another history");
    let lie = Checkpoint { origin: desk.key.name().to_owned(), size: 1, root: leaf };
    let checkpoint = lie.sign(&[&signer]).unwrap().to_string();
    let lie = Receipt { body: None, checkpoint, head: None, leaf, path: Vec::new(), position: 0 };
    let lie = desk.file("lie.receipt", &lie);
    desk.verify(0, &[&lie], &key);
    let (told, answer) = desk.verify(3, &[&b, &lie], &key);
    assert!(told.contains("They prove a FORK"), "{told}");
    assert_eq!((&answer["fork"]["first"], &answer["fork"]["end"]), (&0.into(), &1.into()));
    // A receipt that does not verify proves nothing, whatever it says.
    let (told, answer) = desk.verify(3, &[&altered, &lie], &key);
    assert!(!told.contains("FORK") && answer.get("fork").is_none(), "{told}");
    ends(2, &["verify", text(&a), "--key", &key, "--checkpoint", text(&b)]);
    ends(2, &["verify", text(&a)]);
}
