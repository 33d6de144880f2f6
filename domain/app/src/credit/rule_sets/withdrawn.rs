//! Whether rule sets need a declared attribute.

use domain::attributes::{AttributeDefinition, Declared};
use domain::credit::rule_sets::KindSpec;
use domain::rules::finding::{Finding, Severity};
use kernel::Outcome;
use kernel::text_enum::TextEnum as _;

use crate::store::ReadTx;

/// The first version, in force now or before, that would not be sound without an attribute.
pub(crate) fn reader_of(
    tx: &mut (impl ReadTx + ?Sized),
    attribute: &AttributeDefinition,
) -> Outcome<Option<String>> {
    let declared = tx.declared_attributes()?;
    let without = Declared::new(declared.iter().filter(|a| *a != attribute).cloned().collect());
    let errors = |findings: Vec<Finding>| findings.iter().filter(|f| f.severity == Severity::Error).count();
    for version in tx.enforced_rule_sets()? {
        let Some(spec) = KindSpec::find(version.kind.as_str()) else { continue };
        let with = errors(spec.read(&version.document, declared.clone())?.findings);
        if errors(spec.read(&version.document, without.clone())?.findings) > with {
            return Ok(Some(format!("version {} of {} {}", version.version, version.kind, version.code)));
        }
    }
    Ok(None)
}
