//! The README's commands, run as they stand: on a small demo, by a reader of a little shell.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use clap::Parser;
use serde_json::Value;
use symbiosis_ledger::cli::args::Cli;

const README: &str = include_str!("../../README.md");

/// The commands of the `console` blocks, each with its lines joined.
fn commands() -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let blocks = README.split("```console\n").skip(1);
    for block in blocks.map(|rest| rest.split("```").next().unwrap()) {
        for line in block.lines() {
            match line.strip_prefix("$ ") {
                Some(command) => commands.push(command.to_owned()),
                None => {
                    let command = commands.last_mut().unwrap();
                    let joined = command.trim_end_matches('\\').to_owned();
                    *command = format!("{joined}\n{line}");
                }
            }
        }
    }
    commands
}

/// Splits as a shell does: at white space outside of quotes.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in text.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    assert_eq!(quote, None, "{text}");
    words.extend(word);
    words
}

/// A served demo, and the folder in which the README's reader sits.
struct Desk {
    folder: tempfile::TempDir,
    demo: Child,
    url: String,
    keys: Value,
    position: Option<u64>,
    /// Position of the last record that a command left.
    written: u64,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.demo.kill();
        let _ = self.demo.wait();
    }
}

impl Desk {
    fn open() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let mut demo = Command::new(env!("CARGO_BIN_EXE_symbiosis"))
            .args(["demo", "--scale=100", "--listen=127.0.0.1:0", "--json"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = demo.stdout.take().unwrap();
        let mut answers = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
        let shown = answers.next().unwrap().unwrap();
        let url = shown["api"].as_str().unwrap().to_owned();
        Desk { folder, demo, url, keys: shown["keys"].clone(), position: None, written: 0 }
    }

    fn key(&self, who: &str) -> &str {
        let id = format!("key_demo-{who}");
        let keys = self.keys.as_array().unwrap();
        let key = keys.iter().find(|key| key["key"] == id).unwrap();
        key["access_key"].as_str().unwrap()
    }

    fn call(&self, who: &str, path: &str, command: Option<(&str, &str)>) -> (u16, String) {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build();
        let agent: ureq::Agent = agent.into();
        let (url, bearer) = (format!("{}{path}", self.url), format!("Bearer {}", self.key(who)));
        let mut response = match command {
            None => agent.get(url).header("Authorization", bearer).call().unwrap(),
            Some((id, data)) => {
                let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
                let now = symbiosis_ledger::domain::time::UtcMillis(now.try_into().unwrap());
                let body = format!("{{\"occurred_at\":\"{now}\",\"data\":{data}}}");
                let post = agent.post(url).header("Authorization", bearer);
                let post = post.header("Idempotency-Key", format!("cmd_{id}"));
                post.header("Content-Type", "application/json").send(body).unwrap()
            }
        };
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    /// What the shell puts in place of `$…`.
    fn substituted(&self, word: &str) -> String {
        let mut word = word.to_owned();
        let mut put = |pattern: &str, value: &dyn Fn() -> String| {
            if word.contains(pattern) {
                word = word.replace(pattern, &value());
            }
        };
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap();
        put("$position", &|| self.position.unwrap().to_string());
        put("$(sed -n 2p checkpoint)", &|| read("checkpoint").lines().nth(1).unwrap().to_owned());
        // Within the 90 days that a link may be open.
        put("$(date -d '+30 days' +%F)", &|| {
            let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros();
            let now = symbiosis_ledger::domain::time::UtcMicros(now.try_into().unwrap());
            now.utc_day().checked_add(30).unwrap().to_string()
        });
        let ledger = "symbiosis-demo-guigang/ledger.json";
        put(&format!("$(jq -r .verifier_key {ledger})"), &|| {
            let ledger: Value = serde_json::from_str(&read(ledger)).unwrap();
            ledger["verifier_key"].as_str().unwrap().to_owned()
        });
        assert!(!word.contains('$'), "{word} has something else to put in");
        word
    }

    fn say(&mut self, words: &[String]) {
        let [who, path, id, data] = words else { panic!("{words:?}") };
        let (status, answer) = self.call(who, path, Some((id, data)));
        assert_eq!(status, 201, "{path}: {answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["nonconformities"], Value::Array(Vec::new()), "{path}: {answer}");
        self.written = answer["position"].as_u64().unwrap();
    }

    fn api(&self, words: &[String]) {
        let (who, path, file) = match words {
            [who, path] => (who, path, None),
            [who, path, arrow, file] if arrow == ">" => (who, path, Some(file)),
            _ => panic!("{words:?}"),
        };
        let mut asked = self.substituted(path);
        if path.contains("exchange-totals?") {
            // A reader takes longer to type this than rows take to follow the log; a test does not.
            asked = format!("{asked}&at_least={}", self.written);
        }
        let (mut status, mut answer) = self.call(who, &asked, None);
        // The checkpoint is at most a second behind.
        let size = |note: &str| note.lines().nth(1).unwrap().parse::<u64>().unwrap();
        while path == "/log/checkpoint" && size(&answer) <= self.written {
            std::thread::sleep(std::time::Duration::from_millis(20));
            (status, answer) = self.call(who, &asked, None);
        }
        assert_eq!(status, 200, "{path}: {answer}");
        if let Some(file) = file {
            fs::write(self.folder.path().join(file), answer).unwrap();
        }
    }

    fn program(&self, words: &[String]) {
        let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/examples/");
        let there = |word: &String| self.substituted(word).replace("schemas/examples/", samples);
        let words: Vec<_> = words.iter().map(there).collect();
        let output = Command::new(env!("CARGO_BIN_EXE_symbiosis"))
            .args(&words)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        // The sample of a weighbridge's file has bad rows, so that one sees how they are told.
        let expected = i32::from(words[..2] == ["import", "--table"]);
        assert_eq!(output.status.code(), Some(expected), "{words:?}: {stderr}");
    }
}

/// Runs a command, or answers it if it is one that needs the demo to have ended.
fn follow(desk: &mut Desk, command: &str) -> Option<Vec<String>> {
    let (first, rest) = command.split_once([' ', '=', '(']).unwrap_or((command, ""));
    match first {
        "scripts/test" => assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(first).exists()),
        "alias" | "key" | "api" | "say" if command.contains("() {") || first == "alias" => {}
        "say" => desk.say(&words(rest)),
        "api" => desk.api(&words(rest)),
        "position" => {
            let facts = fs::read(desk.folder.path().join("facts.json")).unwrap();
            let facts: Value = serde_json::from_slice(&facts).unwrap();
            desk.position = Some(facts["items"][0]["position"].as_u64().unwrap());
        }
        "cargo" | "symbiosis" => {
            let arguments = rest.strip_prefix("run --release -- ").unwrap_or(rest);
            let arguments = words(arguments);
            let parsed = Cli::try_parse_from([&["symbiosis".to_owned()], &arguments[..]].concat());
            parsed.unwrap_or_else(|error| panic!("{command}\n{error}"));
            let is_followed =
                command.contains("symbiosis-demo-guigang") || command.contains(" month");
            let goes_on = ["demo", "serve"].contains(&&*arguments[0]);
            return (is_followed && !goes_on).then_some(arguments);
        }
        _ => panic!("the README has a command that no test follows: {command}"),
    }
    None
}

#[test]
fn every_command_does_what_the_readme_says() {
    let mut desk = Desk::open();
    let commands = commands();
    assert!(commands.len() > 30, "{} commands are found", commands.len());
    let mut later = Vec::new();
    for command in &commands {
        later.extend(follow(&mut desk, command));
    }
    desk.demo.kill().unwrap();
    desk.demo.wait().unwrap();
    assert!(later.len() > 5, "{later:?}");
    for arguments in later {
        desk.program(&arguments);
    }
}

#[test]
fn it_is_short_and_ends_with_what_is_trusted() {
    assert!(README.lines().count() < 222);
    let last = README.rsplit("\n## ").next().unwrap();
    assert!(last.starts_with("What is trusted\n"));
    assert!(last.contains("(SECURITY.md)"));
}
