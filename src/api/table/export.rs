//! A whole list as one table.
//!
//! Invariant: all pages of one list, as of one position; one that is too long is refused, never
//! cut.

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::api::call::{Reply, read};
use crate::api::fault::Fault;
use crate::api::problem::Problem;
use crate::table::{Columns, Format, ROWS_LIMIT, Sink, TableError};

/// Items of a page, and the cursor of the next one.
pub type PageOf<T> = (Vec<T>, Option<String>);

/// Answers the table of all pages. `page` is asked for the first one, then for each that follows.
pub async fn export<T, P>(format: Format, name: &'static str, mut page: P) -> Reply
where
    T: Serialize + ToSchema + 'static,
    P: FnMut(Option<String>) -> Result<PageOf<T>, Problem> + Send + 'static,
{
    let file = read(move || {
        let columns = columns::<T>();
        let mut sink = Sink::begin(format, name, &columns.headers())?;
        let (mut rows, mut cursor) = (0, None);
        loop {
            let (items, next) = page(cursor)?;
            rows += items.len();
            if rows > ROWS_LIMIT {
                return Err(too_many());
            }
            for item in &items {
                let item = serde_json::to_value(item).expect("answers have string keys");
                sink.row(&columns.row(&item))?;
            }
            let Some(next) = next else { return Ok(sink.end()?) };
            cursor = Some(next);
        }
    });
    Ok(file_named(name, format, file.await?))
}

/// Rows that are all there, as a table of the same columns.
pub fn rows_table<T: Serialize + ToSchema>(
    format: Format,
    name: &str,
    rows: &[T],
) -> Result<Vec<u8>, TableError> {
    let columns = columns::<T>();
    let mut sink = Sink::begin(format, name, &columns.headers())?;
    for row in rows {
        let row = serde_json::to_value(row).expect("answers have string keys");
        sink.row(&columns.row(&row))?;
    }
    sink.end()
}

fn too_many() -> Problem {
    let detail = format!(
        "the list has more than {ROWS_LIMIT} rows; narrow it with its filters, or read its pages \
         as JSON"
    );
    Problem::new(Fault::ExportTooLarge, detail)
}

/// A file that browsers save.
pub fn file_named(name: &str, format: Format, file: Vec<u8>) -> HttpResponse {
    let media_type = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Xlsx => format.media_type(),
    };
    let disposition = format!("attachment; filename=\"{name}.{}\"", format.extension());
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::VARY, "Accept, Accept-Language"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(file)
}

/// The columns of what a list holds, after the schema that OpenAPI has of it.
fn columns<T: ToSchema>() -> Columns {
    let mut schemas = Vec::new();
    T::schemas(&mut schemas);
    let json = |schema| serde_json::to_value(schema).expect("a schema is JSON");
    let named: Map<String, Value> =
        schemas.into_iter().map(|(name, schema)| (name, json(schema))).collect();
    Columns::of(&json(T::schema()), &named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::view::{ContractView, DeliveryView};

    #[test]
    fn the_columns_of_deliveries_and_contracts_are_those_of_their_answers() {
        let headers = columns::<DeliveryView>().headers();
        for header in [
            "accepted.value",
            "accepted.unit",
            "exchange.delivery",
            "exchange.supplier.firm",
            "dispatched.quantity.value",
            "dispatched.day",
            "nonconformities",
            "stage",
        ] {
            assert!(headers.iter().any(|known| known == header), "{header}: {headers:?}");
        }
        let headers = columns::<ContractView>().headers();
        for header in ["contract", "lines.material.material", "lines.quantity.value", "term.to"] {
            assert!(headers.iter().any(|known| known == header), "{header}: {headers:?}");
        }
    }
}
