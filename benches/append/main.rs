//! How many durable commands a second, over HTTP, in the process and in blocks, and how long each
//! waits.
//!
//! `cargo bench --bench append` measures; `cargo test` runs a small round of the same, so that it
//! stays able to. Figures of a disk that syncs say nothing without the disk's own rate, so that is
//! measured before and after each round and printed beside it. The server is a process of its own;
//! the clients share its cores.

#![allow(clippy::unwrap_used, reason = "a benchmark")]
#![allow(clippy::float_arithmetic, reason = "figures for people")]

mod client;
mod disk;
mod figures;
mod ground;
mod inside;
mod server;

use std::time::Duration;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Size {
    /// One round of clients.
    round: Duration,
    /// Each look at the disk.
    probe: Duration,
    connections: &'static [usize],
    /// Loads that are imported, of four commands each.
    loads: u32,
}

const LARGE: Size = Size {
    round: Duration::from_secs(6),
    probe: Duration::from_millis(700),
    connections: &[1, 16, 64, 256],
    loads: 100_000,
};

const SMALL: Size = Size {
    round: Duration::from_millis(300),
    probe: Duration::from_millis(50),
    connections: &[4],
    loads: 200,
};

fn main() {
    if let Some(folder) = std::env::var_os(server::CHILD) {
        server::run(folder.as_ref());
        return;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let size = if arguments.iter().any(|argument| argument == "--bench") { LARGE } else { SMALL };
    let wanted: Vec<&String> = arguments.iter().filter(|text| !text.starts_with('-')).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|text| name.contains(&***text));
    println!("{}", figures::machine());
    println!("{}", figures::HEADING);
    if runs("http") {
        for connections in size.connections {
            client::round(size, *connections);
        }
    }
    if runs("submit") {
        for tasks in size.connections {
            inside::submits(size, *tasks);
        }
    }
    if runs("import") {
        inside::import(size);
    }
}
