//! Rows that can be deleted and rebuilt; the only module that names sled and bincode.
