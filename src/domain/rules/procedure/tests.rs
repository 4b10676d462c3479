//! The procedure of a programme, step by step.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::domain::procedure::ParticipationStage as S;
use crate::domain::rules::testing::with;
use crate::domain::samples;
use crate::domain::state::Participation;
use crate::domain::testing::{OPENED, World};

const DAY: &str = "2025-03-01T08:00:00.000Z";

fn ruling() -> Value {
    json!({"authority": "Ministry", "evidence": [{"hash": "ab".repeat(32), "title": "Decision"}]})
}

fn of(more: Value) -> Value {
    with(json!({"participation": "prg_a"}), more)
}

fn ruled(more: Value) -> Value {
    with(of(more), json!({"ruling": ruling()}))
}

fn plan() -> Value {
    json!({
        "base_year": 2022,
        "choices": [{"choice": "heavy", "parameter": "industry"}],
        "end_year": 2027,
        "method": "example.1",
        "mid_year": 2025,
        "statements": ["stm_base"],
        "targets": [{
            "end": {"direction": "at_least", "value": "80"},
            "indicator": "solid_waste_utilisation",
            "mid": {"direction": "at_least", "value": "75"},
        }],
    })
}

/// A world with a method, a statement of 2022 and an application.
fn world() -> World {
    let mut world = World::standard();
    world.take("keeper", OPENED, "publish_method", &json!({"document": samples::method()}));
    let base = json!({
        "figures": [{"item": "energy_used", "method": "declared", "unit": "GV", "value": "1"}],
        "park": "prk_guigang", "period": "2022", "statement": "stm_base",
    });
    world.take("prk_guigang", OPENED, "state_figures", &base);
    let apply = of(json!({"method": "example.1", "park": "prk_guigang"}));
    world.take("prk_guigang", OPENED, "apply_for_programme", &apply);
    world
}

impl World {
    fn park(&mut self, at: &str, kind: &str, more: Value) {
        self.take("prk_guigang", at, kind, &of(more));
    }

    fn authority(&mut self, at: &str, kind: &str, more: Value) {
        self.take("keeper", at, kind, &ruled(more));
    }

    fn participation(&self) -> Participation {
        self.state("prg_a")
    }
}

/// As far as a stage, on one day.
fn up_to(stage: S) -> World {
    let mut world = world();
    let term = json!({"from": "2025-01-01", "to": "2026-12-31"});
    if stage == S::Applied {
        return world;
    }
    world.park(DAY, "file_plan", json!({"plan": plan()}));
    if stage == S::Planned {
        return world;
    }
    world.authority(DAY, "approve_plan", json!({}));
    if stage == S::Approved {
        return world;
    }
    world.authority(DAY, "accept_programme", json!({"accepted": true}));
    if stage == S::Accepted {
        return world;
    }
    world.authority(DAY, "name_park", json!({"term": term}));
    assert_eq!(world.participation().stage(), S::Named);
    world
}

#[test]
fn a_park_goes_from_its_application_to_a_name_that_is_warned_of_and_rectified() {
    let mut world = up_to(S::Named);
    let state = world.participation();
    let stages: Vec<_> = state.history.iter().map(|since| since.stage).collect();
    assert_eq!(stages, [S::Applied, S::Planned, S::Approved, S::Accepted, S::Named]);
    let approved = state.approved.as_ref().unwrap().at;
    assert_eq!(state.plan_at(approved), None, "it stands behind its record only");
    let pinned = serde_json::to_value(state.plan_at(approved + 1).unwrap()).unwrap();
    assert_eq!(pinned, plan());
    assert_eq!(state.stage_at(approved), Some(S::Planned));

    world.park(DAY, "file_annual_report", json!({"period": "2024"}));
    let report = world.participation().report(2024).unwrap().as_of;
    assert_eq!(report, world.log.len() as u64 - 1, "its own record's position");
    let again =
        world.refuse("prk_guigang", DAY, "file_annual_report", &of(json!({"period": "2024"})));
    assert_eq!(again, ("already_declared", "/data/period".to_owned()));
    world.authority(DAY, "evaluate_park", json!({"period": "2024", "result": "failed"}));
    assert_eq!(world.participation().evaluations[0].as_of, report);
    let deadline = json!({"deadline": "2025-06-30", "reason": "targets missed"});
    world.authority(DAY, "warn_park", deadline);
    assert_eq!(world.participation().stage(), S::Warned);
    let rectified = json!({
        "evidence": [{"hash": "cd".repeat(32), "title": "Report"}], "statement": "mended",
    });
    let data = of(rectified.clone());
    let late = world.refuse("prk_guigang", "2025-07-01T08:00:00.000Z", "rectify", &data);
    assert_eq!(late, ("too_late", "/occurred_at".to_owned()));
    world.park("2025-06-30T08:00:00.000Z", "rectify", rectified);
    assert_eq!(world.participation().stage(), S::Named);
    assert_eq!(world.participation().warning, None);
}

#[test]
fn a_warned_park_is_revoked_after_its_deadline_and_may_appeal_in_time() {
    let mut world = up_to(S::Named);
    world.authority(DAY, "warn_park", json!({"deadline": "2025-06-30", "reason": "missed"}));
    let revoke = json!({"appeal_by": "2025-09-30", "reason": "not rectified"});
    let early =
        world.refuse("keeper", "2025-06-30T08:00:00.000Z", "revoke_naming", &ruled(revoke.clone()));
    assert_eq!(early, ("deadline_not_over", "/occurred_at".to_owned()));
    world.authority("2025-07-01T08:00:00.000Z", "revoke_naming", revoke);
    let appeal = of(json!({"grounds": "figures were wrong"}));
    let late = world.refuse("prk_guigang", "2025-10-01T08:00:00.000Z", "appeal", &appeal);
    assert_eq!(late.0, "too_late");
    world.take("prk_guigang", "2025-09-30T08:00:00.000Z", "appeal", &appeal);
    assert_eq!(world.participation().stage(), S::RevocationAppealed);
    world.authority("2025-10-02T08:00:00.000Z", "decide_appeal", json!({"granted": true}));
    assert_eq!(world.participation().stage(), S::Named);

    world.authority(
        "2025-10-03T08:00:00.000Z",
        "revoke_naming",
        json!({
            "appeal_by": "2025-12-31", "reason": "grave",
        }),
    );
    world.take("prk_guigang", "2025-10-04T08:00:00.000Z", "appeal", &appeal);
    world.authority("2025-10-05T08:00:00.000Z", "decide_appeal", json!({"granted": false}));
    let at = "2025-10-06T08:00:00.000Z";
    assert_eq!(world.refuse("prk_guigang", at, "appeal", &appeal).0, "wrong_stage");
}

#[test]
fn a_refusal_says_until_when_it_may_be_appealed_against() {
    let mut world = up_to(S::Approved);
    let mut refused = |more: Value, code: &str, pointer: &str| {
        let found = world.refuse("keeper", DAY, "accept_programme", &ruled(more));
        assert_eq!(found, (code, pointer.to_owned()));
    };
    refused(json!({"accepted": false}), "missing_member", "/data/appeal_by");
    let both = json!({"accepted": true, "appeal_by": "2025-04-01"});
    refused(both, "unexpected_member", "/data/appeal_by");
    let over = json!({"accepted": false, "appeal_by": "2025-02-01"});
    refused(over, "bad_due", "/data/appeal_by");
    let no = json!({"accepted": false, "appeal_by": "2025-04-01"});
    world.authority(DAY, "accept_programme", no);
    world.park(DAY, "appeal", json!({"grounds": "it was built"}));
    assert_eq!(world.participation().stage(), S::RefusalAppealed);
    world.authority(DAY, "decide_appeal", json!({"granted": true}));
    assert_eq!(world.participation().stage(), S::Accepted);
}

#[test]
fn the_park_files_and_the_keeper_records_what_the_authority_decides() {
    let mut world = up_to(S::Planned);
    for actor in ["prk_guigang", "frm_steel"] {
        let found = world.refuse(actor, DAY, "approve_plan", &ruled(json!({})));
        assert_eq!(found, ("not_permitted", "/actor".to_owned()));
    }
    for actor in ["prk_kalundborg", "frm_steel"] {
        let found = world.refuse(actor, DAY, "file_plan", &of(json!({"plan": plan()})));
        assert_eq!(found.0, "not_permitted");
    }
    let mut bare = ruled(json!({}));
    bare["ruling"]["evidence"] = json!([]);
    let found = world.refuse("keeper", DAY, "approve_plan", &bare);
    assert_eq!(found, ("evidence_needed", "/data/ruling/evidence".to_owned()));
    let mut none = ruled(json!({}));
    none["participation"] = json!("prg_none");
    let found = world.refuse("keeper", DAY, "approve_plan", &none);
    assert_eq!(found, ("unknown_participation", "/data/participation".to_owned()));
    let warn = ruled(json!({"deadline": "2025-06-30", "reason": "missed"}));
    let found = world.refuse("keeper", DAY, "warn_park", &warn);
    assert_eq!(found, ("wrong_stage", "/data/participation".to_owned()));
    let apply = of(json!({"method": "example.1", "park": "prk_guigang"}));
    let found = world.refuse("prk_guigang", DAY, "apply_for_programme", &apply);
    assert_eq!(found.0, "already_exists");
}

#[test]
fn a_name_that_is_over_is_neither_warned_of_nor_revoked() {
    let mut world = up_to(S::Named);
    let at = "2027-01-01T08:00:00.000Z";
    let warn = ruled(json!({"deadline": "2027-06-30", "reason": "missed"}));
    assert_eq!(world.refuse("keeper", at, "warn_park", &warn).0, "outside_term");
    let revoke = ruled(json!({"appeal_by": "2027-06-30", "reason": "missed"}));
    assert_eq!(world.refuse("keeper", at, "revoke_naming", &revoke).0, "outside_term");
}

#[test]
fn reports_are_of_whole_years_and_evaluations_of_reports() {
    let mut world = up_to(S::Named);
    let mut refused = |actor: &str, kind: &str, data: Value, code: &str| {
        assert_eq!(world.refuse(actor, DAY, kind, &data), (code, "/data/period".to_owned()));
    };
    let report = |period: &str| of(json!({"period": period}));
    refused("prk_guigang", "file_annual_report", report("2024-Q1"), "wrong_period");
    refused("prk_guigang", "file_annual_report", report("2025"), "period_not_over");
    let evaluate = ruled(json!({"period": "2024", "result": "passed"}));
    refused("keeper", "evaluate_park", evaluate, "report_not_filed");
}

#[test]
fn a_plan_names_what_there_is_and_proves_its_base_year() {
    let mut world = up_to(S::Applied);
    let mut refused = |member: &str, value: Value, code: &str, pointer: &str| {
        let mut data = plan();
        data[member] = value;
        let found = world.refuse("prk_guigang", DAY, "file_plan", &of(json!({"plan": data})));
        assert_eq!(found, (code, format!("/data/plan/{pointer}")));
    };
    refused("method", json!("none.1"), "unknown_method", "method");
    refused("base_year", json!(1800), "bad_plan", "base_year");
    refused("end_year", json!(2022), "bad_plan", "end_year");
    refused("mid_year", json!(2027), "bad_plan", "mid_year");
    let choice = |choice: &str, parameter: &str| json!({"choice": choice, "parameter": parameter});
    refused("choices", json!([choice("heavy", "none")]), "bad_plan", "choices/0");
    refused("choices", json!([choice("none", "industry")]), "bad_plan", "choices/0");
    let twice = json!([choice("heavy", "industry"), choice("other", "industry")]);
    refused("choices", twice, "bad_plan", "choices/1");
    let target =
        |name: &str| json!({"end": {"direction": "at_least", "value": "1"}, "indicator": name});
    refused("targets", json!([]), "missing_member", "targets");
    refused("targets", json!([target("none")]), "bad_plan", "targets/0");
    let twice = json!([target("links"), target("links")]);
    refused("targets", twice, "bad_plan", "targets/1");
    refused("statements", json!([]), "evidence_needed", "statements");
    refused("statements", json!(["stm_none"]), "unknown_statement", "statements/0");
    refused("base_year", json!(2021), "bad_plan", "statements/0");
    let back = json!({"reason": "wrong", "statement": "stm_base"});
    world.take("prk_guigang", DAY, "withdraw_statement", &back);
    let found = world.refuse("prk_guigang", DAY, "file_plan", &of(json!({"plan": plan()})));
    assert_eq!(found, ("statement_withdrawn", "/data/plan/statements/0".to_owned()));
}
