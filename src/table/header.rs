//! Headers as people write them: `毛重（kg）`, `Gross weight [t]`, `Ticket-No.`.

use crate::table::unit::{self, TableUnit};

/// A text in one spelling: half-width, in small letters, without spaces and marks.
pub fn plain(text: &str) -> String {
    let marks = [' ', '\u{3000}', '.', '_', '-', ':', '*', '#', '、', '。', '\u{a0}', '\u{feff}'];
    let narrow = text.chars().map(narrow).filter(|letter| !letter.is_whitespace());
    narrow.filter(|letter| !marks.contains(letter)).flat_map(char::to_lowercase).collect()
}

/// The half-width form of a full-width character, and `(` for other opening brackets.
pub fn narrow(letter: char) -> char {
    match letter {
        '【' | '〔' | '［' | '[' | '〈' => '(',
        '】' | '〕' | '］' | ']' | '〉' => ')',
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        letter => letter,
    }
}

/// A header: the names that it may be looked up by, and the unit that it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub written: String,
    /// In one spelling, the longest first.
    pub names: Vec<String>,
    pub unit: Option<TableUnit>,
    /// Of a price: what it is for, as in 元/吨.
    pub per: Option<TableUnit>,
    /// What stands in brackets and is no unit.
    pub remark: Option<String>,
}

impl Header {
    pub fn read(written: &str) -> Header {
        let mut names = vec![plain(written)];
        let narrow: String = written.trim().chars().map(narrow).collect();
        let bracket = narrow.strip_suffix(')').and_then(|text| text.rsplit_once('('));
        let slash = || narrow.rsplit_once('/');
        let (mut unit, mut per, mut remark) = (None, None, None);
        if let Some((name, inside)) = bracket {
            unit = unit::find(inside);
            if let (None, Some((money, behind))) = (unit, inside.split_once('/')) {
                unit = unit::find(money).filter(|unit| unit.is_money());
                per = unit.and_then(|_| unit::find(behind));
            }
            remark = unit.is_none().then(|| inside.trim().to_owned());
            names.push(plain(name));
        } else if let Some((name, behind)) = slash()
            && let Some(found) = unit::find(behind)
        {
            unit = Some(found);
            names.push(plain(name));
        }
        Header { written: written.to_owned(), names, unit, per, remark }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::unit::Unit;

    #[test]
    fn case_width_spaces_and_brackets_do_not_matter() {
        for (written, name, code) in [
            ("毛重(kg)", "毛重", Some("KGM")),
            ("净重（吨）", "净重", Some("TNE")),
            (" 毛 重 【ＫＧ】", "毛重", Some("KGM")),
            ("Gross Weight [t]", "grossweight", Some("TNE")),
            ("Ticket-No.", "ticketno", None),
            ("毛重/千克", "毛重", Some("KGM")),
            ("用量（万度）", "用量", Some("KWH")),
            ("过磅时间（出厂）", "过磅时间", None),
            ("in/out", "in/out", None),
        ] {
            let header = Header::read(written);
            assert!(header.names.contains(&name.to_owned()), "{header:?}");
            let unit = header.unit.and_then(|unit| unit.unit()).map(Unit::code);
            assert_eq!(unit, code, "{written}");
        }
        let price = Header::read("单价（万元/吨）");
        assert!(price.unit.is_some_and(TableUnit::is_money));
        assert_eq!(price.per.and_then(TableUnit::plain), Some(Unit::Tonne));
        assert_eq!(Header::read("单价(美元/吨)").remark.as_deref(), Some("美元/吨"));
    }
}
