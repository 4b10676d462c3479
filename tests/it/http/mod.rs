//! The API through a real socket, as its clients meet it.

mod access;
mod attachments;
mod avoided;
mod bad_input;
mod batch;
mod documents;
mod dossier;
mod figures;
mod levers;
mod meters;
mod network;
pub mod price;
mod procedure;
mod proofs;
mod reads;
mod receipts;
mod reports;
mod rosters;
pub mod server;
mod sheets;
mod stock;
mod tables;
mod writes;
