//! A dunning letter as a product would write it.

use kernel::registry::Iban;
use kernel::{Currency, Money};
use render::{
    Block, EpcCharacterSet, EpcTransfer, EpcVersion, Language, Letter, Letterhead, PaymentBox, Remittance,
    Signatory, Table, epc_qr,
};

pub(crate) const IBAN: &str = "ES91 2100 0418 4502 0005 1332";

/// A letter of one page with `rows` open items (one page up to about eight).
pub(crate) fn dunning_letter(rows: usize) -> Letter {
    Letter {
        document_id: "letter_0199f3a2".to_owned(),
        issued_at: "2026-10-09T08:30:00Z".parse().expect("an instant of RFC 3339"),
        language: Language::Spanish,
        sender: Letterhead {
            legal_name: "Suministros Industriales Ibéricos, S.A.".to_owned(),
            lines: [
                "Calle de la Constitución, 118",
                "28045 Madrid (España)",
                "Tel. +34 910 000 000 · cobros@suministros.example",
                "Registro Mercantil de Madrid, tomo 12345, folio 67, hoja M-89012",
            ]
            .map(str::to_owned)
            .to_vec(),
            tax_id: "A28000000".to_owned(),
            logo: None,
        },
        place: "Madrid".to_owned(),
        date: "9 de octubre de 2026".to_owned(),
        recipient: [
            "Construcciones Peñíscola e Hijos, S.L.",
            "A la atención de D.ª Íñiga Muñoz Güell",
            "Avenida de los Almendros, 5, 3.º B",
            "12598 Peñíscola (Castellón)",
            "ESPAÑA",
        ]
        .map(str::to_owned)
        .to_vec(),
        our_reference: "4300.001234".to_owned(),
        subject: "Segundo requerimiento de pago de facturas vencidas".to_owned(),
        body: body(rows),
    }
}

fn body(rows: usize) -> Vec<Block> {
    let paragraph = |text: &str| Block::Paragraph(text.to_owned());
    vec![
        paragraph("Estimados señores:"),
        paragraph(
            "A pesar de nuestro aviso del pasado 15 de septiembre, a la fecha de esta carta siguen pendientes de pago \
             las facturas que se relacionan a continuación, por un importe total de 12.345,67 €. Les rogamos que lo \
             abonen antes del 24 de octubre de 2026.",
        ),
        Block::Table(items(rows)),
        Block::PaymentBox(payment()),
        paragraph(
            "Si ya hubieran ordenado el pago, no tengan en cuenta esta carta y envíennos el justificante. Transcurrido \
             el plazo, reclamaremos además los intereses de demora y la compensación de 40 € por factura que reconocen \
             los artículos 7 y 8 de la Ley 3/2004.",
        ),
        paragraph("Atentamente,"),
        Block::Signatory(Signatory {
            name: "Begoña Núñez Ávila".to_owned(),
            role: "Responsable de Créditos y Cobros".to_owned(),
            signature: None,
        }),
    ]
}

/// What the templates lay out for `rows` open items.
pub(crate) fn items(rows: usize) -> Table {
    let cells = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
    Table {
        titles: cells(["Factura", "Emisión", "Vencimiento", "Días de retraso", "Pendiente"]),
        right: vec![false, false, false, true, true],
        rows: (1..=rows)
            .map(|n| cells([&document_no(n), "01/07/2026", "30/08/2026", "40", "2.100,00 €"]))
            .collect(),
        footer: cells(["Total pendiente", "", "", "", "12.345,67 €"]),
    }
}

pub(crate) fn document_no(number: usize) -> String {
    format!("F/2026/{number:06}")
}

fn payment() -> PaymentBox {
    let transfer = EpcTransfer {
        version: EpcVersion::V002,
        character_set: EpcCharacterSet::Utf8,
        bic: None,
        payee: "Suministros Industriales Ibéricos, S.A.".to_owned(),
        iban: Iban::parse("iban", IBAN).expect("a valid IBAN"),
        amount: Money::new(
            "12345.67".parse().expect("a decimal"),
            Currency::parse("currency", "EUR").expect("EUR"),
        ),
        purpose: None,
        remittance: Remittance::Text("4300.001234".to_owned()),
        information: None,
    };
    PaymentBox {
        payee: transfer.payee.clone(),
        iban: IBAN.to_owned(),
        bic: Some("CAIXESBBXXX".to_owned()),
        reference: "4300.001234".to_owned(),
        amount: "12.345,67 €".to_owned(),
        epc_payload: Some(epc_qr(&transfer).expect("a valid transfer")),
    }
}
