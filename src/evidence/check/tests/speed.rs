//! How fast a check is: `cargo test --release --lib check::tests::speed -- --ignored --nocapture`.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::time::Instant;

use super::plan::{Plan, checkpoint, forge, signer};
use super::*;
use crate::log::tree::{self, Place, Records, TreeError};
use crate::merkle::{Blake3, CompactRange, Hash, TreeHash};

/// Records of the usual size: a few hundred bytes of data, one park, four records to a stream.
fn write(folder: &Folder, records: u64) -> u64 {
    const PER_SEGMENT: u64 = 60_000;
    let mut plan = Plan::new();
    let mut places = Vec::new();
    let mut bytes = 0;
    let mut position = 0;
    let mut out: Option<BufWriter<File>> = None;
    let mut offset = 0;
    fs::create_dir_all(folder.file("log")).unwrap();
    while position < records {
        if position % PER_SEGMENT == 0 {
            let path = folder.file(&format!("log/{position:020}.log"));
            out = Some(BufWriter::new(File::create(path).unwrap()));
            offset = 0;
        }
        let (line, leaf) = if position == 0 {
            plan.records[0].line()
        } else {
            if position % 500 == 0 || position % PER_SEGMENT == 0 {
                plan.restart(position);
            }
            let stream = format!("delivery/dlv_01JQ8Z5V7T{:016}", position / 4);
            let id = format!("cmd_01JQ8Z5V7T{position:016}");
            let data = format!(
                "{{\"carrier\":\"frm_haulage\",\"contract\":\"ctr_01JQ8Z5V7T0000000000000001\",\
                 \"from\":\"sit_steel\",\"mass\":{{\"unit\":\"TNE\",\"value\":\"31.20\"}},\
                 \"material\":\"mat_granulated_slag\",\"method\":\"weighbridge\",\
                 \"note\":\"gate 3, second shift, dry\",\"park\":\"prk_north\",\
                 \"plate\":{{\"sealed\":\"{}\"}},\"to\":\"sit_cement\"}}",
                crate::merkle::plain(&position.to_le_bytes())
            );
            plan.command_at(position, &id, ("delivery_received", &stream, &["prk_north"], &data));
            plan.records.pop().unwrap().line()
        };
        out.as_mut().unwrap().write_all(&line).unwrap();
        places.push((Place { segment: position / PER_SEGMENT * PER_SEGMENT, offset }, leaf));
        offset += line.len() as u64;
        bytes += line.len() as u64;
        position += 1;
    }
    out.unwrap().flush().unwrap();
    let mut range = CompactRange::<Blake3>::new();
    places.iter().for_each(|(_, leaf)| range.push(*leaf, |_, _, _| {}));
    tree::open(&folder.file("tree"), (0, Blake3::empty()), &mut Made(places)).unwrap();
    forge(folder, &checkpoint(records, range.root()), &[&signer(1)]);
    folder.write("ledger.json", &plan.records[0].data);
    bytes
}

struct Made(Vec<(Place, Hash)>);

impl Records for Made {
    type Error = TreeError;

    fn each(
        &mut self,
        from: u64,
        take: &mut dyn FnMut(Place, Hash) -> Result<(), TreeError>,
    ) -> Result<(), TreeError> {
        self.0[from as usize..].iter().try_for_each(|(place, leaf)| take(*place, *leaf))
    }
}

#[test]
#[ignore = "measures; not for every run"]
fn records_checked_per_second() {
    let records = std::env::var("RECORDS").map_or(1_000_000, |text| text.parse().unwrap());
    let folder = Folder::new();
    let bytes = write(&folder, records);
    // From here on the peak of memory is the check's own, where the system can forget the last one.
    let _ = fs::write("/proc/self/clear_refs", "5");
    for _ in 0..3 {
        let begin = Instant::now();
        let report = check(folder.path(), None, &mut |_, _| {}).unwrap();
        let seconds = begin.elapsed().as_secs_f64();
        assert_eq!((report.errors, report.records), (vec![], records));
        println!(
            "{records} records of {} bytes: {:.0} records/s, {:.0} MB/s",
            bytes / records,
            records as f64 / seconds,
            bytes as f64 / seconds / 1e6
        );
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
}
