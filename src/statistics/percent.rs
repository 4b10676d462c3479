//! A share of a whole, for print.

use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Part and whole as integers; printed in percent with two digits, rounded half away from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent {
    part: i128,
    whole: i128,
}

impl Percent {
    /// None if the whole is zero: then the share is undefined, and neither 0 nor 100.
    pub fn of(part: i128, whole: i128) -> Option<Percent> {
        (whole != 0).then_some(Percent { part, whole })
    }

    fn text(&self) -> String {
        let (part, whole) = match self.whole < 0 {
            true => (-self.part, -self.whole),
            false => (self.part, self.whole),
        };
        // Sums stay below 10^36, so the factor can be beyond 128 bits only for absurd ones.
        let scaled = part.unsigned_abs().saturating_mul(10_000);
        let whole = whole.unsigned_abs();
        let hundredths = scaled / whole + u128::from(scaled % whole * 2 >= whole);
        let sign = if part < 0 && hundredths > 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.text())
    }
}

impl PartialSchema for Percent {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A share in percent, with two digits after the point."))
            .pattern(Some(r"^-?(0|[1-9]\d*)\.\d{2}$"))
            .examples(["97.50"])
            .into()
    }
}

impl ToSchema for Percent {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_in_print_only_and_undefined_of_nothing() {
        let text = |part, whole| Percent::of(part, whole).map(|share| share.to_string());
        assert_eq!(text(39, 40).as_deref(), Some("97.50"));
        assert_eq!(text(1, 3).as_deref(), Some("33.33"));
        assert_eq!(text(2, 3).as_deref(), Some("66.67"));
        assert_eq!(text(-1, 3).as_deref(), Some("-33.33"));
        assert_eq!(text(5, 4).as_deref(), Some("125.00"));
        assert_eq!(text(0, 7).as_deref(), Some("0.00"));
        assert_eq!(text(1, 0), None);
    }
}
