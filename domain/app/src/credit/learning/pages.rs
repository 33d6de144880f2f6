//! Accounts in pages whose invoices fit into memory.

use uuid::Uuid;

use super::store::AccountSize;

/// Invoices whose histories are in memory at once.
const PAGE_ITEMS: i64 = 20_000;
/// Accounts of a page: each is written about in one transaction.
const PAGE_ACCOUNTS: usize = 500;
/// Invoices of an account beyond which it is left out: one customer with more is no customer but a till.
pub const ACCOUNT_ITEMS_MAX: i64 = 50_000;

/// Accounts in the order of their ids, page by page.
#[derive(Debug)]
pub struct Pages {
    sizes: std::vec::IntoIter<AccountSize>,
    left_out: u32,
}

/// One page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Every account of it, also those that are left out.
    pub accounts: Vec<Uuid>,
    /// Those that are looked at.
    pub kept: Vec<Uuid>,
}

impl Pages {
    pub fn new(sizes: Vec<AccountSize>) -> Self {
        Self { sizes: sizes.into_iter(), left_out: 0 }
    }

    /// Invoices of all accounts that will be looked at.
    pub fn items(&self) -> i64 {
        self.sizes.as_slice().iter().filter(|s| s.items <= ACCOUNT_ITEMS_MAX).map(|s| s.items).sum()
    }

    /// Accounts left out so far, for having too many invoices.
    pub fn left_out(&self) -> u32 {
        self.left_out
    }
}

impl Iterator for Pages {
    type Item = Page;

    fn next(&mut self) -> Option<Page> {
        let (mut page, mut items) = (Page::default(), 0);
        while let Some(next) = self.sizes.as_slice().first().copied() {
            let fits = next.items <= ACCOUNT_ITEMS_MAX;
            let full = fits && !page.kept.is_empty() && items + next.items > PAGE_ITEMS;
            if full || page.accounts.len() >= PAGE_ACCOUNTS {
                break;
            }
            self.sizes.next();
            page.accounts.push(next.id);
            if fits {
                items += next.items;
                page.kept.push(next.id);
            } else {
                self.left_out += 1;
            }
        }
        (!page.accounts.is_empty()).then_some(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(items: &[i64]) -> (Vec<(usize, usize)>, u32) {
        let sizes = (1..).zip(items).map(|(n, items)| AccountSize { id: Uuid::from_u128(n), items: *items });
        let mut pages = Pages::new(sizes.collect());
        let found = pages.by_ref().map(|p| (p.accounts.len(), p.kept.len())).collect();
        (found, pages.left_out())
    }

    #[test]
    fn a_page_is_bounded_by_invoices_and_by_accounts() {
        assert_eq!(pages(&[]), (vec![], 0));
        assert_eq!(pages(&[1; 1_100]).0, [(500, 500), (500, 500), (100, 100)]);
        assert_eq!(pages(&[15_000, 5_000, 1, 30_000, 2]).0, [(2, 2), (1, 1), (1, 1), (1, 1)]);
    }

    #[test]
    fn an_account_that_is_too_large_is_left_out_and_counted() {
        assert_eq!(pages(&[1, 50_001, 2]), (vec![(3, 2)], 1));
        assert_eq!(pages(&[60_000]), (vec![(1, 0)], 1));
    }
}
