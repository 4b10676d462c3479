//! `symbiosis scenarios`: what ships, and what there is to see in it.

use serde::Serialize;

use crate::cli::out::{Out, Outcome};
use crate::scenario::plan::Look;
use crate::scenario::{Plan, shipped};

#[derive(Serialize)]
struct Listed {
    name: String,
    title: String,
    shows: String,
    note: String,
    look: Vec<Look>,
}

impl From<Plan> for Listed {
    fn from(plan: Plan) -> Listed {
        let Plan { name, title, shows, note, look, .. } = plan;
        Listed { name, title, shows, note, look }
    }
}

/// Wider lines are hard to read.
const WIDTH: usize = 88;

pub fn run(out: Out) -> Outcome {
    let plans: Vec<Listed> = shipped().into_iter().map(Listed::from).collect();
    out.answer(&plans, |plans| {
        let entry = |plan: &Listed| {
            let Listed { name, title, shows, note, look } = plan;
            let (shows, note) = (wrapped(shows), wrapped(note));
            format!("{name}: {title}\n{shows}{note}{}", places(look))
        };
        let entries: Vec<_> = plans.iter().map(entry).collect();
        format!(
            "{}\nLoad one with: symbiosis demo NAME\n\
             What begins with a slash stands behind its /api/v1.",
            entries.join("\n")
        )
    })
}

/// What to see where, indented.
pub fn places(look: &[Look]) -> String {
    let place = |Look { at, shows }: &Look| format!("  {at}\n    {shows}\n");
    look.iter().map(place).collect()
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
