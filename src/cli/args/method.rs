//! The arguments of `symbiosis method`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::Folder;

#[derive(Debug, Subcommand)]
pub enum Method {
    /// List the methods that ship.
    List,
    /// Print a method that ships, as its document.
    Show(MethodShow),
    /// Publish methods into a ledger, so that parks can be judged by them.
    Publish(MethodPublish),
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  symbiosis method show hj274 > my-park.json\n\nA document of \
    your own needs another name or version. Its shape is schemas/method/method.schema.json.")]
pub struct MethodShow {
    /// Its name, as hj274.
    pub name: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  symbiosis method publish --shipped --url \
    http://127.0.0.1:8080\n  symbiosis method publish hj274 --data symbiosis-data\n  \
    symbiosis method publish my-park.json\n\nA version is published once and never changed. Run \
    again with the same documents, it changes nothing.")]
pub struct MethodPublish {
    /// Documents, or names of methods that ship.
    #[arg(value_name = "FILE|NAME", required_unless_present = "shipped")]
    pub documents: Vec<String>,
    /// All methods that ship.
    #[arg(long, conflicts_with = "documents")]
    pub shipped: bool,
    /// Send to a running ledger instead of into a folder.
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "keys"])]
    pub url: Option<String>,
    /// The access key to send with, the ledger keeper's [default: from SYMBIOSIS_KEY].
    #[arg(long, value_name = "KEY", requires = "url")]
    pub key: Option<String>,
    #[command(flatten)]
    pub folder: Folder,
}

/// A document that is meant.
pub enum Meant {
    File(PathBuf),
    Shipped(String),
}

impl Meant {
    /// A name has neither a point nor a slash.
    pub fn of(text: &str) -> Meant {
        match text.contains(['.', '/', '\\']) {
            true => Meant::File(text.into()),
            false => Meant::Shipped(text.to_owned()),
        }
    }
}
