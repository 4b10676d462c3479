//! Commands about single loads and metered periods, from dispatch to use.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::Operation;
use crate::domain::confidential::{Confidential, Seal};
use crate::domain::id::{CallOffId, ContractId, DeliveryId, FirmId, LotId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{Evidence, Grade, Measured, MethodBasis, Readings, Segment};
use crate::domain::text::Text;
use crate::domain::time::UtcMillis;

/// A load leaves. By the supplier, its weighbridge or its carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DispatchDelivery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_off: Option<CallOffId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<FirmId>,
    pub contract: ContractId,
    pub delivery: DeliveryId,
    /// A person's name; confidential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub driver: Option<Confidential<Text>>,
    pub line: u16,
    /// Numbers that others gave this load, as a waste transfer manifest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub manifests: Vec<Manifest>,
    pub measured: Measured,
    /// Confidential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub plate: Option<Confidential<Text>>,
}

/// A number that another system gave a load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub number: Text,
    pub scheme: Text,
}

/// A load arrives. Taken whatever it is; what breaks a rule is noted. By the receiver, its
/// weighbridge or carrier. `contract` and `line` are needed when no dispatch was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveDelivery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    pub delivery: DeliveryId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u16>,
    pub measured: Measured,
    /// Confidential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub plate: Option<Confidential<Text>>,
}

/// What a meter counted in a period: dispatched and received in one. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordMeteredPeriod {
    /// Why and how it was estimated or calculated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<MethodBasis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_off: Option<CallOffId>,
    /// A second meter's readings of the same period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Readings>,
    pub contract: ContractId,
    pub delivery: DeliveryId,
    pub from: UtcMillis,
    /// As supplied at the receiver's inlet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    pub line: u16,
    /// `metered`, or `estimated` and `calculated` where the meter failed.
    pub method: Method,
    pub quantity: Quantity,
    /// Of `metered`, unless the meter was replaced within the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readings: Option<Readings>,
    /// Of `metered` in place of `readings`, where several meters counted one after another: they
    /// touch and fill the period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub segments: Vec<Segment>,
    /// Excluded: the period is `from` up to, not including, `to`.
    pub to: UtcMillis,
}

/// Accepts a load, whole or in part; the rest is rejected and needs a reason. By the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptDelivery {
    pub delivery: DeliveryId,
    /// What was received if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Why the rest is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// Rejects a whole load. By the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectDelivery {
    pub delivery: DeliveryId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub reason: Text,
}

/// The rejected quantity went back to the supplier. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnRejection {
    pub delivery: DeliveryId,
}

/// The rejected quantity goes on to another receiver, as a delivery of its own. By the supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedirectRejection {
    /// Of the supplier with the new receiver.
    pub contract: ContractId,
    pub delivery: DeliveryId,
    pub line: u16,
    pub new_delivery: DeliveryId,
}

/// The rejected quantity was disposed of. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisposeRejection {
    pub delivery: DeliveryId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub operation: Operation,
}

/// What was accepted, or a part of it, is used. By the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UseDelivery {
    pub delivery: DeliveryId,
    /// The lot that it is taken of, of which this delivery is a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// R1 to R13. Needed unless the material is a utility or a product. R12 and R13 are recorded
    /// and never count as used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// What it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Text>,
    /// All that is left if absent: in the lot, or in no lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
}

/// What was accepted, or a part of it, is disposed of. By the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisposeDelivery {
    pub delivery: DeliveryId,
    /// The lot that it is taken of, of which this delivery is a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    pub operation: Operation,
    /// All that is left if absent: in the lot, or in no lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
}

/// A dispatched load did not leave after all. By the supplier, before it is received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelDelivery {
    pub delivery: DeliveryId,
    pub reason: Text,
}

/// Closes a discrepancy between the two sides' weights. By either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveDiscrepancy {
    pub delivery: DeliveryId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub explanation: Text,
}

impl DispatchDelivery {
    pub(super) fn seal(&mut self, seal: &mut Seal<'_>) {
        if let Some(driver) = &mut self.driver {
            driver.seal("/data/driver", seal);
        }
        if let Some(plate) = &mut self.plate {
            plate.seal("/data/plate", seal);
        }
    }
}

impl ReceiveDelivery {
    pub(super) fn seal(&mut self, seal: &mut Seal<'_>) {
        if let Some(plate) = &mut self.plate {
            plate.seal("/data/plate", seal);
        }
    }
}
