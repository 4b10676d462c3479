//! Answers, each stamped with the position that it reflects.
