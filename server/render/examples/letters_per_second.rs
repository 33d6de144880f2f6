//! Measures how many one-page letters are set per second: `letters_per_second [letters] [threads]`.
#![expect(clippy::print_stdout, reason = "the figures are what the program is for")]
#![expect(clippy::expect_used, reason = "a measurement that fails may stop")]

#[path = "../tests/samples/letters.rs"]
mod letters;

use std::time::Instant;

use render::Renderer;

const LETTERS_MAX: usize = 100_000;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>().expect("a whole number"));
    let letters = arguments.next().unwrap_or(2_000).clamp(1, LETTERS_MAX);
    let threads = arguments.next().unwrap_or(1).clamp(1, 64);
    let rows = arguments.next().unwrap_or(5);
    let renderer = Renderer::new().expect("the renderer");
    let bytes = set(&renderer, 0, rows);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let renderer = &renderer;
            scope.spawn(move || {
                for number in (thread..letters).step_by(threads) {
                    set(renderer, number, rows);
                }
            });
        }
    });
    let micros = start.elapsed().as_micros().max(1);
    let per_second = u128::try_from(letters).expect("fits") * 1_000_000 / micros;
    println!("{letters} letters of {rows} rows and {bytes} bytes, {threads} threads: {per_second} letters/s");
}

/// Sets a letter that differs from every other one, as a run of dunning letters does.
fn set(renderer: &Renderer, number: usize, rows: usize) -> usize {
    let mut letter = letters::dunning_letter(rows);
    letter.document_id = format!("letter_{number}");
    letter.our_reference = format!("4300.{number:06}");
    letter.recipient = vec![
        format!("Cliente número {number}, S.L."),
        format!("Calle Mayor, {number}"),
        "28013 Madrid".to_owned(),
    ];
    for block in &mut letter.body {
        match block {
            render::Block::Paragraph(text) => *text = format!("{text} ({number})"),
            render::Block::ItemTable(table) => {
                for row in &mut table.rows {
                    row.document_no = format!("{}-{number}", row.document_no);
                    row.open_amount = format!("{number},00 €");
                }
            }
            render::Block::Heading(_)
            | render::Block::Table(_)
            | render::Block::InterestTable(_)
            | render::Block::PaymentBox(_)
            | render::Block::Signatory(_) => {}
        }
    }
    renderer.render(&letter).expect("a letter").len()
}
