//! Materials: what they are, whether they are hazardous, and what they are in law at a site.
//!
//! Invariant: hazard comes from the codes when a material is defined, and after that only from a
//! decision of its firm with evidence. No decision makes less of a code that law marks.

use crate::domain::command::{ClassifyHazard, DecideLegalStatus, DefineMaterial};
use crate::domain::decide::Context;
use crate::domain::event::{HazardClassified, LegalStatusDecided, MaterialDefined};
use crate::domain::evolve::Meta;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::registry::Decision;
use crate::domain::rules::who::{require_firm, require_park};
use crate::domain::rules::{hazard, lookup};
use crate::domain::shapes::{HazardClass, MaterialKind, Nonconformity};
use crate::domain::state::{LegalStatusHistory, Material};
use crate::domain::states::{States, StatesMut};

const MAX_CODES: usize = 10;

pub fn define_material<S: States>(context: &Context<'_, S>, data: &DefineMaterial) -> Decision {
    require_firm(context, &data.firm, "define a material of this firm")?;
    lookup::firm(context, &data.firm, "/data/firm")?;
    lookup::absent::<Material>(context, data.material.as_str(), "/data/material")?;
    lookup::counted(&data.codes, 0, MAX_CODES, "/data/codes")?;
    lookup::each_once(&data.codes, "/data/codes")?;
    let verdict = hazard::verdict(context.states, &data.codes, "/data/codes")?;
    if data.grade.is_some() && data.kind != MaterialKind::Utility {
        let message = "a grade (pressure, temperature, water class) is that of a utility";
        return Err(Refusal::new(Code::UnexpectedMember, "/data/grade", message));
    }
    let nonconformities = match verdict.unknown_code {
        true => vec![Nonconformity::UnknownCode],
        false => Vec::new(),
    };
    let hazard = verdict.hazard;
    let DefineMaterial { basis, codes, dimension, firm, grade, kind, material, name } =
        data.clone();
    Ok(vec![
        MaterialDefined {
            basis,
            codes,
            dimension,
            firm,
            grade,
            hazard,
            kind,
            material,
            name,
            nonconformities,
        }
        .into(),
    ])
}

pub fn classify_hazard<S: States>(context: &Context<'_, S>, data: &ClassifyHazard) -> Decision {
    let found = lookup::material(context, &data.material, "/data/material")?;
    require_firm(context, &found.state.firm, "decide whether its material is hazardous")?;
    lookup::counted(&data.evidence, 1, usize::MAX, "/data/evidence")?;
    let refuse = |message: String| Err(Refusal::new(Code::BadHazard, "/data/hazard", message));
    match data.hazard {
        HazardClass::Undecided => {
            return refuse("a decision says hazardous or non_hazardous".to_owned());
        }
        HazardClass::NonHazardous => {
            let codes = &found.state.codes;
            if let Some(code) = hazard::absolutely_hazardous(context.states, codes) {
                return refuse(format!(
                    "{code} is hazardous in itself; only a mirror code leaves it to an examination"
                ));
            }
        }
        HazardClass::Hazardous => {}
    }
    let ClassifyHazard { evidence, hazard, material } = data.clone();
    let firm = found.state.firm.clone();
    Ok(vec![HazardClassified { evidence, firm, hazard, material }.into()])
}

pub fn decide_legal_status<S: States>(
    context: &Context<'_, S>,
    data: &DecideLegalStatus,
) -> Decision {
    let at = lookup::site(context, &data.site, "/data/site")?;
    require_park(context, &at.state.park, "decide what a material is in law at this site")?;
    lookup::material(context, &data.material, "/data/material")?;
    lookup::counted(&data.evidence, 1, usize::MAX, "/data/evidence")?;
    let DecideLegalStatus { evidence, from, material, site, status } = data.clone();
    let park = at.state.park.clone();
    Ok(vec![LegalStatusDecided { evidence, from, material, park, site, status }.into()])
}

pub(super) fn defined<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &MaterialDefined) {
    let event = event.clone();
    let id = event.material.clone();
    let state = Material {
        basis: event.basis,
        codes: event.codes,
        dimension: event.dimension,
        firm: event.firm,
        grade: event.grade,
        hazard: event.hazard,
        kind: event.kind,
        material: event.material,
        name: event.name,
        unknown_code: event.nonconformities.contains(&Nonconformity::UnknownCode),
    };
    states.create(id.as_str(), meta.position, true, state);
}

pub(super) fn classified<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &HazardClassified) {
    states.change::<Material>(event.material.as_str(), meta.position, true, |material| {
        material.hazard = event.hazard;
    });
}

pub(super) fn status_decided<S: StatesMut>(
    states: &mut S,
    meta: &Meta<'_>,
    event: &LegalStatusDecided,
) {
    states.change::<Material>(event.material.as_str(), meta.position, true, |_| {});
    let id = format!("{}/{}", event.material, event.site);
    let before = states.find::<LegalStatusHistory>(&id);
    let mut history =
        before.map_or(LegalStatusHistory { decisions: Vec::new() }, |before| before.state.clone());
    history.decisions.push((event.from, event.status));
    states.create(&id, meta.position, false, history);
}
