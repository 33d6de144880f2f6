//! Withdraws the declaration of an attribute that no scenario and no rule set needs.

use domain::access::Permission;
use domain::attributes::{AttributeDefinition, AttributeOwner, codes};
use domain::dunning::compiled::CompiledScenario;
use domain::dunning::facts::FactSchema;
use domain::dunning::scenario::Scenario;
use kernel::{Error, Outcome};

use super::{about, key};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::rule_sets::withdrawn::reader_of;
use crate::ctx::Ctx;
use crate::lists::not_found;
use crate::store::ReadTx;

/// Withdraws a declaration. The values stay where they are and are shown; nothing reads them.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `not_found`, `version.mismatch`, `attribute.in_use` while a scenario or rule set that is or was in force reads it:
/// its decisions could not be taken again.
pub fn withdraw(app: &App, ctx: &Ctx, owner: AttributeOwner, name: &str) -> Outcome<Answer<()>> {
    ctx.require(Permission::AttributeWrite)?;
    ctx.scope.require_all()?;
    command::run(app, ctx, "attributes.withdraw", |tx| {
        let found = tx.attribute_for_update(owner, name)?;
        let found = found.ok_or_else(|| not_found("attributes", &key(owner, name)))?;
        command::check_version(ctx, found.version)?;
        refuse_while_read(tx, &found.definition)?;
        tx.record(ctx, about("attributes.withdrawn", Some(&found.definition), None))?;
        tx.delete_attribute(owner, name)
    })
}

fn refuse_while_read(tx: &mut (impl ReadTx + ?Sized), attribute: &AttributeDefinition) -> Outcome<()> {
    let AttributeDefinition { owner, name, .. } = attribute;
    let schema = FactSchema::new(tx.declared_attributes()?);
    for version in tx.enforced_scenarios()? {
        let scenario = Scenario::parse(&version.document)?;
        let compiled = CompiledScenario::compile(&scenario, version.version, &schema)?;
        if compiled.attributes_read(*owner).iter().any(|read| read.as_ref() == name) {
            let message = format!("version {} of the scenario {} reads it", version.version, version.code);
            return Err(Error::with(&codes::IN_USE, message));
        }
    }
    match reader_of(tx, attribute)? {
        Some(reader) => Err(Error::with(&codes::IN_USE, format!("{reader} reads it"))),
        None => Ok(()),
    }
}
