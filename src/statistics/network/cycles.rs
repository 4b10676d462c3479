//! Counts simple cycles (D. B. Johnson, SIAM Journal on Computing 4, 1975), up to a bound: their
//! number can be exponential.

use std::collections::BTreeSet;

use crate::statistics::network::graph::{Web, strong};

/// How many are counted at most.
pub const MOST: u64 = 10_000;

struct Search<'a> {
    next: &'a [Vec<usize>],
    inside: Vec<bool>,
    blocked: Vec<bool>,
    waiting: Vec<BTreeSet<usize>>,
    found: u64,
}

/// How many there are; one more than [`MOST`] if there are more.
pub(super) fn count(web: &Web) -> u64 {
    let nodes = web.nodes();
    let mut search = Search {
        next: &web.next,
        inside: vec![false; nodes],
        blocked: vec![false; nodes],
        waiting: vec![BTreeSet::new(); nodes],
        found: 0,
    };
    let mut pending: Vec<_> = web.components.clone();
    while let Some(component) = pending.pop() {
        if component.len() < 2 || search.found > MOST {
            continue;
        }
        let start = component[0];
        search.inside.fill(false);
        search.blocked.fill(false);
        search.waiting.iter_mut().for_each(BTreeSet::clear);
        component.iter().for_each(|node| search.inside[*node] = true);
        search.from(start);
        // What is left of the component without the node whose cycles are counted.
        let left = |node| component.binary_search(&node).is_ok_and(|place| place > 0);
        pending.extend(strong(&web.next, left));
    }
    search.found
}

impl Search<'_> {
    /// Johnson's circuit procedure, with its own stack: a chain can be as long as a park is large.
    fn from(&mut self, start: usize) {
        let mut path = vec![(start, 0, false)];
        self.blocked[start] = true;
        while let Some((node, place, closed)) = path.pop() {
            if self.found > MOST {
                return;
            }
            let Some(&to) = self.next[node].get(place) else {
                self.leave(node, closed);
                if let (true, Some(above)) = (closed, path.last_mut()) {
                    above.2 = true;
                }
                continue;
            };
            let is_start = self.inside[to] && to == start;
            self.found += u64::from(is_start);
            path.push((node, place + 1, closed || is_start));
            if self.inside[to] && !is_start && !self.blocked[to] {
                self.blocked[to] = true;
                path.push((to, 0, false));
            }
        }
    }

    /// A node from which a cycle was closed may be passed again; another waits until one that it
    /// leads to may.
    fn leave(&mut self, node: usize, closed: bool) {
        if !closed {
            for to in &self.next[node] {
                if self.inside[*to] {
                    self.waiting[*to].insert(node);
                }
            }
            return;
        }
        let mut freed = vec![node];
        while let Some(node) = freed.pop() {
            if std::mem::take(&mut self.blocked[node]) {
                freed.extend(std::mem::take(&mut self.waiting[node]));
            }
        }
    }
}
