//! What `dossier` takes: which figures, how strongly proven, and where to.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser as Text;

use crate::cli::args::Folder;

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    symbiosis dossier prk_caofeidian --programme hj274 --period 2017 --base-year 2010 \\\n    \
    --data symbiosis-demo-caofeidian --out hj274-2017.dossier\n  \
    symbiosis verify hj274-2017.dossier --key 'ledger.park.cn/blake3+…'\n\n\
    A listed dossier shows every record that the figures rest on; a complete one (of a closed\n\
    period) proves, too, that there are no others. Nothing of the folder is changed, and its\n\
    ledger may run meanwhile.")]
pub struct Dossier {
    /// The park.
    #[arg(value_name = "PARK", value_parser = Text::new())]
    pub park: String,
    /// By which method, as hj274, or by a version of it, as hj274.1.
    #[arg(long, value_name = "METHOD", value_parser = Text::new())]
    pub programme: String,
    /// A year, quarter or month, as 2017, 2017-Q2 or 2017-03.
    #[arg(long, value_name = "PERIOD", value_parser = Text::new())]
    pub period: String,
    /// The base year of what is compared with one.
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(u16).range(1900..=9998))]
    pub base_year: Option<u16>,
    /// Choices for the method's parameters, as region:water_short.
    #[arg(long, value_name = "NAME:CHOICE,…")]
    pub choices: Option<String>,
    /// From the records below this position [default: all; of a complete one, all that is counted].
    #[arg(long, value_name = "POSITION")]
    pub as_of: Option<u64>,
    /// Only this firm's facts.
    #[arg(long, value_name = "FIRM", conflicts_with = "complete")]
    pub firm: Option<String>,
    /// Prove that no record of the park is left out.
    #[arg(long)]
    pub complete: bool,
    /// A signed checkpoint of before; the dossier proves that the log only grew since.
    #[arg(long, value_name = "FILE")]
    pub earlier: Option<PathBuf>,
    /// Show a sealed value, as 812:/data/price; may be repeated. All who read the dossier read it.
    #[arg(long, value_name = "POSITION:POINTER")]
    pub reveal: Vec<String>,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub folder: Folder,
}
