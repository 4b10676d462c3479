//! How far something has come: a bar where somebody watches, a line every few seconds elsewhere.
//!
//! Invariant: all of it goes to stderr, and nothing of it is coloured.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::out::{grouped, is_watched, talk};

/// Between two lines where nobody watches.
const INTERVAL: Duration = Duration::from_secs(5);

const HERTZ: u8 = 10;

pub struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    unit: &'static str,
    total: u64,
    done: u64,
    said: Instant,
}

impl Progress {
    /// `what` is going on, counted in `unit`; `total` is 0 if unknown.
    pub fn begin(what: &str, unit: &'static str, total: u64) -> Progress {
        let bar = is_watched().then(|| bar(what, unit, total));
        let (what, done, said) = (what.to_owned(), 0, Instant::now());
        Progress { bar, what, unit, total, done, said }
    }

    pub fn set(&mut self, done: u64) {
        self.done = done;
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        } else if self.said.elapsed() >= INTERVAL {
            self.said = Instant::now();
            let of =
                if self.total > 0 { format!(" of {}", grouped(self.total)) } else { "".into() };
            talk(&format!("{}: {}{of} {}", self.what, grouped(done), self.unit));
        }
    }

    /// Takes the bar away; what came of it is the caller's to tell.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(what: &str, unit: &str, total: u64) -> ProgressBar {
    let template = match (total, unit) {
        (0, _) => "{spinner} {msg}  {human_pos}  {per_sec}",
        (_, "bytes") => "{msg} [{bar:30}] {percent:>3} %  {bytes_per_sec}  {eta} left",
        _ => "{msg} [{bar:30}] {percent:>3} %  {human_pos} of {human_len}  {eta} left",
    };
    let style = ProgressStyle::with_template(template).expect("the templates are tested");
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(HERTZ));
    bar.set_style(style.progress_chars("=> "));
    bar.set_message(what.to_owned());
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_drawn() {
        for (unit, total) in [("records", 0), ("bytes", 7), ("records", 7)] {
            let bar = bar("Doing", unit, total);
            bar.set_draw_target(ProgressDrawTarget::hidden());
            bar.inc(3);
            bar.finish_and_clear();
        }
    }

    #[test]
    fn progress_is_counted_whether_or_not_it_is_watched() {
        let mut progress = Progress::begin("Doing", "records", 10);
        progress.set(3);
        progress.set(7);
        assert_eq!(progress.done, 7);
        progress.end();
    }
}
