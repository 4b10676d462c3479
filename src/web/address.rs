//! Which page an address is, and what it takes.

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address<'a> {
    Root,
    Style,
    Icon,
    Script,
    SignIn,
    SignOut,
    Home,
    Deliveries,
    Delivery(&'a str),
    Accept(&'a str),
    Reject(&'a str),
    Weigh,
    Contracts,
    Contract(&'a str),
    Confirm(&'a str),
    Decline(&'a str),
    /// Of a park or contract, without a month: leads to one.
    Months(&'a str),
    Month(&'a str, &'a str),
    SignMonth(&'a str, &'a str),
    Amount(&'a str, &'a str),
    Record(&'a str),
    /// What a one-time link asks, and the link itself.
    Question,
    Link(&'a str),
    Figures(&'a str),
    Entries(&'a str),
    Reports(&'a str),
    /// Of a delivery: asks for a correction, answers one, raises or ends a dispute.
    Correct(&'a str),
    Approve(&'a str),
    Refuse(&'a str),
    Dispute(&'a str),
    Settle(&'a str),
    Withdraw(&'a str),
    /// Of a contract's month.
    Invoice(&'a str, &'a str),
    Pay(&'a str, &'a str),
    Corrections,
    Disputes,
    Partners,
    IssueLink,
    Claims,
    Import,
    /// A park's indicators by a method, and how one of them was computed.
    Indicators(&'a str),
    Indicator(&'a str, &'a str),
    /// A park's six levers.
    Levers(&'a str),
    /// A table that was brought, and the mapping by which it is read.
    Imported(&'a str),
    Mapping(&'a str),
}

impl<'a> Address<'a> {
    pub fn of(path: &'a str) -> Option<Address<'a>> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        Some(match segments[..] {
            [""] => Address::Root,
            ["assets", "style.css"] => Address::Style,
            ["assets", "icon.svg"] => Address::Icon,
            ["assets", "script.js"] => Address::Script,
            ["sign-in"] => Address::SignIn,
            ["sign-out"] => Address::SignOut,
            ["home"] => Address::Home,
            ["deliveries"] => Address::Deliveries,
            ["deliveries", delivery] => Address::Delivery(delivery),
            ["deliveries", delivery, "accept"] => Address::Accept(delivery),
            ["deliveries", delivery, "reject"] => Address::Reject(delivery),
            ["weigh"] => Address::Weigh,
            ["contracts"] => Address::Contracts,
            ["contracts", contract] => Address::Contract(contract),
            ["contracts", contract, "confirm"] => Address::Confirm(contract),
            ["contracts", contract, "decline"] => Address::Decline(contract),
            ["months", of] => Address::Months(of),
            ["months", of, month] => Address::Month(of, month),
            ["months", of, month, "sign"] => Address::SignMonth(of, month),
            ["months", of, month, "amount"] => Address::Amount(of, month),
            ["log", position] => Address::Record(position),
            ["question"] => Address::Question,
            ["link", link] => Address::Link(link),
            ["figures", park] => Address::Figures(park),
            ["figures", park, "entries"] => Address::Entries(park),
            ["reports", site] => Address::Reports(site),
            ["deliveries", delivery, "correct"] => Address::Correct(delivery),
            ["deliveries", delivery, "approve"] => Address::Approve(delivery),
            ["deliveries", delivery, "refuse"] => Address::Refuse(delivery),
            ["deliveries", delivery, "dispute"] => Address::Dispute(delivery),
            ["deliveries", delivery, "settle"] => Address::Settle(delivery),
            ["deliveries", delivery, "withdraw"] => Address::Withdraw(delivery),
            ["months", of, month, "invoice"] => Address::Invoice(of, month),
            ["months", of, month, "pay"] => Address::Pay(of, month),
            ["corrections"] => Address::Corrections,
            ["disputes"] => Address::Disputes,
            ["partners"] => Address::Partners,
            ["partners", "link"] => Address::IssueLink,
            ["claims"] => Address::Claims,
            ["import"] => Address::Import,
            ["import", upload] => Address::Imported(upload),
            ["import", upload, "mapping"] => Address::Mapping(upload),
            ["parks", park, "indicators"] => Address::Indicators(park),
            ["parks", park, "levers"] => Address::Levers(park),
            ["parks", park, "indicators", indicator] => Address::Indicator(park, indicator),
            _ => return None,
        })
    }

    /// Its methods, as the header Allow names them.
    pub fn takes(self) -> &'static str {
        match self {
            Address::SignIn
            | Address::Weigh
            | Address::Question
            | Address::Partners
            | Address::Claims
            | Address::Import
            | Address::Imported(_) => "GET, HEAD, POST",
            Address::SignOut
            | Address::Confirm(_)
            | Address::Decline(_)
            | Address::Accept(_)
            | Address::Reject(_)
            | Address::SignMonth(..)
            | Address::Correct(_)
            | Address::Approve(_)
            | Address::Refuse(_)
            | Address::Dispute(_)
            | Address::Settle(_)
            | Address::Withdraw(_)
            | Address::Invoice(..)
            | Address::Pay(..)
            | Address::IssueLink => "POST",
            Address::Root
            | Address::Style
            | Address::Icon
            | Address::Script
            | Address::Home
            | Address::Deliveries
            | Address::Delivery(_)
            | Address::Contracts
            | Address::Contract(_)
            | Address::Months(_)
            | Address::Month(..)
            | Address::Amount(..)
            | Address::Record(_)
            | Address::Link(_)
            | Address::Figures(_)
            | Address::Entries(_)
            | Address::Reports(_)
            | Address::Corrections
            | Address::Disputes
            | Address::Mapping(_)
            | Address::Indicators(_)
            | Address::Indicator(..)
            | Address::Levers(_) => "GET, HEAD",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_page_or_none() {
        assert_eq!(Address::of("/"), Some(Address::Root));
        assert_eq!(Address::of("/log/7"), Some(Address::Record("7")));
        let month = Address::Month("prk_a", "2025-03");
        assert_eq!(Address::of("/months/prk_a/2025-03"), Some(month));
        for path in ["", "home", "/home/", "/homes", "/log", "/assets/", "/assets/../Cargo.toml"] {
            assert_eq!(Address::of(path), None, "{path}");
        }
    }
}
