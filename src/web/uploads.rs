//! Tables that were brought and are looked at before they are imported, in this process's memory.
//!
//! They are neither kept beside the log nor sent again: what is only looked at must leave nothing
//! behind, a table may be no UTF-8 and so no attachment, and 20 MiB would travel with every change
//! of the mapping. They last as long as sessions can: until the ledger is restarted.
//!
//! Invariant: a table is found by the key that brought it only. There are so many bytes at most;
//! those that were not looked at longest give way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::id::KeyId;
use crate::table::{Kind, Mapping, Report};
use crate::web::session;

const IDLE: Duration = Duration::from_secs(2 * 60 * 60);
/// Of all tables together.
const MOST_BYTES: usize = 256 << 20;
/// Of one key.
const MOST_OF_KEY: usize = 4;

/// A table, and how it is read.
#[derive(Clone, Debug)]
pub struct Upload {
    pub key: KeyId,
    /// The file's.
    pub name: String,
    pub bytes: Arc<Vec<u8>>,
    pub kind: Kind,
    pub mapping: Mapping,
    /// Of a spreadsheet; the first if absent.
    pub sheet: Option<String>,
    /// What came of it, once it was imported.
    pub report: Option<Arc<Report>>,
}

#[derive(Default)]
pub struct Uploads {
    held: Mutex<HashMap<String, (Upload, Instant)>>,
}

impl Uploads {
    /// Keeps a table; answers its name.
    pub fn keep(&self, upload: Upload) -> Result<String, getrandom::Error> {
        let id = session::token()?[..20].to_owned();
        let now = Instant::now();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, (_, seen)| now.duration_since(*seen) < IDLE);
        let key = upload.key.clone();
        held.insert(id.clone(), (upload, now));
        while held.values().filter(|(kept, _)| kept.key == key).count() > MOST_OF_KEY {
            remove_oldest(&mut held, &id, |kept| kept.key == key);
        }
        let bytes = |held: &HashMap<String, (Upload, Instant)>| {
            held.values().map(|(kept, _)| kept.bytes.len()).sum::<usize>()
        };
        while bytes(&held) > MOST_BYTES && held.len() > 1 {
            remove_oldest(&mut held, &id, |_| true);
        }
        Ok(id)
    }

    /// A table of that key, which this wakes.
    pub fn find(&self, id: &str, key: &KeyId) -> Option<Upload> {
        self.change(id, key, |_| {})
    }

    /// Changes how a table is read, or what came of it.
    pub fn change(
        &self,
        id: &str,
        key: &KeyId,
        change: impl FnOnce(&mut Upload),
    ) -> Option<Upload> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (upload, seen) = held.get_mut(id).filter(|(upload, _)| upload.key == *key)?;
        *seen = Instant::now();
        change(upload);
        Some(upload.clone())
    }
}

/// Removes the one that was not looked at longest, but for the newest.
fn remove_oldest(
    held: &mut HashMap<String, (Upload, Instant)>,
    newest: &str,
    of: impl Fn(&Upload) -> bool,
) {
    let others = held.iter().filter(|(id, (kept, _))| *id != newest && of(kept));
    let oldest = others.min_by_key(|(_, (_, seen))| *seen).map(|(id, _)| id.clone());
    if let Some(oldest) = oldest {
        held.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn upload(key: &str, bytes: usize) -> Upload {
        Upload {
            key: key.parse().unwrap(),
            name: "a.csv".to_owned(),
            bytes: Arc::new(vec![0; bytes]),
            kind: Kind::Tickets,
            mapping: Mapping::default(),
            sheet: None,
            report: None,
        }
    }

    #[test]
    fn a_table_is_found_by_its_key_only_and_old_ones_give_way() {
        let (uploads, key) = (Uploads::default(), "key_a".parse().unwrap());
        let first = uploads.keep(upload("key_a", 1)).unwrap();
        let other = uploads.keep(upload("key_b", 2)).unwrap();
        assert!(uploads.find(&first, &key).is_some() && uploads.find(&other, &key).is_none());
        let more: Vec<_> = (0..4).map(|_| uploads.keep(upload("key_a", 3)).unwrap()).collect();
        assert!(uploads.find(&first, &key).is_none(), "the fifth of a key");
        assert!(more.iter().all(|id| uploads.find(id, &key).is_some()));
        let big = uploads.keep(upload("key_c", MOST_BYTES)).unwrap();
        assert!(more.iter().all(|id| uploads.find(id, &key).is_none()), "too many bytes");
        let found =
            uploads.change(&big, &"key_c".parse().unwrap(), |it| it.sheet = Some("b".into()));
        assert_eq!(found.unwrap().sheet.as_deref(), Some("b"));
    }
}
