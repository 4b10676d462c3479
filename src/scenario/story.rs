//! What expanding a plan gives: steps in the order in which they are recorded.

use crate::domain::actor::Actor;
use crate::domain::command::{Command, Request};
use crate::domain::time::{Day, UtcMicros, UtcMillis, Zone};

pub const SECOND: i64 = 1000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// A command, when the ledger's clock took it, and what comes of it.
#[derive(Clone, Debug)]
pub struct Step {
    pub command: Command,
    pub recorded_at: UtcMicros,
    /// The code with which it must be refused; it is accepted if absent.
    pub refused: Option<String>,
}

/// Steps that belong together. None is recorded before `begins`.
pub struct Story {
    pub begins: UtcMillis,
    pub steps: Vec<Step>,
}

/// The stories of one part of a plan, in the order of their beginnings.
pub type Stories<'a> = Box<dyn Iterator<Item = Story> + 'a>;

/// That long after a day began in a zone. Zones with summer time are off by it after its switch,
/// which no story minds.
pub fn instant(zone: &Zone, day: Day, millis: i64) -> UtcMillis {
    zone.first_instant(day).checked_add(millis).expect("plans keep away from the year 9999")
}

/// Writes a story, step by step.
pub struct Telling {
    story: Story,
    /// Begins the ids of its commands.
    name: String,
}

impl Telling {
    pub fn new(name: String, begins: UtcMillis) -> Telling {
        Telling { story: Story { begins, steps: Vec::new() }, name }
    }

    /// Tells a command that is accepted. It is recorded `delay` milliseconds after it occurred.
    pub fn tell(
        &mut self,
        verb: &str,
        actor: &Actor,
        occurred_at: UtcMillis,
        delay: i64,
        request: impl Into<Request>,
    ) {
        let id = format!("cmd_{}-{verb}", self.name);
        let id = id.parse().expect("names in plans are short and of letters, digits and hyphens");
        let command = Command { actor: actor.clone(), id, occurred_at, request: request.into() };
        let recorded_at = occurred_at.checked_add(delay).expect("delays are short").micros();
        self.story.steps.push(Step { command, recorded_at, refused: None });
    }

    /// The command told last must be refused with that code.
    pub fn but_refused(&mut self, code: &str) {
        let step = self.story.steps.last_mut().expect("a command was told");
        step.refused = Some(code.to_owned());
    }

    /// The latest that the story has come to.
    pub fn end(self) -> Story {
        let Story { begins, steps } = &self.story;
        assert!(steps.iter().all(|step| step.recorded_at >= begins.micros()), "{}", self.name);
        self.story
    }
}
