//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands;
use crate::settings::Settings;

/// Credit management and collections on your own hardware.
#[derive(Debug, Parser)]
#[command(name = "recobra", version)]
struct Cli {
    /// A configuration file; see `recobra config defaults`.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server: REST and gRPC over one PostgreSQL.
    Serve,
    /// Bring the database's schema to this version and stop.
    Migrate,
    /// Prove balances, event chain and rules; ends with 1 when something does not hold.
    Verify,
    /// Get back in when no administrator is left.
    #[command(subcommand)]
    Access(AccessCommand),
    /// Push a CSV or NDJSON file of an ERP through the gRPC door of a server.
    ///
    /// Ends with 0 when every row was taken, 1 when the push failed, 2 when something must be put right before (nothing
    /// was pushed), 3 when rows were refused, 4 when the session waits for a person.
    Push(Box<commands::push::PushArgs>),
    /// Fetch reports of a rating provider.
    Ratings(commands::ratings::RatingsArgs),
    /// Make up a book of customers, live through it day by day, and show it.
    Demo(commands::demo::DemoArgs),
    /// Print the OpenAPI document.
    Openapi,
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print version and schema.
    Version,
}

#[derive(Debug, Subcommand)]
enum AccessCommand {
    /// Print a new one-time key, good for making one administrator; earlier ones end. A server on the private cluster has
    /// to be stopped before.
    Reset,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Say what is wrong with the configuration.
    Check,
    /// Print the effective configuration without secrets.
    Show,
    /// Print every key with its default and its meaning.
    Defaults,
}

/// Runs the command line and gives the exit code: 0 done, 1 failed, 2 wrong call or configuration.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(code) => code,
        Err(Failure::Settings(problems)) => {
            say(&format!("the configuration cannot be used:\n{problems}"));
            ExitCode::from(2)
        }
        Err(Failure::Work(error)) => {
            say(&error);
            ExitCode::FAILURE
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    Settings(String),
    Work(String),
}

impl From<kernel::Error> for Failure {
    fn from(error: kernel::Error) -> Self {
        let cause = error.internal().map(|c| format!(" ({c})")).unwrap_or_default();
        Self::Work(format!("{}: {error}{cause}", error.code().text))
    }
}

fn run(cli: &Cli) -> Result<ExitCode, Failure> {
    let settings = || Settings::load(cli.config.as_deref()).map_err(|e| Failure::Settings(e.to_string()));
    match &cli.command {
        Command::Serve => commands::serve::serve(&settings()?),
        Command::Migrate => commands::migrate::migrate(&settings()?),
        Command::Access(AccessCommand::Reset) => commands::access::reset(&settings()?),
        Command::Verify => commands::verify::verify(&settings()?),
        Command::Push(arguments) => commands::push::push(arguments),
        Command::Ratings(arguments) => commands::ratings::fetch(&settings()?, arguments),
        Command::Demo(arguments) => commands::demo::demo(&settings()?, arguments),
        Command::Openapi => print(&commands::openapi()),
        Command::Config(ConfigCommand::Check) => {
            Settings::load_and_try(cli.config.as_deref()).map_err(|e| Failure::Settings(e.to_string()))?;
            print("the configuration holds")
        }
        Command::Config(ConfigCommand::Show) => {
            print(&serde_json::to_string_pretty(&settings()?.redacted()).unwrap_or_default())
        }
        Command::Config(ConfigCommand::Defaults) => print(crate::settings::DEFAULTS),
        Command::Version => {
            print(&format!("recobra {} (schema {})", env!("CARGO_PKG_VERSION"), store::SCHEMA_VERSION))
        }
    }
}

/// Writes a result to standard output.
#[expect(clippy::unnecessary_wraps, reason = "every arm of `run` has this type")]
pub(crate) fn print(text: &str) -> Result<ExitCode, Failure> {
    #[expect(clippy::print_stdout, reason = "the result of a command belongs on standard output")]
    {
        println!("{text}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells the person at the terminal.
pub(crate) fn say(text: &str) {
    #[expect(clippy::print_stderr, reason = "messages to the person at the terminal")]
    {
        eprintln!("{text}");
    }
}
