//! How fast it is, each figure beside a baseline measured in the same run. Nothing here asserts a time.
//!
//! Build the server first: `cargo build --release --bin recobra`, then `cargo run --release -p load`.

mod ageing;
mod book;
mod checks;
mod dunning;
mod letters;
mod lists;
mod plain_letter;
mod portfolio;
mod push;
mod report;

use std::path::PathBuf;

use clap::Parser;

use crate::book::Book;
use crate::report::Report;

/// What to measure.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only these: push, ageing, lists, dunning, checks, portfolio, letters. All when none is named.
    only: Vec<String>,
    /// Invoices pushed.
    #[arg(long, default_value_t = 1_000_000)]
    receivables: usize,
    /// Accounts they belong to.
    #[arg(long, default_value_t = 100_000)]
    accounts: usize,
    /// How long credit checks are asked for, in each of their measurements.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// The server to measure.
    #[arg(long, default_value = "target/release/recobra")]
    recobra: PathBuf,
}

fn main() {
    let arguments = Arguments::parse();
    let wants = |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == name);
    let mut report = Report::default();
    if wants("letters") {
        letters::measure(&mut report);
    }
    if ["push", "ageing", "lists", "dunning", "checks", "portfolio"].into_iter().any(wants) {
        let short = wants("lists").then(|| lists::short(&arguments.recobra));
        let mut book = Book::start(&arguments.recobra, arguments.accounts, arguments.receivables);
        push::measure(&mut book, &mut report);
        if let Some(short) = short {
            lists::measure(&book, short, &mut report);
        }
        if wants("dunning") {
            dunning::measure(&book, &mut report);
        }
        if wants("checks") {
            checks::measure(&mut book, arguments.seconds, &mut report);
        }
        // Late: it adds payments to the book.
        if wants("ageing") {
            ageing::measure(&mut book, &mut report);
        }
        if wants("portfolio") {
            let parts = if wants("ageing") { ageing::ENTRIES } else { 0 };
            portfolio::measure(&mut book, parts, &mut report);
        }
        book.stop();
    }
    println!("{report}");
}
