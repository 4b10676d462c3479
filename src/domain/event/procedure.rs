//! What happened in the procedure of a programme for a park.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::event::Event;
use crate::domain::id::{ParkId, ParticipationId};
use crate::domain::procedure::{EvaluationResult, ProgrammePlan, Ruling};
use crate::domain::shapes::{Evidence, Term};
use crate::domain::text::Text;
use crate::domain::time::{Day, Period};

/// Whose procedure, and when something happened in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// In the park's time zone.
    pub day: Day,
    pub park: ParkId,
    pub participation: ParticipationId,
}

macro_rules! steps {
    ($($name:ident { $($(#[$inner:meta])* $field:ident: $type:ty,)* })+) => {
        $(
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $name {
                $($(#[$inner])* pub $field: $type,)*
            }
        )+

        impl Event {
            /// Whose procedure an event of a programme is of.
            pub fn procedure(&self) -> Option<&Procedure> {
                match self {
                    $(Event::$name(event) => Some(&event.procedure),)+
                    _ => None,
                }
            }
        }
    };
}

steps! {
    ProgrammeApplied {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Evidence>,
        /// Method and version, as `hj274.1`.
        method: Text,
        procedure: Procedure,
    }
    PlanFiled {
        plan: ProgrammePlan,
        procedure: Procedure,
    }
    PlanApproved {
        /// What stands from now on, whole.
        plan: ProgrammePlan,
        procedure: Procedure,
        ruling: Ruling,
    }
    ConstructionDecided {
        accepted: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appeal_by: Option<Day>,
        procedure: Procedure,
        ruling: Ruling,
    }
    ParkNamed {
        procedure: Procedure,
        ruling: Ruling,
        term: Term,
    }
    AnnualReportFiled {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Evidence>,
        period: Period,
        procedure: Procedure,
    }
    ParkEvaluated {
        /// The report's: it rests on the records below this position.
        as_of: u64,
        period: Period,
        procedure: Procedure,
        result: EvaluationResult,
        ruling: Ruling,
    }
    ParkWarned {
        deadline: Day,
        procedure: Procedure,
        reason: Text,
        ruling: Ruling,
    }
    ShortcomingRectified {
        evidence: Vec<Evidence>,
        procedure: Procedure,
        statement: Text,
    }
    NamingRevoked {
        appeal_by: Day,
        procedure: Procedure,
        reason: Text,
        ruling: Ruling,
    }
    AppealFiled {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Evidence>,
        grounds: Text,
        procedure: Procedure,
    }
    AppealDecided {
        granted: bool,
        procedure: Procedure,
        ruling: Ruling,
    }
}
