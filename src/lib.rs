//! The symbiosis ledger: an exchange market for industrial by-products and the record of it.
//!
//! The truth is a folder of append-only text files ([`log`]). Commands are decided by pure rules
//! ([`domain`]), written by one writer ([`ledger`]) and folded into rows that can be deleted and
//! rebuilt ([`index`], [`projection`]). Modules stand here from the lowest layer to the highest;
//! imports point down only, which `tests/tidy.rs` enforces.
//!
//! Start reading at [`ledger`] for the life of a command, at [`log`] for what is on disk, at
//! [`domain`] for what may happen in a park.

// Tests in and outside of the crate share files, which name it as those outside do.
#[cfg(test)]
extern crate self as symbiosis_ledger;

pub mod domain;
pub mod merkle;

pub mod record;

pub mod index;
pub mod log;

pub mod projection;
pub mod statistics;

pub mod config;

pub mod evidence;
pub mod ledger;
pub mod query;
pub mod scenario;
pub mod spool;
pub mod table;

pub mod api;
pub mod web;

pub mod cli;
