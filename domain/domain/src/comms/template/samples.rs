//! Messages of every shape, against which templates are tried.

use kernel::registry::{Bic, Iban};
use kernel::{Currency, Date, Decimal};

use super::variables::{
    AccountVariables, ContactVariables, CreditVariables, EntityVariables, InterestVariables, ItemVariables,
    PartyVariables, PaymentVariables, SignatoryVariables, StepVariables, TemplateVariables,
};

/// Markup in a name, which must not get into an HTML part unescaped.
pub(super) const HOSTILE: &str = "<i>Hijos</i>";

/// A made-up message in which every variable is there: for previews and as an example.
pub fn sample() -> TemplateVariables {
    TemplateVariables {
        currency: Currency::EUR,
        today: day(2026, 6, 30),
        entity: EntityVariables {
            name: "Suministros Ejemplo, S.A.".to_owned(),
            tax_id: Some("A58818501".to_owned()),
            address: vec!["Calle Mayor, 1".to_owned(), "28013 Madrid".to_owned()],
            email: Some("cobros@ejemplo.es".to_owned()),
            phone: Some("+34 910 00 00 00".to_owned()),
            signatory: Some(SignatoryVariables {
                name: "Ana Ruiz".to_owned(),
                title: Some("Dpto. de Créditos".to_owned()),
            }),
        },
        account: AccountVariables { number: "C-20417".to_owned(), name: "Talleres Muestra".to_owned() },
        party: PartyVariables {
            name: "Talleres Muestra, S.L.".to_owned(),
            tax_id: Some("B65410011".to_owned()),
        },
        contact: ContactVariables { name: Some("Luis Gil".to_owned()) },
        items: vec![item("F-2026/0117", 123_456, 60), item("F-2026/0152", 98_700, 29)],
        credits: vec![CreditVariables {
            number: "R-2026/0009".to_owned(),
            issue_on: day(2026, 5, 11),
            open: Decimal::new(-12_100, 2),
        }],
        interest: Some(InterestVariables {
            amount: Decimal::new(2_987, 2),
            until_on: day(2026, 6, 30),
            compensation: Some(Decimal::new(4_000, 2)),
        }),
        payment: PaymentVariables {
            payee: "Suministros Ejemplo, S.A.".to_owned(),
            iban: Iban::parse("iban", "ES9121000418450200051332").ok(),
            bic: Bic::parse("bic", "CAIXESBBXXX").ok(),
            reference: "20417-0630".to_owned(),
            pay_by_on: Some(day(2026, 7, 10)),
        },
        step: Some(StepVariables {
            code: "first_reminder".to_owned(),
            no: 1,
            name: "Primer recordatorio".to_owned(),
        }),
        previous_on: Some(day(2026, 6, 12)),
        note: Some("Ref. 4711/AR".to_owned()),
    }
}

fn item(number: &str, cents: i64, days_overdue: i64) -> ItemVariables {
    ItemVariables {
        number: number.to_owned(),
        order_no: Some("P-881".to_owned()),
        issue_on: day(2026, 3, 2),
        due_on: day(2026, 5, 1),
        days_overdue,
        amount: Decimal::new(cents, 2),
        open: Decimal::new(cents, 2),
    }
}

/// The days above exist; the fallback is never used.
fn day(year: i32, month: u32, day: u32) -> Date {
    Date::from_ymd_opt(year, month, day).unwrap_or(Date::MIN)
}

/// A message that has only what every message has.
fn bare() -> TemplateVariables {
    let full = sample();
    let items = full.items.into_iter().take(1).map(|item| ItemVariables { order_no: None, ..item }).collect();
    TemplateVariables {
        entity: EntityVariables {
            tax_id: None,
            address: Vec::new(),
            email: None,
            phone: None,
            signatory: None,
            ..full.entity
        },
        party: PartyVariables { tax_id: None, ..full.party },
        contact: ContactVariables { name: None },
        items,
        credits: Vec::new(),
        interest: None,
        payment: PaymentVariables { iban: None, bic: None, pay_by_on: None, ..full.payment },
        step: None,
        previous_on: None,
        note: None,
        ..full
    }
}

type Take = fn(&mut TemplateVariables, &TemplateVariables);

/// Takes one optional part from another message.
const PARTS: &[Take] = &[
    |to, from| to.entity.tax_id.clone_from(&from.entity.tax_id),
    |to, from| to.entity.address.clone_from(&from.entity.address),
    |to, from| to.entity.email.clone_from(&from.entity.email),
    |to, from| to.entity.phone.clone_from(&from.entity.phone),
    |to, from| to.entity.signatory.clone_from(&from.entity.signatory),
    |to, _| {
        if let Some(signatory) = &mut to.entity.signatory {
            signatory.title = None;
        }
    },
    |to, from| to.party.tax_id.clone_from(&from.party.tax_id),
    |to, from| to.contact.name.clone_from(&from.contact.name),
    |to, from| to.items.clone_from(&from.items),
    |to, from| to.credits.clone_from(&from.credits),
    |to, from| to.interest.clone_from(&from.interest),
    |to, _| {
        if let Some(interest) = &mut to.interest {
            interest.compensation = None;
        }
    },
    |to, from| to.payment.iban.clone_from(&from.payment.iban),
    |to, from| to.payment.bic.clone_from(&from.payment.bic),
    |to, from| to.payment.pay_by_on = from.payment.pay_by_on,
    |to, from| to.step.clone_from(&from.step),
    |to, from| to.previous_on = from.previous_on,
    |to, from| to.note.clone_from(&from.note),
];

/// A customer who owes nothing and has a credit.
fn in_credit() -> TemplateVariables {
    TemplateVariables { items: Vec::new(), interest: None, ..sample() }
}

/// Everything there, nothing optional there, each optional part alone there and alone missing, and hostile names.
pub(super) fn shapes() -> Vec<TemplateVariables> {
    let (full, bare) = (sample(), bare());
    let mut shapes = vec![full.clone(), bare.clone(), hostile(), in_credit()];
    for take in PARTS {
        for (to, from) in [(&full, &bare), (&bare, &full)] {
            let mut shape = to.clone();
            take(&mut shape, from);
            shapes.push(shape);
        }
    }
    shapes
}

/// Markup in every text that comes from outside.
fn hostile() -> TemplateVariables {
    let mut shape = sample();
    let texts = [
        &mut shape.entity.name,
        &mut shape.account.name,
        &mut shape.party.name,
        &mut shape.payment.reference,
    ];
    for text in texts {
        *text = format!("Pérez & {HOSTILE}");
    }
    shape.contact.name = Some(HOSTILE.to_owned());
    shape.note = Some(HOSTILE.to_owned());
    for item in &mut shape.items {
        HOSTILE.clone_into(&mut item.number);
    }
    for credit in &mut shape.credits {
        HOSTILE.clone_into(&mut credit.number);
    }
    shape
}
