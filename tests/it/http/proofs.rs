//! The log and its proofs, checked on the client's side with nothing but the bytes.

use serde_json::Value;
use symbiosis_ledger::evidence::proof::{ConsistencyProof, InclusionProof};
use symbiosis_ledger::merkle::prefixed;
use symbiosis_ledger::record::checkpoint::Checkpoint;
use symbiosis_ledger::record::note::VerifierKey;

use super::server::Server;

fn checkpoint(server: &Server, key: &VerifierKey) -> Checkpoint {
    let note = server.get("/api/v1/log/checkpoint", "").text;
    Checkpoint::open(note.as_bytes(), std::slice::from_ref(key)).unwrap().0
}

/// The verifier key, from the copy of record 0 in the folder.
fn verifier_key(server: &Server) -> VerifierKey {
    let text = std::fs::read_to_string(server.folder.path().join("ledger/ledger.json")).unwrap();
    let opened: Value = serde_json::from_str(&text).unwrap();
    opened["verifier_key"].as_str().unwrap().parse().unwrap()
}

/// The newest checkpoint, once it covers so many records.
fn covering(server: &Server, key: &VerifierKey, size: u64) -> Checkpoint {
    for _ in 0..200 {
        let newest = checkpoint(server, key);
        if newest.size >= size {
            return newest;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("no checkpoint covers {size} records");
}

#[test]
fn every_record_is_proven_under_the_signed_checkpoint() {
    let (server, keys) = Server::with_contract();
    let used = server.load(&keys, 1);
    let position = used["position"].as_u64().unwrap();
    let key = verifier_key(&server);
    let newest = covering(&server, &key, position + 1);
    for at in 0..=position {
        let path = format!("/api/v1/log/proofs/inclusion?position={at}&size={}", newest.size);
        let proof: InclusionProof = serde_json::from_value(server.get(&path, "").ok()).unwrap();
        proof.verify().unwrap();
        assert_eq!((proof.size, proof.root), (newest.size, newest.root));
        assert_eq!(proof.position, at);
    }
    // HASH is that of HEAD, and HEAD names BODY's: what a party was shown is what is proven.
    let path = format!("/api/v1/log/records/{position}");
    let record = server.get(&path, &keys.mill).ok();
    let (head, body) = (record["head"].as_str().unwrap(), record["body"].as_str().unwrap());
    assert_eq!(record["hash"], prefixed(0x00, &[head.as_bytes()]).to_string());
    let head: Value = serde_json::from_str(head).unwrap();
    assert_eq!(head["body"], prefixed(0x03, &[body.as_bytes()]).to_string());
}

#[test]
fn the_log_is_proven_to_have_only_grown() {
    let (server, keys) = Server::with_contract();
    let key = verifier_key(&server);
    let first = covering(&server, &key, server.ledger.size());
    let used = server.load(&keys, 1);
    let second = covering(&server, &key, used["position"].as_u64().unwrap() + 1);
    let (from, to) = (first.size, second.size);
    let path = format!("/api/v1/log/proofs/consistency?first={from}&second={to}");
    let proof: ConsistencyProof = serde_json::from_value(server.get(&path, "").ok()).unwrap();
    proof.verify().unwrap();
    assert_eq!((proof.first_root, proof.second_root), (first.root, second.root));
}

#[test]
fn what_no_checkpoint_covers_is_not_proven() {
    let server = Server::start();
    let path = "/api/v1/log/proofs/inclusion?position=0&size=99999";
    server.get(path, "").problem(409, "not_covered");
    server.get("/api/v1/log/proofs/inclusion?position=99999", "").problem(404, "not_found");
    server.get("/api/v1/log/proofs/inclusion", "").problem(400, "missing_parameter");
    let path = "/api/v1/log/proofs/consistency?first=2&second=1";
    server.get(path, "").problem(400, "malformed_parameter");
    server.get("/api/v1/log/records/99999", "").problem(404, "not_found");
}

#[test]
fn the_log_is_read_by_pages() {
    let (server, keys) = Server::with_contract();
    server.load(&keys, 1);
    let (mut from, mut hashes) = (0, Vec::new());
    loop {
        let page = server.get(&format!("/api/v1/log/records?from={from}&limit=4"), "").ok();
        let items = page["items"].as_array().unwrap().clone();
        hashes.extend(items.iter().map(|item| item["hash"].as_str().unwrap().to_owned()));
        match page["next"].as_u64() {
            Some(next) => from = next,
            None => break,
        }
    }
    assert_eq!(hashes.len() as u64, server.ledger.size());
}
