//! The arguments of `symbiosis key`.

use clap::builder::NonEmptyStringValueParser as Name;
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::Folder;
use crate::domain::access::Role;

#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make an access key, and the `issue_key` data that gives it rights through the API.
    New(KeyNew),
    /// Make an access key and give it its rights, in a folder whose ledger does not run.
    Issue(KeyIssue),
    /// Ask a partner without an account to confirm something, by a link that answers once.
    Link(KeyLink),
    /// End an access key, in a folder whose ledger does not run.
    Revoke(KeyRevoke),
    /// List access keys with their rights.
    List(KeyList),
    /// Replace the key that signs checkpoints, in a folder whose ledger does not run.
    Rotate(KeyRotate),
}

#[derive(Args, Debug)]
pub struct Rights {
    /// What it is for.
    #[arg(long, value_enum)]
    pub role: RoleName,
    /// Who holds it, in a few words; no person's name.
    #[arg(long, value_parser = Name::new())]
    pub label: String,
    /// The firm; of the roles firm, weighbridge and carrier.
    #[arg(long, value_name = "FIRM")]
    pub firm: Option<String>,
    /// A park; of the roles park, verifier and regulator. May be repeated.
    #[arg(long = "park", value_name = "PARK")]
    pub parks: Vec<String>,
    /// The only site; of the role weighbridge.
    #[arg(long, value_name = "SITE")]
    pub site: Option<String>,
    /// The last day on which it opens anything.
    #[arg(long, value_name = "DAY")]
    pub expires: Option<String>,
}

#[derive(Args, Debug)]
pub struct KeyNew {
    #[command(flatten)]
    pub rights: Rights,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  symbiosis key issue --role firm --firm frm_sugar --label \
    'sales desk'")]
pub struct KeyIssue {
    #[command(flatten)]
    pub folder: Folder,
    #[command(flatten)]
    pub rights: Rights,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  symbiosis key link --firm frm_works --contract ctr_1 --month \
    2026-10 --expires 2026-12-01 --label 'October, to the mill'\n\nA running ledger makes links by \
    POST /api/v1/links.")]
pub struct KeyLink {
    /// Who asks.
    #[arg(long, value_name = "FIRM")]
    pub firm: String,
    /// The contract that is asked about, or whose month is.
    #[arg(long, required_unless_present = "delivery", conflicts_with = "delivery")]
    pub contract: Option<String>,
    /// All that was delivered under the contract in this month.
    #[arg(long, value_name = "YYYY-MM", requires = "contract")]
    pub month: Option<String>,
    /// A single delivery.
    #[arg(long)]
    pub delivery: Option<String>,
    /// The last day on which it opens, at most 90 days ahead.
    #[arg(long, value_name = "DAY")]
    pub expires: String,
    /// What it is, in a few words; no person's name.
    #[arg(long, value_parser = Name::new())]
    pub label: String,
    /// Where the partner reaches the ledger's pages.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub pages: String,
    #[command(flatten)]
    pub folder: Folder,
}

#[derive(Args, Debug)]
pub struct KeyRevoke {
    /// Its id, `key_…`.
    pub key: String,
    /// Why, in a few words.
    #[arg(long, value_parser = Name::new())]
    pub reason: String,
    #[command(flatten)]
    pub folder: Folder,
}

#[derive(Args, Debug)]
pub struct KeyList {
    #[command(flatten)]
    pub folder: Folder,
}

#[derive(Args, Debug)]
#[command(after_help = "The checkpoint that covers the change is signed by both keys, so whoever \
    trusts the old one can follow. Hand the new verifier key to everybody who verifies.")]
pub struct KeyRotate {
    #[command(flatten)]
    pub folder: Folder,
}

/// The roles as the command line spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Runs the ledger: registers parks and firms, issues keys. Sees no trade.
    LedgerKeeper,
    /// A park's administration.
    Park,
    /// A firm's desk: trades, declares, and reads what concerns the firm.
    Firm,
    /// A firm's scale or meter: records loads and readings, and nothing else.
    Weighbridge,
    /// Moves loads for a firm: records dispatch and receipt, and nothing else.
    Carrier,
    /// Checks a park's figures. Reads only.
    Verifier,
    /// Oversees parks. Reads only.
    Regulator,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::LedgerKeeper => Role::LedgerKeeper,
            RoleName::Park => Role::Park,
            RoleName::Firm => Role::Firm,
            RoleName::Weighbridge => Role::Weighbridge,
            RoleName::Carrier => Role::Carrier,
            RoleName::Verifier => Role::Verifier,
            RoleName::Regulator => Role::Regulator,
        }
    }
}
