//! The README's commands exist: every `symbiosis` line is one that the program takes, and every
//! address that it calls stands in the OpenAPI document.

use std::path::Path;

use clap::Parser as _;
use serde_json::Value;
use symbiosis_ledger::cli::args::Cli;

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// What stands behind each `$ ` of the console blocks, its continued lines joined.
fn commands() -> Vec<String> {
    let readme = readme();
    let blocks = readme.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut commands: Vec<String> = Vec::new();
    for line in blocks.flat_map(str::lines) {
        match line.strip_prefix("$ ") {
            Some(begin) => commands.push(begin.to_owned()),
            None => {
                let last = commands.last_mut().unwrap();
                *last = format!("{} {}", last.trim_end_matches('\\').trim_end(), line.trim());
            }
        }
    }
    commands
}

/// Words as a shell splits them; what it would insert becomes a word.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut depth) = (Vec::new(), String::new(), None, 0);
    let mut before = ' ';
    for character in command.chars() {
        match (character, quote) {
            ('(', _) if before == '$' => depth += 1,
            (')', _) if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            ('"' | '\'', None) => quote = Some(character),
            (_, Some(open)) if character == open => quote = None,
            (' ', None) => words.extend(Some(std::mem::take(&mut word)).filter(|w| !w.is_empty())),
            ('>' | '|', None) => break,
            _ => word.push(character),
        }
        before = character;
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

#[test]
fn every_call_of_the_program_is_one_that_it_takes() {
    let mut calls = 0;
    for command in commands() {
        let command = command.replace("cargo run --release --", "symbiosis");
        if !command.starts_with("symbiosis ") {
            continue;
        }
        calls += 1;
        if let Err(error) = Cli::try_parse_from(words(&command)) {
            panic!("{command}\n{error}");
        }
    }
    assert!(calls >= 10, "{calls}");
}

#[test]
fn every_address_is_one_that_is_documented() {
    let document: Value = serde_json::from_str(&symbiosis_ledger::api::openapi()).unwrap();
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    let mut calls = 0;
    for command in commands() {
        let words = words(&command);
        let method = match words[0].as_str() {
            "say" => "post",
            "api" => "get",
            _ => continue,
        };
        calls += 1;
        let called = format!("/api/v1{}", words[2].split('?').next().unwrap());
        let parts: Vec<&str> = called.split('/').collect();
        let is_it = |path: &str| {
            let pattern: Vec<&str> = path.split('/').collect();
            let fits =
                |(pattern, part): (&&str, &&str)| pattern.starts_with('{') || pattern == part;
            pattern.len() == parts.len() && pattern.iter().zip(&parts).all(fits)
        };
        let documented =
            paths.iter().any(|path| is_it(path) && document["paths"][path][method].is_object());
        assert!(documented, "{command}\n{method} {called} is not documented");
    }
    assert!(calls >= 12, "{calls}");
}

#[test]
fn it_is_short_and_ends_with_what_is_trusted() {
    let readme = readme();
    assert!(readme.lines().count() < 200);
    let last = readme.split("\n## ").last().unwrap();
    assert!(last.starts_with("What is trusted, and what is not\n"), "{last}");
    assert!(readme.lines().all(|line| line.chars().count() <= 130 || line.starts_with('|')));
}
