//! Commands of the procedure of a programme.
//!
//! The park applies, files, rectifies and appeals. What the authority decides is recorded by the
//! ledger keeper with the decision as evidence, because the keys of regulators only read.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::{ParkId, ParticipationId};
use crate::domain::procedure::{EvaluationResult, ProgrammePlan, Ruling};
use crate::domain::shapes::{Evidence, Term};
use crate::domain::text::Text;
use crate::domain::time::{Day, Period};

macro_rules! steps {
    ($($(#[$meta:meta])* $name:ident { $($(#[$inner:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$inner])* pub $field: $type,)*
        }
    )+};
}

steps! {
    /// Applies for a programme. By the park's administration.
    ApplyForProgramme {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 20)]
        evidence: Vec<Evidence>,
        /// Method and version that the programme judges by, as `hj274.1`.
        method: Text,
        park: ParkId,
        participation: ParticipationId,
    }
    /// Files the plan; until it is approved it may be filed anew. By the park's administration.
    FilePlan {
        participation: ParticipationId,
        plan: ProgrammePlan,
    }
    /// Records that the plan was approved: its method, base year, choices and targets stand from
    /// now on. By the ledger keeper.
    ApprovePlan {
        participation: ParticipationId,
        ruling: Ruling,
    }
    /// Records that what was built was accepted or refused. By the ledger keeper.
    AcceptProgramme {
        accepted: bool,
        /// The last day on which a refusal may be appealed against; of a refusal only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appeal_by: Option<Day>,
        participation: ParticipationId,
        ruling: Ruling,
    }
    /// Records that the park was named. By the ledger keeper.
    NamePark {
        participation: ParticipationId,
        ruling: Ruling,
        /// The first and last day on which the name is valid.
        term: Term,
    }
    /// Files the report of a year: it is pinned to the records below this one. By the park's
    /// administration.
    FileAnnualReport {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 20)]
        evidence: Vec<Evidence>,
        participation: ParticipationId,
        /// A year.
        period: Period,
    }
    /// Records what the authority found of a year whose report was filed. By the ledger keeper.
    EvaluatePark {
        participation: ParticipationId,
        /// A year.
        period: Period,
        result: EvaluationResult,
        ruling: Ruling,
    }
    /// Records a warning. By the ledger keeper.
    WarnPark {
        /// The last day on which the park may rectify.
        deadline: Day,
        participation: ParticipationId,
        reason: Text,
        ruling: Ruling,
    }
    /// Says that what the park was warned of is rectified. By the park's administration.
    Rectify {
        #[schema(min_items = 1, max_items = 20)]
        evidence: Vec<Evidence>,
        participation: ParticipationId,
        statement: Text,
    }
    /// Records that the name was revoked; of a warned park after its deadline only. By the ledger
    /// keeper.
    RevokeNaming {
        /// The last day on which the park may appeal.
        appeal_by: Day,
        participation: ParticipationId,
        reason: Text,
        ruling: Ruling,
    }
    /// Appeals against a refusal or revocation. By the park's administration.
    Appeal {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 20)]
        evidence: Vec<Evidence>,
        grounds: Text,
        participation: ParticipationId,
    }
    /// Records what was decided of an appeal. By the ledger keeper.
    DecideAppeal {
        granted: bool,
        participation: ParticipationId,
        ruling: Ruling,
    }
}
