//! The built-in roles and what each may do.

use kernel::text_enum;
use kernel::text_enum::TextEnum as _;

use super::Permission;
use super::Permission as P;

text_enum! {
    /// A built-in role.
    pub enum Role {
        /// Sets the installation up; sees and does everything but cannot hide it.
        Administrator = "administrator",
        /// Credit manager: policy, approvals, everything about money.
        Manager = "manager",
        /// Leads collectors: runs and approves dunning.
        Supervisor = "supervisor",
        /// Works accounts.
        Collector = "collector",
        CreditAnalyst = "credit_analyst",
        /// Sees everything, changes nothing.
        Auditor = "auditor",
        /// A machine: an ERP that pushes and reads back.
        Integration = "integration",
    }
}

const READ_BUSINESS: &[Permission] = &[
    P::OrganisationRead,
    P::CustomersRead,
    P::ReceivablesRead,
    P::InstrumentsRead,
    P::AttributeRead,
    P::DunningRead,
    P::ScenarioRead,
    P::RulesRead,
    P::TemplateRead,
    P::MessageRead,
    P::CreditRead,
    P::RateRead,
    P::CalendarRead,
    P::JobRead,
];

impl Role {
    /// What this role may do. Written as lists, so that a reviewer sees every grant.
    pub fn permissions(self) -> Vec<Permission> {
        let own: &[Permission] = match self {
            Self::Administrator => return Permission::ALL.to_vec(),
            Self::Manager => &[
                P::OrganisationWrite,
                P::CustomersWrite,
                P::ReceivablesWrite,
                P::AttributeWrite,
                P::PushRead,
                P::PushConfirm,
                P::DunningRun,
                P::DunningApprove,
                P::BlockWrite,
                P::ScenarioWrite,
                P::RulesWrite,
                P::ScoreRun,
                P::RatingWrite,
                P::TemplateWrite,
                P::MessageResolve,
                P::AlertManage,
                P::CreditCheck,
                P::CreditRelease,
                P::LimitApply,
                P::LimitApprove,
                P::LimitImport,
                P::ModelTrain,
                P::RateWrite,
                P::CalendarWrite,
                P::EventRead,
                P::AuditRead,
                P::UserRead,
                P::JobManage,
            ],
            Self::Supervisor => &[
                P::LimitApply,
                P::LimitApprove,
                P::CustomersWrite,
                P::PushRead,
                P::DunningRun,
                P::DunningApprove,
                P::BlockWrite,
                P::MessageResolve,
                P::AlertManage,
                P::EventRead,
                P::UserRead,
            ],
            Self::Collector => &[P::CustomersWrite, P::BlockWrite],
            Self::CreditAnalyst => &[
                P::AlertManage,
                P::CustomersWrite,
                P::CreditCheck,
                P::LimitApply,
                P::LimitApprove,
                P::LimitImport,
                P::ModelTrain,
                P::ScoreRun,
                P::RatingWrite,
            ],
            Self::Auditor => &[P::PushRead, P::EventRead, P::AuditRead, P::UserRead],
            Self::Integration => &[P::CreditCheck, P::PushRun, P::PushRead, P::EventRead],
        };
        let mut all = [READ_BUSINESS, own].concat();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix people review: one line per permission, one column per role.
    fn matrix() -> String {
        let roles = Role::TEXTS.join(" ");
        let line = |permission: &Permission| {
            let cell = |role: &Role| if role.permissions().contains(permission) { "yes" } else { "-" };
            let cells = Role::ALL.iter().map(cell).collect::<Vec<_>>().join(" ");
            format!("{permission} {cells}\n")
        };
        format!("permission {roles}\n") + &Permission::ALL.iter().map(line).collect::<String>()
    }

    #[test]
    fn the_matrix_is_the_checked_in_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/access/matrix.txt");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, matrix()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), matrix());
    }

    #[test]
    fn an_auditor_changes_nothing() {
        for permission in Role::Auditor.permissions() {
            let verb = permission.as_str().rsplit('.').next().unwrap();
            assert_eq!(verb, "read", "{permission}");
        }
    }
}
