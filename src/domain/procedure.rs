//! The procedure of a programme for a park: its stages and steps, and what a plan says.
//!
//! Invariant: [`next`] alone says which step may follow on which stage. A step that it does not
//! allow is refused, and what it allows leads to one stage.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::StatementId;
use crate::domain::method::Bound;
use crate::domain::name::Name;
use crate::domain::shapes::Evidence;
use crate::domain::text::Text;

/// Where a park stands in the procedure.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ParticipationStage {
    Applied,
    Planned,
    /// The plan is approved and under construction.
    Approved,
    /// What was built is accepted.
    Accepted,
    /// What was built is not accepted.
    Refused,
    Named,
    /// Named, and warned.
    Warned,
    Revoked,
    /// A refusal is appealed against.
    RefusalAppealed,
    /// A revocation is appealed against.
    RevocationAppealed,
    /// What was decided against the park stands after an appeal.
    Ended,
}

/// What happens in the procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    FilePlan,
    ApprovePlan,
    Accept,
    Refuse,
    Name,
    FileReport,
    Evaluate,
    Warn,
    Rectify,
    Revoke,
    Appeal,
    GrantAppeal,
    DismissAppeal,
}

impl ParticipationStage {
    /// Whether the park's indicators are those of its plan then.
    pub fn is_active(self) -> bool {
        use ParticipationStage as S;
        match self {
            S::Approved | S::Accepted | S::Named | S::Warned => true,
            S::Applied
            | S::Planned
            | S::Refused
            | S::Revoked
            | S::RefusalAppealed
            | S::RevocationAppealed
            | S::Ended => false,
        }
    }

    pub fn as_str(self) -> &'static str {
        use ParticipationStage as S;
        match self {
            S::Applied => "applied",
            S::Planned => "planned",
            S::Approved => "approved",
            S::Accepted => "accepted",
            S::Refused => "refused",
            S::Named => "named",
            S::Warned => "warned",
            S::Revoked => "revoked",
            S::RefusalAppealed => "refusal_appealed",
            S::RevocationAppealed => "revocation_appealed",
            S::Ended => "ended",
        }
    }
}

/// The stage that a step leads to; none if it may not follow.
pub fn next(stage: ParticipationStage, step: Step) -> Option<ParticipationStage> {
    use ParticipationStage as S;
    match (step, stage) {
        // A plan may be filed anew until it is approved.
        (Step::FilePlan, S::Applied | S::Planned) => Some(S::Planned),
        (Step::ApprovePlan, S::Planned) => Some(S::Approved),
        (Step::Accept, S::Approved) => Some(S::Accepted),
        (Step::Refuse, S::Approved) => Some(S::Refused),
        (Step::Name, S::Accepted) => Some(S::Named),
        (Step::FileReport | Step::Evaluate, stage) if stage.is_active() => Some(stage),
        (Step::Warn, S::Named) => Some(S::Warned),
        (Step::Rectify, S::Warned) => Some(S::Named),
        (Step::Revoke, S::Named | S::Warned) => Some(S::Revoked),
        (Step::Appeal, S::Refused) => Some(S::RefusalAppealed),
        (Step::Appeal, S::Revoked) => Some(S::RevocationAppealed),
        (Step::GrantAppeal, S::RefusalAppealed) => Some(S::Accepted),
        (Step::GrantAppeal, S::RevocationAppealed) => Some(S::Named),
        (Step::DismissAppeal, S::RefusalAppealed | S::RevocationAppealed) => Some(S::Ended),
        (
            Step::FilePlan
            | Step::ApprovePlan
            | Step::Accept
            | Step::Refuse
            | Step::Name
            | Step::FileReport
            | Step::Evaluate
            | Step::Warn
            | Step::Rectify
            | Step::Revoke
            | Step::Appeal
            | Step::GrantAppeal
            | Step::DismissAppeal,
            _,
        ) => None,
    }
}

/// What the authority decided, as the ledger keeper records it: keys of regulators only read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ruling {
    /// Who decided.
    pub authority: Text,
    /// The decision as a document.
    #[schema(min_items = 1, max_items = 20)]
    pub evidence: Vec<Evidence>,
}

/// A choice for a parameter of the method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanChoice {
    pub choice: Name,
    pub parameter: Name,
}

/// What the park will reach of an indicator, in its unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanTarget {
    /// By the end year.
    pub end: Bound,
    pub indicator: Name,
    /// By the mid year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<Bound>,
}

/// A park's plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammePlan {
    /// What later years are compared with.
    #[schema(minimum = 1900, maximum = 9998)]
    pub base_year: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub choices: Vec<PlanChoice>,
    #[schema(minimum = 1900, maximum = 9998)]
    pub end_year: u16,
    /// Documents that prove the base year, where no statement does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub evidence: Vec<Evidence>,
    /// Method and version, as `hj274.1`.
    pub method: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1900, maximum = 9998)]
    pub mid_year: Option<u16>,
    /// The statements of the base year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub statements: Vec<StatementId>,
    #[schema(min_items = 1, max_items = 200)]
    pub targets: Vec<PlanTarget>,
}

/// What an evaluation found.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EvaluationResult {
    Passed,
    Failed,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::ParticipationStage as S;
    use super::*;

    const STAGES: [S; 11] = [
        S::Applied,
        S::Planned,
        S::Approved,
        S::Accepted,
        S::Refused,
        S::Named,
        S::Warned,
        S::Revoked,
        S::RefusalAppealed,
        S::RevocationAppealed,
        S::Ended,
    ];

    /// One row a step, one column a stage in the order above: the first letters of the stage that
    /// it leads to.
    const TABLE: &[(Step, &str)] = &[
        (Step::FilePlan, "pla pla . . . . . . . . ."),
        (Step::ApprovePlan, ". app . . . . . . . . ."),
        (Step::Accept, ". . acc . . . . . . . ."),
        (Step::Refuse, ". . refused . . . . . . . ."),
        (Step::Name, ". . . nam . . . . . . ."),
        (Step::FileReport, ". . appr acc . nam war . . . ."),
        (Step::Evaluate, ". . appr acc . nam war . . . ."),
        (Step::Warn, ". . . . . war . . . . ."),
        (Step::Rectify, ". . . . . . nam . . . ."),
        (Step::Revoke, ". . . . . revoked revoked . . . ."),
        (Step::Appeal, ". . . . refusal_a . . revocation_a . . ."),
        (Step::GrantAppeal, ". . . . . . . . acc nam ."),
        (Step::DismissAppeal, ". . . . . . . . end end ."),
    ];

    #[test]
    fn every_step_from_every_stage_leads_where_the_table_says() {
        for (step, row) in TABLE {
            let cells: Vec<_> = row.split(' ').collect();
            assert_eq!(cells.len(), STAGES.len(), "{step:?}");
            for (stage, cell) in STAGES.iter().zip(cells) {
                let found = next(*stage, *step);
                match cell {
                    "." => assert_eq!(found, None, "{step:?} from {stage:?}"),
                    start => {
                        let found = found.unwrap_or_else(|| panic!("{step:?} from {stage:?}"));
                        assert!(found.as_str().starts_with(start), "{step:?} from {stage:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_stage_s_word_is_that_of_json_and_every_stage_can_be_reached() {
        let mut reached = vec![S::Applied];
        loop {
            let found =
                reached.iter().flat_map(|stage| TABLE.iter().map(|(step, _)| (*stage, *step)));
            let new: Vec<_> = found.filter_map(|(stage, step)| next(stage, step)).collect();
            let before = reached.len();
            reached.extend(new);
            reached.sort_unstable();
            reached.dedup();
            if reached.len() == before {
                break;
            }
        }
        assert_eq!(reached, STAGES);
        for stage in STAGES {
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.as_str());
        }
    }
}
