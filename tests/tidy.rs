//! Rules about the source, as tests: what may import what, who owns which crate, sizes and habits.
//!
//! Each rule is a function from a file to complaints with its path and line. A first test holds the
//! rule against the repository, a second one plants violations, because a rule that cannot fail is
//! worth nothing. A list of exceptions holds a reason for each, and an exception that is no longer
//! needed is a complaint too.

#[path = "tidy/source.rs"]
mod source;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use source::{Source, walk};

/// The layers, lowest first. A module may import itself and what stands in the rows above it.
const LAYERS: &[&[&str]] = &[
    &["domain", "merkle"],
    &["record"],
    &["log", "index"],
    &["projection"],
    &["statistics"],
    &["config"],
    &["ledger", "query", "evidence", "scenario", "spool", "table"],
    &["api"],
    // Pages give the same commands through the same doors, and hang themselves into its server.
    &["web"],
    &["cli"],
    &["main"],
];

/// Modules that may import less than their layer allows: only these.
const NARROWER: &[(&str, &[&str])] = &[
    // A list of settings. Everybody who has settings may read it.
    ("config", &[]),
    // Plans become commands, which any client could send.
    ("scenario", &["domain", "record"]),
    // A gate has no ledger.
    ("spool", &["domain", "merkle", "record"]),
    ("main", &["cli", "config"]),
];

/// Crates that only these modules may name.
const OWNERS: &[(&str, &[&str])] = &[
    ("actix_web", &["api", "web"]),
    ("askama", &["web"]),
    ("bincode", &["index/codec"]),
    ("blake3", &["merkle"]),
    ("calamine", &["table"]),
    ("chrono", &["domain/time"]),
    ("chrono_tz", &["domain/time"]),
    ("clap", &["cli"]),
    ("csv", &["table"]),
    ("ed25519_dalek", &["record/note"]),
    ("foldhash", &["index", "ledger"]),
    ("encoding_rs", &["table"]),
    ("flate2", &["table"]),
    ("getrandom", &["record/access_key", "api", "web", "cli", "ledger"]),
    ("indicatif", &["cli"]),
    ("mimalloc", &["main"]),
    ("num_bigint", &["domain/number", "statistics/network"]),
    ("num_rational", &["domain/number", "statistics/network"]),
    ("num_traits", &["domain/number", "statistics/network"]),
    ("rand_chacha", &["ledger", "scenario"]),
    ("rand_core", &["ledger", "scenario"]),
    ("rust_xlsxwriter", &["table"]),
    ("sha2", &["record/note"]),
    ("sled", &["index"]),
    ("tokio", &["ledger", "query", "api", "web", "cli"]),
    ("tracing_subscriber", &["cli", "main"]),
    ("utoipa", &["domain", "evidence", "ledger", "query", "statistics", "table", "api"]),
    ("ureq", &["cli"]),
    ("utoipa_swagger_ui", &["api", "web"]),
    ("petgraph", &["statistics/network"]),
];

/// Crates that any module may name.
const ANYWHERE: &[&str] =
    &["base64", "crc32fast", "serde", "serde_json", "serde_path_to_error", "thiserror", "tracing"];

/// Where quantities are exact, so that no float may be named.
const EXACT: &[&str] = &["domain", "record", "log", "index", "projection", "statistics"];

/// Where the same input must give the same output for ever.
const PURE: &[&str] = &["domain", "statistics"];

const ENVIRONMENT_READERS: &[&str] = &["main", "config", "cli"];

/// Files that name floats, with the reason.
const FLOATS: &[(&str, &str)] = &[
    ("src/statistics/network/ascendency.rs", "Logarithms have no exact form."),
    (
        "src/statistics/network/large.rs",
        "Determinants of large networks would take too long exactly.",
    ),
    ("src/statistics/network/number.rs", "Prints what has no exact form, with its digits stated."),
    ("src/statistics/network/spectral.rs", "Eigenvalues have no exact form."),
];

/// Functions of more than [`FUNCTION_LIMIT`] lines, as `src/file.rs: name`, with the reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[
    (
        "src/domain/rules/contract/propose.rs: refusals_come_in_a_fixed_order",
        "A table: one request, mended step by step.",
    ),
    (
        "src/domain/rules/delivery/dispatch.rs: refusals_come_in_a_fixed_order",
        "A table: one request, mended step by step.",
    ),
    ("src/domain/decide.rs: dispatch", "One arm for each command."),
    ("src/domain/event/mod.rs: stream_of_others", "One arm for each event."),
    ("src/domain/evolve.rs: fold", "One arm for each event."),
    ("src/domain/rules/delivery/model.rs: act", "One arm for each kind of act of the model."),
    ("src/domain/rules/delivery/model.rs: command", "One arm for each kind of command."),
];

const COLUMN_LIMIT: usize = 100;
const FUNCTION_LIMIT: usize = 70;
const FILE_LIMIT: usize = 600;
const MEDIAN_LIMIT: usize = 160;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let sources = Source::read_all(root(), &["src", "tests", "benches"]);
    assert!(sources.len() > 50, "the sources are found");
    sources
}

#[track_caller]
fn hold(rule: impl Fn(&Source) -> Vec<String>) {
    report(sources().iter().flat_map(rule).collect());
}

#[track_caller]
fn report(mut complaints: Vec<String>) {
    complaints.dedup(); // one line may name the same thing many times
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// What a rule complains about in a planted file.
fn planted(path: &str, text: &str, rule: impl Fn(&Source) -> Vec<String>) -> Vec<String> {
    rule(&Source::new(path, text))
}

/// `src/log/tree.rs` is of module `log`, and no file outside of `src` is of any.
fn module(path: &str) -> Option<&str> {
    let path = path.strip_prefix("src/")?;
    Some(path.split('/').next().unwrap_or(path).trim_end_matches(".rs"))
}

/// Whether the file is the module, or below it: `index/codec` is `src/index/codec.rs`.
fn is_within(path: &str, module: &str) -> bool {
    let rest = path.strip_prefix("src/").and_then(|path| path.strip_prefix(module));
    rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn may_import(module: &str, other: &str) -> bool {
    let narrower = NARROWER.iter().find(|(name, _)| *name == module);
    let allowed = narrower.is_none_or(|(_, modules)| modules.contains(&other));
    module == other || (allowed && rank(other) < rank(module))
}

/// Imports point down only.
fn layers(source: &Source) -> Vec<String> {
    let Some(module) = module(&source.path) else { return Vec::new() };
    let mut complaints = Vec::new();
    if module != "lib" && rank(module).is_none() {
        complaints.push(format!("{}:1: {module} has no layer: add it to LAYERS", source.path));
    }
    let is_top = source.path.trim_end_matches("/mod.rs").matches('/').count() == 1;
    for named in source.paths().iter().filter(|named| !source.is_test(named.line)) {
        let place = format!("{}:{}", source.path, named.line);
        match (named.segments[0], named.segments.get(1)) {
            ("crate" | "symbiosis_ledger", Some(other)) if rank(other).is_none() => {
                complaints.push(format!("{place}: crate::{other} has no layer: name its module"));
            }
            ("crate" | "symbiosis_ledger", Some(other)) if !may_import(module, other) => {
                complaints.push(format!("{place}: {module} imports {other}, which it may not"));
            }
            ("crate", None) if named.imported => {
                complaints.push(format!("{place}: the whole crate is imported: name the module"));
            }
            ("super", _) if is_top => {
                complaints.push(format!("{place}: super is the crate's root: write crate"));
            }
            _ => {}
        }
    }
    complaints
}

/// Only its owners name a crate.
fn owners(source: &Source) -> Vec<String> {
    if module(&source.path).is_none() {
        return Vec::new();
    }
    let paths = source.paths();
    let product = paths.iter().filter(|named| !source.is_test(named.line));
    let crates = product.filter(|named| named.imported || named.segments.len() > 1);
    let complaints = crates.filter_map(|named| {
        let name = named.segments[0];
        let (_, owners) = OWNERS.iter().find(|(owned, _)| *owned == name)?;
        let is_owner = owners.iter().any(|owner| is_within(&source.path, owner));
        let owners = owners.join(", ");
        let complaint = format!("{}:{}: only {owners} may name {name}", source.path, named.line);
        (!is_owner).then_some(complaint)
    });
    complaints.collect()
}

/// Every dependency of the product is known to the rule of owners, and nothing else is.
fn ownership(manifest: &str) -> Vec<String> {
    let lines = || manifest.lines().enumerate().skip_while(|(_, line)| *line != "[dependencies]");
    let section = || lines().skip(1).take_while(|(_, line)| !line.starts_with('['));
    let dependencies: Vec<_> = section()
        .filter(|(_, line)| !line.starts_with('#'))
        .filter_map(|(number, line)| Some((number + 1, line.split_once([' ', '.', '='])?.0)))
        .map(|(number, name)| (number, name.replace('-', "_")))
        .collect();
    let owned = || OWNERS.iter().map(|(name, _)| *name).chain(ANYWHERE.iter().copied());
    let unknown = dependencies.iter().filter(|(_, name)| !owned().any(|owned| owned == name));
    let unknown = unknown.map(|(number, name)| {
        format!("Cargo.toml:{number}: {name} has no owner: add it to OWNERS or to ANYWHERE")
    });
    let stale = owned().filter(|owned| dependencies.iter().all(|(_, name)| name != owned));
    let stale = stale.map(|name| format!("tests/tidy.rs:1: {name} is no dependency any more"));
    unknown.chain(stale).collect()
}

/// Every file says what it is for.
fn heads(source: &Source) -> Vec<String> {
    let first = source.text.lines().next().unwrap_or_default();
    let says = first.strip_prefix("//!").is_some_and(|head| !head.trim().is_empty());
    let complaint = || format!("{}:1: begin with `//!` and what the file is for", source.path);
    (!says).then(complaint).into_iter().collect()
}

/// Lines, functions and files that fit into a head.
fn sizes(source: &Source) -> Vec<String> {
    let path = &source.path;
    let wide = source.text.lines().enumerate().filter_map(|(at, line)| {
        let columns = line.chars().count();
        let complaint = || format!("{path}:{}: {columns} columns, over {COLUMN_LIMIT}", at + 1);
        (columns > COLUMN_LIMIT).then(complaint)
    });
    let lines = if source.is_all_test() { 0 } else { source.product_lines() };
    let file = (lines > FILE_LIMIT).then(|| {
        format!("{path}:1: {lines} lines without tests, over {FILE_LIMIT}: split by concept")
    });
    wide.chain(file).collect()
}

/// Functions that are too long: `file: name`, and the complaint about each.
fn long_functions(source: &Source) -> Vec<(String, String)> {
    let functions = source.functions().into_iter();
    let long = functions.filter(|function| function.lines > FUNCTION_LIMIT);
    let complaint = |function: source::Function<'_>| {
        let (path, line, name) = (&source.path, function.line, function.name);
        let lines = function.lines;
        let complaint =
            format!("{path}:{line}: fn {name} has {lines} lines, over {FUNCTION_LIMIT}");
        (format!("{path}: {name}"), complaint)
    };
    long.map(complaint).collect()
}

/// What complaints are left when these exceptions are made, and which exceptions nobody needs.
fn but_for(found: Vec<(String, String)>, exceptions: &[(&str, &str)]) -> Vec<String> {
    let excepted = |key: &str| exceptions.iter().any(|(exception, _)| *exception == key);
    let needed = |exception: &str| found.iter().any(|(key, _)| key == exception);
    let left = found.iter().filter(|(key, _)| !excepted(key)).map(|(_, complaint)| complaint);
    let stale = exceptions.iter().filter(|(exception, _)| !needed(exception));
    let stale = stale.map(|(exception, _)| {
        format!("tests/tidy.rs:1: the exception of {exception} is no longer needed")
    });
    left.cloned().chain(stale).collect()
}

fn median_lines(sources: &[Source]) -> usize {
    let product = sources.iter().filter(|source| module(&source.path).is_some());
    let product = product.filter(|source| !source.is_all_test());
    let mut sizes: Vec<_> = product.map(Source::product_lines).collect();
    sizes.sort_unstable();
    sizes[sizes.len() / 2]
}

fn is_of(source: &Source, modules: &[&str]) -> bool {
    module(&source.path).is_some_and(|module| modules.contains(&module))
}

/// Float types where quantities are exact, by file.
fn floats(source: &Source) -> Vec<(String, String)> {
    if !is_of(source, EXACT) {
        return Vec::new();
    }
    let product = source.tokens.iter().filter(|token| !source.is_test(token.line));
    let floats = product.filter(|token| {
        let of_type = |name| token.text.strip_suffix(name).map(|rest| rest.trim_end_matches('_'));
        let before = of_type("f32").or_else(|| of_type("f64"));
        before.is_some_and(|before| before.chars().all(|digit| digit.is_ascii_digit()))
    });
    let complaint = |line| format!("{}:{line}: no floats here", source.path);
    floats.map(|float| (source.path.clone(), complaint(float.line))).collect()
}

/// No clock, disk, socket or random number where the same input must give the same output.
fn impurity(source: &Source) -> Vec<String> {
    if !is_of(source, PURE) {
        return Vec::new();
    }
    let paths = source.paths();
    let product = paths.iter().filter(|named| !source.is_test(named.line));
    let impure = product.filter(|named| {
        let segments = &named.segments[..];
        let random = ["rand", "rand_core", "rand_chacha", "getrandom"].contains(&segments[0]);
        matches!(segments, ["std", "fs" | "net" | "env" | "process" | "thread", ..])
            || (segments.len() > 1 && segments.last() == Some(&"now"))
            || (random && (named.imported || segments.len() > 1))
    });
    let complaint = |path: &str, line, name| format!("{path}:{line}: {name} in a pure module");
    impure.map(|named| complaint(&source.path, named.line, named.segments.join("::"))).collect()
}

/// Words that mark unfinished work, and habits that hide things.
fn habits(source: &Source) -> Vec<String> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for pair in source.tokens.windows(2) {
        if ["todo", "unimplemented"].contains(&&*pair[0].text) && pair[1].text == "!" {
            found.push((pair[0].line, "finish it"));
        }
    }
    for (line, comment) in &source.comments {
        let mut words = comment.split(|letter: char| !letter.is_alphanumeric());
        if words.any(|word| [concat!("FIX", "ME"), concat!("XX", "X")].contains(&word)) {
            found.push((*line, "finish it"));
        }
    }
    for (line, words) in source.attributes() {
        if words.contains(&"ignore") {
            found.push((line, "a test that is left out protects nothing"));
        }
        if words.contains(&"allow") && !(source.is_test(line) && words.contains(&"reason")) {
            found.push((line, "write `expect` with a reason; only tests may allow, with a reason"));
        }
    }
    for named in source.paths() {
        if named.segments.starts_with(&["super", "super"]) {
            found.push((named.line, "write the path from crate on, not super::super"));
        }
    }
    found.iter().map(|(line, text)| format!("{}:{line}: {text}", source.path)).collect()
}

/// Settings come in at one place.
fn environment(source: &Source) -> Vec<String> {
    if module(&source.path).is_none() || is_of(source, ENVIRONMENT_READERS) {
        return Vec::new();
    }
    let paths = source.paths();
    let product = paths.iter().filter(|named| !source.is_test(named.line));
    let readers = product.filter(|named| {
        let reads = |pair: &[&str]| pair[0] == "env" && pair[1].starts_with("var");
        let imports = named.segments.starts_with(&["std", "env"]);
        imports || named.segments.windows(2).any(reads)
    });
    readers
        .map(|named| {
            format!(
                "{}:{}: only main, config and cli read the environment",
                source.path, named.line
            )
        })
        .collect()
}

/// What belongs to a machine or a workplace, not to the product.
const STRAY_TEXTS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("crates", ".io"),
    concat!("py", "pi"),
    concat!("npm", "js"),
    concat!("proxy.", "golang"),
];

fn stray_texts(path: &str, text: &str) -> Vec<String> {
    let is_registry = |line: &str| path == "Cargo.lock" && line.starts_with("source = \"registry+");
    let lines = text.lines().enumerate().filter(|(_, line)| !is_registry(line));
    let found = lines.flat_map(|(at, line)| {
        let line = line.to_lowercase();
        let found = STRAY_TEXTS.iter().filter(move |text| line.contains(*text));
        found.map(move |text| format!("{path}:{}: `{text}` does not belong here", at + 1))
    });
    found.collect()
}

/// What git tracks; without git, all files but what `.gitignore` names.
fn tracked_files() -> Vec<PathBuf> {
    let mut git = Command::new("git");
    git.args(["-c", "safe.directory=*", "ls-files", "-z"]).current_dir(root());
    if let Some(output) = git.output().ok().filter(|output| output.status.success()) {
        let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        return names.map(|name| root().join(String::from_utf8_lossy(name).as_ref())).collect();
    }
    let ignored = ["target", "symbiosis-data", ".git"].map(|folder| root().join(folder));
    let mut files = Vec::new();
    for entry in fs::read_dir(root()).expect("the repository is readable").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true if ignored.contains(&path) => {}
            true => walk(&path, &mut files),
            false => files.push(path),
        }
    }
    files
}

#[test]
fn imports_point_down_only() {
    hold(layers);
}

#[test]
fn the_rule_of_layers_sees_every_way_to_import() {
    let text = "//! Head.
use crate::ledger::Writer;
use crate::{record, query::{Page, paging::{self, Size}}};
pub(crate) fn f(log: &crate::api::Api) -> u8 { 0 } // crate::api
const TEXT: &str = \"crate::api::x\";
use crate as everything;
use super::index;
use crate::log::table;
macro_rules! m { () => { $crate::web::x() } }
#[cfg(test)]
mod tests { use crate::api::Api; use super::*; }
use crate::Lost;
";
    let complaints = planted("src/log/mod.rs", text, layers);
    let expected = [
        "src/log/mod.rs:2: log imports ledger, which it may not",
        "src/log/mod.rs:3: log imports query, which it may not",
        "src/log/mod.rs:3: log imports query, which it may not",
        "src/log/mod.rs:3: log imports query, which it may not",
        "src/log/mod.rs:4: log imports api, which it may not",
        "src/log/mod.rs:6: the whole crate is imported: name the module",
        "src/log/mod.rs:7: super is the crate's root: write crate",
        "src/log/mod.rs:9: log imports web, which it may not",
        "src/log/mod.rs:12: crate::Lost has no layer: name its module",
    ];
    assert_eq!(complaints, expected);
    assert!(planted("tests/it/main.rs", text, layers).is_empty());
    assert!(planted("src/log/tree.rs", "use super::segment;", layers).is_empty());
    let complaints = planted("src/market/mod.rs", "", layers);
    assert_eq!(complaints, ["src/market/mod.rs:1: market has no layer: add it to LAYERS"]);
}

#[test]
fn the_arrows_are_those_of_the_design() {
    let allowed = [
        ("record", "domain"),
        ("statistics", "projection"),
        ("ledger", "config"),
        ("scenario", "record"),
        ("api", "evidence"),
        ("cli", "web"),
        ("cli", "api"),
        ("main", "cli"),
        ("web", "api"),
    ];
    let refused = [
        ("domain", "merkle"),
        ("log", "index"),
        ("projection", "statistics"),
        ("statistics", "config"),
        ("config", "domain"),
        ("query", "ledger"),
        ("ledger", "query"),
        ("evidence", "query"),
        ("scenario", "ledger"),
        ("scenario", "log"),
        ("scenario", "config"),
        ("spool", "ledger"),
        ("spool", "log"),
        ("api", "web"),
        ("api", "cli"),
        ("web", "cli"),
        ("main", "ledger"),
        ("lib", "domain"),
    ];
    for (module, other) in allowed {
        assert!(may_import(module, other), "{module} -> {other}");
    }
    for (module, other) in refused {
        assert!(!may_import(module, other), "{module} -> {other}");
    }
}

#[test]
fn crates_are_named_by_their_owners_only() {
    hold(owners);
    report(ownership(&fs::read_to_string(root().join("Cargo.toml")).expect("it is readable")));
}

#[test]
fn the_rule_of_owners_sees_a_foreign_crate() {
    let text = "use sled;
fn f(db: &::sled::Db, sled: u8) { crate::index::sled::open(sled.rows::<u8>()) }
extern crate bincode as coder;
use {serde::Serialize, blake3::{self, Hasher}};
#[cfg(test)]
mod tests { use sled::Db; }
";
    let complaints = planted("src/query/page.rs", text, owners);
    let expected = [
        "src/query/page.rs:1: only index may name sled",
        "src/query/page.rs:2: only index may name sled",
        "src/query/page.rs:3: only index/codec may name bincode",
        "src/query/page.rs:4: only merkle may name blake3",
        "src/query/page.rs:4: only merkle may name blake3",
    ];
    assert_eq!(complaints, expected);
    let within = |path| planted(path, "use bincode::config;", owners).len();
    assert_eq!(within("src/index/codec.rs"), 0);
    assert_eq!(within("src/index/codec/version.rs"), 0);
    assert_eq!(within("src/index/codecs.rs"), 1);
    assert_eq!(within("src/index/mod.rs"), 1);
    assert_eq!(within("tests/it/index.rs"), 0);
    assert_eq!(planted("src/cli/serve.rs", "use actix_web::App;", owners).len(), 1);
}

#[test]
fn the_rule_of_owners_knows_every_dependency() {
    let names = OWNERS.iter().map(|(name, _)| *name).chain(ANYWHERE.iter().copied());
    let lines: String = names.map(|name| format!("{name} = \"1\"\n")).collect();
    let manifest = format!("[package]\n[dependencies]\n# Why.\n{lines}[features]\nx = []\n");
    assert_eq!(ownership(&manifest), [""; 0]);
    let more = manifest.replace("# Why.", "left-pad.workspace = true").replace("sled =", "# ");
    let expected = [
        "Cargo.toml:3: left_pad has no owner: add it to OWNERS or to ANYWHERE",
        "tests/tidy.rs:1: sled is no dependency any more",
    ];
    assert_eq!(ownership(&more), expected);
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    hold(heads);
    let complaint = ["benches/append.rs:1: begin with `//!` and what the file is for"];
    for text in ["", "use std::fs;", "//! \n", "\n//! Late."] {
        assert_eq!(planted("benches/append.rs", text, heads), complaint, "{text:?}");
    }
    assert!(planted("benches/append.rs", "//! Appending.", heads).is_empty());
}

#[test]
fn files_and_functions_stay_small() {
    let sources = sources();
    report(sources.iter().flat_map(sizes).collect());
    report(but_for(sources.iter().flat_map(long_functions).collect(), LONG_FUNCTIONS));
    let median = median_lines(&sources);
    assert!(median <= MEDIAN_LIMIT, "half of the files have over {median} lines: split by concept");
}

#[test]
fn the_rule_of_sizes_counts_columns_functions_and_files() {
    let wide = format!("//{}", "ü".repeat(COLUMN_LIMIT - 2));
    assert!(planted("src/log/a.rs", &wide, sizes).is_empty());
    let complaints = planted("src/log/a.rs", &format!("\n{wide}!"), sizes);
    assert_eq!(complaints, ["src/log/a.rs:2: 101 columns, over 100"]);

    let tests = "#[cfg(test)]\nmod tests {\n// 1\n// 2\n}\n";
    let file = |lines: usize| format!("{}{tests}", "//! A.\n".repeat(lines));
    assert!(planted("src/log/a.rs", &file(FILE_LIMIT), sizes).is_empty());
    let complaints = planted("src/log/a.rs", &file(FILE_LIMIT + 1), sizes);
    assert_eq!(complaints, ["src/log/a.rs:1: 601 lines without tests, over 600: split by concept"]);
    assert!(planted("tests/it/a.rs", &file(FILE_LIMIT + 1), sizes).is_empty());

    let sources = [5, 100, 7].map(|lines| Source::new("src/log/a.rs", &file(lines)));
    assert_eq!(median_lines(&sources), 7);
}

#[test]
fn the_rule_of_functions_counts_lines_and_makes_exceptions() {
    let found = |path: &str, lines: usize| {
        let text = format!("//! A.\n\nfn f() {{\n{}}}\nfn g() {{}}\n", "{}\n".repeat(lines - 2));
        long_functions(&Source::new(path, &text))
    };
    assert_eq!(found("src/log/a.rs", FUNCTION_LIMIT), []);
    for path in ["src/log/a.rs", "tests/it/a.rs"] {
        let complaints = but_for(found(path, FUNCTION_LIMIT + 1), &[]);
        assert_eq!(complaints, [format!("{path}:3: fn f has 71 lines, over 70")]);
    }
    let exception = ("src/log/a.rs: f", "One table.");
    assert_eq!(but_for(found("src/log/a.rs", FUNCTION_LIMIT + 1), &[exception]), [""; 0]);
    let stale = "tests/tidy.rs:1: the exception of src/log/a.rs: f is no longer needed";
    assert_eq!(but_for(found("src/log/a.rs", FUNCTION_LIMIT), &[exception]), [stale]);
    assert_eq!(but_for(found("src/log/b.rs", FUNCTION_LIMIT + 1), &[exception]).len(), 2);
}

#[test]
fn quantities_are_exact_and_rules_pure() {
    report(but_for(sources().iter().flat_map(floats).collect(), FLOATS));
    hold(impurity);
}

#[test]
fn the_rules_of_exactness_and_purity_see_violations() {
    let text = "fn f(a: f64) -> u8 { a.as_secs_f64(); 1.5f32 + 1_f64 + 0x3f32 } // f64
#[cfg(test)]
fn g(a: f64) {}";
    let found = |path: &str| floats(&Source::new(path, text));
    let complaints = but_for(found("src/statistics/a.rs"), &[]);
    assert_eq!(complaints, ["src/statistics/a.rs:1: no floats here"; 3]);
    let excepted = but_for(found("src/statistics/a.rs"), &[("src/statistics/a.rs", "A chart.")]);
    assert_eq!(excepted, [""; 0]);
    assert_eq!(found("src/cli/a.rs"), []);

    let text = "use std::{fmt, fs::File, net};
fn f() { SystemTime::now(); std::time::Instant::now(); chrono::Utc::now(); now(); }
use rand::Rng;
fn g(rand: u8) -> u8 { getrandom::fill(rand) }
";
    let complaints = planted("src/domain/contract/decide.rs", text, impurity);
    let expected = [
        "1: std::fs::File",
        "1: std::net",
        "2: SystemTime::now",
        "2: std::time::Instant::now",
        "2: chrono::Utc::now",
        "3: rand::Rng",
        "4: getrandom::fill",
    ];
    let expected =
        expected.map(|place| format!("src/domain/contract/decide.rs:{place} in a pure module"));
    assert_eq!(complaints, expected);
    assert!(planted("src/ledger/a.rs", text, impurity).is_empty());
}

#[test]
fn nothing_is_left_unfinished_or_hidden() {
    hold(habits);
}

#[test]
fn the_rule_of_habits_sees_violations() {
    let text = format!(
        "fn f() {{ todo!() }}\n// {}: later\n/* a\n {} */\nfn g() {{ unimplemented!(\"x\") }}
#[ignore = \"slow\"]\nfn h() {{}}\n#![allow(dead_code, reason = \"r\")]\nuse super::super::x;
#[cfg(test)] mod tests {{ #![allow(clippy::unwrap_used, reason = \"tests\")]
#![allow(dead_code)]\n}}\nlet todo = \"todo!\"; // todo!()\n#[expect(dead_code, reason = \"r\")]",
        concat!("FIX", "ME"),
        concat!("XX", "X"),
    );
    let lines = |path: &str| -> Vec<String> {
        let complaints = planted(path, &text, habits);
        let line = |complaint: &String| complaint.split(':').nth(1).unwrap_or_default().to_owned();
        complaints.iter().map(line).collect()
    };
    assert_eq!(lines("src/log/a.rs"), ["1", "5", "2", "4", "6", "8", "11", "9"]);
    assert_eq!(lines("tests/it/a.rs"), ["1", "5", "2", "4", "6", "11", "9"]);
}

#[test]
fn settings_come_in_at_one_place() {
    hold(environment);
    let text = "use std::env;
fn f() { env::var(\"A\"); std::env::vars_os(); env!(\"B\"); }
#[cfg(test)]
mod tests { use std::env::var; }
";
    let complaints = planted("src/api/a.rs", text, environment);
    let complaint =
        |line: u8| format!("src/api/a.rs:{line}: only main, config and cli read the environment");
    assert_eq!(complaints, [complaint(1), complaint(2), complaint(2)]);
    for path in ["src/config.rs", "src/main.rs", "src/cli/serve.rs", "tests/it/golden.rs"] {
        assert!(planted(path, text, environment).is_empty());
    }
}

#[test]
fn no_file_speaks_of_a_machine_or_a_workplace() {
    let read = |path: PathBuf| {
        let text = fs::read(&path).ok()?; // deleted, but not yet in the index
        let name = path.strip_prefix(root()).expect("it was found below the root");
        Some((name.to_string_lossy().replace('\\', "/"), String::from_utf8_lossy(&text).into()))
    };
    let files: Vec<(String, String)> = tracked_files().into_iter().filter_map(read).collect();
    assert!(files.iter().any(|(name, _)| name == "Cargo.lock"), "the files are found");
    report(files.iter().flat_map(|(name, text)| stray_texts(name, text)).collect());

    let line = concat!("source = \"registry+https://x/crates", ".io-index\"");
    let text = format!("a\n{line}\nSee NPM{} and /wo{}\n", "js.com", "rk/a");
    let place = |path: &str, text: &str| -> Vec<String> {
        stray_texts(path, text)
            .iter()
            .map(|found| found.replace(" does not belong here", ""))
            .collect()
    };
    let found = [concat!("Cargo.lock:3: `/wo", "rk/`"), concat!("Cargo.lock:3: `npm", "js`")];
    assert_eq!(place("Cargo.lock", &text), found);
    assert_eq!(place("README.md", &text).len(), 3);
}

#[test]
fn test_modules_in_their_own_files_are_test_code() {
    let sources = sources();
    let is_test = |path: &str| {
        let source = sources.iter().find(|source| source.path == path);
        source.map(Source::is_all_test)
    };
    assert_eq!(is_test("src/log/tests.rs"), Some(true));
    assert_eq!(is_test("src/log/tests/torn.rs"), Some(true));
    assert_eq!(is_test("src/log/mod.rs"), Some(false));
    assert_eq!(is_test("tests/tidy.rs"), Some(true));
}

/// A reader that lost its way in a string would see no violations any more.
#[test]
fn every_file_is_read_to_its_end_as_code() {
    for source in sources() {
        let mut open = Vec::new();
        for token in &source.tokens {
            match token.text.as_str() {
                "(" => open.push(")"),
                "[" => open.push("]"),
                "{" => open.push("}"),
                close @ (")" | "]" | "}") => {
                    assert_eq!(open.pop(), Some(close), "{}:{}", source.path, token.line);
                }
                _ => {}
            }
        }
        assert!(open.is_empty(), "{}: {} brackets stay open", source.path, open.len());
    }
}

#[test]
fn code_is_told_from_comments_strings_and_tests() {
    let text =
        "/* a /* nested */ f64 */ let x = r#\"f64 \" f64\"#; let c = ['\"', '\\'', b'x', 'f'];
let s = \"a \\\" f64\"; fn f<'a>(x: &'a str) -> r#type { b\"f64\" } // f64
#[cfg(all(test, unix))]
#[rustfmt::skip]
const A: [u8; 2] = [
    1, 2];
fn after() {}
#[cfg(not(test))]
fn product() {}
#[test]
fn alone() {
}
trait T { fn declared(&self); }
";
    let source = Source::new("src/a.rs", text);
    assert!(!source.tokens.iter().any(|token| token.text == "f64"), "{:?}", source.tokens);
    assert!(source.tokens.iter().any(|token| token.text == "type"));
    let tests: Vec<_> = (1..=13).filter(|line| source.is_test(*line)).collect();
    assert_eq!(tests, [3, 4, 5, 6, 10, 11, 12]);
    let functions: Vec<_> = source.functions().iter().map(|function| function.name).collect();
    assert_eq!(functions, ["f", "after", "product", "alone"]);
}
