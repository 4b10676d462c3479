//! `POST /api/v1/imports/{kind}`: a table as it comes out of a weighbridge's software, or off a
//! desk.

use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::content::Content;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use crate::api::allow;
use crate::api::call::{Call, Reply, ok, read};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag, text_schema};
use crate::api::problem::Problem;
use crate::api::query::{Value, query, words};
use crate::api::table::run::run;
use crate::domain::access::{Principal, Role};
use crate::domain::command::Command;
use crate::domain::event::Side;
use crate::domain::id::FirmId;
use crate::domain::text::Text;
use crate::domain::value_error::ValueError;
use crate::ledger::Ledger;
use crate::table::{self, FILE_LIMIT, Format, Kind, Mapping, Outcome, Report, TableError, Wanted};

/// The most bytes of a mapping in the query. Escaped it is three times as long, and still fits into
/// the head of a request.
const MAPPING_MOST: usize = 32_768;

words! { Kind, LoadRole }

/// On which side of its loads a firm stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadRole {
    Sender,
    Receiver,
}

impl From<LoadRole> for Side {
    fn from(role: LoadRole) -> Side {
        match role {
            LoadRole::Sender => Side::Supplier,
            LoadRole::Receiver => Side::Receiver,
        }
    }
}

/// A mapping as JSON.
#[derive(Clone, Debug)]
pub struct MappingText(String);

impl Value for MappingText {
    fn value(text: &str) -> Result<MappingText, ValueError> {
        if text.len() <= MAPPING_MOST {
            return Ok(MappingText(text.to_owned()));
        }
        Err(ValueError::new("too_large", format!("a mapping has {MAPPING_MOST} bytes at most")))
    }
}

query! {
    /// How a table is read.
    struct ImportQuery {
        /// Write nothing, and tell what would become of each row.
        dry_run: Option<bool>,
        /// How its columns are found, as JSON; by their names if absent.
        #[param(value_type = Option<String>, max_length = 32768)]
        mapping: Option<MappingText>,
        /// The firm's side, where rows do not tell it; by the contract if absent.
        #[param(inline)]
        role: Option<LoadRole>,
        /// The sheet of a spreadsheet; the first if absent.
        sheet: Option<Text>,
    }
}

pub fn operation() -> Operation {
    let operation = Operation::post("/api/v1/imports/{kind}", "import_table", Tag::Service).says(
        "Takes a table.",
        "Weighbridge tickets, readings or contracts, as CSV (UTF-8, UTF-16 or GB18030; any usual \
         delimiter) or XLSX, of up to 20 MiB and 100,000 rows. Columns are found by their usual \
         Chinese and English names, or as `mapping` says; units may be written as people write \
         them. Each row is decided on its own and answered with its number; a bad row stops no \
         other. The same file twice changes nothing. By a firm's key, for that firm.",
    );
    let (operation, report) = operation.content::<Report>();
    let mut csv = text_schema("The file's bytes.");
    csv.example = Some("磅单号,过磅时间,车号,毛重(kg),皮重(kg),磅号,合同\n".into());
    operation
        .query::<ImportQuery>()
        .body(
            "The file as it is.",
            vec![(Format::Csv.media_type(), csv), (Format::Xlsx.media_type(), binary())],
        )
        .responds(
            "200",
            "What became of each row, and the mapping that was used.",
            vec![("application/json", report)],
            &[],
        )
        .to(import)
}

/// The bytes of a spreadsheet.
pub fn binary() -> Content {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .description(Some("The file's bytes."));
    let mut content = Content::new(Some(schema));
    content.example = Some("PK…".into());
    content
}

async fn import(mut call: Call) -> Reply {
    let kind: Kind = call.segment("kind")?;
    let ImportQuery { dry_run, mapping, role, sheet } = call.query()?;
    let firm = own_firm(call.principal())?;
    let mapping = mapping.map(|MappingText(text)| Mapping::parse(&text, kind)).transpose()?;
    let media_types = Format::ALL.map(Format::media_type);
    let bytes = call.body(&media_types, FILE_LIMIT).await?;
    let wanted = Wanted {
        kind,
        mapping: mapping.unwrap_or_default(),
        sheet: sheet.map(|sheet| sheet.to_string()),
        role: role.map(Side::from),
        firm,
    };
    let (ledger, who) = (call.api.ledger.clone(), call.principal().clone());
    let dry_run = dry_run.unwrap_or_default();
    let report = read(move || Ok(import_table(&ledger, &who, &bytes, &wanted, dry_run)?));
    ok(&report.await?)
}

/// Reads a table and decides its rows, as far as a key may give their commands.
pub fn import_table(
    ledger: &Ledger,
    who: &Principal,
    bytes: &[u8],
    wanted: &Wanted,
    dry_run: bool,
) -> Result<Report, TableError> {
    // What a table's rows name may have been recorded just now.
    ledger.settle();
    let plan = table::read(bytes, wanted, ledger.index())?;
    let denied = |command: &Command| {
        let problem = allow::act(who, command, ledger).err()?;
        Some(Outcome::Refused {
            code: problem.code.into_owned(),
            message: problem.detail,
            pointer: problem.pointer.unwrap_or_default(),
        })
    };
    Ok(run(ledger, plan, &who.key, dry_run, denied))
}

/// The firm that a key acts for.
pub fn own_firm(who: &Principal) -> Result<FirmId, Problem> {
    match (who.role, &who.firm) {
        (Role::Firm | Role::Weighbridge | Role::Carrier, Some(firm)) => Ok(firm.clone()),
        (
            Role::Firm
            | Role::Weighbridge
            | Role::Carrier
            | Role::LedgerKeeper
            | Role::Park
            | Role::Partner
            | Role::Verifier
            | Role::Regulator,
            _,
        ) => {
            let detail = "a table is sent by a firm's key, for that firm";
            Err(Problem::new(Fault::NotPermitted, detail))
        }
    }
}
