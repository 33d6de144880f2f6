//! The vocabulary of messages.

kernel::text_enum! {
    /// The way a contact is made.
    pub enum Channel {
        Email = "email",
        Letter = "letter",
        Call = "call",
        /// Work for one of our own people; the debtor does not notice it.
        Task = "task",
    }
}

impl Channel {
    /// Whether the debtor is reached, so that the arbiter must be asked.
    pub fn reaches_debtor(self) -> bool {
        match self {
            Self::Email | Self::Letter | Self::Call => true,
            Self::Task => false,
        }
    }
}

kernel::text_enum! {
    /// Where a message stands. See [`super::progress`] for what may follow what.
    pub enum MessageState {
        /// Decided, not yet due or not yet allowed.
        Planned = "planned",
        /// Content and recipient are frozen; a hand-over to the relay is about to happen or under way.
        Reserved = "reserved",
        /// The relay took it.
        Sent = "sent",
        /// The receiving side confirmed it.
        Delivered = "delivered",
        /// Proven not to have reached anybody.
        Failed = "failed",
        /// Nobody knows whether it left. Counts as sent until a person or a later proof says otherwise.
        Unknown = "unknown",
        /// Withdrawn before it left.
        Cancelled = "cancelled",
    }
}

impl MessageState {
    /// Whether the arbiter must count it: it reached the debtor, may have, or is about to.
    pub fn counts_as_contact(self) -> bool {
        match self {
            Self::Reserved | Self::Sent | Self::Delivered | Self::Unknown => true,
            Self::Planned | Self::Failed | Self::Cancelled => false,
        }
    }
}

kernel::text_enum! {
    /// Where one try to send a message stands.
    pub enum AttemptState {
        Reserved = "reserved",
        Sent = "sent",
        Delivered = "delivered",
        Failed = "failed",
        Unknown = "unknown",
    }
}

kernel::text_enum! {
    /// What a contact person does at the customer.
    pub enum ContactRole {
        AccountsPayable = "accounts_payable",
        Billing = "billing",
        Management = "management",
        Purchasing = "purchasing",
        Legal = "legal",
        Other = "other",
    }
}

kernel::text_enum! {
    /// What a contact person is there for.
    pub enum ContactPurpose {
        Dunning = "dunning",
        Statement = "statement",
        Invoice = "invoice",
        General = "general",
    }
}
