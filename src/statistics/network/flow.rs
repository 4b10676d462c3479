//! A balanced system of flows of one unit, and what is told of it (J. T. Finn, Journal of
//! Theoretical Biology 56, 1976).
//!
//! Invariant: amounts are whole base units, and every figure here but those of large components is
//! an exact fraction. Nothing is told of a system that does not balance.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::statistics::network::graph::Web;
use crate::statistics::network::large;
use crate::statistics::network::number::Number;

/// The largest strong component whose determinants are computed exactly.
pub const EXACT_MOST: usize = 40;

/// A node may be out of balance by one part in so many of its throughflow.
pub const TOLERANCE: i128 = 10_000;

/// Flows between nodes, each pair once and of no node to itself; what comes in from outside, and
/// what leaves. All are zero or more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct System {
    pub flows: Vec<(usize, usize, i128)>,
    pub inputs: Vec<i128>,
    pub outputs: Vec<i128>,
}

impl System {
    /// What passes through each node, from the side of what comes in.
    pub fn throughflow(&self) -> Vec<i128> {
        let mut through = self.inputs.clone();
        self.flows.iter().for_each(|(_, to, amount)| through[*to] += amount);
        through
    }

    /// What leaves each node.
    pub fn leaving(&self) -> Vec<i128> {
        let mut leaving = self.outputs.clone();
        self.flows.iter().for_each(|(from, _, amount)| leaving[*from] += amount);
        leaving
    }

    /// The node that is furthest out of balance, if beyond tolerance, and what comes in there less
    /// what leaves.
    pub fn unbalanced(&self) -> Option<(usize, i128)> {
        let through = self.throughflow().into_iter().zip(self.leaving()).enumerate();
        let beyond = through.filter_map(|(node, (comes, leaves))| {
            let apart = comes - leaves;
            (apart.abs() * TOLERANCE > comes.max(leaves)).then_some((node, apart))
        });
        beyond.max_by_key(|(node, apart)| (apart.abs(), std::cmp::Reverse(*node)))
    }

    /// Adds as much input or output to each node as it lacks; what was added, by node.
    pub fn close(&mut self) -> Vec<(usize, i128)> {
        let through = self.throughflow().into_iter().zip(self.leaving());
        let lacking: Vec<_> = through.map(|(comes, leaves)| leaves - comes).enumerate().collect();
        for (node, lack) in &lacking {
            self.inputs[*node] += (*lack).max(0);
            self.outputs[*node] += (-lack).max(0);
        }
        lacking.into_iter().filter(|(_, lack)| *lack != 0).collect()
    }

    /// TST.
    pub fn total_throughflow(&self) -> i128 {
        self.throughflow().iter().sum()
    }

    /// TSTp: inputs, flows and outputs.
    pub fn total(&self) -> i128 {
        let flows = self.flows.iter().map(|(_, _, amount)| amount);
        flows.chain(&self.inputs).chain(&self.outputs).sum()
    }

    /// How many nodes an amount that comes in passes: TST by inputs. None without inputs.
    pub fn path_length(&self) -> Option<Number> {
        let inputs = self.inputs.iter().sum();
        Number::ratio(self.total_throughflow(), inputs, "nodes per input")
    }

    /// Finn's cycling index: the share of throughflow that has passed its node before; and whether
    /// it is exact. None if nothing flows, or the linear equations have no one solution.
    pub fn cycling(&self) -> Option<(Number, bool)> {
        self.cycling_within(EXACT_MOST)
    }

    /// In fractions if no strong component has more nodes than that.
    pub(super) fn cycling_within(&self, exact_most: usize) -> Option<(Number, bool)> {
        let total = self.total_throughflow();
        if total == 0 {
            return None;
        }
        let through = self.throughflow();
        let pairs = self.flows.iter().filter(|flow| flow.2 > 0).map(|flow| (flow.0, flow.1));
        let web = Web::new(through.len(), pairs);
        let circles: Vec<_> = web.components.iter().filter(|nodes| nodes.len() > 1).collect();
        let matrices: Vec<_> = circles.iter().map(|nodes| self.matrix(nodes, &through)).collect();
        if circles.iter().all(|nodes| nodes.len() <= exact_most) {
            let mut sum = BigRational::zero();
            for matrix in &matrices {
                sum += cycled(matrix)?;
            }
            return Some((Number::exact(&(sum / BigInt::from(total)), "1"), true));
        }
        let parts: Option<Vec<_>> = matrices.iter().map(|matrix| large::cycled(matrix)).collect();
        Some((large::share(&parts?, total), false))
    }

    /// diag(T) - F over the nodes of a strong component: an amount returns to a node by ways within
    /// the component only, so no other node has a part in its cycling.
    fn matrix(&self, nodes: &[usize], through: &[i128]) -> Vec<Vec<i128>> {
        let mut matrix = vec![vec![0; nodes.len()]; nodes.len()];
        for (place, node) in nodes.iter().enumerate() {
            matrix[place][place] = through[*node];
        }
        for (from, to, amount) in &self.flows {
            let places = (nodes.binary_search(from), nodes.binary_search(to));
            if let (Ok(from), Ok(to)) = places {
                matrix[from][to] -= amount;
            }
        }
        matrix
    }
}

/// With M = diag(T) - F, T (N - 1) / N of a node is T less det M by the minor without the node.
/// Both stand in the fraction-free elimination of M beside the unit matrix (E. H. Bareiss, 1968).
fn cycled(matrix: &[Vec<i128>]) -> Option<BigRational> {
    let size = matrix.len();
    let unit = |own: usize| (0..size).map(move |column| BigInt::from(u8::from(column == own)));
    let with_unit = |(own, row): (usize, &Vec<i128>)| {
        row.iter().map(|entry| BigInt::from(*entry)).chain(unit(own)).collect()
    };
    let mut rows: Vec<Vec<BigInt>> = matrix.iter().enumerate().map(with_unit).collect();
    let mut before = BigInt::one();
    for pivot in 0..size {
        let pivoted = rows[pivot].clone();
        if pivoted[pivot].is_zero() {
            return None;
        }
        for row in (0..size).filter(|row| *row != pivot) {
            let factor = rows[row][pivot].clone();
            for column in 0..2 * size {
                let entry = &rows[row][column] * &pivoted[pivot] - &factor * &pivoted[column];
                rows[row][column] = entry / &before;
            }
        }
        before = pivoted[pivot].clone();
    }
    let mut sum = BigRational::zero();
    for own in 0..size {
        let minor = rows[own][size + own].clone();
        if minor.is_zero() {
            return None;
        }
        sum += BigInt::from(matrix[own][own]);
        sum -= BigRational::new(before.clone(), minor);
    }
    Some(sum)
}
