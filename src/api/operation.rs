//! One operation of the API: its address, its handler and what OpenAPI says of it, in one place.
//!
//! Invariant: routes and documentation are made from the same list, so neither can have what the
//! other lacks.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use utoipa::ToSchema;
use utoipa::openapi::content::Content;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{self, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{HttpMethod, KnownFormat, Ref, RefOr, Required, SchemaFormat};

use crate::api::call::{Call, Reply};
use crate::api::problem::Problem;
use crate::api::query::{self, Query};
use crate::api::table::import::binary;
use crate::query::answer::PAGE_MOST;
use crate::query::cursor::CURSOR_PATTERN;
use crate::record::canonical::SAFE_INTEGER;
use crate::table::{Format, Kind};

/// What an operation is about; chapters of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    Registry,
    Market,
    Contracts,
    Deliveries,
    Periods,
    Evidence,
    Statistics,
    Log,
    Access,
    Service,
    Stock,
    Claims,
}

impl Tag {
    pub const ALL: &'static [(Tag, &'static str, &'static str)] = &[
        (
            Tag::Registry,
            "registry",
            "Who and what there is: parks, firms, sites, permits, materials, scales, meters, lists \
             of codes.",
        ),
        (Tag::Market, "market", "What firms offer and seek."),
        (
            Tag::Contracts,
            "contracts",
            "What two firms agreed on, and how much of it was delivered.",
        ),
        (Tag::Deliveries, "deliveries", "Single loads and metered periods, from dispatch to use."),
        (Tag::Periods, "periods", "What firms declare for a month, and its closing."),
        (Tag::Evidence, "evidence", "Documents about things, and their bytes."),
        (
            Tag::Statistics,
            "statistics",
            "Figures, each with the facts and records that it is the sum of.",
        ),
        (
            Tag::Log,
            "log",
            "The log itself: checkpoint, records and proofs, for those who trust nobody.",
        ),
        (Tag::Access, "access", "Access keys."),
        (Tag::Service, "service", "The state of the service, and commands in batches."),
        (Tag::Stock, "stock", "What lies at sites, and every movement that made it so."),
        (
            Tag::Claims,
            "claims",
            "What is claimed of used quantities, each once, and mass balances of sites.",
        ),
    ];

    fn name(self) -> &'static str {
        Tag::ALL.iter().find(|(tag, _, _)| *tag == self).expect("ALL has each tag").1
    }
}

type Handler = Rc<dyn Fn(Call) -> Pin<Box<dyn Future<Output = Reply>>>>;
type Schemas = Vec<(String, RefOr<Schema>)>;

/// An operation, being put together.
pub struct Operation {
    pub method: HttpMethod,
    pub path: &'static str,
    id: &'static str,
    tag: Tag,
    summary: String,
    description: String,
    public: bool,
    keyed: bool,
    has_query: bool,
    /// Problems that others of its kind do not have.
    more_problems: &'static [&'static str],
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    responses: Vec<(&'static str, Response)>,
    /// Named schemas that it refers to.
    pub schemas: Schemas,
    handler: Option<Handler>,
}

impl Operation {
    pub fn get(path: &'static str, id: &'static str, tag: Tag) -> Operation {
        Operation::new(HttpMethod::Get, path, id, tag)
    }

    pub fn post(path: &'static str, id: &'static str, tag: Tag) -> Operation {
        Operation::new(HttpMethod::Post, path, id, tag)
    }

    fn new(method: HttpMethod, path: &'static str, id: &'static str, tag: Tag) -> Operation {
        Operation {
            method,
            path,
            id,
            tag,
            summary: String::new(),
            description: String::new(),
            public: false,
            keyed: false,
            has_query: false,
            more_problems: &[],
            parameters: path_parameters(path),
            body: None,
            responses: Vec::new(),
            schemas: Vec::new(),
            handler: None,
        }
    }

    pub fn says(mut self, summary: &str, description: &str) -> Operation {
        summary.clone_into(&mut self.summary);
        description.clone_into(&mut self.description);
        self
    }

    /// Shows more to some who have a key.
    pub fn more_with_key(mut self) -> Operation {
        self.keyed = true;
        self
    }

    /// Answered to anyone; a key that is sent all the same must be a good one.
    pub fn public(mut self) -> Operation {
        self.public = true;
        self
    }

    /// Answers problems of these statuses as well.
    pub fn also(mut self, statuses: &'static [&'static str]) -> Operation {
        self.more_problems = statuses;
        self
    }

    pub fn query<Q: Query>(mut self) -> Operation {
        self.has_query = true;
        let parameters = Q::into_params(|| Some(ParameterIn::Query));
        self.parameters.extend(parameters.into_iter().map(bounded));
        self
    }

    pub fn header(mut self, name: &str, description: &str, schema: RefOr<Schema>) -> Operation {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(schema));
        self.parameters.push(parameter.build());
        self
    }

    pub fn body(mut self, description: &str, contents: Vec<(&str, Content)>) -> Operation {
        let mut body = RequestBodyBuilder::new().description(Some(description));
        for (media_type, content) in contents {
            body = body.content(media_type, content);
        }
        self.body = Some(body.required(Some(Required::True)).build());
        self
    }

    /// Answers 200 with JSON of this type.
    pub fn answers<T: ToSchema>(self, description: &str) -> Operation {
        let content = self.content::<T>();
        content.0.responds("200", description, vec![("application/json", content.1)], &[])
    }

    /// As [`Operation::answers`], of a form with one or more things of another type: the same form
    /// of two types has two names.
    pub fn answers_with<T: ToSchema, Inner: ToSchema>(mut self, description: &str) -> Operation {
        let inner = self.refer::<Inner>();
        let RefOr::T(Schema::Object(mut form)) = T::schema() else {
            unreachable!("a form of an answer is an object")
        };
        for (name, member) in &mut form.properties {
            match name.as_str() {
                "item" => *member = inner.clone(),
                "items" => {
                    let most = Some(PAGE_MOST as usize);
                    let items = ArrayBuilder::new().items(inner.clone()).max_items(most);
                    *member = items.into();
                }
                _ => {}
            }
        }
        let name = format!("{}{}", Inner::name(), T::name());
        self.schemas.push((name.clone(), form.into()));
        let content = Content::new(Some(Ref::from_schema_name(name)));
        self.responds("200", description, vec![("application/json", content)], &[])
    }

    /// Answers the whole list as a table too.
    pub fn tables(mut self) -> Operation {
        for (status, response) in &mut self.responses {
            if *status == "200" {
                let csv =
                    text_schema("All pages, with a column for each member that is one value.");
                response.content.insert(Format::Csv.media_type().to_owned(), csv.into());
                let xlsx = binary();
                response.content.insert(Format::Xlsx.media_type().to_owned(), xlsx.into());
            }
        }
        self
    }

    /// The JSON of a type, whose schemas become named ones.
    pub fn content<T: ToSchema>(mut self) -> (Operation, Content) {
        let schema = self.refer::<T>();
        (self, Content::new(Some(schema)))
    }

    /// A reference to a type's schema, which becomes a named one.
    pub fn refer<T: ToSchema>(&mut self) -> RefOr<Schema> {
        refer::<T>(&mut self.schemas)
    }

    pub fn responds(
        mut self,
        status: &'static str,
        description: &str,
        contents: Vec<(&str, Content)>,
        headers: &[(&str, &str)],
    ) -> Operation {
        let mut response = ResponseBuilder::new().description(description);
        for (media_type, content) in contents {
            response = response.content(media_type, content);
        }
        for (name, says) in headers {
            let text = ObjectBuilder::new().schema_type(Type::String);
            let mut header = Header::new(text);
            header.description = Some((*says).to_owned());
            response = response.header(*name, header);
        }
        self.responses.push((status, response.build()));
        self
    }

    pub fn to<F: Future<Output = Reply> + 'static>(
        mut self,
        handler: impl Fn(Call) -> F + 'static,
    ) -> Operation {
        self.handler = Some(Rc::new(move |call| Box::pin(handler(call))));
        self
    }

    /// Whether it reads: otherwise it is a POST.
    pub fn gets(&self) -> bool {
        self.method == HttpMethod::Get
    }

    /// What is needed to answer, without what it says.
    pub fn into_endpoint(self) -> Endpoint {
        let handler = self.handler.expect("every operation has a handler");
        Endpoint { handler, public: self.public, has_query: self.has_query }
    }

    /// What OpenAPI says.
    pub fn document(&self) -> path::Operation {
        let mut operation = OperationBuilder::new()
            .operation_id(Some(self.id))
            .tag(self.tag.name())
            .summary(Some(&self.summary))
            .description(Some(&self.description))
            .parameters(Some(self.parameters.clone()))
            .request_body(self.body.clone());
        if self.public {
            let key = SecurityRequirement::new::<_, [&str; 0], _>("access_key", []);
            let either = vec![SecurityRequirement::default(), key];
            let neither = Vec::new();
            operation = operation.securities(Some(if self.keyed { either } else { neither }));
        }
        for (status, response) in &self.responses {
            operation = operation.response(*status, response.clone());
        }
        for (status, name, _) in self.problems() {
            operation = operation.response(status, Ref::from_response_name(name));
        }
        operation.build()
    }

    /// The problems that it may answer.
    fn problems(&self) -> Vec<ProblemOf> {
        let posts = self.method == HttpMethod::Post;
        // A batch is answered with 200 whatever becomes of its commands.
        // An upload decides nothing yet.
        let decides = posts && !["submit_commands", "upload_attachment"].contains(&self.id);
        let names = self.path.contains('{');
        let may = |status: &str| match status {
            "403" => !self.public,
            "404" => names,
            "409" | "422" => decides,
            "413" | "415" => posts,
            _ => true,
        };
        let has = |status: &str| may(status) || self.more_problems.contains(&status);
        PROBLEMS.iter().filter(|(status, _, _)| has(status)).copied().collect()
    }
}

/// Status, name of the response, what it says.
type ProblemOf = (&'static str, &'static str, &'static str);

/// The problems that operations answer, as named responses.
const PROBLEMS: &[ProblemOf] = &[
    ("400", "BadRequest", "The request can't be read."),
    ("401", "Unauthorized", "No access key, or not a good one."),
    ("403", "Forbidden", "The access key does not give this right."),
    ("404", "NotFound", "There is no such thing, or this key may not see it."),
    ("409", "Conflict", "It does not fit with what the ledger holds now."),
    ("413", "BodyTooLarge", "The body is too long."),
    ("415", "UnsupportedMediaType", "The body has another media type."),
    ("422", "Unprocessable", "A member of the body can't be right."),
    ("500", "Internal", "The ledger could not answer."),
    ("503", "Unavailable", "Not now: ask again after the seconds in Retry-After."),
];

/// The named responses of all problems.
pub fn problem_responses() -> impl Iterator<Item = (&'static str, Response)> {
    PROBLEMS.iter().map(|(status, name, says)| (*name, problem_response(status, says)))
}

/// What answers the calls of an operation.
pub struct Endpoint {
    handler: Handler,
    public: bool,
    has_query: bool,
}

impl Endpoint {
    pub async fn answer(&self, mut call: Call) -> Reply {
        if !self.has_query {
            query::none(call.request.query_string())?;
        }
        call.identify(self.public)?;
        Guarded((self.handler)(call)).await
    }
}

/// A reference to a type's schema, which joins the named ones.
pub fn refer<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
    Ref::from_schema_name(T::name()).into()
}

fn problem_response(status: &str, description: &str) -> Response {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let mut response = ResponseBuilder::new()
        .description(description)
        .content(crate::api::problem::PROBLEM_JSON, problem);
    let mut header = |name: &str, says: &str, schema: ObjectBuilder| {
        let mut header = Header::new(schema);
        header.description = Some(says.to_owned());
        response = std::mem::take(&mut response).header(name, header);
    };
    let text = || ObjectBuilder::new().schema_type(Type::String);
    header("X-Request-Id", "Names this answer in the ledger's traces.", text());
    if status == "401" {
        header("WWW-Authenticate", "`Bearer`.", text());
    }
    if status == "503" {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
        header("Retry-After", "Seconds after which to ask again.", seconds);
    }
    response.build()
}

/// The places of an address's pattern: `{park}` is the id of a park.
fn path_parameters(path: &str) -> Vec<Parameter> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let parameter = |(name, _): (&str, &str)| {
        let (description, schema) = place(name);
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(schema))
            .build()
    };
    names.map(parameter).collect()
}

fn place(name: &str) -> (&'static str, RefOr<Schema>) {
    let of = |name: &str| Ref::from_schema_name(name).into();
    match name {
        "park" => ("The park.", of("ParkId")),
        "firm" => ("The firm.", of("FirmId")),
        "counterparty" => ("The recorded counterparty.", of("FirmId")),
        "site" => ("The site.", of("SiteId")),
        "permit" => ("The permit.", of("PermitId")),
        "material" => ("The material.", of("MaterialId")),
        "scale" => ("The scale.", of("ScaleId")),
        "meter" => ("The meter.", of("MeterId")),
        "catalogue" => ("The list of codes.", of("CatalogueId")),
        "listing" => ("The listing.", of("ListingId")),
        "correction" => ("The correction.", of("CorrectionId")),
        "adjustment" => ("The adjustment.", of("AdjustmentId")),
        "contract" => ("The contract.", of("ContractId")),
        "delivery" => ("The delivery.", of("DeliveryId")),
        "return" => ("The return.", of("ReturnId")),
        "key" => ("The access key's id.", of("KeyId")),
        "evidence" => ("The document.", of("EvidenceId")),
        "method" => ("Method and version, as `hj274.1`.", of("Text")),
        "indicator" => ("The indicator.", of("Name")),
        "item" => ("The item.", of("Name")),
        "statement" => ("The statement.", of("StatementId")),
        "factors" => ("Set of factors and version, as `example.1`.", of("Text")),
        "claim" => ("The claim.", of("ClaimId")),
        "lot" => ("The lot.", of("LotId")),
        "balance" => ("The mass balance account.", of("MassBalanceId")),
        "roster" => ("The roster.", of("RosterId")),
        "facility" => ("The facility.", of("FacilityId")),
        "reservation" => ("The reservation.", of("ReservationId")),
        "facility_use" => ("The recorded use.", of("FacilityUseId")),
        "outage" => ("The outage.", of("OutageId")),
        "participation" => ("The participation.", of("ParticipationId")),
        "hash" => ("The BLAKE3 hash of the bytes.", of("Digest")),
        "period" => ("The month.", of("Month")),
        "month" => ("The month in which the settlement window ends.", of("Month")),
        "kind" => ("What the rows are.", refer_kind()),
        "position" => ("The record's 0-based place in the log.", position_schema()),
        name => unreachable!("{name} is no place that an address of ours has"),
    }
}

/// The kinds of tables.
fn refer_kind() -> RefOr<Schema> {
    let words = Kind::ALL.map(Kind::as_str);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
}

/// With the limits that all parameters of its kind have.
fn bounded(mut parameter: Parameter) -> Parameter {
    let is_cursor = parameter.name == "cursor";
    if let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema {
        if is_cursor {
            schema.pattern = Some(CURSOR_PATTERN.to_owned());
        }
        if schema.schema_type == Type::Integer.into() {
            schema.minimum.get_or_insert(0.into());
            schema.maximum.get_or_insert((SAFE_INTEGER as i64).into());
        }
    }
    parameter
}

/// A 0-based place in the log.
pub fn position_schema() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(0))
        .maximum(Some(SAFE_INTEGER as i64))
        .into()
}

/// A schema of plain text, as NDJSON and signed notes are.
pub fn text_schema(description: &str) -> Content {
    let schema =
        ObjectBuilder::new().schema_type(Type::String).description(Some(description)).build();
    Content::new(Some(RefOr::T(Schema::Object(schema))))
}

/// Turns a panic of a handler into a problem, so that its caller is answered.
struct Guarded(Pin<Box<dyn Future<Output = Reply>>>);

impl Future for Guarded {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Reply> {
        // The future is dropped after a panic, so nobody sees what it left half done.
        match catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx))) {
            Ok(poll) => poll,
            Err(_) => Poll::Ready(Err(Problem::internal(&"a handler panicked"))),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::task::Waker;

    use super::*;

    #[test]
    fn a_handler_that_panics_answers_a_problem() {
        let mut guarded = Guarded(Box::pin(async { panic!("a mistake of ours") }));
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(reply) = Pin::new(&mut guarded).poll(&mut context) else {
            panic!("a panic ends it")
        };
        let problem = reply.unwrap_err();
        assert_eq!((&*problem.code, problem.status.as_u16()), ("internal", 500));
        assert!(!problem.detail.contains("mistake"));
    }
}
