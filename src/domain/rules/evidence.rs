//! Documents as evidence about things: who may link one, and who may read it because of that.
//!
//! Invariant: what is linked concerns the firms and parks of its subject, no others; whoever linked
//! it may read it as well. That the bytes exist is not asked here, because rules read no disk: the
//! ledger asks before a command reaches its writer.

use crate::domain::actor::Actor;
use crate::domain::attachment::ATTACHMENT_BYTES_MAX;
use crate::domain::command::AttachEvidence;
use crate::domain::decide::Context;
use crate::domain::event::{Event, EvidenceAttached};
use crate::domain::evolve::Meta;
use crate::domain::id::{FirmId, ParkId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup::{self, Found};
use crate::domain::shapes::Party;
use crate::domain::state::{
    AttachedEvidence, AttachmentUse, Contract, Delivery, Meter, PeriodReturn, Reader,
};
use crate::domain::states::{Aggregate, States, StatesMut};
use crate::domain::subject::Subject;

type Decision = Result<Vec<Event>, Refusal>;

const SUBJECT: &str = "/data/subject";

/// Whom a subject concerns, each once.
struct Concern {
    firms: Vec<FirmId>,
    parks: Vec<ParkId>,
}

pub fn attach_evidence<S: States>(context: &Context<'_, S>, data: &AttachEvidence) -> Decision {
    let Concern { firms, parks } = concern(context, &data.subject)?;
    require_party(context.actor, &data.subject, &firms, &parks)?;
    lookup::absent::<AttachedEvidence>(context, data.evidence.as_str(), "/data/evidence")?;
    if !(1..=ATTACHMENT_BYTES_MAX).contains(&data.attachment.bytes) {
        let message = format!(
            "an attachment has 1 to {ATTACHMENT_BYTES_MAX} bytes, not {}; send what its upload \
             was answered",
            data.attachment.bytes
        );
        return Err(Refusal::new(Code::AttachmentDiffers, "/data/attachment/bytes", message));
    }
    let AttachEvidence { attachment, evidence, kind, subject, title } = data.clone();
    Ok(vec![EvidenceAttached { attachment, evidence, firms, kind, parks, subject, title }.into()])
}

/// The subject's firms and parks, or that there is no such thing.
fn concern<S: States>(context: &Context<'_, S>, subject: &Subject) -> Result<Concern, Refusal> {
    let at = |firm: &FirmId, park: &ParkId| Concern {
        firms: vec![firm.clone()],
        parks: vec![park.clone()],
    };
    let of_ledger = |firm: &FirmId| Concern { firms: vec![firm.clone()], parks: Vec::new() };
    Ok(match subject {
        Subject::Contract(id) => {
            let found = find::<Contract, S>(context, id.as_str(), Code::UnknownContract)?;
            sides(&found.state.supplier, &found.state.receiver)
        }
        Subject::Delivery(id) => {
            let found = find::<Delivery, S>(context, id.as_str(), Code::UnknownDelivery)?;
            sides(&found.state.exchange.supplier, &found.state.exchange.receiver)
        }
        Subject::Firm(id) => of_ledger(&lookup::firm(context, id, SUBJECT)?.state.firm),
        Subject::Material(id) => of_ledger(&lookup::material(context, id, SUBJECT)?.state.firm),
        Subject::Meter(id) => {
            let found = find::<Meter, S>(context, id.as_str(), Code::UnknownMeter)?;
            at(&found.state.firm, &found.state.park)
        }
        Subject::Permit(id) => {
            let permit = lookup::permit(context, id, SUBJECT)?;
            let site = lookup::site(context, &permit.state.site, SUBJECT)?;
            at(&site.state.firm, &permit.state.park)
        }
        Subject::Return(id) => {
            let found = find::<PeriodReturn, S>(context, id.as_str(), Code::UnknownReturn)?;
            at(&found.state.firm, &found.state.park)
        }
        Subject::Scale(id) => {
            let found = lookup::scale(context, id, SUBJECT)?;
            at(&found.state.firm, &found.state.park)
        }
        Subject::Site(id) => {
            let found = lookup::site(context, id, SUBJECT)?;
            at(&found.state.firm, &found.state.park)
        }
    })
}

fn find<A: Aggregate, S: States>(context: &Context<'_, S>, id: &str, code: Code) -> Found<A> {
    context.states.find(id).ok_or_else(|| {
        let message = format!("there is no {id}; a document is about what is in the ledger");
        Refusal::new(code, SUBJECT, message)
    })
}

/// Both sides; one firm may be both, and one park usually is.
fn sides(supplier: &Party, receiver: &Party) -> Concern {
    let mut firms = vec![supplier.firm.clone(), receiver.firm.clone()];
    let mut parks = vec![supplier.park.clone(), receiver.park.clone()];
    firms.dedup();
    parks.dedup();
    Concern { firms, parks }
}

/// A party of the subject may, and who registers such things.
fn require_party(
    actor: &Actor,
    subject: &Subject,
    firms: &[FirmId],
    parks: &[ParkId],
) -> Result<(), Refusal> {
    let registered = matches!(subject, Subject::Firm(_) | Subject::Permit(_) | Subject::Site(_));
    let may = match actor {
        Actor::Firm(firm) => firms.contains(firm),
        Actor::Park(park) => registered && parks.contains(park),
        Actor::Keeper => registered,
    };
    if may {
        return Ok(());
    }
    let parties: Vec<_> = firms.iter().map(ToString::to_string).collect();
    let others = match registered {
        true => ", its park or the ledger keeper",
        false => "",
    };
    let parties = parties.join(", ");
    let message =
        format!("documents about {subject} are brought by {parties}{others}, not {actor}");
    Err(Refusal::new(Code::NotAParty, "/actor", message))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    match event {
        Event::EvidenceAttached(event) => attached(states, meta, event),
        _ => unreachable!("`domain::evolve` hands over events of evidence only"),
    }
}

fn attached<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &EvidenceAttached) {
    let at = meta.position;
    let EvidenceAttached { attachment, evidence, firms, kind, parks, subject, title } =
        event.clone();
    let used = AttachmentUse { bytes: attachment.bytes, media_type: attachment.media_type };
    let hash = attachment.hash;
    let mut readers: Vec<Reader<'_>> = firms.iter().map(Reader::Firm).collect();
    readers.extend(parks.iter().map(Reader::Park));
    readers.extend(parks.is_empty().then_some(Reader::AnyPark));
    readers.push(Reader::By(meta.actor));
    states.create(&hash.to_string(), at, false, used.clone());
    for reader in readers {
        states.create(&AttachmentUse::id(&hash, reader), at, false, used.clone());
    }
    let (id, by) = (evidence.clone(), meta.actor.clone());
    let state = AttachedEvidence { attachment, by, evidence, firms, kind, parks, subject, title };
    states.create(id.as_str(), at, true, state);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use super::*;
    use crate::domain::digest::Digest;
    use crate::domain::rules::testing::DAY;
    use crate::domain::testing::World;

    fn evidence(id: &str, subject: &str) -> Value {
        json!({
            "attachment": {
                "bytes": 1200, "hash": "a7".repeat(32), "media_type": "application/pdf",
            },
            "evidence": id, "kind": "assay", "subject": subject, "title": "laboratory report 17",
        })
    }

    fn world() -> World {
        let mut world = World::with_slag();
        world.dispatch("dlv_1", "ctr_slag", "30");
        world
    }

    #[test]
    fn a_party_links_a_document_and_it_concerns_the_subject_s_firms_and_parks() {
        let mut world = world();
        let data = evidence("evd_1", "delivery/dlv_1");
        let events = world.take("frm_cement", DAY, "attach_evidence", &data);
        let [Event::EvidenceAttached(event)] = &events[..] else { panic!("{events:?}") };
        let names = |list: &[FirmId]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&event.firms), ["frm_steel", "frm_cement"]);
        assert_eq!(event.parks, ["prk_guigang".parse().unwrap()]);
        let state = world.state::<AttachedEvidence>("evd_1");
        assert_eq!(
            (state.by.as_str(), state.title.as_str()),
            ("frm_cement", "laboratory report 17")
        );
        let hash = Digest([0xa7; 32]);
        for reader in [
            Reader::Firm(&"frm_steel".parse().unwrap()),
            Reader::Firm(&"frm_cement".parse().unwrap()),
            Reader::Park(&"prk_guigang".parse().unwrap()),
            Reader::By(&"frm_cement".parse().unwrap()),
        ] {
            assert!(world.states.exists::<AttachmentUse>(&AttachmentUse::id(&hash, reader)));
        }
        for nobody in [Reader::Firm(&"frm_power".parse().unwrap()), Reader::AnyPark] {
            assert!(!world.states.exists::<AttachmentUse>(&AttachmentUse::id(&hash, nobody)));
        }
    }

    #[test]
    fn who_may_depends_on_what_it_is_about() {
        let table = [
            ("contract/ctr_slag", "frm_steel", true),
            ("contract/ctr_slag", "frm_power", false),
            ("contract/ctr_slag", "prk_guigang", false),
            ("contract/ctr_slag", "keeper", false),
            ("delivery/dlv_1", "frm_cement", true),
            ("delivery/dlv_1", "keeper", false),
            ("permit/prm_recycler", "frm_recycler", true),
            ("permit/prm_recycler", "prk_guigang", true),
            ("permit/prm_recycler", "prk_kalundborg", false),
            ("permit/prm_recycler", "keeper", true),
            ("permit/prm_recycler", "frm_steel", false),
            ("site/sit_steel", "prk_guigang", true),
            ("firm/frm_steel", "frm_steel", true),
            ("firm/frm_steel", "keeper", true),
            ("firm/frm_steel", "prk_guigang", false),
            ("material/mat_slag", "frm_steel", true),
            ("material/mat_slag", "frm_cement", false),
            ("scale/scl_steel", "frm_steel", true),
            ("scale/scl_steel", "keeper", false),
            ("meter/mtr_power", "frm_power", true),
        ];
        for (subject, actor, may) in table {
            let asked = world().ask(actor, DAY, "attach_evidence", &evidence("evd_1", subject));
            match asked {
                Ok(_) => assert!(may, "{actor} on {subject}"),
                Err(refusal) => {
                    assert!(!may, "{actor} on {subject}: {refusal}");
                    assert_eq!((refusal.code, &*refusal.pointer), (Code::NotAParty, "/actor"));
                }
            }
        }
    }

    #[test]
    fn what_is_of_no_park_may_be_read_by_whoever_checks_any() {
        let mut world = world();
        let data = evidence("evd_1", "material/mat_slag");
        let events = world.take("frm_steel", DAY, "attach_evidence", &data);
        assert!(events[0].parks().is_empty());
        let id = AttachmentUse::id(&Digest([0xa7; 32]), Reader::AnyPark);
        assert!(world.states.exists::<AttachmentUse>(&id));
    }

    #[test]
    fn what_is_not_there_is_named_by_its_code() {
        for (subject, code) in [
            ("contract/ctr_x", "unknown_contract"),
            ("delivery/dlv_x", "unknown_delivery"),
            ("firm/frm_x", "unknown_firm"),
            ("material/mat_x", "unknown_material"),
            ("meter/mtr_x", "unknown_meter"),
            ("permit/prm_x", "unknown_permit"),
            ("return/ret_x", "unknown_return"),
            ("scale/scl_x", "unknown_scale"),
            ("site/sit_x", "unknown_site"),
        ] {
            let data = evidence("evd_1", subject);
            let found = world().refuse("frm_steel", DAY, "attach_evidence", &data);
            assert_eq!(found, (code, SUBJECT.to_owned()));
        }
    }

    #[test]
    fn refusals_come_in_a_fixed_order() {
        let mut world = world();
        world.take("frm_steel", DAY, "attach_evidence", &evidence("evd_1", "site/sit_steel"));
        let mut data = evidence("evd_1", "delivery/dlv_x");
        data["attachment"]["bytes"] = json!(0);
        let mut refused =
            |actor: &str, data: &Value| world.refuse(actor, DAY, "attach_evidence", data).0;
        assert_eq!(refused("frm_power", &data), "unknown_delivery");
        data["subject"] = json!("delivery/dlv_1");
        assert_eq!(refused("frm_power", &data), "not_a_party");
        assert_eq!(refused("frm_steel", &data), "already_exists");
        data["evidence"] = json!("evd_2");
        assert_eq!(refused("frm_steel", &data), "attachment_differs");
        data["attachment"]["bytes"] = json!(ATTACHMENT_BYTES_MAX + 1);
        assert_eq!(refused("frm_steel", &data), "attachment_differs");
        data["attachment"]["bytes"] = json!(ATTACHMENT_BYTES_MAX);
        world.take("frm_steel", DAY, "attach_evidence", &data);
    }
}
