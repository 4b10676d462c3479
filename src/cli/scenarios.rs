//! `symbiosis scenarios`: what ships, and what there is to see in it.

use serde::Serialize;

use crate::cli::out::{Out, Outcome};
use crate::scenario::{Plan, shipped};

#[derive(Serialize)]
struct Listed {
    name: String,
    title: String,
    shows: String,
    note: String,
}

impl From<Plan> for Listed {
    fn from(plan: Plan) -> Listed {
        let Plan { name, title, shows, note, .. } = plan;
        Listed { name, title, shows, note }
    }
}

/// Wider lines are hard to read.
const WIDTH: usize = 88;

pub fn run(out: Out) -> Outcome {
    let plans: Vec<Listed> = shipped().into_iter().map(Listed::from).collect();
    out.answer(&plans, |plans| {
        let entry = |plan: &Listed| {
            let Listed { name, title, shows, note } = plan;
            format!("{name}: {title}\n{}{}", wrapped(shows), wrapped(note))
        };
        let entries: Vec<_> = plans.iter().map(entry).collect();
        format!("{}\nLoad one with: symbiosis demo NAME", entries.join("\n"))
    })
}

/// A paragraph, indented.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.chars().count() + word.chars().count() > WIDTH {
            lines.push_str(&format!(" {line}\n"));
            line.clear();
        }
        line.push(' ');
        line.push_str(word);
    }
    format!("{lines} {line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_wrapped_and_loses_no_word() {
        let text = "word ".repeat(60).trim_end().to_owned();
        let wrapped = wrapped(&text);
        assert!(wrapped.lines().all(|line| line.chars().count() <= WIDTH + 2));
        assert_eq!(wrapped.split_whitespace().collect::<Vec<_>>().join(" "), text);
    }
}
