//! Objects from the values of one row.

mod fields;

use kernel::Currency;

use super::plan::{FieldPlan, ObjectPlan};
use super::row_error::Wrong;
use super::rows::{
    AccountRow, AttributeValue, Attributes, ContactRow, EntryRow, InstrumentRow, Origin, PartyRow, RawRow,
    ReceivableRow, Share, VatLine,
};
use super::targets::{Entity, Shape};
use super::values::{Basis, Values};
use fields::Fields;

/// Builds the object that `plan` describes.
///
/// # Errors
/// Of the first field that is wrong, with the field and its column named.
pub(super) fn build(values: Values<'_>, plan: &ObjectPlan, origin: Origin) -> Result<RawRow, Wrong> {
    let fields = Fields { values, plan };
    match plan.map.entity {
        Entity::Party => fields.party(origin).map(RawRow::Party),
        Entity::Account => fields.account(origin).map(RawRow::Account),
        Entity::Contact => fields.contact(origin).map(RawRow::Contact),
        Entity::Receivable => fields.receivable(origin).map(|row| RawRow::Receivable(Box::new(row))),
        Entity::Instrument => fields.instrument(origin).map(|row| RawRow::Instrument(Box::new(row))),
        Entity::Entry => fields.entry(origin).map(RawRow::Entry),
    }
}

impl<'a> Fields<'a> {
    fn party(&self, origin: Origin) -> Result<PartyRow, Wrong> {
        Ok(PartyRow {
            origin,
            external_id: self.required("external_id", Self::key)?,
            kind: self.text("kind")?,
            name: self.required("name", Self::text)?,
            tax_id: self.text("tax_id")?.map(|id| id.split_whitespace().collect::<String>().to_uppercase()),
            lei: self.text("lei")?,
            national_id: self.text("national_id")?,
            country: self.country()?,
            language: self.language()?,
            parent_external_id: self.key("parent_external_id")?,
            segment: self.text("segment")?,
            address: self.list("address")?,
            insolvent_since: self.date("insolvent_since")?,
            vulnerable: self.flag("vulnerable")?,
            intercompany: self.flag("intercompany")?,
            attributes: self.attributes()?,
        })
    }

    fn account(&self, origin: Origin) -> Result<AccountRow, Wrong> {
        Ok(AccountRow {
            origin,
            external_id: self.required("external_id", Self::key)?,
            party_external_id: self.key("party_external_id")?,
            number: self.text("number")?,
            name: self.required("name", Self::text)?,
            currency: self.currency()?,
            language: self.language()?,
            time_zone: self.text("time_zone")?,
            segment: self.text("segment")?,
            portfolio: self.text("portfolio")?,
            dunning_account_external_id: self.key("dunning_account_external_id")?,
            payment_terms_days: self.integer("payment_terms_days")?,
            address: self.list("address")?,
            scenario: self.text("scenario")?,
            attributes: self.attributes()?,
        })
    }

    fn contact(&self, origin: Origin) -> Result<ContactRow, Wrong> {
        Ok(ContactRow {
            origin,
            external_id: self.required("external_id", Self::key)?,
            account_external_id: self.required("account_external_id", Self::key)?,
            name: self.text("name")?,
            role: self.text("role")?,
            purposes: self.list("purposes")?,
            email: self.text("email")?,
            phone: self.text("phone")?,
            language: self.language()?,
            position: self.integer("position")?,
            opted_out_channels: self.list("opted_out_channels")?,
            retired: self.flag("retired")?,
        })
    }

    fn receivable(&self, origin: Origin) -> Result<ReceivableRow, Wrong> {
        let currency = self.currency()?;
        Ok(ReceivableRow {
            origin,
            external_id: self.required("external_id", Self::key)?,
            account_external_id: self.required("account_external_id", Self::key)?,
            kind: self.choice("kind")?,
            document_no: self.text("document_no")?,
            currency,
            amount: self.required("amount", |fields, name| fields.amount(name, currency))?,
            open_amount: self.amount("open_amount", currency)?,
            issue_on: self.required("issue_on", Self::date)?,
            due_on: self.required("due_on", Self::date)?,
            agreed_due_on: self.date("agreed_due_on")?,
            tax_point_on: self.date("tax_point_on")?,
            shipped_on: self.date("shipped_on")?,
            goods_received_on: self.date("goods_received_on")?,
            expected_pay_on: self.date("expected_pay_on")?,
            order_no: self.text("order_no")?,
            delivery_note_no: self.text("delivery_note_no")?,
            payment_reference: self.text("payment_reference")?,
            credited_external_id: self.key("credited_external_id")?,
            disputed: self.flag("disputed")?,
            vat: self.vat(currency)?,
            dimensions: self.dimensions()?,
            attributes: self.attributes()?,
        })
    }

    fn instrument(&self, origin: Origin) -> Result<InstrumentRow, Wrong> {
        let currency = self.currency()?;
        Ok(InstrumentRow {
            origin,
            external_id: self.required("external_id", Self::key)?,
            account_external_id: self.required("account_external_id", Self::key)?,
            kind: self.required("kind", Self::choice)?,
            number: self.text("number")?,
            amount: self.required("amount", |fields, name| fields.amount(name, currency))?,
            currency,
            received_on: self.required("received_on", Self::date)?,
            maturity_on: self.required("maturity_on", Self::date)?,
            bank: self.text("bank")?,
            discounted_on: self.date("discounted_on")?,
            without_recourse: self.flag("without_recourse")?,
            settled_on: self.date("settled_on")?,
            returned_on: self.date("returned_on")?,
            return_code: self.text("return_code")?,
            costs_amount: self.amount("costs_amount", currency)?,
            items: self.shares("items", currency)?,
        })
    }

    fn entry(&self, origin: Origin) -> Result<EntryRow, Wrong> {
        let currency = self.currency()?;
        Ok(EntryRow {
            origin,
            external_id: self.required("external_id", Self::key)?,
            account_external_id: self.required("account_external_id", Self::key)?,
            receivable_external_id: self.key("receivable_external_id")?,
            kind: self.choice("kind")?,
            amount: self.required("amount", |fields, name| fields.amount(name, currency))?,
            currency,
            effective_on: self.required("effective_on", Self::date)?,
            reference: self.text("reference")?,
            allocations: self.shares("allocations", currency)?,
            reverses_external_id: self.key("reverses_external_id")?,
        })
    }

    fn attributes(&self) -> Result<Attributes, Wrong> {
        let mut attributes = Attributes::new();
        for (field, name) in self.named("attributes.") {
            let value = match (field.shape, self.basis(&field.name)?) {
                // JSON says itself what is a number and what a truth value, unless the profile maps it.
                (Shape::Number, _) | (Shape::Text, Basis::JsonNumber) => {
                    self.number(&field.name)?.map(AttributeValue::Number)
                }
                (Shape::Flag, _) | (Shape::Text, Basis::JsonFlag) => {
                    self.flag(&field.name)?.map(AttributeValue::Flag)
                }
                (Shape::Date, _) => self.date(&field.name)?.map(AttributeValue::Date),
                (Shape::Text | Shape::Integer, _) => self.text(&field.name)?.map(AttributeValue::Text),
            };
            attributes.extend(value.map(|value| (name.to_owned(), value)));
        }
        Ok(attributes)
    }

    fn dimensions(&self) -> Result<Vec<(String, String)>, Wrong> {
        let mut dimensions = Vec::new();
        for (field, name) in self.named("dimensions.") {
            dimensions.extend(self.text(&field.name)?.map(|value| (name.to_owned(), value)));
        }
        Ok(dimensions)
    }

    fn named(&self, prefix: &'static str) -> impl Iterator<Item = (&'a FieldPlan, &'a str)> {
        let fields = self.plan.fields.iter();
        fields.filter_map(move |field| field.name.strip_prefix(prefix).map(|name| (field, name)))
    }

    fn vat(&self, currency: Currency) -> Result<Vec<VatLine>, Wrong> {
        let mut lines = Vec::new();
        for at in self.numbered("vat.") {
            let name = |part: &str| format!("vat.{at}.{part}");
            let base = self.amount(&name("base"), currency)?;
            let rate = self.number(&name("rate"))?;
            let quota = self.amount(&name("quota"), currency)?;
            if base.is_none() && rate.is_none() && quota.is_none() {
                continue;
            }
            lines.push(VatLine {
                base: self.required(&name("base"), |_, _| Ok(base))?,
                rate: self.required(&name("rate"), |_, _| Ok(rate))?,
                quota,
                surcharge: self.amount(&name("surcharge"), currency)?,
                withholding: self.amount(&name("withholding"), currency)?,
            });
        }
        Ok(lines)
    }

    fn shares(&self, list: &'static str, currency: Currency) -> Result<Vec<Share>, Wrong> {
        let mut shares = Vec::new();
        for at in self.numbered(list) {
            let (id_name, amount_name) =
                (format!("{list}.{at}.receivable_external_id"), format!("{list}.{at}.amount"));
            let receivable = self.key(&id_name)?;
            let amount = self.amount(&amount_name, currency)?;
            if receivable.is_none() && amount.is_none() {
                continue;
            }
            shares.push(Share {
                receivable_external_id: self.required(&id_name, |_, _| Ok(receivable))?,
                amount: self.required(&amount_name, |_, _| Ok(amount))?,
            });
        }
        Ok(shares)
    }
}
