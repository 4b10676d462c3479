//! The API through a real socket, as its clients meet it.

mod access;
mod attachments;
mod bad_input;
mod batch;
mod documents;
mod figures;
mod proofs;
mod reads;
pub mod server;
mod sheets;
mod tables;
mod writes;
