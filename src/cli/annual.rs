//! `symbiosis report --annual`: a park's self-report of a year in a programme, from the log.
//!
//! Invariant: it rests on the records below the position that the filed report pins, so it says the
//! same for ever; while none is filed, on all that is whole.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::out::{Failure, Out, Outcome, count};
use crate::domain::event::Event;
use crate::domain::evolve::evolve;
use crate::domain::fact::facts;
use crate::domain::id::{ParkId, ParticipationId, RosterId};
use crate::domain::method::{Bound, Direction, Item, Method};
use crate::domain::name::Name;
use crate::domain::procedure::{ParticipationStage, ProgrammePlan};
use crate::domain::state::{Park, Participation, PublishedMethod, Roster, RosterVersion};
use crate::domain::states::{MemoryStates, States as _};
use crate::domain::text::Text;
use crate::domain::time::Period;
use crate::log::LogReader;
use crate::merkle::{Blake3, CompactRange};
use crate::query::covered::MissingPlace;
use crate::query::programme::{
    IndicatorStatus, IndicatorView, Passes, Programme, ProgrammeAnswer, Question,
};
use crate::query::target::{MilestoneView, Pinned, TargetView};
use crate::record::Decoded;
use crate::statistics::method::Ground;

/// An indicator in the base year and in the year of the report.
#[derive(Serialize)]
struct Line {
    indicator: Name,
    title_en: Text,
    title_zh: Text,
    unit: Text,
    base_value: Option<String>,
    value: Option<String>,
    status: IndicatorStatus,
    bound: Option<Bound>,
    target: Option<TargetView>,
    measured_percent: Option<String>,
    coverage_percent: Option<String>,
    missing_places: Vec<MissingPlace>,
}

#[derive(Serialize)]
struct SelfReport {
    park: ParkId,
    park_name: Text,
    participation: ParticipationId,
    stage: ParticipationStage,
    method: Name,
    method_version: u16,
    title_en: Text,
    title_zh: Text,
    plan: ProgrammePlan,
    period: Period,
    /// Whether the park has filed it, and so pinned the position.
    filed: bool,
    /// From the facts of all records below this position.
    as_of: u64,
    /// Root of the log's tree at that position.
    root: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    passes: Option<Passes>,
    indicators: Vec<Line>,
}

/// What the records below a position lead to.
pub struct Folded {
    pub states: MemoryStates,
    rosters: Vec<RosterId>,
    methods: Vec<Text>,
    pub ground: Ground,
    /// Of the tree over those records.
    pub root: String,
}

impl Folded {
    /// Every version of a method that was published.
    pub fn methods(&self) -> impl Iterator<Item = PublishedMethod> {
        let find = |id: &Text| self.states.find::<PublishedMethod>(id.as_str());
        self.methods.iter().filter_map(find).map(|found| found.state.clone())
    }

    /// The rosters of a park.
    pub fn standing(&self, park: &ParkId) -> Vec<RosterVersion> {
        let find = |roster: &RosterId| self.states.find::<Roster>(roster.as_str());
        let rosters = self.rosters.iter().filter_map(find).map(|roster| roster.state.now.clone());
        rosters.filter(|roster| roster.park == *park).collect()
    }
}

/// Folds the records below a position, with the facts of a park.
pub fn fold(reader: &LogReader, below: u64, park: Option<&ParkId>) -> Result<Folded, Failure> {
    let mut states = MemoryStates::default();
    let (mut rosters, mut methods, mut ground) = (Vec::new(), Vec::new(), Ground::default());
    let mut range: CompactRange<Blake3> = CompactRange::new();
    reader.scan_stored(0, below, |stored| {
        let decoded = Decoded::read(&stored.line, stored.head.clone());
        let decoded = decoded.map_err(|error| Failure::failed(error.to_string()))?;
        range.push(decoded.leaf, |_, _, _| {});
        evolve(&mut states, &decoded.meta(), &decoded.event);
        if let Event::RosterSet(event) = &decoded.event
            && !rosters.contains(&event.roster)
        {
            rosters.push(event.roster.clone());
        }
        if let Event::MethodPublished(event) = &decoded.event {
            methods.push(event.id.clone());
        }
        facts(&decoded.event, |fact| {
            if Some(&fact.park) == park {
                ground.add_fact(&fact);
            }
        });
        Ok::<(), Failure>(())
    })?;
    Ok(Folded { states, rosters, methods, ground, root: range.root().to_string() })
}

pub fn run(reader: &LogReader, participation: &str, period: Option<Period>, out: Out) -> Outcome {
    let id: ParticipationId =
        participation.parse().map_err(|error| Failure::Usage(format!("--annual: {error}")))?;
    let Some(period @ Period::Year(year)) = period else {
        return Err(Failure::Usage("--annual needs --period with a year, as 2017".to_owned()));
    };
    let size = reader.size();
    let whole = fold(reader, size, None)?;
    let found = whole.states.find::<Participation>(id.as_str());
    let Some(found) = found else {
        return Err(Failure::failed(format!("this ledger has no participation {id}")));
    };
    let report = found.state.report(year);
    let (as_of, filed) = (report.map_or(size, |report| report.as_of), report.is_some());
    let park = found.state.park.clone();
    let folded = fold(reader, as_of, Some(&park))?;
    out.answer(&make(&folded, &id, period, (as_of, filed))?, text)
}

fn make(
    folded: &Folded,
    id: &ParticipationId,
    period: Period,
    (as_of, filed): (u64, bool),
) -> Result<SelfReport, Failure> {
    let states = &folded.states;
    let found = states.find::<Participation>(id.as_str());
    let state = found.ok_or_else(|| Failure::failed(format!("{id} was not there yet")))?;
    let Some(plan) = state.state.plan_at(as_of) else {
        return Err(Failure::failed(format!("the plan of {id} was not approved yet")));
    };
    let park = state.state.park.clone();
    let name = states.find::<Park>(park.as_str()).expect("it was registered").state.name.clone();
    let method = states.find::<PublishedMethod>(plan.method.as_str());
    let method = method.expect("a plan is by a published method").state.read();
    let base = evaluate(folded, &method, id, &plan, (Period::Year(plan.base_year), as_of));
    let now = evaluate(folded, &method, id, &plan, (period, as_of));
    let base = base.indicators.into_iter();
    Ok(SelfReport {
        park,
        park_name: name,
        participation: id.clone(),
        stage: state.state.stage(),
        method: method.method.clone(),
        method_version: method.version,
        title_en: method.title_en.clone(),
        title_zh: method.title_zh.clone(),
        plan,
        period,
        filed,
        as_of,
        root: folded.root.clone(),
        passes: now.passes,
        indicators: now
            .indicators
            .into_iter()
            .zip(base)
            .map(|(now, base)| line(now, base))
            .collect(),
    })
}

fn evaluate(
    folded: &Folded,
    method: &Method,
    id: &ParticipationId,
    plan: &ProgrammePlan,
    (period, as_of): (Period, u64),
) -> ProgrammeAnswer {
    let states = &folded.states;
    let park = states.find::<Participation>(id.as_str()).expect("it was found").state.park.clone();
    let rosters = folded.standing(&park);
    let choices = plan.choices.iter().map(|one| (one.parameter.clone(), one.choice.clone()));
    let question = Question {
        park,
        period,
        base_year: Some(plan.base_year),
        choices: choices.collect(),
        as_of,
        lag: 0,
        root: None,
        rosters,
        pinned: Some(Pinned { participation: id.clone(), plan: plan.clone() }),
    };
    let items = |name: &Name| states.find::<Item>(name.as_str()).map(|item| item.state.clone());
    Programme::evaluate(question, method, &items, &folded.ground).answer()
}

fn line(now: IndicatorView, base: IndicatorView) -> Line {
    Line {
        indicator: now.indicator,
        title_en: now.title_en,
        title_zh: now.title_zh,
        unit: now.unit,
        base_value: base.value,
        value: now.value,
        status: now.status,
        bound: now.bound,
        target: now.target,
        measured_percent: now.measured_percent,
        coverage_percent: now.coverage_percent,
        missing_places: now.missing_places,
    }
}

fn text(report: &SelfReport) -> String {
    let SelfReport { park, park_name, participation, method, method_version, plan, .. } = report;
    let mut text = format!(
        "{park_name} ({park}), {}\n{participation} by {method}.{method_version}, {}\n",
        report.period,
        report.stage.as_str()
    );
    let filed = if report.filed { "filed" } else { "not filed yet" };
    let _ = writeln!(
        text,
        "Report {filed}, from {}, root {}",
        count(report.as_of, "record"),
        report.root
    );
    let mid = plan.mid_year.map_or(String::new(), |year| format!(", mid year {year}"));
    let _ = writeln!(text, "Base year {}{mid}, end year {}\n", plan.base_year, plan.end_year);
    for line in &report.indicators {
        write_line(&mut text, line, plan.base_year);
    }
    let says = match report.passes {
        None => "The method asks for nothing that could be met.",
        Some(Passes::Yes) => "What the method asks for is met.",
        Some(Passes::No) => "What the method asks for is not met.",
        Some(Passes::Unknown) => "Whether the method is met depends on what is not known.",
    };
    let _ = writeln!(text, "\n{says}");
    text
}

fn write_line(text: &mut String, line: &Line, base_year: u16) {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let status = match line.status {
        IndicatorStatus::Met => "met",
        IndicatorStatus::NotMet => "not met",
        IndicatorStatus::Reported => "reported",
        IndicatorStatus::Unknown => "unknown",
        IndicatorStatus::Undefined => "undefined",
        IndicatorStatus::Incomplete => "incomplete",
        IndicatorStatus::Inconsistent => "inconsistent",
    };
    let (title, unit) = (&line.title_en, &line.unit);
    let _ = write!(
        text,
        "  {title}: {} {unit} ({base_year}: {}), {status}",
        shown(&line.value),
        shown(&line.base_value)
    );
    if let Some(bound) = &line.bound {
        let _ = write!(text, ", threshold {}", bound_text(bound));
    }
    if let Some(target) = &line.target {
        let all = target.mid.iter().chain([&target.end]);
        for MilestoneView { bound, met, year } in all {
            let met = met.map_or("can't be said", |met| if met { "met" } else { "not met" });
            let _ = write!(text, ", target {year} {} {met}", bound_text(bound));
        }
    }
    if let Some(percent) = &line.coverage_percent {
        let _ = write!(text, ", {percent} % declared");
    }
    text.push('\n');
    for place in &line.missing_places {
        let parts: Vec<_> = place.parts.iter().map(Period::to_string).collect();
        let who = place.site.as_ref().map_or("the park", |site| site.as_str());
        let _ = writeln!(text, "    missing: {who}, {} ({})", parts.join(" "), place.roster);
    }
}

fn bound_text(bound: &Bound) -> String {
    let word = match bound.direction {
        Direction::AtLeast => ">=",
        Direction::AtMost => "<=",
        Direction::Above => ">",
        Direction::Below => "<",
        Direction::Exactly => "=",
    };
    format!("{word} {}", bound.value)
}
