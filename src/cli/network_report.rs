//! The network block of `symbiosis report`: a few lines; the JSON has all of it.

use std::fmt::Write as _;

use crate::cli::out::count;
use crate::cli::report::amount;
use crate::statistics::chertow::{Granularity, LinkEvidence};
use crate::statistics::network::{FlowFigures, NetworkFigures, Number, Vulnerability};

pub fn write(text: &mut String, network: &NetworkFigures) {
    let (of, parameters) = (&network.structure, &network.parameters);
    let entities = match parameters.granularity {
        Granularity::Firm => "firm",
        Granularity::Site => "site",
    };
    let evidence = match parameters.evidence {
        LinkEvidence::Used => "use",
        LinkEvidence::Accepted => "acceptance",
    };
    let kinds = if parameters.products { "all materials" } else { "by-products and utilities" };
    let _ = writeln!(text, "\nNetwork of {kinds}, by {evidence}");
    let (nodes, links) = (count(of.nodes, entities), count(of.links, "link"));
    let more = if of.cycles_more { "more than " } else { "" };
    let _ = writeln!(
        text,
        "  {nodes}, {links} ({} by material), {more}{}",
        network.material_links,
        count(of.cycles, "cycle")
    );
    let connectance = of.connectance.as_ref().map_or("-", |number| &number.value);
    let _ = writeln!(text, "  connectance L/S2 {connectance}, cyclicity {}", of.cyclicity.value);
    if let Some(Vulnerability { entity, share, .. }) = &network.park_vulnerability {
        let share = share.exact.as_deref().unwrap_or(&share.value);
        let _ = writeln!(text, "  most depends on {entity}: {share} of the links");
    }
    match (&network.flows, &network.flows_refused) {
        (Some(flows), _) => write_flows(text, flows),
        (None, Some(refused)) => {
            let _ = writeln!(text, "  flows are not told: {}", refused.detail);
        }
        (None, None) => {}
    }
}

fn write_flows(text: &mut String, flows: &FlowFigures) {
    let value = |number: &Option<Number>| match number {
        Some(number) => number.value.clone(),
        None => "-".to_owned(),
    };
    let (cycling, path) = (value(&flows.cycling_index), value(&flows.path_length));
    let through = amount(&flows.total_throughflow);
    let _ = writeln!(text, "  throughflow {through}, cycling index {cycling}, path length {path}");
    if let Some(of) = &flows.ascendency {
        let (ratio, robustness) = (&of.ratio.value, &of.robustness.value);
        let _ = writeln!(text, "  ascendency by capacity {ratio}, robustness {robustness}");
    }
}
