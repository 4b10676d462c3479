//! Amounts of money: exact, never negative, in one currency. Who pays whom is said beside them.
//!
//! Invariant: at most four fraction digits, kept as written; amounts of unlike currencies never
//! add.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::decimal::Decimal;
use crate::domain::text_value::{text_schema, text_serde};
use crate::domain::value_error::{ValueError, shown};

/// The most fraction digits of an amount of money: prices per tonne are finer than coins.
pub const MAX_MONEY_SCALE: u8 = 4;

/// The codes of ISO 4217 for money in circulation, sorted; codes that went out of use since 2020
/// stay, because records of that time stay.
const CURRENCIES: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
    "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD",
    "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD",
    "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ",
    "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD",
    "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP",
    "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR",
    "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB",
    "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD",
    "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL",
    "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU",
    "UZS", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW",
    "ZWG",
];

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(&'static str);

impl Currency {
    pub const CNY: Currency = Currency("CNY");

    pub fn as_str(&self) -> &'static str {
        self.0
    }

    /// How many digits after the point its smallest coin has in ISO 4217.
    pub fn minor_digits(&self) -> u8 {
        match self.0 {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF"
            | "UGX" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Currency, ValueError> {
        if let Ok(at) = CURRENCIES.binary_search(&text) {
            return Ok(Currency(CURRENCIES[at]));
        }
        let right = match text {
            "RMB" | "CNH" | "¥" | "元" | "人民币" => "the code of the renminbi yuan is CNY",
            "€" => "the code of the euro is EUR",
            "$" | "US$" => "the code of the US dollar is USD",
            "£" => "the code of the pound sterling is GBP",
            _ => "a currency is three capital letters of ISO 4217, as CNY",
        };
        Err(ValueError::new("unknown_currency", format!("{} is no currency: {right}", shown(text))))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

text_serde!(Currency, "a currency of ISO 4217, as \"CNY\"");
text_schema!(
    Currency,
    description: "Currency by its ISO 4217 code.",
    pattern: "^[A-Z]{3}$",
    example: "CNY",
    min_length: 3,
    max_length: 3,
    format: None,
);

/// An amount in a currency, zero or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    pub fn new(amount: Decimal, currency: Currency) -> Result<Money, ValueError> {
        if amount.is_negative() {
            let message = format!(
                "`{amount}` {currency} is negative; an amount is zero or more, and who pays whom \
                 is said by the direction"
            );
            return Err(ValueError::new("negative", message));
        }
        if amount.scale() > MAX_MONEY_SCALE {
            let message = format!(
                "`{amount}` {currency} has more than {MAX_MONEY_SCALE} digits after the point"
            );
            return Err(ValueError::new("over_precise", message));
        }
        Ok(Money { amount, currency })
    }

    pub fn amount(&self) -> Decimal {
        self.amount
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    pub fn checked_add(&self, other: &Money) -> Result<Money, ValueError> {
        if self.currency != other.currency {
            let message = format!("{} and {} never add", self.currency, other.currency);
            return Err(ValueError::new("unlike_currency", message));
        }
        Money::new(self.amount.checked_add(&other.amount)?, self.currency)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// An amount of money, zero or more, with at most four digits after the point.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Money)]
struct MoneyMembers {
    #[schema(
        value_type = String,
        pattern = r"^(0|[1-9]\d{0,17})(\.\d{1,4})?$",
        min_length = 1,
        max_length = 23,
        example = "4.25"
    )]
    amount: Decimal,
    currency: Currency,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MoneyMembers { amount: self.amount, currency: self.currency }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        let MoneyMembers { amount, currency } = MoneyMembers::deserialize(deserializer)?;
        Money::new(amount, currency).map_err(D::Error::custom)
    }
}

impl PartialSchema for Money {
    fn schema() -> RefOr<Schema> {
        MoneyMembers::schema()
    }
}

impl ToSchema for Money {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        MoneyMembers::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn currencies_are_sorted_so_that_they_may_be_searched() {
        assert!(CURRENCIES.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(CURRENCIES.iter().all(|code| code.parse::<Currency>().is_ok()));
        assert_eq!("CNY".parse(), Ok(Currency::CNY));
    }

    #[test]
    fn money_keeps_its_digits() {
        let json = r#"{"amount":"4.25","currency":"CNY"}"#;
        let price: Money = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&price).unwrap(), json);
        assert_eq!(price.to_string(), "4.25 CNY");
        let more: Money = serde_json::from_str(r#"{"amount":"0.0750","currency":"CNY"}"#).unwrap();
        assert_eq!(price.checked_add(&more).unwrap().to_string(), "4.3250 CNY");
    }

    #[test]
    fn refusals_have_a_stable_code_and_say_what_would_be_right() {
        let cases = [
            (r#"{"amount":"-1","currency":"CNY"}"#, "negative: `-1` CNY"),
            (r#"{"amount":"0.00001","currency":"CNY"}"#, "over_precise: `0.00001` CNY"),
            (
                r#"{"amount":"1","currency":"RMB"}"#,
                "unknown_currency: `RMB` is no currency: the code of the renminbi yuan is CNY",
            ),
            (r#"{"amount":"1","currency":"cny"}"#, "unknown_currency: "),
            (r#"{"amount":4.25,"currency":"CNY"}"#, "invalid type: floating point"),
            (r#"{"amount":"1","currency":"CNY","per":"TNE"}"#, "unknown field `per`"),
        ];
        for (json, expected) in cases {
            let error = serde_json::from_str::<Money>(json).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{json}: {error}");
        }
        let euro = Money::new("1".parse().unwrap(), "EUR".parse().unwrap()).unwrap();
        let yuan = Money::new("1".parse().unwrap(), Currency::CNY).unwrap();
        assert_eq!(euro.checked_add(&yuan).unwrap_err().code, "unlike_currency");
    }
}
