//! Settings: what can be set from the environment, the default of each, and the reason for it.
//!
//! Invariant: this is the only list. A flag goes before its variable, a variable before the
//! default; a variable that is set to nothing is not set, and variables that are not in the list
//! are ignored.

use std::ffi::OsString;
use std::path::PathBuf;

/// A setting's variable, its default in words, and why that is the default.
pub struct Setting {
    pub variable: &'static str,
    pub default: &'static str,
    pub reason: &'static str,
}

pub const DATA: Setting = Setting {
    variable: "SYMBIOSIS_DATA",
    default: "symbiosis-data",
    reason: "the folder where a ledger is first tried out is the one at hand",
};

pub const LISTEN: Setting = Setting {
    variable: "SYMBIOSIS_LISTEN",
    default: "127.0.0.1:8080",
    reason: "other machines reach a ledger only when its keeper says so; put a proxy that speaks \
             TLS before it",
};

pub const KEYS: Setting = Setting {
    variable: "SYMBIOSIS_KEYS",
    default: "keys/ in the data folder",
    reason: "one folder to begin with; keep the signing key elsewhere once others rely on it",
};

pub const WORKERS: Setting = Setting {
    variable: "SYMBIOSIS_WORKERS",
    default: "as many as processors",
    reason: "reading requests and answering them is all that they do; there is one writer",
};

pub const KEY: Setting = Setting {
    variable: "SYMBIOSIS_KEY",
    default: "none",
    reason: "an access key on a command line shows in the list of processes",
};

pub const LOG: Setting = Setting {
    variable: "SYMBIOSIS_LOG",
    default: "warn",
    reason: "what an operator must act on; `debug`, or levels by module, tells more",
};

pub const ALL: &[Setting] = &[DATA, LISTEN, KEYS, WORKERS, KEY, LOG];

/// What the environment says, each unset where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub data: Option<PathBuf>,
    pub listen: Option<String>,
    pub keys: Option<PathBuf>,
    pub workers: Option<String>,
    pub key: Option<String>,
    pub log: Option<String>,
}

impl Settings {
    pub fn from_env() -> Settings {
        Settings::read(|variable| std::env::var_os(variable))
    }

    /// Reads the variables; one that is no text is kept as far as it can be shown, so that what is
    /// wrong with it is told where it is used.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Settings {
        let set = |setting: &Setting| variable(setting.variable).filter(|text| !text.is_empty());
        let text = |setting: &Setting| set(setting).map(|text| text.to_string_lossy().into_owned());
        Settings {
            data: set(&DATA).map(PathBuf::from),
            listen: text(&LISTEN),
            keys: set(&KEYS).map(PathBuf::from),
            workers: text(&WORKERS),
            key: text(&KEY),
            log: text(&LOG),
        }
    }

    /// The list for people, as `symbiosis help` ends with.
    pub fn describe() -> String {
        let lines = ALL.iter().map(|setting| {
            let Setting { variable, default, reason } = setting;
            format!("  {variable:<17} {default}: {reason}.\n")
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read_and_nothing_else_is_asked_for() {
        let settings = Settings::read(|variable| match variable {
            "SYMBIOSIS_DATA" => Some("/srv/ledger".into()),
            "SYMBIOSIS_LOG" => Some("debug".into()),
            "SYMBIOSIS_LISTEN" => Some("".into()),
            _ => None,
        });
        let expected = Settings {
            data: Some("/srv/ledger".into()),
            log: Some("debug".to_owned()),
            ..Settings::default()
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn every_setting_is_described_with_its_default_and_reason() {
        let text = Settings::describe();
        assert_eq!(text.lines().count(), ALL.len());
        for setting in ALL {
            assert!(text.contains(setting.variable) && text.contains(setting.default));
        }
    }
}
