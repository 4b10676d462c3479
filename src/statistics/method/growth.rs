//! Growth: of an amount in parts of what it was, of a share in points, a year by compounding, and
//! one growth over another.
//!
//! Invariant: growth from nothing is undefined, never infinite or nil.

use crate::domain::method::{Dims, Formula, Since};
use crate::domain::time::Period;
use crate::statistics::method::evaluate::{combine, node, outcomes};
use crate::statistics::method::{Evaluated, Evaluation, Number, Outcome, Undefined};

/// Evaluates the formulas that look back.
#[expect(clippy::wildcard_enum_match_arm, reason = "`Evaluation::formula` has all arms")]
pub fn evaluate(of: &mut Evaluation<'_>, formula: &Formula, period: Period) -> Evaluated {
    match formula {
        Formula::Earlier(since) => {
            let earlier = match of.before(period, since.since) {
                Ok(earlier) => earlier,
                Err(outcome) => return node("earlier", period, outcome, Dims::none(), Vec::new()),
            };
            let part = of.formula(&since.of, earlier);
            node("earlier", period, part.outcome.clone(), part.dims.clone(), vec![part])
        }
        Formula::RelativeChange(since) => {
            both(of, "relative_change", &since.of, period, since.since, |now, then, _| {
                relative(now, then, 1)
            })
        }
        Formula::PointsChange(since) => {
            both(of, "points_change", &since.of, period, since.since, |now, then, _| {
                Outcome::exact(now.minus(then))
            })
        }
        Formula::AnnualGrowth(since) => {
            both(of, "annual_growth", &since.of, period, since.since, relative)
        }
        Formula::Elasticity(parts) => {
            let growth = |of: &mut Evaluation<'_>, formula| {
                both(of, "annual_growth", formula, period, parts.since, relative)
            };
            let parts = vec![growth(of, &parts.of), growth(of, &parts.over)];
            // Each growth has its prices to itself.
            let outcome = combine(&outcomes(&parts), |values| match values[0].over(values[1]) {
                Some(value) => Outcome::exact(value),
                None => Outcome::Undefined(Undefined::ZeroGrowth),
            });
            node("elasticity", period, outcome, Dims::none(), parts)
        }
        _ => unreachable!("`Evaluation::formula` hands over formulas that look back"),
    }
}

/// Of a formula now and then: `with` is told both values and the years between.
fn both(
    of: &mut Evaluation<'_>,
    word: &'static str,
    formula: &Formula,
    period: Period,
    since: Since,
    with: impl FnOnce(&Number, &Number, u32) -> Outcome,
) -> Evaluated {
    let earlier = match of.before(period, since) {
        Ok(earlier) => earlier,
        Err(outcome) => {
            let part = of.formula(formula, period);
            return node(word, period, outcome, Dims::none(), vec![part]);
        }
    };
    let years = u32::from(period.year() - earlier.year());
    let parts = vec![of.formula(formula, period), of.formula(formula, earlier)];
    let outcome = combine(&outcomes(&parts), |values| with(values[0], values[1], years));
    node(word, period, outcome, Dims::none(), parts)
}

/// Growth a year over that many years.
fn relative(now: &Number, then: &Number, years: u32) -> Outcome {
    let Some(ratio) = now.over(then) else {
        return Outcome::Undefined(Undefined::ZeroDenominator);
    };
    if years == 1 {
        return Outcome::exact(ratio.minus(&Number::one()));
    }
    if ratio.is_negative() || then.is_negative() {
        return Outcome::Undefined(Undefined::NegativeGrowth);
    }
    let (root, is_exact) = ratio.root(years);
    match Outcome::exact(root.minus(&Number::one())) {
        Outcome::Known { value, prices, .. } => Outcome::Known { value, cut: !is_exact, prices },
        other @ (Outcome::Unknown(_) | Outcome::Undefined(_)) => other,
    }
}
