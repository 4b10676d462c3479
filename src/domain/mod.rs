//! What may happen in a park: commands, events and the rules between them. Pure: no clock, disk, socket or random number.
