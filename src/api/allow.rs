//! Where requests meet the one function that says who may do what.

use crate::api::fault::Fault;
use crate::api::problem::Problem;
use crate::domain::access::{Action, Principal, Role, acting_site, authorize};
use crate::domain::command::{Command, Request};
use crate::ledger::{Ledger, attached};
use crate::query::attachment::readable;

/// Whether a key may give this command for the actor that it names.
pub fn act(who: &Principal, command: &Command, ledger: &Ledger) -> Result<(), Problem> {
    let (Command { actor, request, .. }, index) = (command, ledger.index());
    // A link answers its own question only, whatever others the same partner holds.
    if let Request::AnswerLink(answer) = request
        && (who.role != Role::Partner || answer.key != who.key)
    {
        let detail = "a link is answered with the link itself".to_owned();
        return Err(Problem::new(Fault::NotPermitted, detail).at("/data/key"));
    }
    // Only a key that is bound to a site needs to know where; others spare the look-up.
    let site = who.site.as_ref().and_then(|_| acting_site(index, actor, request));
    let action = Action::Act { actor, kind: request.kind(), site: site.as_ref() };
    authorize(Some(who), &action)
        .map_err(|denial| Problem::new(Fault::NotPermitted, denial.reason).at("/actor"))?;
    may_link(who, command, ledger)
}

/// A file is linked by whoever has brought its bytes, or may read them already: linking gives the
/// right to read, and knowing a hash must not.
#[expect(clippy::wildcard_enum_match_arm, reason = "other commands link no file")]
fn may_link(who: &Principal, command: &Command, ledger: &Ledger) -> Result<(), Problem> {
    let hash = match &command.request {
        Request::AttachEvidence(data) => &data.attachment.hash,
        _ => return Ok(()),
    };
    let may = ledger.attachments().is_uploaded_by(hash, &command.actor)
        || readable(ledger.index(), who, hash).is_some();
    if may { Ok(()) } else { Err(Problem::refused(attached::missing(), |_| false)) }
}
