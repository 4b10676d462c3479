//! Segment files: their names, and the lines in them.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use crate::log::disk::{Attempt, Disk, DiskError};

/// The folder of segments in a data folder.
pub const FOLDER: &str = "log";

/// Ends the name of a file that is being written in place of another.
pub const TEMPORARY: &str = ".tmp";

/// A segment is named by the position of its first record.
pub fn file_name(first: u64) -> String {
    format!("{first:020}.log")
}

pub fn path(folder: &Path, first: u64) -> PathBuf {
    folder.join(file_name(first))
}

/// Only the exact form: any other file in the folder is none of ours.
pub fn parse_name(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".log")?;
    let is_form = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_form { digits.parse().ok() } else { None }
}

/// First positions of all segments, ascending.
pub fn list(disk: &dyn Disk, folder: &Path) -> Result<Vec<u64>, DiskError> {
    let names = disk.list(folder).attempt("list", folder)?;
    let mut segments: Vec<u64> = names.iter().filter_map(|name| parse_name(name)).collect();
    segments.sort_unstable();
    Ok(segments)
}

/// Length of the first line without its LF, if there is an LF.
pub fn line_length(mut bytes: &[u8]) -> Option<usize> {
    let window = bytes;
    let passed = bytes.skip_until(b'\n').expect("reading from memory does not fail");
    if window[..passed].ends_with(b"\n") { Some(passed - 1) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_twenty_digits() {
        assert_eq!(file_name(42), "00000000000000000042.log");
        assert_eq!(parse_name(&file_name(u64::MAX)), Some(u64::MAX));
        for other in [
            "42.log",
            "00000000000000000042.log.tmp",
            "+0000000000000000042.log",
            "000000000000000000042.log",
            "99999999999999999999.log",
            ".log",
        ] {
            assert_eq!(parse_name(other), None, "{other}");
        }
    }

    #[test]
    fn a_line_ends_at_its_line_feed() {
        assert_eq!(line_length(b"ab\ncd\n"), Some(2));
        assert_eq!(line_length(b"\n"), Some(0));
        assert_eq!(line_length(b"ab"), None);
        assert_eq!(line_length(b""), None);
    }
}
