//! Keyset pages.

use crate::registry::codes;
use crate::{Error, Outcome};

/// How many rows a page holds when the caller does not say.
pub const PAGE_SIZE_DEFAULT: u16 = 50;
/// The most rows one page may hold.
pub const PAGE_SIZE_MAX: u16 = 500;

/// One page of a list that stays stable while rows are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Opaque; hand it back to read on. `None` on the last page.
    pub next_cursor: Option<String>,
}

/// A page size within limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u16);

impl PageSize {
    /// # Errors
    /// `page.size` for zero or more than [`PAGE_SIZE_MAX`].
    pub fn try_new(size: u32) -> Outcome<Self> {
        match u16::try_from(size) {
            Ok(size) if (1..=PAGE_SIZE_MAX).contains(&size) => Ok(Self(size)),
            Ok(_) | Err(_) => Err(Error::field(
                "limit",
                &codes::PAGE_SIZE,
                format!("a page holds 1 to {PAGE_SIZE_MAX} rows, not {size}"),
            )),
        }
    }

    pub fn get(self) -> u16 {
        self.0
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(PAGE_SIZE_DEFAULT)
    }
}
