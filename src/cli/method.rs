//! `symbiosis method`: the methods that ship, and publishing documents into a ledger.
//!
//! Invariant: ids are made from documents, and the time is the day from which a document holds, so
//! the same command run again changes nothing. A document that is wrong is told with line, column
//! and pointer.

use std::fs;

use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::args::{Meant, Method as Asked, MethodPublish, MethodShow};
use crate::cli::import::Text;
use crate::cli::import::sender::{Answer, Sender};
use crate::cli::out::{Failure, Out, Outcome, count, talk};
use crate::cli::{locate, now};
use crate::config::Settings;
use crate::domain::command::Command;
use crate::domain::method::{Certainty, Method, shipped};
use crate::domain::name::Name;
use crate::domain::time::Zone;
use crate::merkle::plain;
use crate::query::programme_table::word;
use crate::record::canonical::canonical;

#[derive(Serialize)]
struct Listed {
    method: Name,
    version: u16,
    title_en: String,
    title_zh: String,
    document: String,
    certainty: Certainty,
    indicators: usize,
    items: usize,
    note: String,
}

impl From<&Method> for Listed {
    fn from(method: &Method) -> Listed {
        Listed {
            method: method.method.clone(),
            version: method.version,
            title_en: method.title_en.to_string(),
            title_zh: method.title_zh.to_string(),
            document: method.document.to_string(),
            certainty: method.certainty,
            indicators: method.indicators.len(),
            items: method.items.len(),
            note: method.note.as_ref().map_or(String::new(), ToString::to_string),
        }
    }
}

pub fn run(asked: &Asked, settings: &Settings, out: Out) -> Outcome {
    match asked {
        Asked::List => list(out),
        Asked::Show(args) => show(args, out),
        Asked::Publish(args) => publish(args, settings, out),
    }
}

fn list(out: Out) -> Outcome {
    let methods: Vec<Listed> = shipped().iter().map(Listed::from).collect();
    out.answer(&methods, |methods| {
        let entry = |one: &Listed| {
            let Listed { method, version, title_en, title_zh, document, .. } = one;
            let indicators = count(one.indicators as u64, "indicator");
            let (items, certainty) = (count(one.items as u64, "item"), word(&one.certainty));
            format!(
                "{method} {version}: {title_en} ({title_zh})\n  {document}\n  {indicators}, \
                 {items}, {certainty}\n"
            )
        };
        let entries: String = methods.iter().map(entry).collect();
        format!("{entries}\nPublish them with: symbiosis method publish --shipped")
    })
}

fn named(name: &str) -> Result<Method, Failure> {
    let found = shipped().into_iter().find(|method| method.method.as_str() == name);
    found.ok_or_else(|| {
        let names: Vec<String> = shipped().iter().map(|one| one.method.to_string()).collect();
        let right = "a file's name has a point or a slash";
        Failure::Usage(format!("no method {name} ships; {} do, and {right}", names.join(", ")))
    })
}

fn show(args: &MethodShow, out: Out) -> Outcome {
    out.line(&pretty(&named(&args.name)?))
}

fn pretty(method: &Method) -> String {
    serde_json::to_string_pretty(method).expect("a document has string keys")
}

/// A document as it was brought.
struct Brought {
    /// Of the file, or of the method that ships.
    name: String,
    text: String,
}

impl Brought {
    fn all(args: &MethodPublish) -> Result<Vec<Brought>, Failure> {
        let of_method =
            |method: &Method| Brought { name: method.method.to_string(), text: pretty(method) };
        if args.shipped {
            return Ok(shipped().iter().map(of_method).collect());
        }
        let each = |text: &String| match Meant::of(text) {
            Meant::Shipped(name) => named(&name).map(|method| of_method(&method)),
            Meant::File(path) => {
                let read = fs::read_to_string(&path);
                let read = read.map_err(|error| Failure::disk("read", &path, &error))?;
                Ok(Brought { name: text.clone(), text: read })
            }
        };
        args.documents.iter().map(each).collect()
    }

    /// What is wrong at a place of the document; `pointer` leads into it.
    fn wrong(&self, code: &str, message: &str, pointer: &str) -> Failure {
        let (line, column) = self.place(locate::offset(&self.text, pointer));
        let at = if pointer.is_empty() { String::new() } else { format!(" at {pointer}") };
        Failure::failed(format!("{}:{line}:{column}: {code}{at}: {message}", self.name))
    }

    /// Line and column of a byte, from 1.
    fn place(&self, offset: usize) -> (usize, usize) {
        let before = self.text.char_indices().take_while(|(at, _)| *at < offset);
        before.fold((1, 1), |(line, column), (_, letter)| match letter {
            '\n' => (line + 1, 1),
            _ => (line, column + 1),
        })
    }

    /// The command that publishes it, and its text.
    fn command(&self) -> Result<(Command, String), Failure> {
        let strict = canonical(self.text.as_bytes()).map_err(|error| {
            let (line, column) = self.place(error.offset);
            let (code, defect) = (error.defect.code(), error.defect.to_string());
            Failure::failed(format!("{}:{line}:{column}: {code}: {defect}", self.name))
        })?;
        let document: Value =
            serde_json::from_slice(&strict).map_err(|error| Failure::failed(error.to_string()))?;
        let from = document["valid_from"].as_str().and_then(|day| day.parse().ok());
        let utc: Zone = "UTC".parse().expect("UTC is a zone");
        // What holds in the future only is published today.
        let occurred_at = match from {
            Some(day) => utc.first_instant(day).min(now()?),
            None => now()?,
        };
        let digest = plain(&strict);
        let command = json!({
            "actor": "keeper", "data": {"document": document},
            "id": format!("cmd_method-{digest:.32}"), "occurred_at": occurred_at,
            "type": "publish_method",
        });
        let text = command.to_string();
        let command = Command::parse(&text).map_err(|malformed| {
            self.wrong(malformed.code, &malformed.message, inside(&malformed.pointer))
        })?;
        Ok((command, text))
    }
}

/// A pointer into a command's document as one into the document.
fn inside(pointer: &str) -> &str {
    pointer.strip_prefix("/data/document").unwrap_or("")
}

#[derive(Serialize)]
struct Published {
    document: String,
    already_in: bool,
}

fn publish(args: &MethodPublish, settings: &Settings, out: Out) -> Outcome {
    let brought = Brought::all(args)?;
    let commands = brought.iter().map(Brought::command).collect::<Result<Vec<_>, _>>()?;
    let (commands, texts): (Vec<Command>, Vec<String>) = commands.into_iter().unzip();
    let texts: Vec<Text> =
        texts.into_iter().zip(1..).map(|(text, line)| Text { line, text }).collect();
    let mut sender = Sender::open(args.url.as_ref(), args.key.as_ref(), &args.folder, settings)?;
    let answers = sender.begin(commands, &texts).and_then(|sent| sender.finish(sent));
    sender.close();
    let (mut published, mut refused) = (Vec::new(), Vec::new());
    for (brought, answer) in brought.iter().zip(answers?) {
        match answer {
            Answer::Accepted { already_in, .. } => {
                published.push(Published { document: brought.name.clone(), already_in });
            }
            Answer::Refused { code, message, pointer } => {
                refused.push(brought.wrong(&code, &message, inside(&pointer)));
            }
        }
    }
    out.answer(&published, |published| {
        let line = |one: &Published| match one.already_in {
            true => format!("{} was published already\n", one.document),
            false => format!("{} published\n", one.document),
        };
        published.iter().map(line).collect()
    })?;
    let Some(last) = refused.pop() else { return Ok(()) };
    refused.iter().filter_map(Failure::message).for_each(talk);
    Err(last)
}
