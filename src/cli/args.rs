//! The command line: what can be asked, and the help that people read.
//!
//! Invariant: `--data`, `--listen`, `--keys` and `--json` mean the same wherever they stand. What a
//! flag leaves open the environment may say, and then the default holds.

mod dossier;
mod keys;
mod method;
mod report;
mod verify;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser as Name;
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};

use crate::cli::spool::args::Spool;
use crate::domain::event::Side;
use crate::table::Kind;

pub use dossier::Dossier;
pub use keys::{Key, KeyIssue, KeyLink, KeyList, KeyNew, KeyRevoke, KeyRotate, Rights, RoleName};
pub use method::{Meant, Method, MethodPublish, MethodShow};
pub use report::{ProgrammeReport, ReportFormat, ReportLang, SiteReport, SiteTable};
pub use verify::Verify;

/// The record of by-product exchanges in industrial parks: every tonne is counted once, every
/// figure opens down to the weighbridge ticket behind it.
#[derive(Debug, Parser)]
#[command(name = "symbiosis", version, max_term_width = 100, after_long_help = after_help())]
pub struct Cli {
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

fn after_help() -> String {
    format!(
        "Examples:\n  \
           symbiosis demo                            a park's year to look around in\n  \
           symbiosis init --origin ledger.park.cn    a ledger of your own\n  \
           symbiosis serve                           ... and its API\n  \
           symbiosis check symbiosis-data            is it whole and unchanged?\n\n\
         Settings from the environment, with their defaults:\n{}\n\
         Exit codes: 0 done, 1 failed, 2 asked wrongly, 3 does not verify.\n\
         Results go to stdout, everything else to stderr.",
        crate::config::Settings::describe()
    )
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Load a shipped scenario into a fresh folder and serve it, with keys to try.
    Demo(Demo),
    /// Serve the ledger of a folder: API and documentation.
    Serve(Serve),
    /// Make a ledger, and print the first key of its keeper, once.
    Init(Init),
    /// Send commands from a file, one JSON object a line, or a table of tickets, readings or
    /// contracts.
    Import(Import),
    /// Keep a document, and link it to a thing as evidence.
    Attach(Attach),
    /// Write what is in a ledger's log, for other programs.
    #[command(subcommand)]
    Export(Export),
    /// Verify a whole data folder: every hash, order, root and signature (exit code 3 if not).
    Check(Check),
    /// Copy a data folder, also while its ledger runs, and verify the copy (exit code 3 if not).
    Backup(Backup),
    /// Make a data folder from a backup, verified (exit code 3 if not).
    Restore(Restore),
    /// Verify a dossier offline, or that a record stands in a ledger, or that it only grew (exit
    /// code 3 if not).
    Verify(Verify),
    /// Make the rows and the tree anew from the log.
    Rebuild(Rebuild),
    /// A gate's durable queue of weighings, for where the network is bad.
    #[command(subcommand)]
    Spool(Spool),
    /// A park's figures for a period, straight from the log.
    #[command(visible_alias = "figures")]
    Report(Report),
    /// A park's indicators in one file with everything that proves them.
    Dossier(Dossier),
    /// Access keys, and the key that signs checkpoints.
    #[command(subcommand)]
    Key(Key),
    /// Methods by which parks are judged: list and show those that ship, publish any.
    #[command(subcommand)]
    Method(Method),
    /// Print the OpenAPI document.
    Openapi,
    /// List the shipped scenarios and what there is to see in each.
    Scenarios,
}

/// Where the ledger is.
#[derive(Args, Debug, Default)]
pub struct Folder {
    /// The ledger's data folder [default: symbiosis-data].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where its signing key is [default: keys/ in the data folder].
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
}

/// Where it is served.
#[derive(Args, Debug)]
pub struct Address {
    /// Address and port to listen on [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Threads that answer requests [default: as many as processors].
    #[arg(long, value_name = "COUNT")]
    pub workers: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  symbiosis demo\n  symbiosis demo power-cement-brewery \
    --listen 127.0.0.1:9000\n  symbiosis demo --no-serve && symbiosis check \
    symbiosis-demo-guigang\n\nThe folder stays behind: check, report and export can be tried on \
    it, and the same command serves it again.")]
pub struct Demo {
    /// Which scenario; `symbiosis scenarios` lists them.
    #[arg(default_value = "guigang", value_parser = Name::new())]
    pub scenario: String,
    /// The folder to make [default: symbiosis-demo-SCENARIO].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub address: Address,
    /// Load it only.
    #[arg(long)]
    pub no_serve: bool,
    /// Make every quantity that many times smaller, and the story shorter.
    #[arg(long, hide = true, default_value_t = 1, value_parser = value_parser!(i64).range(1..))]
    pub scale: i64,
}

#[derive(Args, Debug)]
pub struct Serve {
    #[command(flatten)]
    pub folder: Folder,
    #[command(flatten)]
    pub address: Address,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  symbiosis init --origin ledger.park.cn\n\nThe origin stands in \
    every checkpoint and can't be changed. Take a name that is yours, as a domain's."
)]
pub struct Init {
    /// The ledger's name in its checkpoints.
    #[arg(long, value_name = "NAME", value_parser = Name::new())]
    pub origin: String,
    #[command(flatten)]
    pub folder: Folder,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  symbiosis import loads.ndjson\n  \
    weighbridge | symbiosis import - --url http://127.0.0.1:8080\n  \
    symbiosis import --table tickets 磅单.xlsx --firm frm_works --dry-run\n\nA line is a command: \
    {\"id\":\"cmd_…\",\"type\":\"dispatch_delivery\",\"occurred_at\":\"…\",\"actor\":\"frm_…\",\
    \"data\":{…}}\n\
    A line that is wrong is told with file, line and column, and ends the import; the lines before \
    it are in. Correct it and import the file again: what is in already changes nothing.")]
pub struct Import {
    /// The file; `-` for stdin.
    pub file: PathBuf,
    /// Go on after lines that are wrong or refused.
    #[arg(long)]
    pub keep_going: bool,
    #[command(flatten)]
    pub table: Table,
    /// Send to a running ledger instead of into a folder.
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "keys"])]
    pub url: Option<String>,
    /// The access key to send with [default: from SYMBIOSIS_KEY].
    #[arg(long, value_name = "KEY", requires = "url")]
    pub key: Option<String>,
    #[command(flatten)]
    pub folder: Folder,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  symbiosis attach scan.pdf --subject delivery/dlv_17 --kind ticket \
    --title 'weighbridge ticket' --url http://127.0.0.1:8080\n\nThe file's name goes nowhere. Run \
    again with the same file and words, it changes nothing."
)]
pub struct Attach {
    /// A PDF, PNG, JPEG, text, CSV or workbook of up to 20 MiB.
    pub file: PathBuf,
    /// What it is about, as contract/ctr_… or delivery/dlv_….
    #[arg(long, value_name = "STREAM", value_parser = Name::new())]
    pub subject: String,
    /// contract, ticket, assay, invoice, permit, photo, calibration, certificate or other.
    #[arg(long, value_parser = Name::new())]
    pub kind: String,
    /// What it is, in a few words; they stand in the log for ever.
    #[arg(long, value_parser = Name::new())]
    pub title: String,
    /// Its media type [default: what its bytes are].
    #[arg(long, value_name = "TYPE")]
    pub media_type: Option<String>,
    /// For whom: a firm, a park or keeper [default: the key's party; keeper in a folder].
    #[arg(long, value_name = "ACTOR")]
    pub actor: Option<String>,
    /// Send to a running ledger instead of into a folder.
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "keys"])]
    pub url: Option<String>,
    /// The access key to send with [default: from SYMBIOSIS_KEY].
    #[arg(long, value_name = "KEY", requires = "url")]
    pub key: Option<String>,
    #[command(flatten)]
    pub folder: Folder,
}

/// How a file is read that is a table.
#[derive(Args, Debug)]
pub struct Table {
    /// The file is a table: CSV (UTF-8 or GB18030) or XLSX. Bad rows are told, the others go in.
    #[arg(long = "table", value_name = "KIND", value_enum, conflicts_with = "keep_going")]
    pub kind: Option<TableKind>,
    /// How its columns are found, as JSON [default: by their names].
    #[arg(long, value_name = "FILE", requires = "kind")]
    pub mapping: Option<PathBuf>,
    /// Write the mapping that was used, to be used again.
    #[arg(long, value_name = "FILE", requires = "kind")]
    pub save_mapping: Option<PathBuf>,
    /// Write nothing into the ledger, and tell what would become of each row.
    #[arg(long, requires = "kind")]
    pub dry_run: bool,
    /// The sheet of a spreadsheet [default: the first].
    #[arg(long, value_name = "NAME", requires = "kind")]
    pub sheet: Option<String>,
    /// The firm's side, where rows do not tell it [default: by the contract].
    #[arg(long, value_enum, requires = "kind")]
    pub role: Option<LoadRole>,
    /// For which firm; needed in a folder, and told by the key of a running ledger.
    #[arg(long, value_name = "FIRM", requires = "kind", conflicts_with = "url")]
    pub firm: Option<String>,
}

/// What a table's rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableKind {
    /// Weighbridge tickets.
    Tickets,
    /// What meters counted in periods.
    Readings,
    /// Contracts, a line each.
    Contracts,
}

impl From<TableKind> for Kind {
    fn from(kind: TableKind) -> Kind {
        match kind {
            TableKind::Tickets => Kind::Tickets,
            TableKind::Readings => Kind::Readings,
            TableKind::Contracts => Kind::Contracts,
        }
    }
}

/// On which side of its loads a firm stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LoadRole {
    Sender,
    Receiver,
}

impl LoadRole {
    pub fn as_str(self) -> &'static str {
        match self {
            LoadRole::Sender => "sender",
            LoadRole::Receiver => "receiver",
        }
    }
}

impl From<LoadRole> for Side {
    fn from(role: LoadRole) -> Side {
        match role {
            LoadRole::Sender => Side::Supplier,
            LoadRole::Receiver => Side::Receiver,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Export {
    /// A list of a running ledger as a table: what the key may see, all of it.
    #[command(after_help = "Example:\n  symbiosis export list deliveries --format xlsx \
        --out deliveries.xlsx --url http://127.0.0.1:8080 --filter park=prk_guigang")]
    List(ExportList),
    /// Every record, as one JSON object a line: hash, head and body as they are stored.
    #[command(after_help = "Example:\n  symbiosis export records --park prk_guigang --type \
        delivery_received | head")]
    Records(ExportRecords),
    /// Every fact, the quantities that figures are sums of, as CSV.
    #[command(after_help = "Example:\n  symbiosis export facts --park prk_guigang --from \
        2025-01-01 --to 2025-03-31 > facts.csv")]
    Facts(ExportFacts),
}

#[derive(Args, Debug)]
pub struct ExportList {
    /// Which list, as it stands in addresses: deliveries, contracts, facts, parks/PARK/periods …
    #[arg(value_name = "LIST", value_parser = Name::new())]
    pub list: String,
    /// How it is written.
    #[arg(long, value_enum, default_value = "csv")]
    pub format: TableFormat,
    /// The file to write [default: stdout].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The running ledger.
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// The access key to read with [default: from SYMBIOSIS_KEY].
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// A filter of the list, as park=prk_a; may be repeated.
    #[arg(long = "filter", value_name = "NAME=VALUE")]
    pub filters: Vec<String>,
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    Csv,
    Xlsx,
}

impl TableFormat {
    pub fn as_str(self) -> &'static str {
        match self {
            TableFormat::Csv => "csv",
            TableFormat::Xlsx => "xlsx",
        }
    }
}

#[derive(Args, Debug)]
pub struct ExportRecords {
    #[command(flatten)]
    pub folder: Folder,
    /// The first position.
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    pub from: u64,
    /// The position before which to stop [default: the end].
    #[arg(long, value_name = "POSITION")]
    pub to: Option<u64>,
    /// Only what concerns this park.
    #[arg(long, value_name = "PARK")]
    pub park: Option<String>,
    /// Only records of this type; may be repeated.
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<String>,
}

#[derive(Args, Debug)]
pub struct ExportFacts {
    #[command(flatten)]
    pub folder: Folder,
    /// Only facts of this park.
    #[arg(long, value_name = "PARK")]
    pub park: Option<String>,
    /// Only facts of this firm, on either side.
    #[arg(long, value_name = "FIRM")]
    pub firm: Option<String>,
    /// Only facts of this material.
    #[arg(long, value_name = "MATERIAL")]
    pub material: Option<String>,
    /// The first day.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// The last day.
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  symbiosis check symbiosis-demo-guigang\n\nNothing is changed and \
    no lock is taken, so a ledger may run meanwhile. Without --verifier-key it proves that the \
    folder agrees with itself; with the key that you know from elsewhere, that it is that ledger."
)]
pub struct Check {
    /// The data folder.
    pub folder: PathBuf,
    /// The verifier key that you trust.
    #[arg(long, value_name = "VKEY")]
    pub verifier_key: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  symbiosis backup --to /mnt/backup/ledger\n  \
    symbiosis backup --data /srv/ledger --to /mnt/secret/ledger --with-sealed\n\nThe same target \
    again takes only what is new. Nothing of the ledger is changed and no lock is taken, so it may \
    run meanwhile. keys/ is never copied: keep the signing key apart.")]
pub struct Backup {
    /// The folder of the backup; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// The ledger's data folder [default: symbiosis-data].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Copy confidential values too: the backup is then as secret as the data folder.
    #[arg(long)]
    pub with_sealed: bool,
    /// The verifier key that you trust.
    #[arg(long, value_name = "VKEY")]
    pub verifier_key: Option<String>,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  symbiosis restore --from /mnt/backup/ledger --data /srv/ledger \
    --not-older-than checkpoint\n\nShow it the newest checkpoint that you can find, from a firm, a \
    verifier or your own archive: a backup that does not reach it would fork the ledger's history."
)]
pub struct Restore {
    /// The backup.
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    /// The data folder to make; it must be empty or absent [default: symbiosis-data].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A signed checkpoint that the backup must reach.
    #[arg(long, value_name = "FILE")]
    pub not_older_than: Option<PathBuf>,
    /// The verifier key that you trust.
    #[arg(long, value_name = "VKEY")]
    pub verifier_key: Option<String>,
}

#[derive(Args, Debug)]
pub struct Rebuild {
    #[command(flatten)]
    pub folder: Folder,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  symbiosis report --data symbiosis-demo-guigang --from 2025-01 \
    --to 2025-12\n  symbiosis report sit_sugar --table solid-waste --period 2026-01\n  \
    symbiosis report prk_guigang --programme hj274 --period 2025 --base-year 2020 --format html \
    --out sheet.html\n\nA park's \
    figures are read from the log, so a ledger may run meanwhile; a site's table needs the folder \
    for itself. The same, opened down to facts and records, is under \
    /api/v1/parks/PARK/statistics and /api/v1/reports."
)]
pub struct Report {
    #[command(flatten)]
    pub folder: Folder,
    /// The park, or with --table the site.
    #[arg(value_name = "PARK|SITE", conflicts_with = "park")]
    pub of: Option<String>,
    /// Print the park's self-report of a year in a programme, by its participation.
    #[arg(
        long,
        value_name = "PARTICIPATION",
        requires = "period",
        conflicts_with_all = ["from", "to", "park"]
    )]
    pub annual: Option<String>,
    /// The park; may be left out if there is one only.
    #[arg(long, value_name = "PARK")]
    pub park: Option<String>,
    /// The first month [default: of the first exchange].
    #[arg(long, value_name = "MONTH")]
    pub from: Option<String>,
    /// The last month [default: of the last exchange].
    #[arg(long, value_name = "MONTH")]
    pub to: Option<String>,
    #[command(flatten)]
    pub site: SiteReport,
    #[command(flatten)]
    pub programme: ProgrammeReport,
}
