//! Rows that must not be used are dropped, whatever is wrong with them.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::domain::state::ParkPlaces;
use crate::domain::states::{Kind, StatesMut as _};

const LEAF: Hash = Hash([5; 32]);
const PARKS: u64 = 500;

fn open(folder: &Path) -> Index {
    Index::open(folder, &mut |_| Some(LEAF)).unwrap()
}

/// Rows of some hundred states, as a fold would leave them.
fn fill(index: &Index) {
    let mut rows = Rows::over(index.clone());
    for position in 0..PARKS {
        let places = ParkPlaces { places: position };
        rows.states.create(&format!("prk_{position}"), position, true, places);
        rows.command("keeper", &format!("cmd_{position}"), position).unwrap();
    }
    rows.flush(PARKS, &LEAF).unwrap();
    index.flush().unwrap();
}

#[test]
fn rows_of_another_form_or_program_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let own = |program: &str| {
        let (position, leaf) = (PARKS, LEAF.0);
        let mut meta = Vec::new();
        codec::encode(&Meta { position, leaf, program: program.to_owned() }, &mut meta);
        meta
    };
    let mut other_form = own(PROGRAM);
    other_form[0] += 1;
    for (meta, kept) in [(own(PROGRAM), true), (own("0.0.0"), false), (other_form, false)] {
        let index = open(folder.path());
        fill(&index);
        index.0.rows.insert(key::META, meta).unwrap();
        index.flush().unwrap();
        drop(index);
        let index = open(folder.path());
        assert_eq!(index.position() == PARKS, kept);
        assert_eq!(index.exists::<ParkPlaces>("prk_7"), kept);
        assert_eq!(index.command_candidates("keeper", "cmd_7").len(), usize::from(kept));
    }
}

#[test]
fn a_row_that_was_found_damaged_is_not_met_again() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    fill(&index);
    let mut name = Vec::new();
    key::state(ParkPlaces::KIND, "prk_7", &mut name);
    index.0.rows.insert(name, &[codec::VERSION, 1]).unwrap();
    index.flush().unwrap();
    let find = panic::AssertUnwindSafe(|| index.find::<ParkPlaces>("prk_7"));
    assert!(panic::catch_unwind(find).is_err());
    drop(index);
    assert_eq!(open(folder.path()).position(), 0);
}

/// The folds read rows too, and they run before anybody can ask: damage that stopped them once must
/// not keep the ledger from opening for ever.
#[test]
fn a_damaged_row_that_stops_the_folds_is_not_met_again() {
    type Fold = fn(&mut Rows) -> Result<(), IndexError>;
    let mut list = Vec::new();
    key::list(Kind::Park, &ListOf::All, &mut list);
    key::push_block(key::block(PARKS), &mut list);
    let commands = key::commands(PARKS >> key::COMMAND_BLOCK_BITS).to_vec();
    let folds: [(Vec<u8>, Fold); 2] = [
        (list, |rows| rows.list(Kind::Park, &ListOf::All, PARKS, "prk_new")),
        (commands, |rows| rows.command("keeper", "cmd_new", PARKS)),
    ];
    for (name, fold) in folds {
        let folder = tempfile::tempdir().unwrap();
        let index = open(folder.path());
        fill(&index);
        index.0.rows.insert(name, &[codec::VERSION, 200]).unwrap();
        index.flush().unwrap();
        let mut rows = Rows::over(index.clone());
        assert!(matches!(fold(&mut rows), Err(IndexError::Damaged(_))));
        drop((rows, index));
        assert_eq!(open(folder.path()).position(), 0);
    }
}

/// Bytes of sled's own files are turned over, one place at a time: whatever sled makes of it, no
/// state is answered that was never written.
#[test]
fn damaged_files_are_told_or_rebuilt_and_never_answer_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    let index = open(&whole);
    fill(&index);
    drop(index);
    drop(open(&whole));
    let db = fs::read(whole.join("db")).unwrap();
    // Much of the file is empty, and damage there harms nobody.
    let chunks = db.chunks_exact(64).enumerate();
    let used = chunks.filter(|(_, bytes)| bytes.iter().any(|byte| *byte != 0));
    let used: Vec<_> = used.map(|(number, _)| number * 64).collect();
    let mut met = 0;
    for place in 0..24 {
        let hurt = folder.path().join(format!("hurt-{place}"));
        fs::create_dir(&hurt).unwrap();
        for file in ["conf", "db"] {
            fs::copy(whole.join(file), hurt.join(file)).unwrap();
        }
        let mut bytes = db.clone();
        for byte in &mut bytes[used[used.len() * place / 24]..][..64] {
            *byte = !*byte;
        }
        fs::write(hurt.join("db"), bytes).unwrap();
        let index = open(&hurt);
        met += u32::from(index.position() != PARKS);
        for position in 0..PARKS {
            let id = format!("prk_{position}");
            let find = panic::AssertUnwindSafe(|| index.find::<ParkPlaces>(&id));
            let Ok(found) = panic::catch_unwind(find) else {
                met += 1;
                break;
            };
            let places = found.map(|stored| stored.state.places);
            assert_eq!(places, Some(position).filter(|_| index.position() == PARKS), "{place}");
        }
    }
    assert!(met > 12, "{met}: the damage must be where something stands");
}

/// A list from its end is the list from its beginning, turned round, wherever one begins.
#[test]
fn the_newest_of_a_list_are_its_last_first() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    let mut rows = Rows::over(index.clone());
    // Across several blocks, and with gaps.
    for position in (0..4_000).step_by(7) {
        rows.list(Kind::Park, &ListOf::All, position, &format!("prk_{position}")).unwrap();
    }
    rows.list(Kind::Firm, &ListOf::All, 3, "frm_a").unwrap();
    rows.flush(4_000, &LEAF).unwrap();
    for below in [0, 1, 7, 8, 1_024, 2_048, 3_999, 4_000, 9_999] {
        let mut all = index.list(Kind::Park, &ListOf::All, 0, below, usize::MAX).unwrap();
        all.reverse();
        for limit in [1, 100, usize::MAX] {
            let newest = index.list_newest(Kind::Park, &ListOf::All, below, limit).unwrap();
            assert_eq!(newest, all[..all.len().min(limit)], "{below} {limit}");
        }
    }
}
