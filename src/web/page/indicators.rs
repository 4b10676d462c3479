//! A park's indicators by a method, and how one of them was computed, down to its facts.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use crate::api::{Fault, Problem};
use crate::domain::id::ParkId;
use crate::domain::method::Method;
use crate::domain::name::Name;
use crate::domain::state::Park;
use crate::domain::states::States as _;
use crate::domain::time::Period;
use crate::query::programme::{Programme, Question};
use crate::query::programme_of;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::page::decide::now;
use crate::web::page::figures::seen_park;
use crate::web::programme::Told;
use crate::web::reader::Reader;
use crate::web::visit::{Reply, Visit};

/// A method that can be chosen.
pub struct Known {
    pub name: String,
    pub title: String,
}

/// A parameter with what can be chosen.
pub struct Chosen {
    pub name: String,
    pub title: String,
    pub choices: Vec<String>,
    pub chosen: String,
}

#[derive(Template)]
#[template(path = "indicators.html")]
struct Page {
    f: Frame,
    park: String,
    p: Told,
    methods: Vec<Known>,
    method: String,
    chosen: Vec<Chosen>,
    link: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "indicators_none.html")]
struct NoMethod {
    f: Frame,
}

/// What the address asks.
#[derive(Clone)]
pub struct Asked {
    pub park: ParkId,
    method: Option<String>,
    version: Option<u16>,
    pub period: Period,
    base_year: Option<u16>,
    as_of: Option<u64>,
    /// For each parameter.
    choices: BTreeMap<String, String>,
}

impl Asked {
    pub fn read(park: ParkId, query: &Fields) -> Result<Asked, Problem> {
        let period = match query.filled("period") {
            Some(text) => text.parse().map_err(|error| Problem::parameter("period", &error))?,
            // The last year that is over.
            None => Period::Year(now().utc_day().year().saturating_sub(1).try_into().unwrap_or(0)),
        };
        let mut choices = BTreeMap::new();
        for (name, value) in query.pairs() {
            if let Some(parameter) = name.strip_prefix("choose_").filter(|_| !value.is_empty()) {
                choices.insert(parameter.to_owned(), value.to_owned());
            }
        }
        Ok(Asked {
            park,
            method: query.filled("method").map(str::to_owned),
            version: number(query, "version", 1..=u64::from(u16::MAX))?.map(|it| it as u16),
            period,
            base_year: number(query, "base_year", 1900..=9998)?.map(|it| it as u16),
            as_of: number(query, "as_of", 0..=u64::MAX)?,
            choices,
        })
    }

    /// The address's query, with everything that was chosen.
    pub fn query(&self, method: &Method, as_of: u64) -> String {
        let mut query = format!(
            "method={}&version={}&period={}&as_of={as_of}",
            method.method, method.version, self.period
        );
        if let Some(year) = self.base_year {
            query.push_str(&format!("&base_year={year}"));
        }
        for parameter in &method.parameters {
            if let Some(choice) = self.choices.get(parameter.parameter.as_str()) {
                query.push_str(&format!("&choose_{}={choice}", parameter.parameter));
            }
        }
        query
    }

    /// The same for the API.
    pub fn of_api(&self, method: &Method, as_of: u64) -> String {
        let query = self.query(method, as_of);
        let plain = query.split('&').filter(|pair| !pair.starts_with("choose_"));
        let plain = plain.collect::<Vec<_>>().join("&");
        match self.choices_of(method) {
            choices if choices.is_empty() => plain,
            choices => format!("{plain}&choices={choices}"),
        }
    }

    /// What was chosen of the method's parameters; another method's are left behind in the form.
    fn choices_of(&self, method: &Method) -> String {
        let each = method.parameters.iter().filter_map(|parameter| {
            let name = parameter.parameter.as_str();
            self.choices.get(name).map(|choice| format!("{name}:{choice}"))
        });
        each.collect::<Vec<_>>().join(",")
    }
}

fn number(
    query: &Fields,
    name: &'static str,
    range: std::ops::RangeInclusive<u64>,
) -> Result<Option<u64>, Problem> {
    let Some(text) = query.filled(name) else { return Ok(None) };
    let value = text.parse().ok().filter(|value| range.contains(value));
    value.map(Some).ok_or_else(|| {
        let detail = format!("`{name}` is a number of {} to {}", range.start(), range.end());
        Problem::new(Fault::MalformedParameter, detail)
    })
}

/// Evaluates what was asked, and hands it over; none if no method was ever published.
pub fn evaluated<T>(
    reader: &Reader,
    asked: &Asked,
    with: impl FnOnce(&Programme<'_>) -> Result<T, Problem>,
) -> Result<Option<T>, Problem> {
    let index = reader.ledger.index();
    if !index.exists::<Park>(asked.park.as_str()) {
        return Err(Problem::not_found("park"));
    }
    let as_of = asked.as_of.unwrap_or_else(|| index.position());
    if as_of > index.position() {
        return Err(Problem::new(Fault::NotYet, format!("the rows do not reflect {as_of} yet")));
    }
    let name: Name = match &asked.method {
        Some(name) => name.parse().map_err(|error| Problem::parameter("method", &error))?,
        None => match programme_of::published(index, as_of)?.into_iter().next() {
            Some(first) => first.method,
            None => return Ok(None),
        },
    };
    let method = programme_of::method(index, &name, asked.version, asked.period, as_of)?;
    let choices = asked.choices_of(&method);
    let choices = programme_of::choices(&choices, &method).map_err(|part| {
        let detail = format!("`{part}` is none of the method's parameters with a choice of it");
        Problem::new(Fault::MalformedParameter, detail)
    })?;
    let question = Question {
        park: asked.park.clone(),
        period: asked.period,
        base_year: asked.base_year,
        choices,
        as_of,
        lag: 0,
        root: None,
        rosters: Vec::new(),
        pinned: None,
    };
    let is_now = asked.as_of.is_none();
    let programme = programme_of::evaluate(index, &method, question, is_now)?;
    with(&programme).map(Some)
}

struct Found {
    told: Told,
    methods: Vec<Known>,
    method: String,
    chosen: Vec<Chosen>,
    query: String,
}

pub async fn answer(visit: &mut Visit<'_>, park: &str) -> Reply {
    let park = seen_park(visit, park)?;
    let asked = Asked::read(park.clone(), &visit.query)?;
    let found = visit.read(move |reader| {
        evaluated(reader, &asked, |programme| found(reader, &asked, programme))
    });
    let Some(found) = found.await? else {
        return visit.page(&NoMethod { f: visit.frame(visit.t().programme) });
    };
    let Found { told, methods, method, chosen, query } = found;
    let link = Some((format!("/parks/{park}/indicators/"), format!("?{query}")));
    visit.page(&Page {
        f: visit.frame(format!("{}: {}", visit.t().programme, told.park)),
        park: park.to_string(),
        p: told,
        methods,
        method,
        chosen,
        link,
    })
}

fn found(reader: &Reader, asked: &Asked, programme: &Programme<'_>) -> Result<Found, Problem> {
    let (answer, lang) = (programme.answer(), reader.lang);
    let versions = programme_of::published(reader.ledger.index(), answer.as_of)?;
    let names: BTreeSet<Name> = versions.iter().map(|one| one.method.clone()).collect();
    let known = |name: &Name| {
        let of_name = versions.iter().filter(|one| one.method == *name).cloned();
        let newest = programme_of::newest(of_name, asked.period)?.read();
        let title = lang.of(&newest.title_en, &newest.title_zh).to_string();
        Some(Known { name: name.to_string(), title })
    };
    let method = programme.method;
    let chosen = method.parameters.iter().zip(&answer.parameters);
    let chosen = chosen.map(|(parameter, chosen)| Chosen {
        name: parameter.parameter.to_string(),
        title: lang.of(&parameter.title_en, &parameter.title_zh).to_string(),
        choices: parameter.choices.iter().map(ToString::to_string).collect(),
        chosen: chosen.choice.to_string(),
    });
    Ok(Found {
        told: Told::of(&answer, reader.names().park(&asked.park), lang),
        methods: names.iter().filter_map(known).collect(),
        method: method.method.to_string(),
        chosen: chosen.collect(),
        query: asked.query(method, answer.as_of),
    })
}
