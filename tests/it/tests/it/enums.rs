//! What the database accepts in a column is what the code knows, value for value.

use std::collections::{BTreeMap, BTreeSet};

use app::lists::{FilterKind, FilterSpec, ListRequest};
use domain::comms::kinds as comms;
use domain::receivables::interest::legal_rate::RateStatus;
use domain::receivables::kinds as receivables;
use kernel::text_enum::TextEnum;
use serde_json::json;
use testkit::TestApp;

fn values<E: TextEnum>() -> BTreeSet<String> {
    E::TEXTS.iter().map(|text| (*text).to_owned()).collect()
}

/// The enum behind each constrained column.
fn enums() -> BTreeMap<&'static str, BTreeSet<String>> {
    BTreeMap::from([
        ("access_right_object_kind_check", values::<domain::access::RightKind>()),
        ("action_kind_check", values::<comms::Channel>()),
        ("action_mode_check", values::<domain::dunning::scenario::Mode>()),
        ("action_state_check", values::<app::dunning::actions::ActionState>()),
        ("alert_holder_kind_check", values::<domain::credit::check::HolderKind>()),
        ("alert_run_state_check", values::<app::credit::alerts::AlertRunState>()),
        ("alert_severity_check", values::<domain::credit::alerts::AlertSeverity>()),
        ("alert_state_check", values::<domain::credit::alerts::AlertState>()),
        ("allocation_rule_check", values::<receivables::AllocationRule>()),
        ("attempt_state_check", values::<comms::AttemptState>()),
        ("attribute_owner_check", values::<domain::attributes::AttributeOwner>()),
        ("attribute_value_type_check", values::<domain::attributes::AttributeType>()),
        ("block_reason_check", values::<domain::dunning::group::BlockReason>()),
        ("bucket_set_by_date_check", values::<domain::receivables::ageing::AgeBasis>()),
        ("contact_role_check", values::<comms::ContactRole>()),
        ("credit_check_checkpoint_check", values::<domain::credit::policy::Checkpoint>()),
        ("credit_check_outcome_check", values::<domain::credit::policy::CheckOutcome>()),
        ("credit_reservation_state_check", values::<app::credit::store::ReservationState>()),
        ("decision_outcome_check", values::<domain::dunning::decision::OutcomeKind>()),
        ("dunning_run_state_check", values::<app::dunning::run::RunState>()),
        ("event_actor_kind_check", values::<domain::access::PrincipalKind>()),
        ("instrument_kind_check", values::<receivables::InstrumentKind>()),
        ("instrument_status_check", values::<receivables::InstrumentStatus>()),
        ("backtest_knowledge_check", values::<app::credit::backtest::store::Knowledge>()),
        ("backtest_state_check", values::<app::credit::learning::store::WorkState>()),
        ("model_drift_level_check", values::<learning::drift::DriftLevel>()),
        ("model_state_check", values::<app::credit::learning::store::ModelState>()),
        ("prediction_abstained_check", values::<learning::model::Abstention>()),
        ("prediction_run_state_check", values::<app::credit::learning::store::WorkState>()),
        ("job_state_check", values::<app::jobs::JobState>()),
        ("ledger_entry_kind_check", values::<receivables::EntryKind>()),
        ("legal_rate_status_check", values::<RateStatus>()),
        ("message_channel_check", values::<comms::Channel>()),
        ("message_state_check", values::<comms::MessageState>()),
        ("natural_key_kind_check", values::<app::push::KeyKind>()),
        ("party_relation_kind_check", values::<domain::credit::groups::RelationKind>()),
        ("party_kind_check", values::<app::push::parties::PartyKind>()),
        ("sales_order_kind_check", values::<app::push::orders::OrderKind>()),
        ("push_session_mode_check", values::<app::push::PushMode>()),
        ("push_session_state_check", values::<app::push::SessionState>()),
        ("approval_stand_in_kind_check", values::<domain::credit::approval::StandInKind>()),
        ("credit_limit_collateral_check", values::<domain::credit::limits::Collateral>()),
        ("credit_limit_component_check", values::<domain::credit::policy::Part>()),
        ("credit_limit_holder_kind_check", values::<domain::credit::limits::LimitHolderKind>()),
        ("credit_limit_limit_type_check", values::<domain::credit::limits::LimitType>()),
        ("credit_limit_origin_check", values::<domain::credit::limits::LimitOrigin>()),
        ("limit_application_component_check", values::<domain::credit::policy::Part>()),
        ("limit_application_holder_kind_check", values::<domain::credit::holder::HolderKind>()),
        ("limit_application_state_check", values::<domain::credit::approval::ApplicationState>()),
        ("limit_approval_decision_check", values::<domain::credit::approval::ApprovalDecision>()),
        ("limit_review_cause_check", values::<app::credit::limits::reviews::ReviewCause>()),
        ("limit_review_outcome_check", values::<app::credit::limits::reviews::ReviewOutcome>()),
        ("term_deviation_state_check", values::<app::credit::terms::DeviationState>()),
        ("rule_set_kind_check", values::<domain::credit::rule_sets::RuleKind>()),
        ("external_inbox_origin_check", values::<app::credit::external::ReportOrigin>()),
        ("external_inbox_reason_check", values::<app::credit::external::inbox::InboxReason>()),
        ("external_inbox_state_check", values::<app::credit::external::inbox::InboxState>()),
        ("external_rating_origin_check", values::<app::credit::external::ReportOrigin>()),
        ("financial_statement_assurance_check", values::<domain::credit::scoring::statements::Assurance>()),
        ("score_outcome_check", values::<domain::credit::scoring::evaluate::ScoreOutcome>()),
        ("score_reason_check", values::<domain::credit::scoring::evaluate::ScoreReason>()),
        ("score_run_state_check", values::<app::credit::scoring::run::ScoreRunState>()),
        ("receivable_kind_check", values::<receivables::ReceivableKind>()),
    ])
}

/// Constraints over texts without an enum of their own, with the reason.
const WITHOUT_ENUM: &[(&str, &str)] = &[
    ("limit_application_limit_type_check", "the types that are applied for; others are recorded"),
    ("contact_origin_check", "pushed or manual: read as text"),
    ("customer_revision_object_kind_check", "names tables, whose rows it keeps"),
    ("document_revision_object_kind_check", "names tables, whose rows it keeps"),
    ("contact_policy_state_check", "active or retired: written by one statement, read by none as an enum"),
    ("receivable_revision_reason_check", "RevisionKind also has the first version, which is no revision"),
    ("party_relation_origin_check", "pushed or manual: read as text"),
    ("rule_set_state_check", "draft, active or retired: written by one statement each"),
    ("scenario_state_check", "draft, active or retired: written by one statement each"),
    ("template_state_check", "active or retired: written by one statement, read by none as an enum"),
];

#[test]
fn every_check_of_the_database_lists_the_values_of_its_enum() {
    let app = TestApp::start();
    let rows = app.database.sql(
        "SELECT DISTINCT conname || '|' || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' \
         AND pg_get_constraintdef(oid) LIKE '%= ANY (ARRAY[%''%' AND conparentid = 0 ORDER BY 1",
    );
    let enums = enums();
    let (mut seen, mut unknown) = (BTreeSet::new(), Vec::<String>::new());
    for row in rows.lines() {
        let (name, definition) = row.split_once('|').expect("name and definition");
        let accepted = definition.split('\'').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
        seen.insert(name.to_owned());
        if WITHOUT_ENUM.iter().any(|(known, _)| *known == name) {
            continue;
        }
        match enums.get(name) {
            None => unknown.push(format!("{name}: {definition}")),
            Some(known) => assert_eq!(&accepted, known, "{name}: database on the left, code on the right"),
        }
    }
    assert!(unknown.is_empty(), "enums.rs: name the enums of these:\n{}", unknown.join("\n"));
    for name in enums.keys() {
        assert!(seen.contains(*name), "{name} is no constraint of the database");
    }
}

#[test]
fn every_constraint_that_errors_are_mapped_by_exists() {
    let app = TestApp::start();
    for name in store::mapped_constraints() {
        let found = app.database.sql(&format!(
            "SELECT (SELECT count(*) FROM pg_constraint WHERE conname = '{name}') \
             + (SELECT count(*) FROM pg_class WHERE relkind IN ('i', 'I') AND relname = '{name}')"
        ));
        assert_ne!(found, "0", "{name} is no constraint or unique index of the database");
    }
}

#[test]
fn every_list_has_one_sql_text() {
    for spec in app::lists::all() {
        let texts = store::all_lists().filter(|list| std::ptr::eq(list.spec, spec)).count();
        assert_eq!(texts, 1, "{} has {texts} texts of SQL", spec.resource);
    }
    assert_eq!(app::lists::all().count(), store::all_lists().count());
}

/// A value each kind of filter takes.
pub(crate) fn value(kind: FilterKind) -> String {
    match kind {
        FilterKind::Text | FilterKind::AnyOf => "x".to_owned(),
        FilterKind::Choice(known) => known[0].to_owned(),
        FilterKind::Date => "2026-03-04".to_owned(),
        FilterKind::Amount => "10.5".to_owned(),
        FilterKind::Flag => "true".to_owned(),
        FilterKind::Integer => "1".to_owned(),
        FilterKind::Id(prefix) => format!("{prefix}_{}", "0".repeat(32)),
        FilterKind::AnyId => format!("acc_{}", "0".repeat(32)),
        FilterKind::Attribute(_) => "plazo:10..".to_owned(),
    }
}

#[test]
fn every_filter_and_every_order_of_every_list_answers() {
    let app = TestApp::start();
    let all = app::access::authenticate::system_ctx("test", app.now());
    let narrow = app::ctx::Ctx {
        scope: domain::access::Scope::Limited { legal_entities: Vec::new(), portfolios: Vec::new() },
        ..all.clone()
    };
    for owner in domain::attributes::AttributeOwner::ALL {
        let body = json!({ "type": "number", "label_en": "Terms", "label_es": "Plazo" });
        app.put(&format!("/v1/attributes/{owner}/plazo"), &body).expect(200);
    }
    let mut wrong = Vec::new();
    for spec in app::lists::all() {
        let mut requests = vec![ListRequest::default()];
        requests.extend(spec.filters.iter().map(|filter| ListRequest {
            filters: vec![(filter.name.to_owned(), value(filter.kind))],
            ..ListRequest::default()
        }));
        requests.extend(
            spec.sorts
                .iter()
                .map(|sort| ListRequest { sort: Some((*sort).to_owned()), ..ListRequest::default() }),
        );
        for (request, ctx) in requests.iter().flat_map(|r| [(r, &all), (r, &narrow)]) {
            let answer = app::lists::list(&app.wired.api.app, ctx, spec, request);
            let error = answer.err().map(|e| format!("{e} {:?}", e.internal()));
            wrong.extend(
                error.map(|e| format!("{} {:?} {:?}: {e}", spec.resource, request.filters, request.sort)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_no_row_can_say_is_refused_instead_of_finding_nothing() {
    let app = TestApp::start();
    let ctx = app::access::authenticate::system_ctx("test", app.now());
    let chosen = |filter: &&'static FilterSpec| matches!(filter.kind, FilterKind::Choice(_));
    for spec in app::lists::all() {
        for filter in spec.filters.iter().filter(chosen) {
            let filters = vec![(filter.name.to_owned(), format!("{},calm", value(filter.kind)))];
            let request = ListRequest { filters, ..ListRequest::default() };
            let refused = app::lists::list(&app.wired.api.app, &ctx, spec, &request).expect_err(filter.name);
            assert_eq!(refused.code().text, "list.bad_filter", "{} {}", spec.resource, filter.name);
        }
    }
}
