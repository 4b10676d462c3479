//! A weighing as a printed ticket: plain text in the columns of a 58 mm or 80 mm printer.
//!
//! Invariant: no line is wider than the paper; a Chinese character takes two columns.

use crate::cli::out::Failure;
use crate::cli::spool::args::{Language, Paper, Standing, Width};
use crate::domain::command::{Command, Request};
use crate::domain::confidential::Confidential;
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{Measured, Ticket};
use crate::domain::text::Text;
use crate::domain::time::Zone;
use crate::domain::unit::Unit;
use crate::spool::entry::Entry;

/// What the ticket says of a command, in both directions.
pub struct Said<'a> {
    pub leaves: bool,
    pub contract: Option<String>,
    pub delivery: &'a str,
    pub measured: &'a Measured,
    pub ticket: &'a Ticket,
    plate: Option<&'a Text>,
    driver: Option<&'a Text>,
}

/// Reads a command of a spool.
#[expect(clippy::wildcard_enum_match_arm, reason = "a spool holds these two only")]
pub fn said(command: &Command) -> Option<Said<'_>> {
    fn open(value: &Option<Confidential<Text>>) -> Option<&Text> {
        match value {
            Some(Confidential::Open(text)) => Some(text),
            Some(Confidential::Sealed(_)) | None => None,
        }
    }
    match &command.request {
        Request::DispatchDelivery(data) => Some(Said {
            leaves: true,
            contract: Some(format!("{} / {}", data.contract, data.line)),
            delivery: data.delivery.as_str(),
            measured: &data.measured,
            ticket: data.measured.ticket.as_ref()?,
            plate: open(&data.plate),
            driver: open(&data.driver),
        }),
        Request::ReceiveDelivery(data) => Some(Said {
            leaves: false,
            contract: data.contract.as_ref().map(|contract| match data.line {
                Some(line) => format!("{contract} / {line}"),
                None => contract.to_string(),
            }),
            delivery: data.delivery.as_str(),
            measured: &data.measured,
            ticket: data.measured.ticket.as_ref()?,
            plate: open(&data.plate),
            driver: None,
        }),
        _ => None,
    }
}

/// The ticket. `standing` is what became of it so far.
pub fn slip(
    entry: &Entry,
    commands: &[Command],
    standing: Standing,
    is_copy: bool,
    paper: &Paper,
) -> Result<String, Failure> {
    let zone: Zone =
        paper.zone.parse().map_err(|error| Failure::Usage(format!("--zone: {error}")))?;
    let other = || Failure::failed("the spool holds another command");
    let parts: Vec<Said<'_>> =
        commands.iter().map(said).collect::<Option<_>>().ok_or_else(other)?;
    let (command, said) = commands.first().zip(parts.first()).ok_or_else(other)?;
    let zh = paper.language == Language::Zh;
    let word = |en: &'static str, chinese: &'static str| if zh { chinese } else { en };
    let width = match paper.paper {
        Width::Mm58 => 32,
        Width::Mm80 => 48,
    };
    let name = |name: &Option<Text>, id: &str| {
        name.as_ref().map_or_else(|| id.to_owned(), ToString::to_string)
    };
    let mut lines = Lines { text: String::new(), width };
    let title = if said.leaves {
        word("WEIGHING TICKET - OUT", "称重单(出厂)")
    } else {
        word("WEIGHING TICKET - IN", "称重单(进厂)")
    };
    lines.centred(&name(&entry.slip.firm, command.actor.as_str()));
    lines.centred(title);
    if is_copy {
        lines.centred(word("COPY", "补打"));
    }
    lines.rule();
    lines.pair(word("Ticket", "单号"), entry.number.as_str());
    lines.pair(word("Scale", "衡器"), &name(&entry.slip.scale, entry.scale.as_str()));
    let at = said.ticket.weighed_at.unwrap_or(command.occurred_at);
    lines.pair(word("Time", "时间"), &at.clock_in(&zone));
    lines.maybe(word("Plate", "车号"), said.plate.map(Text::as_str));
    lines.maybe(word("Driver", "司机"), said.driver.map(Text::as_str));
    if let [said] = &parts[..] {
        lines.maybe(word("Contract", "合同"), said.contract.as_deref());
    }
    lines.maybe(word("Material", "货物"), entry.slip.material.as_ref().map(Text::as_str));
    if let [said] = &parts[..] {
        lines.pair(word("Delivery", "运单"), said.delivery);
    }
    lines.rule();
    let weight = |quantity: &Quantity| weight(quantity, zh);
    lines.pair(word("Gross", "毛重"), &weight(&said.ticket.gross));
    lines.pair(word("Tare", "皮重"), &weight(&said.ticket.tare));
    let net = said.ticket.gross.checked_sub(&said.ticket.tare);
    lines.pair(word("Net", "净重"), &weight(&net.unwrap_or(said.measured.quantity)));
    lines.rule();
    if parts.len() > 1 {
        split_over(&mut lines, &parts, zh);
    }
    lines.centred(match standing {
        Standing::Waiting => word("Not yet uploaded", "尚未上传"),
        Standing::Uploaded => word("Uploaded to the ledger", "已上传"),
        Standing::Refused => word("REFUSED BY THE LEDGER", "账本拒收"),
    });
    Ok(lines.text)
}

fn weight(quantity: &Quantity, zh: bool) -> String {
    let unit = quantity.unit();
    let short = [(Unit::Tonne, "t"), (Unit::Kilogram, "kg")];
    let short = short.into_iter().find(|(of, _)| *of == unit).map(|(_, short)| short);
    let shown = if zh { unit.name_zh() } else { short.unwrap_or(unit.code()) };
    format!("{} {shown}", quantity.value())
}

/// Each delivery of a weighing that is split.
fn split_over(lines: &mut Lines, parts: &[Said<'_>], zh: bool) {
    let word = |en: &'static str, chinese: &'static str| if zh { chinese } else { en };
    for (place, part) in parts.iter().enumerate() {
        let label = format!("{} {}/{}", word("Part", "拆分"), place + 1, parts.len());
        lines.pair(&label, &weight(&part.measured.quantity, zh));
        lines.maybe(word("Contract", "合同"), part.contract.as_deref());
        lines.pair(word("Delivery", "运单"), part.delivery);
    }
    lines.rule();
}

struct Lines {
    text: String,
    width: usize,
}

impl Lines {
    fn rule(&mut self) {
        self.text.push_str(&"-".repeat(self.width));
        self.text.push('\n');
    }

    fn centred(&mut self, text: &str) {
        for line in wrapped(text, self.width) {
            let before = (self.width - columns(&line)) / 2;
            self.text.push_str(&" ".repeat(before));
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    fn maybe(&mut self, label: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.pair(label, value);
        }
    }

    /// The label to the left and the value to the right, on lines of its own if it is long.
    fn pair(&mut self, label: &str, value: &str) {
        self.text.push_str(label);
        let taken = columns(label);
        if taken + 1 + columns(value) <= self.width {
            self.text.push_str(&" ".repeat(self.width - taken - columns(value)));
            self.text.push_str(value);
            self.text.push('\n');
            return;
        }
        self.text.push('\n');
        for line in wrapped(value, self.width - 1) {
            self.text.push(' ');
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }
}

/// Pieces of at most so many columns.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut taken = 0;
    for letter in text.chars() {
        if taken + column(letter) > width {
            lines.push(String::new());
            taken = 0;
        }
        taken += column(letter);
        lines.last_mut().expect("there is one").push(letter);
    }
    lines
}

fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
}

/// Wide letters of East Asian scripts, and the forms that stand with them.
fn column(letter: char) -> usize {
    let is_wide = matches!(u32::from(letter),
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe4f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x2_0000..=0x3_fffd);
    if is_wide { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const COMMAND: &str = concat!(
        r#"{"actor":"frm_works","data":{"contract":"ctr_1","delivery":"dlv_1","driver":"张三","#,
        r#""line":1,"measured":{"method":"weighed","quantity":{"unit":"TNE","value":"31.20"},"#,
        r#""ticket":{"gross":{"unit":"TNE","value":"46.20"},"number":"A-000007","#,
        r#""scale":"scl_works","tare":{"unit":"TNE","value":"15.00"}}},"plate":"桂R 12345"},"#,
        r#""id":"cmd_1","occurred_at":"2025-03-01T08:00:00.000Z","type":"dispatch_delivery"}"#
    );

    fn printed(language: Language, paper: Width) -> String {
        let command = Command::parse(COMMAND).unwrap();
        let entry = serde_json::json!({
            "command": {}, "counter": 7, "number": "A-000007", "scale": "scl_works",
            "slip": {"firm": "贵港钢铁有限责任公司第一分公司综合利用事业部", "material": "水淬矿渣"},
        });
        let entry: Entry = serde_json::from_str(&entry.to_string()).unwrap();
        let paper = Paper { language, paper, zone: "Asia/Shanghai".to_owned() };
        slip(&entry, &[command], Standing::Waiting, false, &paper).unwrap()
    }

    #[test]
    fn a_ticket_fits_its_paper_and_shows_what_was_weighed() {
        for (language, paper, width) in [
            (Language::En, Width::Mm58, 32),
            (Language::En, Width::Mm80, 48),
            (Language::Zh, Width::Mm58, 32),
            (Language::Zh, Width::Mm80, 48),
        ] {
            let text = printed(language, paper);
            for line in text.lines() {
                assert!(columns(line) <= width, "{line}");
            }
            for part in
                ["A-000007", "scl_works", "2025-03-01 16:00:00", "桂R 12345", "31.20", "水淬矿渣"]
            {
                assert!(text.contains(part), "{part}\n{text}");
            }
        }
    }

    #[test]
    fn a_chinese_ticket_looks_like_this() {
        let expected = "  贵港钢铁有限责任公司第一分公司综合利用事业部\n";
        let text = printed(Language::Zh, Width::Mm80);
        assert!(text.starts_with(expected), "{text}");
        let weights = text.lines().filter(|line| line.ends_with('吨')).collect::<Vec<_>>();
        assert_eq!(
            weights,
            [
                "毛重                                    46.20 吨",
                "皮重                                    15.00 吨",
                "净重                                    31.20 吨",
            ]
        );
        assert!(text.trim_end().ends_with("尚未上传"), "{text}");
    }
}
