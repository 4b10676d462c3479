//! Making a new ledger: a signing key, record 0 and the first checkpoint.
//!
//! What a crash leaves is a folder without record 0, which opening calls no ledger. Making it
//! again, with the same origin, goes on with the key that is there.

use std::fs;
use std::path::Path;

use crate::domain::event::{Event, LedgerOpened};
use crate::domain::text::Text;
use crate::domain::time::UtcMicros;
use crate::ledger::open::{self, LedgerError};
use crate::ledger::{Options, keys, publish};
use crate::record::checkpoint::{ORIGIN_END, check_origin};
use crate::record::note::NoteSigner;

/// The number of the log's format.
const FORMAT: u16 = 1;

/// Makes a new ledger in a folder that is empty or absent. `origin` names it for ever, without its
/// `/blake3`. A demo ledger takes its clock from a plan.
pub fn create(options: &Options, origin: &str, demo: Option<UtcMicros>) -> Result<(), LedgerError> {
    let folder = &options.folder;
    let io = |source| LedgerError::Io { path: folder.clone(), source };
    fs::create_dir_all(folder).map_err(io)?;
    let name = format!("{origin}{ORIGIN_END}");
    check_origin(&name).map_err(|error| LedgerError::Origin(error.to_string()))?;
    let signer = match cut_off(options, &name).map_err(io)? {
        Some(signer) => signer,
        None if is_empty(folder).map_err(io)? => first_key(options, &name)?,
        None => return Err(LedgerError::NotEmpty { folder: folder.clone() }),
    };
    let mut assembled = open::assemble(options, &mut |_, _| {})?;
    let text =
        |text: String| text.parse::<Text>().map_err(|error| LedgerError::Origin(error.message));
    let event = Event::from(LedgerOpened {
        demo: demo.is_some(),
        format: FORMAT,
        origin: text(name)?,
        verifier_key: text(signer.verifier_key().to_string())?,
    });
    if let Some(clock) = demo {
        assembled.writer.add_own_at(event, clock);
    } else {
        assembled.writer.add_own(event);
    }
    assembled.writer.commit_own();
    publish::publish(&assembled.shared, &mut assembled.checkpoint)?;
    Ok(())
}

fn first_key(options: &Options, name: &str) -> Result<NoteSigner, LedgerError> {
    let signer = NoteSigner::from_seed(name, &keys::entropy()?)
        .map_err(|error| LedgerError::Origin(error.to_string()))?;
    keys::write_first(&options.keys_folder(), &signer)?;
    Ok(signer)
}

/// The key of a ledger of this name whose making was cut off before record 0.
fn cut_off(options: &Options, name: &str) -> std::io::Result<Option<NoteSigner>> {
    let signer = keys::read_current(&options.keys_folder()).ok();
    let Some(signer) = signer.filter(|signer| signer.name() == name) else { return Ok(None) };
    let log = options.folder.join("log");
    if log.is_dir() {
        for segment in fs::read_dir(log)? {
            if segment?.metadata()?.len() > 0 {
                return Ok(None);
            }
        }
    }
    Ok(Some(signer))
}

fn is_empty(folder: &Path) -> std::io::Result<bool> {
    Ok(fs::read_dir(folder)?.next().is_none())
}
