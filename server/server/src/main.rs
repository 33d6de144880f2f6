//! The binary `recobra`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
