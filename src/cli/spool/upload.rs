//! `symbiosis spool upload`: what waits, in order, to a ledger; once, or for ever.
//!
//! Invariant: an answer is on disk before the next block is sent. A weighing that is refused stops
//! none of the others; one that the ledger could not decide goes on waiting.

use std::path::Path;
use std::thread;
use std::time::Duration;

use serde::Serialize;

use crate::cli::now;
use crate::cli::out::{Failure, Out, Outcome, count, talk};
use crate::cli::remote::{Remote, Told};
use crate::cli::spool::args::Upload;
use crate::config::Settings;
use crate::domain::refusal::Code;
use crate::spool::entry::{Answer, Entry, Outcome as Answered};
use crate::spool::{Answers, durable};

/// A block is decided within this, also over a slow line.
const PATIENCE: Duration = Duration::from_secs(60);

/// However long there was no answer, the ledger is asked again within this.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// From this status on the ledger has not decided.
const UNDECIDED: u16 = 500;

/// What came of one round.
#[derive(Debug, Default, Serialize)]
struct Uploaded {
    /// In the ledger now.
    accepted: u64,
    /// Of those, how many break a rule that the record notes.
    nonconforming: u64,
    refused: Vec<Refused>,
    /// Goes on waiting: the ledger's clock is behind the gate's, or it could not decide.
    undecided: u64,
}

#[derive(Debug, Serialize)]
struct Refused {
    number: String,
    code: String,
    message: String,
    pointer: String,
}

pub fn run(args: &Upload, settings: &Settings, out: Out) -> Outcome {
    let remote = Remote::patient(&args.url, args.key.as_ref(), settings, PATIENCE)?;
    let mut answers = Answers::open(&args.of.spool)?;
    let folder = &args.of.spool;
    let block = usize::try_from(args.batch).unwrap_or(usize::MAX);
    let Some(seconds) = args.watch else {
        let mut uploaded = Uploaded::default();
        let sent = round(folder, &remote, &mut answers, (block, args.refused), &mut uploaded);
        // What was answered before the network went is told as well.
        out.answer(&uploaded, text)?;
        return sent;
    };
    let usual = Duration::from_secs(seconds);
    let (mut pause, mut again) = (usual, args.refused);
    loop {
        let mut uploaded = Uploaded::default();
        let sent = round(folder, &remote, &mut answers, (block, again), &mut uploaded);
        if uploaded.accepted > 0 || !uploaded.refused.is_empty() {
            out.answer(&uploaded, text)?;
        }
        pause = match sent {
            Ok(()) => {
                again = false;
                usual
            }
            Err(failure) => {
                let pause = (pause * 2).min(LONGEST_PAUSE.max(usual));
                let reason = failure.message().unwrap_or_default();
                talk(&format!("{reason}; trying again in {} s.", pause.as_secs()));
                pause
            }
        };
        thread::sleep(pause);
    }
}

/// Sends what waits when the round begins; with `again`, also what was refused.
fn round(
    folder: &Path,
    remote: &Remote,
    answers: &mut Answers,
    (block, again): (usize, bool),
    uploaded: &mut Uploaded,
) -> Outcome {
    let entries = durable(folder)?;
    let is_due = |place: &usize| match answers.known.get(&(*place as u64)) {
        None => true,
        Some(Answer { outcome: Answered::Refused { .. }, .. }) => again,
        Some(Answer { outcome: Answered::Uploaded { .. }, .. }) => false,
    };
    let due: Vec<usize> = (0..entries.len()).filter(is_due).collect();
    for places in due.chunks(block) {
        let told = remote.commands(places.iter().map(|place| entries[*place].command.get()))?;
        let at = now()?;
        let mut noted = Vec::with_capacity(told.len());
        for (place, told) in places.iter().zip(told) {
            if let Some(outcome) = take(told, &entries[*place], uploaded) {
                noted.push(Answer { at, entry: *place as u64, outcome });
            }
        }
        answers.note(noted)?;
    }
    match uploaded.undecided {
        0 => Ok(()),
        waiting => {
            let waiting = count(waiting, "weighing");
            Err(Failure::failed(format!("{waiting} could not be decided yet and go on waiting")))
        }
    }
}

/// Counts an answer; none if it decides nothing.
fn take(told: Told, entry: &Entry, uploaded: &mut Uploaded) -> Option<Answered> {
    match told {
        Told::Accepted { nonconformities, position } => {
            uploaded.accepted += 1;
            uploaded.nonconforming += u64::from(!nonconformities.is_empty());
            Some(Answered::Uploaded { nonconformities, position })
        }
        Told::Refused { code, status, .. }
            if status >= UNDECIDED || code == Code::OccurredInFuture.as_str() =>
        {
            uploaded.undecided += 1;
            None
        }
        Told::Refused { code, message, pointer, .. } => {
            let number = entry.number.to_string();
            uploaded.refused.push(Refused {
                number,
                code: code.clone(),
                message: message.clone(),
                pointer: pointer.clone(),
            });
            Some(Answered::Refused { code, message, pointer })
        }
    }
}

fn text(uploaded: &Uploaded) -> String {
    let Uploaded { accepted, nonconforming, refused, undecided } = uploaded;
    let mut text = format!("{} in the ledger.\n", count(*accepted, "weighing"));
    if *nonconforming > 0 {
        text.push_str(&format!(
            "{nonconforming} of them break a rule, which their records note.\n"
        ));
    }
    if *undecided > 0 {
        text.push_str(&format!("{undecided} could not be decided yet, and go on waiting.\n"));
    }
    for Refused { number, code, message, pointer } in refused {
        text.push_str(&format!("Refused: ticket {number}: {code}: {message} ({pointer})\n"));
    }
    text
}
