//! Variables as the template engine sees them: typed values that know how they are written, and absent ones that
//! cannot be printed unnoticed.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use kernel::{Date, Decimal, Money, Outcome};
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value};

use super::formats::Formats;
use super::schema::VariableKind;
use super::variables::{
    CreditVariables, EntityVariables, ItemVariables, PaymentVariables, TemplateVariables, Totals,
};

/// Brackets the path of an absent variable in rendered text: a noncharacter of Unicode, which no real text has.
///
/// So a use is noticed wherever it ends up, also behind filters and in concatenations.
pub(super) const ABSENT: char = '\u{10FFFF}';

/// An amount, a date or a bank account, with its written form.
#[derive(Debug)]
pub(super) struct Typed {
    what: What,
    shown: String,
}

#[derive(Debug, PartialEq)]
enum What {
    Money(Money),
    Date(Date),
    Iban,
}

impl Typed {
    pub(super) fn kind(&self) -> VariableKind {
        match self.what {
            What::Money(_) => VariableKind::Amount,
            What::Date(_) => VariableKind::Date,
            What::Iban => VariableKind::Iban,
        }
    }
}

impl Object for Typed {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    /// An amount of zero counts as none in a condition.
    fn is_true(self: &Arc<Self>) -> bool {
        !matches!(self.what, What::Money(money) if money.amount.is_zero())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        match (&self.what, &other.downcast_ref::<Self>()?.what) {
            (What::Money(one), What::Money(two)) if one.currency == two.currency => {
                one.amount.partial_cmp(&two.amount)
            }
            (What::Date(one), What::Date(two)) => one.partial_cmp(two),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// An optional variable that this message does not have. False in conditions; so is everything below it.
#[derive(Debug)]
pub(super) struct Absent {
    path: String,
}

impl Absent {
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

impl Object for Absent {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        Some(Value::from_object(Self { path: format!("{}.{key}", self.path) }))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ABSENT}{}{ABSENT}", self.path)
    }
}

/// Named values, in a fixed order.
#[derive(Debug)]
struct Group(Vec<(&'static str, Value)>);

impl Object for Group {
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.iter().map(|(name, _)| Value::from(*name)).collect())
    }
}

/// All variables, with a row of a table beside them.
#[derive(Debug)]
struct WithRow {
    all: Value,
    name: &'static str,
    row: Value,
}

impl Object for WithRow {
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == self.name {
            return Some(self.row.clone());
        }
        self.all.get_attr(key).ok().filter(|value| !value.is_undefined())
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }
}

/// Adds a row under its name.
pub(super) fn with_row(all: &Value, name: &'static str, row: Value) -> Value {
    Value::from_object(WithRow { all: all.clone(), name, row })
}

/// All variables as one value.
///
/// # Errors
/// `money.overflow`.
pub(super) fn to_value(variables: &TemplateVariables, formats: &'static Formats) -> Outcome<Value> {
    let TemplateVariables {
        currency,
        today,
        entity,
        account,
        party,
        contact,
        items,
        credits,
        interest,
        payment,
        step,
        previous_on,
        note,
    } = variables;
    let w = Writer { formats, currency: *currency };
    let interest = optional("interest", interest.as_ref(), |i| {
        let compensation = optional("interest.compensation", i.compensation, |c| w.money(c));
        group(vec![
            ("amount", w.money(i.amount)),
            ("until_on", w.date(i.until_on)),
            ("compensation", compensation),
        ])
    });
    let step = optional("step", step.as_ref(), |s| {
        group(vec![("code", text(&s.code)), ("no", Value::from(s.no)), ("name", text(&s.name))])
    });
    Ok(group(vec![
        ("currency", text(currency.as_str())),
        ("today", w.date(*today)),
        ("entity", entity_group(entity)),
        ("account", group(vec![("number", text(&account.number)), ("name", text(&account.name))])),
        (
            "party",
            group(vec![
                ("name", text(&party.name)),
                ("tax_id", optional_text("party.tax_id", party.tax_id.as_ref())),
            ]),
        ),
        ("contact", group(vec![("name", optional_text("contact.name", contact.name.as_ref()))])),
        ("items", items.iter().map(|item| w.item(item)).collect()),
        ("credits", credits.iter().map(|credit| w.credit(credit)).collect()),
        ("totals", w.totals(&variables.totals()?)),
        ("interest", interest),
        ("payment", w.payment(payment)),
        ("step", step),
        ("previous_on", optional("previous_on", *previous_on, |on| w.date(on))),
        ("note", optional_text("note", note.as_ref())),
    ]))
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn optional<T>(path: &str, value: Option<T>, make: impl FnOnce(T) -> Value) -> Value {
    value.map_or_else(|| Value::from_object(Absent { path: path.to_owned() }), make)
}

fn optional_text(path: &str, value: Option<&String>) -> Value {
    optional(path, value, |value| text(value))
}

fn group(fields: Vec<(&'static str, Value)>) -> Value {
    Value::from_object(Group(fields))
}

fn entity_group(entity: &EntityVariables) -> Value {
    let signatory = optional("entity.signatory", entity.signatory.as_ref(), |s| {
        let title = optional_text("entity.signatory.title", s.title.as_ref());
        group(vec![("name", text(&s.name)), ("title", title)])
    });
    group(vec![
        ("name", text(&entity.name)),
        ("tax_id", optional_text("entity.tax_id", entity.tax_id.as_ref())),
        ("address", entity.address.iter().map(|line| text(line)).collect()),
        ("email", optional_text("entity.email", entity.email.as_ref())),
        ("phone", optional_text("entity.phone", entity.phone.as_ref())),
        ("signatory", signatory),
    ])
}

#[derive(Clone, Copy)]
struct Writer {
    formats: &'static Formats,
    currency: kernel::Currency,
}

impl Writer {
    fn money(&self, amount: Decimal) -> Value {
        let money = Money::new(amount, self.currency);
        Value::from_object(Typed { what: What::Money(money), shown: self.formats.money(money) })
    }

    fn date(&self, date: Date) -> Value {
        Value::from_object(Typed { what: What::Date(date), shown: self.formats.date(date) })
    }

    fn item(&self, item: &ItemVariables) -> Value {
        group(vec![
            ("number", text(&item.number)),
            ("order_no", optional_text("item.order_no", item.order_no.as_ref())),
            ("issue_on", self.date(item.issue_on)),
            ("due_on", self.date(item.due_on)),
            ("days_overdue", Value::from(item.days_overdue)),
            ("amount", self.money(item.amount)),
            ("open", self.money(item.open)),
        ])
    }

    fn credit(&self, credit: &CreditVariables) -> Value {
        group(vec![
            ("number", text(&credit.number)),
            ("issue_on", self.date(credit.issue_on)),
            ("open", self.money(credit.open)),
        ])
    }

    fn totals(&self, totals: &Totals) -> Value {
        let with_interest = optional("totals.with_interest", totals.with_interest, |m| self.money(m.amount));
        group(vec![
            ("items", self.money(totals.items.amount)),
            ("credits", self.money(totals.credits.amount)),
            ("due", self.money(totals.due.amount)),
            ("overdue", self.money(totals.overdue.amount)),
            ("with_interest", with_interest),
        ])
    }

    fn payment(&self, payment: &PaymentVariables) -> Value {
        let iban = optional("payment.iban", payment.iban.as_ref(), |iban| {
            Value::from_object(Typed { what: What::Iban, shown: iban.grouped() })
        });
        group(vec![
            ("payee", text(&payment.payee)),
            ("iban", iban),
            ("bic", optional("payment.bic", payment.bic.as_ref(), |bic| text(bic.as_str()))),
            ("reference", text(&payment.reference)),
            ("pay_by_on", optional("payment.pay_by_on", payment.pay_by_on, |on| self.date(on))),
        ])
    }
}
