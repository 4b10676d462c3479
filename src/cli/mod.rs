//! The command line: arguments, wiring and what is printed.
