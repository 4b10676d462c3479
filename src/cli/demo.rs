//! `symbiosis demo`: a shipped scenario in a folder of its own, served with keys to try.
//!
//! Invariant: what a scenario's plan says is refused is refused, and everything else is accepted;
//! a scenario that does not go as planned is a defect, told with its first difference. A load that
//! was cut off goes on behind the last record, because steps are recorded in the order of their
//! times.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::args::{Demo, Folder};
use crate::cli::folder::{self, holds_ledger, options};
use crate::cli::keys::{self, NewKey};
use crate::cli::out::{Failure, Out, Outcome, count, talk};
use crate::cli::progress::Progress;
use crate::cli::scenarios::places;
use crate::cli::serve;
use crate::config::Settings;
use crate::domain::access::Role;
use crate::domain::actor::Actor;
use crate::domain::command::{Command, IssueKey};
use crate::domain::id::{FirmId, KeyId, SiteId};
use crate::domain::time::UtcMicros;
use crate::ledger::{Accepted, Ledger, Options, SubmitError, create};
use crate::record::Line;
use crate::scenario::{Ground, Plan, Scenario, Step, find, shipped};

/// Stands in a demo's folder once it is loaded: which scenario it is, and its keys.
const NOTE: &str = "demo.json";

/// So many commands are submitted together.
const BLOCK: usize = 2000;

/// What is kept of a demo beside its ledger. The keys open nothing but this demo.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    scenario: String,
    scale: i64,
    keys: Vec<NewKey>,
}

/// What a loaded demo answers.
#[derive(Serialize)]
struct Shown<'a> {
    scenario: &'a str,
    folder: String,
    records: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    docs: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    figure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<String>,
    keys: &'a [NewKey],
}

pub fn run(args: &Demo, settings: &Settings, out: Out) -> Outcome {
    let plan = find(&args.scenario).ok_or_else(|| {
        let names: Vec<_> = shipped().into_iter().map(|plan| plan.name).collect();
        let names = names.join(", ");
        Failure::Usage(format!("there is no scenario {}; there are {names}", args.scenario))
    })?;
    let default = || PathBuf::from(format!("symbiosis-demo-{}", plan.name));
    let data = args.data.clone().unwrap_or_else(default);
    let listen = serve::listen(&args.address, settings);
    let workers = serve::workers(&args.address, settings)?;
    if !args.no_serve {
        serve::expect_free(&listen)?;
    }
    // The signing key of a demo stays with it, whatever the settings say of another ledger's.
    let place = Folder { keys: Some(data.join("keys")), data: Some(data.clone()) };
    let chosen = options(&place, &Settings::default());
    let note = match read_note(&data)? {
        Some(note) => again(note, &plan, args.scale, &data)?,
        None => load(&plan, args.scale, &data, &chosen)?,
    };
    if args.no_serve {
        let size = folder::view(&data)?.size();
        let shown = shown(&plan, &note, &data, size, None);
        return out.answer(&shown, |shown| loaded(shown));
    }
    let ledger = folder::open(&chosen)?;
    serve::serve(ledger, &listen, workers, |ledger, at| {
        let shown = shown(&plan, &note, &data, ledger.size(), Some(at));
        out.answer(&shown, |shown| welcome(shown, &plan))
    })
}

fn read_note(data: &Path) -> Result<Option<Note>, Failure> {
    let path = data.join(NOTE);
    let text = match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::disk("read", &path, &error)),
        Ok(text) => text,
    };
    let note = serde_json::from_slice(&text);
    let broken = |_| Failure::failed(format!("{} is not what a demo left", path.display()));
    note.map(Some).map_err(broken)
}

/// A folder that a demo was loaded into earlier.
fn again(note: Note, plan: &Plan, scale: i64, data: &Path) -> Result<Note, Failure> {
    let shown = data.display();
    if (&note.scenario, note.scale) == (&plan.name, scale) {
        talk(&format!("{shown} holds this scenario from an earlier demo; it is used as it is."));
        return Ok(note);
    }
    let right = "choose another folder with --data";
    let Note { scenario, scale, .. } = note;
    let scale = if scale == 1 { String::new() } else { format!(" at 1/{scale}") };
    Err(Failure::failed(format!("{shown} holds the scenario {scenario}{scale}; {right}")))
}

fn load(plan: &Plan, scale: i64, data: &Path, chosen: &Options) -> Result<Note, Failure> {
    let ground = Ground::of(plan);
    let scenario = Scenario::new(plan, &ground, scale);
    if holds_records(data)? {
        expect_demo(plan, data)?;
        talk(&format!("Loading into {} goes on where it was cut off.", data.display()));
    } else {
        let begins = scenario.steps().next().expect("a plan tells something").recorded_at;
        let before = UtcMicros(begins.0 - 1_000_000);
        create(chosen, &plan.origin, Some(before))
            .map_err(|error| Failure::failed(error.to_string()))?;
    }
    let ledger = folder::open(chosen)?;
    let loaded = tell(&ledger, &scenario);
    let keys = loaded.and_then(|()| issue_keys(&ledger, plan, &ground));
    ledger.close();
    let note = Note { scenario: plan.name.clone(), scale, keys: keys? };
    write_note(data, &note)?;
    Ok(note)
}

/// Whether record 0 is there: making a ledger may have been cut off before it.
fn holds_records(data: &Path) -> Result<bool, Failure> {
    Ok(holds_ledger(data) && folder::view(data)?.size() > 0)
}

/// A ledger whose loading was cut off has record 0 of this scenario.
fn expect_demo(plan: &Plan, data: &Path) -> Outcome {
    let reader = folder::view(data)?;
    let shown = data.display();
    let other = || {
        let right = "choose another folder with --data";
        Failure::failed(format!("{shown} holds another ledger; {right}"))
    };
    let line = reader.read(0)?;
    let line = Line::split(&line).map_err(|_| other())?;
    let body = line.body().map_err(|_| other())?;
    let wanted = format!("\"origin\":\"{}/blake3\"", plan.origin);
    let data = body.data.get();
    let is_ours = data.contains("\"demo\":true") && data.contains(&wanted);
    if is_ours { Ok(()) } else { Err(other()) }
}

/// Submits what is not in the log yet.
fn tell(ledger: &Ledger, scenario: &Scenario<'_>) -> Outcome {
    let last = last_recorded(ledger)?;
    let total = scenario.steps().count() as u64;
    let mut progress = Progress::begin("Loading", "commands", total);
    let mut block: Vec<Step> = Vec::with_capacity(BLOCK);
    let mut told = 0;
    for step in scenario.steps() {
        told += 1;
        // Before a scenario there is record 0 only.
        if ledger.size() > 1 && step.recorded_at <= last {
            continue;
        }
        block.push(step);
        if block.len() == BLOCK {
            submit(ledger, &mut block)?;
            progress.set(told);
        }
    }
    submit(ledger, &mut block)?;
    progress.end();
    Ok(())
}

fn last_recorded(ledger: &Ledger) -> Result<UtcMicros, Failure> {
    let line = ledger.log().read(ledger.size() - 1)?;
    let broken = |error: crate::record::LineError| Failure::failed(error.to_string());
    let head = Line::split(&line).and_then(|line| line.head()).map_err(broken)?;
    Ok(head.recorded_at)
}

fn scenario_key() -> KeyId {
    "key_scenario".parse().expect("a prefix and letters")
}

fn submit(ledger: &Ledger, block: &mut Vec<Step>) -> Outcome {
    let clock: Vec<_> = block.iter().map(|step| step.recorded_at).collect();
    let commands = block.iter().map(|step| step.command.clone()).collect();
    let answers = ledger.submit_all(commands, &scenario_key(), Some(&clock));
    for (step, answer) in block.drain(..).zip(answers) {
        as_planned(&step, answer)?;
    }
    Ok(())
}

/// Whether the ledger did what the plan says that it does.
fn as_planned(step: &Step, answer: Result<Accepted, SubmitError>) -> Outcome {
    let got = match (&step.refused, answer) {
        (None, Ok(_)) => return Ok(()),
        (Some(code), Err(SubmitError::Refused(refusal))) if refusal.code.as_str() == code => {
            return Ok(());
        }
        (_, Ok(accepted)) => format!("accepted at position {}", accepted.position),
        (_, Err(error)) => format!("refused with {error}"),
    };
    let Step { command, refused, .. } = step;
    let planned = refused
        .as_ref()
        .map_or("to be accepted".to_owned(), |code| format!("to be refused with {code}"));
    let (id, kind) = (&command.id, command.request.kind());
    Err(Failure::failed(format!("{id} ({kind}) was planned {planned}, and was {got}")))
}

/// A key for every role and every firm, issued when the story is over.
fn issue_keys(ledger: &Ledger, plan: &Plan, ground: &Ground) -> Result<Vec<NewKey>, Failure> {
    let at = last_recorded(ledger)?;
    let park = &plan.closing.park;
    let of_park = |role, name: &'static str, label: &'static str| {
        (role, name.to_owned(), label.to_owned(), None, None, vec![park.clone()])
    };
    type Holder =
        (Role, String, String, Option<FirmId>, Option<SiteId>, Vec<crate::domain::id::ParkId>);
    let keeper = (
        Role::LedgerKeeper,
        "keeper".to_owned(),
        "ledger keeper".to_owned(),
        None,
        None,
        Vec::new(),
    );
    let mut holders: Vec<Holder> = vec![keeper, of_park(Role::Park, "park", "park administration")];
    for (site, firm) in ground.sites() {
        let name = firm.as_str().trim_start_matches(FirmId::PREFIX);
        let firm = Some(firm.clone());
        holders.push((
            Role::Firm,
            name.to_owned(),
            format!("desk of {name}"),
            firm.clone(),
            None,
            Vec::new(),
        ));
        let label = format!("weighbridge of {name}");
        holders.push((
            Role::Weighbridge,
            format!("{name}-scale"),
            label,
            firm.clone(),
            Some(site.clone()),
            Vec::new(),
        ));
        holders.push((
            Role::Carrier,
            format!("{name}-carrier"),
            format!("carrier for {name}"),
            firm,
            None,
            Vec::new(),
        ));
    }
    holders.push(of_park(Role::Verifier, "verifier", "verifier of the park"));
    holders.push(of_park(Role::Regulator, "regulator", "regulator of the park"));
    let mut issued = Vec::new();
    let (mut commands, mut clock) = (Vec::new(), Vec::new());
    for (place, (role, name, label, firm, site, parks)) in (1..).zip(holders) {
        let key = keys::generate(Some(&format!("{}demo-{name}", KeyId::PREFIX)))?;
        let label = label.parse().expect("a few words");
        let (id, secret_hash) = (key.key().clone(), key.secret_hash());
        let data = IssueKey { expires: None, firm, key: id, label, parks, role, secret_hash, site };
        issued.push(keys::of(&key, &data));
        let recorded_at = UtcMicros(at.0 + place * 1_000_000);
        let id = format!("cmd_issue-demo-{name}").parse().expect("a prefix and letters");
        let occurred_at = recorded_at.millis();
        let (actor, request) = (Actor::Keeper, data.into());
        commands.push(Command { actor, id, occurred_at, request });
        clock.push(recorded_at);
    }
    for answer in ledger.submit_all(commands, &scenario_key(), Some(&clock)) {
        answer.map_err(|error| Failure::failed(format!("a demo key was not issued: {error}")))?;
    }
    Ok(issued)
}

fn write_note(data: &Path, note: &Note) -> Outcome {
    let path = data.join(NOTE);
    let text = serde_json::to_string_pretty(note).expect("a note has string keys");
    let mut file = fs::OpenOptions::new();
    let written = file
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Failure::disk("write", &path, &error))
}

fn shown<'a>(
    plan: &'a Plan,
    note: &'a Note,
    data: &Path,
    records: u64,
    at: Option<&str>,
) -> Shown<'a> {
    let address = |path: &str| at.map(|at| format!("http://{at}{path}"));
    let (park, year) = (&plan.closing.park, plan.year);
    let figure = format!("/api/v1/parks/{park}/statistics/exchange-totals");
    let period = format!("?from={year}-01&to={year}-12");
    Shown {
        scenario: &note.scenario,
        folder: data.display().to_string(),
        records,
        pages: address("/"),
        api: address("/api/v1"),
        docs: address("/docs"),
        figure: address(&format!("{figure}{period}")),
        facts: address(&format!("{figure}/facts{period}")),
        keys: &note.keys,
    }
}

fn loaded(shown: &Shown<'_>) -> String {
    let Shown { scenario, folder, records, .. } = shown;
    let records = count(*records, "record");
    format!(
        "{scenario} is loaded: {records} in {folder}.\n\n\
         Its keys are in {folder}/{NOTE}. Try:\n  \
           symbiosis check {folder}\n  \
           symbiosis report --data {folder}\n  \
           symbiosis serve --data {folder}"
    )
}

fn welcome(shown: &Shown<'_>, plan: &Plan) -> String {
    let line = |name: &str, address: &Option<String>| {
        format!("{name:<15}{}\n", address.as_deref().unwrap_or_default())
    };
    let mut text =
        format!("{}: {} in {}.\n\n", plan.title, count(shown.records, "record"), shown.folder);
    text.push_str(&line("Pages", &shown.pages));
    text.push_str(&line("API", &shown.api));
    text.push_str(&line("Documentation", &shown.docs));
    text.push_str(&line("One figure", &shown.figure));
    text.push_str(&line("... its facts", &shown.facts));
    text.push_str(&format!("\nTo see, behind the API:\n{}", places(&plan.look)));
    text.push_str("\nKeys, each for its holder only, to sign in with or to send:\n");
    let traders: Vec<_> = plan.exchanges.iter().skip(1).take(1).collect();
    for key in shown.keys.iter().filter(|key| is_listed(key, &traders)) {
        text.push_str(&format!("  {:<24} {}\n", key.label, key.access_key));
    }
    text.push_str(&format!("  ... and more in {}/{NOTE}\n", shown.folder));
    let park = shown.keys.iter().find(|key| key.role == Role::Park);
    if let (Some(park), Some(figure)) = (park, &shown.figure) {
        let header = format!("Authorization: Bearer {}", park.access_key);
        text.push_str(&format!("\nTry:\n  curl -H '{header}' \\\n    '{figure}'\n"));
    }
    text
}

/// One key of each role is enough on a screen, and of firms those of one exchange.
fn is_listed(key: &NewKey, traders: &[&crate::scenario::plan::Exchange]) -> bool {
    let is_of = |site: &SiteId| {
        let name = site.as_str().trim_start_matches(SiteId::PREFIX);
        key.key.as_str().trim_start_matches("key_demo-").starts_with(name)
    };
    let is_supplier = traders.iter().any(|exchange| is_of(&exchange.agreement.supplier));
    let is_receiver = traders.iter().any(|exchange| is_of(&exchange.agreement.receiver));
    match key.role {
        Role::Weighbridge | Role::Carrier => is_supplier,
        Role::Firm => is_supplier || is_receiver,
        // A link asks about something that has happened; a demo begins without a question.
        Role::Partner => false,
        Role::LedgerKeeper | Role::Park | Role::Verifier | Role::Regulator => true,
    }
}
