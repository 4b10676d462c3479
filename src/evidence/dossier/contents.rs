//! What the listed records say, as far as a dossier's figures rest on it.
//!
//! Invariant: nothing is kept of a record but its facts' sums; what a record says is read from the
//! BODY in the file, by `domain::fact` alone.

use crate::domain::event::Event;
use crate::domain::fact::{BEARERS, facts, is_countable};
use crate::evidence::dossier::book::{Book, Whose};
use crate::evidence::dossier::complete::{COUNTING, Complete};
use crate::evidence::dossier::evaluate::{Evaluated, Question, evaluate, unknown_choice};
use crate::evidence::dossier::manifest::{Manifest, MethodAt, Strength};
use crate::evidence::dossier::methods::Methods;
use crate::evidence::dossier::report::{Check, FigureFound, Findings};
use crate::evidence::dossier::reveal::Reveals;
use crate::evidence::dossier::walk::Listed;
use crate::record::Head;
use crate::record::scan::unescaped;
use crate::record::strict;
use crate::statistics::method::Number;

/// The record that opens every ledger.
const OPENING: &str = "ledger_opened";

pub struct Contents {
    whose: Whose,
    as_of: u64,
    origin: String,
    is_listed: bool,
    method: MethodAt,
    methods: Methods,
    book: Book,
    /// By the number of a set of sums: the first record that has facts of them.
    first_with: Vec<u64>,
    complete: Option<Complete>,
    reveals: Reveals,
    has_revealed: bool,
    is_opened: bool,
    pub bodies: u64,
    pub heads: u64,
}

impl Contents {
    /// For what the manifest asks, in the ledger of that origin.
    pub fn new(manifest: &Manifest, origin: &str) -> Contents {
        let Manifest { as_of, counted, firm, method, park, revealed, strength, .. } = manifest;
        Contents {
            whose: Whose { park: park.clone(), firm: firm.clone() },
            as_of: *as_of,
            origin: origin.to_owned(),
            is_listed: *strength == Strength::Listed,
            method: method.clone(),
            methods: Methods::default(),
            book: Book::default(),
            first_with: Vec::new(),
            complete: counted.clone().map(|counted| Complete::new(park.clone(), counted)),
            reveals: Reveals::new(revealed.clone()),
            has_revealed: !revealed.is_empty(),
            is_opened: false,
            bodies: 0,
            heads: 0,
        }
    }

    /// The next listed record.
    pub fn take(&mut self, listed: &Listed<'_>, found: &mut Findings) {
        let Listed { head, body } = listed;
        if let Some(complete) = &mut self.complete {
            complete.listed(head, body.is_some());
        }
        let Some(body) = body else {
            self.heads += 1;
            if self.is_listed {
                let says = format!("record {} is shown without its BODY", head.position);
                found.fails(Check::Form, says);
            }
            return;
        };
        self.bodies += 1;
        let Some(view) = strict::body(body, &mut Vec::new()) else {
            let says = format!("the BODY of record {} is not one in canonical form", head.position);
            return found.fails(Check::Inclusion, says);
        };
        let is_revealed = self.reveals.names(head.position);
        self.reveals.look(head.position, body, &unescaped(view.command_id));
        match self.event(head, view.data, found) {
            Some(event) => self.says(head, event, is_revealed, found),
            None => self.allow(head, is_revealed, found),
        }
    }

    /// What the record says, if that can matter.
    fn event(&self, head: &Head, data: &str, found: &mut Findings) -> Option<Event> {
        let Head { kind, position, schema, .. } = head;
        let own = [OPENING, COUNTING, "key_rotated", "method_published", "method_withdrawn"];
        if !BEARERS.contains(&&**kind) && !own.contains(&&**kind) {
            return None;
        }
        match Event::parse(kind, *schema, data) {
            Some(Ok(event)) if is_countable(&event) => Some(event),
            Some(Ok(_)) => {
                found.fails(Check::Formulas, format!("record {position} has an impossible amount"));
                None
            }
            Some(Err(error)) => {
                found.fails(Check::Formulas, format!("record {position}, {kind}: {error}"));
                None
            }
            None => {
                let says = format!("record {position} has schema {schema} of {kind}, unknown here");
                found.open(Check::Formulas, says);
                None
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are looked at for facts")]
    fn says(&mut self, head: &Head, event: Event, is_revealed: bool, found: &mut Findings) {
        let position = head.position;
        let counts = position < self.as_of;
        match event {
            Event::LedgerOpened(event) => {
                self.is_opened |= position == 0 && event.origin.as_str() == self.origin;
            }
            Event::KeyRotated(_) => {}
            Event::ParkCounted(event) => {
                if let Some(complete) = &mut self.complete {
                    complete.counts(head, &event);
                }
            }
            Event::MethodPublished(event) if counts => {
                self.methods.published(position, event, &self.method);
            }
            Event::MethodWithdrawn(event) if counts => {
                self.methods.withdrawn(position, &event, &self.method);
                self.allow(head, is_revealed, found);
            }
            event if counts => self.facts(head, &event, is_revealed, found),
            _ => self.allow(head, is_revealed, found),
        }
    }

    fn facts(&mut self, head: &Head, event: &Event, is_revealed: bool, found: &mut Findings) {
        let mut is_of_park = false;
        facts(event, |fact| {
            is_of_park |= fact.park == self.whose.park;
            if self.whose.takes(&fact) {
                self.book.add(&fact);
            }
        });
        let position = head.position;
        if is_of_park && !head.parks.iter().any(|(park, _)| *park == self.whose.park) {
            let says = format!("record {position} has facts of a park that its HEAD does not name");
            found.fails(Check::Formulas, says);
        }
        match self.book.end_record() {
            None => self.allow(head, is_revealed, found),
            // Shown for its value, so whether its facts are taken does not matter.
            Some(_) if is_revealed => {}
            Some(set) => {
                let set = set as usize;
                if self.first_with.len() <= set {
                    self.first_with.resize(set + 1, u64::MAX);
                }
                self.first_with[set] = self.first_with[set].min(position);
            }
        }
    }

    /// A record that no figure rests on stands in no listed dossier.
    fn allow(&self, head: &Head, is_revealed: bool, found: &mut Findings) {
        if self.is_listed && !is_revealed {
            let Head { kind, position, .. } = head;
            let says = format!("record {position}, {kind}, is listed and no figure rests on it");
            found.fails(Check::Formulas, says);
        }
    }

    /// Compares what the manifest states with what the records give.
    pub fn end(mut self, manifest: &Manifest, found: &mut Findings) -> Vec<FigureFound> {
        if !self.is_opened {
            let says = "record 0, which opens the ledger of the checkpoint, is not shown";
            found.fails(Check::Inclusion, says);
        }
        if let Some(complete) = self.complete.take() {
            match complete.end(manifest.period, manifest.as_of) {
                Ok(Ok(says)) => found.holds(Check::Completeness, says),
                Ok(Err(says)) => found.open(Check::Completeness, says),
                Err(says) => found.fails(Check::Completeness, says),
            }
        }
        let reveals = std::mem::replace(&mut self.reveals, Reveals::new(Vec::new()));
        match reveals.end() {
            Ok(held) if self.has_revealed => {
                let says = match held {
                    1 => "1 sealed value is what was committed to".to_owned(),
                    held => format!("{held} sealed values are what was committed to"),
                };
                found.holds(Check::Revealed, says);
            }
            Ok(_) => {}
            Err(says) => found.fails(Check::Revealed, says),
        }
        self.formulas(manifest, found)
    }

    fn formulas(&self, manifest: &Manifest, found: &mut Findings) -> Vec<FigureFound> {
        let wanted = &self.method;
        let method = match self.methods.own(wanted) {
            Ok(method) => method,
            Err(says) => {
                found.fails(Check::Method, says);
                return Vec::new();
            }
        };
        let MethodAt { method: name, position, version } = wanted;
        let says = format!("record {position} publishes {name}.{version}");
        found.holds(Check::Method, says);
        if let Some(says) = unknown_choice(method, &manifest.choices) {
            found.fails(Check::Formulas, says);
            return Vec::new();
        }
        let Manifest { base_year, choices, period, .. } = manifest;
        let question =
            Question { base_year: *base_year, choices: choices.clone(), period: *period };
        let ground = self.book.ground();
        let evaluated = evaluate(method, &|name| self.methods.item(name), &question, &ground);
        self.compare(manifest, &evaluated, found);
        if let Some(idle) = self.methods.idle(method).filter(|_| self.is_listed) {
            let says = format!("record {idle} is listed, and the method needs no item of it");
            found.fails(Check::Formulas, says);
        }
        let figures = evaluated.figures.iter().zip(&method.indicators).zip(evaluated.values);
        let figures =
            figures.enumerate().map(|(place, ((figure, indicator), value))| FigureFound {
                exact: figure.exact.clone(),
                indicator: figure.indicator.clone(),
                is_as_stated: manifest.figures.get(place) == Some(figure),
                status: figure.status,
                title_en: indicator.title_en.clone(),
                unit: figure.unit.clone(),
                value: value.as_ref().map(|value: &Number| value.text(indicator.digits)),
            });
        figures.collect()
    }

    fn compare(&self, manifest: &Manifest, evaluated: &Evaluated, found: &mut Findings) {
        let (figures, leaves) = (&evaluated.figures, &evaluated.leaves);
        let both = manifest.figures.iter().zip(figures);
        if let Some((_, made)) = both.into_iter().find(|(stated, made)| stated != made) {
            let value = made.exact.as_deref().unwrap_or("no value");
            let says = format!("{} is {value}, and something else is stated", made.indicator);
            found.fails(Check::Formulas, says);
        }
        if manifest.figures.len() != figures.len() {
            found.fails(Check::Formulas, "not each indicator of the method is stated once");
        }
        if let Some(place) = (0..leaves.len().max(manifest.leaves.len()))
            .find(|place| leaves.get(*place) != manifest.leaves.get(*place))
        {
            let says = format!("the sum {place} is not the one that is stated");
            found.fails(Check::Formulas, says);
        }
        if self.is_listed {
            let taken = self.book.taken(&evaluated.taken);
            let idle = self.first_with.iter().zip(&taken);
            let idle = idle.filter(|(position, taken)| !**taken && **position != u64::MAX);
            if let Some((position, _)) = idle.min_by_key(|(position, _)| **position) {
                let says = format!("record {position} is listed and no figure rests on it");
                found.fails(Check::Formulas, says);
            }
        }
        let (figures, sums) = (figures.len(), leaves.len());
        let says = format!("{figures} figures from {sums} sums of facts, computed anew, are equal");
        found.holds(Check::Formulas, says);
    }
}
