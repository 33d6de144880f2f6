//! Functions of the database that every call needs, declared so that diesel keeps their statements: text that is sent as it is would be
//! read and planned anew each time.

#![expect(clippy::too_many_arguments, reason = "as the functions of the database have them")]

use diesel::declare_sql_function;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Date, Nullable, Text, Timestamptz, Uuid};

#[declare_sql_function]
extern "SQL" {
    /// Appends an event, see [`crate::events`].
    #[sql_name = "r.record_event"]
    fn record_event(
        id: Uuid,
        recorded_at: Timestamptz,
        kind: Text,
        subject_kind: Text,
        subject_id: Nullable<Uuid>,
        account_id: Nullable<Uuid>,
        legal_entity_id: Nullable<Uuid>,
        actor_kind: Text,
        actor_id: Nullable<Uuid>,
        actor_name: Text,
        reason: Nullable<Text>,
        request_id: Text,
        digest: Binary,
        salt: Binary,
        payload: Text,
    ) -> Uuid;

    /// An account as a credit check sees it.
    #[sql_name = "r.risk_account"]
    fn risk_account(
        by_id: Nullable<Uuid>,
        by_source: Nullable<Text>,
        by_key: Nullable<Text>,
        at: Timestamptz,
    ) -> Nullable<Jsonb>;

    /// What a credit check needs to know of amounts, once the locks are got, if any.
    #[sql_name = "r.credit_facts_alone"]
    fn credit_facts_alone(
        locks: Array<BigInt>,
        account: Uuid,
        entity: Uuid,
        party: Uuid,
        groups: Array<Uuid>,
        segment: Nullable<Text>,
        party_segment: Nullable<Text>,
        reference: Nullable<Text>,
        overdue_of: Text,
        in_credit: Bool,
        at: Timestamptz,
        today: Date,
    ) -> Jsonb;
}
