//! Sessions: who has signed in, in this process's memory.
//!
//! A session is named by 256 random bits, of which only the hash is kept here; it ends after 12
//! hours without a page, by signing out, and with the process: whoever is still there signs in
//! again. Its key is looked up for every page, so a revoked one opens nothing more.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::id::KeyId;
use crate::merkle::{Hash, plain};

const IDLE: Duration = Duration::from_secs(12 * 60 * 60);
/// So many at once; beyond that the one that was idle longest ends.
const MOST: usize = 10_000;

/// 64 hexadecimal digits from the operating system.
pub fn token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(Hash(bytes).to_string())
}

/// Whether two tokens are the same, in the same time wherever they differ.
pub fn same(one: &str, other: &str) -> bool {
    plain(one.as_bytes()) == plain(other.as_bytes())
}

/// Who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub key: KeyId,
    /// Must come with every form.
    pub form_token: String,
}

#[derive(Default)]
pub struct Sessions {
    by_hash: Mutex<HashMap<[u8; 32], (Session, Instant)>>,
}

impl Sessions {
    /// Begins one; answers its name, which nobody but the browser keeps.
    pub fn begin(&self, key: KeyId) -> Result<String, getrandom::Error> {
        let (id, form_token) = (token()?, token()?);
        let now = Instant::now();
        let mut held = self.by_hash.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, (_, seen)| now.duration_since(*seen) < IDLE);
        while held.len() >= MOST {
            let Some(oldest) = held.iter().min_by_key(|(_, (_, seen))| *seen).map(|(id, _)| *id)
            else {
                break;
            };
            held.remove(&oldest);
        }
        held.insert(plain(id.as_bytes()).0, (Session { key, form_token }, now));
        Ok(id)
    }

    /// The session of that name, which this wakes.
    pub fn find(&self, id: &str) -> Option<Session> {
        self.find_at(id, Instant::now())
    }

    fn find_at(&self, id: &str, now: Instant) -> Option<Session> {
        let mut held = self.by_hash.lock().unwrap_or_else(PoisonError::into_inner);
        let (session, seen) = held.get_mut(&plain(id.as_bytes()).0)?;
        if now.duration_since(*seen) >= IDLE {
            return None;
        }
        *seen = now;
        Some(session.clone())
    }

    pub fn end(&self, id: &str) {
        let mut held = self.by_hash.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(&plain(id.as_bytes()).0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_session_ends_by_idleness_and_by_signing_out() {
        let sessions = Sessions::default();
        let key: KeyId = "key_a".parse().unwrap();
        let id = sessions.begin(key.clone()).unwrap();
        assert_eq!(id.len(), 64);
        let now = Instant::now();
        assert_eq!(sessions.find_at(&id, now).unwrap().key, key);
        let almost = now + IDLE - Duration::from_secs(1);
        assert!(sessions.find_at(&id, almost).is_some(), "each page wakes it");
        assert!(sessions.find_at(&id, almost + IDLE - Duration::from_secs(1)).is_some());
        assert!(sessions.find_at(&id, almost + IDLE + IDLE).is_none());
        assert_eq!(sessions.find("0"), None);
        sessions.end(&id);
        assert_eq!(sessions.find(&id), None);
    }

    #[test]
    fn no_two_sessions_share_a_name_or_a_token() {
        let sessions = Sessions::default();
        let one = sessions.begin("key_a".parse().unwrap()).unwrap();
        let other = sessions.begin("key_a".parse().unwrap()).unwrap();
        assert_ne!(one, other);
        let token = |id: &str| sessions.find(id).unwrap().form_token;
        assert!(!same(&token(&one), &token(&other)));
        assert!(same(&token(&one), &token(&one)));
    }
}
