//! The one writer: decide, append, answer, project.
