//! Everything that can be permitted, as `context.noun.verb`.

use kernel::text_enum;

text_enum! {
    /// One permission. Reads and writes are apart, so that an auditor can see without touching.
    pub enum Permission {
        OrganisationRead = "organisation.read",
        OrganisationWrite = "organisation.write",
        CustomersRead = "customers.read",
        CustomersWrite = "customers.write",
        ReceivablesRead = "receivables.read",
        ReceivablesWrite = "receivables.write",
        InstrumentsRead = "instruments.read",
        AttributeRead = "attribute.read",
        /// Declaring the types of custom attributes.
        AttributeWrite = "attribute.write",
        PushRun = "push.run",
        PushRead = "push.read",
        PushConfirm = "push.confirm",
        DunningRead = "dunning.read",
        DunningRun = "dunning.run",
        DunningApprove = "dunning.approve",
        BlockWrite = "dunning.block.write",
        ScenarioRead = "scenario.read",
        ScenarioWrite = "scenario.write",
        RulesRead = "rules.read",
        RulesWrite = "rules.write",
        TemplateRead = "template.read",
        TemplateWrite = "template.write",
        MessageRead = "message.read",
        MessageResolve = "message.resolve",
        AlertManage = "alert.manage",
        CreditRead = "credit.read",
        /// Asking whether something may be sold on credit, and holding headroom for it.
        CreditCheck = "credit.check",
        /// Taking the responsibility for what a check held.
        CreditRelease = "credit.release",
        /// Asking for a limit.
        LimitApply = "limit.apply",
        /// Approving or refusing what others ask for, within the authority of the approval policy.
        LimitApprove = "limit.approve",
        /// Recording what insurers and guarantors say, limits of segments, and who counts as one risk.
        LimitImport = "limit.import",
        /// Training models, putting them into force, and trying rules on the past.
        ModelTrain = "model.train",
        RateRead = "rate.read",
        RateWrite = "rate.write",
        CalendarRead = "calendar.read",
        CalendarWrite = "calendar.write",
        EventRead = "event.read",
        /// The audit trail with who, from where, and before and after; the event feed has no personal payload.
        AuditRead = "audit.read",
        /// Starting to score: one party, or all.
        ScoreRun = "score.run",
        /// Overrides, financial statements, and what outside parties say.
        RatingWrite = "rating.write",
        UserRead = "user.read",
        UserManage = "user.manage",
        KeyManage = "key.manage",
        JobRead = "job.read",
        JobManage = "job.manage",
        SettingsManage = "settings.manage",
    }
}
