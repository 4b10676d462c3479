//! `symbiosis spool`: what can be asked, and the help that people read.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, value_parser};

#[derive(Debug, Subcommand)]
pub enum Spool {
    /// Record one weighing and print its ticket, with or without a network.
    Add(Box<Add>),
    /// Send what waits to a ledger, in order.
    Upload(Upload),
    /// Count what waits, was uploaded and was refused.
    Status(Of),
    /// List weighings with what became of them.
    List(List),
    /// Print a ticket again.
    Print(Print),
}

/// Which spool.
#[derive(Args, Debug)]
pub struct Of {
    /// The spool's folder.
    #[arg(long, value_name = "DIR")]
    pub spool: PathBuf,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  symbiosis spool add --spool gate --scale scl_works --actor \
    frm_works --direction out --contract ctr_1 --line 1 --gross 46.20 --tare 15.00 --plate \
    'A 12345'\n  symbiosis spool add --spool gate --scale scl_mill --actor frm_mill --direction \
    in --delivery dlv_1 --gross 46180 --tare 15000 --unit kg --reference W-2025-0815\n  \
    symbiosis spool add --spool gate --scale scl_works --actor frm_works --direction out --gross \
    46.20 --tare 15.00 --contract ctr_1 --line 1 --part 20.00 --part 11.20,contract=ctr_2\n\n\
    The weighing is on disk before its ticket is printed. Give a --reference, unique for each \
    weighing: asked again with it, after a power cut or a paper jam, the same ticket is printed \
    and nothing is counted twice. What the ledger's own reader would refuse is refused here, and \
    not counted.")]
pub struct Add {
    #[command(flatten)]
    pub of: Of,
    /// The scale, `scl_…`.
    #[arg(long, value_name = "SCALE")]
    pub scale: String,
    /// The firm whose gate it is, `frm_…`.
    #[arg(long, value_name = "FIRM")]
    pub actor: String,
    /// Whether the load leaves or arrives.
    #[arg(long, value_enum)]
    pub direction: Direction,
    /// The contract; of a load that arrives it may be left out if its dispatch is recorded.
    #[arg(long, value_name = "CONTRACT")]
    pub contract: Option<String>,
    /// The contract's line.
    #[arg(long, value_name = "LINE")]
    pub line: Option<u16>,
    /// The delivery, `dlv_…`, as the other side calls it [default: a new one].
    #[arg(long, value_name = "DELIVERY")]
    pub delivery: Option<String>,
    /// A part of a weighing that is split over several deliveries: its quantity in --unit, and what
    /// differs from the other options, as 12.30,contract=ctr_2,line=1,delivery=dlv_2. Given once
    /// for each part.
    #[arg(long, value_name = "PART", conflicts_with = "delivery")]
    pub part: Vec<String>,
    /// The call-off that it is a part of; of a load that leaves.
    #[arg(long, value_name = "CALL_OFF")]
    pub call_off: Option<String>,
    /// The carrier's firm; of a load that leaves.
    #[arg(long, value_name = "FIRM")]
    pub carrier: Option<String>,
    /// Weight with the load, as 46.20.
    #[arg(long, value_name = "WEIGHT")]
    pub gross: String,
    /// Weight without it.
    #[arg(long, value_name = "WEIGHT")]
    pub tare: String,
    /// Of both weights: t, kg, or a UN/CEFACT code as TNE or KGM.
    #[arg(long, value_name = "UNIT", default_value = "t")]
    pub unit: String,
    /// By what it was weighed [default: a truck scale].
    #[arg(long, value_enum)]
    pub mode: Option<Mode>,
    /// The truck's plate; confidential in the ledger.
    #[arg(long, value_name = "PLATE")]
    pub plate: Option<String>,
    /// The driver's name; of a load that leaves; confidential in the ledger.
    #[arg(long, value_name = "NAME")]
    pub driver: Option<String>,
    /// What the weighbridge calls this weighing: asked again with it, nothing is counted twice.
    #[arg(long, value_name = "TEXT")]
    pub reference: Option<String>,
    /// What stands before the counter in ticket numbers [default: six digits of the spool's own].
    #[arg(long, value_name = "TEXT")]
    pub prefix: Option<String>,
    /// The firm's name on the ticket [default: its id].
    #[arg(long, value_name = "NAME")]
    pub firm_name: Option<String>,
    /// The scale's name on the ticket [default: its id].
    #[arg(long, value_name = "NAME")]
    pub scale_name: Option<String>,
    /// The material's name on the ticket [default: contract and line only].
    #[arg(long, value_name = "NAME")]
    pub material: Option<String>,
    #[command(flatten)]
    pub paper: Paper,
}

/// How a ticket is laid out.
#[derive(Args, Debug)]
pub struct Paper {
    /// The ticket's language.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub language: Language,
    /// The paper's width in millimetres.
    #[arg(long, value_enum, default_value_t = Width::Mm80)]
    pub paper: Width,
    /// The time zone of the ticket's clock, as Asia/Shanghai.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub zone: String,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  symbiosis spool upload --spool gate --url http://127.0.0.1:8080 \
    --watch 60\n\nThe key is that of a weighbridge. What was sent before changes nothing. A \
    weighing that the ledger refuses is kept and marked, and stops none of the others; mend the \
    cause, then send it again with --refused."
)]
pub struct Upload {
    #[command(flatten)]
    pub of: Of,
    /// The ledger's address.
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// The access key to send with [default: from SYMBIOSIS_KEY].
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Go on for ever, looking every so many seconds, less often while there is no answer.
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=86_400))]
    pub watch: Option<u64>,
    /// Send once more what was refused.
    #[arg(long)]
    pub refused: bool,
    /// How many weighings are sent at once.
    #[arg(long, value_name = "COUNT", default_value_t = 200,
        value_parser = value_parser!(u64).range(1..=1_000))]
    pub batch: u64,
}

#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    pub of: Of,
    /// Only what stands so.
    #[arg(long, value_enum)]
    pub only: Option<Standing>,
}

#[derive(Args, Debug)]
pub struct Print {
    /// The ticket's number.
    pub number: String,
    #[command(flatten)]
    pub of: Of,
    #[command(flatten)]
    pub paper: Paper,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    /// It leaves: a dispatch.
    Out,
    /// It arrives: a receipt.
    In,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    TruckScale,
    WagonScale,
    DraftSurvey,
    BeltScale,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    En,
    Zh,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Width {
    /// 32 columns.
    #[value(name = "58")]
    Mm58,
    /// 48 columns.
    #[value(name = "80")]
    Mm80,
}

/// What became of a weighing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Waiting,
    Uploaded,
    Refused,
}
