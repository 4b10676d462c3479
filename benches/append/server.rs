//! The server's process: this program started anew, told by a variable of its environment.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use symbiosis_ledger::api;

use crate::ground;

/// Names the folder in which the child makes its ledger.
pub const CHILD: &str = "SYMBIOSIS_BENCH_FOLDER";

/// A server that is running.
pub struct Server {
    child: Child,
    /// Closed to end it.
    input: Option<ChildStdin>,
    pub address: String,
}

impl Server {
    pub fn start(folder: &Path) -> Server {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(CHILD, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let input = child.stdin.take();
        Server { child, input, address: address.trim().to_owned() }
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        self.child.wait().unwrap();
    }
}

/// The child: serves until its input ends.
pub fn run(folder: &Path) {
    let ledger = ground::open(folder);
    let running = api::serve(ledger.clone(), "127.0.0.1:0", 2, false).unwrap();
    println!("{}", running.address());
    std::io::stdout().flush().unwrap();
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
    running.stop().unwrap();
    ledger.close();
}
