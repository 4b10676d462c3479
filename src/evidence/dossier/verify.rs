//! The verifier: a dossier's lines go in one by one, a report comes out.
//!
//! Invariant: nothing that the file says is believed but what a signature by a key from outside, a
//! hash or a formula holds. It is total: no bytes, however hostile, make it panic; and it keeps no
//! record, so its memory does not grow with their number.

use crate::domain::time::Period;
use crate::evidence::dossier::contents::Contents;
use crate::evidence::dossier::form::{self, MANIFEST_LIMIT, VERSION_LINE, WALK_LIMIT, WalkLine};
use crate::evidence::dossier::manifest::{Earlier, Manifest, MethodAt};
use crate::evidence::dossier::report::{About, Check, Findings, Report};
use crate::evidence::dossier::walk::Walk;
use crate::merkle::{Blake3, Hash, HashStream, consistency};
use crate::record::checkpoint::Checkpoint;
use crate::record::note::{Note, VerifierKey};

/// What the reader brings.
#[derive(Clone, Copy, Default)]
pub struct Trust<'k> {
    /// Keys from a source that is trusted. Without one nothing is verified, only consistent.
    pub keys: &'k [VerifierKey],
    /// A signed checkpoint that the reader has kept, which the log must extend.
    pub earlier: Option<&'k str>,
}

/// How far the file was read.
enum Stage {
    Version,
    Manifest,
    Walk(Box<Opened>),
    Ended(Box<Opened>),
    /// Its form is wrong, and what follows is not looked at.
    Broken(Option<Box<Opened>>),
}

/// What is known once the manifest was read.
struct Opened {
    manifest: Manifest,
    checkpoint: Checkpoint,
    /// What the reader has kept.
    kept: Option<Checkpoint>,
    walk: Walk,
    contents: Contents,
    hash: Option<Hash>,
}

pub struct Verifier<'k> {
    trust: Trust<'k>,
    hasher: HashStream,
    stage: Stage,
    line: u64,
    found: Findings,
}

impl<'k> Verifier<'k> {
    pub fn new(trust: Trust<'k>) -> Verifier<'k> {
        let (hasher, found) = (HashStream::default(), Findings::default());
        Verifier { trust, hasher, stage: Stage::Version, line: 0, found }
    }

    /// How long the next line may be, LF included.
    pub fn limit(&self) -> usize {
        match self.stage {
            Stage::Manifest => MANIFEST_LIMIT,
            Stage::Version | Stage::Walk(_) | Stage::Ended(_) | Stage::Broken(_) => WALK_LIMIT,
        }
    }

    /// Whether more lines would change nothing.
    pub fn is_broken(&self) -> bool {
        matches!(self.stage, Stage::Broken(_))
    }

    /// Takes the next line, with its LF; one without is the last and not whole.
    pub fn line(&mut self, line: &[u8]) {
        self.line += 1;
        let limit = self.limit();
        let text = match line.strip_suffix(b"\n") {
            Some(text) if line.len() <= limit => text,
            Some(_) => return self.broken(format!("line {} is too long", self.line)),
            None => return self.broken(format!("line {} does not end", self.line)),
        };
        match std::mem::replace(&mut self.stage, Stage::Broken(None)) {
            Stage::Version if text == VERSION_LINE.as_bytes() => self.stage = Stage::Manifest,
            Stage::Version => self.broken(format!("it does not begin with {VERSION_LINE}")),
            Stage::Manifest => self.manifest(text),
            Stage::Walk(opened) => self.walk(opened, text),
            Stage::Ended(opened) => {
                self.stage = Stage::Ended(opened);
                self.broken("something follows its last line".to_owned());
            }
            broken @ Stage::Broken(_) => self.stage = broken,
        }
        self.hasher.update(line);
    }

    fn broken(&mut self, says: String) {
        self.found.fails(Check::Form, says);
        let stage = std::mem::replace(&mut self.stage, Stage::Broken(None));
        self.stage = Stage::Broken(match stage {
            Stage::Version | Stage::Manifest => None,
            Stage::Walk(opened) | Stage::Ended(opened) => Some(opened),
            Stage::Broken(opened) => opened,
        });
    }

    fn manifest(&mut self, line: &[u8]) {
        let manifest = match Manifest::read(line) {
            Ok(manifest) => manifest,
            Err(says) => return self.broken(says),
        };
        let Some(checkpoint) = self.checkpoint(&manifest.checkpoint) else {
            return self.stage = Stage::Broken(None);
        };
        if manifest.as_of > checkpoint.size {
            return self.broken("as_of is beyond the checkpoint's size".to_owned());
        }
        let kept = self.trust.earlier.and_then(|note| self.kept(note));
        if let Some(earlier) = &manifest.earlier {
            self.earlier(earlier, &checkpoint);
        }
        let walk = Walk::new(checkpoint.size, kept.as_ref().map(|kept| kept.size));
        let contents = Contents::new(&manifest, &checkpoint.origin);
        let opened = Opened { manifest, checkpoint, kept, walk, contents, hash: None };
        self.stage = Stage::Walk(Box::new(opened));
    }

    /// The checkpoint, if it is one and no key speaks against it.
    fn checkpoint(&mut self, note: &str) -> Option<Checkpoint> {
        match self.open(note) {
            Ok((checkpoint, signers)) => {
                let Checkpoint { origin, size, .. } = &checkpoint;
                match &*signers {
                    [] => self.found.open(
                        Check::Checkpoint,
                        format!("consistent, signer unknown: bring a verifier key of {origin}"),
                    ),
                    signers => {
                        let signers = signers.join(", ");
                        let says = format!("{size} records of {origin}, signed by {signers}");
                        self.found.holds(Check::Checkpoint, says);
                    }
                }
                Some(checkpoint)
            }
            Err(says) => {
                self.found.fails(Check::Checkpoint, says);
                // What follows is looked at all the same, if there is a size to hold it against.
                let note = Note::parse(note.as_bytes()).ok()?;
                Checkpoint::parse(note.text()).ok()
            }
        }
    }

    /// Reads a checkpoint; answers it with the keys that have signed it, if there are any to look
    /// for.
    fn open(&self, note: &str) -> Result<(Checkpoint, Vec<String>), String> {
        let trusted = self.trust.keys;
        if trusted.is_empty() {
            let note = Note::parse(note.as_bytes()).map_err(|error| error.to_string())?;
            let checkpoint = Checkpoint::parse(note.text()).map_err(|error| error.to_string())?;
            return Ok((checkpoint, Vec::new()));
        }
        let opened = Checkpoint::open(note.as_bytes(), trusted);
        let (checkpoint, signers) = opened.map_err(|error| error.to_string())?;
        Ok((checkpoint, signers.into_iter().map(ToString::to_string).collect()))
    }

    /// The checkpoint that the reader has kept.
    fn kept(&mut self, note: &str) -> Option<Checkpoint> {
        match self.open(note) {
            Ok((kept, signers)) => {
                if signers.is_empty() {
                    let says = "the signer of the earlier checkpoint is unknown";
                    self.found.open(Check::Consistency, says);
                }
                Some(kept)
            }
            Err(error) => {
                self.found.fails(Check::Consistency, format!("the earlier checkpoint: {error}"));
                None
            }
        }
    }

    /// The checkpoint of before that the file brings.
    fn earlier(&mut self, earlier: &Earlier, checkpoint: &Checkpoint) {
        let Some(before) = self.kept(&earlier.checkpoint) else { return };
        let Checkpoint { origin, root, size } = checkpoint;
        if before.origin != *origin {
            let says = format!("the earlier checkpoint is of {}", before.origin);
            return self.found.fails(Check::Consistency, says);
        }
        let path = &earlier.path;
        match consistency::verify::<Blake3>(before.size, *size, &before.root, root, path) {
            Ok(()) => {
                let says = format!("the log only grew since it had {} records", before.size);
                self.found.holds(Check::Consistency, says);
            }
            Err(error) => {
                let says = format!("the log does not begin with the earlier one: {error}");
                self.found.fails(Check::Consistency, says);
            }
        }
    }

    fn walk(&mut self, mut opened: Box<Opened>, text: &[u8]) {
        if let Some(hash) = form::end(text) {
            if hash != self.hasher.finish() {
                let says = "its last line is not the hash of what stands above it";
                self.found.fails(Check::Form, says);
            }
            opened.hash = Some(hash);
            return self.stage = Stage::Ended(opened);
        }
        let Some(line) = WalkLine::split(text) else {
            let says = format!("line {} is none of the walk", self.line);
            self.stage = Stage::Walk(opened);
            return self.broken(says);
        };
        // After a gap every further record would only seem to be misplaced.
        if !self.found.is_failing(Check::Inclusion) {
            match opened.walk.take(&line) {
                Ok(Some(listed)) => opened.contents.take(&listed, &mut self.found),
                Ok(None) => {}
                Err(says) => self.found.fails(Check::Inclusion, says),
            }
        }
        self.stage = Stage::Walk(opened);
    }

    /// Ends the file.
    pub fn finish(mut self) -> Report {
        let opened = match std::mem::replace(&mut self.stage, Stage::Broken(None)) {
            Stage::Ended(opened) => {
                let says = format!("{VERSION_LINE}, {} lines", self.line);
                self.found.holds(Check::Form, says);
                Some(opened)
            }
            Stage::Walk(opened) => {
                self.found.fails(Check::Form, "its last line is missing");
                Some(opened)
            }
            Stage::Version | Stage::Manifest => {
                self.found.fails(Check::Form, "it ends before its manifest does");
                None
            }
            Stage::Broken(opened) => opened,
        };
        let Some(opened) = opened else {
            let (checks, verdict) = self.found.end();
            return Report {
                verdict,
                about: None,
                checks,
                figures: Vec::new(),
                hash: None,
                bodies: 0,
                heads: 0,
                origin: None,
                size: None,
            };
        };
        self.report(*opened)
    }

    fn report(mut self, opened: Opened) -> Report {
        let Opened { manifest, checkpoint, kept, walk, contents, hash } = opened;
        let Checkpoint { origin, root, size } = checkpoint;
        if walk.position() != size {
            let says = format!("it covers {} of {size} records", walk.position());
            self.found.fails(Check::Inclusion, says);
        } else if walk.root() != root {
            self.found.fails(Check::Inclusion, "the root is not the checkpoint's");
        }
        let (bodies, heads) = (contents.bodies, contents.heads);
        let records = bodies + heads;
        if let Some(kept) = kept {
            self.kept_is_before(&kept, &manifest, walk.wanted_root(), (&origin, size));
        }
        let figures = contents.end(&manifest, &mut self.found);
        let says = format!("{records} records stand in the tree of {size}, whose root is {root}");
        self.found.holds(Check::Inclusion, says);
        let Manifest { as_of, base_year, firm, method, park, period, strength, .. } = manifest;
        let MethodAt { method, version, .. } = method;
        let period: Period = period;
        let about = About { as_of, base_year, firm, method, park, period, strength, version };
        let (checks, verdict) = self.found.end();
        Report {
            verdict,
            about: Some(about),
            checks,
            figures,
            hash,
            bodies,
            heads,
            origin: Some(origin),
            size: Some(size),
        }
    }

    /// Whether the log begins with what the reader has kept: the walk came by there, or the file
    /// brings a proof from the same size.
    fn kept_is_before(
        &mut self,
        kept: &Checkpoint,
        manifest: &Manifest,
        passed: Option<Hash>,
        (origin, size): (&str, u64),
    ) {
        if kept.origin != origin {
            let says = format!("the earlier checkpoint is of {}", kept.origin);
            return self.found.fails(Check::Consistency, says);
        }
        let proven = manifest.earlier.as_ref().and_then(|earlier| {
            let note = Note::parse(earlier.checkpoint.as_bytes()).ok()?;
            let before = Checkpoint::parse(note.text()).ok()?;
            (before.size == kept.size).then_some(before.root)
        });
        match proven.or(passed) {
            Some(root) if root == kept.root => {
                let says = format!("the log only grew since it had {} records", kept.size);
                self.found.holds(Check::Consistency, says);
            }
            Some(_) => {
                let says =
                    format!("another log: its first {} records have another root", kept.size);
                self.found.fails(Check::Consistency, says);
            }
            None if kept.size > size => {
                let says =
                    format!("the earlier checkpoint is of {} records, this of {size}", kept.size);
                self.found.open(Check::Consistency, says);
            }
            None => {
                let says = "nothing leads from the earlier checkpoint to this one; have the \
                            dossier made with it";
                self.found.open(Check::Consistency, says);
            }
        }
    }
}
