//! Reports of a site, as JSON or as a table.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::call::{self, Call, Reply};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::api::query::query;
use crate::api::read::reach;
use crate::api::table::{ListFormat, asked, export};
use crate::domain::id::SiteId;
use crate::domain::time::Month;
use crate::query::answer::QueryError;
use crate::query::report::{
    MOST_MONTHS, ReportOf, SolidWasteReport, SolidWasteRow, TaxRow, TaxWorksheet, solid_waste, tax,
};
use crate::query::rows::Rows;

query! {
    /// Of which site and months.
    struct ReportQuery {
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        #[param(minimum = 0)]
        at_least: Option<u64>,
        /// `json` (the default) answers the report; `csv` and `xlsx` answer its rows, as Accept
        /// does.
        #[param(inline)]
        format: Option<ListFormat>,
        /// The first month.
        from: Month,
        /// The site.
        site: SiteId,
        /// The last month, included. Ten years at most.
        to: Month,
    }
}

pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/reports/solid-waste", "get_solid_waste_report", Tag::Stock)
            .says(
                "The ledger of general industrial solid waste of a site.",
                "By month and year: generation, flow, use, disposal and storage, with the content \
                 that announcement No. 82 of 2021 of the Ministry of Ecology and Environment asks \
                 for; its layout was not checked against the official form. Every number names \
                 the records that it is the sum of; what nobody declared is not declared, never \
                 zero. For the site's firm, and the administration, verifiers and regulators of \
                 its park.",
            )
            .query::<ReportQuery>()
            .answers::<SolidWasteReport>("The ledger.")
            .tables()
            .to(solid_waste_report),
        Operation::get("/api/v1/reports/tax-worksheet", "get_tax_worksheet", Tag::Stock)
            .says(
                "The worksheet of the environmental protection tax on solid waste of a site.",
                "By month and material: generated less used, passed on, stored and disposed of. \
                 What is not declared is not deducted. Nothing is rounded, and rates are not \
                 included. For those who may see the ledger of solid waste.",
            )
            .query::<ReportQuery>()
            .answers::<TaxWorksheet>("The worksheet.")
            .tables()
            .to(tax_worksheet),
    ]
}

async fn solid_waste_report(call: Call) -> Reply {
    let rows = |report: SolidWasteReport| report.rows;
    answer::<_, SolidWasteRow>(call, "solid-waste", solid_waste, rows).await
}

async fn tax_worksheet(call: Call) -> Reply {
    answer::<_, TaxRow>(call, "tax-worksheet", tax, |report: TaxWorksheet| report.rows).await
}

async fn answer<R, Row>(
    call: Call,
    name: &'static str,
    make: fn(&Rows<'_>, &ReportOf) -> Result<R, QueryError>,
    rows_of: fn(R) -> Vec<Row>,
) -> Reply
where
    R: Serialize + Send + 'static,
    Row: Serialize + ToSchema + Send + 'static,
{
    let ReportQuery { at_least, format, from, site, to } = call.query()?;
    span(from, to)?;
    reach(&call, at_least).await?;
    let format = asked(&call, format);
    let (ledger, who) = (call.api.ledger.clone(), call.who);
    let report = move || {
        let rows = Rows { index: ledger.index(), size: ledger.size(), who: who.as_ref() };
        Ok::<_, Problem>(make(&rows, &ReportOf { site: site.clone(), from, to })?)
    };
    let Some(format) = format else {
        return call::ok(&call::read(report).await?);
    };
    export::<Row, _>(format, name, move |_| Ok((rows_of(report()?), None))).await
}

/// Refuses what is no span of months, or too long a one.
fn span(from: Month, to: Month) -> Result<(), Problem> {
    if from <= to && to.0 - from.0 < MOST_MONTHS {
        return Ok(());
    }
    let detail = format!("`from` {from} to `to` {to} is no span of up to {MOST_MONTHS} months");
    Err(Problem::new(Fault::MalformedParameter, detail))
}
