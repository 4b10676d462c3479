//! Logs as a ledger writes them, and as it never would: consistent hashes around a broken rule.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::sync::Arc;

use super::{Folder, LOG};
use crate::domain::time::{UtcMicros, UtcMillis};
use crate::log::checkpoint::CheckpointFile;
use crate::log::disk::RealDisk;
use crate::log::sealed::{self, Member, SealedBatch};
use crate::log::tree::{self, Place, Records, TreeError, TreeWriter};
use crate::log::{Batch, Commit, FeedError, OpenOptions, Opened, open, segment};
use crate::merkle::{Blake3, Hash, TreeHash, consistency, plain, prefixed};
use crate::record::checkpoint::Checkpoint;
use crate::record::note::NoteSigner;
use crate::record::{Body, CommandRef, Head, body_hash};

pub const ORIGIN: &str = "ledger.example/park/blake3";

pub fn signer(seed: u8) -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

pub fn opened_data(seed: u8) -> String {
    let key = signer(seed).verifier_key();
    format!("{{\"demo\":true,\"format\":1,\"origin\":\"{ORIGIN}\",\"verifier_key\":\"{key}\"}}")
}

/// A record before it is written.
#[derive(Debug, Clone)]
pub struct Planned {
    pub head: Head,
    pub actor: String,
    pub command: CommandRef,
    pub data: String,
    pub stream: String,
    pub version: u64,
    /// What is put in the place of what, before hashes are taken.
    pub head_edit: Option<(&'static str, &'static str)>,
    pub body_edit: Option<(&'static str, &'static str)>,
}

impl Planned {
    pub fn body(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let Planned { actor, command, data, stream, version, .. } = self.clone();
        let data = data.as_bytes();
        let (key, occurred_at) = ("key_1".to_owned(), UtcMillis(1_740_816_000_000));
        let salt = plain(&self.head.position.to_le_bytes());
        Body { actor, command, data, key, occurred_at, salt, stream, version }.encode(&mut bytes);
        edited(bytes, self.body_edit)
    }

    /// The line, with its LF, and its leaf hash.
    pub fn line(&self) -> (Vec<u8>, Hash) {
        let body = self.body();
        let mut head = Vec::new();
        Head { body: body_hash(&body), ..self.head.clone() }.encode(&mut head);
        let head = edited(head, self.head_edit);
        let leaf = Blake3::leaf(&head);
        ([leaf.to_hex().as_slice(), b" ", &head, b" ", &body, b"\n"].concat(), leaf)
    }
}

fn edited(bytes: Vec<u8>, edit: Option<(&str, &str)>) -> Vec<u8> {
    let Some((there, instead)) = edit else { return bytes };
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains(there), "{there} is not in {text}");
    text.replacen(there, instead, 1).into_bytes()
}

/// Records in their order, with the counts that a ledger keeps.
#[derive(Clone)]
pub struct Plan {
    pub records: Vec<Planned>,
    batch: u64,
    streams: BTreeMap<String, u64>,
    parks: BTreeMap<String, u64>,
}

impl Plan {
    /// A ledger that was opened and has no other record.
    pub fn new() -> Plan {
        let (records, streams, parks) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        let mut plan = Plan { records, batch: 0, streams, parks };
        plan.command("cmd_open", &[("ledger_opened", "ledger", &[], &opened_data(1))]);
        plan
    }

    /// What the tests of rules begin with: records 0 to 7 in the batches 0, 1, 3 and 6.
    pub fn usual() -> Plan {
        let mut plan = Plan::new();
        plan.batch();
        plan.command(
            "cmd_1",
            &[
                ("contract_concluded", "contract/ctr_1", &["prk_n"], "{\"price\":1}"),
                ("listing_closed", "listing/lst_1", &["prk_n", "prk_s"], "{}"),
            ],
        );
        plan.batch();
        plan.command("cmd_2", &[("delivered", "delivery/dlv_1", &["prk_n"], "{\"mass\":\"1\"}")]);
        plan.command(
            "cmd_3",
            &[
                ("delivered", "delivery/dlv_1", &["prk_n"], "{\"mass\":\"2\"}"),
                ("contract_fulfilled", "contract/ctr_1", &["prk_n"], "{}"),
            ],
        );
        plan.batch();
        plan.command("cmd_4", &[("delivered", "delivery/dlv_2", &["prk_s"], "{\"mass\":\"3\"}")]);
        plan.command("cmd_5", &[("delivered", "delivery/dlv_2", &["prk_s"], "{\"mass\":\"4\"}")]);
        plan
    }

    pub fn size(&self) -> u64 {
        self.records.len() as u64
    }

    /// The next record begins a batch.
    pub fn batch(&mut self) {
        self.batch = self.size();
    }

    /// Adds a command of these records: type, stream, parks, data.
    pub fn command(&mut self, id: &str, records: &[(&str, &str, &[&str], &str)]) {
        for (step, (kind, stream, parks, data)) in records.iter().enumerate() {
            let position = self.size();
            let mut place = |park: &&str| {
                let next = self.parks.entry((*park).to_owned()).or_default();
                *next += 1;
                (park.parse().unwrap(), *next - 1)
            };
            let parks = parks.iter().map(&mut place).collect();
            let next = self.streams.entry((*stream).to_owned()).or_default();
            *next += 1;
            let head = Head {
                batch: self.batch,
                body: Hash::default(),
                parks,
                position,
                recorded_at: UtcMicros(1_740_816_000_000_000 + position as i64),
                schema: 1,
                step: step as u32,
                steps: records.len() as u32,
                kind: (*kind).to_owned(),
            };
            let command = CommandRef { hash: prefixed(4, &[id.as_bytes()]), id: id.to_owned() };
            self.records.push(Planned {
                head,
                actor: "frm_a".to_owned(),
                command,
                data: (*data).to_owned(),
                stream: (*stream).to_owned(),
                version: *next - 1,
                head_edit: None,
                body_edit: None,
            });
        }
    }

    /// With one record bent.
    pub fn with(mut self, position: u64, bend: impl FnOnce(&mut Planned)) -> Plan {
        bend(&mut self.records[position as usize]);
        self
    }

    pub fn lines(&self) -> Vec<Vec<u8>> {
        self.records.iter().map(|record| record.line().0).collect()
    }

    pub fn leaves(&self) -> Vec<Hash> {
        self.records.iter().map(|record| record.line().1).collect()
    }

    /// Where each line begins when all stand in one file.
    pub fn offsets(&self) -> Vec<u64> {
        let lengths = self.lines().into_iter().map(|line| line.len() as u64);
        lengths.scan(0, |at, length| Some(std::mem::replace(at, *at + length))).collect()
    }

    /// Puts the lines into one segment as they are, and all that belongs beside them.
    pub fn write(&self) -> Folder {
        let folder = Folder::new();
        folder.write(LOG, self.lines().concat());
        let mut records = PlannedRecords(self);
        let path = folder.file(tree::FOLDER);
        let tree = tree::open(&path, (0, Blake3::empty()), &mut records).unwrap().0;
        self.write_beside(&folder, &tree);
        folder
    }

    /// Has the lines appended by a ledger's own writers, which accept nothing that breaks a rule.
    pub fn write_as_a_ledger(&self, segment_limit: u64) -> Folder {
        let folder = Folder::new();
        let options = OpenOptions { segment_limit, ..OpenOptions::default() };
        let (mut log, mut reader, opened) = open(folder.path(), options).unwrap();
        assert!(matches!(opened, Opened { size: 0, .. }));
        let path = folder.file(tree::FOLDER);
        let opened: Result<_, FeedError> = tree::open(&path, (0, Blake3::empty()), &mut reader);
        let (mut tree, _) = opened.unwrap();
        for records in self.records.chunk_by(|a, b| a.head.batch == b.head.batch) {
            let mut batch = Batch::starting_at(records[0].head.position);
            for record in records {
                batch.push(record.head.clone(), &record.body()).unwrap();
            }
            log.commit(&batch).unwrap();
            let mut places = Vec::new();
            reader
                .scan_stored(batch.first, batch.next, |stored| {
                    places.push((stored.place, stored.line.hash));
                    Ok::<_, crate::log::LogError>(())
                })
                .unwrap();
            tree.append(places).unwrap();
        }
        self.write_beside(&folder, &tree);
        folder
    }

    fn write_beside(&self, folder: &Folder, tree: &TreeWriter) {
        tree.tree().sync().unwrap();
        publish(folder, &checkpoint(tree.size(), tree.root()), &[&signer(1)], tree);
        folder.write("ledger.json", &self.records[0].data);
        DirBuilder::new().mode(0o700).create(folder.file("keys")).unwrap();
        drop(sealed::open(&folder.file("sealed")).unwrap());
    }
}

pub fn checkpoint(size: u64, root: Hash) -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size, root }
}

/// Publishes a checkpoint behind the one that is there.
pub fn publish(folder: &Folder, new: &Checkpoint, signers: &[&NoteSigner], tree: &TreeWriter) {
    let trusted = [signer(1).verifier_key()];
    let mut file = CheckpointFile::open(Arc::new(RealDisk), folder.path(), &trusted).unwrap();
    let covered = file.covered().0;
    let proof = consistency::prove::<Blake3, _>(tree.tree(), covered, new.size).unwrap();
    file.publish(new.clone(), &proof, signers).unwrap();
}

/// Puts a signed checkpoint into the place of the one that is there, whatever it says.
pub fn forge(folder: &Folder, new: &Checkpoint, signers: &[&NoteSigner]) {
    folder.write("checkpoint", new.sign(signers).unwrap().to_string());
}

struct PlannedRecords<'a>(&'a Plan);

impl Records for PlannedRecords<'_> {
    type Error = TreeError;

    fn each(
        &mut self,
        from: u64,
        take: &mut dyn FnMut(Place, Hash) -> Result<(), TreeError>,
    ) -> Result<(), TreeError> {
        let places = self.0.offsets().into_iter().zip(self.0.leaves()).skip(from as usize);
        for (offset, leaf) in places {
            take(Place { segment: 0, offset }, leaf)?;
        }
        Ok(())
    }
}

/// Seals values in a folder, and answers what stands for them in BODY.
pub fn seal(folder: &Folder, values: &[&str]) -> Vec<Hash> {
    let (mut writer, ..) = sealed::open(&folder.file("sealed")).unwrap();
    let mut batch = SealedBatch::default();
    let commitments = commitments(&mut batch, values);
    writer.commit(&mut batch).unwrap();
    commitments
}

/// What stands for values that are kept nowhere yet.
pub fn commitments(batch: &mut SealedBatch, values: &[&str]) -> Vec<Hash> {
    let seal = |value: &&str| {
        let salt = plain(value.as_bytes()).0;
        let (command, firm, pointer) = ("cmd_2", "frm_a", "/data/price");
        batch.seal(&Member { command, firm, pointer, salt: &salt, value: value.as_bytes() })
    };
    values.iter().map(seal).collect()
}

pub fn segments_of(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.file(segment::FOLDER)).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort_unstable();
    names.into_iter().map(|name| format!("{}/{name}", segment::FOLDER)).collect()
}
