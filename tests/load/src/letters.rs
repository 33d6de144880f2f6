//! Letters of one page, as a run makes them: each with other names and figures.

use std::time::Duration;

use render::{Block, Language, Letter, Letterhead, Renderer, Table};

use crate::plain_letter::Plain;
use crate::report::{Report, median, rate, timed};

/// In each of several runs, of which the median counts.
const LETTERS: usize = 400;
const RUNS: usize = 5;

pub(crate) fn measure(report: &mut Report) {
    let renderer = Renderer::new().expect("a renderer");
    // Fonts and template are read once per process, not once per letter.
    for n in 0..20 {
        renderer.render(&letter(n)).expect("a letter");
    }
    let mut plain = Plain::new();
    for n in 0..20 {
        plain.render(n);
    }
    // In turns, so that a slow moment of the machine meets both.
    let (mut ours, mut alone) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        let letters = run * LETTERS..(run + 1) * LETTERS;
        let (_, time): (_, Duration) = timed(|| {
            for n in letters.clone() {
                renderer.render(&letter(n)).expect("a letter");
            }
        });
        ours.push(time);
        let (_, time): (_, Duration) = timed(|| {
            for n in letters {
                plain.render(n);
            }
        });
        alone.push(time);
    }
    let (ours, alone) = (median(ours), median(alone));
    report.line(
        "Letters of one page (PDF/A), one core",
        (
            rate(LETTERS, ours),
            format!("typst alone, a plain page of the same content: {}", rate(LETTERS, alone)),
        ),
        (format!("{:.2} of the rate", alone.as_secs_f64() / ours.as_secs_f64()), "≥ 200/s"),
    );
}

fn letter(n: usize) -> Letter {
    let cells = |cells: [String; 3]| cells.to_vec();
    let rows =
        (0..5).map(|i| cells([format!("F/2026/{n:04}{i}"), "30/08/2026".to_owned(), format!("{n},{i}0 €")]));
    Letter {
        document_id: format!("letter_{n}"),
        issued_at: "2026-06-30T08:00:00Z".parse().expect("an instant"),
        language: Language::Spanish,
        sender: Letterhead {
            legal_name: "Suministros Muestra, S.A.".to_owned(),
            lines: vec!["Calle de la Constitución, 118".to_owned(), "28045 Madrid".to_owned()],
            tax_id: "A58818501".to_owned(),
            logo: None,
        },
        place: String::new(),
        date: "30 de junio de 2026".to_owned(),
        recipient: vec![
            format!("Cliente número {n}, S.L."),
            format!("Calle Mayor, {n}"),
            "28013 Madrid".to_owned(),
        ],
        our_reference: format!("4300.{n:06}"),
        subject: format!("Recordatorio de pago de su cuenta {n}"),
        body: vec![
            Block::Paragraph(format!(
                "Según nuestros registros siguen pendientes las facturas de la cuenta {n}."
            )),
            Block::Table(Table {
                titles: cells(["Factura".to_owned(), "Vencimiento".to_owned(), "Pendiente".to_owned()]),
                right: vec![false, false, true],
                rows: rows.collect(),
                footer: cells(["Total".to_owned(), String::new(), format!("{n}5,00 €")]),
            }),
            Block::Paragraph("Les agradeceremos que realicen el pago a la mayor brevedad.".to_owned()),
        ],
    }
}
