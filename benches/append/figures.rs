//! Figures of one round, and how they are printed.

use std::time::Duration;

pub const HEADING: &str = "what                     commands/s  records/s   p50 ms   p99 ms   \
     max ms   fdatasyncs/s before, after   CPU s/s";

/// What one round gave.
pub struct Round {
    pub name: String,
    pub commands: u64,
    pub records: u64,
    pub time: Duration,
    /// How long each answer took, in microseconds; none where only the whole was timed.
    pub waits_us: Vec<u32>,
    /// The disk's own rate before and after.
    pub disk: (f64, f64),
    /// Processor time of the ledger's process.
    pub processor: Duration,
}

impl Round {
    pub fn print(mut self) {
        self.waits_us.sort_unstable();
        let seconds = self.time.as_secs_f64();
        let rate = |count: u64| count as f64 / seconds;
        println!(
            "{:<24} {:>10.0} {:>10.0} {} {} {}   {:>12.0} {:>13.0} {:>9.2}",
            self.name,
            rate(self.commands),
            rate(self.records),
            self.wait(50, 100),
            self.wait(99, 100),
            self.wait(1, 1),
            self.disk.0,
            self.disk.1,
            self.processor.as_secs_f64() / seconds,
        );
    }

    /// The wait that this part of the answers did not exceed.
    fn wait(&self, part: usize, of: usize) -> String {
        let Some(last) = self.waits_us.len().checked_sub(1) else {
            return format!("{:>8}", "-");
        };
        format!("{:>8.2}", f64::from(self.waits_us[last * part / of]) / 1000.0)
    }
}

/// What it is measured on.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name\t: "));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!("{cores} cores, {}, load {load}", model.unwrap_or("an unknown processor"))
}

/// Processor time that a process has used: user and system, in hundredths of a second.
pub fn processor(process: u32) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let behind_name = text.rsplit(')').next().unwrap_or_default();
    let fields = behind_name.split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
