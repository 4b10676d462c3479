//! In which form a list is asked for: as a parameter, for people, or as HTTP's Accept.

use actix_web::http::header;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::call::Call;
use crate::api::query::words;
use crate::table::Format;

/// The form of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListFormat {
    /// A page of it.
    Json,
    /// All of it, as a table.
    Csv,
    /// All of it, as a spreadsheet.
    Xlsx,
}

words! { ListFormat }

/// The table that is asked for; none for JSON. The parameter counts for more than Accept.
pub fn asked(call: &Call, parameter: Option<ListFormat>) -> Option<Format> {
    match parameter {
        Some(ListFormat::Json) => None,
        Some(ListFormat::Csv) => Some(Format::Csv),
        Some(ListFormat::Xlsx) => Some(Format::Xlsx),
        None => {
            let header = call.request.headers().get(header::ACCEPT);
            accepted(header.and_then(|header| header.to_str().ok()).unwrap_or_default())
        }
    }
}

/// The table that Accept asks for, if it wants one more than JSON.
fn accepted(accept: &str) -> Option<Format> {
    let mut best: (u16, Option<Format>) = (0, None);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let form = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "application/json" | "application/*" | "*/*" => None,
            name => match Format::ALL.iter().find(|format| format.media_type() == name) {
                Some(format) => Some(*format),
                None => continue,
            },
        };
        let quality = parts.find_map(|part| part.strip_prefix("q="));
        let quality = quality.map_or(1000, thousandths);
        if quality > best.0 {
            best = (quality, form);
        }
    }
    best.1
}

/// A weight of RFC 9110, 12.4.2: 0 to 1 with up to three digits.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction: u16 = format!("{fraction:0<3.3}").parse().unwrap_or(0);
    match whole {
        "0" => fraction,
        _ => 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_answered_where_it_is_wanted_most() {
        let xlsx = Format::Xlsx.media_type();
        for (accept, format) in [
            ("", None),
            ("*/*", None),
            ("text/html, */*;q=0.1", None),
            ("text/csv", Some(Format::Csv)),
            ("Text/CSV; charset=utf-8", Some(Format::Csv)),
            ("application/json, text/csv", None),
            ("application/json;q=0.5, text/csv;q=0.75", Some(Format::Csv)),
            ("text/csv;q=0, application/json", None),
            (&format!("text/csv;q=0.1, {xlsx}"), Some(Format::Xlsx)),
        ] {
            assert_eq!(accepted(accept), format, "{accept}");
        }
    }
}
