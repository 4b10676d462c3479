//! Where requests meet the one function that says who may do what.

use crate::api::fault::Fault;
use crate::api::problem::Problem;
use crate::domain::access::{Action, Principal, Role, acting_site, authorize};
use crate::domain::command::{Command, Request};
use crate::index::Index;

/// Whether a key may give this command for the actor that it names.
pub fn act(who: &Principal, command: &Command, index: &Index) -> Result<(), Problem> {
    let Command { actor, request, .. } = command;
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
        .map_err(|denial| Problem::new(Fault::NotPermitted, denial.reason).at("/actor"))
}
