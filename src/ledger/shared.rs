//! What the threads of an open ledger and its callers share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::index::Index;
use crate::ledger::queue::Queue;
use crate::log::LogReader;
use crate::log::attachments::Attachments;
use crate::log::checkpoint::Signed;
use crate::log::sealed::Sealed;
use crate::log::tree::Tree;
use crate::record::note::NoteSigner;

pub struct Shared {
    pub folder: PathBuf,
    pub keys_folder: PathBuf,
    pub origin: String,
    pub demo: bool,
    pub queue: Queue,
    pub log: LogReader,
    pub tree: Tree,
    pub sealed: Sealed,
    pub attachments: Attachments,
    pub index: Index,
    /// How many records the rows reflect.
    pub projected: Progress,
    pub checkpoint: RwLock<Option<Arc<Signed>>>,
    /// How many records the newest checkpoint covers.
    pub signed: Progress,
    /// When the newest checkpoint was found to cover all that was durable.
    pub covered: Mutex<Instant>,
    pub publisher: Bell,
    /// Who signs the next checkpoint: during a rotation both keys.
    pub signers: Mutex<Vec<NoteSigner>>,
    pub threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Shared {
    pub fn checkpoint(&self) -> Option<Arc<Signed>> {
        self.checkpoint.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn checkpoint_age(&self) -> Duration {
        self.covered.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Ends the threads in the order in which work flows, and waits for them.
    pub fn close(&self) {
        self.queue.close();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let publisher = threads.pop();
        // A thread that panicked has aborted the process already.
        threads.drain(..).for_each(|thread| drop(thread.join()));
        // Last, so that it covers what the writer wrote last.
        self.publisher.end();
        publisher.map(JoinHandle::join);
    }
}

/// A number that only grows and can be waited for, by threads and by tasks.
pub struct Progress {
    reached: watch::Sender<u64>,
    value: AtomicU64,
    lock: Mutex<()>,
    grown: Condvar,
    waiting: AtomicU64,
}

impl Progress {
    pub fn at(value: u64) -> Progress {
        let (lock, grown, waiting) = (Mutex::new(()), Condvar::new(), AtomicU64::new(0));
        Progress {
            reached: watch::Sender::new(value),
            value: AtomicU64::new(value),
            lock,
            grown,
            waiting,
        }
    }

    pub fn get(&self) -> u64 {
        self.value.load(Ordering::SeqCst)
    }

    pub fn set(&self, value: u64) {
        self.value.store(value, Ordering::SeqCst);
        self.reached.send_replace(value);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            let _held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
            self.grown.notify_all();
        }
    }

    /// Waits until it is at least `value`, as a thread.
    pub fn wait(&self, value: u64) {
        if self.get() >= value {
            return;
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while self.get() < value {
            held = self.grown.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        drop(held);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    /// Waits until it is at least `value`, as a task; false when patience is over.
    pub async fn reach(&self, value: u64, patience: Duration) -> bool {
        if self.get() >= value {
            return true;
        }
        let mut reached = self.reached.subscribe();
        let wait = reached.wait_for(|reached| *reached >= value);
        matches!(tokio::time::timeout(patience, wait).await, Ok(Ok(_)))
    }
}

/// Wakes the publisher before its time.
#[derive(Default)]
pub struct Bell {
    rung: Mutex<bool>,
    ring: Condvar,
    ending: AtomicBool,
}

impl Bell {
    pub fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ring.notify_all();
    }

    pub fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.ring();
    }

    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    /// Sleeps until it rings or `pause` is over.
    pub fn sleep(&self, pause: Duration) {
        let held = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ring.wait_timeout_while(held, pause, |rung| !*rung);
        let (mut held, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *held = false;
    }
}
