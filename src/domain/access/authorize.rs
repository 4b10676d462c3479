//! Who may do and see what.
//!
//! Invariant: one function, total over roles and actions, with no state of its own. What is not
//! allowed here is denied, and where a denial would tell that something exists the caller answers
//! as if it did not.
//!
//! The rights: anyone checks the log's hashes and proofs and reads closed periods' figures. Heads
//! of records go to the verifiers and regulators of their park, bodies to their parties and, again,
//! the park's verifiers and regulators. A park's administration sees its contracts and deliveries,
//! not their records, because tickets reach it as totals only. Confidential values stay with the
//! parties. The ledger keeper runs the ledger and sees no trade. A scale's or carrier's key writes
//! what it weighed or moved, and reads no more than which contracts and loads it may weigh for.

use std::fmt;

use crate::domain::access::{Principal, Role};
use crate::domain::actor::Actor;
use crate::domain::id::{FirmId, ParkId, SiteId};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub enum Action<'a> {
    /// Give a command of that type for an actor. `site` is where a load or reading is recorded, see
    /// [`acting_site`](crate::domain::access::acting_site); a key that is bound to a site needs it.
    Act { actor: &'a Actor, kind: &'a str, site: Option<&'a SiteId> },
    /// Checkpoints, leaf hashes and proofs.
    ReadLog,
    /// The HEAD of a record that concerns these parks; none if it is of the whole ledger.
    ReadHead { parks: &'a [ParkId] },
    /// The BODY of a record that concerns these parks and parties. Whoever may read the BODY may
    /// read the whole line.
    ReadBody { parks: &'a [ParkId], firms: &'a [FirmId] },
    /// What a key may do, of a firm's or of somebody else; never its secret.
    ReadKey { firm: Option<&'a FirmId> },
    /// A contract, delivery, return, permit, scale or meter, with its facts, as these firms and
    /// parks have it.
    ReadAggregate { parks: &'a [ParkId], firms: &'a [FirmId] },
    /// What whoever weighs at that site of that firm has to choose from: contracts in force there
    /// and loads on their way, without prices, weights or tickets.
    ReadToWeigh { firm: &'a FirmId, site: &'a SiteId },
    /// Parks, firms, sites, catalogues and materials.
    ReadRegistry,
    /// What is offered and sought.
    ReadListing,
    /// Figures of a park, of closed periods only or up to now.
    ReadStatistics { park: &'a ParkId, closed: bool },
    /// A document about what these firms do in these parks, that somebody brought.
    ReadEvidence { parks: &'a [ParkId], firms: &'a [FirmId], by: Option<&'a Actor> },
    /// Bring the bytes of a document.
    Upload,
    /// The confidential values that these parties have put into the log.
    ReadSealed { firms: &'a [FirmId] },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Nobody asked: with a key it might be allowed.
    pub needs_key: bool,
    pub reason: String,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Denial {}

/// What the keys of scales may ask for.
const WEIGHBRIDGE: &[&str] = &["dispatch_delivery", "receive_delivery", "record_metered_period"];

/// What one-time links may ask for.
const PARTNER: &[&str] = &["answer_link"];

/// What the keys of carriers may ask for.
const CARRIER: &[&str] = &["dispatch_delivery", "receive_delivery"];

/// Whether somebody may; `who` is nobody without a key.
pub fn authorize(who: Option<&Principal>, action: &Action<'_>) -> Result<(), Denial> {
    if is_public(action) {
        return Ok(());
    }
    let Some(who) = who else {
        let reason = "this needs an access key: Authorization: Bearer …".to_owned();
        return Err(Denial { needs_key: true, reason });
    };
    let allowed = match action {
        Action::Act { actor, kind, site } => return may_act(who, actor, kind, *site),
        Action::ReadLog => true,
        Action::ReadHead { parks } => {
            checks_any(who, parks) || (parks.is_empty() && who.role == Role::LedgerKeeper)
        }
        Action::ReadBody { parks, firms } => {
            checks_any(who, parks)
                || is_desk_of(who, firms)
                // Without parties it is about the park or the ledger itself.
                || (firms.is_empty() && (is_park_of(who, parks) || who.role == Role::LedgerKeeper))
        }
        Action::ReadKey { firm } => {
            who.role == Role::LedgerKeeper
                || firm.is_some_and(|firm| is_desk_of(who, std::slice::from_ref(firm)))
        }
        Action::ReadAggregate { parks, firms } => {
            checks_any(who, parks) || is_desk_of(who, firms) || is_park_of(who, parks)
        }
        Action::ReadToWeigh { firm, site } => {
            records_for(who, firm) && who.site.as_ref().is_none_or(|bound| bound == *site)
        }
        Action::ReadRegistry => reads(who.role),
        Action::ReadListing => reads(who.role) && who.role != Role::LedgerKeeper,
        Action::ReadStatistics { park, closed: _ } => {
            let park = std::slice::from_ref(*park);
            checks_any(who, park) || is_park_of(who, park)
        }
        // Documents show as much as BODYs do: tickets, assays, prices on invoices.
        Action::ReadEvidence { parks, firms, by } => {
            let is_own = by.is_some_and(|by| reads(who.role) && acts_for(who, by));
            checks_any(who, parks) || is_desk_of(who, firms) || is_own
        }
        Action::Upload => match who.role {
            Role::Partner => false,
            Role::Verifier | Role::Regulator => {
                let reason = format!("a key of the role {} only reads", who.role);
                return Err(Denial { needs_key: false, reason });
            }
            Role::LedgerKeeper | Role::Park | Role::Firm | Role::Weighbridge | Role::Carrier => {
                true
            }
        },
        Action::ReadSealed { firms } => is_desk_of(who, firms),
    };
    if allowed {
        return Ok(());
    }
    let reason = format!("a key of the role {} may not read this", who.role);
    Err(Denial { needs_key: false, reason })
}

/// What is for everybody.
fn is_public(action: &Action<'_>) -> bool {
    match action {
        Action::ReadLog | Action::ReadStatistics { closed: true, .. } => true,
        Action::Act { .. }
        | Action::ReadHead { .. }
        | Action::ReadBody { .. }
        | Action::ReadKey { .. }
        | Action::ReadAggregate { .. }
        | Action::ReadToWeigh { .. }
        | Action::ReadRegistry
        | Action::ReadListing
        | Action::ReadStatistics { closed: false, .. }
        | Action::ReadEvidence { .. }
        | Action::Upload
        | Action::ReadSealed { .. } => false,
    }
}

fn may_act(
    who: &Principal,
    actor: &Actor,
    kind: &str,
    site: Option<&SiteId>,
) -> Result<(), Denial> {
    let deny = |reason: String| Err(Denial { needs_key: false, reason });
    let kinds = match who.role {
        Role::LedgerKeeper | Role::Park | Role::Firm => None,
        Role::Weighbridge => Some(WEIGHBRIDGE),
        Role::Carrier => Some(CARRIER),
        Role::Partner => Some(PARTNER),
        Role::Verifier | Role::Regulator => {
            return deny(format!("a key of the role {} only reads", who.role));
        }
    };
    if !acts_for(who, actor) {
        let party = party_of(who);
        return deny(format!("this key acts for {party} and not for {actor}"));
    }
    if let Some(kinds) = kinds
        && !kinds.contains(&kind)
    {
        let kinds = kinds.join(", ");
        return deny(format!("a key of the role {} may only ask for {kinds}", who.role));
    }
    match &who.site {
        Some(bound) if site != Some(bound) => {
            deny(format!("this key is bound to the site {bound} and records what happens there"))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a key is one of that party's.
fn acts_for(who: &Principal, actor: &Actor) -> bool {
    match (who.role, actor) {
        (Role::LedgerKeeper, Actor::Keeper) => true,
        (Role::Park, Actor::Park(park)) => who.parks.contains(park),
        (Role::Firm, Actor::Firm(firm)) => is_desk_of(who, std::slice::from_ref(firm)),
        (Role::Weighbridge | Role::Carrier | Role::Partner, Actor::Firm(firm)) => {
            who.firm.as_ref() == Some(firm)
        }
        (
            Role::LedgerKeeper
            | Role::Park
            | Role::Firm
            | Role::Weighbridge
            | Role::Carrier
            | Role::Partner
            | Role::Verifier
            | Role::Regulator,
            Actor::Keeper | Actor::Park(_) | Actor::Firm(_),
        ) => false,
    }
}

/// For whom a key acts, in words.
fn party_of(who: &Principal) -> String {
    match (&who.firm, who.parks.first()) {
        (Some(firm), _) => firm.to_string(),
        (None, Some(park)) => park.to_string(),
        (None, None) => crate::domain::actor::KEEPER.to_owned(),
    }
}

/// A verifier or regulator with a mandate in one of the parks; in any, for what is of the whole
/// ledger.
fn checks_any(who: &Principal, parks: &[ParkId]) -> bool {
    let checks = matches!(who.role, Role::Verifier | Role::Regulator);
    checks && (parks.is_empty() || parks.iter().any(|park| who.parks.contains(park)))
}

/// The administration of one of the parks.
fn is_park_of(who: &Principal, parks: &[ParkId]) -> bool {
    who.role == Role::Park && parks.iter().any(|park| who.parks.contains(park))
}

/// The desk of one of the firms; its scales and carriers are not.
fn is_desk_of(who: &Principal, firms: &[FirmId]) -> bool {
    let own = who.firm.iter().chain(&who.also);
    who.role == Role::Firm && own.into_iter().any(|firm| firms.contains(firm))
}

/// A firm's desk, one of its scales or carriers: whoever may record its loads.
fn records_for(who: &Principal, firm: &FirmId) -> bool {
    let records = matches!(who.role, Role::Firm | Role::Weighbridge | Role::Carrier);
    records && who.firm.as_ref() == Some(firm)
}

/// Roles that read at all.
fn reads(role: Role) -> bool {
    match role {
        Role::LedgerKeeper | Role::Park | Role::Firm | Role::Verifier | Role::Regulator => true,
        Role::Weighbridge | Role::Carrier | Role::Partner => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// Every action with every relation to the one who asks, for every role. The keys are those of
    /// the keeper, the park a, the firm a, a scale and a carrier of the firm a, a link that asks
    /// the firm a, a verifier and a regulator of the park a, and none.
    const TABLE: &str = "
                                  keeper park firm scale carrier partner verifier regulator public
        act register_site keeper   yes    -    -    -     -       -       -        -         -
        act register_site prk_a    -      yes  -    -     -       -       -        -         -
        act register_site prk_b    -      -    -    -     -       -       -        -         -
        act register_site frm_a    -      -    yes  -     -       -       -        -         -
        act register_site frm_b    -      -    -    -     -       -       -        -         -
        act accept_delivery frm_a  -      -    yes  -     -       -       -        -         -
        act dispatch_delivery frm_a -     -    yes  yes   yes     -       -        -         -
        act dispatch_delivery frm_b -     -    -    -     -       -       -        -         -
        act receive_delivery frm_a -      -    yes  yes   yes     -       -        -         -
        act record_metered_period frm_a -     -    yes  yes   -       -       -        -         -
        act calibrate_meter frm_a  -      -    yes  -     -       -       -        -         -
        act replace_meter frm_a    -      -    yes  -     -       -       -        -         -
        act replace_meter frm_b    -      -    -    -     -       -       -        -         -
        act adjust_metered_periods frm_a - -   yes  -     -       -       -        -         -
        act confirm_adjustment frm_a -    -    yes  -     -       -       -        -         -
        act confirm_adjustment frm_b -    -    -    -     -       -       -        -         -
        act decline_adjustment frm_a -    -    yes  -     -       -       -        -         -
        act record_network_balance prk_a - yes -    -     -       -       -        -         -
        act record_network_balance prk_b - -   -    -     -       -       -        -         -
        act dispute_delivery frm_a -      -    yes  -     -       -       -        -         -
        act dispute_delivery frm_b -      -    -    -     -       -       -        -         -
        act draw_stock frm_a       -      -    yes  -     -       -       -        -         -
        act draw_stock frm_b       -      -    -    -     -       -       -        -         -
        act form_lot frm_a         -      -    yes  -     -       -       -        -         -
        act form_lot frm_b         -      -    -    -     -       -       -        -         -
        act blend_lots frm_a       -      -    yes  -     -       -       -        -         -
        act split_lot frm_a        -      -    yes  -     -       -       -        -         -
        act dissolve_lot frm_a     -      -    yes  -     -       -       -        -         -
        act issue_claim frm_a      -      -    yes  -     -       -       -        -         -
        act issue_claim frm_b      -      -    -    -     -       -       -        -         -
        act allocate_claim frm_a   -      -    yes  -     -       -       -        -         -
        act transfer_claim frm_a   -      -    yes  -     -       -       -        -         -
        act retire_claim frm_a     -      -    yes  -     -       -       -        -         -
        act void_claim frm_a       -      -    yes  -     -       -       -        -         -
        act open_mass_balance frm_a -     -    yes  -     -       -       -        -         -
        act claim_output frm_a     -      -    yes  -     -       -       -        -         -
        act claim_output frm_b     -      -    -    -     -       -       -        -         -
        act publish_factors keeper yes    -    -    -     -       -       -        -         -
        act declare_baseline frm_a -      -    yes  -     -       -       -        -         -
        act state_distance frm_b   -      -    -    -     -       -       -        -         -
        act register_facility prk_a -     yes  -    -     -       -       -        -         -
        act reserve_capacity frm_a -      -    yes  -     -       -       -        -         -
        act reserve_capacity frm_b -      -    -    -     -       -       -        -         -
        act record_facility_use frm_a -   -    yes  -     -       -       -        -         -
        act record_outage prk_b    -      -    -    -     -       -       -        -         -
        act settle_dispute frm_a   -      -    yes  -     -       -       -        -         -
        act withdraw_dispute frm_a -      -    yes  -     -       -       -        -         -
        act record_counterparty frm_a -   -    yes  -     -       -       -        -         -
        act issue_link frm_a       -      -    yes  -     -       -       -        -         -
        act answer_link frm_a      -      -    yes  -     -       yes     -        -         -
        act answer_link frm_b      -      -    -    -     -       -       -        -         -
        act confirm_entry frm_a    -      -    yes  -     -       -       -        -         -
        act claim_counterparty keeper yes -    -    -     -       -       -        -         -
        act revoke_key frm_a       -      -    yes  -     -       -       -        -         -
        log                        yes    yes  yes  yes   yes     yes     yes      yes       yes
        head prk_a                 -      -    -    -     -       -       yes      yes       -
        head prk_b                 -      -    -    -     -       -       -        -         -
        head prk_b,prk_a           -      -    -    -     -       -       yes      yes       -
        head none                  yes    -    -    -     -       -       yes      yes       -
        body prk_a frm_a           -      -    yes  -     -       -       yes      yes       -
        body prk_a frm_b           -      -    -    -     -       -       yes      yes       -
        body prk_b frm_b           -      -    -    -     -       -       -        -         -
        body prk_b frm_b,frm_a     -      -    yes  -     -       -       -        -         -
        body prk_b,prk_a frm_b     -      -    -    -     -       -       yes      yes       -
        body none frm_b            -      -    -    -     -       -       yes      yes       -
        body none frm_a            -      -    yes  -     -       -       yes      yes       -
        body prk_a none            yes    yes  -    -     -       -       yes      yes       -
        body prk_b none            yes    -    -    -     -       -       -        -         -
        body none none             yes    -    -    -     -       -       yes      yes       -
        key frm_a                  yes    -    yes  -     -       -       -        -         -
        key frm_b                  yes    -    -    -     -       -       -        -         -
        key none                   yes    -    -    -     -       -       -        -         -
        aggregate prk_a frm_a      -      yes  yes  -     -       -       yes      yes       -
        aggregate prk_a frm_b      -      yes  -    -     -       -       yes      yes       -
        aggregate prk_b frm_b      -      -    -    -     -       -       -        -         -
        aggregate prk_b frm_a      -      -    yes  -     -       -       -        -         -
        weigh frm_a sit_a          -      -    yes  yes   yes     -       -        -         -
        weigh frm_b sit_a          -      -    -    -     -       -       -        -         -
        registry                   yes    yes  yes  -     -       -       yes      yes       -
        listing                    -      yes  yes  -     -       -       yes      yes       -
        statistics prk_a closed    yes    yes  yes  yes   yes     yes     yes      yes       yes
        statistics prk_b closed    yes    yes  yes  yes   yes     yes     yes      yes       yes
        statistics prk_a open      -      yes  -    -     -       -       yes      yes       -
        statistics prk_b open      -      -    -    -     -       -       -        -         -
        evidence prk_a frm_a frm_a -      -    yes  -     -       -       yes      yes       -
        evidence prk_a frm_b frm_b -      -    -    -     -       -       yes      yes       -
        evidence prk_b frm_b frm_b -      -    -    -     -       -       -        -         -
        evidence prk_b frm_b prk_a -      yes  -    -     -       -       -        -         -
        evidence prk_b frm_b keeper yes   -    -    -     -       -       -        -         -
        evidence prk_b frm_a keeper yes   -    yes  -     -       -       -        -         -
        evidence none frm_b frm_b  -      -    -    -     -       -       yes      yes       -
        upload                     yes    yes  yes  yes   yes     -       -        -         -
        sealed frm_a               -      -    yes  -     -       -       -        -         -
        sealed frm_b               -      -    -    -     -       -       -        -         -
        sealed none                -      -    -    -     -       -       -        -         -
    ";

    const ROLES: [Option<Role>; 9] = [
        Some(Role::LedgerKeeper),
        Some(Role::Park),
        Some(Role::Firm),
        Some(Role::Weighbridge),
        Some(Role::Carrier),
        Some(Role::Partner),
        Some(Role::Verifier),
        Some(Role::Regulator),
        None,
    ];

    fn principal(role: Role) -> Principal {
        let of_firms = [Role::Firm, Role::Weighbridge, Role::Carrier, Role::Partner];
        let firm = of_firms.contains(&role);
        let parks = matches!(role, Role::Park | Role::Verifier | Role::Regulator);
        Principal {
            key: "key_a".parse().unwrap(),
            role,
            firm: firm.then(|| "frm_a".parse().unwrap()),
            parks: parks.then(|| "prk_a".parse().unwrap()).into_iter().collect(),
            site: None,
            also: Vec::new(),
        }
    }

    fn list<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> Vec<T> {
        let names = text.split(',').filter(|name| *name != "none");
        names.map(|name| name.parse().unwrap()).collect()
    }

    /// Asks for the action of a row.
    fn ask(who: Option<&Principal>, words: &[&str]) -> Result<(), Denial> {
        let parks = |at: usize| list::<ParkId>(words[at]);
        let firms = |at: usize| list::<FirmId>(words[at]);
        match words[0] {
            "act" => {
                let (kind, actor) = (words[1], words[2].parse().unwrap());
                authorize(who, &Action::Act { actor: &actor, kind, site: None })
            }
            "log" => authorize(who, &Action::ReadLog),
            "head" => authorize(who, &Action::ReadHead { parks: &parks(1) }),
            "body" => authorize(who, &Action::ReadBody { parks: &parks(1), firms: &firms(2) }),
            "key" => authorize(who, &Action::ReadKey { firm: firms(1).first() }),
            "aggregate" => {
                authorize(who, &Action::ReadAggregate { parks: &parks(1), firms: &firms(2) })
            }
            "weigh" => {
                let (firm, site) = (&firms(1)[0], &words[2].parse().unwrap());
                authorize(who, &Action::ReadToWeigh { firm, site })
            }
            "registry" => authorize(who, &Action::ReadRegistry),
            "listing" => authorize(who, &Action::ReadListing),
            "statistics" => {
                let (park, closed) = (&parks(1)[0], words[2] == "closed");
                authorize(who, &Action::ReadStatistics { park, closed })
            }
            "evidence" => {
                let by = words[3].parse().unwrap();
                let (parks, firms) = (&parks(1)[..], &firms(2)[..]);
                authorize(who, &Action::ReadEvidence { parks, firms, by: Some(&by) })
            }
            "upload" => authorize(who, &Action::Upload),
            "sealed" => authorize(who, &Action::ReadSealed { firms: &firms(1) }),
            other => panic!("no action is called {other}"),
        }
    }

    #[test]
    fn every_role_may_do_what_the_table_says_and_nothing_else() {
        let mut rows = TABLE.lines().map(str::trim).filter(|row| !row.is_empty());
        assert_eq!(rows.next().unwrap().split_whitespace().count(), ROLES.len());
        let mut seen = 0;
        for row in rows {
            let words: Vec<&str> = row.split_whitespace().collect();
            let (action, answers) = words.split_at(words.len() - ROLES.len());
            for (role, answer) in ROLES.into_iter().zip(answers) {
                let who = role.map(principal);
                let result = ask(who.as_ref(), action);
                assert_eq!(result.is_ok(), *answer == "yes", "{role:?}: {row}: {result:?}");
                assert!(["yes", "-"].contains(answer), "{row}");
                if let Err(denial) = result {
                    assert_eq!(denial.needs_key, role.is_none(), "{denial}");
                    assert!(denial.reason.len() > 20, "{denial}");
                }
                seen += 1;
            }
        }
        assert_eq!(seen, 95 * 9);
    }

    #[test]
    fn a_key_that_is_bound_to_a_site_records_only_there() {
        let mut who = principal(Role::Weighbridge);
        who.site = Some("sit_a".parse().unwrap());
        let actor = "frm_a".parse().unwrap();
        let at = |site: Option<&str>| {
            let site = site.map(|site| site.parse().unwrap());
            let kind = "receive_delivery";
            let action = Action::Act { actor: &actor, kind, site: site.as_ref() };
            authorize(Some(&who), &action).is_ok()
        };
        assert_eq!([at(Some("sit_a")), at(Some("sit_b")), at(None)], [true, false, false]);
        let sees = |site: &str| {
            let (firm, site) = ("frm_a".parse().unwrap(), site.parse().unwrap());
            authorize(Some(&who), &Action::ReadToWeigh { firm: &firm, site: &site }).is_ok()
        };
        assert_eq!([sees("sit_a"), sees("sit_b")], [true, false]);
    }

    #[test]
    fn the_keys_of_scales_and_carriers_are_for_commands_that_there_are() {
        use crate::domain::command::Request;
        let kinds = WEIGHBRIDGE.iter().chain(CARRIER);
        assert!(kinds.copied().all(|kind| Request::KINDS.contains(&kind)));
    }
}
