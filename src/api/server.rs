//! The HTTP server: its threads, its addresses, its end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::dev::{Payload, ServerHandle};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use crate::api::Api;
use crate::api::operations;
use crate::api::router::Router;
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

/// Answers whatever is asked outside of the API and its documents: the pages for people.
pub trait Site: Send + Sync + 'static {
    fn answer<'a>(&'a self, request: HttpRequest, payload: Payload) -> Answering<'a>;
}

/// The answer of a [`Site`] while it is made.
pub type Answering<'a> = Pin<Box<dyn Future<Output = HttpResponse> + 'a>>;

/// Serves the API of a ledger and its documents, without pages; see [`serve_with`].
pub fn serve(ledger: Ledger, listen: &str, workers: usize, signals: bool) -> io::Result<Running> {
    serve_with(ledger, None, listen, workers, signals)
}

/// Serves a ledger at an address, as `127.0.0.1:8080`; port 0 takes a free one. `workers` threads
/// read requests and answer them. With `signals` an interrupt or a termination of the process stops
/// it.
pub fn serve_with(
    ledger: Ledger,
    site: Option<Arc<dyn Site>>,
    listen: &str,
    workers: usize,
    signals: bool,
) -> io::Result<Running> {
    let listener = TcpListener::bind(listen)?;
    let address = listener.local_addr()?;
    let api = Arc::new(Api::new(ledger));
    let (started, handle) = mpsc::channel();
    let thread = thread::Builder::new().name("http".to_owned()).spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let mut server = HttpServer::new(move || {
                let router = Rc::new(Router::new(Arc::clone(&api), operations(), site.clone()));
                App::new().default_service(web::to(
                    move |request: HttpRequest, payload: web::Payload| {
                        let router = Rc::clone(&router);
                        async move { router.answer(request, payload.into_inner()).await }
                    },
                ))
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
