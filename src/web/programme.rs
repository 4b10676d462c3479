//! A programme sheet: a park's indicators by a method, as pages and papers show them.
//!
//! Invariant: status stands in words, never in colour alone; what is unknown says what is missing.

use askama::Template;

use crate::domain::method::{Direction, NumberKind};
use crate::domain::name::Name;
use crate::query::programme::{
    GroupView, IndicatorStatus, IndicatorView, LeafView, Passes, ProgrammeAnswer,
};
use crate::query::unknown::{MissingView, MissingWhy};
use crate::web::messages::{Lang, Messages};
use crate::web::show::grouped;

/// One indicator.
pub struct Line {
    pub number: String,
    pub name: String,
    pub title: String,
    /// What kind of number it is, where that is no matter of course.
    pub kind: Option<&'static str>,
    pub value: String,
    pub unit: String,
    pub bound: String,
    pub status: &'static str,
    /// `met`, `not_met` or nothing: for the weight of the word.
    pub mark: &'static str,
    pub measured: String,
    pub why: Vec<String>,
    pub beside: Option<(String, String)>,
    pub certainty: &'static str,
    pub place: String,
    pub note: String,
}

/// A sheet.
pub struct Told {
    pub title: String,
    pub issuer: String,
    pub document: String,
    pub version: String,
    pub certainty: &'static str,
    pub park: String,
    pub period: String,
    pub base_year: Option<u16>,
    pub choices: Vec<(String, String)>,
    pub passes: Option<&'static str>,
    pub groups: Vec<(String, String)>,
    pub lines: Vec<Line>,
    pub as_of: u64,
    pub root: Option<String>,
}

impl Told {
    pub fn of(answer: &ProgrammeAnswer, park: String, lang: Lang) -> Told {
        let t = lang.messages();
        let choices = answer.parameters.iter();
        let group = |group: &GroupView| {
            let title = lang.of(&group.title_en, &group.title_zh).to_string();
            (title, format!("{} / {}", group.met, group.at_least))
        };
        Told {
            title: lang.of(&answer.title_en, &answer.title_zh).to_string(),
            issuer: lang.of(&answer.issuer_en, &answer.issuer_zh).to_string(),
            document: answer.document.to_string(),
            version: format!("{}.{}", answer.method, answer.method_version),
            certainty: t.certainty(answer.certainty),
            park,
            period: answer.period.to_string(),
            base_year: answer.base_year,
            choices: choices
                .map(|one| (one.parameter.to_string(), one.choice.to_string()))
                .collect(),
            passes: answer.passes.map(|passes| match passes {
                Passes::Yes => t.programme_passes,
                Passes::No => t.programme_fails,
                Passes::Unknown => t.programme_open,
            }),
            groups: answer.groups.iter().map(group).collect(),
            lines: answer.indicators.iter().map(|view| line(view, &answer.groups, t)).collect(),
            as_of: answer.as_of,
            root: answer.root.clone(),
        }
    }
}

pub fn line(view: &IndicatorView, groups: &[GroupView], t: &Messages) -> Line {
    let lang = t.lang;
    let text = |text: &Option<String>| text.as_deref().map_or(String::new(), grouped);
    let bound = view.bound.as_ref();
    let bound =
        bound.map(|it| format!("{} {}", sign(it.direction), grouped(&it.value.to_string())));
    let kind = match view.kind {
        NumberKind::RelativeChange => Some(t.number_relative),
        NumberKind::Points => Some(t.number_points),
        NumberKind::Level | NumberKind::Index | NumberKind::Count | NumberKind::Flag => None,
    };
    let beside = view.beside.as_ref().and_then(|beside| {
        let title = lang.of(&beside.title_en, &beside.title_zh).to_string();
        Some((title, grouped(beside.value.as_ref()?)))
    });
    let group = |name: &Name| groups.iter().find(|group| group.group == *name);
    let place = match (view.mandatory, view.group.as_ref().and_then(group)) {
        (true, _) => t.programme_mandatory.to_owned(),
        (false, Some(group)) => lang.of(&group.title_en, &group.title_zh).to_string(),
        (false, None) => String::new(),
    };
    let undefined = view.undefined.map(|why| t.undefined_why(why).to_owned());
    Line {
        number: view.number.as_ref().map_or(String::new(), ToString::to_string),
        name: view.indicator.to_string(),
        title: lang.of(&view.title_en, &view.title_zh).to_string(),
        kind,
        value: text(&view.value),
        unit: if view.unit.as_str() == "1" { String::new() } else { view.unit.to_string() },
        bound: bound.unwrap_or_default(),
        status: t.indicator_status(view.status),
        mark: match view.status {
            IndicatorStatus::Met => "met",
            IndicatorStatus::NotMet => "not_met",
            IndicatorStatus::Reported
            | IndicatorStatus::Unknown
            | IndicatorStatus::Undefined
            | IndicatorStatus::Incomplete
            | IndicatorStatus::Inconsistent => "",
        },
        measured: text(&view.measured_percent),
        why: view.missing.iter().map(|one| missing(one, t)).chain(undefined).collect(),
        beside,
        certainty: t.certainty(view.certainty),
        place,
        note: view.note.as_ref().map_or(String::new(), ToString::to_string),
    }
}

fn sign(direction: Direction) -> &'static str {
    match direction {
        Direction::AtLeast => "≥",
        Direction::AtMost => "≤",
        Direction::Above => ">",
        Direction::Below => "<",
        Direction::Exactly => "=",
    }
}

fn missing(missing: &MissingView, t: &Messages) -> String {
    let item = missing.title_en.as_ref().zip(missing.title_zh.as_ref());
    let what = match (item, missing.measure) {
        (Some((en, zh)), _) => t.lang.of(en, zh).to_string(),
        (None, Some(measure)) => t.measure(measure).to_owned(),
        (None, None) => return t.missing_why(missing.why).to_owned(),
    };
    let period = missing.period.map_or(String::new(), |period| format!(" {period}"));
    match missing.why {
        MissingWhy::NotStated => format!("{}{what}{period}", t.programme_missing),
        MissingWhy::StatedForLonger | MissingWhy::NoBaseYear | MissingWhy::TooFewTerms => {
            format!("{what}{period}: {}", t.missing_why(missing.why))
        }
    }
}

/// What a sum is of.
pub fn leaf_title(leaf: &LeafView, t: &Messages) -> String {
    let item = leaf.title_en.as_ref().zip(leaf.title_zh.as_ref());
    let title = item.map(|(en, zh)| t.lang.of(en, zh).to_string());
    title.unwrap_or_else(|| t.measure(leaf.measure).to_owned())
}

#[derive(Template)]
#[template(path = "programme_sheet.html")]
struct Sheet {
    t: &'static Messages,
    p: Told,
    /// Where an indicator is explained; nowhere on paper.
    link: Option<(String, String)>,
}

/// A page that stands alone and prints on A4.
pub fn sheet(answer: &ProgrammeAnswer, lang: Lang) -> String {
    let p = Told::of(answer, answer.park.to_string(), lang);
    let sheet = Sheet { t: lang.messages(), p, link: None };
    sheet.render().expect("a sheet is written into memory")
}
