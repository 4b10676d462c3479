//! Every sentence and word of the pages, in English and in Chinese.
//!
//! Invariant: one row holds both languages, so no page can lack one; codes of the API stay as they
//! are, and have their sentence beside them.

mod declare;
mod reasons;
mod table;
mod words;

pub use reasons::reason;
pub use table::Messages;

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    En,
    Zh,
}

impl Lang {
    /// As in addresses and cookies.
    pub fn word(self) -> &'static str {
        self.of("en", "zh")
    }

    pub fn of_word(word: &str) -> Option<Lang> {
        [Lang::En, Lang::Zh].into_iter().find(|lang| lang.word() == word)
    }

    /// The one of two texts.
    pub fn of<T>(self, en: T, zh: T) -> T {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    pub fn messages(self) -> &'static Messages {
        self.of(&table::EN, &table::ZH)
    }

    /// What a browser's Accept-Language asks for first; English if it asks for neither.
    pub fn accepted(header: &str) -> Lang {
        let mut best = (Lang::En, 0);
        for item in header.split(',') {
            let mut parts = item.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1_000, thousandths);
            let primary = tag.split('-').next().unwrap_or_default();
            if let Some(lang) = Lang::of_word(primary).filter(|_| weight > best.1) {
                best = (lang, weight);
            }
        }
        best.0
    }
}

/// `0.8` in thousandths; what is not of that form weighs nothing.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<3}");
    let digits = format!("{whole}{}", &fraction.get(..3).unwrap_or("000"));
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_asked_for_first_is_taken() {
        for (header, lang) in [
            ("", Lang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("en-GB,en;q=0.9,zh;q=0.5", Lang::En),
            ("de, zh-Hans;q=0.7, en;q=0.3", Lang::Zh),
            ("en;q=0.1, zh;q=0.25", Lang::Zh),
            ("fr", Lang::En),
            ("zh;q=x", Lang::En),
        ] {
            assert_eq!(Lang::accepted(header), lang, "{header}");
        }
    }
}
