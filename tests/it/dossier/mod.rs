//! Dossiers: made, verified, and every way found to make a false one.

mod cli;
mod example;
mod forged;
mod ledger;
mod mutated;
mod small;
