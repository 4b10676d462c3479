//! Folders that are whole, and folders in which one thing is wrong.

#![allow(clippy::unwrap_used, reason = "tests")]

mod beside;
mod flips;
pub(crate) mod plan;
mod rules;
mod signing;
mod tampering;
mod whole;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Finding, Report, check};
use crate::record::note::VerifierKey;

const LOG: &str = "log/00000000000000000000.log";

/// A data folder that vanishes with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.file(name)).unwrap()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::create_dir_all(self.file(name).parent().unwrap()).unwrap();
        fs::write(self.file(name), bytes).unwrap();
    }

    fn check(&self) -> Report {
        self.check_with(None)
    }

    fn check_with(&self, trusted: Option<&VerifierKey>) -> Report {
        let before = everything_in(self.path());
        let (mut last, mut total) = (0, 0);
        let report = check(self.path(), trusted, &mut |done, of| {
            assert!(last <= done && done <= of);
            (last, total) = (done, of);
        });
        assert_eq!(last, total, "all bytes were read");
        assert!(everything_in(self.path()) == before, "nothing was changed");
        let report = report.unwrap();
        assert_eq!(report.verified, report.errors.is_empty());
        report
    }
}

/// Every file's path and content.
fn everything_in(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push((path.clone(), Vec::new()));
            all.extend(everything_in(&path));
        } else {
            all.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

fn places(findings: &[Finding]) -> Vec<(&'static str, Option<u64>)> {
    findings.iter().map(|finding| (finding.code, finding.position)).collect()
}
