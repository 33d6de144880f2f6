//! The vocabulary of the ledger: kinds of receivable, entry and instrument, and the side each receivable stands on.

kernel::text_enum! {
    /// What kind of thing is owed.
    pub enum ReceivableKind {
        /// A sale, including VAT. Always positive.
        Invoice = "invoice",
        /// Reduces or cancels a sale. Always negative.
        CreditNote = "credit_note",
        /// An extra charge on a sale. Always positive.
        DebitNote = "debit_note",
        /// One due date of an invoice that is payable in parts.
        Instalment = "instalment",
        /// Part of the price withheld as a guarantee until acceptance (garantía).
        Retention = "retention",
        /// A charge of collection.
        Fee = "fee",
        /// Late-payment interest that was claimed.
        Interest = "interest",
        /// Money received and not yet assigned to an item. Always negative.
        UnallocatedCash = "unallocated_cash",
    }
}

kernel::text_enum! {
    /// Which way a receivable counts.
    pub enum Side {
        /// The customer owes it.
        Debit = "debit",
        /// We owe it to the customer.
        Credit = "credit",
    }
}

impl ReceivableKind {
    /// The side the kind stands on; the amount of a receivable carries that side's sign.
    pub fn side(self) -> Side {
        match self {
            Self::Invoice
            | Self::DebitNote
            | Self::Instalment
            | Self::Retention
            | Self::Fee
            | Self::Interest => Side::Debit,
            Self::CreditNote | Self::UnallocatedCash => Side::Credit,
        }
    }
}

kernel::text_enum! {
    /// What changed an open amount.
    pub enum EntryKind {
        /// Money came in (on a debit item) or was refunded (on a credit item).
        Payment = "payment",
        /// A credit note was set against the item.
        Credit = "credit",
        /// Given up.
        WriteOff = "write_off",
        /// A correction by hand or by the ERP, either way.
        Adjustment = "adjustment",
        /// A payment or instrument came back unpaid.
        Return = "return",
        /// Undoes an earlier entry exactly.
        Reversal = "reversal",
        /// Moved to or from another item or account.
        Transfer = "transfer",
        /// The ERP took a clearing back; the item is open again.
        ClearingReset = "clearing_reset",
        /// The item was cleared by a new item for the rest (residual item clearing).
        Residual = "residual",
        /// Reclassified as doubtful; the open amount stays.
        Doubtful = "doubtful",
        /// The ERP reports less open than before and does not say why.
        ClearedUnknown = "cleared_unknown",
        /// Absent from a complete snapshot, and closed for that reason.
        SnapshotClose = "snapshot_close",
    }
}

kernel::text_enum! {
    /// The paper or mandate that promises payment.
    pub enum InstrumentKind {
        /// Pagaré.
        PromissoryNote = "promissory_note",
        /// A bank announces the debtor's payment order (confirming, reverse factoring).
        Confirming = "confirming",
        /// Letra de cambio.
        Bill = "bill",
        SepaDebit = "sepa_debit",
    }
}

kernel::text_enum! {
    /// Where an instrument stands.
    pub enum InstrumentStatus {
        Received = "received",
        /// Sold to a bank before maturity.
        Discounted = "discounted",
        /// Maturity has come; the result is not known yet.
        Matured = "matured",
        Settled = "settled",
        /// Came back unpaid; the items under it are open again with their original age.
        Returned = "returned",
    }
}

kernel::text_enum! {
    /// How a line of an allocation was found. The order is that of certainty.
    pub enum AllocationRule {
        /// A person or the payer's remittance advice said so.
        Explicit = "explicit",
        /// The credit names the document.
        ByReference = "by_reference",
        /// The amount fits one item, or one small set of items, and no other.
        ExactMatch = "exact_match",
        /// Oldest due date first.
        OldestFirst = "oldest_first",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::text_enum::TextEnum;

    #[test]
    fn only_credit_notes_and_unallocated_cash_are_credits() {
        let credits: Vec<_> = ReceivableKind::ALL.iter().filter(|k| k.side() == Side::Credit).collect();
        assert_eq!(credits, [&ReceivableKind::CreditNote, &ReceivableKind::UnallocatedCash]);
    }

    #[test]
    fn every_text_form_reads_back_and_is_used_once() {
        for kind in EntryKind::ALL {
            assert_eq!(EntryKind::from_text(kind.as_str()), Some(*kind));
        }
        assert_eq!(EntryKind::ALL.len(), 12);
        assert_eq!(ReceivableKind::from_text("Invoice"), None);
    }
}
