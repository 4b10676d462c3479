//! The typed door of every command: its address, and what OpenAPI says of its body.
//!
//! A thing comes into being by a POST to its collection; what happens to it afterwards by a POST to
//! `…/{id}/{what happens}`. What the address names may be left out of the body's data, or must be
//! the same there.

use serde_json::Value;
use utoipa::openapi::content::Content;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::api::operation::{Tag, refer};
use crate::domain::actor::Actor;
use crate::domain::command::*;
use crate::domain::id::CommandId;
use crate::domain::samples;
use crate::domain::time::UtcMillis;

/// The typed door of a command.
pub struct Door {
    /// The command's type, which is the operation's id as well.
    pub kind: &'static str,
    pub path: &'static str,
    pub tag: Tag,
}

macro_rules! doors {
    ($($tag:ident { $($kind:literal $path:literal)+ })+) => {
        /// Each command's door; those that are asked for most come first, because addresses are
        /// looked up in this order.
        pub const DOORS: &[Door] = &[
            $($(Door {
                kind: $kind,
                path: concat!("/api/v1", $path),
                tag: Tag::$tag,
            }),+),+
        ];
    };
}

doors! {
    Deliveries {
        "dispatch_delivery" "/deliveries/{delivery}/dispatch"
        "receive_delivery" "/deliveries/{delivery}/receive"
        "accept_delivery" "/deliveries/{delivery}/accept"
        "use_delivery" "/deliveries/{delivery}/use"
        "record_metered_period" "/deliveries/{delivery}/record-metered-period"
        "reject_delivery" "/deliveries/{delivery}/reject"
        "return_rejection" "/deliveries/{delivery}/return-rejection"
        "redirect_rejection" "/deliveries/{delivery}/redirect-rejection"
        "dispose_rejection" "/deliveries/{delivery}/dispose-rejection"
        "dispose_delivery" "/deliveries/{delivery}/dispose"
        "cancel_delivery" "/deliveries/{delivery}/cancel"
        "resolve_discrepancy" "/deliveries/{delivery}/resolve-discrepancy"
        "confirm_entry" "/deliveries/{delivery}/confirm"
        "request_correction" "/deliveries/{delivery}/corrections"
        "approve_correction" "/deliveries/{delivery}/corrections/{correction}/approve"
        "decline_correction" "/deliveries/{delivery}/corrections/{correction}/decline"
        "dispute_delivery" "/deliveries/{delivery}/dispute"
        "settle_dispute" "/deliveries/{delivery}/settle-dispute"
        "withdraw_dispute" "/deliveries/{delivery}/withdraw-dispute"
        "settle_quantity" "/deliveries/{delivery}/settle-quantity"
    }
    Contracts {
        "propose_contract" "/contracts"
        "confirm_contract" "/contracts/{contract}/confirm"
        "decline_contract" "/contracts/{contract}/decline"
        "terminate_contract" "/contracts/{contract}/terminate"
        "open_balance" "/contracts/{contract}/open-balance"
        "place_call_off" "/contracts/{contract}/call-offs"
        "adjust_metered_periods" "/contracts/{contract}/adjustments"
        "confirm_adjustment" "/contracts/{contract}/adjustments/{adjustment}/confirm"
        "decline_adjustment" "/contracts/{contract}/adjustments/{adjustment}/decline"
        "sign_sheet" "/contracts/{contract}/sheets/{month}/sign"
        "restate_window" "/contracts/{contract}/sheets/{month}/restate"
        "record_invoice" "/contracts/{contract}/sheets/{month}/invoices"
        "record_payment" "/contracts/{contract}/payments"
    }
    Market {
        "publish_listing" "/listings"
        "amend_listing" "/listings/{listing}/amend"
        "withdraw_listing" "/listings/{listing}/withdraw"
    }
    Periods {
        "submit_return" "/returns"
        "record_network_balance" "/parks/{park}/network-balances"
        "close_period" "/parks/{park}/periods/{period}/close"
        "state_figures" "/statements"
        "withdraw_statement" "/statements/{statement}/withdraw"
        "set_roster" "/rosters"
        "send_reminder" "/rosters/{roster}/reminders"
    }
    Registry {
        "register_facility" "/facilities"
        "change_capacity" "/facilities/{facility}/capacity"
        "reserve_capacity" "/facilities/{facility}/reservations"
        "confirm_reservation" "/facilities/{facility}/reservations/{reservation}/confirm"
        "decline_reservation" "/facilities/{facility}/reservations/{reservation}/decline"
        "end_reservation" "/facilities/{facility}/reservations/{reservation}/end"
        "record_facility_use" "/facilities/{facility}/uses"
        "reverse_facility_use" "/facilities/{facility}/uses/{facility_use}/reverse"
        "record_outage" "/facilities/{facility}/outages"
        "reverse_outage" "/facilities/{facility}/outages/{outage}/reverse"
    }
    Statistics {
        "publish_method" "/methods"
        "withdraw_method" "/methods/{method}/withdraw"
        "apply_for_programme" "/participations"
        "file_plan" "/participations/{participation}/plan"
        "approve_plan" "/participations/{participation}/approve-plan"
        "accept_programme" "/participations/{participation}/accept"
        "name_park" "/participations/{participation}/name"
        "file_annual_report" "/participations/{participation}/annual-reports"
        "evaluate_park" "/participations/{participation}/evaluate"
        "warn_park" "/participations/{participation}/warn"
        "rectify" "/participations/{participation}/rectify"
        "revoke_naming" "/participations/{participation}/revoke"
        "appeal" "/participations/{participation}/appeal"
        "decide_appeal" "/participations/{participation}/decide-appeal"
    }
    Evidence {
        "attach_evidence" "/evidence"
    }
    Registry {
        "register_park" "/parks"
        "register_firm" "/firms"
        "record_counterparty" "/counterparties"
        "claim_counterparty" "/counterparties/{counterparty}/claim"
        "register_site" "/sites"
        "register_permit" "/permits"
        "suspend_permit" "/permits/{permit}/suspend"
        "reinstate_permit" "/permits/{permit}/reinstate"
        "register_scale" "/scales"
        "calibrate_scale" "/scales/{scale}/calibrate"
        "register_meter" "/meters"
        "calibrate_meter" "/meters/{meter}/calibrate"
        "replace_meter" "/meters/{meter}/replace"
        "publish_catalogue" "/catalogues"
        "define_material" "/materials"
        "classify_hazard" "/materials/{material}/classify-hazard"
        "decide_legal_status" "/materials/{material}/decide-legal-status"
    }
    Access {
        "issue_link" "/links"
        "answer_link" "/links/{key}/answer"
        "issue_key" "/keys"
        "revoke_key" "/keys/{key}/revoke"
    }
    Stock {
        "open_stock" "/stock/{site}/{material}/open"
        "record_generation" "/stock/{site}/{material}/record-generation"
        "draw_stock" "/stock/{site}/{material}/draw"
        "count_stock" "/stock/{site}/{material}/count"
        "adjust_stock" "/stock/{site}/{material}/adjust"
        "record_loss" "/stock/{site}/{material}/record-loss"
        "form_lot" "/stock/{site}/{material}/lots"
        "blend_lots" "/stock/{site}/{material}/blend-lots"
        "split_lot" "/stock/{site}/{material}/lots/{lot}/split"
        "dissolve_lot" "/stock/{site}/{material}/lots/{lot}/dissolve"
    }
    Claims {
        "issue_claim" "/claims"
        "allocate_claim" "/claims/{claim}/allocate"
        "transfer_claim" "/claims/{claim}/transfer"
        "retire_claim" "/claims/{claim}/retire"
        "void_claim" "/claims/{claim}/void"
        "open_mass_balance" "/mass-balances"
        "book_inputs" "/mass-balances/{balance}/inputs"
        "claim_output" "/mass-balances/{balance}/outputs"
        "close_mass_balance" "/mass-balances/{balance}/close"
    }
    Statistics {
        "publish_factors" "/factors"
        "withdraw_factors" "/factors/{factors}/withdraw"
        "declare_baseline" "/contracts/{contract}/baselines"
        "state_distance" "/contracts/{contract}/distances"
    }
}

impl Door {
    /// The members of the command's data that the address names.
    pub fn members(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
    }

    /// Members that the server fills in when they are left out.
    fn optional(&self) -> Vec<&'static str> {
        let made = if matches!(self.kind, "issue_key" | "issue_link") {
            &["secret_hash"][..]
        } else {
            &[]
        };
        self.members().chain(made.iter().copied()).collect()
    }

    /// The address of what the command is about, from the address that was called and the id of
    /// the stream that it wrote to.
    pub fn location(&self, called: &str, stream: &str) -> String {
        if self.members().next().is_some() {
            let (thing, _) = called.rsplit_once('/').unwrap_or((called, ""));
            return thing.to_owned();
        }
        let id = stream.rsplit('/').next().unwrap_or(stream);
        format!("{}/{id}", self.path)
    }

    /// The JSON of the door's body, whose schemas become named ones.
    pub fn content(&self, schemas: &mut Vec<(String, RefOr<Schema>)>) -> Content {
        let described = describe(self.kind);
        let optional = self.optional();
        let mut data_name = described.name.to_owned();
        if !optional.is_empty() {
            data_name.push_str("Data");
            let mut data = object(described.schema);
            data.required.retain(|member| !optional.contains(&&**member));
            schemas.push((data_name.clone(), data.into()));
        }
        (described.collect)(schemas);
        let body = ObjectBuilder::new()
            .description(Some(format!("The body of `{}`.", self.kind)))
            .property("actor", refer::<Actor>(schemas))
            .property("data", Ref::from_schema_name(data_name))
            .required("data")
            .property("occurred_at", refer::<UtcMillis>(schemas))
            .required("occurred_at")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        let name = format!("{}Request", described.name);
        schemas.push((name.clone(), body.into()));
        let mut content = Content::new(Some(Ref::from_schema_name(name)));
        content.example = Some(self.example());
        content
    }

    /// A body that is right.
    pub fn example(&self) -> Value {
        let mut data = example(self.kind);
        if let Some(members) = data.as_object_mut() {
            members.retain(|member, _| !self.optional().contains(&&**member));
        }
        serde_json::json!({ "data": data, "occurred_at": EXAMPLE_TIME })
    }
}

const EXAMPLE_TIME: &str = "2025-03-03T08:00:00.000Z";

/// The data of the shipped sample of a command type.
fn example(kind: &str) -> Value {
    let samples = samples::commands();
    let sample = samples.iter().find(|sample| sample.request.kind() == kind);
    let sample = sample.expect("there is one sample of every type");
    serde_json::to_value(&sample.request).expect("commands have string keys")
}

struct Described {
    name: &'static str,
    summary: &'static str,
    schema: RefOr<Schema>,
    collect: fn(&mut Vec<(String, RefOr<Schema>)>),
}

/// A command's data type as OpenAPI has it.
fn describe(kind: &str) -> Described {
    macro_rules! arms {
        ($($variant:ident $kind:literal $doc:literal)+) => {
            match kind {
                $($kind => Described {
                    name: stringify!($variant),
                    summary: $doc,
                    schema: <$variant as PartialSchema>::schema(),
                    collect: |schemas| {
                        schemas.push((stringify!($variant).to_owned(), $variant::schema()));
                        <$variant as ToSchema>::schemas(schemas);
                    },
                },)+
                kind => unreachable!("{kind} is no command"),
            }
        };
    }
    for_each_command!(arms)
}

/// A command's one line, and who may give it.
pub fn says(kind: &str) -> (&'static str, String) {
    let described = describe(kind);
    let text = object(described.schema).description.unwrap_or_default();
    (described.summary, text)
}

fn object(schema: RefOr<Schema>) -> Object {
    let RefOr::T(Schema::Object(object)) = schema else {
        unreachable!("a command's data is an object with members")
    };
    object
}

/// The envelopes of all commands, as batches hold them, and the one that is any of them.
pub fn envelopes(schemas: &mut Vec<(String, RefOr<Schema>)>) -> Ref {
    use utoipa::openapi::schema::{Discriminator, OneOfBuilder, Type};
    let mut any = OneOfBuilder::new()
        .description(Some("A command with its envelope; `type` tells which it is."));
    let mut mapping = Vec::new();
    for kind in Request::KINDS {
        let described = describe(kind);
        (described.collect)(schemas);
        let tag = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([*kind]));
        let envelope = ObjectBuilder::new()
            .description(Some(described.summary))
            .property("actor", refer::<Actor>(schemas))
            .required("actor")
            .property("data", Ref::from_schema_name(described.name))
            .required("data")
            .property("id", refer::<CommandId>(schemas))
            .required("id")
            .property("occurred_at", refer::<UtcMillis>(schemas))
            .required("occurred_at")
            .property("type", tag)
            .required("type")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        let name = format!("{}Command", described.name);
        schemas.push((name.clone(), envelope.into()));
        let reference = Ref::from_schema_name(&name);
        mapping.push(((*kind).to_owned(), reference.ref_location.clone()));
        any = any.item(reference);
    }
    let any = any.discriminator(Some(Discriminator::with_mapping("type", mapping)));
    schemas.push(("Command".to_owned(), any.into()));
    Ref::from_schema_name("Command")
}

/// A command with its envelope, for the example of a batch.
pub fn envelope_example(kind: &str, id: &str, actor: &str) -> Value {
    serde_json::json!({
        "actor": actor,
        "data": example(kind),
        "id": id,
        "occurred_at": EXAMPLE_TIME,
        "type": kind,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_command_has_one_door_and_an_example_that_is_read() {
        let mut kinds: Vec<_> = DOORS.iter().map(|door| door.kind).collect();
        kinds.sort_unstable();
        let mut all = Request::KINDS.to_vec();
        all.sort_unstable();
        assert_eq!(kinds, all);
        for door in DOORS {
            let data = example(door.kind);
            let request = Command::request(door.kind, &data.to_string());
            let request = request.unwrap_or_else(|error| panic!("{}: {error:?}", door.kind));
            assert_eq!(request.kind(), door.kind);
            for member in door.members() {
                assert!(data[member].is_string(), "{}: {member}", door.kind);
            }
        }
    }

    #[test]
    fn no_two_commands_share_an_address() {
        let mut paths: Vec<_> = DOORS.iter().map(|door| door.path).collect();
        paths.sort_unstable();
        let all = paths.len();
        paths.dedup();
        assert_eq!(paths.len(), all);
    }

    #[test]
    fn a_location_is_the_address_of_the_thing() {
        let door = |kind| DOORS.iter().find(|door| door.kind == kind).unwrap();
        let location = door("register_park").location("/api/v1/parks", "park/prk_a");
        assert_eq!(location, "/api/v1/parks/prk_a");
        let called = "/api/v1/parks/prk_a/periods/2025-03/close";
        let location = door("close_period").location(called, "park/prk_a");
        assert_eq!(location, "/api/v1/parks/prk_a/periods/2025-03");
        let called = "/api/v1/deliveries/dlv_a/accept";
        let location = door("accept_delivery").location(called, "delivery/dlv_a");
        assert_eq!(location, "/api/v1/deliveries/dlv_a");
    }
}
