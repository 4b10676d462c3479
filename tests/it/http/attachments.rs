//! Documents: bytes in, links, bytes out, and who does not get them.

use serde_json::{Value, json};
use symbiosis_ledger::evidence::check::check;
use symbiosis_ledger::merkle::plain;

use super::server::{Got, Server};

const PDF: &str = "%PDF-1.7 laboratory report 17";
const MAX: usize = 20 << 20;

fn upload(server: &Server, key: &str, media_type: &str, bytes: &str) -> Got {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", &*bearer), ("content-type", media_type)];
    server.request("POST", "/api/v1/attachments", &headers, bytes)
}

/// What an upload was answered, as evidence about a thing.
fn about(attachment: &Value, evidence: &str, subject: &str) -> Value {
    json!({
        "attachment": attachment, "evidence": evidence, "kind": "assay", "subject": subject,
        "title": "laboratory report 17",
    })
}

fn at(attachment: &Value) -> String {
    format!("/api/v1/attachments/{}", attachment["hash"].as_str().unwrap())
}

#[test]
fn a_document_is_brought_linked_and_fetched_by_those_it_concerns_and_nobody_else() {
    let (server, keys) = Server::with_contract();
    let kept = upload(&server, &keys.works, "application/pdf", PDF);
    assert_eq!(kept.status, 201, "{kept:?}");
    let kept = kept.json();
    let hash = plain(PDF.as_bytes()).to_string();
    let expected = json!({"bytes": PDF.len(), "hash": hash, "media_type": "application/pdf"});
    assert_eq!(kept, expected);
    assert_eq!(upload(&server, &keys.works, "application/pdf", PDF).json(), kept);
    // Before it is linked nobody can fetch it.
    server.get(&at(&kept), &keys.works).problem(404, "not_found");

    let data = about(&kept, "evd_1", "contract/ctr_1");
    let linked = server.post("/api/v1/evidence", &keys.works, "cmd_link", &data);
    assert_eq!(linked.header("location"), "/api/v1/evidence/evd_1");
    let linked = linked.ok();
    assert_eq!(linked["records"][0]["stream"], "evidence/evd_1");
    server.settle(&linked);

    let parks = json!({"parks": ["prk_a"]});
    let verifier = server.key("key_verifier", "verifier", parks.clone());
    let park = server.key("key_park", "park", parks);
    let bound = json!({"firm": "frm_works"});
    let scale = server.key("key_scale", "weighbridge", bound);
    for key in [&keys.works, &keys.mill, &verifier] {
        let got = server.get(&at(&kept), key);
        assert_eq!((got.status, &*got.text), (200, PDF), "{got:?}");
        assert_eq!(got.header("content-type"), "application/pdf");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("etag"), format!("\"{hash}\""));
        let disposition = format!("attachment; filename=\"{hash}\"");
        assert_eq!(got.header("content-disposition"), disposition);
        let item = server.get("/api/v1/evidence/evd_1", key).ok()["item"].clone();
        assert_eq!((&item["attachment"], &item["by"]), (&kept, &json!("frm_works")));
    }
    for key in [&keys.other, &server.keeper, &park, &scale] {
        let hidden = server.get(&at(&kept), key).problem(404, "not_found");
        let absent = server.get(&at(&kept).replace(&hash[..8], "00000000"), key);
        assert_eq!(hidden["detail"], absent.problem(404, "not_found")["detail"]);
        server.get("/api/v1/evidence/evd_1", key).problem(404, "not_found");
    }
    server.get(&at(&kept), "").problem(401, "key_needed");
    let bearer = format!("Bearer {}", keys.mill);
    let tag = format!("\"{hash}\"");
    let headers = [("authorization", &*bearer), ("if-none-match", &*tag)];
    assert_eq!(server.request("GET", &at(&kept), &headers, "").status, 304);
    server.get("/api/v1/attachments/nonsense", &keys.mill).problem(400, "malformed_text");
}

#[test]
fn documents_are_listed_by_what_they_are_about() {
    let (server, keys) = Server::with_contract();
    let kept = upload(&server, &keys.works, "text/csv", "day,tonnes\n2025-03-01,31.20\n").ok();
    for (evidence, subject) in [("evd_1", "contract/ctr_1"), ("evd_2", "site/sit_works")] {
        let (id, data) = (format!("cmd_{evidence}"), about(&kept, evidence, subject));
        let linked = server.post("/api/v1/evidence", &keys.works, &id, &data).ok();
        server.settle(&linked);
    }
    let listed = |query: &str, key: &str| {
        let page = server.get(&format!("/api/v1/evidence{query}"), key).ok();
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["evidence"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("?subject=contract/ctr_1", &keys.mill), ["evd_1"]);
    assert_eq!(listed("?subject=site%2Fsit_works", &keys.works), ["evd_2"]);
    assert_eq!(listed("?subject=site/sit_works", &keys.mill), [""; 0]);
    assert_eq!(listed("", &keys.works), ["evd_1", "evd_2"]);
    assert_eq!(listed("", &keys.mill), ["evd_1"]);
    assert_eq!(listed("?kind=photo", &keys.works), [""; 0]);
    assert_eq!(listed("?park=prk_a&kind=assay", &keys.works), ["evd_1", "evd_2"]);
    server.get("/api/v1/evidence?subject=ctr_1", &keys.works).problem(400, "malformed_id");
    let got = server.get(&at(&kept), &keys.works);
    assert_eq!(got.header("content-type"), "text/csv; charset=utf-8");
}

#[test]
fn bytes_that_are_not_what_they_should_be_are_not_taken() {
    let (server, keys) = Server::with_contract();
    let refused = |media_type: &str, bytes: &str, status: u16, code: &str| {
        upload(&server, &keys.works, media_type, bytes).problem(status, code);
    };
    refused("application/pdf", "", 400, "empty_body");
    refused("application/zip", PDF, 415, "unsupported_media_type");
    refused("image/png", PDF, 415, "media_type_mismatch");
    refused("text/plain", "MZ\0\0", 415, "unsupported_media_type");
    refused("text/plain", &"x".repeat(MAX + 1), 413, "body_too_large");
    let longest = upload(&server, &keys.works, "text/plain; charset=utf-8", &"x".repeat(MAX));
    assert_eq!(longest.ok()["bytes"], MAX);
    let parks = json!({"parks": ["prk_a"]});
    let verifier = server.key("key_verifier", "verifier", parks);
    upload(&server, &verifier, "application/pdf", PDF).problem(403, "not_permitted");
    upload(&server, "", "application/pdf", PDF).problem(401, "key_malformed");
    let kept = std::fs::read_dir(server.folder.path().join("ledger/attachments")).unwrap();
    assert_eq!(kept.count(), 2, "the longest, and the folder of who brought it");
}

#[test]
fn a_hash_opens_nothing_to_those_who_have_not_brought_its_bytes() {
    let (server, keys) = Server::with_contract();
    let kept = upload(&server, &keys.works, "application/pdf", PDF).ok();
    let path = "/api/v1/evidence";
    let link = |key: &str, id: &str, data: &Value| server.post(path, key, id, data);
    let own = about(&kept, "evd_own", "firm/frm_other");
    let refused = link(&keys.other, "cmd_1", &own).problem(422, "unknown_attachment");
    assert_eq!(refused["pointer"], "/data/attachment/hash");
    let batch = json!([{
        "actor": "frm_other", "data": own, "id": "cmd_2", "occurred_at": super::server::DAY,
        "type": "attach_evidence",
    }]);
    let text = batch.to_string();
    let answers = server.post_text("/api/v1/commands", &keys.other, "cmd_x", &text).ok();
    assert_eq!(answers[0]["problem"]["code"], "unknown_attachment", "{answers}");

    // What was never brought by anybody, and what the file is not.
    let mut other = about(&kept, "evd_1", "contract/ctr_1");
    other["attachment"]["hash"] = json!("00".repeat(32));
    link(&keys.works, "cmd_1", &other).problem(422, "unknown_attachment");
    let mut other = about(&kept, "evd_1", "contract/ctr_1");
    other["attachment"]["bytes"] = json!(7);
    link(&keys.works, "cmd_1", &other).problem(422, "attachment_differs");
    let stranger = about(&kept, "evd_1", "site/sit_mill");
    link(&keys.works, "cmd_1", &stranger).problem(403, "not_a_party");
    // Whoever may read the bytes may link them to something of his own.
    let linked = link(&keys.works, "cmd_1", &about(&kept, "evd_1", "contract/ctr_1")).ok();
    server.settle(&linked);
    let again = link(&keys.mill, "cmd_1", &about(&kept, "evd_2", "site/sit_mill")).ok();
    assert!(again["position"].as_u64() > linked["position"].as_u64());
}

#[test]
fn a_check_reads_every_linked_file() {
    let (server, keys) = Server::with_contract();
    let kept = upload(&server, &keys.works, "application/pdf", PDF).ok();
    let data = about(&kept, "evd_1", "contract/ctr_1");
    let linked = server.post("/api/v1/evidence", &keys.works, "cmd_1", &data).ok();
    server.settle(&linked);
    let folder = server.folder.path().join("ledger");
    let report = || check(&folder, None, &mut |_, _| {}).unwrap();
    let sound = report();
    assert!(sound.verified, "{:#?}", sound.errors);
    assert_eq!((sound.counts.attachments.linked, sound.counts.attachments.kept), (1, 1));
    let file = folder.join("attachments").join(kept["hash"].as_str().unwrap());
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[9] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(report().errors[0].code, "attachment_bytes");
    server.get(&at(&kept), &keys.works).problem(500, "internal");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(report().errors[0].code, "attachment_missing");
}
