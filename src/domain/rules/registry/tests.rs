//! Rules of the registry: who may, what must be there, what may be asked, and what it leaves.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::domain::shapes::{HazardClass, LegalStatus};
use crate::domain::state::{
    Catalogue, CatalogueCode, Firm, Identifier, LegalStatusHistory, Material, Meter, Park, Permit,
    Scale, Site,
};
use crate::domain::states::States;
use crate::domain::testing::{OPENED, World};

const USCC: &str = "91450802MA5GG00164";
const GLN: &str = "6900000000014";

fn refused(code: &'static str, pointer: &str) -> (&'static str, String) {
    (code, pointer.to_owned())
}

fn park(id: &str) -> Value {
    json!({"name": "a park", "park": id, "region": "450802", "zone": "Asia/Shanghai"})
}

fn firm(id: &str) -> Value {
    json!({"firm": id, "name": "a firm"})
}

fn site(id: &str) -> Value {
    json!({"firm": "frm_steel", "name": "a site", "park": "prk_guigang", "site": id})
}

fn permit(id: &str) -> Value {
    json!({
        "codes": [{"code": "S01", "edition": "2024", "scheme": "cn_solid_2024"}],
        "issuer": "an authority",
        "number": "7",
        "operations": ["R5"],
        "permit": id,
        "site": "sit_cement",
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    })
}

fn scale(id: &str) -> Value {
    let calibration = json!({"from": "2025-01-01", "to": "2025-12-31"});
    json!({"calibration": calibration, "name": "a scale", "scale": id, "site": "sit_steel"})
}

fn meter(id: &str) -> Value {
    json!({
        "calibration": {"from": "2025-01-01", "to": "2025-12-31"},
        "meter": id,
        "multiplier": "0.01",
        "name": "a meter",
        "site": "sit_steel",
        "unit": "MTQ",
    })
}

fn material(id: &str) -> Value {
    json!({
        "basis": "wet",
        "dimension": "mass",
        "firm": "frm_steel",
        "kind": "by_product",
        "material": id,
        "name": "a material",
    })
}

/// A catalogue of one entry of a list.
fn catalogue(id: &str, complete: bool, entry: (&str, &str)) -> Value {
    json!({
        "catalogue": id,
        "part": {
            "complete": complete,
            "edition": "2030",
            "entries": [
                {"code": entry.0, "hazard": entry.1, "title_en": "an entry", "title_zh": ""},
            ],
            "note": "",
            "scheme": "eu_low",
            "source": "a test",
        },
    })
}

fn set(mut data: Value, pointer: &str, value: Value) -> Value {
    let (object, member) = pointer.rsplit_once('/').unwrap();
    data.pointer_mut(object).unwrap()[member] = value;
    data
}

fn evidence() -> Value {
    json!([{"hash": "ab".repeat(32), "title": "a report"}])
}

#[test]
fn only_the_parties_that_each_command_names_may_ask_for_it() {
    let hazard = json!({"evidence": evidence(), "hazard": "hazardous", "material": "mat_slag"});
    let status = json!({
        "evidence": evidence(),
        "from": "2025-02-01",
        "material": "mat_slag",
        "site": "sit_cement",
        "status": "by_product",
    });
    let suspend = json!({"from": "2025-02-01", "permit": "prm_recycler", "reason": "why"});
    let calibrate =
        json!({"calibration": {"from": "2026-01-01", "to": "2026-12-31"}, "scale": "scl_steel"});
    let actors = ["keeper", "prk_guigang", "prk_kalundborg", "frm_steel", "frm_cement"];
    let table = [
        ("register_park", park("prk_x"), [true, false, false, false, false]),
        ("register_firm", firm("frm_x"), [true, true, true, false, false]),
        ("register_site", site("sit_x"), [true, true, false, true, false]),
        ("register_permit", permit("prm_x"), [true, true, false, false, false]),
        ("suspend_permit", suspend, [true, true, false, false, false]),
        ("register_scale", scale("scl_x"), [false, false, false, true, false]),
        ("calibrate_scale", calibrate, [false, false, false, true, false]),
        ("register_meter", meter("mtr_x"), [false, false, false, true, false]),
        (
            "publish_catalogue",
            catalogue("cat_x", false, ("10 02 02", "non_hazardous")),
            [true, false, false, false, false],
        ),
        ("define_material", material("mat_x"), [false, false, false, true, false]),
        ("classify_hazard", hazard, [false, false, false, true, false]),
        ("decide_legal_status", status, [true, true, false, false, false]),
    ];
    for (kind, data, may) in table {
        for (actor, may) in actors.into_iter().zip(may) {
            let result = World::standard().ask(actor, OPENED, kind, &data);
            match result {
                Ok(_) => assert!(may, "{kind} by {actor}"),
                Err(refusal) => {
                    assert!(!may, "{kind} by {actor}: {refusal}");
                    assert_eq!(refusal.code.as_str(), "not_permitted", "{kind} by {actor}");
                    assert_eq!(refusal.pointer, "/actor");
                    assert!(refusal.message.starts_with("only "), "{refusal}");
                }
            }
        }
    }
}

#[test]
fn invariant_1_an_id_exists_once() {
    let mut world = World::standard();
    let table = [
        ("keeper", "register_park", park("prk_x"), "/data/park"),
        ("keeper", "register_firm", firm("frm_x"), "/data/firm"),
        ("keeper", "register_site", site("sit_x"), "/data/site"),
        ("keeper", "register_permit", permit("prm_x"), "/data/permit"),
        ("frm_steel", "register_scale", scale("scl_x"), "/data/scale"),
        ("frm_steel", "register_meter", meter("mtr_x"), "/data/meter"),
        (
            "keeper",
            "publish_catalogue",
            catalogue("cat_x", false, ("10 02 02", "non_hazardous")),
            "/data/catalogue",
        ),
        ("frm_steel", "define_material", material("mat_x"), "/data/material"),
    ];
    for (actor, kind, data, pointer) in table {
        world.take(actor, OPENED, kind, &data);
        let size = world.log.len();
        assert_eq!(world.refuse(actor, OPENED, kind, &data), refused("already_exists", pointer));
        assert_eq!(world.log.len(), size, "a refused command leaves nothing");
    }
}

#[test]
fn what_is_registered_stands_as_it_was_said() {
    let mut world = World::standard();
    world.take("keeper", OPENED, "register_park", &park("prk_x"));
    assert_eq!(world.state::<Park>("prk_x").zone.as_str(), "Asia/Shanghai");
    world.take("frm_steel", OPENED, "register_site", &site("sit_x"));
    assert_eq!(world.state::<Site>("sit_x").firm.as_str(), "frm_steel");
    world.take("frm_steel", OPENED, "register_meter", &meter("mtr_x"));
    assert_eq!(world.state::<Meter>("mtr_x").multiplier.to_string(), "0.01");
    assert!(world.state::<Firm>("frm_recycler").recycler);
    let next = json!({"from": "2026-01-01", "to": "2026-12-31"});
    let calibrate = json!({"calibration": next, "scale": "scl_steel"});
    world.take("frm_steel", OPENED, "calibrate_scale", &calibrate);
    assert_eq!(world.state::<Scale>("scl_steel").calibrations.len(), 2);
    assert_eq!(world.state::<Catalogue>("cat_1").entries, 28);
}

#[test]
fn a_registry_number_has_one_owner() {
    let mut world = World::standard();
    let numbers = set(set(firm("frm_x"), "/uscc", json!(USCC)), "/gln", json!(GLN));
    world.take("prk_guigang", OPENED, "register_firm", &numbers);
    assert_eq!(world.state::<Identifier>(&format!("uscc/{USCC}")).owner.as_str(), "frm_x");
    let other = set(firm("frm_y"), "/uscc", json!(USCC));
    let refusal = world.ask("keeper", OPENED, "register_firm", &other).unwrap_err();
    assert_eq!((refusal.code.as_str(), &*refusal.pointer), ("identifier_taken", "/data/uscc"));
    assert!(refusal.message.contains("frm_x"), "{refusal}");
    // A location number is unique among firms and sites together.
    let there = set(site("sit_x"), "/gln", json!(GLN));
    let found = world.refuse("keeper", OPENED, "register_site", &there);
    assert_eq!(found, refused("identifier_taken", "/data/gln"));
}

#[test]
fn what_is_named_must_be_there() {
    let mut world = World::standard();
    let table = [
        ("register_site", set(site("sit_x"), "/firm", json!("frm_x")), "unknown_firm", "firm"),
        ("register_site", set(site("sit_x"), "/park", json!("prk_x")), "unknown_park", "park"),
        ("register_permit", set(permit("prm_x"), "/site", json!("sit_x")), "unknown_site", "site"),
        (
            "suspend_permit",
            json!({"from": "2025-02-01", "permit": "prm_x", "reason": "why"}),
            "unknown_permit",
            "permit",
        ),
        (
            "calibrate_scale",
            json!({"calibration": {"from": "2026-01-01", "to": "2026-12-31"}, "scale": "scl_x"}),
            "unknown_scale",
            "scale",
        ),
        (
            "classify_hazard",
            json!({"evidence": evidence(), "hazard": "hazardous", "material": "mat_x"}),
            "unknown_material",
            "material",
        ),
    ];
    for (kind, data, code, member) in table {
        let found = world.refuse("keeper", OPENED, kind, &data);
        assert_eq!(found, refused(code, &format!("/data/{member}")), "{kind}");
    }
    let found = world.refuse("prk_x", OPENED, "register_firm", &firm("frm_x"));
    assert_eq!(found, refused("unknown_park", "/actor"));
}

/// Holds that each of these values makes the command refused, for its party; the wrong party is
/// told nothing of what else is wrong.
fn refused_for(
    actor: &str,
    kind: &str,
    data: &Value,
    faults: &[(&str, Value, &'static str, &str)],
) {
    for (member, value, code, pointer) in faults {
        let data = set(data.clone(), member, value.clone());
        let found = World::standard().refuse(actor, OPENED, kind, &data);
        assert_eq!(found, refused(code, &format!("/data{pointer}")), "{data}");
        let found = World::standard().refuse("frm_far", OPENED, kind, &data);
        assert_eq!(found, refused("not_permitted", "/actor"), "{data}");
    }
}

fn reversed() -> Value {
    json!({"from": "2025-12-31", "to": "2025-01-01"})
}

#[test]
fn a_permit_covers_something_once_within_a_term_and_up_to_a_capacity() {
    let code = json!({"code": "S01", "edition": "2024", "scheme": "cn_solid_2024"});
    let zero = json!({"unit": "TNE", "value": "0"});
    refused_for(
        "keeper",
        "register_permit",
        &permit("prm_x"),
        &[
            ("/term", reversed(), "term_reversed", "/term"),
            ("/codes", json!([]), "missing_member", "/codes"),
            ("/codes", json!([code, code]), "duplicate_member", "/codes/1"),
            ("/operations", json!([]), "missing_member", "/operations"),
            ("/operations", json!(["R5", "R5"]), "duplicate_member", "/operations/1"),
            ("/capacity_per_year", zero, "quantity_must_not_be_zero", "/capacity_per_year"),
        ],
    );
}

#[test]
fn a_calibration_has_a_term_and_a_meter_a_multiplier_above_zero() {
    let calibration = ("/calibration", reversed(), "term_reversed", "/calibration");
    refused_for("frm_steel", "register_scale", &scale("scl_x"), std::slice::from_ref(&calibration));
    refused_for(
        "frm_steel",
        "register_meter",
        &meter("mtr_x"),
        &[
            calibration,
            ("/multiplier", json!("0"), "bad_multiplier", "/multiplier"),
            ("/multiplier", json!("-1"), "bad_multiplier", "/multiplier"),
        ],
    );
}

#[test]
fn a_material_has_few_codes_each_once_and_only_a_utility_a_grade() {
    let code = |serial: u8| {
        let code = format!("10 02 {serial:02}");
        json!({"code": code, "edition": "2014", "scheme": "eu_low"})
    };
    let many: Vec<Value> = (0..11).map(code).collect();
    refused_for(
        "frm_steel",
        "define_material",
        &material("mat_x"),
        &[
            ("/grade", json!({"pressure_kpa": 400}), "unexpected_member", "/grade"),
            ("/codes", json!(many), "too_many_members", "/codes"),
            ("/codes", json!([code(1), code(2), code(1)]), "duplicate_member", "/codes/2"),
        ],
    );
}

#[test]
fn a_permit_is_suspended_and_reinstated_by_turns() {
    let mut world = World::standard();
    let data = |from: &str| json!({"from": from, "permit": "prm_recycler", "reason": "why"});
    let day = |text: &str| text.parse().unwrap();
    let found = world.refuse("keeper", OPENED, "reinstate_permit", &data("2025-02-01"));
    assert_eq!(found, refused("permit_not_suspended", "/data/permit"));
    world.take("prk_guigang", OPENED, "suspend_permit", &data("2025-02-01"));
    let found = world.refuse("keeper", OPENED, "suspend_permit", &data("2025-03-01"));
    assert_eq!(found, refused("permit_already_suspended", "/data/permit"));
    let in_force =
        |world: &World, text: &str| world.state::<Permit>("prm_recycler").in_force(day(text));
    assert!(in_force(&world, "2025-01-31") && !in_force(&world, "2025-02-01"));
    world.take("keeper", OPENED, "reinstate_permit", &data("2025-04-01"));
    assert!(!in_force(&world, "2025-03-31") && in_force(&world, "2025-04-01"));
    assert!(!in_force(&world, "2024-12-31") && !in_force(&world, "2026-01-01"));
    // A decision that is dated back undoes an earlier one.
    world.take("keeper", OPENED, "suspend_permit", &data("2025-05-01"));
    world.take("keeper", OPENED, "reinstate_permit", &data("2025-02-01"));
    assert!(in_force(&world, "2025-02-01") && in_force(&world, "2025-05-02"));
}

#[test]
fn a_legal_status_is_a_dated_decision_with_evidence() {
    let mut world = World::standard();
    let mut data = json!({
        "evidence": [],
        "from": "2025-02-01",
        "material": "mat_slag",
        "site": "sit_cement",
        "status": "by_product",
    });
    let found = world.refuse("keeper", OPENED, "decide_legal_status", &data);
    assert_eq!(found, refused("missing_member", "/data/evidence"));
    data["evidence"] = evidence();
    world.take("prk_guigang", OPENED, "decide_legal_status", &data);
    (data["from"], data["status"]) = (json!("2025-03-01"), json!("product"));
    world.take("keeper", OPENED, "decide_legal_status", &data);
    let history = world.state::<LegalStatusHistory>("mat_slag/sit_cement").decisions;
    let day = |text: &str| text.parse().unwrap();
    assert_eq!(
        history,
        [(day("2025-02-01"), LegalStatus::ByProduct), (day("2025-03-01"), LegalStatus::Product)]
    );
}

/// Scheme, edition and code.
type Coded<'a> = (&'a str, &'a str, &'a str);

fn coded(id: &str, codes: &[Coded<'_>]) -> Value {
    let codes: Vec<Value> = codes
        .iter()
        .map(|(scheme, edition, code)| json!({"code": code, "edition": edition, "scheme": scheme}))
        .collect();
    set(material(id), "/codes", json!(codes))
}

#[test]
fn a_material_s_hazard_is_what_its_codes_say_together() {
    let low = |code| ("eu_low", "2014", code);
    let cases: &[(&[Coded<'_>], HazardClass, bool)] = &[
        (&[], HazardClass::NonHazardous, false),
        (&[low("10 02 01")], HazardClass::NonHazardous, false),
        (&[("cn_solid_2024", "2024", "441-001-S02")], HazardClass::NonHazardous, false),
        // Only its class is in the loaded list.
        (&[("cn_solid_2024", "2024", "999-002-S02")], HazardClass::NonHazardous, false),
        (&[low("05 06 03*")], HazardClass::Hazardous, false),
        (&[("cn_hazardous", "2025", "252-002-11")], HazardClass::Hazardous, true),
        (&[low("10 02 07*")], HazardClass::Undecided, false),
        (&[low("10 02 08")], HazardClass::Undecided, false),
        // The star alone, of a code that no loaded list has.
        (&[low("06 01 01*")], HazardClass::Hazardous, true),
        (&[low("06 01 99")], HazardClass::NonHazardous, true),
        (&[low("10 02 01"), low("10 02 08")], HazardClass::Undecided, false),
        (&[low("10 02 01"), low("05 06 03*")], HazardClass::Hazardous, false),
        (&[low("10 02 08"), low("05 06 03*")], HazardClass::Hazardous, false),
        (&[low("10 02 01"), low("06 01 99")], HazardClass::NonHazardous, true),
    ];
    for (codes, hazard, unknown) in cases {
        let mut world = World::standard();
        world.take("frm_steel", OPENED, "define_material", &coded("mat_x", codes));
        let found = world.state::<Material>("mat_x");
        assert_eq!((found.hazard, found.unknown_code), (*hazard, *unknown), "{codes:?}");
    }
}

#[test]
fn a_code_that_a_complete_list_lacks_does_not_exist() {
    let mut world = World::standard();
    let part = catalogue("cat_x", false, ("10 02 01", "non_hazardous"));
    world.take("keeper", OPENED, "publish_catalogue", &part);
    let define = |id: &str, code: &str| coded(id, &[("eu_low", "2030", code)]);
    world.take("frm_steel", OPENED, "define_material", &define("mat_x", "10 02 02"));
    // Another part of the list adds to it; that it is complete now is true of both.
    let rest = catalogue("cat_y", true, ("10 02 10", "non_hazardous"));
    world.take("keeper", OPENED, "publish_catalogue", &rest);
    let found = world.refuse("frm_steel", OPENED, "define_material", &define("mat_y", "10 02 02"));
    assert_eq!(found, refused("code_not_in_catalogue", "/data/codes/0"));
    world.take("frm_steel", OPENED, "define_material", &define("mat_y", "10 02 01"));
    world.take("frm_steel", OPENED, "define_material", &define("mat_z", "10 02 10"));
    assert!(world.state::<CatalogueCode>("eu_low/2030/").complete);
}

#[test]
fn a_catalogue_with_a_fault_is_refused_with_its_place() {
    let mut world = World::standard();
    let fault = catalogue("cat_x", false, ("10 02 01*", "non_hazardous"));
    let found = world.refuse("keeper", OPENED, "publish_catalogue", &fault);
    assert_eq!(found, refused("bad_catalogue", "/data/part/entries/0"));
    let unnamed =
        set(catalogue("cat_x", false, ("10 02 01", "non_hazardous")), "/part/source", json!(" "));
    let found = world.refuse("keeper", OPENED, "publish_catalogue", &unnamed);
    assert_eq!(found, refused("bad_catalogue", "/data/part/source"));
}

#[test]
fn invariant_12_a_mirror_code_stays_undecided_until_its_firm_decides_with_evidence() {
    let mut world = World::standard();
    assert_eq!(world.state::<Material>("mat_dust").hazard, HazardClass::Undecided);
    let decide = |hazard: &str, evidence: Value| {
        let material = "mat_dust";
        json!({"evidence": evidence, "hazard": hazard, "material": material})
    };
    let none = decide("non_hazardous", json!([]));
    let found = world.refuse("frm_steel", OPENED, "classify_hazard", &none);
    assert_eq!(found, refused("missing_member", "/data/evidence"));
    let open = decide("undecided", evidence());
    let found = world.refuse("frm_steel", OPENED, "classify_hazard", &open);
    assert_eq!(found, refused("bad_hazard", "/data/hazard"));
    world.take("frm_steel", OPENED, "classify_hazard", &decide("non_hazardous", evidence()));
    assert_eq!(world.state::<Material>("mat_dust").hazard, HazardClass::NonHazardous);
    // Another examination may find otherwise, and the next one again.
    world.take("frm_steel", OPENED, "classify_hazard", &decide("hazardous", evidence()));
    assert_eq!(world.state::<Material>("mat_dust").hazard, HazardClass::Hazardous);
    world.take("frm_steel", OPENED, "classify_hazard", &decide("non_hazardous", evidence()));
}

#[test]
fn invariant_12_the_other_of_a_pair_is_undecided_too_though_no_list_has_it() {
    let mut world = World::standard();
    let mut part = catalogue("cat_x", false, ("10 05 05*", "mirror"));
    part["part"]["entries"][0]["mirror_of"] = json!("10 05 06");
    world.take("keeper", OPENED, "publish_catalogue", &part);
    let data = coded("mat_x", &[("eu_low", "2030", "10 05 06")]);
    world.take("frm_steel", OPENED, "define_material", &data);
    let found = world.state::<Material>("mat_x");
    assert_eq!((found.hazard, found.unknown_code), (HazardClass::Undecided, false));
    assert!(world.states.exists::<CatalogueCode>("eu_low/2030/10 05 06"));
}

#[test]
fn a_decision_raises_a_hazard_and_never_lowers_what_law_marks() {
    let mut world = World::standard();
    let decide = |material: &str, hazard: &str| {
        let evidence = evidence();
        json!({"evidence": evidence, "hazard": hazard, "material": material})
    };
    world.take("frm_steel", OPENED, "classify_hazard", &decide("mat_slag", "hazardous"));
    assert_eq!(world.state::<Material>("mat_slag").hazard, HazardClass::Hazardous);
    let lower = decide("mat_tar", "non_hazardous");
    let refusal = world.ask("frm_steel", OPENED, "classify_hazard", &lower).unwrap_err();
    assert_eq!((refusal.code.as_str(), &*refusal.pointer), ("bad_hazard", "/data/hazard"));
    assert!(refusal.message.contains("05 06 03*"), "{refusal}");
}
