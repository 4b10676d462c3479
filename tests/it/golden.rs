//! Compares a text with a committed file, so that a change of what others rely on shows in review.
//!
//! `UPDATE_GOLDEN=1 cargo test` writes the files anew; the diff is then git's to show.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// How many lines of a difference are shown.
const SHOWN: usize = 20;

/// Texts that differ over more than so many pairs of lines are not aligned, only cut at both ends.
const ALIGNED: usize = 4_000_000;

/// Holds `actual` against `tests/golden/<name>`.
#[track_caller]
pub fn assert_golden(name: &str, actual: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1");
    if let Err(complaint) = compare(&folder, name, actual, update) {
        panic!("{complaint}");
    }
}

fn compare(folder: &Path, name: &str, actual: &str, update: bool) -> Result<(), String> {
    let path = folder.join(name);
    let expected = fs::read_to_string(&path).ok();
    if expected.as_deref() == Some(actual) {
        return Ok(());
    }
    if update {
        let parent = path.parent().expect("the name is a file in the folder");
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, actual));
        return written.map_err(|error| format!("tests/golden/{name} cannot be written: {error}"));
    }
    let difference = match &expected {
        None => "the file does not exist, or is no text\n".to_owned(),
        Some(expected) => difference(expected, actual),
    };
    Err(format!(
        "tests/golden/{name} differs from what the code gives (- file, + code):\n{difference}\
         If the change is meant: UPDATE_GOLDEN=1 cargo test, then read the diff."
    ))
}

/// The lines that differ, with their numbers on their own side.
fn difference(expected: &str, actual: &str) -> String {
    let old: Vec<&str> = expected.split('\n').collect();
    let new: Vec<&str> = actual.split('\n').collect();
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let start = old.iter().zip(&new).take_while(same).count();
    let rest = (old.len() - start).min(new.len() - start);
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
    let (old, new) = (&old[start..old.len() - end], &new[start..new.len() - end]);

    let changes = changes(old, new);
    let mut text = String::new();
    for (sign, at, line) in changes.iter().take(SHOWN) {
        // Else lines that differ would look the same.
        let line = line.replace('\r', "\\r").replace('\t', "\\t");
        writeln!(text, "{sign} {:>4} | {line}", start + at + 1).expect("a string takes all");
    }
    if changes.len() > SHOWN {
        writeln!(text, "… and {} lines more", changes.len() - SHOWN).expect("a string takes all");
    }
    text
}

/// The fewest lines to take away and to add; all of them when there are too many to align.
fn changes<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, usize, &'a str)> {
    let mut changes = Vec::new();
    let (mut at, mut to) = (0, 0);
    if old.len() * new.len() <= ALIGNED {
        // common[at][to]: how many lines the rests behind `at` and `to` have in common, in order.
        let mut common = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
        for (at, line) in old.iter().enumerate().rev() {
            for (to, other) in new.iter().enumerate().rev() {
                common[at][to] = match line == other {
                    true => common[at + 1][to + 1] + 1,
                    false => common[at + 1][to].max(common[at][to + 1]),
                };
            }
        }
        while at < old.len() && to < new.len() {
            if old[at] == new[to] {
                (at, to) = (at + 1, to + 1);
            } else if common[at + 1][to] >= common[at][to + 1] {
                changes.push(('-', at, old[at]));
                at += 1;
            } else {
                changes.push(('+', to, new[to]));
                to += 1;
            }
        }
    }
    changes.extend((at..old.len()).map(|at| ('-', at, old[at])));
    changes.extend((to..new.len()).map(|to| ('+', to, new[to])));
    changes
}

#[test]
fn the_same_text_is_accepted() {
    assert_golden("golden/example.txt", "One line.\nAnd a second one, 第二行.\n");
}

#[test]
fn another_text_is_refused_with_the_lines_that_differ() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("a.txt"), "same\nold\nkept\tline\ngone\nend\n")
        .expect("it is ours");
    let complaint = compare(folder.path(), "a.txt", "same\nnew\nkept\tline\nend\r\n", false);
    let expected = "tests/golden/a.txt differs from what the code gives (- file, + code):
-    2 | old
+    2 | new
-    4 | gone
-    5 | end
+    4 | end\\r
If the change is meant: UPDATE_GOLDEN=1 cargo test, then read the diff.";
    assert_eq!(complaint, Err(expected.to_owned()));
    let kept = fs::read_to_string(folder.path().join("a.txt")).expect("it is still there");
    assert!(kept.contains("old"), "a comparison changes nothing");
}

#[test]
fn a_missing_newline_at_the_end_is_a_difference() {
    assert_eq!(difference("a\nb\n", "a\nb"), "-    3 | \n");
    assert_eq!(difference("a\na\n", "a\na\na\n"), "+    3 | a\n");
    assert_eq!(difference("", "a\n"), "+    1 | a\n");
}

#[test]
fn a_long_difference_is_cut() {
    let lines = |word: &str, count: usize| format!("{word}\n").repeat(count);
    let shown = difference(&lines("old", 30), &lines("new", 30));
    assert_eq!(shown.lines().count(), SHOWN + 1);
    assert!(shown.ends_with("… and 40 lines more\n"), "{shown}");
    let shown = difference(&lines("old", 3_000), &lines("new", 3_000));
    assert!(shown.ends_with("… and 5980 lines more\n"), "{shown}");
}

#[test]
fn an_update_writes_the_file_and_its_folder() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let missing = compare(folder.path(), "deep/a.txt", "text\n", false).expect_err("it is missing");
    assert!(missing.contains("does not exist"), "{missing}");
    for text in ["text\n", "other\n"] {
        assert_eq!(compare(folder.path(), "deep/a.txt", text, true), Ok(()));
        assert_eq!(compare(folder.path(), "deep/a.txt", text, false), Ok(()));
    }
}
