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
    for places in blocks(&due, &entries, block) {
        let commands = places.iter().flat_map(|place| entries[*place].commands());
        let mut told = remote.commands(commands.map(|command| command.get()))?.into_iter();
        let at = now()?;
        let mut noted = Vec::with_capacity(places.len());
        for place in places {
            let parts = 1 + entries[*place].more.len();
            let told = whole(told.by_ref().take(parts));
            if let Some(outcome) = told.and_then(|told| take(told, &entries[*place], uploaded)) {
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

/// Places in blocks of at most so many commands; the parts of a split are never sent apart.
fn blocks<'a>(due: &'a [usize], entries: &[Entry], most: usize) -> Vec<&'a [usize]> {
    let (mut blocks, mut begin, mut held) = (Vec::new(), 0, 0);
    for (at, place) in due.iter().enumerate() {
        let commands = 1 + entries[*place].more.len();
        if at > begin && held + commands > most {
            blocks.push(&due[begin..at]);
            (begin, held) = (at, 0);
        }
        held += commands;
    }
    if begin < due.len() {
        blocks.push(&due[begin..]);
    }
    blocks
}

/// What a weighing was told, of what its parts were told: it waits while one of them is undecided,
/// is refused if one of them is, and else stands in the ledger. Parts that were taken answer the
/// same when they are sent again.
fn whole(told: impl Iterator<Item = Told>) -> Option<Told> {
    fn rank(told: &Told) -> u8 {
        match told {
            Told::Accepted { .. } => 0,
            told if is_undecided(told) => 2,
            Told::Refused { .. } => 1,
        }
    }
    told.reduce(|one, next| match (one, next) {
        (
            Told::Accepted { mut nonconformities, .. },
            Told::Accepted { nonconformities: more, position },
        ) => {
            nonconformities.extend(more);
            Told::Accepted { nonconformities, position }
        }
        (one, next) if rank(&next) > rank(&one) => next,
        (one, _) => one,
    })
}

fn is_undecided(told: &Told) -> bool {
    match told {
        Told::Accepted { .. } => false,
        Told::Refused { code, status, .. } => {
            *status >= UNDECIDED || code == Code::OccurredInFuture.as_str()
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
        told if is_undecided(&told) => {
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
