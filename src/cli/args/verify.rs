//! What `verify` takes: a dossier or a proof, and what the reader brings to hold it against.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    symbiosis verify hj274-2017.dossier --key 'ledger.park.cn/blake3+…'\n\n\
    Without a key from a source that you trust, a dossier can only be called consistent, its\n\
    signer unknown (exit code 1).\n\n\
    A proof that a record stands in a ledger:\n  \
    curl -s $LEDGER/api/v1/log/checkpoint > checkpoint\n  \
    curl -s \"$LEDGER/api/v1/log/proofs/inclusion?position=812&size=$(sed -n 2p checkpoint)\" \
    > proof.json\n  \
    symbiosis verify proof.json --checkpoint checkpoint --key 'ledger.park.cn/blake3+…'\n\n\
    That the log has only grown since an earlier checkpoint, by the proof from\n\
    /api/v1/log/proofs/consistency:\n  \
    symbiosis verify growth.json --earlier old --checkpoint new --key 'ledger.park.cn/blake3+…'")]
pub struct Verify {
    /// A dossier, or a proof of inclusion or of consistency as the API answers it.
    pub file: PathBuf,
    /// Of a proof: the signed checkpoint of its size, or of its second size.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// A verifier key of the ledger, from a source that you trust; of a dossier it may be repeated.
    #[arg(long = "key", value_name = "VKEY", visible_alias = "verifier-key")]
    pub keys: Vec<String>,
    /// A signed checkpoint of before: has the log only grown since?
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    pub earlier: Option<PathBuf>,
    /// Of a proof: the record itself, as the API answers it or as its line: is it what was proven?
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}
