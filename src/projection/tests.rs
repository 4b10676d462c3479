//! Rows are a function of the log: however it was cut into flushes, and after any loss.
#![allow(clippy::unwrap_used, reason = "tests")]

mod damage;
mod year;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::domain::fact::{Fact, Measure, facts};
use crate::domain::state::{Contract, Delivery};
use crate::domain::states::{Kind, States as _};
use crate::domain::time::Month;
use crate::index::{FactFilter, ListOf, TotalFilter};
use crate::ledger::tests::story::{key, opening, story};
use crate::ledger::{Ledger, Options, create};
use crate::merkle::Hash;

/// The records of a story of so many loads, as a real writer wrote them.
fn records() -> &'static [Decoded] {
    static RECORDS: OnceLock<Vec<Decoded>> = OnceLock::new();
    RECORDS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("ledger"));
        create(&options, "example.org/test", None).unwrap();
        let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
        for answer in ledger.submit_all([opening(), story(60)].concat(), &key(), None) {
            answer.unwrap();
        }
        ledger.close();
        read(ledger.log())
    })
}

/// All records of a log.
fn read(log: &LogReader) -> Vec<Decoded> {
    let mut records = Vec::new();
    log.scan_stored(0, log.size(), |stored| {
        records.push(Decoded::read(&stored.line, stored.head.clone()).unwrap());
        Ok::<(), LogError>(())
    })
    .unwrap();
    records
}

fn leaf(position: u64) -> Option<Hash> {
    records().get(usize::try_from(position).unwrap()).map(|record| record.leaf)
}

fn open(folder: &Path) -> Index {
    Index::open(&folder.join("index"), &mut leaf).unwrap()
}

/// Rows after all records, flushed together.
fn whole() -> &'static (tempfile::TempDir, Index, Hash) {
    static WHOLE: OnceLock<(tempfile::TempDir, Index, Hash)> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let index = open(folder.path());
        Projector::new(index.clone()).apply(records()).unwrap();
        let digest = index.digest().unwrap();
        (folder, index, digest)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn rows_do_not_depend_on_where_flushes_and_restarts_fall(
        cuts in prop::collection::vec((1usize..70, any::<bool>()), 1..40)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut projector = Projector::new(open(folder.path()));
        let mut cuts = cuts.iter().cycle();
        loop {
            let rest = &records()[projector.next as usize..];
            if rest.is_empty() {
                break;
            }
            let (cut, reopen) = cuts.next().unwrap();
            projector.apply(&rest[..(*cut).min(rest.len())]).unwrap();
            if *reopen {
                // What sled had not written when it was dropped is lost, and applied again.
                let applied = projector.next;
                drop(projector);
                projector = Projector::new(open(folder.path()));
                prop_assert!(projector.next <= applied);
            }
        }
        prop_assert_eq!(projector.rows.index().digest().unwrap(), whole().2);
    }
}

#[test]
fn rows_ahead_of_the_log_or_of_another_log_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let half = records().len() / 2;
    Projector::new(open(folder.path())).apply(records()).unwrap();
    let shorter = &mut |position: u64| leaf(position).filter(|_| (position as usize) < half);
    let index = Index::open(&folder.path().join("index"), shorter).unwrap();
    assert_eq!(index.position(), 0);
    assert!(index.find::<Contract>("ctr_1").is_none());
    Projector::new(index.clone()).apply(&records()[..half]).unwrap();
    drop(index);
    let other = &mut |_| Some(Hash([7; 32]));
    let index = Index::open(&folder.path().join("index"), other).unwrap();
    assert_eq!(index.position(), 0);
    drop(index);
    // Not even a database: removed and made anew.
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    std::fs::create_dir(folder.path().join("index")).unwrap();
    std::fs::write(folder.path().join("index/conf"), b"nonsense").unwrap();
    assert_eq!(open(folder.path()).position(), 0);
}

#[test]
#[should_panic(expected = "the log has no gaps")]
fn a_gap_stops_the_folds() {
    let folder = tempfile::tempdir().unwrap();
    Projector::new(open(folder.path())).apply(&records()[1..]).unwrap();
}

#[test]
fn facts_come_in_log_order_and_totals_are_their_sums() {
    let (_, index, _) = whole();
    let mut expected: Vec<(u64, Fact)> = Vec::new();
    for record in records() {
        facts(&record.event, |fact| expected.push((record.position(), fact)));
    }
    assert!(expected.len() > 250);
    let read = |filter: &FactFilter, below| {
        let mut found = Vec::new();
        index.facts(filter, below, &mut |at, fact| found.push((at, fact.clone()))).unwrap();
        found
    };
    let park = Some("prk_a".parse().unwrap());
    assert_eq!(read(&FactFilter::default(), u64::MAX), expected);
    assert_eq!(
        read(&FactFilter { park: park.clone(), ..FactFilter::default() }, u64::MAX),
        expected
    );
    let half = expected[expected.len() / 2].0;
    let used = FactFilter { park, measures: vec![Measure::Used], ..FactFilter::default() };
    let naive = expected.iter().filter(|(at, fact)| *at < half && fact.measure == Measure::Used);
    assert_eq!(read(&used, half), naive.cloned().collect::<Vec<_>>());

    let mut sums = BTreeMap::new();
    for (_, fact) in &expected {
        let (sum, facts) = sums.entry(fact.measure).or_insert((0, 0));
        (*sum, *facts) = (*sum + i128::from(fact.amount), *facts + 1);
    }
    let march = Month::from_civil(2025, 3).unwrap();
    let totals = index.totals(&"prk_a".parse().unwrap(), (march, march), &TotalFilter::default());
    let mut told = BTreeMap::new();
    for total in totals.unwrap().1 {
        let (sum, facts) = told.entry(total.measure).or_insert((0, 0));
        (*sum, *facts) = (*sum + total.value.amount, *facts + total.value.facts);
    }
    assert_eq!(told, sums);
    let april = Month(march.0 + 1);
    let none = index.totals(&"prk_a".parse().unwrap(), (april, april), &TotalFilter::default());
    assert!(none.unwrap().1.is_empty());
}

#[test]
fn lists_are_in_the_order_of_creation_and_page_by_position() {
    let (_, index, _) = whole();
    let list = |of: &ListOf, from, below, limit| {
        index.list(Kind::Delivery, of, from, below, limit).unwrap()
    };
    let all = list(&ListOf::All, 0, u64::MAX, usize::MAX);
    assert_eq!(all.len(), 60);
    assert!(all.is_sorted_by(|one, next| one.0 < next.0));
    assert_eq!((all[0].1.as_str(), all[59].1.as_str()), ("dlv_0", "dlv_59"));
    for of in [
        ListOf::Park("prk_a".parse().unwrap()),
        ListOf::Firm("frm_works".parse().unwrap()),
        ListOf::Firm("frm_mill".parse().unwrap()),
        ListOf::Contract("ctr_1".to_owned()),
    ] {
        let mut paged = Vec::new();
        let mut from = 0;
        loop {
            let page = list(&of, from, u64::MAX, 7);
            let Some((last, _)) = page.last() else { break };
            from = last + 1;
            paged.extend(page);
        }
        assert_eq!(paged, all);
    }
    assert_eq!(list(&ListOf::All, 0, all[10].0, usize::MAX).len(), 10);
    assert!(list(&ListOf::Firm("frm_other".parse().unwrap()), 0, u64::MAX, 9).is_empty());
}

#[test]
fn every_command_is_a_candidate_and_states_come_back_as_they_were() {
    let (_, index, _) = whole();
    for record in records().iter().filter(|record| record.head.step == 0) {
        let found = index.command_candidates(record.actor.as_str(), &record.command.id);
        assert!(found.contains(&record.position()));
    }
    let delivery = index.find::<Delivery>("dlv_7").unwrap();
    assert_eq!(delivery.version, 4);
    assert_eq!(delivery.state.records.len(), 4);
    assert_eq!(delivery.changed, *delivery.state.records.last().unwrap());
}
