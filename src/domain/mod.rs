//! What may happen in a park: commands, events and the rules between them. Pure: no clock, disk,
//! socket or random number.
//!
//! [`decide`](decide::decide) turns a command into events or a refusal, [`evolve`](evolve::evolve)
//! turns an event into states, [`facts`](fact::facts) into the signed quantities of every figure.
//!
//! Invariant: reality is recorded, claims are refused. A truck, a weight, a reading is always
//! taken, with a nonconformity where it breaks a rule; acceptance, use and claim are what a rule
//! can stop.

pub mod access;
pub mod actor;
pub mod attachment;
pub mod catalogue;
pub mod code;
pub mod code_scope;
pub mod command;
pub mod confidential;
pub mod decide;
pub mod decimal;
pub mod digest;
pub mod event;
pub mod evolve;
pub mod facility;
pub mod fact;
pub mod factor;
pub mod id;
pub mod json_schema;
pub mod method;
pub mod money;
pub mod name;
pub mod number;
pub mod operation;
pub mod party_id;
pub mod price;
pub mod procedure;
pub mod quantity;
pub mod refusal;
pub mod roster;
mod rules;
pub mod samples;
pub mod shapes;
pub mod sheet;
pub mod state;
pub mod stated_unit;
pub mod states;
pub mod subject;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;
pub(crate) mod text_value;
pub mod ticket;
pub mod time;
pub mod unit;
pub mod value_error;
