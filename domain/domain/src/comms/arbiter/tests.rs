use std::collections::BTreeMap;

use chrono::{Datelike as _, TimeDelta};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn weekdays(day: Date) -> bool {
    day.weekday().number_from_monday() < 6
}

fn policy(change: impl FnOnce(&mut PolicyDocument)) -> ContactPolicy {
    let default = ContactPolicy::parse("default", 1, &ContactPolicy::default_document().unwrap()).unwrap();
    let mut document = default.document().clone();
    change(&mut document);
    ContactPolicy::try_new("test", 3, document).unwrap()
}

fn request(now: Instant, history: &[PastContact]) -> ContactRequest<'_> {
    ContactRequest {
        channel: Channel::Email,
        recipient: Some("pagos@ejemplo.es"),
        now,
        zone: chrono_tz::Europe::Madrid,
        is_business_day: &weekdays,
        history,
        last_answer_at: None,
        stops: &[],
        opted_out: false,
    }
}

fn sent(when: &str) -> PastContact {
    PastContact { at: at(when), same_group: true, recipient: Some("pagos@ejemplo.es".to_owned()) }
}

fn codes_of(verdict: &Verdict) -> Vec<&'static str> {
    match verdict {
        Verdict::Allow => Vec::new(),
        Verdict::NotNow { reasons, .. } | Verdict::Never { reasons } => {
            reasons.iter().map(|r| r.code.text).collect()
        }
    }
}

fn until(verdict: &Verdict) -> Instant {
    let Verdict::NotNow { until, .. } = verdict else { panic!("{verdict:?}") };
    *until
}

/// Monday 18 May 2026, 10:00 in Madrid.
const MONDAY: &str = "2026-05-18T08:00:00Z";

#[test]
fn office_hours_of_a_business_day_are_allowed() {
    assert_eq!(arbitrate(&[policy(|_| {})], &request(at(MONDAY), &[])), Verdict::Allow);
}

#[test]
fn friday_evening_waits_for_monday_morning_and_over_a_holiday_for_tuesday() {
    let friday_evening = at("2026-05-22T17:00:00Z");
    let policies = [policy(|_| {})];
    let verdict = arbitrate(&policies, &request(friday_evening, &[]));
    assert_eq!(codes_of(&verdict), ["contact.outside_hours"]);
    assert_eq!(until(&verdict), at("2026-05-25T07:00:00Z"));
    let pentecost = |day: Date| weekdays(day) && day != "2026-05-25".parse().unwrap();
    let verdict =
        arbitrate(&policies, &ContactRequest { is_business_day: &pentecost, ..request(friday_evening, &[]) });
    assert_eq!(until(&verdict), at("2026-05-26T07:00:00Z"));
}

#[test]
fn two_days_after_a_send_is_counted_in_calendar_days() {
    let history = [sent("2026-05-18T15:59:00Z")];
    let verdict = arbitrate(&[policy(|_| {})], &request(at("2026-05-19T08:00:00Z"), &history));
    assert_eq!(codes_of(&verdict), ["contact.spacing"]);
    assert_eq!(until(&verdict), at("2026-05-20T07:00:00Z"));
}

#[test]
fn one_address_gets_one_message_a_day_even_from_two_groups() {
    let history = [PastContact { same_group: false, ..sent("2026-05-18T07:30:00Z") }];
    let policies = [policy(|_| {})];
    let verdict = arbitrate(&policies, &request(at(MONDAY), &history));
    assert_eq!(codes_of(&verdict), ["contact.cap_recipient_day"]);
    assert_eq!(until(&verdict), at("2026-05-19T07:00:00Z"));
    let other = ContactRequest { recipient: Some("otra@ejemplo.es"), ..request(at(MONDAY), &history) };
    assert_eq!(arbitrate(&policies, &other), Verdict::Allow);
    let nobody = ContactRequest { recipient: None, ..request(at(MONDAY), &history) };
    assert_eq!(arbitrate(&policies, &nobody), Verdict::Allow);
}

#[test]
fn a_full_window_waits_until_its_oldest_contact_leaves_it() {
    let capped = policy(|d| {
        d.spacing_days = 0;
        d.group_cap_in_window = Some(WindowCap { days: 7, contacts: 2 });
    });
    let history = [sent("2026-05-13T08:00:00Z"), sent("2026-05-15T08:00:00Z")];
    let verdict = arbitrate(&[capped], &request(at(MONDAY), &history));
    assert_eq!(codes_of(&verdict), ["contact.cap_window"]);
    assert_eq!(until(&verdict), at("2026-05-20T07:00:00Z"));
}

#[test]
fn an_answer_brings_quiet() {
    let quiet = policy(|d| d.quiet_days_after_answer = 3);
    let answered =
        ContactRequest { last_answer_at: Some(at("2026-05-18T06:00:00Z")), ..request(at(MONDAY), &[]) };
    let verdict = arbitrate(&[quiet], &answered);
    assert_eq!(codes_of(&verdict), ["contact.quiet_after_answer"]);
    assert_eq!(until(&verdict), at("2026-05-21T07:00:00Z"));
}

#[test]
fn a_dated_stop_ends_and_an_open_one_does_not() {
    let promised = [Stop { reason: "promise".to_owned(), until: Some("2026-05-31".parse().unwrap()) }];
    let verdict =
        arbitrate(&[policy(|_| {})], &ContactRequest { stops: &promised, ..request(at(MONDAY), &[]) });
    assert_eq!(codes_of(&verdict), ["contact.blocked"]);
    assert_eq!(until(&verdict), at("2026-06-01T07:00:00Z"));
    let far = [Stop { reason: "legal".to_owned(), until: Some("2031-05-18".parse().unwrap()) }];
    let verdict = arbitrate(&[policy(|_| {})], &ContactRequest { stops: &far, ..request(at(MONDAY), &[]) });
    assert_eq!(until(&verdict), at("2031-05-19T07:00:00Z"));
    let lasting = [Stop { reason: "legal".to_owned(), until: None }];
    let verdict =
        arbitrate(&[policy(|_| {})], &ContactRequest { stops: &lasting, ..request(at(MONDAY), &[]) });
    assert!(matches!(verdict, Verdict::Never { .. }));
}

#[test]
fn consent_policies_and_calendars_can_say_never() {
    let policies = [policy(|_| {})];
    let never = |request: &ContactRequest<'_>, policies: &[ContactPolicy]| {
        let verdict = arbitrate(policies, request);
        assert!(matches!(verdict, Verdict::Never { .. }), "{verdict:?}");
        codes_of(&verdict)
    };
    let plain = request(at(MONDAY), &[]);
    assert_eq!(never(&ContactRequest { opted_out: true, ..plain }, &policies), ["contact.opted_out"]);
    assert_eq!(never(&plain, &[]), ["contact.no_policy"]);
    let no_calls = policy(|d| d.forbidden_channels = vec![Channel::Call]);
    let call = ContactRequest { channel: Channel::Call, ..plain };
    assert_eq!(never(&call, std::slice::from_ref(&no_calls)), ["contact.channel_forbidden"]);
    assert_eq!(arbitrate(&[no_calls], &plain), Verdict::Allow);
    let closed = |_: Date| false;
    let codes = never(&ContactRequest { is_business_day: &closed, ..plain }, &policies);
    assert_eq!(codes, ["contact.not_business_day", "contact.no_opening"]);
    let mornings = policy(|d| d.hours.retain(|day, _| *day == Weekday::Monday));
    let afternoons = policy(|d| {
        for of_day in d.hours.values_mut() {
            *of_day = vec![hours("18:00", "20:00")];
        }
    });
    assert!(never(&plain, &[mornings, afternoons]).contains(&"contact.no_opening"));
}

#[test]
fn a_task_of_our_own_is_no_contact() {
    let request = ContactRequest { channel: Channel::Task, opted_out: true, ..request(at(MONDAY), &[]) };
    assert_eq!(arbitrate(&[], &request), Verdict::Allow);
}

#[test]
fn a_reason_names_its_policy_and_values() {
    let history = [sent("2026-05-18T07:00:00Z")];
    let Verdict::NotNow { reasons, .. } = arbitrate(&[policy(|_| {})], &request(at(MONDAY), &history)) else {
        panic!()
    };
    assert_eq!(reasons[0].policy, Some(("test".to_owned(), 3)));
    assert_eq!(reasons[0].detail, "2 days after 2026-05-18");
}

#[test]
fn clocks_that_change_neither_lose_nor_invent_hours() {
    let nightly = |from: &str, to: &str| {
        policy(|d| {
            d.business_days_only = false;
            d.hours = Weekday::ALL_DAYS.iter().map(|day| (*day, vec![hours(from, to)])).collect();
        })
    };
    // Madrid skips 02:00 to 03:00 on 29 March 2026: what opens at 02:30 opens at 03:00 (01:00 UTC).
    let verdict = arbitrate(&[nightly("02:30", "04:00")], &request(at("2026-03-29T00:30:00Z"), &[]));
    assert_eq!(until(&verdict), at("2026-03-29T01:00:00Z"));
    // What would open and close within the gap stays closed that day.
    let verdict = arbitrate(&[nightly("02:10", "02:50")], &request(at("2026-03-29T00:30:00Z"), &[]));
    assert_eq!(until(&verdict), at("2026-03-30T00:10:00Z"));
    // On 25 October 2026 it is twice 02:00 to 03:00: after 02:45 comes 02:00 again (01:00 UTC).
    let verdict = arbitrate(&[nightly("00:00", "02:30")], &request(at("2026-10-25T00:45:00Z"), &[]));
    assert_eq!(until(&verdict), at("2026-10-25T01:00:00Z"));
    // Samoa had no 30 December 2011.
    let apia = ContactRequest { zone: chrono_tz::Pacific::Apia, ..request(at("2011-12-30T09:30:00Z"), &[]) };
    let verdict = arbitrate(&[nightly("09:00", "18:00")], &apia);
    assert_eq!(until(&verdict), at("2011-12-30T19:00:00Z"));
}

fn hours(from: &str, to: &str) -> Hours {
    Hours { from: from.to_owned(), to: to.to_owned() }
}

impl Weekday {
    const ALL_DAYS: &'static [Self] = <Self as kernel::text_enum::TextEnum>::ALL;
}

fn any_hours() -> impl Strategy<Value = BTreeMap<Weekday, Vec<Hours>>> {
    let time = |quarter: u16| format!("{:02}:{:02}", quarter / 4, quarter % 4 * 15);
    // Overlapping whole days and nights around the changes of clocks make stacks that still have openings.
    let of_day =
        (0_u16..48, 1_u16..48).prop_map(move |(from, length)| vec![hours(&time(from), &time(from + length))]);
    proptest::collection::vec(of_day, 7)
        .prop_map(|days| Weekday::ALL_DAYS.iter().copied().zip(days).collect())
}

fn any_policy() -> impl Strategy<Value = ContactPolicy> {
    let cap = || proptest::option::of(1_u16..4);
    let window =
        proptest::option::of((1_u16..10, 1_u16..5).prop_map(|(days, contacts)| WindowCap { days, contacts }));
    let caps = (cap(), cap(), window);
    (any_hours(), any::<bool>(), 0_u16..4, caps, 0_u16..3).prop_map(
        |(hours, business_days_only, spacing_days, (per_group, per_recipient, window), quiet)| {
            policy(|d| {
                d.hours = hours;
                d.business_days_only = business_days_only;
                d.spacing_days = spacing_days;
                d.group_cap_per_day = per_group;
                d.recipient_cap_per_day = per_recipient;
                d.group_cap_in_window = window;
                d.quiet_days_after_answer = quiet;
            })
        },
    )
}

fn any_zone() -> impl Strategy<Value = Tz> {
    proptest::sample::select(vec![
        chrono_tz::Europe::Madrid,
        chrono_tz::America::New_York,
        chrono_tz::Australia::Lord_Howe,
        chrono_tz::Pacific::Apia,
        chrono_tz::Asia::Kathmandu,
        chrono_tz::UTC,
    ])
}

/// Starts in the weeks around the changes of clocks in Europe, America and Australia.
fn any_start() -> impl Strategy<Value = Instant> {
    let anchors =
        vec!["2026-03-06T00:00:00Z", "2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z", "2011-12-27T00:00:00Z"];
    (proptest::sample::select(anchors), 0_i64..200_000)
        .prop_map(|(text, seconds)| at(text) + TimeDelta::seconds(seconds))
}

/// One attempt of a random load: minutes later, with which of two groups, to which of two addresses.
type Load = Vec<(i64, bool, bool)>;

fn any_load() -> impl Strategy<Value = Load> {
    proptest::collection::vec((0_i64..900, any::<bool>(), any::<bool>()), 1..40)
}

struct Made {
    at: Instant,
    group: bool,
    recipient: String,
}

fn history_for(made: &[Made], group: bool) -> Vec<PastContact> {
    made.iter()
        .map(|m| PastContact { at: m.at, same_group: m.group == group, recipient: Some(m.recipient.clone()) })
        .collect()
}

/// Sends whatever is allowed, as fast as it is allowed.
fn run_load(policies: &[ContactPolicy], zone: Tz, start: Instant, load: &Load) -> Vec<Made> {
    let mut made = Vec::new();
    let mut now = start;
    for (minutes, group, second) in load {
        now += TimeDelta::minutes(*minutes);
        let recipient = if *second { "b@x.es" } else { "a@x.es" };
        let history = history_for(&made, *group);
        let request = ContactRequest { recipient: Some(recipient), zone, ..request(now, &history) };
        if arbitrate(policies, &request) == Verdict::Allow {
            made.push(Made { at: now, group: *group, recipient: recipient.to_owned() });
        }
    }
    made
}

/// Counts again, by brute force, what no policy may have let through.
fn check_caps(policy: &ContactPolicy, zone: Tz, made: &[Made]) -> Result<(), TestCaseError> {
    let rules = policy.document();
    let day = |m: &Made| business_date(m.at, zone);
    for one in made {
        prop_assert!(policy.is_open(day(one), one.at.with_timezone(&zone).time()));
        prop_assert!(!rules.business_days_only || weekdays(day(one)));
        let same_group = made.iter().filter(|m| m.group == one.group);
        let within = |days: i64| {
            same_group.clone().filter(move |m| (0..days).contains(&(day(m) - day(one)).num_days()))
        };
        prop_assert!(rules.group_cap_per_day.is_none_or(|cap| within(1).count() <= usize::from(cap)));
        let to_recipient = made.iter().filter(|m| m.recipient == one.recipient && day(m) == day(one)).count();
        prop_assert!(rules.recipient_cap_per_day.is_none_or(|cap| to_recipient <= usize::from(cap)));
        if let Some(window) = rules.group_cap_in_window {
            prop_assert!(within(window.days.into()).count() <= usize::from(window.contacts));
        }
        prop_assert!(within(rules.spacing_days.into()).count() <= 1);
    }
    Ok(())
}

proptest! {
    #[test]
    fn caps_are_never_exceeded_whatever_the_load(
        policies in proptest::collection::vec(any_policy(), 1..3),
        zone in any_zone(), start in any_start(), load in any_load(),
    ) {
        let made = run_load(&policies, zone, start, &load);
        for policy in &policies {
            check_caps(policy, zone, &made)?;
        }
    }

    #[test]
    fn until_is_allowed_and_nothing_before_it_is(
        policies in proptest::collection::vec(any_policy(), 1..3),
        zone in any_zone(), start in any_start(), load in any_load(), parts in proptest::collection::vec(0_i64..1000, 8),
    ) {
        let made = run_load(&policies, zone, start, &load);
        let history = history_for(&made, true);
        let answered = ContactRequest { last_answer_at: Some(start), zone, ..request(start, &history) };
        let now = made.last().map_or(start, |m| m.at);
        let ask = |now: Instant| arbitrate(&policies, &ContactRequest { now, ..answered });
        if let Verdict::NotNow { until, reasons } = ask(now) {
            prop_assert!(until > now && !reasons.is_empty());
            prop_assert_eq!(ask(until), Verdict::Allow);
            for part in parts {
                let between = now + (until - now) / 1000 * i32::try_from(part).unwrap();
                prop_assert!(ask(between) != Verdict::Allow, "{} is before {}", between, until);
            }
            prop_assert!(ask(until - TimeDelta::seconds(1)) != Verdict::Allow);
        }
    }

    #[test]
    fn another_policy_never_makes_a_contact_earlier(
        policies in proptest::collection::vec(any_policy(), 2..4),
        zone in any_zone(), start in any_start(), load in any_load(),
    ) {
        let made = run_load(&policies, zone, start, &load);
        let history = history_for(&made, false);
        let now = made.last().map_or(start, |m| m.at);
        let when = |policies: &[ContactPolicy]| match arbitrate(policies, &ContactRequest { zone, ..request(now, &history) }) {
            Verdict::Allow => Some(now),
            Verdict::NotNow { until, .. } => Some(until),
            Verdict::Never { .. } => None,
        };
        let together = when(&policies);
        for policy in &policies {
            let alone = when(std::slice::from_ref(policy));
            prop_assert!(together.is_none_or(|t| alone.is_some_and(|a| a <= t)));
        }
    }
}
