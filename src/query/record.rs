//! Records of the log as far as somebody may see them: HASH for anyone, HEAD for those who check
//! the park, BODY for its parties and those who check them.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::domain::access::{Principal, authorize, concerned};
use crate::domain::confidential::Sealed as SealedMember;
use crate::domain::id::FirmId;
use crate::domain::states::States as _;
use crate::index::Index;
use crate::log::sealed::Sealed;
use crate::log::{LogError, LogReader};
use crate::merkle::Hash;
use crate::query::answer::QueryError;
use crate::query::listed::Listed;
use crate::query::see::{Sight, may};
use crate::record::{Decoded, Line};

/// A record as the reader may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordView {
    /// BODY, byte for byte as it is stored; absent if this key may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// BLAKE3(0x00 || HEAD) in hex: the leaf of the tree.
    #[schema(value_type = String)]
    pub hash: Hash,
    /// HEAD, byte for byte as it is stored; absent if this key may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    #[schema(minimum = 0)]
    pub position: u64,
}

/// A part of the log, in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordPage {
    /// Fewer than were asked for, where records are long.
    #[schema(max_items = 200)]
    pub items: Vec<RecordView>,
    /// Ask again `from` this position for what follows; null at the end.
    #[schema(required)]
    pub next: Option<u64>,
    /// How many records are durable.
    #[schema(minimum = 0)]
    pub size: u64,
}

/// A confidential value, for those who brought it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DisclosedMember {
    /// The commitment that stands in BODY.
    #[schema(value_type = String)]
    pub commitment: Hash,
    /// RFC 6901 pointer to the member in BODY.
    pub pointer: String,
    /// The record in whose BODY it stands.
    #[schema(minimum = 0)]
    pub position: u64,
    /// 32 bytes in hex: with it anyone can recompute the commitment. Absent if it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub salt: Option<Hash>,
    /// The value. Absent if it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub value: Option<Box<RawValue>>,
}

/// The confidential values of one thing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Disclosed {
    pub items: Vec<DisclosedMember>,
}

/// A page of records is ended once it has read so many bytes of the log.
const PAGE_BYTES: usize = 4 << 20;

/// Why a scan of the log ends before its end.
enum Stop {
    Enough,
    Log(LogError),
}

impl From<LogError> for Stop {
    fn from(error: LogError) -> Stop {
        Stop::Log(error)
    }
}

/// Records, for one request.
pub struct Records<'a> {
    pub log: &'a LogReader,
    pub index: &'a Index,
    pub who: Option<&'a Principal>,
}

impl Records<'_> {
    /// One record.
    pub fn one(&self, position: u64) -> Result<RecordView, QueryError> {
        if position >= self.log.size() {
            return Err(QueryError::NotFound("record at this position"));
        }
        let bytes = self.log.read(position).map_err(broken)?;
        self.view(position, &bytes)
    }

    /// Records from a position on.
    pub fn page(&self, from: u64, limit: usize) -> Result<RecordPage, QueryError> {
        let size = self.log.size();
        let to = size.min(from.saturating_add(limit as u64));
        let (mut lines, mut bytes) = (Vec::new(), 0);
        let scanned = self.log.scan::<Stop>(from, to, |position, line| {
            if bytes > PAGE_BYTES {
                return Err(Stop::Enough);
            }
            bytes += line.len();
            lines.push((position, line.to_vec()));
            Ok(())
        });
        match scanned {
            Ok(()) | Err(Stop::Enough) => {}
            Err(Stop::Log(error)) => return Err(broken(error)),
        }
        let items = lines.iter().map(|(position, line)| self.view(*position, line));
        let next = lines.last().map(|(last, _)| last + 1).filter(|next| *next < size);
        Ok(RecordPage { items: items.collect::<Result<_, _>>()?, next, size })
    }

    /// The whole line as it is stored, for whoever may read its BODY.
    pub fn line(&self, position: u64) -> Result<Vec<u8>, QueryError> {
        let view = self.one(position)?;
        match view.body {
            Some(_) => self.log.read(position).map_err(broken),
            None => Err(QueryError::NotFound("record at this position")),
        }
    }

    /// The meaning of a record whose BODY may be seen, from the very bytes that are shown, once
    /// both hashes were recomputed.
    pub fn decoded(&self, view: &RecordView) -> Result<Option<Decoded>, QueryError> {
        let (Some(head), Some(body)) = (&view.head, &view.body) else { return Ok(None) };
        let line = Line { hash: view.hash, head: head.as_bytes(), body: body.as_bytes() };
        let head = line.verify().map_err(broken)?;
        Decoded::read(&line, head).map(Some).map_err(broken)
    }

    fn view(&self, position: u64, bytes: &[u8]) -> Result<RecordView, QueryError> {
        let line = Line::split(bytes).map_err(broken)?;
        let (mut head, mut body) = (None, None);
        // Whom it concerns is known from the rows, so it is shown once they reflect it.
        if self.who.is_some() && position < self.index.position() {
            let decoded = line.head().map_err(broken)?;
            let decoded = Decoded::read(&line, decoded).map_err(broken)?;
            let concerned = concerned(self.index, &decoded.event);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let reads_body = authorize(self.who, &concerned.body()).is_ok();
            if reads_body || authorize(self.who, &concerned.head()).is_ok() {
                head = Some(text(line.head));
            }
            if reads_body {
                body = Some(text(line.body));
            }
        }
        Ok(RecordView { body, hash: line.hash, head, position })
    }

    /// The confidential values in these records, for the parties of the thing that they are of.
    pub fn disclosed(
        &self,
        sealed: &Sealed,
        parties: &[FirmId],
        positions: &[u64],
    ) -> Result<Disclosed, QueryError> {
        if !may(self.who, &Sight::Sealed(parties.to_vec())) {
            return Err(QueryError::NotShown("confidential values of others"));
        }
        let mut items = Vec::new();
        for position in positions {
            let bytes = self.log.read(*position).map_err(broken)?;
            let line = Line::split(&bytes).map_err(broken)?;
            let body: serde_json::Value = serde_json::from_slice(line.body).map_err(broken)?;
            let mut found = Vec::new();
            commitments(&body, &mut String::new(), &mut found);
            for (pointer, commitment) in found {
                let entry = sealed.find(&commitment).map_err(broken)?;
                let secret = entry.and_then(|entry| entry.secret);
                let value = secret.as_ref().map(|secret| {
                    let text = String::from_utf8_lossy(&secret.value).into_owned();
                    RawValue::from_string(text)
                });
                items.push(DisclosedMember {
                    commitment,
                    pointer,
                    position: *position,
                    salt: secret.as_ref().map(|secret| Hash(secret.salt)),
                    value: value.transpose().map_err(broken)?,
                });
            }
        }
        Ok(Disclosed { items })
    }

    /// The firms that have part in an aggregate, and may see its confidential values.
    pub fn parties<A: Listed>(&self, id: &str) -> Option<Vec<FirmId>> {
        let stored = self.index.find::<A>(id)?;
        match stored.state.sight(self.index) {
            Sight::Rows(concern) => Some(concern.firms),
            Sight::Public
            | Sight::Directory
            | Sight::Listings
            | Sight::Figures(_)
            | Sight::Evidence(..)
            | Sight::Sealed(_)
            | Sight::ToWeigh(..)
            | Sight::Procedure(_)
            | Sight::Key(_) => None,
        }
    }
}

/// Every commitment below a value, with its pointer.
fn commitments(value: &serde_json::Value, pointer: &mut String, out: &mut Vec<(String, Hash)>) {
    if let Ok(SealedMember { sealed }) = serde::Deserialize::deserialize(value) {
        let sealed: crate::domain::digest::Digest = sealed;
        out.push((pointer.clone(), Hash(sealed.0)));
        return;
    }
    let length = pointer.len();
    let members: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Array(items) => {
            items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect()
        }
        serde_json::Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), member)).collect()
        }
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => return,
    };
    for (name, member) in members {
        pointer.push('/');
        pointer.push_str(&name);
        commitments(member, pointer, out);
        pointer.truncate(length);
    }
}

pub(crate) fn broken(error: impl std::fmt::Display) -> QueryError {
    QueryError::Log(error.to_string())
}
