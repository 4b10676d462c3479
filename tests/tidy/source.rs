//! A Rust file as the rules see it: tokens without comments and strings, paths with their groups
//! expanded, functions, and which lines are test code.
//!
//! This is no parser: it knows comments, strings, words and brackets. That is enough for the rules,
//! and needs no crate.

use std::fs;
use std::path::Path;

pub struct Source {
    /// From the root of the repository on, with `/`.
    pub path: String,
    pub text: String,
    pub tokens: Vec<Token>,
    /// Line and text of each comment.
    pub comments: Vec<(usize, String)>,
    /// First and last lines of code that only tests are built with.
    tests: Vec<(usize, usize)>,
}

/// A word, a number, `::`, one character of punctuation, or `""` for any string or character.
#[derive(Debug, PartialEq)]
pub struct Token {
    pub line: usize,
    pub text: String,
}

/// A path as written, once for each member of a group: `a::{b, c::d}` is `a::b` and `a::c::d`.
#[derive(Debug, PartialEq)]
pub struct Named<'a> {
    pub line: usize,
    pub segments: Vec<&'a str>,
    /// It follows `use` or `extern crate`, so that even a single word names a crate.
    pub imported: bool,
}

#[derive(Debug, PartialEq)]
pub struct Function<'a> {
    pub line: usize,
    pub name: &'a str,
    pub lines: usize,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let (tokens, comments) = Lexer::run(text);
        let tests = if path.starts_with("src/") {
            test_spans(&tokens)
        } else {
            vec![(1, usize::MAX)] // benches too: both are built beside the product, not into it
        };
        Self { path: path.to_owned(), text: text.to_owned(), tokens, comments, tests }
    }

    /// All Rust files below these folders of the repository, sorted by path.
    pub fn read_all(root: &Path, folders: &[&str]) -> Vec<Self> {
        let mut paths = Vec::new();
        for folder in folders {
            walk(&root.join(folder), &mut paths);
        }
        let mut sources: Vec<_> = paths
            .iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .map(|path| {
                let text = fs::read_to_string(path).expect("sources are readable");
                let relative = path.strip_prefix(root).expect("it was found below the root");
                Self::new(&relative.to_string_lossy().replace('\\', "/"), &text)
            })
            .collect();
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        mark_test_modules(&mut sources);
        sources
    }

    pub fn is_test(&self, line: usize) -> bool {
        self.tests.iter().any(|(first, last)| (*first..=*last).contains(&line))
    }

    pub fn is_all_test(&self) -> bool {
        self.is_test(1)
    }

    pub fn mark_all_test(&mut self) {
        self.tests = vec![(1, usize::MAX)];
    }

    /// How many of its lines are not test code.
    pub fn product_lines(&self) -> usize {
        (1..=self.text.lines().count()).filter(|line| !self.is_test(*line)).count()
    }

    pub fn paths(&self) -> Vec<Named<'_>> {
        let mut paths = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            if is_word(self.text_at(at)) && !self.continues_path(at) {
                let before = self.back(at, 1);
                let first = if before == "::" { self.back(at, 2) } else { before };
                let imported = first == "use" || (first == "crate" && self.back(at, 2) == "extern");
                at = self.expand(at, &[], imported, &mut paths);
            } else {
                at += 1;
            }
        }
        paths
    }

    /// Every function with a body, nested ones too.
    pub fn functions(&self) -> Vec<Function<'_>> {
        let starts = (0..self.tokens.len())
            .filter(|at| self.text_at(*at) == "fn" && is_word(self.text_at(at + 1)));
        let bodies = starts.filter_map(|at| {
            let end = item_end(&self.tokens, at);
            (self.text_at(end) == "}").then(|| {
                let line = self.tokens[at].line;
                let lines = self.tokens[end].line - line + 1;
                Function { line, name: self.text_at(at + 1), lines }
            })
        });
        bodies.collect()
    }

    /// The words of each attribute, with its line.
    pub fn attributes(&self) -> Vec<(usize, Vec<&str>)> {
        let starts = (0..self.tokens.len()).filter(|at| is_attribute(&self.tokens, *at));
        starts
            .map(|at| {
                let end = attribute_end(&self.tokens, at);
                let words = (at..end).map(|at| self.text_at(at)).filter(|text| is_word(text));
                (self.tokens[at].line, words.collect())
            })
            .collect()
    }

    fn text_at(&self, at: usize) -> &str {
        text_at(&self.tokens, at)
    }

    fn back(&self, at: usize, steps: usize) -> &str {
        at.checked_sub(steps).map_or("", |at| self.text_at(at))
    }

    /// Whether the word here goes on from something before it: `a::here`, `<T>::here`, `a.here`.
    fn continues_path(&self, at: usize) -> bool {
        let owner = self.back(at, 2);
        match self.back(at, 1) {
            "." => owner != ".", // a range is not a member
            "::" => is_path_word(owner) || owner == ">",
            _ => false,
        }
    }

    /// Takes the path or group member at `at` behind `prefix`; answers the place behind it.
    fn expand<'a>(
        &'a self,
        mut at: usize,
        prefix: &[&'a str],
        imported: bool,
        into: &mut Vec<Named<'a>>,
    ) -> usize {
        let mut segments = prefix.to_vec();
        let line = self.tokens[at].line;
        while is_word(self.text_at(at)) || (self.text_at(at) == "*" && !segments.is_empty()) {
            segments.push(self.text_at(at));
            at += 1;
            if self.text_at(at) != "::" {
                break;
            }
            at += 1;
        }
        if self.text_at(at) != "{" || self.back(at, 1) != "::" {
            into.push(Named { line, segments, imported });
            return at;
        }
        at += 1;
        while !matches!(self.text_at(at), "}" | "") {
            at = match self.text_at(at) {
                text if is_word(text) || text == "*" => {
                    let behind = self.expand(at, &segments, imported, into);
                    if self.text_at(behind) == "as" { behind + 2 } else { behind.max(at + 1) }
                }
                _ => at + 1,
            };
        }
        at + 1
    }
}

/// Files below a folder, without following links; none when it is missing.
pub fn walk(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), into),
            Ok(kind) if kind.is_file() => into.push(entry.path()),
            _ => {}
        }
    }
}

/// A module that is declared under `#[cfg(test)]` is test code in its own file and folder too.
fn mark_test_modules(sources: &mut [Source]) {
    let mut modules = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("src/")) {
        let path = source.path.trim_end_matches(".rs");
        let folder = ["/mod", "/lib", "/main"].iter().find_map(|end| path.strip_suffix(end));
        let folder = folder.unwrap_or(path);
        for (at, token) in source.tokens.iter().enumerate() {
            let declared = token.text == "mod" && text_at(&source.tokens, at + 2) == ";";
            if declared && source.is_test(token.line) {
                modules.push(format!("{folder}/{}", text_at(&source.tokens, at + 1)));
            }
        }
    }
    for source in sources {
        let within = |module: &String| {
            let rest = source.path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        if modules.iter().any(within) {
            source.mark_all_test();
        }
    }
}

fn text_at(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| &token.text)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first == '_' || first.is_alphabetic())
}

/// A word that `::` can go on from; after `use` or `return`, `::` begins a path.
fn is_path_word(text: &str) -> bool {
    const BEFORE_A_PATH: &[&str] =
        &["use", "return", "as", "in", "mut", "dyn", "impl", "for", "match", "if", "else", "where"];
    is_word(text) && !BEFORE_A_PATH.contains(&text)
}

fn is_attribute(tokens: &[Token], at: usize) -> bool {
    let behind = at + 1 + usize::from(text_at(tokens, at + 1) == "!");
    text_at(tokens, at) == "#" && text_at(tokens, behind) == "["
}

/// The place of the `]` that ends the attribute.
fn attribute_end(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(at) {
        match token.text.as_str() {
            "[" => depth += 1,
            "]" if depth == 1 => return at,
            "]" => depth -= 1,
            _ => {}
        }
    }
    tokens.len() - 1
}

/// The place of the `;` or `}` that ends the item, statement or member that begins at `at`.
fn item_end(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(at) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            "}" if depth <= 1 => return at,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            ";" if depth == 0 => return at,
            _ => {}
        }
    }
    tokens.len() - 1
}

/// Lines of what stands under `#[cfg(test)]`, `#[cfg(all(test, …))]` or `#[test]`.
fn test_spans(tokens: &[Token]) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !is_attribute(tokens, at) {
            at += 1;
            continue;
        }
        let inner = text_at(tokens, at + 1) == "!";
        let mut end = attribute_end(tokens, at);
        let words = tokens[at..end].iter().map(|token| &*token.text).filter(|text| is_word(text));
        let words: Vec<_> = words.collect();
        let test = matches!(&words[..], ["test"] | ["cfg", "test"] | ["cfg", "all", "test", ..]);
        if test && inner {
            return vec![(1, usize::MAX)];
        }
        if test {
            let first = tokens[at].line;
            while is_attribute(tokens, end + 1) {
                end = attribute_end(tokens, end + 1);
            }
            end = item_end(tokens, end + 1);
            spans.push((first, tokens[end].line));
        }
        at = end + 1;
    }
    spans
}

/// Tells code from comments and strings.
struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
    comments: Vec<(usize, String)>,
}

impl Lexer {
    fn run(text: &str) -> (Vec<Token>, Vec<(usize, String)>) {
        let (tokens, comments) = (Vec::new(), Vec::new());
        let mut lexer = Self { chars: text.chars().collect(), at: 0, line: 1, tokens, comments };
        while lexer.at < lexer.chars.len() {
            lexer.step();
        }
        (lexer.tokens, lexer.comments)
    }

    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn bump(&mut self) -> char {
        let next = self.peek(0);
        self.at += 1;
        self.line += usize::from(next == '\n');
        next
    }

    fn push(&mut self, line: usize, text: &str) {
        self.tokens.push(Token { line, text: text.to_owned() });
    }

    fn step(&mut self) {
        let line = self.line;
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            (':', ':') => {
                self.at += 2;
                self.push(line, "::");
            }
            (next, _) if next == '_' || next.is_alphanumeric() => self.word(),
            (next, _) => {
                self.bump();
                if !next.is_whitespace() {
                    self.push(line, next.encode_utf8(&mut [0; 4]));
                }
            }
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        while self.at < self.chars.len() && self.peek(0) != '\n' {
            self.at += 1;
        }
        self.comments.push((self.line, self.chars[start..self.at].iter().collect()));
    }

    /// Block comments nest. Each line of it becomes a comment of its own.
    fn block_comment(&mut self) {
        let (start, first, mut depth) = (self.at, self.line, 0);
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.bump();
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                break;
            }
        }
        let text: String = self.chars[start..self.at.min(self.chars.len())].iter().collect();
        self.comments.extend((first..).zip(text.lines().map(str::to_owned)));
    }

    fn string(&mut self) {
        let line = self.line;
        self.bump();
        while self.at < self.chars.len() {
            match self.bump() {
                '\\' => _ = self.bump(),
                '"' => break,
                _ => {}
            }
        }
        self.push(line, "\"\"");
    }

    /// A raw string whose opening quote follows `hashes` hashes.
    fn raw_string(&mut self, hashes: usize) {
        let line = self.line;
        self.at += hashes + 1;
        while self.at < self.chars.len() {
            if self.bump() == '"' && (0..hashes).all(|ahead| self.peek(ahead) == '#') {
                self.at += hashes;
                break;
            }
        }
        self.push(line, "\"\"");
    }

    /// A character, or the name of a lifetime or label, which is left out.
    fn quote(&mut self) {
        let line = self.line;
        self.bump();
        if self.peek(0) != '\\' && self.peek(1) != '\'' {
            return self.skip_word();
        }
        while self.at < self.chars.len() {
            match self.bump() {
                '\\' => _ = self.bump(),
                '\'' => break,
                _ => {}
            }
        }
        self.push(line, "\"\"");
    }

    fn skip_word(&mut self) {
        while self.peek(0) == '_' || self.peek(0).is_alphanumeric() {
            self.at += 1;
        }
    }

    /// A word or number; or a string with a prefix, such as `br#"…"#`.
    fn word(&mut self) {
        let (start, line) = (self.at, self.line);
        self.skip_word();
        let word: String = self.chars[start..self.at].iter().collect();
        let hashes = (0..).take_while(|ahead| self.peek(*ahead) == '#').count();
        match word.as_str() {
            "r" | "br" | "cr" if self.peek(hashes) == '"' => self.raw_string(hashes),
            "b" | "c" if self.peek(0) == '"' => self.string(),
            "b" if self.peek(0) == '\'' => self.quote(),
            "r" if hashes == 1 => {
                self.at += 1;
                self.word();
            }
            _ => self.push(line, &word),
        }
    }
}
