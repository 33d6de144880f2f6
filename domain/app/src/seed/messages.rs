//! Templates in Spanish and English, and when debtors may be contacted.

use domain::comms::LanguageTag;
use domain::comms::arbiter::ContactPolicy;
use domain::comms::template::{DEFAULT_CODES, default_template};
use kernel::{Error, Outcome};

use super::{Planting, Seed};
use crate::messages::store::TemplateRecord;

/// The contact policy of a new installation.
const POLICY_CODE: &str = "standard";

pub(super) static TEMPLATES: Seed = Seed {
    name: "templates",
    version: 1,
    source: "Written with this program; wording after Ley 3/2004 and Directive 2011/7/EU.",
    plant: plant_templates,
};

pub(super) static CONTACT_POLICY: Seed = Seed {
    name: "contact_policy",
    version: 1,
    source: "Written with this program: office hours on business days, one contact a day, two days apart.",
    plant: plant_policy,
};

fn plant_templates(planting: &mut Planting<'_>) -> Outcome<u64> {
    let known = planting.tx.known_library()?.templates;
    let languages = [LanguageTag::ES, LanguageTag::EN];
    let all = DEFAULT_CODES.iter().flat_map(|code| languages.map(|language| (*code, language)));
    let mut rows = 0;
    for (code, language) in all {
        let text = language.to_string();
        let there = known.iter().any(|(c, l)| c == code && *l == text);
        let Some(template) = default_template(code, language).filter(|_| !there) else { continue };
        let document = serde_json::to_value(&template.document)
            .map_err(|e| Error::new(&crate::codes::INTERNAL).caused_by(e))?;
        let purpose = template.purpose.to_string();
        let record = TemplateRecord { code, language: &text, purpose: &purpose, document: &document };
        planting.tx.save_template(&record, planting.ctx.now, planting.event)?;
        rows += 1;
    }
    Ok(rows)
}

fn plant_policy(planting: &mut Planting<'_>) -> Outcome<u64> {
    let known = planting.tx.known_library()?.policies;
    if known.iter().any(|code| code == POLICY_CODE) {
        return Ok(0);
    }
    let document = ContactPolicy::default_document()?;
    planting.tx.save_policy(POLICY_CODE, &document, planting.ctx.now, planting.event)?;
    Ok(1)
}
