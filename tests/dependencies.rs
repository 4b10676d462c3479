//! Rules about what the product is built from: reasons, licences, known advisories, Rust version.
//!
//! Cargo itself tells what is resolved, so nothing here goes stale unseen. Each rule is tried on
//! planted violations too.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Advisories against crates that we build with, none of them a vulnerability: crate, version,
/// advisory, and why it cannot hurt. A new version must be looked at again.
const ACCEPTED_ADVISORIES: &[(&str, &str, &str, &str)] = &[
    (
        "bincode",
        "2.0.1",
        "RUSTSEC-2025-0141",
        "Unmaintained. It reads only rows of the index, which we wrote ourselves and can rebuild; \
         src/index/codec.rs alone names it.",
    ),
    (
        "fxhash",
        "0.2.1",
        "RUSTSEC-2025-0057",
        "Unmaintained. sled hashes page ids with it, in memory; nobody outside chooses them.",
    ),
    (
        "instant",
        "0.1.13",
        "RUSTSEC-2024-0384",
        "Unmaintained. sled's locks use it, and outside of browsers it is the standard library's \
         Instant by another name.",
    ),
];

/// Licences that ask for no more than attribution.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn manifest() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    std::fs::read_to_string(path).expect("the manifest is readable")
}

/// What cargo resolved. Without a network, the crates of other platforms may be missing on this
/// machine; then those that are built here must do.
fn metadata() -> Value {
    let platform = format!("--filter-platform={}", platform());
    let attempts: [&[&str]; 3] = [&["--offline"], &[], &["--offline", &platform]];
    let mut errors = String::new();
    for arguments in attempts {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked"])
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs, since it runs this test");
        if output.status.success() {
            return serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
        }
        errors += &String::from_utf8_lossy(&output.stderr);
    }
    panic!("cargo metadata failed:\n{errors}");
}

/// The target that rustc builds for on this machine.
fn platform() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().expect("rustc runs, since it built this");
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

fn packages(metadata: &Value) -> &[Value] {
    metadata["packages"].as_array().expect("cargo lists packages")
}

/// The package that this repository builds.
fn product(metadata: &Value) -> &Value {
    let root = &metadata["resolve"]["root"];
    packages(metadata).iter().find(|package| package["id"] == *root).expect("cargo names the root")
}

/// Name and version, as for a complaint.
fn label(package: &Value) -> String {
    format!("{} {}", text(package, "name"), text(package, "version"))
}

fn text<'a>(package: &'a Value, member: &str) -> &'a str {
    package[member].as_str().unwrap_or_default()
}

#[track_caller]
fn report(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Direct dependencies whose line in the manifest has no comment directly above it.
fn without_reason(manifest: &str, names: &[&str]) -> Vec<String> {
    let lines: Vec<&str> = manifest.lines().collect();
    let is_entry = |line: &str, name: &str| {
        let rest = line.strip_prefix(name).map(str::trim_start);
        let table = line.trim_end_matches(']').strip_suffix(name);
        rest.is_some_and(|rest| rest.starts_with(['=', '.']))
            || table.is_some_and(|table| table.ends_with("dependencies."))
    };
    let mut complaints = Vec::new();
    for name in names {
        let entries: Vec<_> = (0..lines.len()).filter(|at| is_entry(lines[*at], name)).collect();
        if entries.is_empty() {
            complaints.push(format!("Cargo.toml:1: no line of {name} was found"));
        }
        for at in entries {
            let above = at.checked_sub(1).map_or("", |above| lines[above]);
            if above.trim_start_matches('#').trim().is_empty() || !above.starts_with('#') {
                complaints.push(format!("Cargo.toml:{}: say above {name} what it is for", at + 1));
            }
        }
    }
    complaints
}

#[test]
fn every_direct_dependency_has_its_reason_beside_it() {
    let metadata = metadata();
    let dependencies = product(&metadata)["dependencies"].as_array();
    let dependencies = dependencies.expect("cargo lists dependencies");
    let name = |dependency: &Value| {
        let renamed = dependency["rename"].as_str();
        renamed.unwrap_or_else(|| text(dependency, "name")).to_owned()
    };
    let names: Vec<String> = dependencies.iter().map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(names.contains(&"serde_json"), "{names:?}");
    report(without_reason(&manifest(), &names));
}

#[test]
fn a_dependency_without_reason_is_seen() {
    let manifest = "[dependencies]
# Why.
good = \"1\"
bare = { version = \"1\" }
#
empty.workspace = true
# Why.

spaced=\"1\"
# Why.
[dev-dependencies.table]
version = \"1\"
[target.'cfg(unix)'.dependencies.bare-table]
version = \"1\"
";
    let names = ["good", "bare", "empty", "spaced", "table", "bare-table", "lost"];
    let expected = [
        "Cargo.toml:4: say above bare what it is for",
        "Cargo.toml:6: say above empty what it is for",
        "Cargo.toml:9: say above spaced what it is for",
        "Cargo.toml:13: say above bare-table what it is for",
        "Cargo.toml:1: no line of lost was found",
    ];
    assert_eq!(without_reason(manifest, &names), expected);
}

/// Whether a licence expression lets us choose permissive licences only. `AND` binds tighter than
/// `OR`; the `/` of old manifests means `OR`. What cannot be read is not permissive.
fn is_permissive(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &words[..];
    alternatives(&mut rest) == Some(true) && rest.is_empty()
}

fn alternatives(words: &mut &[&str]) -> Option<bool> {
    let mut permissive = conjunction(words)?;
    while take(words, "OR") {
        permissive |= conjunction(words)?;
    }
    Some(permissive)
}

fn conjunction(words: &mut &[&str]) -> Option<bool> {
    let mut permissive = licence(words)?;
    while take(words, "AND") {
        permissive &= licence(words)?;
    }
    Some(permissive)
}

fn licence(words: &mut &[&str]) -> Option<bool> {
    if take(words, "(") {
        let permissive = alternatives(words)?;
        return take(words, ")").then_some(permissive);
    }
    let (name, rest) = words.split_first()?;
    *words = rest;
    if matches!(*name, "AND" | "OR" | "WITH" | ")") {
        return None;
    }
    if !take(words, "WITH") {
        return Some(PERMISSIVE.contains(name));
    }
    let (exception, rest) = words.split_first()?;
    *words = rest;
    Some(PERMISSIVE.contains(&&*format!("{name} WITH {exception}")))
}

fn take(words: &mut &[&str], word: &str) -> bool {
    let found = words.first() == Some(&word);
    *words = &words[usize::from(found)..];
    found
}

#[test]
fn every_licence_is_permissive() {
    let metadata = metadata();
    assert!(packages(&metadata).len() > 100, "the tree is resolved");
    let refused =
        packages(&metadata).iter().filter(|package| !is_permissive(text(package, "license")));
    report(refused.map(|package| format!("{}: {}", label(package), package["license"])).collect());
}

#[test]
fn licences_are_told_apart() {
    let permissive = [
        "MIT",
        "MIT/Apache-2.0",
        "Apache-2.0 / MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception",
        "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
        "GPL-3.0-only OR (MIT AND (ISC OR MPL-2.0))",
        "GPL-2.0-only AND MPL-2.0 OR MIT",
    ];
    let refused = [
        "",
        "GPL-3.0-only",
        "LGPL-2.1-or-later",
        "MPL-2.0",
        "AGPL-3.0-only OR MPL-2.0",
        "MIT AND MPL-2.0",
        "MIT AND (GPL-3.0-only OR MPL-2.0)",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "MIT WITH LLVM-exception",
        "Apache-2.0 WITH",
        "MIT OR",
        "MIT MIT",
        "(MIT",
        "MIT)",
        "mit",
    ];
    for expression in permissive {
        assert!(is_permissive(expression), "{expression}");
    }
    for expression in refused {
        assert!(!is_permissive(expression), "{expression}");
    }
}

/// Accepted advisories about what is not in the tree, or there in another version.
fn stale_advisories(labels: &[String]) -> Vec<String> {
    let accepted = ACCEPTED_ADVISORIES.iter().map(|(name, version, advisory, reason)| {
        assert!(advisory.starts_with("RUSTSEC-") && reason.len() > 40, "{name}: say why");
        (format!("{name} {version}"), advisory)
    });
    let stale = accepted.filter(|(label, _)| !labels.contains(label));
    stale
        .map(|(label, advisory)| format!("{label} is not built with: {advisory} is stale"))
        .collect()
}

#[test]
fn accepted_advisories_are_about_crates_in_the_tree() {
    let metadata = metadata();
    let labels: Vec<String> = packages(&metadata).iter().map(label).collect();
    report(stale_advisories(&labels));
    let without: Vec<String> = labels.into_iter().filter(|label| label != "fxhash 0.2.1").collect();
    let expected = ["fxhash 0.2.1 is not built with: RUSTSEC-2025-0057 is stale"];
    assert_eq!(stale_advisories(&without), expected);
}

/// `1.89` and `1.89.0` are the same version.
fn version(text: &str) -> [u32; 3] {
    let mut parts = text.split('.').map(|part| part.parse().expect("a Rust version is numbers"));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

/// Packages that need a newer Rust than we ask for.
fn too_new(packages: &[Value], ours: &str) -> Vec<String> {
    let complaint = |package: &Value| {
        let needed = package["rust_version"].as_str()?;
        let newer = version(needed) > version(ours);
        newer.then(|| format!("{} needs Rust {needed}, over {ours}", label(package)))
    };
    packages.iter().filter_map(complaint).collect()
}

#[test]
fn the_rust_version_is_enough_for_every_dependency() {
    let metadata = metadata();
    let ours = text(product(&metadata), "rust_version");
    assert!(!ours.is_empty(), "Cargo.toml names rust-version");
    report(too_new(packages(&metadata), ours));

    let needing = |rust: Option<&str>| {
        let (name, version) = ("a", "2.0.0");
        serde_json::json!({ "name": name, "version": version, "rust_version": rust })
    };
    let packages = [None, Some("1.9"), Some("1.89"), Some("1.89.0"), Some("1.89.1"), Some("2.0")];
    let packages = packages.map(needing);
    let expected = ["a 2.0.0 needs Rust 1.89.1, over 1.89", "a 2.0.0 needs Rust 2.0, over 1.89"];
    assert_eq!(too_new(&packages, "1.89"), expected);
}
