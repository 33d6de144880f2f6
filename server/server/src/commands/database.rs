//! The database a command works on: the company's own by URL.

use crate::cli::Failure;
use crate::settings::Settings;

/// An open database.
pub struct Database {
    url: String,
}

impl Database {
    /// # Errors
    /// When there is no URL.
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        if settings.database.url.is_empty() {
            return Err(Failure::Settings("database.url is empty".to_owned()));
        }
        Ok(Self { url: settings.database.url.clone() })
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}
