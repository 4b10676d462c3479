//! A table that was read, decided: written, or only rehearsed.

use crate::domain::command::Command;
use crate::domain::id::KeyId;
use crate::ledger::{Ledger, SubmitError};
use crate::table::{Outcome, Plan, Report};

/// So many commands wait for the writer at once, so that others find room between them.
const BLOCK: usize = 2_000;

/// Decides the commands of a table, those that `denied` has no word against.
pub fn run(
    ledger: &Ledger,
    plan: Plan,
    key: &KeyId,
    dry_run: bool,
    denied: impl Fn(&Command) -> Option<Outcome>,
) -> Report {
    let refused: Vec<Option<Outcome>> = plan.commands.iter().map(denied).collect();
    let allowed = plan.commands.iter().zip(&refused).filter(|(_, refused)| refused.is_none());
    let asked: Vec<Command> = allowed.map(|(command, _)| command.clone()).collect();
    let decided = match dry_run {
        true => rehearsed(ledger, &asked),
        false => written(ledger, asked, key),
    };
    let mut decided = decided.into_iter();
    let outcome = |refused: Option<Outcome>| {
        refused.unwrap_or_else(|| decided.next().expect("each command that was asked has one"))
    };
    let outcomes: Vec<_> = refused.into_iter().map(outcome).collect();
    plan.report(&outcomes, dry_run)
}

fn rehearsed(ledger: &Ledger, commands: &[Command]) -> Vec<Outcome> {
    let answers = ledger.rehearse(commands).into_iter().map(|answer| match answer {
        Ok(rehearsed) => Outcome::Taken {
            already_in: rehearsed.already_in,
            nonconformities: rehearsed.nonconformities,
            position: rehearsed.position,
        },
        Err(error) => refused(error),
    });
    answers.collect()
}

fn written(ledger: &Ledger, mut commands: Vec<Command>, key: &KeyId) -> Vec<Outcome> {
    let before = ledger.size();
    let mut outcomes = Vec::with_capacity(commands.len());
    while !commands.is_empty() {
        let rest = commands.split_off(BLOCK.min(commands.len()));
        let block = std::mem::replace(&mut commands, rest);
        outcomes.extend(ledger.submit_all(block, key, None).into_iter().map(
            |answer| match answer {
                Ok(accepted) => Outcome::Taken {
                    already_in: accepted.position < before,
                    nonconformities: accepted.nonconformities,
                    position: Some(accepted.position),
                },
                Err(error) => refused(error),
            },
        ));
    }
    outcomes
}

fn refused(error: SubmitError) -> Outcome {
    let whole = |code: &str, message: String| Outcome::Refused {
        code: code.to_owned(),
        message,
        pointer: String::new(),
    };
    match error {
        SubmitError::Refused(refusal) => Outcome::Refused {
            code: refusal.code.as_str().to_owned(),
            message: refusal.message,
            pointer: refusal.pointer,
        },
        SubmitError::Busy(why) => whole("busy", why.to_owned()),
        error @ SubmitError::Stopping => whole("stopping", error.to_string()),
    }
}
