//! The question that rules cannot ask: are the bytes there that a command links?
//!
//! Invariant: it is asked of every command before the writer's queue, whichever door it came
//! through, so no record names a file that was not kept, durably, before. A command that is sent
//! again is asked it again: where a file was taken away since, it must be brought back first.

use crate::domain::command::Request;
use crate::domain::refusal::{Code, Refusal};
use crate::ledger::SubmitError;
use crate::log::attachments::{Attachments, Standing};

const POINTER: &str = "/data/attachment";

/// Refuses a link to what is not kept, or is another thing than the command says.
#[expect(clippy::wildcard_enum_match_arm, reason = "other commands link no file")]
pub fn require(attachments: &Attachments, request: &Request) -> Result<(), SubmitError> {
    let stated = match request {
        Request::AttachEvidence(data) => &data.attachment,
        _ => return Ok(()),
    };
    let standing = attachments.standing(stated).map_err(|error| {
        tracing::error!("{error}");
        SubmitError::Busy("the attachments can't be read now")
    })?;
    match standing {
        Standing::Kept => Ok(()),
        Standing::Missing => Err(missing().into()),
        Standing::Differs => {
            let message = "the file of this hash is of another size or type; send what its upload \
                           was answered";
            Err(Refusal::new(Code::AttachmentDiffers, POINTER, message).into())
        }
    }
}

/// The refusal of a file that is not there, or that the actor may not know of.
pub fn missing() -> Refusal {
    let message = "the actor has brought no bytes of this hash; upload them first \
                   (POST /api/v1/attachments)";
    Refusal::new(Code::UnknownAttachment, format!("{POINTER}/hash"), message)
}
