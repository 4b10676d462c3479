//! Torn ends: cut at every byte, and with every subset of pages lost.

use super::*;
use crate::log::Defect;
use crate::log::fault::PAGE;

/// A log of one segment: acknowledged batches, then a last one, which begins at `first`.
struct Image {
    disk: FaultDisk,
    story: Story,
    bytes: Vec<u8>,
    /// Where the last batch begins: position and byte.
    first: u64,
    offset: usize,
    /// Position and byte behind each of its commands.
    ends: Vec<(u64, usize)>,
}

fn image(shape: Shape<'_>, word: &str) -> Image {
    let (disk, mut story) = (FaultDisk::default(), Story::default());
    let unlimited = OpenOptions { segment_limit: u64::MAX, ..options(&disk, None) };
    let (mut log, ..) = open(data(), unlimited).unwrap();
    assert!(story.commit(&mut log, &batch_at(0, &[1, 2], "first")));
    assert!(story.commit(&mut log, &batch_at(3, &[2], "second")));
    let (first, offset) = (5, disk.content(&segment_path(0)).len());
    let batch = batch_at(first, shape, word);
    assert!(story.commit(&mut log, &batch));
    drop(log);
    let positions = story.command_ends.range(first + 1..);
    let ends =
        positions.map(|end| (*end, offset + batch.ends[(end - first - 1) as usize] as usize));
    let (ends, bytes) = (ends.collect(), disk.content(&segment_path(0)));
    story.acknowledged = first;
    Image { disk, story, bytes, first, offset, ends }
}

impl Image {
    /// Opens the log with other bytes in its segment.
    fn open_with(
        &self,
        bytes: &[u8],
        checkpoint: u64,
    ) -> (FaultDisk, Result<(Log, LogReader, Opened), OpenError>) {
        let disk = self.disk.copy();
        disk.put(&segment_path(0), bytes);
        let opened = try_open(&disk, Some(checkpoint));
        (disk, opened)
    }

    /// Opens damaged bytes whose last batch was not acknowledged: what is kept are its first whole
    /// commands that are undamaged, and the rest is copied, told and cut.
    fn opens_cut_after(&self, bytes: &[u8], (size, kept): (u64, usize)) {
        let (disk, opened) = self.open_with(bytes, self.first);
        let (mut log, reader, opened) = opened.unwrap();
        assert_eq!((opened.size, reader.size()), (size, size));
        assert_eq!(disk.content(&segment_path(0)), self.bytes[..kept]);
        let cuts = &opened.tail_cuts;
        if bytes.len() == kept {
            assert!(cuts.is_empty());
        } else {
            assert_eq!((cuts.len(), cuts[0].position), (1, size));
            assert_eq!(disk.content(&data().join(&cuts[0].copy)), bytes[kept..]);
        }
        let mut story = self.story.clone();
        assert!(story.reopened(&disk, &mut log, &opened));
        let after = batch_at(log.size(), &[1], "after");
        assert!(story.commit(&mut log, &after));
        drop(log);
        let (.., again) = try_open(&disk, None).unwrap();
        assert_eq!((again.size, again.tail_cuts), (story.acknowledged, Vec::new()), "told once");
    }
}

#[test]
fn a_last_segment_cut_at_any_byte_keeps_its_whole_commands() {
    let image = image(&[1, 3, 2], "some words");
    let begin = (image.first, image.offset);
    for length in image.offset..=image.bytes.len() {
        let whole = image.ends.iter().rfind(|(_, end)| *end <= length).copied();
        image.opens_cut_after(&image.bytes[..length], whole.unwrap_or(begin));
    }
}

#[test]
fn a_log_that_is_shorter_than_its_checkpoint_is_not_opened() {
    let image = image(&[1, 3], "words");
    for length in 0..image.bytes.len() {
        let bytes = &image.bytes[..length];
        let (disk, opened) = image.open_with(bytes, 9);
        assert_eq!(proof_in(&opened.map(|_| ()).unwrap_err()), Proof::Checkpoint(9));
        assert_eq!(disk.content(&segment_path(0)), bytes, "nothing was changed");
    }
}

/// The bytes after a loss of power: of the last batch's pages those in `kept` reached the disk.
fn with_pages(image: &Image, kept: impl Fn(usize) -> bool, grown: bool) -> Vec<u8> {
    let mut bytes = image.bytes[..image.offset].to_vec();
    for page in image.offset / PAGE..image.bytes.len().div_ceil(PAGE) {
        let range = (page * PAGE).max(image.offset)..((page + 1) * PAGE).min(image.bytes.len());
        if kept(page - image.offset / PAGE) {
            bytes.resize(range.start, 0);
            bytes.extend_from_slice(&image.bytes[range]);
        }
    }
    if grown {
        bytes.resize(image.bytes.len(), 0);
    }
    bytes
}

#[test]
fn a_last_batch_with_any_of_its_pages_lost_is_cut_and_told() {
    let image = image(&[3, 1, 2, 1, 1, 4, 1, 2], &"many words ".repeat(150));
    let pages = image.bytes.len().div_ceil(PAGE) - image.offset / PAGE;
    assert!((6..=9).contains(&pages), "every subset of {pages} pages is tried");
    for subset in 0..1_u32 << pages {
        for grown in [false, true] {
            let bytes = with_pages(&image, |page| subset & (1 << page) != 0, grown);
            let same = bytes.iter().zip(&image.bytes).take_while(|(left, right)| left == right);
            let same = same.count();
            let whole = image.ends.iter().rfind(|(_, end)| *end <= same).copied();
            image.opens_cut_after(&bytes, whole.unwrap_or((image.first, image.offset)));

            if bytes != image.bytes {
                let size = image.ends.last().unwrap().0;
                let (disk, opened) = image.open_with(&bytes, size);
                assert!(opened.is_err(), "the checkpoint covers what is lost");
                assert_eq!(disk.content(&segment_path(0)), bytes, "nothing was changed");
            }
        }
    }
}

#[test]
fn damage_in_front_of_a_later_batch_is_never_taken_for_a_torn_end() {
    let image = image(&[2, 1], "words");
    let last_line = image.bytes[..image.bytes.len() - 1].iter().rposition(|byte| *byte == b'\n');
    let last_line = last_line.unwrap() + 1;
    for zeroed in 1..image.offset {
        // Everything from here to the last line is lost, line feeds too.
        let mut bytes = image.bytes.clone();
        bytes[zeroed..last_line].fill(0);
        let (disk, opened) = image.open_with(&bytes, 0);
        let error = opened.map(|_| ()).unwrap_err();
        assert!(
            matches!(error, OpenError::Damaged { proof: Proof::LaterBatch(5), .. }),
            "{zeroed}: {error}"
        );
        assert_eq!(disk.content(&segment_path(0)), bytes, "nothing was changed");
    }
    // The last line's own batch does not prove itself.
    let mut bytes = image.bytes.clone();
    bytes[image.offset..last_line].fill(0);
    image.opens_cut_after(&bytes, (image.first, image.offset));
}

#[test]
fn the_error_names_position_file_and_byte() {
    let image = image(&[1], "words");
    let mut bytes = image.bytes.clone();
    bytes[100] ^= 1;
    let error = image.open_with(&bytes, 6).1.map(|_| ()).unwrap_err();
    assert!(matches!(
        &error,
        OpenError::Damaged { position: 0, offset: 0, defect: Defect::Line(_), .. }
    ));
    assert_eq!(
        error.to_string(),
        "/data/log/00000000000000000000.log, byte 0: record 0 is damaged \
         (HASH is not the leaf hash of HEAD), and a checkpoint covers the first 6 records"
    );
}

#[test]
fn a_last_line_without_its_line_feed_is_torn() {
    let image = image(&[1, 1], "words");
    let bytes = &image.bytes[..image.bytes.len() - 1];
    image.opens_cut_after(bytes, image.ends[0]);
}

#[test]
fn a_tail_is_told_until_a_record_tells_of_it() {
    let image = image(&[1, 1], "words");
    let (disk, opened) = image.open_with(&image.bytes[..image.bytes.len() - 7], image.first);
    let (log, _, first) = opened.unwrap();
    drop(log);
    assert_eq!(first.tail_cuts.len(), 1);
    for _ in 0..3 {
        let (_log, _, again) = try_open(&disk, Some(image.first)).unwrap();
        assert_eq!(again, first, "nobody has appended yet");
    }
    // The record that tells of it is torn itself: then there are two tails to tell of.
    let told = batch_at(first.size, &[1], "told");
    let path = segment_path(0);
    disk.put(&path, &[&disk.content(&path), &told.bytes[..told.bytes.len() / 2]].concat());
    let (_log, _, again) = try_open(&disk, Some(image.first)).unwrap();
    assert_eq!(again.tail_cuts.len(), 2);
    assert!(again.tail_cuts.contains(&first.tail_cuts[0]));
}
