//! The HTTP server: its threads, its addresses, its end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, HttpServer};

use crate::api::Api;
use crate::api::operation::{Operation, method_not_allowed, no_such_address};
use crate::api::{operations, pages};
use crate::ledger::Ledger;

const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// A head that takes longer to come is not worth waiting for.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// How long requests that are under way may go on once the server is asked to stop.
const STOP_PATIENCE_S: u64 = 5;

/// A server that is running.
pub struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    thread: JoinHandle<io::Result<()>>,
}

/// Serves a ledger at an address, as `127.0.0.1:8080`; port 0 takes a free one. `workers` threads
/// read requests and answer them. With `signals` an interrupt or a termination of the process stops
/// it.
pub fn serve(ledger: Ledger, listen: &str, workers: usize, signals: bool) -> io::Result<Running> {
    let listener = TcpListener::bind(listen)?;
    let address = listener.local_addr()?;
    let api = Arc::new(Api::new(ledger));
    let (started, handle) = mpsc::channel();
    let thread = thread::Builder::new().name("http".to_owned()).spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let mut server = HttpServer::new(move || {
                let api = Arc::clone(&api);
                App::new().configure(move |config| routes(config, &api))
            })
            .workers(workers)
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(HEAD_PATIENCE)
            .shutdown_timeout(STOP_PATIENCE_S);
            if !signals {
                server = server.disable_signals();
            }
            let server = server.listen(listener)?.run();
            // Nobody waits any more if starting it failed elsewhere.
            let _ = started.send(server.handle());
            server.await
        })
    })?;
    match handle.recv() {
        Ok(handle) => Ok(Running { address, handle, thread }),
        Err(_) => {
            joined(thread)?;
            Err(io::Error::other("the HTTP server ended before it began"))
        }
    }
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it ends, by a signal or by [`Running::stop`] elsewhere.
    pub fn wait(self) -> io::Result<()> {
        joined(self.thread)
    }

    /// Lets requests that are under way end, and stops.
    pub fn stop(self) -> io::Result<()> {
        // The request to stop is sent when the future is made; its end is that of the thread.
        drop(self.handle.stop(true));
        joined(self.thread)
    }
}

fn joined(thread: JoinHandle<io::Result<()>>) -> io::Result<()> {
    thread.join().unwrap_or_else(|_| Err(io::Error::other("the HTTP server panicked")))
}

/// Every address, with the methods that it takes.
fn routes(config: &mut ServiceConfig, api: &Arc<Api>) {
    let operations = operations();
    let mut paths: Vec<&'static str> = Vec::new();
    for operation in &operations {
        if !paths.contains(&operation.path) {
            paths.push(operation.path);
        }
    }
    for path in paths {
        let here = operations.iter().filter(|operation| operation.path == path);
        config.service(resource(path, here, api));
    }
    pages::routes(config, api);
    config.default_service(web::to(no_such_address));
}

fn resource<'a>(
    path: &'static str,
    operations: impl Iterator<Item = &'a Operation>,
    api: &Arc<Api>,
) -> actix_web::Resource {
    let mut resource = web::resource(path);
    let mut methods: Vec<Method> = Vec::new();
    for operation in operations {
        for method in operation.methods() {
            resource = resource.route(operation.route(api, method));
            methods.push(method.clone());
        }
    }
    resource.default_service(method_not_allowed(path, &methods))
}
