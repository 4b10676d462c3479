//! Access keys, and the ledger's own records.
//!
//! Invariant: a key has just the members that its role needs, so that what it may see and do is
//! clear from the key alone; a key that was ended never opens anything again.

use crate::domain::access::Role;
use crate::domain::actor::Actor;
use crate::domain::command::{IssueKey, RevokeKey};
use crate::domain::decide::Context;
use crate::domain::event::{Event, KeyIssued, KeyRevoked, LedgerOpened};
use crate::domain::evolve::Meta;
use crate::domain::id::FirmId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::state::{Key, Ledger};
use crate::domain::states::{States, StatesMut};

type Decision = Result<Vec<Event>, Refusal>;

const MAX_PARKS: usize = 100;

/// The ledger's own row; there is one.
const LEDGER: &str = "";

pub fn issue_key<S: States>(context: &Context<'_, S>, data: &IssueKey) -> Decision {
    if data.role == Role::Partner {
        let message = "a link to a partner is made by issue_link, for one question";
        return Err(Refusal::new(Code::UnexpectedMember, "/data/role", message));
    }
    may_govern(context, data.role, data.firm.as_ref())?;
    lookup::absent::<Key>(context, data.key.as_str(), "/data/key")?;
    for (place, park) in data.parks.iter().enumerate() {
        lookup::park(context, park, &format!("/data/parks/{place}"))?;
    }
    if let Some(firm) = &data.firm {
        lookup::firm(context, firm, "/data/firm")?;
    }
    let site = data.site.as_ref().map(|site| lookup::site(context, site, "/data/site"));
    let site = site.transpose()?;
    members_fit(data)?;
    if let (Some(site), Some(firm)) = (site, &data.firm)
        && site.state.firm != *firm
    {
        let message = format!("{} is a site of another firm than {firm}", site.state.site);
        return Err(Refusal::new(Code::UnexpectedMember, "/data/site", message));
    }
    let IssueKey { expires, firm, key, label, parks, role, secret_hash, site } = data.clone();
    Ok(vec![KeyIssued { expires, firm, key, label, parks, role, secret_hash, site }.into()])
}

pub fn revoke_key<S: States>(context: &Context<'_, S>, data: &RevokeKey) -> Decision {
    let found = context.states.find::<Key>(data.key.as_str()).ok_or_else(|| {
        let message = format!("there is no key {}; name one that was issued (issue_key)", data.key);
        Refusal::new(Code::UnknownKey, "/data/key", message)
    })?;
    // A link is ended by the firm that asks with it.
    let link = found.state.link.as_ref().map(|link| (Role::Firm, &link.issued_by));
    let (role, firm) = link
        .map_or((found.state.role, found.state.firm.as_ref()), |(role, firm)| (role, Some(firm)));
    may_govern(context, role, firm)?;
    if found.state.revoked {
        let message = format!("{} was ended already", data.key);
        return Err(Refusal::new(Code::KeyRevoked, "/data/key", message));
    }
    let RevokeKey { key, reason } = data.clone();
    Ok(vec![KeyRevoked { key, reason }.into()])
}

/// The keeper issues and ends any key; a firm those of its own desk, weighbridges and carriers.
fn may_govern<S: States>(
    context: &Context<'_, S>,
    role: Role,
    firm: Option<&FirmId>,
) -> Result<(), Refusal> {
    let of_a_firm = matches!(role, Role::Firm | Role::Weighbridge | Role::Carrier);
    let may = match context.actor {
        Actor::Keeper => true,
        Actor::Firm(actor) => of_a_firm && firm.is_none_or(|firm| firm == actor),
        Actor::Park(_) => false,
    };
    if may {
        return Ok(());
    }
    let message = format!(
        "only the ledger keeper may issue and end any key, and a firm its own of the roles firm, \
         weighbridge and carrier; the actor is {}",
        context.actor
    );
    Err(Refusal::new(Code::NotPermitted, "/actor", message))
}

/// Which members a role has: a firm, a site, and how many parks.
struct Members {
    firm: bool,
    site: bool,
    parks: std::ops::RangeInclusive<usize>,
}

fn members_of(role: Role) -> Members {
    match role {
        Role::LedgerKeeper => Members { firm: false, site: false, parks: 0..=0 },
        Role::Park => Members { firm: false, site: false, parks: 1..=1 },
        Role::Firm | Role::Carrier | Role::Partner => {
            Members { firm: true, site: false, parks: 0..=0 }
        }
        Role::Weighbridge => Members { firm: true, site: true, parks: 0..=0 },
        Role::Verifier | Role::Regulator => {
            Members { firm: false, site: false, parks: 1..=MAX_PARKS }
        }
    }
}

fn members_fit(data: &IssueKey) -> Result<(), Refusal> {
    let members = members_of(data.role);
    let role = data.role;
    let missing = |member: &str, message: String| {
        Err(Refusal::new(Code::MissingMember, format!("/data/{member}"), message))
    };
    let unexpected = |member: &str, message: String| {
        Err(Refusal::new(Code::UnexpectedMember, format!("/data/{member}"), message))
    };
    match (&data.firm, members.firm) {
        (None, true) => return missing("firm", format!("a key of the role {role} names its firm")),
        (Some(_), false) => {
            return unexpected("firm", format!("a key of the role {role} has no firm"));
        }
        (Some(_), true) | (None, false) => {}
    }
    if data.site.is_some() && !members.site {
        return unexpected("site", format!("a key of the role {role} is not bound to a site"));
    }
    let (least, most) = (*members.parks.start(), *members.parks.end());
    if data.parks.len() < least {
        return missing("parks", format!("a key of the role {role} names the park of its mandate"));
    }
    if data.parks.len() > most {
        return unexpected("parks", format!("a key of the role {role} names {most} parks at most"));
    }
    lookup::each_once(&data.parks, "/data/parks")
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::LedgerOpened(event) => {
            let LedgerOpened { demo, origin, verifier_key, .. } = event.clone();
            let state = Ledger { demo, origin, verifier_keys: vec![verifier_key] };
            states.create(LEDGER, at, true, state);
        }
        Event::TailCut(_) => states.change::<Ledger>(LEDGER, at, true, |_| {}),
        Event::KeyRotated(event) => states.change::<Ledger>(LEDGER, at, true, |ledger| {
            ledger.verifier_keys.push(event.verifier_key.clone());
        }),
        Event::KeyIssued(event) => {
            let KeyIssued { expires, firm, key, label, parks, role, secret_hash, site } =
                event.clone();
            let (id, revoked) = (key.clone(), false);
            let link = None;
            let state =
                Key { expires, firm, key, label, link, parks, revoked, role, secret_hash, site };
            states.create(id.as_str(), at, true, state);
        }
        Event::KeyRevoked(event) => {
            states.change::<Key>(event.key.as_str(), at, true, |key| key.revoked = true);
        }
        _ => unreachable!("`domain::evolve` hands over events of access and the ledger only"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use super::*;
    use crate::domain::digest::Digest;
    use crate::domain::event::{KeyRotated, TailCut};
    use crate::domain::rules::testing::with;
    use crate::domain::states::MemoryStates;
    use crate::domain::testing::{OPENED, World};
    use crate::domain::time::{UtcMicros, UtcMillis};

    fn key(role: &str, more: Value) -> Value {
        let hash = "5e".repeat(32);
        let key = json!({"key": "key_x", "label": "a desk", "role": role, "secret_hash": hash});
        with(key, more)
    }

    #[test]
    fn a_key_has_just_the_members_that_its_role_needs() {
        let firm = json!({"firm": "frm_steel"});
        let gate = json!({"firm": "frm_steel", "site": "sit_steel"});
        let park = json!({"parks": ["prk_guigang"]});
        let parks = json!({"parks": ["prk_guigang", "prk_kalundborg"]});
        let twice = json!({"parks": ["prk_guigang", "prk_guigang"]});
        let mixed = json!({"firm": "frm_steel", "parks": ["prk_guigang"]});
        let other_site = json!({"firm": "frm_steel", "site": "sit_cement"});
        let table = [
            ("ledger_keeper", json!({}), ""),
            ("ledger_keeper", firm.clone(), "unexpected_member /data/firm"),
            ("ledger_keeper", park.clone(), "unexpected_member /data/parks"),
            ("park", park.clone(), ""),
            ("park", json!({}), "missing_member /data/parks"),
            ("park", parks.clone(), "unexpected_member /data/parks"),
            ("firm", firm.clone(), ""),
            ("firm", json!({}), "missing_member /data/firm"),
            ("firm", gate.clone(), "unexpected_member /data/site"),
            ("firm", mixed, "unexpected_member /data/parks"),
            ("carrier", firm.clone(), ""),
            ("carrier", gate.clone(), "unexpected_member /data/site"),
            ("weighbridge", firm.clone(), ""),
            ("weighbridge", gate, ""),
            ("weighbridge", json!({}), "missing_member /data/firm"),
            ("weighbridge", other_site, "unexpected_member /data/site"),
            ("verifier", parks.clone(), ""),
            ("verifier", json!({}), "missing_member /data/parks"),
            ("verifier", firm.clone(), "unexpected_member /data/firm"),
            ("regulator", park, ""),
            ("regulator", twice, "duplicate_member /data/parks/1"),
            ("regulator", json!({"parks": ["prk_x"]}), "unknown_park /data/parks/0"),
            ("firm", json!({"firm": "frm_x"}), "unknown_firm /data/firm"),
        ];
        for (role, members, expected) in table {
            let data = key(role, members);
            let found = match World::standard().ask("keeper", OPENED, "issue_key", &data) {
                Ok(_) => String::new(),
                Err(refusal) => format!("{} {}", refusal.code.as_str(), refusal.pointer),
            };
            assert_eq!(found, expected, "{data}");
        }
    }

    #[test]
    fn the_keeper_issues_any_key_and_a_firm_those_of_its_own_people_and_scales() {
        let of = |firm: &str| json!({"firm": firm});
        let park = json!({"parks": ["prk_guigang"]});
        let table = [
            ("keeper", key("firm", of("frm_steel")), true),
            ("frm_steel", key("firm", of("frm_steel")), true),
            ("frm_steel", key("weighbridge", of("frm_steel")), true),
            ("frm_steel", key("carrier", of("frm_steel")), true),
            ("frm_steel", key("firm", of("frm_cement")), false),
            ("frm_steel", key("verifier", park.clone()), false),
            ("frm_steel", key("park", park.clone()), false),
            ("frm_steel", key("ledger_keeper", json!({})), false),
            ("prk_guigang", key("park", park), false),
        ];
        for (actor, data, may) in table {
            let mut world = World::standard();
            let Err(refusal) = world.ask(actor, OPENED, "issue_key", &data) else {
                assert!(may, "{actor}: {data}");
                continue;
            };
            assert!(!may, "{actor}: {refusal}");
            assert_eq!(refusal.code.as_str(), "not_permitted");
            // Nor may it end such a key.
            world.take("keeper", OPENED, "issue_key", &data);
            let revoke = json!({"key": "key_x", "reason": "why"});
            let found = world.refuse(actor, OPENED, "revoke_key", &revoke);
            assert_eq!(found, ("not_permitted", "/actor".to_owned()));
        }
    }

    #[test]
    fn a_key_is_issued_once_and_ended_once() {
        let mut world = World::standard();
        let data = key("firm", json!({"expires": "2026-12-31", "firm": "frm_steel"}));
        let revoke = json!({"key": "key_x", "reason": "lost"});
        let found = world.refuse("keeper", OPENED, "revoke_key", &revoke);
        assert_eq!(found, ("unknown_key", "/data/key".to_owned()));
        world.take("keeper", OPENED, "issue_key", &data);
        let found = world.refuse("keeper", OPENED, "issue_key", &data);
        assert_eq!(found, ("already_exists", "/data/key".to_owned()));
        assert!(!world.state::<Key>("key_x").revoked);
        world.take("frm_steel", OPENED, "revoke_key", &revoke);
        assert!(world.state::<Key>("key_x").revoked);
        let found = world.refuse("frm_steel", OPENED, "revoke_key", &revoke);
        assert_eq!(found, ("key_revoked", "/data/key".to_owned()));
        let found = world.refuse("keeper", OPENED, "issue_key", &data);
        assert_eq!(found.0, "already_exists", "an ended key's id is never used again");
    }

    #[test]
    fn the_ledger_s_row_keeps_all_its_verifier_keys() {
        let mut states = MemoryStates::default();
        let text = |text: &str| text.parse().unwrap();
        let opened = LedgerOpened {
            demo: true,
            format: 1,
            origin: text("example.org/a/blake3"),
            verifier_key: text("key 1"),
        };
        let cut = TailCut { bytes: 1, copy: text("torn/1"), copy_hash: Digest([0; 32]), size: 1 };
        let rotated = KeyRotated { verifier_key: text("key 2") };
        for (position, event) in (0..).zip([opened.into(), cut.into(), rotated.into()]) {
            let (parks, actor) = (&[], &Actor::Keeper);
            let (occurred_at, recorded_at) = (UtcMillis(0), UtcMicros(0));
            let meta = Meta { position, parks, actor, occurred_at, recorded_at };
            evolve(&mut states, &meta, &event);
        }
        let ledger = states.find::<Ledger>("").unwrap();
        assert_eq!((ledger.created, ledger.changed, ledger.version), (0, 2, 3));
        assert_eq!(ledger.state.verifier_keys, [text("key 1"), text("key 2")]);
        assert!(ledger.state.demo);
    }
}
