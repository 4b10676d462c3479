//! `symbiosis serve`: a ledger's pages, API and documentation, until it is asked to stop.

use std::io;
use std::net::TcpListener;

use crate::cli::args::{Address, Serve};
use crate::cli::folder::{self, options};
use crate::cli::out::{Failure, Out, Outcome, count, talk};
use crate::config::Settings;
use crate::ledger::Ledger;
use crate::web;

/// Where a ledger listens if nothing else is said.
pub const DEFAULT: &str = "127.0.0.1:8080";

pub fn run(args: &Serve, settings: &Settings, out: Out) -> Outcome {
    let listen = listen(&args.address, settings);
    let workers = workers(&args.address, settings)?;
    expect_free(&listen)?;
    let ledger = folder::open(&options(&args.folder, settings))?;
    serve(ledger, &listen, workers, |ledger, at| {
        let records = count(ledger.size(), "record");
        let folder = ledger.folder().display().to_string();
        let addresses = serde_json::json!({
            "api": format!("http://{at}/api/v1"),
            "docs": format!("http://{at}/docs"),
            "folder": folder,
            "pages": format!("http://{at}/"),
            "records": ledger.size(),
        });
        out.answer(&addresses, |_| {
            format!(
                "{folder}: {records}.\n\n\
                 Pages          http://{at}/\n\
                 API            http://{at}/api/v1\n\
                 Documentation  http://{at}/docs\n"
            )
        })
    })
}

pub fn listen(address: &Address, settings: &Settings) -> String {
    let listen = address.listen.clone().or_else(|| settings.listen.clone());
    listen.unwrap_or_else(|| DEFAULT.to_owned())
}

/// How many threads answer requests.
pub fn workers(address: &Address, settings: &Settings) -> Result<usize, Failure> {
    let stated = address.workers.as_ref().or(settings.workers.as_ref());
    let Some(text) = stated else {
        return Ok(std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    };
    let count = text.parse().ok().filter(|count| (1..=256).contains(count));
    count.ok_or_else(|| Failure::Usage(format!("--workers takes 1 to 256, not {text:?}")))
}

/// Tells of a port in use before a ledger is opened, or loaded, for nothing.
pub fn expect_free(listen: &str) -> Outcome {
    TcpListener::bind(listen).map(drop).map_err(|error| unheard(listen, &error))
}

fn unheard(listen: &str, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::AddrInUse {
        return Failure::failed(format!(
            "something listens on {listen} already; stop it, or choose another port with --listen"
        ));
    }
    if error.kind() == io::ErrorKind::InvalidInput {
        return Failure::Usage(format!(
            "--listen takes an address and a port, as {DEFAULT}, not {listen:?}"
        ));
    }
    Failure::failed(format!("could not listen on {listen}: {error}"))
}

/// Serves a ledger until an interrupt, and closes it. `announce` hears the address.
pub fn serve(
    ledger: Ledger,
    listen: &str,
    workers: usize,
    announce: impl FnOnce(&Ledger, &str) -> Outcome,
) -> Outcome {
    let running = match web::serve(ledger.clone(), listen, workers, true) {
        Ok(running) => running,
        Err(error) => {
            ledger.close();
            return Err(unheard(listen, &error));
        }
    };
    let announced = announce(&ledger, &running.address().to_string());
    talk("Serving; Ctrl-C stops it.");
    let ended = running.wait();
    ledger.close();
    talk("Stopped; everything that was answered is on disk.");
    ended.map_err(|error| Failure::failed(format!("the server ended: {error}")))?;
    // An announcement that nobody reads is no reason not to serve.
    match announced {
        Err(Failure::Unread) => Ok(()),
        announced => announced,
    }
}
