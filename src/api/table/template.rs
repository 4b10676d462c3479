//! `GET /api/v1/imports/{kind}/template`: an empty table to fill in.

use actix_web::http::header;

use crate::api::call::{Call, Reply};
use crate::api::operation::{Operation, Tag, text_schema};
use crate::api::query::{query, words};
use crate::api::table::export::file_named;
use crate::api::table::format::{ListFormat, asked};
use crate::api::table::import::binary;
use crate::table::{self, Format, Kind, Language};

words! { Language }

query! {
    /// Which template.
    struct TemplateQuery {
        /// `csv` (the default) or `xlsx`, which also explains each column.
        #[param(inline)]
        format: Option<ListFormat>,
        /// Of its headers; by Accept-Language if absent, else English.
        #[param(inline)]
        language: Option<Language>,
    }
}

pub fn operation() -> Operation {
    Operation::get("/api/v1/imports/{kind}/template", "get_import_template", Tag::Service)
        .says(
            "Gives an empty table to fill in.",
            "With a header for each column that the import of this kind knows. Anyone may have it.",
        )
        .public()
        .query::<TemplateQuery>()
        .responds(
            "200",
            "The file.",
            vec![
                (Format::Csv.media_type(), text_schema("The header.")),
                (Format::Xlsx.media_type(), binary()),
            ],
            &[],
        )
        .to(template)
}

async fn template(call: Call) -> Reply {
    let kind: Kind = call.segment("kind")?;
    let TemplateQuery { format, language } = call.query()?;
    let format = asked(&call, format).unwrap_or(Format::Csv);
    let language = language.unwrap_or_else(|| {
        let header = call.request.headers().get(header::ACCEPT_LANGUAGE);
        spoken(header.and_then(|header| header.to_str().ok()).unwrap_or_default())
    });
    let file = table::template(kind, format, language)?;
    Ok(file_named(kind.as_str(), format, file))
}

/// The first of Accept-Language that there are templates in.
fn spoken(accepted: &str) -> Language {
    let tags = accepted.split([',', ';']).map(|tag| tag.trim().to_ascii_lowercase());
    let known = |tag: String| match tag.split('-').next() {
        Some("zh") => Some(Language::Zh),
        Some("en") => Some(Language::En),
        _ => None,
    };
    tags.into_iter().find_map(known).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_that_is_known() {
        for (accepted, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("de, en;q=0.5, zh;q=0.4", Language::En),
            ("", Language::En),
            ("ZH", Language::Zh),
        ] {
            assert_eq!(spoken(accepted), language, "{accepted}");
        }
    }
}
