//! The disk's own rate: how many appends of a block, each with its fdatasync, it takes a second.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const BLOCK: [u8; 4096] = [b'x'; 4096];

/// Appends and syncs in this folder for so long.
pub fn syncs_per_second(folder: &Path, time: Duration) -> f64 {
    let path = folder.join("probe");
    let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
    let begun = Instant::now();
    let mut syncs = 0;
    while begun.elapsed() < time {
        file.write_all(&BLOCK).unwrap();
        file.sync_data().unwrap();
        syncs += 1;
    }
    let rate = f64::from(syncs) / begun.elapsed().as_secs_f64();
    std::fs::remove_file(path).unwrap();
    rate
}
