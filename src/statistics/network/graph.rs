//! The binary web: who gives to whom, whatever and however much.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// A directed graph without links of a node to itself or double ones.
pub struct Web {
    /// The receivers of each node, in order.
    pub next: Vec<Vec<usize>>,
    /// Strong components, each in order, by their first node.
    pub components: Vec<Vec<usize>>,
}

impl Web {
    /// Links of a node to itself are left out.
    pub fn new(nodes: usize, links: impl IntoIterator<Item = (usize, usize)>) -> Web {
        let mut next = vec![Vec::new(); nodes];
        links.into_iter().filter(|(from, to)| from != to).for_each(|(from, to)| {
            next[from].push(to);
        });
        for receivers in &mut next {
            receivers.sort_unstable();
            receivers.dedup();
        }
        let components = strong(&next, |_| true);
        Web { next, components }
    }

    pub fn nodes(&self) -> usize {
        self.next.len()
    }

    pub fn links(&self) -> usize {
        self.next.iter().map(Vec::len).sum()
    }

    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let of = |(from, receivers): (usize, &Vec<usize>)| {
            receivers.iter().map(|to| (from, *to)).collect::<Vec<_>>()
        };
        self.next.iter().enumerate().flat_map(of)
    }
}

/// Strong components among the nodes that are kept.
pub(super) fn strong(next: &[Vec<usize>], keep: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
    let mut graph = DiGraph::<(), ()>::with_capacity(next.len(), 0);
    (0..next.len()).for_each(|_| {
        graph.add_node(());
    });
    for (from, receivers) in next.iter().enumerate().filter(|(from, _)| keep(*from)) {
        for to in receivers.iter().filter(|to| keep(**to)) {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(*to), ());
        }
    }
    let component = |nodes: Vec<NodeIndex>| {
        let mut nodes: Vec<_> = nodes.into_iter().map(NodeIndex::index).collect();
        nodes.sort_unstable();
        nodes
    };
    let found = kosaraju_scc(&graph).into_iter().map(component);
    let mut found: Vec<_> = found.filter(|nodes| keep(nodes[0])).collect();
    found.sort_unstable();
    found
}
