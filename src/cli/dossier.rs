//! `symbiosis dossier`: a park's indicators in one file with all that proves them, from a folder.
//!
//! Invariant: nothing of the folder is changed, and the file is there only when it was verified.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::annual::{self, Folded};
use crate::cli::args::Dossier;
use crate::cli::export::option;
use crate::cli::folder::{options, view};
use crate::cli::out::{Failure, Out, Outcome, count, grouped};
use crate::cli::programme::{choices, method};
use crate::cli::sheet::known_park;
use crate::config::Settings;
use crate::domain::event::Event;
use crate::domain::id::{FirmId, ParkId};
use crate::domain::method::{Item, Method};
use crate::domain::name::Name;
use crate::domain::state::{PublishedMethod, method_id};
use crate::domain::states::States as _;
use crate::domain::time::Period;
use crate::evidence::dossier::build::{Asked, BuildError, Draft, Source};
use crate::evidence::dossier::manifest::Strength;
use crate::log::checkpoint::{CHECKPOINT_FILE, Signed};
use crate::log::{LogReader, sealed, tree};
use crate::merkle::Hash;
use crate::record::Decoded;
use crate::record::checkpoint::Checkpoint;
use crate::record::note::VerifierKey;

#[derive(Serialize)]
struct Made {
    file: PathBuf,
    bytes: u64,
    /// What a certificate quotes.
    hash: Hash,
    strength: Strength,
    park: ParkId,
    period: Period,
    as_of: u64,
    /// Records shown whole, and by their HEAD only.
    bodies: u64,
    heads: u64,
    figures: usize,
    /// Of the checkpoint that it rests on.
    size: u64,
    /// Whoever verifies needs one of these from a source of their own.
    verifier_keys: Vec<String>,
}

pub fn run(args: &Dossier, settings: &Settings, out: Out) -> Outcome {
    let park: ParkId = needed("PARK", &args.park)?;
    let period: Period = needed("--period", &args.period)?;
    let firm: Option<FirmId> = option("--firm", args.firm.as_ref())?;
    let reveal = args.reveal.iter().map(|text| revealed(text)).collect::<Result<Vec<_>, _>>()?;
    let folder = options(&args.folder, settings).folder;
    let reader = view(&folder)?;
    let keys = keys(&reader)?;
    let signed = signed(&folder, &keys)?;
    let tree = tree::view(&folder.join(tree::FOLDER)).map_err(|error| unmade(&error.into()))?;
    let below = args.as_of.unwrap_or(signed.checkpoint.size).min(signed.checkpoint.size);
    let folded = annual::fold(&reader, below, None)?;
    known_park(&folded.states, &park, below)?;
    let (method, method_position) = published(&folded, &args.programme, period)?;
    let items = |name: &Name| {
        let item = folded.states.find::<Item>(name.as_str())?;
        Some((item.created, item.state.clone()))
    };
    let earlier = args.earlier.as_deref().map(text).transpose()?;
    let source = Source {
        log: &reader,
        tree: &tree,
        signed: &signed,
        keys: &keys,
        index: None,
        // Whoever holds the folder holds every BODY.
        may_see: &|_: &Decoded| true,
    };
    let asked = Asked {
        park,
        period,
        choices: choices(args.choices.as_deref(), &args.programme, &method)?,
        method: &method,
        method_position,
        items: &items,
        base_year: args.base_year,
        as_of: args.as_of,
        firm,
        strength: if args.complete { Strength::Complete } else { Strength::Listed },
        earlier: earlier.as_deref(),
        reveal,
        sealed: &|commitment| sealed::find(&folder.join(sealed::FOLDER), commitment),
    };
    let draft = Draft::make(&source, &asked).map_err(|error| unmade(&error))?;
    let bytes = put(&draft, &args.out)?;
    out.answer(&made(&draft, args.out.clone(), bytes, &keys), shown)
}

/// Writes the file beside its place, and moves it there when it is whole.
fn put(draft: &Draft<'_>, path: &Path) -> Result<u64, Failure> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = write(draft, &part).and_then(|bytes| {
        let failed = |error: std::io::Error| Failure::disk("rename", &part, &error);
        fs::rename(&part, path).map_err(failed).map(|()| bytes)
    });
    if written.is_err() {
        // What is left of it helps nobody.
        let _ = fs::remove_file(&part);
    }
    written
}

fn write(draft: &Draft<'_>, part: &Path) -> Result<u64, Failure> {
    let failed = |error: std::io::Error| Failure::disk("write", part, &error);
    let mut file = BufWriter::new(File::create(part).map_err(failed)?);
    draft.write(&mut file).map_err(|error| unmade(&error))?;
    file.flush().map_err(failed)?;
    Ok(file.get_ref().metadata().map_err(failed)?.len())
}

fn needed<T: std::str::FromStr>(flag: &str, text: &str) -> Result<T, Failure>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| Failure::Usage(format!("{flag}: {error}")))
}

/// `812:/data/price`.
fn revealed(text: &str) -> Result<(u64, String), Failure> {
    let parts = text.split_once(':');
    let parts = parts.and_then(|(position, pointer)| {
        Some((position.parse().ok()?, Some(pointer).filter(|one| one.starts_with('/'))?.to_owned()))
    });
    parts.ok_or_else(|| {
        Failure::Usage(format!(
            "--reveal {text:?} is not a position and a pointer, as 812:/data/price"
        ))
    })
}

fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::disk("read", path, &error))
}

/// Every key that the log names.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others name none")]
fn keys(reader: &LogReader) -> Result<Vec<VerifierKey>, Failure> {
    let mut keys = Vec::new();
    reader.scan_stored(0, reader.size(), |stored| {
        if !matches!(stored.head.kind.as_str(), "ledger_opened" | "key_rotated") {
            return Ok(());
        }
        let decoded = Decoded::read(&stored.line, stored.head.clone());
        let key = match decoded.map_err(|error| Failure::failed(error.to_string()))?.event {
            Event::LedgerOpened(event) => event.verifier_key,
            Event::KeyRotated(event) => event.verifier_key,
            _ => return Ok(()),
        };
        keys.push(key.as_str().parse().map_err(|error| Failure::failed(format!("{error}")))?);
        Ok::<(), Failure>(())
    })?;
    Ok(keys)
}

/// The newest checkpoint of the folder.
fn signed(folder: &Path, keys: &[VerifierKey]) -> Result<Signed, Failure> {
    let path = folder.join(CHECKPOINT_FILE);
    let note = text(&path)?;
    let (checkpoint, _) = Checkpoint::open(note.as_bytes(), keys)
        .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    Ok(Signed { checkpoint, note })
}

/// The method, and where the log publishes it.
fn published(folded: &Folded, named: &str, period: Period) -> Result<(Method, u64), Failure> {
    let method = method(folded, named, period)?;
    let id = method_id(&method.method, method.version);
    let found = folded.states.find::<PublishedMethod>(&id).expect("it was just found");
    if let Some(reason) = &found.state.withdrawn {
        let message = format!("{id} was withdrawn: {reason}; ask --as-of a position before that");
        return Err(Failure::failed(message));
    }
    Ok((method, found.created))
}

fn unmade(error: &BuildError) -> Failure {
    let advice = match error {
        BuildError::Tree(_) | BuildError::Proof(_) | BuildError::Unverified(_) => {
            "; `symbiosis check` tells what is wrong, `symbiosis rebuild` makes the tree anew"
        }
        BuildError::Refused(_)
        | BuildError::Log(_)
        | BuildError::Decode(_)
        | BuildError::Index(_)
        | BuildError::Sealed(_)
        | BuildError::Write(_) => "",
    };
    Failure::failed(format!("{error}{advice}"))
}

fn made(draft: &Draft<'_>, file: PathBuf, bytes: u64, keys: &[VerifierKey]) -> Made {
    let (report, manifest) = (draft.report(), draft.manifest());
    Made {
        file,
        bytes,
        hash: report.hash.expect("it was verified"),
        strength: manifest.strength,
        park: manifest.park.clone(),
        period: manifest.period,
        as_of: manifest.as_of,
        bodies: report.bodies,
        heads: report.heads,
        figures: manifest.figures.len(),
        size: report.size.expect("it was verified"),
        verifier_keys: keys.iter().map(ToString::to_string).collect(),
    }
}

fn shown(made: &Made) -> String {
    let Made { file, bytes, hash, park, period, bodies, heads, figures, size, .. } = made;
    let file = file.display();
    format!(
        "{file}: {} of {park}, {period}\n\
         {} with their BODY, {} by their HEAD, of {}; {}\n{hash}\n\n\
         Verify it anywhere with a key of this ledger that you have from elsewhere:\n  \
         symbiosis verify {file} --key {}",
        count(*figures as u64, "figure"),
        count(*bodies, "record"),
        grouped(*heads),
        count(*size, "record"),
        count(*bytes, "byte"),
        made.verifier_keys.last().map_or("VKEY", String::as_str),
    )
}
