//! Answers, each stamped with the position that it reflects.
//!
//! Invariant: an answer says its `as_of`: the rows that it was read from reflect every record below
//! that position. Nothing is answered that `authorize` does not allow, and what may not be seen is
//! answered as if it were not there.

pub mod amount;
pub mod answer;
pub mod attachment;
pub mod avoided;
pub mod covered;
pub mod cursor;
pub mod fact;
pub mod figure;
pub mod levers;
pub mod levers_table;
pub mod listed;
pub mod network;
pub mod participation_of;
pub mod programme;
pub mod programme_of;
pub mod programme_table;
pub mod public;
pub mod question;
pub mod reconciliation;
pub mod record;
pub mod report;
pub mod roster;
pub mod rows;
pub mod see;
pub mod sheet;
pub mod stock;
pub mod target;
pub mod ticket;
pub mod total;
pub mod unknown;
pub mod view;
pub mod weighing;
