//! What a plan's own commands say of places: whose a site is, its scale, what its meters count.

use std::collections::HashMap;

use crate::domain::actor::Actor;
use crate::domain::command::{Command, Request};
use crate::domain::decimal::Decimal;
use crate::domain::id::{FirmId, MeterId, ScaleId, SiteId};
use crate::domain::time::Zone;
use crate::domain::unit::Unit;
use crate::scenario::plan::{Plan, Told};

pub struct Ground {
    pub zone: Zone,
    /// Each with its firm, in the order of the plan.
    sites: Vec<(SiteId, Actor)>,
    scales: HashMap<SiteId, ScaleId>,
    meters: HashMap<MeterId, (Decimal, Unit)>,
}

impl Ground {
    #[expect(clippy::wildcard_enum_match_arm, reason = "most commands place nothing")]
    pub fn of(plan: &Plan) -> Ground {
        let (mut scales, mut meters) = (HashMap::new(), HashMap::new());
        let (mut sites, mut zone) = (Vec::new(), None);
        for told in &plan.commands {
            match request(plan, told) {
                Request::RegisterPark(data) => zone = zone.or(Some(data.zone)),
                Request::RegisterSite(data) => {
                    sites.push((data.site, Actor::Firm(data.firm)));
                }
                Request::RegisterScale(data) => {
                    scales.insert(data.site, data.scale);
                }
                Request::RegisterMeter(data) => {
                    meters.insert(data.meter, (data.multiplier, data.unit));
                }
                _ => {}
            }
        }
        let zone = zone.unwrap_or_else(|| panic!("the plan {} registers a park", plan.name));
        Ground { zone, sites, scales, meters }
    }

    pub fn firm(&self, site: &SiteId) -> &Actor {
        let found = self.sites.iter().find(|(other, _)| other == site);
        found.map(|(_, firm)| firm).unwrap_or_else(|| panic!("the plan registers {site}"))
    }

    /// The sites with their firms, in the order of the plan.
    pub fn sites(&self) -> impl Iterator<Item = (&SiteId, &FirmId)> {
        self.sites.iter().filter_map(|(site, actor)| Some((site, actor.firm()?)))
    }

    pub fn scale(&self, site: &SiteId) -> &ScaleId {
        self.scales.get(site).unwrap_or_else(|| panic!("the plan registers a scale at {site}"))
    }

    /// What one count of a meter is, in base units.
    pub fn count(&self, meter: &MeterId) -> i64 {
        let meters = self.meters.get(meter);
        let (multiplier, unit) = meters.unwrap_or_else(|| panic!("the plan registers {meter}"));
        let count = multiplier.times_floor(i128::from(unit.factor()));
        count.and_then(|count| i64::try_from(count).ok()).expect("meters of plans count little")
    }
}

/// What a told command asks. Plans ship with the program and are tested with it.
pub fn request(plan: &Plan, told: &Told) -> Request {
    Command::request(&told.kind, told.data.get()).unwrap_or_else(|error| {
        panic!("the plan {}: {} at {}: {}", plan.name, told.kind, error.pointer, error.message)
    })
}
