//! Declared attributes.

use app::attributes::{AttributeReads, AttributeStore, StoredAttribute};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::attributes::{AttributeDefinition, AttributeOwner, Declared};
use kernel::Outcome;
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use schema::attribute;

use crate::error::db;
use crate::push::stored;
use crate::tx::PgTx;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = attribute, check_for_backend(diesel::pg::Pg))]
struct AttributeRow {
    owner: String,
    name: String,
    value_type: String,
    choices: Vec<String>,
    label_en: String,
    label_es: String,
    version: i64,
    created_at: DateTime<Utc>,
}

impl AttributeRow {
    fn into_stored(self) -> Outcome<StoredAttribute> {
        let Self { owner, name, value_type, choices, label_en, label_es, version, created_at } = self;
        let (owner, value_type) = (stored(&owner)?, stored(&value_type)?);
        let definition = AttributeDefinition { owner, name, value_type, choices, label_en, label_es };
        Ok(StoredAttribute { definition, version, created_at })
    }
}

impl AttributeReads for PgTx<'_> {
    fn declared_attributes(&mut self) -> Outcome<Declared> {
        let rows = attribute::table
            .order((attribute::owner, attribute::name))
            .select(AttributeRow::as_select())
            .load(self.conn)
            .map_err(db)?;
        let definitions = rows.into_iter().map(|row| row.into_stored().map(|s| s.definition));
        definitions.collect::<Outcome<Vec<_>>>().map(Declared::new)
    }
}

impl AttributeStore for PgTx<'_> {
    fn attribute_for_update(
        &mut self,
        owner: AttributeOwner,
        name: &str,
    ) -> Outcome<Option<StoredAttribute>> {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('recobra.attribute'))")
            .execute(self.conn)
            .map_err(db)?;
        let found =
            attribute::table.find((owner.as_str(), name)).select(AttributeRow::as_select()).first(self.conn);
        found.optional().map_err(db)?.map(AttributeRow::into_stored).transpose()
    }

    fn save_attribute(&mut self, new: &StoredAttribute, event: EventId) -> Outcome<()> {
        let StoredAttribute { definition, version, created_at } = new;
        let AttributeDefinition { owner, name, value_type, choices, label_en, label_es } = definition;
        let row = AttributeRow {
            owner: owner.as_str().to_owned(),
            name: name.clone(),
            value_type: value_type.as_str().to_owned(),
            choices: choices.clone(),
            label_en: label_en.clone(),
            label_es: label_es.clone(),
            version: *version,
            created_at: *created_at,
        };
        diesel::insert_into(attribute::table)
            .values((&row, attribute::event_id.eq(event.0)))
            .on_conflict((attribute::owner, attribute::name))
            .do_update()
            .set((&row, attribute::event_id.eq(event.0)))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn delete_attribute(&mut self, owner: AttributeOwner, name: &str) -> Outcome<()> {
        diesel::delete(attribute::table.find((owner.as_str(), name))).execute(self.conn).map(drop).map_err(db)
    }
}
