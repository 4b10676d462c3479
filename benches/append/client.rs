//! HTTP clients: connections that are kept, each with one request under way at a time.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::Size;
use crate::disk::syncs_per_second;
use crate::figures::{Round, processor};
use crate::ground::{self, Told};
use crate::server::Server;

/// So many connections tell the lives of loads for a while.
pub fn round(size: Size, connections: usize) {
    let folder = ground::folder();
    let before = syncs_per_second(folder.path(), size.probe);
    let server = Server::start(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let used = processor(server.process());
    let begun = Instant::now();
    let waits_us = LocalSet::new().block_on(&runtime, async {
        let next = Rc::new(Cell::new(0));
        let clients: Vec<_> = (0..connections)
            .map(|_| {
                let (next, address) = (Rc::clone(&next), server.address.clone());
                tokio::task::spawn_local(async move {
                    let mut client = Client::connect(&address).await;
                    while begun.elapsed() < size.round {
                        let number = next.replace(next.get() + 1);
                        for told in ground::load(number) {
                            client.post(number, &told).await;
                        }
                    }
                    client.waits_us
                })
            })
            .collect();
        let mut waits = Vec::new();
        for client in clients {
            waits.extend(client.await.unwrap());
        }
        waits
    });
    let time = begun.elapsed();
    let processor = processor(server.process()) - used;
    drop(server);
    let disk = (before, syncs_per_second(folder.path(), size.probe));
    let commands = waits_us.len() as u64;
    let name = format!("http, {connections} connections");
    // Each of these commands leaves one record.
    Round { name, commands, records: commands, time, waits_us, disk, processor }.print();
}

struct Client {
    stream: TcpStream,
    address: String,
    keys: [String; 2],
    answer: Vec<u8>,
    waits_us: Vec<u32>,
}

impl Client {
    async fn connect(address: &str) -> Client {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let keys = ["works", "mill"].map(|name| ground::access_key(name).reveal());
        let (answer, waits_us) = (Vec::new(), Vec::new());
        Client { stream, address: address.to_owned(), keys, answer, waits_us }
    }

    async fn post(&mut self, number: u64, told: &Told) {
        let body = ground::body(told);
        let Told { firm, step, .. } = told;
        let key = &self.keys[usize::from(*firm == "mill")];
        let request = format!(
            "POST /api/v1/deliveries/dlv_{number}/{step} HTTP/1.1\r\nhost: {}\r\n\
             authorization: Bearer {key}\r\ncontent-type: application/json\r\n\
             idempotency-key: \"cmd_{step}-{number}\"\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len(),
        );
        let asked = Instant::now();
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.answer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.answer).await.unwrap();
            assert!(read > 0, "the server closed a connection");
            if is_whole(&self.answer) {
                break;
            }
        }
        self.waits_us.push(u32::try_from(asked.elapsed().as_micros()).unwrap());
        let text = String::from_utf8_lossy(&self.answer);
        assert!(text.starts_with("HTTP/1.1 20"), "{request}\n{text}");
    }
}

/// Whether all of an answer that says its length has come.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.expect("our answers say their length").trim().parse().unwrap();
    answer.len() >= end + 4 + length
}
